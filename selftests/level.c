// SPDX-License-Identifier: GPL-2.0
/* The level order in the kernel (Bell-LaPadula), and exceptions to it. */
#include <fcntl.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "lib/fixture.h"

GABION_FIXTURE(level)

static int read_low(void)
{
	return ATTEMPT(open(TEST_DIR "/low", O_RDONLY));
}

static int read_high(void)
{
	return ATTEMPT(open(TEST_DIR "/high", O_RDONLY));
}

static int append_high(void)
{
	return ATTEMPT(open(TEST_DIR "/high", O_WRONLY | O_APPEND));
}

static int write_high(void)
{
	return ATTEMPT(open(TEST_DIR "/high", O_WRONLY));
}

static int write_low(void)
{
	return ATTEMPT(open(TEST_DIR "/low", O_WRONLY));
}

static int append_low(void)
{
	return ATTEMPT(open(TEST_DIR "/low", O_WRONLY | O_APPEND));
}

TEST_F(level, low_reads_low_and_appends_up)
{
	EXPECT_EQ(0, confine_run(self->client, "low_domain", read_low));
	EXPECT_EQ(0, confine_run(self->client, "low_domain", append_high));
	EXPECT_EQ(EACCES, confine_run(self->client, "low_domain", read_high));
	EXPECT_EQ(EACCES, confine_run(self->client, "low_domain", write_high));
}

TEST_F(level, high_reads_down)
{
	EXPECT_EQ(0, confine_run(self->client, "high_domain", read_low));
	EXPECT_EQ(0, confine_run(self->client, "high_domain", read_high));
	EXPECT_EQ(0, confine_run(self->client, "high_domain", write_high));
}

/* `trusted write low_file` is an exception for just that. */
TEST_F(level, trusted_exception_is_exact)
{
	EXPECT_EQ(0, confine_run(self->client, "high_domain", write_low));
	EXPECT_EQ(0, confine_run(self->client, "high_domain", append_low));
}

TEST_HARNESS_MAIN
