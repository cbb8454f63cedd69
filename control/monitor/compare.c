/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Compares two reports of a process. See compare.h.
 */
#include "monitor/compare.h"

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

/** The moment of two reports. */
struct moment {
	uint32_t tick, before; /**< of the looks that brought them */
	unsigned int samples;
	double seconds; /**< between the two; 0: there is none before, or it is another process' */
};

static void
count(const struct moment *at, struct monitor_count *now, const struct monitor_count *before)
{
	uint64_t grown = now->raw;

	if (before == NULL || at->seconds <= 0) {
		now->total = now->raw;
		now->grown = 0;
		return;
	}
	/* Somebody has cleared it when it is less than before. */
	if (now->raw >= before->raw)
		grown = now->raw - before->raw;
	now->total = before->total + grown;
	now->rate = (float)((double)grown / at->seconds);
	now->grown = grown > 0 ? at->tick : before->grown;
}

static void
drops(const struct moment *at, struct monitor_count now[SPP_DROP_NB],
      const struct monitor_count before[SPP_DROP_NB])
{
	for (unsigned int i = 0; i < SPP_DROP_NB; i++)
		count(at, &now[i], before != NULL ? &before[i] : NULL);
}

static void
side(const struct moment *at, struct monitor_side *now, const struct monitor_side *before)
{
	count(at, &now->packets, before != NULL ? &before->packets : NULL);
	count(at, &now->bytes, before != NULL ? &before->bytes : NULL);
	drops(at, now->drops, before != NULL ? before->drops : NULL);
}

/* The rings hold what was a whole history ago: looks without an answer are not known. */
static void
sample(const struct moment *at, float **now, float **before, float a, float b)
{
	unsigned int missed = at->tick - at->before;

	if (before != NULL) {
		*now = *before;
		*before = NULL;
	}
	if (*now == NULL)
		*now = monitor_history_new(at->samples);
	if (*now == NULL)
		return;
	for (unsigned int i = 0; i < missed && i < at->samples; i++) {
		unsigned int place = (at->tick - i) % at->samples;
		bool known = i == 0 && at->seconds > 0;

		(*now)[place] = known ? a : NAN;
		(*now)[at->samples + place] = known ? b : NAN;
	}
}

static void
ports(const struct moment *at, struct monitor_vf *now, struct monitor_vf *before)
{
	for (unsigned int i = 0; i < now->nb_ports; i++) {
		struct monitor_port *port = &now->ports[i];
		struct monitor_port *old =
			before != NULL ? monitor_find_port(before, port->name) : NULL;

		side(at, &port->rx, old != NULL ? &old->rx : NULL);
		side(at, &port->tx, old != NULL ? &old->tx : NULL);
		count(at, &port->moves, old != NULL ? &old->moves : NULL);
		sample(at, &port->history, old != NULL ? &old->history : NULL,
		       port->rx.packets.rate, port->tx.packets.rate);
	}
}

static void
components(const struct moment *at, struct monitor_vf *now, const struct monitor_vf *before)
{
	for (unsigned int i = 0; i < now->nb_components; i++) {
		struct monitor_component *c = &now->components[i];
		const struct monitor_component *old =
			before != NULL ? monitor_find_component(before, c->id) : NULL;

		if (old != NULL && strcmp(old->type, c->type) != 0)
			old = NULL;
		count(at, &c->packets, old != NULL ? &old->packets : NULL);
		count(at, &c->vectors, old != NULL ? &old->vectors : NULL);
		count(at, &c->cycles, old != NULL ? &old->cycles : NULL);
		drops(at, c->drops, old != NULL ? old->drops : NULL);
	}
}

static struct monitor_lcore *
find_lcore(struct monitor_vf *vf, unsigned int lcore)
{
	for (unsigned int i = 0; vf != NULL && i < vf->nb_lcores; i++)
		if (vf->lcores[i].lcore == lcore)
			return &vf->lcores[i];
	return NULL;
}

