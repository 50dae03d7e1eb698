// SPDX-License-Identifier: GPL-2.0
/* System V semaphores that another domain made. */
#include <string.h>
#include <sys/ipc.h>
#include <sys/sem.h>
#include <unistd.h>
#include "kselftest_harness.h"

#define ATTEMPT_WITHOUT_FILES
#include "lib/attempt.h"

#ifndef SEM_STAT_ANY
#define SEM_STAT_ANY 20
#endif

#define KEY	0x6761b201

union semun {
	int val;
	struct semid_ds *buf;
	unsigned short *array;
};

static int set_id;

/* Two semaphores, of values 1 and 0. */
static int make_set(void)
{
	int id = semget(KEY, 2, IPC_CREAT | IPC_EXCL | 0666);

	return id < 0 ? errno : ATTEMPT(semctl(id, 0, SETVAL, (union semun){ .val = 1 }));
}

static int set_of(struct gabion_netlink *client, const char *domain)
{
	int err;

	semctl(semget(KEY, 0, 0), 0, IPC_RMID);
	err = confine_run(client, domain, make_set);
	set_id = semget(KEY, 0, 0);
	return err ?: ATTEMPT(set_id);
}

static int before(struct gabion_netlink *client)
{
	return set_of(client, "target");
}

static void after(void)
{
	semctl(set_id, 0, IPC_RMID);
}

/* @status: ipcperms() turns every refusal into EACCES; semctl() passes on EPERM. */
#define SET_VARIANT(name, permission, by, status)				\
	FIXTURE_VARIANT_ADD(attempt, name)					\
	{									\
		.run = name, .before = before, .after = after,			\
		.error = status, .klass = GABION_CLASS_DOMAIN,			\
		.refused = permission, .refused_by = by, .target = "target",	\
	}
#define READ_VARIANT(name) SET_VARIANT(name, GABION_DOM_IPC_READ, NULL, EACCES)
#define WRITE_VARIANT(name) SET_VARIANT(name, GABION_DOM_IPC_WRITE, "onlooker", EACCES)

static int find_to_read(void)
{
	return ATTEMPT(semget(KEY, 0, 0444));
}
READ_VARIANT(find_to_read);

static int find_to_change(void)
{
	return ATTEMPT(semget(KEY, 0, 0222));
}
WRITE_VARIANT(find_to_change);

static int operate(unsigned short which, short by)
{
	return ATTEMPT(semop(set_id, &(struct sembuf){ which, by, IPC_NOWAIT }, 1));
}

static int increase(void)
{
	return operate(0, 1);
}
WRITE_VARIANT(increase);

static int decrease(void)
{
	return operate(0, -1);
}
WRITE_VARIANT(decrease);

static int wait_for_zero(void)
{
	return operate(1, 0);
}
READ_VARIANT(wait_for_zero);

static int wait_with_timeout(void)
{
	struct timespec timeout = { 0, 1000 };

	return ATTEMPT(semtimedop(set_id, &(struct sembuf){ 1, 0, 0 }, 1, &timeout));
}
READ_VARIANT(wait_with_timeout);

static int get_value(void)
{
	return ATTEMPT(semctl(set_id, 0, GETVAL));
}
READ_VARIANT(get_value);

static int get_all(void)
{
	unsigned short values[2];

	return ATTEMPT(semctl(set_id, 0, GETALL, (union semun){ .array = values }));
}
READ_VARIANT(get_all);

static int get_pid(void)
{
	return ATTEMPT(semctl(set_id, 0, GETPID));
}
READ_VARIANT(get_pid);

static int get_waiters(void)
{
	return ATTEMPT(semctl(set_id, 0, GETNCNT)) ?: ATTEMPT(semctl(set_id, 0, GETZCNT));
}
READ_VARIANT(get_waiters);

static int set_value(void)
{
	return ATTEMPT(semctl(set_id, 0, SETVAL, (union semun){ .val = 3 }));
}
WRITE_VARIANT(set_value);

static int set_all(void)
{
	unsigned short values[2] = { 4, 5 };

	return ATTEMPT(semctl(set_id, 0, SETALL, (union semun){ .array = values }));
}
WRITE_VARIANT(set_all);

static int status(void)
{
	struct semid_ds ds;

	return ATTEMPT(semctl(set_id, 0, IPC_STAT, (union semun){ .buf = &ds }));
}
READ_VARIANT(status);

static int status_by_slot(void)
{
	struct semid_ds ds;

	return ATTEMPT(semctl(set_id & 0x7fff, 0, SEM_STAT, (union semun){ .buf = &ds }));
}
READ_VARIANT(status_by_slot);

