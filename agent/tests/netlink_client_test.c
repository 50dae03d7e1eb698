// SPDX-License-Identifier: GPL-2.0
/*
 * The client against a kernel that answers as it should, and as it should not.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../netlink/request.h"
#include "netlink_mock.h"
#include "test.h"

struct fixture {
	struct mock *mock;
	struct gabion_netlink *client;
	struct gabion_error error;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->mock = mock_start();
	*state = f;
	return gabion_netlink_open(&f->client, &f->error);
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	gabion_netlink_close(f->client);
	mock_stop(f->mock);
	free(f);
	return 0;
}

static void status_is_decoded_and_unknown_attributes_ignored(void **state)
{
	struct fixture *f = *state;
	struct gabion_status s;

	assert_int_equal(gabion_netlink_status(f->client, &s, &f->error), 0);
	assert_int_equal(s.instance, 0xfeedface12345678);
	assert_string_equal(s.module_version, "mock");
	assert_int_equal(s.cache_hits, 90);
	assert_false(s.locked);
}

static void policy_arrives_in_chunks_and_whole(void **state)
{
	struct fixture *f = *state;
	size_t size = 2 * GABION_CHUNK_MAX + 17, i;
	unsigned char *image = malloc(size);

	for (i = 0; i < size; i++)
		image[i] = (unsigned char)(i * 31);
	assert_int_equal(gabion_netlink_policy_load(f->client, image, size, &f->error), 0);
	assert_int_equal(f->mock->policy_size, size);
	assert_memory_equal(f->mock->policy, image, size);
	assert_int_equal(f->mock->commits, 1);
	free(image);
}

static void refused_commit_aborts_and_shows_the_kernels_words(void **state)
{
	struct fixture *f = *state;

	mock_fail(f->mock, GABION_CMD_POLICY_COMMIT, -EBUSY, "process 812 runs in domain nginx");
	assert_int_equal(gabion_netlink_policy_load(f->client, "12345678", 8, &f->error), -EBUSY);
	assert_string_equal(f->error.text,
			    "the policy was not loaded: process 812 runs in domain nginx");
	assert_int_equal(f->mock->aborts, 1);
	assert_int_equal(f->mock->commits, 0);
}

static void refusal_without_words_is_explained(void **state)
{
	struct fixture *f = *state;

	mock_fail(f->mock, GABION_CMD_LOCK, -EPERM, NULL);
	assert_int_equal(gabion_netlink_lock(f->client, &f->error), -EPERM);
	assert_non_null(strstr(f->error.text, "CAP_MAC_ADMIN"));
}

static void empty_policy_is_not_even_sent(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(gabion_netlink_policy_load(f->client, "", 0, &f->error), -EFBIG);
}

static int count_task(const struct gabion_task *task, void *data)
{
	assert_non_null(task->domain);
	++*(int *)data;
	return 0;
}

static int refuse_task(const struct gabion_task *task, void *data)
{
	(void)task;
	++*(int *)data;
	return -ENOSPC;
}

static void dump_gives_each_row(void **state)
{
	struct fixture *f = *state;
	int n = 0;

	assert_int_equal(gabion_netlink_tasks(f->client, count_task, &n, &f->error), 0);
	assert_int_equal(n, 3);
}

static void dump_can_be_given_up_and_the_next_request_works(void **state)
{
	struct fixture *f = *state;
	struct gabion_status s;
	int n = 0;

	assert_int_equal(gabion_netlink_tasks(f->client, refuse_task, &n, &f->error), -ENOSPC);
	assert_int_equal(n, 1);
	assert_int_equal(gabion_netlink_status(f->client, &s, &f->error), 0);
}

static void error_at_the_end_of_a_dump_is_reported(void **state)
{
	struct fixture *f = *state;
	int n = 0;

	mock_fail(f->mock, GABION_CMD_TASKS, -EPERM, "domain nginx may not administer");
	assert_int_equal(gabion_netlink_tasks(f->client, count_task, &n, &f->error), -EPERM);
	assert_string_equal(f->error.text, "domain nginx may not administer");
}

static void assign_and_exec_name_their_domain(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(gabion_netlink_task_assign(f->client, 812, "web", &f->error), 0);
	assert_int_equal(f->mock->assigned_pid, 812);
	assert_string_equal(f->mock->assigned, "web");
	assert_int_equal(gabion_netlink_task_exec(f->client, "db", &f->error), 0);
	assert_string_equal(f->mock->exec_domain, "db");
}

static void events_are_sorted_over_cpus(void **state)
{
	struct fixture *f = *state;
	struct gabion_batch batch = { 0 };

	mock_event(f->mock, 2, 0, "/b");
	mock_event(f->mock, 3, 1, "/c");
	mock_event(f->mock, 1, 2, "/a");
	mock_loss(f->mock, 3, 7);
	assert_int_equal(gabion_netlink_subscribe(f->client, &f->error), 0);
	assert_int_equal(gabion_netlink_read(f->client, 0, &batch, &f->error), 0);
	assert_int_equal(batch.nevents, 3);
	assert_string_equal(batch.events[0].object, "/a");
	assert_string_equal(batch.events[2].object, "/c");
	assert_int_equal(batch.ack, 3);
	assert_int_equal(batch.nlosses, 1);
	assert_int_equal(batch.losses[0].cpu, 3);
	assert_int_equal(batch.losses[0].count, 7);
	assert_string_equal(batch.losses[0].domain, "web");
	gabion_batch_free(&batch);
}

static void unacknowledged_events_come_again(void **state)
{
	struct fixture *f = *state;
	struct gabion_batch batch = { 0 };

	mock_event(f->mock, 1, 0, "/a");
	mock_event(f->mock, 2, 0, "/b");
	assert_int_equal(gabion_netlink_read(f->client, 0, &batch, &f->error), 0);
	gabion_batch_free(&batch);
	assert_int_equal(gabion_netlink_read(f->client, 1, &batch, &f->error), 0);
	assert_int_equal(batch.nevents, 1);
	assert_int_equal(batch.events[0].sequence, 2);
	gabion_batch_free(&batch);
}

static void notice_wakes_the_waiter_once(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(gabion_netlink_subscribe(f->client, &f->error), 0);
	assert_int_equal(gabion_netlink_wait(f->client, 0, &f->error), 0);
	mock_event(f->mock, 1, 0, "/a");
	assert_int_equal(gabion_netlink_wait(f->client, 5000, &f->error), 1);
	assert_int_equal(gabion_netlink_wait(f->client, 0, &f->error), 0);
}

static void notice_during_a_request_is_not_forgotten(void **state)
{
	struct fixture *f = *state;
	struct gabion_batch batch = { 0 };

	assert_int_equal(gabion_netlink_subscribe(f->client, &f->error), 0);
	/* The mock sends one in the middle of its first dump. */
	assert_int_equal(gabion_netlink_read(f->client, 0, &batch, &f->error), 0);
	assert_int_equal(gabion_netlink_wait(f->client, 0, &f->error), 1);
	gabion_batch_free(&batch);
}

