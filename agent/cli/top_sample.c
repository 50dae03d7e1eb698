// SPDX-License-Identifier: GPL-2.0
#include "top_sample.h"

#include <time.h>

static int add_hook(const struct gabion_hook *hook, void *data)
{
	struct gabion_sample *sample = data;

	vec_push(&sample->hooks, (struct gabion_sample_hook){ gabion_xstrdup(hook->name),
							      hook->checks, hook->refusals });
	return 0;
}

static int add_domain(const struct gabion_kernel_domain *domain, void *data)
{
	struct gabion_sample *sample = data;

	vec_push(&sample->domains, (struct gabion_sample_domain){ gabion_xstrdup(domain->name),
								  domain->flags, domain->ntasks,
								  domain->counts });
	return 0;
}

int gabion_sample_take(struct gabion_sample *sample, struct gabion_netlink *client,
		       struct gabion_error *error)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	sample->time = (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
	return gabion_netlink_status(client, &sample->status, error) ?:
	       gabion_netlink_hooks(client, add_hook, sample, error) ?:
	       gabion_netlink_domains(client, add_domain, sample, error);
}

const struct gabion_sample_hook *gabion_sample_hook(const struct gabion_sample *sample,
						    const char *name)
{
	size_t i;

	for (i = 0; i < sample->hooks.n; i++)
		if (!strcmp(sample->hooks.v[i].name, name))
			return &sample->hooks.v[i];
	return NULL;
}

const struct gabion_sample_domain *gabion_sample_domain(const struct gabion_sample *sample,
							const char *name)
{
	size_t i;

	for (i = 0; i < sample->domains.n; i++)
		if (!strcmp(sample->domains.v[i].name, name))
			return &sample->domains.v[i];
	return NULL;
}

void gabion_sample_reset(struct gabion_sample *sample)
{
	size_t i;

	for (i = 0; i < sample->hooks.n; i++)
		free(sample->hooks.v[i].name);
	for (i = 0; i < sample->domains.n; i++)
		free(sample->domains.v[i].name);
	free(sample->hooks.v);
	free(sample->domains.v);
	*sample = (struct gabion_sample){ 0 };
}
