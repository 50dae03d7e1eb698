/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who can influence whom: the flow graph of a compiled policy.
 *
 * The graph is made of what is effective (core/decide.h: sigma under the level order, trusted
 * exceptions), by label, so that overlapping globs need no approximation.  Nothing is stored for
 * a step: whether there is one is computed from the image each time.
 *
 * Running out of memory ends the process (../policy/mem.h).
 */
#ifndef GABION_FLOW_FLOW_H
#define GABION_FLOW_FLOW_H

#include <stdbool.h>
#include <stdint.h>

#include "../../core/view.h"

enum gabion_flow_kind {
	GABION_FLOW_DOMAIN, /* index: of the image's DOMAINS */
	GABION_FLOW_FILE,   /* index: label of the file class */
	GABION_FLOW_SOCKET, /* unix sockets bound to names of that label */
	GABION_FLOW_NET,    /* index: label of the net class */
	GABION_FLOW_MOVE,   /* names that a domain gives files of other labels; index: of the domain
			     */
	GABION_FLOW_BACK,   /* what comes back from these names to the first */
	GABION_FLOW_KERNEL, /* index: enum gabion_flow_shared */
	GABION_FLOW_KINDS,
};

/* Things that the kernel shares between those who may use them. */
enum gabion_flow_shared {
	GABION_FLOW_KEYS,			       /* control keys */
	GABION_FLOW_BINDER,			       /* control binder */
	GABION_FLOW_NETLINK,			       /* + protocol */
	GABION_FLOW_FAMILY = GABION_FLOW_NETLINK + 32, /* + AF_* */
	GABION_FLOW_SHARED_END = GABION_FLOW_FAMILY + 64,
};

/**
 * enum gabion_flow_class - what holds a step to the level order
 * @GABION_FLOW_ORDER:		it keeps to it: to a level that dominates
 * @GABION_FLOW_UNCHECKED:	it need not, as no check applies the order to it
 * @GABION_FLOW_TRUSTED:	it does not, by a `trusted` rule
 * @GABION_FLOW_ANY:		the object is outside of the order (`level any`)
 * @GABION_FLOW_UNMEDIATED:	it does not, and nothing mediates it (SECURITY.md)
 * @GABION_FLOW_POWER:		a capability, control point or socket family that the order is not
 *				about
 * @GABION_FLOW_MODE:		the domain is unconfined, or in complain mode
 * @GABION_FLOW_HOST:		the same of the host's domain, through which everything goes
 *				everywhere; or it is held, and outside of the order
 * @GABION_FLOW_HINT:		tells little: names that are taken, an exit status
 *
 * Of several steps between two nodes the first of these counts.
 */
enum gabion_flow_class {
	GABION_FLOW_ORDER,
	GABION_FLOW_UNCHECKED,
	GABION_FLOW_TRUSTED,
	GABION_FLOW_ANY,
	GABION_FLOW_UNMEDIATED,
	GABION_FLOW_POWER,
	GABION_FLOW_MODE,
	GABION_FLOW_HOST,
	GABION_FLOW_HINT,
	GABION_FLOW_CLASSES,
};

#define GABION_FLOW_HOST_DOMAIN 0U /* of every policy */

#define GABION_FLOW_BIT(class) (1U << GABION_FLOW_##class)
#define GABION_FLOW_EVERY      ((1U << GABION_FLOW_CLASSES) - 1)

/* What the proof is about: nothing in it was declared an exception. */
#define GABION_FLOW_PROOF (GABION_FLOW_BIT(ORDER) | GABION_FLOW_BIT(UNCHECKED))
/* The same where only `trusted` rules and modes of domains count as declared. */
#define GABION_FLOW_STRICT                                                                         \
	(GABION_FLOW_PROOF | GABION_FLOW_BIT(ANY) | GABION_FLOW_BIT(UNMEDIATED) |                  \
	 GABION_FLOW_BIT(POWER) | GABION_FLOW_BIT(HINT))
/*
 * Influence by what the policy grants; and also with the help of those whom nothing holds, the
 * host apart.
 */
#define GABION_FLOW_GRANTED                                                                        \
	(GABION_FLOW_PROOF | GABION_FLOW_BIT(TRUSTED) | GABION_FLOW_BIT(ANY) |                     \
	 GABION_FLOW_BIT(UNMEDIATED))
#define GABION_FLOW_POSSIBLE (GABION_FLOW_GRANTED | GABION_FLOW_BIT(POWER) | GABION_FLOW_BIT(MODE))

/**
 * enum gabion_flow_how - by what a step happens
 * @GABION_FLOW_ACCESS:	the actor's permissions on the object, or on the other domain
 * @GABION_FLOW_BOUND:	the actor is bound there, and has what others send to it
 * @GABION_FLOW_MOVED:	the actor gives the file a name of another label, unread
 * @GABION_FLOW_LINKED:	who has the file by its first name has what is written to it by the other
 * @GABION_FLOW_EXEC:	the actor executes a program that enters the domain: arguments, environment
 * @GABION_FLOW_INHERIT: the actor's pipes, which the program inherited
 * @GABION_FLOW_EXIT:	the program's exit status
 * @GABION_FLOW_HELPER:	the kernel executes a helper on the domain's account
 * @GABION_FLOW_NAMES:	the actor makes and takes away names in the directory
 * @GABION_FLOW_SHARED:	by number: a control point, a socket family, a netlink protocol
 * @GABION_FLOW_UNHELD:	nothing holds the actor
 */
