// SPDX-License-Identifier: GPL-2.0
/*
 * Which domains have a syscall filter, and what goes into it: their own
 * statements and those of the abstractions they use.
 */
#include "filter_table.h"
#include "hash.h"

void gabion_filters_free(struct gabion_filters *filters)
{
	free(filters->list.v);
	free(filters->calls.v);
	free(filters->tables);
	gabion_test_store_free(&filters->tests);
}

/* Keep the first of two statements that exclude each other. */
static bool only_one(struct gabion_model *m, const struct gabion_ast_rule *first,
		     const struct gabion_ast_rule *second, const char *message)
{
	if (!first)
		return true;
	if (model_error(m, &second->loc, "keep one of them", "%s", message))
		model_note(m, &first->loc, "the other one");
	return false;
}

static void read_abis(struct gabion_model *m, const struct gabion_ast_rule *r,
		      struct gabion_filter_spec *spec)
{
	const struct gabion_ast_name *n;

	for (n = r->objects; n; n = n->next) {
		int abi = gabion_abi_of(n->text);

		if (abi < 0)
			model_error(m, &n->loc, "the ABIs are x86-64, i386 and x32",
				    "unknown ABI \"%s\"", n->text);
		else
			spec->abis |= 1U << abi;
	}
}

static void read_default(struct gabion_model *m, const struct gabion_ast_rule *r,
			 struct gabion_filter_spec *spec)
{
	if (!only_one(m, spec->fallback_rule, r, "the default action is said twice"))
		return;
	spec->fallback_rule = r;
	if (!r->action.name.text)
		model_error(m, &r->loc,
			    "write `syscalls default as errno EPERM`, or another action",
			    "the default needs an action");
	spec->fallback = gabion_action_of(m, r, spec->fallback);
	if (r->quiet && !gabion_outcome_refuses(spec->fallback))
		model_error(m, &r->loc, "drop `quiet`",
			    "`quiet` is about refusals, and this default lets calls run");
}

/* The domain's own statements.  False: it has no filter. */
static bool read_own(struct gabion_model *m, struct gabion_domain *d,
		     struct gabion_filter_spec *spec)
{
	const struct gabion_ast_rule *r, *list = NULL;

	for (r = d->block->rules; r; r = r->next) {
		switch (r->kind) {
		case GABION_AST_ABI:
			read_abis(m, r, spec);
			break;
		case GABION_AST_DEFAULT:
			read_default(m, r, spec);
			break;
		case GABION_AST_STRICT:
			if (only_one(m, spec->strict, r, "`syscalls strict` is said twice"))
				spec->strict = r;
			break;
		case GABION_AST_SYSCALLS:
			list = r;
			break;
		default:
			break;
		}
	}
	if (spec->strict && (list || spec->fallback_rule))
		only_one(m, spec->strict, list ? list : spec->fallback_rule,
			 "`syscalls strict` stands alone");
	/* For the domain without a filter. */
	if (spec->abis >> GABION_ABI_I386 & 1)
		d->flags |= GABION_DOMAIN_I386;
	if (spec->abis >> GABION_ABI_X32 & 1)
		d->flags |= GABION_DOMAIN_X32;
	return list || spec->strict || spec->fallback_rule;
}

static void finish_default(struct gabion_filter_spec *spec)
{
	bool refuses = gabion_outcome_refuses(spec->fallback);

	if (spec->strict)
		spec->fallback = GABION_OUTCOME(GABION_ACTION_KILL, 0);
	if (spec->strict || (spec->fallback_rule && refuses))
		spec->otherwise = spec->fallback;
	else
		spec->otherwise = GABION_OUTCOME(GABION_ACTION_ERRNO, ENOSYS);
}

struct gathering {
	struct gabion_filter_spec *spec;
	const struct gabion_ast_block *block;
};

