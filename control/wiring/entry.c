/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The ports of a table entry. See entry.h.
 */
#include "wiring/entry.h"

#include <stdio.h>
#include <string.h>

#include "wiring/names.h"

static void
set_ports(struct spp_table_entry *entry, const struct spp_port *ports, unsigned int nb)
{
	entry->port = ports[0];
	memcpy(entry->more, ports + 1, (nb - 1) * sizeof(ports[0]));
	entry->nb_more = (uint8_t)(nb - 1);
}

int
spp_entry_add_port(struct spp_table_entry *entry, struct spp_port port, struct spp_error *err)
{
	struct spp_port ports[SPP_ENTRY_PORTS_MAX];
	unsigned int nb = entry->nb_more + 1u, i;
	char name[SPP_PORT_TEXT_SIZE];

	if (spp_entry_leads_to(entry, port))
		return spp_error(err, EEXIST, "\"%s\" is given twice", spp_port_format(port, name));
	if (nb >= SPP_ENTRY_PORTS_MAX)
		return spp_error(err, ENOSPC, "an entry leads to %d ports at most",
				 SPP_ENTRY_PORTS_MAX);
	for (i = 0; i < nb && spp_port_id(spp_entry_port(entry, i)) < spp_port_id(port); i++)
		ports[i] = spp_entry_port(entry, i);
	ports[i] = port;
	for (; i < nb; i++)
		ports[i + 1] = spp_entry_port(entry, i);
	set_ports(entry, ports, nb + 1);
	return 0;
}

void
spp_entry_remove_port(struct spp_table_entry *entry, struct spp_port port)
{
	struct spp_port ports[SPP_ENTRY_PORTS_MAX];
	unsigned int nb = 0, i;

	for (i = 0; i <= entry->nb_more; i++) {
		if (!spp_port_equal(spp_entry_port(entry, i), port))
			ports[nb++] = spp_entry_port(entry, i);
	}
	if (nb > 0)
		set_ports(entry, ports, nb);
}

static const char *
format(const struct spp_table_entry *entry,
       const char *(*format_port)(struct spp_port port, char *buf), char *buf)
{
	char name[SPP_PORT_TEXT_SIZE];
	size_t used = 0;
	unsigned int i;

	for (i = 0; i <= entry->nb_more; i++)
		used += (size_t)snprintf(buf + used, SPP_ENTRY_TEXT_SIZE - used, "%s%s",
					 i > 0 ? "," : "",
					 format_port(spp_entry_port(entry, i), name));
	return buf;
}

const char *
spp_entry_ports_format(const struct spp_table_entry *entry, char buf[SPP_ENTRY_TEXT_SIZE])
{
	return format(entry, spp_port_format, buf);
}

const char *
spp_entry_ports_format_text(const struct spp_table_entry *entry, char buf[SPP_ENTRY_TEXT_SIZE])
{
	return format(entry, spp_port_format_text, buf);
}

int
spp_entry_ports_parse(const char *text, struct spp_table_entry *out, struct spp_error *err)
{
	char word[SPP_PORT_TEXT_SIZE * 4];
	struct spp_port port;
	bool first = true;
	size_t length;
	int ret;

	for (;; text += length + 1) {
		length = strcspn(text, ",");
		snprintf(word, sizeof(word), "%.*s", (int)length, text);
		ret = spp_port_parse(word, &port, err);
		if (ret == 0 && !first)
			ret = spp_entry_add_port(out, port, err);
		if (ret < 0)
			return ret;
		if (first)
			set_ports(out, &port, 1);
		first = false;
		if (text[length] == '\0')
			return 0;
	}
}
