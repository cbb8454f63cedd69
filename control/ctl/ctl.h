/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What every command of sppctl is given, and what it returns. Types only.
 *
 * sppctl is one command: it runs, prints, and ends.
 */
#ifndef SPP_CTL_H
#define SPP_CTL_H

#include <stdbool.h>
#include <stdint.h>

/** Characters of a UNIX socket's path; longer ones are refused. */
#define CTL_PATH_SIZE 108
/** Bytes of a frame that may be asked for: no NIC and no vhost carries more. */
#define CTL_SIZE_MAX 65535

enum ctl_exit {
	CTL_OK = 0,
	CTL_ERROR = 1,       /**< the reply holds an error */
	CTL_USAGE = 2,       /**< the command line, or the file to send, is wrong */
	CTL_UNREACHABLE = 3, /**< spp_agent or the process did not answer */
};

/** What the command line says. */
struct ctl {
	const struct ctl_command *commands; /**< all there are; the last one has no name */
	char agent_path[CTL_PATH_SIZE];
	char run_dir[CTL_PATH_SIZE]; /**< where the processes have their local sockets */
	bool json, dry_run, dot, anonymous, what_if, to_switch, source_check;
	uint64_t timeout_ms;
	double interval_s;
	double seconds;       /**< 0: until Ctrl-C */
	const char *to;       /**< "vf1"; NULL: not given */
	const char *to_other; /**< behind a comma: of the other port, or of the NIC; NULL */
	const char *to_port;  /**< of mirror: where copies go; NULL: not given */
	const char *nic;      /**< "nic0"; NULL: not given */
	const char *filter;   /**< "reserved" or "none"; NULL: not given */
	const char *label;    /**< what a port is to be called; NULL: not given */
	const char *reason;   /**< for the log of spp_agent; NULL: none */
	const char *src;      /**< a MAC address; NULL: not given */
	const char *file;     /**< of a wiring; NULL: not given */
	unsigned int size;    /**< bytes of a frame; 0: not given */
	/* capture */
	bool rx, tx, both, drops;             /* and of mirror: which side */
	uint64_t count;                       /**< packets; 0: no end */
	unsigned int snaplen, file_mb, files; /**< 0: not given */
	double for_s;                         /**< 0: not given */
	const char *write;                    /**< a file, or "-"; NULL: not given */
	int vlan;                             /**< 0 to 4094; -1: not given */
};

/** A short option of one command; the last one has letter 0. */
struct ctl_short {
	char letter;
	const char *name; /**< of the long one */
};

/** One command. */
struct ctl_command {
	const char *name, *words; /**< words: how its arguments are called in the help */
	int nb_min, nb_max;       /**< arguments */
	/** Short options of its own, in place of those that all have: 's', "snaplen" ...; NULL */
	const struct ctl_short *shorts;
	const char *options; /**< letters of the options it takes, beside those all take */
	/** @return an enum ctl_exit; of check and diff: their own */
	int (*run)(const struct ctl *ctl, int nb, char **words);
	bool changes;        /**< of those that change something: their own part of the man page */
	const char *summary; /**< one line; NULL: not for people */
	const char *more;    /**< lines for its own --help, or NULL */
	const char *example; /**< what one might type behind "sppctl" */
};

#endif
