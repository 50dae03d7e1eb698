// SPDX-License-Identifier: GPL-2.0
/*
 * gabion run: enter a domain by executing a command; or, without the module, hold
 * the command to what a process can give up by itself.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../common/cleanup.h"
#include "../netlink/client.h"
#include "../seccomp/confine.h"
#include "../seccomp/rlimits.h"
#include "../seccomp/userns.h"
#include "cli.h"
#include "filtered_domain.h"
#include "usage.h"

/* As shells do. */
#define EXIT_CANNOT_EXECUTE 126
#define EXIT_NOT_FOUND	    127

static int executable(const char *path)
{
	struct stat st;

	if (stat(path, &st))
		return -errno;
	if (!S_ISREG(st.st_mode) || access(path, X_OK))
		return -EACCES;
	return 0;
}

/*
 * Look @command up in PATH as execvp(3) does. Not execvp() itself, which
 * hands a file that is no program to a shell: that would run in the domain.
 * Return: 0 and an owned path, or -errno.
 */
static int look_up(const char *command, char **path)
{
	const char *dir = getenv("PATH") ?: "/usr/local/bin:/usr/bin:/bin";
	int result = -ENOENT, err;
	size_t n;

	if (strchr(command, '/')) {
		*path = strdup(command);
		return *path ? 0 : -ENOMEM;
	}
	for (;; dir += n + 1) {
		cleanup_free char *candidate = NULL;

		n = strcspn(dir, ":");
		if (asprintf(&candidate, "%.*s%s%s", (int)n, dir, n ? "/" : "", command) < 0) {
			candidate = NULL;
			return -ENOMEM;
		}
		err = executable(candidate);
		if (!err) {
			*path = gabion_take(candidate);
			return 0;
		}
		if (err == -EACCES)
			result = -EACCES;
		if (!dir[n])
			return result;
	}
}

static int not_run(struct gabion_error *error, int code, const char *command)
{
	gabion_error_set(error, code, "cannot run '%s': %s", command,
			 code == -ENOENT && !strchr(command, '/') ? "command not found"
								  : strerror(-code));
	return code == -ENOENT ? EXIT_NOT_FOUND : EXIT_CANNOT_EXECUTE;
}

static int run(const char *domain, char **argv, struct gabion_error *error)
{
	cleanup_netlink struct gabion_netlink *client = NULL;
	cleanup_free char *path = NULL;
	int err = look_up(argv[0], &path);

	if (err)
		return not_run(error, err, argv[0]);
	if (gabion_netlink_open(&client, error))
		return GABION_EXIT_ERROR;
	if (gabion_netlink_task_exec(client, domain, error)) {
		gabion_error_prefix(error, "cannot enter domain '%s'", domain);
		return GABION_EXIT_ERROR;
	}
	execv(path, argv);
	return not_run(error, -errno, argv[0]);
}

/* ---- without the module ---- */

/**
 * struct run_options - the command line
 * @policy:	where @domain is; NULL: the policy directory
 * @seccomp:	do without the module
 * @own:	an option was given that makes sense only then
 */
struct run_options {
	const char *domain;
	const char *policy;
	bool seccomp;
	const char *own;
	struct gabion_rlimits rlimits;
};

/* The filter holds from before the execve(2) that starts the command, which it must let pass. */
static int check_execve(const struct gabion_filtered_domain *domain, const char *name,
			const u64 *arguments, struct gabion_error *error)
{
	cleanup_free char *action = NULL;

	if (gabion_filtered_domain_executes(domain, arguments, &action))
		return 0;
	return gabion_error_set(error, -EPERM,
				"domain '%s' does not let execve pass (%s), which starts the "
				"command when the filter already holds; grant it (syscalls "
				"execve), or run without --seccomp: the module judges that call "
				"by the domain before",
				name, action ? action : "refused");
}

/* All that is given up comes back in a user namespace, so the command should not make one. */
static int warn_userns(const struct gabion_filtered_domain *domain, const char *name,
		       struct gabion_error *error)
{
	cleanup_free char *calls = gabion_userns_calls(domain->view, domain->filter);

	if (!calls)
		return gabion_error_set(error, -ENOMEM, "out of memory");
	if (*calls)
		fprintf(stderr,
			"gabion: domain '%s': the command can make a user namespace and hold "
			"every capability in it: %s; refuse that: "
			"`syscalls -clone(flags & CLONE_NEWUSER != 0), -unshare` and "
			"`quiet syscalls clone3 as errno ENOSYS`\n",
			name, calls);
	return 0;
}

