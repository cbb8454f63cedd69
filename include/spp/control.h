/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What the programs (src/) ask of control/: one event loop that speaks the control protocol for
 * spp_vf or spp_primary. Plain C: no DPDK, no JSON.
 *
 * Threads: everything here runs on the thread that calls spp_control_run(), except
 * spp_control_stop(), which is async-signal-safe and may be called from anywhere.
 */
#ifndef SPP_CONTROL_H
#define SPP_CONTROL_H

#include <stdint.h>

#include "spp/dataplane.h"
#include "spp/error.h"
#include "spp/host.h"

struct spp_control;

struct spp_control_config {
	unsigned int process_id;  /**< 0: the primary */
	const char *controller;   /**< "IP:PORT" of the SPP-AGENT, or NULL: none */
	const char *local_socket; /**< path of the local UNIX socket, or NULL: none */
	const struct spp_dataplane_ops *dataplane; /**< spp_vf; NULL in the primary */
	void *dataplane_ctx;
	const struct spp_host_ops *host; /**< spp_primary; NULL in a VF */
	void *host_ctx;
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

/**
 * Take all wiring away, as `flush` of an empty model would (used at an orderly end of spp_vf).
 * The saved wiring stays as it is: the next start begins with it.
 */
int spp_control_clear(struct spp_control *control, struct spp_error *err);

/** Close connections, unlink the local socket, free. NULL is fine. */
void spp_control_destroy(struct spp_control *control);

/** Check "IP:PORT" (IPv4, or [IPv6]:PORT). 0, or -EINVAL with text. */
int spp_control_check_address(const char *text, struct spp_error *err);

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
	uint32_t vhost_perm;      /**< reserved: 0 = leave */
};

/** Read and check a configuration file. 0, or -errno with what is wrong and where. */
int spp_vf_file_load(const char *path, struct spp_vf_file *out, struct spp_error *err);

#endif
