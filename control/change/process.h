/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What people call a process: "primary", "vf1", "vf2" ..., after its process id.
 *
 * Used by spp_agent, sppctl and spp_monitor, in what they read, say and send each other.
 */
#ifndef SPP_CHANGE_PROCESS_H
#define SPP_CHANGE_PROCESS_H

/** Characters of a name, with the terminating NUL. */
#define SPP_PROCESS_NAME_SIZE 16

/** The name of a process id, 0 being the primary. @return name */
const char *spp_process_name(unsigned int process_id, char name[SPP_PROCESS_NAME_SIZE]);

/** The process id of a name, or -1: it is none. */
int spp_process_parse(const char *name);

/** The process id that a file of the run directory is a socket of, or -1: it is none. */
int spp_process_of_socket(const char *file);

/**
 * The word for what it is: "primary", "vf", "mirror" or "pcap"; the last two are named as a spp_vf
 * is.
 * @param said its own "process_type", or NULL @return one that lasts; "vf" for what we do not know
 */
const char *spp_process_type(unsigned int process_id, const char *said);

#endif
