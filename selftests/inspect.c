// SPDX-License-Identifier: GPL-2.0
/* Other domains' tasks: what can be learnt of them without touching them. */
#include <linux/capability.h>
#include <linux/kcmp.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include "kselftest_harness.h"
#include "lib/victim.h"

#define INSPECT_VARIANT(name) VICTIM_VARIANT(name, GABION_DOM_INSPECT, NULL)

/* mm_access() says EACCES whatever the reason. */
#define EACCES_VARIANT(name)							\
	FIXTURE_VARIANT_ADD(attempt, name)					\
	{									\
		.run = name, .before = victim_make, .after = victim_release,	\
		.error = EACCES, .klass = GABION_CLASS_DOMAIN,			\
		.refused = GABION_DOM_INSPECT, .target = "target",		\
	}

static int get_policy(void)
{
	return ATTEMPT(sched_getscheduler(victim));
}
INSPECT_VARIANT(get_policy);

static int get_parameters(void)
{
	struct sched_param param;

	return ATTEMPT(sched_getparam(victim, &param));
}
INSPECT_VARIANT(get_parameters);

static int get_attributes(void)
{
	struct sched_attr attr;

	return ATTEMPT(syscall(SYS_sched_getattr, victim, &attr, sizeof(attr), 0));
}
INSPECT_VARIANT(get_attributes);

static int get_affinity(void)
{
	cpu_set_t set;

	return ATTEMPT(sched_getaffinity(victim, sizeof(set), &set));
}
INSPECT_VARIANT(get_affinity);

static int get_interval(void)
{
	struct timespec interval;

	return ATTEMPT(sched_rr_get_interval(victim, &interval));
}
INSPECT_VARIANT(get_interval);

static int get_io_priority(void)
{
	return ATTEMPT(syscall(SYS_ioprio_get, 1 /* IOPRIO_WHO_PROCESS */, victim));
}
INSPECT_VARIANT(get_io_priority);

static int get_limit(void)
{
	struct rlimit limit;

	return ATTEMPT(prlimit(victim, RLIMIT_NOFILE, NULL, &limit));
}
INSPECT_VARIANT(get_limit);

static int get_group(void)
{
	return ATTEMPT(getpgid(victim));
}
INSPECT_VARIANT(get_group);

static int get_session(void)
{
	return ATTEMPT(getsid(victim));
}
INSPECT_VARIANT(get_session);

static int get_priority(void)
{
	errno = 0;
	return getpriority(PRIO_PROCESS, victim) == -1 ? errno : 0;
}
INSPECT_VARIANT(get_priority);

static int get_priority_of_group(void)
{
	errno = 0;
	return getpriority(PRIO_PGRP, victim) == -1 ? errno : 0;
}
INSPECT_VARIANT(get_priority_of_group);

/* The processor time that it has used, in nanoseconds: ~pid, CPUCLOCK_SCHED. */
static clockid_t clock_of_victim(void)
{
	return (clockid_t)(~(unsigned int)victim << 3 | 2);
}

static int get_processor_time(void)
{
	struct timespec time;

	return ATTEMPT(clock_gettime(clock_of_victim(), &time));
}
INSPECT_VARIANT(get_processor_time);

static int time_by_it(void)
{
	timer_t timer;

	return ATTEMPT(timer_create(clock_of_victim(), NULL, &timer));
}
INSPECT_VARIANT(time_by_it);

/* Until it has used none: at once. */
static int sleep_by_it(void)
{
	struct timespec none = { 0 };

	return clock_nanosleep(clock_of_victim(), TIMER_ABSTIME, &none, NULL);
}
INSPECT_VARIANT(sleep_by_it);

static int get_capabilities(void)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, victim };
	struct __user_cap_data_struct data[2];

	return ATTEMPT(syscall(SYS_capget, &header, data));
}
INSPECT_VARIANT(get_capabilities);

static int compare(void)
{
	return ATTEMPT(syscall(SYS_kcmp, getpid(), victim, KCMP_VM, 0, 0));
}
INSPECT_VARIANT(compare);

static int get_robust_list(void)
{
	void *head;
	size_t length;

	return ATTEMPT(syscall(SYS_get_robust_list, victim, &head, &length));
}
INSPECT_VARIANT(get_robust_list);

static int read_maps(void)
{
	char path[64], byte;
	FILE *file;
	int err = 0;

	snprintf(path, sizeof(path), "/proc/%d/maps", victim);
	file = fopen(path, "r");
	if (!file)
		return errno;
	if (fread(&byte, 1, 1, file) != 1)
		err = errno ?: ENODATA;
	fclose(file);
	return err;
}
EACCES_VARIANT(read_maps);

/* Advice about another's memory: asks the same as reading its maps does. */
static int advise(void)
{
	struct iovec where = { (void *)((unsigned long)&victim & ~4095UL), 4096 };
	int fd = syscall(SYS_pidfd_open, victim, 0);

	return fd < 0 ? 99 : ATTEMPT(syscall(SYS_process_madvise, fd, &where, 1, MADV_COLD, 0));
}
EACCES_VARIANT(advise);

static int (*const attempts[])(void) = {
	get_policy, get_parameters, get_attributes, get_affinity, get_interval, get_io_priority,
	get_limit, get_group, get_session, get_capabilities, compare, get_robust_list, read_maps,
};

GABION_FIXTURE(inspect)

/* Return: number of the first that failed, or 0. */
static int try_all(void)
{
	size_t i;

	for (i = 0; i < sizeof(attempts) / sizeof(*attempts); i++)
		if (attempts[i]())
			return i + 1;
	return 0;
}

static int try_on_oneself(void)
{
	victim = getpid();
	return try_all();
}

TEST_F(inspect, own_domain_is_free)
{
	EXPECT_EQ(0, confine_run(self->client, NULL, try_on_oneself));
	EXPECT_EQ(0, confine_run(self->client, "refused", try_on_oneself));
}

/* `inspect` alone is enough for all of them. */
TEST_F(inspect, needs_no_other_permission)
{
	ASSERT_EQ(0, victim_make(self->client));
	EXPECT_EQ(0, confine_run(self->client, "onlooker", try_all));
	victim_release();
}

TEST_F(inspect, the_host_is_out_of_reach)
{
	victim = getpid();
	EXPECT_EQ(EPERM, confine_run(self->client, "granted", get_session));
	EXPECT_EQ(EPERM, confine_run(self->client, "granted", get_limit));
	EXPECT_EQ(2, confine_events_count(self->client, &(struct confine_expect){
		.klass = GABION_CLASS_DOMAIN, .refused = GABION_DOM_INSPECT, .target = "host" }));
}

/* To inspect is to read: down is allowed, up is not. */
TEST_F(inspect, level_order)
{
	victim = confine_sleeper(self->client, "low_domain");
	ASSERT_LT(0, victim);
	EXPECT_EQ(0, confine_run(self->client, "high_domain", try_all));
	confine_release(victim);
	victim = confine_sleeper(self->client, "high_domain");
	ASSERT_LT(0, victim);
	EXPECT_EQ(EPERM, confine_run(self->client, "low_domain", get_session));
	EXPECT_EQ(1, confine_events_count(self->client, &(struct confine_expect){
		.klass = GABION_CLASS_DOMAIN, .refused = GABION_DOM_INSPECT,
		.domain = "low_domain", .target = "high_domain" }));
	confine_release(victim);
}

TEST_HARNESS_MAIN
