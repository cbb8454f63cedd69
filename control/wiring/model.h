/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Operations on a model (include/spp/model.h) as a value: copy, find, add, remove.
 *
 * Used by all that follows in the life of a flush, and by change/. Knows no rules: what may be
 * wired is checked by stage and validate. The classifier table has its own file (table.h).
 */
#ifndef SPP_CONTROL_MODEL_H
#define SPP_CONTROL_MODEL_H

#include <stdbool.h>
#include <stddef.h>

#include "spp/model.h"
#include "spp/port_text.h"

/** Characters of spp_component_label(), with the terminating NUL. */
#define SPP_LABEL_SIZE (SPP_NAME_MAX + 32)
/** Characters of spp_port_called(), with the terminating NUL. */
#define SPP_PORT_CALLED_SIZE (SPP_PORT_TEXT_SIZE + SPP_PORT_LABEL_MAX + 4)

enum spp_side { SPP_RX, SPP_TX };

/** Copies only what is in use; the rest of dst is left as it was. */
void spp_model_copy(struct spp_model *dst, const struct spp_model *src);
/** What spp_model_copy() does for one component. */
void spp_component_copy(struct spp_component *dst, const struct spp_component *src);

/** Same ports, in the same order, with the same done to packets there. */
bool spp_component_same_ports(const struct spp_component *a, const struct spp_component *b);
/** Same components and entries, in the same order, and labels; event queues do not count. */
bool spp_model_same(const struct spp_model *a, const struct spp_model *b);
/** Same entries in the same order. */
bool spp_model_same_table(const struct spp_model *a, const struct spp_model *b);

/** Same labels of ports: what packets see no difference of. */
bool spp_model_same_labels(const struct spp_model *a, const struct spp_model *b);

/** What a port is called; "": nothing. */
const char *spp_model_label(const struct spp_model *model, struct spp_port port);
/** @param port a NIC or vhost. @param label "" takes it away; a longer one is cut */
void spp_model_set_label(struct spp_model *model, struct spp_port port, const char *label);
/** How people know a port: "vhost37 (web2)", or its name alone. @return buf */
const char *spp_port_called(const struct spp_model *model, struct spp_port port,
			    char buf[SPP_PORT_CALLED_SIZE]);

/** Position of a component, or -1. */
int spp_model_find_name(const struct spp_model *model, const char *name);
/** As spp_model_find_name(), but unnamed components go by their spp_component_call_name(). */
int spp_model_find_called(const struct spp_model *model, const char *name);
/** The first on this core at `from` or later, or -1. */
int spp_model_find_core(const struct spp_model *model, uint16_t lcore_id, unsigned int from);
/** The component that has the port on this side, or -1. */
int spp_model_find_port(const struct spp_model *model, struct spp_port port, enum spp_side side);

/** Take one out; the order of the others stays. */
void spp_model_remove(struct spp_model *model, unsigned int position);

/** The name where everything needs one: "core2" for the unnamed component on core 2. @return buf */
const char *spp_component_call_name(const struct spp_component *component,
				    char buf[SPP_NAME_MAX + 1]);

/** How people call a component: its name, or its type and core. @return buf */
const char *spp_component_label(const struct spp_component *component, char *buf, size_t size);

#endif
