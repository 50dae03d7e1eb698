// SPDX-License-Identifier: GPL-2.0
/*
 * What the journal gets, byte for byte.  A datagram socket in a mount namespace
 * of our own stands for journald; without the privilege for one it is skipped.
 */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "../daemon/output.h"
#include "test.h"

static int journal = -1;
static struct gabion_output_spec journald = {
	.kind = GABION_OUTPUT_JOURNALD, .name = (char *)"journald"
};

static int setup(void **state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX,
				       .sun_path = "/run/systemd/journal/socket" };

	(void)state;
	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("tmpfs", "/run", "tmpfs", 0, NULL))
		return 0;
	mkdir("/run/systemd", 0700);
	mkdir("/run/systemd/journal", 0700);
	journal = socket(AF_UNIX, SOCK_DGRAM, 0);
	return bind(journal, (struct sockaddr *)&address, sizeof(address));
}

static int teardown(void **state)
{
	(void)state;
	if (journal >= 0)
		close(journal);
	return 0;
}

static void assert_field(const char *entry, size_t n, const char *field, size_t length)
{
	if (!memmem(entry, n, field, length))
		fail_msg("field '%s' is not in '%s'", field, entry);
}

/* CI fails on a skip (selftests/all). */
static void need_journal(void)
{
	if (journal >= 0)
		return;
	print_message("skipped: no journal socket of our own: run as root, in a mount namespace\n");
	skip();
}

static void event_has_message_and_fields(void **state)
{
	struct gabion_record record = {
		.instance = 0xab,
		.event = {
			.present = 1ULL << GABION_E_TGID | 1ULL << GABION_E_UID,
			.sequence = 127,
			.type = GABION_EVENT_ACCESS,
			.verdict = GABION_VERDICT_DENIED,
			.reason = GABION_REASON_SIGMA,
			.klass = GABION_CLASS_FILE,
			.wanted = GABION_FILE_READ,
			.refused = GABION_FILE_READ,
			.domain = "nginx",
			.object = "/tmp/\xff\nPRIORITY=0",
			.tgid = 812,
			.comm = "nginx",
		},
	};
	/* A value with a newline: name, newline, length in 64 bits, bytes (native protocol). */
	static const char object[] = "GABION_OBJECT\n\x11\0\0\0\0\0\0\0/tmp/\xff\nPRIORITY=0\n";
	struct gabion_error error;
	struct gabion_sink *sink;
	char entry[4096] = { 0 };
	ssize_t n;

	(void)state;
	need_journal();
	assert_int_equal(gabion_output_open(&sink, &journald, &error), 0);
	assert_int_equal(sink->ops->put(sink, &record, "{\"a\":1}\n", 8, &error), 0);
	n = recv(journal, entry, sizeof(entry), MSG_DONTWAIT);
	assert_true(n > 0);
#define FIELD(text) assert_field(entry, (size_t)n, text, sizeof(text) - 1)
	FIELD("MESSAGE=DENIED  nginx  read  /tmp/\\xff\\x0aPRIORITY=0  (no rule grants it)");
	FIELD("\nPRIORITY=4\n");
	FIELD("\nGABION_SEQUENCE=127\n");
	FIELD("\nGABION_INSTANCE=00000000000000ab\n");
	FIELD("\nGABION_VERDICT=denied\n");
	FIELD("\nGABION_DOMAIN=nginx\n");
	FIELD("\nGABION_PID=812\n");
	FIELD("\nGABION_JSON={\"a\":1}\n");
	assert_field(entry, (size_t)n, object, sizeof(object) - 1);
	gabion_sink_close(sink);
}

static void loss_is_an_error_message(void **state)
{
	struct gabion_record record = {
		.kind = GABION_RECORD_LOSS, .cpu = 1, .count = 2, .total = 9, .text = (char *)"web"
	};
	struct gabion_error error;
	struct gabion_sink *sink;
	char entry[4096] = { 0 };
	ssize_t n;

	(void)state;
	need_journal();
	assert_int_equal(gabion_output_open(&sink, &journald, &error), 0);
	assert_int_equal(sink->ops->put(sink, &record, "{}\n", 3, &error), 0);
	n = recv(journal, entry, sizeof(entry), MSG_DONTWAIT);
	assert_true(n > 0);
	FIELD("MESSAGE=LOST    2 events of web on cpu 1, 9 there");
	FIELD("\nPRIORITY=3\n");
	FIELD("\nGABION_TYPE=loss\n");
	FIELD("\nGABION_DOMAIN=web\n");
	gabion_sink_close(sink);
}

/* Its queue is full: it takes nothing, nobody waits, and it goes on where it stopped. */
static void journal_that_stands_still_holds_nobody_up(void **state)
{
	struct gabion_record record = { .kind = GABION_RECORD_LOSS };
	struct gabion_error error = { 0 };
	int taken = 0, entries = 0, i;
	struct gabion_sink *sink;
	char entry[4096];

	(void)state;
	need_journal();
	assert_int_equal(gabion_output_open(&sink, &journald, &error), 0);
	while (!sink->ops->put(sink, &record, "{}\n", 3, &error))
		taken++;
	assert_int_equal(error.code, -EAGAIN);
	assert_non_null(strstr(error.text, "the journal: it does not read"));
	for (i = 0; recv(journal, entry, sizeof(entry), MSG_DONTWAIT) > 0; i++)
		entries++;
	assert_int_equal(entries, taken);
	assert_int_equal(sink->ops->put(sink, &record, "{}\n", 3, &error), 0);
	assert_true(recv(journal, entry, sizeof(entry), MSG_DONTWAIT) > 0);
	gabion_sink_close(sink);
}

/* A memory file comes in place of what no datagram can hold. */
static void entry_that_is_too_long_for_a_datagram_comes_whole(void **state)
{
	static const size_t length = 16 << 20;
	char *line = malloc(length), *entry = malloc(length + 4096);
	struct gabion_record record = { .kind = GABION_RECORD_LOSS };
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr header;
	} control;
	struct msghdr message = { .msg_control = &control, .msg_controllen = sizeof(control) };
	struct gabion_error error;
	struct gabion_sink *sink;
	ssize_t n;
	int fd;

	(void)state;
	need_journal();
	memset(line, 'x', length);
	line[length - 1] = '\n';
	assert_int_equal(gabion_output_open(&sink, &journald, &error), 0);
	assert_int_equal(sink->ops->put(sink, &record, line, length, &error), 0);
	assert_int_equal(recvmsg(journal, &message, MSG_DONTWAIT), 0);
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(fd));
	n = pread(fd, entry, length + 4096, 0);
	assert_true(n > (ssize_t)length);
	FIELD("\nGABION_TYPE=loss\n");
	assert_memory_equal(entry + n - length, line, length);
	/* journald takes sealed files only. */
	assert_int_equal(write(fd, "x", 1), -1);
	close(fd);
	gabion_sink_close(sink);
	free(line);
	free(entry);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(event_has_message_and_fields),
		cmocka_unit_test(loss_is_an_error_message),
		cmocka_unit_test(journal_that_stands_still_holds_nobody_up),
		cmocka_unit_test(entry_that_is_too_long_for_a_datagram_comes_whole),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
