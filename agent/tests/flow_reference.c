// SPDX-License-Identifier: GPL-2.0
#include "flow_reference.h"

#include "../policy/mem.h"
#include "policy_fixture.h"
#include "policy_matcher.h"

const char *const reference_paths[REFERENCE_PATHS] = {
	"/",	"/a",	  "/a/x", "/a/x/k", "/a/y", "/a/y/k", "/b",
	"/b/x", "/b/x/k", "/b/y", "/b/y/k", "/c",   "/c/k",
};

/* The resources end0 and so on. */
const char *const reference_ends[REFERENCE_ENDS] = {
	"tcp 127.0.0.1 port 80",
	"udp 127.0.0.1 port 53",
	"udp 127.0.0.1 port 99",
	"udp 0.0.0.0 port 53",
};

static const char *const reading[] = {"read", "execute", "map", "stat", "lock", "ioctl", "watch"};
static const char *const writing[] = {"write", "append", "create", "delete", "setattr", "chown",
				      "link",  "lock",	 "ioctl",  "mknod",  "relabel"};
static const char *const inspecting[] = {"trace", "inspect", "connect", "ipc_read"};
static const char *const telling[] = {"signal", "trace", "connect", "schedule", "ipc_write"};

/* Nodes. */
static unsigned int file(unsigned int path)
{
	return REFERENCE_DOMAINS + path;
}

static unsigned int sock(unsigned int path)
{
	return REFERENCE_DOMAINS + REFERENCE_PATHS + path;
}

static unsigned int end(unsigned int endpoint)
{
	return REFERENCE_DOMAINS + 2 * REFERENCE_PATHS + endpoint;
}

static unsigned int hub(unsigned int domain, bool back)
{
	return REFERENCE_DOMAINS + 2 * REFERENCE_PATHS + REFERENCE_ENDS + 2 * domain + back;
}

static const char *name(const struct reference *r, unsigned int domain)
{
	return gabion_view_string(&r->policy->view, r->policy->view.domains[domain].name);
}

static bool may(const struct reference *r, unsigned int domain, const char *verb,
		const char *object)
{
	struct gabion_answer a = policy_ask(r->policy, name(r, domain), verb, object);
	bool allowed = a.allowed;

	gabion_answer_free(&a);
	return allowed;
}

static bool any_of(const struct reference *r, unsigned int domain, const char *const *verbs,
		   size_t n, const char *object)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (may(r, domain, verbs[i], object))
			return true;
	return false;
}

#define ANY_OF(r, domain, verbs, object)                                                           \
	any_of(r, domain, verbs, sizeof(verbs) / sizeof((verbs)[0]), object)

static uint32_t flags(const struct reference *r, unsigned int domain)
{
	return le32_to_cpu(r->policy->view.domains[domain].flags);
}

static bool unconfined(const struct reference *r, unsigned int domain)
{
	return flags(r, domain) & GABION_DOMAIN_UNCONFINED;
}

static bool dominates(const struct gabion_policy_level *a, const struct gabion_policy_level *b)
{
	if (a->rank == GABION_RANK_ANY || b->rank == GABION_RANK_ANY)
		return true;
	return a->rank >= b->rank && !(b->categories & ~a->categories);
}

unsigned int reference_file(unsigned int path)
{
	return file(path);
}

const struct gabion_policy_level *reference_level(const struct reference *r, unsigned int node)
{
	const struct gabion_view *v = &r->policy->view;
	const struct gabion_policy_level *level;
	struct gabion_answer a;

	if (node < REFERENCE_DOMAINS)
		return &v->levels[v->domains[node].level];
	a = policy_ask(r->policy, "d1", "read", reference_paths[node - file(0)]);
	level = a.object_level;
	gabion_answer_free(&a);
	return level;
}

bool reference_may(const struct reference *r, unsigned int from, unsigned int to)
{
	return dominates(reference_level(r, to), reference_level(r, from));
}

