// SPDX-License-Identifier: GPL-2.0
/* The reader of events.  See swap_shared.h. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>
#include "source.h"
#include "swap_shared.h"

/* More events than this at a time: workers wait for the reader. */
#define BEHIND		4000

static void account_for(const struct gabion_event *e)
{
	unsigned int policy = (e->generation - swap_shared->first) % SWAP_NPOLICIES;
	enum swap_turn turn;
	int operation;

	/* Of the fixture and of us. */
	if (e->type == GABION_EVENT_SUBSCRIBE || e->type == GABION_EVENT_UNSUBSCRIBE)
		return;
	swap_shared->events++;
	if (e->type == GABION_EVENT_POLICY) {
		swap_shared->policies++;
		return;
	}
	if (e->type == GABION_EVENT_TRANSITION && e->target && !strcmp(e->target, SWAP_ENTERED)) {
		swap_shared->transitions++;
		return;
	}
	if (e->type != GABION_EVENT_ACCESS || e->verdict != GABION_VERDICT_DENIED) {
		swap_shared->other++;
		return;
	}
	operation = swap_enter_event(e, &turn) ? SWAP_ENTER : swap_operation_of(e, &turn);
	if (operation >= 0) {
		swap_shared->accounts[operation].recorded[turn]++;
		swap_shared->contradictions += swap_permits(policy, turn);
	} else if (!strcmp(e->hook ?: "", "file_receive")) {
		swap_shared->transient++;
	} else {
		swap_shared->other++;
		printf("# event %llu: class %u refused %x object %s hook %s\n",
		       (unsigned long long)e->sequence, e->klass, e->refused, e->object ?: "-",
		       e->hook ?: "-");
	}
}

/*
 * An event is in a batch again until it is acknowledged: it counts in the one
 * whose acknowledgement covers it. Return: false on an error.
 */
static bool read_events(struct gabion_netlink *client, uint64_t *ack, size_t *n)
{
	cleanup_batch struct gabion_batch batch = { 0 };
	struct gabion_error error = { 0 };
	size_t i;

	if (gabion_netlink_read(client, *ack, &batch, &error)) {
		printf("# cannot read events: %s\n", error.text);
		return false;
	}
	for (i = 0; i < batch.nevents; i++)
		if (batch.events[i].sequence <= batch.ack)
			account_for(&batch.events[i]);
	*ack = batch.ack;
	*n = batch.nevents;
	return !batch.malformed;
}

static int read_all(void)
{
	struct gabion_netlink *client;
	struct gabion_error error = { 0 };
	uint64_t ack = 0;
	bool over;
	size_t n;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setpriority(PRIO_PROCESS, 0, -15);
	if (gabion_netlink_open(&client, &error) || gabion_netlink_subscribe(client, &error)) {
		printf("# %s\n", error.text);
		return 1;
	}
	do {
		over = __atomic_load_n(&swap_shared->over, __ATOMIC_SEQ_CST);
		if (!read_events(client, &ack, &n))
			return 1;
		__atomic_store_n(&swap_shared->behind, n > BEHIND, __ATOMIC_RELAXED);
		if (n < BEHIND / 4 && !over)
			usleep(5000);
	} while (n || !over);
	gabion_netlink_close(client);
	return 0;
}

pid_t swap_start_reader(void)
{
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		int status = read_all();

		fflush(stdout);
		_exit(status);
	}
	return pid;
}