enum gabion_flow_how {
	GABION_FLOW_ACCESS,
	GABION_FLOW_BOUND,
	GABION_FLOW_MOVED,
	GABION_FLOW_LINKED,
	GABION_FLOW_EXEC,
	GABION_FLOW_INHERIT,
	GABION_FLOW_EXIT,
	GABION_FLOW_HELPER,
	GABION_FLOW_NAMES,
	GABION_FLOW_SHARED,
	GABION_FLOW_UNHELD,
};

/**
 * struct gabion_flow_step - information goes from one node to another
 * @from:	node
 * @to:		node
 * @class:	what holds it to the level order
 * @how:	by what it happens
 * @actor:	domain that does it
 * @klass:	enum gabion_class of @object, 0: no rule is about it
 * @object:	label, domain, or number of a control point, capability, family, protocol
 * @permissions: of the actor on the object that make it possible; 0 for numbers
 */
struct gabion_flow_step {
	uint32_t from, to;
	enum gabion_flow_class class;
	enum gabion_flow_how how;
	uint32_t actor;
	uint32_t klass;
	uint32_t object;
	uint32_t permissions;
};

/* Steps one after another, from a domain, or of violations files, to a domain; owned. */
struct gabion_flow_chain {
	struct gabion_flow_step *steps;
	size_t n;
};

struct gabion_flow;

/* The policy it is of. */
const struct gabion_view *gabion_flow_view(const struct gabion_flow *flow);

/**
 * gabion_flow_new - the graph of a policy
 * @view:	verified, outlives the graph
 * @classes:	bits of the classes that will be asked for; the rest is not worked out
 *
 * Return: the graph; gabion_flow_free() it.
 */
struct gabion_flow *gabion_flow_new(const struct gabion_view *view, uint32_t classes);
void gabion_flow_free(struct gabion_flow *flow);

uint32_t gabion_flow_nodes(const struct gabion_flow *flow);
uint32_t gabion_flow_node(const struct gabion_flow *flow, enum gabion_flow_kind kind,
			  uint32_t index);
enum gabion_flow_kind gabion_flow_kind(const struct gabion_flow *flow, uint32_t node,
				       uint32_t *index);

/* Do rules hold @domain, the host, and the order of levels, which there is, does not? */
bool gabion_flow_is_apart(const struct gabion_flow *flow, uint32_t domain);

/* Level of a node; NULL for those that have none: MOVE, BACK, KERNEL. */
const struct gabion_policy_level *gabion_flow_level(const struct gabion_flow *flow, uint32_t node);

/* Number of what GABION_FLOW_KERNEL node @shared is, and its class: control, netlink or family. */
uint32_t gabion_flow_shared_number(uint32_t shared, uint32_t *klass);

/**
 * gabion_flow_step - can information go from @from to @to at once?
 * @classes:	bits of the classes that count
 * @step:	filled in if so: the step of the first class there is
 */
bool gabion_flow_step(const struct gabion_flow *flow, uint32_t from, uint32_t to, uint32_t classes,
		      struct gabion_flow_step *step);

/**
 * gabion_flow_reach - all nodes that information from @node reaches, or that it comes from
 * @classes:	bits of the classes that count
 * @backward:	where it comes from
 *
 * Return: for each node the one before it (behind it, if @backward) on a shortest way, itself
 * for @node, GABION_FLOW_NOWHERE where there is none; malloc'ed.
 */
uint32_t *gabion_flow_reach(const struct gabion_flow *flow, uint32_t node, uint32_t classes,
			    bool backward);
#define GABION_FLOW_NOWHERE 0xffffffffU

/**
 * gabion_flow_chain - a shortest chain from domain @from to another domain @to
 * @chain:	filled in if there is one
 */
bool gabion_flow_chain(const struct gabion_flow *flow, uint32_t from, uint32_t to, uint32_t classes,
		       struct gabion_flow_chain *chain);
void gabion_flow_chain_free(struct gabion_flow_chain *chain);

/*
 * Chains against the level order: what the first domain knows, or the first files hold, reaches the
 * last, which may not have it.
 */
struct gabion_flow_violations {
	struct gabion_flow_chain *v;
	size_t n, room;
};

/**
 * gabion_flow_violations - noninterference, or the counter-examples
 * @classes:	bits of the classes that count
 * @out:	for each level and each domain that gets something from that level although its own
 *		does not dominate it: a shortest chain, without such a domain before its end; from a
 *		domain where there is one, else from files that held it from the start. None: noninterference holds.  gabion_flow_violations_free() it.
 */
void gabion_flow_violations(const struct gabion_flow *flow, uint32_t classes,
			    struct gabion_flow_violations *out);
void gabion_flow_violations_free(struct gabion_flow_violations *violations);

/**
 * gabion_flow_power - powers of a domain that amount to the kernel's, one after another
 * @klass:	GABION_CLASS_CONTROL or GABION_CLASS_CAPABILITY
 * @number:	of the control point or capability
 * @next:	0 to begin
 *
 * Return: false: no more.
 */
bool gabion_flow_power(const struct gabion_view *view, uint32_t domain, uint32_t *klass,
		       uint32_t *number, unsigned int *next);

#endif /* GABION_FLOW_FLOW_H */
