/* SPDX-License-Identifier: GPL-2.0 */
#ifndef GABION_SYMBOL_H
#define GABION_SYMBOL_H

/**
 * gabion_symbol_address - address of a kernel symbol that is not exported
 * @name:	function or variable
 *
 * The first call finds kallsyms_lookup_name() by a kprobe that is registered
 * and dropped again. Context: may sleep; module init only.
 * Return: the address, or 0.
 */
unsigned long gabion_symbol_address(const char *name);

struct tracepoint;

/* The kernel's tracepoint of that name, or NULL. Context: may sleep. */
struct tracepoint *gabion_symbol_tracepoint(const char *name);

#endif /* GABION_SYMBOL_H */
