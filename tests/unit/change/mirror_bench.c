/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * See mirror_bench.h.
 */
#include <string.h>

#include "unit.h"

#include <jansson.h>

#include "mirror_bench.h"

#include "change/diff.h"
#include "change/dump.h"
#include "change/plug.h"
#include "change/plug_switch.h"
#include "wiring/names.h"
#include "wiring/validate.h"

struct host host;
static struct wiring *before[NB_VFS];
json_t *notes;
struct spp_error err;

/* Two spp_vf with eight cores and 16 rings, both with a NIC; vhost0 is plugged to nic0. */
int
set_up(void **state)
{
	notes = json_array();
	host = (struct host){.nb = NB_VFS};
	for (unsigned int i = 0; i < NB_VFS; i++) {
		struct wiring *wiring = wiring_create();
		struct spp_port ring = {.kind = SPP_PORT_RING};

		wiring->inventory.process_id = i + 1;
		wiring->inventory.nb_queues = SPP_COMPONENT_MAX;
		wiring->inventory.present[i] = true;
		for (; ring.index < 16; ring.index++)
			wiring->inventory.present[spp_port_id(ring)] = true;
		for (uint16_t core = 2; core < 10; core++)
			wiring->inventory.workers[wiring->inventory.nb_workers++] = core;
		host.wirings[i] = wiring;
	}
	return 0;
}

int
tear_down(void **state)
{
	for (unsigned int i = 0; i < NB_VFS; i++) {
		wiring_destroy(host.wirings[i]);
		wiring_destroy(before[i]);
		before[i] = NULL;
	}
	json_decref(notes);
	return 0;
}

struct host_port
port_of(unsigned int vf, const char *name)
{
	struct host_port at = {.wiring = host.wirings[vf - 1]};

	assert_int_equal(spp_port_parse(name, &at.port, &err), 0);
	return at;
}

/* @param nic "": the one there is */
int
try_plug(const char *vhost, unsigned int last, uint16_t vid, bool to_switch, const char *nic)
{
	struct wiring_plug what = {.vhost = port_of(1, vhost).port,
				   .entry = {.mac = {2, 0, 0, 0, 0, (uint8_t)last}, .vid = vid},
				   .nic = -1,
				   .filter = SPP_FILTER_RESERVED};

	if (nic[0] != '\0')
		what.nic = (int)spp_port_id(port_of(1, nic).port);
	return to_switch ? wiring_plug_switch(host.wirings[0], &what, notes, &err)
			 : wiring_plug(host.wirings[0], host.wirings[0], &what, notes, &err);
}

void
plug(const char *vhost, unsigned int last, uint16_t vid, bool to_switch)
{
	assert_int_equal(try_plug(vhost, last, vid, to_switch, ""), 0);
}

void
remember(void)
{
	for (unsigned int i = 0; i < NB_VFS; i++) {
		wiring_destroy(before[i]);
		before[i] = wiring_copy(host.wirings[i]);
	}
}

/* Each spp_vf takes the commands that lead from what was to what is, and they do lead there. */
void
check_commands(void)
{
	struct spp_faults faults;

	for (unsigned int i = 0; i < NB_VFS; i++) {
		struct wiring *taken = wiring_copy(before[i]);
		json_t *commands = wiring_commands(before[i], host.wirings[i]), *left;

		assert_int_equal(wiring_take(taken, commands, &err), 0);
		left = wiring_lines(taken, host.wirings[i]);
		assert_int_equal(json_array_size(left), 0);
		faults.nb = 0;
		if (spp_validate(&taken->model, &taken->inventory, &faults) < 0)
			fail_msg("%s", faults.items[0].err.text);
		json_decref(left);
		json_decref(commands);
		wiring_destroy(taken);
	}
}

/* As remembered: nothing to do, and in the same order. */
void
check_back(void)
{
	char was[512], is[512];

	for (unsigned int i = 0; i < NB_VFS; i++) {
		const struct spp_model *old = &before[i]->model, *new = &host.wirings[i]->model;
		json_t *left = wiring_lines(before[i], host.wirings[i]);

		assert_int_equal(json_array_size(left), 0);
		json_decref(left);
		assert_int_equal(old->nb_components, new->nb_components);
		for (unsigned int c = 0; c < old->nb_components; c++) {
			wiring_component_text(old, &old->components[c], was, sizeof(was));
			wiring_component_text(new, &new->components[c], is, sizeof(is));
			assert_string_equal(is, was);
		}
	}
}

int
mirror(const char *port, unsigned int vf, const char *to, unsigned int sides)
{
	return host_mirror(&host, port_of(1, port), port_of(vf, to), sides, notes, &err);
}

void
expect_mirror(const char *port, unsigned int vf, const char *to, unsigned int sides)
{
	if (mirror(port, vf, to, sides) < 0)
		fail_msg("mirror %s: %s", port, err.text);
	check_commands();
}

void
expect_unmirror(const char *port, unsigned int sides, unsigned int nb)
{
	assert_int_equal(host_unmirror(&host, port_of(1, port), NULL, sides), nb);
	check_back();
}

/* The core of the component that has the port, and the component as `sppctl diff` shows it. */
void
expect_at(unsigned int vf, const char *port, enum spp_side side, const char *wanted)
{
	const struct spp_model *model = &host.wirings[vf - 1]->model;
	int i = spp_model_find_port(model, port_of(vf, port).port, side);
	char text[512];
	int used;

	assert_true(i >= 0);
	used = snprintf(text, sizeof(text), "%u ", model->components[i].lcore_id);
	wiring_component_text(model, &model->components[i], text + used,
			      sizeof(text) - (size_t)used);
	assert_string_equal(text, wanted);
}
