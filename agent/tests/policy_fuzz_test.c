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
#define LLVMFuzzerTestOneInput fuzz_walk
#include "fuzz_walk.c"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput fuzz_glob
#include "fuzz_glob.c"
#undef LLVMFuzzerTestOneInput

#include <dirent.h>

#include "policy_mutate.h"

#define TEXTS  6000
#define IMAGES 20000

static void texts(void **unused)
{
	uint64_t state = 4;
	struct policy_text t;
	unsigned int i;

	(void)unused;
	for (i = 0; i < TEXTS; i++) {
		policy_text_mutate(&t, i % POLICY_SEEDS,
				   i < POLICY_SEEDS ? 0 : 1 + policy_random(&state, 4), &state);
		fuzz_parser((const uint8_t *)t.bytes, t.n);
	}
}

/* Bytes and words of images; each is one that its compiler made, but for these. */
static void images(void **unused)
{
	static const uint32_t extremes[] = { 0, 1, 2, 9, 31, 0x7fffffff, 0x80001000, 0xffffffff };
	struct gabion_compiled c[POLICY_SEEDS];
	uint64_t state = 4;
	unsigned int i, changes;

	(void)unused;
	for (i = 0; i < POLICY_SEEDS; i++)
		policy_compile(&c[i], policy_seeds[i]);
	for (i = 0; i < IMAGES; i++) {
		const struct gabion_compiled *one = &c[i % POLICY_SEEDS];
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
		fuzz_walk(image, one->size);
		free(image);
	}
	for (i = 0; i < POLICY_SEEDS; i++)
		gabion_compiled_free(&c[i]);
}

/* Give each file of a folder of the corpus to @entry. Return: how many there are. */
static size_t each_file(const char *folder, int (*entry)(const uint8_t *data, size_t size))
{
	DIR *dir = opendir(folder);
	struct dirent *file;
	size_t n = 0, size;
	uint8_t bytes[16384];
	char path[512];
	FILE *in;

	assert_non_null(dir);
	while ((file = readdir(dir))) {
		if (file->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, file->d_name);
		in = fopen(path, "r");
		assert_non_null(in);
		size = fread(bytes, 1, sizeof(bytes), in);
		fclose(in);
		entry(bytes, size);
		n++;
	}
	closedir(dir);
	return n;
}

/* What the fuzzers begin with, and what they once failed for. */
static void corpus(void **unused)
{
	(void)unused;
	assert_true(each_file("agent/tests/corpus/parser", fuzz_parser));
	assert_true(each_file("agent/tests/corpus/glob", fuzz_glob));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(corpus),
		cmocka_unit_test(texts),
		cmocka_unit_test(images),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
