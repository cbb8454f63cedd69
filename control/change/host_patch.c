/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * `patch` and `unpatch` between two spp_vf. See host_patch.h.
 *
 *     vhost A -> forward -> ring X -> forward -> vhost B
 *     vhost A <- forward <- ring Y <- forward <- vhost B
 */
#include "change/host_patch.h"

#include "change/core.h"
#include "change/note.h"
#include "change/patch.h"
#include "change/plug.h"
#include "change/plug_switch.h"
#include "wiring/names.h"

/* The forward with one port on each side that has `port` there; -1. */
static int
forward_at(const struct wiring *wiring, struct spp_port port, enum spp_side side)
{
	int i = spp_model_find_port(&wiring->model, port, side);
	const struct spp_component *component = i >= 0 ? &wiring->model.components[i] : NULL;

	return component != NULL && wiring_is_forward(component) &&
			       spp_port_equal(
				       (side == SPP_RX ? component->rx : component->tx)[0].port,
				       port)
		       ? i
		       : -1;
}

/* From a port over a ring to a port of another spp_vf, or (SPP_TX) what comes from there. */
static bool
follow(const struct host *host, struct host_port a, enum spp_side side, struct host_port *b)
{
	enum spp_side end = side == SPP_RX ? SPP_TX : SPP_RX;
	int here = forward_at(a.wiring, a.port, side), there;
	const struct spp_component *component;
	struct spp_port ring;

	if (here < 0)
		return false;
	component = &a.wiring->model.components[here];
	ring = (side == SPP_RX ? component->tx : component->rx)[0].port;
	if (ring.kind != SPP_PORT_RING || forward_at(a.wiring, ring, side) >= 0)
		return false;
	b->wiring = host_ring_end(host, ring, side, a.wiring);
	there = b->wiring != NULL ? forward_at(b->wiring, ring, side) : -1;
	if (there < 0)
		return false;
	component = &b->wiring->model.components[there];
	b->port = (end == SPP_TX ? component->tx : component->rx)[0].port;
	return b->port.kind != SPP_PORT_RING;
}

static bool
is_way(const struct host *host, struct host_port from, struct host_port to)
{
	struct host_port end;

	return follow(host, from, SPP_RX, &end) && end.wiring == to.wiring &&
	       spp_port_equal(end.port, to.port);
}

/* Free on this side; a plugged vhost is taken away from the NIC before. */
static int
check_side(const struct host_port *at, enum spp_side side, struct spp_error *err)
{
	const struct spp_model *model = &at->wiring->model;
	char name[SPP_PORT_TEXT_SIZE], label[SPP_LABEL_SIZE];
	int user = spp_model_find_port(model, at->port, side);

	if (user < 0)
		return 0;
	spp_port_format(at->port, name);
	return spp_error(err, EBUSY, "%s is in use by %s of vf%u (%s)", name,
			 spp_component_label(&model->components[user], label, sizeof(label)),
			 at->wiring->inventory.process_id,
			 forward_at(at->wiring, at->port, side) >= 0 ? "`sppctl unpatch` it first"
								     : "remove that one first");
}

static int
unplug(const struct host *host, const struct host_port *at, json_t *notes, struct spp_error *err)
{
	char name[SPP_PORT_TEXT_SIZE], called[SPP_PORT_LABEL_MAX + 1];
	int ret = 0;

	if (at->port.kind != SPP_PORT_VHOST)
		return 0;
	snprintf(called, sizeof(called), "%s", spp_model_label(&at->wiring->model, at->port));
	if (wiring_is_switched(at->wiring, at->port))
		wiring_unplug_switch(at->wiring, at->port, notes);
	else if (wiring_is_plugged(at->wiring, at->port))
		ret = wiring_unplug(at->wiring, host_wire_of(host, at->wiring, at->port), at->port,
				    notes, err);
	else
		return 0;
	/* The VM is still there. */
	spp_model_set_label(&at->wiring->model, at->port, called);
	wiring_note(notes, "%s is taken away from the NIC, and its addresses from the table",
		    spp_port_format(at->port, name));
	return ret;
}

