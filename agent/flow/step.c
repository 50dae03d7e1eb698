// SPDX-License-Identifier: GPL-2.0
/*
 * Is there a step between two nodes, and what holds it to the level order?  By kinds of the
 * nodes; the same in both directions of time: a search may ask forward or backward.
 */
#include <sys/socket.h>

#include "../../core/decide.h"
#include "graph.h"

/* A question under way: the best answer so far. @least: no step is of a class before that. */
struct probe {
	const struct gabion_flow *flow;
	uint32_t classes;
	enum gabion_flow_class least;
	bool found;
	struct gabion_flow_step *step;
};

static void offer(struct probe *p, enum gabion_flow_class class, enum gabion_flow_how how,
		  uint32_t actor)
{
	if (class < p->least)
		class = p->least;
	if (!(p->classes >> class & 1) || (p->found && p->step->class <= class))
		return;
	p->found = true;
	p->step->class = class;
	p->step->how = how;
	p->step->actor = actor;
	p->step->klass = 0;
	p->step->object = 0;
	p->step->permissions = 0;
}

/* The same by permissions of @actor that rules are about. */
static void offer_rule(struct probe *p, enum gabion_flow_class class, enum gabion_flow_how how,
		       uint32_t actor, uint32_t klass, uint32_t object, uint32_t permissions)
{
	enum gabion_flow_class before = p->found ? p->step->class : GABION_FLOW_CLASSES;

	offer(p, class, how, actor);
	if (!p->found || p->step->class == before)
		return;
	p->step->klass = klass;
	p->step->object = object;
	p->step->permissions = permissions;
}

static const struct gabion_policy_level *domain_level(const struct probe *p, uint32_t domain)
{
	return gabion_label_level(p->flow->view, GABION_CLASS_DOMAIN, domain);
}

static bool has(const struct probe *p, uint32_t domain, uint8_t trait)
{
	return p->flow->traits[domain] & trait;
}

/* What nothing holds @domain to; true if the rules do not count at all. */
static bool offer_unheld(struct probe *p, uint32_t domain)
{
	uint32_t klass, number;
	unsigned int next = 0;

	if (has(p, domain, GABION_FLOW_UNCONFINED | GABION_FLOW_COMPLAIN))
		offer(p, domain == GABION_FLOW_HOST_DOMAIN ? GABION_FLOW_HOST : GABION_FLOW_MODE,
		      GABION_FLOW_UNHELD, domain);
	if (has(p, domain, GABION_FLOW_POWERFUL) &&
	    gabion_flow_power(p->flow->view, domain, &klass, &number, &next))
		offer_rule(p, GABION_FLOW_POWER, GABION_FLOW_UNHELD, domain, klass, number, 0);
	return has(p, domain, GABION_FLOW_UNCONFINED);
}

/* The class of a step up to @to, or down by @otherwise. */
static enum gabion_flow_class between(const struct gabion_policy_level *from,
				      const struct gabion_policy_level *to,
				      enum gabion_flow_class otherwise)
{
	return gabion_level_dominates(to, from) ? GABION_FLOW_ORDER : otherwise;
}

/* The same between @domain and an object, which may be outside of the order. */
static enum gabion_flow_class object_class(const struct probe *p, uint32_t domain, uint32_t klass,
					   uint32_t label, bool reads,
					   enum gabion_flow_class otherwise)
{
	const struct gabion_policy_level *level = gabion_label_level(p->flow->view, klass, label);
	const struct gabion_policy_level *own = domain_level(p, domain);

	if (level->rank == cpu_to_le32(GABION_RANK_ANY))
		return GABION_FLOW_ANY;
	return reads ? between(level, own, otherwise) : between(own, level, otherwise);
}

static bool is_trusted(const struct probe *p, uint32_t klass, uint32_t domain, uint32_t label,
		       uint32_t permission)
{
	const struct gabion_class_view *c = &p->flow->view->classes[klass];

	return gabion_matrix(c, c->trusted, domain, label) & permission;
}

