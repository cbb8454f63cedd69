/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The words of the protocol. See names.h.
 */
#include "wiring/names.h"

#include <stdio.h>
#include <string.h>

static const struct port_word {
	const char *word;
	enum spp_port_kind kind;
} port_words[] = {
	{"nic", SPP_PORT_NIC},     {"phy", SPP_PORT_NIC},       {"ring", SPP_PORT_RING},
	{"vhost", SPP_PORT_VHOST}, {"uplink", SPP_PORT_UPLINK},
};

/** The first name of a type is the one shown. */
static const struct type_word {
	const char *word;
	enum spp_component_type type;
} type_words[] = {
	{"classifier", SPP_CLASSIFIER}, {"classifier_mac", SPP_CLASSIFIER},
	{"merge", SPP_MERGE},           {"merger", SPP_MERGE},
	{"forward", SPP_FORWARD},       {"forwarder", SPP_FORWARD},
	{"switch", SPP_SWITCH},         {"mirror", SPP_MIRROR},
};

#define NB(array) (sizeof(array) / sizeof((array)[0]))

/** Digits at *text as a number of at most 9 digits; moves *text behind them. */
static int
take_number(const char **text, unsigned int *out)
{
	size_t digits = strspn(*text, "0123456789");
	unsigned int value = 0;

	if (digits == 0 || digits > 9)
		return -EINVAL;
	for (; digits > 0; digits--)
		value = value * 10 + (unsigned int)(*(*text)++ - '0');
	*out = value;
	return 0;
}

int
spp_number_parse(const char *text, unsigned int max, unsigned int *out)
{
	unsigned int value;

	if (take_number(&text, &value) < 0 || *text != '\0')
		return -EINVAL;
	if (value > max)
		return -ERANGE;
	*out = value;
	return 0;
}

static const struct port_word *
port_word_at(const char *text, size_t *length)
{
	size_t i;

	for (i = 0; i < NB(port_words); i++) {
		*length = strlen(port_words[i].word);
		if (strncmp(text, port_words[i].word, *length) == 0)
			return &port_words[i];
	}
	return NULL;
}

int
spp_port_parse(const char *text, struct spp_port *out, struct spp_error *err)
{
	const struct port_word *word;
	unsigned int index, nb, queue = 0;
	const char *at = text;
	size_t length;

	word = port_word_at(text, &length);
	if (word == NULL)
		goto not_a_port;
	at += length;
	if (*at == ':')
		at++;
	if (take_number(&at, &index) < 0)
		goto not_a_port;
	if (word->kind == SPP_PORT_NIC && strncmp(at, "nq", 2) == 0) {
		at += 2;
		if (take_number(&at, &queue) < 0)
			goto not_a_port;
	}
	if (*at != '\0')
		goto not_a_port;
	nb = spp_port_kind_nb(word->kind);
	if (index >= nb)
		return spp_error(err, ERANGE, "\"%.80s\" is out of range (%s0 to %s%u)", text,
				 spp_port_kind_name(word->kind), spp_port_kind_name(word->kind),
				 nb - 1);
	if (queue >= SPP_NIC_QUEUE_MAX)
		return spp_error(err, ERANGE, "\"%.80s\": queue is out of range (nq0 to nq%u)",
				 text, SPP_NIC_QUEUE_MAX - 1);
	*out = (struct spp_port){
		.kind = (uint8_t)word->kind, .queue = (uint8_t)queue, .index = (uint16_t)index};
	return 0;

not_a_port:
	return spp_error(err, EINVAL, "\"%.80s\" is not a port (nicN, uplinkN, ringN or vhostN)",
			 text);
}

const char *
spp_port_format_text(struct spp_port port, char buf[SPP_PORT_TEXT_SIZE])
{
	const char *name = port.kind == SPP_PORT_NIC ? "phy" : spp_port_kind_name(port.kind);

	if (port.queue == 0)
		snprintf(buf, SPP_PORT_TEXT_SIZE, "%s:%u", name, port.index);
	else
		snprintf(buf, SPP_PORT_TEXT_SIZE, "%s:%unq%u", name, port.index, port.queue);
	return buf;
}

bool
spp_word_is_none(const char *text)
{
	return strcmp(text, "none") == 0 || strcmp(text, "unuse") == 0;
}

int
spp_type_parse(const char *text, enum spp_component_type *out, struct spp_error *err)
{
	size_t i;

	for (i = 0; i < NB(type_words); i++) {
		if (strcmp(text, type_words[i].word) == 0) {
			*out = type_words[i].type;
			return 0;
		}
	}
	return spp_error(
		err, EINVAL,
		"\"%.80s\" is not a component type (classifier, merge, forward, switch, mirror or "
		"none)",
		text);
}

const char *
spp_type_name(unsigned int type)
{
	size_t i;

	for (i = 0; i < NB(type_words); i++) {
		if (type_words[i].type == type)
			return type_words[i].word;
	}
	return "unuse";
}

static const char *const filter_words[] = {
	[SPP_FILTER_NONE] = "none",
	[SPP_FILTER_RESERVED] = "reserved",
};

int
spp_filter_parse(const char *text, uint8_t *out, struct spp_error *err)
{
	unsigned int i;

	for (i = 0; i < NB(filter_words); i++) {
		if (strcmp(text, filter_words[i]) == 0) {
			*out = (uint8_t)i;
			return 0;
		}
	}
	return spp_error(err, EINVAL, "\"%.80s\" is not a filter (reserved or none)", text);
}

