/* SPDX-License-Identifier: GPL-2.0 */
/* What cmocka wants included before it, in its order. */
#ifndef GABION_TESTS_TEST_H
#define GABION_TESTS_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#endif /* GABION_TESTS_TEST_H */
