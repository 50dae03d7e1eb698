/* SPDX-License-Identifier: GPL-2.0 */
/* An event in sentences. */
#ifndef GABION_EXPLAIN_WORDS_H
#define GABION_EXPLAIN_WORDS_H

#include "../event/event_json.h"

/*
 * Who did what when, what became of it and why: one paragraph, without newline; malloc'ed. Names
 * are escaped. NULL: no memory.
 */
char *gabion_explain_words(const struct gabion_record *record);

#endif /* GABION_EXPLAIN_WORDS_H */