static int run_seccomp(const struct run_options *options, const char *policy_dir, char **argv,
		       struct gabion_error *error)
{
	cleanup_filtered_domain struct gabion_filtered_domain domain = {0};
	cleanup_program struct gabion_program program = {0};
	cleanup_free char *path = NULL;
	const struct gabion_policy_domain *d;
	int err = look_up(argv[0], &path);
	u64 arguments[6] = {0};

	/* Now: once the filter holds there may be no way left to say it. */
	if (!err)
		err = executable(path);
	if (err)
		return not_run(error, err, argv[0]);
	if (gabion_filtered_domain_open(&domain, policy_dir,
					options->policy ? options->policy : policy_dir,
					options->domain, error))
		return GABION_EXIT_ERROR;
	d = &domain.view->domains[domain.index];
	gabion_filtered_domain_warn_complain(&domain, options->domain);
	arguments[0] = (uintptr_t)path;
	arguments[1] = (uintptr_t)argv;
	arguments[2] = (uintptr_t)environ;
	if (check_execve(&domain, options->domain, arguments, error) ||
	    warn_userns(&domain, options->domain, error) ||
	    gabion_program_build(&program, domain.view, domain.filter, true, error) ||
	    gabion_rlimits_apply(&options->rlimits, error) ||
	    gabion_confine_capabilities(le64_to_cpu(d->capabilities), error) ||
	    gabion_confine_syscalls(&program, error))
		return GABION_EXIT_ERROR;
	/* All six arguments, as they were judged. */
	syscall(SYS_execve, path, argv, environ, 0L, 0L, 0L);
	return not_run(error, -errno, argv[0]);
}

/* ---- arguments ---- */

static int parse_options(struct run_options *o, int argc, char **argv, struct gabion_error *error)
{
	static const struct option options[] = {
		{"domain", required_argument, NULL, 'd'},
		{"seccomp", no_argument, NULL, 's'},
		{"policy", required_argument, NULL, 'p'},
		{"rlimit", required_argument, NULL, 'r'},
		{0},
	};
	int option;

	gabion_cli_getopt_reset();
	while ((option = getopt_long(argc, argv, "+:d:", options, NULL)) != -1) {
		switch (option) {
		case 'd':
			o->domain = optarg;
			break;
		case 's':
			o->seccomp = true;
			break;
		case 'p':
			o->policy = optarg;
			o->own = "--policy";
			break;
		case 'r':
			o->own = "--rlimit";
			if (gabion_rlimits_parse(&o->rlimits, optarg, error)) {
				gabion_error_prefix(error, "run: --rlimit");
				return GABION_EXIT_USAGE;
			}
			break;
		default:
			return gabion_cli_wrong_option(error, argv, option);
		}
	}
	if (o->own && !o->seccomp)
		return gabion_cli_wrong(error, argv[0], "%s goes with --seccomp only", o->own);
	return GABION_EXIT_OK;
}

int cmd_run(const struct gabion_cli *cli, int argc, char **argv, struct gabion_error *error)
{
	struct run_options o = {0};
	int status = parse_options(&o, argc, argv, error);
	bool dashes;

	if (status)
		return status;
	dashes = !strcmp(argv[optind - 1], "--");
	if (!o.domain && !dashes && optind < argc) {
		o.domain = argv[optind++];
		dashes = optind < argc && !strcmp(argv[optind], "--");
		optind += dashes;
	}
	if (!o.domain)
		return gabion_cli_wrong(error, argv[0], "--domain is missing");
	if (!*o.domain || strlen(o.domain) >= GABION_NAME_MAX)
		return gabion_cli_wrong(error, argv[0], "'%s' is not a domain's name", o.domain);
	if (optind == argc)
		return gabion_cli_wrong(error, argv[0], "the command to run is missing");
	/* Required, so that no option of the command is ever taken for one of ours. */
	if (!dashes)
		return gabion_cli_wrong(error, argv[0], "'--' is missing before '%s'",
					argv[optind]);
	return o.seccomp ? run_seccomp(&o, cli->policy_dir, argv + optind, error)
			 : run(o.domain, argv + optind, error);
}
