// SPDX-License-Identifier: GPL-2.0
/*
 * Records as lines for people.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../event/event_line.h"
#include "test.h"

#define HAS(a) (1ULL << GABION_E_##a)

static struct gabion_record denied(void)
{
	return (struct gabion_record){
		.time = 1700000000123456789,
		.event = {
			.present = HAS(UID) | HAS(TGID),
			.sequence = 127,
			.type = GABION_EVENT_ACCESS,
			.verdict = GABION_VERDICT_DENIED,
			.reason = GABION_REASON_SIGMA,
			.klass = GABION_CLASS_FILE,
			.wanted = GABION_FILE_READ,
			.refused = GABION_FILE_READ,
			.generation = 3,
			.domain = "nginx",
			.object = "/etc/shadow",
			.tgid = 812,
			.uid = 33,
			.comm = "nginx",
			.exe = "/usr/sbin/nginx",
		},
	};
}

static void assert_line(const struct gabion_record *record, unsigned int flags,
			const char *expected)
{
	char *line = gabion_record_line(record, flags);

	assert_string_equal(line, expected);
	free(line);
}

static void assert_part(const struct gabion_record *record, const char *expected)
{
	char *line = gabion_record_line(record, 0);

	if (!strstr(line, expected))
		fail_msg("'%s' is not in '%s'", expected, line);
	free(line);
}

static void denied_read(void **state)
{
	struct gabion_record record = denied();

	(void)state;
	assert_line(&record, GABION_LINE_TIME,
		    "22:13:20.123 DENIED  nginx  read  /etc/shadow  (no rule grants it)  nginx[812] "
		    "uid 33  exe /usr/sbin/nginx  policy gen 3 #127");
}

static void colour_only_when_asked(void **state)
{
	struct gabion_record record = denied();
	char *line = gabion_record_line(&record, GABION_LINE_COLOUR);

	(void)state;
	assert_non_null(strstr(line, "\033[1;31mDENIED\033[0m"));
	free(line);
	line = gabion_record_line(&record, 0);
	assert_null(strchr(line, '\033'));
	free(line);
}

static void complaint_and_grant(void **state)
{
	struct gabion_record record = denied();

	(void)state;
	record.event.verdict = GABION_VERDICT_COMPLAIN;
	assert_part(&record, "COMPLAIN  nginx  read  /etc/shadow  (no rule grants it)");
	record.event.verdict = GABION_VERDICT_ALLOWED;
	record.event.refused = 0;
	record.event.resource = "secrets";
	assert_part(&record, "ALLOWED  nginx  read  /etc/shadow  [secrets]  nginx[812]");
}

static void names_cannot_forge_lines(void **state)
{
	struct gabion_record record = denied();

	(void)state;
	record.event.object = "/tmp/a\n14:00:00.000 ALLOWED\033[2J\\x";
	record.event.comm = "\xe2\x80\xae\xc2\x9b\xff";
	assert_part(&record, "/tmp/a\\x0a14:00:00.000 ALLOWED\\x1b[2J\\x5cx  ");
	assert_part(&record, "\\xe2\\x80\\xae\\xc2\\x9b\\xff[812]");
}

static void rename_has_two_names(void **state)
{
	struct gabion_record record = denied();

	(void)state;
	record.event.wanted = record.event.refused = GABION_FILE_RELABEL | GABION_FILE_DELETE;
	record.event.object2 = "/tmp/x";
	record.event.reason = GABION_REASON_RELABEL;
	assert_part(&record, "delete,relabel  /etc/shadow -> /tmp/x  (the new name has another");
}

static void net_endpoint(void **state)
{
	struct gabion_record record = denied();
	struct gabion_net_key net = {
		.protocol = 6, .address = { [10] = 0xff, [11] = 0xff, 192, 0, 2, 1 }, .port = { 1, 187 }
	};

	(void)state;
	record.event.object = NULL;
	record.event.klass = GABION_CLASS_NET;
	record.event.refused = GABION_NET_CONNECT;
	record.event.present |= HAS(NET);
	record.event.net = net;
	assert_part(&record, "nginx  connect  tcp 192.0.2.1:443  (no rule");
	memset(record.event.net.address, 0, 16);
	record.event.net.address[15] = 1;
	record.event.net.protocol = 17;
	assert_part(&record, "udp [::1]:443");
}

static void signal_to_a_domain(void **state)
{
	struct gabion_record record = denied();

	(void)state;
	record.event.object = NULL;
	record.event.klass = GABION_CLASS_DOMAIN;
	record.event.refused = GABION_DOM_SIGNAL;
	record.event.target = "sshd";
	record.event.target_pid = 900;
	record.event.signal = 9;
	record.event.present |= HAS(SIGNAL) | HAS(TARGET_PID);
	assert_part(&record, "nginx  signal  domain sshd pid 900 SIGKILL  (no rule");
}

static void capability_family_and_control(void **state)
{
	struct gabion_record record = denied();

	(void)state;
	record.event.object = NULL;
	record.event.klass = GABION_CLASS_CAPABILITY;
	record.event.wanted = record.event.refused = 0;	/* chown is number 0 */
	record.event.reason = GABION_REASON_CAPABILITY;
	assert_part(&record, "nginx  capability chown  (the domain does not have");
	record.event.klass = GABION_CLASS_CONTROL;
	record.event.wanted = GABION_CONTROL_BPF;
	assert_part(&record, "nginx  control bpf  ");
	record.event.klass = GABION_CLASS_FAMILY;
	record.event.wanted = 40;
	assert_part(&record, "nginx  family vsock  ");
	record.event.klass = GABION_CLASS_CONTROL;
	record.event.wanted = GABION_CONTROL_JIT;
	assert_part(&record, "nginx  control jit  ");
}

