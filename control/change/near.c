/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The nearest known word. See near.h.
 */
#include "change/near.h"

#include <string.h>

#define NEAR_LENGTH_MAX 31

static unsigned int
least(unsigned int a, unsigned int b, unsigned int c)
{
	unsigned int ab = a < b ? a : b;

	return ab < c ? ab : c;
}

/* How many letters must be added, dropped, changed, or swapped with their neighbour, to make b of
 * a. */
static unsigned int
distance(const char *a, const char *b)
{
	unsigned int d[NEAR_LENGTH_MAX + 1][NEAR_LENGTH_MAX + 1];
	size_t nb_a = strlen(a), nb_b = strlen(b), i, j;

	if (nb_a > NEAR_LENGTH_MAX || nb_b > NEAR_LENGTH_MAX)
		return NEAR_LENGTH_MAX;
	for (i = 0; i <= nb_a; i++)
		d[i][0] = (unsigned int)i;
	for (j = 0; j <= nb_b; j++)
		d[0][j] = (unsigned int)j;
	for (i = 1; i <= nb_a; i++) {
		for (j = 1; j <= nb_b; j++) {
			unsigned int change = a[i - 1] != b[j - 1];

			d[i][j] = least(d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + change);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    d[i - 2][j - 2] + 1 < d[i][j])
				d[i][j] = d[i - 2][j - 2] + 1;
		}
	}
	return d[nb_a][nb_b];
}

const char *
spp_near_word(const char *word, const char *(*known)(const void *arg, size_t i), const void *arg)
{
	unsigned int best = (unsigned int)strlen(word) / 4 + 2, d;
	const char *found = NULL, *one;

	for (size_t i = 0; (one = known(arg, i)) != NULL; i++) {
		d = distance(word, one);
		/* When every letter would have to change, they have nothing in common. */
		if (d < best && d < strlen(one)) {
			best = d;
			found = one;
		}
	}
	return found;
}
