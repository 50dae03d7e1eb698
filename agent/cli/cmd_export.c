// SPDX-License-Identifier: GPL-2.0
/*
 * gabion export: a domain's syscall filter for others to apply.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "../common/cleanup.h"
#include "../seccomp/export.h"
#include "../seccomp/program.h"
#include "cli.h"
#include "filtered_domain.h"
#include "usage.h"

static int export_bpf(const struct gabion_filtered_domain *domain, FILE *out,
		      struct gabion_error *error)
{
	cleanup_program struct gabion_program program = {0};
	int err = gabion_program_build(&program, domain->view, domain->filter, true, error);

	if (!err)
		fwrite(program.insns, sizeof(*program.insns), program.n, out);
	return err;
}

/* Who applies a program of bytes may do so when it has executed; these two cannot. */
static void warn_execve(const struct gabion_filtered_domain *domain, const char *name)
{
	cleanup_free char *action = NULL;

	if (!gabion_filtered_domain_executes(domain, NULL, &action))
		fprintf(stderr,
			"gabion: domain '%s' does not let execve pass (%s): whoever applies this "
			"executes the program under the filter: grant execve\n",
			name, action ? action : "it depends on the arguments");
}

static int export_names(const struct gabion_filtered_domain *domain, const char *name, bool oci,
			bool lossy, FILE *out, struct gabion_error *error)
{
	cleanup_export struct gabion_export export = {
		.capabilities = le64_to_cpu(domain->view->domains[domain->index].capabilities),
	};
	int err = gabion_export_build(&export, domain->view, domain->filter, lossy,
				      oci ? gabion_export_oci_says : gabion_export_systemd_says,
				      stderr, error);

	if (err)
		return err;
	warn_execve(domain, name);
	return oci ? gabion_export_oci(&export, out, error)
		   : gabion_export_systemd(&export, name, out, error);
}

static int write_out(const char *output, const char *bytes, size_t size, struct gabion_error *error)
{
	FILE *out = output ? fopen(output, "we") : stdout;
	bool failed;

	if (!out)
		return gabion_error_set(error, -errno, "%s: %s", output, strerror(errno));
	failed = fwrite(bytes, 1, size, out) != size || fflush(out);
	if (output && fclose(out))
		failed = true;
	return failed ? gabion_error_set(error, -EIO, "%s: cannot be written",
					 output ? output : "standard output")
		      : 0;
}

static int export(const char *format, bool lossy, const char *library, const char *policy,
		  const char *name, const char *output, struct gabion_error *error)
{
	cleanup_filtered_domain struct gabion_filtered_domain domain = {0};
	cleanup_free char *bytes = NULL;
	bool oci = !strcmp(format, "oci");
	size_t size;
	FILE *out;
	int err;

	if (gabion_filtered_domain_open(&domain, library, policy, name, error))
		return GABION_EXIT_ERROR;
	gabion_filtered_domain_warn_complain(&domain, name);
	/* Into memory, so that a file is written whole or not at all. */
	out = open_memstream(&bytes, &size);
	if (!out) {
		gabion_error_set(error, -ENOMEM, "out of memory");
		return GABION_EXIT_ERROR;
	}
	err = !strcmp(format, "bpf") ? export_bpf(&domain, out, error)
				     : export_names(&domain, name, oci, lossy, out, error);
	if (fclose(out) && !err)
		err = gabion_error_set(error, -ENOMEM, "out of memory");
	if (!err)
		err = write_out(output, bytes, size, error);
	return err ? GABION_EXIT_ERROR : GABION_EXIT_OK;
}

int cmd_export(const struct gabion_cli *cli, int argc, char **argv, struct gabion_error *error)
{
	static const struct option options[] = {
		{"format", required_argument, NULL, 'f'},
		{"lossy", no_argument, NULL, 'l'},
		{"policy", required_argument, NULL, 'p'},
		{"output", required_argument, NULL, 'o'},
		{0},
	};
	const char *format = NULL, *policy = cli->policy_dir, *output = NULL, *name = NULL;
	bool lossy = false;
	int option;

	gabion_cli_getopt_reset();
	while ((option = getopt_long(argc, argv, "-:o:", options, NULL)) != -1) {
		switch (option) {
		case 'f':
			format = optarg;
			break;
		case 'l':
			lossy = true;
			break;
		case 'p':
			policy = optarg;
			break;
		case 'o':
			output = optarg;
			break;
		case 1:
			if (name)
				return gabion_cli_wrong(error, argv[0], "'%s' is one too many",
							optarg);
			name = optarg;
			break;
		default:
			return gabion_cli_wrong_option(error, argv, option);
		}
	}
	if (!format ||
	    (strcmp(format, "oci") && strcmp(format, "systemd") && strcmp(format, "bpf")))
		return gabion_cli_wrong(error, argv[0], "--format is oci, systemd or bpf");
	if (!name)
		return gabion_cli_wrong(error, argv[0], "the domain is missing");
	return export(format, lossy, cli->policy_dir, policy, name, output, error);
}
