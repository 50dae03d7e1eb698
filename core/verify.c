// SPDX-License-Identifier: GPL-2.0
/*
 * Takes apart the untrusted policy image.  The one place that reads it before
 * it is known to be sound; fuzzed by agent/tests/fuzz_view.c.
 */
#include "ioctl.h"
#include "limit.h"
#include "syscall.h"

/* State of one verification; sections by (type, class). */
struct verifier {
	struct gabion_view *view;
	const u8 *image;
	u32 size;
	const struct gabion_policy_section *table;
	u32 nsections;
	bool own;	/* see gabion_view_open_own() */
	const char *why;
};

static int fail(struct verifier *v, int error, const char *why)
{
	v->why = why;
	return error;
}

static int check_header(struct verifier *v, size_t size)
{
	const struct gabion_policy_header *h = (const void *)v->image;

	if (size > GABION_POLICY_SIZE_MAX)
		return fail(v, -EFBIG, "image larger than 256 MiB");
	if (size < sizeof(*h))
		return fail(v, -EINVAL, "image shorter than its header: truncated");
	if (le64_to_cpu(h->magic) != GABION_POLICY_MAGIC)
		return fail(v, -EINVAL, "no Gabion magic: not a compiled policy");
	if (le32_to_cpu(h->version) != GABION_POLICY_VERSION)
		return fail(v, -EPROTONOSUPPORT, "other format version: compile with this release");
	if (le32_to_cpu(h->size) != size)
		return fail(v, -EINVAL, "size in header differs from size received: truncated");
	if (h->reserved[0] || h->reserved[1])
		return fail(v, -EINVAL, "reserved header field is not zero");
	if (!v->own && gabion_image_checksum(v->image, size) != le32_to_cpu(h->crc))
		return fail(v, -EBADMSG, "checksum differs: image is damaged");
	v->size = size;
	v->nsections = le32_to_cpu(h->nsections);
	if (v->nsections > GABION_SECTIONS_MAX)
		return fail(v, -EFBIG, "more than 256 sections");
	if (v->nsections > (size - sizeof(*h)) / sizeof(*v->table))
		return fail(v, -EINVAL, "section table ends after the image");
	v->table = (const void *)(h + 1);
	return 0;
}

static bool known_section(u32 type, u32 klass)
{
	switch (type) {
	case GABION_SECTION_STRINGS:
	case GABION_SECTION_LEVELS:
	case GABION_SECTION_DOMAINS:
	case GABION_SECTION_RESOURCES:
	case GABION_SECTION_RULES:
	case GABION_SECTION_FILTERS:
	case GABION_SECTION_CALLS:
	case GABION_SECTION_TESTS:
	case GABION_SECTION_IOCTLS:
	case GABION_SECTION_LIMITS:
		return klass == 0;
	case GABION_SECTION_LABELS:
	case GABION_SECTION_MEMBERS:
	case GABION_SECTION_DFA:
		return klass == GABION_CLASS_FILE || klass == GABION_CLASS_NET;
	case GABION_SECTION_ALLOW:
	case GABION_SECTION_TRUSTED:
	case GABION_SECTION_DENY:
	case GABION_SECTION_AUDIT:
	case GABION_SECTION_QUIET:
		return klass > 0 && klass < GABION_CLASS_TABLES_END;
	case GABION_SECTION_TRANSITION:
	case GABION_SECTION_HELPERS:
		return klass == GABION_CLASS_FILE;
	default:
		return false;
	}
}

static int check_table(struct verifier *v)
{
	u32 start = sizeof(struct gabion_policy_header) + v->nsections * sizeof(*v->table);
	u32 i, j;

	for (i = 0; i < v->nsections; i++) {
		u32 type = le32_to_cpu(v->table[i].type), klass = le32_to_cpu(v->table[i].klass);
		u32 offset = le32_to_cpu(v->table[i].offset);
		u32 length = le32_to_cpu(v->table[i].length);

		if (!known_section(type, klass))
			return fail(v, -EINVAL, "section of unknown type or class");
		if (offset % 8)
			return fail(v, -EINVAL, "section not aligned to 8");
		if (offset < start || offset > v->size || length > v->size - offset)
			return fail(v, -EINVAL, "section lies outside the image");
		for (j = 0; j < i; j++) {
			u32 other = le32_to_cpu(v->table[j].offset);
			u32 olength = le32_to_cpu(v->table[j].length);

			if (v->table[j].type == v->table[i].type &&
			    v->table[j].klass == v->table[i].klass)
				return fail(v, -EINVAL, "section occurs twice");
			if (offset < other + olength && other < offset + length)
				return fail(v, -EINVAL, "sections overlap");
		}
	}
	return 0;
}

