/* SPDX-License-Identifier: GPL-2.0 */
/* What the tests of the policy compiler share. */
#ifndef GABION_TESTS_POLICY_FIXTURE_H
#define GABION_TESTS_POLICY_FIXTURE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../policy/policy.h"
#include "random.h"
#include "test.h"

/* Compile @text, which must be right. */
static inline void policy_compile(struct gabion_compiled *compiled, const char *text)
{
	struct gabion_error error;

	if (!gabion_policy_compile_text(compiled, "test.gabion", text, strlen(text), &error))
		return;
	gabion_diagnostics_print(&compiled->diagnostics, stderr);
	fail_msg("the policy does not compile: %s", error.text);
}

/* Ask @policy "DOMAIN VERB OBJECT". */
static inline struct gabion_answer policy_ask(const struct gabion_compiled *compiled,
					      const char *domain, const char *verb,
					      const char *object)
{
	struct gabion_answer answer;
	struct gabion_error error;

	if (gabion_query(&compiled->view, domain, verb, object, &answer, &error))
		fail_msg("%s", error.text);
	return answer;
}

static inline void policy_expect(const struct gabion_compiled *compiled, const char *domain,
				 const char *verb, const char *object,
				 enum gabion_answer_reason reason)
{
	struct gabion_answer answer = policy_ask(compiled, domain, verb, object);

	if (answer.reason != reason || answer.allowed != (reason == GABION_ANSWER_ALLOWED))
		fail_msg("%s %s %s: expected %s, got %s", domain, verb, object,
			 gabion_answer_reason_name(reason),
			 gabion_answer_reason_name(answer.reason));
	gabion_answer_free(&answer);
}

#endif /* GABION_TESTS_POLICY_FIXTURE_H */
