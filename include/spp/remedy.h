/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What an operator does about packets that are dropped, by the reason they are counted under: the
 * one table of it, for sppctl and spp_monitor. "Drops by symptom" of docs/operations.md says the
 * same in the same words: a lint compares the two (tests/lint/remedies.py). Plain C.
 */
#ifndef SPP_REMEDY_H
#define SPP_REMEDY_H

/** X(symbol of spp/drop.h, where it is counted, cause and remedy) */
#define SPP_DROP_REMEDIES(X)                                                                       \
	X(RING_FULL, "ring tx",                                                                    \
	  "the component behind the ring is too slow (32 vectors or 2,048 packets wait): a CPU "   \
	  "of its own")                                                                            \
	X(NO_CONSUMER, "ring tx", "no forward behind that ring: send it")                          \
	X(NIC_FULL, "NIC tx", "more than the line takes; or a TAP")                                \
	X(VHOST_FULL, "vhost tx",                                                                  \
	  "the VM does not empty its ring (256 entries at qemu): `rx_queue_size=1024` there, "     \
	  "more CPU for it. Up to 1,024 packets wait for it first, for as long as it takes "       \
	  "something every 20 ms")                                                                 \
	X(BUFFER_SMALL, "vhost tx",                                                                \
	  "longer than the buffers this guest has made available: with an `--mtu` above 1,500 "    \
	  "it needs `host_mtu=` (qemu; libvirt: `docs/vhost.md`)")                                 \
	X(NO_GUEST, "vhost tx", "the VM is off, or its driver is: LINK is `down`")                 \
	X(NO_ENTRY, "classifier, switch",                                                          \
	  "its MAC is not in the table (`ip link` in the VM), or its frames are tagged: `vlan` "   \
	  "entry. A few are normal: the wire floods")                                              \
	X(NO_PORT, "classifier, switch",                                                           \
	  "the entry leads to a port that the component has not as tx: send the component")        \
	X(COMPONENT_REMOVED, "component", "was in flight when its component went; expected")       \
	X(INCOMPLETE, "component", "no tx port yet")                                               \
	X(NO_VECTOR, "rx port; a classifier's tx ring",                                            \
	  "4,095 vectors are in flight: something behind hangs")                                   \
	X(NO_MBUF, "vhost rx; port with a VLAN operation",                                         \
	  "buffers used up, or guests' frames that take more than 384 in one burst")               \
	X(NO_CREDIT, "rx port",                                                                    \
	  "the event device of this VF is full (4,096 events, new ones up to half of that): as "   \
	  "`no_vector`")                                                                           \
	X(TOO_BIG, "rx or tx port", "longer than `--mtu` + 18: same MTU everywhere")               \
	X(MALFORMED, "rx port; tx port with a VLAN operation",                                     \
	  "ends within its Ethernet header or VLAN tag: a broken or hostile guest")                \
	X(RESERVED, "vhost rx",                                                                    \
	  "it sends spanning tree, LACP or the like, and the port has a filter; or PAUSE: "        \
	  "docs/operations.md, \"Guests and the switch\"")                                         \
	X(SPOOFED, "vhost rx",                                                                     \
	  "it sends from an address that was not plugged to it, or in another VLAN, and the port " \
	  "has `source_check`: plug that address, too. Else somebody poses as another: "           \
	  "docs/operations.md, \"Nobody poses as another\"")                                       \
	X(SAME_PORT, "switch",                                                                     \
	  "what leads back to where it came from. A few are normal: what the wire floods and no "  \
	  "VM here has. Many: an address that is plugged to a VM moved to the wire, or guests "    \
	  "behind rings that are no `pairs`")                                                      \
	X(STORM, "vhost rx",                                                                       \
	  "broadcasts and multicasts beyond 4,000 a second, or the port's `storm_pps`: "           \
	  "docs/operations.md, \"Guests of one NIC\"")                                             \
	X(LOOP, "ring tx",                                                                         \
	  "it came over 8 rings between two `spp_vf`: the wiring of several goes in a circle. "    \
	  "Few are a chain that is too long")                                                      \
	X(BAD_RECORD, "ring rx",                                                                   \
	  "all that waited in the ring (2 MiB at most) was thrown away at once, and counts as "    \
	  "one: the `spp_vf` that writes into it is broken or hostile: restart it")                \
	X(GUEST_OFFLOAD, "vhost rx",                                                               \
	  "it asks for checksums or segmentation that were not offered")                           \
	X(BAD_OFFLOAD, "vhost rx; any tx port",                                                    \
	  "a trusted guest asked for a checksum or segments, and its frame is no whole TCP or "    \
	  "UDP, or its lengths cannot be: its driver is broken or hostile")                        \
	X(MIRROR_FULL, "tx port of a mirror",                                                      \
	  "what gets the copies is slower than the traffic; the original lost nothing. A VM: as "  \
	  "`vhost_full`; a ring: a CPU of its own for what is behind it; or mirror less")

#endif
