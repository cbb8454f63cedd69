/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Limits every part of the product agrees on. Plain C, no DPDK, no JSON.
 */
#ifndef SPP_LIMITS_H
#define SPP_LIMITS_H

/** NICs one host may have; DPDK's RTE_MAX_ETHPORTS is 32. */
#define SPP_NIC_MAX 32
/** vhost-user sockets one host may have (numbers 0..63, host-wide). */
#define SPP_VHOST_MAX 64
/** Rings one host may have (spp_primary -n). Port ids of all kinds stay below 1,024 flow ids. */
#define SPP_RING_MAX 512
/** Port ids (spp_port_id()): NICs, then vhosts, then rings. */
#define SPP_PORT_ID_MAX (SPP_NIC_MAX + SPP_VHOST_MAX + SPP_RING_MAX)

/** Components one spp_vf may run: one event queue each, and the scheduler scans all queues. */
#define SPP_COMPONENT_MAX 64
/** Ports on one side (rx or tx) of one component. */
#define SPP_SIDE_MAX 128
/** Characters in a component name, without the terminating NUL. */
#define SPP_NAME_MAX 64
/** Entries in the classifier table of one spp_vf. */
#define SPP_TABLE_MAX 16384

/** Worker lcores of one spp_vf (event_sw has 64 ports, one is the parking port). */
#define SPP_WORKER_MAX 63
/** spp_vf processes on one host: one event device each. */
#define SPP_VF_MAX 16
/** Largest --process-id. */
#define SPP_PROCESS_ID_MAX 255

/** Bytes in one control request. */
#define SPP_REQUEST_SIZE_MAX (4u * 1024 * 1024)
/** Commands in one control request: 16,384 MACs, each removed and added. */
#define SPP_REQUEST_COMMANDS_MAX 32768
/** Nesting depth of a JSON request. */
#define SPP_REQUEST_DEPTH_MAX 32
/** Milliseconds without a byte after which half a request is given up. */
#define SPP_REQUEST_IDLE_MS 5000

/** Milliseconds every wait for a worker lcore may take. */
#define SPP_WAIT_MS 100

/** Characters in an error message, with the terminating NUL. */
#define SPP_ERROR_SIZE 512

#endif
