// SPDX-License-Identifier: GPL-2.0
#include "syscall_constants.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* libc before kernel: the other way round some of them clash. */
#include <sys/types.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>
#include <sys/mount.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <asm/ioctls.h>
#include <asm/prctl.h>
#include <linux/blktrace_api.h>
#include <linux/bpf.h>
#include <linux/falloc.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <linux/futex.h>
#include <linux/if_tun.h>
#include <linux/kcmp.h>
#include <linux/kd.h>
#include <linux/keyctl.h>
#include <linux/kvm.h>
#include <linux/loop.h>
#include <linux/membarrier.h>
#include <linux/memfd.h>
#include <linux/mman.h>
#include <linux/module.h>
#include <linux/mount.h>
#include <linux/net.h>
#include <linux/netlink.h>
#include <linux/perf_event.h>
#include <linux/ptrace.h>
#include <linux/random.h>
#include <linux/reboot.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <linux/serial.h>
#include <linux/sockios.h>
#include <linux/userfaultfd.h>
#include <linux/vhost.h>
#include <linux/vt.h>

#include "mem.h"

struct constant {
	const char *name;
	int64_t value;
};

static const struct constant constants[] = {
#define X(name) { #name, (int64_t)(name) },
#define V(name, value) { #name, value },
#include "syscall_constants_list.h"
#undef X
#undef V
};

#define NCONSTANTS (sizeof(constants) / sizeof(constants[0]))

bool gabion_number_parse(const char *text, uint64_t *value)
{
	int base = 10;
	char *end;

	if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X'))
		base = 16;
	else if (text[0] == '0' && text[1])
		base = 8;
	text += base == 16 ? 2 : base == 8 ? 1 + (text[1] == 'o') : 0;
	/* Not what strtoull would skip or take as a sign. */
	if (!isxdigit((unsigned char)*text))
		return false;
	errno = 0;
	*value = strtoull(text, &end, base);
	return !*end && !errno;
}

static int by_name(const void *key, const void *item)
{
	return strcmp(key, ((const struct constant *)item)->name);
}

bool gabion_constant_find(const char *name, struct gabion_value *value)
{
	const struct constant *c =
		bsearch(name, constants, NCONSTANTS, sizeof(constants[0]), by_name);

	if (c)
		*value = (struct gabion_value){ c->value, c->value < 0 };
	return c;
}

/* Length of the first of @prefixes, and where the next one begins. */
static size_t first_prefix(const char *prefixes, const char **next)
{
	size_t n = strcspn(prefixes, " ");

	*next = prefixes[n] ? prefixes + n + 1 : NULL;
	return n;
}

bool gabion_constant_find_short(const char *name, const char *prefixes,
				struct gabion_value *value)
{
	char full[64];
	size_t n, i;

	for (; prefixes; ) {
		const char *prefix = prefixes;

		n = first_prefix(prefix, &prefixes);
		if (n + strlen(name) >= sizeof(full))
			continue;
		memcpy(full, prefix, n);
		for (i = 0; name[i]; i++)
			full[n + i] = toupper((unsigned char)name[i]);
		full[n + i] = '\0';
		if (gabion_constant_find(full, value))
			return true;
	}
	return false;
}

char *gabion_constant_nearest(const char *name, const char *prefixes)
{
	/* Constants are in capitals; what was written in small letters is answered so. */
	char *capitals = gabion_xstrdup(name), *nearest = NULL, *c;
	bool small = islower((unsigned char)name[0]);
	struct gabion_suggestion s = { .name = capitals }, full = { .name = capitals };
	size_t i, n;

	for (c = capitals; *c; c++)
		*c = toupper((unsigned char)*c);
	for (i = 0; i < NCONSTANTS; i++) {
		const char *left = prefixes;

		gabion_suggest_try(small ? &full : &s, constants[i].name);
		while (left) {
			const char *prefix = left;

			n = first_prefix(prefix, &left);
			if (!strncmp(constants[i].name, prefix, n))
				gabion_suggest_try(&s, constants[i].name + n);
		}
	}
	if (!s.nearest && full.nearest) {
		/* One in full is written in capitals. */
		free(capitals);
		return gabion_xstrdup(full.nearest);
	}
	if (s.nearest)
		nearest = gabion_xstrdup(s.nearest);
	for (c = nearest; small && c && *c; c++)
		*c = tolower((unsigned char)*c);
	free(capitals);
	return nearest;
}

const char *gabion_constant_at(uint32_t i)
{
	return i < NCONSTANTS ? constants[i].name : NULL;
}

static const struct {
	const char *name;
	uint32_t number;
} more_errnos[] = {
	{ "EWOULDBLOCK", EWOULDBLOCK },
	{ "EDEADLOCK", EDEADLOCK },
	{ "ENOTSUP", ENOTSUP },
};

/* Above the last one that has a name. */
#define ERRNO_END 200U

const char *gabion_errno_name(uint32_t number)
{
	return number ? strerrorname_np(number) : NULL;
}

uint32_t gabion_errno_of(const char *name)
{
	uint32_t number;
	size_t i;

	for (number = 1; number < ERRNO_END; number++)
		if (gabion_errno_name(number) && !strcmp(gabion_errno_name(number), name))
			return number;
	for (i = 0; i < sizeof(more_errnos) / sizeof(more_errnos[0]); i++)
		if (!strcmp(more_errnos[i].name, name))
			return more_errnos[i].number;
	return 0;
}

void gabion_suggest_errnos(struct gabion_suggestion *s)
{
	uint32_t number;

	for (number = 1; number < ERRNO_END; number++)
		if (gabion_errno_name(number))
			gabion_suggest_try(s, gabion_errno_name(number));
}
