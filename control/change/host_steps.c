/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The steps of a change of several spp_vf. See host_steps.h.
 *
 * First each spp_vf gets the readers of rings from others that do not disturb what it has: a new
 * component on a free core, or one more rx port of a component. Then each gets the rest.
 */
#include "change/host_steps.h"

#include <stdlib.h>
#include <string.h>

#include "change/diff.h"
#include "wiring/model.h"

static int
add_step(struct host_steps *out, unsigned int at, const struct wiring *from,
	 const struct wiring *to, struct spp_error *err)
{
	struct host_step step = {
		.at = at, .commands = wiring_commands(from, to), .back = wiring_commands(to, from)};

	if (json_array_size(step.commands) == 0) {
		json_decref(step.commands);
		json_decref(step.back);
		return 0;
	}
	out->steps[out->nb++] = step;
	if (json_array_append_new(step.commands, json_pack("{s:s}", "command", "flush")) < 0 ||
	    json_array_append_new(step.back, json_pack("{s:s}", "command", "flush")) < 0)
		return spp_error(err, ENOMEM, "out of memory");
	return 0;
}

/* -- the readers ------------------------------------------------------------------------------ */

static bool
has_end(const struct wiring *wiring, struct spp_port port, enum spp_side side)
{
	return spp_model_find_port(&wiring->model, port, side) >= 0;
}

/* A ring that comes from another spp_vf, and whose end nobody had before. */
static bool
is_new_reader(const struct host *from, const struct wiring *now, const struct wiring *to,
	      struct spp_port port)
{
	return port.kind == SPP_PORT_RING && !has_end(now, port, SPP_TX) &&
	       !has_end(to, port, SPP_TX) && host_ring_end(from, port, SPP_RX, NULL) == NULL;
}

/* Of a ring another VF may have the other end; a NIC or vhost is one VF's as a whole. */
static bool
is_in_way(const struct wiring *wiring, struct spp_port tx)
{
	return has_end(wiring, tx, SPP_TX) ||
	       (tx.kind != SPP_PORT_RING && has_end(wiring, tx, SPP_RX));
}

/* Every port of the component is as free as its core. */
static bool
is_apart(const struct host *from, const struct wiring *now, const struct wiring *to,
	 const struct spp_component *component)
{
	if (spp_model_find_core(&now->model, component->lcore_id, 0) >= 0)
		return false;
	for (unsigned int i = 0; i < component->nb_rx; i++)
		if (!is_new_reader(from, now, to, component->rx[i].port))
			return false;
	for (unsigned int i = 0; i < component->nb_tx; i++)
		for (unsigned int k = 0; k < from->nb; k++)
			if (is_in_way(from->wirings[k], component->tx[i].port))
				return false;
	return true;
}

static bool
same_attachment(const struct spp_attachment *a, const struct spp_attachment *b)
{
	struct spp_component one = {.nb_rx = 1, .rx = {*a}}, other = {.nb_rx = 1, .rx = {*b}};

	return spp_component_same_ports(&one, &other);
}

/* The same but for further rx ports, behind those it had, each of them a new reader. */
static bool
gains_readers(const struct host *from, const struct wiring *now, const struct wiring *to,
	      const struct spp_component *old, const struct spp_component *new)
{
	if (old->lcore_id != new->lcore_id || old->type != new->type || old->type == SPP_SWITCH ||
	    strcmp(old->name, new->name) != 0 || old->nb_tx != new->nb_tx ||
	    old->nb_rx >= new->nb_rx)
		return false;
	for (unsigned int i = 0; i < old->nb_tx; i++)
		if (!same_attachment(&old->tx[i], &new->tx[i]))
			return false;
	for (unsigned int i = 0; i < new->nb_rx; i++)
		if (i < old->nb_rx ? !same_attachment(&old->rx[i], &new->rx[i])
				   : !is_new_reader(from, now, to, new->rx[i].port))
			return false;
	return true;
}

/* NULL: out of memory. The same as `now` when there are no such readers. */
static struct wiring *
with_readers(const struct host *from, const struct wiring *now, const struct wiring *to)
{
	struct wiring *out = wiring_copy(now);

	for (unsigned int i = 0; out != NULL && i < to->model.nb_components; i++) {
		const struct spp_component *new = &to->model.components[i];
		int at = spp_model_find_core(&now->model, new->lcore_id, 0);

		if (at >= 0 && gains_readers(from, now, to, &now->model.components[at], new) &&
		    spp_model_find_core(&now->model, new->lcore_id, (unsigned int)at + 1) < 0)
			out->model.components[at] = *new;
		else if (at < 0 && new->name[0] == '\0' && new->nb_rx > 0 &&
			 out->model.nb_components < SPP_COMPONENT_MAX &&
			 is_apart(from, now, to, new))
			out->model.components[out->model.nb_components++] = *new;
	}
	return out;
}

/* -- the order of the rest -------------------------------------------------------------------- */

