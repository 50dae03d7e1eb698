// SPDX-License-Identifier: GPL-2.0
/*
 * Memory: files mapped as code or for writing, and code that the task wrote
 * itself (W^X).
 */
#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/personality.h>
#include "compat.h"
#include "decision.h"
#include "descriptor.h"
#include "engine.h"

/* mmap_prot() in the function itself adds PROT_EXEC for READ_IMPLIES_EXEC, after we were asked. */
static bool executable(unsigned long prot)
{
	return (prot & PROT_EXEC) ||
	       ((prot & PROT_READ) && (current->personality & READ_IMPLIES_EXEC));
}

static bool shared(unsigned long flags)
{
	return (flags & MAP_TYPE) != MAP_PRIVATE;
}

static int decide_mapping(enum gabion_hook_id hook, const struct file *file, bool code, u32 wanted)
{
	if (code)
		return wanted ? gabion_decide_jit(hook, file, wanted, GFP_KERNEL)
			      : gabion_decide_control(hook, GABION_CONTROL_JIT);
	return wanted ? gabion_decide_path(hook, gabion_file_path(file), wanted, GFP_KERNEL) : 0;
}

/*
 * A shared mapping of a file that is open for writing can be written to, now or
 * after mprotect(): an append-only descriptor must not get it without `write`.
 */
GABION_CHECK3(mmap_file, struct file *, file, unsigned long, prot, unsigned long, flags)
{
	bool code = executable(prot) && (!file || (prot & PROT_WRITE));
	u32 wanted = 0;

	if (!file)
		return code ? gabion_decide_control(GABION_HOOK_mmap_file, GABION_CONTROL_JIT) : 0;
	if (executable(prot))
		wanted |= GABION_FILE_MAP;
	if (shared(flags) && (file->f_mode & FMODE_WRITE) && (file->f_flags & O_APPEND))
		wanted |= GABION_FILE_WRITE;
	return decide_mapping(GABION_HOOK_mmap_file, file, code, wanted);
}

/*
 * For the anonymous inodes that are made securely. A userfaultfd fills pages of a
 * mapping that the task may not write to, code among them.
 */
GABION_CHECK3(inode_init_security_anon, struct inode *, inode, const struct qstr *, name,
	      const struct inode *, context)
{
	if (strcmp(name->name, "[userfaultfd]"))
		return 0;
	return gabion_decide_control(GABION_HOOK_inode_init_security_anon, GABION_CONTROL_JIT);
}

/*
 * brk() asks no hook; what it gives is executable for tasks of this personality. Of others the
 * trampoline asks nothing.
 */
static int decide_brk(enum gabion_hook_id hook)
{
	if (!(current->personality & READ_IMPLIES_EXEC))
		return 0;
	return gabion_decide_control(hook, GABION_CONTROL_JIT);
}

GABION_CHECK0(__x64_sys_brk)
{
	return decide_brk(GABION_HOOK___x64_sys_brk);
}

GABION_CHECK0(__ia32_sys_brk)
{
	return decide_brk(GABION_HOOK___ia32_sys_brk);
}

/*
 * A page is taken for broken: what others wrote to the file that it is of is lost, and who may read
 * it needs CAP_SYS_ADMIN for that, and no more. The rest of madvise(2), also by io_uring, is about
 * the caller's own memory.
 */
GABION_CHECK4(do_madvise, struct mm_struct *, mm, unsigned long, start, size_t, length,
	      int, behaviour)
{
	if (behaviour != MADV_HWPOISON && behaviour != MADV_SOFT_OFFLINE)
		return 0;
	return gabion_decide_control(GABION_HOOK_do_madvise, GABION_CONTROL_HARDWARE);
}

/*
 * PTRACE_POKETEXT and its like write to pages whatever their protection. Who may
 * trace may read; ptrace(2) makes EIO of what we say.
 */
GABION_CHECK5(ptrace_access_vm, struct task_struct *, task, unsigned long, address, void *, buffer,
	      int, length, unsigned int, flags)
{
	if (!(flags & FOLL_WRITE))
		return 0;
	return gabion_decide_control(GABION_HOOK_ptrace_access_vm, GABION_CONTROL_JIT);
}

/*
 * The kernel asks cap_capable() itself here. Below the default, whatever the sysctl says; with
 * other addresses the trampoline leaves.
 */
GABION_CHECK1(mmap_addr, unsigned long, address)
{
	if (address >= CONFIG_DEFAULT_MMAP_MIN_ADDR)
		return 0;
	return gabion_decide_capability(GABION_HOOK_mmap_addr, CAP_SYS_RAWIO, true);
}

/*
 * Code from what can be or was written: no file behind it, pages of its own
 * (anon_vma: a private page was written to), or writable at the same time.
 */
static bool writes_code(const struct vm_area_struct *vma, unsigned long prot)
{
	if (prot & PROT_WRITE)
		return true;
	return !(vma->vm_flags & VM_EXEC) && (!vma->vm_file || vma->anon_vma);
}

/* For memory without a file that does not become executable the trampoline does not come here. */
GABION_CHECK3(file_mprotect, struct vm_area_struct *, vma, unsigned long, reqprot,
	      unsigned long, prot)
{
	bool code = ((reqprot | prot) & PROT_EXEC) && writes_code(vma, prot);
	u32 wanted = 0;

	if (!vma->vm_file)
		return code ? gabion_decide_control(GABION_HOOK_file_mprotect, GABION_CONTROL_JIT)
			    : 0;
	if (((reqprot | prot) & PROT_EXEC) && !(vma->vm_flags & VM_EXEC))
		wanted |= GABION_FILE_MAP;
	/* The policy may have changed since it was mapped. */
	if ((prot & PROT_READ) && !(vma->vm_flags & VM_READ))
		wanted |= GABION_FILE_READ;
	if ((prot & PROT_WRITE) && (vma->vm_flags & VM_SHARED))
		wanted |= GABION_FILE_WRITE;
	return decide_mapping(GABION_HOOK_file_mprotect, vma->vm_file, code, wanted);
}