/*
 * Section as an array of @entry bytes; NULL and *n = 0 if absent.  A length
 * that is no multiple of the entry is an error and gives *n = ~0.
 */
static const void *find(struct verifier *v, u32 type, u32 klass, size_t entry, u32 *n)
{
	u32 i;

	*n = 0;
	for (i = 0; i < v->nsections; i++) {
		u32 length = le32_to_cpu(v->table[i].length);

		if (le32_to_cpu(v->table[i].type) != type || le32_to_cpu(v->table[i].klass) != klass)
			continue;
		*n = length % entry ? ~0U : length / entry;
		return v->image + le32_to_cpu(v->table[i].offset);
	}
	return NULL;
}

static bool bad_string(const struct verifier *v, __le32 offset)
{
	return le32_to_cpu(offset) >= v->view->strings_size;
}

static int check_strings(struct verifier *v)
{
	struct gabion_view *w = v->view;

	w->strings = find(v, GABION_SECTION_STRINGS, 0, 1, &w->strings_size);
	if (!w->strings || !w->strings_size)
		return fail(v, -EINVAL, "no strings");
	if (w->strings[0] || w->strings[w->strings_size - 1])
		return fail(v, -EINVAL, "strings do not begin and end with NUL");
	return 0;
}

static int check_levels(struct verifier *v)
{
	struct gabion_view *w = v->view;
	u32 i;

	w->levels = find(v, GABION_SECTION_LEVELS, 0, sizeof(*w->levels), &w->nlevels);
	if (!w->levels || !w->nlevels || w->nlevels > GABION_LEVELS_MAX)
		return fail(v, -EINVAL, "no levels, or too many");
	for (i = 0; i < w->nlevels; i++)
		if (bad_string(v, w->levels[i].name))
			return fail(v, -EINVAL, "level: name outside the strings");
	return 0;
}

/* Of one kind at most, and not where somebody would wait for himself or nothing is recorded. */
static bool audit_is_right(u32 flags, u32 domain)
{
	u32 required = flags & GABION_DOMAIN_AUDIT_REQUIRED;

	if (!required)
		return true;
	return domain && required != GABION_DOMAIN_AUDIT_REQUIRED &&
	       !(flags & GABION_DOMAIN_UNCONFINED);
}

/*
 * Uniqueness of names is checked by the registry that numbers them (kernel) and
 * by the compiler; here it would cost n^2.
 */
static int check_domains(struct verifier *v)
{
	struct gabion_view *w = v->view;
	u32 i;

	w->domains = find(v, GABION_SECTION_DOMAINS, 0, sizeof(*w->domains), &w->ndomains);
	if (!w->domains || !w->ndomains || w->ndomains == ~0U)
		return fail(v, -EINVAL, "no domains");
	if (w->ndomains > GABION_DOMAINS_MAX)
		return fail(v, -EFBIG, "more than 4096 domains");
	for (i = 0; i < w->ndomains; i++) {
		const struct gabion_policy_domain *d = &w->domains[i];
		size_t n;

		if (bad_string(v, d->name))
			return fail(v, -EINVAL, "domain: name outside the strings");
		n = strlen(gabion_view_string(w, d->name));
		if (!n || n >= GABION_NAME_MAX)
			return fail(v, -EINVAL, "domain: name empty or longer than 63 bytes");
		if (le32_to_cpu(d->level) >= w->nlevels)
			return fail(v, -EINVAL, "domain: no such level");
		if (le32_to_cpu(d->flags) & ~GABION_DOMAIN_ALL_FLAGS)
			return fail(v, -EINVAL, "domain: unknown flag");
		if (!audit_is_right(le32_to_cpu(d->flags), i))
			return fail(v, -EINVAL, "domain: audit required where it cannot be, or twice");
		if (le64_to_cpu(d->controls) >> GABION_CONTROL_END)
			return fail(v, -EINVAL, "domain: unknown control");
	}
	return 0;
}

