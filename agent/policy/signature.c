// SPDX-License-Identifier: GPL-2.0
#include "signature.h"

/* Where most of the 256 bytes lead, one by one in @classes. */
static uint32_t majority(const uint32_t *classes)
{
	uint32_t seen[256], counts[256], nseen = 0, best = 0, byte, j;

	for (byte = 0; byte < 256; byte++) {
		for (j = 0; j < nseen && seen[j] != classes[byte]; j++)
			;
		if (j == nseen) {
			seen[nseen] = classes[byte];
			counts[nseen++] = 0;
		}
		counts[j]++;
	}
	for (j = 1; j < nseen; j++)
		if (counts[j] > counts[best] || (counts[j] == counts[best] && !seen[j]))
			best = j;
	return seen[best];
}

/* Of a state with so many edges that its fallback need not have most of the bytes. */
static uint32_t *append_all(const struct gabion_automaton *dfa, uint32_t state,
			    const uint32_t *class_of, uint32_t *word)
{
	uint32_t classes[256], byte, i, rest;

	for (byte = 0; byte < 256; byte++)
		classes[byte] = class_of[dfa->fallback[state]];
	for (i = dfa->first[state]; i < dfa->first[state + 1]; i++)
		classes[dfa->edges[i].byte] = class_of[dfa->edges[i].next];
	*word++ = rest = majority(classes);
	for (byte = 0; byte < 256; byte++) {
		if (classes[byte] == rest)
			continue;
		*word++ = byte;
		*word++ = classes[byte];
	}
	return word;
}

void gabion_signature_append_any(const struct gabion_automaton *dfa, uint32_t state,
				 const uint32_t *class_of, gabion_words *words)
{
	uint32_t rest = class_of[dfa->fallback[state]], i = dfa->first[state];
	uint32_t end = dfa->first[state + 1], *word;

	vec_reserve(words, 1 + 2 * 256);
	word = words->v + words->n;
	if (end - i >= 128) {
		word = append_all(dfa, state, class_of, word);
	} else {
		*word++ = rest;
		for (; i < end; i++) {
			uint32_t klass = class_of[dfa->edges[i].next];

			if (klass == rest)
				continue;
			*word++ = dfa->edges[i].byte;
			*word++ = klass;
		}
	}
	words->n = word - words->v;
}
