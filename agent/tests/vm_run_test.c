// SPDX-License-Identifier: GPL-2.0
/*
 * gabion vm as a process, with vm-fake for a machine: given, when, then on output, exit status, and
 * what is left. GABION_BIN is the folder with gabion-mock and vm-fake.
 */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/**
 * struct fixture - a folder with guest/ (kernel, init, root), root/ to make an image of, run/ for
 * what runs, tmp/
 * @out:	stdout of the last command, then its stderr
 */
struct fixture {
	char dir[64];
	char out[8192];
};

/* A shell command; "$vm" is gabion vm, "$jailed" gabion vm run with the fixture's machine, "$run"
 * the same without a jail, for whoever runs the tests. Its exit status. */
static int shell(struct fixture *f, const char *command)
{
	char path[160];
	FILE *script, *pipe;
	size_t n;
	int status;

	snprintf(path, sizeof(path), "%s/script", f->dir);
	script = fopen(path, "w");
	assert_non_null(script);
	fprintf(script,
		"cd %s\nexport GABION_VM_DIR=%s/run TMPDIR=%s/tmp\nbin=%s\nvm=\"$bin/gabion-mock "
		"vm\"\n"
		"jailed=\"$vm run --vmm $bin/vm-fake --guest %s/guest\"\nrun=\"$jailed "
		"--no-jail\"\n"
		"%s\n",
		f->dir, f->dir, f->dir, getenv("GABION_BIN"), f->dir, command);
	fclose(script);
	snprintf(path, sizeof(path), "sh %s/script 2>%s/err", f->dir, f->dir);
	pipe = popen(path, "r");
	n = fread(f->out, 1, sizeof(f->out) - 1, pipe);
	f->out[n] = '\0';
	status = pclose(pipe);
	snprintf(path, sizeof(path), "%s/err", f->dir);
	script = fopen(path, "r");
	n += fread(f->out + n, 1, sizeof(f->out) - 1 - n, script);
	f->out[n] = '\0';
	fclose(script);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void assert_out(struct fixture *f, const char *part)
{
	if (!strstr(f->out, part))
		fail_msg("'%s' is not in '%s'", part, f->out);
}

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	char root[4096];

	*state = f;
	if (!realpath(getenv("GABION_BIN") ?: "build/asan/tests", root) ||
	    setenv("GABION_BIN", root, 1))
		return -1;
	snprintf(f->dir, sizeof(f->dir), "/tmp/vm-run.XXXXXX");
	if (!mkdtemp(f->dir))
		return -1;
	/* An image that is one by its magic number: nobody mounts it. */
	return shell(
		f,
		"mkdir guest root tmp && echo kernel >guest/vmlinux && echo init >guest/initrd && "
		"{ head -c 1024 /dev/zero; printf '\\342\\341\\365\\340'; } >guest/rootfs.erofs && "
		"echo a >root/a");
}

/* Nothing is left of any machine, whatever became of it. */
static int tear_down(void **state)
{
	struct fixture *f = *state;
	char remove[128];
	int status = shell(f, "for i in $(seq 50); do [ -z \"$(ls run tmp 2>&1 | grep vm)\" ] && "
			      "exit 0; sleep 0.1; done; "
			      "ls -R run tmp; exit 1");

	if (status)
		fprintf(stderr, "left over: %s\n", f->out);
	snprintf(remove, sizeof(remove), "rm -r %s", f->dir);
	status |= system(remove);
	free(f);
	return status;
}

static void test_status_and_streams(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(shell(f, "$run -- sh -c 'echo out; echo err >&2; exit 7' 2>saved; s=$?; "
				  "echo -; cat saved; exit $s"),
			 7);
	assert_string_equal(f->out, "out\n-\nerr\n");
	assert_int_equal(shell(f, "$run -- true"), 0);
	assert_string_equal(f->out, "");
	assert_int_equal(shell(f, "$run -- sh -c 'kill -9 $$'"), 137);
	assert_int_equal(shell(f, "$run -- no-such-command"), 127);
	assert_out(f, "gabion: cannot run 'no-such-command': command not found\n");
	assert_int_equal(shell(f, "$run -- /etc/passwd"), 126);
}

static void test_a_mebibyte_goes_through(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(
		shell(f, "head -c 1048576 /dev/urandom >data && $run -- cat <data | cmp - data"),
		0);
	/* A reader that goes away is SIGPIPE for the command. */
	assert_int_equal(shell(f, "{ $run -- yes; echo $? >&2; } | head -n 1"), 0);
	assert_string_equal(f->out, "y\n141\n");
}

