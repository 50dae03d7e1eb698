// SPDX-License-Identifier: GPL-2.0
/*
 * gabion syscalls: how many of the kernel's syscalls a domain can reach, and which
 * of them it never used.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "../../core/syscall.h"
#include "../common/cleanup.h"
#include "../common/json.h"
#include "../netlink/client.h"
#include "../policy/outcome.h"
#include "../policy/syscall_names.h"
#include "../seccomp/call_label.h"
#include "../seccomp/reach.h"
#include "cli.h"
#include "filtered_domain.h"
#include "table.h"
#include "usage.h"

#define WIDTH 100

enum reach {
	NO_CALL, /* no such call in this ABI */
	ALWAYS,
	SOMETIMES, /* it depends on the arguments */
	NEVER,
};

/**
 * struct usage - of one ABI
 * @known:	size of the running kernel's table; 0: not known
 * @reach:	by number
 * @used:	by number; meaningful if @known
 * @count:	of calls, by reach
 * @refused:	of calls that never run, by action
 */
struct usage {
	u32 known;
	u8 reach[GABION_CALLS_MAX];
	bool used[GABION_CALLS_MAX];
	u32 count[NEVER + 1];
	u32 refused[GABION_ACTION_END];
};

/**
 * struct report - what is shown
 * @unknown:	why the running kernel was not asked; empty: it was
 */
struct report {
	const struct gabion_filtered_domain *domain;
	const char *name;
	struct usage abi[GABION_ABI_END];
	char unknown[128];
};

/* ---- what the kernel knows ---- */

static int take_row(const struct gabion_calls *calls, void *data)
{
	struct report *r = data;
	u32 number;

	if (calls->abi >= GABION_ABI_END || strcmp(calls->domain, r->name))
		return 0;
	r->abi[calls->abi].known = calls->known;
	for (number = 0; number < GABION_CALLS_MAX; number++)
		r->abi[calls->abi].used[number] = gabion_calls_has_used(calls, number);
	return 0;
}

static void ask_kernel(struct report *r)
{
	cleanup_netlink struct gabion_netlink *client = NULL;
	struct gabion_error error = {0};
	int err = gabion_netlink_open(&client, &error);

	if (err == -ENOENT) {
		snprintf(r->unknown, sizeof(r->unknown), "module not loaded");
		return;
	}
	if (!err)
		err = gabion_netlink_syscalls(client, take_row, r, &error);
	if (err)
		snprintf(r->unknown, sizeof(r->unknown), "%.*s", (int)sizeof(r->unknown) - 1,
			 error.text);
	else if (!r->abi[GABION_ABI_X86_64].known)
		snprintf(r->unknown, sizeof(r->unknown), "no filter of this domain is in force");
}

/* ---- what the policy says ---- */

/* The greatest action in a set of GABION_REACH(), which is not empty. */
static u32 greatest(u32 actions)
{
	return 31U - (u32)__builtin_clz(actions);
}

/*
 * Calls are those that libseccomp names, and, if the kernel's table is longer than
 * libseccomp's, what is behind.  What is between has no name and no entry there.
 */
static bool is_call(u32 abi, u32 number, u32 highest, u32 known)
{
	if (known && number >= known)
		return false;
	return number > highest ? known : gabion_call_name(abi, number) != NULL;
}

static u32 highest_name(u32 abi)
{
	u32 number = GABION_CALLS_MAX - 1;

	while (number && !gabion_call_name(abi, number))
		number--;
	return number;
}

static void judge(struct report *r, u32 abi)
{
	const struct gabion_view *view = r->domain->view;
	u32 number, highest = highest_name(abi), actions;
	struct usage *u = &r->abi[abi];

	for (number = 0; number < GABION_CALLS_MAX; number++) {
		if (!is_call(abi, number, highest, u->known))
			continue;
		actions = gabion_reach(view,
				       gabion_filter_entry(view, r->domain->filter, abi, number));
		u->reach[number] = !(actions & GABION_REACH_RUNS) ? NEVER
				   : actions & ~GABION_REACH_RUNS ? SOMETIMES
								  : ALWAYS;
		u->count[u->reach[number]]++;
		if (u->reach[number] == NEVER)
			u->refused[greatest(actions)]++;
	}
}

