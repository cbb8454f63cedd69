/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Decoding of text commands. See text/request.h.
 */
#include "text/request.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "wiring/entry.h"
#include "wiring/names.h"

#define NB(array) (sizeof(array) / sizeof((array)[0]))

struct text_word {
	const char *word;
	enum spp_command_kind kind;
	unsigned int nb_min, nb_max; /**< words, the command's own included */
	const char *usage;
	int (*decode)(const struct spp_text *text, const struct text_word *word,
		      struct spp_command *out, struct spp_fault *fault);
};

int
spp_text_split(const char *data, size_t length, struct spp_text *out, struct spp_fault *fault)
{
	size_t size = length > SPP_TEXT_SIZE_MAX ? SPP_TEXT_SIZE_MAX : length;
	char *at, *rest = out->bytes;

	out->nb = 0;
	memcpy(out->bytes, data, size);
	out->bytes[size] = '\0';
	for (at = out->bytes; at < out->bytes + size; at++) {
		if (*at == '\0')
			*at = ' ';
	}
	while ((at = strsep(&rest, " \t\r\n")) != NULL) {
		if (*at == '\0')
			continue;
		if (out->nb == SPP_TEXT_WORDS_MAX)
			return spp_fault(fault, EMSGSIZE, "",
					 "Wrong message format: more than %d words",
					 SPP_TEXT_WORDS_MAX);
		out->words[out->nb++] = at;
	}
	if (length > SPP_TEXT_SIZE_MAX)
		return spp_fault(fault, EMSGSIZE, "",
				 "Wrong message format: %zu bytes (at most %d)", length,
				 SPP_TEXT_SIZE_MAX);
	return 0;
}

static int
wrong_format(const struct text_word *word, struct spp_fault *fault)
{
	return spp_fault(fault, EINVAL, "", "Wrong message format: would be %s", word->usage);
}

/** @param right what would be right */
static int
invalid(const char *what, const char *value, const char *right, struct spp_fault *fault)
{
	return spp_fault(fault, EINVAL, "", "Invalid value (%s): \"%.80s\" (would be %s)", what,
			 value, right);
}

static int
invalid_why(const char *what, const struct spp_error *why, struct spp_fault *fault)
{
	return spp_fault(fault, EINVAL, "", "Invalid value (%s): %s", what, why->text);
}

static int
get_name(const char *text, char out[SPP_NAME_MAX + 1], struct spp_fault *fault)
{
	struct spp_error why;

	if (spp_name_check(text, &why) < 0)
		return invalid_why("component name", &why, fault);
	memcpy(out, text, strlen(text) + 1);
	return 0;
}

static int
get_port(const char *text, struct spp_port *out, struct spp_fault *fault)
{
	struct spp_error why;

	switch (spp_port_parse(text, out, &why)) {
	case 0:
		return 0;
	case -EINVAL:
		return invalid("port", text, "phy:N, ring:N or vhost:N", fault);
	default:
		return invalid_why("port", &why, fault);
	}
}

/** One port, or several with commas between. */
static int
get_entry_ports(const char *text, struct spp_table_entry *out, struct spp_fault *fault)
{
	struct spp_error why;

	if (strchr(text, ',') == NULL)
		return get_port(text, &out->port, fault);
	return spp_entry_ports_parse(text, out, &why) < 0 ? invalid_why("port", &why, fault) : 0;
}

static int
get_number(const char *what, const char *text, unsigned int max, const char *right,
	   unsigned int *out, struct spp_fault *fault)
{
	return spp_number_parse(text, max, out) < 0 ? invalid(what, text, right, fault) : 0;
}

/** component start NAME CORE TYPE, component stop NAME */
static int
decode_component(const struct spp_text *text, const struct text_word *word, struct spp_command *out,
		 struct spp_fault *fault)
{
	struct spp_component *component = &out->component;
	enum spp_component_type type = SPP_FORWARD;
	bool start = strcmp(text->words[1], "start") == 0;
	unsigned int core = 0;
	int ret;

