/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A port with its VLAN operation as JSON. See port_json.h.
 */
#include "port_json.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "names.h"

#define VID_MAX 4094
#define PCP_MAX 7

/** The first word of an operation is the one shown. */
static const struct vlan_word {
	const char *word;
	enum spp_vlan_op op;
} vlan_words[] = {
	{"none", SPP_VLAN_NONE}, {"add", SPP_VLAN_ADD},         {"add_vlantag", SPP_VLAN_ADD},
	{"del", SPP_VLAN_DEL},   {"del_vlantag", SPP_VLAN_DEL},
};

#define NB(array) (sizeof(array) / sizeof((array)[0]))

/** Where we are: for errors. */
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

/** @param below what of the element, as ".vlan.id"; "" for all of it */
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
	char place[64];
	size_t i;

	json_object_foreach (object, key, value) {
		for (i = 0; known[i] != NULL && strcmp(known[i], key) != 0;)
			i++;
		if (known[i] != NULL)
			continue;
		return spp_fault(spot->fault, EINVAL, place_of(spot, below, place, sizeof(place)),
				 "bad value(%s): element %zu%s has no such member as \"%.80s\" (it "
				 "has: %s, %s%s%s)",
				 spot->member, spot->index, below, key, known[0], known[1],
				 known[2] != NULL ? ", " : "", known[2] != NULL ? known[2] : "");
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
decode_vlan(const struct spot *spot, json_t *json, struct spp_vlan *out)
{
	static const char *const known[] = {"operation", "id", "pcp", NULL};
	const json_t *id = json_object_get(json, "id"), *pcp = json_object_get(json, "pcp");
	unsigned int vid = 0, priority = 0;
	int ret;

	if (!json_is_object(json))
		return bad_type(spot, ".vlan", json, "an object");
	ret = check_members(spot, ".vlan", json, known);
	if (ret == 0)
		ret = decode_operation(spot, json_object_get(json, "operation"), out);
	if (ret == 0 && id == NULL && out->op == SPP_VLAN_ADD)
		ret = missing(spot, ".vlan.id", "the VLAN to add, 0 to 4094");
	if (ret == 0 && id != NULL)
		ret = decode_number(spot, ".vlan.id", id, VID_MAX, &vid);
	if (ret == 0 && pcp != NULL)
		ret = decode_number(spot, ".vlan.pcp", pcp, PCP_MAX, &priority);
	if (ret == 0 && out->op == SPP_VLAN_ADD) {
		out->vid = (uint16_t)vid;
		out->pcp = (uint8_t)priority;
	}
	return ret;
}

int
spp_port_json_decode(const json_t *value, const char *member, size_t index,
		     struct spp_attachment *out, struct spp_fault *fault)
{
	static const char *const known[] = {"port", "vlan", NULL};
	struct spot spot = {member, index, fault};
	const json_t *port = value;
	json_t *vlan = NULL;
	struct spp_error why;
	char place[64];
	int ret;

	memset(out, 0, sizeof(*out));
	if (json_is_object(value)) {
		ret = check_members(&spot, "", (json_t *)value, known);
		if (ret < 0)
			return ret;
		vlan = json_object_get(value, "vlan");
		port = json_object_get(value, "port");
		if (port == NULL)
			return missing(&spot, ".port", "as nic0, ring0 or vhost0");
		if (!json_is_string(port))
			return bad_type(&spot, ".port", port, "a string");
	} else if (!json_is_string(value)) {
		return bad_type(&spot, "", value, "a string, or an object with port and vlan");
	}
	if (spp_port_parse(json_string_value(port), &out->port, &why) < 0)
		return spp_fault(fault, EINVAL, place_of(&spot, "", place, sizeof(place)),
				 "bad value(%s): %s", member, why.text);
	return vlan != NULL ? decode_vlan(&spot, vlan, &out->vlan) : 0;
}

static const char *
operation_name(unsigned int op)
{
	size_t i = 0;

	while (i + 1 < NB(vlan_words) && vlan_words[i].op != op)
		i++;
	return vlan_words[i].word;
}

json_t *
spp_port_json_encode(const struct spp_attachment *attachment)
{
	char text[SPP_PORT_TEXT_SIZE];
	const char *port = spp_port_format(attachment->port, text);
	const struct spp_vlan *vlan = &attachment->vlan;

	if (vlan->op == SPP_VLAN_NONE)
		return json_string(port);
	if (vlan->op == SPP_VLAN_ADD)
		return json_pack("{s:s, s:{s:s, s:i, s:i}}", "port", port, "vlan", "operation",
				 operation_name(vlan->op), "id", (int)vlan->vid, "pcp",
				 (int)vlan->pcp);
	return json_pack("{s:s, s:{s:s}}", "port", port, "vlan", "operation",
			 operation_name(vlan->op));
}
