// SPDX-License-Identifier: GPL-2.0
/*
 * Could anybody administer, once the policy is in force?  A policy that holds the host
 * takes the administrator's shell, too: one who cannot load another policy any more must
 * have meant it.
 */
#include <linux/capability.h>
#include <linux/netlink.h>
#include <sys/socket.h>

#include "../../core/decide.h"
#include "../common/cleanup.h"
#include "model.h"

static bool has(__le64 set, unsigned int number)
{
	return le64_to_cpu(set) >> number & 1;
}

/* What the kernel asks of whoever sends commands to it; of the first also in complain mode. */
static bool administers(const struct gabion_policy_domain *d)
{
	uint32_t flags = le32_to_cpu(d->flags);

	if (flags & GABION_DOMAIN_UNCONFINED)
		return true;
	if (!has(d->controls, GABION_CONTROL_ADMIN))
		return false;
	return (flags & GABION_DOMAIN_COMPLAIN) ||
	       (has(d->capabilities, CAP_MAC_ADMIN) && has(d->families, AF_NETLINK) &&
		(le32_to_cpu(d->netlink) >> NETLINK_GENERIC & 1));
}

/* Mark what @domain enters by executing something; true if one was not marked. */
static bool spread(const struct gabion_view *view, uint32_t domain, bool *reached)
{
	const struct gabion_class_view *c = &view->classes[GABION_CLASS_FILE];
	bool new = false;
	uint32_t label;

	for (label = 0; c->transition && label < c->nlabels; label++) {
		uint32_t to = le16_to_cpu(c->transition[(size_t)domain * c->nlabels + label]);

		if (to == GABION_TRANSITION_NONE || reached[to] ||
		    !(gabion_effective(view, GABION_CLASS_FILE, domain, label) &
		      GABION_FILE_EXECUTE))
			continue;
		reached[to] = true;
		new = true;
	}
	return new;
}

/* Is there a domain that administers, to which executions lead from the host's? */
static bool can_administer(const struct gabion_view *view)
{
	cleanup_free bool *reached = gabion_xcalloc(view->ndomains, sizeof(*reached));
	bool new = true;
	uint32_t d;

	reached[GABION_HOST] = true;
	while (new) {
		new = false;
		for (d = 0; d < view->ndomains; d++) {
			if (reached[d] && administers(&view->domains[d]))
				return true;
			new |= reached[d] && spread(view, d, reached);
		}
	}
	return false;
}

void gabion_model_check_administration(struct gabion_model *m, const struct gabion_view *view)
{
	const struct gabion_domain *host = &m->domains.v[GABION_HOST];

	if (!host->block || host->denied.controls & 1ULL << GABION_CONTROL_ADMIN ||
	    can_administer(view))
		return;
	model_error(m, &host->loc,
		    "grant `control admin`, `capability mac_admin` and `netlink generic` here, or in a "
		    "domain that /usr/bin/gabion enters; or, if nobody is to, write: deny control admin",
		    "with this policy in force nobody could administer: neither the host nor a domain "
		    "that is entered from it may");
}
