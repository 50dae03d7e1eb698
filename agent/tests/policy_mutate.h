/* SPDX-License-Identifier: GPL-2.0 */
/* Policies that use the whole language, and what small changes at random make of them. */
#ifndef GABION_TESTS_POLICY_MUTATE_H
#define GABION_TESTS_POLICY_MUTATE_H

#include "policy_fixture.h"

#define MUTATE_ROOM 4096U

static const char *const policy_seeds[] = {
	"level a < b\ncategory x, y\nresource r file /r{,/**} except /r/k level b:x\n"
	"domain d {\n level b:x\n read, write, append r\n trusted lock /l\n deny stat /s\n}\n",
	"resource u file unreachable\nresource t tcp 10.0.0.0/8 port 80, 90-99\n"
	"domain d {\n listen t\n audit connect t\n quiet deny bind t\n watch u\n}\n",
	"level a < b\nresource s file /s level b\ndomain d {\n ioctl(TIOCSTI, 0x10..0x1f, 7) /t\n"
	" deny ioctl(0x12..0x14) /t\n trusted ioctl(1, 2..3) s\n read, ioctl /u\n"
	" deny ioctl(0, 0xffffffff) /u\n quiet deny ioctl(5) /t\n}\n"
	"expect d allow ioctl(7) /t\nexpect d deny ioctl /t\nexpect d deny ioctl(9) unreachable\n",
	"domain d {\n netlink route, audit, 30\n deny netlink generic, 31\n socket netlink\n"
	" capability chown\n control jit, watch\n schedule, ipc_read domain e\n ipc_write e\n}\n"
	"domain e {\n mode complain\n audit required wait\n deny socket netlink\n}\nexpect d allow netlink audit\n",
	"set s { syscalls read, write }\ndomain d {\n enter /bin/d\n enter helper /bin/h\n exec "
	"/bin/e as e\n abi i386\n"
	" syscalls @s, ioctl(request in {TCGETS, 5..7}), -close\n"
	" syscalls default as errno ENOSYS\n}\ndomain e {\n map /bin/e\n syscalls strict\n}\n",
	"@{a} = /a, \"/b c\"\n@{n} = 1, \"x{,y}\"\nif kernel >= 2.6 and not exists /nonexistent {\n"
	" resource v file @{a}/@{n}\n domain d {\n read v, @{a}/q\n if arch none { deny read v } else"
	" {\n exec /e inherit\n exec /u unconfined\n }\n }\n} else {\n category c\n}\n",
};
#define POLICY_SEEDS (sizeof(policy_seeds) / sizeof(policy_seeds[0]))

static const char *const policy_words[] = {
	"ioctl(",  ")",		"..",	       ",",	   "0xffffffff", "0x100000000",
	"TIOCSTI", "netlink ",	"deny ",       "trusted ", "audit ",	 "quiet ",
	"\n",	   "{",		"}",	       "(",	   "|",		 "-",
	"/",	   "\"",	"#",	       "31",	   "32",	 "domain ",
	"ioctl ",  "ioctl(1) ", "unreachable", "0",	   "self",	 "required ",
	"wait\n",
};

struct policy_text {
	char bytes[MUTATE_ROOM];
	size_t n;
};

/* Put @bytes in place of @gone bytes at @at; what no longer fits is cut. */
static inline void policy_text_replace(struct policy_text *t, size_t at, size_t gone,
				       const char *bytes, size_t n)
{
	struct policy_text out = {};
	size_t rest = at + gone < t->n ? t->n - at - gone : 0;

	memcpy(out.bytes, t->bytes, at);
	memcpy(out.bytes + at, bytes, n);
	if (rest > MUTATE_ROOM - at - n)
		rest = MUTATE_ROOM - at - n;
	if (rest)
		memcpy(out.bytes + at + n, t->bytes + at + gone, rest);
	out.n = at + n + rest;
	*t = out;
}

static inline void policy_text_change(struct policy_text *t, uint64_t *state)
{
	size_t at = policy_random(state, t->n < MUTATE_ROOM / 2 ? t->n + 1 : MUTATE_ROOM / 2);
	const char *other;
	size_t from, n;
	char byte;

	switch (policy_random(state, 5)) {
	case 0:
		byte = policy_random(state, 256);
		policy_text_replace(t, at, 1, &byte, 1);
		break;
	case 1:
		policy_text_replace(t, at, 1 + policy_random(state, 12), "", 0);
		break;
	case 2:
		other = policy_seeds[policy_random(state, POLICY_SEEDS)];
		from = policy_random(state, strlen(other));
		n = policy_random(state, 40);
		if (n > strlen(other + from))
			n = strlen(other + from);
		policy_text_replace(t, at, policy_random(state, 2) * n, other + from, n);
		break;
	default:
		other = policy_words[policy_random(state,
						   sizeof(policy_words) / sizeof(policy_words[0]))];
		policy_text_replace(t, at, policy_random(state, 3), other, strlen(other));
	}
}

/* Seed number @i, changed at random @changes times. */
static inline void policy_text_mutate(struct policy_text *t, size_t i, unsigned int changes,
				      uint64_t *state)
{
	*t = (struct policy_text){ .n = strlen(policy_seeds[i]) };
	memcpy(t->bytes, policy_seeds[i], t->n);
	while (changes--)
		policy_text_change(t, state);
}

#endif /* GABION_TESTS_POLICY_MUTATE_H */
