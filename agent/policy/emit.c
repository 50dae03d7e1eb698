// SPDX-License-Identifier: GPL-2.0
/* The model to an image of include/uapi/gabion/policy.h. */
#include "../../core/view.h"
#include "model.h"

struct emitter {
	struct gabion_model *m;
	VEC(char) strings;
	struct gabion_strmap offsets;
	__le32 *files; /* [sources] names; 0: not in the strings yet */
	VEC(struct gabion_policy_section) table;
	VEC(uint8_t) image; /* room for what stands before the sections, and they */
};

/* What stands before the sections at most; their offsets count from here until the end. */
#define FRONT_MAX                                                                                  \
	(sizeof(struct gabion_policy_header) +                                                     \
	 GABION_SECTIONS_MAX * sizeof(struct gabion_policy_section))

static __le32 string(struct emitter *e, const char *s)
{
	uint32_t *offset;
	size_t n;

	if (!*s)
		return 0;
	if (gabion_strmap_find(&e->offsets, s, &offset)) {
		n = strlen(s) + 1;
		*offset = e->strings.n;
		vec_reserve(&e->strings, n);
		memcpy(e->strings.v + e->strings.n, s, n);
		e->strings.n += n;
	}
	return cpu_to_le32(*offset);
}

static __le32 file_name(struct emitter *e, const struct gabion_loc *loc)
{
	if (!loc->line)
		return 0;
	if (!e->files[loc->file])
		e->files[loc->file] = string(e, e->m->sources.files.v[loc->file].name);
	return e->files[loc->file];
}

static void append(struct emitter *e, const void *data, size_t size)
{
	vec_reserve(&e->image, size);
	if (size)
		memcpy(e->image.v + e->image.n, data, size);
	e->image.n += size;
}

static void begin_section(struct emitter *e, uint32_t type, uint32_t klass)
{
	static const uint8_t zeros[8];

	append(e, zeros, (FRONT_MAX - e->image.n) & 7);
	vec_push(&e->table, (struct gabion_policy_section){
				    .type = cpu_to_le32(type),
				    .klass = cpu_to_le32(klass),
				    .offset = cpu_to_le32(e->image.n - FRONT_MAX),
			    });
}

static void end_section(struct emitter *e)
{
	struct gabion_policy_section *s = &e->table.v[e->table.n - 1];

	s->length = cpu_to_le32(e->image.n - FRONT_MAX - le32_to_cpu(s->offset));
}

/* The loop is for who has other words than the image, and else nothing to the compiler. */
static void append_words(struct emitter *e, const uint32_t *words, size_t n)
{
	size_t from = e->image.n, i;
	uint32_t *out;

	append(e, words, n * sizeof(*words));
	out = (uint32_t *)(e->image.v + from);
	for (i = 0; i < n; i++)
		out[i] = cpu_to_le32(out[i]);
}

static void emit_levels(struct emitter *e)
{
	size_t i;

	begin_section(e, GABION_SECTION_LEVELS, 0);
	for (i = 0; i < e->m->levels.n; i++) {
		const struct gabion_level *l = &e->m->levels.v[i];
		struct gabion_policy_level out = {
			.rank = cpu_to_le32(l->rank),
			.name = string(e, l->name),
			.categories = cpu_to_le64(l->categories),
		};

		append(e, &out, sizeof(out));
	}
	end_section(e);
}

static void emit_domains(struct emitter *e)
{
	size_t i;

	begin_section(e, GABION_SECTION_DOMAINS, 0);
	for (i = 0; i < e->m->domains.n; i++) {
		const struct gabion_domain *d = &e->m->domains.v[i];
		struct gabion_policy_domain out = {
			.name = string(e, d->name),
			.level = cpu_to_le32(d->level),
			.flags = cpu_to_le32(d->flags),
			.netlink = cpu_to_le32(d->granted.netlink),
			.capabilities = cpu_to_le64(d->granted.capabilities),
			.families = cpu_to_le64(d->granted.families),
			.controls = cpu_to_le64(d->granted.controls),
		};

		append(e, &out, sizeof(out));
	}
	end_section(e);
}

