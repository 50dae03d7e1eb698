// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../../core/view.h"
#include "../flow/check.h"
#include "load.h"

static uint32_t count_labels(const struct gabion_view *view)
{
	uint32_t klass, n = 0;

	/* The domain class has no labels of its own: its columns are the domains. */
	for (klass = 0; klass < GABION_CLASS_TABLES_END; klass++)
		if (view->classes[klass].labels)
			n += view->classes[klass].nlabels;
	return n;
}

/* struct search - for a task whose domain @view does not have */
struct search {
	const struct gabion_view *view;
	uint32_t pid;
	char domain[GABION_NAME_MAX];
};

static int find_stranger(const struct gabion_task *task, void *data)
{
	struct search *search = data;
	uint32_t i;

	for (i = 0; i < search->view->ndomains; i++)
		if (!strcmp(gabion_view_string(search->view, search->view->domains[i].name),
			    task->domain))
			return 0;
	search->pid = task->pid;
	snprintf(search->domain, sizeof(search->domain), "%s", task->domain);
	return 0;
}

/* Who is in the way: the kernel's refusal cannot say. */
static void explain_busy(struct gabion_netlink *client, const struct gabion_view *view,
			 struct gabion_error *error)
{
	struct search search = { .view = view };

	if (!gabion_netlink_tasks(client, find_stranger, &search, NULL) && search.pid)
		gabion_error_set(error, -EBUSY,
				 "the policy was not loaded: task %u runs in domain '%s', which "
				 "the new policy does not have; end it first, or keep the domain",
				 search.pid, search.domain);
}

int gabion_load_image(struct gabion_netlink *client, const void *image, size_t size,
		      struct gabion_loaded *loaded, struct gabion_error *error)
{
	struct gabion_status status;
	struct gabion_view view;
	const char *why;
	int err;

	/* The kernel does the same again; here the message can be better. */
	err = gabion_view_open(&view, image, size, &why);
	if (err)
		return gabion_error_set(error, err, "not a policy image that can be loaded: %s",
					why);
	err = gabion_flow_check(&view, NULL, error);
	if (err)
		return err;
	err = gabion_netlink_policy_load(client, image, size, error);
	if (err == -EBUSY)
		explain_busy(client, &view, error);
	if (err)
		return err;
	/* It is in force, whether or not that can still be asked: it may have taken `control admin`. */
	if (gabion_netlink_status(client, &status, NULL))
		status.generation = 0;
	*loaded = (struct gabion_loaded){
		.generation = status.generation,
		.ndomains = view.ndomains,
		.nlabels = count_labels(&view),
		.size = size,
	};
	return 0;
}
