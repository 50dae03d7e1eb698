// SPDX-License-Identifier: GPL-2.0
#include "netlink_mock.h"

#include <assert.h>
#include <errno.h>
#include <linux/netlink.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* struct request - a message that is being answered */
struct request {
	uint32_t port;
	uint32_t seq;
	uint8_t command;
	struct nlattr *a[GABION_A_MAX + 1];
};

static void send_bytes(struct mock *m, uint32_t port, const void *bytes, size_t n)
{
	struct sockaddr_nl to = { .nl_family = AF_NETLINK, .nl_pid = port };

	/* A client that was killed is nobody's fault. */
	sendto(m->fd, bytes, n, 0, (struct sockaddr *)&to, sizeof(to));
}

static void send_msg(struct mock *m, uint32_t port, struct nl_msg *msg)
{
	send_bytes(m, port, nlmsg_hdr(msg), nlmsg_hdr(msg)->nlmsg_len);
	nlmsg_free(msg);
}

static struct nl_msg *reply(const struct request *r, int flags)
{
	struct nl_msg *msg = nlmsg_alloc_size(64 << 10);

	genlmsg_put(msg, 0, r->seq, MOCK_FAMILY, 0, flags, r->command, 1);
	return msg;
}

/* NLMSG_ERROR or NLMSG_DONE with extended acknowledgement, as the kernel sends it. */
static void answer(struct mock *m, const struct request *r, int type, int code, const char *text)
{
	struct nl_msg *msg = nlmsg_alloc();
	struct nlmsghdr *nlh = nlmsg_put(msg, 0, r->seq, type, 0, NLM_F_CAPPED);
	struct nlmsgerr e = { .error = code };

	nlh->nlmsg_flags |= text ? NLM_F_ACK_TLVS : 0;
	nlmsg_append(msg, &e, type == NLMSG_DONE ? sizeof(int) : sizeof(e), NLMSG_ALIGNTO);
	if (text)
		nla_put_string(msg, NLMSGERR_ATTR_MSG, text);
	send_msg(m, r->port, msg);
}

static void notify(struct mock *m)
{
	struct request r = { .command = GABION_CMD_EVENT_READY };

	if (m->subscriber)
		send_msg(m, m->subscriber, reply(&r, 0));
}

static void status(struct mock *m, const struct request *r)
{
	struct nl_msg *msg = reply(r, 0);
	uint64_t lost = 0;
	int i;

	for (i = 0; i < MOCK_CPUS; i++)
		lost += m->losses[i];
	nla_put_u64(msg, GABION_A_INSTANCE, m->instance);
	nla_put_string(msg, GABION_A_MODULE_VERSION, "mock");
	nla_put_u32(msg, GABION_A_GENERATION, m->generation);
	nla_put_u32(msg, GABION_A_POLICY_SIZE, m->policy_size);
	nla_put_u32(msg, GABION_A_NDOMAINS, 3);
	nla_put_u32(msg, GABION_A_NTASKS, 2);
	nla_put_u8(msg, GABION_A_LOCKED, m->locked);
	nla_put_u64(msg, GABION_A_CACHE_HITS, 90);
	nla_put_u64(msg, GABION_A_CACHE_MISSES, 10);
	nla_put_u64(msg, GABION_A_EVENTS_LOST, lost);
	nla_put_u32(msg, 900, 1);	/* of a later version */
	send_msg(m, r->port, msg);
}

static void tasks(struct mock *m, const struct request *r)
{
	static const struct { uint32_t pid, tgid; const char *domain, *comm; } rows[] = {
		{ 812, 812, "nginx", "nginx" }, { 814, 812, "nginx", "worker\033[2J" },
		{ 900, 900, "sshd", "sshd" },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct nl_msg *msg = reply(r, NLM_F_MULTI);

		nla_put_u32(msg, GABION_A_PID, rows[i].pid);
		nla_put_u32(msg, GABION_A_TGID, rows[i].tgid);
		nla_put_string(msg, GABION_A_DOMAIN, rows[i].domain);
		nla_put_string(msg, GABION_A_COMM, rows[i].comm);
		send_msg(m, r->port, msg);
	}
}

