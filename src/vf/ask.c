/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Asks spp_primary for some figures of its status, by the reader of figures that control has.
 * Called by vf/main.c; knows no DPDK.
 */
#include "vf/ask.h"

#include <stdio.h>
#include <string.h>

#include "spp/figures.h"

static void
ask_number(void *ctx, const char *key, int64_t value)
{
	struct spp_ask_primary *out = ctx;

	if (strcmp(key, "restarts_left") == 0)
		out->restarts_left = (uint64_t)value;
	else if (strcmp(key, "leaked") == 0)
		out->leaked = (uint64_t)value;
	else if (strcmp(key, "others") == 0)
		out->others = (uint64_t)value;
	else if (out->in_version && strcmp(key, "layout") == 0)
		out->layout = (uint32_t)value;
}

static void
ask_text(void *ctx, const char *key, const char *value)
{
	struct spp_ask_primary *out = ctx;

	if (!out->in_version)
		return;
	if (strcmp(key, "program") == 0)
		snprintf(out->program, sizeof(out->program), "%s", value);
	else if (strcmp(key, "dpdk") == 0)
		snprintf(out->dpdk, sizeof(out->dpdk), "%s", value);
}

static void
ask_begin(void *ctx, const char *key)
{
	((struct spp_ask_primary *)ctx)->in_version = strcmp(key, "version") == 0;
}

static void
ask_end(void *ctx, const char *key)
{
	(void)key;
	((struct spp_ask_primary *)ctx)->in_version = false;
}

static void
ask_ignore(void *ctx, const char *name)
{
	(void)ctx;
	(void)name;
}

void
spp_ask_primary(const char *socket_path, struct spp_ask_primary *out)
{
	const struct spp_figures_sink sink = {.name = ask_ignore,
					      .number = ask_number,
					      .text = ask_text,
					      .begin = ask_begin,
					      .end = ask_end};

	*out = (struct spp_ask_primary){.restarts_left = UINT64_MAX};
	(void)spp_figures_read(socket_path, SPP_FIGURES_STATUS, NULL, &sink, out, NULL);
}

int
spp_ask_fits(const struct spp_ask_primary *primary, const struct spp_build *ours,
	     struct spp_error *err)
{
	if (primary->dpdk[0] != '\0' && strcmp(primary->dpdk, ours->dpdk) != 0)
		return spp_error(
			err, EPROTO,
			"spp_primary runs with DPDK %s and this spp_vf with DPDK %s, which "
			"share no memory: restart spp_primary",
			primary->dpdk, ours->dpdk);
	if (primary->layout != 0 && primary->layout != ours->layout)
		return spp_error(
			err, EPROTO,
			"spp_primary is of spp-event %s (memory layout %u), this spp_vf of "
			"%s (layout %u): restart spp_primary, or start the spp_vf of its "
			"build",
			primary->program, primary->layout, SPP_VERSION, ours->layout);
	return 0;
}
