/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The entry libFuzzer calls, and replay.c: one input, always 0; a fault aborts.
 */
#ifndef SPP_TESTS_FUZZ_H
#define SPP_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
