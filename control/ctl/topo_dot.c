/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The patch panel as a graph for graphviz. See ctl/topo.h.
 */
#include "ctl/topo_dot.h"

#include <jansson.h>
#include <stdbool.h>
#include <string.h>

#include "ctl/ends.h"
#include "ctl/reply.h"
#include "ctl/table.h"
#include "ctl/topo_words.h"

/* What a controller named a component must not end the string. */
static void
put_quoted(FILE *out, const char *text)
{
	fputc('"', out);
	for (; *text != '\0'; text++) {
		if (*text == '"' || *text == '\\')
			fputc('\\', out);
		fputc(*text, out);
	}
	fputc('"', out);
}

/* A ring between two spp_vf is one place of both. */
static const char *
place_of(const char *vf, const struct topo *topo, const char *port)
{
	return ctl_ends_other(topo->infos, vf, port, "rx") != NULL ||
			       ctl_ends_other(topo->infos, vf, port, "tx") != NULL
		       ? "host"
		       : vf;
}

static void
put_port_node(FILE *out, const char *vf, const struct topo *topo, const json_t *port)
{
	const char *name = ctl_table_port_name(port);
	char called[128];

	fprintf(out, "    \"%s.%s\" [label=\"%s\", shape=%s];\n", place_of(vf, topo, name), name,
		ctl_table_called(topo->info, name, called, sizeof(called)),
		strncmp(name, "ring", 4) == 0 ? "plaintext" : "ellipse");
}

static void
put_edges(FILE *out, const char *vf, const struct topo *topo, size_t at, const json_t *core,
	  const char *side)
{
	bool rx = strcmp(side, "rx") == 0;
	char word[160], figures[160], addresses[96];
	size_t length;
	const json_t *port;
	size_t i;

	json_array_foreach (json_object_get(core, side), i, port) {
		const char *name = ctl_table_port_name(port), *rate = word + strlen(name);

		/* Of a ring the side that fills it has the rate. */
		topo_port_figures(topo, port, side, figures, sizeof(figures));
		ctl_table_port_word(port, word, sizeof(word));
		length = strlen(word);
		snprintf(word + length, sizeof(word) - length, "%s", figures);
		rate += strspn(rate, " ");
		addresses[0] = '\0';
		if (!rx && topo_sorts(core))
			topo_addresses(topo, name, addresses, sizeof(addresses));
		put_port_node(out, vf, topo, port);
		if (rx)
			fprintf(out, "    \"%s.%s\" -> \"%s.%zu\"", place_of(vf, topo, name), name,
				vf, at);
		else
			fprintf(out, "    \"%s.%zu\" -> \"%s.%s\"", vf, at,
				place_of(vf, topo, name), name);
		fprintf(out, " [label=\"%s%s\"];\n",
			rx && strncmp(name, "ring", 4) == 0 ? "" : rate, addresses);
	}
}

void
topo_dot(FILE *out, const char *name, const struct topo *topo)
{
	const json_t *core;
	char text[160];
	size_t i;

	fprintf(out, "  subgraph \"cluster_%s\" {\n    label=\"%s\";\n", name, name);
	json_array_foreach (json_object_get(topo->info, "core"), i, core) {
		if (strcmp(ctl_reply_text(core, "status"), "idle") == 0)
			continue;
		topo_component_text(topo, core, text, sizeof(text));
		fprintf(out, "    \"%s.%zu\" [shape=box, label=", name, i);
		put_quoted(out, text);
		fputs("];\n", out);
		put_edges(out, name, topo, i, core, "rx");
		put_edges(out, name, topo, i, core, "tx");
	}
	fputs("  }\n", out);
}