/* ---- showing ---- */

static bool never_used(const struct usage *u, u32 number)
{
	return (u->reach[number] == ALWAYS || u->reach[number] == SOMETIMES) && !u->used[number];
}

static bool wanted(const struct usage *u, u32 number, bool unused)
{
	return unused ? never_used(u, number) : u->reach[number] == SOMETIMES;
}

static void json_names(struct gabion_json *json, const char *key, const struct usage *u, u32 abi,
		       bool unused)
{
	u32 number;

	gabion_json_open(json, key, '[');
	for (number = 0; number < GABION_CALLS_MAX; number++)
		if (wanted(u, number, unused)) {
			cleanup_free char *label = gabion_call_label(abi, number);

			gabion_json_string(json, NULL, label);
		}
	gabion_json_close(json, ']');
}

static void json_abi(struct gabion_json *json, const struct usage *u, u32 abi)
{
	u32 action;

	gabion_json_open(json, NULL, '{');
	gabion_json_string(json, "abi", gabion_abi_name(abi));
	gabion_json_string(json, "table", u->known ? "kernel" : "libseccomp");
	gabion_json_unsigned(json, "before",
			     u->count[ALWAYS] + u->count[SOMETIMES] + u->count[NEVER]);
	gabion_json_unsigned(json, "after", u->count[ALWAYS] + u->count[SOMETIMES]);
	gabion_json_unsigned(json, "unconditional", u->count[ALWAYS]);
	gabion_json_unsigned(json, "conditional", u->count[SOMETIMES]);
	gabion_json_open(json, "refused", '{');
	for (action = GABION_ACTION_TRACE; action < GABION_ACTION_END; action++)
		gabion_json_unsigned(json, gabion_action_name(action), u->refused[action]);
	gabion_json_close(json, '}');
	json_names(json, "conditional_calls", u, abi, false);
	if (u->known)
		json_names(json, "never_used", u, abi, true);
	gabion_json_close(json, '}');
}

static int print_json(const struct report *r)
{
	cleanup_json struct gabion_json json = {0};
	u32 abi;

	gabion_json_open(&json, NULL, '{');
	gabion_json_string(&json, "domain", r->name);
	if (*r->unknown)
		gabion_json_string(&json, "usage_unknown", r->unknown);
	gabion_json_open(&json, "abis", '[');
	for (abi = 0; abi < GABION_ABI_END; abi++)
		json_abi(&json, &r->abi[abi], abi);
	gabion_json_close(&json, ']');
	gabion_json_close(&json, '}');
	return gabion_json_print(&json);
}

/* Names under a heading, in lines of bearable length. */
static void print_names(const struct usage *u, u32 abi, const char *heading, bool unused)
{
	u32 number, n = 0;
	size_t column = 0;

	for (number = 0; number < GABION_CALLS_MAX; number++)
		n += wanted(u, number, unused);
	if (!n)
		return;
	printf("\n%s, %s (%u):\n", gabion_abi_name(abi), heading, n);
	for (number = 0; number < GABION_CALLS_MAX; number++) {
		cleanup_free char *label = NULL;

		if (!wanted(u, number, unused))
			continue;
		label = gabion_call_label(abi, number);
		if (column && column + 1 + strlen(label ? label : "?") > WIDTH) {
			putchar('\n');
			column = 0;
		}
		column += (size_t)printf("%s%s", column ? " " : "  ", label ? label : "?");
	}
	putchar('\n');
}

