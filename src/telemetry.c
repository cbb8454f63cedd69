/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * DPDK telemetry, for dpdk-telemetry.py and collectors:
 *
 *     /spp/status                 names of the running spp_vf; /spp/status,vf1 one of them
 *     /spp/ports,vf1              names of its ports;          /spp/ports,vf1,nic0 one of them
 *     /spp/components,vf1         its event queues in use;     /spp/components,vf1,2 one of them
 *
 * Runs on DPDK's telemetry thread, which may wait a second for a VF. It asks the VF's local socket
 * (spp/figures.h): a VF's counters are in its own memory.
 */
#include "telemetry.h"

#include <string.h>

#include <rte_telemetry.h>

#include "spp/figures.h"

#define DEPTH_MAX   8
#define PARAMS_SIZE 128

/* Telemetry's callbacks carry no argument of ours: one primary a process. */
static struct spp_slots *telemetry_slots;

/* The answer under construction: dictionaries inside dictionaries. */
struct answer {
	struct rte_tel_data *stack[DEPTH_MAX];
	unsigned int depth;
	bool failed;
};

static struct rte_tel_data *
answer_top(struct answer *answer)
{
	return answer->stack[answer->depth];
}

static void
answer_name(void *ctx, const char *name)
{
	rte_tel_data_add_array_string(answer_top(ctx), name);
}

static void
answer_number(void *ctx, const char *key, int64_t value)
{
	rte_tel_data_add_dict_u64(answer_top(ctx), key, (uint64_t)value);
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
	spp_slots_status(telemetry_slots, &status);
	rte_tel_data_start_array(out, RTE_TEL_STRING_VAL);
	for (i = 0; i < status.nb_vfs; i++) {
		if (status.vfs[i].state != SPP_VF_RUNNING)
			continue;
		snprintf(name, sizeof(name), "vf%u", status.vfs[i].process_id);
		rte_tel_data_add_array_string(out, name);
	}
	return 0;
}

static int
telemetry_read(enum spp_figures_part part, const char *params, struct rte_tel_data *out)
{
	struct answer answer = {.stack = {out}};
	char text[PARAMS_SIZE], path[PARAMS_SIZE + 64], *item = NULL;
	struct spp_error err;
	unsigned int id;
	int end = 0;

	if (params == NULL || params[0] == '\0')
		return telemetry_list_vfs(out);
	snprintf(text, sizeof(text), "%s", params);
	item = strchr(text, ',');
	if (item != NULL)
		*item++ = '\0';
	if (sscanf(text, "vf%u%n", &id, &end) != 1 || text[end] != '\0' || id > SPP_PROCESS_ID_MAX)
		return -1;
	snprintf(path, sizeof(path), "%s/vf-%u.sock", spp_run_dir(), id);
	if (part == SPP_FIGURES_STATUS || item != NULL)
		rte_tel_data_start_dict(out);
	else
		rte_tel_data_start_array(out, RTE_TEL_STRING_VAL);
	if (spp_figures_read(path, part, item, &answer_sink, &answer, &err) < 0 || answer.failed)
		return -1;
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

static int
telemetry_refuse(const char *cmd, const char *params, struct rte_tel_data *out)
{
	RTE_SET_USED(cmd);
	RTE_SET_USED(params);
	RTE_SET_USED(out);
	return -1;
}

/*
 * Commands of DPDK's that end the primary answer null. event_sw keeps the functions that read its
 * xstats in shared memory, as addresses of the process that started the device, a spp_vf; those of
 * the Rx adapter take a NIC's number above 65,535 for one that exists. Of two commands of one name
 * the one that was registered last is found first.
 */
static int
telemetry_hide(void)
{
	static const char *const names[] = {
		"/eventdev/dev_xstats",           "/eventdev/port_xstats",
		"/eventdev/queue_xstats",         "/eventdev/rxa_queue_conf",
		"/eventdev/rxa_queue_stats",      "/eventdev/rxa_queue_stats_reset",
		"/eventdev/rxa_rxq_instance_get",
	};
	int ret = 0;

	for (unsigned int i = 0; i < RTE_DIM(names) && ret == 0; i++)
		ret = rte_telemetry_register_cmd(names[i], telemetry_refuse,
						 "Null: these figures are a spp_vf's");
	return ret;
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
			"Ports of a spp_vf, or one. Parameters: vf1[,nic0]");
	if (ret == 0)
		ret = rte_telemetry_register_cmd(
			"/spp/components", telemetry_components,
			"Components of a spp_vf by event queue, or one. Parameters: vf1[,2]");
	if (ret == 0)
		ret = telemetry_hide();
	return ret;
}
