// SPDX-License-Identifier: GPL-2.0
/*
 * Filters at random, and those of policies at random, in the kernel that runs the
 * test: children make raw calls under the program that is made of a filter.
 * GABION_SEED=N begins elsewhere; GABION_CALLS=N is how many calls each of both tries.
 *
 * No call runs: a second program, installed first, gives every call to a tracer,
 * which there is not, so that the kernel answers ENOSYS.  That ranks below errno,
 * trap and kill, which are seen as they are; allow, log and trace all come out as
 * ENOSYS and are told apart by seccomp_random_test only, as is errno ENOSYS.
 *
 * A child under test cannot make calls of its own: it reports in shared memory
 * and ends by an undefined instruction.
 */
#include <errno.h>
#include <linux/audit.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../policy/policy.h"
#include "../policy/syscall_names.h"
#include "../seccomp/program.h"
#include "seccomp_views.h"
#include "seed.h"
#include "syscall_random.h"
#include "test.h"

#define CALLS	 300000UL
#define PER_VIEW 4000U /* and of one domain of a policy */

#ifndef SYS_SECCOMP
#define SYS_SECCOMP 1 /* asm-generic/siginfo.h, which signal.h hides */
#endif

/* struct answer - what became of a call; a trap's siginfo */
struct answer {
	long value;
	int trapped;
	int code;
	int data;
	int number;
	unsigned int arch;
};

/* struct board - shared with the child; @at: the call it is in */
struct board {
	volatile u32 at;
	volatile u32 ready;
	u32 n;
	struct test_call calls[PER_VIEW];
	struct answer answers[PER_VIEW];
};

static struct board *board;

/* A raw call; of i386 the lower halves of the arguments are taken. */
long raw_x86_64(u64 number, const u64 *arguments);
long raw_i386(u64 number, const u64 *arguments);

/* Both keep the stack here, so that the handler of a trap can go back with it. */
#define ENTER                                                                                      \
	"push %rbx\n"                                                                              \
	"push %rbp\n"                                                                              \
	"push %r12\n"                                                                              \
	"push %r13\n"                                                                              \
	"push %r14\n"                                                                              \
	"push %r15\n"                                                                              \
	"mov %rsp, raw_stack(%rip)\n"                                                              \
	"mov %rdi, %rax\n"
#define LEAVE                                                                                      \
	"pop %r15\n"                                                                               \
	"pop %r14\n"                                                                               \
	"pop %r13\n"                                                                               \
	"pop %r12\n"                                                                               \
	"pop %rbp\n"                                                                               \
	"pop %rbx\n"                                                                               \
	"ret\n"

/* clang-format off */
__asm__(".local raw_stack\n"
	".comm raw_stack, 8, 8\n"
	".text\n"
	"raw_x86_64:\n"
	ENTER
	"mov %rsi, %rcx\n"
	"mov (%rcx), %rdi\n"
	"mov 8(%rcx), %rsi\n"
	"mov 16(%rcx), %rdx\n"
	"mov 24(%rcx), %r10\n"
	"mov 32(%rcx), %r8\n"
	"mov 40(%rcx), %r9\n"
	"syscall\n"
	LEAVE
	"raw_i386:\n"
	ENTER
	"mov %rsi, %r8\n"
	"mov (%r8), %ebx\n"
	"mov 8(%r8), %ecx\n"
	"mov 16(%r8), %edx\n"
	"mov 24(%r8), %esi\n"
	"mov 32(%r8), %edi\n"
	"mov 40(%r8), %ebp\n"
	"int $0x80\n"
	LEAVE);
/* clang-format on */

/*
 * A handler returns by a call, and longjmp(3) makes calls under the sanitizers:
 * out of the raw call by hand.
 */
static void on_trap(int signal, siginfo_t *info, void *context)
{
	struct answer *answer = &board->answers[board->at];

	(void)signal;
	(void)context;
	answer->trapped++;
	answer->code = info->si_code;
	answer->data = info->si_errno;
	answer->number = info->si_syscall;
	answer->arch = info->si_arch;
	__asm__ volatile("mov raw_stack(%rip), %rsp\n" LEAVE);
	__builtin_unreachable();
}

static void make_calls(u32 from)
{
	const struct test_call *call;

	for (board->at = from; board->at < board->n; board->at++) {
		call = &board->calls[board->at];
		board->answers[board->at].value =
			call->abi == GABION_ABI_I386
				? (int)raw_i386(call->number, call->arguments)
				: raw_x86_64(call_raw_number(call), call->arguments);
	}
	__builtin_trap();
}

/* Everything to a tracer but the one call that installs @next. */
static int guard(const struct sock_fprog *next)
{
	u64 address = (u64)(uintptr_t)next;
	struct sock_filter insns[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_seccomp, 0, 5),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[2])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (u32)address, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[2]) + 4),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (u32)(address >> 32), 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE),
	};
	struct sock_fprog program = {sizeof(insns) / sizeof(*insns), insns};

	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
}

