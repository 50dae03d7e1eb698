// SPDX-License-Identifier: GPL-2.0
/*
 * Conditions on the host, variables, and where an execution leads.
 */
#include <errno.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "../../core/decide.h"
#include "../policy/facts.h"
#include "policy_fixture.h"

/* Does `if @condition` hold where @facts (NULL-terminated) do? Both ways are compiled. */
static bool holds(const char *condition, const char *const *facts)
{
	static char path[] = "/tmp/gabion-if-XXXXXX";
	struct gabion_compile_options how = {};
	const char *const paths[] = {path};
	struct gabion_compiled c;
	struct gabion_error error;
	struct gabion_answer answer;
	FILE *file;
	bool yes;
	int fd;

	strcpy(path + strlen(path) - 6, "XXXXXX");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	file = fdopen(fd, "w");
	fprintf(file,
		"domain d {\n if %s { read /yes } else { read /no }\n}\n"
		"if %s { resource r file /r }\ndomain e {\n if %s {\n read r\n }\n}\n",
		condition, condition, condition);
	fclose(file);
	for (; *facts; facts++)
		assert_int_equal(gabion_facts_fix(&how.facts, *facts, &error), 0);
	if (gabion_policy_compile_with(&c, &how, paths, 1, &error)) {
		gabion_diagnostics_print(&c.diagnostics, stderr);
		fail_msg("%s", error.text);
	}
	unlink(path);
	answer = policy_ask(&c, "d", "read", "/yes");
	yes = answer.allowed;
	gabion_answer_free(&answer);
	policy_expect(&c, "d", "read", "/no", yes ? GABION_ANSWER_NO_RULE : GABION_ANSWER_ALLOWED);
	policy_expect(&c, "e", "read", "/r", yes ? GABION_ANSWER_ALLOWED : GABION_ANSWER_NO_RULE);
	gabion_compiled_free(&c);
	return yes;
}

