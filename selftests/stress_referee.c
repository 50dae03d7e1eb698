// SPDX-License-Identifier: GPL-2.0
/*
 * Swaps policies while others work, reads all events, and holds each kind of them
 * against what the reference says of the same question: gabion_query() on the policy
 * that the event names.
 *
 * usage: stress_referee IMAGE...
 *
 * Takes one image after the other, for ever.  A line on stdin is answered, when all
 * events up to there were read, with "LINE REFUSALS SWAPS" since the line before; at
 * the end of stdin come lines of TAP, and an account.  Exit status: 1 if an event and
 * the reference differ.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#include "../agent/common/cleanup.h"
#include "../agent/common/file.h"
#include "../agent/event/event_words.h"
#include "../agent/netlink/client.h"
#include "../agent/policy/endpoint.h"
#include "../agent/policy/names.h"
#include "../agent/policy/query.h"

#define SWAP_MS		300
#define IMAGES_MAX	8
#define KINDS		(1U << 20)	/* kinds of events that are told apart */
#define SHOWN		20

/**
 * struct image - a policy
 * @bytes:	owned
 */
struct image {
	void *bytes;
	size_t size;
	struct gabion_view view;
};

/**
 * struct referee - all of it
 * @first:	generation of the first swap
 * @ack:	events up to here were looked at
 * @kinds:	hashes of those that were held against the reference
 * @refusals, @swaps: since the last mark
 * @allowed:	events that record a grant
 * @inexpressible: kinds for which there are no words to ask with
 * @undecided:	kinds whose reason is not the policy: no memory, or the way into a domain
 * @differ:	kinds of which the reference says something else
 * @full:	@kinds is, and kinds went by
 */
struct referee {
	struct gabion_netlink *client;
	struct image images[IMAGES_MAX];
	unsigned int nimages;
	uint32_t first;
	uint64_t ack;
	uint64_t *kinds;
	unsigned long refusals, swaps, all_swaps;
	unsigned long events, allowed, compared, inexpressible, undecided, differ, full, malformed;
	uint64_t lost;
};

static void die(const struct gabion_error *error)
{
	fprintf(stderr, "stress_referee: %s\n", error->text);
	exit(2);
}

static uint64_t mix(uint64_t hash, const void *data, size_t size)
{
	const unsigned char *byte = data;

	while (size--)
		hash = (hash ^ *byte++) * 0x100000001b3ULL;
	return hash;
}

static uint64_t mix_string(uint64_t hash, const char *text)
{
	return mix(hash, text ?: "", strlen(text ?: "") + 1);
}

static uint64_t kind_of(const struct gabion_event *e, unsigned int image)
{
	const uint32_t numbers[] = { image, e->verdict, e->klass, e->wanted, e->refused, e->label,
				     e->command, e->abi, e->reason };
	uint64_t hash = mix(0xcbf29ce484222325ULL, numbers, sizeof(numbers));

	hash = mix_string(hash, e->domain);
	hash = mix_string(hash, e->target);
	hash = mix_string(hash, e->object);
	if (e->klass == GABION_CLASS_SYSCALL)
		hash = mix(hash, e->arguments, sizeof(e->arguments));
	return mix(hash, &e->net, sizeof(e->net)) ?: 1;
}

/* Is it the first of its kind? */
static bool is_new(struct referee *r, uint64_t kind)
{
	unsigned int i = kind % KINDS, tries;

	for (tries = 0; tries < 64; tries++, i = (i + 1) % KINDS) {
		if (r->kinds[i] == kind)
			return false;
		if (!r->kinds[i]) {
			r->kinds[i] = kind;
			return true;
		}
	}
	r->full++;
	return false;
}

