/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Looks things up in the model, and frees them. See model.h.
 */
#include "monitor/model.h"

#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "spp/remedy.h"

#define DROP_NAME(symbol, name, text) [SPP_DROP_##symbol] = (name),
static const char *const drop_names[] = {SPP_DROP_REASONS(DROP_NAME)};
#undef DROP_NAME
#define DROP_TEXT(symbol, name, text) [SPP_DROP_##symbol] = (text),
static const char *const drop_texts[] = {SPP_DROP_REASONS(DROP_TEXT)};
#undef DROP_TEXT
#define DROP_REMEDY(symbol, at, remedy) [SPP_DROP_##symbol] = (remedy),
static const char *const drop_remedies[SPP_DROP_NB] = {SPP_DROP_REMEDIES(DROP_REMEDY)};
#undef DROP_REMEDY

const char *
monitor_drop_name(unsigned int reason)
{
	return drop_names[reason];
}

const char *
monitor_drop_text(unsigned int reason)
{
	return drop_texts[reason];
}

const char *
monitor_drop_remedy(unsigned int reason)
{
	return drop_remedies[reason] != NULL ? drop_remedies[reason] : "";
}

int
monitor_drop_parse(const char *name)
{
	for (unsigned int i = 0; i < SPP_DROP_NB; i++)
		if (strcmp(drop_names[i], name) == 0)
			return (int)i;
	return -1;
}

const char *
monitor_port_kind(const char *name, char kind[MONITOR_PORT_SIZE])
{
	size_t length = 0;

	while (length < MONITOR_PORT_SIZE - 1 && isalpha((unsigned char)name[length]))
		length++;
	memcpy(kind, name, length);
	kind[length] = '\0';
	return kind;
}

bool
monitor_is_recent(const struct monitor_model *model, const struct monitor_count *count)
{
	return count->grown != 0 && model->tick - count->grown < model->samples;
}

struct monitor_port *
monitor_find_port(const struct monitor_vf *vf, const char *name)
{
	for (unsigned int i = 0; i < vf->nb_ports; i++)
		if (strcmp(vf->ports[i].name, name) == 0)
			return &vf->ports[i];
	return NULL;
}

struct monitor_component *
monitor_find_component(const struct monitor_vf *vf, const char *id)
{
	for (unsigned int i = 0; i < vf->nb_components; i++)
		if (strcmp(vf->components[i].id, id) == 0)
			return &vf->components[i];
	return NULL;
}

const struct monitor_report *
monitor_now(const struct monitor_process *process)
{
	return process->up ? process->report : NULL;
}

const char *
monitor_process_type(const struct monitor_process *process)
{
	if (process->id == 0)
		return "primary";
	return process->report != NULL ? process->report->type : "vf";
}

float *
monitor_history_new(unsigned int samples)
{
	float *history = malloc(2 * (size_t)samples * sizeof(*history));

	for (unsigned int i = 0; history != NULL && i < 2 * samples; i++)
		history[i] = NAN;
	return history;
}

static void
free_vf(struct monitor_vf *vf)
{
	for (unsigned int i = 0; i < vf->nb_ports; i++) {
		free(vf->ports[i].history);
		free(vf->ports[i].latency);
	}
	for (unsigned int i = 0; i < vf->nb_lcores; i++)
		free(vf->lcores[i].history);
	for (unsigned int i = 0; i < vf->nb_components; i++) {
		free(vf->components[i].rx);
		free(vf->components[i].tx);
	}
	free(vf->recorder);
	free(vf->ports);
	free(vf->lcores);
	free(vf->components);
	free(vf);
}

void
monitor_report_free(struct monitor_report *report)
{
	if (report == NULL)
		return;
	if (report->vf != NULL)
		free_vf(report->vf);
	if (report->host != NULL) {
		free(report->host->nics);
		free(report->host->slots);
		free(report->host);
	}
	free(report);
}

__attribute__((format(printf, 5, 0))) static void
add_event(struct monitor_model *model, double time, const char *who, const char *what,
	  const char *fmt, va_list ap)
{
	struct monitor_event *event = &model->events[model->nb_events++ % MONITOR_EVENTS];

	event->time = time;
	snprintf(event->who, sizeof(event->who), "%s", who);
	snprintf(event->what, sizeof(event->what), "%s", what);
	vsnprintf(event->text, sizeof(event->text), fmt, ap);
}

void
monitor_event(struct monitor_model *model, const char *who, const char *what, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add_event(model, model->time, who, what, fmt, ap);
	va_end(ap);
}

void
monitor_event_at(struct monitor_model *model, double time, const char *who, const char *what,
		 const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add_event(model, time, who, what, fmt, ap);
	va_end(ap);
}
