/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Text commands of spp_pcap, one word each. See answer/text_pcap.h.
 */
#include "answer/text_pcap.h"

#include <errno.h>
#include <string.h>

#include <jansson.h>

#include "text/reply.h"
#include "json/status_pcap.h"

#define NB(array) (sizeof(array) / sizeof((array)[0]))

enum pcap_command { PCAP_PROCESS, PCAP_STATUS, PCAP_START, PCAP_STOP, PCAP_CLEAR, PCAP_EXIT };

static const struct {
	const char *word;
	enum spp_origin origin; /**< the last by which it may come */
} pcap_commands[] = {
	[PCAP_PROCESS] = {"_get_client_id", SPP_FROM_LOOK},
	[PCAP_STATUS] = {"status", SPP_FROM_LOOK},
	[PCAP_START] = {"start", SPP_FROM_LOCAL},
	[PCAP_STOP] = {"stop", SPP_FROM_LOCAL},
	[PCAP_CLEAR] = {"clear", SPP_FROM_LOCAL},
	[PCAP_EXIT] = {"exit", SPP_FROM_CONTROLLER},
};

/** @return an enum pcap_command, or -EINVAL or -EPERM with the fault */
static int
find_command(const struct spp_text *text, enum spp_origin origin, struct spp_fault *fault)
{
	const char *word = text->nb > 0 ? text->words[0] : "";
	unsigned int i;

	if (text->nb > 1)
		return spp_fault(fault, EINVAL, "",
				 "Wrong message format: a command of spp_pcap is one word");
	for (i = 0; i < NB(pcap_commands); i++) {
		if (strcmp(word, pcap_commands[i].word) == 0)
			break;
	}
	if (i == NB(pcap_commands))
		return spp_fault(fault, EINVAL, "",
				 "Invalid value (command): \"%.64s\" is none of _get_client_id, "
				 "status, start, stop, clear, exit",
				 word);
	if (origin > pcap_commands[i].origin)
		return spp_fault(fault, EPERM, "",
				 "Invalid value (command): this socket does not take %s (the "
				 "controller connection does)",
				 word);
	return (int)i;
}

static char *
pcap_failed(struct spp_session *session, const char *prefix, const struct spp_faults *faults,
	    size_t *length)
{
	session->failed = true;
	return spp_text_reply_error(prefix, faults, length);
}

static json_t *
identity(const struct spp_service *service)
{
	return json_pack("{s:i, s:s}", "client_id", (int)service->process_id, "process_type",
			 spp_service_type(service));
}

char *
spp_text_pcap(const struct spp_service *service, struct spp_session *session,
	      const struct spp_text *text, size_t *reply_length)
{
	const struct spp_recorder_ops *ops = service->recorder;
	struct spp_faults faults;
	struct spp_fault *fault;
	json_t *more = NULL;
	int command;

	faults.nb = 0;
	fault = spp_faults_next(&faults);
	command = find_command(text, session->origin, fault);
	if (command < 0)
		return pcap_failed(session, "", &faults, reply_length);
	switch (command) {
	case PCAP_PROCESS:
		more = identity(service);
		break;
	case PCAP_STATUS:
		more = json_pack("{s:o}", "info",
				 spp_status_pcap(service->process_id, ops, service->recorder_ctx));
		break;
	case PCAP_START:
		if (ops->start(service->recorder_ctx, &fault->err) < 0)
			return pcap_failed(session, "error occur: ", &faults, reply_length);
		break;
	case PCAP_STOP:
		ops->stop(service->recorder_ctx);
		break;
	case PCAP_CLEAR:
		spp_service_clear(service);
		break;
	default:
		session->exit = true;
		break;
	}
	return spp_text_reply_success(more, reply_length);
}
