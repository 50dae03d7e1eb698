// SPDX-License-Identifier: GPL-2.0
/*
 * The other two ABIs: int 0x80 from 64-bit code, x32 numbers, and real programs
 * of either; in domains that have the ABI and in those that have not, with a
 * filter and without.
 */
#include <linux/audit.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "lib/call_fixture.h"

#define I386_GETPID  20
#define I386_GETPPID 64

CALL_FIXTURE(abi)

/* Registers with dirt above; i386 must not see it. */
#define ABI(name, where, abi_, nr, becomes, says, does, data)			\
	CALL_VARIANT(abi, name, where,						\
		     ((struct call){ GABION_ABI_##abi_, nr, { 0xdeadbeeffffffff0, 1 } }), \
		     becomes, says, does, data)

ABI(i386_allow, "sc_i386", I386, 600, -ENOSYS, 0, ALLOW, 0);
ABI(i386_log, "sc_i386", I386, 601, -ENOSYS, ALLOWED, LOG, 0);
ABI(i386_errno, "sc_i386", I386, 602, -EBADE, DENIED, ERRNO, EBADE);
ABI(i386_trap, "sc_i386", I386, 603, KILLED, DENIED, TRAP, 77);
ABI(i386_kill, "sc_i386", I386, 604, KILLED, DENIED, KILL, 0);
ABI(i386_not_named, "sc_i386", I386, I386_GETPPID, -EPERM, DENIED, ERRNO, EPERM);
ABI(i386_unknown, "sc_i386", I386, 700, -ENOSYS, DENIED, ERRNO, ENOSYS);
/* Numbers of x86-64 are nothing there, and the other way round. */
ABI(i386_is_not_x86_64, "sc_actions", I386, 600, -ENOSYS, DENIED, ERRNO, ENOSYS);
ABI(x86_64_is_not_i386, "sc_i386", X86_64, 602, -ENOSYS, DENIED, ERRNO, ENOSYS);
ABI(i386_not_had, "sc_bare", I386, I386_GETPID, -ENOSYS, DENIED, ERRNO, ENOSYS);
ABI(i386_not_had_default, "sc_default_errno", I386, I386_GETPID, -EXDEV, DENIED, ERRNO, EXDEV);
ABI(i386_not_had_kill, "sc_default_kill", I386, I386_GETPID, KILLED, DENIED, KILL, 0);
ABI(i386_not_had_allow, "sc_default_allow", I386, I386_GETPID, -ENOSYS, DENIED, ERRNO, ENOSYS);

ABI(x32_allow, "sc_x32", X32, 600, -ENOSYS, 0, ALLOW, 0);
ABI(x32_log, "sc_x32", X32, 601, -ENOSYS, ALLOWED, LOG, 0);
ABI(x32_errno, "sc_x32", X32, 602, -EBADE, DENIED, ERRNO, EBADE);
ABI(x32_trap, "sc_x32", X32, 603, KILLED, DENIED, TRAP, 77);
ABI(x32_kill, "sc_x32", X32, 604, KILLED, DENIED, KILL, 0);
ABI(x32_not_named, "sc_x32", X32, SYS_getppid, -EPERM, DENIED, ERRNO, EPERM);
ABI(x32_unknown, "sc_x32", X32, 700, -ENOSYS, DENIED, ERRNO, ENOSYS);
ABI(x32_is_not_x86_64, "sc_actions", X32, 600, -ENOSYS, DENIED, ERRNO, ENOSYS);
ABI(x32_not_had, "sc_bare", X32, SYS_getpid, -ENOSYS, DENIED, ERRNO, ENOSYS);
ABI(x32_not_had_kill, "sc_default_kill", X32, SYS_getpid, KILLED, DENIED, KILL, 0);

/* Without a filter the domain's ABIs count alone; the event is as a filter's would be. */
ABI(no_filter_i386, "sc_abi_none", I386, I386_GETPID, -ENOSYS, DENIED, ERRNO, ENOSYS);
ABI(no_filter_x32, "sc_abi_none", X32, SYS_getpid, -ENOSYS, DENIED, ERRNO, ENOSYS);
ABI(no_filter_x32_for_i386, "sc_abi_i386", X32, SYS_getpid, -ENOSYS, DENIED, ERRNO, ENOSYS);
ABI(no_filter_i386_for_x32, "sc_abi_x32", I386, I386_GETPID, -ENOSYS, DENIED, ERRNO, ENOSYS);

GABION_FIXTURE(entry)

static const struct call i386_getpid = { GABION_ABI_I386, I386_GETPID };
static const struct call x32_getpid = { GABION_ABI_X32, SYS_getpid };

TEST_F(entry, works_where_it_is_had)
{
	EXPECT_LT(1, call_in(self->client, NULL, &i386_getpid));
	EXPECT_LT(1, call_in(self->client, NULL, &x32_getpid)) {
		TH_LOG("boot with syscall.x32=y");
	}
	EXPECT_LT(1, call_in(self->client, "sc_i386", &i386_getpid));
	EXPECT_LT(1, call_in(self->client, "sc_x32", &x32_getpid));
	EXPECT_LT(1, call_in(self->client, "sc_abi_i386", &i386_getpid));
	EXPECT_LT(1, call_in(self->client, "sc_abi_x32", &x32_getpid));
	EXPECT_EQ(0, call_events_all(self->client));
	/* Complain mode lets pass and says so. */
	EXPECT_LT(1, call_in(self->client, "sc_abi_complain", &i386_getpid));
	EXPECT_LT(1, call_in(self->client, "sc_complain", &i386_getpid));
	EXPECT_EQ(1, call_events(self->client, "sc_abi_complain", &i386_getpid, COMPLAIN,
				 GABION_OUTCOME(GABION_ACTION_ERRNO, ENOSYS)));
	EXPECT_EQ(1, call_events(self->client, "sc_complain", &i386_getpid, COMPLAIN,
				 GABION_OUTCOME(GABION_ACTION_ERRNO, ENOSYS)));
}

/* --- trap: the handler learns the ABI --- */

static siginfo_t *seen;

static void on_sigsys(int signal, siginfo_t *info, void *context)
{
	*seen = *info;
	_exit(7);
}

static int trap(const struct call *call)
{
	struct sigaction act = { .sa_sigaction = on_sigsys, .sa_flags = SA_SIGINFO };

	sigaction(SIGSYS, &act, NULL);
	call_make(call);
	return 1;
}

static int trap_i386(void)
{
	return trap(CALL(GABION_ABI_I386, 603));
}

static int trap_x32(void)
{
	return trap(CALL(GABION_ABI_X32, 603));
}

TEST_F(entry, trap_tells_the_abi)
{
	seen = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	EXPECT_EQ(7, confine_run(self->client, "sc_i386", trap_i386));
	EXPECT_EQ(AUDIT_ARCH_I386, seen->si_arch);
	EXPECT_EQ(603, seen->si_syscall);
	EXPECT_EQ((void *)call_ip_i386, seen->si_call_addr);
	/* As seccomp(2) says it: x32's bit is in the number. */
	EXPECT_EQ(7, confine_run(self->client, "sc_x32", trap_x32));
	EXPECT_EQ(AUDIT_ARCH_X86_64, seen->si_arch);
	EXPECT_EQ(0x40000000 | 603, seen->si_syscall);
}

/* --- socket calls and IPC of i386 come by multiplexers too --- */

#define I386_SOCKETCALL 102
#define SYS_SOCKET_CALL	1
#define I386_SOCKET	359

TEST_F(entry, a_multiplexer_is_no_way_around)
{
	static uint32_t *low;

	low = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
		   MAP_SHARED | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	ASSERT_NE(MAP_FAILED, low);
	low[0] = AF_INET;
	low[1] = SOCK_DGRAM;
	EXPECT_LE(0, call_in(self->client, "sc_multiplex_granted",
			     CALL(GABION_ABI_I386, I386_SOCKETCALL,
				  { SYS_SOCKET_CALL, (uint64_t)low })));
	EXPECT_LE(0, call_in(self->client, "sc_multiplex_granted",
			     CALL(GABION_ABI_I386, I386_SOCKET, { AF_INET, SOCK_DGRAM })));
	/* A condition grants the direct number only: the other's arguments are in memory. */
	EXPECT_LE(0, call_in(self->client, "sc_multiplex_by_family",
			     CALL(GABION_ABI_I386, I386_SOCKET, { AF_INET, SOCK_DGRAM })));
	EXPECT_EQ(-EPERM, call_in(self->client, "sc_multiplex_by_family",
				  CALL(GABION_ABI_I386, I386_SOCKETCALL,
				       { SYS_SOCKET_CALL, (uint64_t)low })));
	/* And a refusal by condition refuses it whole. */
	EXPECT_LE(0, call_in(self->client, "sc_multiplex_but_family",
			     CALL(GABION_ABI_I386, I386_SOCKET, { AF_INET, SOCK_DGRAM })));
	EXPECT_EQ(-EPERM, call_in(self->client, "sc_multiplex_but_family",
				  CALL(GABION_ABI_I386, I386_SOCKETCALL,
				       { SYS_SOCKET_CALL, (uint64_t)low })));
}

/* --- real programs --- */

static const char *program;
static const char *number;

/* Where the domain has @program's ABI, it starts; its exit status is the errno of its call. */
static int exec_program(void)
{
	char path[128];

	snprintf(path, sizeof(path), "/run/gabion-selftests/%s", program);
	execl(path, program, number, NULL);
	return errno;
}

static int run_program(struct gabion_netlink *client, const char *domain, const char *name,
		       const char *nr)
{
	program = name;
	number = nr;
	return confine_run(client, domain, exec_program);
}

/* The program that may not make a call cannot even exit: it ends with a fault, or loops. */
TEST_F(entry, a_real_i386_program)
{
	EXPECT_EQ(0, run_program(self->client, NULL, "foreign-i386", "64"));
	EXPECT_EQ(0, run_program(self->client, "sc_i386", "foreign-i386", "20"));
	EXPECT_EQ(EPERM, run_program(self->client, "sc_i386", "foreign-i386", "64"));
	EXPECT_EQ(ENOSYS, run_program(self->client, "sc_i386", "foreign-i386", "600"));
	EXPECT_EQ(EBADE, run_program(self->client, "sc_i386", "foreign-i386", "602"));
	EXPECT_EQ(KILLED, run_program(self->client, "sc_i386", "foreign-i386", "604"));
	EXPECT_EQ(1, call_events(self->client, "sc_i386",
				 CALL(GABION_ABI_I386, I386_GETPPID, { 0xfffffff0 }), DENIED,
				 GABION_OUTCOME(GABION_ACTION_ERRNO, EPERM)));
	EXPECT_EQ(0, run_program(self->client, "sc_abi_i386", "foreign-i386", "64"));
	EXPECT_EQ(KILLED, run_program(self->client, "sc_default_kill", "foreign-i386", "20"));
}

TEST_F(entry, a_real_x32_program)
{
	EXPECT_EQ(0, run_program(self->client, NULL, "foreign-x32", "110"));
	EXPECT_EQ(0, run_program(self->client, "sc_x32", "foreign-x32", "39"));
	EXPECT_EQ(EPERM, run_program(self->client, "sc_x32", "foreign-x32", "110"));
	EXPECT_EQ(EBADE, run_program(self->client, "sc_x32", "foreign-x32", "602"));
	EXPECT_EQ(KILLED, run_program(self->client, "sc_x32", "foreign-x32", "604"));
	EXPECT_EQ(0, run_program(self->client, "sc_abi_x32", "foreign-x32", "110"));
	EXPECT_EQ(KILLED, run_program(self->client, "sc_default_kill", "foreign-x32", "39"));
}

TEST_HARNESS_MAIN
