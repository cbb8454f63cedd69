/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * DPDK telemetry, for dpdk-telemetry.py and collectors:
 *
 *     /spp/status                 names of the running spp_vf; /spp/status,vf1 one of them
 *     /spp/ports,vf1              names of its ports;          /spp/ports,vf1,nic0 one of them
 *     /spp/ports,vf1,ring         names of those of a kind
 *     /spp/components,vf1         its event queues in use;     /spp/components,vf1,2 one of them
 *
 * Runs on DPDK's telemetry thread, which may wait a second for a VF. It asks the VF's local socket
 * (spp/figures.h): a VF's counters are in its own memory.
 */
#include "primary/telemetry.h"

#include <stdlib.h>
#include <string.h>

#include <rte_telemetry.h>

#include "spp/dp/dpdk_versions.h"
#include "spp/figures.h"
#include "spp/port_text.h"
#include "spp/run_dir.h"

#include "primary/telemetry_dpdk.h"

#define DEPTH_MAX   8
#define PARAMS_SIZE 128
#define NAMES_MAX   RTE_TEL_MAX_ARRAY_ENTRIES

/* Telemetry's callbacks carry no argument of ours: one primary a process. */
static struct spp_slots *telemetry_slots;

/* The answer under construction: dictionaries inside dictionaries. */
struct answer {
	struct rte_tel_data *stack[DEPTH_MAX];
	unsigned int depth;
	bool failed;
	const char *kind; /**< only names that begin so; NULL: all */
	unsigned int nb;  /**< names so far */
	char last[32];    /**< the one that would fill the array */
};

static struct rte_tel_data *
answer_top(struct answer *answer)
{
	return answer->stack[answer->depth];
}

/* The last place of an array is kept for a word about those that it has no room for. */
static void
answer_name(void *ctx, const char *name)
{
	struct answer *answer = ctx;

	if (answer->kind != NULL && strncmp(name, answer->kind, strlen(answer->kind)) != 0)
		return;
	if (answer->nb++ < NAMES_MAX)
		snprintf(answer->last, sizeof(answer->last), "%s", name);
	if (answer->nb < NAMES_MAX)
		rte_tel_data_add_array_string(answer_top(answer), name);
}

static void
answer_names_end(struct answer *answer, const char *vf)
{
	char text[RTE_TEL_MAX_STRING_LEN];

	if (answer->nb < NAMES_MAX)
		return;
	snprintf(text, sizeof(text), "%s", answer->last);
	if (answer->nb > NAMES_MAX)
		snprintf(text, sizeof(text),
			 "and %u more: /spp/ports,%.16s,ring has those of a kind",
			 answer->nb - NAMES_MAX + 1, vf);
	rte_tel_data_add_array_string(answer_top(answer), text);
}

static void
answer_number(void *ctx, const char *key, int64_t value)
{
	spp_dpdk_tel_dict_uint(answer_top(ctx), key, (uint64_t)value);
}

static void
answer_text(void *ctx, const char *key, const char *value)
{
	rte_tel_data_add_dict_string(answer_top(ctx), key, value);
}

static void
answer_begin(void *ctx, const char *key)
{
	struct answer *answer = ctx;
	struct rte_tel_data *inside = rte_tel_data_alloc();

	RTE_SET_USED(key);
	if (inside == NULL || answer->depth + 1 == DEPTH_MAX) {
		rte_tel_data_free(inside);
		answer->failed = true;
		return;
	}
	rte_tel_data_start_dict(inside);
	answer->stack[++answer->depth] = inside;
}

static void
answer_end(void *ctx, const char *key)
{
	struct answer *answer = ctx;
	struct rte_tel_data *inside = answer_top(answer);

	if (answer->failed || answer->depth == 0)
		return;
	answer->depth--;
	rte_tel_data_add_dict_container(answer_top(answer), key, inside, 0);
}