	if (!start && strcmp(text->words[1], "stop") != 0)
		return invalid("action", text->words[1], "start or stop", fault);
	if (text->nb != (start ? 5u : 3u))
		return wrong_format(word, fault);
	ret = get_name(text->words[2], component->name, fault);
	if (ret < 0)
		return ret;
	if (!start) {
		out->kind = SPP_CMD_STOP;
		return 0;
	}
	ret = get_number("core", text->words[3], SPP_LCORE_MAX, "a core number", &core, fault);
	if (ret < 0)
		return ret;
	if (spp_type_parse(text->words[4], &type, NULL) < 0)
		return invalid("component type", text->words[4],
			       "forward, merge, classifier, switch or mirror", fault);
	component->lcore_id = (uint16_t)core;
	component->type = (uint8_t)type;
	return 0;
}

/** The word behind port filter PORT rx NAME. */
static int
decode_filter(const struct spp_text *text, struct spp_attachment *wanted, struct spp_fault *fault)
{
	struct spp_error why;

	if (wanted->port.kind != SPP_PORT_VHOST || strcmp(text->words[3], "rx") != 0)
		return spp_fault(
			fault, EINVAL, "",
			"Invalid value (port filter): \"%.80s %.2s\" (would be vhost:N rx: "
			"it is for what guests send)",
			text->words[2], text->words[3]);
	return spp_filter_parse(text->words[5], &wanted->filter, &why) < 0
		       ? invalid_why("port filter", &why, fault)
		       : 0;
}

/** The word behind port source_check PORT rx NAME. */
static int
decode_source_check(const struct spp_text *text, struct spp_attachment *wanted,
		    struct spp_fault *fault)
{
	wanted->source_check = strcmp(text->words[5], "on") == 0;
	if (!wanted->source_check && strcmp(text->words[5], "off") != 0)
		return invalid("port source_check", text->words[5], "on or off", fault);
	return 0;
}

/** The word behind port pair PORT rx NAME: the tx port that leads to the same place. */
static int
decode_pair(const struct spp_text *text, struct spp_attachment *wanted, struct spp_fault *fault)
{
	wanted->paired = !spp_word_is_none(text->words[5]);
	return wanted->paired ? get_port(text->words[5], &wanted->pair, fault) : 0;
}

/** The word behind port storm PORT rx NAME. */
static int
decode_storm(const struct spp_text *text, struct spp_attachment *wanted, struct spp_fault *fault)
{
	unsigned int pps = 0;

	if (strcmp(text->words[5], "default") == 0)
		return 0;
	if (spp_number_parse(text->words[5], SPP_STORM_MAX_PPS, &pps) < 0 ||
	    (pps != 0 && pps < SPP_STORM_MIN_PPS))
		return invalid("port storm", text->words[5],
			       "10 to 100000000, 0 for no bound, or default", fault);
	wanted->storm_pps = pps == 0 ? SPP_STORM_NONE : pps;
	return 0;
}

/** What is changed of a port that is attached; the first word of the command is the one given. */
static const struct setting_word {
	const char *word;
	enum spp_port_setting setting;
	int (*decode)(const struct spp_text *text, struct spp_attachment *wanted,
		      struct spp_fault *fault);
} setting_words[] = {
	{"filter", SPP_SET_FILTER, decode_filter},
	{"source_check", SPP_SET_SOURCE_CHECK, decode_source_check},
	{"pair", SPP_SET_PAIR, decode_pair},
	{"storm", SPP_SET_STORM, decode_storm},
};

static const struct setting_word *
setting_of(const char *word)
{
	size_t i;

	for (i = 0; i < NB(setting_words); i++) {
		if (strcmp(word, setting_words[i].word) == 0)
			return &setting_words[i];
	}
	return NULL;
}

