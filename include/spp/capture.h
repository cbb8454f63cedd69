/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What sppctl and a spp_vf say to each other on the socket for captures, vf-N.tap (spp/run_dir.h):
 * one request with its filter, one reply, then records until one of them ends. Plain C; both are of
 * one host and one build, so numbers are as they lie in memory.
 *
 *     sppctl ─► request, filter      spp_vf ─► reply, records, last SPP_CAPTURE_END
 *     sppctl shuts its side down: the rest of the records comes, then the end
 *
 * Who may connect sees packets: root and SPP_ADMIN_GROUP, never the controller.
 */
#ifndef SPP_CAPTURE_H
#define SPP_CAPTURE_H

#include <stdbool.h>
#include <stdint.h>

#include "spp/error.h"
#include "spp/limits.h"

/** Changes with what is below. */
#define SPP_CAPTURE_MAGIC UINT32_C(0x53505404)
/** Captures at once in one spp_vf. */
#define SPP_CAPTURE_MAX 8
/** Instructions of a filter; BPF_MAXINSNS of Linux. */
#define SPP_CAPTURE_FILTER_MAX 4096
/** Bytes of a packet that are kept, at most; and when nothing is said. */
#define SPP_CAPTURE_SNAPLEN_MAX 65535
/** Of each packet a filter sees that many bytes at least, however few are kept. */
#define SPP_CAPTURE_FILTER_SEES 256

/* A trace: the way of single packets. */
/** Packets of one, at most. */
#define SPP_TRACE_PACKETS_MAX 1000
/** Instructions of its filter, which a worker runs. */
#define SPP_TRACE_FILTER_MAX 256
/** Bytes of the packet that are kept at each place. */
#define SPP_TRACE_BYTES 64
/** Seconds after which it ends by itself. */
#define SPP_TRACE_SECONDS_MAX 3600
/** SPP_CAPTURE_TABLE: the entry names several ports, or there is none. */
#define SPP_TRACE_NO_PORT UINT16_MAX

/** One instruction of classic BPF: struct bpf_insn of libpcap and sock_filter of Linux. */
struct spp_capture_insn {
	uint16_t code;
	uint8_t jt, jf;
	uint32_t k;
};

struct spp_capture_request {
	uint32_t magic;
	uint32_t snaplen;   /**< 1 to SPP_CAPTURE_SNAPLEN_MAX */
	uint32_t nb_filter; /**< instructions that follow; 0: every packet */
	uint32_t reasons;   /**< bit n: drops for reason n (enum spp_drop); 0: no drops, traffic */
	uint32_t trace; /**< the way of that many packets that come in by the one port; 0: no trace
			 */
	uint8_t rx, tx; /**< 1: what comes in by the ports, what leaves by them */
	uint8_t all;    /**< drops: wherever they are; `port` says nothing */
	uint8_t spare;
	uint8_t port[(SPP_PORT_ID_MAX + 7) / 8]; /**< bit n % 8 of byte n / 8: spp_port_id() n */
};

struct spp_capture_reply {
	uint32_t magic;
	int32_t error; /**< 0: records follow; an errno: text says why not */
	char text[SPP_ERROR_SIZE];
};

enum spp_capture_kind {
	SPP_CAPTURE_RX,         /**< came in by the port */
	SPP_CAPTURE_TX,         /**< left by it */
	SPP_CAPTURE_THROUGH,    /**< a ring: went through it */
	SPP_CAPTURE_DROP_RX,    /**< dropped: counted at the port as it came in */
	SPP_CAPTURE_DROP_TX,    /**< dropped: counted at the port as it was to leave */
	SPP_CAPTURE_DROP_INNER, /**< dropped: counted at the component */
	SPP_CAPTURE_COUNTS,     /**< of a port so far: struct spp_capture_counts follows */
	SPP_CAPTURE_END,        /**< the last record; why, as text, follows */
	SPP_CAPTURE_STAGE,      /**< trace: a component takes it, by the rx port that port_id is */
	SPP_CAPTURE_TABLE,      /**< trace: what the component's table says, as spp_trace_entry */
	SPP_CAPTURE_NOTHING,    /**< within spp_vf only: to be skipped */
};

/** What a table says of a packet: `reason` of SPP_CAPTURE_TABLE. */
enum spp_trace_entry {
	SPP_TRACE_ENTRY_NONE,    /**< nothing: no entry, and no default */
	SPP_TRACE_ENTRY_MAC,     /**< an entry has its address, and its VLAN */
	SPP_TRACE_ENTRY_DEFAULT, /**< `default` of those without a VLAN */
	SPP_TRACE_ENTRY_VID,     /**< `default` of its VLAN */
	SPP_TRACE_ENTRY_GROUP,   /**< it is multicast: all ports of its VLAN */
	SPP_TRACE_ENTRY_NB,
};

/** `captured` bytes follow it. */
struct spp_capture_record {
	uint64_t time;     /**< nanoseconds since 1970 (within spp_vf: TSC) */
	uint32_t length;   /**< bytes of the packet, without CRC */
	uint32_t captured; /**< of these, how many follow */
	uint16_t port_id;  /**< spp_port_id(); of DROP_INNER: the component's event queue */
	uint8_t kind;      /**< enum spp_capture_kind */
	uint8_t reason;    /**< drops: enum spp_drop; TABLE: enum spp_trace_entry; STAGE: 1, it came
			      through the event device */
	uint16_t lcore;    /**< that had it */
	uint16_t component; /**< STAGE, TABLE: its event queue */
	uint32_t number;    /**< trace: which packet, from 0 on */
	uint16_t spare[2];
};
_Static_assert(sizeof(struct spp_capture_record) == 32, "a unit of a tape");

/** Packets since the beginning. `seen`: before the filter; of these `lost` were not captured. */
struct spp_capture_counts {
	uint64_t seen, lost;
};

static inline bool
spp_capture_has_port(const struct spp_capture_request *request, unsigned int id)
{
	return (request->port[id / 8] >> (id % 8)) & 1;
}

static inline bool
spp_capture_is_drop(uint8_t kind)
{
	return kind == SPP_CAPTURE_DROP_RX || kind == SPP_CAPTURE_DROP_TX ||
	       kind == SPP_CAPTURE_DROP_INNER;
}

/** One that runs, for log and status. */
struct spp_capture_info {
	uint32_t uid; /**< who asked for it */
	int32_t pid;
	uint64_t since; /**< seconds since 1970 */
	struct spp_capture_request what;
	uint64_t seen, lost; /**< packets */
};

#endif