static void enter(struct mock *m, const struct request *r)
{
	static const struct {
		uint32_t pid, error;
		const char *domain, *comm, *exe;
	} rows[] = {
		{ 812, 0, "nginx", "nginx", "/usr/sbin/nginx" },
		{ 820, EMLINK, "sshd", "sshd\n<0>", "/usr/sbin/sshd" },
		{ 830, EAGAIN, NULL, "sh", NULL },
	};
	size_t i;

	m->enters++;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct nl_msg *msg;

		if (r->a[GABION_A_PID] ? nla_get_u32(r->a[GABION_A_PID]) != rows[i].pid
				       : m->nobody)
			continue;
		msg = reply(r, NLM_F_MULTI);
		nla_put_u32(msg, GABION_A_PID, rows[i].pid);
		nla_put_string(msg, GABION_A_COMM, rows[i].comm);
		if (rows[i].domain)
			nla_put_string(msg, GABION_A_DOMAIN, rows[i].domain);
		if (rows[i].exe)
			nla_put_string(msg, GABION_A_EXE, rows[i].exe);
		if (rows[i].error)
			nla_put_u32(msg, GABION_A_ERROR, rows[i].error);
		send_msg(m, r->port, msg);
	}
}

static void hooks(struct mock *m, const struct request *r)
{
	struct nl_msg *msg = reply(r, NLM_F_MULTI);

	nla_put_string(msg, GABION_A_HOOK_NAME, "file_open");
	nla_put_string(msg, GABION_A_HOOK_METHOD, "direct");
	nla_put_string(msg, GABION_A_HOOK_STATE, "armed");
	nla_put_u64(msg, GABION_A_HOOK_CHECKS, 12 + m->checks * m->dumps++);
	nla_put_u64(msg, GABION_A_HOOK_REFUSALS, 3);
	send_msg(m, r->port, msg);
}

static void domains(struct mock *m, const struct request *r)
{
	struct nl_msg *msg = reply(r, NLM_F_MULTI);

	nla_put_string(msg, GABION_A_DOMAIN, "nginx");
	nla_put_u32(msg, GABION_A_DOMAIN_ID, 1);
	nla_put_u32(msg, GABION_A_DOMAIN_FLAGS, GABION_DOMAIN_COMPLAIN | GABION_DOMAIN_AUDIT_WAIT);
	nla_put_string(msg, GABION_A_LEVEL, "internal");
	nla_put_u32(msg, GABION_A_NTASKS, 2);
	nla_put_u64(msg, GABION_A_DOMAIN_CHECKS, 100 + m->checks * m->domain_dumps);
	nla_put_u64(msg, GABION_A_DOMAIN_REFUSALS, 8 + m->refusals * m->domain_dumps);
	nla_put_u64(msg, GABION_A_DOMAIN_EVENTS, 5);
	nla_put_u64(msg, GABION_A_DOMAIN_LOST, 1);
	nla_put_u64(msg, GABION_A_DOMAIN_WITHHELD, 2 + m->withheld * m->domain_dumps++);
	send_msg(m, r->port, msg);
}

static void syscalls(struct mock *m, const struct request *r)
{
	/* read and execve of x86-64; of i386 nothing yet. */
	static const uint8_t used[] = { 1, 0, 0, 0, 0, 0, 0, 8 };
	static const uint8_t too_many[GABION_CALLS_MAX / 8 + 1];
	uint32_t abi;

	for (abi = 0; abi < 2; abi++) {
		struct nl_msg *msg = reply(r, NLM_F_MULTI);

		nla_put_string(msg, GABION_A_DOMAIN, "web");
		nla_put_u32(msg, GABION_A_ABI, abi);
		if (m->long_calls)
			nla_put(msg, GABION_A_CALLS_USED, sizeof(too_many), too_many);
		else
			nla_put(msg, GABION_A_CALLS_USED, abi ? 0 : sizeof(used), used);
		nla_put_u32(msg, GABION_A_CALLS_KNOWN, 452);
		send_msg(m, r->port, msg);
	}
}

static void put_event(struct nl_msg *msg, const struct mock_event *e)
{
	struct nlattr *nest = nla_nest_start(msg, GABION_A_EVENT);

	nla_put_u64(msg, GABION_E_SEQUENCE, e->sequence);
	if (e->malformed)
		nla_put_u8(msg, GABION_E_TYPE, 1);
	else
		nla_put_u32(msg, GABION_E_TYPE, GABION_EVENT_ACCESS);
	nla_put_u32(msg, GABION_E_VERDICT, GABION_VERDICT_DENIED);
	nla_put_u32(msg, GABION_E_REASON, GABION_REASON_SIGMA);
	nla_put_u32(msg, GABION_E_CLASS, GABION_CLASS_FILE);
	nla_put_u32(msg, GABION_E_WANTED, GABION_FILE_READ);
	nla_put_u32(msg, GABION_E_REFUSED, GABION_FILE_READ);
	nla_put_u32(msg, GABION_E_CPU, e->cpu);
	nla_put_u64(msg, GABION_E_REALTIME, 1700000000123456789);
	nla_put_string(msg, GABION_E_DOMAIN, "nginx");
	nla_put_string(msg, GABION_E_OBJECT, e->object);
	nla_nest_end(msg, nest);
}

