/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A table that fits a width. See grid.h.
 */
#include "ctl/grid.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/** So much of the last column is worth more than a column that could go. */
#define LAST_MAX 36

struct row {
	double key;
	bool marked;
	unsigned int place, nb_cells;
	char cells[GRID_COLUMNS_MAX][GRID_CELL_SIZE];
};

struct grid {
	const struct grid_column *columns;
	unsigned int nb_columns;
	struct row *rows;
	unsigned int nb_rows, room;
};

struct grid *
grid_create(const struct grid_column *columns, unsigned int nb)
{
	struct grid *grid = calloc(1, sizeof(*grid));

	if (grid != NULL)
		*grid = (struct grid){.columns = columns, .nb_columns = nb};
	return grid;
}

void
grid_destroy(struct grid *grid)
{
	if (grid != NULL)
		free(grid->rows);
	free(grid);
}

void
grid_row(struct grid *grid, double key, bool marked)
{
	if (grid->nb_rows == grid->room) {
		unsigned int room = grid->room == 0 ? 32 : 2 * grid->room;
		struct row *rows = realloc(grid->rows, room * sizeof(*rows));

		if (rows == NULL)
			abort(); /* some hundred kilobytes: nothing sensible is left to do */
		grid->rows = rows;
		grid->room = room;
	}
	memset(&grid->rows[grid->nb_rows], 0, sizeof(*grid->rows));
	grid->rows[grid->nb_rows].key = key;
	grid->rows[grid->nb_rows].marked = marked;
	grid->rows[grid->nb_rows].place = grid->nb_rows;
	grid->nb_rows++;
}

void
grid_cell(struct grid *grid, const char *fmt, ...)
{
	struct row *row = &grid->rows[grid->nb_rows - 1];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(row->cells[row->nb_cells++], GRID_CELL_SIZE, fmt, ap);
	va_end(ap);
}

static int
compare(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	if (x->key != y->key)
		return x->key > y->key ? -1 : 1;
	return x->place < y->place ? -1 : 1;
}

static void
measure(const struct grid *grid, unsigned int *widths)
{
	for (unsigned int c = 0; c < grid->nb_columns; c++) {
		widths[c] = (unsigned int)strlen(grid->columns[c].title);
		for (unsigned int r = 0; r < grid->nb_rows; r++) {
			unsigned int length = (unsigned int)strlen(grid->rows[r].cells[c]);

			if (length > widths[c])
				widths[c] = length;
		}
	}
}

/* Of those that may go the least important one, from the right. @return false: there is none */
static bool
hide_one(const struct grid *grid, bool *hidden)
{
	int found = -1;

	for (int c = 0; c < (int)grid->nb_columns; c++)
		if (!hidden[c] && grid->columns[c].rank > 0 &&
		    (found < 0 || grid->columns[c].rank >= grid->columns[found].rank))
			found = c;
	if (found >= 0)
		hidden[found] = true;
	return found >= 0;
}

static void
choose(const struct grid *grid, const unsigned int *widths, unsigned int width, bool *hidden)
{
	unsigned int last = grid->nb_columns - 1, used;

	for (unsigned int c = 0; c < grid->nb_columns; c++)
		hidden[c] = grid->columns[c].rank == GRID_NEVER;
	do {
		used = widths[last] < LAST_MAX ? widths[last] : LAST_MAX;
		for (unsigned int c = 0; c < last; c++)
			used += hidden[c] ? 0 : widths[c] + 2;
	} while (used + 2 > width && hide_one(grid, hidden));
}

static void
put_line(FILE *out, const struct grid *grid, const struct row *row, const unsigned int *widths,
	 const bool *hidden, unsigned int width)
{
	char line[GRID_COLUMNS_MAX * (GRID_CELL_SIZE + 2) + 2] = "";
	size_t used = 0;

	for (unsigned int c = 0; c < grid->nb_columns; c++) {
		const char *text = row != NULL ? row->cells[c] : grid->columns[c].title;
		int pad = (int)widths[c];

		if (hidden[c])
			continue;
		if (c + 1 == grid->nb_columns)
			pad = 0;
		used += (size_t)snprintf(line + used, sizeof(line) - used,
					 grid->columns[c].right ? "  %*s" : "  %-*s", pad, text);
	}
	while (used > 0 && line[used - 1] == ' ')
		line[--used] = '\0';
	fprintf(out, "%.*s\n", (int)width, line);
}

void
grid_print(FILE *out, struct grid *grid, unsigned int width)
{
	unsigned int widths[GRID_COLUMNS_MAX];
	bool hidden[GRID_COLUMNS_MAX] = {false};

	if (grid->nb_rows == 0)
		return;
	qsort(grid->rows, grid->nb_rows, sizeof(*grid->rows), compare);
	measure(grid, widths);
	choose(grid, widths, width, hidden);
	fputc(GRID_TITLE, out);
	put_line(out, grid, NULL, widths, hidden, width);
	for (unsigned int r = 0; r < grid->nb_rows; r++) {
		if (grid->rows[r].marked)
			fputc(GRID_MARKED, out);
		put_line(out, grid, &grid->rows[r], widths, hidden, width);
	}
}
