/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Drops as JSON. See state_drops.h.
 */
#include "monitor/state_drops.h"

#include <inttypes.h>
#include <stdlib.h>

#include "monitor/pcap.h"

/** One of the list. */
struct drop {
	const char *vf, *port, *component, *direction; /**< NULL: not at one */
	const char *reason, *meaning, *remedy;
	const struct monitor_count *count;
};

/** Those found so far; the oldest makes way when it is full. */
struct list {
	const struct monitor_model *model;
	unsigned int nb;
	struct drop drops[MONITOR_STATE_DROPS];
};

static int
by_age(const void *x, const void *y)
{
	const struct drop *a = x, *b = y;

	if (a->count->grown != b->count->grown)
		return a->count->grown < b->count->grown ? 1 : -1;
	return (a->count->rate < b->count->rate) - (a->count->rate > b->count->rate);
}

static void
add(struct list *list, const struct drop *drop)
{
	if (list->nb == MONITOR_STATE_DROPS) {
		qsort(list->drops, list->nb, sizeof(list->drops[0]), by_age);
		if (by_age(drop, &list->drops[list->nb - 1]) >= 0)
			return;
		list->nb--;
	}
	list->drops[list->nb++] = *drop;
}

static void
add_all(struct list *list, struct drop drop, const struct monitor_count counts[SPP_DROP_NB])
{
	for (unsigned int i = 0; i < SPP_DROP_NB; i++) {
		drop.reason = monitor_drop_name(i);
		drop.meaning = monitor_drop_text(i);
		drop.remedy = monitor_drop_remedy(i);
		drop.count = &counts[i];
		if (monitor_is_recent(list->model, drop.count))
			add(list, &drop);
	}
}

static void
add_losses(struct list *list, struct drop drop, const struct monitor_recorder *recorder)
{
	for (unsigned int i = 0; i < MONITOR_LOSSES; i++) {
		drop.reason = monitor_pcap_loss(i);
		drop.meaning = monitor_pcap_meaning(i);
		drop.remedy = monitor_pcap_remedy(i);
		drop.count = &recorder->lost[i];
		if (monitor_is_recent(list->model, drop.count))
			add(list, &drop);
	}
}

static void
add_vf(struct list *list, const char *name, const struct monitor_vf *vf)
{
	struct drop drop = {.vf = name};

	for (unsigned int i = 0; i < vf->nb_ports; i++) {
		drop.port = vf->ports[i].name;
		drop.direction = "receive";
		add_all(list, drop, vf->ports[i].rx.drops);
		drop.direction = "transmit";
		add_all(list, drop, vf->ports[i].tx.drops);
	}
	drop.port = drop.direction = NULL;
	for (unsigned int i = 0; i < vf->nb_components; i++) {
		drop.component = vf->components[i].id;
		add_all(list, drop, vf->components[i].drops);
		if (vf->recorder != NULL)
			add_losses(list, drop, vf->recorder);
	}
}

static void
write_name(struct monitor_text *text, const char *key, const char *value)
{
	if (value == NULL)
		return;
	monitor_text_printf(text, ",\"%s\":", key);
	monitor_text_json(text, value);
}

static void
write_drop(struct monitor_text *text, const struct monitor_model *model, const struct drop *drop)
{
	const struct monitor_count *count = drop->count;

	monitor_text_printf(text, "{\"vf\":\"%s\"", drop->vf);
	write_name(text, "port", drop->port);
	write_name(text, "direction", drop->direction);
	write_name(text, "component", drop->component);
	write_name(text, "reason", drop->reason);
	monitor_text_printf(text, ",\"packets\":%" PRIu64 ",\"per_second\":", count->total);
	monitor_text_number(text, (double)count->rate);
	monitor_text_add(text, ",\"seconds_ago\":");
	monitor_text_number(text, (double)(model->tick - count->grown) * model->interval_s);
	write_name(text, "meaning", drop->meaning);
	write_name(text, "remedy", drop->remedy);
	monitor_text_add(text, "}");
}

void
monitor_state_drops(struct monitor_text *text, const struct monitor_model *model)
{
	struct list list = {.model = model};

	for (unsigned int i = 0; i < model->nb_processes; i++) {
		const struct monitor_report *report = monitor_now(&model->processes[i]);

		if (report != NULL && report->vf != NULL)
			add_vf(&list, model->processes[i].name, report->vf);
	}
	qsort(list.drops, list.nb, sizeof(list.drops[0]), by_age);
	monitor_text_add(text, ",\"drops\":[");
	for (unsigned int i = 0; i < list.nb; i++) {
		monitor_text_add(text, i > 0 ? "," : "");
		write_drop(text, model, &list.drops[i]);
	}
	monitor_text_add(text, "]");
}
