/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What is wrong with a request, and where: the text for a person, the place for a program.
 *
 * Filled in by whoever reads or carries out a command; written into a reply by json/reply and
 * text/reply. Plain C.
 */
#ifndef SPP_CONTROL_FAULT_H
#define SPP_CONTROL_FAULT_H

#include "spp/error.h"

/** Faults that are kept; more would help nobody. */
#define SPP_FAULTS_MAX 64

struct spp_fault {
	struct spp_error err;
	/** Like a JSON path: "commands[3].rx_ports[0]", "core[4].tx_ports"; "" when it has none. */
	char place[96];
};

struct spp_faults {
	unsigned int nb;
	struct spp_fault items[SPP_FAULTS_MAX];
};

/**
 * Fill a fault (NULL: only the code counts). Control characters become '?', for the text ends up
 * in logs. @return -code
 */
__attribute__((format(printf, 4, 5))) int spp_fault(struct spp_fault *fault, int code,
						    const char *place, const char *fmt, ...);

/** Room for one more fault, never NULL: when all are taken, the last one is overwritten. */
struct spp_fault *spp_faults_next(struct spp_faults *faults);

#endif
