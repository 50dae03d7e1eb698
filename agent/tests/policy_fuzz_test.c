// SPDX-License-Identifier: GPL-2.0
/*
 * The fuzzers' entries, a few thousand times with what small changes make of
 * policies that use the whole language: the same inputs in every run.
 */
#define LLVMFuzzerTestOneInput fuzz_parser
#include "fuzz_parser.c"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput fuzz_view
#include "fuzz_view.c"
#undef LLVMFuzzerTestOneInput

#include "policy_fixture.h"

#define TEXTS  6000
#define IMAGES 20000
#define ROOM   4096U

static const char *const seeds[] = {
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
	"domain e {\n mode complain\n deny socket netlink\n}\nexpect d allow netlink audit\n",
	"set s { syscalls read, write }\ndomain d {\n enter /bin/d\n enter helper /bin/h\n exec /bin/e as e\n abi i386\n"
	" syscalls @s, ioctl(request in {TCGETS, 5..7}), -close\n"
	" syscalls default as errno ENOSYS\n}\ndomain e {\n map /bin/e\n syscalls strict\n}\n",
};
#define NSEEDS (sizeof(seeds) / sizeof(seeds[0]))

static const char *const words[] = {
	"ioctl(", ")", "..", ",", "0xffffffff", "0x100000000", "TIOCSTI", "netlink ", "deny ",
	"trusted ", "audit ", "quiet ", "\n", "{", "}", "(", "|", "-", "/", "\"", "#", "31", "32",
	"domain ", "ioctl ", "ioctl(1) ", "unreachable", "0", "self",
};

struct text {
	char bytes[ROOM];
	size_t n;
};

/* Put @bytes in place of @gone bytes at @at; what no longer fits is cut. */
static void replace(struct text *t, size_t at, size_t gone, const char *bytes, size_t n)
{
	struct text out = {};
	size_t rest = at + gone < t->n ? t->n - at - gone : 0;

	memcpy(out.bytes, t->bytes, at);
	memcpy(out.bytes + at, bytes, n);
	if (rest > ROOM - at - n)
		rest = ROOM - at - n;
	if (rest)
		memcpy(out.bytes + at + n, t->bytes + at + gone, rest);
	out.n = at + n + rest;
	*t = out;
}

static void change(struct text *t, uint64_t *state)
{
	size_t at = policy_random(state, t->n < ROOM / 2 ? t->n + 1 : ROOM / 2);
	const char *other;
	size_t from, n;
	char byte;

	switch (policy_random(state, 5)) {
	case 0:
		byte = policy_random(state, 256);
		replace(t, at, 1, &byte, 1);
		break;
	case 1:
		replace(t, at, 1 + policy_random(state, 12), "", 0);
		break;
	case 2:
		other = seeds[policy_random(state, NSEEDS)];
		from = policy_random(state, strlen(other));
		n = policy_random(state, 40);
		if (n > strlen(other + from))
			n = strlen(other + from);
		replace(t, at, policy_random(state, 2) * n, other + from, n);
		break;
	default:
		other = words[policy_random(state, sizeof(words) / sizeof(words[0]))];
		replace(t, at, policy_random(state, 3), other, strlen(other));
	}
}

static void texts(void **unused)
{
	uint64_t state = 4;
	unsigned int i, changes;
	struct text t;

	(void)unused;
	for (i = 0; i < TEXTS; i++) {
		const char *seed = seeds[i % NSEEDS];

		t = (struct text){ .n = strlen(seed) };
		memcpy(t.bytes, seed, t.n);
		for (changes = i < NSEEDS ? 0 : 1 + policy_random(&state, 4); changes; changes--)
			change(&t, &state);
		fuzz_parser((const uint8_t *)t.bytes, t.n);
	}
}

/* Bytes and words of images; each is one that its compiler made, but for these. */
static void images(void **unused)
{
	static const uint32_t extremes[] = { 0, 1, 2, 9, 31, 0x7fffffff, 0x80001000, 0xffffffff };
	struct gabion_compiled c[NSEEDS];
	uint64_t state = 4;
	unsigned int i, changes;

	(void)unused;
	for (i = 0; i < NSEEDS; i++)
		policy_compile(&c[i], seeds[i]);
	for (i = 0; i < IMAGES; i++) {
		const struct gabion_compiled *one = &c[i % NSEEDS];
		uint8_t *image = malloc(one->size);

		memcpy(image, one->image, one->size);
		for (changes = 1 + policy_random(&state, 3); changes; changes--) {
			uint32_t word = htole32(extremes[policy_random(&state, 8)]);
			size_t at = 4 * policy_random(&state, one->size / 4);

			if (policy_random(&state, 2))
				memcpy(image + at, &word, sizeof(word));
			else
				image[at + policy_random(&state, 4)] ^=
					1U << policy_random(&state, 8);
		}
		fuzz_view(image, one->size);
		free(image);
	}
	for (i = 0; i < NSEEDS; i++)
		gabion_compiled_free(&c[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts),
		cmocka_unit_test(images),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