static void netlink_protocol(void **state)
{
	struct gabion_record record = denied();

	(void)state;
	record.event.object = NULL;
	record.event.klass = GABION_CLASS_NETLINK;
	record.event.wanted = record.event.refused = 0;
	assert_part(&record, "nginx  netlink route  ");
	record.event.wanted = record.event.refused = 23;
	assert_part(&record, "nginx  netlink 23  ");
}

static void command_of_an_ioctl(void **state)
{
	struct gabion_record record = denied();

	(void)state;
	record.event.wanted = record.event.refused = GABION_FILE_IOCTL;
	assert_part(&record, "nginx  ioctl  /etc/shadow");
	record.event.present |= HAS(COMMAND);
	record.event.command = 0x5412;
	assert_part(&record, "nginx  ioctl(TIOCSTI)  /etc/shadow");
	record.event.command = 0x1234abcd;
	assert_part(&record, "nginx  ioctl(0x1234abcd)  /etc/shadow");
	record.event.refused = GABION_FILE_LOCK | GABION_FILE_WATCH;
	assert_part(&record, "nginx  lock,watch  /etc/shadow");
}

static void domain_permissions(void **state)
{
	struct gabion_record record = denied();

	(void)state;
	record.event.object = NULL;
	record.event.klass = GABION_CLASS_DOMAIN;
	record.event.target = "sshd";
	record.event.refused = GABION_DOM_SCHEDULE;
	assert_part(&record, "nginx  schedule  domain sshd  (");
	record.event.refused = GABION_DOM_IPC_READ | GABION_DOM_IPC_WRITE;
	assert_part(&record, "nginx  ipc_read,ipc_write  domain sshd  (");
}

static void other_kinds(void **state)
{
	struct gabion_record record = { .event = { .sequence = 4, .generation = 2 } };

	(void)state;
	record.event.type = GABION_EVENT_POLICY;
	assert_line(&record, 0, "POLICY  generation 2 is in force #4");
	record.event.present |= HAS(COUNT);
	record.event.count = 3;
	assert_line(&record, 0, "POLICY  generation 2 is in force (3 times) #4");
	record.event.present &= ~HAS(COUNT);
	record.event.type = GABION_EVENT_HOOK;
	record.event.hook = "file_open";
	assert_line(&record, 0,
		    "HOOK    file_open no longer fires: its operations are not checked #4");
	record.event.type = GABION_EVENT_TRANSITION;
	record.event.domain = "host";
	record.event.target = "nginx";
	assert_line(&record, 0, "ENTERED  host -> nginx #4");
	record.event.present |= HAS(TARGET_PID);
	record.event.target_pid = 812;
	record.event.object = strdup("/usr/sbin/nginx\n");
	assert_line(&record, 0, "ENTERED  host -> nginx  pid 812 /usr/sbin/nginx\\x0a #4");
	record.event.verdict = GABION_VERDICT_DENIED;
	assert_line(&record, 0, "DENIED  host -> nginx  pid 812 /usr/sbin/nginx\\x0a  "
				"(it could not be moved) #4");
	free(record.event.object);
	record = (struct gabion_record){
		.kind = GABION_RECORD_LOSS, .cpu = 2, .count = 5, .total = 17
	};
	assert_line(&record, 0, "LOST    5 events of the kernel itself on cpu 2, "
				"17 there since the module was loaded");
	record.text = (char *)"web";
	assert_line(&record, 0, "LOST    5 events of web on cpu 2, "
				"17 there since the module was loaded");
	record.kind = GABION_RECORD_MISSED;
	assert_line(&record, 0, "MISSED  5 records: this reader was too slow");
}

static void refused_syscall(void **state)
{
	struct gabion_record record = denied();

	(void)state;
	record.event.klass = GABION_CLASS_SYSCALL;
	record.event.reason = GABION_REASON_SYSCALL;
	record.event.object = NULL;
	record.event.wanted = 101;
	record.event.present |= HAS(ABI) | HAS(ARGUMENTS) | HAS(OUTCOME);
	record.event.arguments[0] = 16;
	record.event.outcome = GABION_OUTCOME(GABION_ACTION_ERRNO, 1);
	assert_part(&record, "DENIED  nginx  syscall ptrace(0x10, 0x0, 0x0, 0x0, 0x0, 0x0): errno "
			     "EPERM  (the domain's syscall filter)  nginx[812]");
	record.event.abi = GABION_ABI_I386;
	record.event.outcome = GABION_OUTCOME(GABION_ACTION_KILL, 0);
	record.event.wanted = 26;
	assert_part(&record, "ptrace(0x10, 0x0, 0x0, 0x0, 0x0, 0x0) of i386: kill  (");
	record.event.abi = 9;
	assert_part(&record, "syscall 26(0x10, 0x0, 0x0, 0x0, 0x0, 0x0) of ABI 9: kill  (");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refused_syscall),
		cmocka_unit_test(denied_read),
		cmocka_unit_test(colour_only_when_asked),
		cmocka_unit_test(complaint_and_grant),
		cmocka_unit_test(names_cannot_forge_lines),
		cmocka_unit_test(rename_has_two_names),
		cmocka_unit_test(net_endpoint),
		cmocka_unit_test(signal_to_a_domain),
		cmocka_unit_test(capability_family_and_control),
		cmocka_unit_test(netlink_protocol),
		cmocka_unit_test(command_of_an_ioctl),
		cmocka_unit_test(domain_permissions),
		cmocka_unit_test(other_kinds),
	};

	setenv("TZ", "UTC", 1);
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
