// SPDX-License-Identifier: GPL-2.0
#include "refusal.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <ucontext.h>
#include <unistd.h>

#include "../end.h"
#include "../log.h"

static char *append(char *to, const char *text)
{
	size_t n = strlen(text);

	memcpy(to, text, n);
	return to + n;
}

static char *append_number(char *to, unsigned long long n, unsigned int base)
{
	char digits[20];
	unsigned int count = 0;

	do {
		digits[count++] = "0123456789abcdef"[n % base];
		n /= base;
	} while (n);
	while (count)
		*to++ = digits[--count];
	return to;
}

/* Of a thread that was interrupted anywhere: nothing here takes a lock or memory. */
static void report(int signal, siginfo_t *info, void *opaque)
{
	const greg_t *registers = ((const ucontext_t *)opaque)->uc_mcontext.gregs;
	static const int arguments[] = { REG_RDI, REG_RSI, REG_RDX };
	char line[256], *end = line;
	unsigned int i;

	end = append(end, "gabion-vmm: the syscall filter refuses call ");
	end = append_number(end, info->si_syscall, 10);
	for (i = 0; i < 3; i++) {
		end = append(end, i ? ", 0x" : " (0x");
		end = append_number(end, registers[arguments[i]], 16);
	}
	end = append(end, ", ...): the machine ends\n");
	gabion_vmm_log_at_once(line, end - line);
	_exit(GABION_END_SIGNAL + signal);
}

int gabion_refusal_report(struct gabion_error *error)
{
	/* Once: what is refused in there is the end at once. */
	struct sigaction action = { .sa_sigaction = report, .sa_flags = SA_SIGINFO | SA_RESETHAND };

	if (!sigaction(SIGSYS, &action, NULL))
		return 0;
	return gabion_error_set(error, -errno, "sigaction: %s", strerror(errno));
}
