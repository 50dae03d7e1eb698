/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the compiler refuses: is it right, by the tree alone? And the same policy
 * without the mistake, so that it can be asked something after all.
 */
#ifndef GABION_TESTS_ORACLE_REFUSAL_H
#define GABION_TESTS_ORACLE_REFUSAL_H

#include "tree.h"

enum oracle_refusal {
	ORACLE_WRONG,	 /* the tree does not have this mistake */
	ORACLE_RIGHT,	 /* it has, and it was mended if that was asked for */
	ORACLE_HOPELESS, /* right, and a limit rather than a mistake */
};

/* Judge @message, an error of the compiler about @policy; @mend it. */
enum oracle_refusal oracle_refuse(struct oracle_policy *policy, const char *message, bool mend);

/* Make exceptions of all rules that the order of levels forbids; `exec` has none, and goes. */
void oracle_mend_order(struct oracle_policy *policy);

#endif /* GABION_TESTS_ORACLE_REFUSAL_H */
