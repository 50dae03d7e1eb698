// SPDX-License-Identifier: GPL-2.0
#include "question.h"

#include <inttypes.h>

#include "../common/cleanup.h"
#include "../event/event_words.h"
#include "../policy/commands.h"
#include "../policy/endpoint.h"
#include "../policy/mem.h"
#include "../policy/syscall_names.h"
#include "../policy/syscall_params.h"

static void add(struct gabion_questions *questions, const char *verb, char *object)
{
	vec_push(questions, (struct gabion_explain_question){gabion_xstrdup(verb), object});
}

/* Files without a host-absolute name, and those whose name is too long for one, are one object. */
static const char *file_object(const struct gabion_event *e)
{
	if (e->reason == GABION_REASON_UNREACHABLE || !e->object || e->object[0] != '/' ||
	    gabion_event_truncated(e, GABION_E_OBJECT))
		return "unreachable";
	return e->object;
}

static char *command_object(const struct gabion_event *e)
{
	const char *name = gabion_command_name(e->command);

	return name ? gabion_xasprintf("%s %s", name, file_object(e))
		    : gabion_xasprintf("0x%x %s", e->command, file_object(e));
}

static char *object_of(const struct gabion_event *e, uint32_t bit)
{
	if (e->klass == GABION_CLASS_NET)
		return gabion_net_key_format(&e->net);
	if (e->klass == GABION_CLASS_DOMAIN)
		return gabion_xasprintf("domain %s", e->target ? e->target : "");
	if (bit == GABION_FILE_IOCTL && gabion_event_has(e, GABION_E_COMMAND))
		return command_object(e);
	return gabion_xstrdup(file_object(e));
}

static void ask_bits(const struct gabion_event *e, struct gabion_questions *questions)
{
	uint32_t bits = e->refused ? e->refused : e->wanted, i;
	char buffer[16];

	for (i = 0; i < 32; i++)
		if (bits >> i & 1)
			add(questions, gabion_event_permission(e->klass, i, buffer, sizeof(buffer)),
			    object_of(e, 1U << i));
}

/* "x86-64:ptrace(request = 0x10, ...)"; of i386, whose arguments have other places, without. */
static char *call_question(const struct gabion_event *e)
{
	cleanup_free char *call = gabion_event_call(e);
	const struct gabion_call_parameters *known = call ? gabion_parameters_of(call) : NULL;
	char *text = gabion_xasprintf("%s:%s", gabion_abi_name(e->abi), call ? call : "?"), *longer;
	int i;

	if (!gabion_event_has(e, GABION_E_ARGUMENTS) || e->abi == GABION_ABI_I386)
		return text;
	for (i = 0; i < GABION_PARAMETERS; i++) {
		const struct gabion_parameter *p = known ? &known->parameters[i] : NULL;
		cleanup_free char *name = p && p->name ? gabion_xstrdup(p->name)
						       : gabion_xasprintf("arg%d", i);
		uint64_t value = e->arguments[i];

		if (p && p->name)
			value &= ~0ULL >> (64 - p->bits);
		longer = gabion_xasprintf("%s%s%s = 0x%" PRIx64, text, i ? ", " : "(", name, value);
		free(text);
		text = longer;
	}
	longer = gabion_xasprintf("%s)", text);
	free(text);
	return longer;
}

void gabion_questions_make(const struct gabion_event *e, struct gabion_questions *questions)
{
	static const char *const verbs[] = {
		[GABION_CLASS_CAPABILITY] = "capability",
		[GABION_CLASS_FAMILY] = "socket",
		[GABION_CLASS_CONTROL] = "control",
		[GABION_CLASS_NETLINK] = "netlink",
	};
	char buffer[16];

	/* No rule was asked. */
	if (e->type != GABION_EVENT_ACCESS || e->reason == GABION_REASON_TRANSITION ||
	    e->reason == GABION_REASON_MEMORY)
		return;
	if (e->klass == GABION_CLASS_SYSCALL) {
		if (e->abi < GABION_ABI_END)
			add(questions, "syscall", call_question(e));
	} else if (gabion_event_class_is_mask(e->klass)) {
		ask_bits(e, questions);
	} else if (e->klass < sizeof(verbs) / sizeof(*verbs) && verbs[e->klass]) {
		add(questions, verbs[e->klass],
		    gabion_xstrdup(gabion_event_permission(e->klass, e->wanted, buffer,
							   sizeof(buffer))));
	}
}

void gabion_questions_free(struct gabion_questions *questions)
{
	size_t i;

	for (i = 0; i < questions->n; i++) {
		free(questions->v[i].verb);
		free(questions->v[i].object);
	}
	free(questions->v);
	*questions = (struct gabion_questions){0};
}

int gabion_questions_ask(const struct gabion_questions *questions, const struct gabion_view *view,
			 const char *domain, struct gabion_answer *answer,
			 struct gabion_error *error)
{
	struct gabion_answer one;
	bool allowed = true;
	size_t i;

	for (i = 0; allowed && i < questions->n; i++) {
		const struct gabion_explain_question *q = &questions->v[i];
		int err = gabion_query(view, domain, q->verb, q->object, &one, error);

		if (err)
			return err;
		allowed = one.allowed;
		if (answer && (!allowed || i + 1 == questions->n))
			*answer = one;
		else
			gabion_answer_free(&one);
	}
	return allowed;
}