/* Ports by side; of what is no ring both sides are one thing to whoever has it. */
struct ends {
	bool has[2][SPP_PORT_ID_MAX];
};

/* What changes in one spp_vf. */
struct turn {
	struct ends takes, leaves;
	bool done;
};

static void
put_end(struct ends *ends, struct spp_port port, enum spp_side side)
{
	ends->has[side][spp_port_id(port)] = true;
	if (port.kind != SPP_PORT_RING)
		ends->has[SPP_RX][spp_port_id(port)] = ends->has[SPP_TX][spp_port_id(port)] = true;
}

static void
read_ends(const struct wiring *wiring, struct ends *ends)
{
	memset(ends, 0, sizeof(*ends));
	for (unsigned int i = 0; i < wiring->model.nb_components; i++) {
		const struct spp_component *component = &wiring->model.components[i];

		for (unsigned int k = 0; k < component->nb_rx; k++)
			put_end(ends, component->rx[k].port, SPP_RX);
		for (unsigned int k = 0; k < component->nb_tx; k++)
			put_end(ends, component->tx[k].port, SPP_TX);
	}
}

static void
read_turn(const struct wiring *from, const struct wiring *to, struct turn *turn)
{
	struct ends now, then;

	read_ends(from, &now);
	read_ends(to, &then);
	for (unsigned int side = 0; side < 2; side++)
		for (unsigned int id = 0; id < SPP_PORT_ID_MAX; id++) {
			turn->takes.has[side][id] = then.has[side][id] && !now.has[side][id];
			turn->leaves.has[side][id] = now.has[side][id] && !then.has[side][id];
		}
	turn->done = false;
}

/* `one` takes what `other` must let go of before. */
static bool
must_wait(const struct turn *one, const struct turn *other)
{
	for (unsigned int side = 0; side < 2; side++)
		for (unsigned int id = 0; id < SPP_PORT_ID_MAX; id++)
			if (one->takes.has[side][id] && other->leaves.has[side][id])
				return true;
	return false;
}

/* `one` fills a ring out of which `other` will take, or no longer takes out what `other` fills. */
static bool
should_wait(const struct turn *one, const struct turn *other)
{
	for (unsigned int id = SPP_END_MAX; id < SPP_PORT_ID_MAX; id++)
		if ((one->takes.has[SPP_TX][id] && other->takes.has[SPP_RX][id]) ||
		    (one->leaves.has[SPP_RX][id] && other->leaves.has[SPP_TX][id]))
			return true;
	return false;
}

/* Whose turn it is: the first for whom nothing speaks against it, or as little as can be. */
static unsigned int
next_turn(const struct turn *turns, unsigned int nb)
{
	unsigned int best = nb, best_points = 0;

	for (unsigned int i = 0; i < nb; i++) {
		unsigned int points = 0;

		if (turns[i].done)
			continue;
		for (unsigned int k = 0; k < nb; k++)
			if (k != i && !turns[k].done)
				points += (must_wait(&turns[i], &turns[k]) ? 2 * SPP_VF_MAX : 0) +
					  should_wait(&turns[i], &turns[k]);
		if (best == nb || points < best_points) {
			best = i;
			best_points = points;
		}
	}
	return best;
}

static int
make(const struct host *from, const struct host *to, struct wiring **middle, struct turn *turns,
     struct host_steps *out, struct spp_error *err)
{
	int ret = 0;

	for (unsigned int i = 0; i < from->nb && ret == 0; i++) {
		middle[i] = with_readers(from, from->wirings[i], to->wirings[i]);
		ret = middle[i] != NULL ? add_step(out, i, from->wirings[i], middle[i], err)
					: spp_error(err, ENOMEM, "out of memory");
		if (ret == 0)
			read_turn(middle[i], to->wirings[i], &turns[i]);
	}
	for (unsigned int n = 0; n < from->nb && ret == 0; n++) {
		unsigned int i = next_turn(turns, from->nb);

		turns[i].done = true;
		ret = add_step(out, i, middle[i], to->wirings[i], err);
	}
	return ret;
}

int
host_steps_make(const struct host *from, const struct host *to, struct host_steps *out,
		struct spp_error *err)
{
	struct turn *turns = calloc(SPP_VF_MAX, sizeof(*turns));
	struct wiring *middle[SPP_VF_MAX] = {NULL};
	int ret;

	out->nb = 0;
	ret = turns != NULL ? make(from, to, middle, turns, out, err)
			    : spp_error(err, ENOMEM, "out of memory");
	for (unsigned int i = 0; i < from->nb; i++)
		wiring_destroy(middle[i]);
	free(turns);
	return ret;
}

void
host_steps_free(struct host_steps *steps)
{
	for (unsigned int i = 0; i < steps->nb; i++) {
		json_decref(steps->steps[i].commands);
		json_decref(steps->steps[i].back);
	}
	steps->nb = 0;
}
