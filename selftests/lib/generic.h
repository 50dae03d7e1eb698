/* SPDX-License-Identifier: GPL-2.0 */
/* Messages to the kernel by a netlink socket that a test has, one at a time. */
#ifndef GABION_SELFTESTS_GENERIC_H
#define GABION_SELFTESTS_GENERIC_H

#include <errno.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/socket.h>

/* A message with its header, and room for a body. */
struct generic_message {
	struct nlmsghdr header;
	union {
		struct {
			struct genlmsghdr generic;
			struct nlattr attribute;
			char value[32];
		};
		char body[128];
	};
};

/* Send @m, and read the answer into @answer. Return: 0 or the errno that the kernel answers with. */
static int generic_talk(int fd, struct generic_message *m, char *answer, size_t size)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	const struct nlmsghdr *header = (const void *)answer;
	const struct nlmsgerr *error = NLMSG_DATA(header);

	m->header.nlmsg_flags |= NLM_F_REQUEST;
	if (sendto(fd, m, m->header.nlmsg_len, 0, (void *)&kernel, sizeof(kernel)) < 0 ||
	    recv(fd, answer, size, 0) < (ssize_t)sizeof(*header))
		return errno;
	return header->nlmsg_type == NLMSG_ERROR ? -error->error : 0;
}

/* Number of family @name; 0 if there is none. */
static uint16_t generic_family(int fd, const char *name)
{
	struct generic_message m = {
		.header = { .nlmsg_type = GENL_ID_CTRL },
		.generic = { .cmd = CTRL_CMD_GETFAMILY, .version = 1 },
		.attribute = { .nla_type = CTRL_ATTR_FAMILY_NAME,
			       .nla_len = NLA_HDRLEN + strlen(name) + 1 },
	};
	const struct nlattr *attribute;
	char answer[8192];

	strcpy(m.value, name);
	m.header.nlmsg_len = NLMSG_LENGTH(GENL_HDRLEN) + NLA_ALIGN(m.attribute.nla_len);
	if (generic_talk(fd, &m, answer, sizeof(answer)))
		return 0;
	/* The name comes first, then the number. */
	attribute = (const void *)(answer + NLMSG_LENGTH(GENL_HDRLEN));
	while (attribute->nla_type != CTRL_ATTR_FAMILY_ID && attribute->nla_len)
		attribute = (const void *)((const char *)attribute + NLA_ALIGN(attribute->nla_len));
	return *(const uint16_t *)(attribute + 1);
}

/* Command @command of @family with one attribute of @length bytes; 0: with none. As generic_talk(). */
static int generic_ask(int fd, const char *family, uint8_t command, uint16_t type,
		       const void *value, size_t length)
{
	struct generic_message m = {
		.header = { .nlmsg_type = generic_family(fd, family), .nlmsg_flags = NLM_F_ACK },
		.generic = { .cmd = command, .version = 1 },
		.attribute = { .nla_type = type, .nla_len = NLA_HDRLEN + length },
	};
	char answer[8192];

	if (!m.header.nlmsg_type)
		return ENOENT;
	if (length)
		memcpy(m.value, value, length);
	m.header.nlmsg_len = NLMSG_LENGTH(GENL_HDRLEN) +
			     (length ? NLA_ALIGN(m.attribute.nla_len) : 0);
	return generic_talk(fd, &m, answer, sizeof(answer));
}

#endif /* GABION_SELFTESTS_GENERIC_H */
