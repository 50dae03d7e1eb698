// SPDX-License-Identifier: GPL-2.0
/*
 * What a confined fuzzer must leave alone: processes of the host and of another domain,
 * System V and POSIX IPC objects, sockets that wait, names and the clock of the machine.
 * Anybody may use them as far as users and modes are concerned.
 *
 * usage: stress_canary
 *
 * Says "ready", waits for the end of stdin, looks at all of it, and prints TAP. Exit
 * status: 1 if something was touched.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "lib/confine.h"

#define KEY		0x6ab10000
#define TCP_PORT	7998
#define UDP_PORT	7999
#define QUEUE		"/stress-canary"
#define PATTERN		0x5a
#define NICE		3

static unsigned int count, failed;

static void check(bool good, const char *what)
{
	count++;
	failed += !good;
	printf("%sok %u - %s\n", good ? "" : "not ", count, what);
}

/* --- a process --- */

/* A process that looks at itself when its pipe ends. */
struct bird {
	pid_t pid;
	int release;
};

/* Return: 0, or the number of the line that found a difference; 1 to 255. */
static int look_at_self(const unsigned char *memory, const struct rlimit *limit)
{
	struct rlimit now;
	cpu_set_t cpus;
	sigset_t set;
	char cwd[64];
	size_t i;

#define SAME(what) do { if (!(what)) return __LINE__ % 256 ?: 1; } while (0)
	SAME(!sigpending(&set) && sigisemptyset(&set));
	SAME(getpriority(PRIO_PROCESS, 0) == NICE);
	SAME(sched_getscheduler(0) == SCHED_BATCH);
	SAME(!sched_getaffinity(0, sizeof(cpus), &cpus) && CPU_COUNT(&cpus) == 1);
	SAME(!getrlimit(RLIMIT_NOFILE, &now) && !memcmp(&now, limit, sizeof(now)));
	SAME(getpgid(0) == getpid());
	SAME(getcwd(cwd, sizeof(cwd)) && !strcmp(cwd, "/run"));
	SAME(fcntl(40, F_GETFD) == 0 && fcntl(41, F_GETFD) < 0);
	for (i = 0; i < 4096; i++)
		SAME(memory[i] == PATTERN);
#undef SAME
	return 0;
}

static _Noreturn void sit(int wait_for)
{
	unsigned char *memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
				     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct sched_param none = { 0 };
	struct rlimit limit = { 77, 78 };
	cpu_set_t cpus;
	sigset_t set;
	char byte;

	memset(memory, PATTERN, 4096);
	setpgid(0, 0);
	sched_setscheduler(0, SCHED_BATCH, &none);
	setpriority(PRIO_PROCESS, 0, NICE);
	CPU_ZERO(&cpus);
	CPU_SET(0, &cpus);
	sched_setaffinity(0, sizeof(cpus), &cpus);
	setrlimit(RLIMIT_NOFILE, &limit);
	dup2(open("/dev/zero", O_RDWR), 40);
	sigfillset(&set);
	sigprocmask(SIG_SETMASK, &set, NULL);
	if (chdir("/run"))
		_exit(255);
	while (read(wait_for, &byte, 1) < 0)
		;
	_exit(look_at_self(memory, &limit));
}

/* @domain: NULL: the host's. */
static int bird_start(struct bird *bird, struct gabion_netlink *client, const char *domain)
{
	struct gabion_error error = { 0 };
	int ends[2];

	if (pipe2(ends, O_CLOEXEC))
		return errno;
	bird->pid = fork();
	if (!bird->pid) {
		close(ends[1]);
		gabion_netlink_close(client);
		sit(ends[0]);
	}
	close(ends[0]);
	bird->release = ends[1];
	if (domain && gabion_netlink_task_assign(client, bird->pid, domain, &error)) {
		fprintf(stderr, "stress_canary: %s\n", error.text);
		return EINVAL;
	}
	return 0;
}

static void bird_end(const struct bird *bird, const char *whose)
{
	char path[32], line[256], what[128];
	bool traced = true, stopped = true;
	int status;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", bird->pid);
	file = fopen(path, "r");
	while (file && fgets(line, sizeof(line), file)) {
		if (!strcmp(line, "TracerPid:\t0\n"))
			traced = false;
		if (!strncmp(line, "State:\tS", 8))
			stopped = false;
	}
	if (file)
		fclose(file);
	close(bird->release);
	waitpid(bird->pid, &status, 0);
	snprintf(what, sizeof(what), "a process of %s is as it was (%s%sstatus %#x)", whose,
		 traced ? "traced, " : "", stopped ? "not asleep, " : "", status);
	check(!traced && !stopped && !status, what);
}

/* --- objects --- */

struct objects {
	int queue, set, segment;
	unsigned char *memory;
	mqd_t mqueue;
	int abstract, tcp, udp;
	struct utsname names;
	double clock;
};

