/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Text commands of spp_primary. See answer/text_primary.h.
 *
 * SPP's primary also forwards packets, makes ports and starts processes; ours does not, and says
 * what to use instead. SPP's REST server looks at no `result` of the primary: hence the log.
 */
#include "answer/text_primary.h"

#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include <jansson.h>

#include "text/reply.h"
#include "text/status_primary.h"
#include "wire/clock.h"
#include "json/json_text.h"

#define NB(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
	const char *word, *instead;
} not_ours[] = {
	{"add",
	 "NICs and rings are given at the start of spp_primary (-p, -n), vhosts are spp_vf's"},
	{"del", "NICs and rings stay as spp_primary was started (-p, -n), vhosts are spp_vf's"},
	{"patch", "spp_primary forwards no packets: start a forward component in a spp_vf"},
	{"forward", "spp_primary forwards no packets: start a forward component in a spp_vf"},
	{"stop", "spp_primary forwards no packets: stop the component in its spp_vf"},
	{"launch", "spp_vf is started by its service unit or by hand"},
	{"flow", "packets are sorted by a classifier component in a spp_vf, not by the NIC"},
	{"_get_client_id",
	 "this is spp_primary: its port of the controller tells, or JSON process"},
};

static char *
primary_reply(const char *result, const char *command, const char *message, size_t *length)
{
	return spp_text_reply_dump(json_pack("{s:s, s:o, s:s*}", "result", result, "command",
					     spp_json_string(command), "message", message),
				   length);
}

static char *
primary_refuse(const struct spp_service *service, struct spp_session *session, const char *word,
	       size_t *length)
{
	const char *instead = "spp_primary takes status, clear and exit";
	char command[64], line[256];
	struct spp_fault clean;
	size_t i;

	session->failed = true;
	for (i = 0; i < NB(not_ours); i++) {
		if (strcmp(word, not_ours[i].word) == 0)
			instead = not_ours[i].instead;
	}
	/* by way of a fault: what comes from outside goes into a log */
	spp_fault(&clean, 0, "", "%s", word);
	snprintf(command, sizeof(command), "%.60s", clean.err.text);
	snprintf(line, sizeof(line), "command \"%s\" refused: %s", command, instead);
	/* Who may only look makes no lines: a new connection is a new limit. */
	if (service->log != NULL && session->origin == SPP_FROM_CONTROLLER &&
	    spp_limiter_take(&session->refused, spp_clock_ms()))
		service->log(LOG_WARNING, line);
	return primary_reply("failed", command, instead, length);
}

char *
spp_text_primary(const struct spp_service *service, struct spp_session *session,
		 const struct spp_text *text, size_t *reply_length)
{
	const char *word = text->nb > 0 ? text->words[0] : "";

	if (text->nb == 1 && strcmp(word, "status") == 0)
		return spp_text_status_primary(service->host, service->host_ctx, reply_length);
	if (text->nb == 1 && strcmp(word, "clear") == 0 && session->origin != SPP_FROM_LOOK) {
		spp_service_clear(service);
		return primary_reply("succeeded", word, NULL, reply_length);
	}
	if (text->nb == 1 && strcmp(word, "exit") == 0 && session->origin == SPP_FROM_CONTROLLER) {
		session->exit = true;
		return primary_reply("succeeded", word, NULL, reply_length);
	}
	return primary_refuse(service, session, word, reply_length);
}
