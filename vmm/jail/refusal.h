/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What happens when a thread makes a call that its filter does not allow: the call is not made,
 * the log has a line, and the process ends.
 */
#ifndef GABION_VMM_JAIL_REFUSAL_H
#define GABION_VMM_JAIL_REFUSAL_H

#include "../../agent/common/error.h"

/*
 * Be ready to say which call it was. From then on the process ends with status 128 + SIGSYS; when
 * even that is refused, or SIGSYS is blocked, by the signal. To be called before the filters
 * hold, which let nobody take the handler away.
 */
int gabion_refusal_report(struct gabion_error *error);

#endif /* GABION_VMM_JAIL_REFUSAL_H */
