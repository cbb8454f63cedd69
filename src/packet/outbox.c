/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The outbox of a worker. See outbox.h.
 */
#include "packet/outbox.h"

#include <assert.h>
#include <string.h>

static void
outbox_append(struct spp_worker *w, uint8_t op, const struct spp_batch *batch,
	      struct rte_event_vector *vec)
{
	struct rte_event *ev;

	/*
	 * The flush always makes room: the port's ring holds 4,096 events, NEW ones stop at
	 * SPP_NEW_EVENT_THRESHOLD, and others there are at most as many as the port dequeued.
	 */
	if (unlikely(w->nb_out == SPP_OUT_MAX))
		spp_outbox_flush(w);
	assert(w->nb_out < SPP_OUT_MAX);
	ev = &w->out[w->nb_out++];
	ev->event = 0;
	ev->flow_id = batch->port_id;
	ev->event_type = RTE_EVENT_TYPE_CPU_VECTOR;
	ev->op = op;
	ev->sched_type = RTE_SCHED_TYPE_ATOMIC;
	ev->queue_id = batch->queue;
	ev->priority = RTE_EVENT_DEV_PRIORITY_NORMAL;
	ev->vec = vec;
}

void
spp_outbox_put(struct spp_worker *w, uint8_t op, const struct spp_batch *batch)
{
	outbox_append(w, op, batch, batch->vec);
}

void
spp_outbox_release(struct spp_worker *w, const struct spp_batch *batch)
{
	outbox_append(w, RTE_EVENT_OP_RELEASE, batch, NULL);
}

/* The device takes no new event: its packets are lost, its port never had them. */
static void
outbox_drop_new(struct spp_worker *w, struct rte_event *ev)
{
	spp_in_flight_refused(&w->env->in_flight[ev->flow_id], ev->vec->nb_elem);
	spp_drop(ev->vec->mbufs, ev->vec->nb_elem, w->port[ev->flow_id].rx_drops,
		 SPP_DROP_NO_CREDIT);
	spp_worker_vector_put(w, ev->vec);
}

bool
spp_outbox_flush(struct spp_worker *w)
{
	const struct spp_worker_env *env = w->env;
	uint16_t first = 0, end, n;
	bool is_new;

	while (first < w->nb_out) {
		/* NEW and others never in one burst: event_sw counts credits for the whole burst */
		is_new = w->out[first].op == RTE_EVENT_OP_NEW;
		for (end = first + 1; end < w->nb_out; end++) {
			if ((w->out[end].op == RTE_EVENT_OP_NEW) != is_new)
				break;
		}
		n = is_new ? spp_evdev_enqueue_new(env->dev_id, w->index, &w->out[first],
						   end - first)
			   : spp_evdev_enqueue_done(env->dev_id, w->index, &w->out[first],
						    end - first);
		first += n;
		if (n > 0)
			continue;
		if (!is_new)
			break;
		outbox_drop_new(w, &w->out[first]);
		first++;
	}
	w->nb_out -= first;
	if (unlikely(w->nb_out > 0))
		memmove(w->out, &w->out[first], w->nb_out * sizeof(w->out[0]));
	return w->nb_out == 0;
}
