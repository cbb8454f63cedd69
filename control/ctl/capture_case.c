/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * See capture_case.h. The words are PORTs (with --drops also REASONs) as long as they are some; the
 * rest is a filter, which libpcap compiles.
 */
#include "ctl/capture_case.h"

#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "change/plain.h"
#include "ctl/ask.h"
#include "ctl/complain.h"
#include "ctl/find.h"
#include "ctl/ports.h"
#include "ctl/reply.h"
#include "ctl/table.h"
#include "ctl/target.h"
#include "spp/drop.h"
#include "spp/port_text.h"
#include "trace/remedy.h"
#include "wiring/names.h"

#define FILTER_TEXT_MAX 8192

static struct ctl_capture_part *
find_part(struct ctl_capture_case *a, const char *name)
{
	for (unsigned int i = 0; i < a->nb_parts; i++)
		if (strcmp(a->part[i].name, name) == 0)
			return &a->part[i];
	if (a->nb_parts == SPP_VF_MAX)
		return NULL;
	snprintf(a->part[a->nb_parts].name, sizeof(a->part[0].name), "%s", name);
	return &a->part[a->nb_parts++];
}

static bool
side_has(const json_t *ports, const char *name)
{
	const json_t *port;
	size_t i;

	json_array_foreach (ports, i, port) {
		if (strcmp(ctl_table_port_name(port), name) == 0)
			return true;
	}
	return false;
}

static bool
wiring_has(const json_t *info, const char *name)
{
	const json_t *core;
	size_t i;

	json_array_foreach (json_object_get(info, "core"), i, core) {
		if (side_has(json_object_get(core, "rx"), name) ||
		    side_has(json_object_get(core, "tx"), name))
			return true;
	}
	return false;
}

/* The one process whose wiring names the port: of others it is only one that they might use. */
static bool
find_wired(const struct ctl *ctl, struct spp_port port, char name[SPP_PROCESS_NAME_SIZE])
{
	char text[SPP_PORT_TEXT_SIZE];
	struct ctl_found found;
	const char *process;
	json_t *reply;
	unsigned int nb = 0;

	spp_port_format(port, text);
	if (ctl->to != NULL)
		return false;
	ctl_find(ctl, &found);
	json_object_foreach (found.replies, process, reply) {
		if (strcmp(process, "primary") == 0 ||
		    !wiring_has(json_object_get(reply, "info"), text))
			continue;
		nb++;
		snprintf(name, SPP_PROCESS_NAME_SIZE, "%s", process);
	}
	ctl_find_free(&found);
	return nb == 1;
}

static int
take_port(const struct ctl *ctl, struct ctl_capture_case *a, const char *word)
{
	char name[SPP_PROCESS_NAME_SIZE];
	struct ctl_capture_part *part;
	struct spp_port port;
	unsigned int id;
	int code;

	if (!ctl_ports_read(word, "nvr", &port))
		return CTL_USAGE;
	code = find_wired(ctl, port, name) ? -1 : ctl_target_find(ctl, word, NULL, name);
	if (code >= 0)
		return code;
	part = strcmp(name, "primary") != 0 ? find_part(a, name) : NULL;
	if (part == NULL) {
		ctl_complain("%s: has no ports to look at (vf1, vf2 ...)", name);
		return CTL_USAGE;
	}
	id = spp_port_id(port);
	part->request.port[id / 8] |= (uint8_t)(1u << (id % 8));
	return -1;
}

static bool
take_reason(const char *word, uint32_t *reasons)
{
	for (unsigned int i = 0; i < SPP_DROP_NB; i++) {
		if (strcmp(spp_drop_name(i), word) == 0) {
			*reasons |= 1u << i;
			return true;
		}
	}
	return false;
}

/* Is the word meant as a port: "vhost0", "nic", "phy:0"? "port 80" begins a filter. */
static bool
looks_like_port(const char *word)
{
	static const char *const kinds[] = {"nic",  "vhost",  "ring", "uplink",
					    "phy:", "vhost:", "ring:"};
	struct spp_port port;

	if (spp_port_parse(word, &port, NULL) == 0)
		return true;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strncmp(word, kinds[i], strlen(kinds[i])) == 0)
			return true;
	return false;
}

static bool
compile(struct ctl_capture_case *a, const char *text)
{
	pcap_t *pcap = pcap_open_dead(DLT_EN10MB, SPP_CAPTURE_SNAPLEN_MAX);
	struct bpf_program program;
	bool good;

	_Static_assert(sizeof(a->filter[0]) == sizeof(struct bpf_insn), "the same layout");
	if (pcap == NULL) {
		ctl_complain("out of memory");
		return false;
	}
	good = pcap_compile(pcap, &program, text, 1, PCAP_NETMASK_UNKNOWN) == 0;
	if (!good) {
		ctl_complain("filter \"%s\": %s (pcap-filter(7))", text, pcap_geterr(pcap));
	} else {
		if (program.bf_len <= SPP_CAPTURE_FILTER_MAX) {
			a->nb_filter = program.bf_len;
			memcpy(a->filter, program.bf_insns,
			       program.bf_len * sizeof(program.bf_insns[0]));
		} else {
			ctl_complain("filter \"%s\": is too long", text);
			good = false;
		}
		pcap_freecode(&program);
	}
	pcap_close(pcap);
	return good;
}