static bool is_own(const struct gabion_ast_block *block, const struct gabion_ast_rule *rule)
{
	const struct gabion_ast_rule *r = block->rules;

	while (r && r != rule)
		r = r->next;
	return r;
}

static void gather(struct gabion_model *m, const struct gabion_ast_rule *rule, void *arg)
{
	struct gathering *g = arg;
	struct gabion_ast_call *c;

	for (c = rule->kind == GABION_AST_SYSCALLS ? rule->calls : NULL; c; c = c->next) {
		const struct gabion_item *item = gabion_item_of(m, rule, c);
		uint32_t outcome;

		if (!item)
			continue;
		outcome = item->outcome;
		if (item->negated && gabion_outcome_refuses(g->spec->fallback))
			outcome = g->spec->fallback;
		else if (item->negated)
			outcome = GABION_OUTCOME(GABION_ACTION_ERRNO, EPERM);
		if (item->negated && item->quiet)
			outcome |= GABION_OUTCOME_QUIET;
		vec_push(&g->spec->items, (struct gabion_filter_item){
						  .item = item,
						  .own = is_own(g->block, rule),
						  .outcome = outcome,
					  });
	}
}

/* Greatest action first, otherwise as written: an insertion sort keeps the order. */
static void sort_items(struct gabion_filter_spec *spec)
{
	size_t i, j;

	for (i = 1; i < spec->items.n; i++) {
		struct gabion_filter_item item = spec->items.v[i];

		for (j = i; j && GABION_OUTCOME_ACTION(spec->items.v[j - 1].outcome) <
					 GABION_OUTCOME_ACTION(item.outcome);
		     j--)
			spec->items.v[j] = spec->items.v[j - 1];
		spec->items.v[j] = item;
	}
}

static void warn_item(struct gabion_model *m, const struct gabion_filter_spec *spec,
		      const struct gabion_filter_item *f)
{
	const struct gabion_ast_name *name = &f->item->ast->name;
	const struct gabion_item *other = f->cut_by ? f->cut_by : f->same_as;
	bool said;

	if (!other) {
		if (!f->item->ast->set)
			model_warning(m, &name->loc,
				      "grant the ABI that has it: abi i386, or abi x32",
				      "no ABI that domain \"%s\" may use has this call",
				      m->domains.v[spec->domain].name);
		return;
	}
	if (GABION_OUTCOME_ACTION(f->outcome) > GABION_ACTION_LOG)
		return;
	/* To grant a call twice is no mistake, but for a condition on one of the grants. */
	if (f->same_as && !f->item->condition)
		return;
	if (f->same_as)
		said = model_warning(m, &name->loc,
				     gabion_arena_printf(&m->arena,
							 "take away what you do not want: "
							 "-%s(not (...))",
							 name->text),
				     "this condition has no effect: another item grants the call "
				     "without it");
	else
		said = model_warning(m, &name->loc, "drop one of the two",
				     "this grant has no effect: another item outranks it");
	if (said)
		model_note(m, &other->ast->name.loc, "this one");
}

/* A refused clone3 that libc does not take for a missing one. */
static void warn_clone3(struct gabion_model *m, const struct gabion_filter_spec *spec,
			const uint32_t *table)
{
	int clone = gabion_call_number(GABION_ABI_X86_64, "clone");
	uint32_t clone3 = table[gabion_call_number(GABION_ABI_X86_64, "clone3")];

	if (gabion_outcome_never_runs(table[clone]) || (clone3 & GABION_OUTCOME_TEST) ||
	    GABION_OUTCOME_ACTION(clone3) != GABION_ACTION_ERRNO ||
	    GABION_OUTCOME_DATA(clone3) == ENOSYS)
		return;
	model_warning(m, gabion_filter_grant(m, spec, GABION_ABI_X86_64, clone),
		      "write `quiet syscalls clone3 as errno ENOSYS`",
		      "domain \"%s\" refuses clone3 with another error: libc makes threads with "
		      "clone3 first, and takes clone only after ENOSYS",
		      m->domains.v[spec->domain].name);
}

