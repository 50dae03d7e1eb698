// SPDX-License-Identifier: GPL-2.0
/* What a domain's rules give a virtual machine. */
#include "test.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../policy/policy.h"
#include "../vm/grant.h"
#include "../vm/options.h"

static const char policy[] =
	"level public < secret\n"
	"resource site file /srv/site{,/**} level public\n"
	"resource drafts file /srv/site/drafts{,/**} level public\n"
	"resource data file /srv/data{,/**} level public\n"
	"resource keys file /srv/keys/private/** level secret\n"
	"resource all_keys file /srv/keys, /srv/keys/public/** level public\n"
	"resource inner file /srv/inner/** level public\n"
	"resource image file /srv/root.img level public\n"
	"resource packets raw\n"
	"resource web tcp port 80\n"
	"domain reader {\nlevel public\nread site, drafts, data, all_keys, inner, image\n}\n"
	"domain writer {\nlevel public\nread, write, create, delete, setattr site, drafts, "
	"data\n}\n"
	"domain mover {\nlevel public\nread, write, create, delete, setattr, relabel site, "
	"drafts\nconnect web\n}\n"
	"domain networker {\nconnect packets\n}\n"
	"domain learner {\nmode complain\n}\n"
	"domain anything {\nmode unconfined\n}\n";

static int set_up(void **state)
{
	static struct gabion_compiled compiled;
	struct gabion_error error = {0};

	*state = &compiled;
	if (!gabion_policy_compile_text(&compiled, "test.gabion", policy, strlen(policy), &error))
		return 0;
	gabion_diagnostics_print(&compiled.diagnostics, stderr);
	return -1;
}

static int tear_down(void **state)
{
	gabion_compiled_free(*state);
	return 0;
}

static struct gabion_vm_domain find(void **state, const char *name)
{
	struct gabion_compiled *compiled = *state;
	struct gabion_vm_domain domain;
	struct gabion_error error;

	assert_int_equal(gabion_vm_domain_find(&domain, &compiled->view, name, &error), 0);
	return domain;
}

static enum gabion_vm_access granted(void **state, const char *name, const char *path)
{
	struct gabion_vm_domain domain = find(state, name);
	enum gabion_vm_access access;

	assert_int_equal(gabion_vm_grant_folder(&domain, path, &access), 0);
	return access;
}

static void test_folders(void **state)
{
	assert_int_equal(granted(state, "reader", "/srv/site"), GABION_VM_READ);
	assert_int_equal(granted(state, "reader", "/srv/site/drafts/a.b"), GABION_VM_READ);
	assert_int_equal(granted(state, "writer", "/srv/site/drafts"), GABION_VM_WRITE);
	assert_int_equal(granted(state, "mover", "/srv/site/drafts"), GABION_VM_WRITE);
}

static void test_what_lies_below_counts(void **state)
{
	/* The folder itself is not granted, only what is in it; and its parent not at all. */
	assert_int_equal(granted(state, "reader", "/srv/inner"), GABION_VM_NOTHING);
	assert_int_equal(granted(state, "reader", "/srv"), GABION_VM_NOTHING);
	assert_int_equal(granted(state, "reader", "/"), GABION_VM_NOTHING);
	/* Part of it is granted. */
	assert_int_equal(granted(state, "reader", "/srv/keys"), GABION_VM_NOTHING);
	assert_int_equal(granted(state, "reader", "/srv/keys/private/a"), GABION_VM_NOTHING);
	assert_int_equal(granted(state, "reader", "/srv/keys/public/a"), GABION_VM_READ);
	assert_int_equal(granted(state, "writer", "/srv/data"), GABION_VM_WRITE);
	assert_int_equal(granted(state, "reader", "/srv/sites"), GABION_VM_NOTHING);
}

/* Between names of two resources a rename is a relabel. */
static void test_several_resources_take_relabel(void **state)
{
	assert_int_equal(granted(state, "writer", "/srv/site"), GABION_VM_READ);
	assert_int_equal(granted(state, "mover", "/srv/site"), GABION_VM_WRITE);
}

static void test_domains_that_nothing_is_refused_to(void **state)
{
	assert_int_equal(granted(state, "learner", "/root"), GABION_VM_WRITE);
	assert_int_equal(granted(state, "anything", "/"), GABION_VM_WRITE);
}

static void test_files(void **state)
{
	struct gabion_vm_domain domain = find(state, "reader");

	assert_true(gabion_vm_grant_file(&domain, "/srv/root.img"));
	assert_false(gabion_vm_grant_file(&domain, "/srv/root.img2"));
}

