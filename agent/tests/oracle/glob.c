// SPDX-License-Identifier: GPL-2.0
#include "glob.h"

#include <stdlib.h>
#include <string.h>

#include "../random.h"

/* What stands behind a brace, while one of its alternatives is tried. */
struct rest {
	const struct oracle_glob *glob;
	size_t at;
	const struct rest *next;
};

static bool in_bracket(const struct oracle_piece *p, uint8_t byte)
{
	bool listed = false;
	size_t i;

	for (i = 0; i < p->n; i++)
		if (!p->ranges[i].gone && byte >= p->ranges[i].from && byte <= p->ranges[i].to)
			listed = true;
	return byte != '/' && listed != p->negated;
}

static bool match(const struct oracle_policy *policy, const struct oracle_glob *glob, size_t at,
		  const struct rest *rest, const char *name)
{
	struct rest after = {glob, at + 1, rest};
	const struct oracle_piece *p;
	size_t i;

	if (at == glob->n)
		return rest ? match(policy, rest->glob, rest->at, rest->next, name) : !*name;
	p = &glob->pieces[at];
	if (p->gone)
		return match(policy, glob, at + 1, rest, name);
	switch (p->kind) {
	case ORACLE_BYTE:
		return *name && (uint8_t)*name == p->byte &&
		       match(policy, glob, at + 1, rest, name + 1);
	case ORACLE_QUESTION:
		return *name && *name != '/' && match(policy, glob, at + 1, rest, name + 1);
	case ORACLE_BRACKET:
		return *name && in_bracket(p, *name) && match(policy, glob, at + 1, rest, name + 1);
	case ORACLE_STAR:
	case ORACLE_STARS:
		while (!match(policy, glob, at + 1, rest, name)) {
			if (!*name || (*name == '/' && p->kind == ORACLE_STAR))
				return false;
			name++;
		}
		return true;
	case ORACLE_BRACE:
		for (i = 0; i < p->n; i++) {
			const struct oracle_glob *part = &policy->globs[p->parts[i]];

			if (!part->gone && match(policy, part, 0, &after, name))
				return true;
		}
		return false;
	}
	abort();
}

bool oracle_glob_matches(const struct oracle_policy *policy, const struct oracle_glob *glob,
			 const char *name)
{
	return match(policy, glob, 0, NULL, name);
}

static void add(char *text, const char *more)
{
	size_t n = strlen(text);

	if (n + strlen(more) >= ORACLE_GLOB_TEXT)
		abort();
	strcpy(text + n, more);
}

static void add_byte(char *text, uint8_t byte, const char *escaped)
{
	char spelled[3] = {'\\', byte, '\0'};

	add(text, byte == '\\' || strchr(escaped, byte) ? spelled : spelled + 1);
}

static void add_bracket(char *text, const struct oracle_piece *p)
{
	size_t i;

	add(text, p->negated ? "[^" : "[");
	for (i = 0; i < p->n; i++) {
		const struct oracle_range *r = &p->ranges[i];

		if (r->gone)
			continue;
		add_byte(text, r->from, "]^!-");
		if (r->to == r->from)
			continue;
		add(text, "-");
		add_byte(text, r->to, "]^!-");
	}
	add(text, "]");
}

static void add_glob(const struct oracle_policy *policy, const struct oracle_glob *glob, char *text)
{
	const char *separator;
	size_t i, j;

	for (i = 0; i < glob->n; i++) {
		const struct oracle_piece *p = &glob->pieces[i];

		if (p->gone)
			continue;
		switch (p->kind) {
		case ORACLE_BYTE:
			add_byte(text, p->byte, "*?[]{},");
			break;
		case ORACLE_STAR:
			add(text, "*");
			break;
		case ORACLE_STARS:
			add(text, "**");
			break;
		case ORACLE_QUESTION:
			add(text, "?");
			break;
		case ORACLE_BRACKET:
			add_bracket(text, p);
			break;
		case ORACLE_BRACE:
			separator = "{";
			for (j = 0; j < p->n; j++) {
				if (policy->globs[p->parts[j]].gone)
					continue;
				add(text, separator);
				add_glob(policy, &policy->globs[p->parts[j]], text);
				separator = ",";
			}
			add(text, "}");
			break;
		}
	}
}

