// SPDX-License-Identifier: GPL-2.0
/* `audit required`: what leaves no record does not happen, and nothing of it is lost. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "lib/fixture.h"
#include "lib/source.h"
#include "lib/worker.h"

/* More than a ring has room for. */
#define MANY	4000

#define DOMAINS(required)								\
	"domain strict {\n level middle\n use everyday\n audit read object\n"		\
	" audit required refuse\n}\n"							\
	"domain strict_learner {\n level middle\n mode complain\n use everyday\n"	\
	" audit required refuse\n}\n"							\
	"domain strict_caller {\n level low\n use everyday\n exec next_file as entered\n"	\
	" audit required refuse\n}\n"							\
	"domain strict_logger {\n level middle\n use everyday\n syscalls default as allow\n"	\
	" syscalls getppid as log\n audit required refuse\n}\n"				\
	"domain strict_receiver {\n level middle\n use everyday\n socket inet\n"		\
	" bind udp_port\n deny receive sender\n audit read object\n audit required refuse\n}\n" \
	"domain strict_hearer {\n level middle\n use everyday\n socket inet\n"		\
	" bind udp_port\n audit receive sender\n audit read object\n audit required refuse\n}\n" \
	"domain patient {\n level middle\n use everyday\n" required "}\n"		\
	"domain patient_agent {\n level middle\n use everyday\n control admin\n"	\
	" capability mac_admin\n netlink generic\n socket netlink\n" required "}\n"
#define WAIT	" audit required wait\n"

/* What both sides know of. */
static struct shared {
	long done;	/* attempts that came to an end */
} *shared;

FIXTURE(audit_required) {
	GABION_FIXTURE_MEMBERS
	struct gabion_status before;
};

FIXTURE_SETUP(audit_required)
{
	struct gabion_error error = { 0 };

	ASSERT_EQ(0, gabion_netlink_open(&self->client, &error)) TH_LOG("%s", error.text);
	confine_prepare();
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, shared);
	ASSERT_EQ(0, source_load(self->client, DOMAINS(WAIT)));
	confine_events_clear(self->client);
	ASSERT_EQ(0, gabion_netlink_status(self->client, &self->before, &error));
}

FIXTURE_TEARDOWN(audit_required)
{
	confine_events_clear(self->client);
	EXPECT_EQ(0, source_load(self->client, ""));
	munmap(shared, sizeof(*shared));
	gabion_netlink_close(self->client);
}

struct counts {
	const char *name;
	struct gabion_domain_counts counts;
};

static int take_counts(const struct gabion_kernel_domain *domain, void *data)
{
	struct counts *c = data;

	if (!strcmp(domain->name, c->name))
		c->counts = domain->counts;
	return 0;
}

static struct gabion_domain_counts counts_of(struct gabion_netlink *client, const char *name)
{
	struct gabion_error error = { 0 };
	struct counts c = { .name = name };

	if (gabion_netlink_domains(client, take_counts, &c, &error))
		printf("# %s\n", error.text);
	return c.counts;
}

static void stay_here(void)
{
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(0, &one);
	if (sched_setaffinity(0, sizeof(one), &one))
		_exit(CONFINE_BROKEN);
}

/* Reads the object until that is refused; how often it was not is in @shared. */
static int read_until_refused(void)
{
	int fd;

	stay_here();
	for (shared->done = 0; shared->done < MANY; shared->done++) {
		fd = open(TEST_DIR "/object/file", O_RDONLY);
		if (fd < 0)
			return errno;
		close(fd);
	}
	return 0;
}

static int read_object(void)
{
	stay_here();
	return ATTEMPT(open(TEST_DIR "/object/file", O_RDONLY));
}

/* --- what others bring about --- */

static int receiver;

