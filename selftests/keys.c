// SPDX-License-Identifier: GPL-2.0
/* The kernel's keys: making them, and every operation on one that is there. */
#include <linux/keyctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "kselftest_harness.h"

#define ATTEMPT_WITHOUT_FILES
#include "lib/attempt.h"

#define NAME "gabion-test"

/* Everything for the owner, who need not possess it. */
#define OWNER_ALL 0x3f3f0000

static int key, ring;

static int control(int operation, unsigned long a, unsigned long b, unsigned long c,
		   unsigned long d)
{
	return ATTEMPT(syscall(SYS_keyctl, operation, a, b, c, d));
}

static int add(const char *type, const char *name, const char *content, int where)
{
	return syscall(SYS_add_key, type, name, content, content ? strlen(content) : 0, where);
}

/* A key in a keyring, both the user's: what any process of root's finds. */
static int before(struct gabion_netlink *client)
{
	ring = add("keyring", NAME "-ring", NULL, KEY_SPEC_USER_KEYRING);
	if (ring < 0)
		return errno;
	key = add("user", NAME, "content", ring);
	return key < 0 ? errno : control(KEYCTL_SETPERM, key, OWNER_ALL, 0, 0) ?:
				 control(KEYCTL_SETPERM, ring, OWNER_ALL, 0, 0);
}

static void after(void)
{
	control(KEYCTL_UNLINK, ring, KEY_SPEC_USER_KEYRING, 0, 0);
}

#define KEY_VARIANT(name, status)						\
	FIXTURE_VARIANT_ADD(attempt, name)					\
	{									\
		.run = name, .before = before, .after = after, .error = status,	\
		.klass = GABION_CLASS_CONTROL, .refused = GABION_CONTROL_KEYS,	\
	}

/* These make a key or a keyring and touch no other: key_alloc alone can refuse. */
static int make_session(void)
{
	return control(KEYCTL_JOIN_SESSION_KEYRING, 0, 0, 0, 0);
}
KEY_VARIANT(make_session, EPERM);

static int make_thread_keyring(void)
{
	return control(KEYCTL_GET_KEYRING_ID, KEY_SPEC_THREAD_KEYRING, 1, 0, 0);
}
KEY_VARIANT(make_thread_keyring, EPERM);

static int add_to_process(void)
{
	return ATTEMPT(add("user", NAME "-new", "x", KEY_SPEC_PROCESS_KEYRING));
}
KEY_VARIANT(add_to_process, EPERM);

static int add_to_ring(void)
{
	return ATTEMPT(add("user", NAME "-new", "x", ring));
}
KEY_VARIANT(add_to_ring, EPERM);

static int update_by_adding(void)
{
	return ATTEMPT(add("user", NAME, "other", ring));
}
KEY_VARIANT(update_by_adding, EPERM);

static int read_key(void)
{
	char buffer[16];

	return control(KEYCTL_READ, key, (unsigned long)buffer, sizeof(buffer), 0);
}
/* keyctl_read_key() says that of whatever it cannot look up. */
KEY_VARIANT(read_key, ENOKEY);

static int describe(void)
{
	char buffer[64];

	return control(KEYCTL_DESCRIBE, key, (unsigned long)buffer, sizeof(buffer), 0);
}
KEY_VARIANT(describe, EPERM);

static int update(void)
{
	return control(KEYCTL_UPDATE, key, (unsigned long)"changed", 7, 0);
}
KEY_VARIANT(update, EPERM);

static int revoke_key(void)
{
	return control(KEYCTL_REVOKE, key, 0, 0, 0);
}
KEY_VARIANT(revoke_key, EPERM);

static int invalidate(void)
{
	return control(KEYCTL_INVALIDATE, key, 0, 0, 0);
}
KEY_VARIANT(invalidate, EPERM);

static int set_timeout(void)
{
	return control(KEYCTL_SET_TIMEOUT, key, 100, 0, 0);
}
KEY_VARIANT(set_timeout, EPERM);

static int set_permissions(void)
{
	return control(KEYCTL_SETPERM, key, OWNER_ALL, 0, 0);
}
KEY_VARIANT(set_permissions, EPERM);

static int change_owner(void)
{
	return control(KEYCTL_CHOWN, key, 0, -1, 0);
}
KEY_VARIANT(change_owner, EPERM);

static int link_key(void)
{
	return control(KEYCTL_LINK, key, ring, 0, 0);
}
KEY_VARIANT(link_key, EPERM);

static int unlink_key(void)
{
	return control(KEYCTL_UNLINK, key, ring, 0, 0);
}
KEY_VARIANT(unlink_key, EPERM);

static int clear_ring(void)
{
	return control(KEYCTL_CLEAR, ring, 0, 0, 0);
}
KEY_VARIANT(clear_ring, EPERM);

static int search(void)
{
	return control(KEYCTL_SEARCH, ring, (unsigned long)"user", (unsigned long)NAME, 0);
}
KEY_VARIANT(search, EPERM);

static int get_label(void)
{
	char buffer[64];

	return control(KEYCTL_GET_SECURITY, key, (unsigned long)buffer, sizeof(buffer), 0);
}
KEY_VARIANT(get_label, EPERM);

/* Not found rather than not permitted: the search passes over what it may not see. */
static int request(void)
{
	return ATTEMPT(syscall(SYS_request_key, "user", NAME, NULL, 0));
}
KEY_VARIANT(request, ENOKEY);

GABION_FIXTURE(keys)

TEST_F(keys, what_was_refused_did_not_happen)
{
	char buffer[16] = "";

	ASSERT_EQ(0, before(self->client));
	EXPECT_EQ(EPERM, confine_run(self->client, "refused", update));
	EXPECT_EQ(EPERM, confine_run(self->client, "refused", update_by_adding));
	EXPECT_EQ(EPERM, confine_run(self->client, "refused", revoke_key));
	EXPECT_EQ(EPERM, confine_run(self->client, "refused", clear_ring));
	EXPECT_EQ(0, control(KEYCTL_READ, key, (unsigned long)buffer, sizeof(buffer) - 1, 0));
	EXPECT_STREQ("content", buffer);
	EXPECT_EQ(0, search());
	after();
}

TEST_HARNESS_MAIN
