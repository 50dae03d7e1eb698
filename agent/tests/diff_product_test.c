// SPDX-License-Identifier: GPL-2.0
/*
 * Pairs of labels of two policies, against all short names and against random
 * addresses: none is missing, each example is one, and none is longer than need be.
 */
#include "../../core/decide.h"
#include "../policy/product.h"
#include "policy_fixture.h"

static void random_files(uint64_t *seed, char *text)
{
	static const char *const pieces[] = {"a",  "b", "/a",	"/b",	  ".",	  "*",
					     "**", "?", "[ab]", "{a,/b}", "[^a]", "{,b}"};
	uint32_t r, n;

	*text = '\0';
	for (r = 0; r < 4; r++) {
		text += sprintf(text, "resource r%u file /x", r);
		for (n = 1 + policy_random(seed, 4); n; n--)
			text += sprintf(text, "%s", pieces[policy_random(seed, 12)]);
		text += sprintf(text, "\n");
	}
}

static void random_endpoints(uint64_t *seed, char *text)
{
	static const char *const addresses[] = {"",    "10.0.0.0/8",	"10.1.2.3",
						"::1", "2001:db8::/32", "0.0.0.0/0"};
	uint32_t r, port;

	*text = '\0';
	for (r = 0; r < 4; r++) {
		port = policy_random(seed, 1000);
		text += sprintf(text, "resource r%u %s %s port %u-%u\n", r,
				policy_random(seed, 2) ? "tcp" : "udp",
				addresses[policy_random(seed, 6)], port,
				port + policy_random(seed, 600));
	}
}

/* Two policies that @make makes; false if one is refused, for a glob that matches nothing. */
static bool two_policies(uint64_t *seed, void (*make)(uint64_t *seed, char *text),
			 struct gabion_compiled both[2])
{
	struct gabion_error error;
	char text[1024];
	int i;

	for (i = 0; i < 2; i++) {
		make(seed, text);
		if (!gabion_policy_compile_text(&both[i], "random", text, strlen(text), &error))
			continue;
		assert_non_null(strstr(both[i].diagnostics.items[0].message, "impossible glob"));
		while (i >= 0)
			gabion_compiled_free(&both[i--]);
		return false;
	}
	return true;
}

static uint32_t label_of(const struct gabion_compiled *c, uint32_t klass, const char *name,
			 size_t n)
{
	return gabion_dfa_label(&c->view.classes[klass].dfa, name, n);
}

static void make_pairs(const struct gabion_compiled both[2], uint32_t klass,
		       struct gabion_name_pairs *pairs)
{
	const struct gabion_view *const views[2] = {&both[0].view, &both[1].view};
	struct gabion_error error;
	size_t i;

	assert_int_equal(gabion_product_pairs(views, klass, pairs, &error), 0);
	for (i = 0; i < pairs->n; i++) {
		const struct gabion_name_pair *p = &pairs->v[i];

		if (!p->name) {
			assert_int_equal(p->label[0], GABION_LABEL_UNREACHABLE);
			continue;
		}
		assert_int_equal(p->label[0], label_of(&both[0], klass, p->name, p->length));
		assert_int_equal(p->label[1], label_of(&both[1], klass, p->name, p->length));
	}
}

static const struct gabion_name_pair *find_pair(const struct gabion_name_pairs *pairs,
						uint32_t first, uint32_t second)
{
	size_t i;

	for (i = 0; i < pairs->n; i++)
		if (pairs->v[i].label[0] == first && pairs->v[i].label[1] == second)
			return &pairs->v[i];
	return NULL;
}

/* Is it a name that the kernel makes? */
static bool is_path(const char *name)
{
	const char *at;
	size_t n;

	if (!strcmp(name, "/"))
		return true;
	/* Each component: not empty, not "." and not "..". */
	for (at = name; *at; at += n) {
		if (*at++ != '/')
			return false;
		n = strcspn(at, "/");
		if (!n || (at[0] == '.' && (n == 1 || (n == 2 && at[1] == '.'))))
			return false;
	}
	return *name;
}

