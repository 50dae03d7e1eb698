// SPDX-License-Identifier: GPL-2.0
/* Frames and jobs between `gabion vm run` and the init of its guest. */
#include "../../agent/tests/test.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../guest/protocol.h"

static const char *argv_of_two[] = {"/bin/echo", "", NULL};
static const char *env_of_one[] = {"PATH=/bin", NULL};

static struct gabion_guest_job sample(void)
{
	return (struct gabion_guest_job){
		.tty = true,
		.rows = 25,
		.columns = 80,
		.rootfs = "erofs",
		.hostname = "vm-1",
		.cwd = "/srv",
		.argv = argv_of_two,
		.env = env_of_one,
		.shares = {{"/data", true}, {"/out", false}},
		.share_count = 2,
	};
}

static unsigned char *encode_sample(size_t *size)
{
	struct gabion_guest_job job = sample();
	unsigned char *payload;

	assert_int_equal(gabion_guest_job_encode(&job, &payload, size), 0);
	return payload;
}

static void test_job_comes_back(void **state)
{
	struct gabion_guest_job job;
	size_t size;
	unsigned char *payload = encode_sample(&size);

	(void)state;
	assert_int_equal(gabion_guest_job_decode(&job, payload, size), 0);
	assert_true(job.tty);
	assert_int_equal(job.rows, 25);
	assert_int_equal(job.columns, 80);
	assert_string_equal(job.rootfs, "erofs");
	assert_string_equal(job.hostname, "vm-1");
	assert_string_equal(job.cwd, "/srv");
	assert_string_equal(job.argv[0], "/bin/echo");
	assert_string_equal(job.argv[1], "");
	assert_null(job.argv[2]);
	assert_string_equal(job.env[0], "PATH=/bin");
	assert_null(job.env[1]);
	assert_int_equal(job.share_count, 2);
	assert_string_equal(job.shares[0].path, "/data");
	assert_true(job.shares[0].read_only);
	assert_false(job.shares[1].read_only);
	gabion_guest_job_free(&job);
	free(payload);
}

/* Exactly so many bytes, so that the sanitizer sees one that is read beyond. */
static int decode_exactly(const unsigned char *payload, size_t size)
{
	unsigned char *copy = malloc(size ? size : 1);
	struct gabion_guest_job job;
	int err;

	assert_non_null(copy);
	memcpy(copy, payload, size);
	err = gabion_guest_job_decode(&job, copy, size);
	if (!err)
		gabion_guest_job_free(&job);
	free(copy);
	return err;
}

static void test_a_shorter_or_longer_job_is_refused(void **state)
{
	unsigned char *payload, *longer;
	size_t size, i;

	(void)state;
	payload = encode_sample(&size);
	for (i = 0; i < size; i++)
		assert_int_equal(decode_exactly(payload, i), -EPROTO);
	longer = calloc(1, size + 1);
	assert_non_null(longer);
	memcpy(longer, payload, size);
	assert_int_equal(decode_exactly(longer, size + 1), -EPROTO);
	free(longer);
	free(payload);
}

static void test_any_byte_may_be_another(void **state)
{
	static const unsigned char values[] = {0, 1, 0x7f, 0x80, 0xff};
	unsigned char *payload, before;
	size_t size, i, j;
	int err;

	(void)state;
	payload = encode_sample(&size);
	for (i = 0; i < size; i++) {
		before = payload[i];
		for (j = 0; j < sizeof(values); j++) {
			payload[i] = values[j];
			err = decode_exactly(payload, size);
			assert_true(!err || err == -EPROTO);
		}
		payload[i] = before;
	}
	free(payload);
}

static void test_wrong_values_are_refused(void **state)
{
	struct gabion_guest_job job = sample();
	unsigned char *payload;
	size_t size;

	(void)state;
	job.cwd = "srv";
	assert_int_equal(gabion_guest_job_encode(&job, &payload, &size), 0);
	assert_int_equal(decode_exactly(payload, size), -EPROTO);
	free(payload);
	job = sample();
	job.shares[1].path = "out";
	assert_int_equal(gabion_guest_job_encode(&job, &payload, &size), 0);
	assert_int_equal(decode_exactly(payload, size), -EPROTO);
	free(payload);
	job = sample();
	job.argv = env_of_one + 1;
	assert_int_equal(gabion_guest_job_encode(&job, &payload, &size), 0);
	assert_int_equal(decode_exactly(payload, size), -EPROTO);
	free(payload);
}

