/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The control part of spp_vf or spp_primary: puts loop, transaction, controller connection and
 * local socket together. Implements include/spp/control.h.
 */
#include "spp/control.h"

#include <poll.h>
#include <stdlib.h>
#include <syslog.h>

#include "answer/service.h"
#include "saved/keeper.h"
#include "saved/restore.h"
#include "saved/state_file.h"
#include "serve/controller.h"
#include "serve/drop_watch.h"
#include "serve/local.h"
#include "text/status_vf.h"
#include "wire/loop.h"
#include "wiring/txn.h"

/** A descriptor the program watches. */
struct control_watch {
	int fd;
	void (*ready)(void *arg, int fd);
	void *arg;
	struct control_watch *next;
};

struct spp_control {
	struct spp_loop *loop;
	struct spp_service service;
	struct spp_txn *txn;
	struct spp_keeper *keeper;
	struct spp_controller_link *controller;
	struct spp_local *local, *look;
	struct spp_tell *tell;
	struct spp_text_cache text_cache;
	struct spp_drop_watch *drop_watch;
	struct control_watch *watches;
	bool exit_asked;
};

static void
control_committed(void *arg, const struct spp_model *running, uint64_t generation)
{
	spp_keeper_keep(arg, running, generation);
}

/**
 * Begin with the wiring of the state file, if there is one that fits, and save what comes. Only a
 * directory whose name cannot be used is an error: a disk that fails must not keep packets from
 * flowing.
 */
static int
control_start_saving(struct spp_control *control, const struct spp_control_config *config,
		     struct spp_error *err)
{
	struct spp_status_saved state;
	struct spp_txn_state txn_state;
	struct spp_error why = {""};
	int ret;

	ret = spp_keeper_create(config->state_dir, config->process_id, config->log,
				&control->keeper, err);
	if (ret < 0)
		return ret;
	spp_keeper_state(control->keeper, &state);
	ret = spp_state_make_directory(config->state_dir, &why);
	if (ret < 0 && config->log != NULL)
		config->log(LOG_ERR, why.text);
	if (ret == 0)
		ret = spp_restore(control->txn, state.path, config->process_id, config->log, &why);
	spp_txn_state(control->txn, &txn_state);
	spp_keeper_restored(control->keeper, ret > 0, txn_state.generation,
			    ret < 0 ? why.text : NULL);
	spp_txn_on_commit(control->txn, control_committed, control->keeper);
	return 0;
}

static void
control_exit(void *arg)
{
	struct spp_control *control = arg;

	control->exit_asked = true;
	if (control->service.log != NULL)
		control->service.log(LOG_NOTICE, "exit: the controller asked for it");
	spp_loop_stop(control->loop);
}

static int
control_listen(struct spp_control *control, const struct spp_control_config *config,
	       struct spp_error *err)
{
	const struct spp_local_config local = {.path = config->local_socket,
					       .group = config->local_group,
					       .origin = SPP_FROM_LOCAL};
	const struct spp_local_config look = {
		.path = config->look_socket, .group = config->look_group, .origin = SPP_FROM_LOOK};
	int ret = 0;

	if (local.path != NULL)
		ret = spp_local_create(control->loop, &local, &control->service, &control->local,
				       err);
	if (ret == 0 && look.path != NULL)
		ret = spp_local_create(control->loop, &look, &control->service, &control->look,
				       err);
	return ret;
}

static int
control_fill(struct spp_control *control, const struct spp_control_config *config,
	     struct spp_error *err)
{
	struct spp_service *service = &control->service;
	const struct spp_controller_config controller = {
		.address = config->controller,
		.checked = config->controller_checked,
		.user = config->controller_user,
		.log = config->log,
	};
	int ret;

