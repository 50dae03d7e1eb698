// SPDX-License-Identifier: GPL-2.0
/*
 * gabion vm run: one command in a virtual machine of its own, with the streams and the exit status
 * of a local one.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "../common/cleanup.h"
#include "../common/text.h"
#include "../policy/policy.h"
#include "../vm/image.h"
#include "../vm/jail.h"
#include "../vm/options.h"
#include "../vm/session.h"
#include "usage.h"
#include "vm.h"

#define ENV_MAX 256
/* Of the machine's console, when it ends before its command. */
#define TAIL_SIZE 2048

/**
 * struct vm_run - the command line
 * @policy:	where the domain is; NULL: the policy directory
 * @guest_dir:	where what is not given is
 * @env:	of the command
 * @no_jail:	gabion-vmm is to be what we are, also where we are root
 * @files:	names that were made; owned
 */
struct vm_run {
	struct gabion_vm_machine machine;
	const char *policy;
	const char *guest_dir;
	const char *env[ENV_MAX + 8];
	size_t nenv;
	bool no_jail;
	char *files[8];
	size_t nfiles;
	char name[GABION_VM_NAME_MAX + 1];
};

static void free_run(struct vm_run *run)
{
	size_t i;

	for (i = 0; i < run->machine.share_count; i++)
		gabion_vm_share_free(&run->machine.shares[i]);
	for (i = 0; i < run->nfiles; i++)
		free(run->files[i]);
}

/* Keep @name, an allocated one or NULL. */
static const char *own(struct vm_run *run, char *name)
{
	run->files[run->nfiles++] = name;
	return name;
}

static const char *guest_file(struct vm_run *run, const char *file)
{
	char *name;

	return own(run, asprintf(&name, "%s/%s", run->guest_dir, file) < 0 ? NULL : name);
}

/* ---- arguments ---- */

static int add_env(struct vm_run *run, char *word, struct gabion_error *error)
{
	size_t n = strcspn(word, "=");
	const char *value;
	size_t i;

	if (!n)
		return gabion_error_set(error, -EINVAL, "'%s' is not NAME or NAME=VALUE", word);
	if (!word[n]) {
		value = getenv(word);
		if (!value)
			return gabion_error_set(error, -ENOENT,
						"'%s' is not in the environment: give a value",
						word);
		/* As it stands there: NAME=VALUE. */
		word = (char *)value - n - 1;
	}
	for (i = 0; i < run->nenv; i++)
		if (!strncmp(run->env[i], word, n + 1))
			break;
	if (i == ENV_MAX)
		return gabion_error_set(error, -E2BIG, "more than %d variables", ENV_MAX);
	run->env[i] = word;
	run->nenv += i == run->nenv;
	return 0;
}

static int add_share(struct gabion_vm_machine *m, char *word, struct gabion_error *error)
{
	if (m->share_count == GABION_GUEST_SHARES_MAX)
		return gabion_error_set(error, -E2BIG, "more than %d shares",
					GABION_GUEST_SHARES_MAX);
	return gabion_vm_share_parse(word, &m->shares[m->share_count++], error);
}

/* 0 or -errno; a value that is wrong. */
static int take_option(struct vm_run *run, int option, char *value, struct gabion_error *error)
{
	struct gabion_vm_machine *m = &run->machine;

	switch (option) {
	case 'd':
		m->domain = value;
		return 0;
	case 'p':
		run->policy = value;
		return 0;
	case 'n':
		m->name = value;
		return gabion_vm_name_is_valid(value)
			       ? 0
			       : gabion_error_set(error, -EINVAL,
						  "'%s' is not 1 to 64 letters, digits and hyphens",
						  value);
	case 'r':
		m->rootfs = value;
		return 0;
	case 'c':
		return gabion_vm_number_parse(value, 1, GABION_VM_CPUS_MAX, &m->cpus, error);
	case 'm':
		return gabion_vm_number_parse(value, GABION_VM_MEMORY_MIN_MIB,
					      GABION_VM_MEMORY_MAX_MIB, &m->memory_mib, error);
	case 's':
		return add_share(m, value, error);
	case 't':
		m->tap = strcmp(value, "none") ? value : NULL;
		return 0;
	case 'e':
		return add_env(run, value, error);
	case 'w':
		m->cwd = value;
		return value[0] == '/' ? 0
				       : gabion_error_set(error, -EINVAL,
							  "'%s' is not an absolute path", value);
	case 'k':
		m->kernel = value;
		return 0;
	case 'g':
		run->guest_dir = value;
		return 0;
	case 'b':
		return gabion_vm_number_parse(value, 0, GABION_VM_BOOT_MAX_S, &m->boot_seconds,
					      error);
	case 'D':
		m->vmm_domain = value;
		return 0;
	case 'j':
		run->no_jail = true;
		return 0;
	default:
		m->vmm = value;
		return 0;
	}
}

