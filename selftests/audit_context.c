// SPDX-License-Identifier: GPL-2.0
/*
 * What an event says beside the decision: where the task comes from, which number it has on
 * its CPU, levels, the rules, and that a name is longer than what is said of it.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "core/view.h"
#include "lib/fixture.h"
#include "lib/source.h"

GABION_FIXTURE(audit_context)

static int read_object(void)
{
	return ATTEMPT(open(TEST_DIR "/object/file", O_RDONLY));
}

static int read_other(void)
{
	return ATTEMPT(open(TEST_DIR "/other/file", O_RDONLY));
}

static int be_important(void)
{
	return ATTEMPT(setpriority(PRIO_PROCESS, 0, -5));
}

/* The only event there is, or one without anything. */
static const struct gabion_event *only_event(struct gabion_netlink *client,
					     struct gabion_batch *batch)
{
	static const struct gabion_event none;
	struct gabion_error error = { 0 };

	if (gabion_netlink_read(client, 0, batch, &error) || batch->nevents != 1) {
		printf("# %zu events instead of one %s\n", batch->nevents, error.text);
		return &none;
	}
	return batch->events;
}

/* Clock ticks after boot when @pid started, and its parent (fields 22 and 4 of proc(5)'s stat). */
static unsigned long long stat_of(pid_t pid, pid_t *parent)
{
	unsigned long long start = 0;
	char path[64], text[1024] = "";
	const char *rest;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	file = fopen(path, "re");
	if (!file)
		return 0;
	rest = fgets(text, sizeof(text), file) ? strrchr(text, ')') : NULL;
	fclose(file);
	if (!rest || sscanf(rest + 2, "%*c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d "
			    "%*d %*d %*d %*d %llu", parent, &start) != 2)
		return 0;
	return start;
}

TEST_F(audit_context, ancestors_up_to_init)
{
	cleanup_batch struct gabion_batch batch = { 0 };
	unsigned long long start, tick = 1000000000 / sysconf(_SC_CLK_TCK);
	const struct gabion_event *e;
	pid_t pid = getpid(), parent;
	size_t i;

	ASSERT_EQ(EACCES, confine_run(self->client, "refused", read_object));
	e = only_event(self->client, &batch);
	ASSERT_LT(1, e->nancestors);
	EXPECT_FALSE(gabion_event_truncated(e, GABION_E_ANCESTOR));
	EXPECT_EQ(e->ppid, e->ancestors[0].pid);
	EXPECT_STREQ("audit_context", e->ancestors[0].comm);
	for (i = 0; i < e->nancestors; i++, pid = parent) {
		start = stat_of(pid, &parent);
		EXPECT_EQ((uint32_t)pid, e->ancestors[i].pid);
		EXPECT_EQ(start, e->ancestors[i].start / tick);
		EXPECT_STREQ("host", e->ancestors[i].domain);
	}
	EXPECT_EQ(1, e->ancestors[e->nancestors - 1].pid);
}

/* So many generations below the test that those above it cannot all be said. */
static int late_born(void)
{
	int generation, status;
	pid_t pid;

	for (generation = 0; generation < (int)GABION_ANCESTORS_MAX + 2; generation++) {
		pid = fork();
		if (pid < 0)
			return errno;
		if (pid)
			_exit(waitpid(pid, &status, 0) == pid && WIFEXITED(status) ?
				      WEXITSTATUS(status) : CONFINE_BROKEN);
	}
	return read_object();
}

TEST_F(audit_context, more_ancestors_than_fit_are_said_to_be_more)
{
	cleanup_batch struct gabion_batch batch = { 0 };
	const struct gabion_event *e;

	ASSERT_EQ(EACCES, confine_run(self->client, "refused", late_born));
	e = only_event(self->client, &batch);
	ASSERT_EQ(GABION_ANCESTORS_MAX, e->nancestors);
	EXPECT_TRUE(gabion_event_truncated(e, GABION_E_ANCESTOR));
	/* They are in the domain too: an ancestor's is its own, not the task's. */
	EXPECT_STREQ("refused", e->ancestors[0].domain);
	EXPECT_STREQ("refused", e->ancestors[GABION_ANCESTORS_MAX - 1].domain);
}

static int cpus;	/* asked outside: where they are counted may not be read inside */

