// SPDX-License-Identifier: GPL-2.0
/* A random policy as text, in the many ways that the language has for the same. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "syscall_random.h"
#include "syscall_random_pool.h"

static void write_condition(FILE *out, const struct reference_condition *c, bool top)
{
	static const char *const operators[] = {"==", "!=", "<", "<=", ">", ">=", "in", "not in"};
	bool wrap = c->right && !top;
	size_t i;

	if (c->kind == REFERENCE_NOT) {
		fprintf(out, "not %s", c->left->right ? "" : "(");
		write_condition(out, c->left, false);
		fprintf(out, "%s", c->left->right ? "" : ")");
		return;
	}
	if (c->right) {
		/* `and` binds more than `or`, and the comma less than both. */
		bool comma = c->kind == REFERENCE_AND && top && c->comma;

		fprintf(out, "%s", wrap ? "(" : "");
		write_condition(out, c->left,
				comma || (c->kind == REFERENCE_OR &&
					  c->left->kind == REFERENCE_AND && !c->left->comma));
		fprintf(out, "%s", comma ? ", " : c->kind == REFERENCE_AND ? " and " : " or ");
		write_condition(out, c->right, false);
		fprintf(out, "%s", wrap ? ")" : "");
		return;
	}
	fprintf(out, "%s", c->parameter);
	if (c->masked)
		fprintf(out, " & %s", c->mask.text);
	fprintf(out, " %s ", operators[c->operator]);
	if (c->operator<REFERENCE_IN) {
		fprintf(out, "%s", c->low[0].text);
		return;
	}
	fprintf(out, "{");
	for (i = 0; i < c->nranges; i++) {
		fprintf(out, "%s%s", i ? ", " : "", c->low[i].text);
		if (c->low[i].bits != c->high[i].bits)
			fprintf(out, "..%s", c->high[i].text);
	}
	fprintf(out, "}");
}

static void write_action(FILE *out, uint32_t action, uint32_t data)
{
	static const char *const names[] = {"allow", "log", "trace", "errno", "trap", "kill"};

	fprintf(out, " as %s", names[action]);
	if (action == GABION_ACTION_ERRNO && data == ENOSYS)
		fprintf(out, " ENOSYS");
	else if (data)
		fprintf(out, " %u", data);
}

static void write_statement(FILE *out, const struct gabion_random_domain *d,
			    const struct gabion_random_statement *s)
{
	const char *between = s->quiet ? "\tquiet syscalls " : "\tsyscalls ";
	size_t i;

	for (i = s->first; i < s->first + s->n; i++) {
		if (d->omitted[i])
			continue;
		fprintf(out, "%s%s%s", between, d->items[i].negated ? "-" : "", d->spelling[i]);
		between = ",\n\t\t";
		if (!d->items[i].condition)
			continue;
		fprintf(out, "(");
		write_condition(out, d->items[i].condition, true);
		fprintf(out, ")");
	}
	if (between[0] != ',')
		return;
	if (s->as)
		write_action(out, d->items[s->first].action, d->items[s->first].data);
	fprintf(out, "\n");
}

static void write_domain(FILE *out, const struct gabion_random_domain *d)
{
	const struct reference_filter *f = &d->filter;
	size_t i;

	fprintf(out, "domain %s {\n", d->name);
	if (f->abis & 1U << GABION_ABI_I386)
		fprintf(out, "\tabi i386\n");
	if (f->abis & 1U << GABION_ABI_X32)
		fprintf(out, "\tabi x32\n");
	if (f->strict)
		fprintf(out, "\tsyscalls strict\n");
	for (i = 0; i < d->nstatements; i++)
		write_statement(out, d, &d->statements[i]);
	if (f->default_written) {
		fprintf(out, "\t%ssyscalls default", f->default_quiet ? "quiet " : "");
		write_action(out, f->default_action, f->default_data);
		fprintf(out, "\n");
	}
	fprintf(out, "}\n");
}

/* Members beyond those of the set it uses, where it uses one. */
static void write_set(FILE *out, const char *name, const char *uses, const char *const *names,
		      size_t from, size_t n)
{
	size_t i;

	fprintf(out, "set %s {\n\tsyscalls %s%s", name, uses, *uses && from < n ? ", " : "");
	for (i = from; i < n; i++)
		fprintf(out, "%s%s", i > from ? ", " : "", names[i]);
	fprintf(out, "\n}\n");
}

void gabion_random_policy_write(struct gabion_random_policy *p)
{
	char name[8];
	size_t size, i;
	FILE *out;

	free(p->text);
	p->text = NULL;
	out = open_memstream(&p->text, &size);
	for (i = 0; i < GABION_RANDOM_SETS; i++) {
		bool last = i == GABION_RANDOM_SETS - 1;

		snprintf(name, sizeof(name), "s%zu", i);
		write_set(out, name, last ? "@s0" : "", p->sets[i], last ? p->nsets[0] : 0,
			  p->nsets[i]);
	}
	write_set(out, "uring", "", pool_uring, 0, POOL_N(pool_uring));
	for (i = 0; i < GABION_RANDOM_DOMAINS; i++)
		write_domain(out, &p->domains[i]);
	fclose(out);
}
