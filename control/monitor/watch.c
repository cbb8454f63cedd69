/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Looks at the processes. See watch.h.
 */
#include "monitor/watch.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "ask/exchange.h"
#include "change/process.h"
#include "monitor/agent.h"
#include "monitor/compare.h"
#include "monitor/log.h"
#include "monitor/pcap.h"
#include "monitor/read.h"
#include "spp/run_dir.h"
#include "wire/clock.h"

#define PROCESSES (SPP_PROCESS_ID_MAX + 1)

static const char ask_status[] = "{\"commands\":[{\"command\":\"status\"}]}";

struct monitor_watch {
	pthread_mutex_t lock; /* of the model */
	struct monitor_model model;
	uint64_t ask_ms;
	/* Of the thread that looks: */
	bool there[PROCESSES]; /* has a socket */
	bool hangs[PROCESSES]; /* did not answer the last time */
	char path[PROCESSES][SPP_SOCKET_PATH_SIZE];
	struct monitor_agent agent;
	struct spp_exchange exchange[PROCESSES + 1]; /* and spp_agent, the last one */
	unsigned int asked[PROCESSES];               /* which process an exchange is with */
	bool agent_asked;
	bool complained; /* that the directory cannot be read */
};

int
monitor_watch_create(double interval_s, unsigned int samples, struct monitor_watch **out)
{
	struct monitor_watch *watch = calloc(1, sizeof(*watch));

	if (watch == NULL)
		return -ENOMEM;
	pthread_mutex_init(&watch->lock, NULL);
	watch->model.samples = samples;
	watch->model.interval_s = interval_s;
	watch->ask_ms = MONITOR_ASK_MS;
	if (interval_s * 800 < MONITOR_ASK_MS)
		watch->ask_ms = (uint64_t)(interval_s * 800);
	*out = watch;
	return 0;
}

void
monitor_watch_destroy(struct monitor_watch *watch)
{
	if (watch == NULL)
		return;
	for (unsigned int i = 0; i < watch->model.nb_processes; i++)
		monitor_report_free(watch->model.processes[i].report);
	pthread_mutex_destroy(&watch->lock);
	free(watch);
}

struct monitor_model *
monitor_watch_lock(struct monitor_watch *watch)
{
	pthread_mutex_lock(&watch->lock);
	return &watch->model;
}

void
monitor_watch_unlock(struct monitor_watch *watch)
{
	pthread_mutex_unlock(&watch->lock);
}

/* -- who is there ----------------------------------------------------------------------------- */

static void
list(struct monitor_watch *watch)
{
	DIR *dir = opendir(spp_run_dir());
	struct dirent *entry;
	int process;

	memset(watch->there, 0, sizeof(watch->there));
	/* Before the first process has made it, it is not there. */
	if (dir == NULL && errno != ENOENT && !watch->complained)
		monitor_log(LOG_WARNING, "%s: %s", spp_run_dir(), strerror(errno));
	watch->complained = dir == NULL && errno != ENOENT;
	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		process = spp_process_of_socket(entry->d_name);
		if (process >= 0)
			watch->there[process] = true;
	}
	if (dir != NULL)
		closedir(dir);
}

/* The socket for those who look leaves the places of the other one to root. */
static const char *
socket_of(struct monitor_watch *watch, unsigned int process)
{
	char *path = watch->path[process];

	spp_run_socket(path, spp_run_dir(), process, true);
	if (faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) < 0)
		spp_run_socket(path, spp_run_dir(), process, false);
	return path;
}

static uint64_t
patience(const struct monitor_watch *watch, bool hangs)
{
	return hangs && watch->ask_ms > MONITOR_ASK_AGAIN_MS ? MONITOR_ASK_AGAIN_MS : watch->ask_ms;
}

/* @return how many processes are asked; the exchange behind theirs is with spp_agent */
static unsigned int
ask(struct monitor_watch *watch)
{
	struct monitor_agent *agent = &watch->agent;
	unsigned int nb = 0;

	list(watch);
	for (unsigned int id = 0; id < PROCESSES; id++) {
		if (!watch->there[id])
			continue;
		watch->asked[nb] = id;
		watch->exchange[nb++] =
			(struct spp_exchange){.path = socket_of(watch, id),
					      .request = ask_status,
					      .size = sizeof(ask_status) - 1,
					      .timeout_ms = patience(watch, watch->hangs[id])};
	}
	watch->agent_asked = monitor_agent_ask(agent, spp_run_dir());
	watch->exchange[nb] = (struct spp_exchange){.path = agent->path,
						    .request = agent->request,
						    .size = strlen(agent->request),
						    .timeout_ms = patience(watch, agent->hangs)};
	spp_exchange_all(watch->exchange, nb + (watch->agent_asked ? 1 : 0));
	return nb;
}

