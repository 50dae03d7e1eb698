// SPDX-License-Identifier: GPL-2.0
/* What a domain may do: all of it, by class, with an example for each sort of objects. */
#include "query_show.h"

#include <stdio.h>
#include <string.h>

#include "../common/cleanup.h"
#include "../common/text.h"
#include "../policy/mem.h"
#include "../policy/outcome.h"
#include "../policy/syscall_names.h"
#include "../query/listing.h"
#include "change_show.h"
#include "cli.h"

struct list {
	const struct gabion_view *view;
	uint32_t domain;
	const char *name;
	bool why;
	struct gabion_listing listing;
};

static const char *heading(const struct gabion_change *c)
{
	switch (c->klass) {
	case GABION_CLASS_FILE:
		return "files";
	case GABION_CLASS_NET:
		return "network endpoints";
	case GABION_CLASS_DOMAIN:
		return "domains";
	default:
		return NULL;
	}
}

/* The rules that grant it. Release @answer. */
static void find_rules(const struct list *l, const struct gabion_change *c,
		       struct gabion_answer *answer)
{
	*answer = (struct gabion_answer){
		.klass = c->klass,
		.domain = l->domain,
		.label = c->label[1],
		.wanted = c->kind == GABION_CHANGE_COMMANDS ? GABION_FILE_IOCTL
			  : c->kind == GABION_CHANGE_ENTERS ? GABION_FILE_EXECUTE
							    : c->gained,
		.has_command = c->kind == GABION_CHANGE_COMMANDS,
	};
	gabion_query_rules(l->view, answer, c->kind == GABION_CHANGE_QUIET);
}

static void print_rules(const struct list *l, const struct gabion_change *c)
{
	struct gabion_answer answer;

	if (!l->why)
		return;
	find_rules(l, c, &answer);
	gabion_rules_show_text(stdout, l->view, &answer, "      ");
	gabion_answer_free(&answer);
}

/* "read,stat", "ioctl(TIOCSTI)", "audit read": what is granted, malloc'ed. */
static char *words_of(const struct gabion_change *c)
{
	cleanup_free char *bits = gabion_bits_format(c->klass, c->gained);

	switch (c->kind) {
	case GABION_CHANGE_COMMANDS:
		return gabion_xasprintf("ioctl(%s)", c->word[1]);
	case GABION_CHANGE_ENTERS:
		return gabion_xstrdup("execute");
	case GABION_CHANGE_HELPER:
		return gabion_xstrdup("execute as helper");
	case GABION_CHANGE_AUDIT:
		return gabion_xasprintf("audit %s", bits);
	case GABION_CHANGE_QUIET:
		return gabion_xasprintf("quiet deny %s", bits);
	default:
		return gabion_xstrdup(bits);
	}
}

static void print_object(const struct list *l, const struct gabion_change *c)
{
	cleanup_free char *object = gabion_text_escape(c->object);
	cleanup_free char *words = words_of(c);
	bool enters = c->kind == GABION_CHANGE_ENTERS || c->kind == GABION_CHANGE_HELPER;

	printf("  %s  %s", words, object ? object : c->object);
	if (enters)
		printf("  enters %s", c->word[1]);
	if (c->resources[1] && *c->resources[1])
		printf("  (%s)", c->resources[1]);
	putchar('\n');
	print_rules(l, c);
}

/* Each number on a line of its own where its rules are wanted. */
static void print_numbers(const struct list *l, const struct gabion_change *c)
{
	const char *what = c->klass == GABION_CLASS_FAMILY ? "socket" : gabion_class_name(c->klass);
	unsigned int i;

	if (!l->why) {
		cleanup_free char *words = gabion_bits_format(c->klass, c->gained);

		printf("%s\n  %s\n", what, words);
		return;
	}
	puts(what);
	for (i = 0; i < 64; i++) {
		cleanup_free char *word = gabion_bits_format(c->klass, 1ULL << i);
		struct gabion_change one = *c;

		if (!(c->gained >> i & 1))
			continue;
		printf("  %s\n", word);
		one.label[1] = i;
		one.gained = 1ULL << i;
		print_rules(l, &one);
	}
}

static void print_grant(const struct list *l, const struct gabion_change *c, const char **section)
{
	const char *head = heading(c);

	if (c->kind == GABION_CHANGE_LEVEL || c->kind == GABION_CHANGE_MODE ||
	    c->kind == GABION_CHANGE_LIMITS) {
		printf("%s %s\n", gabion_change_kind_name(c->kind), c->word[1]);
	} else if (c->kind == GABION_CHANGE_REQUIRED) {
		printf("audit required %s\n", c->word[1]);
	} else if (c->kind == GABION_CHANGE_NUMBERS) {
		print_numbers(l, c);
	} else if (c->kind == GABION_CHANGE_CALLS) {
		cleanup_free char *outcome = gabion_outcome_format(c->outcome[1]);

		printf("syscalls of %s, %s\n", gabion_abi_name(c->abi), outcome);
		gabion_calls_show_text(c, "  ");
	} else {
		if (!*section || strcmp(head, *section))
			puts(head);
		*section = head;
		print_object(l, c);
	}
}

