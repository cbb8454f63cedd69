/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What every unit test includes: CMocka with the headers it asks for first.
 */
#ifndef SPP_TESTS_UNIT_H
#define SPP_TESTS_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#endif
