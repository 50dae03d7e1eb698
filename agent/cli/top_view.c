// SPDX-License-Identifier: GPL-2.0
#include "top_view.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "../common/cleanup.h"
#include "../event/event_words.h"
#include "table.h"

static uint64_t since(uint64_t now, uint64_t before)
{
	return now >= before ? now - before : now;
}

/* What the kernel counts; of a domain that it no longer has, what gabiond told. */
static uint64_t refusals(const struct gabion_top_domain *d)
{
	return d->sample ? d->counts.refusals : d->tally ? d->tally->denied : 0;
}

static uint64_t events(const struct gabion_top_domain *d)
{
	return d->sample ? d->counts.events : d->tally ? d->tally->events : 0;
}

static uint32_t threads(const struct gabion_top_domain *d)
{
	return d->sample ? d->sample->ntasks : 0;
}

static int by_rate(const void *a, const void *b)
{
	const struct gabion_top_domain *x = a, *y = b;

	if (refusals(x) != refusals(y))
		return refusals(x) < refusals(y) ? 1 : -1;
	if (events(x) != events(y))
		return events(x) < events(y) ? 1 : -1;
	if (x->counts.checks != y->counts.checks)
		return x->counts.checks < y->counts.checks ? 1 : -1;
	if (threads(x) != threads(y))
		return threads(x) < threads(y) ? 1 : -1;
	return strcmp(x->name, y->name);
}

static int by_checks(const void *a, const void *b)
{
	const struct gabion_top_hook *x = a, *y = b;

	if (x->checks != y->checks)
		return x->checks < y->checks ? 1 : -1;
	return strcmp(x->name, y->name);
}

static void compare_hooks(struct gabion_top *top, const struct gabion_sample *before,
			  const struct gabion_sample *now)
{
	size_t i;

	for (i = 0; i < now->hooks.n; i++) {
		const struct gabion_sample_hook *hook = &now->hooks.v[i];
		const struct gabion_sample_hook *then = gabion_sample_hook(before, hook->name);
		struct gabion_top_hook row = {
			.name = hook->name,
			.checks = since(hook->checks, then ? then->checks : 0),
			.refusals = since(hook->refusals, then ? then->refusals : 0),
		};

		top->checks += row.checks;
		top->refusals += row.refusals;
		vec_push(&top->hooks, row);
	}
	if (top->hooks.n)
		qsort(top->hooks.v, top->hooks.n, sizeof(*top->hooks.v), by_checks);
}

static struct gabion_domain_counts between(const struct gabion_domain_counts *before,
					   const struct gabion_domain_counts *now)
{
	return (struct gabion_domain_counts){
		.checks = since(now->checks, before->checks),
		.refusals = since(now->refusals, before->refusals),
		.events = since(now->events, before->events),
		.lost = since(now->lost, before->lost),
		.withheld = since(now->withheld, before->withheld),
	};
}

static void join_domains(struct gabion_top *top, const struct gabion_sample *before,
			 const struct gabion_sample *now, const struct gabion_tally *tally)
{
	static const struct gabion_domain_counts none;
	size_t i, j;

	for (i = 0; i < now->domains.n; i++) {
		const struct gabion_sample_domain *sample = &now->domains.v[i];
		const struct gabion_sample_domain *then = gabion_sample_domain(before, sample->name);

		vec_push(&top->domains, (struct gabion_top_domain){
						.name = sample->name,
						.sample = sample,
						.tally = gabion_tally_find(tally, sample->name),
						.counts = between(then ? &then->counts : &none,
								  &sample->counts),
					});
		top->withheld += top->domains.v[top->domains.n - 1].counts.withheld;
	}
	/* Of a policy that was replaced meanwhile, or the host's. */
	for (i = 0; i < tally->domains.n; i++) {
		const struct gabion_tally_domain *d = &tally->domains.v[i];

		for (j = 0; j < now->domains.n; j++)
			if (!strcmp(now->domains.v[j].name, d->name))
				break;
		if (j == now->domains.n)
			vec_push(&top->domains,
				 (struct gabion_top_domain){ .name = d->name, .tally = d });
	}
	if (top->domains.n)
		qsort(top->domains.v, top->domains.n, sizeof(*top->domains.v), by_rate);
}

