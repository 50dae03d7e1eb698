/* SPDX-License-Identifier: GPL-2.0 */
/* Names of the parameters of syscalls that a policy may want to look at. */
#ifndef GABION_POLICY_SYSCALL_PARAMS_H
#define GABION_POLICY_SYSCALL_PARAMS_H

#include <stdint.h>

#define GABION_PARAMETERS 6

/**
 * struct gabion_parameter - one parameter of a syscall
 * @name:	as in its manual page
 * @bits:	of the register that the kernel looks at: 64 for long, pointer and size_t, 32 for
 *		int and unsigned int, 16 for umode_t
 * @prefixes:	of the constants that belong to it, separated by spaces, best first; NULL: none
 */
struct gabion_parameter {
	const char *name;
	uint8_t bits;
	const char *prefixes;
};

struct gabion_call_parameters {
	const char *call;
	struct gabion_parameter parameters[GABION_PARAMETERS];	/* name NULL past the last */
};

/* Parameters of the syscall called @call, or NULL where they have no names. */
const struct gabion_call_parameters *gabion_parameters_of(const char *call);

/*
 * Index of @name among @call's parameters, of arg0 to arg5 where @call is NULL
 * or @name is one of these; -1: there is none.  *@parameter is NULL for argN.
 */
int gabion_parameter_find(const struct gabion_call_parameters *call, const char *name,
			  const struct gabion_parameter **parameter);

/* What can stand before a comparison with an argument of @call (NULL: without names), malloc'ed. */
char *gabion_parameter_list(const struct gabion_call_parameters *call);

#endif /* GABION_POLICY_SYSCALL_PARAMS_H */
