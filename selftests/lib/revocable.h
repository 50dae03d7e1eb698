/* SPDX-License-Identifier: GPL-2.0 */
/* The domain of tests in which a policy takes away what an earlier one granted. */
#ifndef GABION_SELFTESTS_REVOCABLE_H
#define GABION_SELFTESTS_REVOCABLE_H

/* Text of a policy with it, and @rules in it. */
#define REVOCABLE(rules)							\
	"domain revocable {\n    level middle\n    use everyday\n"	\
	"    socket unix\n" rules "}\n"

#endif /* GABION_SELFTESTS_REVOCABLE_H */
