// SPDX-License-Identifier: GPL-2.0
/*
 * Which syscalls the threads of gabion-vmm make. A thread of a processor is held by the list of
 * the main thread, which started it, as well: what is in its own has to be in both.
 */
#include "calls.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/if_tun.h>
#include <linux/kvm.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include "../../agent/seccomp/call_words.h"
#include "filter.h"

#define OUT  (1U << GABION_THREAD_OUTSIDE)
#define MAIN (1U << GABION_THREAD_MAIN)
#define BOTH (1U << GABION_THREAD_MAIN | 1U << GABION_THREAD_VCPU)

#define IOCTL(request, threads) CALL_IF(ioctl, threads, IS(1, request))

/* glibc's: the first signal for programs, which interrupts KVM_RUN, and the one before, its own. */
#define SIGNAL_KICK   34
#define SIGNAL_SETXID 33

/* That make a thread of this process, and nothing else. */
#define THREAD_FLAGS (CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD)
#define OTHER_FLAGS                                                                                \
	(CLONE_VFORK | CLONE_PTRACE | CLONE_PIDFD | CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | \
	 CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET | CLONE_IO)

const struct gabion_call gabion_calls[] = {
	/* Files, sockets and pipes that are open: disks, network, serial port, log. */
	CALL(read, BOTH),
	CALL(write, BOTH),
	CALL(readv, BOTH),
	CALL(writev, BOTH),
	CALL(pread64, BOTH),
	CALL(pwrite64, BOTH),
	CALL(preadv, BOTH),
	CALL(pwritev, BOTH),
	CALL(fdatasync, BOTH),
	CALL(lseek, BOTH),
	CALL(close, BOTH),

	/* Files by name, and what is done to whole ones: configuration, kernel, snapshots. */
	CALL(openat, MAIN),
	CALL(newfstatat, MAIN),
	CALL(fstat, MAIN),
	CALL(flock, MAIN),
	CALL(fsync, MAIN),
	CALL(ftruncate, MAIN),
	CALL(fallocate, MAIN),
	CALL(copy_file_range, MAIN),
	CALL(fchmod, MAIN),
	CALL(rename, MAIN),
	CALL(renameat, MAIN),
	CALL(renameat2, MAIN),
	CALL(unlink, MAIN),
	CALL_IF(fcntl, MAIN, IS_INT(1, F_GETFD)),
	CALL_IF(fcntl, MAIN, IS_INT(1, F_SETFD)),
	CALL_IF(fcntl, MAIN, IS_INT(1, F_GETFL)),
	CALL_IF(fcntl, MAIN, IS_INT(1, F_SETFL)),

	/*
	 * Sockets of this host: the API's, and vsock's, which the guest connects by an access, too.
	 * A tap is a file.
	 */
	CALL_IF(socket, BOTH, IS_INT(0, AF_UNIX)),
	CALL(connect, BOTH),
	CALL(sendto, BOTH),
	CALL(recvfrom, BOTH),
	CALL(shutdown, BOTH),
	CALL(sendmsg, MAIN),
	CALL(bind, MAIN),
	CALL(listen, MAIN),
	CALL(accept4, MAIN),
	CALL(getsockname, MAIN),
	CALL(getsockopt, MAIN),

	/* Waiting. */
	CALL(epoll_create1, MAIN),
	CALL(epoll_ctl, BOTH),
	CALL(epoll_wait, MAIN),
	CALL(epoll_pwait, MAIN),
	CALL(poll, BOTH),
	CALL(eventfd2, MAIN),
	CALL(timerfd_create, MAIN),
	CALL(timerfd_settime, BOTH),
	CALL(restart_syscall, BOTH),
	CALL(clock_gettime, BOTH),
	CALL(gettimeofday, BOTH),
	CALL(time, BOTH),
	CALL(getrandom, BOTH),

	/* Memory, none of which becomes code. */
	CALL_IF(mmap, BOTH, HAS_NO(2, PROT_EXEC)),
	CALL_IF(mprotect, BOTH, HAS_NO(2, PROT_EXEC)),
	CALL(munmap, BOTH),
	CALL(mremap, BOTH),
	CALL(madvise, BOTH),
	CALL(brk, BOTH),

	/* Threads, and the end of all. */
	CALL_IF(clone, MAIN, BITS(0, THREAD_FLAGS | OTHER_FLAGS, THREAD_FLAGS)),
	/* Its flags are in memory, where nobody can look at them. glibc then takes clone(2). */
	REFUSED(clone3, MAIN, ENOSYS),
	CALL(set_robust_list, BOTH),
	CALL(rseq, BOTH),
	CALL(futex, BOTH),
	CALL(sched_yield, BOTH),
	CALL(sched_getaffinity, BOTH),
	CALL(gettid, BOTH),
	CALL(getpid, BOTH),
	CALL_IF(prctl, BOTH, IS_INT(0, PR_SET_NAME)),
	/* A new thread's own filter: it can only take more away. */
	CALL_IF(seccomp, MAIN, IS_INT(0, SECCOMP_SET_MODE_FILTER), IS_INT(1, 0)),
	CALL_IF(prctl, MAIN, IS_INT(0, PR_SET_NO_NEW_PRIVS)),
	CALL_IF(tgkill, BOTH, IS_INT(0, GABION_CALL_OWN_PID)),
	CALL_IF(rt_sigaction, MAIN, IS_INT(0, SIGNAL_KICK)),
	CALL_IF(rt_sigaction, MAIN, IS_INT(0, SIGNAL_SETXID)),
	CALL(rt_sigprocmask, BOTH),
	CALL(rt_sigreturn, BOTH),
	CALL(exit, BOTH),
	CALL(exit_group, BOTH),

	/* A processor's thread. */
	IOCTL(KVM_RUN, BOTH),
	IOCTL(KVM_KVMCLOCK_CTRL, BOTH),
	IOCTL(KVM_GET_REGS, BOTH),
	IOCTL(TUNSETOFFLOAD, BOTH),

	/* Making a machine. */
	IOCTL(KVM_GET_API_VERSION, MAIN),
	IOCTL(KVM_CHECK_EXTENSION, MAIN),
	IOCTL(KVM_CREATE_VM, MAIN),
	IOCTL(KVM_GET_VCPU_MMAP_SIZE, MAIN),
	IOCTL(KVM_GET_SUPPORTED_CPUID, MAIN),
	IOCTL(KVM_GET_MSR_INDEX_LIST, MAIN),
	IOCTL(KVM_SET_TSS_ADDR, MAIN),
	IOCTL(KVM_SET_IDENTITY_MAP_ADDR, MAIN),
	IOCTL(KVM_CREATE_IRQCHIP, MAIN),
	IOCTL(KVM_CREATE_PIT2, MAIN),
	IOCTL(KVM_SET_USER_MEMORY_REGION, MAIN),
	IOCTL(KVM_IRQFD, MAIN),
	IOCTL(KVM_IOEVENTFD, MAIN),
	IOCTL(KVM_CREATE_VCPU, MAIN),
	IOCTL(KVM_SET_CPUID2, MAIN),

	/* A machine's state, to keep it and to make it again. */
	IOCTL(KVM_GET_DIRTY_LOG, MAIN),
	IOCTL(KVM_GET_IRQCHIP, MAIN),
	IOCTL(KVM_SET_IRQCHIP, MAIN),
	IOCTL(KVM_GET_PIT2, MAIN),
	IOCTL(KVM_SET_PIT2, MAIN),
	IOCTL(KVM_GET_CLOCK, MAIN),
	IOCTL(KVM_SET_CLOCK, MAIN),
	IOCTL(KVM_GET_CPUID2, MAIN),
	IOCTL(KVM_SET_REGS, MAIN),
	IOCTL(KVM_GET_SREGS, MAIN),
	IOCTL(KVM_SET_SREGS, MAIN),
	IOCTL(KVM_GET_FPU, MAIN),
	IOCTL(KVM_SET_FPU, MAIN),
	IOCTL(KVM_GET_XSAVE, MAIN),
	IOCTL(KVM_GET_XSAVE2, MAIN),
	IOCTL(KVM_SET_XSAVE, MAIN),
	IOCTL(KVM_GET_XCRS, MAIN),
	IOCTL(KVM_SET_XCRS, MAIN),
	IOCTL(KVM_GET_DEBUGREGS, MAIN),
	IOCTL(KVM_SET_DEBUGREGS, MAIN),
	IOCTL(KVM_GET_MSRS, MAIN),
	IOCTL(KVM_SET_MSRS, MAIN),
	IOCTL(KVM_GET_LAPIC, MAIN),
	IOCTL(KVM_SET_LAPIC, MAIN),
	IOCTL(KVM_GET_MP_STATE, MAIN),
	IOCTL(KVM_SET_MP_STATE, MAIN),
	IOCTL(KVM_GET_VCPU_EVENTS, MAIN),
	IOCTL(KVM_SET_VCPU_EVENTS, MAIN),
	IOCTL(KVM_GET_TSC_KHZ, MAIN),
	IOCTL(KVM_SET_TSC_KHZ, MAIN),

	/* Files that are more than bytes: taps, block devices, a terminal. */
	IOCTL(TUNSETIFF, MAIN),
	IOCTL(TUNSETVNETHDRSZ, MAIN),
	IOCTL(BLKGETSIZE64, MAIN),
	IOCTL(TCGETS, MAIN),
	IOCTL(TCSETS, MAIN),

	/* Outside of a jail: waiting for the machine to end, and taking away what is left of it. */
	CALL(read, OUT),
	CALL(write, OUT),
	CALL(close, OUT),
	CALL(openat, OUT),
	CALL(openat2, OUT),
	CALL(newfstatat, OUT),
	CALL(unlinkat, OUT),
	CALL(rmdir, OUT),
	CALL(wait4, OUT),
	CALL(kill, OUT),
	CALL(rt_sigtimedwait, OUT),
	CALL(rt_sigprocmask, OUT),
	CALL(rt_sigreturn, OUT),
	CALL(restart_syscall, OUT),
	CALL(poll, OUT),
	CALL(clock_nanosleep, OUT),
	CALL_IF(mmap, OUT, HAS_NO(2, PROT_EXEC)),
	CALL(munmap, OUT),
	CALL(brk, OUT),
	CALL(futex, OUT),
	CALL(exit_group, OUT),
};

const size_t gabion_calls_count = sizeof(gabion_calls) / sizeof(gabion_calls[0]);
