/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What spp_monitor knows of the processes: their last status, compared with the one before. Types,
 * and how they are looked up and freed. One lock guards all (watch.h); nothing here takes it.
 *
 * Components have lists of cores, ports have a queue in their name when there are several, a ring
 * is whatever two components, of any spp_vf, name.
 */
#ifndef SPP_MONITOR_MODEL_H
#define SPP_MONITOR_MODEL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "spp/drop.h"
#include "spp/error.h"
#include "spp/limits.h"

/** Characters of a port's name with its queue, and of a component's, with the NUL. */
#define MONITOR_PORT_SIZE      24
#define MONITOR_COMPONENT_SIZE (SPP_NAME_MAX + 16)
/** MAC addresses that are shown of a port; of more only the number. */
#define MONITOR_ADDRESSES 4
/** Bounds that a histogram of a process may have. */
#define MONITOR_BOUNDS 16

/**
 * A counter of a process. What the process shows goes back when somebody clears it; `total` never
 * does while the process lives.
 */
struct monitor_count {
	uint64_t raw;   /**< as in the last status */
	uint64_t total; /**< since the process, or spp_monitor, started */
	float rate;     /**< a second, between the last two */
	uint32_t grown; /**< tick at which it grew last; 0: never */
};

/** Of the times a port's packets were inside; nothing is known with samples 0. */
struct monitor_latency {
	uint64_t samples, sum_ns;
	unsigned int nb_bounds;
	uint64_t bound_us[MONITOR_BOUNDS], within[MONITOR_BOUNDS];
};

struct monitor_side {
	struct monitor_count packets, bytes;
	struct monitor_count drops[SPP_DROP_NB];
	bool wired; /**< a component has the port on this side */
};

struct monitor_port {
	char name[MONITOR_PORT_SIZE];
	char label[SPP_PORT_LABEL_MAX + 1]; /**< what the operator calls it, or "" */
	bool up;
	struct monitor_side rx, tx; /**< as seen from the switch */
	unsigned int nb_addresses;
	char addresses[MONITOR_ADDRESSES][40]; /**< of the classifier table */
	char uplink[MONITOR_PORT_SIZE];        /**< of which the NIC is one of two, or "" */
	bool sends;                            /**< that uplink sends by it */
	struct monitor_count moves;            /**< of an uplink: from one NIC to the other */
	struct monitor_latency *latency;       /**< of what leaves by it; NULL: not known */
	float *history;                        /**< packets a second: rx, tx */
};

/** A port as a component names it. */
struct monitor_end {
	char port[MONITOR_PORT_SIZE];
	char vlan[24];   /**< "+101/3", "-tag", or "" */
	char filter[16]; /**< "reserved", or "" */
};

struct monitor_component {
	char id[MONITOR_COMPONENT_SIZE]; /**< its name, or "core2" */
	char type[24], status[16];
	unsigned int nb_lcores, nb_rx, nb_tx;
	uint16_t lcores[SPP_WORKER_MAX];
	struct monitor_end *rx, *tx;
	struct monitor_count packets, vectors, cycles;
	struct monitor_count drops[SPP_DROP_NB];
};

struct monitor_lcore {
	unsigned int lcore;
	bool used;                               /**< a component is on it */
	struct monitor_count busy, idle, asleep; /**< TSC cycles */
	float *history;                          /**< share of the time, 0 to 1: busy, asleep */
};

struct monitor_flushes {
	struct monitor_count done, failed;
	uint64_t last_us, sum_us;
	unsigned int nb_bounds;
	uint64_t bound_us[MONITOR_BOUNDS], within[MONITOR_BOUNDS];
};

/** Why packets that a spp_pcap has taken are in no file. */
enum monitor_loss { MONITOR_QUEUE_FULL, MONITOR_WRITE_FAILED, MONITOR_BAD_FRAMES, MONITOR_LOSSES };

/** Of a spp_pcap, beside the one component and the one port it is shown as. */
struct monitor_recorder {
	bool running;
	struct monitor_count written, lost[MONITOR_LOSSES];
	unsigned int nb_writers, nb_failed; /**< of them: write no more */
	char error[128];                    /**< why, of the first one */
};

/** Of a spp_vf, a spp_mirror or a spp_pcap. */
struct monitor_vf {
	struct monitor_recorder *recorder; /**< NULL: it is no spp_pcap */
	uint64_t generation;
	bool staged, degraded;
	char degraded_why[256];
	char vhost_path[128]; /**< sockets of guests, %u: number of the vhost; "": not known */
	int saved;            /**< 1 yes, 0 no, -1: started without a state directory */
	char save_error[256];
	struct monitor_flushes flushes;
	struct monitor_count drops[SPP_DROP_NB];
	unsigned int nb_ports, nb_components, nb_lcores, nb_entries;
	struct monitor_port *ports;
	struct monitor_component *components;
	struct monitor_lcore *lcores;
};

