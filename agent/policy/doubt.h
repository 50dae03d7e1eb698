/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Names that text which could not be read might have declared: that they are not
 * known is no mistake of its own, so that one mistake is reported once.
 */
#ifndef GABION_POLICY_DOUBT_H
#define GABION_POLICY_DOUBT_H

#include "parse.h"

/* Whatever words stand in the lines from @loc's to @last, of the file being read. */
void gabion_doubt_lines(struct gabion_parser *p, const struct gabion_loc *loc, uint32_t last);

/* Might @name have been declared? */
bool gabion_doubt_has(const struct gabion_parser *p, const char *name);

#endif /* GABION_POLICY_DOUBT_H */
