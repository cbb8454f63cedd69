/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * One message in, one reply out. See answer.h.
 */
#include "answer/answer.h"

#include <errno.h>

#include <jansson.h>

#include "answer/text.h"
#include "wire/clock.h"
#include "json/reply.h"
#include "json/request.h"
#include "json/status_host.h"
#include "json/status_parts.h"
#include "json/status_pcap.h"
#include "json/status_vf.h"

/** What carrying out one message needs. */
struct answer {
	const struct spp_service *service;
	struct spp_session *session;
	const struct spp_request *request;
	struct spp_reply *reply;
	bool shown; /**< status is in the reply, and no flush came since */
	struct spp_command command;
	struct spp_faults faults;
};

static const char *
kind_word(enum spp_command_kind kind)
{
	static const char *const words[] = {
		[SPP_CMD_PROCESS] = "process",
		[SPP_CMD_COMPONENT] = "component",
		[SPP_CMD_TABLE] = "classifier_table",
		[SPP_CMD_LABEL] = "label",
		[SPP_CMD_FLUSH] = "flush",
		[SPP_CMD_CANCEL] = "cancel",
		[SPP_CMD_STATUS] = "status",
		[SPP_CMD_CLEAR] = "clear",
		[SPP_CMD_RECORD] = "start",
		[SPP_CMD_RECORD_END] = "stop",
		[SPP_CMD_EXIT] = "exit",
	};

	return words[kind];
}

static bool
only_asks(enum spp_command_kind kind)
{
	return kind == SPP_CMD_PROCESS || kind == SPP_CMD_STATUS;
}

/** Of a spp_pcap. */
static bool
records(enum spp_command_kind kind)
{
	return kind == SPP_CMD_RECORD || kind == SPP_CMD_RECORD_END;
}

/** It cannot be taken back: a message is done as a whole or not at all. */
static bool
comes_alone(enum spp_command_kind kind)
{
	return kind == SPP_CMD_CLEAR || kind == SPP_CMD_EXIT || records(kind);
}

/** May it be asked of spp_primary, and may it come by the local socket? */
static int
check_allowed(const struct answer *a, struct spp_fault *fault)
{
	enum spp_command_kind kind = a->command.kind;

	if (only_asks(kind))
		return 0;
	if (a->session->origin == SPP_FROM_LOOK)
		return spp_fault(
			fault, EPERM, ".command",
			"unknown command(%s): this socket takes process and status (clear "
			"goes to the one that ends in .sock, for root and SPP_ADMIN_GROUP)",
			kind_word(kind));
	if (kind == SPP_CMD_CLEAR || (records(kind) && a->service->recorder != NULL))
		return 0;
	if (a->session->origin == SPP_FROM_LOCAL)
		return spp_fault(fault, EPERM, ".command",
				 "unknown command(%s): the local socket takes process, status and "
				 "clear (the rest goes over the controller connection)",
				 kind_word(kind));
	if (a->service->recorder != NULL && kind != SPP_CMD_EXIT)
		return spp_fault(fault, EPERM, ".command",
				 "unknown command(%s): spp_pcap takes process, status, start, "
				 "stop, clear and exit",
				 kind_word(kind));
	if (a->service->txn == NULL && kind != SPP_CMD_EXIT)
		return spp_fault(fault, EPERM, ".command",
				 "unknown command(%s): spp_primary takes process, status, clear "
				 "and exit (wiring is changed at spp_vf)",
				 kind_word(kind));
	if (records(kind))
		return spp_fault(fault, EPERM, ".command",
				 "unknown command(%s): this is no spp_pcap (which records)",
				 kind_word(kind));
	return 0;
}

/** Decode command k and check that this process takes it from this origin. */
static int
take_command(struct answer *a, unsigned int k)
{
	struct spp_fault *fault = spp_faults_next(&a->faults);
	int ret = spp_request_command(a->request, k, &a->command, fault);

	if (ret < 0)
		return ret;
	ret = check_allowed(a, fault);
	if (ret == 0 && comes_alone(a->command.kind) && spp_request_nb_commands(a->request) > 1)
		ret = spp_fault(fault, EINVAL, ".command",
				"bad value(command): \"%s\" beside other commands (it comes alone)",
				kind_word(a->command.kind));
	if (ret < 0)
		return ret;
	a->faults.nb = 0;
	return 0;
}

/** Nothing may follow a flush that could fail, for it could not be taken back. */
static int
check_rest(struct answer *a, unsigned int flush, unsigned int nb, unsigned int *failed)
{
	unsigned int k;
	int ret;

	for (k = flush + 1; k < nb; k++) {
		*failed = k;
		ret = take_command(a, k);
		if (ret < 0)
			return ret;
		if (!only_asks(a->command.kind))
			return spp_fault(
				spp_faults_next(&a->faults), EINVAL, ".command",
				"bad value(command): \"%s\" after flush (flush comes once, "
				"followed by nothing but status and process)",
				kind_word(a->command.kind));
	}
	*failed = flush;
	return 0;
}

static struct json_t *
info_of_vf(const struct spp_service *service)
{
	struct spp_status_saved saved;

	if (service->keeper != NULL)
		spp_keeper_state(service->keeper, &saved);
	return spp_status_vf(service->process_id, service->txn,
			     service->keeper != NULL ? &saved : NULL, service->dataplane,
			     service->dataplane_ctx);
}

