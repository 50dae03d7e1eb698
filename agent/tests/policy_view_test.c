// SPDX-License-Identifier: GPL-2.0
/*
 * Damaged images: the verifier refuses them, or what it accepts can be walked.
 */
#include <errno.h>

#include "../../core/ioctl.h"
#include "policy_fixture.h"

static const char policy[] =
	"level public < secret\n"
	"resource r file /r/*.x level secret\nresource i file /i level secret\n"
	"resource n tcp 10.0.0.0/8 port 80\n"
	"domain d {\n enter /d\n level secret\n audit required wait\n read r\n deny write r\n trusted read /t\n"
	" audit read r\n quiet deny map r\n trusted connect n\n exec /e as d\n map /e\n"
	" enter helper /h\n enter helper\n capability chown\n netlink route, 30\n"
	" ioctl(TIOCSTI, 7..9) r\n trusted ioctl(3) /t\n ioctl i\n deny ioctl(4) i\n"
	" syscalls default as errno ENOSYS\n syscalls read, write(fd in {1, 3, 9}, arg2 < 7), -close\n"
	"}\n";

/* Every table that a reader would use, by every index that it would use. */
static uint32_t walk_everything(const struct gabion_view *view)
{
	static const char *const names[] = { "", "/", "/r/a.x", "/d", "tcp", "\xff\xff\xff" };
	uint32_t sum = 0, klass, d, label, i;

	for (i = 0; i < view->nresources; i++)
		sum += strlen(gabion_view_string(view, view->resources[i].name));
	for (i = 0; i < view->nrules; i++)
		sum += strlen(gabion_view_string(view, view->rules[i].file));
	for (klass = GABION_CLASS_FILE; klass < GABION_CLASS_TABLES_END; klass++) {
		const struct gabion_class_view *c = &view->classes[klass];

		for (i = 0; c->has_dfa && i < sizeof(names) / sizeof(names[0]); i++) {
			label = gabion_dfa_label(&c->dfa, names[i], strlen(names[i]));
			assert_true(label < c->nlabels);
			sum += strlen(gabion_view_string(view, c->labels[label].name));
		}
		for (d = 0; c->allow && d < view->ndomains; d++) {
			for (label = 0; label < c->nlabels; label++) {
				sum += gabion_effective(view, klass, d, label);
				sum += gabion_matrix(c, c->deny, d, label);
				sum += gabion_matrix(c, c->audit, d, label);
				sum += gabion_matrix(c, c->quiet, d, label);
				if (c->transition)
					sum += le16_to_cpu(c->transition[d * c->nlabels + label]);
				if (c->helpers)
					sum += le16_to_cpu(c->helpers[label]);
			}
		}
		for (i = 0; i < view->nioctls && klass == GABION_CLASS_FILE; i++) {
			const struct gabion_policy_ioctl *e = &view->ioctls[i];

			assert_true(gabion_ioctl_listed(view, le32_to_cpu(e->domain),
							le32_to_cpu(e->label),
							le32_to_cpu(e->last)));
			sum += gabion_ioctl_granted(view, le32_to_cpu(e->domain),
						    le32_to_cpu(e->label), le32_to_cpu(e->first));
		}
		for (i = 0; i < c->nmembers; i++)
			sum += le32_to_cpu(view->resources[le32_to_cpu(c->members[i])].line);
	}
	return sum;
}

static void ask_something(const struct gabion_view *view)
{
	static const char *const questions[][2] = {
		{ "read", "/r/a.x" },
		{ "write", "/" },
		{ "connect", "tcp 10.0.0.1 port 80" },
		{ "signal", "d" },
		{ "capability", "chown" },
		{ "read", "unreachable" },
		{ "ioctl", "TIOCSTI /r/a.x" },
		{ "netlink", "route" },
		{ "syscall", "write" },
		{ "syscall", "i386:read" },
	};
	struct gabion_answer answer;
	struct gabion_error error;
	size_t i;

	if (!gabion_query(view, "host", "execute", "/h", &answer, &error))
		gabion_answer_free(&answer);
	for (i = 0; i < sizeof(questions) / sizeof(questions[0]); i++)
		if (!gabion_query(view, "d", questions[i][0], questions[i][1], &answer, &error))
			gabion_answer_free(&answer);
}