/* One direction. */
static int
add_way(struct host_port from, struct host_port to, struct spp_port ring, struct spp_error *err)
{
	int ret = check_side(&from, SPP_RX, err);

	if (ret == 0)
		ret = check_side(&to, SPP_TX, err);
	if (ret < 0)
		return ret;
	if (wiring_add(from.wiring, SPP_FORWARD, from.port, ring, err) == NULL ||
	    wiring_add(to.wiring, SPP_FORWARD, ring, to.port, err) == NULL)
		return -ENOSPC;
	return 0;
}

/* Both are of one spp_vf; what is plugged to the NIC of another one is taken away there, too. */
static int
patch_within(const struct host *host, struct host_port a, struct host_port b, json_t *notes,
	     struct spp_error *err)
{
	int ret = 0;

	if (host_wire_of(host, a.wiring, a.port) != a.wiring)
		ret = unplug(host, &a, notes, err);
	if (ret == 0 && host_wire_of(host, b.wiring, b.port) != b.wiring)
		ret = unplug(host, &b, notes, err);
	return ret < 0 ? ret : wiring_patch(a.wiring, a.port, b.port, notes, err);
}

int
host_patch(const struct host *host, struct host_port a, struct host_port b, json_t *notes,
	   struct spp_error *err)
{
	char a_name[SPP_PORT_TEXT_SIZE], b_name[SPP_PORT_TEXT_SIZE];
	bool there = is_way(host, a, b), back = is_way(host, b, a);
	struct spp_port rings[2];
	int ret = 0;

	if (a.wiring == b.wiring)
		return patch_within(host, a, b, notes, err);
	spp_port_format(a.port, a_name);
	spp_port_format(b.port, b_name);
	if (there && back) {
		wiring_note(notes, "%s and %s are patched already: nothing to do", a_name, b_name);
		return 0;
	}
	if (spp_port_equal(a.port, b.port))
		return spp_error(err, EINVAL, "%s and %s are the same port (two are needed)",
				 a_name, b_name);
	if (a.port.kind == SPP_PORT_RING || b.port.kind == SPP_PORT_RING)
		return spp_error(err, EINVAL,
				 "%s: a ring joins components, not guests (patch takes vhostN or "
				 "nicN)",
				 a.port.kind == SPP_PORT_RING ? a_name : b_name);
	ret = unplug(host, &a, notes, err);
	if (ret == 0)
		ret = unplug(host, &b, notes, err);
	if (ret == 0)
		ret = host_free_rings(host, a.wiring, b.wiring, rings, 2u - there - back, err);
	if (ret == 0 && !there)
		ret = add_way(a, b, rings[0], err);
	if (ret == 0 && !back)
		ret = add_way(b, a, rings[!there], err);
	return ret;
}

bool
host_patched_to(const struct host *host, struct host_port a, struct host_port *b)
{
	return follow(host, a, SPP_RX, b) || follow(host, a, SPP_TX, b);
}

static void
remove_way(struct host_port from, struct host_port to)
{
	int i = forward_at(from.wiring, from.port, SPP_RX);

	spp_model_remove(&from.wiring->model, (unsigned int)i);
	i = forward_at(to.wiring, to.port, SPP_TX);
	spp_model_remove(&to.wiring->model, (unsigned int)i);
}

int
host_unpatch(const struct host *host, struct host_port a, const struct spp_port *wanted,
	     json_t *notes, struct spp_error *err)
{
	char a_name[SPP_PORT_TEXT_SIZE], b_name[SPP_PORT_TEXT_SIZE];
	struct host_port b;
	bool there, back;

	spp_port_format(a.port, a_name);
	if (!host_patched_to(host, a, &b)) {
		wiring_note(notes, "%s is not patched: nothing to do", a_name);
		return 0;
	}
	spp_port_format(b.port, b_name);
	if (wanted != NULL && !spp_port_equal(*wanted, b.port))
		return spp_error(err, EINVAL, "%s is patched to %s (say that one, or none)", a_name,
				 b_name);
	there = is_way(host, a, b);
	back = is_way(host, b, a);
	if (there)
		remove_way(a, b);
	if (back)
		remove_way(b, a);
	wiring_note(notes,
		    "%s and %s lead nowhere now (`sppctl plug %s MAC` brings one to the NIC)",
		    a_name, b_name, a.port.kind == SPP_PORT_VHOST ? a_name : b_name);
	return 0;
}
