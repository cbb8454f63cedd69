/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * `patch` and `unpatch`: two ports joined directly, one forward for each direction. See patch.h.
 */
#include "change/patch.h"

#include <stdio.h>

#include "change/core.h"
#include "change/note.h"
#include "change/plug.h"
#include "change/plug_switch.h"
#include "wiring/model.h"
#include "wiring/names.h"

/* Position of the forward between two ports neither of which is a ring; -1. */
static int
find_patch(const struct spp_model *model, struct spp_port port, enum spp_side side)
{
	int i = spp_model_find_port(model, port, side);
	const struct spp_component *component = i >= 0 ? &model->components[i] : NULL;

	if (component == NULL || !wiring_is_forward(component) ||
	    !spp_port_equal((side == SPP_RX ? component->rx : component->tx)[0].port, port) ||
	    component->rx[0].port.kind == SPP_PORT_RING ||
	    component->tx[0].port.kind == SPP_PORT_RING)
		return -1;
	return i;
}

static bool
is_patch(const struct spp_model *model, struct spp_port from, struct spp_port to)
{
	int i = find_patch(model, from, SPP_RX);

	return i >= 0 && spp_port_equal(model->components[i].tx[0].port, to);
}

/* Free of everything but a patch to `other`; a plugged vhost is unplugged, and that is said. */
static int
make_free(struct wiring *wiring, struct spp_port port, struct spp_port other, json_t *notes,
	  struct spp_error *err)
{
	const struct spp_model *model = &wiring->model;
	char name[SPP_PORT_TEXT_SIZE], label[SPP_LABEL_SIZE], called[SPP_PORT_LABEL_MAX + 1];
	int user, ret;

	spp_port_format(port, name);
	if (port.kind == SPP_PORT_VHOST &&
	    (wiring_is_plugged(wiring, port) || wiring_is_switched(wiring, port))) {
		/* The VM is still there. */
		snprintf(called, sizeof(called), "%s", spp_model_label(model, port));
		ret = 0;
		if (wiring_is_switched(wiring, port))
			wiring_unplug_switch(wiring, port, notes);
		else
			ret = wiring_unplug(wiring, wiring, port, notes, err);
		if (ret < 0)
			return ret;
		spp_model_set_label(&wiring->model, port, called);
		wiring_note(notes,
			    "%s is taken away from the NIC, and its addresses from the table",
			    name);
	}
	for (enum spp_side side = SPP_RX; side <= SPP_TX; side++) {
		user = spp_model_find_port(model, port, side);
		if (user < 0 ||
		    (side == SPP_RX ? is_patch(model, port, other) : is_patch(model, other, port)))
			continue;
		return spp_error(
			err, EBUSY, "%s is in use by %s (%s)", name,
			spp_component_label(&model->components[user], label, sizeof(label)),
			find_patch(model, port, side) >= 0 ? "`sppctl unpatch` it first"
							   : "remove that one first");
	}
	return 0;
}

int
wiring_patch(struct wiring *wiring, struct spp_port a, struct spp_port b, json_t *notes,
	     struct spp_error *err)
{
	const struct spp_model *model = &wiring->model;
	char a_name[SPP_PORT_TEXT_SIZE], b_name[SPP_PORT_TEXT_SIZE];
	int ret;

	spp_port_format(a, a_name);
	spp_port_format(b, b_name);
	if (spp_port_equal(a, b))
		return spp_error(err, EINVAL, "%s and %s are the same port (two are needed)",
				 a_name, b_name);
	if (a.kind == SPP_PORT_RING || b.kind == SPP_PORT_RING)
		return spp_error(err, EINVAL,
				 "%s: a ring joins components, not guests (patch takes vhostN or "
				 "nicN)",
				 a.kind == SPP_PORT_RING ? a_name : b_name);
	if (is_patch(model, a, b) && is_patch(model, b, a)) {
		wiring_note(notes, "%s and %s are patched already: nothing to do", a_name, b_name);
		return 0;
	}
	ret = make_free(wiring, a, b, notes, err);
	if (ret == 0)
		ret = make_free(wiring, b, a, notes, err);
	if (ret == 0 && !is_patch(model, a, b) &&
	    wiring_add(wiring, SPP_FORWARD, a, b, err) == NULL)
		ret = -ENOSPC;
	if (ret == 0 && !is_patch(model, b, a) &&
	    wiring_add(wiring, SPP_FORWARD, b, a, err) == NULL)
		ret = -ENOSPC;
	return ret;
}

bool
wiring_patched_to(const struct wiring *wiring, struct spp_port a, struct spp_port *b)
{
	const struct spp_model *model = &wiring->model;
	int there = find_patch(model, a, SPP_RX), back = find_patch(model, a, SPP_TX);

	if (there >= 0)
		*b = model->components[there].tx[0].port;
	else if (back >= 0)
		*b = model->components[back].rx[0].port;
	return there >= 0 || back >= 0;
}

int
wiring_unpatch(struct wiring *wiring, struct spp_port a, const struct spp_port *b, json_t *notes,
	       struct spp_error *err)
{
	struct spp_model *model = &wiring->model;
	char a_name[SPP_PORT_TEXT_SIZE], b_name[SPP_PORT_TEXT_SIZE];
	struct spp_port other;

	spp_port_format(a, a_name);
	if (!wiring_patched_to(wiring, a, &other)) {
		if (wiring_is_plugged(wiring, a) || wiring_is_switched(wiring, a))
			return spp_error(err, EINVAL,
					 "%s is not patched, it is plugged (`sppctl unplug %s` "
					 "takes it away from the NIC)",
					 a_name, a_name);
		wiring_note(notes, "%s is not patched: nothing to do", a_name);
		return 0;
	}
	spp_port_format(other, b_name);
	if (b != NULL && !spp_port_equal(*b, other))
		return spp_error(err, EINVAL, "%s is patched to %s (say that one, or none)", a_name,
				 b_name);
	if (is_patch(model, a, other))
		spp_model_remove(model, (unsigned int)find_patch(model, a, SPP_RX));
	if (is_patch(model, other, a))
		spp_model_remove(model, (unsigned int)find_patch(model, other, SPP_RX));
	wiring_note(notes,
		    "%s and %s lead nowhere now (`sppctl plug %s MAC` brings one to the NIC)",
		    a_name, b_name, a.kind == SPP_PORT_VHOST ? a_name : b_name);
	return 0;
}