static int
decode_setting(const struct spp_text *text, const struct text_word *word,
	       const struct setting_word *setting, struct spp_attachment *wanted,
	       struct spp_fault *fault)
{
	if (text->nb != 6)
		return wrong_format(word, fault);
	if (setting->setting != SPP_SET_FILTER && strcmp(text->words[3], "rx") != 0)
		return invalid("port rxtx", text->words[3], "rx", fault);
	return setting->decode(text, wanted, fault);
}

/** The words behind port add PORT rx|tx NAME. */
static int
decode_vlan(const struct spp_text *text, const struct text_word *word, struct spp_vlan *out,
	    struct spp_fault *fault)
{
	unsigned int vid = 0, pcp = 0;
	int ret;

	if (text->nb == 5)
		return 0;
	if (strcmp(text->words[5], "del_vlantag") == 0) {
		out->op = SPP_VLAN_DEL;
		return text->nb == 6 ? 0 : wrong_format(word, fault);
	}
	if (strcmp(text->words[5], "add_vlantag") != 0)
		return invalid("port vlan operation", text->words[5], "add_vlantag or del_vlantag",
			       fault);
	if (text->nb != 8)
		return wrong_format(word, fault);
	ret = get_number("port vid", text->words[6], SPP_VID_MAX, "0 to 4094", &vid, fault);
	if (ret == 0)
		ret = get_number("port pcp", text->words[7], SPP_PCP_MAX, "0 to 7", &pcp, fault);
	*out = (struct spp_vlan){.op = SPP_VLAN_ADD, .pcp = (uint8_t)pcp, .vid = (uint16_t)vid};
	return ret;
}

/** port add|del PORT rx|tx NAME [add_vlantag VID PCP|del_vlantag], port SETTING PORT rx NAME VALUE
 */
static int
decode_port(const struct spp_text *text, const struct text_word *word, struct spp_command *out,
	    struct spp_fault *fault)
{
	struct spp_component *component = &out->component;
	const struct setting_word *setting = setting_of(text->words[1]);
	struct spp_attachment wanted = {0};
	bool rx = strcmp(text->words[3], "rx") == 0;
	int ret;

	out->clear = strcmp(text->words[1], "del") == 0;
	out->setting = setting != NULL ? (uint8_t)setting->setting : SPP_SET_NOTHING;
	if (!out->clear && setting == NULL && strcmp(text->words[1], "add") != 0)
		return invalid("action", text->words[1],
			       "add, del, filter, source_check, pair or storm", fault);
	ret = get_port(text->words[2], &wanted.port, fault);
	if (ret < 0)
		return ret;
	if (!rx && strcmp(text->words[3], "tx") != 0)
		return invalid("port rxtx", text->words[3], "rx or tx", fault);
	ret = get_name(text->words[4], component->name, fault);
	if (ret == 0)
		ret = setting != NULL ? decode_setting(text, word, setting, &wanted, fault)
				      : decode_vlan(text, word, &wanted.vlan, fault);
	component->nb_rx = rx;
	component->nb_tx = !rx;
	component->rx[0] = component->tx[0] = wanted;
	return ret;
}

/** classifier_table add|del mac MAC|default PORT, ... vlan VID MAC|default PORT */
static int
decode_table(const struct spp_text *text, const struct text_word *word, struct spp_command *out,
	     struct spp_fault *fault)
{
	const char *mac = text->words[text->nb - 2];
	bool vlan = strcmp(text->words[2], "vlan") == 0;
	unsigned int vid = SPP_VID_NONE;
	struct spp_error why;
	int ret = 0;

