// SPDX-License-Identifier: GPL-2.0
/*
 * gabion status: what is in force and how it is doing.
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "../common/json.h"
#include "../daemon/paths.h"
#include "../load/last.h"
#include "../netlink/client.h"
#include "cli.h"
#include "table.h"
#include "usage.h"

/**
 * struct listing - rows of a dump on their way to the reader
 * @table:	for people
 * @json:	for programs; NULL: @table is filled
 * @unarmed:	hooks that do not do their work
 */
struct listing {
	struct gabion_table table;
	struct gabion_json *json;
	unsigned int unarmed;
};

static int hook_row(const struct gabion_hook *hook, void *data)
{
	struct listing *l = data;

	if (strcmp(hook->state, "armed"))
		l->unarmed++;
	if (l->json) {
		gabion_json_open(l->json, NULL, '{');
		gabion_json_string(l->json, "name", hook->name);
		gabion_json_string(l->json, "method", hook->method);
		gabion_json_string(l->json, "state", hook->state);
		gabion_json_unsigned(l->json, "checks", hook->checks);
		gabion_json_unsigned(l->json, "refusals", hook->refusals);
		gabion_json_close(l->json, '}');
		return 0;
	}
	return gabion_table_text(&l->table, hook->name) ?:
	       gabion_table_text(&l->table, hook->method) ?:
	       gabion_table_number(&l->table, hook->checks) ?:
	       gabion_table_number(&l->table, hook->refusals) ?:
	       gabion_table_text(&l->table, hook->state);
}

static const char *mode(uint32_t flags)
{
	if (flags & GABION_DOMAIN_UNCONFINED)
		return "unconfined";
	return flags & GABION_DOMAIN_COMPLAIN ? "complain" : "enforce";
}

/* NULL: its events may be lost. */
static const char *required(uint32_t flags)
{
	if (flags & GABION_DOMAIN_AUDIT_WAIT)
		return "wait";
	return flags & GABION_DOMAIN_AUDIT_REFUSE ? "refuse" : NULL;
}

static int domain_row(const struct gabion_kernel_domain *domain, void *data)
{
	struct listing *l = data;

	if (l->json) {
		gabion_json_open(l->json, NULL, '{');
		gabion_json_string(l->json, "name", domain->name);
		gabion_json_unsigned(l->json, "id", domain->id);
		gabion_json_string(l->json, "level", domain->level);
		gabion_json_string(l->json, "mode", mode(domain->flags));
		if (required(domain->flags))
			gabion_json_string(l->json, "audit_required", required(domain->flags));
		gabion_json_unsigned(l->json, "tasks", domain->ntasks);
		gabion_json_unsigned(l->json, "checks", domain->counts.checks);
		gabion_json_unsigned(l->json, "refusals", domain->counts.refusals);
		gabion_json_unsigned(l->json, "events", domain->counts.events);
		gabion_json_unsigned(l->json, "lost", domain->counts.lost);
		gabion_json_unsigned(l->json, "withheld", domain->counts.withheld);
		gabion_json_close(l->json, '}');
		return 0;
	}
	return gabion_table_text(&l->table, domain->name) ?:
	       gabion_table_text(&l->table, mode(domain->flags)) ?:
	       gabion_table_number(&l->table, domain->ntasks) ?:
	       gabion_table_text(&l->table, domain->level);
}

static int table_head(struct gabion_table *table, const char *const *words)
{
	int err = 0;

	for (table->ncolumns = 0; *words && !err; words++, table->ncolumns++)
		err = gabion_table_text(table, *words);
	return err;
}

/* The text had an error when gabiond started; see gabiond(8). */
static bool is_last(const struct gabion_status *s)
{
	return s->policy_size && gabion_last_in_force(GABION_PATH_LAST, s);
}

static void print_status(const struct gabion_status *s)
{
	uint64_t lookups = s->cache_hits + s->cache_misses;

	printf("module       %s (instance %016" PRIx64 ")\n", s->module_version, s->instance);
	if (s->policy_size)
		printf("policy       generation %u, %u domains, %u bytes%s%s\n", s->generation,
		       s->ndomains, s->policy_size, s->locked ? ", locked until reboot" : "",
		       is_last(s) ? ", kept from before: the text was not loaded" : "");
	else
		printf("policy       none in force%s\n", s->locked ? ", locked until reboot" : "");
	printf("confined     %u threads\n", s->ntasks);
	printf("events       %" PRIu64 " made, %" PRIu64 " stored, %" PRIu64 " waiting, %" PRIu64
	       " folded, %" PRIu64 " lost\n", s->events_made, s->events_acknowledged,
	       s->events_pending, s->events_folded, s->events_lost);
	printf("label cache  ");
	if (lookups)
		printf("%.1f %% of %" PRIu64 " look-ups hit\n",
		       100.0 * (double)s->cache_hits / (double)lookups, lookups);
	else
		puts("not used yet");
}

