/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A terminal that shows lines in place. See screen.h.
 */
#include "ctl/screen.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "ctl/grid.h"

#define TERMINAL_HOME       "\033[H"
#define TERMINAL_CLEAR_LINE "\033[K"
#define TERMINAL_CLEAR_REST "\033[J"
#define TERMINAL_CLEAR_ALL  "\033[2J"
#define TERMINAL_PLAIN      "\033[0m"
#define TERMINAL_BOLD       "\033[1m"
#define TERMINAL_REVERSE    "\033[7m"

/* Keys come one by one, unseen. False: there is no keyboard. */
static bool
open_keys(struct termios *saved)
{
	struct termios raw;

	/* In the background a terminal must not be touched. */
	if (tcgetattr(STDIN_FILENO, saved) < 0 || tcgetpgrp(STDIN_FILENO) != getpgrp())
		return false;
	raw = *saved;
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	return tcsetattr(STDIN_FILENO, TCSANOW, &raw) == 0;
}

void
ctl_screen_open(struct ctl_screen *screen)
{
	memset(screen, 0, sizeof(*screen));
	screen->keys = open_keys(&screen->saved);
	/* A table goes out as one: nobody sees half of it. */
	setvbuf(stdout, NULL, _IOFBF, 1 << 16);
	fputs(TERMINAL_CLEAR_ALL, stdout);
	ctl_screen_measure(screen);
}

void
ctl_screen_close(struct ctl_screen *screen)
{
	if (screen->keys)
		tcsetattr(STDIN_FILENO, TCSANOW, &screen->saved);
}

void
ctl_screen_measure(struct ctl_screen *screen)
{
	struct winsize size = {0};

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col == 0 || size.ws_row == 0)
		size = (struct winsize){.ws_row = USHRT_MAX, .ws_col = 512};
	screen->rows = size.ws_row;
	screen->columns = size.ws_col;
}

static unsigned int
count_lines(const char *text)
{
	unsigned int nb = 0;

	for (; *text != '\0'; text++)
		nb += *text == '\n';
	return nb;
}

/* Lines that there is no room for. */
static unsigned int
surplus(const struct ctl_screen *screen, const char *lines)
{
	unsigned int nb = count_lines(lines);

	return nb > screen->rows ? nb - screen->rows : 0;
}

/* Line by line, so that nothing of the previous, longer table stays, and cut, for a wrapped line
 * would shift all that follow. @return the next line */
static const char *
put_line(const struct ctl_screen *screen, const char *line)
{
	bool marked = *line == GRID_MARKED, title = *line == GRID_TITLE;
	unsigned int column = 0;

	if (marked || title) {
		fputs(marked ? TERMINAL_BOLD : TERMINAL_REVERSE, stdout);
		line++;
	}
	for (; *line != '\n' && *line != '\0'; line++)
		if (++column < screen->columns)
			putchar(*line);
	if (marked || title)
		fputs(TERMINAL_PLAIN, stdout);
	fputs(TERMINAL_CLEAR_LINE, stdout);
	return *line == '\n' ? line + 1 : line;
}

static const char *
skip_lines(const char *lines, unsigned int nb)
{
	for (; nb > 0 && *lines != '\0'; nb--) {
		lines = strchr(lines, '\n');
		lines = lines != NULL ? lines + 1 : "";
	}
	return lines;
}

void
ctl_screen_show(struct ctl_screen *screen, const char *lines)
{
	unsigned int below = surplus(screen, lines), left;

	if (screen->first > below)
		screen->first = below;
	fputs(TERMINAL_HOME, stdout);
	if (*lines != '\0')
		lines = put_line(screen, lines);
	lines = skip_lines(lines, screen->first);
	for (unsigned int row = 1; *lines != '\0' && row < screen->rows; row++) {
		putchar('\n');
		left = count_lines(lines);
		if (row + 1 == screen->rows && left > 1) {
			printf("... %u more lines (j, space)" TERMINAL_CLEAR_LINE, left);
			break;
		}
		lines = put_line(screen, lines);
	}
	fputs(TERMINAL_CLEAR_REST, stdout);
	fflush(stdout);
}

bool
ctl_screen_scroll(struct ctl_screen *screen, int key, const char *lines)
{
	unsigned int page = screen->rows > 4 ? screen->rows - 4 : 1, first = screen->first;
	unsigned int end = surplus(screen, lines);

	if (key == CTL_KEY_UP || key == 'k')
		first -= first > 0;
	else if (key == CTL_KEY_DOWN || key == 'j')
		first++;
	else if (key == CTL_KEY_PAGE_UP)
		first = first > page ? first - page : 0;
	else if (key == CTL_KEY_PAGE_DOWN || key == ' ')
		first += page;
	else if (key == CTL_KEY_HOME || key == 'g')
		first = 0;
	else if (key == CTL_KEY_END || key == 'G')
		first = end;
	else
		return false;
	screen->first = first < end ? first : end;
	return true;
}

int
ctl_screen_key(const char **bytes, const char *end)
{
	static const struct {
		const char *sequence;
		enum ctl_key key;
	} keys[] = {
		{"\033[A", CTL_KEY_UP},       {"\033OA", CTL_KEY_UP},
		{"\033[B", CTL_KEY_DOWN},     {"\033OB", CTL_KEY_DOWN},
		{"\033[5~", CTL_KEY_PAGE_UP}, {"\033[6~", CTL_KEY_PAGE_DOWN},
		{"\033[H", CTL_KEY_HOME},     {"\033[1~", CTL_KEY_HOME},
		{"\033[F", CTL_KEY_END},      {"\033[4~", CTL_KEY_END},
	};
	size_t left = (size_t)(end - *bytes), length;

	if (left == 0)
		return 0;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		length = strlen(keys[i].sequence);
		if (left < length || memcmp(*bytes, keys[i].sequence, length) != 0)
			continue;
		*bytes += length;
		return (int)keys[i].key;
	}
	if (**bytes == '\033') { /* of a key that means nothing here */
		*bytes = end;
		return CTL_KEY_NONE;
	}
	return (unsigned char)*(*bytes)++;
}
