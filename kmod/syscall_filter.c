// SPDX-License-Identifier: GPL-2.0
/* Filters of a policy.  See syscall_filter.h. */
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/xarray.h>
#include <asm/syscall.h>
#include <asm/unistd.h>
#include "policy.h"
#include "syscall_filter.h"

/* Domain number -> struct gabion_calls_used; written under gabion_policy_mutex. */
static DEFINE_XARRAY(used_calls);

void gabion_call_arguments(u64 *arguments, u32 abi, const struct pt_regs *regs)
{
	if (abi == GABION_ABI_I386) {
		/* int 0x80 of 64-bit code: the handlers take the lower halves. */
		arguments[0] = (u32)regs->bx;
		arguments[1] = (u32)regs->cx;
		arguments[2] = (u32)regs->dx;
		arguments[3] = (u32)regs->si;
		arguments[4] = (u32)regs->di;
		arguments[5] = (u32)regs->bp;
	} else {
		arguments[0] = regs->di;
		arguments[1] = regs->si;
		arguments[2] = regs->dx;
		arguments[3] = regs->r10;
		arguments[4] = regs->r8;
		arguments[5] = regs->r9;
	}
}

void gabion_call_read(struct gabion_call *call, const struct pt_regs *regs)
{
	u32 number = regs->orig_ax;

	call->abi = GABION_ABI_X86_64;
	if (in_ia32_syscall())
		call->abi = GABION_ABI_I386;
	else if ((number & __X32_SYSCALL_BIT) && number != ~0U)
		call->abi = GABION_ABI_X32;
	call->number = call->abi == GABION_ABI_X32 ? number & ~__X32_SYSCALL_BIT : number;
	call->ip = regs->ip;
	gabion_call_arguments(call->arguments, call->abi, regs);
}

const struct gabion_calls_used *gabion_calls_used(u16 number)
{
	return xa_load(&used_calls, number);
}

static struct gabion_calls_used *get_used(u16 number)
{
	struct gabion_calls_used *used = xa_load(&used_calls, number);

	lockdep_assert_held(&gabion_policy_mutex);
	if (used)
		return used;
	used = kzalloc(sizeof(*used), GFP_KERNEL);
	if (used && xa_err(xa_store(&used_calls, number, used, GFP_KERNEL))) {
		kfree(used);
		used = NULL;
	}
	return used;
}

static struct gabion_filter *build(const struct gabion_policy_filter *image, u16 number)
{
	struct gabion_filter *filter;
	u32 abi, n = 0;
	u8 *bytes;

	for (abi = 0; abi < GABION_ABI_END; abi++)
		n += le32_to_cpu(image->abi[abi].count);
	filter = kvzalloc(struct_size(filter, bytes, n), GFP_KERNEL);
	if (!filter)
		return NULL;
	filter->image = image;
	bytes = filter->bytes;
	for (abi = 0; abi < GABION_ABI_END; abi++) {
		filter->count[abi] = le32_to_cpu(image->abi[abi].count);
		filter->known[abi] = bytes;
		bytes += filter->count[abi];
	}
	filter->used = get_used(number);
	if (!filter->used) {
		kvfree(filter);
		return NULL;
	}
	return filter;
}

int gabion_filters_build(struct gabion_policy *policy)
{
	const struct gabion_view *view = &policy->view;
	u32 i;

	policy->filters = kvcalloc(policy->nnumbers, sizeof(*policy->filters), GFP_KERNEL);
	if (!policy->filters)
		return -ENOMEM;
	for (i = 0; i < view->nfilters; i++) {
		u32 index = le32_to_cpu(view->filters[i].domain);
		u16 number = policy->numbers[index];

		if (le32_to_cpu(view->domains[index].flags) & GABION_DOMAIN_UNCONFINED)
			continue;
		policy->filters[number] = build(&view->filters[i], number);
		if (!policy->filters[number])
			return -ENOMEM;
		cond_resched();
	}
	return 0;
}

void gabion_filters_free(struct gabion_policy *policy)
{
	u32 i;

	if (!policy->filters)
		return;
	for (i = 0; i < policy->nnumbers; i++)
		kvfree(policy->filters[i]);
	kvfree(policy->filters);
}

const struct gabion_filter *gabion_filter_of(const struct gabion_policy *policy, u16 number)
{
	return number < policy->nnumbers ? policy->filters[number] : NULL;
}

bool gabion_filter_wanted(const struct gabion_policy *policy, u16 number)
{
	u32 index;

	return policy && (!gabion_policy_index(policy, number, &index) ||
			  gabion_filter_of(policy, number) || test_bit(number, policy->waiting));
}

bool gabion_filter_bars_uring(const struct gabion_policy *policy, u16 number)
{
	const struct gabion_filter *filter = policy ? gabion_filter_of(policy, number) : NULL;
	u32 abi;

	if (!filter)
		return false;
	for (abi = 0; abi < GABION_ABI_END; abi++)
		if (gabion_filter_has_uring(&policy->view, filter->image, abi))
			return false;
	return true;
}

void gabion_filters_exit(void)
{
	struct gabion_calls_used *used;
	unsigned long number;

	xa_for_each(&used_calls, number, used)
		kfree(used);
	xa_destroy(&used_calls);
}