void gabion_top_compare(struct gabion_top *top, const struct gabion_sample *before,
			const struct gabion_sample *now, const struct gabion_tally *tally)
{
	static const struct gabion_tally none;

	top->ns = now->time > before->time ? now->time - before->time : 1;
	top->counted = tally;
	top->missing = tally ? tally->missing : 0;
	top->status = &now->status;
	top->made = since(now->status.events_made, before->status.events_made);
	top->folded = since(now->status.events_folded, before->status.events_folded);
	top->lost = since(now->status.events_lost, before->status.events_lost);
	compare_hooks(top, before, now);
	join_domains(top, before, now, tally ?: &none);
}

void gabion_top_free(struct gabion_top *top)
{
	free(top->domains.v);
	free(top->hooks.v);
	*top = (struct gabion_top){ 0 };
}

/* ---- for people ---- */

static double rate(const struct gabion_top *top, uint64_t count)
{
	return (double)count * 1e9 / (double)top->ns;
}

static int put_rate(struct gabion_table *table, const struct gabion_top *top, uint64_t count)
{
	char text[32];

	snprintf(text, sizeof(text), "%.1f", rate(top, count));
	return gabion_table_text(table, text);
}

/* "file 12, net 3" */
static int put_classes(struct gabion_table *table, const struct gabion_tally_domain *tally)
{
	cleanup_free char *text = NULL;
	size_t length, i;
	FILE *out = tally ? open_memstream(&text, &length) : NULL;

	if (!tally)
		return gabion_table_text(table, NULL);
	if (!out)
		return -ENOMEM;
	for (i = 0; i < tally->classes.n; i++)
		fprintf(out, "%s%s %" PRIu64, i ? ", " : "", tally->classes.v[i].name,
			tally->classes.v[i].count);
	if (fclose(out))
		return -ENOMEM;
	return gabion_table_text(table, text);
}

static int put_domain(struct gabion_table *table, const struct gabion_top *top,
		      const struct gabion_top_domain *d)
{
	static const struct gabion_tally_domain none;
	const struct gabion_tally_domain *tally = d->tally ?: &none;
	int err = gabion_table_text(table, d->name), i;

	if (d->sample)
		err = err ?: gabion_table_text(table, gabion_event_mode_token(d->sample->flags)) ?:
		      gabion_table_number(table, d->sample->ntasks) ?:
		      put_rate(table, top, d->counts.checks) ?: put_rate(table, top, d->counts.refusals);
	for (i = 0; !d->sample && i < 4; i++)
		err = err ?: gabion_table_text(table, NULL);
	err = err ?: put_rate(table, top, events(d));
	if (!top->counted)
		return err;
	return err ?: put_rate(table, top, tally->denied) ?:
	       put_rate(table, top, tally->complain) ?: put_classes(table, d->tally);
}

static int put_words(struct gabion_table *table, const char *const *words, size_t n)
{
	size_t i;
	int err = 0;

	for (i = 0; i < n && !err; i++)
		err = gabion_table_text(table, words[i]);
	return err;
}

static int print_domains(const struct gabion_top *top, size_t rows)
{
	static const char *const head[] = { "DOMAIN", "MODE", "THREADS", "CHECKS/S", "REFUSALS/S",
					    "EVENTS/S", "DENIED/S", "COMPLAIN/S", "EVENTS BY CLASS" };
	cleanup_table struct gabion_table table = {
		.ncolumns = top->counted ? 9 : 6, .right = 0xfc /* the numbers */
	};
	int err = put_words(&table, head, table.ncolumns);
	size_t i;

	for (i = 0; i < top->domains.n && i < rows && !err; i++)
		err = put_domain(&table, top, &top->domains.v[i]);
	if (err)
		return err;
	gabion_table_print(&table);
	if (rows < top->domains.n)
		printf("(%zu more)\n", top->domains.n - rows);
	return 0;
}

static int print_hooks(const struct gabion_top *top, size_t rows)
{
	static const char *const head[] = { "HOOK", "CHECKS/S", "REFUSALS/S" };
	cleanup_table struct gabion_table table = { .ncolumns = 3, .right = 1U << 1 | 1U << 2 };
	int err = put_words(&table, head, table.ncolumns);
	size_t i;

	/* Those that did nothing say nothing. */
	for (i = 0; i < top->hooks.n && i < rows && top->hooks.v[i].checks && !err; i++)
		err = gabion_table_text(&table, top->hooks.v[i].name) ?:
		      put_rate(&table, top, top->hooks.v[i].checks) ?:
		      put_rate(&table, top, top->hooks.v[i].refusals);
	if (!err)
		gabion_table_print(&table);
	return err;
}