static int read_on_every_cpu(void)
{
	cpu_set_t set;
	int i, cpu;

	for (i = 0; i < 4 * cpus; i++) {
		cpu = i % cpus;
		CPU_ZERO(&set);
		CPU_SET(cpu, &set);
		if (sched_setaffinity(0, sizeof(set), &set) || read_object() != EACCES)
			return 1;
	}
	return 0;
}

TEST_F(audit_context, each_cpu_counts_its_events)
{
	uint64_t last[CPU_SETSIZE] = { 0 };
	cleanup_batch struct gabion_batch batch = { 0 };
	struct gabion_error error = { 0 };
	size_t i;

	cpus = sysconf(_SC_NPROCESSORS_ONLN);
	ASSERT_LT(0, cpus);
	ASSERT_EQ(0, confine_run(self->client, "refused", read_on_every_cpu));
	ASSERT_EQ(0, gabion_netlink_read(self->client, 0, &batch, &error));
	ASSERT_EQ(4 * cpus, batch.nevents);
	for (i = 0; i < batch.nevents; i++) {
		const struct gabion_event *e = &batch.events[i];

		ASSERT_LT(e->cpu, CPU_SETSIZE);
		EXPECT_LE(1, e->cpu_sequence);
		if (last[e->cpu])
			EXPECT_EQ(last[e->cpu] + 1, e->cpu_sequence);
		last[e->cpu] = e->cpu_sequence;
	}
}

/* Line @place ("file:line") of the policy's source; "" if there is none. */
static const char *line_at(const char *place)
{
	static char line[1024];
	char path[PATH_MAX];
	const char *colon = strrchr(place, ':');
	unsigned int n, i;
	FILE *file;

	if (!colon || sscanf(colon, ":%u", &n) != 1)
		return "";
	snprintf(path, sizeof(path), "%.*s", (int)(colon - place), place);
	file = fopen(path, "re");
	if (!file)
		return "";
	for (i = 0; i < n && fgets(line, sizeof(line), file); i++)
		;
	fclose(file);
	return i == n ? line : "";
}

TEST_F(audit_context, the_rule_that_denies)
{
	cleanup_batch struct gabion_batch batch = { 0 };
	const struct gabion_event *e;

	ASSERT_EQ(EACCES, confine_run(self->client, "informed", read_object));
	e = only_event(self->client, &batch);
	EXPECT_EQ(GABION_REASON_DENY, e->reason);
	ASSERT_EQ(1, e->nrules);
	EXPECT_NE(NULL, strstr(line_at(e->rules[0]), "deny read   object"));
	EXPECT_STREQ("middle", e->level);
	EXPECT_STREQ("middle", e->object_level);
}

/* Lower @domain to @level in @image. */
static bool lower(void *image, size_t size, const char *domain, const char *level)
{
	struct gabion_policy_domain *d;
	struct gabion_view view;
	const char *why;
	uint32_t i, l;

	if (gabion_view_open(&view, image, size, &why))
		return false;
	for (l = 0; l < view.nlevels; l++)
		if (!strcmp(gabion_view_string(&view, view.levels[l].name), level))
			break;
	for (i = 0; i < view.ndomains && l < view.nlevels; i++) {
		d = (struct gabion_policy_domain *)(uintptr_t)&view.domains[i];
		if (strcmp(gabion_view_string(&view, d->name), domain))
			continue;
		d->level = htole32(l);
		source_seal(image, size);
		return true;
	}
	return false;
}

/* Our compiler refuses a rule that the level order overrules; not everybody's does. */
TEST_F(audit_context, the_rule_that_the_level_order_overrules)
{
	cleanup_batch struct gabion_batch batch = { 0 };
	struct gabion_error error = { 0 };
	const struct gabion_event *e;
	void *image = NULL;
	size_t size;

	ASSERT_EQ(0, source_compile("", &image, &size));
	ASSERT_TRUE(lower(image, size, "watched", "low"));
	EXPECT_EQ(0, gabion_netlink_policy_load(self->client, image, size, &error)) {
		TH_LOG("%s", error.text);
	}
	free(image);
	confine_events_clear(self->client);
	EXPECT_EQ(EACCES, confine_run(self->client, "watched", read_object));
	e = only_event(self->client, &batch);
	EXPECT_EQ(0, source_load(self->client, ""));
	EXPECT_EQ(GABION_REASON_LEVEL, e->reason);
	ASSERT_EQ(1, e->nrules);
	EXPECT_NE(NULL, strstr(line_at(e->rules[0]), "audit read  object"));
	EXPECT_STREQ("low", e->level);
	EXPECT_STREQ("middle", e->object_level);
}