static void test_environment_and_folder(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(shell(f,
			       "export X=given; $run --env X --env Y=2 --env HOME=/ --cwd /usr -- "
			       "sh -c 'echo $X $Y $HOME $PWD $GABION_VM_DIR'"),
			 0);
	assert_string_equal(f->out, "given 2 / /usr\n");
}

static void test_signals_go_to_the_command(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(shell(f, "$run -- sh -c 'trap \"exit 5\" INT; echo; while :; do sleep "
				  "0.1; done' >up & p=$!\n"
				  "while [ ! -s up ]; do sleep 0.1; done; kill -INT $p; wait $p"),
			 5);
	assert_int_equal(shell(f, "$run -- sh -c 'echo; sleep 1000' >up & p=$!\n"
				  "while [ ! -s up ]; do sleep 0.1; done; kill $p; wait $p"),
			 143);
}

static void test_a_terminal(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(shell(f, "script -qec \"stty rows 33 cols 44; $run -- sh -c 'stty size; "
				  "tty -s; exit 9'\" /dev/null"),
			 9);
	assert_out(f, "33 44");
}

static void test_guests_that_fail(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(shell(f, "$run --env FAKE=die -- true"), 125);
	assert_out(f, "  console: console: up\n  console: vm-fake: kernel panic - \\x1b[31mnot "
		      "syncing\n");
	assert_out(f, "gabion: the machine ended before the command\n");
	assert_int_equal(shell(f, "$run --env FAKE=twice -- true"), 125);
	assert_out(f, "the guest breaks the protocol");
	assert_int_equal(shell(f, "$run --env FAKE=share -- true"), 125);
	assert_out(f, "the guest breaks the protocol");
	assert_int_equal(shell(f, "$run --env FAKE=large -- true"), 125);
	assert_int_equal(shell(f, "$run --env FAKE=text -- true & sleep 3; $vm stop --timeout 0 "
				  "vm-$!; wait $!"),
			 125);
	assert_out(f, "gabion: \\x1b[31mno root\n");
	assert_int_equal(shell(f, "$run --vmm ./none -- true"), 125);
	assert_out(f, "cannot run ./none");
}

/* Whether it never says hello, or never begins. */
static void test_guests_that_do_not_boot(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(shell(f, "FAKE=silent $run --boot-timeout 1 -- true"), 125);
	assert_out(f, "gabion: the guest has not started the command within 1 s: ");
	assert_int_equal(shell(f, "$run --boot-timeout 1 --env FAKE=mute -- true"), 125);
	assert_out(f, "gabion: the guest has not started the command within 1 s: ");
	assert_int_equal(shell(f, "$run --boot-timeout 0 -- sh -c 'exit 3'"), 3);
}

static void test_wrong_arguments(void **state)
{
	static const struct {
		const char *words, *text;
	} wrong[] = {
		{"run", "vm run: the command to run is missing; see 'gabion vm run --help'"},
		{"run --cpus 0 -- true", "vm run: --cpus: '0' is not a number from 1 to 32"},
		{"run --cpus 1x -- true", "vm run: --cpus: '1x' is not a number from 1 to 32"},
		{"run --mem 1 -- true", "vm run: --mem: '1' is not a number from 64 to 1048576"},
		{"run --name a/b -- true",
		 "vm run: --name: 'a/b' is not 1 to 64 letters, digits and hyphens"},
		{"run --share /tmp -- true", "vm run: --share: '/tmp' is not HOST:GUEST"},
		{"run --share /tmp:x -- true", "vm run: --share: '/tmp:x' is not HOST:GUEST"},
		{"run --share /tmp:/x:no -- true", "what follows /x must be ro or rw"},
		{"run --share /nowhere:/x -- true", "vm run: --share: /nowhere: No such file"},
		{"run --share /etc/passwd:/x -- true",
		 "vm run: --share: /etc/passwd: Not a directory"},
		{"run --env =x -- true", "vm run: --env: '=x' is not NAME or NAME=VALUE"},
		{"run --env NOT_SET_HERE -- true",
		 "vm run: --env: 'NOT_SET_HERE' is not in the environment"},
		{"run --cwd x -- true", "vm run: --cwd: 'x' is not an absolute path"},
		{"run --boot-timeout x -- true",
		 "vm run: --boot-timeout: 'x' is not a number from 0 to 86400"},
		{"run --policy x -- true", "vm run: --policy goes with --domain only"},
		{"run --vmm-domain x --no-jail -- true",
		 "vm run: --vmm-domain is for a jail: not with --no-jail"},
		{"run --nonsense", "vm run: unknown option '--nonsense'"},
		{"run --name", "vm run: option '--name' needs a value"},
		{"walk", "vm: unknown command 'walk'"},
		{"ps x", "vm ps: too many arguments"},
		{"stop", "vm stop: which machine?"},
		{"stop --timeout x a", "vm stop: --timeout: 'x' is not a number from 0 to 65535"},
		{"console", "vm console: which machine?"},
	};
	struct fixture *f = *state;
	char command[256];
	size_t i;

	for (i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		snprintf(command, sizeof(command), "$vm %s", wrong[i].words);
		assert_int_equal(shell(f, command), 64);
		assert_out(f, wrong[i].text);
	}
	assert_int_equal(shell(f, "$vm stop nobody"), 2);
	assert_out(f, "no machine 'nobody' runs; see 'gabion vm ps'");
	assert_int_equal(shell(f, "$run --kernel nowhere -- true"), 125);
	assert_out(f,
		   "nowhere: No such file or directory: `make guest` makes it; or give --kernel");
	assert_int_equal(shell(f, "$run --rootfs / -- true"), 125);
	assert_out(f, "--rootfs /: this host's own root is more than a folder");
	assert_int_equal(shell(f, "$run --rootfs guest/vmlinux -- true"), 125);
	assert_out(f, "guest/vmlinux: not an image of erofs, squashfs or ext4");
}