/* Did the policy's text make this permission an exception? */
static bool trusted(const struct reference *r, unsigned int domain, const char *verb,
		    const char *object)
{
	size_t i;

	for (i = 0; i < r->nrules; i++)
		if (r->rules[i].domain == domain && r->rules[i].trusted &&
		    !strcmp(r->rules[i].verb, verb) &&
		    (r->rules[i].object[0] == '/' ? matcher(r->rules[i].object, object)
						  : !strcmp(r->rules[i].object, object)))
			return true;
	return false;
}

static void add(struct reference *r, unsigned int from, unsigned int to, enum gabion_flow_class c)
{
	r->steps[from][to] |= 1U << c;
}

/* A step between @domain and its @object, which is at @node. */
static void add_object(struct reference *r, unsigned int domain, const char *verb,
		       const char *object, unsigned int node, bool reads,
		       enum gabion_flow_class otherwise)
{
	struct gabion_answer a = policy_ask(r->policy, name(r, domain), verb, object);
	const struct gabion_policy_level *own = a.subject_level, *its = a.object_level;
	enum gabion_flow_class c;

	c = its->rank == GABION_RANK_ANY ? GABION_FLOW_ANY
	    : dominates(reads ? own : its, reads ? its : own) ? GABION_FLOW_ORDER
							      : otherwise;
	add(r, reads ? node : domain, reads ? domain : node, c);
	gabion_answer_free(&a);
}

/* What needs no rule tells little, but where an exception was made for it. */
static void add_implied(struct reference *r, unsigned int domain, const char *verb,
			const char *object, unsigned int node, bool reads)
{
	struct gabion_answer a = policy_ask(r->policy, name(r, domain), verb, object);
	const struct gabion_policy_level *own = a.subject_level, *its = a.object_level;

	if (a.allowed)
		add(r, reads ? node : domain, reads ? domain : node,
		    dominates(reads ? own : its, reads ? its : own) ? GABION_FLOW_HINT
								    : GABION_FLOW_TRUSTED);
	gabion_answer_free(&a);
}

static void add_file(struct reference *r, unsigned int d, unsigned int i)
{
	const char *path = reference_paths[i];
	bool binds = may(r, d, "create", path) && may(r, d, "socket", "unix");
	enum gabion_flow_class bound =
		trusted(r, d, "create", path) ? GABION_FLOW_TRUSTED : GABION_FLOW_UNCHECKED;
	unsigned int way;

	if (ANY_OF(r, d, reading, path))
		add_object(r, d, "read", path, file(i), true, GABION_FLOW_TRUSTED);
	else
		add_implied(r, d, "search", path, file(i), true);
	if (ANY_OF(r, d, writing, path))
		add_object(r, d, "read", path, file(i), false, GABION_FLOW_TRUSTED);
	for (way = 0; way < 2; way++) {
		if (may(r, d, "connect", path))
			add_object(r, d, "read", path, sock(i), way, GABION_FLOW_TRUSTED);
		if (binds)
			add_object(r, d, "read", path, sock(i), way, bound);
	}
}

/* Is what is sent to endpoint @i had by who is bound to endpoint @j? */
static bool spans(unsigned int j, unsigned int i)
{
	return i == j || (!strcmp(reference_ends[j], "udp 0.0.0.0 port 53") &&
			  !strcmp(reference_ends[i], "udp 127.0.0.1 port 53"));
}

/* @d is bound to @j, and so to @i. */
static void add_bound(struct reference *r, unsigned int d, unsigned int j, unsigned int i,
		      bool sends)
{
	char object[] = "end0";
	enum gabion_flow_class bound;

	object[3] += j;
	/* To listen is also to bind. */
	bound = trusted(r, d, "bind", object) || trusted(r, d, "listen", object)
			? GABION_FLOW_TRUSTED
			: GABION_FLOW_UNCHECKED;
	add_object(r, d, "bind", reference_ends[i], end(i), true, bound);
	if (sends)
		add_object(r, d, "bind", reference_ends[i], end(i), false, bound);
}

