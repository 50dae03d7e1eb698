/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Options that say which events are wanted, for getopt_long(3).
 */
#ifndef GABION_CLI_FILTER_OPTIONS_H
#define GABION_CLI_FILTER_OPTIONS_H

#include "../event/event_filter.h"

/* Values of the options: no characters. */
enum {
	GABION_OPTION_FILTER = 256,	/* + enum gabion_filter_key */
	GABION_OPTION_FOLLOW = 512,
};

#define GABION_FILTER_OPTIONS \
	{ "domain", required_argument, NULL, GABION_OPTION_FILTER + GABION_FILTER_DOMAIN }, \
	{ "type", required_argument, NULL, GABION_OPTION_FILTER + GABION_FILTER_TYPE }, \
	{ "verdict", required_argument, NULL, GABION_OPTION_FILTER + GABION_FILTER_VERDICT }, \
	{ "class", required_argument, NULL, GABION_OPTION_FILTER + GABION_FILTER_CLASS }, \
	{ "path", required_argument, NULL, GABION_OPTION_FILTER + GABION_FILTER_PATH }, \
	{ "pid", required_argument, NULL, GABION_OPTION_FILTER + GABION_FILTER_PID }, \
	{ "comm", required_argument, NULL, GABION_OPTION_FILTER + GABION_FILTER_COMM }, \
	{ "exe", required_argument, NULL, GABION_OPTION_FILTER + GABION_FILTER_EXE }, \
	{ "follow", required_argument, NULL, GABION_OPTION_FOLLOW }

/* For the usage of a command. */
#define GABION_FILTER_USAGE \
	"[--domain NAME] [--type TYPE] [--verdict VERDICT] [--class CLASS] [--path GLOB] " \
	"[--pid PID] [--follow PID[:START_NS]] [--comm NAME] [--exe GLOB]"

/*
 * Take @option of @command, with @value; 'd' is --domain. Return: GABION_EXIT_OK;
 * GABION_EXIT_USAGE and @error; -1: it is none of these.
 */
int gabion_filter_option(struct gabion_event_filter *filter, const char *command, int option,
			 const char *value, struct gabion_error *error);

#endif /* GABION_CLI_FILTER_OPTIONS_H */
