/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A port with what is done there, as JSON. See json/port.h.
 */
#include "json/port.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "wiring/names.h"

/** The first word of an operation is the one shown. */
static const struct vlan_word {
	const char *word;
	enum spp_vlan_op op;
} vlan_words[] = {
	{"none", SPP_VLAN_NONE}, {"add", SPP_VLAN_ADD},         {"add_vlantag", SPP_VLAN_ADD},
	{"del", SPP_VLAN_DEL},   {"del_vlantag", SPP_VLAN_DEL},
};

#define NB(array) (sizeof(array) / sizeof((array)[0]))

/** What is being decoded, for errors: an element of an array. */
struct spot {
	const char *member;
	size_t index;
	struct spp_fault *fault;
};

const char *
spp_json_kind(const json_t *value)
{
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		return "an object";
	case JSON_ARRAY:
		return "an array";
	case JSON_STRING:
		return "a string";
	case JSON_INTEGER:
		return "a number";
	case JSON_REAL:
		return "a number with a fraction";
	case JSON_NULL:
		return "null";
	default:
		return "a boolean";
	}
}

/** The place of a fault. @param below which member of the element, as ".vlan.id"; "": all of it */
static const char *
place_of(const struct spot *spot, const char *below, char *buf, size_t size)
{
	snprintf(buf, size, ".%s[%zu]%s", spot->member, spot->index, below);
	return buf;
}

static int
bad_type(const struct spot *spot, const char *below, const json_t *value, const char *right)
{
	char place[64];

	return spp_fault(spot->fault, EINVAL, place_of(spot, below, place, sizeof(place)),
			 "bad value type(%s): element %zu%s is %s (would be %s)", spot->member,
			 spot->index, below, spp_json_kind(value), right);
}

static int
missing(const struct spot *spot, const char *below, const char *right)
{
	char place[64];

	return spp_fault(spot->fault, EINVAL, place_of(spot, below, place, sizeof(place)),
			 "not enough parameter(%s): element %zu has no %s (%s)", spot->member,
			 spot->index, below + 1, right);
}

static int
check_members(const struct spot *spot, const char *below, json_t *object, const char *const known[])
{
	const char *key;
	json_t *value;
	char place[64], all[64] = "";
	size_t i, used = 0;

	for (i = 0; known[i] != NULL; i++)
		used += (size_t)snprintf(all + used, sizeof(all) - used, "%s%s", i > 0 ? ", " : "",
					 known[i]);
	json_object_foreach (object, key, value) {
		for (i = 0; known[i] != NULL && strcmp(known[i], key) != 0;)
			i++;
		if (known[i] != NULL)
			continue;
		return spp_fault(spot->fault, EINVAL, place_of(spot, below, place, sizeof(place)),
				 "bad value(%s): element %zu%s has no such member as \"%.80s\" (it "
				 "has: %s)",
				 spot->member, spot->index, below, key, all);
	}
	return 0;
}

/** A number, or a string of digits. */
static int
decode_number(const struct spot *spot, const char *below, const json_t *value, unsigned int max,
	      unsigned int *out)
{
	char place[64], text[24];
	const char *digits = text;

	if (json_is_integer(value))
		snprintf(text, sizeof(text), "%lld", (long long)json_integer_value(value));
	else if (json_is_string(value))
		digits = json_string_value(value);
	else
		return bad_type(spot, below, value, "a number or a string of digits");
	if (spp_number_parse(digits, max, out) < 0)
		return spp_fault(spot->fault, EINVAL, place_of(spot, below, place, sizeof(place)),
				 "bad value(%s): element %zu%s \"%.80s\" is out of range (0 to %u)",
				 spot->member, spot->index, below, digits, max);
	return 0;
}

static int
decode_operation(const struct spot *spot, const json_t *value, struct spp_vlan *out)
{
	char place[64];
	size_t i;

	if (value == NULL)
		return missing(spot, ".vlan.operation", "add, del or none");
	if (!json_is_string(value))
		return bad_type(spot, ".vlan.operation", value, "a string");
	for (i = 0; i < NB(vlan_words); i++) {
		if (strcmp(json_string_value(value), vlan_words[i].word) == 0) {
			out->op = (uint8_t)vlan_words[i].op;
			return 0;
		}
	}
	return spp_fault(spot->fault, EINVAL,
			 place_of(spot, ".vlan.operation", place, sizeof(place)),
			 "bad value(%s): element %zu.vlan.operation \"%.80s\" is not one (add, del "
			 "or none)",
			 spot->member, spot->index, json_string_value(value));
}

