// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>

#include "../common/cleanup.h"
#include "../common/text.h"
#include "../policy/names.h"
#include "../policy/outcome.h"
#include "../policy/syscall_names.h"
#include "change_show.h"
#include "diff_show.h"

/* " (web_content)", " (nothing -> web_content)": the resources that an object belongs to. */
static void print_resources(const struct gabion_change *c)
{
	const char *old = c->resources[0], *new = c->resources[1];

	if (!old || !new || (!*old && !*new))
		return;
	if (!strcmp(old, new))
		printf("  (%s)", old);
	else
		printf("  (%s -> %s)", *old ? old : "no resource", *new ? new : "no resource");
}

/* "  + read,stat  /etc/shadow", and behind it @as and @word, if there is one. */
static void print_line(char sign, const char *what, const struct gabion_change *c, const char *as,
		       const char *word)
{
	cleanup_free char *object = c->object ? gabion_text_escape(c->object) : NULL;

	printf("  %c %s", sign, what);
	if (c->object)
		printf("  %s", object ? object : c->object);
	if (word)
		printf("  %s %s", as, word);
	print_resources(c);
	putchar('\n');
}

/* Permissions, or numbers, behind @prefix. */
static void print_bits(const struct gabion_change *c, const char *prefix)
{
	uint64_t bits[2] = {c->lost, c->gained};
	int side;

	for (side = 0; side < 2; side++) {
		cleanup_free char *words = gabion_bits_format(c->klass, bits[side]);
		cleanup_free char *what = gabion_xasprintf("%s%s", prefix, words);

		if (bits[side])
			print_line("-+"[side], what, c, NULL, NULL);
	}
}

static void print_entered(const struct gabion_change *c, const char *what)
{
	int side;

	for (side = 0; side < 2; side++)
		if (c->word[side])
			print_line("-+"[side], what, c, "as", c->word[side]);
}

static void print_commands(const struct gabion_change *c)
{
	int side;

	for (side = 0; side < 2; side++) {
		cleanup_free char *what = gabion_xasprintf("ioctl(%s)", c->word[side]);

		if (c->word[side])
			print_line("-+"[side], what, c, NULL, NULL);
	}
}

static char *outcome_words(uint32_t outcome)
{
	cleanup_free char *words = NULL;

	if (outcome == GABION_NO_OUTCOME)
		return gabion_xstrdup("no domain");
	words = gabion_outcome_format(outcome);
	return gabion_xasprintf("%s%s", words,
				outcome & GABION_OUTCOME_QUIET ? " not recorded" : "");
}

static void print_calls(const struct gabion_change *c)
{
	cleanup_free char *old = outcome_words(c->outcome[0]);
	cleanup_free char *new = outcome_words(c->outcome[1]);
	bool ran = GABION_OUTCOME_ACTION(c->outcome[0]) < GABION_ACTION_ERRNO;
	bool runs = GABION_OUTCOME_ACTION(c->outcome[1]) < GABION_ACTION_ERRNO;

	printf("  %c syscalls of %s: %s -> %s\n", ran == runs ? '~' : "-+"[runs],
	       gabion_abi_name(c->abi), old, new);
	gabion_calls_show_text(c, "      ");
}

/* "level internal -> secret"; of a domain that came or went "level secret". */
static void print_words(const struct gabion_change *c, const char *what)
{
	const char *only = !c->word[0] ? c->word[1] : !c->word[1] ? c->word[0] : NULL;
	cleanup_free char *text =
		only ? gabion_xasprintf("%s %s", what, only)
		     : gabion_xasprintf("%s %s -> %s", what, c->word[0], c->word[1]);

	print_line(!only ? '~' : c->word[1] ? '+' : '-', text, c, NULL, NULL);
}

static void print_change(const struct gabion_change *c)
{
	cleanup_free char *prefix = NULL;

	switch (c->kind) {
	case GABION_CHANGE_ACCESS:
		print_bits(c, "");
		break;
	case GABION_CHANGE_NUMBERS:
		prefix = gabion_xasprintf("%s ", c->klass == GABION_CLASS_FAMILY
							 ? "socket"
							 : gabion_class_name(c->klass));
		print_bits(c, prefix);
		break;
	case GABION_CHANGE_COMMANDS:
		print_commands(c);
		break;
	case GABION_CHANGE_ENTERS:
		print_entered(c, "execute");
		break;
	case GABION_CHANGE_HELPER:
		print_entered(c, "execute as helper");
		break;
	case GABION_CHANGE_AUDIT:
		print_bits(c, "audit ");
		break;
	case GABION_CHANGE_QUIET:
		print_bits(c, "quiet deny ");
		break;
	case GABION_CHANGE_CALLS:
		print_calls(c);
		break;
	case GABION_CHANGE_LEVEL:
		print_words(c, "level");
		break;
	case GABION_CHANGE_MODE:
		print_words(c, "mode");
		break;
	case GABION_CHANGE_LIMITS:
		print_words(c, "limit");
		break;
	case GABION_CHANGE_REQUIRED:
		print_words(c, "audit required");
		break;
	case GABION_CHANGE_ORDER:
		printf("  %c level %s\n", c->gained ? '+' : '-', c->object);
		break;
	case GABION_CHANGE_EXPECTATION:
		print_line(c->gained ? '+' : '-', "expect", c, NULL, NULL);
		break;
	case GABION_CHANGE_KINDS:
		break;
	}
}

static void print_domain(const struct gabion_domain_diff *d)
{
	size_t i;

	printf("domain %s%s\n", d->name,
	       !d->there[0]   ? " (added)"
	       : !d->there[1] ? " (removed)"
			      : "");
	for (i = 0; i < d->changes.n; i++)
		print_change(&d->changes.v[i]);
	if (d->unlike)
		printf("    (unconfined it may do everything: the rest is not listed)\n");
}

void gabion_diff_show_changes(const struct gabion_diff *diff)
{
	size_t i;

	if (diff->policy.n)
		puts("policy");
	for (i = 0; i < diff->policy.n; i++)
		print_change(&diff->policy.v[i]);
	for (i = 0; i < diff->ndomains; i++)
		print_domain(&diff->domains[i]);
}

void gabion_diff_show_text(const struct gabion_diff *diff, const char *const paths[2])
{
	if (gabion_diff_is_empty(diff))
		return;
	printf("--- %s\n+++ %s\n", paths[0], paths[1]);
	gabion_diff_show_changes(diff);
}
