/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Two policies over the same names: which label of the one goes with which label
 * of the other.  Exact: a walk over the product of the two automata, not samples.
 */
#ifndef GABION_POLICY_PRODUCT_H
#define GABION_POLICY_PRODUCT_H

#include <stddef.h>

#include "../common/error.h"
#include "../../core/view.h"

/* States of a product beyond which it is given up. */
#define GABION_PRODUCT_STATES_MAX (32U << 20)

/**
 * struct gabion_name_pair - names that one policy calls @label[0], the other @label[1]
 * @name:	a shortest of them: a path, or a struct gabion_net_key; a NUL follows. NULL: the
 *		objects of files that have no name (GABION_LABEL_UNREACHABLE)
 * @root_only:	the only such name is "/"
 */
struct gabion_name_pair {
	uint32_t label[2];
	bool root_only;
	char *name;
	size_t length;
};

/* In order of names, NULL last. */
struct gabion_name_pairs {
	struct gabion_name_pair *v;
	size_t n, room;
};

/**
 * gabion_product_pairs - all pairs of labels that some name has
 * @views:	the two policies; the same one twice gives each of its labels that has a name
 * @klass:	GABION_CLASS_FILE or GABION_CLASS_NET
 * @pairs:	filled in on success; release with gabion_name_pairs_free()
 *
 * Names of files are those that the kernel makes: absolute, without "//", "." and "..".
 *
 * Return: 0; -EFBIG: the product has more than GABION_PRODUCT_STATES_MAX states.
 */
int gabion_product_pairs(const struct gabion_view *const views[2], uint32_t klass,
			 struct gabion_name_pairs *pairs, struct gabion_error *error);

void gabion_name_pairs_free(struct gabion_name_pairs *pairs);

/* The name as a question has it: "/etc/passwd", "tcp 127.0.0.1 port 80", "unreachable"; malloc'ed.
 */
char *gabion_name_pair_format(const struct gabion_name_pair *pair, uint32_t klass);

#endif /* GABION_POLICY_PRODUCT_H */
