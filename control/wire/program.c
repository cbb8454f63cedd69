/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The first steps of a program. See spp/program.h, whose functions these are.
 */
#include "spp/program.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/** Of the begin: when the terminal hangs up, it cannot be asked any more. */
static bool hang_up_ends;

static void
open_standard_descriptors(void)
{
	int fd;

	for (fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		/* open() takes the lowest that is free: this one. */
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) < 0)
			return;
	}
}

static bool
is_ignored(int sig)
{
	struct sigaction action;

	return sigaction(sig, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

static bool
in_foreground(void)
{
	int fd = open("/dev/tty", O_RDONLY | O_NOCTTY | O_CLOEXEC);
	bool yes = fd >= 0 && tcgetpgrp(fd) == getpgrp();

	if (fd >= 0)
		close(fd);
	return yes;
}

static void
ignore(const int *signals, size_t nb)
{
	size_t i;

	for (i = 0; i < nb; i++)
		signal(signals[i], SIG_IGN);
}

void
spp_program_begin_command(void)
{
	static const int nothing[] = {SIGUSR1, SIGUSR2, SIGALRM, SIGVTALRM,
				      SIGPROF, SIGIO,   SIGPWR,  SIGSTKFLT};
	int sig;

	open_standard_descriptors();
	umask(S_IRWXG | S_IRWXO);
	ignore(nothing, sizeof(nothing) / sizeof(nothing[0]));
	for (sig = SIGRTMIN; sig <= SIGRTMAX; sig++)
		signal(sig, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
}

void
spp_program_begin(void)
{
	static const int nothing[] = {SIGXFSZ, SIGTTIN, SIGTTOU};

	spp_program_begin_command();
	ignore(nothing, sizeof(nothing) / sizeof(nothing[0]));
	hang_up_ends = !is_ignored(SIGHUP) && in_foreground();
	if (!hang_up_ends)
		signal(SIGHUP, SIG_IGN);
}

void
spp_program_ends(sigset_t *out)
{
	sigemptyset(out);
	sigaddset(out, SIGINT);
	sigaddset(out, SIGTERM);
	sigaddset(out, SIGQUIT);
	sigaddset(out, SIGXCPU);
	if (hang_up_ends)
		sigaddset(out, SIGHUP);
}

void
spp_program_on_end(void (*handler)(int sig))
{
	struct sigaction action = {.sa_handler = handler};
	sigset_t ends;
	int sig;

	spp_program_ends(&ends);
	for (sig = 1; sig < SIGRTMIN; sig++) {
		if (sigismember(&ends, sig) == 1)
			sigaction(sig, &action, NULL);
	}
}