const char *
spp_filter_name(unsigned int filter)
{
	return filter_words[filter];
}

int
spp_name_check(const char *name, struct spp_error *err)
{
	size_t length = strlen(name);
	size_t i;

	if (length == 0)
		return spp_error(err, EINVAL, "the name is empty (1 to %d characters)",
				 SPP_NAME_MAX);
	if (length > SPP_NAME_MAX)
		return spp_error(err, EINVAL, "\"%.16s...\" has %zu characters (at most %d)", name,
				 length, SPP_NAME_MAX);
	for (i = 0; i < length; i++) {
		if (name[i] <= ' ' || name[i] > '~' || strchr("{}\"\\", name[i]) != NULL)
			return spp_error(err, EINVAL,
					 "\"%.80s\" is not a name (ASCII letters, digits and "
					 "punctuation but for {}\"\\)",
					 name);
	}
	return 0;
}

int
spp_label_check(const char *label, struct spp_error *err)
{
	static const char letters[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-:@/+";
	size_t length = strlen(label);

	if (length == 0)
		return spp_error(err, EINVAL, "the label is empty (1 to %d characters, or none)",
				 SPP_PORT_LABEL_MAX);
	if (length > SPP_PORT_LABEL_MAX)
		return spp_error(err, EINVAL, "the label has %zu characters (at most %d)", length,
				 SPP_PORT_LABEL_MAX);
	if (strspn(label, letters) != length || strchr("._-:@/+", label[0]) != NULL)
		return spp_error(err, EINVAL,
				 "not a label (ASCII letters, digits and ._-:@/+, a letter or "
				 "digit first)");
	return 0;
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

int
spp_mac_parse(const char *text, uint8_t mac[6], struct spp_error *err)
{
	const char *at = text;
	int i, high, low;

	for (i = 0; i < 6; i++, at += 3) {
		high = strlen(text) == 17 ? hex_digit(at[0]) : -1;
		low = high >= 0 ? hex_digit(at[1]) : -1;
		if (low < 0 || at[2] != (i < 5 ? ':' : '\0'))
			return spp_error(err, EINVAL,
					 "\"%.80s\" is not a MAC address (as 00:11:22:33:44:55)",
					 text);
		mac[i] = (uint8_t)(high << 4 | low);
	}
	return 0;
}

int
spp_vid_check(unsigned int vid, struct spp_error *err)
{
	if (vid == 0)
		return spp_error(err, ERANGE,
				 "VLAN id 0 is a priority and no VLAN (IEEE 802.1Q, table 9-2): "
				 "frames that have it count as untagged");
	if (vid > SPP_VID_MAX)
		return spp_error(err, ERANGE, "VLAN id %u is out of range (1 to %d)", vid,
				 SPP_VID_MAX);
	return 0;
}

/** The VID in front of an address; moves *at behind it. */
static int
take_vid(const char *text, const char **at, bool saved, uint16_t *out, struct spp_error *err)
{
	struct spp_error why;
	unsigned int vid;

	if (take_number(at, &vid) < 0 || *(*at)++ != '/')
		return spp_error(err, EINVAL,
				 "\"%.80s\" is not VID/MAC (as 100/00:11:22:33:44:55 or "
				 "100/default)",
				 text);
	*out = vid == 0 && saved ? SPP_VID_NONE : (uint16_t)vid;
	if (*out != SPP_VID_NONE && spp_vid_check(vid, &why) < 0)
		return spp_error(err, ERANGE, "\"%.80s\": %s%s", text, why.text,
				 vid == 0 ? " (the type would be mac)" : "");
	return 0;
}

int
spp_table_value_parse(enum spp_table_kind kind, const char *text, struct spp_table_entry *out,
		      struct spp_error *err)
{
	const char *at = text;
	int ret;

	memset(out, 0, sizeof(*out));
	out->vid = SPP_VID_NONE;
	if (kind != SPP_TABLE_MAC) {
		ret = take_vid(text, &at, kind == SPP_TABLE_SAVED, &out->vid, err);
		if (ret < 0)
			return ret;
	}
	if (strcmp(at, "default") == 0) {
		out->is_default = true;
		return 0;
	}
	if (spp_mac_parse(at, out->mac, NULL) < 0)
		return spp_error(err, EINVAL,
				 "\"%.80s\" is not a MAC address (as 00:11:22:33:44:55, or "
				 "default)",
				 text);
	if (out->mac[0] & 1)
		return spp_error(err, EINVAL,
				 "\"%.80s\" is a group address (multicast goes to every port that "
				 "has an entry)",
				 text);
	return 0;
}

const char *
spp_table_value_format(const struct spp_table_entry *entry, char buf[SPP_TABLE_TEXT_SIZE])
{
	const uint8_t *m = entry->mac;
	size_t used = 0;

	if (entry->vid != SPP_VID_NONE)
		used = (size_t)snprintf(buf, SPP_TABLE_TEXT_SIZE, "%u/", entry->vid);
	if (entry->is_default)
		snprintf(buf + used, SPP_TABLE_TEXT_SIZE - used, "default");
	else
		snprintf(buf + used, SPP_TABLE_TEXT_SIZE - used, "%02X:%02X:%02X:%02X:%02X:%02X",
			 m[0], m[1], m[2], m[3], m[4], m[5]);
	return buf;
}
