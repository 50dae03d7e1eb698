/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ioctl(2) by command: which commands a domain may give to the files of a label.
 * Same code in the kernel and in queries.
 */
#ifndef GABION_CORE_IOCTL_H
#define GABION_CORE_IOCTL_H

#include <asm/ioctls.h>
#include <linux/fs.h>
#include "decide.h"

/*
 * What @command wants on the file it is given to: GABION_FILE_IOCTL, unless it
 * is one of these. Those that want nothing concern the descriptor, or copy between
 * descriptors that were opened for that; isatty(3) and everything that prints ask
 * the two terminal ones of whatever is at hand. Those that want GABION_FILE_STAT tell
 * of the file what stat(2) and statx(2) tell: its size (how much there is to read, of
 * what is no regular file), block size, attributes.
 */
static inline u32 gabion_ioctl_permission(u32 command)
{
	switch (command) {
	case FIOCLEX:
	case FIONCLEX:
	case FIONBIO:
	case FIOASYNC:
	case FICLONE:
	case FICLONERANGE:
	case TCGETS:
	case TIOCGWINSZ:
		return 0;
	case FIOQSIZE:
	case FIONREAD:
	case FIGETBSZ:
	case FS_IOC_GETFLAGS:
	case FS_IOC32_GETFLAGS:
	case FS_IOC_FSGETXATTR:
		return GABION_FILE_STAT;
	default:
		return GABION_FILE_IOCTL;
	}
}

/* Does @command set flags of the file's inode, which FS_IOC_GETFLAGS and FSGETXATTR tell? */
static inline bool gabion_ioctl_sets_flags(u32 command)
{
	switch (command) {
	case FS_IOC_SETFLAGS:
	case FS_IOC32_SETFLAGS:
	case FS_IOC_FSSETXATTR:
		return true;
	default:
		return false;
	}
}

/* Ascending order of ranges. Return: negative, 0, positive as for strcmp(). */
static inline int gabion_ioctl_compare(const struct gabion_policy_ioctl *entry, u32 domain,
				       u32 label, u32 command)
{
	if (le32_to_cpu(entry->domain) != domain)
		return le32_to_cpu(entry->domain) < domain ? -1 : 1;
	if (le32_to_cpu(entry->label) != label)
		return le32_to_cpu(entry->label) < label ? -1 : 1;
	if (le32_to_cpu(entry->last) < command)
		return -1;
	return le32_to_cpu(entry->first) > command;
}

/* Does a range of @domain and @label hold @command? The level order is not applied. */
static inline bool gabion_ioctl_listed(const struct gabion_view *view, u32 domain, u32 label,
				       u32 command)
{
	u32 low = 0, high = view->nioctls, middle;
	int order;

	while (low < high) {
		middle = low + (high - low) / 2;
		order = gabion_ioctl_compare(&view->ioctls[middle], domain, label, command);
		if (!order)
			return true;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

/*
 * Do a range of the policy and the level order let @domain give @command to a
 * file of @label? GABION_FILE_IOCTL itself, which grants all, is asked elsewhere.
 */
static inline bool gabion_ioctl_listed_for(const struct gabion_view *view, u32 domain, u32 label,
					   u32 command)
{
	const struct gabion_class_view *c = &view->classes[GABION_CLASS_FILE];
	const struct gabion_policy_domain *d = &view->domains[domain];
	u32 levels = gabion_level_mask(&view->levels[le32_to_cpu(d->level)],
				       gabion_label_level(view, GABION_CLASS_FILE, label),
				       GABION_FILE_READ_FLOW, GABION_FILE_WRITE_FLOW) |
		     gabion_matrix(c, c->trusted, domain, label);

	return (levels & GABION_FILE_IOCTL) && gabion_ioctl_listed(view, domain, label, command);
}

/* May @domain give @command to a file of @label? By the rules and the level order. */
static inline bool gabion_ioctl_granted(const struct gabion_view *view, u32 domain, u32 label,
					u32 command)
{
	u32 wanted = gabion_ioctl_permission(command);

	if (!(wanted & ~gabion_effective(view, GABION_CLASS_FILE, domain, label)))
		return true;
	return wanted == GABION_FILE_IOCTL && gabion_ioctl_listed_for(view, domain, label, command);
}

#endif /* GABION_CORE_IOCTL_H */
