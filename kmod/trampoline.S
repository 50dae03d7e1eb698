/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One trampoline for each hook, called by ftrace at the beginning of the hooked function:
 * security_<name>, or <name> itself (hooks.h).  The stack holds
 *
 *	[return into the function][return to its caller]
 *
 * and all argument registers are live; r10 and r11 are free at a function's
 * entry (System V ABI: static chain and scratch).
 *
 * Whom the gate does not concern, for most hooks a task without restrictions, leaves at
 * once.  Otherwise the check runs with the same arguments: 0 resumes the function, so that
 * the kernel's own LSMs and the side effects of the function are as without us; an error is
 * returned to the caller in its stead, by dropping one return address.
 *
 * Alignment 16: on 7.x the lowest bit of a direct call's address is a flag.
 */
#include <linux/linkage.h>
#include <asm/asm.h>
#include <asm/asm-offsets.h>
#include <asm/nospec-branch.h>
#include <asm/percpu.h>
#include <asm/unwind_hints.h>
#include "hooks.h"
#include "offsets.h"

	.text

/* Leave if gabion_task_labels[current->pid] == 0. */
.macro GABION_GATE_CONFINED
	movq	GABION_ASM_CURRENT, %r10
	movl	GABION_TASK_PID(%r10), %r10d
	cmpw	$0, gabion_task_labels(, %r10, 2)
	jne	.Lcheck_\@
	RET
.Lcheck_\@:
.endm

.macro GABION_GATE_ALWAYS
.endm

/*
 * Leave if gabion_task_labels[current->pid] == 0 and gabion_path_slot() has another
 * dentry. For d_instantiate(), which has two arguments: ecx is free.
 */
.macro GABION_GATE_DENTRY
	movq	GABION_ASM_CURRENT, %r10
	movl	GABION_TASK_PID(%r10), %r10d
	cmpw	$0, gabion_task_labels(, %r10, 2)
	jne	.Lcheck_\@
	movabsq	$GABION_PATH_SPREAD, %r10
	imulq	%rdi, %r10
	movl	gabion_path_cache + GABION_CACHE_SHIFT(%rip), %ecx
	shrq	%cl, %r10
	shlq	$GABION_SLOT_BITS, %r10
	addq	gabion_path_cache + GABION_CACHE_SLOTS(%rip), %r10
	cmpq	%rdi, GABION_SLOT_DENTRY(%r10)
	je	.Lcheck_\@
	RET
.Lcheck_\@:
.endm

/* As GABION_GATE_CONFINED, and before it: leave if nobody asks about any bit of esi. */
.macro GABION_GATE_LOOKUP
	testl	%esi, gabion_lookup_mask(%rip)
	jne	.Lasked_\@
	RET
.Lasked_\@:
	GABION_GATE_CONFINED
.endm

/* As GABION_GATE_CONFINED, and before it: leave if an address (rdi) is not of the lowest. */
.macro GABION_GATE_LOW
	cmpq	$GABION_LOW_ADDRESSES, %rdi
	jb	.Llow_\@
	RET
.Llow_\@:
	GABION_GATE_CONFINED
.endm

/* As GABION_GATE_CONFINED, and leave unless what can be read can be executed. */
.macro GABION_GATE_PERSONALITY
	GABION_GATE_CONFINED
	movq	GABION_ASM_CURRENT, %r10
	testl	$GABION_READ_IMPLIES_EXEC, GABION_TASK_PERSONALITY(%r10)
	jne	.Lexecutable_\@
	RET
.Lexecutable_\@:
.endm

/*
 * As GABION_GATE_CONFINED, and leave if memory (rdi) without a file does not become executable, by
 * what was asked for (rsi) or what comes of it (rdx).
 */
.macro GABION_GATE_PROTECTION
	GABION_GATE_CONFINED
	cmpq	$0, GABION_VMA_FILE(%rdi)
	jne	.Lmapped_\@
	movl	%esi, %r10d
	orl	%edx, %r10d
	testl	$GABION_PROT_EXEC, %r10d
	jne	.Lmapped_\@
	RET
.Lmapped_\@:
.endm

/* Leave if everybody may send to every domain (check_peer.c). */
.macro GABION_GATE_PEER
	cmpl	$0, gabion_peers_restricted(%rip)
	jne	.Lcheck_\@
	RET
.Lcheck_\@:
.endm

/* Leave if no file has an owner that a domain set (check_owner.c). */
.macro GABION_GATE_OWNED
	cmpl	$0, gabion_owned_files(%rip)
	jne	.Lcheck_\@
	RET
