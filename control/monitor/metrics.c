/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The table of all metrics. See metrics.h. What is shown, listed and documented is what stands
 * here.
 */
#include "monitor/metrics.h"

#include "monitor/metrics_host.h"
#include "monitor/metrics_pcap.h"
#include "monitor/metrics_vf.h"
#include "monitor/sample.h"

struct family {
	const char *name; /**< without _total and _info */
	enum monitor_type type;
	const char *unit, *labels, *help;
	/** One of them. */
	void (*all)(struct monitor_out *out, const struct monitor_model *model);
	void (*host)(struct monitor_out *out, const struct monitor_report *report);
	void (*vf)(struct monitor_out *out, const char *name, const struct monitor_report *report);
	void (*pcap)(struct monitor_out *out, const char *name,
		     const struct monitor_report *report); /**< alone, or beside vf */
};

static const struct family families[] = {
	{"spp_up", MONITOR_GAUGE, "", "process",
	 "1: the process answers; 0: it does not, and has no other series then",
	 .all = monitor_metric_up},
	{"spp_build", MONITOR_INFO, "", "process,type,version,dpdk",
	 "What a process is (primary, vf, mirror, pcap, monitor), its version and its DPDK's",
	 .all = monitor_metric_build_info},
	{"spp_restart_pending", MONITOR_GAUGE, "", "process",
	 "1: its program, or a library it uses, was replaced since it started",
	 .all = monitor_metric_restart_pending},
	{"spp_controller_connected", MONITOR_GAUGE, "", "process",
	 "1: connected to its controller; absent when started without one",
	 .all = monitor_metric_controller},
	{"spp_port_receive_packets", MONITOR_COUNTER, "packets", "vf,port,kind",
	 "Packets that came in by the port; of a ring: taken out of it",
	 .vf = monitor_metric_receive_packets, .pcap = monitor_metric_receive_packets},
	{"spp_port_receive_bytes", MONITOR_COUNTER, "bytes", "vf,port,kind",
	 "Bytes that came in by the port, without CRC", .vf = monitor_metric_receive_bytes},
	{"spp_port_transmit_packets", MONITOR_COUNTER, "packets", "vf,port,kind",
	 "Packets that left by the port; of a ring: put into it",
	 .vf = monitor_metric_transmit_packets},
	{"spp_port_transmit_bytes", MONITOR_COUNTER, "bytes", "vf,port,kind",
	 "Bytes that left by the port, without CRC", .vf = monitor_metric_transmit_bytes},
	{"spp_port_up", MONITOR_GAUGE, "", "vf,port,kind",
	 "1: the NIC has a link, the vhost a guest; rings have no such thing",
	 .vf = monitor_metric_port_up},
	{"spp_port", MONITOR_INFO, "", "vf,port,kind,name,driver,path,receives,transmits",
	 "A port of a spp_vf: what it is called, its driver, a guest's socket, and which of its sides a component uses",
	 .all = monitor_metric_port_info},
	{"spp_uplink_sends", MONITOR_GAUGE, "", "vf,uplink,port",
	 "1: the uplink sends by this NIC; 0: it stands by", .vf = monitor_metric_uplink_sends},
	{"spp_uplink_moves", MONITOR_COUNTER, "", "vf,uplink",
	 "How often sending went from one NIC of an uplink to the other",
	 .vf = monitor_metric_uplink_moves},
	{"spp_dropped_packets", MONITOR_COUNTER, "packets", "vf,port,direction,component,reason",
	 "Packets dropped at a port (port and direction) or by a component, by reason",
	 .vf = monitor_metric_drops},
	{"spp_vf_dropped_packets", MONITOR_COUNTER, "packets", "vf,reason",
	 "Packets dropped in the whole spp_vf, by components that are gone as well",
	 .vf = monitor_metric_vf_drops},
	{"spp_component_packets", MONITOR_COUNTER, "packets", "vf,component,type",
	 "Packets a component has worked on", .vf = monitor_metric_component_packets,
	 .pcap = monitor_metric_component_packets},
	{"spp_component_vectors", MONITOR_COUNTER, "vectors", "vf,component,type",
	 "Event vectors they came in", .vf = monitor_metric_component_vectors},
	{"spp_component_cycles", MONITOR_COUNTER, "cycles", "vf,component,type",
	 "TSC cycles it has spent on them, sending included",
	 .vf = monitor_metric_component_cycles},
	{"spp_component_lcore", MONITOR_GAUGE, "", "vf,component,lcore",
	 "1 for each core a component runs on", .vf = monitor_metric_component_lcore,
	 .pcap = monitor_metric_component_lcore},
	{"spp_lcore_seconds", MONITOR_COUNTER, "seconds", "process,lcore,state",
	 "What a worker core did with its time: busy, idle, or asleep in the kernel",
	 .vf = monitor_metric_lcores},
	{"spp_flushes", MONITOR_COUNTER, "", "vf", "Flushes that changed something",
	 .vf = monitor_metric_flushes},
	{"spp_flush_failures", MONITOR_COUNTER, "", "vf",
	 "Flushes that were refused or not carried out", .vf = monitor_metric_flush_failures},
	{"spp_flush_duration_seconds", MONITOR_HISTOGRAM, "seconds", "vf,le",
	 "From the message to the reply of flushes that changed something",
	 .vf = monitor_metric_flush_duration},
	{"spp_switch_latency_seconds", MONITOR_HISTOGRAM, "seconds", "vf,port,le",
	 "How long packets were inside, from the round that polled them to sending by this port; "
	 "of one vector in 2 ms at most",
	 .vf = monitor_metric_latency},
	{"spp_state_saved", MONITOR_GAUGE, "", "vf",
	 "1: the running wiring is on disk; absent without a state directory",
	 .vf = monitor_metric_saved},
	{"spp_staged", MONITOR_GAUGE, "", "vf", "1: something waits for a flush",
	 .vf = monitor_metric_staged},
	{"spp_degraded", MONITOR_GAUGE, "", "vf",
	 "1: a failed flush could not be undone in full, or a worker does not answer",
	 .vf = monitor_metric_degraded},
	{"spp_table_entries", MONITOR_GAUGE, "", "vf", "Entries of the classifier table",
	 .vf = monitor_metric_entries},
	{"spp_pcap_running", MONITOR_GAUGE, "", "vf,port",
	 "1: the spp_pcap records what comes by its port; 0: it takes it and writes nothing",
	 .pcap = monitor_metric_pcap_running},
	{"spp_pcap_written_packets", MONITOR_COUNTER, "packets", "vf,port",
	 "Packets it has written into files", .pcap = monitor_metric_pcap_written},
	{"spp_pcap_lost_packets", MONITOR_COUNTER, "packets", "vf,port,reason",
	 "Packets it has taken while it recorded and that are in no file",
	 .pcap = monitor_metric_pcap_lost},
	{"spp_pcap_failed_writers", MONITOR_GAUGE, "", "vf,port",
	 "Writers that write no more until the next start: the disk is full",
	 .pcap = monitor_metric_pcap_failed},
	{"spp_nic_up", MONITOR_GAUGE, "", "port", "1: the NIC has a link",
	 .host = monitor_metric_nic_up},
	{"spp_nic", MONITOR_INFO, "", "port,driver,vf",
	 "Driver of a NIC, and the spp_vf that holds it", .host = monitor_metric_nic_info},
	{"spp_nic_speed_bytes", MONITOR_GAUGE, "bytes", "port",
	 "What the link of a NIC carries, in bytes a second; absent when not known",
	 .host = monitor_metric_nic_speed},
	{"spp_nic_receive_packets", MONITOR_COUNTER, "packets", "port",
	 "Packets the NIC has received, as itself counts", .host = monitor_metric_nic_received},
	{"spp_nic_transmit_packets", MONITOR_COUNTER, "packets", "port",
	 "Packets the NIC has sent, as itself counts", .host = monitor_metric_nic_transmitted},
	{"spp_nic_missed_packets", MONITOR_COUNTER, "packets", "port",
	 "Packets the NIC had no free descriptor or no buffer for",
	 .host = monitor_metric_nic_missed},
	{"spp_nic_transmit_errors", MONITOR_COUNTER, "", "port", "Packets the NIC failed to send",
	 .host = monitor_metric_nic_errors},
	{"spp_vf_sessions", MONITOR_COUNTER, "", "slot", "spp_vf processes a slot has had",
	 .host = monitor_metric_sessions},
	{"spp_vf_deaths", MONITOR_COUNTER, "", "slot", "Those of them that did not end in order",
	 .host = monitor_metric_deaths},
	{"spp_slot", MONITOR_INFO, "", "slot,state,vf", "A slot for a spp_vf, and who has it",
	 .host = monitor_metric_slot_info},
	{"spp_pool_buffers", MONITOR_GAUGE, "", "slot,pool",
	 "Packet buffers (mbufs) or event vectors of a slot", .host = monitor_metric_pool},
	{"spp_pool_free_buffers", MONITOR_GAUGE, "", "slot,pool", "Those of them that are free",
	 .host = monitor_metric_pool_free},
	{"spp_heap_bytes", MONITOR_GAUGE, "bytes", "", "The heap all processes share",
	 .host = monitor_metric_heap_size},
	{"spp_heap_used_bytes", MONITOR_GAUGE, "bytes", "", "What of it is used",
	 .host = monitor_metric_heap_used},
	{"spp_heap_leaked_bytes", MONITOR_GAUGE, "bytes", "",
	 "What DPDK lost of it with spp_vf processes that died",
	 .host = monitor_metric_heap_leaked},
	{"spp_heap_restarts_left", MONITOR_GAUGE, "", "",
	 "Deaths and restarts of a spp_vf that the rest is good for",
	 .host = monitor_metric_restarts_left},
	{"spp_scheduler_seconds", MONITOR_COUNTER, "seconds", "state",
	 "What the event schedulers of spp_primary did with their time, all together",
	 .host = monitor_metric_scheduler},
	{"spp_monitor_look_duration_seconds", MONITOR_GAUGE, "seconds", "",
	 "How long it took to ask all processes, the last time", .all = monitor_metric_look},
	{"spp_monitor_looks", MONITOR_COUNTER, "", "", "How often they were asked",
	 .all = monitor_metric_looks},
	{"process_cpu_seconds", MONITOR_COUNTER, "seconds", "", "CPU time of spp_monitor itself",
	 .all = monitor_metric_own_cpu},
	{"process_resident_memory_bytes", MONITOR_GAUGE, "bytes", "",
	 "Memory of spp_monitor itself", .all = monitor_metric_own_memory},
};