static void test_bounds_of_a_job(void **state)
{
	const char **words = calloc(GABION_GUEST_WORDS_MAX + 2, sizeof(*words));
	struct gabion_guest_job job = sample();
	unsigned char *payload;
	size_t size, i;
	char *large;

	(void)state;
	assert_non_null(words);
	for (i = 0; i < GABION_GUEST_WORDS_MAX; i++)
		words[i] = "x";
	job.argv = words;
	assert_int_equal(gabion_guest_job_encode(&job, &payload, &size), 0);
	assert_int_equal(decode_exactly(payload, size), 0);
	free(payload);
	words[GABION_GUEST_WORDS_MAX] = "x";
	assert_int_equal(gabion_guest_job_encode(&job, &payload, &size), -E2BIG);
	free(words);
	large = malloc(GABION_GUEST_JOB_MAX + 1);
	assert_non_null(large);
	memset(large, 'x', GABION_GUEST_JOB_MAX);
	large[GABION_GUEST_JOB_MAX] = '\0';
	job = sample();
	job.cwd = large;
	assert_int_equal(gabion_guest_job_encode(&job, &payload, &size), -E2BIG);
	free(large);
}

static void test_hello(void **state)
{
	unsigned char hello[GABION_GUEST_HELLO_SIZE];

	(void)state;
	gabion_guest_hello_encode(hello, GABION_CHANNEL_STDERR);
	assert_int_equal(gabion_guest_hello_decode(hello), GABION_CHANNEL_STDERR);
	gabion_guest_hello_encode(hello, GABION_CHANNELS_END);
	assert_int_equal(gabion_guest_hello_decode(hello), -EPROTO);
	gabion_guest_hello_encode(hello, GABION_CHANNEL_CONTROL);
	hello[4]++;
	assert_int_equal(gabion_guest_hello_decode(hello), -EPROTO);
	hello[4]--;
	hello[0]++;
	assert_int_equal(gabion_guest_hello_decode(hello), -EPROTO);
}

static void test_frames_byte_by_byte(void **state)
{
	static const unsigned char stream[] = {
		3, 0, 0, 0, GABION_GUEST_FAILED,  0, 0, 0, 'a', 'b', 'c',
		0, 0, 0, 0, GABION_GUEST_STARTED, 0, 0, 0};
	struct gabion_guest_reader reader = {.max = 3};
	struct gabion_guest_frame frame;
	unsigned int frames = 0;
	size_t i;
	int fds[2], got;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	for (i = 0; i < sizeof(stream); i++) {
		assert_int_equal(write(fds[0], stream + i, 1), 1);
		got = gabion_guest_read(&reader, fds[1], &frame);
		assert_int_equal(got, i == 10 || i == 18);
		if (!got)
			continue;
		assert_int_equal(frame.type, frames ? GABION_GUEST_STARTED : GABION_GUEST_FAILED);
		assert_int_equal(frame.size, frames++ ? 0 : 3);
	}
	close(fds[0]);
	assert_int_equal(gabion_guest_read(&reader, fds[1], &frame), -ENODATA);
	close(fds[1]);
	gabion_guest_reader_free(&reader);
}

static void test_an_end_within_a_frame_and_a_long_one(void **state)
{
	static const unsigned char half[] = {3, 0, 0, 0, 1}, large[] = {4, 0, 0, 0, 1, 0, 0, 0};
	struct gabion_guest_reader reader = {.max = 3};
	struct gabion_guest_frame frame;
	int fds[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	assert_int_equal(write(fds[0], half, sizeof(half)), sizeof(half));
	assert_int_equal(gabion_guest_read(&reader, fds[1], &frame), 0);
	shutdown(fds[0], SHUT_WR);
	assert_int_equal(gabion_guest_read(&reader, fds[1], &frame), -EPROTO);
	close(fds[0]);
	close(fds[1]);
	gabion_guest_reader_free(&reader);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	assert_int_equal(write(fds[0], large, sizeof(large)), sizeof(large));
	assert_int_equal(gabion_guest_read(&reader, fds[1], &frame), -EPROTO);
	close(fds[0]);
	close(fds[1]);
	gabion_guest_reader_free(&reader);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_job_comes_back),
		cmocka_unit_test(test_a_shorter_or_longer_job_is_refused),
		cmocka_unit_test(test_any_byte_may_be_another),
		cmocka_unit_test(test_wrong_values_are_refused),
		cmocka_unit_test(test_bounds_of_a_job),
		cmocka_unit_test(test_hello),
		cmocka_unit_test(test_frames_byte_by_byte),
		cmocka_unit_test(test_an_end_within_a_frame_and_a_long_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
