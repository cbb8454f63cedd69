/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Text commands of a spp_vf. See answer/text.h.
 */
#include "answer/text.h"

#include <errno.h>

#include <jansson.h>

#include "answer/text_pcap.h"
#include "answer/text_primary.h"
#include "text/reply.h"
#include "text/request.h"
#include "text/status_vf.h"

/** What SPP says of a command that it understood and could not carry out. */
#define FAILED "error occur: "

/** What carrying out one command needs. */
struct text_answer {
	const struct spp_service *service;
	struct spp_session *session;
	struct spp_command command;
	struct spp_faults faults;
	const char *prefix; /**< of the error message */
};

static int
run_flush(struct text_answer *a)
{
	struct spp_flush_result result;
	int ret;

	a->faults.nb = 0;
	ret = spp_txn_flush(a->service->txn, &result, &a->faults);
	if (ret < 0)
		a->prefix = FAILED;
	return ret;
}

static bool
is_mirror(const struct spp_service *service)
{
	return service->dataplane->inventory(service->dataplane_ctx)->mirror;
}

/** A command that changes something: now, or at the next flush. */
static int
run_change(struct text_answer *a)
{
	struct spp_txn *txn = a->service->txn;
	int ret;

	if (a->command.kind == SPP_CMD_TABLE && is_mirror(a->service))
		return 0; /* there is nothing to look up: SPP's takes it and does nothing */
	spp_txn_begin(txn);
	ret = spp_txn_stage(txn, &a->command, spp_faults_next(&a->faults));
	if (ret == 0 && !a->session->stages)
		ret = run_flush(a);
	if (ret < 0)
		spp_txn_rollback(txn);
	return ret;
}

/** By the local socket, which is no controller's, nothing is changed but counters. */
static int
check_origin(struct text_answer *a)
{
	enum spp_command_kind kind = a->command.kind;

	if (a->session->origin == SPP_FROM_CONTROLLER || kind == SPP_CMD_PROCESS ||
	    kind == SPP_CMD_STATUS ||
	    (kind == SPP_CMD_CLEAR && a->session->origin == SPP_FROM_LOCAL))
		return 0;
	if (a->session->origin == SPP_FROM_LOOK)
		return spp_fault(spp_faults_next(&a->faults), EPERM, "",
				 "Invalid value (command): this socket takes _get_client_id and "
				 "status (clear goes to the one that ends in .sock, for root and "
				 "SPP_ADMIN_GROUP)");
	return spp_fault(spp_faults_next(&a->faults), EPERM, "",
			 "Invalid value (command): the local socket takes _get_client_id, status "
			 "and clear (the rest goes over the controller connection)");
}

static int
run(struct text_answer *a)
{
	switch (a->command.kind) {
	case SPP_CMD_PROCESS:
	case SPP_CMD_STATUS:
		return 0;
	case SPP_CMD_CLEAR:
		spp_service_clear(a->service);
		return 0;
	case SPP_CMD_EXIT:
		a->session->exit = true;
		return 0;
	case SPP_CMD_CANCEL:
		a->session->stages = true;
		spp_txn_cancel(a->service->txn);
		return 0;
	case SPP_CMD_FLUSH:
		a->session->stages = true;
		return run_flush(a);
	default:
		return run_change(a);
	}
}

static char *
answer_vf(const struct spp_service *service, struct spp_session *session,
	  const struct spp_text *text, size_t *reply_length)
{
	struct text_answer a = {.service = service, .session = session, .prefix = ""};
	int ret = spp_text_command(text, &a.command, spp_faults_next(&a.faults));

	if (ret == 0) {
		a.faults.nb = 0;
		ret = check_origin(&a);
	}
	if (ret == 0)
		ret = run(&a);
	session->failed = ret < 0;
	if (ret < 0)
		return spp_text_reply_error(a.prefix, &a.faults, reply_length);
	switch (a.command.kind) {
	case SPP_CMD_STATUS:
		return spp_text_status_vf(service->process_id, service->txn, service->dataplane,
					  service->dataplane_ctx, service->text_cache,
					  reply_length);
	case SPP_CMD_PROCESS:
		return spp_text_reply_success(json_pack("{s:i, s:s}", "client_id",
							(int)service->process_id, "process_type",
							spp_service_type(service)),
					      reply_length);
	default:
		return spp_text_reply_success(NULL, reply_length);
	}
}

char *
spp_text_answer(const struct spp_service *service, struct spp_session *session, const char *data,
		size_t length, size_t *reply_length)
{
	struct spp_faults faults;
	struct spp_text text;
	int ret;

	faults.nb = 0;
	ret = spp_text_split(data, length, &text, spp_faults_next(&faults));
	session->failed = ret < 0;
	if (service->host != NULL)
		return spp_text_primary(service, session, &text, reply_length);
	if (ret < 0)
		return spp_text_reply_error("", &faults, reply_length);
	if (service->recorder != NULL)
		return spp_text_pcap(service, session, &text, reply_length);
	return answer_vf(service, session, &text, reply_length);
}
