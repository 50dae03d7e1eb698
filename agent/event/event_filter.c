// SPDX-License-Identifier: GPL-2.0
#include "event_filter.h"

#include <errno.h>
#include <string.h>

#include "../policy/diag.h"
#include "../policy/glob_set.h"
#include "../policy/mem.h"
#include "event_words.h"

/* Numbers of types, verdicts and classes: bits of a mask. */
#define NUMBERS_END 64U

/**
 * struct gabion_event_filter - alternatives by key; none: the key is not asked about
 * @types, @verdicts, @classes:	bit n: number n
 * @domains, @comms:	names, owned
 * @paths, @exes:	owned, NULL: none
 * @pids, @followed:	processes
 */
struct gabion_event_filter {
	uint64_t types;
	uint64_t verdicts;
	uint64_t classes;
	VEC(char *) domains;
	VEC(char *) comms;
	struct gabion_glob_set *paths;
	struct gabion_glob_set *exes;
	VEC(uint32_t) pids;
	VEC(struct gabion_followed) followed;
};

struct gabion_event_filter *gabion_event_filter_new(void)
{
	return gabion_xcalloc(1, sizeof(struct gabion_event_filter));
}

void gabion_event_filter_free(struct gabion_event_filter *f)
{
	size_t i;

	if (!f)
		return;
	for (i = 0; i < f->domains.n; i++)
		free(f->domains.v[i]);
	for (i = 0; i < f->comms.n; i++)
		free(f->comms.v[i]);
	free(f->domains.v);
	free(f->comms.v);
	free(f->pids.v);
	free(f->followed.v);
	gabion_glob_set_free(f->paths);
	gabion_glob_set_free(f->exes);
	free(f);
}

/* ---- what is asked ---- */

static int unknown_word(const char *what, const char *word,
			const char *(*token_of)(uint32_t), struct gabion_error *error)
{
	struct gabion_suggestion near = { .name = word };
	char words[256] = "";
	size_t used = 0;
	uint32_t i;

	for (i = 0; i < NUMBERS_END; i++) {
		const char *token = token_of(i);

		if (!token || used >= sizeof(words))
			continue;
		gabion_suggest_try(&near, token);
		used += (size_t)snprintf(words + used, sizeof(words) - used, "%s%s",
					 used ? ", " : "", token);
	}
	if (near.nearest)
		return gabion_error_set(error, -EINVAL, "unknown %s '%s': did you mean '%s'?", what,
					word, near.nearest);
	return gabion_error_set(error, -EINVAL, "unknown %s '%s': there are %s", what, word, words);
}

static int add_word(uint64_t *mask, const char *what, const char *word,
		    const char *(*token_of)(uint32_t), struct gabion_error *error)
{
	const char *token;
	uint32_t i;

	for (i = 0; i < NUMBERS_END; i++) {
		token = token_of(i);
		if (token && !strcmp(token, word)) {
			*mask |= 1ULL << i;
			return 0;
		}
	}
	return unknown_word(what, word, token_of, error);
}

static int add_glob(struct gabion_glob_set **set, const char *glob, struct gabion_error *error)
{
	if (!*set)
		*set = gabion_glob_set_new();
	return gabion_glob_set_add(*set, glob, error);
}

static int add_pid(struct gabion_event_filter *f, const char *text, struct gabion_error *error)
{
	char *end;
	unsigned long pid = strtoul(text, &end, 10);

	if (*text < '0' || *text > '9' || *end || !pid || pid > INT32_MAX)
		return gabion_error_set(error, -EINVAL, "'%s' is not a PID", text);
	vec_push(&f->pids, (uint32_t)pid);
	return 0;
}

