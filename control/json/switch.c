/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What only a switch has, in JSON. See json/switch.h.
 */
#include "json/switch.h"

#include <errno.h>
#include <stdio.h>

#include "wiring/entry.h"
#include "wiring/names.h"
#include "json/port.h"

static int
bad_pair(size_t index, const char *why, struct spp_fault *fault)
{
	char place[32];

	snprintf(place, sizeof(place), ".pairs[%zu]", index);
	return spp_fault(fault, EINVAL, place, "bad value(pairs): element %zu: %s", index, why);
}

/* One of the two ports of a pair. */
static int
decode_port(const json_t *pair, size_t index, size_t which, struct spp_port *out,
	    struct spp_fault *fault)
{
	const char *text = json_string_value(json_array_get(pair, which));
	struct spp_error why;

	if (text == NULL)
		return bad_pair(index,
				"would be two ports, the rx port first (as [\"ring1\", "
				"\"ring0\"])",
				fault);
	return spp_port_parse(text, out, &why) < 0 ? bad_pair(index, why.text, fault) : 0;
}

static int
decode_pair(const json_t *pair, size_t index, struct spp_component *component,
	    struct spp_fault *fault)
{
	struct spp_port rx = {0}, tx = {0};
	unsigned int i = 0;
	int ret = decode_port(json_array_size(pair) == 2 ? pair : NULL, index, 0, &rx, fault);

	if (ret == 0)
		ret = decode_port(pair, index, 1, &tx, fault);
	if (ret < 0)
		return ret;
	while (i < component->nb_rx && !spp_port_equal(component->rx[i].port, rx))
		i++;
	if (i == component->nb_rx)
		return bad_pair(index, "the first port is none of rx_ports", fault);
	if (component->rx[i].paired)
		return bad_pair(index, "the first port has a pair already", fault);
	component->rx[i].paired = true;
	component->rx[i].pair = tx;
	return 0;
}

int
spp_switch_json_decode(const json_t *json, struct spp_component *component, struct spp_fault *fault)
{
	const json_t *pairs = json_object_get(json, "pairs"), *pair;
	const json_t *check = json_object_get(json, "source_check");
	size_t i;
	int ret;

	component->source_check = json_is_true(check);
	if (check != NULL && !json_is_boolean(check))
		return spp_fault(fault, EINVAL, ".source_check",
				 "bad value type(source_check): it is %s (would be a boolean)",
				 spp_json_kind(check));
	if (pairs != NULL && !json_is_array(pairs))
		return spp_fault(fault, EINVAL, ".pairs",
				 "bad value type(pairs): it is %s (would be an array of pairs of "
				 "ports)",
				 spp_json_kind(pairs));
	json_array_foreach (pairs, i, pair) {
		ret = decode_pair(pair, i, component, fault);
		if (ret < 0)
			return ret;
	}
	return 0;
}

void
spp_switch_json_encode(const struct spp_component *component, json_t *object)
{
	char rx[SPP_PORT_TEXT_SIZE], tx[SPP_PORT_TEXT_SIZE];
	json_t *pairs = json_array();
	unsigned int i;

	for (i = 0; i < component->nb_rx; i++) {
		const struct spp_attachment *port = &component->rx[i];

		if (port->paired)
			json_array_append_new(pairs,
					      json_pack("[s, s]", spp_port_format(port->port, rx),
							spp_port_format(port->pair, tx)));
	}
	if (json_array_size(pairs) > 0)
		json_object_set(object, "pairs", pairs);
	json_decref(pairs);
	if (component->source_check)
		json_object_set_new(object, "source_check", json_true());
}

int
spp_entry_ports_json_decode(const json_t *json, struct spp_table_entry *entry,
			    struct spp_fault *fault)
{
	struct spp_error why = {""};
	struct spp_port port;
	const json_t *one;
	size_t i;
	int ret = 0;

	if (json_is_string(json)) {
		ret = spp_port_parse(json_string_value(json), &entry->port, &why);
		goto out;
	}
	if (!json_is_array(json) || json_array_size(json) == 0)
		return spp_fault(fault, EINVAL, ".port",
				 "bad value type(port): it is %s (would be a string, or an array "
				 "of them)",
				 json_is_array(json) ? "an empty array" : spp_json_kind(json));
	json_array_foreach (json, i, one) {
		if (!json_is_string(one))
			return spp_fault(fault, EINVAL, ".port",
					 "bad value type(port): element %zu is %s (would be a "
					 "string)",
					 i, spp_json_kind(one));
		ret = spp_port_parse(json_string_value(one), &port, &why);
		if (ret == 0 && i == 0)
			entry->port = port;
		else if (ret == 0)
			ret = spp_entry_add_port(entry, port, &why);
		if (ret < 0)
			break;
	}
out:
	return ret < 0 ? spp_fault(fault, -ret, ".port", "bad value(port): %s", why.text) : 0;
}

json_t *
spp_entry_ports_json_encode(const struct spp_table_entry *entry)
{
	char port[SPP_PORT_TEXT_SIZE];
	json_t *out;
	unsigned int i;

	if (entry->nb_more == 0)
		return json_string(spp_port_format(entry->port, port));
	out = json_array();
	for (i = 0; i <= entry->nb_more; i++)
		json_array_append_new(out,
				      json_string(spp_port_format(spp_entry_port(entry, i), port)));
	return out;
}
