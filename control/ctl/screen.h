/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A terminal that shows lines in place and scrolls them, and the keys typed at it. Used by top.
 */
#ifndef SPP_CTL_SCREEN_H
#define SPP_CTL_SCREEN_H

#include <stdbool.h>
#include <termios.h>

/** What a key that is no letter comes as. */
enum ctl_key {
	CTL_KEY_UP = 256,
	CTL_KEY_DOWN,
	CTL_KEY_PAGE_UP,
	CTL_KEY_PAGE_DOWN,
	CTL_KEY_HOME,
	CTL_KEY_END,
	CTL_KEY_NONE, /**< some other one */
};

struct ctl_screen {
	bool keys; /**< there is a keyboard, which `saved` is put back for */
	struct termios saved;
	unsigned int rows, columns; /**< as of the last ctl_screen_measure() */
	unsigned int first;         /**< line that stands below the head */
};

void ctl_screen_open(struct ctl_screen *screen);
void ctl_screen_close(struct ctl_screen *screen);

/** Ask the terminal how large it is; one that does not say is as large as one likes. */
void ctl_screen_measure(struct ctl_screen *screen);

/**
 * Show the first line, which stays, and as many others as fit, from screen->first on.
 * @param lines each ends with a newline; one may begin with a mark of grid.h
 */
void ctl_screen_show(struct ctl_screen *screen, const char *lines);

/** Scroll, if that is what the key is for. @param lines as last shown */
bool ctl_screen_scroll(struct ctl_screen *screen, int key, const char *lines);

/** The next key of what was read; *bytes moves behind it. 0: there is none. */
int ctl_screen_key(const char **bytes, const char *end);

#endif