int gabion_event_filter_add(struct gabion_event_filter *f, enum gabion_filter_key key,
			    const char *value, struct gabion_error *error)
{
	switch (key) {
	case GABION_FILTER_DOMAIN:
		vec_push(&f->domains, gabion_xstrdup(value));
		return 0;
	case GABION_FILTER_TYPE:
		return add_word(&f->types, "type", value, gabion_event_type_token, error);
	case GABION_FILTER_VERDICT:
		return add_word(&f->verdicts, "verdict", value, gabion_event_verdict_token, error);
	case GABION_FILTER_CLASS:
		return add_word(&f->classes, "class", value, gabion_event_class_token, error);
	case GABION_FILTER_PATH:
		return add_glob(&f->paths, value, error);
	case GABION_FILTER_PID:
		return add_pid(f, value, error);
	case GABION_FILTER_COMM:
		vec_push(&f->comms, gabion_xstrdup(value));
		return 0;
	case GABION_FILTER_EXE:
		return add_glob(&f->exes, value, error);
	}
	return gabion_error_set(error, -EINVAL, "unknown key %d", key);
}

void gabion_event_filter_follow(struct gabion_event_filter *f,
				const struct gabion_followed *process)
{
	vec_push(&f->followed, *process);
}

/* ---- what holds ---- */

static bool has_number(uint64_t mask, const struct gabion_event *event,
		       enum gabion_event_attr attribute, uint32_t number)
{
	return !mask || (gabion_event_has(event, attribute) && number < NUMBERS_END &&
			 mask & (1ULL << number));
}

static bool is_one_of(char *const *names, size_t n, const char *name)
{
	size_t i;

	for (i = 0; name && i < n; i++)
		if (!strcmp(names[i], name))
			return true;
	return false;
}

static bool matches(const struct gabion_glob_set *globs, const struct gabion_event *event,
		    enum gabion_event_attr attribute, const char *name)
{
	return gabion_event_truncated(event, attribute) ||
	       (name && gabion_glob_set_matches(globs, name));
}

static bool has_pid(const struct gabion_event_filter *f, const struct gabion_event *event)
{
	size_t i;

	for (i = 0; i < f->pids.n; i++)
		if (f->pids.v[i] == event->tgid || f->pids.v[i] == event->pid ||
		    f->pids.v[i] == event->target_pid)
			return true;
	return !f->pids.n;
}

/* Is the process that has @pid, and started at @start (0: not known), the one? */
static bool is_process(const struct gabion_followed *process, uint32_t pid, uint64_t start)
{
	return process->pid == pid &&
	       (!start || start / process->grain == process->start / process->grain);
}

static bool descends(const struct gabion_event *event, const struct gabion_followed *process)
{
	size_t i;

	if (is_process(process, event->tgid, event->start))
		return true;
	for (i = 0; i < event->nancestors; i++)
		if (is_process(process, event->ancestors[i].pid, event->ancestors[i].start))
			return true;
	return gabion_event_truncated(event, GABION_E_ANCESTOR);
}

static bool is_followed(const struct gabion_event_filter *f, const struct gabion_event *event)
{
	size_t i;

	for (i = 0; i < f->followed.n; i++)
		if (descends(event, &f->followed.v[i]))
			return true;
	return !f->followed.n;
}

bool gabion_event_filter_passes(const struct gabion_event_filter *f,
				const struct gabion_record *record)
{
	const struct gabion_event *event = &record->event;

	/* That something is missing concerns every reader. */
	if (record->kind != GABION_RECORD_EVENT)
		return true;
	if (!has_number(f->types, event, GABION_E_TYPE, event->type) ||
	    !has_number(f->verdicts, event, GABION_E_VERDICT, event->verdict) ||
	    !has_number(f->classes, event, GABION_E_CLASS, event->klass))
		return false;
	if (f->domains.n && !is_one_of(f->domains.v, f->domains.n, event->domain) &&
	    !is_one_of(f->domains.v, f->domains.n, event->target))
		return false;
	if (f->comms.n && !is_one_of(f->comms.v, f->comms.n, event->comm))
		return false;
	if (f->paths && !matches(f->paths, event, GABION_E_OBJECT, event->object) &&
	    !matches(f->paths, event, GABION_E_OBJECT2, event->object2))
		return false;
	if (f->exes && !matches(f->exes, event, GABION_E_EXE, event->exe))
		return false;
	return has_pid(f, event) && is_followed(f, event);
}