static void add_end(struct reference *r, unsigned int d, unsigned int i)
{
	const char *e = reference_ends[i];
	bool sends = false;
	unsigned int way, j;

	for (j = 0; j < REFERENCE_ENDS; j++)
		sends |= reference_ends[j][0] == 'u' && may(r, d, "connect", reference_ends[j]);
	for (way = 0; way < 2; way++)
		if (may(r, d, "connect", e) || may(r, d, "listen", e))
			add_object(r, d, "bind", e, end(i), way, GABION_FLOW_TRUSTED);
	for (j = 0; j < REFERENCE_ENDS; j++)
		if (e[0] == 'u' && spans(j, i) && may(r, d, "bind", reference_ends[j]))
			add_bound(r, d, j, i, sends);
	add_implied(r, d, "accept", e, end(i), true);
	add_implied(r, d, "accept", e, end(i), false);
	add_implied(r, d, "receive", e, end(i), true);
}

static bool is_below(const char *below, const char *path)
{
	size_t n = strlen(path);

	return strlen(path) > 1 && !strncmp(below, path, n) && below[n] == '/';
}

static bool is_child(const char *child, const char *path)
{
	size_t n = strcmp(path, "/") ? strlen(path) : 0;

	return !strncmp(child, path, n) && child[n] == '/' && child[n + 1] &&
	       !strchr(child + n + 1, '/');
}

static bool outside(const struct reference *r, const char *path)
{
	struct gabion_answer a = policy_ask(r->policy, "host", "read", path);
	bool any = a.object_level->rank == GABION_RANK_ANY;

	gabion_answer_free(&a);
	return any;
}

static void add_hub(struct reference *r, unsigned int i, unsigned int node, bool into,
		    enum gabion_flow_class c)
{
	c = outside(r, reference_paths[i]) ? GABION_FLOW_ANY : c;
	add(r, into ? file(i) : node, into ? node : file(i), c);
}

/* @d can rename or link @i: it, and what is below it, has another name then. */
static void add_move(struct reference *r, unsigned int d, unsigned int i)
{
	const char *path = reference_paths[i];
	bool links = may(r, d, "link", path);
	enum gabion_flow_class c =
		trusted(r, d, "relabel", path) ? GABION_FLOW_TRUSTED : GABION_FLOW_UNCHECKED;
	unsigned int j;

	add_hub(r, i, hub(d, false), true, c);
	add_hub(r, i, hub(d, true), false, links ? c : GABION_FLOW_UNMEDIATED);
	for (j = 0; j < REFERENCE_PATHS; j++) {
		if (!is_below(reference_paths[j], path))
			continue;
		add_hub(r, j, hub(d, false), true, c);
		add_hub(r, j, hub(d, true), false, GABION_FLOW_UNMEDIATED);
	}
}

static void add_target(struct reference *r, unsigned int d, unsigned int i)
{
	unsigned int j;

	for (j = 0; j < REFERENCE_PATHS; j++) {
		if (j != i && !is_below(reference_paths[j], reference_paths[i]))
			continue;
		add_hub(r, j, hub(d, false), false, GABION_FLOW_UNCHECKED);
		add_hub(r, j, hub(d, true), true, GABION_FLOW_UNCHECKED);
	}
}

static void add_names(struct reference *r, unsigned int d, unsigned int i)
{
	unsigned int j;

	for (j = 0; j < REFERENCE_PATHS; j++)
		if (is_child(reference_paths[i], reference_paths[j]) &&
		    (may(r, d, "create", reference_paths[i]) ||
		     may(r, d, "delete", reference_paths[i])))
			add(r, d, file(j), GABION_FLOW_HINT);
}

/* Between objects there is nothing without a domain: the movers' hubs have been added. */
static void add_objects(struct reference *r, unsigned int d)
{
	unsigned int i;

	for (i = 0; i < REFERENCE_PATHS; i++) {
		const char *path = reference_paths[i];

		add_file(r, d, i);
		add_names(r, d, i);
		if (may(r, d, "relabel", path) &&
		    (may(r, d, "delete", path) || may(r, d, "link", path)))
			add_move(r, d, i);
		if (may(r, d, "create", path))
			add_target(r, d, i);
	}
	for (i = 0; i < REFERENCE_ENDS; i++)
		add_end(r, d, i);
}