struct monitor_nic {
	char name[MONITOR_PORT_SIZE], driver[32];
	bool up;
	double speed_bps; /**< bits a second; 0: not known */
	char holder[16];  /**< "vf1", or "" */
	struct monitor_count rx_packets, tx_packets, missed, tx_errors;
};

struct monitor_pool {
	uint64_t total, free;
};

struct monitor_slot {
	unsigned int slot;
	char vf[16], state[16]; /**< "" while nobody has it */
	struct monitor_count sessions, deaths;
	struct monitor_pool mbufs, vectors;
};

/** Of spp_primary. */
struct monitor_host {
	uint64_t heap_size, heap_used, heap_leaked, restarts_left;
	struct monitor_count busy, idle, asleep; /**< of all schedulers, TSC cycles */
	unsigned int nb_nics, nb_slots;
	struct monitor_nic *nics;
	struct monitor_slot *slots;
};

/** One status, read. */
struct monitor_report {
	pid_t pid;
	uint32_t tick; /**< of the look that brought it */
	uint64_t time_us, tsc_hz;
	char version[32], dpdk[32];
	const char *type; /**< "primary", "vf", "mirror", "pcap" */
	bool restart_pending;
	int controller; /**< 1 connected, 0 not, -1: started without */
	char controller_address[SPP_ERROR_SIZE / 4];
	struct monitor_vf *vf;     /**< NULL: of spp_primary */
	struct monitor_host *host; /**< NULL: of any other */
};

/** A process that is there, or was within the history. */
struct monitor_process {
	unsigned int id; /**< 0: spp_primary */
	char name[16];
	double since;                  /**< UNIX time: answers, or does not, since then */
	uint32_t gone;                 /**< tick at which its socket went away; 0: it is there */
	char why[256];                 /**< it does not answer */
	bool up;                       /**< it answered when it was asked last */
	struct monitor_report *report; /**< its last; NULL: it never answered */
};

/** What happened. */
struct monitor_event {
	double time; /**< UNIX */
	char who[16];
	char what[24];
	char text[400];
};

#define MONITOR_EVENTS 200

struct monitor_model {
	uint32_t tick;        /**< looks so far; the first is 1 */
	unsigned int samples; /**< of each history */
	double interval_s;
	double time;   /**< UNIX, of the last look */
	double look_s; /**< how long it took */
	unsigned int nb_processes;
	struct monitor_process processes[SPP_PROCESS_ID_MAX + 1]; /**< by ascending id */
	unsigned int nb_events; /**< so far, also forgotten ones */
	struct monitor_event events[MONITOR_EVENTS];
};

/** "no_entry" of SPP_DROP_NO_ENTRY. */
const char *monitor_drop_name(unsigned int reason);
/** What it means, and what to do about it. */
const char *monitor_drop_text(unsigned int reason);
const char *monitor_drop_remedy(unsigned int reason);
/** Number of a reason, or -1: not one of ours. */
int monitor_drop_parse(const char *name);

/** "nic", "vhost" or "ring" of a port's name, or what else it begins with. @return kind */
const char *monitor_port_kind(const char *name, char kind[MONITOR_PORT_SIZE]);
/** What a process is, as far as it has said so; "vf" of one that never answered. */
const char *monitor_process_type(const struct monitor_process *process);
/** Does what went by a counter still count as news: within the history? */
bool monitor_is_recent(const struct monitor_model *model, const struct monitor_count *count);

struct monitor_port *monitor_find_port(const struct monitor_vf *vf, const char *name);
struct monitor_component *monitor_find_component(const struct monitor_vf *vf, const char *id);

/** What is known of a process now: NULL while it does not answer, for nothing old is shown as new.
 */
const struct monitor_report *monitor_now(const struct monitor_process *process);

/**
 * Two series of samples, each a ring: the sample of a tick stands at position tick % samples, that
 * of the second series `samples` behind it. NAN: not known, as all are at first. NULL: no memory.
 */
float *monitor_history_new(unsigned int samples);

void monitor_report_free(struct monitor_report *report);

/** Something happened, at the model's time. */
__attribute__((format(printf, 4, 5))) void
monitor_event(struct monitor_model *model, const char *who, const char *what, const char *fmt, ...);
/** The same at another time, UNIX. */
__attribute__((format(printf, 5, 6))) void monitor_event_at(struct monitor_model *model,
							    double time, const char *who,
							    const char *what, const char *fmt, ...);

#endif
