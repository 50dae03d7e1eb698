// SPDX-License-Identifier: GPL-2.0
/*
 * One policy, one image: the same bytes from every process, wherever its memory lies and
 * whatever lies in it.
 */
#include <sys/wait.h>
#include <unistd.h>

#include "oracle/generate.h"
#include "oracle/print.h"
#include "oracle/refusal.h"
#include "policy_fixture.h"
#include "seed.h"

#define POLICIES  40
#define PROCESSES 3

/* What such a process does: a policy from stdin, the checksum of its image to stdout. */
static int compile_here(unsigned int which)
{
	struct gabion_compiled c;
	struct gabion_error error;
	static char text[65536];
	size_t n = fread(text, 1, sizeof(text), stdin);
	uint32_t crc = 0;
	void *shift[64];
	unsigned int i;

	for (i = 0; i < 64; i++)
		shift[i] = malloc(which * 977 * (i + 1));
	for (i = 0; i < 64; i++)
		free(shift[i]);
	if (!gabion_policy_compile_text(&c, "same.gabion", text, n, &error))
		crc = gabion_crc32(0, c.image, c.size);
	gabion_compiled_free(&c);
	return fwrite(&crc, sizeof(crc), 1, stdout) != 1;
}

/* The checksum that process number @which comes to; 0: the policy is a mistake. */
static uint32_t compiled_elsewhere(const char *text, unsigned int which)
{
	int in[2], out[2], status;
	uint32_t crc = 0;
	char number[16];
	pid_t child;

	assert_int_equal(pipe(in) | pipe(out), 0);
	snprintf(number, sizeof(number), "%u", which);
	child = fork();
	assert_true(child >= 0);
	if (!child) {
		if (dup2(in[0], STDIN_FILENO) < 0 || dup2(out[1], STDOUT_FILENO) < 0)
			_exit(1);
		close(in[1]);
		/* Begun anew, so that the kernel puts everything elsewhere. */
		execl("/proc/self/exe", "compile", number, NULL);
		_exit(1);
	}
	assert_int_equal(write(in[1], text, strlen(text)), strlen(text));
	close(in[0]);
	close(in[1]);
	close(out[1]);
	assert_int_equal(read(out[0], &crc, sizeof(crc)), sizeof(crc));
	close(out[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	return crc;
}

static void same_bytes(void **state)
{
	struct oracle_policy *policy = calloc(1, sizeof(*policy));
	uint64_t seed = test_seed(), i;
	unsigned int compiled = 0, which;

	(void)state;
	assert_non_null(policy);
	for (i = 0; i < POLICIES; i++) {
		uint32_t first, other;
		char *text;

		oracle_generate(policy, seed + i);
		oracle_mend_order(policy);
		text = oracle_print(policy);
		first = compiled_elsewhere(text, 1);
		for (which = 2; which <= PROCESSES; which++) {
			other = compiled_elsewhere(text, which);
			if (other != first)
				fail_msg("two images, checksums %#x and %#x, of\n%s", first, other,
					 text);
		}
		compiled += first != 0;
		free(text);
	}
	free(policy);
	/* Some policies are mistakes. */
	assert_true(compiled > POLICIES / 2);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_bytes),
	};

	if (argc > 1)
		return compile_here(atoi(argv[1]));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