static void json_status(struct gabion_json *json, const struct gabion_status *s)
{
	gabion_json_string(json, "module_version", s->module_version);
	gabion_json_hex(json, "instance", s->instance);
	gabion_json_unsigned(json, "generation", s->generation);
	gabion_json_unsigned(json, "policy_size", s->policy_size);
	gabion_json_unsigned(json, "domains", s->ndomains);
	gabion_json_unsigned(json, "tasks", s->ntasks);
	gabion_json_bool(json, "locked", s->locked);
	gabion_json_bool(json, "kept_from_before", is_last(s));
	gabion_json_open(json, "events", '{');
	gabion_json_unsigned(json, "made", s->events_made);
	gabion_json_unsigned(json, "acknowledged", s->events_acknowledged);
	gabion_json_unsigned(json, "pending", s->events_pending);
	gabion_json_unsigned(json, "folded", s->events_folded);
	gabion_json_unsigned(json, "lost", s->events_lost);
	gabion_json_close(json, '}');
	gabion_json_open(json, "label_cache", '{');
	gabion_json_unsigned(json, "hits", s->cache_hits);
	gabion_json_unsigned(json, "misses", s->cache_misses);
	gabion_json_close(json, '}');
}

/* A list under @key of the JSON value, or a table with this head. */
static int begin_list(struct listing *l, const char *key, const char *const *head)
{
	if (!l->json)
		return table_head(&l->table, head);
	gabion_json_open(l->json, key, '[');
	return 0;
}

static int end_list(struct listing *l, int err)
{
	if (l->json) {
		gabion_json_close(l->json, ']');
	} else if (!err) {
		putchar('\n');
		gabion_table_print(&l->table);
	}
	gabion_table_free(&l->table);
	return err;
}

static int show_hooks(struct gabion_netlink *client, struct gabion_json *json,
		      unsigned int *unarmed, struct gabion_error *error)
{
	static const char *const head[] = { "HOOK", "METHOD", "CHECKS", "REFUSALS", "STATE", NULL };
	struct listing l = { .json = json, .table.right = 1U << 2 | 1U << 3 };
	int err = begin_list(&l, "hooks", head);

	if (!err)
		err = gabion_netlink_hooks(client, hook_row, &l, error);
	*unarmed = l.unarmed;
	return end_list(&l, err);
}

static int show_domains(struct gabion_netlink *client, struct gabion_json *json,
			struct gabion_error *error)
{
	static const char *const head[] = { "DOMAIN", "MODE", "THREADS", "LEVEL", NULL };
	struct listing l = { .json = json, .table.right = 1U << 2 };
	int err = begin_list(&l, "domain_list", head);

	if (!err)
		err = gabion_netlink_domains(client, domain_row, &l, error);
	return end_list(&l, err);
}

static int show(const struct gabion_cli *cli, bool hooks, bool domains, struct gabion_error *error)
{
	cleanup_netlink struct gabion_netlink *client = NULL;
	cleanup_json struct gabion_json json = { 0 };
	struct gabion_json *j = cli->json ? &json : NULL;
	struct gabion_status status;
	unsigned int unarmed = 0;

	if (gabion_netlink_open(&client, error) || gabion_netlink_status(client, &status, error))
		return GABION_EXIT_ERROR;
	if (j) {
		gabion_json_open(j, NULL, '{');
		json_status(j, &status);
	} else {
		print_status(&status);
	}
	if (domains && show_domains(client, j, error))
		return GABION_EXIT_ERROR;
	if (hooks && show_hooks(client, j, &unarmed, error))
		return GABION_EXIT_ERROR;
	if (j) {
		gabion_json_close(j, '}');
		if (gabion_json_print(j)) {
			gabion_error_set(error, -EIO, "cannot write the status");
			return GABION_EXIT_ERROR;
		}
	}
	if (unarmed) {
		gabion_error_set(error, -EIO, "%u hooks are not armed", unarmed);
		return GABION_EXIT_NO;
	}
	return GABION_EXIT_OK;
}

int cmd_status(const struct gabion_cli *cli, int argc, char **argv, struct gabion_error *error)
{
	static const struct option options[] = {
		{ "hooks", no_argument, NULL, 'H' },
		{ "domains", no_argument, NULL, 'D' },
		{ 0 },
	};
	bool hooks = false, domains = false;
	int option;

	gabion_cli_getopt_reset();
	while ((option = getopt_long(argc, argv, ":", options, NULL)) != -1) {
		switch (option) {
		case 'H':
			hooks = true;
			break;
		case 'D':
			domains = true;
			break;
		default:
			return gabion_cli_wrong_option(error, argv, option);
		}
	}
	if (optind != argc)
		return gabion_cli_wrong(error, argv[0], "takes no argument '%s'", argv[optind]);
	return show(cli, hooks, domains, error);
}