static int bind_receiver(void)
{
	struct sockaddr_in name = { .sin_family = AF_INET, .sin_port = htons(7002),
				    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

	receiver = socket(AF_INET, SOCK_DGRAM, 0);
	return receiver < 0 ? errno : ATTEMPT(bind(receiver, (void *)&name, sizeof(name)));
}

/* From a port that it may not receive from. */
static void send_many(void)
{
	struct sockaddr_in name = { .sin_family = AF_INET, .sin_port = htons(7002),
				    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct sockaddr_in own = name;
	int fd = socket(AF_INET, SOCK_DGRAM, 0), i;

	own.sin_port = htons(7012);
	if (bind(fd, (void *)&own, sizeof(own)))
		perror("# bind");
	for (i = 0; i < MANY; i++)
		sendto(fd, "x", 1, 0, (void *)&name, sizeof(name));
	close(fd);
}

/* Sent to @domain until the ring is full. Return: what its reading of the object then comes to. */
static int read_after_packets(struct __test_metadata *_metadata, FIXTURE_DATA(audit_required) *self,
			      const char *domain)
{
	struct gabion_error error = { 0 };
	struct worker worker;
	int result;

	EXPECT_EQ(0, worker_start(&worker, bind_receiver, read_object));
	EXPECT_EQ(0, gabion_netlink_task_assign(self->client, worker.pid, domain, &error));
	EXPECT_EQ(0, worker_do(&worker, 's'));
	EXPECT_EQ(0, worker_do(&worker, 'u'));
	stay_here();
	send_many();
	result = worker_do(&worker, 'u');
	worker_end(&worker);
	return result;
}

/* Packets that are refused are not its doing: it has room for its own records. */
TEST_F(audit_required, not_by_a_flood_of_packets)
{
	struct gabion_error error = { 0 };
	struct gabion_status status;

	EXPECT_EQ(0, read_after_packets(_metadata, self, "strict_receiver"));
	ASSERT_EQ(0, gabion_netlink_status(self->client, &status, &error));
	EXPECT_LT(self->before.events_lost, status.events_lost);
	EXPECT_EQ(0, counts_of(self->client, "strict_receiver").withheld);
	EXPECT_EQ(0, counts_of(self->client, "strict_receiver").lost);
}

/* Those that are granted with a record are what it asked for. */
TEST_F(audit_required, marked_packets_without_room_do_not_arrive)
{
	struct gabion_error error = { 0 };
	struct gabion_status status;

	EXPECT_EQ(EACCES, read_after_packets(_metadata, self, "strict_hearer"));
	ASSERT_EQ(0, gabion_netlink_status(self->client, &status, &error));
	EXPECT_EQ(self->before.events_lost, status.events_lost);
	EXPECT_LT(1, counts_of(self->client, "strict_hearer").withheld);
	EXPECT_EQ(0, counts_of(self->client, "strict_hearer").lost);
}

/* What a full ring does to @domain, to which reading is granted with a record, or let pass. */
static void refuses_when_full(struct __test_metadata *_metadata,
			      FIXTURE_DATA(audit_required) *self, const char *domain)
{
	struct gabion_domain_counts before = counts_of(self->client, domain), after;
	cleanup_batch struct gabion_batch batch = { 0 };
	struct gabion_error error = { 0 };
	struct gabion_status status;

	EXPECT_EQ(0, confine_run(self->client, domain, read_object));
	ASSERT_EQ(EACCES, confine_run(self->client, domain, read_until_refused));
	EXPECT_LT(3, shared->done);
	EXPECT_EQ(EACCES, confine_run(self->client, domain, read_object));
	after = counts_of(self->client, domain);
	ASSERT_EQ(0, gabion_netlink_status(self->client, &status, &error));
	ASSERT_EQ(0, gabion_netlink_read(self->client, 0, &batch, &error));
	EXPECT_EQ(shared->done + 1, batch.nevents);
	EXPECT_EQ(shared->done + 1, status.events_pending);
	EXPECT_EQ(self->before.events_lost, status.events_lost);
	EXPECT_EQ(status.events_made, status.events_acknowledged + status.events_pending +
				      status.events_folded + status.events_lost);
	EXPECT_EQ(shared->done + 1, after.events - before.events);
	EXPECT_EQ(2, after.withheld - before.withheld);
	EXPECT_EQ(before.lost, after.lost);
	/* There is room again. */
	confine_events_clear(self->client);
	EXPECT_EQ(0, confine_run(self->client, domain, read_object));
}

TEST_F(audit_required, a_marked_grant_without_room_is_refused)
{
	refuses_when_full(_metadata, self, "strict");
}

TEST_F(audit_required, what_complain_mode_lets_pass_is_refused_without_room)
{
	refuses_when_full(_metadata, self, "strict_learner");
}

static int execute_next(void)
{
	execl(TEST_DIR "/next", "next", "0", NULL);
	return errno;
}

static int fill_and_execute(void)
{
	int i;

	stay_here();
	for (i = 0; i < MANY; i++)
		if (ATTEMPT(open(TEST_DIR "/object/file", O_RDONLY)) != EACCES)
			return CONFINE_BROKEN;
	/* Where that has no room a smaller record may: one without a name. */
	for (i = 0; i < MANY; i++)
		if (ATTEMPT(sethostname("x", 1)) != EPERM)
			return CONFINE_BROKEN;
	return execute_next();
}

TEST_F(audit_required, a_transition_without_room_ends_the_process)
{
	EXPECT_EQ(0, confine_run(self->client, "strict_caller", execute_next));
	EXPECT_EQ(128 + SIGKILL, confine_run(self->client, "strict_caller", fill_and_execute));
	EXPECT_LT(0, counts_of(self->client, "strict_caller").withheld);
}

static int log_until_refused(void)
{
	stay_here();
	for (shared->done = 0; shared->done < MANY; shared->done++)
		if (syscall(SYS_getppid) < 0)
			return errno;
	return 0;
}

TEST_F(audit_required, a_logged_syscall_without_room_is_refused)
{
	EXPECT_EQ(EPERM, confine_run(self->client, "strict_logger", log_until_refused));
	EXPECT_LT(3, shared->done);
}

/* Refused reads without end, or @MANY of them: @shared counts them. */
static int be_refused(long n)
{
	for (shared->done = 0; shared->done != n; shared->done++)
		if (ATTEMPT(open(TEST_DIR "/object/file", O_RDONLY)) != EACCES)
			return CONFINE_BROKEN;
	return 0;
}

static int be_refused_for_ever(void)
{
	return be_refused(-1);
}

static int be_refused_often(void)
{
	return be_refused(MANY);
}

/* confine_run() beside us, with a client of its own. */
static pid_t start(struct gabion_netlink *mine, const char *domain, int (*attempt)(void))
{
	struct gabion_netlink *client;
	struct gabion_error error = { 0 };
	pid_t pid = fork();

	if (pid)
		return pid;
	gabion_netlink_close(mine);
	if (gabion_netlink_open(&client, &error))
		_exit(CONFINE_BROKEN);
	_exit(confine_run(client, domain, attempt));
}

TEST_F(audit_required, who_waits_loses_nothing)
{
	struct gabion_error error = { 0 };
	struct gabion_status status;
	unsigned int events = 0;
	int result = -1;
	uint64_t ack = 0;
	bool over = false;
	pid_t pid = start(self->client, "patient", be_refused_often);

	while (!over) {
		cleanup_batch struct gabion_batch batch = { 0 };

		/* Before the look at what there is. */
		over = waitpid(pid, &result, WNOHANG) == pid;
		ASSERT_EQ(0, gabion_netlink_read(self->client, ack, &batch, &error));
		events += batch.nevents;
		ack = batch.ack ?: ack;
	}
	EXPECT_EQ(0, result);
	EXPECT_EQ(MANY, events);
	ASSERT_EQ(0, gabion_netlink_status(self->client, &status, &error));
	EXPECT_EQ(MANY, status.events_made - self->before.events_made);
	EXPECT_EQ(self->before.events_lost, status.events_lost);
	EXPECT_EQ(0, counts_of(self->client, "patient").withheld);
}

/* Is thread @pid where a domain without room waits? */
static bool is_waiting(pid_t pid)
{
	char path[64], where[128] = "";
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/wchan", pid);
	file = fopen(path, "re");
	if (!file)
		return false;
	if (!fgets(where, sizeof(where), file))
		where[0] = '\0';
	fclose(file);
	return strstr(where, "gabion_audit_wait");
}

static int sleep_first(void)
{
	/* Until it was moved to its domain. */
	raise(SIGSTOP);
	return be_refused_for_ever();
}

/* A process of domain "patient" that waits for room. */
static pid_t waiting_process(struct __test_metadata *_metadata, struct gabion_netlink *client)
{
	struct gabion_error error = { 0 };
	int status, i;
	pid_t pid = fork();

	if (!pid) {
		gabion_netlink_close(client);
		_exit(sleep_first());
	}
	ASSERT_EQ(pid, waitpid(pid, &status, WUNTRACED));
	ASSERT_TRUE(WIFSTOPPED(status));
	ASSERT_EQ(0, gabion_netlink_task_assign(client, pid, "patient", &error)) TH_LOG("%s", error.text);
	kill(pid, SIGCONT);
	for (i = 0; i < 6000 && !is_waiting(pid); i++)
		usleep(10000);
	EXPECT_TRUE(is_waiting(pid));
	return pid;
}

static void end(pid_t pid)
{
	int status;

	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
}

/* Waits until it has gone on; false if it does not. */
static bool goes_on(long since)
{
	int i;

	for (i = 0; i < 6000 && *(volatile long *)&shared->done == since; i++)
		usleep(10000);
	return shared->done != since;
}

TEST_F(audit_required, who_waits_can_be_killed)
{
	pid_t pid = waiting_process(_metadata, self->client);
	struct gabion_error error = { 0 };
	struct gabion_status status;
	int result;

	EXPECT_LT(3, shared->done);
	ASSERT_EQ(0, kill(pid, SIGTERM));
	ASSERT_EQ(pid, waitpid(pid, &result, 0));
	EXPECT_TRUE(WIFSIGNALED(result));
	EXPECT_EQ(SIGTERM, WTERMSIG(result));
	/* Each attempt that there was is recorded. */
	ASSERT_EQ(0, gabion_netlink_status(self->client, &status, &error));
	EXPECT_EQ(shared->done, status.events_made - self->before.events_made);
	EXPECT_EQ(shared->done, status.events_pending);
	EXPECT_EQ(self->before.events_lost, status.events_lost);
}

TEST_F(audit_required, who_waits_goes_on_when_somebody_reads)
{
	pid_t pid = waiting_process(_metadata, self->client);
	long since = shared->done;

	/* With nobody who reads, it stays where it is. */
	EXPECT_TRUE(is_waiting(pid));
	EXPECT_EQ(since, shared->done);
	confine_events_clear(self->client);
	EXPECT_TRUE(goes_on(since));
	end(pid);
}

TEST_F(audit_required, who_waits_goes_on_in_another_domain)
{
	pid_t pid = waiting_process(_metadata, self->client);
	struct gabion_error error = { 0 };
	long since = shared->done;

	ASSERT_EQ(0, gabion_netlink_task_assign(self->client, pid, "refused", &error));
	EXPECT_TRUE(goes_on(since));
	end(pid);
}

TEST_F(audit_required, who_waits_goes_on_under_another_policy)
{
	pid_t pid = waiting_process(_metadata, self->client);
	long since = shared->done;

	ASSERT_EQ(0, source_load(self->client, DOMAINS("")));
	EXPECT_TRUE(goes_on(since));
	end(pid);
}

static int subscribe(void)
{
	struct gabion_netlink *client;
	struct gabion_error error = { 0 };
	int err = gabion_netlink_open(&client, &error);

	if (!err) {
		err = gabion_netlink_subscribe(client, &error);
		gabion_netlink_close(client);
	}
	return -err;
}

/* Who reads the events would wait for itself. */
TEST_F(audit_required, the_agent_must_not_have_to_wait)
{
	struct gabion_error error = { 0 };

	/* The module has an agent: us. */
	EXPECT_EQ(EBUSY, confine_run(self->client, NULL, subscribe));
	EXPECT_EQ(EDEADLK, confine_run(self->client, "patient_agent", subscribe));
	EXPECT_EQ(-EDEADLK, gabion_netlink_task_assign(self->client, getpid(), "patient", &error));
	EXPECT_NE(NULL, strstr(error.text, "it would wait for itself"));
	ASSERT_EQ(0, source_load(self->client, DOMAINS("")));
	EXPECT_EQ(EBUSY, confine_run(self->client, "patient_agent", subscribe));
}

/* Nor who could end the waiting: a policy with that for the domain that it is loaded from. */
static int load_policy(void)
{
	struct gabion_netlink *client;
	struct gabion_error error = { 0 };
	cleanup_batch struct gabion_batch none = { 0 };
	void *image = NULL;
	FILE *file = fopen("/usr/gabion-test.image", "re");
	size_t size;
	int err;

	if (!file)
		return errno;
	image = malloc(16 << 20);
	size = fread(image, 1, 16 << 20, file);
	err = gabion_netlink_open(&client, &error) ?:
	      gabion_netlink_policy_load(client, image, size, &error);
	return -err;
}

TEST_F(audit_required, who_loads_must_not_have_to_wait)
{
	void *image = NULL;
	size_t size;
	FILE *file;

	ASSERT_EQ(0, source_load(self->client, DOMAINS("")));
	ASSERT_EQ(0, source_compile(DOMAINS(WAIT), &image, &size));
	/* Where every domain of the tests may read. */
	file = fopen("/usr/gabion-test.image", "we");
	ASSERT_NE(NULL, file);
	ASSERT_EQ(size, fwrite(image, 1, size, file));
	ASSERT_EQ(0, fclose(file));
	free(image);
	EXPECT_EQ(EDEADLK, confine_run(self->client, "patient_agent", load_policy));
	EXPECT_EQ(0, confine_run(self->client, NULL, load_policy));
	unlink("/usr/gabion-test.image");
}

TEST_HARNESS_MAIN
