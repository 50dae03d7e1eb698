/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the kernel counts, at one moment.
 */
#ifndef GABION_CLI_TOP_SAMPLE_H
#define GABION_CLI_TOP_SAMPLE_H

#include "../netlink/client.h"
#include "../policy/mem.h"

/* struct gabion_sample_hook - see struct gabion_hook; @name is owned */
struct gabion_sample_hook {
	char *name;
	uint64_t checks;
	uint64_t refusals;
};

/* struct gabion_sample_domain - see struct gabion_kernel_domain; @name is owned */
struct gabion_sample_domain {
	char *name;
	uint32_t flags;
	uint32_t ntasks;
	struct gabion_domain_counts counts;
};

/**
 * struct gabion_sample - zero-initialise
 * @time:	ns of CLOCK_BOOTTIME
 */
struct gabion_sample {
	uint64_t time;
	struct gabion_status status;
	VEC(struct gabion_sample_hook) hooks;
	VEC(struct gabion_sample_domain) domains;
};

/* Fill @sample, which is empty. 0 or -errno. */
int gabion_sample_take(struct gabion_sample *sample, struct gabion_netlink *client,
		       struct gabion_error *error);
/* NULL: there is no such hook. */
const struct gabion_sample_hook *gabion_sample_hook(const struct gabion_sample *sample,
						    const char *name);
const struct gabion_sample_domain *gabion_sample_domain(const struct gabion_sample *sample,
							const char *name);
/* Empty it. */
void gabion_sample_reset(struct gabion_sample *sample);

#endif /* GABION_CLI_TOP_SAMPLE_H */