static bool network(void **state, const char *name)
{
	struct gabion_vm_domain domain = find(state, name);

	return gabion_vm_grant_network(&domain);
}

static void test_network(void **state)
{
	assert_true(network(state, "networker"));
	assert_true(network(state, "learner"));
	assert_true(network(state, "anything"));
	assert_false(network(state, "reader"));
	assert_false(network(state, "mover"));
}

static void test_an_unknown_domain(void **state)
{
	struct gabion_compiled *compiled = *state;
	struct gabion_vm_domain domain;
	struct gabion_error error;

	assert_int_equal(gabion_vm_domain_find(&domain, &compiled->view, "nobody", &error),
			 -ENOENT);
	assert_string_equal(error.text, "the policy has no domain 'nobody'");
}

/* judge() of one share that was wanted as @wanted; what is told on the side into @notes. */
static int judge_share(void **state, const char *name, char *host, enum gabion_vm_access wanted,
		       struct gabion_vm_machine *machine, char notes[256],
		       struct gabion_error *error)
{
	struct gabion_vm_domain domain = find(state, name);
	FILE *file = fmemopen(notes, 256, "w");
	int err;

	*machine = (struct gabion_vm_machine){
		.domain = name, .shares = {{.host = host, .wanted = wanted}}, .share_count = 1};
	assert_non_null(file);
	err = gabion_vm_machine_judge(machine, &domain, NULL, file, error);
	fclose(file);
	return err;
}

static void test_shares_are_judged(void **state)
{
	struct gabion_vm_machine machine;
	struct gabion_error error;
	char notes[256] = "";

	assert_int_equal(judge_share(state, "reader", "/srv/site", GABION_VM_NOTHING, &machine,
				     notes, &error),
			 0);
	assert_int_equal(machine.shares[0].access, GABION_VM_READ);
	assert_string_equal(
		notes,
		"gabion: share /srv/site is read-only: domain 'reader' may not change all of it\n");
	notes[0] = '\0';
	assert_int_equal(judge_share(state, "mover", "/srv/site", GABION_VM_NOTHING, &machine,
				     notes, &error),
			 0);
	assert_int_equal(machine.shares[0].access, GABION_VM_WRITE);
	assert_int_equal(
		judge_share(state, "mover", "/srv/site", GABION_VM_READ, &machine, notes, &error),
		0);
	assert_int_equal(machine.shares[0].access, GABION_VM_READ);
	assert_string_equal(notes, "");
	assert_int_equal(
		judge_share(state, "reader", "/srv/site", GABION_VM_WRITE, &machine, notes, &error),
		-EPERM);
	assert_non_null(strstr(error.text, "share /srv/site: domain 'reader' may not write"));
	assert_int_equal(
		judge_share(state, "reader", "/root", GABION_VM_READ, &machine, notes, &error),
		-EPERM);
	assert_non_null(strstr(error.text, "share /root: domain 'reader' may not read"));
}

static void test_a_network_and_a_root_are_judged(void **state)
{
	struct gabion_vm_machine machine = {.domain = "reader", .tap = "tap0"};
	struct gabion_vm_domain domain = find(state, "reader");
	struct gabion_error error;

	assert_int_equal(gabion_vm_machine_judge(&machine, &domain, NULL, stderr, &error), -EPERM);
	assert_non_null(strstr(error.text, "network tap0: domain 'reader' may not connect"));
	machine.tap = NULL;
	assert_int_equal(gabion_vm_machine_judge(&machine, &domain, NULL, stderr, &error), 0);
	assert_int_equal(gabion_vm_machine_judge(&machine, &domain, "/etc", stderr, &error),
			 -EPERM);
	assert_non_null(strstr(error.text, "root file system /etc: domain 'reader' may not read"));
	/* Without a domain nothing is refused. */
	machine.tap = "tap0";
	assert_int_equal(gabion_vm_machine_judge(&machine, NULL, NULL, stderr, &error), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_folders),
		cmocka_unit_test(test_what_lies_below_counts),
		cmocka_unit_test(test_several_resources_take_relabel),
		cmocka_unit_test(test_domains_that_nothing_is_refused_to),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_network),
		cmocka_unit_test(test_an_unknown_domain),
		cmocka_unit_test(test_shares_are_judged),
		cmocka_unit_test(test_a_network_and_a_root_are_judged),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
