/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A table that fits a width: columns that matter least go first. Used by top_view.
 */
#ifndef SPP_CTL_GRID_H
#define SPP_CTL_GRID_H

#include <stdbool.h>
#include <stdio.h>

/** Columns of one table, and characters of a cell; a longer text is cut. */
#define GRID_COLUMNS_MAX 14
#define GRID_CELL_SIZE   64

/** A line that begins with one of these is not of text alone: a title, or a row to be noticed. */
#define GRID_TITLE  '\002'
#define GRID_MARKED '\001'

/** Rank of a column that is not shown. */
#define GRID_NEVER 100

struct grid_column {
	const char *title;
	bool right;        /**< numbers */
	unsigned int rank; /**< 0: always shown; the highest go first where there is no room */
};

struct grid;

/** @param columns of the caller, for as long; the last one may be as wide as there is room.
 * NULL: out of memory */
struct grid *grid_create(const struct grid_column *columns, unsigned int nb);
void grid_destroy(struct grid *grid);

/**
 * Begin a row.
 * @param key    rows come in falling order of it; equal ones as they were made
 * @param marked it is to be noticed
 */
void grid_row(struct grid *grid, double key, bool marked);
/** The next cell of the row. */
__attribute__((format(printf, 2, 3))) void grid_cell(struct grid *grid, const char *fmt, ...);

/** Title and rows, nothing without rows; no line is longer than `width`. */
void grid_print(FILE *out, struct grid *grid, unsigned int width);

#endif
