// SPDX-License-Identifier: GPL-2.0
#include "glob.h"

#include <errno.h>

struct expander {
	struct gabion_sets *sets;
	int (*emit)(void *arg, const gabion_pattern *pattern);
	void *arg;
	struct gabion_glob_error *error;
	gabion_pattern pattern; /* so far */
	unsigned int count;
};

static int refuse(struct gabion_glob_error *error, size_t offset, const char *message,
		  const char *mend)
{
	*error = (struct gabion_glob_error){ offset, message, mend };
	return -EINVAL;
}

/* Length of the bracket at @glob[@i], which must be '['; 0 if it is not closed. */
static size_t bracket_length(const char *glob, size_t i)
{
	size_t j;

	for (j = i + 1; glob[j] && glob[j] != ']'; j++)
		if (glob[j] == '\\' && glob[j + 1])
			j++;
	return glob[j] ? j - i + 1 : 0;
}

/* Length of what stands at @glob[@i] and must not be cut: escape, bracket, or one byte. */
static size_t unit_length(const char *glob, size_t i)
{
	size_t n;

	if (glob[i] == '\\' && glob[i + 1])
		return 2;
	if (glob[i] == '[') {
		n = bracket_length(glob, i);
		return n ? n : 1;
	}
	return 1;
}

static int parse_bracket(struct gabion_glob_error *error, const char *glob, size_t i, size_t n,
			 struct gabion_byteset *set)
{
	bool negate = glob[i + 1] == '^';
	size_t j = i + 1 + negate, end = i + n - 1;

	memset(set, 0, sizeof(*set));
	if (j == end)
		return refuse(error, i, "bracket with nothing in it",
			      "list bytes, as in [a-z]; ']' itself is written \\]");
	if (glob[j] == '!' && !negate)
		return refuse(error, j, "`[!` is not a complement here",
			      "write [^a-z] for every other byte, [\\!] for '!' itself");
	while (j < end) {
		unsigned char from, to;
		size_t at = j;

		if (glob[j] == '\\')
			j++;
		from = to = glob[j++];
		if (j + 1 < end && glob[j] == '-') {
			j++;
			if (glob[j] == '\\')
				j++;
			to = glob[j++];
		}
		if (from > to)
			return refuse(error, at, "range runs backwards",
				      "write the lower byte first, as in [a-z]");
		if (from == '/' && to == '/' && !negate)
			return refuse(error, at, "a bracket never matches '/'",
				      "write the '/' outside of it, or use {a,b}");
		gabion_byteset_add_range(set, from, to);
	}
	if (negate)
		gabion_byteset_complement(set);
	gabion_byteset_remove(set, '/');
	if (!gabion_byteset_count(set))
		return refuse(error, i, "bracket that matches no byte",
			      "list the bytes it is to match");
	return 0;
}

/* All that can be wrong with the text itself, so that expansion need not look again. */
static int check_text(struct gabion_glob_error *error, const char *glob)
{
	struct gabion_byteset set;
	VEC(size_t) open = {};
	unsigned int braces = 0;
	size_t i, n;
	int err = 0;

	if (glob[0] != '/')
		return refuse(error, 0, "path is not absolute", "begin it with '/'");
	for (i = 0; !err && glob[i]; i += n) {
		n = unit_length(glob, i);
		switch (glob[i]) {
		case '\\':
			if (!glob[i + 1])
				err = refuse(error, i, "backslash with nothing after it",
					     "write \\\\ for a backslash itself");
			break;
		case '[':
			if (n == 1)
				err = refuse(error, i, "unclosed bracket",
					     "close it with ']', or write \\[ for '[' itself");
			else
				err = parse_bracket(error, glob, i, n, &set);
			break;
		case ']':
			err = refuse(error, i, "']' without '['", "write \\] for ']' itself");
			break;
		case '{':
			vec_push(&open, i);
			if (++braces > GABION_GLOB_BRACES)
				err = refuse(error, i, "more than 64 braces", "split the glob");
			break;
		case '}':
			if (!open.n)
				err = refuse(error, i, "'}' without '{'",
					     "write \\} for '}' itself");
			else
				open.n--;
			break;
		}
	}
	if (!err && open.n)
		err = refuse(error, open.v[open.n - 1], "unclosed brace",
			     "close it with '}', or write \\{ for '{' itself");
	free(open.v);
	return err;
}

static bool is_byte(const gabion_pattern *p, size_t i, unsigned int byte)
{
	return i < p->n && !p->v[i].loop && p->v[i].set == byte;
}