/* All names of up to @left more bytes; returns how many were names of a resource. */
static unsigned int check_names(const struct gabion_compiled both[2],
				const struct gabion_name_pairs *pairs, char *name, size_t n,
				unsigned int left)
{
	const struct gabion_name_pair *p;
	unsigned int named = 0;
	const char *byte;

	name[n] = '\0';
	if (is_path(name)) {
		p = find_pair(pairs, label_of(&both[0], GABION_CLASS_FILE, name, n),
			      label_of(&both[1], GABION_CLASS_FILE, name, n));
		if (!p)
			fail_msg("the pair of %s is missing", name);
		if (p->length > n)
			fail_msg("%s is shorter than %s", name, p->name);
		named = p->label[0] || p->label[1];
	}
	for (byte = "ab/.c"; left && *byte; byte++) {
		name[n] = *byte;
		named += check_names(both, pairs, name, n + 1, left - 1);
	}
	return named;
}

static void files(void **state)
{
	unsigned int round, named = 0;
	uint64_t seed = 5;
	char name[16] = "/x";

	(void)state;
	for (round = 0; round < 40; round++) {
		struct gabion_compiled both[2];
		struct gabion_name_pairs pairs;
		size_t i;

		if (!two_policies(&seed, random_files, both))
			continue;
		make_pairs(both, GABION_CLASS_FILE, &pairs);
		for (i = 0; i < pairs.n; i++)
			assert_true(!pairs.v[i].name || is_path(pairs.v[i].name));
		named += check_names(both, &pairs, name, 2, 5);
		gabion_name_pairs_free(&pairs);
		gabion_compiled_free(&both[0]);
		gabion_compiled_free(&both[1]);
	}
	assert_true(named > 10000);
}

static void random_key(uint64_t *seed, struct gabion_net_key *key)
{
	static const uint8_t begins[][4] = {{0}, {10}, {10, 1, 2, 3}, {192, 0, 2, 1}};
	uint32_t port = policy_random(seed, 1700);

	memset(key, 0, sizeof(*key));
	key->protocol = policy_random(seed, 2) ? 6 : 17;
	if (policy_random(seed, 3)) {
		key->address[10] = key->address[11] = 0xff;
		memcpy(key->address + 12, begins[policy_random(seed, 4)], 4);
	} else {
		key->address[0] = policy_random(seed, 2) ? 0x20 : 0;
		key->address[1] = 1;
		key->address[2] = 0x0d;
		key->address[3] = 0xb8;
		key->address[15] = policy_random(seed, 2);
	}
	key->port[0] = port >> 8;
	key->port[1] = port & 255;
}

static void endpoints(void **state)
{
	unsigned int round, i, named = 0;
	uint64_t seed = 6;

	(void)state;
	for (round = 0; round < 30; round++) {
		struct gabion_compiled both[2];
		struct gabion_name_pairs pairs;
		struct gabion_net_key key;

		assert_true(two_policies(&seed, random_endpoints, both));
		make_pairs(both, GABION_CLASS_NET, &pairs);
		for (i = 0; i < pairs.n; i++)
			assert_int_equal(pairs.v[i].length, sizeof(key));
		for (i = 0; i < 3000; i++) {
			const struct gabion_name_pair *p;

			random_key(&seed, &key);
			p = find_pair(
				&pairs,
				label_of(&both[0], GABION_CLASS_NET, (char *)&key, sizeof(key)),
				label_of(&both[1], GABION_CLASS_NET, (char *)&key, sizeof(key)));
			assert_non_null(p);
			named += p->label[0] || p->label[1];
		}
		gabion_name_pairs_free(&pairs);
		gabion_compiled_free(&both[0]);
		gabion_compiled_free(&both[1]);
	}
	assert_true(named > 10000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files),
		cmocka_unit_test(endpoints),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
