// SPDX-License-Identifier: GPL-2.0
#include "seccomp_bpf.h"

#include <string.h>

const char *seccomp_bpf_check(const struct sock_filter *insns, size_t n)
{
	const struct sock_filter *i;
	size_t at;

	if (!n || n > BPF_MAXINSNS)
		return "length";
	for (at = 0; at < n; at++) {
		i = &insns[at];
		switch (i->code) {
		case BPF_LD | BPF_W | BPF_ABS:
			if (i->k >= sizeof(struct seccomp_data) || i->k & 3)
				return "load outside of struct seccomp_data";
			break;
		case BPF_ALU | BPF_AND | BPF_K:
			break;
		case BPF_JMP | BPF_JA:
			if (i->k >= n - at - 1)
				return "jump out of the program";
			break;
		case BPF_JMP | BPF_JEQ | BPF_K:
		case BPF_JMP | BPF_JGT | BPF_K:
		case BPF_JMP | BPF_JGE | BPF_K:
		case BPF_JMP | BPF_JSET | BPF_K:
			if (i->jt >= n - at - 1 || i->jf >= n - at - 1)
				return "branch out of the program";
			break;
		case BPF_RET | BPF_K:
			break;
		default:
			return "instruction";
		}
	}
	return insns[n - 1].code == (BPF_RET | BPF_K) ? NULL : "end";
}

uint32_t seccomp_bpf_run(const struct sock_filter *insns, const struct seccomp_data *data)
{
	const struct sock_filter *i = insns;
	uint32_t a = 0;
	int yes;

	for (;; i++) {
		switch (i->code) {
		case BPF_LD | BPF_W | BPF_ABS:
			memcpy(&a, (const char *)data + i->k, sizeof(a));
			continue;
		case BPF_ALU | BPF_AND | BPF_K:
			a &= i->k;
			continue;
		case BPF_JMP | BPF_JA:
			i += i->k;
			continue;
		case BPF_RET | BPF_K:
			return i->k;
		case BPF_JMP | BPF_JEQ | BPF_K:
			yes = a == i->k;
			break;
		case BPF_JMP | BPF_JGT | BPF_K:
			yes = a > i->k;
			break;
		case BPF_JMP | BPF_JGE | BPF_K:
			yes = a >= i->k;
			break;
		default: /* JSET: the check leaves nothing else */
			yes = !!(a & i->k);
			break;
		}
		i += yes ? i->jt : i->jf;
	}
}