/* Entries that the domain may not use, and grants that change nothing. */
static void warn(struct gabion_model *m, const struct gabion_filter_spec *spec)
{
	size_t i;

	for (i = 0; i < spec->items.n; i++)
		if (spec->items.v[i].own && !spec->items.v[i].counts)
			warn_item(m, spec, &spec->items.v[i]);
}

static const uint32_t *table_of(const struct gabion_filters *f, uint32_t slot,
				const struct gabion_filter_calls **calls)
{
	*calls = &f->list.v[(slot - 1) / GABION_ABI_END].abi[(slot - 1) % GABION_ABI_END];
	return f->calls.v + (*calls)->first;
}

static void grow_tables(struct gabion_filters *f)
{
	uint32_t *old = f->tables;
	size_t nold = f->ntables, i, j;

	f->ntables = nold ? nold * 2 : 64;
	f->tables = gabion_xcalloc(f->ntables, sizeof(*f->tables));
	for (i = 0; i < nold; i++) {
		const struct gabion_filter_calls *calls;
		const uint32_t *table;

		if (!old[i])
			continue;
		table = table_of(f, old[i], &calls);
		for (j = gabion_hash_words(table, calls->count) & (f->ntables - 1); f->tables[j];
		     j = (j + 1) & (f->ntables - 1))
			;
		f->tables[j] = old[i];
	}
	free(old);
}

/* Put @count outcomes for entry (@filter, @abi) where equal ones are, or at the end. */
static void share_table(struct gabion_filters *f, size_t filter, uint32_t abi,
			const uint32_t *table, uint32_t count)
{
	struct gabion_filter_calls *to = &f->list.v[filter].abi[abi];
	const struct gabion_filter_calls *calls;
	uint32_t i;
	size_t slot;

	to->count = count;
	if (!count)
		return;
	if (f->list.n * GABION_ABI_END * 2 >= f->ntables)
		grow_tables(f);
	for (slot = gabion_hash_words(table, count) & (f->ntables - 1); f->tables[slot];
	     slot = (slot + 1) & (f->ntables - 1)) {
		const uint32_t *known = table_of(f, f->tables[slot], &calls);

		if (calls->count == count && !memcmp(known, table, count * sizeof(*table))) {
			to->first = calls->first;
			return;
		}
	}
	to->first = f->calls.n;
	vec_reserve(&f->calls, count);
	for (i = 0; i < count; i++)
		f->calls.v[f->calls.n++] = table[i];
	f->tables[slot] = filter * GABION_ABI_END + abi + 1;
}

static void build(struct gabion_model *m, struct gabion_filter_spec *spec)
{
	uint32_t table[GABION_CALLS_MAX], abi, count;
	size_t filter = m->filters.list.n;

	vec_push(&m->filters.list, (struct gabion_filter){.domain = spec->domain});
	for (abi = 0; abi < GABION_ABI_END; abi++) {
		gabion_filter_fill(m, spec, abi, table);
		gabion_filter_check_uring(m, spec, abi, table);
		if (abi == GABION_ABI_X86_64)
			warn_clone3(m, spec, table);
		for (count = GABION_CALLS_MAX; count && table[count - 1] == spec->otherwise;
		     count--)
			;
		m->filters.list.v[filter].abi[abi].otherwise = spec->otherwise;
		share_table(&m->filters, filter, abi, table, count);
	}
	warn(m, spec);
	gabion_call_rules_add(m->call_rules, m, spec);
}

