// SPDX-License-Identifier: GPL-2.0
/*
 * Folding, with the module's parameter fold=1: events that say the same become one record with a
 * count, and those that do not, do not. Each attempt repeats itself before and after something
 * changes, so that the kernel has every chance to take what comes later for a repetition
 * (kmod/audit_repeat.h).
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "lib/fixture.h"

/* So often, each time. */
#define TIMES	5
#define FILE_PATH TEST_DIR "/object/file"
#define PROGRAMS "/run/gabion-selftests"

/**
 * struct line - between the confined process and a thread of the test, which is not
 * @turns:	odd: the thread is to do its deed
 * @over:	no more will come
 */
struct line {
	int turns;
	int over;
};

static struct line *line;
static void (*deed)(struct gabion_netlink *client);

GABION_FIXTURE(audit_fold)

/* --- what the confined process does --- */

static int stay_on_one_processor(void)
{
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(0, &one);
	return ATTEMPT(sched_setaffinity(0, sizeof(one), &one));
}

static int refused_opens(const char *path, int times)
{
	int fd;

	while (times--) {
		fd = open(path, O_RDONLY);
		if (fd >= 0 || errno != EACCES)
			return fd >= 0 ? EIO : errno;
	}
	return 0;
}

static int opens(void)
{
	return refused_opens(FILE_PATH, TIMES);
}

static void ask_outside(void)
{
	__atomic_add_fetch(&line->turns, 1, __ATOMIC_SEQ_CST);
	while (__atomic_load_n(&line->turns, __ATOMIC_SEQ_CST) & 1)
		usleep(1000);
}

static int nothing_changes(void)
{
	return stay_on_one_processor() ?: opens() ?: opens();
}

static int own_name_changes(void)
{
	int err = stay_on_one_processor() ?: opens();

	prctl(PR_SET_NAME, "another");
	err = err ?: opens();
	prctl(PR_SET_NAME, "audit_fold");
	return err ?: opens();
}

static int user_changes(void)
{
	return stay_on_one_processor() ?: opens() ?: ATTEMPT(setresuid(1000, 0, 0)) ?: opens() ?:
	       ATTEMPT(setresuid(0, 0, 0)) ?: opens();
}

static void *open_in_thread(void *result)
{
	*(int *)result = opens();
	return NULL;
}

static int thread_changes(void)
{
	int err = stay_on_one_processor() ?: opens(), result = EIO;
	pthread_t thread;

	if (err || pthread_create(&thread, NULL, open_in_thread, &result))
		return err ?: EAGAIN;
	pthread_join(thread, NULL);
	return result ?: opens();
}

/* Status of a child of the confined process. */
static int status_of(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) != pid)
		return errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) : EINTR;
}

/* The child asks its parent for something by @line, too: nobody outside looks meanwhile. */
static int childs_parent_changes_its_name(void)
{
	int err = stay_on_one_processor();
	pid_t pid = fork();

	if (!pid) {
		err = err ?: opens();
		ask_outside();
		_exit(err ?: opens());
	}
	while (!(__atomic_load_n(&line->turns, __ATOMIC_SEQ_CST) & 1))
		usleep(1000);
	prctl(PR_SET_NAME, "renamed");
	__atomic_add_fetch(&line->turns, 1, __ATOMIC_SEQ_CST);
	return status_of(pid);
}

/* Its parent dies: the first process, of the same name, takes its place. */
static int parent_changes(void)
{
	int err = stay_on_one_processor() ?: ATTEMPT(prctl(PR_SET_CHILD_SUBREAPER, 1));
	pid_t middle = fork(), parent;

	if (!middle) {
		if (!fork()) {
			parent = getppid();
			err = err ?: opens();
			kill(parent, SIGKILL);
			while (getppid() == parent)
				usleep(1000);
			_exit(err ?: opens());
		}
		for (;;)
			pause();
	}
	status_of(middle);
	return status_of(-1) == ECHILD ? EIO : 0;
}

