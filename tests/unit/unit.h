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

/** What a limit in CPU time is multiplied by: AddressSanitizer makes code some 2 to 4 times slower,
 * an emulator (SPP_EMULATED: tests/package/arm64.py) some 10 times. */
#ifdef __SANITIZE_ADDRESS__
#define SPP_SLOWER 4
#elif defined(SPP_EMULATED)
#define SPP_SLOWER 30
#else
#define SPP_SLOWER 1
#endif

#endif
