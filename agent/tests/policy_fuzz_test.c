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
		free(image);
	}
	for (i = 0; i < POLICY_SEEDS; i++)
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
