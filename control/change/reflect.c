/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Where what a classifier or switch sends comes out, and where it came in. See reflect.h.
 *
 * Known unicast does not count: its entry was meant. Multicast goes to every tx port that has an
 * entry, unknown unicast to that of `default`. A switch does not send back itself, but what is
 * wired around it may, as rings that lead to one place and are not its pair.
 */
#include "change/reflect.h"

#include <stdio.h>
#include <string.h>

#include "change/note.h"
#include "wiring/model.h"
#include "wiring/names.h"

#define ENDS SPP_END_MAX /* ports that are no rings, by spp_port_id() */

/* Ports to which entries of the table lead, by spp_port_id(). */
struct led {
	bool any[SPP_PORT_ID_MAX], by_default[SPP_PORT_ID_MAX];
};

/* NICs and vhosts that packets pass; bit i of `seen`: component i has been looked at. */
struct walk {
	const struct spp_model *model;
	const bool *led; /* tx ports that a classifier or switch sends to, by spp_port_id() */
	const struct spp_attachment *from; /* rx port of the switch where it begins; NULL */
	uint64_t seen;
	bool ends[ENDS];
};

static bool
sorts(const struct spp_component *component)
{
	return component->type == SPP_CLASSIFIER || component->type == SPP_SWITCH;
}

/* To where a switch sends nothing of what comes by this port. */
static struct spp_port
way_back(const struct spp_attachment *rx)
{
	return rx->paired ? rx->pair : rx->port;
}

static void
read_table(const struct spp_model *model, struct led *led)
{
	memset(led, 0, sizeof(*led));
	for (unsigned int i = 0; i < model->nb_entries; i++) {
		const struct spp_table_entry *entry = &model->entries[i];

		for (unsigned int p = 0; p <= entry->nb_more; p++) {
			unsigned int id = spp_port_id(spp_entry_port(entry, p));

			led->any[id] = true;
			if (entry->is_default)
				led->by_default[id] = true;
		}
	}
}

/* The component behind a port. False: it was looked at already, or there is none. */
static bool
step(struct walk *walk, struct spp_port port, enum spp_side side, unsigned int *next)
{
	int i;

	if (port.kind != SPP_PORT_RING) {
		walk->ends[spp_port_id(port)] = true;
		return false;
	}
	i = spp_model_find_port(walk->model, port, side);
	if (i < 0 || (walk->seen & UINT64_C(1) << i) != 0)
		return false;
	walk->seen |= UINT64_C(1) << i;
	*next = (unsigned int)i;
	return true;
}

/* Where the packets of component i come from. */
static void
go_up(struct walk *walk, unsigned int i)
{
	const struct spp_component *component = &walk->model->components[i];
	unsigned int next;

	for (unsigned int j = 0; j < component->nb_rx; j++)
		if (step(walk, component->rx[j].port, SPP_TX, &next))
			go_up(walk, next);
}

/* Where they go. */
static void
go_down(struct walk *walk, unsigned int i)
{
	const struct spp_component *component = &walk->model->components[i];
	unsigned int next;

	for (unsigned int j = 0; j < component->nb_tx; j++) {
		struct spp_port port = component->tx[j].port;

		if (sorts(component) && !walk->led[spp_port_id(port)])
			continue;
		if (walk->from != NULL && spp_port_equal(port, way_back(walk->from)))
			continue;
		if (step(walk, port, SPP_RX, &next)) {
			const struct spp_attachment *from = walk->from;

			walk->from = NULL; /* that was at the switch where the walk began */
			go_down(walk, next);
			walk->from = from;
		}
	}
}

/* The ports by which they come in and go out: "nic0 vhost1". */
static size_t
put_common(const struct walk *in, const struct walk *out, char *text, size_t size)
{
	char name[SPP_PORT_TEXT_SIZE];
	size_t used = 0;

	for (unsigned int id = 0; id < ENDS && used < size; id++)
		if (in->ends[id] && out->ends[id])
			used += (size_t)snprintf(text + used, size - used, "%s%s",
						 used > 0 ? " " : "",
						 spp_port_format(spp_port_from_id(id), name));
	return used;
}

/* A switch: what comes by each of its ports, alone. */
static void
look_at_switch(const struct spp_model *model, const struct led *led, unsigned int i, json_t *notes)
{
	const struct spp_component *sw = &model->components[i];
	char ports[256], label[SPP_LABEL_SIZE], name[SPP_PORT_TEXT_SIZE];

	for (unsigned int j = 0; j < sw->nb_rx; j++) {
		struct walk in = {.model = model}, out = {.model = model, .led = led->any};
		unsigned int next;

		if (step(&in, sw->rx[j].port, SPP_TX, &next))
			go_up(&in, next);
		out.from = &sw->rx[j];
		go_down(&out, i);
		if (put_common(&in, &out, ports, sizeof(ports)) > 0)
			wiring_note(notes,
				    "warning: %s sends multicast that comes by %s back to where it "
				    "came from (%s): name the two rings in \"pairs\" "
				    "(docs/operations.md, \"Guests of one NIC\")",
				    spp_component_label(sw, label, sizeof(label)),
				    spp_port_format(sw->rx[j].port, name), ports);
	}
}

static void
look_at(const struct spp_model *model, const struct led *led, unsigned int i, json_t *notes)
{
	struct walk in = {.model = model}, all = {.model = model, .led = led->any};
	struct walk by_default = {.model = model, .led = led->by_default};
	char ports[256], some[256], label[SPP_LABEL_SIZE];

	go_up(&in, i);
	go_down(&all, i);
	go_down(&by_default, i);
	if (put_common(&in, &all, ports, sizeof(ports)) == 0)
		return;
	wiring_note(notes,
		    "warning: %s sends %smulticast back to where it came from (%s): whoever sent "
		    "it gets it again, and a switch takes that for a loop (docs/operations.md, "
		    "\"Guests of one NIC\")",
		    spp_component_label(&model->components[i], label, sizeof(label)),
		    put_common(&in, &by_default, some, sizeof(some)) > 0 ? "unknown unicast and "
									 : "",
		    ports);
}

void
wiring_note_reflections(const struct wiring *wiring, json_t *notes)
{
	const struct spp_model *model = &wiring->model;
	struct led led;

	read_table(model, &led);
	for (unsigned int i = 0; i < model->nb_components; i++) {
		if (model->components[i].type == SPP_CLASSIFIER)
			look_at(model, &led, i, notes);
		else if (model->components[i].type == SPP_SWITCH)
			look_at_switch(model, &led, i, notes);
	}
}