static void acknowledge(struct mock *m, uint64_t ack)
{
	unsigned int i;

	if (ack > m->acked)
		m->acked = ack;
	/* What the reader never saw stays, whatever its number. */
	for (i = 0; i < m->nevents; i++)
		if (m->events[i].presented && m->events[i].sequence <= ack)
			m->events[i].gone = true;
}

static void read_events(struct mock *m, const struct request *r)
{
	struct nl_msg *msg = reply(r, NLM_F_MULTI);
	struct nlattr *nest;
	unsigned int cpu, i;

	m->reads++;
	if (r->a[GABION_A_EVENT_ACK])
		acknowledge(m, nla_get_u64(r->a[GABION_A_EVENT_ACK]));
	for (cpu = 0; cpu < MOCK_CPUS; cpu++) {
		for (i = 0; i < m->nevents; i++)
			if (m->events[i].cpu == cpu && !m->events[i].gone) {
				put_event(msg, &m->events[i]);
				m->events[i].presented = true;
			}
		if (!m->losses[cpu])
			continue;
		nest = nla_nest_start(msg, GABION_A_LOSS);
		nla_put_u32(msg, GABION_L_CPU, cpu);
		nla_put_u64(msg, GABION_L_COUNT, m->losses[cpu]);
		nla_put_string(msg, GABION_L_DOMAIN, "web");
		nla_nest_end(msg, nest);
	}
	/* A notice in the middle of a dump must not confuse anybody. */
	if (m->reads == 1)
		notify(m);
	send_msg(m, r->port, msg);
}

static int chunk(struct mock *m, const struct request *r)
{
	uint32_t offset = nla_get_u32(r->a[GABION_A_OFFSET]);
	uint32_t length = (uint32_t)nla_len(r->a[GABION_A_DATA]);

	if (offset != m->staged_length || offset + length > m->staged_size ||
	    length > GABION_CHUNK_MAX)
		return -EINVAL;
	memcpy(m->staged + offset, nla_data(r->a[GABION_A_DATA]), length);
	m->staged_length += length;
	return 0;
}

static int commit(struct mock *m)
{
	if (!m->staged_size || m->staged_length != m->staged_size)
		return -EINVAL;
	memcpy(m->policy, m->staged, m->staged_size);
	m->policy_size = m->staged_size;
	m->staged_size = 0;
	m->generation++;
	m->commits++;
	return 0;
}

static int perform(struct mock *m, const struct request *r)
{
	switch (r->command) {
	case GABION_CMD_POLICY_BEGIN:
		m->staged_size = nla_get_u32(r->a[GABION_A_SIZE]);
		m->staged_length = 0;
		return m->staged_size <= sizeof(m->staged) ? 0 : -EFBIG;
	case GABION_CMD_POLICY_CHUNK:
		return chunk(m, r);
	case GABION_CMD_POLICY_COMMIT:
		return commit(m);
	case GABION_CMD_POLICY_ABORT:
		m->staged_size = 0;
		m->aborts++;
		return 0;
	case GABION_CMD_POLICY_UNLOAD:
		m->policy_size = 0;
		return 0;
	case GABION_CMD_STATUS:
		status(m, r);
		return 0;
	case GABION_CMD_TASK_ASSIGN:
		m->assigned_pid = nla_get_u32(r->a[GABION_A_PID]);
		snprintf(m->assigned, sizeof(m->assigned), "%s",
			 nla_get_string(r->a[GABION_A_DOMAIN]));
		return 0;
	case GABION_CMD_TASK_EXEC:
		snprintf(m->exec_domain, sizeof(m->exec_domain), "%s",
			 nla_get_string(r->a[GABION_A_DOMAIN]));
		return 0;
	case GABION_CMD_EVENT_SUBSCRIBE:
		if (m->busy)
			return -EBUSY;
		m->subscriber = r->port;
		return 0;
	case GABION_CMD_LOCK:
		m->locked = true;
		return 0;
	default:
		return -EOPNOTSUPP;
	}
}

static void dump(struct mock *m, const struct request *r)
{
	switch (r->command) {
	case GABION_CMD_HOOKS:
		hooks(m, r);
		break;
	case GABION_CMD_DOMAINS:
		domains(m, r);
		break;
	case GABION_CMD_TASKS:
		tasks(m, r);
		break;
	case GABION_CMD_SYSCALLS:
		syscalls(m, r);
		break;
	case GABION_CMD_TASK_ENTER:
		enter(m, r);
		answer(m, r, NLMSG_DONE, m->unfinished, m->unfinished ? "call again" : NULL);
		return;
	case GABION_CMD_EVENT_READ:
		read_events(m, r);
		break;
	}
	answer(m, r, NLMSG_DONE, 0, NULL);
}