static int check_resources(struct verifier *v)
{
	struct gabion_view *w = v->view;
	u32 i;

	w->resources = find(v, GABION_SECTION_RESOURCES, 0, sizeof(*w->resources), &w->nresources);
	if (w->nresources == ~0U)
		return fail(v, -EINVAL, "resources: length");
	for (i = 0; i < w->nresources; i++) {
		const struct gabion_policy_resource *r = &w->resources[i];

		if (bad_string(v, r->name) || bad_string(v, r->file) ||
		    le32_to_cpu(r->level) >= w->nlevels)
			return fail(v, -EINVAL, "resource: index out of range");
	}
	return 0;
}

static int check_rules(struct verifier *v)
{
	struct gabion_view *w = v->view;
	u32 i;

	w->rules = find(v, GABION_SECTION_RULES, 0, sizeof(*w->rules), &w->nrules);
	if (w->nrules == ~0U)
		return fail(v, -EINVAL, "rules: length");
	for (i = 0; i < w->nrules; i++) {
		const struct gabion_policy_rule *r = &w->rules[i];
		u32 object = le32_to_cpu(r->object);

		if (bad_string(v, r->file) || le32_to_cpu(r->domain) >= w->ndomains)
			return fail(v, -EINVAL, "rule: index out of range");
		switch (le16_to_cpu(r->klass)) {
		case GABION_CLASS_FILE:
		case GABION_CLASS_NET:
			if (object >= w->nresources)
				return fail(v, -EINVAL, "rule: no such resource");
			break;
		case GABION_CLASS_DOMAIN:
			if (object >= w->ndomains)
				return fail(v, -EINVAL, "rule: no such domain");
			break;
		case GABION_CLASS_CAPABILITY:
		case GABION_CLASS_FAMILY:
		case GABION_CLASS_CONTROL:
		case GABION_CLASS_NETLINK:
		case GABION_CLASS_LIMIT:
			if (object >= 64)
				return fail(v, -EINVAL, "rule: number out of range");
			break;
		default:
			return fail(v, -EINVAL, "rule: unknown class");
		}
	}
	return 0;
}

static int check_filters(struct verifier *v)
{
	struct gabion_view *w = v->view;
	const char *why;

	w->filters = find(v, GABION_SECTION_FILTERS, 0, sizeof(*w->filters), &w->nfilters);
	w->calls = find(v, GABION_SECTION_CALLS, 0, sizeof(*w->calls), &w->ncalls);
	w->tests = find(v, GABION_SECTION_TESTS, 0, sizeof(*w->tests), &w->ntests);
	if (w->nfilters == ~0U || w->ncalls == ~0U || w->ntests == ~0U)
		return fail(v, -EINVAL, "filters, calls or tests: length");
	why = gabion_verify_filters(w);
	return why ? fail(v, -EINVAL, why) : 0;
}

static int check_labels(struct verifier *v, u32 klass)
{
	struct gabion_view *w = v->view;
	struct gabion_class_view *c = &w->classes[klass];
	u32 i;

	if (klass == GABION_CLASS_DOMAIN) {
		c->nlabels = w->ndomains;
		return 0;
	}
	c->labels = find(v, GABION_SECTION_LABELS, klass, sizeof(*c->labels), &c->nlabels);
	c->members = find(v, GABION_SECTION_MEMBERS, klass, sizeof(*c->members), &c->nmembers);
	if (!c->labels)
		return c->members ? fail(v, -EINVAL, "members without labels") : 0;
	if (c->nlabels < 1 + (klass == GABION_CLASS_FILE) || c->nlabels == ~0U)
		return fail(v, -EINVAL, "labels: length");
	if (c->nlabels > GABION_LABELS_MAX)
		return fail(v, -EFBIG, "more than 65535 labels in a class");
	if (c->nmembers == ~0U)
		return fail(v, -EINVAL, "members: length");
	for (i = 0; i < c->nmembers; i++)
		if (le32_to_cpu(c->members[i]) >= w->nresources)
			return fail(v, -EINVAL, "member: no such resource");
	for (i = 0; i < c->nlabels; i++) {
		u32 member = le32_to_cpu(c->labels[i].member);

		if (bad_string(v, c->labels[i].name) ||
		    le32_to_cpu(c->labels[i].level) >= w->nlevels)
			return fail(v, -EINVAL, "label: index out of range");
		if (member > c->nmembers || le32_to_cpu(c->labels[i].nmembers) > c->nmembers - member)
			return fail(v, -EINVAL, "label: members out of range");
	}
	return 0;
}