	out->from_port = out->clear = strcmp(text->words[1], "del") == 0;
	if (!out->clear && strcmp(text->words[1], "add") != 0)
		return invalid("action", text->words[1], "add or del", fault);
	if (!vlan && strcmp(text->words[2], "mac") != 0)
		return invalid("type", text->words[2], "mac or vlan", fault);
	if (text->nb != (vlan ? 6u : 5u))
		return wrong_format(word, fault);
	if (vlan)
		ret = get_number("vlan id", text->words[3], SPP_VID_MAX, "1 to 4094", &vid, fault);
	if (ret == 0 && vlan && spp_vid_check(vid, &why) < 0)
		ret = spp_fault(fault, EINVAL, "",
				"Invalid value (vlan id): %s (the type would be mac)", why.text);
	if (ret < 0)
		return ret;
	if (spp_table_value_parse(SPP_TABLE_MAC, mac, &out->entry, &why) < 0)
		return invalid_why("mac address", &why, fault);
	out->entry.vid = (uint16_t)vid;
	return get_entry_ports(text->words[text->nb - 1], &out->entry, fault);
}

/** label PORT LABEL|none */
static int
decode_label(const struct spp_text *text, const struct text_word *word, struct spp_command *out,
	     struct spp_fault *fault)
{
	const char *label = text->words[2];
	struct spp_error why;
	int ret = get_port(text->words[1], &out->entry.port, fault);

	(void)word;
	if (ret < 0)
		return ret;
	out->clear = spp_word_is_none(label);
	if (!out->clear && spp_label_check(label, &why) < 0)
		return invalid_why("label", &why, fault);
	snprintf(out->label, sizeof(out->label), "%s", out->clear ? "" : label);
	return 0;
}

static const struct text_word text_words[] = {
	{"_get_client_id", SPP_CMD_PROCESS, 1, 1, "_get_client_id", NULL},
	{"status", SPP_CMD_STATUS, 1, 1, "status", NULL},
	{"component", SPP_CMD_COMPONENT, 2, 5,
	 "component start NAME CORE TYPE, or component stop NAME", decode_component},
	{"port", SPP_CMD_PORT, 5, 8,
	 "port add|del PORT rx|tx NAME [add_vlantag VID PCP|del_vlantag], port filter PORT rx NAME "
	 "reserved|none, port source_check PORT rx NAME on|off, port pair PORT rx NAME PORT|none, or "
	 "port storm PORT rx NAME PPS|default",
	 decode_port},
	{"classifier_table", SPP_CMD_TABLE, 5, 6,
	 "classifier_table add|del mac MAC PORT, or classifier_table add|del vlan VID MAC PORT",
	 decode_table},
	{"label", SPP_CMD_LABEL, 3, 3, "label PORT LABEL|none", decode_label},
	{"flush", SPP_CMD_FLUSH, 1, 1, "flush", NULL},
	{"cancel", SPP_CMD_CANCEL, 1, 1, "cancel", NULL},
	{"clear", SPP_CMD_CLEAR, 1, 1, "clear", NULL},
	{"exit", SPP_CMD_EXIT, 1, 1, "exit", NULL},
};

int
spp_text_command(const struct spp_text *text, struct spp_command *out, struct spp_fault *fault)
{
	const struct text_word *word = NULL;
	unsigned int i;

	if (text->nb == 0)
		return spp_fault(fault, EINVAL, "", "Wrong message format: an empty command");
	for (i = 0; i < NB(text_words) && word == NULL; i++) {
		if (strcmp(text->words[0], text_words[i].word) == 0)
			word = &text_words[i];
	}
	if (word == NULL)
		return invalid("command", text->words[0],
			       "_get_client_id, status, component, port, classifier_table, label, "
			       "flush, cancel, clear or exit",
			       fault);
	if (text->nb < word->nb_min || text->nb > word->nb_max)
		return wrong_format(word, fault);
	out->kind = word->kind;
	out->clear = out->from_port = out->one_port = out->vid0 = false;
	out->setting = SPP_SET_NOTHING;
	out->component.name[0] = '\0';
	out->component.nb_rx = out->component.nb_tx = 0;
	out->component.queue = 0;
	out->component.source_check = false;
	return word->decode != NULL ? word->decode(text, word, out, fault) : 0;
}
