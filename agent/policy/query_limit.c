// SPDX-License-Identifier: GPL-2.0
#include "query_limit.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "../../core/limit.h"
#include "mem.h"
#include "names.h"

int gabion_query_limit_parse(const char *object, struct gabion_answer *a,
			     struct gabion_error *error)
{
	const char *number = object + strcspn(object, " ");
	char *name = gabion_xstrndup(object, number - object), *end;
	int resource = gabion_number_of(GABION_CLASS_LIMIT, name);
	struct gabion_suggestion s = { .name = name };
	int err = 0;

	number += strspn(number, " ");
	errno = 0;
	a->limit = strtoull(number, &end, 10);
	if (resource < 0) {
		gabion_suggest_names(&s, GABION_CLASS_LIMIT);
		err = s.nearest ? gabion_error_set(error, -EINVAL,
						   "unknown limit \"%s\": did you mean \"%s\"?",
						   name, s.nearest)
				: gabion_error_set(error, -EINVAL, "unknown limit \"%s\"", name);
	} else if (*number < '0' || *number > '9' || *end || errno) {
		err = gabion_error_set(error, -EINVAL,
				       "\"%s\": ask for a number, as in limit nofile 1024", object);
	}
	free(name);
	if (err)
		return err;
	a->klass = GABION_CLASS_LIMIT;
	a->label = resource;
	a->wanted = 1ULL << resource;
	return 0;
}

void gabion_query_limit(const struct gabion_view *view, struct gabion_answer *a)
{
	if (a->unconfined || a->limit <= gabion_limit_of(view, a->domain, a->label))
		return;
	a->refused = a->wanted;
	a->reason = GABION_ANSWER_DENIED;
}

char *gabion_query_limits(const struct gabion_view *view, uint32_t domain)
{
	char *text = NULL, *longer;
	uint32_t i;

	if (le32_to_cpu(view->domains[domain].flags) & GABION_DOMAIN_UNCONFINED)
		return NULL;
	for (i = 0; i < view->nlimits; i++) {
		const struct gabion_policy_limit *l = &view->limits[i];

		if (le32_to_cpu(l->domain) != domain)
			continue;
		longer = gabion_xasprintf("%s%s%s %" PRIu64, text ? text : "", text ? ", " : "",
					  gabion_name_of(GABION_CLASS_LIMIT,
							 le32_to_cpu(l->resource)),
					  (uint64_t)le64_to_cpu(l->most));
		free(text);
		text = longer;
	}
	return text;
}