static int check_dfa(struct verifier *v, u32 klass)
{
	struct gabion_class_view *c = &v->view->classes[klass];
	const struct gabion_policy_dfa *h;
	u32 length, nstates, nclasses, ncells, i;

	h = find(v, GABION_SECTION_DFA, klass, 1, &length);
	if (!h || !c->labels)
		return !h && !c->labels ? 0 : fail(v, -EINVAL, "DFA without labels, or labels without DFA");
	if (length < sizeof(*h))
		return fail(v, -EINVAL, "DFA: header");
	nstates = le32_to_cpu(h->nstates);
	nclasses = le32_to_cpu(h->nclasses);
	ncells = le32_to_cpu(h->ncells);
	if (!nstates || !nclasses || nclasses > 256 || ncells < nclasses ||
	    (u64)nstates * 12 + (u64)ncells * sizeof(*c->dfa.cells) != length - sizeof(*h))
		return fail(v, -EINVAL, "DFA: table sizes");
	c->dfa.start = le32_to_cpu(h->start);
	c->dfa.classmap = h->classmap;
	c->dfa.base = (const __le32 *)(h + 1);
	c->dfa.fallback = c->dfa.base + nstates;
	c->dfa.accept = c->dfa.fallback + nstates;
	c->dfa.cells = (const void *)(c->dfa.accept + nstates);
	c->has_dfa = true;
	if (c->dfa.start >= nstates)
		return fail(v, -EINVAL, "DFA: start state out of range");
	for (i = 0; i < 256; i++)
		if (h->classmap[i] >= nclasses)
			return fail(v, -EINVAL, "DFA: byte class out of range");
	for (i = 0; i < nstates; i++) {
		if (le32_to_cpu(c->dfa.base[i]) > ncells - nclasses)
			return fail(v, -EINVAL, "DFA: base out of range");
		if (le32_to_cpu(c->dfa.fallback[i]) >= nstates)
			return fail(v, -EINVAL, "DFA: fallback state out of range");
		if (le32_to_cpu(c->dfa.accept[i]) >= c->nlabels)
			return fail(v, -EINVAL, "DFA: label out of range");
	}
	for (i = 0; i < ncells; i++)
		if (le32_to_cpu(c->dfa.cells[i].check) < nstates &&
		    le32_to_cpu(c->dfa.cells[i].next) >= nstates)
			return fail(v, -EINVAL, "DFA: next state out of range");
	return 0;
}

static int check_matrix(struct verifier *v, u32 type, u32 klass, const __le32 **matrix)
{
	const struct gabion_view *w = v->view;
	const struct gabion_class_view *c = &w->classes[klass];
	u32 n;

	*matrix = find(v, type, klass, sizeof(**matrix), &n);
	if (*matrix && (!n || (u64)w->ndomains * c->nlabels != n))
		return fail(v, -EINVAL, "matrix is not [domains][labels]");
	return 0;
}

/* @n labels times domains, or labels, each with the domain that is entered. */
static int check_entered(struct verifier *v, u32 type, u64 n, const __le16 **entered)
{
	u32 found, i;

	*entered = find(v, type, GABION_CLASS_FILE, sizeof(**entered), &found);
	if (!*entered)
		return 0;
	if (n != found)
		return fail(v, -EINVAL, type == GABION_SECTION_HELPERS
						? "helpers are not [labels]"
						: "transitions are not [domains][labels]");
	for (i = 0; i < found; i++) {
		u16 to = le16_to_cpu((*entered)[i]);

		if (to != GABION_TRANSITION_NONE && to >= v->view->ndomains)
			return fail(v, -EINVAL, "transition: no such domain");
	}
	return 0;
}