static void emit_resources(struct emitter *e)
{
	size_t i;

	begin_section(e, GABION_SECTION_RESOURCES, 0);
	for (i = 0; i < e->m->resources.n; i++) {
		const struct gabion_resource *r = &e->m->resources.v[i];
		/* A program has no level of its own: say what it has where it is alone. */
		uint32_t level = r->program ? e->m->any_level : r->level;
		struct gabion_policy_resource out = {
			.name = string(e, r->name),
			.klass = cpu_to_le32(r->klass),
			.level = cpu_to_le32(level),
			.file = file_name(e, &r->loc),
			.line = cpu_to_le32(r->loc.line),
		};

		append(e, &out, sizeof(out));
	}
	end_section(e);
}

static void emit_rules(struct emitter *e)
{
	size_t i;

	begin_section(e, GABION_SECTION_RULES, 0);
	for (i = 0; i < e->m->rules.n; i++) {
		const struct gabion_rule *r = &e->m->rules.v[i];
		struct gabion_policy_rule out = {
			.kind = cpu_to_le16(r->kind),
			.klass = cpu_to_le16(r->klass),
			.domain = cpu_to_le32(r->domain),
			.object = cpu_to_le32(r->object),
			.permissions = cpu_to_le32(r->permissions |
						   (r->commands ? GABION_RULE_COMMANDS : 0)),
			.file = file_name(e, &r->loc),
			.line = cpu_to_le32(r->loc.line),
			.column = cpu_to_le32(r->loc.column),
		};

		append(e, &out, sizeof(out));
	}
	end_section(e);
}

/* The members' names joined by ','. */
static __le32 label_name(struct emitter *e, const struct gabion_class_model *c, uint32_t label)
{
	const struct gabion_label_set *set = &c->labels.sets.v[label];
	const struct gabion_resource *resources = e->m->resources.v;
	const uint32_t *members;
	size_t size = 0, i;
	char *name, *end;

	if (!set->nmembers)
		return 0;
	members = &c->labels.members.v[set->member];
	if (set->nmembers == 1)
		return string(e, resources[members[0]].name);
	for (i = 0; i < set->nmembers; i++)
		size += strlen(resources[members[i]].name) + 1;
	name = end = gabion_arena_alloc(&e->m->arena, size + 1);
	for (i = 0; i < set->nmembers; i++) {
		if (i)
			*end++ = ',';
		end = stpcpy(end, resources[members[i]].name);
	}
	return string(e, name);
}

static void emit_filters(struct emitter *e)
{
	const struct gabion_filters *f = &e->m->filters;
	size_t i, abi;

	if (!f->list.n)
		return;
	begin_section(e, GABION_SECTION_FILTERS, 0);
	for (i = 0; i < f->list.n; i++) {
		struct gabion_policy_filter out = { .domain = cpu_to_le32(f->list.v[i].domain) };

		for (abi = 0; abi < GABION_ABI_END; abi++) {
			const struct gabion_filter_calls *calls = &f->list.v[i].abi[abi];

			out.abi[abi] = (struct gabion_policy_calls){
				.first = cpu_to_le32(calls->first),
				.count = cpu_to_le32(calls->count),
				.otherwise = cpu_to_le32(calls->otherwise),
			};
		}
		append(e, &out, sizeof(out));
	}
	end_section(e);
	begin_section(e, GABION_SECTION_CALLS, 0);
	append_words(e, f->calls.v, f->calls.n);
	end_section(e);
	begin_section(e, GABION_SECTION_TESTS, 0);
	append(e, f->tests.nodes.v, f->tests.nodes.n * sizeof(*f->tests.nodes.v));
	end_section(e);
}

static void emit_ioctls(struct emitter *e)
{
	size_t i;

	if (!e->m->ioctls.n)
		return;
	begin_section(e, GABION_SECTION_IOCTLS, 0);
	for (i = 0; i < e->m->ioctls.n; i++) {
		const struct gabion_ioctl *range = &e->m->ioctls.v[i];
		struct gabion_policy_ioctl out = {
			.domain = cpu_to_le32(range->domain),
			.label = cpu_to_le32(range->label),
			.first = cpu_to_le32(range->first),
			.last = cpu_to_le32(range->last),
		};

		append(e, &out, sizeof(out));
	}
	end_section(e);
}