	ret = spp_loop_create(&control->loop);
	if (ret == 0 && config->dataplane != NULL)
		ret = spp_txn_create(config->dataplane, config->dataplane_ctx, NULL, &control->txn);
	if (ret == 0 && config->host != NULL) {
		control->tell =
			spp_tell_create(control->loop, config->host, config->host_ctx, config->log);
		ret = control->tell != NULL ? 0 : -ENOMEM;
	}
	if (ret == 0 && config->dataplane != NULL && config->log != NULL) {
		control->drop_watch = spp_drop_watch_create(control->loop, config->dataplane,
							    config->dataplane_ctx, config->log);
		if (control->drop_watch != NULL)
			spp_drop_watch_labels(control->drop_watch, spp_txn_running(control->txn));
		ret = control->drop_watch != NULL ? 0 : -ENOMEM;
	}
	if (ret < 0)
		return spp_error(err, -ret, "control: out of memory or descriptors");
	if (control->txn != NULL && config->state_dir != NULL)
		ret = control_start_saving(control, config, err);
	if (ret < 0)
		return ret;
	if (control->txn != NULL)
		spp_txn_log_to(control->txn, config->log);
	*service = (struct spp_service){
		.process_id = config->process_id,
		.process_type = config->process_type,
		.txn = control->txn,
		.keeper = control->keeper,
		.dataplane = config->dataplane,
		.dataplane_ctx = config->dataplane_ctx,
		.host = config->host,
		.host_ctx = config->host_ctx,
		.recorder = config->recorder,
		.recorder_ctx = config->recorder_ctx,
		.build = config->build,
		.text_cache = &control->text_cache,
		.tell = control->tell,
		.exit = control_exit,
		.exit_arg = control,
		.log = config->log,
	};
	ret = control_listen(control, config, err);
	if (ret == 0 && config->controller != NULL)
		ret = spp_controller_link_create(control->loop, &controller, service,
						 &control->controller, err);
	if (control->controller != NULL)
		service->controller = spp_controller_link_shown(control->controller);
	return ret;
}

int
spp_control_create(const struct spp_control_config *config, struct spp_control **out,
		   struct spp_error *err)
{
	struct spp_control *control = calloc(1, sizeof(*control));
	int ret;

	if (control == NULL)
		return spp_error(err, ENOMEM, "control: out of memory");
	ret = control_fill(control, config, err);
	if (ret < 0) {
		/* What was restored may run already. */
		(void)spp_control_clear(control, NULL);
		spp_control_destroy(control);
		return ret;
	}
	*out = control;
	return 0;
}

static void
watch_ready(void *arg, int fd, short revents)
{
	struct control_watch *watch = arg;

	watch->ready(watch->arg, fd);
}

int
spp_control_watch(struct spp_control *control, int fd, void (*ready)(void *arg, int fd), void *arg)
{
	struct control_watch *watch = malloc(sizeof(*watch));
	int ret;

	if (watch == NULL)
		return -ENOMEM;
	*watch = (struct control_watch){fd, ready, arg, control->watches};
	ret = spp_loop_watch(control->loop, fd, POLLIN, watch_ready, watch);
	if (ret < 0) {
		free(watch);
		return ret;
	}
	control->watches = watch;
	return 0;
}

void
spp_control_unwatch(struct spp_control *control, int fd)
{
	struct control_watch **link = &control->watches, *watch;

	while (*link != NULL && (*link)->fd != fd)
		link = &(*link)->next;
	watch = *link;
	if (watch == NULL)
		return;
	spp_loop_unwatch(control->loop, fd);
	*link = watch->next;
	free(watch);
}

int
spp_control_run(struct spp_control *control)
{
	return spp_loop_run(control->loop);
}

void
spp_control_stop(struct spp_control *control)
{
	spp_loop_stop(control->loop);
}

bool
spp_control_exit_asked(const struct spp_control *control)
{
	return control->exit_asked;
}

int
spp_control_clear(struct spp_control *control, struct spp_error *err)
{
	if (control->txn == NULL)
		return 0;
	/* What ran is what the next start begins with. */
	spp_txn_on_commit(control->txn, NULL, NULL);
	return spp_txn_clear(control->txn, err);
}

void
spp_control_destroy(struct spp_control *control)
{
	if (control == NULL)
		return;
	spp_controller_link_destroy(control->controller);
	spp_local_destroy(control->local);
	spp_local_destroy(control->look);
	spp_tell_destroy(control->tell);
	spp_text_cache_fini(&control->text_cache);
	spp_drop_watch_destroy(control->drop_watch);
	while (control->watches != NULL)
		spp_control_unwatch(control, control->watches->fd);
	spp_keeper_destroy(control->keeper);
	spp_txn_destroy(control->txn);
	spp_loop_destroy(control->loop);
	free(control);
}