/* The object in the words of a question, malloc'ed; NULL: there are none. */
static char *object_of(const struct gabion_event *e)
{
	const uint64_t *a = e->arguments;
	const char *word;
	char *text, number[16];
	int n = -1;

	switch (e->klass) {
	case GABION_CLASS_FILE:
		/* A path of no file that has one: the name said where it was. */
		text = (char *)(e->object && e->label != GABION_LABEL_UNREACHABLE ? e->object
										: "unreachable");
		n = gabion_event_has(e, GABION_E_COMMAND)
			    ? asprintf(&text, "0x%x %s", e->command, text) : asprintf(&text, "%s", text);
		break;
	case GABION_CLASS_NET:
		word = gabion_event_protocol_token(e->net.protocol) ?: "";
		return strcmp(word, "tcp") && strcmp(word, "udp") ? NULL
								  : gabion_net_key_format(&e->net);
	case GABION_CLASS_DOMAIN:
		n = e->target ? asprintf(&text, "domain %s", e->target) : -1;
		break;
	case GABION_CLASS_SYSCALL:
		n = asprintf(&text, "%s:%u(arg0 = %#llx, arg1 = %#llx, arg2 = %#llx, arg3 = %#llx, arg4 = %#llx, arg5 = %#llx)",
			     gabion_event_abi_token(e->abi) ?: "?", e->wanted,
			     (unsigned long long)a[0], (unsigned long long)a[1],
			     (unsigned long long)a[2], (unsigned long long)a[3],
			     (unsigned long long)a[4], (unsigned long long)a[5]);
		break;
	default:
		n = asprintf(&text, "%s", gabion_event_permission(e->klass, e->wanted, number,
								  sizeof(number)));
	}
	return n < 0 ? NULL : text;
}

/* One permission: does the reference refuse it, too? False also if it was granted and it refuses. */
static bool agrees(struct referee *r, const struct gabion_view *view, const struct gabion_event *e,
		   const char *verb, const char *object, bool refused)
{
	struct gabion_error error = { 0 };
	struct gabion_answer answer;
	bool same;

	if (gabion_query(view, e->domain, verb, object, &answer, &error)) {
		r->inexpressible++;
		return true;
	}
	same = refused ? answer.denied : answer.allowed;
	if (answer.reason == GABION_ANSWER_ARGUMENTS)
		same = true;
	gabion_answer_free(&answer);
	r->compared++;
	return same;
}

static const char *verb_of_number(uint32_t klass)
{
	switch (klass) {
	case GABION_CLASS_CAPABILITY:
		return "capability";
	case GABION_CLASS_FAMILY:
		return "socket";
	case GABION_CLASS_CONTROL:
		return "control";
	case GABION_CLASS_NETLINK:
		return "netlink";
	default:
		return "syscall";
	}
}

static void compare(struct referee *r, const struct gabion_view *view, const struct gabion_event *e)
{
	bool refuses = e->verdict != GABION_VERDICT_ALLOWED, same = true;
	cleanup_free char *object = object_of(e);
	char word[16];
	uint32_t bit;

	if (!object) {
		r->inexpressible++;
		return;
	}
	if (!gabion_event_class_is_mask(e->klass)) {
		same = agrees(r, view, e, verb_of_number(e->klass), object, refuses);
	} else {
		for (bit = 0; bit < 32; bit++)
			if (e->wanted >> bit & 1)
				same &= agrees(r, view, e,
					       gabion_event_permission(e->klass, bit, word,
								       sizeof(word)),
					       object, e->refused >> bit & 1);
	}
	if (same || r->differ++ >= SHOWN)
		return;
	printf("# the reference differs: event %llu generation %u verdict %u domain %s class %u wanted %x refused %x reason %u object %s (%s) hook %s\n",
	       (unsigned long long)e->sequence, e->generation, e->verdict, e->domain, e->klass,
	       e->wanted, e->refused, e->reason, object, e->object ?: "-", e->hook ?: "-");
}

static void look_at(struct referee *r, const struct gabion_event *e)
{
	unsigned int image = (e->generation - r->first) % r->nimages;

	r->events++;
	if (e->type != GABION_EVENT_ACCESS || !e->domain)
		return;
	if (e->verdict == GABION_VERDICT_ALLOWED)
		r->allowed++;
	else
		r->refusals++;
	if (!is_new(r, kind_of(e, image)))
		return;
	if (e->reason == GABION_REASON_MEMORY || e->reason == GABION_REASON_TRANSITION)
		r->undecided++;
	else
		compare(r, &r->images[image].view, e);
}