static int parse(struct vm_run *run, int argc, char **argv, struct gabion_error *error)
{
	static const struct option options[] = {
		{"domain", required_argument, NULL, 'd'},
		{"policy", required_argument, NULL, 'p'},
		{"name", required_argument, NULL, 'n'},
		{"rootfs", required_argument, NULL, 'r'},
		{"cpus", required_argument, NULL, 'c'},
		{"mem", required_argument, NULL, 'm'},
		{"share", required_argument, NULL, 's'},
		{"net", required_argument, NULL, 't'},
		{"env", required_argument, NULL, 'e'},
		{"cwd", required_argument, NULL, 'w'},
		{"kernel", required_argument, NULL, 'k'},
		{"guest", required_argument, NULL, 'g'},
		{"vmm", required_argument, NULL, 'v'},
		{"vmm-domain", required_argument, NULL, 'D'},
		{"no-jail", no_argument, NULL, 'j'},
		{"boot-timeout", required_argument, NULL, 'b'},
		{0},
	};
	int option, index = 0;

	gabion_cli_getopt_reset();
	while ((option = getopt_long(argc, argv, "+:", options, &index)) != -1) {
		if (option == '?' || option == ':')
			return gabion_cli_wrong_option(error, argv, option);
		if (take_option(run, option, optarg, error)) {
			gabion_error_prefix(error, "%s: --%s", argv[0], options[index].name);
			return GABION_EXIT_USAGE;
		}
	}
	if (run->policy && !run->machine.domain)
		return gabion_cli_wrong(error, argv[0], "--policy goes with --domain only");
	if (run->machine.vmm_domain && run->no_jail)
		return gabion_cli_wrong(error, argv[0],
					"--vmm-domain is for a jail: not with --no-jail");
	if (optind == argc)
		return gabion_cli_wrong(error, argv[0], "the command to run is missing");
	run->machine.argv = (const char **)argv + optind;
	return GABION_EXIT_OK;
}

/* What was not given. */
static int complete(struct vm_run *run, struct gabion_error *error)
{
	struct gabion_vm_machine *m = &run->machine;
	const char *rootfs = m->rootfs;

	if (!m->name) {
		snprintf(run->name, sizeof(run->name), "vm-%d", getpid());
		m->name = run->name;
	}
	m->initrd = guest_file(run, "initrd");
	m->kernel = m->kernel ? m->kernel : guest_file(run, "vmlinux");
	m->rootfs = own(run, realpath(rootfs ? rootfs : guest_file(run, "rootfs.erofs"), NULL));
	if (!m->rootfs)
		return gabion_error_set(
			error, -errno, "%s: %s%s", rootfs ? rootfs : run->files[run->nfiles - 2],
			strerror(errno), rootfs ? "" : ": `make guest` makes it; or give --rootfs");
	if (m->vmm_domain && geteuid())
		return gabion_error_set(error, -EPERM,
					"--vmm-domain is for a jail, which only root can make");
	if (!strcmp(m->rootfs, "/"))
		return gabion_error_set(
			error, -EINVAL,
			"--rootfs /: this host's own root is more than a folder: name another");
	if (access(m->kernel, R_OK))
		return gabion_error_set(error, -errno,
					"%s: %s: `make guest` makes it; or give --kernel",
					m->kernel, strerror(errno));
	if (access(m->initrd, R_OK))
		return gabion_error_set(error, -errno,
					"%s: %s: `make guest` makes it; --guest names its folder",
					m->initrd, strerror(errno));
	run->env[run->nenv] = NULL;
	m->env = run->env;
	return 0;
}

/* ---- what it gets ---- */

static int judge(struct vm_run *run, const char *policy_dir, bool own_rootfs,
		 struct gabion_error *error)
{
	const char *policy = run->policy ? run->policy : policy_dir;
	struct gabion_compiled compiled = {0};
	struct gabion_vm_domain domain;
	int err;

	if (!run->machine.domain)
		return gabion_vm_machine_judge(&run->machine, NULL, NULL, stderr, error);
	err = gabion_policy_compile_in(&compiled, policy_dir, &policy, 1, error);
	gabion_diagnostics_print(&compiled.diagnostics, stderr);
	err = err ? err
		  : gabion_vm_domain_find(&domain, &compiled.view, run->machine.domain, error);
	if (!err)
		err = gabion_vm_machine_judge(&run->machine, &domain,
					      own_rootfs ? run->machine.rootfs : NULL, stderr,
					      error);
	gabion_compiled_free(&compiled);
	return err;
}

/* ---- running ---- */

/* Settle which image it has, and whom it runs as. A folder gets an empty one for now, @made. */
static int choose(const struct vm_run *run, struct gabion_vm_machine *m,
		  const struct gabion_vm_entry *entry, char made[GABION_VM_PATH_MAX], int *user,
		  struct gabion_error *error)
{
	struct stat st;

	if (stat(m->rootfs, &st))
		return gabion_error_set(error, -errno, "%s: %s", m->rootfs, strerror(errno));
	m->image = S_ISDIR(st.st_mode) ? made : m->rootfs;
	if (m->image == made && gabion_vm_entry_image(entry, made, error))
		return error->code;
	return geteuid() || run->no_jail ? 0 : gabion_vm_jail_allot(&m->uid, user, error);
}