static int print_table(const struct report *r)
{
	static const char *const head[] = {"ABI",	  "BEFORE",  "AFTER",	  "ALWAYS",
					   "CONDITIONAL", "REFUSED", "NEVER USED"};
	cleanup_table struct gabion_table table = {.ncolumns = 7, .right = 0x7e};
	u32 abi, number, unused;
	int err = 0;
	size_t i;

	for (i = 0; i < 7; i++)
		err |= gabion_table_text(&table, head[i]);
	for (abi = 0; abi < GABION_ABI_END; abi++) {
		const struct usage *u = &r->abi[abi];

		for (unused = 0, number = 0; number < GABION_CALLS_MAX; number++)
			unused += never_used(u, number);
		err |= gabion_table_text(&table, gabion_abi_name(abi));
		err |= gabion_table_number(&table, u->count[ALWAYS] + u->count[SOMETIMES] +
							   u->count[NEVER]);
		err |= gabion_table_number(&table, u->count[ALWAYS] + u->count[SOMETIMES]);
		err |= gabion_table_number(&table, u->count[ALWAYS]);
		err |= gabion_table_number(&table, u->count[SOMETIMES]);
		err |= gabion_table_number(&table, u->count[NEVER]);
		err |= u->known ? gabion_table_number(&table, unused)
				: gabion_table_text(&table, "-");
	}
	if (!err)
		gabion_table_print(&table);
	return err;
}

static int print_text(const struct report *r)
{
	int err = print_table(r);
	u32 abi, action;

	if (*r->unknown)
		printf("\nBefore: libseccomp's table. Never used: not known: %s.\n", r->unknown);
	for (abi = 0; abi < GABION_ABI_END; abi++) {
		const struct usage *u = &r->abi[abi];
		const char *separator = "";

		printf("%s%s, refused by", abi ? "" : "\n", gabion_abi_name(abi));
		for (action = GABION_ACTION_TRACE; action < GABION_ACTION_END; action++)
			if (u->refused[action]) {
				printf("%s %s %u", separator, gabion_action_name(action),
				       u->refused[action]);
				separator = ",";
			}
		puts(*separator ? "" : " nothing");
	}
	for (abi = 0; abi < GABION_ABI_END; abi++) {
		print_names(&r->abi[abi], abi, "on conditions", false);
		if (r->abi[abi].known)
			print_names(&r->abi[abi], abi, "allowed and never used", true);
	}
	return err;
}

static int report(const struct gabion_cli *cli, const char *policy, const char *name,
		  struct gabion_error *error)
{
	cleanup_filtered_domain struct gabion_filtered_domain domain = {0};
	cleanup_free struct report *r = calloc(1, sizeof(*r));
	int err = r ? 0 : -ENOMEM;
	u32 abi;

	if (gabion_filtered_domain_open(&domain, cli->policy_dir, policy, name, error))
		return GABION_EXIT_ERROR;
	if (r) {
		r->domain = &domain;
		r->name = name;
		ask_kernel(r);
	}
	for (abi = 0; !err && abi < GABION_ABI_END; abi++)
		judge(r, abi);
	if (!err)
		err = cli->json ? print_json(r) : print_text(r);
	if (err)
		gabion_error_set(error, err, "%s", strerror(-err));
	return err ? GABION_EXIT_ERROR : GABION_EXIT_OK;
}

int cmd_syscalls(const struct gabion_cli *cli, int argc, char **argv, struct gabion_error *error)
{
	static const struct option options[] = {
		{"policy", required_argument, NULL, 'p'},
		{0},
	};
	const char *policy = cli->policy_dir;
	int option;

	gabion_cli_getopt_reset();
	while ((option = getopt_long(argc, argv, ":", options, NULL)) != -1) {
		if (option != 'p')
			return gabion_cli_wrong_option(error, argv, option);
		policy = optarg;
	}
	if (optind + 1 != argc)
		return gabion_cli_wrong(error, argv[0], "expected one domain");
	return report(cli, policy, argv[optind], error);
}
