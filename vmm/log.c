// SPDX-License-Identifier: GPL-2.0
#include "log.h"

#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "output.h"

/* A process has one log. @fd, @level and @show_level are set before threads start. */
static struct {
	int fd;
	enum gabion_log_level level;
	bool show_level;
	pthread_mutex_t lock; /* of what follows */
	time_t second;
	unsigned int lines;
	unsigned long lost;
} state = {
	.fd = STDERR_FILENO,
	.level = GABION_LOG_WARNING,
	.show_level = true,
	.lock = PTHREAD_MUTEX_INITIALIZER,
};

static const char *const names[] = { "Off", "Error", "Warning", "Info", "Debug" };

int gabion_log_open(const struct gabion_log_options *options, struct gabion_error *error)
{
	int fd = STDERR_FILENO;

	if (options->path) {
		fd = gabion_output_open("log", options->path, error);
		if (fd < 0)
			return fd;
	}
	if (state.fd != STDERR_FILENO)
		close(state.fd);
	state.fd = fd;
	state.level = options->level;
	state.show_level = options->show_level;
	return 0;
}

/* A log that cannot be written must not stop the guest, nor one that nobody reads. */
void gabion_vmm_log_at_once(const char *line, size_t length)
{
	struct pollfd out = { .fd = state.fd, .events = POLLOUT };

	if (poll(&out, 1, 0) != 1 || write(state.fd, line, length) < 0)
		return;
}

static void write_line(const struct timespec *now, enum gabion_log_level level, const char *text)
{
	char line[1200], when[32];
	struct tm tm;
	int n;

	gmtime_r(&now->tv_sec, &tm);
	strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%S", &tm);
	n = snprintf(line, sizeof(line), "%s.%06ldZ gabion-vmm%s%s: %s\n", when,
		     now->tv_nsec / 1000, state.show_level ? " " : "",
		     state.show_level ? names[level] : "", text);
	if (n >= (int)sizeof(line))
		n = sizeof(line) - 1;
	gabion_vmm_log_at_once(line, n);
}

void gabion_vmm_log(enum gabion_log_level level, const char *format, ...)
{
	char text[1024];
	struct timespec now;
	va_list args;

	if (level > state.level)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	clock_gettime(CLOCK_REALTIME, &now);
	pthread_mutex_lock(&state.lock);
	if (now.tv_sec != state.second) {
		char lost[64];

		snprintf(lost, sizeof(lost), "%lu lines left out", state.lost);
		if (state.lost)
			write_line(&now, GABION_LOG_WARNING, lost);
		state.second = now.tv_sec;
		state.lines = 0;
		state.lost = 0;
	}
	if (state.lines++ < GABION_LOG_BURST)
		write_line(&now, level, text);
	else
		state.lost++;
	pthread_mutex_unlock(&state.lock);
}
