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
	bool json, dry_run, dot;
	uint64_t timeout_ms;
	double interval_s;
	double seconds;     /**< 0: until Ctrl-C */
	const char *to;     /**< "vf1"; NULL: not given */
	const char *nic;    /**< "nic0"; NULL: not given */
	const char *reason; /**< for the log of spp_agent; NULL: none */
	int vlan;           /**< -1: not given */
};

/** One command; words: how its arguments are called in the help. */
struct ctl_command {
	const char *name, *words;
	int nb_min, nb_max;
	const char *options; /**< letters of the options it takes, beside those all take */
	int (*run)(const struct ctl *ctl, int nb, char **words);
	const char *summary; /**< one line */
	const char *more;    /**< lines for its own --help, or NULL */
};

/* ctl_commands.c */
extern const struct ctl_command ctl_commands[];
/** The command of that name; complains, with the nearest one, and returns NULL else. */
const struct ctl_command *ctl_command_find(const char *name);
void ctl_command_list(FILE *out);

/* ctl_link.c */
uint64_t ctl_now_ms(void);
/**
 * Connect, send `size` bytes, read one JSON object. 0, or -errno with text; -ENOENT and
 * -ECONNREFUSED: nobody listens there.
 */
int ctl_link_exchange(const char *path, const char *request, size_t size, uint64_t timeout_ms,
		      json_t **reply, struct spp_error *err);

/* ctl_find.c: the processes' own sockets, and spp_agent. */
/**
 * Ask the agent; takes `header` over; body may be NULL. On success *reply is what the agent's
 * reply holds. -EINVAL: the request is wrong, -EBUSY: not as things are, else: not reached.
 */
int ctl_find_agent(const struct ctl *ctl, json_t *header, const char *body, size_t body_size,
		   json_t **reply, struct spp_error *err);
/** Every process that can be asked: {"agent":bool,...,"processes":[...]}. NULL: out of memory. */
json_t *ctl_find_all(const struct ctl *ctl, struct spp_error *agent_err);
/** Reply to any request from the process' own socket. */
int ctl_find_ask(const struct ctl *ctl, const char *name, const char *request, json_t **reply,
		 struct spp_error *err);
/** Reply to `status` from there. */
int ctl_find_local(const struct ctl *ctl, const char *name, json_t **reply, struct spp_error *err);
/** The same, or through the agent when there is no such socket. */
int ctl_find_status(const struct ctl *ctl, const char *name, json_t **reply, struct spp_error *err);
/** "primary", "vf1" ...? */
bool ctl_find_is_name(const char *name);
/** The same; complains else. */
bool ctl_find_name_check(const char *name);
/** An item of ctl_find_all() that is there now (a lost process is listed too). */
bool ctl_find_reachable(const json_t *item);
/** Status of all that are there: name -> info. */
json_t *ctl_find_infos(const struct ctl *ctl, struct spp_error *err);

/* ctl_ports.c */
/** Call put() with each port that a status tells of. @param kind only "nic" ...; NULL: all */
void ctl_ports_each(const json_t *info, const char *kind, void (*put)(void *arg, const char *name),
		    void *arg);
/** Has that process the port, whether it is wired or not? */
bool ctl_ports_has(const json_t *info, const char *word);

/* ctl_target.c */
/** The spp_vf meant: --to, the one that has the port or component (may be NULL), the only one. */
int ctl_target_find(const struct ctl *ctl, const char *port, const char *component, char *name,
		    struct spp_error *err);
/** Goes on in err with which controller holds the process, if its own socket tells. */
void ctl_target_holder(const struct ctl *ctl, const char *name, struct spp_error *err);

/* ctl_file.c */
/** Whole file, or standard input for "-". *out is malloc'ed. */
int ctl_file_read(const char *file, char **out, size_t *size, struct spp_error *err);
const char *ctl_file_shown(const char *file);
/** One JSON object. */
int ctl_file_parse(const char *file, const char *text, size_t size, json_t **out,
		   struct spp_error *err);
/** A wiring file: {"version":1,"process":N,"commands":[...]}. */
int ctl_file_wiring(const char *file, json_t **out, struct spp_error *err);

/* Commands; each returns an enum ctl_exit (check and diff: their own). */
int ctl_apply_run(const struct ctl *ctl, int nb, char **words);
int ctl_check_run(const struct ctl *ctl, int nb, char **words);
int ctl_clear_run(const struct ctl *ctl, int nb, char **words);
int ctl_complete_run(const struct ctl *ctl, int nb, char **words);
int ctl_diff_run(const struct ctl *ctl, int nb, char **words);
int ctl_dump_run(const struct ctl *ctl, int nb, char **words);
int ctl_list_run(const struct ctl *ctl, int nb, char **words);
int ctl_move_run(const struct ctl *ctl, int nb, char **words);
int ctl_patch_run(const struct ctl *ctl, int nb, char **words);
int ctl_plug_run(const struct ctl *ctl, int nb, char **words);
int ctl_send_run(const struct ctl *ctl, int nb, char **words);
int ctl_status_run(const struct ctl *ctl, int nb, char **words);
int ctl_top_run(const struct ctl *ctl, int nb, char **words);
int ctl_topo_run(const struct ctl *ctl, int nb, char **words);
int ctl_unpatch_run(const struct ctl *ctl, int nb, char **words);
int ctl_unplug_run(const struct ctl *ctl, int nb, char **words);

/* ctl_change.c, ctl_wiring.c: shared by the commands that change something. */
/** Takes `request` over, fills in the rest, prints what came of it. @return enum ctl_exit */
int ctl_change_ask(const struct ctl *ctl, const char *name, json_t *request, bool lines_shown);
/** Complains of a failed request to spp_agent, and says who holds the process. */
int ctl_change_fail(const struct ctl *ctl, const char *name, int code, struct spp_error *err);
void ctl_change_print_lines(const char *name, const json_t *lines);
void ctl_wiring_print(const json_t *dump);

/* ctl_reply.c: what a reply says. */
/** True when every result of a process' reply is "success". */
bool ctl_reply_ok(const json_t *reply);
/** The message of the one result that is an error. */
const char *ctl_reply_error(const json_t *reply);
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
/** Percent of a lcore's cycles that `key` has, since `before` (NULL: its start); -1: none yet. */
double ctl_table_share(const json_t *now, const json_t *before, const char *key);
/** The same as "12.5%", or "-". */
const char *ctl_table_use(const json_t *now, const json_t *before, const char *key, char *text,
			  size_t size);
/** Print "no_entry 12 (3/s)" for each reason, after `gap`. @return the gap before the next */
const char *ctl_table_drops(FILE *out, const json_t *now, const json_t *before, double seconds,
			    const char *gap);
/** Of a port as status shows it, a string or an object with a VLAN operation. */
const char *ctl_table_port_name(const json_t *port);
/** "ring0"; "ring0+101" or "ring0+101/3" where a tag is added, "ring0-tag" where one goes. */
const char *ctl_table_port_word(const json_t *port, char *text, size_t size);
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
