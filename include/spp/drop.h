/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Every reason for which a packet may be dropped: one counter each. Plain C.
 *
 * X(symbol, name in status, what it means to the operator)
 */
#ifndef SPP_DROP_H
#define SPP_DROP_H

#define SPP_DROP_REASONS(X)                                                                        \
	X(RING_FULL, "ring_full", "the consumer of the ring is slower than its producer")          \
	X(NO_CONSUMER, "no_consumer", "no component has the ring as rx port")                      \
	X(NIC_FULL, "nic_full", "the NIC took no more packets")                                    \
	X(VHOST_FULL, "vhost_full", "the guest did not empty its ring in time")                    \
	X(BUFFER_SMALL, "buffer_small", "longer than the guest's receive buffers")                 \
	X(NO_GUEST, "no_guest", "no guest is connected to the vhost socket")                       \
	X(NO_ENTRY, "no_entry", "no entry for the destination, and no default")                    \
	X(NO_PORT, "no_port", "the table entry leads to a port the component does not have")       \
	X(COMPONENT_REMOVED, "component_removed", "in flight when its component was removed")      \
	X(INCOMPLETE, "incomplete", "the component has no tx port")                                \
	X(NO_VECTOR, "no_vector", "the event vector pool was empty")                               \
	X(NO_MBUF, "no_mbuf", "the mbuf pool was empty")                                           \
	X(NO_CREDIT, "no_credit", "the event device took no new event")                            \
	X(TOO_BIG, "too_big", "longer than --mtu allows")                                          \
	X(MALFORMED, "malformed", "ends within its Ethernet header or VLAN tag")                   \
	X(SAME_PORT, "same_port", "it would have to leave a switch where it came from")            \
	X(SPOOFED, "spoofed", "its source address has no entry that leads to the port it came by") \
	X(STORM, "storm", "more multicasts than the switch takes from this port (storm_pps)")      \
	X(RESERVED, "reserved", "from a guest to an address that no bridge forwards")              \
	X(LOOP, "loop", "over more than 8 rings between processes: the wiring is a circle")        \
	X(BAD_RECORD, "bad_record", "the process that writes into the ring wrote no record")       \
	X(GUEST_OFFLOAD, "guest_offload", "the guest asked for an offload that is switched off")   \
	X(BAD_OFFLOAD, "bad_offload", "what the guest left to be done does not fit its frame")     \
	X(MIRROR_FULL, "mirror_full", "a port that gets copies from a mirror took no more")

#define SPP_DROP_ENUM(symbol, name, text) SPP_DROP_##symbol,
enum spp_drop { SPP_DROP_REASONS(SPP_DROP_ENUM) SPP_DROP_NB };
#undef SPP_DROP_ENUM

#endif