static void test_a_folder_becomes_an_image(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(shell(f, "$run --rootfs root -- sh -c 'ls tmp | wc -l' && ls tmp | wc -l"),
			 0);
	assert_int_equal(shell(f, "PATH=/nowhere; $run --rootfs root -- true"), 125);
	assert_out(f, "install erofs-utils");
}

static void test_ps_and_stop(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(shell(f, "$vm ps --json"), 0);
	assert_string_equal(f->out, "[]\n");
	assert_int_equal(
		shell(f, "$run --name first --cpus 2 --mem 128 --share root:/data:ro -- sh -c "
			 "'echo; sleep 1000' >up & p=$!\n"
			 "while [ ! -s up ]; do sleep 0.1; done; $vm ps; $vm ps --json; $run "
			 "--name first -- true\n"
			 "echo again $?; $vm stop first; wait $p; echo status $?; $vm ps --json"),
		0);
	assert_out(f, "NAME ");
	assert_out(f, "first");
	assert_out(f, "\"name\":\"first\"");
	assert_out(f, "\"isolation\":\"filter\",\"cpus\":2,\"memory_mib\":128");
	assert_out(f, "\"guest\":\"/data\",\"read_only\":true");
	assert_out(f, "\"command\":[\"sh\",\"-c\",\"echo; sleep 1000\"]");
	assert_out(f, "there is a machine 'first' already");
	assert_out(f, "again 125\nstatus 143\n[]\n");
}

static void test_stop_of_one_that_does_not_listen(void **state)
{
	struct fixture *f = *state;

	/* The fake's command outlives it, as nothing in a guest does. */
	assert_int_equal(shell(f, "$run --name deaf -- sh -c 'trap \"\" TERM; echo $$; while :; do "
				  "sleep 0.1; done' >up & p=$!\n"
				  "while [ ! -s up ]; do sleep 0.1; done; $vm stop --timeout 1 "
				  "deaf; wait $p; echo status $?\n"
				  "kill -9 $(cat up)"),
			 0);
	assert_out(f, "status 125\n");
}

static void test_console(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(shell(f, "$run --name talker -- sh -c 'echo; sleep 1000' >up & p=$!\n"
				  "while [ ! -s up ]; do sleep 0.1; done; $vm console talker "
				  "</dev/null >console & c=$!\n"
				  "while [ ! -s console ]; do sleep 0.1; done; $vm stop talker; "
				  "wait $c; echo $?; cat console"),
			 0);
	assert_out(f, "0\nconsole: up\n");
}

/* Whoever is killed, the machine ends; tear_down() looks for files. */
static void test_kill(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(shell(f, "$run --name victim --rootfs root -- sh -c 'echo $$; exec sleep "
				  "1000' >up & p=$!\n"
				  "while [ ! -s up ]; do sleep 0.1; done; kill -0 $(cat vm.pid) && "
				  "kill -9 $p && kill $(cat up)\n"
				  "for i in $(seq 50); do kill -0 $(cat vm.pid) || exit 0; sleep "
				  "0.1; done; exit 1"),
			 0);
	/* Killed with its keeper, it leaves a folder, which the next command removes. */
	assert_int_equal(
		shell(f,
		      "$run --name victim --rootfs root -- sh -c 'echo $$; exec sleep 1000' >up2 "
		      "& p=$!\n"
		      "while [ ! -s up2 ]; do sleep 0.1; done; k=$(pgrep -P $p); kill -9 $k $p; "
		      "kill $(cat up2)\n"
		      "for i in $(seq 50); do kill -0 $(cat vm.pid) || break; sleep 0.1; done\n"
		      "ls run; $vm ps --json; ls run tmp; kill -0 $(cat vm.pid)"),
		1);
	assert_out(f, "victim\n[]\nrun:\n\ntmp:\n");
}