/* Likewise, but it is the parent of its parent: that it has one less is all that changes. */
static int grandparent_changes(void)
{
	int err = stay_on_one_processor() ?: ATTEMPT(prctl(PR_SET_CHILD_SUBREAPER, 1));
	pid_t pid = fork(), above;

	if (pid)
		return status_of(pid) ?: err;
	/* The one that goes; who made it reaps what it leaves. */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	pid = fork();
	if (!pid) {
		pid = fork();
		if (!pid) {
			above = getppid();
			pid = fork();
			if (!pid) {
				err = opens();
				ask_outside();
				_exit(err ?: opens());
			}
			while (!(__atomic_load_n(&line->turns, __ATOMIC_SEQ_CST) & 1))
				usleep(1000);
			kill(above, SIGKILL);
			while (getppid() == above)
				usleep(1000);
			__atomic_add_fetch(&line->turns, 1, __ATOMIC_SEQ_CST);
			_exit(status_of(pid));
		}
		for (;;)
			pause();
	}
	status_of(pid);
	_exit(status_of(-1) == ECHILD ? EIO : 0);
}

/* The same process executes another file whose last name is the same. main() goes on. */
static int program_changes(void)
{
	int err = stay_on_one_processor();

	if (!err)
		execl(PROGRAMS "/a/audit_fold", "audit_fold", "--open", PROGRAMS "/b/audit_fold", NULL);
	return err ?: errno;
}

static int file_is_renamed(void)
{
	int err = stay_on_one_processor() ?: opens();

	ask_outside();
	return err ?: refused_opens(TEST_DIR "/object/renamed", TIMES);
}

static int something_happens_outside(void)
{
	int err = stay_on_one_processor() ?: opens();

	ask_outside();
	return err ?: opens();
}

/* Not more than there is room for. */
#define NAMES	100

static int names_come_and_go(void)
{
	int err = stay_on_one_processor(), i;
	char path[64];

	for (i = 0; !err && i < NAMES; i++) {
		ask_outside();
		snprintf(path, sizeof(path), TEST_DIR "/object/%03d", i);
		err = refused_opens(path, 2);
	}
	return err;
}

static int command_changes(void)
{
	int err = stay_on_one_processor(), fd = open("/dev/null", O_RDWR), i;

	for (i = 0; !err && i < 2 * TIMES; i++)
		err = ioctl(fd, i < TIMES ? 0x1234 : 0x1235, 0) < 0 && errno == EACCES ? 0 : EIO;
	return err;
}

static int address_changes(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int err = stay_on_one_processor(), fd = socket(AF_INET, SOCK_STREAM, 0), i;

	for (i = 0; !err && i < 2 * TIMES; i++) {
		to.sin_port = htons(i < TIMES ? 7001 : 7002);
		err = connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0 && errno == EACCES ? 0 : EIO;
	}
	return err;
}

static int capability_changes(void)
{
	int err = stay_on_one_processor(), i;

	for (i = 0; !err && i < 2 * TIMES; i++)
		err = (i < TIMES ? chroot("/") : sethostname("x", 1)) < 0 && errno == EPERM ? 0 : EIO;
	return err;
}

static int argument_changes(void)
{
	int err = stay_on_one_processor(), i;

	for (i = 0; !err && i < 2 * TIMES; i++)
		err = syscall(SYS_getuid, i < TIMES ? 1 : 2, 0, 0, 0, 0, 0) < 0 && errno == EXDEV ? 0 : EIO;
	return err;
}

static int opens_that_pass(void)
{
	int err = stay_on_one_processor(), i;

	for (i = 0; !err && i < 2 * TIMES; i++)
		err = ATTEMPT(open(FILE_PATH, O_RDONLY | O_CLOEXEC));
	return err;
}

/* --- what happens outside --- */

static void rename_file(struct gabion_netlink *client)
{
	rename(FILE_PATH, TEST_DIR "/object/renamed");
}

static void rename_directory(struct gabion_netlink *client)
{
	rename(TEST_DIR "/other", TEST_DIR "/elsewhere");
}

static void replace_file(struct gabion_netlink *client)
{
	rename(TEST_DIR "/other/file", FILE_PATH);
}

static void load_policy(struct gabion_netlink *client)
{
	if (system("gabion load --image $GABION_IMAGE > /dev/null"))
		printf("# the policy was not loaded\n");
}

static void read_events(struct gabion_netlink *client)
{
	cleanup_batch struct gabion_batch batch = { 0 };
	struct gabion_error error = { 0 };

	if (gabion_netlink_read(client, 0, &batch, &error))
		printf("# %s\n", error.text);
}