/* -- what they said --------------------------------------------------------------------------- */

static double
unix_time(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* The process of a number; a new one is put in its place. */
static struct monitor_process *
process_of(struct monitor_model *model, unsigned int id)
{
	struct monitor_process *process, new = {.id = id, .since = model->time};
	unsigned int i = 0;

	while (i < model->nb_processes && model->processes[i].id < id)
		i++;
	process = &model->processes[i];
	if (i < model->nb_processes && process->id == id)
		return process;
	memmove(process + 1, process, (model->nb_processes - i) * sizeof(*process));
	model->nb_processes++;
	spp_process_name(id, new.name);
	*process = new;
	return process;
}

static void
went(struct monitor_model *model, struct monitor_process *process, const char *why)
{
	if (process->up) {
		process->since = model->time;
		monitor_event(model, process->name, "down", "%s", why);
	}
	process->up = false;
	snprintf(process->why, sizeof(process->why), "%s", why);
}

/* Its last report stays while it does not answer: its counters go on from there. */
static void
came(struct monitor_model *model, struct monitor_process *process, struct monitor_report *report)
{
	monitor_compare(model, report, process->report);
	if (!process->up) {
		process->since = model->time;
		if (model->tick > 1)
			monitor_event(model, process->name, "up", "answers, pid %d",
				      (int)report->pid);
	}
	if (process->report != NULL)
		monitor_compare_events(model, process->name, report, process->report);
	monitor_report_free(process->report);
	process->report = report;
	process->up = true;
	process->gone = 0;
	process->why[0] = '\0';
}

static void
take(struct monitor_watch *watch, struct spp_exchange *x, struct monitor_report *report,
     unsigned int id)
{
	struct monitor_process *process;

	watch->hangs[id] = x->ret == -ETIMEDOUT;
	process = process_of(&watch->model, id);
	if (report != NULL)
		came(&watch->model, process, report);
	else if (x->ret == -ECONNREFUSED)
		went(&watch->model, process, "nobody serves its socket any more: it was killed");
	else if (x->ret == -ENOENT)
		watch->there[id] = false;
	else if (x->ret == -EACCES)
		went(&watch->model, process,
		     "its socket is not for this user: see SPP_RUN_GROUP in docs/monitoring.md");
	else
		went(&watch->model, process, x->ret == 0 ? "its reply is no status" : x->err.text);
}

/* Nobody misses one that is not there: a host may have another controller, or none. */
static void
take_agent(struct monitor_watch *watch, struct spp_exchange *x)
{
	if (!watch->agent_asked)
		return;
	watch->agent.hangs = x->ret == -ETIMEDOUT;
	monitor_agent_take(&watch->model, &watch->agent, x->reply, x->pid);
	json_decref(x->reply);
}

/* Those whose socket is no longer there: they are told of for as long as the history is. */
static void
forget(struct monitor_watch *watch)
{
	struct monitor_model *model = &watch->model;
	unsigned int kept = 0;

	for (unsigned int i = 0; i < model->nb_processes; i++) {
		struct monitor_process *process = &model->processes[i];

		if (!watch->there[process->id] && process->gone == 0) {
			went(model, process, "has ended: it has no socket any more");
			process->gone = model->tick;
		}
		if (process->gone != 0 && model->tick - process->gone >= model->samples) {
			monitor_report_free(process->report);
			continue;
		}
		model->processes[kept++] = *process;
	}
	model->nb_processes = kept;
}

void
monitor_watch_look(struct monitor_watch *watch)
{
	static struct monitor_report *reports[PROCESSES];
	uint64_t begin_us = spp_clock_us();
	unsigned int nb = ask(watch);

	for (unsigned int i = 0; i < nb; i++) {
		struct spp_exchange *x = &watch->exchange[i];

		reports[i] = monitor_read(json_object_get(x->reply, "info"), x->pid);
		json_decref(x->reply);
	}
	pthread_mutex_lock(&watch->lock);
	watch->model.tick++;
	watch->model.time = unix_time();
	for (unsigned int i = 0; i < nb; i++)
		take(watch, &watch->exchange[i], reports[i], watch->asked[i]);
	forget(watch);
	monitor_pcap_links(&watch->model);
	take_agent(watch, &watch->exchange[nb]);
	watch->model.look_s = (double)(spp_clock_us() - begin_us) / 1e6;
	pthread_mutex_unlock(&watch->lock);
}