void oracle_glob_text(const struct oracle_policy *policy, const struct oracle_glob *glob,
		      char *text)
{
	*text = '\0';
	add_glob(policy, glob, text);
}

bool oracle_glob_needs_quotes(const char *text)
{
	return strpbrk(text, " ;'#\t");
}

uint8_t oracle_glob_byte(uint64_t *random, bool slash)
{
	static const char usual[] = "abcd.-_";
	static const char odd[] = "*?[]{},\\ ;'#!^0~\x01\x7f\x80\xc3\xff";

	if (slash && !policy_random(random, 4))
		return '/';
	if (policy_random(random, 16))
		return usual[policy_random(random, sizeof(usual) - 1)];
	return odd[policy_random(random, sizeof(odd) - 1)];
}

static void add_to_name(char name[ORACLE_PATH], uint8_t byte)
{
	size_t n = strlen(name);

	if (n + 1 < ORACLE_PATH && byte)
		name[n] = byte;
}

static void sample(const struct oracle_policy *policy, const struct oracle_glob *glob,
		   uint64_t *random, char name[ORACLE_PATH])
{
	size_t i, n;

	for (i = 0; i < glob->n; i++) {
		const struct oracle_piece *p = &glob->pieces[i];
		const struct oracle_range *r;
		uint8_t byte;

		switch (p->kind) {
		case ORACLE_BYTE:
			add_to_name(name, p->byte);
			break;
		case ORACLE_STAR:
		case ORACLE_STARS:
			for (n = policy_random(random, 4); n; n--)
				add_to_name(name,
					    oracle_glob_byte(random, p->kind == ORACLE_STARS));
			break;
		case ORACLE_QUESTION:
			add_to_name(name, oracle_glob_byte(random, false));
			break;
		case ORACLE_BRACKET:
			r = &p->ranges[policy_random(random, p->n)];
			/* Ends and what is beside them, more than what is between. */
			switch (policy_random(random, 6)) {
			case 0:
				byte = r->from - 1;
				break;
			case 1:
				byte = r->to + 1;
				break;
			case 2:
				byte = r->from + policy_random(random, r->to - r->from + 1);
				break;
			default:
				byte = policy_random(random, 2) ? r->from : r->to;
			}
			add_to_name(name, p->negated && policy_random(random, 4)
						  ? oracle_glob_byte(random, false)
						  : byte);
			break;
		case ORACLE_BRACE:
			sample(policy, &policy->globs[p->parts[policy_random(random, p->n)]],
			       random, name);
			break;
		}
	}
}

void oracle_glob_sample(const struct oracle_policy *policy, const struct oracle_glob *glob,
			uint64_t *random, char name[ORACLE_PATH])
{
	memset(name, 0, ORACLE_PATH);
	sample(policy, glob, random, name);
	oracle_name_mend(name);
}

void oracle_name_mend(char name[ORACLE_PATH])
{
	char out[ORACLE_PATH] = "/";
	size_t i = 0, n = 1, length;

	while (name[i]) {
		while (name[i] == '/')
			i++;
		length = strcspn(name + i, "/");
		if (!length || n + length + 2 >= ORACLE_PATH)
			break;
		if (n > 1)
			out[n++] = '/';
		memcpy(out + n, name + i, length);
		/* Not "." or "..". */
		if (out[n] == '.' && (length == 1 || (length == 2 && out[n + 1] == '.')))
			out[n] = 'a';
		n += length;
		i += length;
	}
	memset(out + n, 0, ORACLE_PATH - n);
	memcpy(name, out, ORACLE_PATH);
}
