// SPDX-License-Identifier: GPL-2.0
/*
 * Sockets that an io_uring holds ("fixed files"): they are in no descriptor
 * table, so it is the operations that ask for their family.
 */
#include <sys/syscall.h>
#include "kselftest_harness.h"
#include "lib/connection.h"
#include "lib/uring.h"

/* Places in the ring's table. */
enum { UDP, LISTENER, NEAR };

static struct uring ring;

static int before(struct gabion_netlink *client)
{
	int err = connection_make(client), files[3];

	if (err)
		return err;
	files[UDP] = udp;
	files[LISTENER] = listener;
	files[NEAR] = near_end;
	err = uring_setup(&ring, 0);
	if (err)
		return -err;
	err = ATTEMPT(syscall(SYS_io_uring_register, ring.fd, IORING_REGISTER_FILES, files, 3));
	/* The ring alone has them now: nothing else that could make an event. */
	connection_close();
	return err;
}

static void after(void)
{
	uring_close(&ring);
}

/* "ringed" may use the ring, and has no family of sockets. */
#define RING_VARIANT(name)							\
	FIXTURE_VARIANT_ADD(attempt, name)					\
	{									\
		.run = name, .before = before, .after = after, .error = EACCES,	\
		.klass = GABION_CLASS_FAMILY, .refused = AF_INET,		\
		.refused_by = "ringed",						\
	}

static int run(struct io_uring_sqe sqe)
{
	int result;

	sqe.flags |= IOSQE_FIXED_FILE;
	result = uring_run(&ring, &sqe);
	return result < 0 ? -result : 0;
}

static char byte;

static int send_message(void)
{
	return run((struct io_uring_sqe){ .opcode = IORING_OP_SEND, .fd = UDP,
					  .addr = (unsigned long)&byte, .len = 1 });
}
RING_VARIANT(send_message);

static int receive_message(void)
{
	return run((struct io_uring_sqe){ .opcode = IORING_OP_RECV, .fd = UDP,
					  .addr = (unsigned long)&byte, .len = 1 });
}
RING_VARIANT(receive_message);

static int write_message(void)
{
	return run((struct io_uring_sqe){ .opcode = IORING_OP_WRITE, .fd = UDP,
					  .addr = (unsigned long)&byte, .len = 1 });
}
RING_VARIANT(write_message);

static int read_message(void)
{
	return run((struct io_uring_sqe){ .opcode = IORING_OP_READ, .fd = NEAR,
					  .addr = (unsigned long)&byte, .len = 1 });
}
RING_VARIANT(read_message);

static int accept_connection(void)
{
	return run((struct io_uring_sqe){ .opcode = IORING_OP_ACCEPT, .fd = LISTENER });
}
RING_VARIANT(accept_connection);

static int shut_down(void)
{
	return run((struct io_uring_sqe){ .opcode = IORING_OP_SHUTDOWN, .fd = NEAR,
					  .len = SHUT_WR });
}
RING_VARIANT(shut_down);

/* splice(2) takes data past sendmsg and recvmsg. */
static int splice_to_socket(void)
{
	return run((struct io_uring_sqe){ .opcode = IORING_OP_SPLICE, .fd = NEAR,
					  .splice_fd_in = tube[0], .len = 4,
					  .off = -1, .splice_off_in = -1 });
}
RING_VARIANT(splice_to_socket);

static int splice_from_socket(void)
{
	struct io_uring_sqe sqe = { .opcode = IORING_OP_SPLICE, .fd = tube[1], .splice_fd_in = NEAR,
				    .len = 4, .splice_flags = SPLICE_F_FD_IN_FIXED,
				    .off = -1, .splice_off_in = -1 };
	int result = uring_run(&ring, &sqe);

	return result < 0 ? -result : 0;
}
RING_VARIANT(splice_from_socket);

TEST_HARNESS_MAIN
