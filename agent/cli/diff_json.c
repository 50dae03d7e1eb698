// SPDX-License-Identifier: GPL-2.0
#include "../common/cleanup.h"
#include "../common/json.h"
#include "../policy/names.h"
#include "../policy/outcome.h"
#include "../policy/syscall_names.h"
#include "change_show.h"
#include "diff_show.h"

/* An array of the words for @bits: permissions, capabilities, ... */
static void json_bits(struct gabion_json *json, const char *key, uint32_t klass, uint64_t bits)
{
	unsigned int i;

	gabion_json_open(json, key, '[');
	for (i = 0; i < 64; i++) {
		const char *name = gabion_name_of(klass, i);
		cleanup_free char *number = name ? NULL : gabion_xasprintf("%u", i);

		if (bits >> i & 1)
			gabion_json_string(json, NULL, name ? name : number);
	}
	gabion_json_close(json, ']');
}

static void json_outcome(struct gabion_json *json, const char *key, uint32_t outcome)
{
	cleanup_free char *words = gabion_outcome_format(outcome);

	if (outcome == GABION_NO_OUTCOME)
		return;
	gabion_json_open(json, key, '{');
	gabion_json_string(json, "outcome", words);
	gabion_json_bool(json, "quiet", outcome & GABION_OUTCOME_QUIET);
	gabion_json_close(json, '}');
}

static void json_calls(struct gabion_json *json, const struct gabion_change *c)
{
	size_t i;

	gabion_json_string(json, "abi", gabion_abi_name(c->abi));
	json_outcome(json, "old", c->outcome[0]);
	json_outcome(json, "new", c->outcome[1]);
	gabion_json_open(json, "calls", '[');
	for (i = 0; i < c->calls.n; i++)
		gabion_json_string(json, NULL, c->calls.v[i]);
	gabion_json_close(json, ']');
}

static void json_change(struct gabion_json *json, const struct gabion_change *c)
{
	bool bits = c->kind == GABION_CHANGE_ACCESS || c->kind == GABION_CHANGE_NUMBERS ||
		    c->kind == GABION_CHANGE_AUDIT || c->kind == GABION_CHANGE_QUIET;

	gabion_json_open(json, NULL, '{');
	gabion_json_string(json, "kind", gabion_change_kind_name(c->kind));
	if (c->klass)
		gabion_json_string(json, "class", gabion_class_name(c->klass));
	gabion_json_string(json, "object", c->object);
	gabion_json_string(json, "old_resources", c->resources[0]);
	gabion_json_string(json, "new_resources", c->resources[1]);
	if (bits) {
		json_bits(json, "lost", c->klass, c->lost);
		json_bits(json, "gained", c->klass, c->gained);
	} else if (c->kind == GABION_CHANGE_ORDER || c->kind == GABION_CHANGE_EXPECTATION) {
		gabion_json_bool(json, "old", c->lost);
		gabion_json_bool(json, "new", c->gained);
	} else if (c->kind == GABION_CHANGE_CALLS) {
		json_calls(json, c);
	} else {
		gabion_json_string(json, "old", c->word[0]);
		gabion_json_string(json, "new", c->word[1]);
	}
	gabion_json_close(json, '}');
}

static void json_changes(struct gabion_json *json, const char *key,
			 const struct gabion_changes *changes)
{
	size_t i;

	gabion_json_open(json, key, '[');
	for (i = 0; i < changes->n; i++)
		json_change(json, &changes->v[i]);
	gabion_json_close(json, ']');
}

void gabion_diff_add_json(struct gabion_json *json, const struct gabion_diff *diff)
{
	size_t i;

	json_changes(json, "policy", &diff->policy);
	gabion_json_open(json, "domains", '[');
	for (i = 0; i < diff->ndomains; i++) {
		const struct gabion_domain_diff *d = &diff->domains[i];

		gabion_json_open(json, NULL, '{');
		gabion_json_string(json, "domain", d->name);
		gabion_json_bool(json, "in_old", d->there[0]);
		gabion_json_bool(json, "in_new", d->there[1]);
		gabion_json_bool(json, "unconfined_in_one", d->unlike);
		json_changes(json, "changes", &d->changes);
		gabion_json_close(json, '}');
	}
	gabion_json_close(json, ']');
}

int gabion_diff_show_json(const struct gabion_diff *diff, const char *const paths[2])
{
	cleanup_json struct gabion_json json = {0};

	gabion_json_open(&json, NULL, '{');
	gabion_json_string(&json, "old", paths[0]);
	gabion_json_string(&json, "new", paths[1]);
	gabion_json_bool(&json, "same", gabion_diff_is_empty(diff));
	gabion_diff_add_json(&json, diff);
	gabion_json_close(&json, '}');
	return gabion_json_print(&json);
}
