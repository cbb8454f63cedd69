/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Writes samples. See sample.h.
 */
#include "monitor/sample.h"

/* Above it %.9g has an exponent. */
#define WHOLE_MAX 1e9

static const char *const type_words[] = {
	[MONITOR_COUNTER] = "counter",
	[MONITOR_GAUGE] = "gauge",
	[MONITOR_INFO] = "info",
	[MONITOR_HISTOGRAM] = "histogram",
};

static const char *
suffix_of(enum monitor_type type)
{
	return type == MONITOR_COUNTER ? "_total" : type == MONITOR_INFO ? "_info" : "";
}

void
monitor_sample_family(struct monitor_out *out, const char *unit, const char *help)
{
	/* In 0.0.4 a family is called as its samples are, and there is no type info. */
	const char *suffix = out->openmetrics ? "" : suffix_of(out->type);
	const char *word = !out->openmetrics && out->type == MONITOR_INFO
				   ? type_words[MONITOR_GAUGE]
				   : type_words[out->type];

	monitor_text_printf(out->text, "# HELP %s%s %s\n", out->family, suffix, help);
	monitor_text_printf(out->text, "# TYPE %s%s %s\n", out->family, suffix, word);
	if (out->openmetrics && unit[0] != '\0')
		monitor_text_printf(out->text, "# UNIT %s %s\n", out->family, unit);
}

static void
begin(struct monitor_out *out, const char *suffix, const char *const labels[])
{
	bool any = false;

	monitor_text_add(out->text, out->family);
	monitor_text_add(out->text, suffix);
	for (unsigned int i = 0; labels[i] != NULL; i += 2) {
		if (labels[i + 1][0] == '\0')
			continue;
		monitor_text_put(out->text, any ? "," : "{", 1);
		monitor_text_add(out->text, labels[i]);
		monitor_text_put(out->text, "=\"", 2);
		monitor_text_label(out->text, labels[i + 1]);
		monitor_text_put(out->text, "\"", 1);
		any = true;
	}
	monitor_text_add(out->text, any ? "} " : " ");
}

void
monitor_sample_integer(struct monitor_out *out, const char *const labels[], uint64_t value)
{
	begin(out, suffix_of(out->type), labels);
	monitor_text_integer(out->text, value);
	monitor_text_put(out->text, "\n", 1);
}

void
monitor_sample_real(struct monitor_out *out, const char *const labels[], double value)
{
	begin(out, suffix_of(out->type), labels);
	monitor_text_printf(out->text, "%.9g\n", value);
}

void
monitor_sample_part(struct monitor_out *out, const char *suffix, const char *const labels[],
		    double value)
{
	begin(out, suffix, labels);
	if (value >= 0 && value < WHOLE_MAX && value == (double)(uint64_t)value) {
		monitor_text_integer(out->text, (uint64_t)value);
		monitor_text_put(out->text, "\n", 1);
		return;
	}
	monitor_text_printf(out->text, "%.9g\n", value);
}
