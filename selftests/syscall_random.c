// SPDX-License-Identifier: GPL-2.0
/*
 * Random filters in the running kernel: what it does to thousands of calls is
 * what the policy's text says, read here by a few lines of their own, and what
 * core/syscall.h says of the compiled image.  The numbers are ones that no
 * kernel has, so that a call that runs answers ENOSYS and does nothing else.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "core/syscall.h"
#include "lib/call.h"
#include "lib/fixture.h"
#include "lib/source.h"

#define NPOLICIES	3	/* unless GABION_RANDOM_POLICIES says how many */
#define NSAMPLES	2000	/* of each policy */
#define NITEMS		48
#define NTESTS		3	/* of one item */
#define FIRST		600
#define NNUMBERS	12

static uint64_t state;

static uint64_t pick(uint64_t n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (state >> 11) % n;
}

/* --- policies, and what they mean --- */

struct test {
	unsigned int argument;
	uint64_t mask, low, high;
	bool inverted;
};

/* Tests are joined by `and`, or all by `or`. */
struct item {
	uint32_t abi, number, action, data;
	unsigned int ntests;
	bool any;
	struct test tests[NTESTS];
};

static struct item items[NITEMS];

static const uint64_t bounds[] = {
	0, 1, 2, 7, 0x7f, 0x80, 0xff, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff,
	0x100000000, 0x7fffffffffffffff, 0x8000000000000000, 0xffffffffffffffff,
};

static uint64_t pick_value(uint32_t abi)
{
	uint64_t v = bounds[pick(sizeof(bounds) / sizeof(*bounds))];

	if (!pick(3))
		v += pick(3) - 1;
	return abi == GABION_ABI_I386 ? (uint32_t)v : v;
}

static void random_test(struct test *t, uint32_t abi)
{
	uint64_t all = abi == GABION_ABI_I386 ? 0xffffffff : ~0ULL, a, b;

	t->argument = pick(6);
	t->inverted = !pick(4);
	t->mask = all;
	a = pick_value(abi);
	b = pick_value(abi);
	switch (pick(3)) {
	case 0:
		t->low = t->high = a;
		break;
	case 1:
		t->low = a < b ? a : b;
		t->high = a < b ? b : a;
		break;
	default:
		t->mask = pick_value(abi) | 1;
		t->low = t->high = a & t->mask;
	}
}

static void random_items(void)
{
	unsigned int i, j;

	for (i = 0; i < NITEMS; i++) {
		struct item *item = &items[i];

		item->abi = pick(GABION_ABI_END);
		item->number = FIRST + pick(NNUMBERS);
		/* Death is dear: a process for each. */
		item->action = pick(8) ? pick(GABION_ACTION_KILL) : GABION_ACTION_KILL;
		item->data = item->action == GABION_ACTION_ERRNO ? 200 + pick(3000) :
			     item->action == GABION_ACTION_TRAP ||
			     item->action == GABION_ACTION_TRACE ? pick(0x10000) : 0;
		item->ntests = pick(NTESTS + 1);
		item->any = pick(2);
		for (j = 0; j < item->ntests; j++)
			random_test(&item->tests[j], item->abi);
	}
}

static void write_items(FILE *f)
{
	static const char *const abis[] = { "", "i386:", "x32:" };
	static const char *const actions[] = { "allow", "log", "trace", "errno", "trap", "kill" };
	unsigned int i, j;

	fprintf(f, "domain sc_random {\n    level middle\n    use everyday\n    abi i386, x32\n"
		   "    syscalls @testing\n");
	for (i = 0; i < NITEMS; i++) {
		const struct item *item = &items[i];

		fprintf(f, "    syscalls %s%u", abis[item->abi], item->number);
		for (j = 0; j < item->ntests; j++) {
			const struct test *t = &item->tests[j];

			fprintf(f, "%s%s(arg%u & 0x%llx in {0x%llx..0x%llx})",
				!j ? "(" : item->any ? " or " : " and ", t->inverted ? "not " : "",
				t->argument, (unsigned long long)t->mask,
				(unsigned long long)t->low, (unsigned long long)t->high);
		}
		fprintf(f, "%s as %s", item->ntests ? ")" : "", actions[item->action]);
		if (item->action >= GABION_ACTION_TRACE && item->action <= GABION_ACTION_TRAP)
			fprintf(f, " %u", item->data);
		fprintf(f, "\n");
	}
	fprintf(f, "}\n");
}

