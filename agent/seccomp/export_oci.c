// SPDX-License-Identifier: GPL-2.0
/*
 * https://github.com/opencontainers/runtime-spec/blob/main/config-linux.md#seccomp
 */
#include <errno.h>
#include <stdlib.h>

#include "../common/json.h"
#include "export.h"

static const char *const actions[GABION_ACTION_END] = {
	[GABION_ACTION_ALLOW] = "SCMP_ACT_ALLOW", [GABION_ACTION_LOG] = "SCMP_ACT_LOG",
	[GABION_ACTION_TRACE] = "SCMP_ACT_TRACE", [GABION_ACTION_ERRNO] = "SCMP_ACT_ERRNO",
	[GABION_ACTION_TRAP] = "SCMP_ACT_TRAP",	  [GABION_ACTION_KILL] = "SCMP_ACT_KILL_PROCESS",
};

static const char *const archs[GABION_ABI_END] = {
	[GABION_ABI_X86_64] = "SCMP_ARCH_X86_64",
	[GABION_ABI_I386] = "SCMP_ARCH_X86",
	[GABION_ABI_X32] = "SCMP_ARCH_X32",
};

static const char *cannot_say(u32 outcome)
{
	u32 action = GABION_OUTCOME_ACTION(outcome), data = GABION_OUTCOME_DATA(outcome);

	if (action == GABION_ACTION_TRAP && data)
		return "libseccomp's SCMP_ACT_TRAP has no data";
	if (action == GABION_ACTION_ERRNO && data == GABION_ERRNO_MAX)
		return "libseccomp refuses an errno of 4095";
	return NULL;
}

const char *gabion_export_oci_says(const struct gabion_export_call *call)
{
	const char *why = NULL;
	size_t i;

	for (i = 0; !why && i < call->rules.n; i++)
		why = cannot_say(call->rules.rules[i].outcome);
	return why;
}

static void put_outcome(struct gabion_json *json, u32 outcome, const char *action, const char *data)
{
	u32 a = GABION_OUTCOME_ACTION(outcome);

	gabion_json_string(json, action, actions[a]);
	if (a == GABION_ACTION_ERRNO || a == GABION_ACTION_TRACE)
		gabion_json_unsigned(json, data, GABION_OUTCOME_DATA(outcome));
}

static void put_comparisons(struct gabion_json *json, const struct gabion_seccomp_rule *rule)
{
	u32 i;

	gabion_json_open(json, "args", '[');
	for (i = 0; i < GABION_SYSCALL_ARGUMENTS; i++) {
		struct gabion_cube cube = rule->argument[i];

		if (!cube.mask)
			continue;
		gabion_json_open(json, NULL, '{');
		gabion_json_unsigned(json, "index", i);
		gabion_json_unsigned(json, "value", cube.mask == ~0ULL ? cube.value : cube.mask);
		gabion_json_unsigned(json, "valueTwo", cube.mask == ~0ULL ? 0 : cube.value);
		gabion_json_string(json, "op",
				   cube.mask == ~0ULL ? "SCMP_CMP_EQ" : "SCMP_CMP_MASKED_EQ");
		gabion_json_close(json, '}');
	}
	gabion_json_close(json, ']');
}

/* All calls that have @outcome whatever their arguments, in one entry. */
static void put_names(struct gabion_json *json, const struct gabion_export *e, u32 outcome)
{
	size_t i;

	gabion_json_open(json, NULL, '{');
	gabion_json_open(json, "names", '[');
	for (i = 0; i < e->n; i++)
		if (gabion_export_outcome(&e->calls[i]) == outcome)
			gabion_json_string(json, NULL, e->calls[i].name);
	gabion_json_close(json, ']');
	put_outcome(json, outcome, "action", "errnoRet");
	gabion_json_close(json, '}');
}

static bool came_before(const struct gabion_export *e, size_t n, u32 outcome)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (gabion_export_outcome(&e->calls[i]) == outcome)
			return true;
	return false;
}

static void put_calls(struct gabion_json *json, const struct gabion_export *e)
{
	u32 outcome;
	size_t i, j;

	gabion_json_open(json, "syscalls", '[');
	for (i = 0; i < e->n; i++) {
		outcome = gabion_export_outcome(&e->calls[i]);
		if (outcome != GABION_OUTCOME_TEST && !came_before(e, i, outcome))
			put_names(json, e, outcome);
	}
	for (i = 0; i < e->n; i++) {
		const struct gabion_rules *rules = &e->calls[i].rules;

		if (gabion_export_outcome(&e->calls[i]) != GABION_OUTCOME_TEST)
			continue;
		for (j = 0; j < rules->n; j++) {
			gabion_json_open(json, NULL, '{');
			gabion_json_open(json, "names", '[');
			gabion_json_string(json, NULL, e->calls[i].name);
			gabion_json_close(json, ']');
			put_outcome(json, rules->rules[j].outcome, "action", "errnoRet");
			put_comparisons(json, &rules->rules[j]);
			gabion_json_close(json, '}');
		}
	}
	gabion_json_close(json, ']');
}

int gabion_export_oci(const struct gabion_export *e, FILE *out, struct gabion_error *error)
{
	cleanup_json struct gabion_json json = {0};
	const char *why = cannot_say(e->otherwise);
	u32 abi;

	if (why)
		return gabion_error_set(error, -EOPNOTSUPP,
					"the default action cannot be said in this format: %s",
					why);
	gabion_json_open(&json, NULL, '{');
	put_outcome(&json, e->otherwise, "defaultAction", "defaultErrnoRet");
	gabion_json_open(&json, "architectures", '[');
	for (abi = 0; abi < GABION_ABI_END; abi++)
		if (e->abi[abi])
			gabion_json_string(&json, NULL, archs[abi]);
	gabion_json_close(&json, ']');
	put_calls(&json, e);
	gabion_json_close(&json, '}');
	if (json.failed)
		return gabion_error_set(error, -ENOMEM, "out of memory");
	fprintf(out, "%s\n", json.data);
	return 0;
}
