// SPDX-License-Identifier: GPL-2.0
/* The control interface and bad input: refused whole, and the policy stays. */
#include <fcntl.h>
#include <linux/genetlink.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <linux/capability.h>
#include <sys/wait.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "core/view.h"
#include "lib/fixture.h"

FIXTURE(policy)
{
	struct gabion_netlink *client;
	struct nl_sock *sock;
	int family;
	uint8_t *image;
	size_t size;
	uint32_t generation;
};

static uint32_t generation(struct gabion_netlink *client)
{
	struct gabion_status status = { 0 };
	struct gabion_error error = { 0 };

	return gabion_netlink_status(client, &status, &error) ? 0 : status.generation;
}

FIXTURE_SETUP(policy)
{
	struct gabion_error error = { 0 };
	struct stat st;
	int fd = open(getenv("GABION_IMAGE") ?: "", O_RDONLY);

	ASSERT_LE(0, fd)
		TH_LOG("GABION_IMAGE names no compiled policy: run selftests/run");
	fstat(fd, &st);
	self->size = st.st_size;
	self->image = malloc(self->size);
	ASSERT_EQ(st.st_size, read(fd, self->image, self->size));
	close(fd);
	ASSERT_EQ(0, gabion_netlink_open(&self->client, &error))
		TH_LOG("%s", error.text);
	self->sock = nl_socket_alloc();
	ASSERT_EQ(0, genl_connect(self->sock));
	self->family = genl_ctrl_resolve(self->sock, GABION_GENL_NAME);
	ASSERT_LT(0, self->family);
	confine_prepare();
	self->generation = generation(self->client);
	ASSERT_LT(0, self->generation);
}

static int read_object(void)
{
	return ATTEMPT(open(TEST_DIR "/object/file", O_RDONLY));
}

/* After every bad input: the same policy, enforced. */
FIXTURE_TEARDOWN(policy)
{
	EXPECT_EQ(EACCES, confine_run(self->client, "refused", read_object));
	EXPECT_EQ(0, confine_run(self->client, "granted", read_object));
	gabion_netlink_close(self->client);
	nl_socket_free(self->sock);
	free(self->image);
}

static int load(FIXTURE_DATA(policy) *self, const void *image, size_t size, char *text)
{
	struct gabion_error error = { 0 };
	int err = gabion_netlink_policy_load(self->client, image, size, &error);

	strcpy(text, error.text);
	return err;
}

TEST_F(policy, a_good_image_is_loaded)
{
	char text[1024];

	EXPECT_EQ(0, load(self, self->image, self->size, text)) {
		TH_LOG("%s", text);
	}
	EXPECT_EQ(self->generation + 1, generation(self->client));
}

TEST_F(policy, a_truncated_image_is_refused)
{
	static const size_t cut[] = { 1, 7, 31, 32, 33, 100, 1000 };
	char text[1024];
	size_t i;

	for (i = 0; i < sizeof(cut) / sizeof(*cut); i++)
		EXPECT_GT(0, load(self, self->image, cut[i], text));
	EXPECT_GT(0, load(self, self->image, self->size - 1, text));
	EXPECT_NE(NULL, strstr(text, "truncated"));
	EXPECT_EQ(self->generation, generation(self->client));
}

TEST_F(policy, a_flipped_bit_is_noticed)
{
	char text[1024];
	size_t i;

	for (i = 0; i < 64; i++) {
		size_t at = i * (self->size - 1) / 63;

		self->image[at] ^= 1 << (i % 8);
		EXPECT_GT(0, load(self, self->image, self->size, text));
		self->image[at] ^= 1 << (i % 8);
	}
	EXPECT_EQ(self->generation, generation(self->client));
}

/* A forger computes the checksum anew: structure is verified, not only the sum. */
TEST_F(policy, a_forged_image_does_no_harm)
{
	struct gabion_policy_header *h = (void *)self->image;
	unsigned int refused = 0, seed = 1;
	char text[1024];
	size_t i;

	for (i = 0; i < 300; i++) {
		size_t at = sizeof(*h) + rand_r(&seed) % (self->size - sizeof(*h));
		uint8_t old = self->image[at];

		/* Mostly in the tables' heads, where structure is. */
		if (i % 2)
			at = sizeof(*h) + rand_r(&seed) % 600;
		old = self->image[at];
		self->image[at] = rand_r(&seed);
		h->crc = htole32(gabion_image_checksum(self->image, self->size));
		refused += load(self, self->image, self->size, text) != 0;
		self->image[at] = old;
	}
	EXPECT_LT(0, refused);
	h->crc = htole32(gabion_image_checksum(self->image, self->size));
	EXPECT_EQ(0, load(self, self->image, self->size, text)) {
		TH_LOG("%s", text);
	}
}

/* --- raw messages --- */

/* Send @msg (freed) and return the answer's error. */
static int ask(FIXTURE_DATA(policy) *self, struct nl_msg *msg)
{
	int err = nl_send_auto(self->sock, msg);

	nlmsg_free(msg);
	if (err < 0)
		return err;
	return nl_wait_for_ack(self->sock);
}

static struct nl_msg *message(FIXTURE_DATA(policy) *self, int cmd, int flags)
{
	struct nl_msg *msg = nlmsg_alloc_size(GABION_CHUNK_MAX * 2 + 1024);

	genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, self->family, 0, flags | NLM_F_ACK, cmd,
		    GABION_GENL_VERSION);
	return msg;
}

