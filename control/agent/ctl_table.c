/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Pieces the tables of sppctl are made of. Tolerant: a member that is missing shows as nothing.
 * Called by ctl_table_vf.c and ctl_table_primary.c.
 */
#include <string.h>

#include "ctl.h"

const char *
ctl_table_human(double value, char *text, size_t size)
{
	static const char units[] = {'k', 'M', 'G', 'T'};
	int unit = -1;

	while (value >= 9999.5 && unit + 1 < (int)sizeof(units)) {
		value /= 1000;
		unit++;
	}
	if (unit < 0)
		snprintf(text, size, "%.0f", value);
	else
		snprintf(text, size, value < 100 ? "%.2f%c" : "%.0f%c", value, units[unit]);
	return text;
}

const char *
ctl_table_rate(const json_t *now, const json_t *before, const char *key, double seconds, char *text,
	       size_t size)
{
	double new_value = ctl_reply_number(now, key), old_value = ctl_reply_number(before, key);
	char number[32];

	if (before == NULL || seconds <= 0)
		return "-";
	/* A process that was started anew counts from zero. */
	if (new_value < old_value)
		old_value = 0;
	ctl_table_human((new_value - old_value) / seconds, number, sizeof(number));
	snprintf(text, size, "%s/s", number);
	return text;
}

void
ctl_table_drops(FILE *out, const json_t *now, const json_t *before, const char *key,
		const char *key2, double seconds)
{
	const char *keys[] = {key, key2}, *gap = "", *reason;
	char number[32];
	json_t *count;

	for (size_t i = 0; i < 2; i++) {
		const json_t *old = keys[i] != NULL ? json_object_get(before, keys[i]) : NULL;
		json_t *drops = keys[i] != NULL ? json_object_get(now, keys[i]) : NULL;

		json_object_foreach (drops, reason, count) {
			double value = json_number_value(count);
			double more = value - ctl_reply_number(old, reason);

			if (value <= 0)
				continue;
			fprintf(out, "%s%s %s", gap, reason,
				ctl_table_human(value, number, sizeof(number)));
			if (before != NULL && seconds > 0 && more > 0)
				fprintf(out, " (%s/s)",
					ctl_table_human(more / seconds, number, sizeof(number)));
			gap = ", ";
		}
	}
	fputs(gap[0] == '\0' ? "-\n" : "\n", out);
}

const char *
ctl_table_words(const json_t *array, char *text, size_t size)
{
	const json_t *word;
	size_t used = 0, i;

	snprintf(text, size, "-");
	json_array_foreach (array, i, word) {
		int n = snprintf(text + used, size - used, "%s%s", i > 0 ? " " : "",
				 json_is_string(word) ? json_string_value(word) : "?");

		if (n < 0 || (size_t)n >= size - used)
			break; /* cut: the full list is in --json */
		used += (size_t)n;
	}
	return text;
}

const json_t *
ctl_table_same(const json_t *array, const json_t *like, const char *key, const char *key2)
{
	const json_t *item;
	size_t i;

	json_array_foreach (array, i, item) {
		if (json_equal(json_object_get(item, key), json_object_get(like, key)) &&
		    (key2 == NULL ||
		     strcmp(ctl_reply_text(item, key2), ctl_reply_text(like, key2)) == 0))
			return item;
	}
	return NULL;
}
