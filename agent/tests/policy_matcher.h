/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A second opinion on globs: backtracking over the text itself, slow, and with
 * nothing in common with the compiler.  The glob must be valid.
 */
#ifndef GABION_TESTS_POLICY_MATCHER_H
#define GABION_TESTS_POLICY_MATCHER_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static inline size_t matcher_unit(const char *g)
{
	size_t n = 1;

	if (*g == '\\')
		return 2;
	if (*g != '[')
		return 1;
	while (g[n] != ']')
		n += g[n] == '\\' ? 2 : 1;
	return n + 1;
}

static inline bool matcher_bracket(const char *g, unsigned char c)
{
	bool negate = g[1] == '^', in = false;
	const char *p = g + 1 + negate;

	while (*p != ']') {
		unsigned char from = *p == '\\' ? *++p : *p, to = from;

		p++;
		if (p[0] == '-' && p[1] != ']') {
			p++;
			to = *p == '\\' ? *++p : *p;
			p++;
		}
		in |= c >= from && c <= to;
	}
	return c != '/' && in != negate;
}

static inline bool matcher(const char *g, const char *name)
{
	size_t i, from, depth = 0;

	switch (*g) {
	case '\0':
		return !*name;
	case '*':
		if (g[1] == '*') {
			while (*g == '*')
				g++;
			for (i = 0; !matcher(g, name + i); i++)
				if (!name[i])
					return false;
			return true;
		}
		for (i = 0; !matcher(g + 1, name + i); i++)
			if (!name[i] || name[i] == '/')
				return false;
		return true;
	case '?':
		return *name && *name != '/' && matcher(g + 1, name + 1);
	case '[':
		return *name && matcher_bracket(g, *name) && matcher(g + matcher_unit(g), name + 1);
	case '\\':
		return *name == g[1] && matcher(g + 2, name + 1);
	case '{':
		break;
	default:
		return *name == *g && matcher(g + 1, name + 1);
	}
	/* Each alternative followed by what stands behind the brace. */
	for (i = 1; g[i] != '}' || depth; i += matcher_unit(g + i))
		depth += (g[i] == '{') - (g[i] == '}');
	size_t close = i;

	for (from = i = 1, depth = 0; i <= close; i += matcher_unit(g + i)) {
		char *one;
		bool matches;

		if (g[i] == '{')
			depth++;
		else if (g[i] == '}' && i < close)
			depth--;
		if (depth || (g[i] != ',' && i < close))
			continue;
		if (asprintf(&one, "%.*s%s", (int)(i - from), g + from, g + close + 1) < 0)
			abort();
		matches = matcher(one, name);
		free(one);
		if (matches)
			return true;
		from = i + 1;
	}
	return false;
}

#endif /* GABION_TESTS_POLICY_MATCHER_H */
