// SPDX-License-Identifier: GPL-2.0
/* Patterns to automata and labels, and the one level that each label has. */
#include "endpoint.h"
#include "model.h"
#include "witness.h"

static void add_unreachable(struct gabion_model *m, struct gabion_labels *labels)
{
	VEC(uint32_t) members = {};
	uint32_t r;

	for (r = 0; r < m->resources.n; r++)
		if (m->resources.v[r].unreachable)
			vec_push(&members, r);
	gabion_labels_add_special(labels, members.v, members.n);
	free(members.v);
}

static bool build(struct gabion_model *m, uint32_t klass)
{
	struct gabion_class_model *c = &m->classes[klass];
	uint32_t culprit = GABION_NFA_NONE;

	gabion_labels_init(&c->labels);
	if (klass == GABION_CLASS_FILE)
		add_unreachable(m, &c->labels);
	if (gabion_dfa_construct(&c->dfa, &c->nfa, &c->labels, &culprit)) {
		model_error(m, culprit == GABION_NFA_NONE ? NULL : &m->resources.v[culprit].loc,
			    "use fewer '*' and '**' in the middle of its globs",
			    "the automaton grows beyond its bounds (%u states), most of it by "
			    "resource \"%s\"",
			    GABION_DFA_STATES_MAX,
			    culprit == GABION_NFA_NONE ? "?" : m->resources.v[culprit].name);
		return false;
	}
	/* The largest of the structures; not needed any more. */
	gabion_nfa_free(&c->nfa);
	c->states_before = c->dfa.nstates;
	gabion_dfa_minimise(&c->dfa);
	if (c->labels.sets.n > GABION_LABELS_MAX) {
		model_error(
			m, NULL, "give objects that are treated alike one resource",
			"%zu distinct sets of resources of class %s; at most %u can be told apart",
			c->labels.sets.n, gabion_class_name(klass), GABION_LABELS_MAX);
		return false;
	}
	return true;
}

/* Labels that each resource is in: members turned around. */
static void index_resources(struct gabion_model *m, struct gabion_class_model *c)
{
	size_t label, i, r;

	c->of_first = gabion_xcalloc(m->resources.n + 1, sizeof(*c->of_first));
	c->of = gabion_xcalloc(c->labels.members.n, sizeof(*c->of));
	for (i = 0; i < c->labels.members.n; i++)
		c->of_first[c->labels.members.v[i]]++;
	for (r = 1; r <= m->resources.n; r++)
		c->of_first[r] += c->of_first[r - 1];
	for (label = c->labels.sets.n; label-- > 0;) {
		const struct gabion_label_set *set = &c->labels.sets.v[label];

		for (i = 0; i < set->nmembers; i++)
			c->of[--c->of_first[c->labels.members.v[set->member + i]]] = label;
	}
}

/* One automaton's conflicts; the witness is made for the first of them. */
struct conflicts {
	struct gabion_model *m;
	uint32_t klass;
	struct gabion_witness witness;
	bool have_witness;
	struct gabion_strmap seen; /* pairs of resources */
};

/* "/a/name" or "tcp 10.0.0.1 port 80", in the arena; NULL if no name has the label. */
static const char *example(struct conflicts *x, uint32_t label)
{
	struct gabion_class_model *c = &x->m->classes[x->klass];
	char *name, *text = NULL;
	const char *copy;
	size_t n;

	if (x->klass == GABION_CLASS_FILE && label == GABION_LABEL_UNREACHABLE)
		return "an object without host-absolute name";
	if (!x->have_witness)
		gabion_witness_init(&x->witness, &c->dfa, c->labels.sets.n,
				    x->klass == GABION_CLASS_FILE);
	x->have_witness = true;
	name = gabion_witness_name(&x->witness, label, &n);
	if (!name)
		return NULL;
	if (x->klass == GABION_CLASS_NET)
		text = gabion_net_key_format((const struct gabion_net_key *)name);
	copy = gabion_arena_printf(&x->m->arena, "%s", text ? text : name);
	free(text);
	free(name);
	return copy;
}

static void report_conflict(struct conflicts *x, uint32_t label, uint32_t first, uint32_t second)
{
	struct gabion_model *m = x->m;
	const struct gabion_resource *a = &m->resources.v[first], *b = &m->resources.v[second];
	const char *pair = gabion_arena_printf(&m->arena, "%u %u", first, second), *name;
	uint32_t known;

	if (gabion_strmap_get(&x->seen, pair, &known))
		return;
	name = example(x, label);
	if (!name)
		return;
	gabion_strmap_add(&x->seen, pair, 0);
	model_error(m, &b->loc,
		    x->klass == GABION_CLASS_FILE
			    ? gabion_arena_printf(&m->arena,
						  "give both one level, or keep them apart: "
						  "`except GLOB` after the globs of \"%s\"",
						  a->name)
			    : "give both one level, or make them disjoint",
		    "overlapping level: \"%s\" (level %s) and \"%s\" (level %s) both match %s",
		    a->name, m->levels.v[a->level].name, b->name, m->levels.v[b->level].name, name);
	model_note(m, &a->loc, "\"%s\" has level %s", a->name, m->levels.v[a->level].name);
}

/* A resource without a level of its own leaves its objects as if it did not name them. */
static bool has_unlevelled(const struct gabion_model *m, const struct gabion_class_model *c,
			   const struct gabion_label_set *set)
{
	size_t i;

	for (i = 0; i < set->nmembers; i++)
		if (m->resources.v[c->labels.members.v[set->member + i]].unlevelled)
			return true;
	return false;
}

static void find_levels(struct gabion_model *m, uint32_t klass, uint32_t any)
{
	struct gabion_class_model *c = &m->classes[klass];
	struct conflicts x = { .m = m, .klass = klass };
	size_t label, i;

	c->label_levels = gabion_xcalloc(c->labels.sets.n, sizeof(*c->label_levels));
	for (label = 0; label < c->labels.sets.n; label++) {
		const struct gabion_label_set *set = &c->labels.sets.v[label];
		uint32_t first = GABION_NFA_NONE;

		if (set->nmembers && !has_unlevelled(m, c, set))
			c->label_levels[label] = any;
		for (i = 0; i < set->nmembers; i++) {
			uint32_t r = c->labels.members.v[set->member + i];

			if (m->resources.v[r].program || m->resources.v[r].unsure ||
			    m->resources.v[r].unlevelled)
				continue;
			if (first == GABION_NFA_NONE) {
				first = r;
				c->label_levels[label] = m->resources.v[r].level;
			} else if (m->resources.v[r].level != m->resources.v[first].level) {
				report_conflict(&x, label, first, r);
			}
		}
	}
	if (x.have_witness)
		gabion_witness_free(&x.witness);
	gabion_strmap_free(&x.seen);
}

bool gabion_model_automata(struct gabion_model *m)
{
	uint32_t any = m->any_level, klass;
	bool ok = true;

	for (klass = GABION_CLASS_FILE; klass <= GABION_CLASS_NET; klass++) {
		if (!build(m, klass)) {
			ok = false;
			continue;
		}
		index_resources(m, &m->classes[klass]);
		find_levels(m, klass, any);
	}
	return ok;
}