/* Whatever the sanitizers do about these takes calls. */
static void forget_handlers(void)
{
	static const int fatal[] = {SIGILL, SIGSEGV, SIGBUS, SIGFPE, SIGTRAP, SIGABRT};
	size_t i;

	for (i = 0; i < sizeof(fatal) / sizeof(*fatal); i++)
		signal(fatal[i], SIG_DFL);
}

static void child(const struct gabion_program *program, u32 from)
{
	struct sigaction action = {.sa_sigaction = on_trap, .sa_flags = SA_SIGINFO | SA_NODEFER};
	struct sock_fprog fprog = {(unsigned short)program->n, program->insns};
	struct rlimit none = {0, 0};

	forget_handlers();
	if (setrlimit(RLIMIT_CORE, &none) || sigaction(SIGSYS, &action, NULL) ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || guard(&fprog))
		_exit(1);
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &fprog))
		__builtin_trap();
	board->ready = 1;
	make_calls(from);
}

static void check_answer(u32 i, u32 expected, bool killed)
{
	const struct test_call *call = &board->calls[i];
	const struct answer *answer = &board->answers[i];
	u32 data = expected & SECCOMP_RET_DATA, action = expected & SECCOMP_RET_ACTION_FULL;
	bool good = false;

	switch (action) {
	case SECCOMP_RET_KILL_PROCESS:
		good = killed;
		break;
	case SECCOMP_RET_TRAP:
		good = !killed && answer->trapped == 1 && answer->code == SYS_SECCOMP &&
		       (u32)answer->data == data &&
		       answer->arch == (call->abi == GABION_ABI_I386 ? AUDIT_ARCH_I386
								     : AUDIT_ARCH_X86_64) &&
		       (u32)answer->number == call_raw_number(call);
		break;
	case SECCOMP_RET_ERRNO:
		good = !killed && !answer->trapped && answer->value == -(long)data;
		break;
	default:
		good = !killed && !answer->trapped && answer->value == -ENOSYS;
	}
	if (!good)
		fail_msg("%s %#x: expected %#x, got %s, value %ld, trapped %d with %d",
			 gabion_abi_name(call->abi), call->number, expected,
			 killed ? "death" : "life", answer->value, answer->trapped, answer->data);
}

/* Children until all calls are made: one more after each death. */
static unsigned int run_calls(const struct gabion_program *program, const u32 *expected)
{
	unsigned int deaths = 0;
	u32 from = 0, i;
	int status;
	pid_t pid;

	while (from < board->n) {
		board->ready = 0;
		pid = fork();
		if (!pid)
			child(program, from);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		if (!board->ready)
			fail_msg("the kernel does not take the program: status %#x", status);
		assert_true(WIFSIGNALED(status));
		for (i = from; i < board->at; i++)
			check_answer(i, expected[i], false);
		from = board->at;
		if (from < board->n) {
			if (WTERMSIG(status) != SIGSYS)
				fail_msg("died of signal %d in a call", WTERMSIG(status));
			check_answer(from, expected[from], true);
			from++;
			deaths++;
		} else {
			assert_int_equal(WTERMSIG(status), SIGILL);
		}
	}
	return deaths;
}

/* The kernel lets its own trampolines' calls, uretprobe and uprobe, past every filter. */
static bool exempt(const struct test_call *call)
{
	return call->abi == GABION_ABI_X86_64 && (call->number == 335 || call->number == 336);
}

static void clear_board(void)
{
	memset(board->answers, 0, sizeof(board->answers));
	board->n = 0;
}

/* False: it was left out. */
static bool add_call(const struct gabion_view *view, const struct gabion_policy_filter *filter,
		     const struct test_call *call, u64 *state, u32 *expected)
{
	u32 want = call_expected(view, filter, call);

	/* A death costs as much time as a thousand calls: a few will do. */
	if (want == SECCOMP_RET_KILL_PROCESS && random_next(state) % 256)
		return false;
	board->calls[board->n] = *call;
	expected[board->n++] = want;
	return true;
}

static void choose_calls(const struct test_view *v, u64 *state, u32 *expected)
{
	u32 tries = 4 * PER_VIEW;
	struct test_call call;

	clear_board();
	while (board->n < PER_VIEW && tries) {
		call_random(&v->view, &v->filter, state, &call);
		if (!exempt(&call) && !add_call(&v->view, &v->filter, &call, state, expected))
			tries--;
	}
}