static void add_filter(struct gabion_model *m, uint32_t domain)
{
	struct gabion_filter_spec spec = {
		.domain = domain,
		.abis = 1U << GABION_ABI_X86_64,
		.fallback = GABION_OUTCOME(GABION_ACTION_ERRNO, EPERM),
	};
	const struct gabion_ast_block *block = m->domains.v[domain].block;

	if (!read_own(m, &m->domains.v[domain], &spec))
		return;
	if (m->domains.v[domain].flags & GABION_DOMAIN_UNCONFINED)
		model_warning(m, &m->domains.v[domain].loc, "drop `mode unconfined`, or `syscalls`",
			      "domain \"%s\" is unconfined: its syscalls are not filtered",
			      m->domains.v[domain].name);
	finish_default(&spec);
	if (!spec.strict)
		gabion_model_each_rule(m, block, gather, &(struct gathering){&spec, block});
	sort_items(&spec);
	if (!m->diags->nerrors)
		build(m, &spec);
	free(spec.items.v);
}

static void mark(bool *used, uint32_t outcome)
{
	if (outcome & GABION_OUTCOME_TEST)
		used[outcome & ~GABION_OUTCOME_TEST] = true;
}

static uint32_t moved(const uint32_t *index, uint32_t outcome)
{
	if (!(outcome & GABION_OUTCOME_TEST))
		return outcome;
	return GABION_OUTCOME_TEST | index[outcome & ~GABION_OUTCOME_TEST];
}

/*
 * Drop the tests that no outcome leads to, and turn the order around: in the
 * image a test leads to later ones only, and in the store to earlier ones.
 */
static void order_tests(struct gabion_model *m)
{
	struct gabion_filters *f = &m->filters;
	size_t n = f->tests.nodes.n, i;
	uint32_t *index = gabion_xcalloc(n + 1, sizeof(*index)), kept = 0;
	struct gabion_policy_test *out = gabion_xcalloc(n + 1, sizeof(*out));
	bool *used = gabion_xcalloc(n + 1, sizeof(*used));

	for (i = 0; i < f->calls.n; i++)
		mark(used, f->calls.v[i]);
	for (i = n; i--;) {
		uint32_t to[] = {le32_to_cpu(f->tests.nodes.v[i].on_true),
				 le32_to_cpu(f->tests.nodes.v[i].on_false)};

		if (!used[i])
			continue;
		index[i] = kept++;
		mark(used, to[0]);
		mark(used, to[1]);
	}
	for (i = 0; i < n; i++) {
		struct gabion_policy_test test = f->tests.nodes.v[i];

		if (!used[i])
			continue;
		test.on_true = cpu_to_le32(moved(index, le32_to_cpu(test.on_true)));
		test.on_false = cpu_to_le32(moved(index, le32_to_cpu(test.on_false)));
		out[index[i]] = test;
	}
	for (i = 0; i < f->calls.n; i++)
		f->calls.v[i] = moved(index, f->calls.v[i]);
	for (i = 0; i < kept; i++)
		f->tests.nodes.v[i] = out[i];
	f->tests.nodes.n = kept;
	free(index);
	free(out);
	free(used);
	if (kept > GABION_TESTS_MAX || f->tests.overflow)
		model_error(m, NULL, "put values of one argument together with `in { }`",
			    "the conditions of all syscalls need more than %u tests",
			    GABION_TESTS_MAX);
}

/* Mistakes are said even where no domain uses what they stand in. */
static void check_all(struct gabion_model *m)
{
	const struct gabion_ast_block *b;
	const struct gabion_ast_rule *r;
	struct gabion_ast_call *c;
	struct gabion_call_set calls;
	size_t i;

	for (i = 0; i < m->call_sets.n; i++)
		gabion_model_call_set(m, &m->call_sets.v[i].ast->name, &calls);
	for (b = m->ast.blocks; b; b = b->next)
		for (r = b->rules; r; r = r->next)
			for (c = r->calls; c; c = c->next)
				gabion_item_of(m, r, c);
}

void gabion_model_filters(struct gabion_model *m)
{
	uint32_t domain;

	check_all(m);
	for (domain = 0; domain < m->domains.n; domain++)
		if (m->domains.v[domain].block)
			add_filter(m, domain);
	order_tests(m);
}
