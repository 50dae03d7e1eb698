/* SPDX-License-Identifier: GPL-2.0 */
/* Descriptors that were taken away: what stands in their place does as /dev/null does. */
#ifndef GABION_SELFTESTS_LOST_H
#define GABION_SELFTESTS_LOST_H

/**
 * lost_outcome - what came of an operation on @fd
 * @result:	what the operation returned; errno is its
 *
 * Where all goes well and comes to nothing, success is none.
 * Return: EACCES if the descriptor was taken away, else the operation's errno, 0 if it went well.
 */
int lost_outcome(int fd, long result);

#endif /* GABION_SELFTESTS_LOST_H */
