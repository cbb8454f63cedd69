/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What the files of sppctl share. sppctl is one command: it runs, prints, and ends.
 */
#ifndef SPP_CTL_H
#define SPP_CTL_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "spp/error.h"

/** Characters of a UNIX socket's path; longer ones are refused. */
#define CTL_PATH_SIZE 108
/** Characters in "vf255", "primary". */
#define CTL_NAME_SIZE 16
/** Milliseconds a process' own local socket may take: it answers at once or is not there. */
#define CTL_LOCAL_MS 2000

enum ctl_exit {
	CTL_OK = 0,
	CTL_ERROR = 1,       /**< the reply holds an error */
	CTL_USAGE = 2,       /**< the command line, or the file to send, is wrong */
	CTL_UNREACHABLE = 3, /**< spp_agent or the process did not answer */
};

struct ctl {
	char agent_path[CTL_PATH_SIZE];
	char run_dir[CTL_PATH_SIZE]; /**< where the processes have their local sockets */
	bool json;
	uint64_t timeout_ms;
};

/* ctl_link.c */
uint64_t ctl_now_ms(void);
/**
 * Connect, send `size` bytes, read one JSON object. 0, or -errno with text; -ENOENT and
 * -ECONNREFUSED: nobody listens there.
 */
int ctl_link_exchange(const char *path, const char *request, size_t size, uint64_t timeout_ms,
		      json_t **reply, struct spp_error *err);

/* ctl_find.c: through the agent, and beside it. */
/** Ask the agent; body may be NULL. On success *reply is what the agent's reply holds. */
int ctl_find_agent(const struct ctl *ctl, const char *request, const char *to, const char *body,
		   size_t body_size, json_t **reply, struct spp_error *err);
/** Every process that can be asked: {"agent":bool,...,"processes":[...]}. NULL: out of memory. */
json_t *ctl_find_all(const struct ctl *ctl, struct spp_error *agent_err);
/** Reply to `status` of one process, through the agent or its local socket. */
int ctl_find_status(const struct ctl *ctl, const char *name, json_t **reply, struct spp_error *err);
bool ctl_find_name_ok(const char *name);
/** An item of ctl_find_all() that is there now (a lost process is listed too). */
bool ctl_find_reachable(const json_t *item);

/* One file per command; each returns an enum ctl_exit. */
int ctl_list_run(const struct ctl *ctl);
int ctl_send_run(const struct ctl *ctl, const char *name, const char *file);
int ctl_status_run(const struct ctl *ctl, const char *name);
int ctl_watch_run(const struct ctl *ctl, double interval_s, double seconds);

/* ctl_reply.c: what a reply says. */
/** True when every result of a process' reply is "success". */
bool ctl_reply_ok(const json_t *reply);
const char *ctl_reply_text(const json_t *object, const char *key);
double ctl_reply_number(const json_t *object, const char *key);
void ctl_reply_print(const json_t *reply);
__attribute__((format(printf, 1, 2))) void ctl_reply_complain(const char *fmt, ...);

/* ctl_table.c: pieces of a table. */
/** "0", "950", "12.30k", "125M". */
const char *ctl_table_human(double value, char *text, size_t size);
/** How much a counter has grown; what was started anew counts from zero. */
double ctl_table_growth(const json_t *now, const json_t *before, const char *key);
/** "1250/s" of a counter; "-" when there is nothing to compare with. */
const char *ctl_table_rate(const json_t *now, const json_t *before, const char *key, double seconds,
			   char *text, size_t size);
/** Seconds between two status replies, 0: not known. */
double ctl_table_seconds(const json_t *info, const json_t *before);
/** "12.5%" of the busy cycles of a lcore, since `before` or since its start. */
const char *ctl_table_busy(const json_t *now, const json_t *before, char *text, size_t size);
/** Print "no_entry 12 (3/s)" for each reason, after `gap`. @return the gap before the next */
const char *ctl_table_drops(FILE *out, const json_t *now, const json_t *before, double seconds,
			    const char *gap);
/** Of a port as status shows it, a string or an object with a VLAN operation. */
const char *ctl_table_port_name(const json_t *port);
/** "ring0 ring2+101" of an array of texts or ports; "-" when empty. */
const char *ctl_table_words(const json_t *array, char *text, size_t size);
/** The element of an array that has the same `key`, and the same `key2` unless NULL. */
const json_t *ctl_table_same(const json_t *array, const json_t *like, const char *key,
			     const char *key2);

/* ctl_table_vf.c, ctl_table_primary.c: the `info` of a status as tables. */
/** @param before the same at an earlier time, or NULL: then no rates */
void ctl_table_vf(FILE *out, const char *name, const json_t *info, const json_t *before);
void ctl_table_primary(FILE *out, const json_t *info, const json_t *before);

#endif