/* By sigma. What every domain has without a rule tells little where it is alone. */
static void access_object(struct probe *p, uint32_t domain, uint32_t klass, uint32_t label,
			  bool reads, uint32_t granted, uint32_t implied)
{
	uint32_t flow = reads ? gabion_class_read_flow(klass) : gabion_class_write_flow(klass);
	uint32_t bits = granted & flow;
	enum gabion_flow_class class;

	if (!bits)
		return;
	class = object_class(p, domain, klass, label, reads, GABION_FLOW_TRUSTED);
	if (!(bits & ~implied) && class != GABION_FLOW_TRUSTED)
		class = GABION_FLOW_HINT;
	offer_rule(p, class, GABION_FLOW_ACCESS, domain, klass, label, bits);
}

/*
 * Who is bound there has what is sent there, and answers: no check applies the order to that. By
 * the rules on @rule, which is the label itself, but for wildcard addresses.
 */
static void bound_object(struct probe *p, uint32_t domain, uint32_t klass, uint32_t label,
			 bool reads, uint32_t rule, uint32_t permission)
{
	enum gabion_flow_class otherwise = is_trusted(p, klass, domain, rule, permission)
						   ? GABION_FLOW_TRUSTED
						   : GABION_FLOW_UNCHECKED;

	offer_rule(p, object_class(p, domain, klass, label, reads, otherwise), GABION_FLOW_BOUND,
		   domain, klass, rule, permission);
}

static bool may_bind(const struct probe *p, uint32_t domain, uint32_t label)
{
	return gabion_effective(p->flow->view, GABION_CLASS_NET, domain, label) & GABION_NET_BIND;
}

/* Endpoints that datagrams are sent to: to this one, or to none in particular at its port. */
static void bound_endpoint(struct probe *p, uint32_t domain, uint32_t label, bool reads)
{
	const struct gabion_flow_span *span = gabion_flow_spans(p->flow, label);
	const struct gabion_flow_span *end = p->flow->spans.v + p->flow->spans.n;

	if (may_bind(p, domain, label) && (p->flow->net[label] & GABION_FLOW_DATAGRAM))
		bound_object(p, domain, GABION_CLASS_NET, label, reads, label, GABION_NET_BIND);
	for (; span && span < end && span->label == label; span++)
		if (may_bind(p, domain, span->wildcard))
			bound_object(p, domain, GABION_CLASS_NET, label, reads, span->wildcard,
				     GABION_NET_BIND);
}

static void probe_file(struct probe *p, uint32_t domain, uint32_t label, bool reads)
{
	const struct gabion_view *view = p->flow->view;
	uint32_t n = view->classes[GABION_CLASS_FILE].nlabels, granted;

	if (offer_unheld(p, domain))
		return;
	/* A socket's peers, not what a file holds. */
	granted = gabion_effective(view, GABION_CLASS_FILE, domain, label) & ~GABION_FILE_CONNECT;
	if (gabion_flow_has_commands(view, domain, label))
		granted |= GABION_FILE_IOCTL;
	access_object(p, domain, GABION_CLASS_FILE, label, reads, granted, GABION_FILE_IMPLIED);
	if (!reads && p->flow->names && gabion_flow_bit(p->flow->names, (size_t)domain * n + label))
		offer(p, GABION_FLOW_HINT, GABION_FLOW_NAMES, domain);
}

static void probe_socket(struct probe *p, uint32_t domain, uint32_t label, bool reads)
{
	const struct gabion_view *view = p->flow->view;
	uint32_t granted = gabion_effective(view, GABION_CLASS_FILE, domain, label);

	if (offer_unheld(p, domain))
		return;
	access_object(p, domain, GABION_CLASS_FILE, label, reads, granted & GABION_FILE_CONNECT, 0);
	if ((granted & GABION_FILE_CREATE) &&
	    (le64_to_cpu(view->domains[domain].families) >> AF_UNIX & 1))
		bound_object(p, domain, GABION_CLASS_FILE, label, reads, label, GABION_FILE_CREATE);
}

static void probe_net(struct probe *p, uint32_t domain, uint32_t label, bool reads)
{
	uint32_t granted = gabion_effective(p->flow->view, GABION_CLASS_NET, domain, label);

	if (offer_unheld(p, domain))
		return;
	/*
	 * Peers that no resource is about are of the level of the endpoint which they reach,
	 * and what they say is said there.
	 */
	if (label == GABION_LABEL_NONE)
		granted &= ~GABION_NET_IMPLIED;
	access_object(p, domain, GABION_CLASS_NET, label, reads, granted, GABION_NET_IMPLIED);
	if (reads || has(p, domain, GABION_FLOW_SENDS))
		bound_endpoint(p, domain, label, reads);
	if (has(p, domain, GABION_FLOW_WIRE))
		offer(p, GABION_FLOW_POWER, GABION_FLOW_SHARED, domain);
}

