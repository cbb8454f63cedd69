/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The wiring of one spp_vf as a value: read from its status, changed, compared, written as
 * commands.
 *
 * Built on the model of control/ (control/model.h), so that a file is read here by the same rules
 * as by spp_vf. Used by spp_agent (changes) and sppctl (dump, diff). Pure: no socket, no clock.
 * All functions return 0 or -errno with text.
 */
#ifndef SPP_WIRING_H
#define SPP_WIRING_H

#include <jansson.h>
#include <stdbool.h>

#include "model.h"
#include "spp/dataplane.h"
#include "spp/error.h"
#include "table.h"

struct wiring {
	struct spp_model model;
	struct spp_table_index index; /**< of model's table */
	struct spp_inventory inventory;
	bool staged; /**< the process has changes that wait for a flush */
};

/** NULL: out of memory. wiring_destroy(NULL) is fine. */
struct wiring *wiring_create(void);
struct wiring *wiring_copy(const struct wiring *from);
void wiring_destroy(struct wiring *wiring);

/** Read `info` of a status reply of a spp_vf into an empty wiring. */
int wiring_read(struct wiring *wiring, const json_t *info, struct spp_error *err);
/** Carry out an array of commands (`component` and `classifier_table`; the others do nothing). */
int wiring_take(struct wiring *wiring, const json_t *commands, struct spp_error *err);
/** Forget components and table; what the process has (cores, ports) stays. */
void wiring_clear(struct wiring *wiring);

/* wiring_json.c: a wiring, or a part of it, as commands. */
/** {"version":1,"process":N,"commands":[...]}: what `apply` takes, and what a spp_vf saves. */
json_t *wiring_dump(const struct wiring *wiring);
/** "forward  ring0 -> vhost0" @return text */
const char *wiring_component_text(const struct spp_component *component, char *text, size_t size);

/* wiring_diff.c */
/** The commands that make `to` of `from`, without a flush; empty: they are the same. */
json_t *wiring_commands(const struct wiring *from, const struct wiring *to);
/** The same for a person: "+ core 4  forward  ring0 -> vhost0". */
json_t *wiring_lines(const struct wiring *from, const struct wiring *to);

/* wiring_plug.c: a VM's vhost to the NIC and back. Notes: lines that the user should know. */
struct wiring_plug {
	struct spp_port vhost;
	struct spp_table_entry entry; /**< MAC and VID; its port is not used */
	int nic;                      /**< -1: the one there is */
};
int wiring_plug(struct wiring *wiring, const struct wiring_plug *plug, json_t *notes,
		struct spp_error *err);
int wiring_unplug(struct wiring *wiring, struct spp_port vhost, json_t *notes,
		  struct spp_error *err);
/** True when packets of the vhost go to the NIC by its rings, one direction at least. */
bool wiring_is_plugged(const struct wiring *wiring, struct spp_port vhost);
/** Rings are, as an operating rule, vhost number x 2 and the next one. */
struct spp_port wiring_ring(struct spp_port vhost, enum spp_side side);

/* wiring_patch.c: two ports with each other. */
int wiring_patch(struct wiring *wiring, struct spp_port a, struct spp_port b, json_t *notes,
		 struct spp_error *err);
/** @param b NULL: whatever a is patched to */
int wiring_unpatch(struct wiring *wiring, struct spp_port a, const struct spp_port *b,
		   json_t *notes, struct spp_error *err);

/* wiring_core.c: cores and components on them. */
/** The lowest core without a component. -ENOSPC: none, says what would help. */
int wiring_free_core(const struct wiring *wiring, uint16_t *core, struct spp_error *err);
/** Put a component with one rx and one tx port on a free core. @return it, NULL: err */
struct spp_component *wiring_add(struct wiring *wiring, unsigned int type, struct spp_port rx,
				 struct spp_port tx, struct spp_error *err);
/** "4", "core4", a name, or a type of which there is one. @return position or -errno */
int wiring_find(const struct wiring *wiring, const char *word, struct spp_error *err);
int wiring_move(struct wiring *wiring, const char *component, const char *core,
		struct spp_error *err);

/* wiring_note.c */
__attribute__((format(printf, 2, 3))) void wiring_note(json_t *notes, const char *fmt, ...);

#endif
