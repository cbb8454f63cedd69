/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What the programs (src/) ask of control/: one event loop that speaks the control protocol for
 * spp_vf, spp_primary or spp_pcap. Plain C: no DPDK, no JSON.
 *
 * Threads: everything here runs on the thread that calls spp_control_run(), except
 * spp_control_stop(), which is async-signal-safe and may be called from anywhere.
 */
#ifndef SPP_CONTROL_H
#define SPP_CONTROL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "spp/dataplane.h"
#include "spp/error.h"
#include "spp/host.h"
#include "spp/recorder.h"

struct spp_control;

/** What a process was made of: who wants to share a primary's memory must be of the same. */
struct spp_build {
	const char *dpdk; /**< release of its DPDK libraries, as "24.11.8" */
	uint32_t layout;  /**< of the memory and messages that spp_primary and spp_vf share */
};

struct spp_control_config {
	unsigned int process_id; /**< 0: the primary */
	/** What it tells the controller that it is; NULL: "vf", or "primary" where the id is 0. */
	const char *process_type;
	const char *controller; /**< address of the SPP-AGENT, "IP:PORT" or a path; NULL: none */
	uid_t controller_user;  /**< who may be that, besides root; 0: see controller_checked */
	/** A controller by TCP on this host is heard only if root or that user listens there. */
	bool controller_checked;
	/** Paths of the local UNIX sockets (spp/access.h), NULL: none. The first takes process,
	 * status and clear of root and a group, the second process and status of another one. */
	const char *local_socket, *look_socket;
	gid_t local_group, look_group;
	const struct spp_dataplane_ops *dataplane; /**< spp_vf; NULL in the primary */
	void *dataplane_ctx;
	const struct spp_host_ops *host; /**< spp_primary; NULL in a VF */
	void *host_ctx;
	const struct spp_recorder_ops *recorder; /**< spp_pcap; else NULL */
	void *recorder_ctx;
	struct spp_build build; /**< for `status` */
	/** spp_vf: directory of the saved wiring, DIR/vf-N.json; NULL: it is not saved. */
	const char *state_dir;
	/** One line for the operator; priority is a syslog level (LOG_ERR ...). May be NULL. Also
	 * called on the thread that saves the wiring. */
	void (*log)(int priority, const char *line);
};

/**
 * Create; with a state_dir the saved wiring runs when this returns, if there is one that fits (it
 * may wait up to 1.5 s for a port that its last holder is still letting go of). Then binds the
 * local socket (a stale one is replaced, one in use is -EADDRINUSE).
 */
int spp_control_create(const struct spp_control_config *config, struct spp_control **out,
		       struct spp_error *err);

/** Also watch a descriptor: `ready` runs on the loop's thread whenever it is readable. */
int spp_control_watch(struct spp_control *control, int fd, void (*ready)(void *arg, int fd),
		      void *arg);
void spp_control_unwatch(struct spp_control *control, int fd);

/** Serve until spp_control_stop(). 0, or -errno when the loop itself cannot go on. */
int spp_control_run(struct spp_control *control);
void spp_control_stop(struct spp_control *control);
/** The controller has asked for the end, and has the reply. */
bool spp_control_exit_asked(const struct spp_control *control);

/**
 * Take all wiring away, as `flush` of an empty model would (used at an orderly end of spp_vf).
 * The saved wiring stays as it is: the next start begins with it.
 */
int spp_control_clear(struct spp_control *control, struct spp_error *err);

/** Close connections, unlink the local socket, free. NULL is fine. */
void spp_control_destroy(struct spp_control *control);

/**
 * Check "IP:PORT" (IPv4, or [IPv6]:PORT), or the path of a UNIX socket: what has a `/` in it.
 * @param checked whoever listens there is to be checked: by TCP only possible on this host
 * @return 0, or -EINVAL with text
 */
int spp_control_check_address(const char *text, bool checked, struct spp_error *err);

/** The configuration file of spp_vf (founding document); see config/ and docs/operations.md. */
struct spp_vf_file {
	char name[SPP_NAME_MAX + 1];
	unsigned int num_vhost;
	unsigned int num_ring;
	int nic;                  /**< -1: not given */
	unsigned int first_vhost; /**< 0 by default */
	char vhost_path[96];      /**< with exactly one %u */
	char vhost_mode[8];       /**< "", "server" or "client" */
	char vhost_owner[33];     /**< user name, "" = leave */
	char vhost_group[33];     /**< group name, "" = leave */
	uint8_t guest_filter;     /**< enum spp_filter, of every vhost; none by default */
	uint64_t trusted;         /**< bit n: the guest of vhost n is; none by default */
	struct spp_uplink uplink[SPP_UPLINK_MAX];
};

/** Read and check a configuration file. 0, or -errno with what is wrong and where. */
int spp_vf_file_load(const char *path, struct spp_vf_file *out, struct spp_error *err);

#endif
