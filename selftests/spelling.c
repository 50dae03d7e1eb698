// SPDX-License-Identifier: GPL-2.0
/*
 * File systems where other names than one lead to a file: vfat cares not about the case, and knows
 * a short name beside the long one. What rules say about a file there must not depend on how it is
 * called.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "lib/fixture.h"
#include "lib/source.h"

#define DISK	TEST_DIR "/disk"
#define WHOLE	TEST_DIR "/whole"

FIXTURE(spelling)
{
	GABION_FIXTURE_MEMBERS
};

static int prepare(struct gabion_netlink *client)
{
	return system("cd " TEST_DIR " && mkdir disk whole && truncate -s 4M image &&"
		      " mkfs.vfat image > /dev/null && modprobe -q loop;"
		      " mount -t vfat -o loop " TEST_DIR "/image " DISK " &&"
		      " echo words > " DISK "/Secret-file.txt &&"
		      " echo words > " DISK "/other.txt && mount --bind " DISK " " WHOLE) ?:
	       source_load(client,
		"resource disk_rest file " DISK "/** except " DISK "/Secret-file.txt level middle\n"
		"resource disk_whole file " WHOLE "/** level middle\n"
		"domain parts {\n level middle\n use everyday\n read disk_rest\n}\n"
		"domain whole {\n level middle\n use everyday\n read, write disk_whole\n}\n");
}

static int undo(struct gabion_netlink *client)
{
	umount2(WHOLE, MNT_DETACH);
	umount2(DISK, MNT_DETACH);
	return source_restore(client);
}

GABION_FIXTURE_LIFE_BETWEEN(spelling, prepare(self->client), undo(self->client))

static const char *name;

static int read_it(void)
{
	return ATTEMPT(open(name, O_RDONLY));
}

/* A new name has other spellings, too. */
static int make_it(void)
{
	return ATTEMPT(open(name, O_WRONLY | O_CREAT, 0600));
}

static const char *const names[] = {
	DISK "/SECRET~1.TXT", DISK "/Secret-file.txt", DISK "/SECRET-FILE.TXT", DISK "/secret-file.txt.",
};

TEST_F(spelling, no_name_leads_round_an_exception)
{
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		name = names[i];
		EXPECT_EQ(0, confine_run(self->client, NULL, read_it)) TH_LOG("%s", name);
		confine_events_clear(self->client);
		EXPECT_EQ(EACCES, confine_run(self->client, "parts", read_it)) TH_LOG("%s", name);
		EXPECT_LE(1, confine_events_count(self->client, &(struct confine_expect){
			.verdict = GABION_VERDICT_DENIED, .klass = GABION_CLASS_FILE,
			.refused = GABION_FILE_READ, .domain = "parts" }));
	}
}

/* Rules that tell names apart there grant none of them. */
TEST_F(spelling, nor_does_one_grant_by_its_name)
{
	name = DISK "/other.txt";
	EXPECT_EQ(EACCES, confine_run(self->client, "parts", read_it));
}

TEST_F(spelling, what_is_granted_whole_is_granted)
{
	name = WHOLE "/SECRET~1.TXT";
	EXPECT_EQ(0, confine_run(self->client, "whole", read_it));
	name = WHOLE "/OTHER.TXT";
	EXPECT_EQ(0, confine_run(self->client, "whole", read_it));
	name = WHOLE "/a-new-name";
	EXPECT_EQ(EACCES, confine_run(self->client, "whole", make_it));
	EXPECT_LE(1, confine_events_count(self->client, &(struct confine_expect){
		.verdict = GABION_VERDICT_DENIED, .klass = GABION_CLASS_FILE,
		.refused = GABION_FILE_CREATE, .domain = "whole", .object = WHOLE "/a-new-name" }));
}

TEST_HARNESS_MAIN
