/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A verified policy image taken apart: pointers into it, nothing copied.
 */
#ifndef GABION_CORE_VIEW_H
#define GABION_CORE_VIEW_H

#include "platform.h"
#include "../include/uapi/gabion/policy.h"
#include "../include/uapi/gabion/syscall.h"

/**
 * struct gabion_dfa - an automaton of the image
 * @start:	start state, < number of states
 * @classmap:	byte to byte class
 * @base:	[nstates]
 * @fallback:	[nstates]
 * @accept:	[nstates], labels
 * @cells:	the comb
 */
struct gabion_dfa {
	u32 start;
	const u8 *classmap;
	const __le32 *base;
	const __le32 *fallback;
	const __le32 *accept;
	const struct gabion_policy_cell *cells;
};

/**
 * struct gabion_class_view - tables of one class
 * @nlabels:	columns of the matrices; the domain class has ndomains
 * @labels:	[nlabels]; NULL for the domain class
 * @members:	resource indexes
 * @nmembers:	how many
 * @dfa:	valid if has_dfa
 * @has_dfa:	false for the domain class
 * @allow:	[ndomains][nlabels]; NULL: the policy has nothing of this class
 * @trusted:	same shape or NULL; likewise @deny, @audit, @quiet
 * @transition:	file class: [ndomains][nlabels] or NULL
 * @helpers:	file class: [nlabels] or NULL
 */
struct gabion_class_view {
	u32 nlabels;
	u32 nmembers;
	const struct gabion_policy_label *labels;
	const __le32 *members;
	struct gabion_dfa dfa;
	bool has_dfa;
	const __le32 *allow;
	const __le32 *trusted;
	const __le32 *deny;
	const __le32 *audit;
	const __le32 *quiet;
	const __le16 *transition;
	const __le16 *helpers;
};

/**
 * struct gabion_view - a policy image
 *
 * All pointers point into the image that was verified and live as long as it
 * does; the view is immutable once gabion_view_open() returned 0.
 */
struct gabion_view {
	const void *image;
	u32 size;
	const char *strings;
	u32 strings_size;
	const struct gabion_policy_level *levels;
	u32 nlevels;
	const struct gabion_policy_domain *domains;
	u32 ndomains;
	const struct gabion_policy_resource *resources;
	u32 nresources;
	const struct gabion_policy_rule *rules;
	u32 nrules;
	const struct gabion_policy_filter *filters;
	u32 nfilters;
	const __le32 *calls;
	u32 ncalls;
	const struct gabion_policy_test *tests;
	u32 ntests;
	const struct gabion_policy_ioctl *ioctls;
	u32 nioctls;
	const struct gabion_policy_limit *limits;
	u32 nlimits;
	struct gabion_class_view classes[GABION_CLASS_TABLES_END];
};

/**
 * gabion_view_open - verify an image completely and take it apart
 * @view:	filled in on success, undefined otherwise
 * @image:	bytes from an untrusted source, aligned to 8, not changed meanwhile
 * @size:	bytes
 * @why:	on failure, a constant text that names what is wrong
 *
 * Checks every offset, length, state, index and string reference, so that no
 * reader has to check again.  Pure: no allocation, time linear in @size.
 *
 * Return: 0; -EINVAL: not a valid image; -EBADMSG: checksum; -EFBIG: beyond a
 * bound; -EPROTONOSUPPORT: another version.
 */
int gabion_view_open(struct gabion_view *view, const void *image, size_t size, const char **why);

#ifndef __KERNEL__
/*
 * The same for who has just made the image, in this memory: all but the checksum, which says
 * whether it is still what was made.
 */
int gabion_view_open_own(struct gabion_view *view, const void *image, size_t size,
			 const char **why);
#endif

/* Checksum of an image, of at least its header: of all of it, with zero in the place of the sum. */
u32 gabion_image_checksum(const void *image, size_t size);

/* CRC-32 (IEEE 802.3) of @size bytes, continuing from @crc (0 to begin). */
u32 gabion_crc32(u32 crc, const void *data, size_t size);

static inline const char *gabion_view_string(const struct gabion_view *view, __le32 offset)
{
	return view->strings + le32_to_cpu(offset);
}

#endif /* GABION_CORE_VIEW_H */
