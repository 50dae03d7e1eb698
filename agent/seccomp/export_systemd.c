// SPDX-License-Identifier: GPL-2.0
/*
 * systemd.exec(5).  An allow-list whose refused calls may have an errno, or
 * "kill", of their own: "~name:ENOSYS" (systemd 247).
 */
#include <errno.h>
#include <stdlib.h>

#include "../common/cleanup.h"
#include "../policy/names.h"
#include "export.h"

#define WIDTH 96

static const char *const archs[GABION_ABI_END] = {
	[GABION_ABI_X86_64] = "x86-64",
	[GABION_ABI_I386] = "x86",
	[GABION_ABI_X32] = "x32",
};

const char *gabion_export_systemd_says(const struct gabion_export_call *call)
{
	u32 outcome = gabion_export_outcome(call);

	if (outcome == GABION_OUTCOME_TEST)
		return "systemd does not look at arguments";
	switch (GABION_OUTCOME_ACTION(outcome)) {
	case GABION_ACTION_TRACE:
		return "systemd has no action trace";
	case GABION_ACTION_TRAP:
		return "systemd has no action trap";
	default:
		return NULL;
	}
}

/* "EPERM", "4000", "kill", as systemd takes it. */
static void put_refusal(FILE *out, u32 outcome)
{
	const char *symbol = strerrorname_np((int)GABION_OUTCOME_DATA(outcome));

	if (GABION_OUTCOME_ACTION(outcome) == GABION_ACTION_KILL)
		fputs("kill", out);
	else if (symbol)
		fputs(symbol, out);
	else
		fprintf(out, "%u", GABION_OUTCOME_DATA(outcome));
}

/* Lines "KEY=name name ..." of the calls with @outcome, each with what @refusal makes of it. */
static void put_lines(FILE *out, const struct gabion_export *e, const char *key, u32 outcome,
		      bool refused)
{
	size_t i, column = 0;

	for (i = 0; i < e->n; i++) {
		if (gabion_export_outcome(&e->calls[i]) != outcome)
			continue;
		if (column && column + strlen(e->calls[i].name) > WIDTH - 8) {
			fputc('\n', out);
			column = 0;
		}
		column += (size_t)fprintf(out, "%s%s", column ? " " : key, e->calls[i].name);
		if (refused) {
			fputc(':', out);
			put_refusal(out, outcome);
			column += 8;
		}
	}
	if (column)
		fputc('\n', out);
}

/*
 * What is allowed and nothing else. The first list makes systemd begin an allow-list, into
 * which it puts @default of its own accord: mmap, execve, ... (config_parse_syscall_filter()).
 * So that is the first list, and all of it is taken out before anything is put in.
 */
static void put_allowed(FILE *out, const struct gabion_export *e)
{
	const u32 allow = GABION_OUTCOME(GABION_ACTION_ALLOW, 0);
	const u32 log = GABION_OUTCOME(GABION_ACTION_LOG, 0);

	fputs("SystemCallFilter=\nSystemCallLog=\n"
	      "SystemCallFilter=@default\nSystemCallFilter=~@default\n",
	      out);
	put_lines(out, e, "SystemCallFilter=", allow, false);
	put_lines(out, e, "SystemCallFilter=", log, false);
	put_lines(out, e, "SystemCallLog=", log, false);
}

static void put_refused(FILE *out, const struct gabion_export *e)
{
	u32 outcome;
	size_t i, j;

	for (i = 0; i < e->n; i++) {
		outcome = gabion_export_outcome(&e->calls[i]);
		for (j = 0; j < i && gabion_export_outcome(&e->calls[j]) != outcome; j++)
			;
		if (j == i && GABION_OUTCOME_ACTION(outcome) > GABION_ACTION_LOG)
			put_lines(out, e, "SystemCallFilter=~", outcome, true);
	}
}

static void put_capabilities(FILE *out, u64 capabilities)
{
	const char *name, *c, *separator = "";
	unsigned int i;

	/* Lists of a unit and its drop-ins add up, but for what an empty one forgets. */
	fputs("CapabilityBoundingSet=\n", out);
	if (capabilities)
		fputs("CapabilityBoundingSet=", out);
	for (i = 0; i < 64; i++) {
		name = capabilities >> i & 1 ? gabion_name_of(GABION_CLASS_CAPABILITY, i) : NULL;
		if (!name)
			continue;
		fprintf(out, "%sCAP_", separator);
		separator = " ";
		for (c = name; *c; c++)
			fputc(*c >= 'a' && *c <= 'z' ? *c - 'a' + 'A' : *c, out);
	}
	if (capabilities)
		fputc('\n', out);
}

int gabion_export_systemd(const struct gabion_export *e, const char *domain, FILE *out,
			  struct gabion_error *error)
{
	u32 action = GABION_OUTCOME_ACTION(e->otherwise), abi;
	size_t i;

	if (action != GABION_ACTION_ERRNO && action != GABION_ACTION_KILL)
		return gabion_error_set(error, -EOPNOTSUPP,
					"the default action cannot be said in this format: "
					"systemd has errno and kill");
	for (i = 0; i < e->n &&
		    GABION_OUTCOME_ACTION(gabion_export_outcome(&e->calls[i])) > GABION_ACTION_LOG;
	     i++)
		;
	if (i == e->n)
		return gabion_error_set(error, -EOPNOTSUPP,
					"nothing is left that the domain may call");
	fprintf(out,
		"# Domain %s of a Gabion policy; written by gabion export.\n"
		"# Calls that systemd itself does not know get ENOSYS from it, whatever is said "
		"here.\n"
		"[Service]\nNoNewPrivileges=yes\n",
		domain);
	put_capabilities(out, e->capabilities);
	fputs("SystemCallArchitectures=\nSystemCallArchitectures=", out);
	for (abi = 0; abi < GABION_ABI_END; abi++)
		if (e->abi[abi])
			fprintf(out, "%s%s", abi ? " " : "", archs[abi]);
	fputs("\nSystemCallErrorNumber=", out);
	put_refusal(out, e->otherwise);
	fputc('\n', out);
	put_allowed(out, e);
	put_refused(out, e);
	return 0;
}
