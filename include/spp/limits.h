/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Limits every part of the product agrees on. Plain C, no DPDK, no JSON.
 */
#ifndef SPP_LIMITS_H
#define SPP_LIMITS_H

/** NICs one host may have; DPDK's RTE_MAX_ETHPORTS is 32. */
#define SPP_NIC_MAX 32
/** Descriptors of a NIC's rx queue (spp_primary --nic-descriptors). */
#define SPP_NIC_DESCRIPTORS_MIN 64
#define SPP_NIC_DESCRIPTORS_MAX 32768
/** vhost-user sockets one host may have (numbers 0..63, host-wide). */
#define SPP_VHOST_MAX 64
/** Rings one host may have (spp_primary -n). Port ids of all kinds stay below 1,024 flow ids. */
#define SPP_RING_MAX 512
/** Areas for rings with their ends in two processes that spp_primary may have (--shared-rings), and
 * how many it has when nothing is said. */
#define SPP_SHARED_RING_MAX 64
#define SPP_SHARED_RINGS    16
/** Uplinks, two NICs as one port, that one host may have (numbers 0..15, host-wide). */
#define SPP_UPLINK_MAX (SPP_NIC_MAX / 2)
/** Where packets enter and leave: ids of all ports that are no rings are below it. */
#define SPP_END_MAX (SPP_NIC_MAX + SPP_VHOST_MAX + SPP_UPLINK_MAX)
/** Port ids (spp_port_id()): NICs, then vhosts, then uplinks, then rings. */
#define SPP_PORT_ID_MAX (SPP_END_MAX + SPP_RING_MAX)

/** Components one spp_vf may run: one event queue each, and the scheduler scans all queues. */
#define SPP_COMPONENT_MAX 64
/** Ports on one side (rx or tx) of one component. */
#define SPP_SIDE_MAX 128
/** Tx ports of a mirror: one for the original, the others for copies. */
#define SPP_MIRROR_TX_MAX 8
/** Of a mirror in a spp_mirror: so many, and it rests with fewer. */
#define SPP_MIRROR_TX_PAIR 2
/** Characters in a component name, without the terminating NUL. */
#define SPP_NAME_MAX 64
/** Characters in the label of a port (what its guest is called), without the terminating NUL. */
#define SPP_PORT_LABEL_MAX 32
/** Entries in the classifier table of one spp_vf. */
#define SPP_TABLE_MAX 16384

/** Highest lcore number that DPDK can be built for. */
#define SPP_LCORE_MAX 1023
/** Worker lcores of one spp_vf (event_sw has 64 ports, one is the parking port). */
#define SPP_WORKER_MAX 63
/** spp_vf processes on one host: one event device each. */
#define SPP_VF_MAX 16
/** Largest --process-id. */
#define SPP_PROCESS_ID_MAX 255

/** Bytes in one control request. */
#define SPP_REQUEST_SIZE_MAX (4u << 20)
/** Commands in one control request: 16,384 MACs, each removed and added. */
#define SPP_REQUEST_COMMANDS_MAX 32768
/** Nesting depth of a JSON request. */
#define SPP_REQUEST_DEPTH_MAX 32
/** Milliseconds without a byte after which half a request is given up. */
#define SPP_REQUEST_IDLE_MS 5000

/** How often an idle NIC is looked at by default, in microseconds (spp_vf --idle-us). */
#define SPP_IDLE_US 1000
/** In place of a number: in time for the NIC's descriptors, at most SPP_IDLE_US. */
#define SPP_IDLE_AUTO UINT32_MAX

/** Milliseconds every wait for a worker lcore may take. */
#define SPP_WAIT_MS 100

/** Characters in an error message, with the terminating NUL. */
#define SPP_ERROR_SIZE 512

#endif