static void emit_limits(struct emitter *e)
{
	size_t i;

	if (!e->m->limits.n)
		return;
	begin_section(e, GABION_SECTION_LIMITS, 0);
	for (i = 0; i < e->m->limits.n; i++) {
		const struct gabion_limit *limit = &e->m->limits.v[i];
		struct gabion_policy_limit out = {
			.domain = cpu_to_le32(limit->domain),
			.resource = cpu_to_le32(limit->resource),
			.most = cpu_to_le64(limit->most),
		};

		append(e, &out, sizeof(out));
	}
	end_section(e);
}

static void emit_labels(struct emitter *e, uint32_t klass)
{
	const struct gabion_class_model *c = &e->m->classes[klass];
	size_t i;

	begin_section(e, GABION_SECTION_LABELS, klass);
	for (i = 0; i < c->labels.sets.n; i++) {
		struct gabion_policy_label out = {
			.name = label_name(e, c, i),
			.level = cpu_to_le32(c->label_levels[i]),
			.member = cpu_to_le32(c->labels.sets.v[i].member),
			.nmembers = cpu_to_le32(c->labels.sets.v[i].nmembers),
		};

		append(e, &out, sizeof(out));
	}
	end_section(e);
	begin_section(e, GABION_SECTION_MEMBERS, klass);
	append_words(e, c->labels.members.v, c->labels.members.n);
	end_section(e);
}

static void emit_dfa(struct emitter *e, uint32_t klass)
{
	const struct gabion_class_model *c = &e->m->classes[klass];
	struct gabion_policy_dfa header = {
		.nstates = cpu_to_le32(c->dfa.nstates),
		.start = cpu_to_le32(c->dfa.start),
		.nclasses = cpu_to_le32(c->comb.nclasses),
		.ncells = cpu_to_le32(c->comb.ncells),
	};

	_Static_assert(sizeof(struct gabion_comb_cell) == 8 &&
			       sizeof(struct gabion_policy_cell) == 8,
		       "cells are pairs of words");
	memcpy(header.classmap, c->comb.classmap, sizeof(header.classmap));
	begin_section(e, GABION_SECTION_DFA, klass);
	append(e, &header, sizeof(header));
	append_words(e, c->comb.base, c->dfa.nstates);
	append_words(e, c->comb.fallback, c->dfa.nstates);
	append_words(e, c->dfa.accept, c->dfa.nstates);
	append_words(e, &c->comb.cells[0].check, 2 * (size_t)c->comb.ncells);
	end_section(e);
}

static void emit_matrix(struct emitter *e, uint32_t type, uint32_t klass, const uint32_t *matrix)
{
	if (!matrix)
		return;
	begin_section(e, type, klass);
	append_words(e, matrix, e->m->domains.n * e->m->tables[klass].nlabels);
	end_section(e);
}

/* The domains that are entered, of the file class. */
static void emit_entered(struct emitter *e, uint32_t type, const uint16_t *entered, size_t n)
{
	size_t from, i;
	uint16_t *out;

	if (!entered)
		return;
	begin_section(e, type, GABION_CLASS_FILE);
	from = e->image.n;
	append(e, entered, n * sizeof(*entered));
	out = (uint16_t *)(e->image.v + from);
	for (i = 0; i < n; i++)
		out[i] = cpu_to_le16(out[i]);
	end_section(e);
}

static void emit_class(struct emitter *e, uint32_t klass)
{
	const struct gabion_tables *t = &e->m->tables[klass];

	if (klass != GABION_CLASS_DOMAIN) {
		emit_labels(e, klass);
		emit_dfa(e, klass);
	}
	emit_matrix(e, GABION_SECTION_ALLOW, klass, t->allow);
	emit_matrix(e, GABION_SECTION_TRUSTED, klass, t->trusted);
	emit_matrix(e, GABION_SECTION_DENY, klass, t->deny);
	emit_matrix(e, GABION_SECTION_AUDIT, klass, t->audit);
	emit_matrix(e, GABION_SECTION_QUIET, klass, t->quiet);
	emit_entered(e, GABION_SECTION_TRANSITION, t->transition, e->m->domains.n * t->nlabels);
	emit_entered(e, GABION_SECTION_HELPERS, t->helpers, t->nlabels);
}

