// SPDX-License-Identifier: GPL-2.0
/* Capabilities that the kernel asks for without security_capable(). */
#include <linux/capability.h>
#include <linux/securebits.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>
#include "kselftest_harness.h"

#define ATTEMPT_WITHOUT_FILES
#include "lib/attempt.h"

#define PRIVILEGE_VARIANT(name, capability)					\
	FIXTURE_VARIANT_ADD(attempt, name)					\
	{									\
		.run = name, .error = EPERM, .klass = GABION_CLASS_CAPABILITY,	\
		.refused = capability, .refused_by = "powerless",		\
	}

static int set_secure_bits(void)
{
	return ATTEMPT(prctl(PR_SET_SECUREBITS, SECBIT_KEEP_CAPS));
}
PRIVILEGE_VARIANT(set_secure_bits, CAP_SETPCAP);

static int lock_secure_bits(void)
{
	return ATTEMPT(prctl(PR_SET_SECUREBITS, SECBIT_NOROOT | SECBIT_NOROOT_LOCKED));
}
PRIVILEGE_VARIANT(lock_secure_bits, CAP_SETPCAP);

static int drop_from_bounding_set(void)
{
	return ATTEMPT(prctl(PR_CAPBSET_DROP, CAP_SYS_BOOT));
}
PRIVILEGE_VARIANT(drop_from_bounding_set, CAP_SETPCAP);

/* With FIXED, or the kernel would choose another place. */
static int map_low(unsigned long address, int more)
{
	void *where = mmap((void *)address, 4096, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | more, -1, 0);

	return where == MAP_FAILED ? errno : 0;
}

static int map_null(void)
{
	return map_low(0, 0);
}
PRIVILEGE_VARIANT(map_null, CAP_SYS_RAWIO);

static int map_second_page(void)
{
	return map_low(4096, 0);
}
PRIVILEGE_VARIANT(map_second_page, CAP_SYS_RAWIO);

static int move_to_low(void)
{
	void *from = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	void *to = mremap(from, 4096, 4096, MREMAP_MAYMOVE | MREMAP_FIXED, (void *)8192);

	return to == MAP_FAILED ? errno : 0;
}
PRIVILEGE_VARIANT(move_to_low, CAP_SYS_RAWIO);

GABION_FIXTURE(privilege)

static int read_secure_bits(void)
{
	return ATTEMPT(prctl(PR_GET_SECUREBITS));
}

static int name_oneself(void)
{
	return ATTEMPT(prctl(PR_SET_NAME, "renamed"));
}

static int map_just_above(void)
{
	return map_low(0x10000, 0);
}

/* What needs no capability is not stopped beside it. */
TEST_F(privilege, harmless_neighbours)
{
	EXPECT_EQ(0, confine_run(self->client, "powerless", read_secure_bits));
	EXPECT_EQ(0, confine_run(self->client, "powerless", name_oneself));
	EXPECT_EQ(0, confine_run(self->client, "powerless", map_just_above));
	EXPECT_EQ(0, confine_events_count(self->client, &(struct confine_expect){
		.klass = GABION_CLASS_CAPABILITY, .domain = "powerless" }));
}

TEST_HARNESS_MAIN
