/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * `mirror` and `unmirror`. See mirror.h.
 *
 *     vhost N -> mirror -> ring 2N+1              where a forward was
 *                  \---> vhost T
 *
 *     NIC -> mirror -> ring X -> classifier       before what is no forward
 *              \-> ring Y -> merge -> vhost T     where others send copies, too
 */
#include "change/mirror.h"

#include <stdio.h>
#include <string.h>

#include "change/core.h"
#include "change/mirror_look.h"
#include "change/mirror_put.h"
#include "change/note.h"
#include "wiring/model.h"
#include "wiring/names.h"

/* Whose collector reads that ring, and which it is; NULL: none does. */
static struct wiring *
collector_behind(const struct host *host, struct spp_port ring, int *found)
{
	struct wiring *wiring =
		ring.kind == SPP_PORT_RING ? host_ring_end(host, ring, SPP_RX, NULL) : NULL;

	*found = wiring != NULL ? spp_model_find_port(&wiring->model, ring, SPP_RX) : -1;
	return *found >= 0 && mirror_is_collector(&wiring->model.components[*found]) ? wiring
										     : NULL;
}

/* A copy for that port goes there, directly or by its collector. */
static bool
leads_to(const struct host *host, const struct wiring *wiring, const struct spp_attachment *copy,
	 const struct host_port *to)
{
	const struct wiring *there;
	int found;

	if (wiring == to->wiring && spp_port_equal(copy->port, to->port))
		return true;
	there = collector_behind(host, copy->port, &found);
	return there != NULL && there == to->wiring &&
	       spp_port_equal(there->model.components[found].tx[0].port, to->port);
}

/* The copies are as what was at the port: without the tag that it adds, or as it sends. */
static struct spp_vlan
vlan_of_copy(const struct spp_component *mirror, enum spp_side side)
{
	struct spp_vlan none = {.op = SPP_VLAN_NONE};

	if (side == SPP_TX)
		return mirror->tx[0].vlan;
	if (mirror->rx[0].vlan.op == SPP_VLAN_ADD)
		return (struct spp_vlan){.op = SPP_VLAN_DEL};
	return none;
}

static int
complain_busy(const struct host_port *to, int user, struct spp_error *err)
{
	const struct spp_component *component = &to->wiring->model.components[user];
	char name[SPP_PORT_TEXT_SIZE], label[SPP_LABEL_SIZE];

	return spp_error(err, EBUSY,
			 "%s is in use by %s of vf%u (copies need a port to which nothing else is "
			 "sent)",
			 spp_port_format(to->port, name),
			 spp_component_label(component, label, sizeof(label)),
			 to->wiring->inventory.process_id);
}

/* A collector before the port, with a first ring. */
static int
add_collector(const struct host_port *to, struct spp_port ring, struct spp_error *err)
{
	char name[SPP_NAME_MAX + 1], port[SPP_PORT_TEXT_SIZE];

	snprintf(name, sizeof(name), MIRROR_COLLECTOR "%s", spp_port_format(to->port, port));
	return wiring_add_named(to->wiring, SPP_MERGE, name, -1, ring, to->port, err) != NULL
		       ? 0
		       : -ENOSPC;
}

/* Whoever sends copies there alone sends them to a collector from now on. */
static int
collect(const struct host *host, const struct host_port *to, int user, struct spp_error *err)
{
	struct spp_component *mirror = &to->wiring->model.components[user];
	struct spp_port ring;
	int ret = host_free_rings(host, to->wiring, to->wiring, &ring, 1, err);

	for (unsigned int t = 1; ret == 0 && t < mirror->nb_tx; t++)
		if (spp_port_equal(mirror->tx[t].port, to->port))
			mirror->tx[t].port = ring;
	return ret == 0 ? add_collector(to, ring, err) : ret;
}

/* By a ring to the collector of the port, which is made if there is none. */
static int
put_copy_by_ring(const struct host *host, struct wiring *wiring, const struct host_port *to,
		 struct spp_attachment *copy, struct spp_error *err)
{
	int user = spp_model_find_port(&to->wiring->model, to->port, SPP_TX);
	struct spp_component *collector;
	int ret = host_free_rings(host, wiring, to->wiring, &copy->port, 1, err);

