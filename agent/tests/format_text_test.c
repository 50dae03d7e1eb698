// SPDX-License-Identifier: GPL-2.0
/*
 * gabion fmt: what the form is; that formatting twice is formatting once; and
 * that the policy stays the one that it was, with all of its comments.
 */
#include <errno.h>
#include <fts.h>

#include "../common/file.h"
#include "../format/format.h"
#include "policy_mutate.h"
#include "seed.h"
#include "syscall_random.h"

#define MUTATIONS 4000
#define SPACINGS  3000
#define POLICIES  60

/* @formatted: NULL for a mistake of syntax. */
struct form {
	const char *text, *formatted;
};

static const struct form forms[] = {
	{"", ""},
	{"\n\n \t\n", ""},
	{"level   a<b", "level a < b\n"},
	{"# c\r\nlevel a\r\n", "# c\nlevel a\n"},
	{"\n# a  \n\n\n\n#b\n\n", "# a\n\n#b\n"},
	/* Resources: the level has a column; what is too long for it has a tab. */
	{"resource r   file /a,/b   level  x : c,d\n",
	 "resource r file /a, /b\t\t\t\t\t\tlevel x:c, d\n"},
	{"resource r tcp 10.0.0.0/8 port 1 - 2 ,3\nresource q file unreachable level any\n",
	 "resource r tcp 10.0.0.0/8 port 1-2, 3\n"
	 "resource q file unreachable\t\t\t\t\tlevel any\n"},
	{"resource r file /aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa except /b "
	 "level x\nresource s file /s level y\n\nresource t file /t level y\n",
	 "resource r file /aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa except /b\t"
	 "level x\nresource s file /s\t\t\t\t\t\t\t\t\tlevel y\n\n"
	 "resource t file /t\t\t\t\t\t\tlevel y\n"},
	{"resource r file /a,\n/b,   # b\n\n   /c level x\n",
	 "resource r file /a,\n\t/b,\t# b\n\t/c\t\t\t\t\t\t\tlevel x\n"},
	/* Rules: the objects have a column, and go on below each other. */
	{"domain d\n{\nread /a\ntrusted   write \"/b c\" , /c\n}\n",
	 "domain d {\n\tread\t\t\t/a\n\ttrusted write\t\t\"/b c\", /c\n}\n"},
	{"domain d {\n read,append,create,delete,lock /a\n read /b\n\n read /c\n}\n",
	 "domain d {\n\tread, append, create, delete, lock\t/a\n\tread\t\t\t\t\t/b\n\n"
	 "\tread\t\t\t/c\n}\n"},
	{"domain d {\n syscalls read,\n write,\n\n # c\n @x\n}\n",
	 "domain d {\n\tsyscalls\t\tread,\n\t\t\t\twrite,\n\t\t# c\n\t\t\t\t@x\n}\n"},
	{"domain d {\n read,\n write /a\n deny ioctl ( 1 .. 2,\n 3 ) /a\n}\n",
	 "domain d {\n\tread,\n\t\twrite\t\t/a\n\tdeny ioctl(1..2,\n\t\t3)\t\t/a\n}\n"},
	{"domain d {\n enter helper\n enter   helper /h\n netlink audit ,30\n connect domain e\n"
	 " exec /x   as e\n capability chown,setuid\n mode complain\n audit  required wait\n abi i386,x32\n}\n",
	 "domain d {\n\tenter helper\n\tenter helper\t\t/h\n\tnetlink\t\t\taudit, 30\n"
	 "\tconnect\t\t\tdomain e\n\texec\t\t\t/x as e\n\tcapability\t\tchown, setuid\n"
	 "\tmode\t\t\tcomplain\n\taudit required\t\twait\n\tabi\t\t\ti386, x32\n}\n"},
	{"domain d {\n quiet syscalls default as errno   EPERM\n syscalls strict\n"
	 " syscalls -@x,- i386 : read,400(arg0&0x1|2!=- 5)\n"
	 " syscalls a(not(b in{1..2,c|d})and (e<1 or f>=2) , g not in { 1 })\n}\n",
	 "domain d {\n\tquiet syscalls\t\tdefault as errno EPERM\n\tsyscalls\t\tstrict\n"
	 "\tsyscalls\t\t-@x, -i386:read, 400(arg0 & 0x1|2 != -5)\n"
	 "\tsyscalls\t\ta(not (b in {1..2, c|d}) and (e < 1 or f >= 2), g not in {1})\n}\n"},
	/* Blocks on one line stay there, those of sets have one column. */
	{"domain d{read /a}\ndomain e{  }\nset s\n{syscalls read}\n",
	 "domain d { read /a }\ndomain e { }\nset s { syscalls read }\n"},
	{"domain d { read /a\n}\ndomain e{\n\n}\n",
	 "domain d {\n\tread\t\t\t/a\n}\ndomain e {\n}\n"},
	{"set s {\nsyscalls  read,\nwrite\n}\n", "set s {\n\tsyscalls read,\n\t\twrite\n}\n"},
	{ "domain d {\n knowingly audit read /a\n}\n",
	  "domain d {\n\tknowingly audit read\t/a\n}\n" },
	/* Variables and conditions. */
	{"@{a}=/x , \"y z\",7.4\nresource r file @{a}/b,/@{a}\n",
	 "@{a} = /x, \"y z\", 7.4\nresource r file @{a}/b, /@{a}\n"},
	{"if   kernel>=6.6 and not(arch x86_64 or exists /a) {\ndomain d{\nif module x{read /a}\n"
	 "if arch y{\nread /b\n}else{\n#c\nexec /c inherit\n}\n}\n} else\n{\nlevel a<b\n}\n",
	 NULL},
	{"if   kernel>=6.6 and not(arch x86_64 or exists /a) {\ndomain d{\nif module x{read /a}\n"
	 "if arch y{\nread /b\n}else{\n#c\nexec /c   inherit\n}\n}\n} else{\nlevel a<b\n}\n",
	 "if kernel >= 6.6 and not (arch x86_64 or exists /a) {\n\tdomain d {\n"
	 "\t\tif module x { read /a }\n\t\tif arch y {\n\t\t\tread\t\t\t/b\n\t\t} else {\n"
	 "\t\t\t#c\n\t\t\texec\t\t\t/c inherit\n\t\t}\n\t}\n} else {\n\tlevel a < b\n}\n"},
	/* Comments stay with what they stood beside, and have a column if they follow each other.
	 */
	{"domain d#a\n\n#b\n{#c\n\n#d\n read /a #e\n write /aaaaaaaaa #f\n #g\n\n}#h\n",
	 "domain d {\t#a\n\t#b\n\t#c\n\n\t#d\n\tread\t\t\t/a\t\t#e\n"
	 "\twrite\t\t\t/aaaaaaaaa\t#f\n\t#g\n}\t#h\n"},
	{"domain d {\n\n\n read /a\n\n\n\n read /b\n\n}\n\n\n\nlevel x\n",
	 "domain d {\n\tread\t\t\t/a\n\n\tread\t\t\t/b\n}\n\nlevel x\n"},
	/* Nothing is sorted, and what is asked is left as it is. */
	{"expect  d   deny   read   /x\nexpect d allow syscall  socket( family =inet )  # c\n"
	 "expect d deny ioctl( 7 ) /t\nexpect d allow listen tcp :: port 80\ninclude   \"x\"\n",
	 "expect d deny read /x\nexpect d allow syscall socket( family =inet )\t# c\n"
	 "expect d deny ioctl(7) /t\nexpect d allow listen tcp :: port 80\ninclude \"x\"\n"},
};