/* Things shared by number have no level. */
static void probe_kernel(struct probe *p, uint32_t domain, uint32_t shared, bool reads)
{
	const struct gabion_policy_domain *d = &p->flow->view->domains[domain];
	uint32_t klass, number = gabion_flow_shared_number(shared, &klass);
	bool there;

	if (offer_unheld(p, domain))
		return;
	if (klass == GABION_CLASS_CONTROL)
		there = le64_to_cpu(d->controls) >> number & 1;
	else if (klass == GABION_CLASS_NETLINK)
		there = (le64_to_cpu(d->families) >> AF_NETLINK & 1) &&
			(le32_to_cpu(d->netlink) >> number & 1) &&
			(reads || gabion_flow_sends_netlink(d, number));
	else
		/* These are held to files, endpoints and protocols. */
		there = number != AF_UNIX && number != AF_INET && number != AF_INET6 &&
			number != AF_NETLINK && (le64_to_cpu(d->families) >> number & 1);
	if (there)
		offer_rule(p, GABION_FLOW_POWER, GABION_FLOW_SHARED, domain, klass, number, 0);
}

static void probe_object(struct probe *p, uint32_t domain, enum gabion_flow_kind kind,
			 uint32_t index, bool reads)
{
	switch (kind) {
	case GABION_FLOW_FILE:
		probe_file(p, domain, index, reads);
		break;
	case GABION_FLOW_SOCKET:
		probe_socket(p, domain, index, reads);
		break;
	case GABION_FLOW_NET:
		probe_net(p, domain, index, reads);
		break;
	case GABION_FLOW_KERNEL:
		probe_kernel(p, domain, index, reads);
		break;
	default:
		break;
	}
}

/* Permissions of @actor on @other that carry from @from to @to. */
static void access_domain(struct probe *p, uint32_t actor, uint32_t other, bool reads,
			  enum gabion_flow_class class)
{
	uint32_t flow = reads ? GABION_DOM_READ_FLOW : GABION_DOM_WRITE_FLOW;
	uint32_t bits;

	if (offer_unheld(p, actor))
		return;
	bits = gabion_effective(p->flow->view, GABION_CLASS_DOMAIN, actor, other) & flow;
	if (bits)
		offer_rule(p, class, GABION_FLOW_ACCESS, actor, GABION_CLASS_DOMAIN, other, bits);
}

static bool enters(const struct probe *p, uint32_t from, uint32_t to)
{
	return gabion_flow_bit(p->flow->enters, (size_t)from * p->flow->view->ndomains + to);
}

/* What is said of things without a name between two domains says it of what goes with an exec. */
static bool handing_over_is_trusted(const struct probe *p, uint32_t from, uint32_t to)
{
	return is_trusted(p, GABION_CLASS_DOMAIN, from, to, GABION_DOM_IPC_WRITE) ||
	       is_trusted(p, GABION_CLASS_DOMAIN, to, from, GABION_DOM_IPC_READ);
}

/* A label of the files by which the domain @from enters @to. */
static uint32_t entry(const struct probe *p, uint32_t from, uint32_t to)
{
	const struct gabion_class_view *c = &p->flow->view->classes[GABION_CLASS_FILE];
	uint32_t label = 0;

	while (le16_to_cpu(c->transition[(size_t)from * c->nlabels + label]) != to ||
	       !(gabion_effective(p->flow->view, GABION_CLASS_FILE, from, label) &
		 GABION_FILE_EXECUTE))
		label++;
	return label;
}

static void probe_exec(struct probe *p, uint32_t from, uint32_t to, bool up)
{
	enum gabion_flow_class down =
		handing_over_is_trusted(p, from, to) ? GABION_FLOW_TRUSTED : GABION_FLOW_UNCHECKED;

	if (enters(p, from, to))
		offer_rule(p, up ? GABION_FLOW_ORDER : down, GABION_FLOW_EXEC, from,
			   GABION_CLASS_FILE, entry(p, from, to), GABION_FILE_EXECUTE);
	if (enters(p, to, from))
		offer(p, up ? GABION_FLOW_ORDER : GABION_FLOW_HINT,
		      up ? GABION_FLOW_INHERIT : GABION_FLOW_EXIT, from);
}

