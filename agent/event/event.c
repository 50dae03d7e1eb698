// SPDX-License-Identifier: GPL-2.0
#include "event.h"

#include <errno.h>

struct gabion_ancestor *gabion_event_add_ancestor(struct gabion_event *event)
{
	struct gabion_ancestor *grown;

	grown = reallocarray(event->ancestors, event->nancestors + 1, sizeof(*grown));
	if (!grown)
		return NULL;
	event->ancestors = grown;
	event->present |= 1ULL << GABION_E_ANCESTOR;
	grown[event->nancestors] = (struct gabion_ancestor){ 0 };
	return &grown[event->nancestors++];
}

int gabion_event_add_rule(struct gabion_event *event, char *rule)
{
	char **grown;

	grown = rule ? reallocarray(event->rules, event->nrules + 1, sizeof(*grown)) : NULL;
	if (!grown) {
		free(rule);
		return -ENOMEM;
	}
	event->rules = grown;
	event->present |= 1ULL << GABION_E_RULE;
	grown[event->nrules++] = rule;
	return 0;
}

void gabion_event_free(struct gabion_event *event)
{
	size_t i;

	for (i = 0; i < event->nancestors; i++) {
		free(event->ancestors[i].comm);
		free(event->ancestors[i].domain);
	}
	free(event->ancestors);
	for (i = 0; i < event->nrules; i++)
		free(event->rules[i]);
	free(event->rules);
	free(event->level);
	free(event->object_level);
	free(event->message);
	free(event->domain);
	free(event->target);
	free(event->resource);
	free(event->object);
	free(event->object2);
	free(event->hook);
	free(event->comm);
	free(event->exe);
	*event = (struct gabion_event){ 0 };
}
