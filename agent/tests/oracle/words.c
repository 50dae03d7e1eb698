// SPDX-License-Identifier: GPL-2.0
#include "words.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#define FILE_(f) [ORACLE_FILE] = (f)
#define NET(f)	 [ORACLE_NET] = (f)
#define DOM(f)	 [ORACLE_DOMAIN] = (f)

const struct oracle_word oracle_words[] = {
	{"read", {FILE_('r')}, {"stat"}},
	{"write", {FILE_('w')}, {"append", "stat", "lock"}},
	{"append", {FILE_('w')}, {"stat", "lock"}},
	{"create", {FILE_('w')}, {"stat"}},
	{"delete", {FILE_('w')}, {}},
	{"execute", {FILE_('r')}, {"map", "read", "stat"}},
	{"map", {FILE_('r')}, {"read", "stat"}},
	{"stat", {FILE_('r')}, {}},
	{"setattr", {FILE_('w')}, {}},
	{"chown", {FILE_('w')}, {}},
	{"link", {FILE_('w')}, {}},
	{"mknod", {FILE_('w')}, {}},
	{"relabel", {FILE_('w')}, {}},
	{"lock", {FILE_('b')}, {}},
	{"ioctl", {FILE_('b')}, {}},
	{"watch", {FILE_('r')}, {}},
	{"search", {FILE_('r')}, {}},
	{"connect", {FILE_('b'), NET('b'), DOM('b')}, {}},
	{"bind", {NET('-')}, {}},
	{"listen", {NET('b')}, {"bind"}},
	{"accept", {NET('b')}, {}},
	{"receive", {NET('r')}, {}},
	{"signal", {DOM('w')}, {}},
	{"trace", {DOM('b')}, {}},
	{"inspect", {DOM('r')}, {}},
	{"schedule", {DOM('w')}, {}},
	{"ipc_read", {DOM('r')}, {}},
	{"ipc_write", {DOM('w')}, {}},
};
const size_t oracle_nwords = sizeof(oracle_words) / sizeof(oracle_words[0]);

static const struct oracle_name capabilities[] = {
	{{"chown"}},	 {{"kill"}},  {{"net_bind_service"}},
	{{"sys_admin"}}, {{"mknod"}}, {{"checkpoint_restore"}},
};
static const struct oracle_name families[] = {
	{{"unix"}}, {{"inet"}}, {{"inet6"}}, {{"netlink"}}, {{"packet"}}, {{"mctp"}},
};
static const struct oracle_name controls[] = {
	{{"mount"}}, {{"keys"}}, {{"io_uring"}}, {{"jit"}}, {{"bpf"}}, {{"binder"}}, {{"admin"}},
};
static const struct oracle_name netlinks[] = {
	{{"route", "0"}}, {{"audit", "9"}}, {{"generic", "16"}}, {{"smc", "22"}}, {{"31"}},
};

static const struct oracle_name limits[] = {
	{{"nofile"}}, {{"nproc"}}, {{"as"}}, {{"core"}},
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

const struct oracle_name *const oracle_names[ORACLE_CLASSES] = {
	[ORACLE_CAPABILITY] = capabilities,
	[ORACLE_SOCKET] = families,
	[ORACLE_CONTROL] = controls,
	[ORACLE_NETLINK] = netlinks,
	[ORACLE_LIMIT] = limits,
};
const size_t oracle_nnames[ORACLE_CLASSES] = {
	[ORACLE_CAPABILITY] = COUNT(capabilities),
	[ORACLE_SOCKET] = COUNT(families),
	[ORACLE_CONTROL] = COUNT(controls),
	[ORACLE_NETLINK] = COUNT(netlinks),
	[ORACLE_LIMIT] = COUNT(limits),
};

const struct oracle_protocol oracle_protocols[] = {
	{"tcp", IPPROTO_TCP, true, true},   {"udp", IPPROTO_UDP, true, true},
	{"sctp", IPPROTO_SCTP, true, true}, {"icmp", IPPROTO_ICMP, false, true},
	{"raw", IPPROTO_RAW, false, false},
};
const size_t oracle_nprotocols = COUNT(oracle_protocols);

size_t oracle_word(const char *name)
{
	size_t i;

	for (i = 0; i < oracle_nwords; i++)
		if (!strcmp(oracle_words[i].name, name))
			return i;
	abort();
}

size_t oracle_name(enum oracle_class klass, const char *name)
{
	size_t i;

	for (i = 0; i < oracle_nnames[klass]; i++)
		if (!strcmp(oracle_names[klass][i].name[0], name))
			return i;
	abort();
}

bool oracle_grants(size_t granted, size_t wanted)
{
	size_t i;

	if (granted == wanted)
		return true;
	for (i = 0; i < 4 && oracle_words[granted].implies[i]; i++)
		if (!strcmp(oracle_words[granted].implies[i], oracle_words[wanted].name))
			return true;
	return false;
}

/* A denial takes what the word names; but who may not write may not append. */
bool oracle_denies(size_t denied, size_t wanted)
{
	return denied == wanted || (!strcmp(oracle_words[denied].name, "write") &&
				    !strcmp(oracle_words[wanted].name, "append"));
}

static bool dominates(const struct oracle_level *a, const struct oracle_level *b)
{
	size_t i;

	if (a->any || b->any)
		return true;
	if (a->rank < b->rank)
		return false;
	for (i = 0; i < ORACLE_CATEGORIES; i++)
		if (b->categories[i] && !a->categories[i])
			return false;
	return true;
}

bool oracle_order_permits(size_t word, enum oracle_class klass, const struct oracle_level *subject,
			  const struct oracle_level *object)
{
	char flow = oracle_words[word].flow[klass];

	if ((flow == 'r' || flow == 'b') && !dominates(subject, object))
		return false;
	return (flow != 'w' && flow != 'b') || dominates(object, subject);
}

bool oracle_level_same(const struct oracle_level *a, const struct oracle_level *b)
{
	return a->any == b->any &&
	       (a->any || (a->rank == b->rank &&
			   !memcmp(a->categories, b->categories, sizeof(a->categories))));
}