/* Does not look at the mode. */
static int status_whatever_the_mode(void)
{
	struct semid_ds ds;

	return ATTEMPT(semctl(set_id & 0x7fff, 0, SEM_STAT_ANY, (union semun){ .buf = &ds }));
}
SET_VARIANT(status_whatever_the_mode, GABION_DOM_IPC_READ, NULL, EPERM);

static int set_mode(void)
{
	struct semid_ds ds = { .sem_perm.mode = 0666 };

	return ATTEMPT(semctl(set_id, 0, IPC_SET, (union semun){ .buf = &ds }));
}
SET_VARIANT(set_mode, GABION_DOM_IPC_WRITE, "onlooker", EPERM);

static int remove_set(void)
{
	return ATTEMPT(semctl(set_id, 0, IPC_RMID));
}
SET_VARIANT(remove_set, GABION_DOM_IPC_WRITE, "onlooker", EPERM);

GABION_FIXTURE(semaphore)

/* What was refused left the value alone. */
TEST_F(semaphore, a_refused_change_does_not_happen)
{
	ASSERT_EQ(0, before(self->client));
	EXPECT_EQ(EACCES, confine_run(self->client, "onlooker", increase));
	EXPECT_EQ(EACCES, confine_run(self->client, "onlooker", set_value));
	EXPECT_EQ(1, semctl(set_id, 0, GETVAL));
	EXPECT_EQ(0, confine_run(self->client, NULL, set_value));
	EXPECT_EQ(3, semctl(set_id, 0, GETVAL));
	after();
}

static int everything_with_own(void)
{
	set_id = semget(KEY + 1, 2, IPC_CREAT | IPC_EXCL | 0666);
	if (set_id < 0)
		return errno;
	return increase() ?: decrease() ?: wait_for_zero() ?: set_all() ?: get_all() ?: status() ?:
	       set_mode() ?: remove_set();
}

TEST_F(semaphore, own_set_is_free)
{
	EXPECT_EQ(0, confine_run(self->client, NULL, everything_with_own));
	EXPECT_EQ(0, confine_run(self->client, "refused", everything_with_own));
	EXPECT_EQ(0, confine_events_count(self->client, &(struct confine_expect){
		.klass = GABION_CLASS_DOMAIN, .domain = "refused" }));
}

TEST_F(semaphore, the_hosts_set_is_out_of_reach)
{
	ASSERT_EQ(0, set_of(self->client, NULL));
	confine_events_clear(self->client);
	EXPECT_EQ(EACCES, confine_run(self->client, "granted", increase));
	EXPECT_EQ(EACCES, confine_run(self->client, "granted", get_value));
	EXPECT_EQ(EPERM, confine_run(self->client, "granted", remove_set));
	EXPECT_EQ(3, confine_events_count(self->client, &(struct confine_expect){
		.klass = GABION_CLASS_DOMAIN, .domain = "granted", .target = "host" }));
	after();
}

/* Fails where the value is near its maximum: an answer, which only writers may not have. */
static int probe_by_overflow(void)
{
	int err = operate(0, 32767);

	return err == ERANGE ? 0 : err;
}

/*
 * Setting a value says nothing back: up is written to. An operation that can wait,
 * or fail because of the value, tells it.
 */
TEST_F(semaphore, level_order)
{
	ASSERT_EQ(0, set_of(self->client, "high_domain"));
	EXPECT_EQ(0, confine_run(self->client, "low_domain", set_value));
	EXPECT_EQ(0, confine_run(self->client, NULL, probe_by_overflow));
	confine_events_clear(self->client);
	EXPECT_EQ(EACCES, confine_run(self->client, "low_domain", get_value));
	EXPECT_EQ(EACCES, confine_run(self->client, "low_domain", wait_for_zero));
	EXPECT_NE(0, confine_run(self->client, "low_domain", decrease));
	EXPECT_NE(0, confine_run(self->client, "low_domain", probe_by_overflow));
	EXPECT_EQ(4, confine_events_count(self->client, &(struct confine_expect){
		.klass = GABION_CLASS_DOMAIN, .refused = GABION_DOM_IPC_READ,
		.domain = "low_domain", .target = "high_domain" }));

	ASSERT_EQ(0, set_of(self->client, "low_domain"));
	EXPECT_EQ(0, confine_run(self->client, "high_domain", get_value));
	EXPECT_EQ(EACCES, confine_run(self->client, "high_domain", set_value));
	after();
}

TEST_HARNESS_MAIN
