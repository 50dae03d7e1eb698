// SPDX-License-Identifier: GPL-2.0
#include "top_tally.h"

#include <string.h>

#include "../event/event_words.h"

static struct gabion_tally_domain *find(const struct gabion_tally *t, const char *domain)
{
	size_t i;

	for (i = 0; i < t->domains.n; i++)
		if (!strcmp(t->domains.v[i].name, domain))
			return &t->domains.v[i];
	return NULL;
}

const struct gabion_tally_domain *gabion_tally_find(const struct gabion_tally *t,
						    const char *domain)
{
	return find(t, domain);
}

static void add_class(struct gabion_tally_domain *d, const struct gabion_event *event,
		      uint64_t count)
{
	const char *name = gabion_event_has(event, GABION_E_CLASS) ?
				   gabion_event_class_token(event->klass) :
				   gabion_event_type_token(event->type);
	size_t i;

	name = name ?: "other";
	for (i = 0; i < d->classes.n; i++)
		if (!strcmp(d->classes.v[i].name, name))
			break;
	if (i == d->classes.n)
		vec_push(&d->classes, (struct gabion_tally_class){ .name = name });
	d->classes.v[i].count += count;
}

static void add_event(struct gabion_tally *t, const struct gabion_event *event)
{
	uint64_t count = gabion_event_has(event, GABION_E_COUNT) ? event->count : 1;
	struct gabion_tally_domain *d;

	if (!event->domain)
		return;
	d = find(t, event->domain);
	if (!d) {
		vec_push(&t->domains,
			 (struct gabion_tally_domain){ .name = gabion_xstrdup(event->domain) });
		d = &t->domains.v[t->domains.n - 1];
	}
	d->events += count;
	add_class(d, event, count);
	if (!gabion_event_has(event, GABION_E_VERDICT))
		return;
	if (event->verdict == GABION_VERDICT_DENIED)
		d->denied += count;
	else if (event->verdict == GABION_VERDICT_COMPLAIN)
		d->complain += count;
	else if (event->verdict == GABION_VERDICT_ALLOWED)
		d->allowed += count;
}

void gabion_tally_add(struct gabion_tally *t, const struct gabion_record *record)
{
	if (record->kind == GABION_RECORD_EVENT)
		add_event(t, &record->event);
	else
		t->missing += record->count;
}

void gabion_tally_reset(struct gabion_tally *t)
{
	size_t i;

	for (i = 0; i < t->domains.n; i++) {
		free(t->domains.v[i].name);
		free(t->domains.v[i].classes.v);
	}
	free(t->domains.v);
	*t = (struct gabion_tally){ 0 };
}