/* Can a name of the kernel's match? */
static const char *impossible(const gabion_pattern *p, const char **mend)
{
	size_t i, dots;

	for (i = 0; i < p->n; i++) {
		if (!is_byte(p, i, '/'))
			continue;
		if (p->n > 1 && i + 1 == p->n) {
			*mend = "drop the last '/'; /dir{,/**} is the directory and all below it";
			return "no name ends in '/'";
		}
		if (is_byte(p, i + 1, '/')) {
			*mend = "write one '/'";
			return "no name contains '//'";
		}
		for (dots = 0; is_byte(p, i + 1 + dots, '.'); dots++)
			;
		if ((dots == 1 || dots == 2) &&
		    (i + 1 + dots == p->n || is_byte(p, i + 1 + dots, '/'))) {
			*mend = "write the path that the kernel resolves it to";
			return "no name has a component '.' or '..'";
		}
	}
	return NULL;
}

static int emit(struct expander *x)
{
	const char *wrong, *mend;

	if (++x->count > GABION_GLOB_EXPANSIONS)
		return refuse(x->error, 0, "braces multiply to more than 4096 alternatives",
			      "split the glob, or use '*'");
	wrong = impossible(&x->pattern, &mend);
	return wrong ? refuse(x->error, 0, wrong, mend) : x->emit(x->arg, &x->pattern);
}

/* Append the token at @glob[@i]; returns its length. */
static size_t add_token(struct expander *x, const char *glob, size_t i)
{
	struct gabion_token t = { (unsigned char)glob[i], false };
	struct gabion_byteset set;
	size_t n = unit_length(glob, i);

	switch (glob[i]) {
	case '\\':
		t.set = (unsigned char)glob[i + 1];
		break;
	case '[':
		parse_bracket(x->error, glob, i, n, &set);
		t.set = gabion_sets_intern(x->sets, &set);
		break;
	case '?':
		t.set = GABION_SET_NOT_SLASH;
		break;
	case '*':
		while (glob[i + n] == '*')
			n++;
		t.set = n > 1 ? GABION_SET_ANY : GABION_SET_NOT_SLASH;
		t.loop = true;
		break;
	}
	vec_push(&x->pattern, t);
	return n;
}

/* Index of the byte that ends the alternative at @i: ',' or '}' of this depth. */
static size_t alternative_end(const char *glob, size_t i)
{
	unsigned int depth = 0;

	for (;; i += unit_length(glob, i)) {
		if (glob[i] == '{')
			depth++;
		else if (glob[i] == '}' && !depth)
			return i;
		else if (glob[i] == '}')
			depth--;
		else if (glob[i] == ',' && !depth)
			return i;
	}
}

/* Parts of the glob that still are to be matched, one after the other. */
struct rest {
	size_t from, to;
	const struct rest *next;
};

/*
 * Alternatives are parts of their own, not text put in place: `*{*,a}` is `*`
 * and `*`, never `**`.  The depth is bounded by GABION_GLOB_BRACES.
 */
static int expand(struct expander *x, const char *glob, const struct rest *rest)
{
	size_t i = rest->from, n = x->pattern.n, close, from, to;
	int err = 0;

	while (i < rest->to && glob[i] != '{')
		i += add_token(x, glob, i);
	if (i == rest->to) {
		err = rest->next ? expand(x, glob, rest->next) : emit(x);
		x->pattern.n = n;
		return err;
	}
	for (close = i + 1; glob[close = alternative_end(glob, close)] == ',';)
		close++;
	for (from = i + 1; !err; from = to + 1) {
		struct rest after = { close + 1, rest->to, rest->next }, one = { from, 0, &after };

		one.to = to = alternative_end(glob, from);
		err = expand(x, glob, &one);
		if (to == close)
			break;
	}
	x->pattern.n = n;
	return err;
}

int gabion_glob_compile(struct gabion_sets *sets, const char *glob,
			int (*emit)(void *arg, const gabion_pattern *pattern), void *arg,
			struct gabion_glob_error *error)
{
	struct expander x = { .sets = sets, .emit = emit, .arg = arg, .error = error };
	struct rest all = { 0, strlen(glob), NULL };
	int err;

	err = check_text(error, glob);
	if (err)
		return err;
	vec_reserve(&x.pattern, all.to);
	err = expand(&x, glob, &all);
	free(x.pattern.v);
	return err;
}

char *gabion_glob_literal(const char *glob)
{
	char *name = gabion_xcalloc(strlen(glob) + 1, 1);
	size_t i, n = 0;

	for (i = 0; glob[i]; i++) {
		if (strchr("*?[]{}", glob[i])) {
			free(name);
			return NULL;
		}
		if (glob[i] == '\\' && glob[i + 1])
			i++;
		name[n++] = glob[i];
	}
	return name;
}
