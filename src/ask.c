/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Asks spp_primary for one figure of its status, by the reader of figures that control has. Called
 * by vf_main.c; knows no DPDK.
 */
#include "ask.h"

#include <string.h>

#include "spp/figures.h"

static void
ask_number(void *ctx, const char *key, int64_t value)
{
	if (strcmp(key, "restarts_left") == 0)
		*(uint64_t *)ctx = (uint64_t)value;
}

static void
ask_ignore(void *ctx, const char *key)
{
	(void)ctx;
	(void)key;
}

static void
ask_ignore_text(void *ctx, const char *key, const char *value)
{
	(void)ctx;
	(void)key;
	(void)value;
}

uint64_t
spp_ask_restarts_left(const char *socket_path)
{
	const struct spp_figures_sink sink = {.name = ask_ignore,
					      .number = ask_number,
					      .text = ask_ignore_text,
					      .begin = ask_ignore,
					      .end = ask_ignore};
	uint64_t left = UINT64_MAX;

	if (spp_figures_read(socket_path, SPP_FIGURES_STATUS, NULL, &sink, &left, NULL) < 0)
		return UINT64_MAX;
	return left;
}