static int check_class(struct verifier *v, u32 klass)
{
	struct gabion_view *w = v->view;
	struct gabion_class_view *c = &w->classes[klass];
	int err;

	err = check_labels(v, klass);
	if (!err)
		err = check_dfa(v, klass);
	if (!err)
		err = check_matrix(v, GABION_SECTION_ALLOW, klass, &c->allow);
	if (!err)
		err = check_matrix(v, GABION_SECTION_TRUSTED, klass, &c->trusted);
	if (!err)
		err = check_matrix(v, GABION_SECTION_DENY, klass, &c->deny);
	if (!err)
		err = check_matrix(v, GABION_SECTION_AUDIT, klass, &c->audit);
	if (!err)
		err = check_matrix(v, GABION_SECTION_QUIET, klass, &c->quiet);
	if (err)
		return err;
	if (klass != GABION_CLASS_DOMAIN && c->labels && !c->allow)
		return fail(v, -EINVAL, "labels without matrix");
	if (klass != GABION_CLASS_FILE)
		return 0;
	err = check_entered(v, GABION_SECTION_TRANSITION, (u64)w->ndomains * c->nlabels,
			    &c->transition);
	return err ?: check_entered(v, GABION_SECTION_HELPERS, c->nlabels, &c->helpers);
}

/* After the classes: ranges name labels of files. */
static int check_ioctls(struct verifier *v)
{
	struct gabion_view *w = v->view;
	u32 i;

	w->ioctls = find(v, GABION_SECTION_IOCTLS, 0, sizeof(*w->ioctls), &w->nioctls);
	if (w->nioctls == ~0U)
		return fail(v, -EINVAL, "ioctls: length");
	for (i = 0; i < w->nioctls; i++) {
		const struct gabion_policy_ioctl *e = &w->ioctls[i];

		if (le32_to_cpu(e->domain) >= w->ndomains ||
		    le32_to_cpu(e->label) >= w->classes[GABION_CLASS_FILE].nlabels)
			return fail(v, -EINVAL, "ioctl: index out of range");
		if (le32_to_cpu(e->first) > le32_to_cpu(e->last))
			return fail(v, -EINVAL, "ioctl: range is empty");
		if (i && gabion_ioctl_compare(e - 1, le32_to_cpu(e->domain), le32_to_cpu(e->label),
					      le32_to_cpu(e->first)) >= 0)
			return fail(v, -EINVAL, "ioctls: ranges not ascending, or overlapping");
	}
	return 0;
}

static int check_limits(struct verifier *v)
{
	struct gabion_view *w = v->view;
	u32 i;

	w->limits = find(v, GABION_SECTION_LIMITS, 0, sizeof(*w->limits), &w->nlimits);
	if (w->nlimits == ~0U)
		return fail(v, -EINVAL, "limits: length");
	for (i = 0; i < w->nlimits; i++) {
		const struct gabion_policy_limit *e = &w->limits[i];

		if (le32_to_cpu(e->domain) >= w->ndomains)
			return fail(v, -EINVAL, "limit: no such domain");
		if (!e->resource || le32_to_cpu(e->resource) >= GABION_RLIMITS_END)
			return fail(v, -EINVAL, "limit: no such resource");
		if (i && gabion_limit_compare(e - 1, le32_to_cpu(e->domain),
					      le32_to_cpu(e->resource)) >= 0)
			return fail(v, -EINVAL, "limits: not ascending");
	}
	return 0;
}

static int open_view(struct gabion_view *view, const void *image, size_t size, bool own,
		     const char **why)
{
	struct verifier v = { .view = view, .image = image, .own = own };
	u32 klass;
	int err;

	memset(view, 0, sizeof(*view));
	err = check_header(&v, size);
	if (!err)
		err = check_table(&v);
	if (!err)
		err = check_strings(&v);
	if (!err)
		err = check_levels(&v);
	if (!err)
		err = check_domains(&v);
	if (!err)
		err = check_resources(&v);
	if (!err)
		err = check_rules(&v);
	if (!err)
		err = check_filters(&v);
	for (klass = 1; !err && klass < GABION_CLASS_TABLES_END; klass++)
		err = check_class(&v, klass);
	if (!err && !view->classes[GABION_CLASS_FILE].labels)
		err = fail(&v, -EINVAL, "no file class");
	if (!err)
		err = check_ioctls(&v);
	if (!err)
		err = check_limits(&v);
	view->image = image;
	view->size = size;
	*why = v.why;
	return err;
}

int gabion_view_open(struct gabion_view *view, const void *image, size_t size, const char **why)
{
	return open_view(view, image, size, false, why);
}

#ifndef __KERNEL__
int gabion_view_open_own(struct gabion_view *view, const void *image, size_t size, const char **why)
{
	return open_view(view, image, size, true, why);
}
#endif
