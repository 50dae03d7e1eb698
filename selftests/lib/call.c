// SPDX-License-Identifier: GPL-2.0
/* See call.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include "call.h"

#define X32_BIT 0x40000000UL

long call_registers(unsigned long number, const uint64_t *arguments);
long call_registers_i386(unsigned long number, const uint64_t *arguments);

asm(".pushsection .text\n"
    ".globl call_registers, call_ip, call_registers_i386, call_ip_i386\n"
    "call_registers:\n"
    "	mov %rdi, %rax\n"
    "	mov %rsi, %r11\n"
    "	mov 0(%r11), %rdi\n"
    "	mov 8(%r11), %rsi\n"
    "	mov 16(%r11), %rdx\n"
    "	mov 24(%r11), %r10\n"
    "	mov 32(%r11), %r8\n"
    "	mov 40(%r11), %r9\n"
    "	syscall\n"
    "call_ip:\n"
    "	ret\n"
    "call_registers_i386:\n"
    "	push %rbx\n"
    "	push %rbp\n"
    "	mov %rdi, %rax\n"
    "	mov %rsi, %r11\n"
    "	mov 0(%r11), %rbx\n"
    "	mov 8(%r11), %rcx\n"
    "	mov 16(%r11), %rdx\n"
    "	mov 24(%r11), %rsi\n"
    "	mov 32(%r11), %rdi\n"
    "	mov 40(%r11), %rbp\n"
    "	int $0x80\n"
    "call_ip_i386:\n"
    "	movslq %eax, %rax\n"
    "	pop %rbp\n"
    "	pop %rbx\n"
    "	ret\n"
    ".popsection\n");

long call_make(const struct call *call)
{
	switch (call->abi) {
	case GABION_ABI_I386:
		return call_registers_i386(call->number, call->arguments);
	case GABION_ABI_X32:
		return call_registers(call->number | X32_BIT, call->arguments);
	default:
		return call_registers(call->number, call->arguments);
	}
}

/* What the child is to do, and where it leaves the results; shared memory. */
static struct {
	const struct call *calls;
	unsigned int n;
	long results[CALLS_MAX];
} *job;

static int do_job(void)
{
	unsigned int i;

	for (i = 0; i < job->n; i++)
		job->results[i] = call_make(&job->calls[i]);
	return 0;
}

int call_run(struct gabion_netlink *client, const char *domain, const struct call *calls,
	     unsigned int n, long *results)
{
	unsigned int i;
	int status;

	if (n > CALLS_MAX)
		return CONFINE_BROKEN;
	if (!job) {
		job = mmap(NULL, sizeof(*job), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
			   -1, 0);
		if (job == MAP_FAILED)
			exit(1);
	}
	job->calls = calls;
	job->n = n;
	for (i = 0; i < n; i++)
		job->results[i] = CALL_LOST;
	status = confine_run(client, domain, do_job);
	memcpy(results, job->results, n * sizeof(*results));
	return status;
}

long call_in(struct gabion_netlink *client, const char *domain, const struct call *call)
{
	long result;
	int status = call_run(client, domain, call, 1, &result);

	return status ?: result;
}

static bool is_about(const struct gabion_event *e, const char *domain, const struct call *call,
		     uint32_t verdict, uint32_t outcome)
{
	int i;

	if (e->type != GABION_EVENT_ACCESS || e->klass != GABION_CLASS_SYSCALL ||
	    strcmp(e->domain ?: "", domain) || e->abi != call->abi || e->wanted != call->number ||
	    e->verdict != verdict || e->outcome != outcome ||
	    e->refused != (verdict == GABION_VERDICT_ALLOWED ? 0 : call->number))
		return false;
	for (i = 0; i < 6; i++)
		if (e->arguments[i] != (call->abi == GABION_ABI_I386 ?
						(uint32_t)call->arguments[i] : call->arguments[i]))
			return false;
	return true;
}

static void show(const struct gabion_event *e)
{
	printf("# event %llu: class %u verdict %u reason %u domain %s abi %u number %u outcome %x hook %s (%llx %llx %llx %llx %llx %llx)\n",
	       (unsigned long long)e->sequence, e->klass, e->verdict, e->reason, e->domain ?: "-",
	       e->abi, e->wanted, e->outcome, e->hook ?: "-",
	       (unsigned long long)e->arguments[0], (unsigned long long)e->arguments[1],
	       (unsigned long long)e->arguments[2], (unsigned long long)e->arguments[3],
	       (unsigned long long)e->arguments[4], (unsigned long long)e->arguments[5]);
}

static void read_all(struct gabion_netlink *client, struct gabion_batch *batch)
{
	struct gabion_error error = { 0 };

	if (gabion_netlink_read(client, 0, batch, &error)) {
		printf("# cannot read events: %s\n", error.text);
		exit(1);
	}
}

unsigned int call_events(struct gabion_netlink *client, const char *domain,
			 const struct call *call, uint32_t verdict, uint32_t outcome)
{
	cleanup_batch struct gabion_batch batch = { 0 };
	unsigned int n = 0;
	size_t i;

	read_all(client, &batch);
	for (i = 0; i < batch.nevents; i++)
		n += is_about(&batch.events[i], domain, call, verdict, outcome);
	for (i = 0; !n && i < batch.nevents; i++)
		show(&batch.events[i]);
	return n;
}

unsigned int call_events_all(struct gabion_netlink *client)
{
	cleanup_batch struct gabion_batch batch = { 0 };
	unsigned int n = 0;
	size_t i;

	read_all(client, &batch);
	for (i = 0; i < batch.nevents; i++) {
		if (batch.events[i].klass != GABION_CLASS_SYSCALL)
			continue;
		show(&batch.events[i]);
		n++;
	}
	return n;
}
