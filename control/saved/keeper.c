/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The thread that saves the wiring. See keeper.h.
 */
#include "saved/keeper.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <time.h>

#include "saved/state_file.h"
#include "wire/clock.h"
#include "wiring/model.h"

/** After a write the thread rests so many times as long, less one, and a second at most: when
 * flushes come in a row, writing takes a tenth of its time. */
#define REST_SHARE  10
#define REST_MAX_US 1000000

struct spp_keeper {
	unsigned int process_id;
	void (*log)(int priority, const char *line);
	pthread_t thread;
	pthread_mutex_t lock; /**< of all that follows but writing; never held during a write */
	pthread_cond_t changed;
	bool stop;
	bool waiting; /**< next holds a wiring to be written */
	uint64_t next_generation;
	struct spp_status_saved state;
	char path[SPP_STATE_PATH_SIZE]; /**< never changes */
	struct spp_model *next;
	struct spp_model *writing; /**< the thread's */
};

/** As the waits of pthreads want it: a time of spp_clock_us(). */
static struct timespec
to_timespec(uint64_t us)
{
	return (struct timespec){.tv_sec = (time_t)(us / 1000000),
				 .tv_nsec = (long)(us % 1000000) * 1000};
}

/** Note how a write went. A line is logged when it begins to fail, whenever the reason changes, and
 * when it works again. */
static void
note_result(struct spp_keeper *keeper, int ret, uint64_t generation, const struct spp_error *err)
{
	struct spp_status_saved *state = &keeper->state;
	bool news = strcmp(state->error, ret < 0 ? err->text : "") != 0;
	char line[SPP_ERROR_SIZE + 64];

	snprintf(state->error, sizeof(state->error), "%s", ret < 0 ? err->text : "");
	state->saved = ret == 0 && !keeper->waiting;
	if (ret == 0)
		state->generation = generation;
	if (!news || keeper->log == NULL)
		return;
	if (ret < 0)
		snprintf(line, sizeof(line), "%s (the wiring runs on, and is not saved)",
			 err->text);
	else
		snprintf(line, sizeof(line), "state file: the wiring is saved again");
	keeper->log(ret < 0 ? LOG_ERR : LOG_NOTICE, line);
}

static void
rest(struct spp_keeper *keeper, uint64_t took_us)
{
	uint64_t us = took_us * (REST_SHARE - 1);
	struct timespec until = to_timespec(spp_clock_us() + (us > REST_MAX_US ? REST_MAX_US : us));

	while (!keeper->stop &&
	       pthread_cond_timedwait(&keeper->changed, &keeper->lock, &until) == 0)
		;
}

static void *
keeper_main(void *arg)
{
	struct spp_keeper *keeper = arg;
	struct spp_model *model;
	struct spp_error err = {""};
	uint64_t generation, start;
	int ret;

	pthread_mutex_lock(&keeper->lock);
	while (keeper->waiting || !keeper->stop) {
		if (!keeper->waiting) {
			pthread_cond_wait(&keeper->changed, &keeper->lock);
			continue;
		}
		model = keeper->next;
		keeper->next = keeper->writing;
		keeper->writing = model;
		keeper->waiting = false;
		generation = keeper->next_generation;
		pthread_mutex_unlock(&keeper->lock);

		start = spp_clock_us();
		ret = spp_state_write(keeper->path, keeper->process_id, model, &err);

		pthread_mutex_lock(&keeper->lock);
		note_result(keeper, ret, generation, &err);
		rest(keeper, spp_clock_us() - start);
	}
	pthread_mutex_unlock(&keeper->lock);
	return NULL;
}

/** Signals are the program's: the thread takes none. */
static int
start_thread(struct spp_keeper *keeper)
{
	pthread_condattr_t attributes;
	sigset_t all, before;
	int ret;

	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&keeper->changed, &attributes);
	pthread_condattr_destroy(&attributes);
	pthread_mutex_init(&keeper->lock, NULL);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	ret = pthread_create(&keeper->thread, NULL, keeper_main, keeper);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (ret == 0)
		pthread_setname_np(keeper->thread, "spp-keeper");
	return -ret;
}

static void
free_keeper(struct spp_keeper *keeper)
{
	free(keeper->next);
	free(keeper->writing);
	free(keeper);
}

int
spp_keeper_create(const char *directory, unsigned int process_id,
		  void (*log)(int priority, const char *line), struct spp_keeper **out,
		  struct spp_error *err)
{
	struct spp_keeper *keeper = calloc(1, sizeof(*keeper));
	int ret;

	if (keeper == NULL)
		return spp_error(err, ENOMEM, "state file: out of memory");
	keeper->process_id = process_id;
	keeper->log = log;
	keeper->next = calloc(1, sizeof(*keeper->next));
	keeper->writing = calloc(1, sizeof(*keeper->writing));
	keeper->state.path = keeper->path;
	ret = spp_state_path(keeper->path, directory, process_id, err);
	if (ret == 0 && (keeper->next == NULL || keeper->writing == NULL))
		ret = spp_error(err, ENOMEM, "state file: out of memory");
	if (ret == 0) {
		ret = start_thread(keeper);
		if (ret < 0)
			spp_error(err, -ret, "state file: no thread: %s", strerror(-ret));
	}
	if (ret < 0) {
		free_keeper(keeper);
		return ret;
	}
	*out = keeper;
	return 0;
}

void
spp_keeper_restored(struct spp_keeper *keeper, bool restored, uint64_t generation,
		    const char *error)
{
	struct spp_status_saved *state = &keeper->state;

	pthread_mutex_lock(&keeper->lock);
	state->restored = restored;
	state->saved = error == NULL; /* no file, no wiring: nothing to save */
	state->generation = generation;
	snprintf(state->error, sizeof(state->error), "%s", error != NULL ? error : "");
	pthread_mutex_unlock(&keeper->lock);
}

void
spp_keeper_keep(struct spp_keeper *keeper, const struct spp_model *model, uint64_t generation)
{
	pthread_mutex_lock(&keeper->lock);
	spp_model_copy(keeper->next, model);
	keeper->next_generation = generation;
	keeper->waiting = true;
	keeper->state.saved = false;
	pthread_cond_signal(&keeper->changed);
	pthread_mutex_unlock(&keeper->lock);
}

void
spp_keeper_state(struct spp_keeper *keeper, struct spp_status_saved *out)
{
	pthread_mutex_lock(&keeper->lock);
	*out = keeper->state;
	pthread_mutex_unlock(&keeper->lock);
}

void
spp_keeper_destroy(struct spp_keeper *keeper)
{
	struct timespec until = to_timespec(spp_clock_us() + SPP_KEEPER_STOP_MS * UINT64_C(1000));

	if (keeper == NULL)
		return;
	pthread_mutex_lock(&keeper->lock);
	keeper->stop = true;
	pthread_cond_signal(&keeper->changed);
	pthread_mutex_unlock(&keeper->lock);
	if (pthread_clockjoin_np(keeper->thread, NULL, CLOCK_MONOTONIC, &until) != 0) {
		/* It may still use what it has: that stays. */
		pthread_detach(keeper->thread);
		if (keeper->log != NULL)
			keeper->log(LOG_ERR, "state file: the disk does not answer: the last "
					     "wiring may not be saved");
		return;
	}
	pthread_cond_destroy(&keeper->changed);
	pthread_mutex_destroy(&keeper->lock);
	free_keeper(keeper);
}