	if (ret < 0)
		return ret;
	if (user < 0)
		return add_collector(to, copy->port, err);
	collector = &to->wiring->model.components[user];
	if (collector->nb_rx == SPP_SIDE_MAX)
		return spp_error(err, ENOSPC, "\"%s\" has %d rx ports (that is the most)",
				 collector->name, SPP_SIDE_MAX);
	collector->rx[collector->nb_rx++] = (struct spp_attachment){.port = copy->port};
	return 0;
}

static bool
sends_copies_to(const struct spp_component *component, struct spp_port port)
{
	for (unsigned int t = 1; component->type == SPP_MIRROR && t < component->nb_tx; t++)
		if (spp_port_equal(component->tx[t].port, port))
			return true;
	return false;
}

/* One more copy of what the mirror gets. */
static int
put_copy(const struct host *host, struct wiring *wiring, int at, enum spp_side side,
	 const struct host_port *to, struct spp_error *err)
{
	struct spp_component *mirror = &wiring->model.components[at];
	struct spp_attachment copy = {.port = to->port, .vlan = vlan_of_copy(mirror, side)};
	int user = spp_model_find_port(&to->wiring->model, to->port, SPP_TX), ret = 0;
	char label[SPP_LABEL_SIZE];

	if (mirror->nb_tx == SPP_MIRROR_TX_MAX)
		return spp_error(err, ENOSPC, "%s has %d tx ports (that is the most)",
				 spp_component_label(mirror, label, sizeof(label)),
				 SPP_MIRROR_TX_MAX);
	if (user >= 0 && sends_copies_to(&to->wiring->model.components[user], to->port)) {
		ret = collect(host, to, user, err);
		user = ret == 0 ? spp_model_find_port(&to->wiring->model, to->port, SPP_TX) : -1;
	}
	if (ret == 0 && user >= 0 && !mirror_is_collector(&to->wiring->model.components[user]))
		return complain_busy(to, user, err);
	if (ret == 0 && (user >= 0 || to->wiring != wiring))
		ret = put_copy_by_ring(host, wiring, to, &copy, err);
	if (ret == 0)
		mirror->tx[mirror->nb_tx++] = copy;
	return ret;
}

/*
 * What VMs are plugged by are rings at a classifier, merge or switch: put a mirror between, and who
 * looks for the ring there (unplug, address) does not find it.
 */
static int
check_ring(const struct host_port *at, enum spp_side side, struct spp_error *err)
{
	const struct spp_model *model = &at->wiring->model;
	const struct spp_component *user;
	char name[SPP_PORT_TEXT_SIZE];

	if (at->port.kind != SPP_PORT_RING)
		return 0;
	user = &model->components[spp_model_find_port(model, at->port, side)];
	if (user->type == SPP_FORWARD || user->type == SPP_MIRROR)
		return 0;
	return spp_error(err, EINVAL,
			 "%s %s a %s: it cannot be mirrored there (mirror the vhost or NIC whose "
			 "packets it has)",
			 spp_port_format(at->port, name),
			 side == SPP_RX ? "leads to" : "comes from", spp_type_name(user->type));
}

static int
mirror_side(const struct host *host, const struct host_port *at, const struct host_port *to,
	    enum spp_side side, json_t *notes, struct spp_error *err)
{
	char name[SPP_PORT_TEXT_SIZE], there[SPP_PORT_TEXT_SIZE];
	int i = mirror_put_in(host, at->wiring, at->port, side, err);
	const struct spp_component *mirror;

	if (i < 0)
		return i;
	mirror = &at->wiring->model.components[i];
	for (unsigned int t = 1; t < mirror->nb_tx; t++)
		if (leads_to(host, at->wiring, &mirror->tx[t], to)) {
			wiring_note(notes, "what %s %s is mirrored to %s already",
				    side == SPP_RX ? "comes in by" : "leaves by",
				    spp_port_format(at->port, name),
				    spp_port_format(to->port, there));
			return 0;
		}
	return put_copy(host, at->wiring, i, side, to, err);
}