static int prepare_image(struct gabion_vm_machine *m, struct gabion_error *error)
{
	bool made = m->image != m->rootfs;
	int err = made ? gabion_vm_image_make(m->rootfs, m->image, error) : 0;

	if (!err && made && m->uid)
		err = gabion_vm_jail_give(m, m->image, error);
	if (err)
		return err;
	m->type = gabion_vm_image_type(m->image, error);
	return m->type ? 0 : error->code;
}

static int write_files(const struct gabion_vm_machine *m, const struct gabion_vm_entry *entry,
		       struct gabion_error *error)
{
	cleanup_json struct gabion_json config = {0}, state = {0};
	char path[GABION_VM_PATH_MAX];
	int err;

	gabion_vm_machine_config(m, entry, &config);
	gabion_vm_machine_state(m, (uint64_t)getpid(), (uint64_t)time(NULL), &state);
	if (config.failed || state.failed)
		return gabion_error_set(error, -ENOMEM, "out of memory");
	err = gabion_vm_entry_write(entry, GABION_VM_FILE_CONFIG, config.data, config.length,
				    error);
	gabion_vm_entry_file(entry, GABION_VM_FILE_CONFIG, path);
	if (!err && m->uid)
		err = gabion_vm_jail_give(m, path, error);
	return err ? err
		   : gabion_vm_entry_write(entry, GABION_VM_FILE_STATE, state.data, state.length,
					   error);
}

static void print_tail(const struct gabion_keeper *keeper)
{
	char tail[TAIL_SIZE + 1];
	size_t n = gabion_console_tail(keeper->console, tail, TAIL_SIZE);
	cleanup_free char *shown = NULL;
	char *line, *rest;

	tail[n] = '\0';
	for (line = strtok_r(tail, "\r\n", &rest); line; line = strtok_r(NULL, "\r\n", &rest)) {
		free(shown);
		shown = gabion_text_escape(line);
		fprintf(stderr, "  console: %s\n", shown ? shown : "");
	}
}

static int run_session(struct gabion_vm_machine *m, const struct gabion_vm_entry *entry,
		       struct gabion_keeper *keeper, struct gabion_error *error)
{
	cleanup_fd int listener = -1;
	int err = prepare_image(m, error);

	if (!err && m->uid)
		err = gabion_vm_jail_make(m, entry, error);
	err = err ? err : write_files(m, entry, error);
	if (err)
		return GABION_VM_EXIT_FAILED;
	listener = gabion_vm_session_listen(m, entry, error);
	if (listener < 0)
		return GABION_VM_EXIT_FAILED;
	err = gabion_keeper_go(keeper);
	if (err) {
		gabion_error_set(error, err, "the machine's keeper is gone: %s", strerror(-err));
		return GABION_VM_EXIT_FAILED;
	}
	return gabion_vm_session_run(m, listener, keeper, error);
}

static int run_machine(struct vm_run *run, struct gabion_error *error)
{
	struct gabion_vm_machine *m = &run->machine;
	char made[GABION_VM_PATH_MAX];
	cleanup_fd int user = -1;
	struct gabion_vm_entry entry;
	struct gabion_keeper keeper;
	struct gabion_error left;
	int status = GABION_VM_EXIT_FAILED;

	if (gabion_vm_entry_create(&entry, m->name, error))
		return status;
	if (choose(run, m, &entry, made, &user, error)) {
		gabion_vm_entry_remove(&entry);
		gabion_vm_entry_close(&entry);
		return status;
	}
	if (!gabion_keeper_start(&keeper, &entry, m, error)) {
		status = run_session(m, &entry, &keeper, error);
		if (status == GABION_VM_EXIT_FAILED && error->code)
			print_tail(&keeper);
	}
	gabion_keeper_end(&keeper);
	/* What a keeper that was killed left. By the lock: the name may be another machine's now. */
	gabion_vm_entry_close(&entry);
	gabion_vm_entries(NULL, NULL, &left);
	return status;
}

int cmd_vm_run(const struct gabion_cli *cli, int argc, char **argv, struct gabion_error *error)
{
	__attribute__((cleanup(free_run))) struct vm_run run = {
		.machine = {.vmm = "gabion-vmm",
			    .cpus = GABION_VM_CPUS,
			    .memory_mib = GABION_VM_MEMORY_MIB,
			    .cwd = "/",
			    .boot_seconds = GABION_VM_BOOT_S},
		.guest_dir = GABION_VM_GUEST_DIR,
		.env = {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
			"HOME=/root", "TERM=linux"},
		.nenv = 3,
	};
	bool own_rootfs;
	int status;

	if (getenv("TERM") && isatty(STDOUT_FILENO))
		add_env(&run, (char[]){"TERM"}, error);
	status = parse(&run, argc, argv, error);
	if (status)
		return status;
	own_rootfs = run.machine.rootfs;
	if (complete(&run, error) || judge(&run, cli->policy_dir, own_rootfs, error))
		return GABION_VM_EXIT_FAILED;
	return run_machine(&run, error);
}
