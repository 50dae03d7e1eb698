// SPDX-License-Identifier: GPL-2.0
/* System V shared memory that another domain made. */
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <unistd.h>
#include "kselftest_harness.h"

#define ATTEMPT_WITHOUT_FILES
#include "lib/attempt.h"

#ifndef SHM_STAT_ANY
#define SHM_STAT_ANY 15
#endif

#define KEY	0x6761b301
#define SIZE	4096

static int segment;

static int make_segment(void)
{
	int id = shmget(KEY, SIZE, IPC_CREAT | IPC_EXCL | 0666);
	char *memory = id < 0 ? (void *)-1 : shmat(id, NULL, 0);

	if (memory == (void *)-1)
		return errno;
	strcpy(memory, "content");
	return 0;
}

static int segment_of(struct gabion_netlink *client, const char *domain)
{
	int err;

	shmctl(shmget(KEY, 0, 0), IPC_RMID, NULL);
	err = confine_run(client, domain, make_segment);
	segment = shmget(KEY, 0, 0);
	return err ?: ATTEMPT(segment);
}

static int before(struct gabion_netlink *client)
{
	return segment_of(client, "target");
}

static void after(void)
{
	shmctl(segment, IPC_RMID, NULL);
}

/* @status: ipcperms() turns every refusal into EACCES; shmctl() passes on EPERM. */
#define SEGMENT_VARIANT(name, permission, by, status)				\
	FIXTURE_VARIANT_ADD(attempt, name)					\
	{									\
		.run = name, .before = before, .after = after,			\
		.error = status, .klass = GABION_CLASS_DOMAIN,			\
		.refused = permission, .refused_by = by, .target = "target",	\
	}
#define READ_VARIANT(name) SEGMENT_VARIANT(name, GABION_DOM_IPC_READ, NULL, EACCES)

static int find_to_read(void)
{
	return ATTEMPT(shmget(KEY, 0, 0444));
}
READ_VARIANT(find_to_read);

static int find_to_write(void)
{
	return ATTEMPT(shmget(KEY, 0, 0222));
}
SEGMENT_VARIANT(find_to_write, GABION_DOM_IPC_WRITE, "onlooker", EACCES);

static int attach(int flags, char **memory)
{
	*memory = shmat(segment, NULL, flags);
	return *memory == (void *)-1 ? errno : 0;
}

static int read_content(void)
{
	char *memory;

	return attach(SHM_RDONLY, &memory) ?: strcmp(memory, "content") ? 99 : 0;
}
READ_VARIANT(read_content);

static int write_content(void)
{
	char *memory;
	int err = attach(0, &memory);

	if (!err)
		memory[0] = 'C';
	return err;
}
SEGMENT_VARIANT(write_content, GABION_DOM_IPC_WRITE, "onlooker", EACCES);

static int status(void)
{
	struct shmid_ds ds;

	return ATTEMPT(shmctl(segment, IPC_STAT, &ds));
}
READ_VARIANT(status);

static int status_by_slot(void)
{
	struct shmid_ds ds;

	return ATTEMPT(shmctl(segment & 0x7fff, SHM_STAT, &ds));
}
READ_VARIANT(status_by_slot);

/* Does not look at the mode. */
static int status_whatever_the_mode(void)
{
	struct shmid_ds ds;

	return ATTEMPT(shmctl(segment & 0x7fff, SHM_STAT_ANY, &ds));
}
SEGMENT_VARIANT(status_whatever_the_mode, GABION_DOM_IPC_READ, NULL, EPERM);

static int set_mode(void)
{
	struct shmid_ds ds = { .shm_perm.mode = 0666 };

	return ATTEMPT(shmctl(segment, IPC_SET, &ds));
}
SEGMENT_VARIANT(set_mode, GABION_DOM_IPC_WRITE, "onlooker", EPERM);

static int lock(void)
{
	return ATTEMPT(shmctl(segment, SHM_LOCK, NULL));
}
SEGMENT_VARIANT(lock, GABION_DOM_IPC_WRITE, "onlooker", EPERM);

static int unlock(void)
{
	return ATTEMPT(shmctl(segment, SHM_UNLOCK, NULL));
}
SEGMENT_VARIANT(unlock, GABION_DOM_IPC_WRITE, "onlooker", EPERM);

static int remove_segment(void)
{
	return ATTEMPT(shmctl(segment, IPC_RMID, NULL));
}
SEGMENT_VARIANT(remove_segment, GABION_DOM_IPC_WRITE, "onlooker", EPERM);

GABION_FIXTURE(memory)

/* A read-only attachment cannot become a writable one. */
static int write_after_mprotect(void)
{
	char *memory;
	int err = attach(SHM_RDONLY, &memory);

	if (err)
		return 99;
	err = ATTEMPT(mprotect(memory, SIZE, PROT_READ | PROT_WRITE));
	if (!err)
		memory[0] = 'C';
	return err;
}

TEST_F(memory, a_read_only_attachment_stays_one)
{
	ASSERT_EQ(0, before(self->client));
	EXPECT_EQ(0, confine_run(self->client, "onlooker", read_content));
	EXPECT_EQ(EACCES, confine_run(self->client, "onlooker", write_after_mprotect));
	EXPECT_EQ(0, confine_run(self->client, NULL, read_content));
	after();
}

static int everything_with_own(void)
{
	char *memory;

	segment = shmget(KEY + 1, SIZE, IPC_CREAT | IPC_EXCL | 0666);
	if (segment < 0)
		return errno;
	return attach(0, &memory) ?: ATTEMPT(mprotect(memory, SIZE, PROT_READ)) ?:
	       ATTEMPT(mprotect(memory, SIZE, PROT_READ | PROT_WRITE)) ?: status() ?: set_mode() ?:
	       lock() ?: unlock() ?: remove_segment();
}

TEST_F(memory, own_segment_is_free)
{
	EXPECT_EQ(0, confine_run(self->client, NULL, everything_with_own));
	EXPECT_EQ(0, confine_run(self->client, "refused", everything_with_own));
	EXPECT_EQ(0, confine_events_count(self->client, &(struct confine_expect){
		.klass = GABION_CLASS_DOMAIN, .domain = "refused" }));
}

TEST_F(memory, the_hosts_segment_is_out_of_reach)
{
	ASSERT_EQ(0, segment_of(self->client, NULL));
	confine_events_clear(self->client);
	EXPECT_EQ(EACCES, confine_run(self->client, "granted", read_content));
	EXPECT_EQ(EACCES, confine_run(self->client, "granted", write_content));
	EXPECT_EQ(EPERM, confine_run(self->client, "granted", remove_segment));
	EXPECT_EQ(3, confine_events_count(self->client, &(struct confine_expect){
		.klass = GABION_CLASS_DOMAIN, .domain = "granted", .target = "host" }));
	after();
}

static int write_only(void)
{
	return ATTEMPT(shmget(KEY, 0, 0222));
}

/* Mapped memory can be read wherever it can be written: there is no writing up. */
TEST_F(memory, level_order)
{
	ASSERT_EQ(0, segment_of(self->client, "high_domain"));
	EXPECT_EQ(0, confine_run(self->client, "low_domain", write_only));
	EXPECT_EQ(EACCES, confine_run(self->client, "low_domain", read_content));
	EXPECT_EQ(EACCES, confine_run(self->client, "low_domain", write_content));

	ASSERT_EQ(0, segment_of(self->client, "low_domain"));
	EXPECT_EQ(0, confine_run(self->client, "high_domain", read_content));
	EXPECT_EQ(EACCES, confine_run(self->client, "high_domain", write_content));
	after();
}

TEST_HARNESS_MAIN