static void fixed_facts(void **state)
{
	static const char *const facts[] = {"kernel=6.6.1",
					    "arch=riscv64",
					    "exists:/etc/passwd=no",
					    "exists:/nonexistent=yes",
					    "module:snd_hda=yes",
					    "module:loop=no",
					    NULL};
	static const struct {
		const char *condition;
		bool holds;
	} cases[] = {
		{"kernel >= 6.6", true},
		{"kernel >= 6.7", false},
		{"kernel >= 6", true},
		{"kernel > 6", false},
		{"kernel == 6.6", true},
		{"kernel == 6.6.0", false},
		{"kernel == 6.6.1", true},
		{"kernel == 6.6.1.0", true},
		{"kernel != 6.6", false},
		{"kernel <= 6.6", true},
		{"kernel < 6.6.2", true},
		{"kernel < 6.10", true},
		{"kernel > 6.6.0", true},
		{"arch riscv64", true},
		{"arch x86_64", false},
		{"exists /etc/passwd", false},
		{"exists \"/nonexistent\"", true},
		{"module snd_hda", true},
		{"module loop", false},
		{"not arch x86_64", true},
		{"arch a or arch riscv64 and kernel < 6", false},
		{"(arch a or arch riscv64) and not (kernel < 6)", true},
		{"arch riscv64 or arch a and arch b", true},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (holds(cases[i].condition, facts) != cases[i].holds)
			fail_msg("%s", cases[i].condition);
}

static void facts_of_the_host(void **state)
{
	const char *const none[] = {NULL};
	struct utsname name;
	char condition[128];
	char here[64] = "/tmp/gabion-exists-XXXXXX";
	int fd = mkstemp(here);

	(void)state;
	assert_int_equal(uname(&name), 0);
	snprintf(condition, sizeof(condition), "arch %s", name.machine);
	assert_true(holds(condition, none));
	name.release[strspn(name.release, "0123456789.")] = '\0';
	snprintf(condition, sizeof(condition), "kernel == %.*s", (int)strcspn(name.release, "."),
		 name.release);
	assert_true(holds(condition, none));
	snprintf(condition, sizeof(condition), "exists %s", here);
	assert_true(holds(condition, none));
	close(fd);
	unlink(here);
	assert_false(holds(condition, none));
	assert_false(holds("module no_module_is_called_so", none));
}

static void wrong_facts(void **state)
{
	static const char *const wrong[] = {"kernel",	      "kernel=",	"kernel=6.",
					    "kernel=6.x",     "kernel=6.1-rc1", "arch=",
					    "exists:etc=yes", "exists:/etc",	"exists:/etc=maybe",
					    "module:=yes",    "moduled:x=yes",	""};
	struct gabion_facts facts = {};
	struct gabion_error error;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		if (gabion_facts_fix(&facts, wrong[i], &error) != -EINVAL ||
		    !strstr(error.text, "kernel=VERSION"))
			fail_msg("%s is taken", wrong[i]);
	assert_int_equal(facts.n, 0);
}

/* What stands in a branch that is not taken is read, and leaves nothing behind. */
static void not_taken(void **state)
{
	static const char text[] =
		"if arch none {\n level x < y\n category c\n resource r file /other\n set s { "
		"syscalls "
		"write }\n @{v} = /wrong\n include \"/nonexistent/file\"\n"
		" domain d { use nothing }\n abstraction a { read unknown }\n"
		" expect nobody allow read /x\n if not arch none { resource r file /third }\n}\n"
		"level a < b\nresource r file /r\t\t\tlevel b\nset s { syscalls read }\n"
		"@{v} = /right\nabstraction a { read @{v} }\n"
		"domain d {\n level b\n use a\n read r\n syscalls @s\n}\nexpect d allow read /r\n";
	struct gabion_compiled c;

	(void)state;
	policy_compile(&c, text);
	assert_int_equal(c.expectations.n, 1);
	policy_expect(&c, "d", "read", "/r", GABION_ANSWER_ALLOWED);
	policy_expect(&c, "d", "read", "/right", GABION_ANSWER_ALLOWED);
	policy_expect(&c, "d", "read", "/wrong", GABION_ANSWER_NO_RULE);
	policy_expect(&c, "d", "syscall", "read", GABION_ANSWER_ALLOWED);
	policy_expect(&c, "d", "syscall", "write", GABION_ANSWER_SYSCALL);
	gabion_compiled_free(&c);
}

static void variables(void **state)
{
	static const char text[] = "@{home} = @{root}/@{who}, /root\n@{root} = /home, /h\n@{who} = "
				   "alice, \"bob, {c}\", \"d*\"\n@{one} = 7.4\n"
				   "domain d {\n read @{home}/.x\n write /v@{one}/@{one}[@{]\n"
				   " append \"/q @{one}\", /\\@{one}\n}\n";
	static const struct {
		const char *verb, *path;
		bool allowed;
	} cases[] = {
		{"read", "/home/alice/.x", true},   {"read", "/root/.x", true},
		{"read", "/h/alice/.x", true},	    {"read", "/home/bob, c/.x", true},
		{"read", "/home/bob/.x", false},    {"read", "/home/dora/.x", true},
		{"read", "/home/dora/e/.x", false}, {"write", "/v7.4/7.4@", true},
		{"write", "/v7.4/7.4{", true},	    {"write", "/v7.4/7.4x", false},
		{"append", "/q 7.4", true},	    {"append", "/@one", true},
		{"append", "/7.4", false},
	};
	struct gabion_compiled c;
	size_t i;

	(void)state;
	policy_compile(&c, text);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		policy_expect(&c, "d", cases[i].verb, cases[i].path,
			      cases[i].allowed ? GABION_ANSWER_ALLOWED : GABION_ANSWER_NO_RULE);
	gabion_compiled_free(&c);
}

static uint16_t leads(const struct gabion_compiled *c, uint32_t domain, const char *path)
{
	const struct gabion_class_view *files = &c->view.classes[GABION_CLASS_FILE];
	uint32_t label = gabion_dfa_label(&files->dfa, path, strlen(path));

	return le16_to_cpu(files->transition[(size_t)domain * files->nlabels + label]);
}

static void executions(void **state)
{
	static const char text[] =
		"domain d {\n exec /bin/stay\n exec /bin/own inherit\n exec /bin/e as e\n"
		" exec /bin/free unconfined\n}\ndomain e { map /bin/e }\n";
	struct gabion_compiled c;

	(void)state;
	policy_compile(&c, text);
	assert_int_equal(c.diagnostics.n, 0);
	assert_int_equal(leads(&c, 1, "/bin/stay"), GABION_TRANSITION_NONE);
	assert_int_equal(leads(&c, 1, "/bin/own"), 1);
	assert_int_equal(leads(&c, 1, "/bin/e"), 2);
	assert_int_equal(leads(&c, 1, "/bin/free"), 0);
	policy_expect(&c, "d", "execute", "/bin/free", GABION_ANSWER_ALLOWED);
	gabion_compiled_free(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fixed_facts), cmocka_unit_test(facts_of_the_host),
		cmocka_unit_test(wrong_facts), cmocka_unit_test(not_taken),
		cmocka_unit_test(variables),   cmocka_unit_test(executions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