/* The number before goes, and another comes. */
static void next_name(struct gabion_netlink *client)
{
	static int n;
	char path[64];
	int fd;

	snprintf(path, sizeof(path), TEST_DIR "/object/%03d", n - 1);
	unlink(path);
	snprintf(path, sizeof(path), TEST_DIR "/object/%03d", n++);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	if (fd >= 0)
		close(fd);
}

static void *outside(void *client)
{
	while (!__atomic_load_n(&line->over, __ATOMIC_SEQ_CST)) {
		if (deed && (__atomic_load_n(&line->turns, __ATOMIC_SEQ_CST) & 1)) {
			deed(client);
			__atomic_add_fetch(&line->turns, 1, __ATOMIC_SEQ_CST);
		}
		usleep(500);
	}
	return NULL;
}

/* --- tests --- */

/* Run @attempt, with somebody outside who does @what when asked. Return: as confine_run(). */
static int run(struct gabion_netlink *client, const char *domain, int (*attempt)(void),
	       void (*what)(struct gabion_netlink *client))
{
	pthread_t thread;
	int err;

	line = mmap(NULL, sizeof(*line), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (line == MAP_FAILED)
		return CONFINE_BROKEN;
	deed = what;
	if (pthread_create(&thread, NULL, outside, client))
		return CONFINE_BROKEN;
	err = confine_run(client, domain, attempt);
	__atomic_store_n(&line->over, 1, __ATOMIC_SEQ_CST);
	pthread_join(thread, NULL);
	munmap(line, sizeof(*line));
	return err;
}

static uint32_t count_of(const struct gabion_event *e)
{
	return e->count ? e->count : 1;
}

/*
 * Is what the records of class @klass say of @domain so often this, in their order? @counts: ends
 * with 0. All events that were made are in the account.
 */
static bool counted(struct gabion_netlink *client, const struct gabion_status *before,
		    const char *domain, uint32_t klass, const uint32_t *counts)
{
	cleanup_batch struct gabion_batch batch = { 0 };
	struct gabion_error error = { 0 };
	struct gabion_status after;
	uint64_t made = 0, records;
	bool same = true;
	size_t i;

	if (gabion_netlink_read(client, 0, &batch, &error) ||
	    gabion_netlink_status(client, &after, &error)) {
		printf("# %s\n", error.text);
		return false;
	}
	for (i = 0; i < batch.nevents; i++) {
		const struct gabion_event *e = &batch.events[i];

		made += count_of(e);
		if (e->type != GABION_EVENT_ACCESS || e->klass != klass || strcmp(e->domain, domain))
			continue;
		if (count_of(e) == *counts)
			counts++;
		else
			same = false;
		if (!same)
			printf("# %u of %s by %s, %s\n", count_of(e), e->object ?: "?", e->comm,
			       e->exe ?: "?");
	}
	records = after.events_pending - before->events_pending;
	if (made != after.events_made - before->events_made || batch.nevents != records ||
	    after.events_folded - before->events_folded != made - records ||
	    after.events_lost != before->events_lost) {
		printf("# %llu made, %llu said in %zu records, %llu folded, %llu lost\n",
		       (unsigned long long)(after.events_made - before->events_made),
		       (unsigned long long)made, batch.nevents,
		       (unsigned long long)(after.events_folded - before->events_folded),
		       (unsigned long long)(after.events_lost - before->events_lost));
		same = false;
	}
	return same && !*counts;
}

/*
 * The module forgets all labels once a minute (kmod/path_label.h), and what is folded then begins
 * anew: where nothing was changed by somebody outside it is tried once more, in the same minute.
 */
#define FOLDS(name, attempt, what, domain, klass, ...)					\
	TEST_F(audit_fold, name)							\
	{										\
		const uint32_t counts[] = { __VA_ARGS__, 0 };				\
		struct gabion_error error = { 0 };					\
		struct gabion_status before;						\
		int tries = (what) ? 1 : 2;						\
		bool as_said = false;							\
											\
		while (!as_said && tries--) {						\
			ASSERT_EQ(0, gabion_netlink_status(self->client, &before, &error)); \
			ASSERT_EQ(0, run(self->client, domain, attempt, what));		\
			as_said = counted(self->client, &before, domain, klass, counts); \
		}									\
		EXPECT_TRUE(as_said);							\
	}

#define FILES(name, attempt, what, ...)	\
	FOLDS(name, attempt, what, "refused", GABION_CLASS_FILE, __VA_ARGS__)

FILES(what_says_the_same_is_one_record, nothing_changes, NULL, 2 * TIMES)
FILES(another_name_of_the_thread_is_not_the_same, own_name_changes, NULL, 2 * TIMES, TIMES)
FILES(another_user_is_not_the_same, user_changes, NULL, 2 * TIMES, TIMES)
FILES(another_thread_is_not_the_same, thread_changes, NULL, 2 * TIMES, TIMES)
FILES(another_name_of_the_parent_is_not_the_same, childs_parent_changes_its_name, NULL, TIMES, TIMES)
FILES(another_parent_is_not_the_same, parent_changes, NULL, TIMES, TIMES)
FILES(another_grandparent_is_not_the_same, grandparent_changes, NULL, TIMES, TIMES)
FILES(another_name_of_the_file_is_not_the_same, file_is_renamed, rename_file, TIMES, TIMES)
FILES(names_that_others_have_do_not_matter, something_happens_outside, rename_directory, 2 * TIMES)
FILES(another_file_of_that_name_is_the_same, something_happens_outside, replace_file, 2 * TIMES)
FILES(what_another_policy_decides_is_not_the_same, something_happens_outside, load_policy, TIMES,
      TIMES)
FILES(another_command_is_not_the_same, command_changes, NULL, TIMES, TIMES)
FOLDS(another_address_is_not_the_same, address_changes, NULL, "refused", GABION_CLASS_NET, TIMES,
      TIMES)
FOLDS(another_capability_is_not_the_same, capability_changes, NULL, "powerless",
      GABION_CLASS_CAPABILITY, TIMES, TIMES)
FOLDS(another_argument_is_not_the_same, argument_changes, NULL, "sc_default_allow", GABION_CLASS_SYSCALL,
      TIMES, TIMES)
FOLDS(what_is_let_pass_is_folded_too, opens_that_pass, NULL, "complaining", GABION_CLASS_FILE,
      2 * TIMES)

/* What the subscriber got does not change afterwards. */
FILES(what_was_read_is_not_counted_in, something_happens_outside, read_events, TIMES, TIMES)

TEST_F(audit_fold, another_program_is_not_the_same)
{
	const uint32_t counts[] = { TIMES, TIMES, 0 };
	struct gabion_error error = { 0 };
	struct gabion_status before;

	ASSERT_EQ(0, system("mkdir -p " PROGRAMS "/a " PROGRAMS "/b && cp " PROGRAMS "/audit_fold "
			    PROGRAMS "/a/ && cp " PROGRAMS "/audit_fold " PROGRAMS "/b/"));
	ASSERT_EQ(0, gabion_netlink_status(self->client, &before, &error));
	ASSERT_EQ(0, run(self->client, "refused", program_changes, NULL));
	EXPECT_TRUE(counted(self->client, &before, "refused", GABION_CLASS_FILE, counts));
}

/* Names take each other's place in memory. */
TEST_F(audit_fold, names_that_come_and_go_are_told_apart)
{
	cleanup_batch struct gabion_batch batch = { 0 };
	struct gabion_status before, after;
	struct gabion_error error = { 0 };
	char path[64];
	size_t i;

	ASSERT_EQ(0, gabion_netlink_status(self->client, &before, &error));
	ASSERT_EQ(0, run(self->client, "refused", names_come_and_go, next_name));
	ASSERT_EQ(0, gabion_netlink_status(self->client, &after, &error));
	ASSERT_EQ(before.events_lost, after.events_lost);
	ASSERT_EQ(0, gabion_netlink_read(self->client, 0, &batch, &error));
	ASSERT_EQ(NAMES, batch.nevents);
	for (i = 0; i < NAMES; i++) {
		snprintf(path, sizeof(path), TEST_DIR "/object/%03zu", i);
		EXPECT_STREQ(path, batch.events[i].object);
		EXPECT_EQ(2, count_of(&batch.events[i]));
	}
}

/* The program that program_changes() executes: opens, and executes the next one. */
int main(int argc, char **argv)
{
	if (argc < 2 || strcmp(argv[1], "--open"))
		return test_harness_run(argc, argv);
	if (opens())
		return EIO;
	if (argc > 2)
		execl(argv[2], "audit_fold", "--open", NULL);
	return argc > 2 ? errno : 0;
}
