/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What a spp_pcap records, into which files, and what it lost. See table_pcap.h. What the members
 * mean: docs/protocol.md.
 */
#include "ctl/table_pcap.h"

#include <string.h>

#include "ctl/reply.h"
#include "ctl/table.h"
#include "wiring/names.h"

bool
ctl_table_is_pcap(const json_t *info)
{
	return strcmp(ctl_reply_text(info, "process_type"), "pcap") == 0;
}

const char *
ctl_table_pcap_port(const json_t *info, char *text, size_t size)
{
	const json_t *receiver = json_array_get(json_object_get(info, "core"), 0);
	const json_t *port = json_array_get(json_object_get(receiver, "rx_port"), 0);
	char name[SPP_PORT_TEXT_SIZE];
	struct spp_port parsed;

	/* SPP's controllers call them phy:0 and ring:5 */
	if (spp_port_parse(ctl_table_port_name(port), &parsed, NULL) == 0)
		snprintf(text, size, "%s", spp_port_format(parsed, name));
	else
		snprintf(text, size, "%s", ctl_table_port_name(port));
	return text;
}

const char *
ctl_table_recorder(const json_t *infos, const char *port)
{
	char own[SPP_PORT_TEXT_SIZE];

	for (void *i = json_object_iter((json_t *)infos); i != NULL;
	     i = json_object_iter_next((json_t *)infos, i))
		if (ctl_table_is_pcap(json_object_iter_value(i)) &&
		    strcmp(ctl_table_pcap_port(json_object_iter_value(i), own, sizeof(own)),
			   port) == 0)
			return json_object_iter_key(i);
	return NULL;
}

static void
print_lost(FILE *out, const json_t *lost)
{
	const char *gap = "   LOST: ";

	for (void *i = json_object_iter((json_t *)lost); i != NULL;
	     i = json_object_iter_next((json_t *)lost, i)) {
		double nb = json_number_value(json_object_iter_value(i));
		char number[32];

		if (nb <= 0)
			continue;
		fprintf(out, "%s%s %s", gap, json_object_iter_key(i),
			ctl_table_human(nb, number, sizeof(number)));
		gap = " ";
	}
}

void
ctl_table_pcap_head(FILE *out, const char *name, const json_t *info)
{
	char port[SPP_PORT_TEXT_SIZE], received[32], written[32];

	fprintf(out, "%s   spp_pcap of %s: %s   received %s   written %s", name,
		ctl_table_pcap_port(info, port, sizeof(port)), ctl_reply_text(info, "status"),
		ctl_table_human(ctl_reply_number(info, "rx_packets"), received, sizeof(received)),
		ctl_table_human(ctl_reply_number(info, "written"), written, sizeof(written)));
	print_lost(out, json_object_get(info, "lost"));
	fputc('\n', out);
}

void
ctl_table_pcap(FILE *out, const char *name, const json_t *info)
{
	const json_t *core;
	size_t i;

	ctl_table_pcap_head(out, name, info);
	fprintf(out, "  %4s %-8s %s\n", "CORE", "ROLE", "FILE");
	json_array_foreach (json_object_get(info, "core"), i, core) {
		const char *file = ctl_reply_text(core, "filename");
		const char *error = ctl_reply_text(core, "error");

		fprintf(out, "  %4.0f %-8s %s%s%s\n", ctl_reply_number(core, "core"),
			ctl_reply_text(core, "role"), file[0] != '\0' ? file : "-",
			error[0] != '\0' ? "   WRITES NO MORE: " : "", error);
	}
}