/* @text formatted, malloc'ed; NULL after a mistake of syntax. */
static char *format(const char *name, const char *text, size_t size, size_t *n)
{
	struct gabion_diagnostics diags = {};
	struct gabion_error error = {};
	char *out = NULL;
	int err = gabion_format(name, text, size, &out, n, &diags, &error);

	if (err && (err != -EINVAL || !diags.nerrors))
		fail_msg("%s\n%s", error.text, text);
	if (!err)
		assert_int_equal(diags.n, 0);
	gabion_diagnostics_free(&diags);
	return out;
}

static void form(void **state)
{
	size_t i, n;

	(void)state;
	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		char *out = format("test", forms[i].text, strlen(forms[i].text), &n);

		if (!forms[i].formatted) {
			assert_null(out);
			continue;
		}
		assert_non_null(out);
		assert_string_equal(out, forms[i].formatted);
		assert_int_equal(n, strlen(out));
		free(out);
	}
}

/* Where rules and resources are written goes with the white space. */
static void forget_places(struct gabion_compiled *c)
{
	struct gabion_policy_rule *rules = (void *)c->view.rules;
	struct gabion_policy_resource *resources = (void *)c->view.resources;
	uint32_t i;

	for (i = 0; i < c->view.nrules; i++)
		rules[i].line = rules[i].column = 0;
	for (i = 0; i < c->view.nresources; i++)
		resources[i].line = 0;
	((struct gabion_policy_header *)c->image)->crc = 0;
}

/* The comments that begin with "#:", which nothing else does. */
static char *marked_comments(const char *text)
{
	char *out = NULL;
	size_t n;
	FILE *file = open_memstream(&out, &n);

	while ((text = strstr(text, "#:"))) {
		fprintf(file, "%.*s\n", (int)strcspn(text, " \n"), text);
		text += 2;
	}
	fclose(file);
	return out;
}

/* Whatever @text is; true if it compiles. */
static bool keeps_meaning(const char *name, const char *text, size_t size)
{
	struct gabion_compiled before, after;
	struct gabion_error error;
	char *once, *twice, *comments[2];
	size_t n, m;
	bool right = !gabion_policy_compile_text(&before, name, text, size, &error);

	once = format(name, text, size, &n);
	if (right && !once)
		fail_msg("compiles, but is not formatted:\n%s", text);
	if (once) {
		twice = format(name, once, n, &m);
		assert_non_null(twice);
		if (n != m || memcmp(once, twice, n))
			fail_msg("formatted twice:\n%s\n%s\n%s", text, once, twice);
		free(twice);
		comments[0] = marked_comments(text);
		comments[1] = marked_comments(once);
		assert_string_equal(comments[0], comments[1]);
		free(comments[0]);
		free(comments[1]);
		assert_int_equal(gabion_policy_compile_text(&after, name, once, n, &error),
				 right ? 0 : -EINVAL);
		assert_int_equal(before.diagnostics.nerrors, after.diagnostics.nerrors);
		if (right) {
			forget_places(&before);
			forget_places(&after);
			assert_int_equal(before.size, after.size);
			assert_memory_equal(before.image, after.image, after.size);
		}
		gabion_compiled_free(&after);
	}
	gabion_compiled_free(&before);
	free(once);
	return right;
}