/* Bytes of the parts that can be large, before anything is allocated for them. */
static uint64_t estimate(const struct gabion_model *m)
{
	uint64_t bytes = 0;
	uint32_t klass;
	size_t i;

	for (klass = GABION_CLASS_FILE; klass < GABION_CLASS_TABLES_END; klass++) {
		const struct gabion_tables *t = &m->tables[klass];
		uint64_t cells = (uint64_t)m->domains.n * t->nlabels;

		bytes += cells * 4 *
			 (!!t->allow + !!t->trusted + !!t->deny + !!t->audit + !!t->quiet);
		bytes += cells * (t->transition ? 2 : 0) + (t->helpers ? 2 * t->nlabels : 0);
		bytes += (uint64_t)m->classes[klass].comb.ncells * 8 +
			 (uint64_t)m->classes[klass].dfa.nstates * 12;
		/* A label's name spells its members. */
		for (i = 0; i < m->classes[klass].labels.members.n; i++)
			bytes += 5 +
				 strlen(m->resources.v[m->classes[klass].labels.members.v[i]].name);
	}
	bytes += m->filters.list.n * sizeof(struct gabion_policy_filter) + m->filters.calls.n * 4 +
		 m->filters.tests.nodes.n * sizeof(struct gabion_policy_test) +
		 m->ioctls.n * sizeof(struct gabion_policy_ioctl);
	return bytes + m->rules.n * sizeof(struct gabion_policy_rule) +
	       m->resources.n * sizeof(struct gabion_policy_resource);
}

/* Header and table before the sections, which move up to them. */
static void *assemble(struct emitter *e, size_t *size)
{
	size_t start = sizeof(struct gabion_policy_header) + e->table.n * sizeof(*e->table.v), i;
	struct gabion_policy_header header = {
		.magic = cpu_to_le64(GABION_POLICY_MAGIC),
		.version = cpu_to_le32(GABION_POLICY_VERSION),
		.nsections = cpu_to_le32(e->table.n),
	};
	uint8_t *image = e->image.v;

	start = (start + 7) & ~(size_t)7;
	*size = start + e->image.n - FRONT_MAX;
	for (i = 0; i < e->table.n; i++)
		e->table.v[i].offset = cpu_to_le32(le32_to_cpu(e->table.v[i].offset) + start);
	header.size = cpu_to_le32(*size);
	memmove(image + start, image + FRONT_MAX, e->image.n - FRONT_MAX);
	memset(image, 0, start);
	memcpy(image, &header, sizeof(header));
	memcpy(image + sizeof(header), e->table.v, e->table.n * sizeof(*e->table.v));
	header.crc = cpu_to_le32(gabion_image_checksum(image, *size));
	memcpy(image, &header, sizeof(header));
	return gabion_xrealloc(image, *size, 1);
}

void *gabion_model_emit(struct gabion_model *m, size_t *size)
{
	struct emitter e = { .m = m };
	uint64_t bytes = estimate(m);
	void *image = NULL;
	uint32_t klass;

	if (bytes <= GABION_POLICY_SIZE_MAX) {
		e.files = gabion_xcalloc(m->sources.files.n, sizeof(*e.files));
		vec_reserve(&e.image, FRONT_MAX + bytes);
		e.image.n = FRONT_MAX;
		vec_push(&e.strings, '\0');
		emit_levels(&e);
		emit_domains(&e);
		emit_resources(&e);
		emit_rules(&e);
		emit_filters(&e);
		emit_ioctls(&e);
		emit_limits(&e);
		for (klass = GABION_CLASS_FILE; klass < GABION_CLASS_TABLES_END; klass++)
			emit_class(&e, klass);
		begin_section(&e, GABION_SECTION_STRINGS, 0);
		append(&e, e.strings.v, e.strings.n);
		end_section(&e);
		bytes = e.image.n;
	}
	if (bytes > GABION_POLICY_SIZE_MAX)
		model_error(m, NULL, "fewer domains times resources, or resources put together",
			    "the compiled policy would have %llu bytes; at most %u are allowed",
			    (unsigned long long)bytes, GABION_POLICY_SIZE_MAX);
	else
		image = assemble(&e, size);
	if (!image)
		free(e.image.v);
	free(e.strings.v);
	free(e.files);
	free(e.table.v);
	gabion_strmap_free(&e.offsets);
	return image;
}