static void
lcores(const struct moment *at, struct monitor_vf *now, struct monitor_vf *before)
{
	for (unsigned int i = 0; i < now->nb_lcores; i++) {
		struct monitor_lcore *lcore = &now->lcores[i];
		struct monitor_lcore *old = find_lcore(before, lcore->lcore);
		double sum;

		count(at, &lcore->busy, old != NULL ? &old->busy : NULL);
		count(at, &lcore->idle, old != NULL ? &old->idle : NULL);
		count(at, &lcore->asleep, old != NULL ? &old->asleep : NULL);
		sum = (double)lcore->busy.rate + (double)lcore->idle.rate +
		      (double)lcore->asleep.rate;
		sample(at, &lcore->history, old != NULL ? &old->history : NULL,
		       (float)(sum > 0 ? (double)lcore->busy.rate / sum : 0),
		       (float)(sum > 0 ? (double)lcore->asleep.rate / sum : 0));
	}
}

static void
recorder(const struct moment *at, struct monitor_recorder *now,
	 const struct monitor_recorder *before)
{
	count(at, &now->written, before != NULL ? &before->written : NULL);
	for (unsigned int i = 0; i < MONITOR_LOSSES; i++)
		count(at, &now->lost[i], before != NULL ? &before->lost[i] : NULL);
}

static void
vf(const struct moment *at, struct monitor_vf *now, struct monitor_vf *before)
{
	ports(at, now, before);
	components(at, now, before);
	lcores(at, now, before);
	drops(at, now->drops, before != NULL ? before->drops : NULL);
	count(at, &now->flushes.done, before != NULL ? &before->flushes.done : NULL);
	count(at, &now->flushes.failed, before != NULL ? &before->flushes.failed : NULL);
	if (now->recorder != NULL)
		recorder(at, now->recorder, before != NULL ? before->recorder : NULL);
}

/* NICs and slots are fixed from the start of spp_primary. */
static void
host(const struct moment *at, struct monitor_host *now, const struct monitor_host *before)
{
	for (unsigned int i = 0; i < now->nb_nics; i++) {
		struct monitor_nic *nic = &now->nics[i];
		const struct monitor_nic *old =
			before != NULL && i < before->nb_nics ? &before->nics[i] : NULL;

		count(at, &nic->rx_packets, old != NULL ? &old->rx_packets : NULL);
		count(at, &nic->tx_packets, old != NULL ? &old->tx_packets : NULL);
		count(at, &nic->missed, old != NULL ? &old->missed : NULL);
		count(at, &nic->tx_errors, old != NULL ? &old->tx_errors : NULL);
	}
	for (unsigned int i = 0; i < now->nb_slots; i++) {
		struct monitor_slot *slot = &now->slots[i];
		const struct monitor_slot *old =
			before != NULL && i < before->nb_slots ? &before->slots[i] : NULL;

		count(at, &slot->sessions, old != NULL ? &old->sessions : NULL);
		count(at, &slot->deaths, old != NULL ? &old->deaths : NULL);
	}
	count(at, &now->busy, before != NULL ? &before->busy : NULL);
	count(at, &now->idle, before != NULL ? &before->idle : NULL);
	count(at, &now->asleep, before != NULL ? &before->asleep : NULL);
}

void
monitor_compare(struct monitor_model *model, struct monitor_report *now,
		struct monitor_report *before)
{
	struct moment at = {.tick = model->tick,
			    .before = before != NULL ? before->tick : model->tick - 1,
			    .samples = model->samples};

	now->tick = model->tick;
	if (before != NULL && before->pid == now->pid && now->time_us > before->time_us)
		at.seconds = (double)(now->time_us - before->time_us) / 1e6;
	if (now->vf != NULL)
		vf(&at, now->vf, before != NULL ? before->vf : NULL);
	if (now->host != NULL)
		host(&at, now->host, before != NULL ? before->host : NULL);
}

/* -- what has happened ------------------------------------------------------------------------ */

