// SPDX-License-Identifier: GPL-2.0
#include "expect.h"

#include <stdlib.h>
#include <string.h>

#include "mem.h"

void gabion_expectations_free(struct gabion_expectations *expectations)
{
	size_t i;

	for (i = 0; i < expectations->n; i++) {
		struct gabion_expectation *e = &expectations->items[i];

		free(e->file);
		free(e->domain);
		free(e->verb);
		free(e->object);
		free(e->enters);
	}
	free(expectations->items);
	memset(expectations, 0, sizeof(*expectations));
}

char *gabion_expectation_format(const struct gabion_expectation *e)
{
	return gabion_xasprintf("%s %s %s %s%s%s", e->domain, e->allow ? "allow" : "deny", e->verb,
				e->object, e->enters ? " as " : "", e->enters ? e->enters : "");
}

int gabion_expectation_check(const struct gabion_expectation *expectation,
			     const struct gabion_view *view, struct gabion_answer *answer,
			     struct gabion_error *error)
{
	int err = gabion_query(view, expectation->domain, expectation->verb, expectation->object,
			       answer, error);

	if (err)
		return err;
	if (expectation->enters && strcmp(gabion_answer_enters(view, answer), expectation->enters))
		return 0;
	return expectation->allow ? answer->allowed : answer->denied;
}
