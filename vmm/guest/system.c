// SPDX-License-Identifier: GPL-2.0
#include "system.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/vm_sockets.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* In the initramfs. */
#define LOWER	"/lower"
#define CHANGES "/changes"
#define ROOT	"/root"

struct mounted {
	const char *type, *path, *options;
	unsigned long flags;
};

static const struct mounted mounts[] = {
	{"proc", "/proc", NULL, MS_NOSUID | MS_NODEV | MS_NOEXEC},
	{"sysfs", "/sys", NULL, MS_NOSUID | MS_NODEV | MS_NOEXEC},
	{"devtmpfs", "/dev", NULL, MS_NOSUID | MS_NOEXEC},
	{"devpts", "/dev/pts", "mode=620,gid=5,ptmxmode=666", MS_NOSUID | MS_NOEXEC},
	{"tmpfs", "/dev/shm", "mode=1777", MS_NOSUID | MS_NODEV},
	{"tmpfs", "/run", "mode=755", MS_NOSUID | MS_NODEV},
	{"tmpfs", "/tmp", "mode=1777", MS_NOSUID | MS_NODEV},
	{"cgroup2", "/sys/fs/cgroup", NULL, MS_NOSUID | MS_NODEV | MS_NOEXEC},
};

static int do_mount(const char *source, const struct mounted *m, struct gabion_error *error)
{
	if (!mount(source, m->path, m->type, m->flags, m->options))
		return 0;
	return gabion_error_set(error, -errno, "cannot mount %s at %s: %s", source, m->path,
				strerror(errno));
}

static int make_folder(const char *path, struct gabion_error *error)
{
	if (!mkdir(path, 0755) || errno == EEXIST)
		return 0;
	return gabion_error_set(error, -errno, "cannot make the folder %s: %s", path,
				strerror(errno));
}

/* With those above it. */
static int make_folders(const char *path, struct gabion_error *error)
{
	char part[4096];
	const char *slash;
	int err = 0;

	if (strlen(path) >= sizeof(part))
		return gabion_error_set(error, -ENAMETOOLONG, "%s: too long", path);
	for (slash = strchr(path + 1, '/'); slash && !err; slash = strchr(slash + 1, '/')) {
		memcpy(part, path, (size_t)(slash - path));
		part[slash - path] = '\0';
		err = make_folder(part, error);
	}
	return err ? err : make_folder(path, error);
}

int gabion_guest_begin(struct gabion_error *error)
{
	static const struct mounted dev = {"devtmpfs", "/dev", NULL, 0};
	int err = do_mount("devtmpfs", &dev, error), fd;

	if (err)
		return err;
	fd = open("/dev/console", O_RDWR);
	if (fd < 0)
		fd = open("/dev/null", O_RDWR);
	if (fd < 0 || dup2(fd, 0) < 0 || dup2(fd, 1) < 0 || dup2(fd, 2) < 0)
		return gabion_error_set(error, -errno, "no console: %s", strerror(errno));
	if (fd > 2)
		close(fd);
	return 0;
}

static int mount_root(const char *type, struct gabion_error *error)
{
	const struct mounted lower = {type, LOWER, NULL, MS_RDONLY};
	static const struct mounted changes = {"tmpfs", CHANGES, "mode=700", 0};
	static const struct mounted both = {
		"overlay", ROOT,
		"lowerdir=" LOWER ",upperdir=" CHANGES "/upper,workdir=" CHANGES "/work", 0};
	int err = make_folder(LOWER, error);

	err = err ? err : make_folder(CHANGES, error);
	err = err ? err : make_folder(ROOT, error);
	err = err ? err : do_mount("/dev/vda", &lower, error);
	err = err ? err : do_mount("tmpfs", &changes, error);
	err = err ? err : make_folder(CHANGES "/upper", error);
	err = err ? err : make_folder(CHANGES "/work", error);
	return err ? err : do_mount("overlay", &both, error);
}

static int switch_root(struct gabion_error *error)
{
	if (!chdir(ROOT) && !mount(".", "/", NULL, MS_MOVE, NULL) && !chroot(".") && !chdir("/"))
		return 0;
	return gabion_error_set(error, -errno, "cannot make the image the root: %s",
				strerror(errno));
}

int gabion_guest_enter_root(const struct gabion_guest_job *job, struct gabion_error *error)
{
	static const char *const links[][2] = {{"/proc/self/fd", "/dev/fd"},
					       {"/proc/self/fd/0", "/dev/stdin"},
					       {"/proc/self/fd/1", "/dev/stdout"},
					       {"/proc/self/fd/2", "/dev/stderr"}};
	int err = mount_root(job->rootfs, error);
	size_t i;

	err = err ? err : switch_root(error);
	for (i = 0; i < sizeof(mounts) / sizeof(*mounts) && !err; i++) {
		err = make_folders(mounts[i].path, error);
		err = err ? err : do_mount(mounts[i].type, &mounts[i], error);
	}
	for (i = 0; i < sizeof(links) / sizeof(*links) && !err; i++)
		if (symlink(links[i][0], links[i][1]) && errno != EEXIST)
			err = gabion_error_set(error, -errno, "%s: %s", links[i][1],
					       strerror(errno));
	return err;
}

int gabion_guest_mount_share(const struct gabion_guest_share *share, int fd,
			     struct gabion_error *error)
{
	char options[128];
	struct mounted m = {"9p", share->path, options,
			    MS_NOSUID | MS_NODEV | (share->read_only ? MS_RDONLY : 0)};
	int err = make_folders(share->path, error);

	snprintf(options, sizeof(options),
		 "trans=fd,rfdno=%d,wfdno=%d,version=9p2000.L,access=any,cache=mmap,msize=65536",
		 fd, fd);
	return err ? err : do_mount("share", &m, error);
}

int gabion_guest_connect(unsigned int channel, struct gabion_error *error)
{
	struct sockaddr_vm host = {
		.svm_family = AF_VSOCK, .svm_cid = VMADDR_CID_HOST, .svm_port = GABION_GUEST_PORT};
	int fd = socket(AF_VSOCK, SOCK_STREAM | SOCK_CLOEXEC, 0), err;
	unsigned char hello[GABION_GUEST_HELLO_SIZE];

	gabion_guest_hello_encode(hello, channel);
	if (fd >= 0 && !connect(fd, (struct sockaddr *)&host, sizeof(host)) &&
	    send(fd, hello, sizeof(hello), MSG_NOSIGNAL) == (ssize_t)sizeof(hello))
		return fd;
	err = gabion_error_set(error, -errno, "cannot connect to the host: %s", strerror(errno));
	if (fd >= 0)
		close(fd);
	return err;
}

int gabion_guest_set_up(const struct gabion_guest_job *job, struct gabion_error *error)
{
	struct ifreq lo = {.ifr_name = "lo", .ifr_flags = IFF_UP};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), err = 0;

	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &lo) ||
	    sethostname(job->hostname, strlen(job->hostname)))
		err = gabion_error_set(error, -errno, "host name and loopback: %s",
				       strerror(errno));
	if (fd >= 0)
		close(fd);
	return err;
}
