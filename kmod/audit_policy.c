// SPDX-License-Identifier: GPL-2.0
/*
 * What the policy that decided has to say about an event: levels in words, rules
 * by their places.  Here and not in the agent, which knows the policy in force
 * only, and not even that where another has loaded it.
 */
#include <linux/kernel.h>
#include "audit.h"
#include "core/decide.h"
#include "policy.h"
#include "rule_index.h"

const char *gabion_audit_level(const struct gabion_event *event)
{
	const struct gabion_view *view;
	u32 index;

	if (!event->policy || !gabion_policy_index(event->policy, event->domain, &index))
		return NULL;
	view = &event->policy->view;
	return gabion_view_string(view, gabion_label_level(view, GABION_CLASS_DOMAIN, index)->name);
}

const char *gabion_audit_object_level(const struct gabion_event *event)
{
	const struct gabion_class_view *c;
	const struct gabion_view *view;
	u32 index, klass = event->klass;

	if (!event->policy)
		return NULL;
	view = &event->policy->view;
	if (event->target != GABION_NO_TARGET) {
		if (!gabion_policy_index(event->policy, event->target, &index))
			return NULL;
		return gabion_view_string(view, gabion_label_level(view, GABION_CLASS_DOMAIN,
								   index)->name);
	}
	/* Where there was no memory, nothing was looked up. */
	if (event->type != GABION_EVENT_ACCESS || event->reason == GABION_REASON_MEMORY ||
	    (klass != GABION_CLASS_FILE && klass != GABION_CLASS_NET))
		return NULL;
	c = &view->classes[klass];
	if (!c->labels || event->label >= c->nlabels)
		return NULL;
	return gabion_view_string(view, gabion_label_level(view, klass, event->label)->name);
}

/* Which rules is the record to name? false: it comes from none. */
static bool ask(const struct gabion_event *event, struct gabion_rule_question *q)
{
	bool numbers = event->klass >= GABION_CLASS_TABLES_END;

	if (event->type != GABION_EVENT_ACCESS || event->klass == GABION_CLASS_SYSCALL ||
	    !gabion_policy_index(event->policy, event->domain, &q->domain))
		return false;
	q->klass = event->klass;
	q->object = numbers ? event->wanted : event->label;
	q->command = event->command;
	q->wanted = event->refused;
	switch (event->reason) {
	case GABION_REASON_NONE:
		q->wanted = event->wanted;
		q->deny = false;
		return true;
	case GABION_REASON_LEVEL:
		q->deny = false;
		return true;
	case GABION_REASON_DENY:
		q->deny = true;
		return true;
	default:
		/* No matrix says of a number whether it was denied or never granted. */
		q->deny = true;
		return numbers;
	}
}

static unsigned int digits_of(u32 number)
{
	unsigned int n = 1;

	for (; number >= 10; number /= 10)
		n++;
	return n;
}

/* "FILE:LINE" with its NUL. Not by snprintf(), which is dearer than all else about an event. */
static size_t place_size(const struct gabion_view *view, const struct gabion_policy_rule *rule)
{
	return strlen(gabion_view_string(view, rule->file)) + 1 +
	       digits_of(le32_to_cpu(rule->line)) + 1;
}

/* To where @room bytes are. Return: behind it. */
static char *put_place(char *to, size_t room, const struct gabion_view *view,
		       const struct gabion_policy_rule *rule)
{
	const char *file = gabion_view_string(view, rule->file);
	u32 line = le32_to_cpu(rule->line);
	size_t length = strlen(file), digits = digits_of(line);
	char *digit;

	if (WARN_ON_ONCE(length + digits + 2 > room))
		return to;
	memcpy(to, file, length);
	to += length;
	*to++ = ':';
	for (digit = to + digits; digit > to; line /= 10)
		*--digit = '0' + line % 10;
	to[digits] = '\0';
	return to + digits + 1;
}

void gabion_audit_rules(const struct gabion_event *event, struct gabion_event_rules *rules)
{
	struct gabion_rule_question question;
	u32 found[GABION_RULES_FOUND_MAX];
	const struct gabion_view *view;
	unsigned int i, n;
	size_t size;

	rules->n = 0;
	rules->size = 0;
	rules->cut = false;
	if (!event->policy || !ask(event, &question))
		return;
	view = &event->policy->view;
	n = gabion_rules_find(event->policy, &question, found, &rules->cut);
	for (i = 0; i < n; i++) {
		size = place_size(view, &view->rules[found[i]]);
		if (size > GABION_EVENT_RULES_SIZE - rules->size) {
			rules->cut = true;
			continue;
		}
		rules->rule[rules->n++] = &view->rules[found[i]];
		rules->size += size;
	}
}

void gabion_audit_rules_put(const struct gabion_event *event,
			    const struct gabion_event_rules *rules, char *to)
{
	char *end = to + rules->size;
	unsigned int i;

	for (i = 0; i < rules->n; i++)
		to = put_place(to, end - to, &event->policy->view, rules->rule[i]);
}
