// SPDX-License-Identifier: GPL-2.0
/* Who may do something: every domain is asked, about one object or all those of a resource. */
#include "query_show.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../common/cleanup.h"
#include "../common/text.h"
#include "../policy/mem.h"
#include "../policy/product.h"
#include "cli.h"

/* What is asked about, as in a question. Owned. */
struct objects {
	VEC(char *) names;
};

static void free_objects(struct objects *objects)
{
	size_t i;

	for (i = 0; i < objects->names.n; i++)
		free(objects->names.v[i]);
	free(objects->names.v);
}

static bool has_member(const struct gabion_view *view, uint32_t klass, uint32_t label,
		       uint32_t resource)
{
	const struct gabion_class_view *c = &view->classes[klass];
	uint32_t first, i;

	if (!c->labels || label >= c->nlabels)
		return false;
	first = le32_to_cpu(c->labels[label].member);
	for (i = 0; i < le32_to_cpu(c->labels[label].nmembers); i++)
		if (le32_to_cpu(c->members[first + i]) == resource)
			return true;
	return false;
}

/* One of each sort of objects that @resource has: those of a sort are treated alike. */
static int add_members(const struct gabion_view *view, uint32_t resource, struct objects *objects,
		       struct gabion_error *error)
{
	const struct gabion_view *const views[2] = {view, view};
	uint32_t klass = le32_to_cpu(view->resources[resource].klass);
	struct gabion_name_pairs pairs;
	int err = gabion_product_pairs(views, klass, &pairs, error);
	size_t i;

	for (i = 0; !err && i < pairs.n; i++)
		if (has_member(view, klass, pairs.v[i].label[0], resource))
			vec_push(&objects->names, gabion_name_pair_format(&pairs.v[i], klass));
	if (!err)
		gabion_name_pairs_free(&pairs);
	return err;
}

static int find_objects(const struct gabion_view *view, const char *permission, const char *object,
			struct objects *objects, struct gabion_error *error)
{
	const struct gabion_verb *verb = gabion_verb_find(permission);
	uint32_t i;

	for (i = 0; verb && object[0] != '/' && i < view->nresources; i++)
		if (verb->klass[le32_to_cpu(view->resources[i].klass)].asked &&
		    !strcmp(gabion_view_string(view, view->resources[i].name), object))
			return add_members(view, i, objects, error);
	vec_push(&objects->names, gabion_xstrdup(object));
	return 0;
}

/* struct search - how it goes on from domain to domain */
struct search {
	const struct gabion_view *view;
	const struct gabion_call_rules *calls;
	const char *permission;
	struct gabion_json *json; /* NULL: text */
	bool found;		  /* a confined domain that may, if only with some arguments */
};

static void show(struct search *s, const char *const question[3], const char *about,
		 const struct gabion_answer *a)
{
	const char *enters = "";

	s->found |= !a->unconfined;
	if (s->json) {
		gabion_answer_show_json(s->json, NULL, s->view, s->calls, question, a);
		return;
	}
	if (a->klass == GABION_CLASS_FILE && a->wanted == GABION_FILE_EXECUTE &&
	    a->transition != GABION_TRANSITION_NONE)
		enters = gabion_view_string(s->view, s->view->domains[a->transition].name);
	printf("%s%s%s%s%s%s%s\n", question[0], about ? "  " : "", about ? about : "",
	       a->unconfined ? "  (unconfined)" : "", a->allowed ? "" : "  (on some arguments)",
	       *enters ? "  enters " : "", enters);
	gabion_rules_show_text(stdout, s->view, a, "    ");
}

/* Of one domain. A syscall that depends on arguments may be made with some of them. */
static int ask(struct search *s, uint32_t domain, const char *object, bool many,
	       struct gabion_error *error)
{
	const char *question[3] = {gabion_view_string(s->view, s->view->domains[domain].name),
				   s->permission, object};
	cleanup_free char *shown = many ? gabion_text_escape(object) : NULL;
	struct gabion_answer answer;
	int err;

	err = gabion_query(s->view, question[0], question[1], question[2], &answer, error);
	if (err)
		return err;
	if (answer.allowed || answer.reason == GABION_ANSWER_ARGUMENTS)
		show(s, question, shown, &answer);
	gabion_answer_free(&answer);
	return 0;
}

int gabion_query_who(const struct gabion_policy_input *input, const char *permission,
		     const char *object, bool json, struct gabion_error *error)
{
	const struct gabion_view *view = input->view;
	cleanup_json struct gabion_json text = {0};
	struct search search = {
		.view = view, .permission = permission, .json = json ? &text : NULL};
	struct objects objects = {};
	uint32_t domain;
	int err = find_objects(view, permission, object, &objects, error);
	size_t i;

	gabion_json_open(&text, NULL, '{');
	gabion_json_string(&text, "permission", permission);
	gabion_json_string(&text, "object", object);
	gabion_json_open(&text, "answers", '[');
	for (domain = 0; !err && domain < view->ndomains; domain++)
		for (i = 0; !err && i < objects.names.n; i++)
			err = ask(&search, domain, objects.names.v[i],
				  objects.names.n > 1 || strcmp(objects.names.v[i], object), error);
	gabion_json_close(&text, ']');
	gabion_json_close(&text, '}');
	free_objects(&objects);
	if (err)
		return GABION_EXIT_ERROR;
	err = json ? gabion_json_print(&text) : 0;
	if (err) {
		gabion_error_set(error, err, "cannot write: %s", strerror(-err));
		return GABION_EXIT_ERROR;
	}
	return search.found ? GABION_EXIT_OK : GABION_EXIT_NO;
}
