/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Labels of ports, outwards and as commands. See labels.h.
 */
#include "json/labels.h"

#include <jansson.h>

#include "spp/port_text.h"

json_t *
spp_labels_encode(const struct spp_model *model)
{
	char name[SPP_PORT_TEXT_SIZE];
	json_t *out = json_object();

	for (unsigned int id = 0; id < SPP_LABELED_MAX; id++) {
		if (model->labels[id][0] != '\0')
			json_object_set_new(out, spp_port_format(spp_port_from_id(id), name),
					    json_string(model->labels[id]));
	}
	return out;
}

void
spp_labels_put_commands(const json_t *labels, json_t *commands)
{
	const char *port;
	json_t *label;

	json_object_foreach ((json_t *)labels, port, label)
		json_array_append_new(commands, json_pack("{s:s, s:s, s:O}", "command", "label",
							  "port", port, "label", label));
}

json_t *
spp_labels_command(struct spp_port port, const char *label)
{
	char name[SPP_PORT_TEXT_SIZE];

	return json_pack("{s:s, s:s, s:s}", "command", "label", "port", spp_port_format(port, name),
			 "label", label[0] != '\0' ? label : "none");
}
