/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What may be wrong with a port that still works as well as it can: shown in status, and a warning
 * of `sppctl check`. Only vhosts have any so far. Plain C.
 */
#ifndef SPP_PROBLEM_H
#define SPP_PROBLEM_H

/**
 * X(symbol, name in the status, what it means for a person: "vhost0: ...").
 */
#define SPP_PORT_PROBLEMS(X)                                                                       \
	X(SILENT, "silent", "its guest is connected and does not start: is its driver loaded?")    \
	X(NOT_SHARED, "not_shared",                                                                \
	  "its guest kicks, and nothing is in its rings: its memory is not shared")                \
	X(STILL, "still", "its guest's next packet cannot be read: is all of its memory shared?")  \
	X(QUEUE_PAIRS, "queue_pairs", "its guest asks for several queue pairs and has one")        \
	X(MTU, "mtu", "its guest's MTU is not ours: long frames may be lost")                      \
	X(SECOND_GUEST, "second_guest",                                                            \
	  "a second guest wants its socket: is the path used twice?")                              \
	X(SOCKET_REMOVED, "socket_removed", "its socket was removed from outside")

enum spp_port_problem {
#define SPP_PORT_PROBLEM_SYMBOL(symbol, name, text) SPP_PORT_PROBLEM_##symbol,
	SPP_PORT_PROBLEMS(SPP_PORT_PROBLEM_SYMBOL)
#undef SPP_PORT_PROBLEM_SYMBOL
		SPP_PORT_PROBLEM_NB
};

#endif
