/* SPDX-License-Identifier: GPL-2.0 */
#ifndef GABION_POLICY_VARIABLES_H
#define GABION_POLICY_VARIABLES_H

#include "model.h"

/* Names of variables, which may be declared after they are used. */
void gabion_model_variables(struct gabion_model *m);

/*
 * The glob with braces for its variables: its own text if it has none, or in the arena; NULL after
 * a diagnostic.
 */
const char *gabion_variables_expand(struct gabion_model *m, const struct gabion_ast_name *glob);

#endif /* GABION_POLICY_VARIABLES_H */
