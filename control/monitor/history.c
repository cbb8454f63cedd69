/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Histories as JSON. See history.h.
 */
#include "monitor/history.h"

#include <math.h>
#include <stdio.h>

static unsigned int
points(const struct monitor_model *model)
{
	return model->samples < MONITOR_HISTORY_POINTS ? model->samples : MONITOR_HISTORY_POINTS;
}

/* The mean of the samples of one point; NAN when none is known. Points run from the oldest on. */
static double
point(const struct monitor_model *model, const float *series, unsigned int nb, unsigned int at)
{
	unsigned int first = at * model->samples / nb, end = (at + 1) * model->samples / nb;
	double sum = 0;
	unsigned int known = 0;

	for (unsigned int i = first; i < end; i++) {
		/* The oldest sample is the one that the next look writes over. */
		double value = (double)series[(model->tick + 1 + i) % model->samples];

		if (!isnan(value)) {
			sum += value;
			known++;
		}
	}
	return known > 0 ? sum / known : NAN;
}

static void
write_series(struct monitor_text *text, const struct monitor_model *model, const char *key,
	     const float *series, double digits)
{
	unsigned int nb = points(model);

	monitor_text_printf(text, "\"%s\":[", key);
	for (unsigned int i = 0; i < nb; i++) {
		monitor_text_add(text, i > 0 ? "," : "");
		monitor_text_number(text, round(point(model, series, nb, i) * digits) / digits);
	}
	monitor_text_add(text, "]");
}

static void
write_pair(struct monitor_text *text, const struct monitor_model *model, const float *history,
	   const char *first, const char *second, double digits)
{
	write_series(text, model, first, history, digits);
	monitor_text_add(text, ",");
	write_series(text, model, second, history + model->samples, digits);
	monitor_text_add(text, "}");
}

static void
write_vf(struct monitor_text *text, const struct monitor_model *model, const char *name,
	 const struct monitor_vf *vf, bool of_ports)
{
	for (unsigned int i = 0; of_ports && i < vf->nb_ports; i++) {
		if (vf->ports[i].history == NULL)
			continue;
		monitor_text_printf(text, "%s{\"vf\":\"%s\",\"port\":",
				    text->bytes[text->length - 1] == '[' ? "" : ",", name);
		monitor_text_json(text, vf->ports[i].name);
		monitor_text_add(text, ",");
		write_pair(text, model, vf->ports[i].history, "receive", "transmit", 1);
	}
	for (unsigned int i = 0; !of_ports && i < vf->nb_lcores; i++) {
		if (vf->lcores[i].history == NULL || !vf->lcores[i].used)
			continue;
		monitor_text_printf(text, "%s{\"vf\":\"%s\",\"lcore\":%u,",
				    text->bytes[text->length - 1] == '[' ? "" : ",", name,
				    vf->lcores[i].lcore);
		write_pair(text, model, vf->lcores[i].history, "busy", "asleep", 1000);
	}
}

static void
write_all(struct monitor_text *text, const struct monitor_model *model, bool of_ports)
{
	for (unsigned int i = 0; i < model->nb_processes && !text->failed; i++) {
		const struct monitor_report *report = monitor_now(&model->processes[i]);

		if (report != NULL && report->vf != NULL)
			write_vf(text, model, model->processes[i].name, report->vf, of_ports);
	}
}

void
monitor_history_write(struct monitor_text *text, const struct monitor_model *model)
{
	unsigned int nb = points(model);

	monitor_text_printf(text, "{\"time\":%.3f,\"seconds_per_point\":", model->time);
	monitor_text_number(text, model->interval_s * model->samples / nb);
	monitor_text_add(text, ",\"ports\":[");
	write_all(text, model, true);
	monitor_text_add(text, "],\"lcores\":[");
	write_all(text, model, false);
	monitor_text_add(text, "]}");
}