static void
tell_guests(struct monitor_model *model, const char *who, const struct monitor_vf *now,
	    const struct monitor_vf *before)
{
	char kind[MONITOR_PORT_SIZE];

	for (unsigned int i = 0; i < now->nb_ports; i++) {
		const struct monitor_port *port = &now->ports[i];
		const struct monitor_port *old = monitor_find_port(before, port->name);
		bool guest = strcmp(monitor_port_kind(port->name, kind), "vhost") == 0;

		if (port->up != (old != NULL && old->up) && strcmp(kind, "ring") != 0)
			monitor_event(model, who, guest ? "guest" : "link", "%s: %s", port->name,
				      guest      ? port->up ? "guest connected" : "guest gone"
				      : port->up ? "link is up"
						 : "link is down");
	}
}

static void
tell_recorder(struct monitor_model *model, const char *who, const struct monitor_recorder *now,
	      const struct monitor_recorder *before)
{
	if (now->running != before->running)
		monitor_event(model, who, "recording", "%s; %" PRIu64 " packets are written",
			      now->running ? "begun" : "ended", now->written.total);
	if (now->nb_failed > before->nb_failed)
		monitor_event(model, who, "write failed",
			      "%u of %u writers write no more, until the next start: %s",
			      now->nb_failed, now->nb_writers, now->error);
}

static void
tell_vf(struct monitor_model *model, const char *who, const struct monitor_vf *now,
	const struct monitor_vf *before)
{
	uint64_t done = now->flushes.done.raw - before->flushes.done.raw;
	uint64_t failed = now->flushes.failed.raw - before->flushes.failed.raw;
	uint64_t lost = now->drops[SPP_DROP_COMPONENT_REMOVED].total -
			before->drops[SPP_DROP_COMPONENT_REMOVED].total;

	if (now->generation != before->generation)
		monitor_event(model, who, "flush",
			      "generation %" PRIu64 ": %u components (%+d), %u table entries "
			      "(%+d)%s, after %" PRIu64 " us, %" PRIu64 " packets lost",
			      now->generation, now->nb_components,
			      (int)now->nb_components - (int)before->nb_components, now->nb_entries,
			      (int)now->nb_entries - (int)before->nb_entries,
			      done > 1 ? ", the last of several" : "", now->flushes.last_us, lost);
	if (failed > 0)
		monitor_event(model, who, "flush failed",
			      "%" PRIu64 " refused or not carried out: its log says why", failed);
	if (now->degraded && !before->degraded)
		monitor_event(model, who, "degraded", "%s", now->degraded_why);
	if (now->saved == 0 && before->saved == 1 && now->save_error[0] != '\0')
		monitor_event(model, who, "not saved", "%s", now->save_error);
	tell_guests(model, who, now, before);
}

static void
tell_host(struct monitor_model *model, const struct monitor_host *now,
	  const struct monitor_host *before)
{
	for (unsigned int i = 0; i < now->nb_slots && i < before->nb_slots; i++) {
		const struct monitor_slot *slot = &now->slots[i], *old = &before->slots[i];

		if (slot->deaths.raw > old->deaths.raw)
			monitor_event(model, old->vf[0] != '\0' ? old->vf : "primary", "death",
				      "a spp_vf has died in slot %u; %" PRIu64 " restarts left",
				      slot->slot, now->restarts_left);
	}
}

void
monitor_compare_events(struct monitor_model *model, const char *who,
		       const struct monitor_report *now, const struct monitor_report *before)
{
	if (now->pid != before->pid) {
		monitor_event(model, who, "restart", "pid %d in place of %d", (int)now->pid,
			      (int)before->pid);
		return;
	}
	if (now->controller != before->controller)
		monitor_event(model, who, "controller", "%s: %s", now->controller_address,
			      now->controller > 0 ? "connected" : "gone");
	if (now->restart_pending && !before->restart_pending)
		monitor_event(model, who, "restart pending",
			      "its program or a library was replaced");
	if (now->vf != NULL && before->vf != NULL && now->vf->recorder != NULL &&
	    before->vf->recorder != NULL)
		tell_recorder(model, who, now->vf->recorder, before->vf->recorder);
	else if (now->vf != NULL && before->vf != NULL)
		tell_vf(model, who, now->vf, before->vf);
	if (now->host != NULL && before->host != NULL)
		tell_host(model, now->host, before->host);
}
