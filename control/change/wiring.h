/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The wiring of one spp_vf as a value: spp_agent and sppctl read it from a status, change it
 * (plug.h, patch.h, core.h), compare it (diff.h) and write it as commands (dump.h).
 *
 * Built on the model and the rules of control/wiring, so that a file is read here by the same rules
 * as by spp_vf. Used by spp_agent (changes) and sppctl (dump, diff). Pure: no socket, no clock.
 * Functions that return int return 0 or -errno with text.
 */
#ifndef SPP_WIRING_H
#define SPP_WIRING_H

#include <jansson.h>
#include <stdbool.h>

#include "spp/dataplane.h"
#include "spp/error.h"
#include "spp/model.h"
#include "wiring/table.h"

struct wiring {
	struct spp_model model;
	struct spp_table_index index; /**< of model's table */
	struct spp_inventory inventory;
	bool labels; /**< the process knows labels: an older one does not */
	bool staged; /**< the process has changes that wait for a flush */
};

/** NULL: out of memory. wiring_destroy(NULL) is fine. */
struct wiring *wiring_create(void);
struct wiring *wiring_copy(const struct wiring *from);
void wiring_destroy(struct wiring *wiring);

/** Read `info` of a status reply of a spp_vf into an empty wiring. */
int wiring_read(struct wiring *wiring, const json_t *info, struct spp_error *err);
/** Carry out an array of commands (`component`, `classifier_table` and `label`; the others do
 * nothing). */
int wiring_take(struct wiring *wiring, const json_t *commands, struct spp_error *err);
/**
 * The same for a file that no process stands behind: any core may have a component, and what former
 * versions saved is read as what it means now (an entry of VLAN id 0 is an untagged one).
 */
int wiring_take_file(struct wiring *wiring, const json_t *commands, struct spp_error *err);
/** Make the labels what an object of a file says; NULL: they stay, the file says nothing. A process
 * that knows none gets none. */
int wiring_take_labels(struct wiring *wiring, const json_t *labels, struct spp_error *err);
/** Say in err that the process knows no labels. @return -EBUSY */
int wiring_without_labels(const struct wiring *wiring, struct spp_error *err);
/** Forget components and table; labels, and what the process has (cores, ports), stay. */
void wiring_clear(struct wiring *wiring);

#endif