static void probe_domains(struct probe *p, uint32_t from, uint32_t to)
{
	bool up = gabion_level_dominates(domain_level(p, to), domain_level(p, from));
	enum gabion_flow_class class = up ? GABION_FLOW_ORDER : GABION_FLOW_TRUSTED;

	if (from == to)
		return;
	access_domain(p, from, to, false, class);
	access_domain(p, to, from, true, class);
	if (!has(p, from, GABION_FLOW_UNCONFINED) && !has(p, to, GABION_FLOW_UNCONFINED))
		probe_exec(p, from, to, up);
	if (p->flow->helper[to])
		offer(p, GABION_FLOW_UNMEDIATED, GABION_FLOW_HELPER, from);
}

/* A file to the names that @mover gives; by which, to files of other labels. */
static void probe_move(struct probe *p, const struct gabion_flow_mover *mover, uint32_t label,
		       bool into, bool back)
{
	uint8_t bits = mover->labels[label];
	enum gabion_flow_how how = back ? GABION_FLOW_LINKED : GABION_FLOW_MOVED;
	uint32_t on = GABION_FILE_RELABEL | GABION_FILE_DELETE | GABION_FILE_LINK;
	bool first = into != back;
	enum gabion_flow_class class = GABION_FLOW_UNCHECKED;
	bool there;

	if (first && !back) {
		there = bits & (GABION_FLOW_FROM | GABION_FLOW_FROM_TRUSTED);
		if (!(bits & GABION_FLOW_FROM))
			class = GABION_FLOW_TRUSTED;
	} else if (first) {
		there = bits & (GABION_FLOW_FROM | GABION_FLOW_FROM_TRUSTED);
		/* One that was moved is only still held; one with two names has both. */
		class = bits & GABION_FLOW_LINK		  ? GABION_FLOW_UNCHECKED
			: bits & GABION_FLOW_LINK_TRUSTED ? GABION_FLOW_TRUSTED
							  : GABION_FLOW_UNMEDIATED;
	} else {
		there = bits & (GABION_FLOW_TO | GABION_FLOW_TO_BELOW);
		on = GABION_FILE_CREATE;
	}
	if (!there)
		return;
	if (gabion_label_level(p->flow->view, GABION_CLASS_FILE, label)->rank ==
	    cpu_to_le32(GABION_RANK_ANY))
		class = GABION_FLOW_ANY;
	offer_rule(p, class, how, mover->domain, GABION_CLASS_FILE, label,
		   on & gabion_effective(p->flow->view, GABION_CLASS_FILE, mover->domain, label));
}

static bool is_move(enum gabion_flow_kind kind)
{
	return kind == GABION_FLOW_MOVE || kind == GABION_FLOW_BACK;
}

/* The host, or what it moves. */
static bool is_hosts(enum gabion_flow_kind kind, uint32_t index)
{
	return (kind == GABION_FLOW_DOMAIN || is_move(kind)) && index == GABION_FLOW_HOST_DOMAIN;
}

bool gabion_flow_step(const struct gabion_flow *flow, uint32_t from, uint32_t to, uint32_t classes,
		      struct gabion_flow_step *step)
{
	struct probe p = {.flow = flow, .classes = classes, .step = step};
	uint32_t a, b, kind = gabion_flow_kind(flow, from, &a),
		       other = gabion_flow_kind(flow, to, &b);

	/* What goes through a host that only rules hold may come out at any level. */
	if (flow->host_apart && (is_hosts(kind, a) || is_hosts(other, b)))
		p.least = GABION_FLOW_HOST;
	step->from = from;
	step->to = to;
	if (kind == GABION_FLOW_DOMAIN && other == GABION_FLOW_DOMAIN)
		probe_domains(&p, a, b);
	else if (kind == GABION_FLOW_DOMAIN)
		probe_object(&p, a, other, b, false);
	else if (other == GABION_FLOW_DOMAIN)
		probe_object(&p, b, kind, a, true);
	else if (kind == GABION_FLOW_FILE && is_move(other))
		probe_move(&p, gabion_flow_mover(flow, b), a, true, other == GABION_FLOW_BACK);
	else if (is_move(kind) && other == GABION_FLOW_FILE)
		probe_move(&p, gabion_flow_mover(flow, a), b, false, kind == GABION_FLOW_BACK);
	return p.found;
}