int
host_mirror(const struct host *host, struct host_port at, struct host_port to, unsigned int sides,
	    json_t *notes, struct spp_error *err)
{
	struct host with = *host; /* and no way leads by the ring that is to have the copies */
	char name[SPP_PORT_TEXT_SIZE];
	bool rx = spp_model_find_port(&at.wiring->model, at.port, SPP_RX) >= 0;
	bool tx = spp_model_find_port(&at.wiring->model, at.port, SPP_TX) >= 0;
	int ret = 0;

	spp_port_format(at.port, name);
	if (at.wiring == to.wiring && spp_port_equal(at.port, to.port))
		return spp_error(err, EINVAL, "%s cannot be mirrored to itself (another port)",
				 name);
	if (((sides & MIRROR_RX) != 0 && !rx) || ((sides & MIRROR_TX) != 0 && !tx))
		return spp_error(err, ENOENT, "%s: nothing %s it in vf%u (%s)", name,
				 (sides & MIRROR_RX) != 0 && !rx ? "comes in by" : "leaves by",
				 at.wiring->inventory.process_id,
				 rx   ? "--rx mirrors what comes in"
				 : tx ? "--tx mirrors what leaves"
				      : "it is not wired");
	if (to.port.kind == SPP_PORT_RING)
		with.taken[to.port.index] = true;
	if ((sides & MIRROR_RX) != 0)
		ret = check_ring(&at, SPP_RX, err);
	if (ret == 0 && (sides & MIRROR_TX) != 0)
		ret = check_ring(&at, SPP_TX, err);
	if (ret == 0 && (sides & MIRROR_RX) != 0)
		ret = mirror_side(&with, &at, &to, SPP_RX, notes, err);
	if (ret == 0 && (sides & MIRROR_TX) != 0)
		ret = mirror_side(&with, &at, &to, SPP_TX, notes, err);
	return ret;
}

/* The t-th tx port of the mirror gets no copies any more. */
static void
remove_copy(const struct host *host, struct spp_component *mirror, unsigned int t)
{
	struct spp_port port = mirror->tx[t].port;
	struct spp_component *collector;
	struct wiring *there;
	unsigned int i = 0;
	int found;

	mirror->nb_tx--;
	memmove(&mirror->tx[t], &mirror->tx[t + 1], (mirror->nb_tx - t) * sizeof(mirror->tx[0]));
	there = collector_behind(host, port, &found);
	if (there == NULL)
		return;
	collector = &there->model.components[found];
	while (!spp_port_equal(collector->rx[i].port, port))
		i++;
	collector->nb_rx--;
	memmove(&collector->rx[i], &collector->rx[i + 1],
		(collector->nb_rx - i) * sizeof(collector->rx[0]));
	if (collector->nb_rx == 0)
		spp_model_remove(&there->model, (unsigned int)found);
}

static unsigned int
unmirror_side(const struct host *host, const struct host_port *at, const struct host_port *to,
	      enum spp_side side)
{
	struct spp_model *model = &at->wiring->model;
	unsigned int nb = 0, t;
	int i = mirror_find(at->wiring, at->port, side);

	for (t = i >= 0 ? model->components[i].nb_tx : 0; t-- > 1;) {
		if (to != NULL && !leads_to(host, at->wiring, &model->components[i].tx[t], to))
			continue;
		remove_copy(host, &model->components[i], t);
		/* a collector that went may have stood before it */
		i = mirror_find(at->wiring, at->port, side);
		nb++;
	}
	if (nb > 0 && model->components[i].nb_tx == 1)
		mirror_take_out(host, at->wiring, at->port, side);
	return nb;
}

unsigned int
host_unmirror(const struct host *host, struct host_port at, const struct host_port *to,
	      unsigned int sides)
{
	unsigned int nb = 0;

	if ((sides & MIRROR_RX) != 0)
		nb += unmirror_side(host, &at, to, SPP_RX);
	if ((sides & MIRROR_TX) != 0)
		nb += unmirror_side(host, &at, to, SPP_TX);
	return nb;
}