static void notice_during_a_read_asks_for_another(void **state)
{
	struct fixture *f = *state;
	struct gabion_batch batch = { 0 };

	assert_int_equal(gabion_netlink_subscribe(f->client, &f->error), 0);
	assert_int_equal(gabion_netlink_read(f->client, 0, &batch, &f->error), 0);
	assert_true(gabion_netlink_noticed(f->client));
	assert_int_equal(gabion_netlink_read(f->client, 0, &batch, &f->error), 0);
	assert_false(gabion_netlink_noticed(f->client));
	gabion_batch_free(&batch);
}

static void messages_from_a_stranger_are_ignored(void **state)
{
	struct fixture *f = *state;
	struct nl_sock *stranger = nl_socket_alloc();
	struct nl_msg *msg = nlmsg_alloc();

	assert_int_equal(nl_connect(stranger, NETLINK_USERSOCK), 0);
	nl_socket_set_peer_port(stranger, nl_socket_get_local_port(f->client->sock));
	genlmsg_put(msg, 0, 0, MOCK_FAMILY, 0, 0, GABION_CMD_EVENT_READY, 1);
	assert_true(nl_send(stranger, msg) > 0);
	assert_int_equal(gabion_netlink_wait(f->client, 100, &f->error), 0);
	nlmsg_free(msg);
	nl_socket_free(stranger);
}

static void late_reply_to_an_older_request_is_skipped(void **state)
{
	struct fixture *f = *state;
	struct gabion_status s;
	struct nl_msg *msg = gabion_request_new(f->client, GABION_CMD_LOCK, 0, &f->error);

	/* Nobody waits for this one's verdict; it arrives before the next. */
	mock_fail(f->mock, GABION_CMD_LOCK, -EPERM, "stale");
	nl_complete_msg(f->client->sock, msg);
	assert_true(nl_send(f->client->sock, msg) > 0);
	nlmsg_free(msg);
	assert_int_equal(gabion_netlink_status(f->client, &s, &f->error), 0);
}

static int count_calls(const struct gabion_calls *calls, void *data)
{
	uint32_t *sum = data, number;

	assert_string_equal(calls->domain, "web");
	assert_int_equal(calls->known, 452);
	/* Beyond the bits that came, too. */
	for (number = 0; number < GABION_CALLS_MAX; number++)
		if (gabion_calls_has_used(calls, number))
			sum[calls->abi] += number + 1;
	return 0;
}

static void calls_are_read_bit_by_bit(void **state)
{
	struct fixture *f = *state;
	uint32_t sum[2] = { 0 };

	assert_int_equal(gabion_netlink_syscalls(f->client, count_calls, sum, &f->error), 0);
	assert_int_equal(sum[0], 1 + 60);
	assert_int_equal(sum[1], 0);
	f->mock->long_calls = true;
	assert_int_equal(gabion_netlink_syscalls(f->client, count_calls, sum, &f->error), -EBADMSG);
	assert_non_null(strstr(f->error.text, "CALLS_USED is too long: 257 bytes"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(status_is_decoded_and_unknown_attributes_ignored),
		TEST(calls_are_read_bit_by_bit),
		TEST(policy_arrives_in_chunks_and_whole),
		TEST(refused_commit_aborts_and_shows_the_kernels_words),
		TEST(refusal_without_words_is_explained),
		TEST(empty_policy_is_not_even_sent),
		TEST(dump_gives_each_row),
		TEST(dump_can_be_given_up_and_the_next_request_works),
		TEST(error_at_the_end_of_a_dump_is_reported),
		TEST(assign_and_exec_name_their_domain),
		TEST(events_are_sorted_over_cpus),
		TEST(unacknowledged_events_come_again),
		TEST(notice_wakes_the_waiter_once),
		TEST(notice_during_a_request_is_not_forgotten),
		TEST(notice_during_a_read_asks_for_another),
		TEST(messages_from_a_stranger_are_ignored),
		TEST(late_reply_to_an_older_request_is_skipped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