static bool holds(const struct item *item, const uint64_t *arguments)
{
	unsigned int i;

	for (i = 0; i < item->ntests; i++) {
		const struct test *t = &item->tests[i];
		uint64_t v = arguments[t->argument];
		bool yes;

		if (item->abi == GABION_ABI_I386)
			v = (uint32_t)v;
		v &= t->mask;
		yes = (v >= t->low && v <= t->high) != t->inverted;
		if (yes == item->any)
			return yes;
	}
	return !item->ntests || !item->any;
}

/* The greatest action of the items that match, the first written of the same. */
static uint32_t meaning(const struct call *call)
{
	uint32_t best = 0;
	bool matched = false, written = false;
	unsigned int i;

	for (i = 0; i < NITEMS; i++) {
		const struct item *item = &items[i];

		if (item->abi != call->abi || item->number != call->number)
			continue;
		written = true;
		if (!holds(item, call->arguments))
			continue;
		if (!matched || item->action > GABION_OUTCOME_ACTION(best))
			best = GABION_OUTCOME(item->action, item->data);
		matched = true;
	}
	if (matched)
		return best;
	return GABION_OUTCOME(GABION_ACTION_ERRNO, written ? EPERM : ENOSYS);
}

static void random_calls(struct call *calls)
{
	unsigned int i, j;

	for (i = 0; i < NSAMPLES; i++) {
		const struct item *near = &items[pick(NITEMS)];

		calls[i] = (struct call){ near->abi, near->number };
		for (j = 0; j < 6; j++)
			calls[i].arguments[j] = pick_value(GABION_ABI_X86_64);
		/* Mostly at a bound of a test. */
		for (j = 0; j < near->ntests; j++) {
			const struct test *t = &near->tests[j];

			if (pick(4))
				calls[i].arguments[t->argument] =
					(pick(2) ? t->low : t->high) + pick(3) - 1;
		}
	}
}

/* --- what the kernel makes of them --- */

/* What happened to each call, as an outcome; in shared memory. */
static struct {
	volatile unsigned int next;
	volatile uint32_t outcome[NSAMPLES];
} *seen;

static volatile uint32_t trapped;

static void on_sigsys(int signal, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;

	trapped = GABION_OUTCOME(GABION_ACTION_TRAP, info->si_errno & 0xffff);
	uc->uc_mcontext.gregs[REG_RAX] = 0;
}

static _Noreturn void make_calls(const struct call *calls, int gate)
{
	struct sigaction act = { .sa_sigaction = on_sigsys, .sa_flags = SA_SIGINFO };
	char byte;
	long result;

	sigaction(SIGSYS, &act, NULL);
	if (read(gate, &byte, 1) != 1)
		_exit(1);
	while (seen->next < NSAMPLES) {
		unsigned int i = seen->next;

		trapped = 0;
		result = call_make(&calls[i]);
		if (trapped)
			seen->outcome[i] = trapped;
		else if (result == -ENOSYS)
			/* A tracer has said TRACE already. */
			seen->outcome[i] = seen->outcome[i] ?: GABION_OUTCOME(GABION_ACTION_ALLOW, 0);
		else
			seen->outcome[i] = GABION_OUTCOME(GABION_ACTION_ERRNO, -result);
		seen->next = i + 1;
	}
	_exit(0);
}

/* Follow the child to its end; write down what it cannot. Return: its wait status. */
static int follow(pid_t pid)
{
	unsigned long data;
	int status;

	while (waitpid(pid, &status, 0) == pid && WIFSTOPPED(status)) {
		int signal = WSTOPSIG(status);

		if (status >> 16 == PTRACE_EVENT_SECCOMP) {
			ptrace(PTRACE_GETEVENTMSG, pid, 0, &data);
			seen->outcome[seen->next] = GABION_OUTCOME(GABION_ACTION_TRACE, data);
			signal = 0;
		}
		ptrace(PTRACE_CONT, pid, 0, signal == SIGTRAP ? 0 : signal);
	}
	return status;
}

/*
 * A process in the domain that forks one that makes calls for each byte: they
 * are in the domain by birth, which is much cheaper than an assignment for each.
 */
static _Noreturn void breed(const struct call *calls, int order, int answer, int gate)
{
	char byte;
	pid_t pid;

	signal(SIGCHLD, SIG_IGN);
	while (read(order, &byte, 1) == 1) {
		pid = fork();
		if (!pid)
			make_calls(calls, gate);
		if (write(answer, &pid, sizeof(pid)) != sizeof(pid))
			break;
	}
	_exit(0);
}