TEST_F(policy, a_missing_attribute)
{
	EXPECT_EQ(-NLE_INVAL, ask(self, message(self, GABION_CMD_POLICY_BEGIN, 0)));
	EXPECT_EQ(-NLE_INVAL, ask(self, message(self, GABION_CMD_TASK_ASSIGN, 0)));
	EXPECT_EQ(-NLE_INVAL, ask(self, message(self, GABION_CMD_TASK_EXEC, 0)));
}

TEST_F(policy, a_repeated_attribute)
{
	struct nl_msg *msg = message(self, GABION_CMD_POLICY_BEGIN, 0);

	nla_put_u32(msg, GABION_A_SIZE, 100);
	nla_put_u32(msg, GABION_A_SIZE, 200);
	EXPECT_EQ(-NLE_INVAL, ask(self, msg));
}

TEST_F(policy, an_attribute_of_another_command)
{
	struct nl_msg *msg = message(self, GABION_CMD_STATUS, 0);

	nla_put_u32(msg, GABION_A_SIZE, 100);
	EXPECT_EQ(-NLE_INVAL, ask(self, msg));
}

TEST_F(policy, an_unknown_attribute)
{
	struct nl_msg *msg = message(self, GABION_CMD_STATUS, 0);

	nla_put_u32(msg, GABION_A_MAX + 7, 100);
	EXPECT_GT(0, ask(self, msg));
}

TEST_F(policy, an_oversized_attribute)
{
	static char data[GABION_CHUNK_MAX + 1];
	struct nl_msg *msg = message(self, GABION_CMD_POLICY_CHUNK, 0);

	nla_put_u32(msg, GABION_A_OFFSET, 0);
	nla_put(msg, GABION_A_DATA, sizeof(data), data);
	EXPECT_GT(0, ask(self, msg));
	msg = message(self, GABION_CMD_TASK_EXEC, 0);
	memset(data, 'a', 100);
	nla_put(msg, GABION_A_DOMAIN, 100, data);
	EXPECT_GT(0, ask(self, msg));
}

TEST_F(policy, a_short_attribute)
{
	struct nl_msg *msg = message(self, GABION_CMD_POLICY_BEGIN, 0);

	nla_put_u16(msg, GABION_A_SIZE, 100);
	EXPECT_GT(0, ask(self, msg));
}

TEST_F(policy, chunks_must_follow_each_other)
{
	struct nl_msg *msg = message(self, GABION_CMD_POLICY_CHUNK, 0);

	nla_put_u32(msg, GABION_A_OFFSET, 0);
	nla_put(msg, GABION_A_DATA, 4, "abcd");
	/* No transaction. */
	EXPECT_GT(0, ask(self, msg));
	msg = message(self, GABION_CMD_POLICY_BEGIN, 0);
	nla_put_u32(msg, GABION_A_SIZE, 8);
	EXPECT_EQ(0, ask(self, msg));
	msg = message(self, GABION_CMD_POLICY_CHUNK, 0);
	nla_put_u32(msg, GABION_A_OFFSET, 4);
	nla_put(msg, GABION_A_DATA, 4, "abcd");
	EXPECT_EQ(-NLE_INVAL, ask(self, msg));
	msg = message(self, GABION_CMD_POLICY_CHUNK, 0);
	nla_put_u32(msg, GABION_A_OFFSET, 0);
	nla_put(msg, GABION_A_DATA, 12, "abcdefghijkl");
	EXPECT_EQ(-NLE_INVAL, ask(self, msg));
	/* Too few bytes. */
	EXPECT_EQ(-NLE_INVAL, ask(self, message(self, GABION_CMD_POLICY_COMMIT, 0)));
}

/* Another socket cannot meddle, and a dead one leaves nothing. */
TEST_F(policy, a_transaction_ends_with_its_socket)
{
	struct nl_msg *msg = message(self, GABION_CMD_POLICY_BEGIN, 0);
	char text[1024];

	nla_put_u32(msg, GABION_A_SIZE, 1 << 20);
	ASSERT_EQ(0, ask(self, msg));
	EXPECT_EQ(-EBUSY, load(self, self->image, self->size, text));
	nl_close(self->sock);
	ASSERT_EQ(0, genl_connect(self->sock));
	EXPECT_EQ(0, load(self, self->image, self->size, text));
}

static int ask_status(void)
{
	struct gabion_netlink *client;
	struct gabion_status status;
	struct gabion_error error = { 0 };

	if (gabion_netlink_open(&client, &error))
		return 99;
	return -gabion_netlink_status(client, &status, &error);
}

static int ask_without_capability(void)
{
	struct __user_cap_header_struct h = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct none[2] = { 0 };

	if (syscall(SYS_capset, &h, none))
		return 98;
	return ask_status();
}

TEST_F(policy, privilege_is_needed)
{
	EXPECT_EQ(0, confine_run(self->client, NULL, ask_status));
	EXPECT_EQ(EPERM, confine_run(self->client, NULL, ask_without_capability));
	/* All capabilities that a domain can hold do not make it an administrator. */
	EXPECT_EQ(EPERM, confine_run(self->client, "granted", ask_status));
}

TEST_F(policy, a_policy_without_a_running_domain_is_refused)
{
	char text[1024];
	pid_t pid = confine_sleeper(self->client, "target");

	ASSERT_LT(0, pid);
	if (system("printf 'domain other {\\n}\\n' > /tmp/small.gabion && gabion check --output /tmp/small.image /tmp/small.gabion > /dev/null"))
		ASSERT_EQ(0, 1);
	EXPECT_NE(0, system("gabion load --image /tmp/small.image 2>/tmp/small.error"));
	EXPECT_EQ(0, system("grep -q \"runs in domain 'target'\" /tmp/small.error"));
	confine_release(pid);
	EXPECT_EQ(self->generation, generation(self->client));
	(void)text;
}

TEST_HARNESS_MAIN
