// SPDX-License-Identifier: GPL-2.0
/*
 * The init of a guest that is measured: says "up", and then does what is asked for on the serial
 * port, a word a line; the answer is the word.
 *
 *	modules		loads those of /modules/list, if there is one
 *	net		gives the network card its address
 *	read-SIZE	reads DISK_BYTES(SIZE) of the disk, so many at a time, past the page cache
 *	write-SIZE	writes as much
 *	send, receive	NET_BYTES to or from the host over TCP
 *	tick		says "tick" every tenth of a second, for ever
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>
#include "load.h"

#define LARGEST (1 << 20)

static char buffer[LARGEST] __attribute__((aligned(4096)));

/* An init that ends is a panic, which the other side sees as the machine's end. */
static void must(bool succeeded, const char *what)
{
	if (succeeded)
		return;
	perror(what);
	exit(1);
}

static void use_serial_port(void)
{
	struct termios raw;
	int fd = open("/dev/ttyS0", O_RDWR);

	must(fd >= 0 && !tcgetattr(fd, &raw), "ttyS0");
	cfmakeraw(&raw);
	raw.c_oflag |= OPOST | ONLCR;
	must(!tcsetattr(fd, TCSANOW, &raw), "ttyS0");
	dup2(fd, 0);
	dup2(fd, 1);
	dup2(fd, 2);
}

static void load_modules(void)
{
	FILE *list = fopen("/modules/list", "r");
	char path[128] = "/modules/";
	int fd;

	while (list && fgets(path + 9, sizeof(path) - 9, list)) {
		path[strcspn(path, "\n")] = 0;
		fd = open(path, O_RDONLY);
		must(fd >= 0 && !syscall(SYS_finit_module, fd, "", 0), path);
		close(fd);
	}
	if (list)
		fclose(list);
}

static struct sockaddr_in address(const char *text, int port)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(port) };

	must(inet_pton(AF_INET, text, &in.sin_addr) == 1, text);
	return in;
}

static void set_up_network(void)
{
	struct sockaddr_in own = address(GUEST_ADDRESS, 0), mask = address("255.255.255.0", 0);
	struct ifreq request = { .ifr_name = "eth0" };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	memcpy(&request.ifr_addr, &own, sizeof(own));
	must(!ioctl(fd, SIOCSIFADDR, &request), "address");
	memcpy(&request.ifr_netmask, &mask, sizeof(mask));
	must(!ioctl(fd, SIOCSIFNETMASK, &request), "netmask");
	request.ifr_flags = IFF_UP;
	must(!ioctl(fd, SIOCSIFFLAGS, &request), "eth0");
	close(fd);
}

static void use_disk(bool writes, size_t size)
{
	int fd = open("/dev/vda", (writes ? O_WRONLY : O_RDONLY) | O_DIRECT);
	size_t done;
	ssize_t n;

	must(fd >= 0 && size && size <= LARGEST, "vda");
	for (done = 0; done < DISK_BYTES(size); done += size) {
		n = writes ? write(fd, buffer, size) : read(fd, buffer, size);
		must(n == (ssize_t)size, "vda");
	}
	close(fd);
}

/* The host's end closes once it has all, or has sent all. */
static void use_network(bool sends)
{
	struct sockaddr_in host = address(HOST_ADDRESS, sends ? SINK_PORT : SOURCE_PORT);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	size_t done = 0;
	ssize_t n;

	must(!connect(fd, (struct sockaddr *)&host, sizeof(host)), "connect");
	for (; sends && done < NET_BYTES; done += n) {
		n = write(fd, buffer, NET_PIECE);
		must(n > 0, "send");
	}
	if (sends)
		must(!shutdown(fd, SHUT_WR) && read(fd, buffer, 1) == 0, "end");
	while (!sends && (n = read(fd, buffer, NET_PIECE)) > 0)
		done += n;
	must(done >= NET_BYTES, "transfer");
	close(fd);
}

static void tick(void)
{
	for (;;) {
		usleep(100000);
		dprintf(1, "tick\n");
	}
}

static void do_word(const char *word)
{
	if (!strcmp(word, "modules"))
		load_modules();
	else if (!strcmp(word, "net"))
		set_up_network();
	else if (!strncmp(word, "read-", 5))
		use_disk(false, atoi(word + 5));
	else if (!strncmp(word, "write-", 6))
		use_disk(true, atoi(word + 6));
	else if (!strcmp(word, "send") || !strcmp(word, "receive"))
		use_network(!strcmp(word, "send"));
	else if (strcmp(word, "tick"))
		must(false, word);
}

int main(void)
{
	char word[64];

	must(!mount("dev", "/dev", "devtmpfs", 0, NULL), "dev");
	use_serial_port();
	dprintf(1, "up\n");
	while (fgets(word, sizeof(word), stdin)) {
		word[strcspn(word, "\r\n")] = 0;
		do_word(word);
		dprintf(1, "%s\n", word);
		if (!strcmp(word, "tick"))
			tick();
	}
	return 0;
}