#define FAMILIES (sizeof(families) / sizeof(families[0]))

/* Of a family all samples come together, those of one process beside those of the next. */
static void
write_family(struct monitor_out *out, const struct family *family,
	     const struct monitor_model *model)
{
	const struct monitor_report *report;

	out->family = family->name;
	out->type = family->type;
	monitor_sample_family(out, family->unit, family->help);
	if (family->all != NULL) {
		family->all(out, model);
		return;
	}
	for (unsigned int i = 0; i < model->nb_processes; i++) {
		report = monitor_now(&model->processes[i]);
		if (report == NULL)
			continue;
		if (family->vf != NULL && report->vf != NULL && report->vf->recorder == NULL)
			family->vf(out, model->processes[i].name, report);
		if (family->pcap != NULL && report->vf != NULL && report->vf->recorder != NULL)
			family->pcap(out, model->processes[i].name, report);
		if (family->host != NULL && report->host != NULL)
			family->host(out, report);
	}
}

void
monitor_metrics_write(struct monitor_text *text, const struct monitor_model *model,
		      bool openmetrics)
{
	struct monitor_out out = {.text = text, .openmetrics = openmetrics};

	for (size_t i = 0; i < FAMILIES; i++)
		write_family(&out, &families[i], model);
	if (openmetrics)
		monitor_text_add(text, "# EOF\n");
}

void
monitor_metrics_list(struct monitor_text *text)
{
	static const char *const types[] = {"counter", "gauge", "info", "histogram"};
	static const char *const suffixes[] = {"_total", "", "_info", ""};

	for (size_t i = 0; i < FAMILIES; i++)
		monitor_text_printf(text, "%s%s\t%s\t%s\t%s\n", families[i].name,
				    suffixes[families[i].type], types[families[i].type],
				    families[i].labels, families[i].help);
}
