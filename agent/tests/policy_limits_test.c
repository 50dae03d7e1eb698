// SPDX-License-Identifier: GPL-2.0
/*
 * Policies that are too large for the kernel's tables or for the compiler: refused in
 * words, at the place, with what to do; and there is no image.
 */
#include <errno.h>

#include "policy_fixture.h"

struct text {
	char *bytes;
	size_t n;
	FILE *file;
};

static void begin(struct text *t)
{
	t->file = open_memstream(&t->bytes, &t->n);
	assert_non_null(t->file);
}

/* Compile what was written; the only error is on @line (0: it has no place). */
static void refused(struct text *t, uint32_t line, const char *message, const char *mend)
{
	struct gabion_compiled c;
	struct gabion_error error;
	const struct gabion_diagnostic *d;

	fclose(t->file);
	assert_int_equal(gabion_policy_compile_text(&c, "large", t->bytes, t->n, &error), -EINVAL);
	assert_null(c.image);
	assert_int_equal(c.diagnostics.nerrors, 1);
	d = &c.diagnostics.items[0];
	if (d->line != line || !strstr(d->message, message) || !d->mend || !strstr(d->mend, mend))
		fail_msg("%u: %s (%s)", d->line, d->message, d->mend ? d->mend : "no mend");
	gabion_compiled_free(&c);
	free(t->bytes);
}

static void write_domains(struct text *t, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		fprintf(t->file, "domain d%u { }\n", i);
}

/* @n files, each of a resource of its own. */
static void write_files(struct text *t, unsigned int n)
{
	unsigned int i;

	fputs("domain files {\n", t->file);
	for (i = 0; i < n; i++)
		fprintf(t->file, " read /%u\n", i);
	fputs("}\n", t->file);
}

static void domains(void **state)
{
	struct text t;

	(void)state;
	begin(&t);
	/* One is the host's. */
	write_domains(&t, GABION_DOMAINS_MAX);
	refused(&t, GABION_DOMAINS_MAX, "more than 4096 domains", "same rights together");
}

static void labels(void **state)
{
	struct text t;

	(void)state;
	begin(&t);
	write_files(&t, GABION_LABELS_MAX);
	refused(&t, 0, "at most 65535 can be told apart", "one resource");
}

static void matrix(void **state)
{
	struct text t;

	(void)state;
	begin(&t);
	write_domains(&t, 4000);
	write_files(&t, GABION_POLICY_SIZE_MAX / 4 / 4000);
	refused(&t, 0, "do not fit into 268435456 bytes", "fewer domains");
}

static void categories(void **state)
{
	struct text t;
	unsigned int i;

	(void)state;
	begin(&t);
	for (i = 0; i < 65; i++)
		fprintf(t.file, "category c%u\n", i);
	refused(&t, 65, "more than 64 categories", "remove one");
}

static void braces(void **state)
{
	struct text t;
	unsigned int i;

	(void)state;
	begin(&t);
	fputs("domain d {\n read /", t.file);
	for (i = 0; i < 13; i++)
		fputs("{a,b}", t.file);
	fputs("\n}\n", t.file);
	refused(&t, 2, "braces multiply to more than 4096 alternatives", "split the glob");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(domains),    cmocka_unit_test(labels), cmocka_unit_test(matrix),
		cmocka_unit_test(categories), cmocka_unit_test(braces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