/* Return: how many there were. */
static size_t read_events(struct referee *r)
{
	cleanup_batch struct gabion_batch batch = { 0 };
	struct gabion_error error = { 0 };
	size_t i;

	if (gabion_netlink_read(r->client, r->ack, &batch, &error))
		die(&error);
	for (i = 0; i < batch.nevents; i++)
		if (batch.events[i].sequence <= batch.ack)
			look_at(r, &batch.events[i]);
	for (r->lost = 0, i = 0; i < batch.nlosses; i++)
		r->lost += batch.losses[i].count;
	r->malformed += batch.malformed;
	r->ack = batch.ack;
	return batch.nevents;
}

static void swap(struct referee *r)
{
	const struct image *image = &r->images[r->all_swaps % r->nimages];
	struct gabion_status status = { 0 };
	struct gabion_error error = { 0 };

	if (gabion_netlink_policy_load(r->client, image->bytes, image->size, &error))
		die(&error);
	if (!r->all_swaps) {
		if (gabion_netlink_status(r->client, &status, &error))
			die(&error);
		r->first = status.generation;
	}
	r->all_swaps++;
	r->swaps++;
}

/* A mark: whoever sent it has waited for what it is about. Return: false at the end of stdin. */
static bool answer_mark(struct referee *r)
{
	char line[128];

	if (!fgets(line, sizeof(line), stdin))
		return false;
	line[strcspn(line, "\n")] = '\0';
	while (read_events(r))
		;
	printf("%s %lu %lu\n", line, r->refusals, r->swaps);
	fflush(stdout);
	r->refusals = 0;
	r->swaps = 0;
	return true;
}

static void work(struct referee *r)
{
	struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };
	unsigned int ms = 0;
	int ready;

	for (;;) {
		ready = poll(&input, 1, 20);
		if (ready > 0 && !answer_mark(r))
			return;
		while (read_events(r) > GABION_BATCH_MAX / 4)
			;
		ms += 20;
		if (ms >= SWAP_MS) {
			swap(r);
			ms = 0;
		}
	}
}

static void check(unsigned int n, bool good, const char *what)
{
	printf("%sok %u - %s\n", good ? "" : "not ", n, what);
}

int main(int argc, char **argv)
{
	static struct referee r;
	struct gabion_error error = { 0 };
	const char *why = NULL;

	setvbuf(stdin, NULL, _IONBF, 0);
	setpriority(PRIO_PROCESS, 0, -15);
	if (argc < 2 || argc > IMAGES_MAX + 1) {
		fprintf(stderr, "usage: stress_referee IMAGE...\n");
		return 2;
	}
	r.kinds = calloc(KINDS, sizeof(*r.kinds));
	for (; r.nimages < (unsigned int)argc - 1; r.nimages++) {
		struct image *image = &r.images[r.nimages];

		if (gabion_file_read(argv[r.nimages + 1], GABION_POLICY_SIZE_MAX, &image->bytes,
				     &image->size, &error))
			die(&error);
		if (gabion_view_open(&image->view, image->bytes, image->size, &why)) {
			fprintf(stderr, "stress_referee: %s: %s\n", argv[r.nimages + 1], why);
			return 2;
		}
	}
	if (gabion_netlink_open(&r.client, &error) || gabion_netlink_subscribe(r.client, &error))
		die(&error);
	while (read_events(&r))
		;
	r.refusals = 0;
	swap(&r);
	printf("ready\n");
	fflush(stdout);
	work(&r);
	while (read_events(&r))
		;
	printf("# %lu swaps, %lu events (%lu grants), %llu lost; %lu questions to the reference, %lu kinds without words, %lu not by policy, %lu kinds too many\n",
	       r.all_swaps, r.events, r.allowed, (unsigned long long)r.lost, r.compared,
	       r.inexpressible, r.undecided, r.full);
	check(1, r.compared > 0 && !r.differ, "what the kernel answered is what the reference answers");
	check(2, r.allowed > 0, "grants among it");
	check(3, !r.malformed, "every event could be read");
	gabion_netlink_close(r.client);
	return r.differ || !r.compared;
}
