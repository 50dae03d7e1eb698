// SPDX-License-Identifier: GPL-2.0
#include "doubt.h"

#include <ctype.h>
#include <string.h>

static bool is_name_part(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '.' || c == '-';
}

static void add_words(struct gabion_parser *p, const char *line)
{
	uint32_t known;
	size_t n;

	for (; *line; line += n) {
		for (n = 0; is_name_part(line[n]); n++)
			;
		if (n) {
			const char *word = gabion_arena_strndup(p->arena, line, n);

			if (!gabion_strmap_get(&p->doubtful, word, &known))
				gabion_strmap_add(&p->doubtful, word, 0);
		} else {
			n = 1;
		}
	}
}

void gabion_doubt_lines(struct gabion_parser *p, const struct gabion_loc *loc, uint32_t last)
{
	uint32_t number = loc->line;
	char *line;

	do {
		line = gabion_source_line(&p->sources->files.v[p->file], number);
		if (line)
			add_words(p, line);
		free(line);
	} while (number++ < last);
}

bool gabion_doubt_has(const struct gabion_parser *p, const char *name)
{
	uint32_t known;

	return p->lost || gabion_strmap_get(&p->doubtful, name, &known);
}