/** Also a `del` or `none` may carry id and pcp, as in the text dialect's status: without meaning.
 */
static int
decode_vlan(const struct spot *spot, const json_t *json, struct spp_attachment *attachment)
{
	static const char *const known[] = {"operation", "id", "pcp", NULL};
	const json_t *id = json_object_get(json, "id"), *pcp = json_object_get(json, "pcp");
	struct spp_vlan *out = &attachment->vlan;
	unsigned int vid = 0, priority = 0;
	int ret;

	if (!json_is_object(json))
		return bad_type(spot, ".vlan", json, "an object");
	ret = check_members(spot, ".vlan", (json_t *)json, known);
	if (ret == 0)
		ret = decode_operation(spot, json_object_get(json, "operation"), out);
	if (ret == 0 && id == NULL && out->op == SPP_VLAN_ADD)
		ret = missing(spot, ".vlan.id", "the VLAN to add, 0 to 4094");
	if (ret == 0 && id != NULL)
		ret = decode_number(spot, ".vlan.id", id, SPP_VID_MAX, &vid);
	if (ret == 0 && pcp != NULL)
		ret = decode_number(spot, ".vlan.pcp", pcp, SPP_PCP_MAX, &priority);
	if (ret == 0 && out->op == SPP_VLAN_ADD) {
		out->vid = (uint16_t)vid;
		out->pcp = (uint8_t)priority;
	}
	return ret;
}

/** Only of what guests send, so at an rx port. */
static int
decode_filter(const struct spot *spot, const json_t *json, struct spp_attachment *out)
{
	char place[64], name[SPP_PORT_TEXT_SIZE];
	struct spp_error why;
	bool rx = strcmp(spot->member, "rx_ports") == 0;

	place_of(spot, ".filter", place, sizeof(place));
	if (!json_is_string(json))
		return bad_type(spot, ".filter", json, "a string");
	if (spp_filter_parse(json_string_value(json), &out->filter, &why) < 0)
		return spp_fault(spot->fault, EINVAL, place,
				 "bad value(%s): element %zu.filter: %s", spot->member, spot->index,
				 why.text);
	if (out->filter == SPP_FILTER_NONE || (rx && out->port.kind == SPP_PORT_VHOST))
		return 0;
	return spp_fault(spot->fault, EINVAL, place,
			 "bad value(%s): element %zu.filter: \"%s\" is no %s (a filter is for what "
			 "guests send: rx_ports that are vhosts)",
			 spot->member, spot->index, spp_port_format(out->port, name),
			 rx ? "vhost" : "rx port");
}

/** What is said of what comes by a port makes no sense where packets leave. */
static int
only_rx(const struct spot *spot, const char *below)
{
	char place[64];

	if (strcmp(spot->member, "rx_ports") == 0)
		return 0;
	return spp_fault(spot->fault, EINVAL, place_of(spot, below, place, sizeof(place)),
			 "bad value(%s): element %zu%s is for rx_ports", spot->member, spot->index,
			 below);
}

static int
decode_source_check(const struct spot *spot, const json_t *json, struct spp_attachment *out)
{
	if (!json_is_boolean(json))
		return bad_type(spot, ".source_check", json, "a boolean");
	out->source_check = json_is_true(json);
	return out->source_check ? only_rx(spot, ".source_check") : 0;
}

/** 0: no bound. */
static int
decode_storm(const struct spot *spot, const json_t *json, struct spp_attachment *out)
{
	char place[64];
	unsigned int pps = 0;
	int ret = decode_number(spot, ".storm_pps", json, SPP_STORM_MAX_PPS, &pps);

	if (ret < 0)
		return ret;
	if (pps != 0 && pps < SPP_STORM_MIN_PPS)
		return spp_fault(
			spot->fault, EINVAL, place_of(spot, ".storm_pps", place, sizeof(place)),
			"bad value(%s): element %zu.storm_pps %u is out of range (%d to "
			"%d, or 0: no bound)",
			spot->member, spot->index, pps, SPP_STORM_MIN_PPS, SPP_STORM_MAX_PPS);
	out->storm_pps = pps == 0 ? SPP_STORM_NONE : pps;
	return only_rx(spot, ".storm_pps");
}

