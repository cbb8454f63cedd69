/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What every program does before anything else, and which signals end it.
 *
 * INT, TERM, QUIT, XCPU   an orderly end
 * HUP                     the same where the program was started in the foreground of a terminal,
 *                         and without nohup(1); else nothing
 * USR1, USR2, ALRM, VTALRM, PROF, IO, PWR, STKFLT, PIPE, XFSZ, TTIN, TTOU, real-time ones
 *                         nothing
 *
 * The rest is the kernel's: those that stop a process, those of a crash. Implemented by
 * control/wire/program.c. Plain C. On the main thread, before there are others.
 */
#ifndef SPP_PROGRAM_H
#define SPP_PROGRAM_H

#include <signal.h>

/**
 * First of all in main(). Descriptors 0 to 2 that are closed are opened on /dev/null: else the
 * first file that is opened takes their place, and log lines are written into it. What is made from
 * now on is for its owner only (umask 077). Signals that mean nothing here are ignored.
 */
void spp_program_begin(void);
/** The same for a command that a person waits for: HUP, QUIT, TTIN and TTOU stay the kernel's. */
void spp_program_begin_command(void);

/** The signals that ask this program to end in order. */
void spp_program_ends(sigset_t *out);

/** Set the handler of all of them; SIG_IGN: it is ending already. */
void spp_program_on_end(void (*handler)(int sig));

#endif