static int
take_filter(struct ctl_capture_case *a, int nb, char **words)
{
	char text[FILTER_TEXT_MAX] = "";
	size_t used = 0;

	for (int i = 0; i < nb; i++) {
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s", i > 0 ? " " : "",
					 words[i]);
		if (used >= sizeof(text)) {
			ctl_complain("the filter is longer than %d characters", FILTER_TEXT_MAX);
			return CTL_USAGE;
		}
	}
	return nb == 0 || compile(a, text) ? -1 : CTL_USAGE;
}

/* --drops without a port: of the process named, or of all that are there. */
static int
take_all_parts(const struct ctl *ctl, struct ctl_capture_case *a)
{
	struct ctl_found found;
	const char *name;
	json_t *reply;

	if (ctl->to != NULL) {
		find_part(a, ctl->to)->request.all = 1;
		return -1;
	}
	ctl_find(ctl, &found);
	ctl_find_complain(&found);
	json_object_foreach (found.replies, name, reply) {
		struct ctl_capture_part *part =
			strcmp(name, "primary") != 0 ? find_part(a, name) : NULL;

		if (part != NULL)
			part->request.all = 1;
	}
	ctl_find_free(&found);
	if (a->nb_parts > 0)
		return -1;
	ctl_complain("no spp_vf is there (`sppctl ls`)");
	return CTL_UNREACHABLE;
}

static void
complete_parts(const struct ctl *ctl, struct ctl_capture_case *a, uint32_t reasons)
{
	struct ctl_capture_part *part;
	struct spp_error ignored;
	json_t *reply;

	for (unsigned int i = 0; i < a->nb_parts; i++) {
		part = &a->part[i];
		part->request.magic = SPP_CAPTURE_MAGIC;
		part->request.snaplen = a->snaplen;
		part->request.nb_filter = a->nb_filter;
		part->request.reasons = reasons;
		part->request.rx = !ctl->drops && (ctl->rx || !ctl->tx);
		part->request.tx = !ctl->drops && (ctl->tx || !ctl->rx);
		reply = NULL;
		if (ctl_ask_own_status(ctl, part->name, &reply, &ignored) == 0)
			part->info = json_incref(json_object_get(reply, "info"));
		json_decref(reply);
	}
}

int
ctl_capture_case_make(const struct ctl *ctl, int nb, char **words, struct ctl_capture_case *out)
{
	uint32_t reasons = 0;
	int at, code = -1;

	memset(out, 0, sizeof(*out));
	out->snaplen = ctl->snaplen > 0 ? ctl->snaplen : SPP_CAPTURE_SNAPLEN_MAX;
	for (at = 0; at < nb && code < 0; at++) {
		if (ctl->drops && take_reason(words[at], &reasons))
			continue;
		if (!looks_like_port(words[at]))
			break;
		code = take_port(ctl, out, words[at]);
	}
	if (code < 0)
		code = take_filter(out, nb - at, words + at);
	if (code >= 0)
		return code;
	if (ctl->drops && reasons == 0)
		reasons = (1u << SPP_DROP_NB) - 1;
	if (out->nb_parts == 0 && !ctl->drops) {
		ctl_complain("which port? (vhost0, nic0, ring0 ...; `sppctl status` lists them)");
		return CTL_USAGE;
	}
	if (out->nb_parts == 0)
		code = take_all_parts(ctl, out);
	if (code < 0)
		complete_parts(ctl, out, reasons);
	return code;
}

void
ctl_capture_case_free(struct ctl_capture_case *a)
{
	for (unsigned int i = 0; i < a->nb_parts; i++)
		json_decref(a->part[i].info);
}

void
ctl_capture_case_place(const struct ctl_capture_part *part, uint16_t id, bool inner, char *out,
		       size_t size)
{
	char port[SPP_PORT_TEXT_SIZE];
	const json_t *component;
	size_t i;

	if (!inner) {
		snprintf(out, size, "%s",
			 id < SPP_PORT_ID_MAX ? spp_port_format(spp_port_from_id(id), port) : "?");
		return;
	}
	json_array_foreach (json_object_get(part->info, "component"), i, component) {
		const char *name = ctl_reply_text(component, "name");

		if ((uint16_t)ctl_reply_number(component, "queue") != id)
			continue;
		if (name[0] != '\0')
			snprintf(out, size, "%s", name);
		else
			snprintf(out, size, "%s on core %.0f", ctl_reply_text(component, "type"),
				 ctl_reply_number(component, "core"));
		spp_plain(out, '?');
		return;
	}
	snprintf(out, size, "component %u", id);
}

void
ctl_capture_case_about(const struct ctl_capture_part *part, uint16_t id, bool inner, char *out,
		       size_t size)
{
	char port[64];
	const char *label = "";

	if (!inner) {
		ctl_capture_case_place(part, id, inner, port, sizeof(port));
		label = ctl_table_label(part->info, port);
	}
	snprintf(out, size, "%s%s%s", label, label[0] != '\0' ? ", " : "", part->name);
}
