/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Pieces of a table. See table.h.
 */
#include "ctl/table.h"

#include <string.h>

#include "ctl/reply.h"
#include "spp/problem.h"
#include "wiring/names.h"

const char *
ctl_table_human(double value, char *text, size_t size)
{
	static const char units[] = {'k', 'M', 'G', 'T'};
	int unit = -1;

	while (value >= (unit < 0 ? 9999.5 : 999.5) && unit + 1 < (int)sizeof(units)) {
		value /= 1000;
		unit++;
	}
	if (unit < 0)
		snprintf(text, size, "%.0f", value);
	else
		snprintf(text, size, value < 100 ? "%.2f%c" : "%.0f%c", value, units[unit]);
	return text;
}

double
ctl_table_growth(const json_t *now, const json_t *before, const char *key)
{
	double new_value = ctl_reply_number(now, key), old_value = ctl_reply_number(before, key);

	return new_value >= old_value ? new_value - old_value : new_value;
}

const char *
ctl_table_rate(const json_t *now, const json_t *before, const char *key, double seconds, char *text,
	       size_t size)
{
	char number[32];

	if (before == NULL || seconds <= 0)
		return "-";
	ctl_table_human(ctl_table_growth(now, before, key) / seconds, number, sizeof(number));
	snprintf(text, size, "%s/s", number);
	return text;
}

double
ctl_table_seconds(const json_t *info, const json_t *before)
{
	double us = ctl_reply_number(info, "time_us") - ctl_reply_number(before, "time_us");

	return before != NULL && us > 0 ? us / 1e6 : 0;
}

double
ctl_table_share(const json_t *now, const json_t *before, const char *key)
{
	double whole = ctl_table_growth(now, before, "busy_cycles") +
		       ctl_table_growth(now, before, "idle_cycles") +
		       ctl_table_growth(now, before, "asleep_cycles");

	return whole > 0 ? 100 * ctl_table_growth(now, before, key) / whole : -1;
}

const char *
ctl_table_use(const json_t *now, const json_t *before, const char *key, char *text, size_t size)
{
	double share = ctl_table_share(now, before, key);

	if (share < 0)
		return "-";
	snprintf(text, size, "%.1f%%", share);
	return text;
}

const char *
ctl_table_drops(FILE *out, const json_t *now, const json_t *before, double seconds, const char *gap)
{
	char number[32];

	for (void *i = json_object_iter((json_t *)now); i != NULL;
	     i = json_object_iter_next((json_t *)now, i)) {
		const char *reason = json_object_iter_key(i);
		double more = ctl_table_growth(now, before, reason);

		fprintf(out, "%s%s %s", gap, reason,
			ctl_table_human(ctl_reply_number(now, reason), number, sizeof(number)));
		if (seconds > 0 && more > 0)
			fprintf(out, " (%s/s)",
				ctl_table_human(more / seconds, number, sizeof(number)));
		gap = ", ";
	}
	return gap;
}

const char *
ctl_table_port_name(const json_t *port)
{
	return json_is_string(port) ? json_string_value(port) : ctl_reply_text(port, "port");
}

const char *
ctl_table_label(const json_t *info, const char *port)
{
	const char *label = ctl_reply_text(json_object_get(info, "labels"), port);

	/* Whoever answered: what is no label must not reach a terminal. */
	return spp_label_check(label, NULL) == 0 ? label : "";
}

const char *
ctl_table_called(const json_t *info, const char *port, char *text, size_t size)
{
	const char *label = ctl_table_label(info, port);

	snprintf(text, size, label[0] != '\0' ? "%s (%s)" : "%s", port, label);
	return text;
}

const char *
ctl_table_port_word(const json_t *port, char *text, size_t size)
{
	const json_t *vlan = json_object_get(port, "vlan");
	const char *name = ctl_table_port_name(port),
		   *operation = ctl_reply_text(vlan, "operation");
	double pcp = ctl_reply_number(vlan, "pcp");
	size_t used;

	if (strcmp(operation, "del") == 0)
		snprintf(text, size, "%s-tag", name);
	else if (strcmp(operation, "add") != 0)
		snprintf(text, size, "%s", name);
	else if (pcp > 0)
		snprintf(text, size, "%s+%.0f/%.0f", name, ctl_reply_number(vlan, "id"), pcp);
	else
		snprintf(text, size, "%s+%.0f", name, ctl_reply_number(vlan, "id"));
	used = strlen(text);
	if (strcmp(ctl_reply_text(port, "filter"), "reserved") == 0)
		snprintf(text + used, size - used, "-rsvd");
	used = strlen(text);
	if (json_is_true(json_object_get(port, "source_check")))
		snprintf(text + used, size - used, "-src");
	return text;
}

bool
ctl_table_entry_leads_to(const json_t *entry, const char *port)
{
	const json_t *ports = json_object_get(entry, "port"), *one;
	size_t i;

	json_array_foreach (ports, i, one) {
		if (json_is_string(one) && strcmp(json_string_value(one), port) == 0)
			return true;
	}
	return json_is_string(ports) && strcmp(json_string_value(ports), port) == 0;
}

const char *
ctl_table_words(const json_t *array, char *text, size_t size)
{
	const json_t *word;
	char one[128];
	size_t used = 0, i;

	snprintf(text, size, "-");
	json_array_foreach (array, i, word) {
		int n = snprintf(text + used, size - used, "%s%s", i > 0 ? " " : "",
				 ctl_table_port_word(word, one, sizeof(one)));

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

const char *
ctl_table_problem(const char *name)
{
#define PROBLEM_WORDS(symbol, name, text) {name, text},
	static const char *const words[][2] = {SPP_PORT_PROBLEMS(PROBLEM_WORDS)};
#undef PROBLEM_WORDS
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(words[i][0], name) == 0)
			return words[i][1];
	}
	return name;
}