static const struct spp_figures_sink answer_sink = {
	.name = answer_name,
	.number = answer_number,
	.text = answer_text,
	.begin = answer_begin,
	.end = answer_end,
};

static int
telemetry_list_vfs(struct rte_tel_data *out)
{
	static struct spp_host_status status; /* one telemetry thread answers one after the other */
	char name[16];
	unsigned int i;

	memset(&status, 0, sizeof(status));
	if (!spp_slots_status(telemetry_slots, &status))
		return -1;
	rte_tel_data_start_array(out, RTE_TEL_STRING_VAL);
	for (i = 0; i < status.nb_vfs; i++) {
		if (status.vfs[i].state != SPP_VF_RUNNING)
			continue;
		snprintf(name, sizeof(name), "vf%u", status.vfs[i].process_id);
		rte_tel_data_add_array_string(out, name);
	}
	return 0;
}

static bool
telemetry_is_kind(const char *item)
{
	for (unsigned int kind = SPP_PORT_NIC; item != NULL && kind <= SPP_PORT_RING; kind++) {
		if (strcmp(item, spp_port_kind_name(kind)) == 0)
			return true;
	}
	return false;
}

static int
telemetry_read(enum spp_figures_part part, const char *params, struct rte_tel_data *out)
{
	struct answer answer = {.stack = {out}};
	char text[PARAMS_SIZE], path[SPP_SOCKET_PATH_SIZE], *item = NULL, *end = NULL;
	struct spp_error err;
	unsigned long id = 0;

	if (params == NULL || params[0] == '\0')
		return telemetry_list_vfs(out);
	snprintf(text, sizeof(text), "%s", params);
	item = strchr(text, ',');
	if (item != NULL)
		*item++ = '\0';
	if (strncmp(text, "vf", 2) == 0 && text[2] >= '0' && text[2] <= '9')
		id = strtoul(text + 2, &end, 10);
	if (end == NULL || *end != '\0' || id > SPP_PROCESS_ID_MAX)
		return -1;
	spp_run_socket(path, spp_run_dir(), (unsigned int)id, false);
	if (part == SPP_FIGURES_PORTS && telemetry_is_kind(item)) {
		answer.kind = item;
		item = NULL;
	}
	if (part == SPP_FIGURES_STATUS || item != NULL)
		rte_tel_data_start_dict(out);
	else
		rte_tel_data_start_array(out, RTE_TEL_STRING_VAL);
	if (spp_figures_read(path, part, item, &answer_sink, &answer, &err) < 0 || answer.failed)
		return -1;
	answer_names_end(&answer, text);
	return 0;
}

static int
telemetry_status(const char *cmd, const char *params, struct rte_tel_data *out)
{
	RTE_SET_USED(cmd);
	return telemetry_read(SPP_FIGURES_STATUS, params, out);
}

static int
telemetry_ports(const char *cmd, const char *params, struct rte_tel_data *out)
{
	RTE_SET_USED(cmd);
	return telemetry_read(SPP_FIGURES_PORTS, params, out);
}

static int
telemetry_components(const char *cmd, const char *params, struct rte_tel_data *out)
{
	RTE_SET_USED(cmd);
	return telemetry_read(SPP_FIGURES_COMPONENTS, params, out);
}

int
spp_telemetry_init(struct spp_slots *slots)
{
	int ret;

	telemetry_slots = slots;
	ret = rte_telemetry_register_cmd("/spp/status", telemetry_status,
					 "Running spp_vf processes, or one. Parameter: vf1");
	if (ret == 0)
		ret = rte_telemetry_register_cmd(
			"/spp/ports", telemetry_ports,
			"Ports of a spp_vf, those of a kind, or one. Parameters: "
			"vf1[,nic|vhost|ring|nic0]");
	if (ret == 0)
		ret = rte_telemetry_register_cmd(
			"/spp/components", telemetry_components,
			"Components of a spp_vf by event queue, or one. Parameters: vf1[,2]");
	if (ret == 0)
		ret = spp_telemetry_guard();
	return ret;
}
