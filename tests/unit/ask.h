/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Asking the control part of a spp_vf without sockets, for tests: a message in, a reply out, on a
 * data plane that writes down what it was asked.
 */
#ifndef SPP_TESTS_ASK_H
#define SPP_TESTS_ASK_H

#include "answer/answer.h"
#include "fake_dataplane.h"
#include "text/status_vf.h"

struct bench {
	struct fake fake;
	struct spp_service service;
	struct spp_session session;
	struct spp_text_cache cache;
	struct spp_frame frame;
	char *reply; /**< the last one */
	char text[4096];
};

int set_up(void **state);
int tear_down(void **state);

/** The whole reply to bytes that hold one message. */
const char *raw(struct bench *b, enum spp_origin origin, const char *bytes, size_t length);

/** The results in short: "success", "invalid" or the message of an error, joined by '|'. */
const char *ask_from(struct bench *b, enum spp_origin origin, const char *message);
/** As the controller. */
const char *ask(struct bench *b, const char *message);

/** A member of "info" in the last reply, as compact JSON. */
const char *info(struct bench *b, const char *member);
/** Ask for status, and then that. */
const char *status(struct bench *b, const char *member);

#define COMMANDS(text) "{\"commands\":[" text "]}"
#define FLUSH          "{\"command\":\"flush\"}"
#define COMPONENT(core, type, rest)                                                                \
	"{\"command\":\"component\",\"core_id\":\"" core "\",\"type\":\"" type "\"" rest "}"
#define PORTS(rx, tx) ",\"rx_ports\":[" rx "],\"tx_ports\":[" tx "]"
#define MAC(mac, port)                                                                             \
	"{\"command\":\"classifier_table\",\"type\":\"mac\",\"value\":\"" mac                      \
	"\",\"port\":\"" port "\"}"

#endif