.Lcheck_\@:
.endm

/* Call @check with the arguments as they came in; result in eax, arguments kept. */
.macro GABION_CALL_CHECK check:req
	pushq	%rdi
	pushq	%rsi
	pushq	%rdx
	pushq	%rcx
	pushq	%r8
	pushq	%r9
	call	\check
	popq	%r9
	popq	%r8
	popq	%rcx
	popq	%rdx
	popq	%rsi
	popq	%rdi
.endm

/*
 * gabion_direct_<name>: target of the direct call.
 *
 * gabion_resume_<name>: where an IPMODIFY handler sends the function instead
 * when a direct call could not be had; here the stack holds only the caller's
 * return address, and the function resumes behind its ftrace site.
 */
.macro GABION_TRAMPOLINE name:req, gate:req
	.p2align 4
SYM_FUNC_START(gabion_direct_\name)
	GABION_GATE_\gate
	GABION_CALL_CHECK gabion_check_\name
	testl	%eax, %eax
	jne	.Lrefuse_\name
	RET
.Lrefuse_\name:
	/* The function may return a long. */
	cltq
	/* The same frame as at its entry: one return address. */
	addq	$8, %rsp
	UNWIND_HINT_FUNC
	RET
SYM_FUNC_END(gabion_direct_\name)

	.p2align 4
SYM_FUNC_START(gabion_resume_\name)
	GABION_CALL_CHECK gabion_check_\name
	testl	%eax, %eax
	jne	.Lreturn_\name
	/* By a return: the site has no ENDBR for an indirect jump to land on. */
	pushq	gabion_resume_to_\name(%rip)
	UNWIND_HINT_FUNC
	RET
.Lreturn_\name:
	cltq
	UNWIND_HINT_FUNC
	RET
SYM_FUNC_END(gabion_resume_\name)
.endm

/*
 * A function that is replaced: gabion_replace_<name>() runs in its stead, and
 * may call gabion_original_<name>(), for every task but those that are neither
 * confined nor here because of us. For __secure_computing() that is: unless the
 * task has a seccomp mode and no domain (syscall_work.h).
 */
.macro GABION_GATE_REPLACE leave:req
	movq	GABION_ASM_CURRENT, %r10
	cmpl	$0, GABION_TASK_SECCOMP_MODE(%r10)
	je	.Lours_\@
	movl	GABION_TASK_PID(%r10), %r10d
	cmpw	$0, gabion_task_labels(, %r10, 2)
	je	\leave
.Lours_\@:
.endm

.macro GABION_REPLACEMENT name:req
	.p2align 4
SYM_FUNC_START(gabion_direct_\name)
	GABION_GATE_REPLACE .Lleave_\name
	addq	$8, %rsp
	UNWIND_HINT_FUNC
	jmp	gabion_replace_\name
.Lleave_\name:
	RET
SYM_FUNC_END(gabion_direct_\name)

	.p2align 4
SYM_FUNC_START(gabion_resume_\name)
	GABION_GATE_REPLACE gabion_original_\name
	jmp	gabion_replace_\name
SYM_FUNC_END(gabion_resume_\name)

	.p2align 4
SYM_FUNC_START(gabion_original_\name)
	pushq	gabion_resume_to_\name(%rip)
	UNWIND_HINT_FUNC
	RET
SYM_FUNC_END(gabion_original_\name)
.endm

#define GABION_EMIT_CONFINED(name) GABION_TRAMPOLINE name, CONFINED ;
#define GABION_EMIT_ALWAYS(name) GABION_TRAMPOLINE name, ALWAYS ;
#define GABION_EMIT_DENTRY(name) GABION_TRAMPOLINE name, DENTRY ;
#define GABION_EMIT_LOOKUP(name) GABION_TRAMPOLINE name, LOOKUP ;
#define GABION_EMIT_LOW(name) GABION_TRAMPOLINE name, LOW ;
#define GABION_EMIT_PERSONALITY(name) GABION_TRAMPOLINE name, PERSONALITY ;
#define GABION_EMIT_PROTECTION(name) GABION_TRAMPOLINE name, PROTECTION ;
#define GABION_EMIT_PEER(name) GABION_TRAMPOLINE name, PEER ;
#define GABION_EMIT_OWNED(name) GABION_TRAMPOLINE name, OWNED ;
#define GABION_EMIT_REPLACE(name) GABION_REPLACEMENT name ;
#define GABION_EMIT(name, gate) GABION_EMIT_##gate(name)
	GABION_HOOKS(GABION_EMIT)
