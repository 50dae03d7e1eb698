/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A strict reader of OpenMetrics 1.0 text: counters, gauges and infos.
 */
#ifndef GABION_TESTS_OPENMETRICS_H
#define GABION_TESTS_OPENMETRICS_H

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test.h"

/* struct openmetrics - what was read of the text; families must not come twice */
struct openmetrics {
	char families[64][64];
	int nfamilies;
	char type[256];
	char samples[8192][256];
	int nsamples;
};

static inline void openmetrics_family(struct openmetrics *m, const char *name, const char *type)
{
	int i;

	for (i = 0; i < m->nfamilies; i++)
		if (!strcmp(m->families[i], name))
			fail_msg("family %s comes twice", name);
	if (strcmp(type, "counter") && strcmp(type, "gauge") && strcmp(type, "info"))
		fail_msg("type %s", type);
	snprintf(m->families[m->nfamilies++], sizeof(m->families[0]), "%s", name);
	snprintf(m->type, sizeof(m->type), "%s", type);
}

static inline bool openmetrics_ends(const char *name, const char *suffix)
{
	size_t n = strlen(name), k = strlen(suffix);

	return n > k && !strcmp(name + n - k, suffix);
}

/* "# TYPE name type", "# UNIT name unit" or "# HELP name text", in this order, before samples. */
static inline void openmetrics_metadata(struct openmetrics *m, const char *line, int *stage)
{
	static const char *const words[] = { "TYPE", "UNIT", "HELP" };
	char word[8], name[64], rest[256], unit[264];
	int i;

	if (sscanf(line, "# %7s %63s %255[^\n]", word, name, rest) != 3)
		fail_msg("metadata: %s", line);
	for (i = 0; i < 3 && strcmp(words[i], word); i++)
		;
	if (i == 3 || (i && i <= *stage) || (i && *stage > 2))
		fail_msg("out of order: %s", line);
	*stage = i;
	if (!i) {
		openmetrics_family(m, name, rest);
		return;
	}
	if (strcmp(m->families[m->nfamilies - 1], name))
		fail_msg("of another family: %s", line);
	snprintf(unit, sizeof(unit), "_%s", rest);
	if (i == 1 && !openmetrics_ends(name, unit))
		fail_msg("the unit is not the end of the name: %s", line);
	if (i == 2 && strchr(rest, '\\'))
		fail_msg("help is not plain: %s", line);
}

/* Past the labels at @at. */
static inline const char *openmetrics_labels(const char *line, const char *at)
{
	do {
		at++;
		if (!isalpha(*at) && *at != '_')
			fail_msg("label: %s", line);
		while (isalnum(*at) || *at == '_')
			at++;
		if (at[0] != '=' || at[1] != '"')
			fail_msg("label: %s", line);
		for (at += 2; *at != '"'; at++) {
			if (*at == '\\' && !strchr("\\\"n", *++at))
				fail_msg("escape: %s", line);
			if (!*at || *at == '\n')
				fail_msg("no end of a label: %s", line);
		}
		at++;
	} while (*at == ',');
	if (*at != '}')
		fail_msg("no end of the labels: %s", line);
	return at + 1;
}

static inline void openmetrics_sample(struct openmetrics *m, const char *line)
{
	size_t n = strcspn(line, "{ ");
	const char *at = line + n;
	char expected[80], *end;
	int i;

	if (!m->nfamilies)
		fail_msg("a sample of no family: %s", line);
	snprintf(expected, sizeof(expected), "%s%s", m->families[m->nfamilies - 1],
		 !strcmp(m->type, "counter") ? "_total" : !strcmp(m->type, "info") ? "_info" : "");
	if (strlen(expected) != n || strncmp(expected, line, n))
		fail_msg("a sample of another family than %s: %s", expected, line);
	if (*at == '{')
		at = openmetrics_labels(line, at);
	for (i = 0; i < m->nsamples; i++)
		if (strlen(m->samples[i]) == (size_t)(at - line) &&
		    !strncmp(m->samples[i], line, (size_t)(at - line)))
			fail_msg("a sample comes twice: %s", line);
	assert_true(m->nsamples < 8192 && at - line < 256);
	snprintf(m->samples[m->nsamples++], sizeof(m->samples[0]), "%.*s", (int)(at - line), line);
	if (at[0] != ' ' || !isdigit(at[1]))
		fail_msg("no value: %s", line);
	strtod(at + 1, &end);
	if (*end != '\n')
		fail_msg("value: %s", line);
	if (!strcmp(m->type, "info") && strncmp(at, " 1\n", 3))
		fail_msg("an info that is not 1: %s", line);
}

/* Fails the test if @text is not valid. */
static inline void assert_openmetrics(const char *text)
{
	struct openmetrics *m = calloc(1, sizeof(*m));
	const char *line, *next;
	int stage = 3;

	for (line = text; strcmp(line, "# EOF\n"); line = next) {
		next = strchr(line, '\n');
		if (!next)
			fail_msg("no end: %s", line);
		next++;
		if (*line == '#') {
			openmetrics_metadata(m, line, &stage);
		} else {
			openmetrics_sample(m, line);
			stage = 3;
		}
	}
	free(m);
}

#endif /* GABION_TESTS_OPENMETRICS_H */