static void handle(struct mock *m, struct nlmsghdr *nlh, uint32_t port)
{
	struct request r = { .port = port, .seq = nlh->nlmsg_seq };
	bool is_dump = (nlh->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP;

	r.command = genlmsg_hdr(nlh)->cmd;
	nla_parse(r.a, GABION_A_MAX, genlmsg_attrdata(genlmsg_hdr(nlh), 0),
		  genlmsg_attrlen(genlmsg_hdr(nlh), 0), NULL);
	if (r.command == m->silent_command ||
	    (r.command == GABION_CMD_EVENT_READ && m->last_read && m->reads >= m->last_read))
		return;
	if (r.command == m->fail_command && m->fail_code) {
		answer(m, &r, is_dump ? NLMSG_DONE : NLMSG_ERROR, m->fail_code, m->fail_text);
		if (!m->fail_stays)
			m->fail_code = 0;
	} else if (is_dump) {
		dump(m, &r);
	} else {
		answer(m, &r, NLMSG_ERROR, perform(m, &r), NULL);
	}
}

static void *serve(void *data)
{
	unsigned char buffer[64 << 10] __attribute__((aligned(8)));
	struct sockaddr_nl from;
	socklen_t length;
	struct mock *m = data;
	ssize_t n;

	for (;;) {
		length = sizeof(from);
		n = recvfrom(m->fd, buffer, sizeof(buffer), 0, (struct sockaddr *)&from, &length);
		if (n < (ssize_t)sizeof(struct nlmsghdr))
			continue;
		if (((struct nlmsghdr *)buffer)->nlmsg_type == NLMSG_NOOP)
			return NULL;
		pthread_mutex_lock(&m->lock);
		handle(m, (struct nlmsghdr *)buffer, from.nl_pid);
		pthread_mutex_unlock(&m->lock);
	}
}

struct mock *mock_start(void)
{
	struct mock *m = calloc(1, sizeof(*m));
	struct sockaddr_nl address = { .nl_family = AF_NETLINK };
	socklen_t length = sizeof(address);
	char port[16];

	assert(m);
	pthread_mutex_init(&m->lock, NULL);
	m->instance = 0xfeedface12345678;
	m->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_USERSOCK);
	assert(m->fd >= 0);
	assert(!bind(m->fd, (struct sockaddr *)&address, sizeof(address)));
	assert(!getsockname(m->fd, (struct sockaddr *)&address, &length));
	m->port = address.nl_pid;
	snprintf(port, sizeof(port), "%u", m->port);
	setenv(MOCK_PORT_VARIABLE, port, 1);
	assert(!pthread_create(&m->thread, NULL, serve, m));
	return m;
}

void mock_stop(struct mock *m)
{
	struct nlmsghdr end = { .nlmsg_len = sizeof(end), .nlmsg_type = NLMSG_NOOP };
	struct mock sender = { .fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_USERSOCK) };

	send_bytes(&sender, m->port, &end, sizeof(end));
	close(sender.fd);
	pthread_join(m->thread, NULL);
	close(m->fd);
	free(m);
}

static void forget_gone(struct mock *m)
{
	unsigned int i, kept = 0;

	for (i = 0; i < m->nevents; i++)
		if (!m->events[i].gone)
			m->events[kept++] = m->events[i];
	m->nevents = kept;
}

static void add(struct mock *m, struct mock_event event)
{
	pthread_mutex_lock(&m->lock);
	if (m->nevents == MOCK_EVENTS_MAX)
		forget_gone(m);
	assert(m->nevents < MOCK_EVENTS_MAX);
	m->events[m->nevents++] = event;
	notify(m);
	pthread_mutex_unlock(&m->lock);
}

void mock_event(struct mock *m, uint64_t sequence, uint32_t cpu, const char *object)
{
	struct mock_event event = { .sequence = sequence, .cpu = cpu };

	snprintf(event.object, sizeof(event.object), "%s", object);
	add(m, event);
}

void mock_malformed(struct mock *m, uint64_t sequence)
{
	add(m, (struct mock_event){ .sequence = sequence, .malformed = true });
}

void mock_loss(struct mock *m, uint32_t cpu, uint64_t count)
{
	pthread_mutex_lock(&m->lock);
	m->losses[cpu] = count;
	notify(m);
	pthread_mutex_unlock(&m->lock);
}

unsigned int mock_pending(struct mock *m)
{
	unsigned int i, n = 0;

	pthread_mutex_lock(&m->lock);
	for (i = 0; i < m->nevents; i++)
		n += !m->events[i].gone;
	pthread_mutex_unlock(&m->lock);
	return n;
}

void mock_fail(struct mock *m, uint8_t command, int code, const char *text)
{
	pthread_mutex_lock(&m->lock);
	m->fail_command = command;
	m->fail_code = code;
	m->fail_text = text;
	pthread_mutex_unlock(&m->lock);
}
