// SPDX-License-Identifier: GPL-2.0
/* What a task holds is looked at again, and taken away.  See descriptor.h. */
#include <linux/anon_inodes.h>
#include <linux/err.h>
#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/hash.h>
#include <linux/log2.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/static_call.h>
#include "descriptor.h"
#include "revoke.h"
#include "symbol.h"
#include "task_label.h"

/* Those of /dev/null, which are not exported. */
static const struct file_operations *null_operations __ro_after_init;

/* Passes over a table that do not come to an end. */
#define PASSES_MAX	1000

static int no_replace_fd(unsigned int fd, struct file *file, unsigned int flags)
{
	return -ENOSYS;
}

DEFINE_STATIC_CALL(gabion_replace_fd, no_replace_fd);

/* How many files are judged with the table's lock held. */
#define LOOKS_MAX	256

/**
 * struct judged - files that were found granted in this review, so that a table of any size can be
 * gone through in one go once they are all in it
 * @slots:	compared only, never dereferenced: whoever else has the table is of the same domain, and
 *		a file that takes the place of one that was closed was judged when it was opened or came
 * @size:	of @slots, a power of two; 0: there are none yet
 * @n:		how many are taken
 *
 * Nobody else has it.
 */
struct judged {
	const struct file **slots;
	unsigned int size;
	unsigned int n;
};

static const struct file **judged_slot(const struct judged *judged, const struct file *file)
{
	unsigned int i = hash_ptr(file, ilog2(judged->size));

	while (judged->slots[i] && judged->slots[i] != file)
		i = (i + 1) & (judged->size - 1);
	return &judged->slots[i];
}

static bool is_judged(const struct judged *judged, const struct file *file)
{
	return judged->size && *judged_slot(judged, file);
}

/* Is there no room for one more? Half of it stays free. */
static bool judged_is_full(const struct judged *judged)
{
	return judged->n >= judged->size / 2;
}

static void judged_add(struct judged *judged, const struct file *file)
{
	if (!judged->size)
		return;
	*judged_slot(judged, file) = file;
	judged->n++;
}

/* Twice as large. May sleep. Return: 0 or -ENOMEM. */
static int judged_grow(struct judged *judged)
{
	struct judged larger = { .size = max(2 * judged->size, 4U * LOOKS_MAX) };
	unsigned int i;

	/* Each thread has its own. */
	larger.slots = kvcalloc(larger.size, sizeof(*larger.slots), GFP_KERNEL_ACCOUNT);
	if (!larger.slots)
		return -ENOMEM;
	for (i = 0; i < judged->size; i++)
		if (judged->slots[i])
			judged_add(&larger, judged->slots[i]);
	kvfree(judged->slots);
	*judged = larger;
	return 0;
}

/**
 * struct search - for the next descriptor that is refused
 * @hook:	who asks
 * @looks:	how many files may still be judged before the lock is given up
 * @uring:	set if what is refused is an io_uring
 * @error:	of a decision that could not be made
 * @tries:	how often that may happen
 * @judged:	what need not be judged again
 */
struct search {
	enum gabion_hook_id hook;
	unsigned int looks;
	bool uring;
	int error;
	unsigned int tries;
	struct judged judged;
};

/*
 * iterate_fd() holds the table's lock. Return: what it is to return: 0 to go on; above it, by one
 * more than its number, what is refused; below likewise where to go on.
 */
static int look_at(const void *data, struct file *file, unsigned int fd)
{
	struct search *search = (void *)data;
	int err;

	if (is_judged(&search->judged, file))
		return 0;
	if (!search->looks || (search->judged.size && judged_is_full(&search->judged)))
		return -(int)(fd + 1);
	search->looks--;
	err = gabion_decide_descriptor(search->hook, file);
	if (err == -ENOMEM) {
		search->error = err;
		return -(int)(fd + 1);
	}
	if (err) {
		search->uring = gabion_is_uring(file);
		return fd + 1;
	}
	judged_add(&search->judged, file);
	return 0;
}

/* One for all of them, of this task alone. */
static void take_away(unsigned int fd, struct file **null)
{
	if (IS_ERR_OR_NULL(*null))
		*null = anon_inode_getfile("[gabion-null]", null_operations, NULL, O_RDWR);
	if (IS_ERR(*null) || static_call(gabion_replace_fd)(fd, *null, 0) < 0)
		close_fd(fd);
}

/* Ticks that there may be no memory for what cannot wait for any. */
#define MEMORY_TRIES	50

/* Return: 0 or -ENOMEM, if there is to be no more searching. */
static int go_on(struct search *search)
{
	search->looks = LOOKS_MAX;
	if (search->error && search->tries--) {
		search->error = 0;
		schedule_timeout_uninterruptible(1);
	}
	if (search->error)
		return search->error;
	return judged_is_full(&search->judged) ? judged_grow(&search->judged) : 0;
}

/* Take one away. Return: 0; -EBUSY: there is something of it that does not go with it. */
static int revoke(unsigned int fd, const struct search *search, struct file **null)
{
	take_away(fd, null);
	/* Still there, registered with the tasks that used it, and in their memory. */
	return search->uring && gabion_task_has_uring(current) ? -EBUSY : 0;
}

void gabion_descriptors_review(enum gabion_hook_id hook)
{
	struct search search = { .hook = hook, .looks = LOOKS_MAX, .tries = MEMORY_TRIES };
	int found, from = 0, passes = 0, err = 0;
	struct file *null = NULL;

	/*
	 * Until a pass from the start finds nothing, and comes to the end: that one held the
	 * table's lock from end to end, so nobody moved a descriptor from before it to behind it.
	 */
	while (!err && ((found = iterate_fd(current->files, from, look_at, &search)) || from)) {
		from = found > 0 ? found : found < 0 ? -found - 1 : 0;
		if (found > 0)
			err = revoke(found - 1, &search, &null);
		else if (found < 0)
			err = go_on(&search);
		/* Who brings refused descriptors back as fast as they go shares the table with us. */
		else if (++passes == PASSES_MAX)
			err = -EAGAIN;
		cond_resched();
	}
	if (err)
		gabion_revoke_failed(current);
	kvfree(search.judged.slots);
	if (!IS_ERR_OR_NULL(null))
		fput(null);
}

int __init gabion_descriptor_init(void)
{
	unsigned long replace = gabion_symbol_address("replace_fd");

	null_operations = (void *)gabion_symbol_address("null_fops");
	if (!replace || !null_operations)
		return -ENOENT;
	static_call_update(gabion_replace_fd,
			   (int (*)(unsigned int, struct file *, unsigned int))replace);
	return 0;
}