static void print_entries(const struct list *l)
{
	size_t i;

	if (l->listing.entries.n)
		puts("entered");
	for (i = 0; i < l->listing.entries.n; i++) {
		const struct gabion_entry *e = &l->listing.entries.v[i];
		cleanup_free char *object = gabion_text_escape(e->object);

		printf("  by %s executing %s\n", e->helper ? "the kernel" : e->from,
		       object ? object : e->object);
	}
}

static bool is_unconfined(const struct list *l)
{
	return le32_to_cpu(l->view->domains[l->domain].flags) & GABION_DOMAIN_UNCONFINED;
}

static void print_text(const struct list *l)
{
	const char *section = NULL;
	size_t i;

	printf("domain %s\n", l->name);
	for (i = 0; i < l->listing.grants.n; i++)
		print_grant(l, &l->listing.grants.v[i], &section);
	print_entries(l);
	if (is_unconfined(l))
		puts("unconfined: it may do everything");
}

static void json_bits(struct gabion_json *json, const struct gabion_change *c)
{
	unsigned int i;

	gabion_json_open(json, "permissions", '[');
	for (i = 0; i < 64; i++) {
		cleanup_free char *word = gabion_bits_format(c->klass, 1ULL << i);

		if (c->gained >> i & 1)
			gabion_json_string(json, NULL, word);
	}
	gabion_json_close(json, ']');
}

static void json_grant(struct gabion_json *json, const struct list *l,
		       const struct gabion_change *c)
{
	cleanup_free char *outcome =
		c->kind == GABION_CHANGE_CALLS ? gabion_outcome_format(c->outcome[1]) : NULL;
	struct gabion_answer answer;
	size_t i;

	gabion_json_open(json, NULL, '{');
	gabion_json_string(json, "kind", gabion_change_kind_name(c->kind));
	gabion_json_string(json, "class", c->klass ? gabion_class_name(c->klass) : NULL);
	gabion_json_string(json, "object", c->object);
	gabion_json_string(json, "resources", c->resources[1]);
	if (c->gained)
		json_bits(json, c);
	gabion_json_string(json, "value", c->word[1]);
	gabion_json_string(json, "outcome", outcome);
	if (c->kind == GABION_CHANGE_CALLS) {
		gabion_json_string(json, "abi", gabion_abi_name(c->abi));
		gabion_json_open(json, "calls", '[');
		for (i = 0; i < c->calls.n; i++)
			gabion_json_string(json, NULL, c->calls.v[i]);
		gabion_json_close(json, ']');
	}
	if (c->object) {
		find_rules(l, c, &answer);
		gabion_rules_show_json(json, l->view, &answer);
		gabion_answer_free(&answer);
	}
	gabion_json_close(json, '}');
}

static int print_json(const struct list *l)
{
	cleanup_json struct gabion_json json = {0};
	size_t i;

	gabion_json_open(&json, NULL, '{');
	gabion_json_string(&json, "domain", l->name);
	gabion_json_bool(&json, "unconfined", is_unconfined(l));
	gabion_json_open(&json, "grants", '[');
	for (i = 0; i < l->listing.grants.n; i++)
		json_grant(&json, l, &l->listing.grants.v[i]);
	gabion_json_close(&json, ']');
	gabion_json_open(&json, "entries", '[');
	for (i = 0; i < l->listing.entries.n; i++) {
		const struct gabion_entry *e = &l->listing.entries.v[i];

		gabion_json_open(&json, NULL, '{');
		gabion_json_string(&json, "from", e->from);
		gabion_json_bool(&json, "helper", e->helper);
		gabion_json_string(&json, "object", e->object);
		gabion_json_close(&json, '}');
	}
	gabion_json_close(&json, ']');
	gabion_json_close(&json, '}');
	return gabion_json_print(&json);
}

int gabion_query_list(const struct gabion_view *view, const char *domain, bool why, bool json,
		      struct gabion_error *error)
{
	struct list l = {.view = view, .name = domain, .why = why};
	int err = gabion_query_domain(view, domain, &l.domain, error);

	if (!err)
		err = gabion_listing_make(view, l.domain, &l.listing, error);
	if (err)
		return GABION_EXIT_ERROR;
	if (json)
		err = print_json(&l);
	else
		print_text(&l);
	gabion_listing_free(&l.listing);
	if (err)
		gabion_error_set(error, err, "cannot write: %s", strerror(-err));
	return err ? GABION_EXIT_ERROR : GABION_EXIT_OK;
}
