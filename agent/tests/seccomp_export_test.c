// SPDX-License-Identifier: GPL-2.0
/*
 * Given a filter, when it is exported by names, then the file says what the filter
 * says, or the export is refused.
 */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../policy/syscall_names.h"
#include "../seccomp/export.h"
#include "seccomp_views.h"
#include "test.h"

static struct test_view v;

/* struct exported - a file, what was said of it, and how it ended */
struct exported {
	char *text;
	char *warnings;
	int err;
	struct gabion_error error;
};

static struct exported export(bool oci, bool lossy)
{
	cleanup_export struct gabion_export e = {.capabilities = 1 << 10 | 1};
	struct exported x = {0};
	size_t size, warned;
	FILE *out = open_memstream(&x.text, &size), *warn = open_memstream(&x.warnings, &warned);

	x.err = gabion_export_build(&e, &v.view, &v.filter, lossy,
				    oci ? gabion_export_oci_says : gabion_export_systemd_says, warn,
				    &x.error);
	if (!x.err)
		x.err = oci ? gabion_export_oci(&e, out, &x.error)
			    : gabion_export_systemd(&e, "web", out, &x.error);
	fclose(out);
	fclose(warn);
	return x;
}

static void drop(struct exported *x)
{
	free(x->text);
	free(x->warnings);
}

static void assert_has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("'%s' is not in '%s'", part, text);
}

static void simple(void)
{
	view_init(&v, 100, ERRNO(38));
	view_set(&v, GABION_ABI_X86_64, 0, ALLOW);     /* read */
	view_set(&v, GABION_ABI_X86_64, 59, LOG);      /* execve */
	view_set(&v, GABION_ABI_X86_64, 83, ERRNO(1)); /* mkdir */
	view_set(&v, GABION_ABI_X86_64, 84, KILL);     /* rmdir */
}

/* What a runtime makes of the profile for a call of x86-64: the action's word. */
static const char *oci_action(json_t *profile, const char *name, const u64 *arguments)
{
	json_t *entry, *item;
	size_t i, j;

	json_array_foreach(json_object_get(profile, "syscalls"), i, entry)
	{
		bool match = false;

		json_array_foreach(json_object_get(entry, "names"), j, item) match |=
			!strcmp(json_string_value(item), name);
		json_array_foreach(json_object_get(entry, "args"), j, item)
		{
			u64 x = arguments[json_integer_value(json_object_get(item, "index"))];
			u64 value = (u64)json_integer_value(json_object_get(item, "value"));
			u64 two = (u64)json_integer_value(json_object_get(item, "valueTwo"));

			match &= strcmp(json_string_value(json_object_get(item, "op")),
					"SCMP_CMP_EQ")
					 ? (x & value) == two
					 : x == value;
		}
		if (match)
			return json_string_value(json_object_get(entry, "action"));
	}
	return json_string_value(json_object_get(profile, "defaultAction"));
}