static void int_0x80_enters_the_kernel(void **data)
{
	static const u64 nothing[6];
	int status;
	pid_t pid = fork();

	(void)data;
	if (!pid) {
		forget_handlers();
		_exit(raw_i386(20, nothing) != getpid());
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (!WIFEXITED(status) || WEXITSTATUS(status))
		fail_msg("this kernel has no int 0x80: `make seccomp-bpf-6.1` boots one that has");
}

static unsigned long calls_wanted(void)
{
	const char *given = getenv("GABION_CALLS");

	return given ? strtoul(given, NULL, 0) : CALLS;
}

static void random_filters_in_the_kernel(void **data)
{
	unsigned long done = 0, deaths = 0, views = 0, refused = 0;
	u32 *expected = calloc(PER_VIEW, sizeof(*expected));
	struct test_view *v = malloc(sizeof(*v));
	u64 state = test_seed();

	(void)data;
	for (; done < calls_wanted(); views++) {
		cleanup_program struct gabion_program program = {0};
		struct gabion_error error = {0};
		int err;

		view_random(v, &state);
		err = gabion_program_build(&program, &v->view, &v->filter, views & 1, &error);
		if (err == -E2BIG) {
			refused++;
			continue;
		}
		if (err)
			fail_msg("%s", error.text);
		choose_calls(v, &state, expected);
		deaths += run_calls(&program, expected);
		done += board->n;
	}
	free(v);
	free(expected);
	print_message("%lu calls in the kernel under %lu filters, %lu deaths; %lu refused as too "
		      "large\n", done, views - refused, deaths, refused);
	assert_true(deaths > 0);
	/* Or the bounds keep the test from what it is for. */
	assert_true(refused * 3 < views);
}

static const struct gabion_policy_filter *filter_of(const struct gabion_view *view,
						   const char *domain)
{
	const struct gabion_policy_filter *filter = NULL;
	u32 d;

	for (d = 0; d < view->ndomains; d++)
		if (!strcmp(gabion_view_string(view, view->domains[d].name), domain))
			filter = gabion_filter_find(view, d);
	assert_non_null(filter);
	return filter;
}

/* Samples of @policy that are about domain number @domain. */
static void choose_samples(const struct gabion_random_policy *policy, u32 domain,
			   const struct gabion_view *view, const struct gabion_policy_filter *filter,
			   u64 *state, u32 *expected)
{
	struct gabion_random_sample sample;
	struct test_call call;
	u32 i;

	clear_board();
	for (i = 0; board->n < PER_VIEW && i < 8 * PER_VIEW; i++) {
		gabion_random_sample(policy, i, &sample);
		/* Numbers with x32's bit reach a program as x32's, but for -1. */
		if (sample.domain != domain ||
		    (sample.number & GABION_X32_BIT && sample.number != ~0U &&
		     sample.abi != GABION_ABI_I386))
			continue;
		call = (struct test_call){.abi = sample.abi, .number = sample.number};
		memcpy(call.arguments, sample.arguments, sizeof(call.arguments));
		if (!exempt(&call))
			add_call(view, filter, &call, state, expected);
	}
}

struct account {
	unsigned long done, deaths, programs, refused;
};

static void run_policy(const struct gabion_random_policy *policy, bool binary_tree, u64 *state,
		       u32 *expected, struct account *account)
{
	struct gabion_compiled compiled;
	struct gabion_error error = {0};
	u32 i;

	if (gabion_policy_compile_text(&compiled, "random.gabion", policy->text,
				       strlen(policy->text), &error))
		fail_msg("policy %#llx: %s", (unsigned long long)policy->seed, error.text);
	for (i = 0; i < GABION_RANDOM_DOMAINS; i++) {
		const struct gabion_policy_filter *filter =
			filter_of(&compiled.view, policy->domains[i].name);
		cleanup_program struct gabion_program program = {0};
		int err = gabion_program_build(&program, &compiled.view, filter, binary_tree,
					       &error);

		account->programs++;
		if (err == -E2BIG) {
			account->refused++;
			continue;
		}
		if (err)
			fail_msg("policy %#llx: %s", (unsigned long long)policy->seed, error.text);
		choose_samples(policy, i, &compiled.view, filter, state, expected);
		account->deaths += run_calls(&program, expected);
		account->done += board->n;
	}
	gabion_compiled_free(&compiled);
}

static void random_policies_in_the_kernel(void **data)
{
	u32 *expected = calloc(PER_VIEW, sizeof(*expected));
	struct account account = {0};
	u64 state = test_seed(), seed = state;
	unsigned long n;

	(void)data;
	for (n = 0; account.done < calls_wanted(); n++) {
		struct gabion_random_policy *policy = gabion_random_policy_new(seed + n);

		run_policy(policy, n & 1, &state, expected, &account);
		gabion_random_policy_free(policy);
	}
	free(expected);
	print_message("%lu calls in the kernel under %lu filters of %lu policies, %lu deaths; %lu "
		      "refused as too large\n", account.done, account.programs - account.refused, n,
		      account.deaths, account.refused);
	assert_true(account.deaths > 0);
	assert_true(account.refused * 4 < account.programs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(int_0x80_enters_the_kernel),
		cmocka_unit_test(random_filters_in_the_kernel),
		cmocka_unit_test(random_policies_in_the_kernel),
	};

	board = mmap(NULL, sizeof(*board), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		     0);
	if (board == MAP_FAILED)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