static void file(const char *path)
{
	struct gabion_error error;
	size_t n, size;
	void *text;
	char *out;

	if (gabion_file_read(path, 1 << 20, &text, &size, &error))
		fail_msg("%s", error.text);
	keeps_meaning(path, text, size);
	/* What we ship has the form. */
	if (!strncmp(path, "policies/", 9)) {
		out = format(path, text, size, &n);
		if (!out || n != size || memcmp(out, text, n))
			fail_msg("%s: run gabion fmt", path);
		free(out);
	}
	free(text);
}

static void of_this_tree(void **state)
{
	char *const folders[] = {"policies", "selftests/policy", NULL};
	FTS *tree = fts_open(folders, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	unsigned int files = 0;
	FTSENT *entry;

	(void)state;
	while ((entry = fts_read(tree))) {
		if (entry->fts_info != FTS_F || !strstr(entry->fts_name, ".gabion"))
			continue;
		file(entry->fts_path);
		files++;
	}
	fts_close(tree);
	assert_true(files > 40);
}

/* Other white space, and comments, where there is some already. */
static char *respace(const char *text, uint64_t *random, size_t *size)
{
	static const char *const spaces[] = {" ", "  ", "\t", " \t ", "\t\t\t\t\t"};
	char *out = NULL;
	FILE *file = open_memstream(&out, size);
	unsigned int comments = 0;

	for (; *text; text++) {
		if (*text == ' ' || *text == '\t')
			fputs(spaces[policy_random(random, 5)], file);
		else
			fputc(*text, file);
		if (*text == ',' && !policy_random(random, 6))
			fputs("\n\n  ", file);
		else if (*text == '\n' && !policy_random(random, 4))
			fprintf(file, "#:%u\n\n\n", comments++);
		else if (text[1] == '\n' && *text != '\n' && !policy_random(random, 4))
			fprintf(file, "#:%u", comments++);
	}
	fclose(file);
	return out;
}

static void respaced(void **state)
{
	uint64_t random = test_seed();
	unsigned int i, right = 0;
	size_t n;

	(void)state;
	for (i = 0; i < SPACINGS; i++) {
		char *text = respace(policy_seeds[i % POLICY_SEEDS], &random, &n);

		right += keeps_meaning("test.gabion", text, n);
		free(text);
	}
	/* A comma of a glob's braces that a line ends behind makes another policy, or none. */
	assert_true(right > SPACINGS / 2);
}

static void mutated(void **state)
{
	uint64_t random = test_seed();
	unsigned int i, right = 0;
	struct policy_text t;

	(void)state;
	for (i = 0; i < MUTATIONS; i++) {
		policy_text_mutate(&t, i % POLICY_SEEDS, policy_random(&random, 4), &random);
		/* No file names: what the machine has must not decide the outcome. */
		if (!memmem(t.bytes, t.n, "include", 7) && !memmem(t.bytes, t.n, "use", 3))
			right += keeps_meaning("test.gabion", t.bytes, t.n);
	}
	assert_true(right > MUTATIONS / 10);
}

static void random_syscalls(void **state)
{
	uint64_t seed = test_seed(), random = seed, i;
	struct gabion_random_policy *p;
	char *text;
	size_t n;

	(void)state;
	for (i = 0; i < POLICIES; i++) {
		p = gabion_random_policy_new(seed + i);
		text = respace(p->text, &random, &n);
		assert_true(keeps_meaning("test.gabion", p->text, strlen(p->text)));
		keeps_meaning("test.gabion", text, n);
		free(text);
		gabion_random_policy_free(p);
	}
}

static void mistakes(void **state)
{
	static const char text[] = "domain d {\n raed /x\n}\nresorce r\n";
	struct gabion_diagnostics diags = {};
	struct gabion_error error;
	size_t n = 0;
	char *out = NULL;

	(void)state;
	assert_int_equal(gabion_format("a.gabion", text, strlen(text), &out, &n, &diags, &error),
			 -EINVAL);
	assert_null(out);
	assert_non_null(strstr(error.text, "a.gabion: left as it is: 2 errors"));
	assert_int_equal(diags.nerrors, 2);
	assert_int_equal(diags.items[1].line, 4);
	gabion_diagnostics_free(&diags);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(form),
		cmocka_unit_test(of_this_tree),
		cmocka_unit_test(respaced),
		cmocka_unit_test(mutated),
		cmocka_unit_test(random_syscalls),
		cmocka_unit_test(mistakes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