static struct json_t *
info_of_pcap(const struct spp_service *service)
{
	json_t *info =
		spp_status_pcap(service->process_id, service->recorder, service->recorder_ctx);

	json_object_set_new(info, "process", json_integer(service->process_id));
	json_object_set_new(info, "process_type", json_string(spp_service_type(service)));
	json_object_set_new(info, "time_us", json_integer((json_int_t)spp_clock_us()));
	return info;
}

/** Once is enough: 32,768 status commands in one message must not cost as many walks. */
static void
show_status(struct answer *a)
{
	const struct spp_service *service = a->service;
	struct json_t *info;

	if (a->shown)
		return;
	a->shown = true;
	if (service->recorder != NULL)
		info = info_of_pcap(service);
	else
		info = service->txn != NULL ? info_of_vf(service)
					    : spp_status_host(service->host, service->host_ctx);
	spp_status_controller(info, service->controller);
	spp_status_version(info, &service->build);
	spp_reply_info(a->reply, info);
}

static int
run_flush(struct answer *a, unsigned int k, unsigned int nb, unsigned int *failed)
{
	struct spp_flush_result result;
	int ret;

	ret = check_rest(a, k, nb, failed);
	if (ret == 0)
		ret = spp_txn_flush(a->service->txn, &result, &a->faults);
	if (ret < 0)
		return ret;
	a->shown = false;
	spp_reply_flush(a->reply, &result);
	return 0;
}

static int
run_clear(struct answer *a)
{
	int ret;

	if (!a->command.one_port) {
		spp_service_clear(a->service);
		return 0;
	}
	ret = spp_service_clear_port(a->service, a->command.entry.port,
				     spp_faults_next(&a->faults));
	if (ret == 0)
		a->faults.nb = 0;
	return ret;
}

static int
run_record(struct answer *a)
{
	const struct spp_service *service = a->service;
	struct spp_fault *fault = spp_faults_next(&a->faults);
	struct spp_error err;
	int ret = service->recorder->start(service->recorder_ctx, &err);

	if (ret < 0)
		return spp_fault(fault, -ret, ".command", "error occur(start): %.200s", err.text);
	a->faults.nb = 0;
	return 0;
}

/** Carry out command k; on failure *failed is the command to blame. */
static int
run_command(struct answer *a, unsigned int k, unsigned int nb, unsigned int *failed)
{
	int ret;

	*failed = k;
	ret = take_command(a, k);
	if (ret < 0)
		return ret;
	switch (a->command.kind) {
	case SPP_CMD_FLUSH:
		return run_flush(a, k, nb, failed);
	case SPP_CMD_PROCESS:
		spp_reply_process(a->reply, a->service->process_id, spp_service_type(a->service));
		break;
	case SPP_CMD_STATUS:
		show_status(a);
		break;
	case SPP_CMD_CLEAR:
		ret = run_clear(a);
		if (ret < 0)
			return ret;
		break;
	case SPP_CMD_RECORD:
		ret = run_record(a);
		if (ret < 0)
			return ret;
		break;
	case SPP_CMD_RECORD_END:
		a->service->recorder->stop(a->service->recorder_ctx);
		break;
	case SPP_CMD_EXIT:
		a->session->exit = true;
		break;
	default:
		ret = spp_txn_stage(a->service->txn, &a->command, spp_faults_next(&a->faults));
		if (ret < 0)
			return ret;
		a->faults.nb = 0;
	}
	spp_reply_success(a->reply);
	return 0;
}

static char *
run_message(struct answer *a, size_t *reply_length)
{
	unsigned int nb = spp_request_nb_commands(a->request);
	unsigned int k, failed;

	a->faults.nb = 0;
	a->reply = spp_reply_create();
	if (a->reply == NULL)
		return NULL;
	if (a->service->txn != NULL)
		spp_txn_begin(a->service->txn);
	for (k = 0; k < nb; k++) {
		if (run_command(a, k, nb, &failed) == 0)
			continue;
		if (a->service->txn != NULL)
			spp_txn_rollback(a->service->txn);
		spp_reply_error(a->reply, nb, failed, &a->faults);
		a->session->failed = true;
		break;
	}
	return spp_reply_finish(a->reply, reply_length);
}

static char *
answer_json(const struct spp_service *service, struct spp_session *session, const char *data,
	    size_t length, size_t *reply_length)
{
	struct answer a = {.service = service, .session = session};
	struct spp_request *request;
	struct spp_fault fault;
	char *reply;
	int ret;

	ret = spp_request_parse(data, length, &request, &fault);
	session->failed = ret < 0;
	if (ret == -EBADMSG)
		return spp_reply_bad_format(NULL, fault.err.text, reply_length);
	if (ret < 0)
		return spp_reply_bad_format(fault.err.text, NULL, reply_length);
	a.request = request;
	reply = run_message(&a, reply_length);
	spp_request_destroy(request);
	return reply;
}

char *
spp_answer(const struct spp_service *service, struct spp_session *session, enum spp_frame_kind kind,
	   const char *data, size_t length, size_t *reply_length)
{
	session->failed = kind == SPP_FRAME_BAD;
	switch (kind) {
	case SPP_FRAME_JSON:
		return answer_json(service, session, data, length, reply_length);
	case SPP_FRAME_BAD:
		return spp_reply_bad_format(data, NULL, reply_length);
	default:
		return spp_text_answer(service, session, data, length, reply_length);
	}
}

char *
spp_answer_silence(size_t *reply_length)
{
	return spp_reply_bad_format(NULL, "half a message, then silence", reply_length);
}
