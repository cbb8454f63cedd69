/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The patch panel as a graph for graphviz. See ctl_topo.h.
 */
#include <string.h>

#include "ctl_topo.h"

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

static void
put_port_node(FILE *out, const char *vf, const json_t *port)
{
	const char *name = ctl_table_port_name(port);

	fprintf(out, "    \"%s.%s\" [label=\"%s\", shape=%s];\n", vf, name, name,
		strncmp(name, "ring", 4) == 0 ? "plaintext" : "ellipse");
}

static void
put_edges(FILE *out, const char *vf, const struct topo *topo, size_t at, const json_t *core,
	  const char *side)
{
	bool rx = strcmp(side, "rx") == 0;
	char text[160], addresses[96];
	const json_t *port;
	size_t i;

	json_array_foreach (json_object_get(core, side), i, port) {
		const char *name = ctl_table_port_name(port), *rate;

		/* Of a ring the side that fills it has the rate. */
		topo_port_text(topo, port, side, text, sizeof(text));
		rate = text + strlen(name);
		rate += strspn(rate, " ");
		addresses[0] = '\0';
		if (!rx && strcmp(ctl_reply_text(core, "type"), "classifier") == 0)
			topo_addresses(topo, name, addresses, sizeof(addresses));
		put_port_node(out, vf, port);
		if (rx)
			fprintf(out, "    \"%s.%s\" -> \"%s.%zu\"", vf, name, vf, at);
		else
			fprintf(out, "    \"%s.%zu\" -> \"%s.%s\"", vf, at, vf, name);
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
