// SPDX-License-Identifier: GPL-2.0
#include "commands.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "../../core/ioctl.h"
#include "../common/cleanup.h"
#include "mem.h"
#include "model.h"
#include "syscall_constants.h"

bool gabion_command_parse(const char *text, uint32_t *command)
{
	struct gabion_value value = {};

	if (text[0] >= '0' && text[0] <= '9' ? !gabion_number_parse(text, &value.bits)
					     : !gabion_constant_find(text, &value))
		return false;
	*command = value.bits;
	return value.bits <= UINT32_MAX;
}

/* One that has a name. */
struct named {
	uint32_t command;
	const char *name;
};

static VEC(struct named) all_named;
static pthread_once_t all_named_once = PTHREAD_ONCE_INIT;

/* By what names of commands begin with, in a table that has other constants as well. */
static bool names_command(const char *name)
{
	static const char *const prefixes[] = { "BLK", "FI", "FS_IOC", "KD", "KVM_", "LOOP_",
						"RND", "SIOC", "TCF", "TCG", "TCS", "TCX", "TIO",
						"TUN", "VHOST_", "VT_" };
	size_t p;

	for (p = 0; p < sizeof(prefixes) / sizeof(prefixes[0]); p++)
		if (!strncmp(name, prefixes[p], strlen(prefixes[p])))
			return true;
	return false;
}

static int by_command(const void *a, const void *b)
{
	const struct named *x = a, *y = b;

	return x->command != y->command ? (x->command > y->command) - (x->command < y->command) :
					  strcmp(x->name, y->name);
}

static void collect_named(void)
{
	struct gabion_value value;
	const char *name;
	uint32_t i;

	/* A command has the letter of its driver above the number: below are flags and the like. */
	for (i = 0; (name = gabion_constant_at(i)); i++)
		if (names_command(name) && gabion_constant_find(name, &value) && value.bits > 0xff &&
		    value.bits <= UINT32_MAX)
			vec_push(&all_named, (struct named){ (uint32_t)value.bits, name });
	qsort(all_named.v, all_named.n, sizeof(all_named.v[0]), by_command);
}

const char *gabion_command_name(uint32_t command)
{
	size_t low = 0, high, middle;

	pthread_once(&all_named_once, collect_named);
	for (high = all_named.n; low < high;) {
		middle = low + (high - low) / 2;
		if (all_named.v[middle].command < command)
			low = middle + 1;
		else
			high = middle;
	}
	return low < all_named.n && all_named.v[low].command == command ? all_named.v[low].name
									: NULL;
}

static bool resolve(struct gabion_model *m, const struct gabion_ast_term *term, uint32_t *command)
{
	cleanup_free char *nearest = NULL;

	if (gabion_command_parse(term->text, command))
		return true;
	if (term->text[0] >= '0' && term->text[0] <= '9') {
		model_error(m, &term->loc,
			    "commands are numbers of 32 bits, decimal, 0x hexadecimal or 0o octal",
			    "\"%s\" is not a command", term->text);
		return false;
	}
	nearest = gabion_constant_nearest(term->text, NULL);
	model_error(m, &term->loc,
		    nearest ? gabion_arena_printf(&m->arena, "did you mean `%s`?", nearest)
			    : "write its number, or a name of the kernel's headers",
		    "unknown command \"%s\"", term->text);
	return false;
}

static bool resolve_range(struct gabion_model *m, const struct gabion_ast_range *r, bool deny,
			  struct gabion_command_range *range)
{
	if (!resolve(m, r->low, &range->first))
		return false;
	range->last = range->first;
	if (r->high && !resolve(m, r->high, &range->last))
		return false;
	if (range->first > range->last) {
		model_error(m, &r->low->loc, "write the smaller number first",
			    "the range runs backwards");
		return false;
	}
	if (!deny || range->first != range->last)
		return true;
	switch (gabion_ioctl_permission(range->first)) {
	case GABION_FILE_IOCTL:
		return true;
	case GABION_FILE_STAT:
		model_error(m, &r->low->loc, "write `deny stat`",
			    "%s tells what stat(2) tells: `stat` grants it, not `ioctl`",
			    r->low->text);
		return false;
	default:
		model_error(m, &r->low->loc, "drop it",
			    "%s needs no grant, so nothing can take it away: it cannot be denied",
			    r->low->text);
		return false;
	}
}

/* The list as written but for its spaces. */
static const char *text_of(struct gabion_model *m, const struct gabion_ast_range *list)
{
	const struct gabion_ast_range *r;
	const char *text, *const *p;
	VEC(char) joined = {};

	for (r = list; r; r = r->next) {
		const char *const parts[] = { r == list ? "" : ", ", r->low->text,
					      r->high ? ".." : "", r->high ? r->high->text : "",
					      NULL };

		for (p = parts; *p; p++)
			for (text = *p; *text; text++)
				vec_push(&joined, *text);
	}
	text = gabion_arena_strndup(&m->arena, joined.v, joined.n);
	free(joined.v);
	return text;
}

const struct gabion_commands *gabion_commands_resolve(struct gabion_model *m,
						      const struct gabion_ast_range *list,
						      bool deny)
{
	struct gabion_commands *commands = gabion_arena_alloc(&m->arena, sizeof(*commands));
	const struct gabion_ast_range *r;
	bool right = true;

	for (r = list; r; r = r->next)
		commands->n++;
	commands->ranges = gabion_arena_alloc(&m->arena, commands->n * sizeof(*commands->ranges));
	commands->n = 0;
	for (r = list; r; r = r->next)
		right &= resolve_range(m, r, deny, &commands->ranges[commands->n++]);
	commands->text = text_of(m, list);
	return right ? commands : NULL;
}
