// SPDX-License-Identifier: GPL-2.0
/*
 * The policies of this tree compile, and are what they say of themselves.
 * Run from the top of the tree, or with GABION_POLICY_FOLDER.
 */
#include "../flow/check.h"
#include "../policy/mem.h"
#include "policy_fixture.h"

/* The first @n of: what is in force where it is installed, and what has to be included. */
static void hold(size_t n, size_t expectations)
{
	const char *folder = getenv("GABION_POLICY_FOLDER");
	char *optional = gabion_xasprintf("%s/optional/host.gabion", folder ? folder : "policies");
	const char *paths[] = { folder ? folder : "policies", optional };
	struct gabion_compiled c;
	struct gabion_error error;
	size_t i;

	if (gabion_policy_compile(&c, paths, n, &error)) {
		gabion_diagnostics_print(&c.diagnostics, stderr);
		fail_msg("%s", error.text);
	}
	assert_int_equal(c.diagnostics.n, 0);
	assert_true(c.expectations.n >= expectations);
	assert_int_equal(gabion_flow_check(&c.view, NULL, &error), 0);
	for (i = 0; i < c.expectations.n; i++) {
		const struct gabion_expectation *e = &c.expectations.items[i];
		struct gabion_answer answer;

		if (gabion_expectation_check(e, &c.view, &answer, &error) != 1)
			fail_msg("%s:%u: %s %s %s", e->file, e->line, e->domain, e->verb,
				 e->object);
		gabion_answer_free(&answer);
	}
	gabion_compiled_free(&c);
	free(optional);
}

static void met(void **state)
{
	(void)state;
	hold(1, 20);
}

static void met_with_a_host_that_is_held(void **state)
{
	(void)state;
	hold(2, 60);
}

/* What a set is for, and what is not in it. */
static void sets(void **state)
{
	static const struct {
		const char *set, *call;
		enum gabion_answer_reason reason;
	} members[] = {
		{ "basic", "uretprobe", GABION_ANSWER_ALLOWED },
		{ "basic", "uprobe", GABION_ANSWER_ALLOWED },
		{ "basic", "futex_wait", GABION_ANSWER_ALLOWED },
		{ "basic", "futex_requeue", GABION_ANSWER_ALLOWED },
		{ "basic", "mseal", GABION_ANSWER_ALLOWED },
		{ "basic", "execve", GABION_ANSWER_SYSCALL },
		{ "file-io", "cachestat", GABION_ANSWER_ALLOWED },
		{ "file-system", "fchmodat2", GABION_ANSWER_ALLOWED },
		{ "file-system", "statmount", GABION_ANSWER_ALLOWED },
		{ "io-uring", "setsockopt", GABION_ANSWER_ALLOWED },
		{ "io-uring", "futex_waitv", GABION_ANSWER_ALLOWED },
		{ "sandbox", "seccomp", GABION_ANSWER_ALLOWED },
		{ "sandbox", "lsm_set_self_attr", GABION_ANSWER_ALLOWED },
		{ "cpu-emulation", "personality", GABION_ANSWER_ALLOWED },
		/* These act on other processes. */
		{ "ipc", "process_vm_readv", GABION_ANSWER_SYSCALL },
		{ "ipc", "process_vm_writev", GABION_ANSWER_SYSCALL },
		{ "debug", "process_vm_readv", GABION_ANSWER_ALLOWED },
		{ "memory", "process_madvise", GABION_ANSWER_SYSCALL },
		{ "memory", "move_pages", GABION_ANSWER_SYSCALL },
		{ "memory", "migrate_pages", GABION_ANSWER_SYSCALL },
		{ "resources", "process_madvise", GABION_ANSWER_ALLOWED },
		{ "resources", "process_mrelease", GABION_ANSWER_ALLOWED },
		{ "resources", "move_pages", GABION_ANSWER_ALLOWED },
	};
	const char *path = getenv("GABION_POLICY_FOLDER");
	struct gabion_compiled c;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		char *text = gabion_xasprintf("include \"%s/syscalls/%s.gabion\"\n"
					      "domain d { syscalls @%s }\n",
					      path ? path : "policies", members[i].set,
					      members[i].set);

		policy_compile(&c, text);
		policy_expect(&c, "d", "syscall", members[i].call, members[i].reason);
		gabion_compiled_free(&c);
		free(text);
	}
}

static void not_met_is_seen(void **state)
{
	static const char text[] =
		"domain d {\n read /a\n}\nexpect d deny read /a\nexpect d allow read /b\n"
		"expect d allow read \"/a\"\n";
	struct gabion_compiled c;
	struct gabion_answer answer;
	struct gabion_error error;
	size_t i;

	(void)state;
	policy_compile(&c, text);
	assert_int_equal(c.expectations.n, 3);
	for (i = 0; i < 3; i++) {
		assert_int_equal(gabion_expectation_check(&c.expectations.items[i], &c.view,
							  &answer, &error),
				 i == 2);
		gabion_answer_free(&answer);
	}
	assert_int_equal(c.expectations.items[1].line, 5);
	gabion_compiled_free(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(met),
		cmocka_unit_test(met_with_a_host_that_is_held),
		cmocka_unit_test(sets),
		cmocka_unit_test(not_met_is_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
