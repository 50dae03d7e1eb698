// SPDX-License-Identifier: GPL-2.0
/*
 * Rules that ask for what the level order forbids.  The kernel would refuse it
 * whatever the policy says; better to hear of it here.
 */
#include "../../core/level.h"
#include "commands.h"
#include "model.h"

static uint32_t mask_between(const struct gabion_model *m, uint32_t subject, uint32_t object,
			     uint32_t klass)
{
	const struct gabion_level *s = &m->levels.v[subject], *o = &m->levels.v[object];
	struct gabion_policy_level a = { .rank = cpu_to_le32(s->rank),
					 .categories = cpu_to_le64(s->categories) };
	struct gabion_policy_level b = { .rank = cpu_to_le32(o->rank),
					 .categories = cpu_to_le64(o->categories) };

	return gabion_level_mask(&a, &b, gabion_class_read_flow(klass),
				 gabion_class_write_flow(klass));
}

/* Is @other an exception for the object of @rule, of the same domain? */
static bool is_exception(const struct gabion_rule *other, const struct gabion_rule *rule)
{
	return other->kind == GABION_RULE_TRUSTED && other->klass == rule->klass &&
	       other->object == rule->object;
}

/* The first command from @next on that no exception holds for. */
static uint64_t first_not_trusted(const struct gabion_model *m, const struct gabion_rule *rule,
				 uint64_t next)
{
	const struct gabion_domain *d = &m->domains.v[rule->domain];
	bool moved = true;
	size_t i, j;

	while (moved) {
		moved = false;
		for (i = d->first_rule; i < d->last_rule; i++) {
			const struct gabion_commands *c = m->rules.v[i].commands;

			if (!c || !is_exception(&m->rules.v[i], rule))
				continue;
			for (j = 0; j < c->n; j++) {
				if (c->ranges[j].first > next || c->ranges[j].last < next)
					continue;
				next = (uint64_t)c->ranges[j].last + 1;
				moved = true;
			}
		}
	}
	return next;
}

static bool commands_are_trusted(const struct gabion_model *m, const struct gabion_rule *rule)
{
	size_t i;

	for (i = 0; i < rule->commands->n; i++) {
		const struct gabion_command_range *r = &rule->commands->ranges[i];

		if (first_not_trusted(m, rule, r->first) <= r->last)
			return false;
	}
	return true;
}

/* Permissions of @rule's object that other rules of the domain have as trusted. */
static uint32_t trusted_on(const struct gabion_model *m, const struct gabion_rule *rule)
{
	const struct gabion_domain *d = &m->domains.v[rule->domain];
	uint32_t bits = 0;
	size_t i;

	/* An exception for some commands is none for the others. */
	for (i = d->first_rule; i < d->last_rule; i++)
		if (!m->rules.v[i].commands && is_exception(&m->rules.v[i], rule))
			bits |= m->rules.v[i].permissions;
	if (rule->commands && commands_are_trusted(m, rule))
		bits |= GABION_FILE_IOCTL;
	return bits;
}

static void report(struct gabion_model *m, const struct gabion_rule *rule, uint32_t level,
		   uint32_t refused)
{
	const struct gabion_domain *d = &m->domains.v[rule->domain];
	bool domain = rule->klass == GABION_CLASS_DOMAIN;
	const char *object =
		domain ? m->domains.v[rule->object].name : m->resources.v[rule->object].name;
	bool reads = refused & gabion_class_read_flow(rule->klass);
	bool writes = refused & gabion_class_write_flow(rule->klass);
	char *words = rule->commands ? gabion_xasprintf("ioctl(%s)", rule->commands->text)
				     : gabion_bits_format(rule->klass, refused);
	const char *why = reads && writes ? "flows both ways: the levels must be equal"
			  : reads ? "reading needs a level of the domain as high as the object's"
				  : "writing needs a level of the object as high as the domain's";

	if (model_error(
		    m, &rule->loc,
		    gabion_arena_printf(&m->arena,
					"change a level, or make it an exception: trusted %s %s%s",
					words, domain ? "domain " : "", object),
		    "domain \"%s\" (level %s) may not %s \"%s\" (level %s): %s", d->name,
		    m->levels.v[d->level].name, words, object, m->levels.v[level].name, why) &&
	    rule->loc.file != d->loc.file)
		model_note(m, &d->loc, "domain \"%s\" is here", d->name);
	free(words);
}

/* A program has the level of what it overlaps, so look at each label it is in. */
static void check_program(struct gabion_model *m, const struct gabion_rule *rule)
{
	const struct gabion_class_model *c = &m->classes[GABION_CLASS_FILE];
	const struct gabion_domain *d = &m->domains.v[rule->domain];
	uint32_t i;

	for (i = c->of_first[rule->object]; i < c->of_first[rule->object + 1]; i++) {
		uint32_t level = c->label_levels[c->of[i]];
		uint32_t refused =
			rule->permissions & ~mask_between(m, d->level, level, GABION_CLASS_FILE);

		if (refused)
			report(m, rule, level, refused);
	}
}

void gabion_model_check_order(struct gabion_model *m)
{
	size_t i;

	for (i = 0; i < m->rules.n; i++) {
		const struct gabion_rule *rule = &m->rules.v[i];
		const struct gabion_domain *d = &m->domains.v[rule->domain];
		uint32_t level, refused;

		/* What it lacks might be an exception. */
		if (d->flags & GABION_DOMAIN_UNCONFINED || d->lacks)
			continue;
		if (rule->klass == GABION_CLASS_FILE && m->resources.v[rule->object].program) {
			check_program(m, rule);
			continue;
		}
		/* Of what has no level of its own a rule grants as much as the order permits. */
		if (!rule->explicit_bits ||
		    (rule->klass < GABION_CLASS_DOMAIN &&
		     m->resources.v[rule->object].unlevelled))
			continue;
		level = rule->klass == GABION_CLASS_DOMAIN ? m->domains.v[rule->object].level
							   : m->resources.v[rule->object].level;
		refused = rule->explicit_bits & ~mask_between(m, d->level, level, rule->klass);
		if (refused)
			refused &= ~trusted_on(m, rule);
		if (refused)
			report(m, rule, level, refused);
	}
}