int gabion_top_print(const struct gabion_top *top, size_t rows)
{
	int err;

	printf("%u threads confined  checks %.1f/s  refusals %.1f/s  events %.1f/s made, %.1f/s "
	       "folded, %.1f/s lost\n", top->status->ntasks, rate(top, top->checks),
	       rate(top, top->refusals), rate(top, top->made), rate(top, top->folded),
	       rate(top, top->lost));
	if (top->withheld)
		printf("%.1f/s operations refused because there is no room for their events\n",
		       rate(top, top->withheld));
	if (!top->counted)
		puts("gabiond was not there all the time: its events are not counted by class");
	else if (top->missing)
		printf("%" PRIu64 " events are missing in what is counted by class\n",
		       top->missing);
	putchar('\n');
	err = print_domains(top, rows ?: SIZE_MAX);
	if (err)
		return err;
	putchar('\n');
	return print_hooks(top, rows ? rows / 3 : SIZE_MAX);
}

/* ---- for programs ---- */

static void encode_domain(struct gabion_json *json, const struct gabion_top *top,
			  const struct gabion_top_domain *d)
{
	static const struct gabion_tally_domain none;
	const struct gabion_tally_domain *tally = d->tally ?: &none;
	size_t i;

	gabion_json_open(json, NULL, '{');
	gabion_json_string(json, "name", d->name);
	if (d->sample) {
		gabion_json_string(json, "mode", gabion_event_mode_token(d->sample->flags));
		gabion_json_unsigned(json, "threads", d->sample->ntasks);
		gabion_json_unsigned(json, "checks", d->counts.checks);
		gabion_json_unsigned(json, "refusals", d->counts.refusals);
		gabion_json_unsigned(json, "made", d->counts.events);
		gabion_json_unsigned(json, "lost", d->counts.lost);
		gabion_json_unsigned(json, "withheld", d->counts.withheld);
	}
	if (top->counted) {
		gabion_json_unsigned(json, "denied", tally->denied);
		gabion_json_unsigned(json, "complain", tally->complain);
		gabion_json_unsigned(json, "allowed", tally->allowed);
		gabion_json_unsigned(json, "events", tally->events);
		gabion_json_open(json, "classes", '{');
		for (i = 0; i < tally->classes.n; i++)
			gabion_json_unsigned(json, tally->classes.v[i].name,
					     tally->classes.v[i].count);
		gabion_json_close(json, '}');
	}
	gabion_json_close(json, '}');
}

void gabion_top_encode(struct gabion_json *json, const struct gabion_top *top)
{
	size_t i;

	gabion_json_open(json, NULL, '{');
	gabion_json_unsigned(json, "interval_ns", top->ns);
	gabion_json_hex(json, "instance", top->status->instance);
	gabion_json_unsigned(json, "threads", top->status->ntasks);
	gabion_json_unsigned(json, "checks", top->checks);
	gabion_json_unsigned(json, "refusals", top->refusals);
	gabion_json_unsigned(json, "made", top->made);
	gabion_json_unsigned(json, "folded", top->folded);
	gabion_json_unsigned(json, "lost", top->lost);
	gabion_json_unsigned(json, "withheld", top->withheld);
	gabion_json_bool(json, "counted", top->counted);
	if (top->counted)
		gabion_json_unsigned(json, "missing", top->missing);
	gabion_json_open(json, "domains", '[');
	for (i = 0; i < top->domains.n; i++)
		encode_domain(json, top, &top->domains.v[i]);
	gabion_json_close(json, ']');
	gabion_json_open(json, "hooks", '[');
	for (i = 0; i < top->hooks.n; i++) {
		gabion_json_open(json, NULL, '{');
		gabion_json_string(json, "name", top->hooks.v[i].name);
		gabion_json_unsigned(json, "checks", top->hooks.v[i].checks);
		gabion_json_unsigned(json, "refusals", top->hooks.v[i].refusals);
		gabion_json_close(json, '}');
	}
	gabion_json_close(json, ']');
	gabion_json_close(json, '}');
}