/* Where none can be made: says so. */
static struct fixture *jail_fixture(void **state)
{
	if (geteuid() || prctl(PR_CAPBSET_READ, CAP_SYS_ADMIN) != 1) {
		print_message("only root, with every capability, can make a jail\n");
		skip();
	}
	return *state;
}

/* As a user of its own, with its files in a folder that nobody else sees them in. */
static void test_a_jail(void **state)
{
	struct fixture *f = jail_fixture(state);

	assert_int_equal(
		shell(f,
		      "$jailed --name first --rootfs root -- sh -c 'id -u; id -g; sleep 1000' >up "
		      "& p=$!\n"
		      "while [ \"$(wc -l <up)\" != 2 ]; do sleep 0.1; done; vmm=/proc/$(cat "
		      "vm.pid)\n"
		      "$jailed --name second -- sh -c 'id -u' >other; u=$(head -n 1 up)\n"
		      "[ $u -ge 2000000000 ] && [ $u = $(tail -n 1 up) ] && [ $u != $(cat other) ] "
		      "&& "
		      "echo users differ\n"
		      "stat -c %u:%g:%a $vmm/cwd/ | sed \"s/$u/user/g\"\n"
		      "cat $vmm/cwd/kernel $vmm/cwd/initrd; ls -A run/first/jail\n"
		      "touch $vmm/cwd/rootfs\n"
		      "readlink $vmm/ns/mnt /proc/self/ns/mnt | uniq | wc -l\n"
		      "grep -c run/first/netns.*nsfs $vmm/mountinfo\n"
		      "$vm ps --json | sed \"s/$u/user/\"; $vm stop first; wait $p"),
		143);
	assert_out(f, "users differ\nuser:user:700\nkernel\ninit\n2\n1\n");
	assert_out(f, "\"isolation\":\"jail\",\"uid\":user,");
	assert_out(f, "cwd/rootfs': Read-only file system");
}

/* Bytes and names: the file system that its folder is on has room for both. */
static void test_a_jail_fills_nothing_but_itself(void **state)
{
	struct fixture *f = jail_fixture(state);

	assert_int_equal(
		shell(f,
		      "$jailed --name filler -- sh -c 'echo; sleep 1000' >up & p=$!\n"
		      "while [ ! -s up ]; do sleep 0.1; done; root=/proc/$(cat vm.pid)/cwd\n"
		      "head -c 1000000 /dev/zero >run/filler/many && echo outside\n"
		      "head -c 1000000 /dev/zero >$root/many || stat -c %s $root/many\n"
		      "rm $root/many; for i in $(seq 30); do touch $root/$i || break; done 2>&1 | "
		      "grep -c 'No space'\n"
		      "$vm stop filler; wait $p"),
		143);
	assert_out(f, "outside\n65536\n1\n");
	assert_out(f, "No space left on device");
}

static void test_jails_that_cannot_be(void **state)
{
	struct fixture *f = jail_fixture(state);

	assert_int_equal(shell(f, "chmod 600 guest/initrd; $jailed -- true"), 125);
	assert_out(f, "guest/initrd: the machine's user in its jail may not read it: chmod o+r, or "
		      "--no-jail");
	assert_int_equal(shell(f, "$run -- true"), 0);
}

static void test_kill_of_a_jail(void **state)
{
	struct fixture *f = jail_fixture(state);

	assert_int_equal(shell(f,
			       "$jailed --name victim --rootfs root -- sh -c 'echo $$; exec sleep "
			       "1000' >up & p=$!\n"
			       "while [ ! -s up ]; do sleep 0.1; done; kill -9 $p; kill $(cat up)\n"
			       "for i in $(seq 50); do kill -0 $(cat vm.pid) || exit 0; sleep "
			       "0.1; done; exit 1"),
			 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_status_and_streams),
		TEST(test_a_mebibyte_goes_through),
		TEST(test_environment_and_folder),
		TEST(test_signals_go_to_the_command),
		TEST(test_a_terminal),
		TEST(test_guests_that_fail),
		TEST(test_guests_that_do_not_boot),
		TEST(test_wrong_arguments),
		TEST(test_a_folder_becomes_an_image),
		TEST(test_ps_and_stop),
		TEST(test_stop_of_one_that_does_not_listen),
		TEST(test_console),
		TEST(test_kill),
		TEST(test_a_jail),
		TEST(test_a_jail_fills_nothing_but_itself),
		TEST(test_jails_that_cannot_be),
		TEST(test_kill_of_a_jail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