/* Until all calls are made; one that kills needs another process. */
static bool let_children_call(int order, int answer, int gate)
{
	int status;
	pid_t pid;

	while (seen->next < NSAMPLES) {
		if (write(order, "f", 1) != 1 || read(answer, &pid, sizeof(pid)) != sizeof(pid) ||
		    pid < 0 ||
		    ptrace(PTRACE_SEIZE, pid, 0, PTRACE_O_TRACESECCOMP | PTRACE_O_EXITKILL) ||
		    write(gate, "g", 1) != 1)
			return false;
		status = follow(pid);
		if (WIFEXITED(status))
			return WEXITSTATUS(status) == 0;
		if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGSYS)
			return false;
		seen->outcome[seen->next] = GABION_OUTCOME(GABION_ACTION_KILL, 0);
		seen->next++;
	}
	return true;
}

static bool let_kernel_judge(struct gabion_netlink *client, const struct call *calls)
{
	struct gabion_error error = { 0 };
	int order[2], answer[2], gate[2];
	bool good = false;
	pid_t pid;

	memset(seen, 0, sizeof(*seen));
	if (pipe(order) || pipe(answer) || pipe(gate))
		return false;
	pid = fork();
	if (!pid) {
		close(order[1]);
		breed(calls, order[0], answer[1], gate[0]);
	}
	if (gabion_netlink_task_assign(client, pid, "sc_random", &error))
		printf("# %s\n", error.text);
	else
		good = let_children_call(order[1], answer[0], gate[1]);
	close(order[0]);
	close(order[1]);
	close(answer[0]);
	close(answer[1]);
	close(gate[0]);
	close(gate[1]);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return good;
}

/* What can be told from outside: log runs like allow. ENOSYS of a filter is as one of the kernel. */
static uint32_t visible(uint32_t outcome)
{
	if (outcome == GABION_OUTCOME(GABION_ACTION_LOG, 0) ||
	    outcome == GABION_OUTCOME(GABION_ACTION_ERRNO, ENOSYS))
		return GABION_OUTCOME(GABION_ACTION_ALLOW, 0);
	return outcome;
}

GABION_FIXTURE(random)

static const struct gabion_policy_filter *find(const struct gabion_view *view)
{
	uint32_t i;

	for (i = 0; i < view->ndomains; i++)
		if (!strcmp(gabion_view_string(view, view->domains[i].name), "sc_random"))
			return gabion_filter_find(view, i);
	return NULL;
}

/* Return: how many of the calls all three agree about. */
static unsigned int compare(const struct gabion_view *view, const struct call *calls)
{
	const struct gabion_policy_filter *filter = find(view);
	unsigned int i, good = 0;

	for (i = 0; filter && i < NSAMPLES; i++) {
		uint64_t arguments[6];
		uint32_t means = meaning(&calls[i]), compiled;
		int j;

		for (j = 0; j < 6; j++)
			arguments[j] = calls[i].abi == GABION_ABI_I386 ?
					       (uint32_t)calls[i].arguments[j] : calls[i].arguments[j];
		compiled = gabion_filter_judge(view, filter, calls[i].abi, calls[i].number,
					       (const u64 *)arguments);
		if (means == compiled && visible(means) == seen->outcome[i])
			good++;
		else
			printf("# abi %u number %u: text %x, image %x, kernel %x\n", calls[i].abi,
			       calls[i].number, means, compiled, seen->outcome[i]);
	}
	return good;
}

TEST_F_TIMEOUT(random, text_image_and_kernel_agree, 6000)
{
	static struct call calls[NSAMPLES];
	struct gabion_error error = { 0 };
	const char *more = getenv("GABION_RANDOM_POLICIES");
	unsigned int npolicies = more ? atoi(more) : NPOLICIES, round, samples = 0;
	struct gabion_view view;
	char *text = NULL;
	size_t length, size;
	const char *why;
	void *image;
	FILE *f;

	seen = mmap(NULL, sizeof(*seen), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	for (round = 0; round < npolicies; round++) {
		state = 0x9e3779b97f4a7c15 * (round + 1);
		random_items();
		f = open_memstream(&text, &length);
		write_items(f);
		fclose(f);
		ASSERT_EQ(0, source_compile(text, &image, &size));
		ASSERT_EQ(0, gabion_view_open(&view, image, size, &why));
		ASSERT_EQ(0, gabion_netlink_policy_load(self->client, image, size, &error)) {
			TH_LOG("%s", error.text);
		}
		random_calls(calls);
		ASSERT_TRUE(let_kernel_judge(self->client, calls));
		EXPECT_EQ(NSAMPLES, compare(&view, calls)) {
			TH_LOG("policy %u:\n%s", round, text);
		}
		samples += NSAMPLES;
		free(image);
		free(text);
	}
	TH_LOG("%u samples", samples);
	EXPECT_EQ(0, source_load(self->client, ""));
	confine_events_clear(self->client);
}

TEST_HARNESS_MAIN