static void oci_profile_says_what_the_filter_says(void **state)
{
	static const char *const words[] = {"SCMP_ACT_ALLOW", "SCMP_ACT_LOG",
					    "SCMP_ACT_TRACE", "SCMP_ACT_ERRNO",
					    "SCMP_ACT_TRAP",  "SCMP_ACT_KILL_PROCESS"};
	u64 arguments[6] = {0};
	struct exported x;
	json_t *profile;
	u32 number, a, b;

	(void)state;
	simple();
	view_set(&v, GABION_ABI_X86_64, 41,
		 view_test(&v, 0, 0xffffffff, 1, 2, ALLOW,
			   view_test(&v, 1, ~0ULL, 5, 6, TRACE(3), ERRNO(38))));
	x = export(true, false);
	if (x.err)
		fail_msg("%s", x.error.text);
	profile = json_loads(x.text, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(profile);
	assert_int_equal(json_integer_value(json_object_get(profile, "defaultErrnoRet")), 38);
	assert_int_equal(json_array_size(json_object_get(profile, "architectures")), 1);
	assert_has(x.text, "{\"names\":[\"mkdir\"],\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":1}");
	for (number = 0; number < 100; number++)
		for (a = 0; a < 5; a++)
			for (b = 3; b < 8; b++) {
				arguments[0] = a;
				arguments[1] = b;
				assert_string_equal(
					oci_action(profile,
						   gabion_call_name(GABION_ABI_X86_64, number),
						   arguments),
					words[GABION_OUTCOME_ACTION(gabion_filter_judge(
						&v.view, &v.filter, GABION_ABI_X86_64, number,
						arguments))]);
			}
	json_decref(profile);
	drop(&x);
}

static void oci_cannot_say_all(void **state)
{
	static const u32 outcomes[] = {TRAP(1), ERRNO(4095)};
	struct exported x;
	u32 i;

	(void)state;
	for (i = 0; i < 2; i++) {
		simple();
		view_set(&v, GABION_ABI_X86_64, 85, outcomes[i]);
		x = export(true, false);
		assert_int_equal(x.err, -EOPNOTSUPP);
		assert_has(x.error.text, "creat cannot be said in this format: libseccomp");
		assert_has(x.error.text, "--lossy");
		drop(&x);
		x = export(true, true);
		assert_int_equal(x.err, 0);
		assert_null(strstr(x.text, "creat"));
		assert_has(x.warnings, "creat is refused: ");
		drop(&x);
	}
}

/* What libseccomp would grant beside what it is told is refused instead. */
static void abis_that_differ_are_not_mixed(void **state)
{
	static const struct {
		u32 i386, x86_64;
		const char *why;
	} cases[] = {
		{ALLOW, ERRNO(38), "its outcome differs between ABIs"},
		{ALLOW, ALLOW, "i386's multiplexer has another outcome for it"},
	};
	struct exported x;
	u32 i;

	(void)state;
	for (i = 0; i < 2; i++) {
		view_init(&v, 400, ERRNO(38));
		view_set(&v, GABION_ABI_X86_64, 0, ALLOW);
		view_set(&v, GABION_ABI_I386, 3, ALLOW);
		view_set(&v, GABION_ABI_X86_64, 41, cases[i].x86_64);
		view_set(&v, GABION_ABI_I386, 359, cases[i].i386);
		x = export(true, true);
		assert_int_equal(x.err, 0);
		assert_has(x.warnings, cases[i].why);
		assert_has(x.text, "\"architectures\":[\"SCMP_ARCH_X86_64\",\"SCMP_ARCH_X86\"]");
		assert_has(x.text, "\"names\":[\"read\"]");
		assert_null(strstr(x.text, "\"socket\""));
		drop(&x);
	}
	/* With the multiplexer's agreement it can be said. */
	view_set(&v, GABION_ABI_I386, 102, view_test(&v, 0, 0xffffffff, 1, 1, ALLOW, ERRNO(38)));
	x = export(true, false);
	if (x.err)
		fail_msg("%s", x.error.text);
	assert_has(x.text, "\"read\",\"socket\"");
	drop(&x);
}

static void upper_halves_of_x32_are_not_said(void **state)
{
	struct exported x;

	(void)state;
	simple();
	view_set(&v, GABION_ABI_X32, 0, ALLOW);
	view_set(&v, GABION_ABI_X86_64, 3, view_test(&v, 0, ~0ULL, 7, 7, ALLOW, ERRNO(38)));
	view_set(&v, GABION_ABI_X32, 3, view_test(&v, 0, ~0ULL, 7, 7, ALLOW, ERRNO(38)));
	x = export(true, true);
	assert_has(x.warnings, "close is refused: libseccomp compares only the lower halves");
	drop(&x);
}

/* One test that i386 and x32 share, as `abi i386, x32; syscalls write(fd == 1)` makes it. */
static void abis_may_share_tests(void **state)
{
	struct exported x;
	u32 test;

	(void)state;
	view_init(&v, 100, KILL);
	test = view_test(&v, 0, 0xffffffff, 1, 1, ALLOW, KILL);
	view_set(&v, GABION_ABI_X86_64, 1, test);
	view_set(&v, GABION_ABI_I386, 4, test);
	view_set(&v, GABION_ABI_X32, 1, test);
	x = export(true, true);
	if (x.err)
		fail_msg("%s", x.error.text);
	assert_has(x.text, "[\"SCMP_ARCH_X86_64\",\"SCMP_ARCH_X86\",\"SCMP_ARCH_X32\"]");
	drop(&x);
}

static void systemd_drop_in(void **state)
{
	struct exported x;

	(void)state;
	simple();
	x = export(false, false);
	assert_int_equal(x.err, 0);
	assert_string_equal(strchr(x.text, '['),
			    "[Service]\n"
			    "NoNewPrivileges=yes\n"
			    "CapabilityBoundingSet=\n"
			    "CapabilityBoundingSet=CAP_CHOWN CAP_NET_BIND_SERVICE\n"
			    "SystemCallArchitectures=\n"
			    "SystemCallArchitectures=x86-64\n"
			    "SystemCallErrorNumber=ENOSYS\n"
			    "SystemCallFilter=\n"
			    "SystemCallLog=\n"
			    "SystemCallFilter=@default\n"
			    "SystemCallFilter=~@default\n"
			    "SystemCallFilter=read\n"
			    "SystemCallFilter=execve\n"
			    "SystemCallLog=execve\n"
			    "SystemCallFilter=~mkdir:EPERM\n"
			    "SystemCallFilter=~rmdir:kill\n");
	drop(&x);
}

/* What systemd 252 holds for always permitted, as far as it has a number on x86-64. */
static const char *const systemd_default[] = {
	"arch_prctl",
	"brk",
	"clock_getres",
	"clock_gettime",
	"clock_nanosleep",
	"execve",
	"exit",
	"exit_group",
	"futex",
	"get_robust_list",
	"get_thread_area",
	"getegid",
	"geteuid",
	"getgid",
	"getgroups",
	"getpgid",
	"getpgrp",
	"getpid",
	"getppid",
	"getrandom",
	"getresgid",
	"getresuid",
	"getrlimit",
	"getsid",
	"gettid",
	"gettimeofday",
	"getuid",
	"membarrier",
	"mmap",
	"mprotect",
	"munmap",
	"nanosleep",
	"pause",
	"prlimit64",
	"restart_syscall",
	"rseq",
	"rt_sigreturn",
	"sched_getaffinity",
	"sched_yield",
	"set_robust_list",
	"set_thread_area",
	"set_tid_address",
	"time",
};

#define MODEL_CALLS 512U

/**
 * struct systemd_model - the SystemCallFilter= of a unit, as config_parse_syscall_filter() and
 *			  seccomp_parse_syscall_filter() of systemd keep it
 * @begun:	there was an assignment since the last empty one
 * @allow_list:	the first one was of calls to allow
 * @listed:	by number
 * @refusal:	of a listed call: "EPERM", "kill"; empty: it has none of its own
 */
struct systemd_model {
	bool begun;
	bool allow_list;
	bool listed[MODEL_CALLS];
	char refusal[MODEL_CALLS][16];
	char otherwise[16];
};

static void model_call(struct systemd_model *m, const char *name, bool invert, const char *refusal)
{
	int number = gabion_call_number(GABION_ABI_X86_64, name);

	if (number < 0 || (u32)number >= MODEL_CALLS)
		return;
	m->listed[number] = invert != m->allow_list || (invert && m->allow_list && *refusal);
	snprintf(m->refusal[number], sizeof(m->refusal[number]), "%s", refusal);
}

static void model_word(struct systemd_model *m, const char *word, bool invert, const char *refusal)
{
	size_t i;

	if (*word != '@') {
		model_call(m, word, invert, refusal);
		return;
	}
	assert_string_equal(word, "@default");
	for (i = 0; i < sizeof(systemd_default) / sizeof(*systemd_default); i++)
		model_call(m, systemd_default[i], invert, refusal);
}

static void model_assign(struct systemd_model *m, char *value)
{
	bool invert = *value == '~';
	char *word, *state, *colon;

	if (!*value) {
		m->begun = m->allow_list = false;
		memset(m->listed, 0, sizeof(m->listed));
		return;
	}
	if (!m->begun) {
		m->begun = true;
		m->allow_list = !invert;
		if (!invert)
			model_word(m, "@default", false, "");
	}
	for (word = strtok_r(value + invert, " ", &state); word;
	     word = strtok_r(NULL, " ", &state)) {
		colon = strchr(word, ':');
		if (colon)
			*colon = '\0';
		if (colon && !invert) /* "cannot take error number, ignoring" */
			continue;
		model_word(m, word, invert, colon ? colon + 1 : "");
	}
}

static void model_read(struct systemd_model *m, char *text)
{
	static const char filter[] = "SystemCallFilter=", errno_[] = "SystemCallErrorNumber=";
	char *line, *next;

	for (line = text; line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		if (!strncmp(line, filter, sizeof(filter) - 1))
			model_assign(m, line + sizeof(filter) - 1);
		if (!strncmp(line, errno_, sizeof(errno_) - 1))
			snprintf(m->otherwise, sizeof(m->otherwise), "%s",
				 line + sizeof(errno_) - 1);
	}
}

/* What the unit's process gets: "allow", "EPERM", "kill". */
static const char *model_judge(const struct systemd_model *m, u32 number)
{
	if (m->listed[number] != m->allow_list)
		return m->otherwise;
	return *m->refusal[number] ? m->refusal[number] : "allow";
}

static const char *systemd_word(u32 outcome)
{
	return gabion_outcome_runs(outcome) ? "allow"
	       : GABION_OUTCOME_ACTION(outcome) == GABION_ACTION_KILL
		       ? "kill"
		       : strerrorname_np((int)GABION_OUTCOME_DATA(outcome));
}

/* All calls but those whose arguments matter, which are to be refused like what has no name. */
static void assert_systemd_agrees(bool lossy)
{
	struct exported x = export(false, lossy);
	struct systemd_model m = {0};
	u32 number, outcome;

	if (x.err)
		fail_msg("%s", x.error.text);
	model_read(&m, x.text);
	assert_true(m.allow_list);
	for (number = 0; number < MODEL_CALLS; number++) {
		if (!gabion_call_name(GABION_ABI_X86_64, number))
			continue;
		outcome = gabion_filter_entry(&v.view, &v.filter, GABION_ABI_X86_64, number);
		if (outcome & GABION_OUTCOME_TEST)
			outcome = le32_to_cpu(v.filter.abi[GABION_ABI_X86_64].otherwise);
		if (strcmp(model_judge(&m, number), systemd_word(outcome)))
			fail_msg("%s: %s instead of %s",
				 gabion_call_name(GABION_ABI_X86_64, number),
				 model_judge(&m, number), systemd_word(outcome));
	}
	drop(&x);
}

static void systemd_grants_no_more_than_the_filter(void **state)
{
	(void)state;
	simple();
	assert_systemd_agrees(false);
	/* `syscalls strict`: of @default it grants exit and rt_sigreturn and no more. */
	view_init(&v, 400, KILL);
	view_set(&v, GABION_ABI_X86_64, 0, ALLOW);
	view_set(&v, GABION_ABI_X86_64, 1, ALLOW);
	view_set(&v, GABION_ABI_X86_64, 15, ALLOW);
	view_set(&v, GABION_ABI_X86_64, 60, ALLOW);
	assert_systemd_agrees(false);
	/* What is left out is refused, of @default or not; and so is what has an errno. */
	view_set(&v, GABION_ABI_X86_64, 9,
		 view_test(&v, 2, 0xffffffff, 4, 4, KILL, ALLOW)); /* mmap(prot) */
	view_set(&v, GABION_ABI_X86_64, 12, ERRNO(12)); /* brk */
	assert_systemd_agrees(true);
}

static void systemd_cannot_say_all(void **state)
{
	static const struct {
		u32 outcome;
		const char *why;
	} cases[] = {
		{TRAP(0), "systemd has no action trap"},
		{TRACE(0), "systemd has no action trace"},
		{GABION_OUTCOME_TEST, "systemd does not look at arguments"},
	};
	struct exported x;
	u32 i;

	(void)state;
	for (i = 0; i < 3; i++) {
		simple();
		view_set(&v, GABION_ABI_X86_64, 41,
			 cases[i].outcome != GABION_OUTCOME_TEST
				 ? cases[i].outcome
				 : view_test(&v, 0, ~0ULL, 1, 1, ALLOW, ERRNO(1)));
		x = export(false, false);
		assert_int_equal(x.err, -EOPNOTSUPP);
		assert_has(x.error.text, cases[i].why);
		drop(&x);
		x = export(false, true);
		assert_int_equal(x.err, 0);
		assert_has(x.warnings, cases[i].why);
		assert_null(strstr(x.text, "socket"));
		drop(&x);
	}
	/* A unit that may call nothing cannot even start. */
	view_init(&v, 100, ERRNO(38));
	view_set(&v, GABION_ABI_X86_64, 83, ERRNO(1));
	x = export(false, true);
	assert_int_equal(x.err, -EOPNOTSUPP);
	assert_has(x.error.text, "nothing is left");
	drop(&x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(oci_profile_says_what_the_filter_says),
		cmocka_unit_test(oci_cannot_say_all),
		cmocka_unit_test(abis_that_differ_are_not_mixed),
		cmocka_unit_test(upper_halves_of_x32_are_not_said),
		cmocka_unit_test(abis_may_share_tests),
		cmocka_unit_test(systemd_drop_in),
		cmocka_unit_test(systemd_grants_no_more_than_the_filter),
		cmocka_unit_test(systemd_cannot_say_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
