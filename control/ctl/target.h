/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Which spp_vf a command means: the one named by --to, the only one there is, or the one that has
 * the port or component; and who else holds it when spp_agent does not. Used by the commands that
 * change something.
 */
#ifndef SPP_CTL_TARGET_H
#define SPP_CTL_TARGET_H

#include "change/process.h"
#include "ctl/ctl.h"
#include "ctl/find.h"
#include "spp/error.h"

/**
 * @param port      the one that has this port is meant, unless --to says; may be NULL
 * @param component the same by the name of a component; may be NULL
 * @return -1: go on with `name`, else the exit code, and it was complained
 */
int ctl_target_find(const struct ctl *ctl, const char *port, const char *component,
		    char name[SPP_PROCESS_NAME_SIZE]);

/** The same, of those that are there: what ctl_find() found. */
int ctl_target_among(const struct ctl *ctl, const struct ctl_found *all, const char *port,
		     const char *component, char name[SPP_PROCESS_NAME_SIZE]);

/**
 * The spp_vf of the other port of a change: the one that --to names behind a comma, that of the
 * first when it has the port, the only one that has it, or that of the first.
 * @param port  NULL: a NIC, whichever
 * @param first whose the first port is
 */
int ctl_target_other(const struct ctl *ctl, const struct ctl_found *all, const char *port,
		     const char *first, char name[SPP_PROCESS_NAME_SIZE]);

/** Goes on in err with which controller holds the process, if its own socket tells. */
void ctl_target_holder(const struct ctl *ctl, const char *name, struct spp_error *err);

#endif