/* A copy that ends where the allocation ends, so that AddressSanitizer sees one byte too far. */
static int try_image(const void *image, size_t size, bool mend_crc)
{
	uint8_t *copy = malloc(size ? size : 1);
	struct gabion_view view;
	const char *why = NULL;
	int err;

	memcpy(copy, image, size);
	if (mend_crc && size >= sizeof(struct gabion_policy_header)) {
		uint32_t crc = htole32(gabion_image_checksum(copy, size));

		memcpy(copy + offsetof(struct gabion_policy_header, crc), &crc, 4);
	}
	err = gabion_view_open(&view, copy, size, &why);
	if (err)
		assert_non_null(why);
	else
		walk_everything(&view);
	if (!err)
		ask_something(&view);
	free(copy);
	return err;
}

/* The check value of CRC-32, and that of any text in two pieces. */
static void checksum(void **state)
{
	static const char text[] = "123456789, and more than a word or two of it";
	uint32_t whole = gabion_crc32(0, text, sizeof(text));
	size_t n;

	(void)state;
	assert_int_equal(gabion_crc32(0, text, 9), 0xcbf43926);
	assert_int_equal(gabion_crc32(0, text, 0), 0);
	for (n = 0; n <= sizeof(text); n++)
		assert_int_equal(gabion_crc32(gabion_crc32(0, text, n), text + n, sizeof(text) - n),
				 whole);
}