TEST_F(audit_context, the_rule_that_takes_a_capability_away)
{
	cleanup_batch struct gabion_batch batch = { 0 };
	const struct gabion_event *e;

	ASSERT_EQ(EACCES, confine_run(self->client, "informed", be_important));
	e = only_event(self->client, &batch);
	EXPECT_EQ(GABION_CLASS_CAPABILITY, e->klass);
	ASSERT_EQ(1, e->nrules);
	EXPECT_NE(NULL, strstr(line_at(e->rules[0]), "deny capability  sys_nice"));
	EXPECT_STREQ("middle", e->level);
	EXPECT_EQ(NULL, e->object_level);
}

TEST_F(audit_context, the_rule_that_grants_and_records)
{
	cleanup_batch struct gabion_batch batch = { 0 };
	const struct gabion_event *e;

	ASSERT_EQ(0, confine_run(self->client, "watched", read_object));
	e = only_event(self->client, &batch);
	EXPECT_EQ(GABION_VERDICT_ALLOWED, e->verdict);
	ASSERT_EQ(1, e->nrules);
	EXPECT_NE(NULL, strstr(line_at(e->rules[0]), "audit read  object"));
}

TEST_F(audit_context, no_rule_where_none_has_a_say)
{
	cleanup_batch struct gabion_batch batch = { 0 };
	const struct gabion_event *e;

	ASSERT_EQ(EACCES, confine_run(self->client, "informed", read_other));
	e = only_event(self->client, &batch);
	EXPECT_EQ(GABION_REASON_SIGMA, e->reason);
	EXPECT_EQ(0, e->nrules);
	EXPECT_FALSE(gabion_event_truncated(e, GABION_E_RULE));
	EXPECT_STREQ("middle", e->object_level);
}

/* --- names longer than PATH_MAX --- */

#define NAME_LENGTH	200
#define DEPTH		(PATH_MAX / NAME_LENGTH + 2)

static int read_here(void)
{
	return ATTEMPT(open("file", O_RDONLY));
}

TEST_F(audit_context, a_name_too_long_is_said_to_be_cut)
{
	cleanup_batch struct gabion_batch batch = { 0 };
	char name[NAME_LENGTH + 1];
	const struct gabion_event *e;
	int i;

	memset(name, 'n', NAME_LENGTH);
	name[NAME_LENGTH] = '\0';
	ASSERT_EQ(0, chdir(TEST_DIR "/object"));
	for (i = 0; i < DEPTH; i++) {
		ASSERT_EQ(0, mkdir(name, 0755));
		ASSERT_EQ(0, chdir(name));
	}
	close(open("file", O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
	EXPECT_EQ(0, confine_run(self->client, NULL, read_here));
	EXPECT_EQ(EACCES, confine_run(self->client, "granted", read_here));
	/* The next test's files are made anew by name: not with these in their way. */
	EXPECT_EQ(0, unlink("file"));
	for (i = 0; i < DEPTH; i++) {
		EXPECT_EQ(0, chdir(".."));
		EXPECT_EQ(0, rmdir(name));
	}
	EXPECT_EQ(0, chdir("/"));
	e = only_event(self->client, &batch);
	EXPECT_EQ(GABION_REASON_UNREACHABLE, e->reason);
	ASSERT_NE(NULL, e->object);
	EXPECT_TRUE(gabion_event_truncated(e, GABION_E_OBJECT));
	EXPECT_EQ(PATH_MAX - 1, strlen(e->object));
	EXPECT_STREQ("n/file", e->object + strlen(e->object) - 6);
}

TEST_F(audit_context, a_name_that_fits_is_not_said_to_be_cut)
{
	cleanup_batch struct gabion_batch batch = { 0 };
	const struct gabion_event *e;

	ASSERT_EQ(EACCES, confine_run(self->client, "refused", read_object));
	e = only_event(self->client, &batch);
	EXPECT_STREQ(TEST_DIR "/object/file", e->object);
	EXPECT_FALSE(gabion_event_has(e, GABION_E_TRUNCATED));
}

TEST_HARNESS_MAIN