/* Seconds by which the wall clock is ahead of the one that nobody sets. */
static double clock_offset(void)
{
	struct timespec wall, boot;

	clock_gettime(CLOCK_REALTIME, &wall);
	clock_gettime(CLOCK_BOOTTIME, &boot);
	return (wall.tv_sec - boot.tv_sec) + (wall.tv_nsec - boot.tv_nsec) / 1e9;
}

static int objects_make(struct objects *o)
{
	struct { long type; char text[8]; } message = { 1, "canary" };
	struct mq_attr attributes = { .mq_maxmsg = 4, .mq_msgsize = 16 };
	struct sockaddr_un abstract = { .sun_family = AF_UNIX, .sun_path = "\0stress-canary" };
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

	umask(0);
	o->queue = msgget(KEY, IPC_CREAT | 0666);
	o->set = semget(KEY, 3, IPC_CREAT | 0666);
	o->segment = shmget(KEY, 4096, IPC_CREAT | 0666);
	o->memory = shmat(o->segment, NULL, 0);
	if (msgsnd(o->queue, &message, 8, 0) || semctl(o->set, 1, SETVAL, 5) ||
	    o->memory == (void *)-1)
		return errno;
	memset(o->memory, PATTERN, 4096);
	mq_unlink(QUEUE);
	o->mqueue = mq_open(QUEUE, O_CREAT | O_RDWR | O_NONBLOCK, 0666, &attributes);
	if (o->mqueue < 0 || mq_send(o->mqueue, "canary", 7, 1))
		return errno;
	o->abstract = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
	o->tcp = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	o->udp = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	if (bind(o->abstract, (void *)&abstract, sizeof(sa_family_t) + 1 + 13) ||
	    listen(o->abstract, 8))
		return errno;
	in.sin_port = htons(TCP_PORT);
	if (bind(o->tcp, (void *)&in, sizeof(in)) || listen(o->tcp, 8))
		return errno;
	in.sin_port = htons(UDP_PORT);
	if (bind(o->udp, (void *)&in, sizeof(in)))
		return errno;
	uname(&o->names);
	o->clock = clock_offset();
	return 0;
}

/* And away with them. */
static void objects_look(const struct objects *o)
{
	struct msqid_ds queue;
	struct semid_ds set;
	struct shmid_ds segment;
	struct mq_attr attributes;
	struct utsname names;
	bool same = true;
	char byte;
	size_t i;

	check(!msgctl(o->queue, IPC_STAT, &queue) && queue.msg_qnum == 1 && !queue.msg_lrpid &&
	      queue.msg_lspid == getpid() && queue.msg_perm.mode == 0666 && !queue.msg_perm.uid,
	      "a System V message queue");
	check(!semctl(o->set, 0, IPC_STAT, &set) && !set.sem_otime &&
	      semctl(o->set, 1, GETVAL) == 5 && semctl(o->set, 0, GETVAL) == 0 &&
	      set.sem_perm.mode == 0666 && !set.sem_perm.uid, "a System V semaphore set");
	for (i = 0; i < 4096; i++)
		same &= o->memory[i] == PATTERN;
	check(same && !shmctl(o->segment, IPC_STAT, &segment) && segment.shm_nattch == 1 &&
	      segment.shm_lpid == getpid() && segment.shm_perm.mode == 0666 &&
	      !segment.shm_perm.uid, "a System V shared memory segment");
	check(!mq_getattr(o->mqueue, &attributes) && attributes.mq_curmsgs == 1,
	      "a POSIX message queue");
	check(accept(o->abstract, NULL, NULL) < 0 && errno == EAGAIN, "nobody came to a unix socket");
	check(accept(o->tcp, NULL, NULL) < 0 && errno == EAGAIN, "nor to a TCP port");
	check(recv(o->udp, &byte, 1, 0) < 0 && errno == EAGAIN, "nor did a datagram come");
	uname(&names);
	check(!memcmp(&names, &o->names, sizeof(names)), "names of the machine");
	check(clock_offset() - o->clock < 1 && o->clock - clock_offset() < 1, "its clock");
	msgctl(o->queue, IPC_RMID, NULL);
	semctl(o->set, 0, IPC_RMID);
	shmctl(o->segment, IPC_RMID, NULL);
	mq_unlink(QUEUE);
}

int main(void)
{
	struct gabion_netlink *client;
	struct gabion_error error = { 0 };
	struct bird host, other;
	struct objects objects;
	char byte;
	int err = 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	/* The processes first: they do not attach the memory. */
	if (gabion_netlink_open(&client, &error) || bird_start(&host, client, NULL) ||
	    bird_start(&other, client, "bystander") || (err = objects_make(&objects))) {
		fprintf(stderr, "stress_canary: %s %s\n", err ? strerror(err) : "", error.text);
		return 2;
	}
	printf("ready\n");
	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
	bird_end(&host, "the host");
	bird_end(&other, "another domain");
	objects_look(&objects);
	return failed != 0;
}
