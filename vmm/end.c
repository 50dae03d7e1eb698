// SPDX-License-Identifier: GPL-2.0
#include "end.h"

#include <stdint.h>
#include <unistd.h>

void gabion_end_request(struct gabion_end *end, int how)
{
	uint64_t one = 1;
	int running = -1;

	if (!atomic_compare_exchange_strong(&end->how, &running, how))
		return;
	if (write(end->eventfd, &one, sizeof(one)) < 0)
		return;
}
