// SPDX-License-Identifier: GPL-2.0
#include "options.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int gabion_vm_number_parse(const char *text, unsigned int min, unsigned int max,
			   unsigned int *number, struct gabion_error *error)
{
	unsigned long n;
	char *end;

	errno = 0;
	n = strtoul(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || errno || n < min || n > max)
		return gabion_error_set(error, -EINVAL, "'%s' is not a number from %u to %u", text,
					min, max);
	*number = (unsigned int)n;
	return 0;
}

/* The name that the kernel has for @fd. */
static char *fd_name(int fd)
{
	char link[32], path[4096];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof(path) - 1);
	if (n <= 0)
		return NULL;
	path[n] = '\0';
	return strdup(path);
}

int gabion_vm_share_parse(char *text, struct gabion_vm_share *share, struct gabion_error *error)
{
	char *guest = strchr(text, ':'), *mode;

	*share = (struct gabion_vm_share){.root = -1};
	if (!guest || guest == text || guest[1] != '/')
		return gabion_error_set(
			error, -EINVAL,
			"'%s' is not HOST:GUEST, a folder here and an absolute path there", text);
	*guest++ = '\0';
	mode = strchr(guest, ':');
	if (mode)
		*mode++ = '\0';
	if (mode && !strcmp(mode, "ro"))
		share->wanted = GABION_VM_READ;
	else if (mode && !strcmp(mode, "rw"))
		share->wanted = GABION_VM_WRITE;
	else if (mode)
		return gabion_error_set(error, -EINVAL, "'%s': what follows %s must be ro or rw",
					mode, guest);
	share->guest = guest;
	share->root = open(text, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (share->root < 0)
		return gabion_error_set(error, -errno, "%s: %s", text, strerror(errno));
	share->host = fd_name(share->root);
	return share->host ? 0 : gabion_error_set(error, -ENOMEM, "%s: has no name here", text);
}

void gabion_vm_share_free(struct gabion_vm_share *share)
{
	free(share->host);
	if (share->root >= 0)
		close(share->root);
	*share = (struct gabion_vm_share){.root = -1};
}

static int judge_share(struct gabion_vm_share *share, const struct gabion_vm_domain *domain,
		       const char *name, FILE *notes, struct gabion_error *error)
{
	enum gabion_vm_access granted = GABION_VM_WRITE;
	int err = domain ? gabion_vm_grant_folder(domain, share->host, &granted) : 0;

	if (err)
		return gabion_error_set(error, err, "out of memory");
	if (granted == GABION_VM_NOTHING)
		return gabion_error_set(error, -EPERM,
					"share %s: domain '%s' may not read and stat all of it",
					share->host, name);
	if (granted < share->wanted)
		return gabion_error_set(error, -EPERM,
					"share %s: domain '%s' may not write, create, delete and "
					"setattr all of it: "
					"share it with :ro",
					share->host, name);
	if (share->wanted == GABION_VM_NOTHING && granted == GABION_VM_READ)
		fprintf(notes,
			"gabion: share %s is read-only: domain '%s' may not change all of it\n",
			share->host, name);
	share->access = share->wanted == GABION_VM_NOTHING ? granted : share->wanted;
	return 0;
}

static int judge_rootfs(const struct gabion_vm_domain *domain, const char *name, const char *rootfs,
			struct gabion_error *error)
{
	enum gabion_vm_access granted = GABION_VM_NOTHING;
	struct stat st;
	int err = 0;

	if (stat(rootfs, &st))
		return gabion_error_set(error, -errno, "%s: %s", rootfs, strerror(errno));
	if (S_ISDIR(st.st_mode))
		err = gabion_vm_grant_folder(domain, rootfs, &granted);
	else if (gabion_vm_grant_file(domain, rootfs))
		granted = GABION_VM_READ;
	if (err)
		return gabion_error_set(error, err, "out of memory");
	return granted != GABION_VM_NOTHING
		       ? 0
		       : gabion_error_set(
				 error, -EPERM,
				 "root file system %s: domain '%s' may not read and stat all of it",
				 rootfs, name);
}

int gabion_vm_machine_judge(struct gabion_vm_machine *machine,
			    const struct gabion_vm_domain *domain, const char *rootfs, FILE *notes,
			    struct gabion_error *error)
{
	int err = 0;
	size_t i;

	for (i = 0; i < machine->share_count && !err; i++)
		err = judge_share(&machine->shares[i], domain, machine->domain, notes, error);
	if (err || !domain)
		return err;
	if (rootfs)
		err = judge_rootfs(domain, machine->domain, rootfs, error);
	if (!err && machine->tap && !gabion_vm_grant_network(domain))
		err = gabion_error_set(error, -EPERM,
				       "network %s: domain '%s' may not connect to raw, as whoever "
				       "has a network card "
				       "sends anything to anybody: leave --net out",
				       machine->tap, machine->domain);
	return err;
}