/** What an object says beside its port. */
static int
decode_members(const struct spot *spot, const json_t *object, struct spp_attachment *out)
{
	static const struct {
		const char *key;
		int (*decode)(const struct spot *spot, const json_t *json,
			      struct spp_attachment *out);
	} members[] = {
		{"vlan", decode_vlan},
		{"filter", decode_filter},
		{"source_check", decode_source_check},
		{"storm_pps", decode_storm},
	};
	const json_t *value;
	size_t i;
	int ret = 0;

	for (i = 0; i < NB(members) && ret == 0; i++) {
		value = json_object_get(object, members[i].key);
		if (value != NULL)
			ret = members[i].decode(spot, value, out);
	}
	return ret;
}

int
spp_port_json_decode(const json_t *value, const char *member, size_t index,
		     struct spp_attachment *out, struct spp_fault *fault)
{
	static const char *const known[] = {"port",         "vlan",      "filter",
					    "source_check", "storm_pps", NULL};
	struct spot spot = {member, index, fault};
	const json_t *port = value;
	struct spp_error why;
	char place[64];
	int ret;

	memset(out, 0, sizeof(*out));
	if (json_is_object(value)) {
		ret = check_members(&spot, "", (json_t *)value, known);
		if (ret < 0)
			return ret;
		port = json_object_get(value, "port");
		if (port == NULL)
			return missing(&spot, ".port", "as nic0, ring0 or vhost0");
		if (!json_is_string(port))
			return bad_type(&spot, ".port", port, "a string");
	} else if (!json_is_string(value)) {
		return bad_type(&spot, "", value,
				"a string, or an object with port, vlan and filter");
	}
	if (spp_port_parse(json_string_value(port), &out->port, &why) < 0)
		return spp_fault(fault, EINVAL, place_of(&spot, "", place, sizeof(place)),
				 "bad value(%s): %s", member, why.text);
	return json_is_object(value) ? decode_members(&spot, value, out) : 0;
}

static const char *
operation_name(unsigned int op)
{
	size_t i = 0;

	while (i + 1 < NB(vlan_words) && vlan_words[i].op != op)
		i++;
	return vlan_words[i].word;
}

/** NULL: none. */
static json_t *
encode_vlan(const struct spp_vlan *vlan)
{
	const char *operation = operation_name(vlan->op);

	switch (vlan->op) {
	case SPP_VLAN_NONE:
		return NULL;
	case SPP_VLAN_ADD:
		return json_pack("{s:s, s:i, s:i}", "operation", operation, "id", (int)vlan->vid,
				 "pcp", (int)vlan->pcp);
	default:
		return json_pack("{s:s}", "operation", operation);
	}
}

/** NULL: the default. */
static json_t *
encode_storm(uint32_t pps)
{
	if (pps == SPP_STORM_DEFAULT)
		return NULL;
	return json_integer(pps == SPP_STORM_NONE ? 0 : (json_int_t)pps);
}

json_t *
spp_port_json_encode(const struct spp_attachment *attachment)
{
	char text[SPP_PORT_TEXT_SIZE];
	const char *port = spp_port_format(attachment->port, text);
	const char *filter =
		attachment->filter != SPP_FILTER_NONE ? spp_filter_name(attachment->filter) : NULL;

	if (attachment->vlan.op == SPP_VLAN_NONE && filter == NULL && !attachment->source_check &&
	    attachment->storm_pps == SPP_STORM_DEFAULT)
		return json_string(port);
	return json_pack("{s:s, s:o*, s:s*, s:o*, s:o*}", "port", port, "vlan",
			 encode_vlan(&attachment->vlan), "filter", filter, "source_check",
			 attachment->source_check ? json_true() : NULL, "storm_pps",
			 encode_storm(attachment->storm_pps));
}