/* A bit at a time, as CRC-32 is defined. */
static uint32_t crc_by_definition(const uint8_t *data, size_t size)
{
	uint32_t crc = UINT32_MAX;
	unsigned int bit;

	while (size--) {
		crc ^= *data++;
		for (bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
	}
	return ~crc;
}

/* Every length around those that are taken many bytes at a time, at every alignment. */
static void checksum_of_long_texts(void **state)
{
	uint8_t data[300];
	size_t n, from;

	(void)state;
	for (n = 0; n < sizeof(data); n++)
		data[n] = n * n * 37 + n / 3;
	for (from = 0; from < 16; from++)
		for (n = 0; n <= sizeof(data) - from; n++)
			assert_int_equal(gabion_crc32(0, data + from, n),
					 crc_by_definition(data + from, n));
	for (n = 0; n <= sizeof(data); n++)
		assert_int_equal(gabion_crc32(gabion_crc32(0, data, n), data + n, sizeof(data) - n),
				 crc_by_definition(data, sizeof(data)));
}

static void truncated(void **state)
{
	struct gabion_compiled c;
	size_t n;

	(void)state;
	policy_compile(&c, policy);
	assert_int_equal(try_image(c.image, c.size, false), 0);
	for (n = 0; n < c.size; n++)
		assert_int_not_equal(try_image(c.image, n, false), 0);
	gabion_compiled_free(&c);
}

static void flipped(void **state)
{
	unsigned int accepted = 0, refused = 0, i, bit;
	struct gabion_compiled c;
	uint8_t *image;

	(void)state;
	policy_compile(&c, policy);
	image = c.image;
	for (i = 0; i < c.size; i++) {
		for (bit = 0; bit < 8; bit++) {
			int err;

			image[i] ^= 1 << bit;
			err = try_image(image, c.size, false);
			/* The version has a code of its own. */
			if (err != -EBADMSG && err != -EINVAL && err != -EPROTONOSUPPORT)
				fail_msg("byte %u bit %u: %d", i, bit, err);
			if (try_image(image, c.size, true))
				refused++;
			else
				accepted++;
			image[i] ^= 1 << bit;
		}
	}
	print_message("%zu bytes; with the checksum mended %u flips refused, %u accepted\n", c.size,
		      refused, accepted);
	assert_true(refused > 1000);
	gabion_compiled_free(&c);
}

/* Whole words set to what is most likely to break a bound. */
static void extreme_words(void **state)
{
	static const uint32_t extremes[] = { 0,		 1,	     7,		 8,
					     0x7fffffff, 0x80000000, 0xfffffff8, 0xffffffff };
	struct gabion_compiled c;
	size_t i, j;

	(void)state;
	policy_compile(&c, policy);
	for (i = 0; i + 4 <= c.size; i += 4) {
		uint32_t *word = (uint32_t *)((uint8_t *)c.image + i), kept = *word;

		for (j = 0; j < sizeof(extremes) / sizeof(extremes[0]); j++) {
			*word = htole32(extremes[j]);
			try_image(c.image, c.size, true);
		}
		*word = kept;
	}
	gabion_compiled_free(&c);
}

/*
 * A matrix of no entries, at the end of the image, for a class that has no
 * labels: 0 = domains * 0 looked right, and label 0 was read behind the image.
 */
static void empty_matrix(void **state)
{
	struct gabion_policy_header *h;
	struct gabion_policy_section *table;
	struct gabion_compiled c;
	uint32_t i, kept = 0;

	(void)state;
	policy_compile(&c, "domain d {\n enter /d\n}\n");
	h = c.image;
	table = (struct gabion_policy_section *)(h + 1);
	for (i = 0; i < le32toh(h->nsections); i++)
		if (le32toh(table[i].klass) != GABION_CLASS_NET)
			table[kept++] = table[i];
	assert_true(kept < le32toh(h->nsections));
	h->nsections = htole32(kept);
	assert_int_equal(try_image(c.image, c.size, true), 0);
	table[kept++] = (struct gabion_policy_section){
		.type = htole32(GABION_SECTION_QUIET),
		.klass = htole32(GABION_CLASS_NET),
		.offset = htole32((uint32_t)c.size),
	};
	h->nsections = htole32(kept);
	assert_int_equal(try_image(c.image, c.size, true), -EINVAL);
	gabion_compiled_free(&c);
}

static int with_flags(struct gabion_compiled *c, uint32_t domain, uint32_t flags)
{
	struct gabion_policy_domain *d;
	struct gabion_view view;
	const char *why = NULL;
	uint32_t kept;
	int err;

	assert_int_equal(gabion_view_open(&view, c->image, c->size, &why), 0);
	d = (struct gabion_policy_domain *)(uintptr_t)&view.domains[domain];
	kept = d->flags;
	d->flags = htole32(flags);
	err = try_image(c->image, c->size, true);
	d->flags = kept;
	return err;
}

/* Not twice, not of the host, held or not, nor of what is not recorded. */
static void audit_required(void **state)
{
	struct gabion_compiled c;

	(void)state;
	policy_compile(&c, policy);
	assert_int_equal(with_flags(&c, 1, 0), 0);
	assert_int_equal(with_flags(&c, 1, GABION_DOMAIN_AUDIT_WAIT), 0);
	assert_int_equal(with_flags(&c, 1, GABION_DOMAIN_AUDIT_REFUSE | GABION_DOMAIN_COMPLAIN), 0);
	assert_int_equal(with_flags(&c, 1, GABION_DOMAIN_AUDIT_REQUIRED), -EINVAL);
	assert_int_equal(with_flags(&c, 1, GABION_DOMAIN_AUDIT_WAIT | GABION_DOMAIN_UNCONFINED),
			 -EINVAL);
	assert_int_equal(with_flags(&c, 1, 1U << 6), -EINVAL);
	assert_int_equal(with_flags(&c, 0, 0), 0);
	assert_int_equal(with_flags(&c, 0, GABION_DOMAIN_AUDIT_REFUSE), -EINVAL);
	gabion_compiled_free(&c);
}

/* Who made it does without the checksum, and without nothing else. */
static void own_image(void **state)
{
	struct gabion_policy_header *header;
	struct gabion_compiled c;
	struct gabion_view view;
	const char *why = NULL;

	(void)state;
	policy_compile(&c, policy);
	header = c.image;
	header->crc ^= htole32(1);
	assert_int_equal(gabion_view_open(&view, c.image, c.size, &why), -EBADMSG);
	assert_int_equal(gabion_view_open_own(&view, c.image, c.size, &why), 0);
	header->nsections = htole32(le32toh(header->nsections) - 1);
	assert_int_equal(gabion_view_open_own(&view, c.image, c.size, &why), -EINVAL);
	header->magic ^= 1;
	assert_int_equal(gabion_view_open_own(&view, c.image, c.size, &why), -EINVAL);
	assert_int_equal(gabion_view_open_own(&view, c.image, c.size - 1, &why), -EINVAL);
	gabion_compiled_free(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(checksum),
		cmocka_unit_test(checksum_of_long_texts),
		cmocka_unit_test(truncated),
		cmocka_unit_test(flipped),
		cmocka_unit_test(extreme_words),
		cmocka_unit_test(empty_matrix),
		cmocka_unit_test(audit_required),
		cmocka_unit_test(own_image),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
