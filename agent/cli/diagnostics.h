/* SPDX-License-Identifier: GPL-2.0 */
/* What is wrong with a policy, as JSON. */
#ifndef GABION_CLI_DIAGNOSTICS_H
#define GABION_CLI_DIAGNOSTICS_H

#include "../common/json.h"
#include "../policy/diag.h"

/* Array "diagnostics" of the object that is open in @json. */
void gabion_cli_json_diagnostics(struct gabion_json *json, const struct gabion_diagnostics *diags);

#endif /* GABION_CLI_DIAGNOSTICS_H */