static bool enters(const struct reference *r, unsigned int from, unsigned int to)
{
	unsigned int i;

	for (i = 0; i < REFERENCE_PATHS; i++) {
		struct gabion_answer a =
			policy_ask(r->policy, name(r, from), "execute", reference_paths[i]);
		bool yes = a.allowed && a.transition == to;

		gabion_answer_free(&a);
		if (yes)
			return true;
	}
	return false;
}

static void add_pair(struct reference *r, unsigned int from, unsigned int to)
{
	bool up = reference_may(r, from, to);
	bool declared = trusted(r, from, "ipc_write", name(r, to)) ||
			trusted(r, to, "ipc_read", name(r, from));
	char *object = gabion_xasprintf("domain %s", name(r, to));
	char *subject = gabion_xasprintf("domain %s", name(r, from));

	if ((!unconfined(r, from) && ANY_OF(r, from, telling, object)) ||
	    (!unconfined(r, to) && ANY_OF(r, to, inspecting, subject)))
		add(r, from, to, up ? GABION_FLOW_ORDER : GABION_FLOW_TRUSTED);
	if (!unconfined(r, from) && !unconfined(r, to)) {
		if (enters(r, from, to))
			add(r, from, to,
			    up	       ? GABION_FLOW_ORDER
			    : declared ? GABION_FLOW_TRUSTED
				       : GABION_FLOW_UNCHECKED);
		if (enters(r, to, from))
			add(r, from, to, up ? GABION_FLOW_ORDER : GABION_FLOW_HINT);
	}
	free(object);
	free(subject);
}

/* Nothing holds it: everything is its to read and to write. */
static void add_unheld(struct reference *r, unsigned int d)
{
	unsigned int node;

	for (node = 0; node < hub(0, false); node++) {
		add(r, d, node, d ? GABION_FLOW_MODE : GABION_FLOW_HOST);
		add(r, node, d, d ? GABION_FLOW_MODE : GABION_FLOW_HOST);
	}
}

void reference_build(struct reference *r, const struct gabion_compiled *policy,
		     const struct reference_rule *rules, size_t nrules)
{
	unsigned int d, other, n = policy->view.ndomains;

	*r = (struct reference){.policy = policy, .rules = rules, .nrules = nrules};
	assert_int_equal(n, REFERENCE_DOMAINS);
	for (d = 0; d < n; d++) {
		if (unconfined(r, d) || (flags(r, d) & GABION_DOMAIN_COMPLAIN))
			add_unheld(r, d);
		if (!unconfined(r, d))
			add_objects(r, d);
		for (other = 0; other < n; other++)
			if (other != d)
				add_pair(r, d, other);
	}
}

void reference_distances(const struct reference *r, uint32_t classes,
			 uint32_t distance[REFERENCE_NODES][REFERENCE_NODES])
{
	unsigned int i, j, k;

	for (i = 0; i < REFERENCE_NODES; i++)
		for (j = 0; j < REFERENCE_NODES; j++)
			distance[i][j] = i == j ? 0 : r->steps[i][j] & classes ? 1 : REFERENCE_FAR;
	/* Floyd and Warshall. */
	for (k = 0; k < REFERENCE_NODES; k++)
		for (i = 0; i < REFERENCE_NODES; i++)
			for (j = 0; j < REFERENCE_NODES; j++)
				if (distance[i][k] + distance[k][j] < distance[i][j])
					distance[i][j] = distance[i][k] + distance[k][j];
}

void reference_crossings(const struct reference *r, uint32_t classes, unsigned int from,
			 uint32_t distance[REFERENCE_NODES])
{
	bool nearer = true;
	unsigned int i, j;

	for (i = 0; i < REFERENCE_NODES; i++)
		distance[i] = i == from ? 0 : REFERENCE_FAR;
	while (nearer) {
		nearer = false;
		for (i = 0; i < REFERENCE_NODES; i++) {
			if (i < REFERENCE_DOMAINS && !reference_may(r, from, i))
				continue;
			for (j = 0; j < REFERENCE_NODES; j++) {
				if (!(r->steps[i][j] & classes) || distance[i] + 1 >= distance[j])
					continue;
				distance[j] = distance[i] + 1;
				nearer = true;
			}
		}
	}
}
