/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What is asked, and of which wiring. See trace_case.h.
 */
#include "ctl/trace_case.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/ask.h"
#include "ctl/complain.h"
#include "ctl/ends.h"
#include "ctl/file.h"
#include "ctl/find.h"
#include "ctl/ports.h"
#include "ctl/reply.h"
#include "ctl/table_pcap.h"
#include "ctl/target.h"
#include "spp/error.h"
#include "wiring/names.h"

/* -- the frame -------------------------------------------------------------------------------- */

static void
format_mac(const uint8_t mac[6], char text[CTL_TRACE_MAC_SIZE])
{
	snprintf(text, CTL_TRACE_MAC_SIZE, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2],
		 mac[3], mac[4], mac[5]);
}

static bool
read_source(const struct ctl *ctl, struct ctl_trace_case *out)
{
	struct spp_error err;
	uint8_t src[6];

	if (ctl->src == NULL)
		return true;
	if (spp_mac_parse(ctl->src, src, &err) < 0) {
		ctl_complain("--src: %s", err.text);
		return false;
	}
	if ((src[0] & 1) != 0) {
		ctl_complain("--src %s: a group address, which nobody sends from", ctl->src);
		return false;
	}
	format_mac(src, out->src);
	memcpy(out->frame.src, src, sizeof(src));
	out->frame.has_src = true;
	return true;
}

static bool
read_frame(const struct ctl *ctl, const char *dst, struct ctl_trace_case *out)
{
	struct spp_trace_frame *frame = &out->frame;
	struct spp_error err;

	if (spp_mac_parse(dst, frame->dst, &err) < 0) {
		ctl_complain("%s", err.text);
		return false;
	}
	format_mac(frame->dst, out->dst);
	frame->tagged = ctl->vlan >= 0;
	frame->vid = frame->tagged ? (uint16_t)ctl->vlan : 0;
	frame->size = ctl->size;
	if (ctl->size == 0)
		frame->size = SPP_TRACE_NIC_MIN +
			      (frame->tagged ? SPP_TRACE_TAGGED - SPP_TRACE_HEADER : 0);
	if (out->from.kind == SPP_PORT_RING && frame->size < SPP_TRACE_HEADER) {
		ctl_complain("--size %u: no ring carries a frame that ends within its header (%u "
			     "bytes or more)",
			     frame->size, SPP_TRACE_HEADER);
		return false;
	}
	return read_source(ctl, out);
}

/* -- the wiring ------------------------------------------------------------------------------- */

/* What a status says beside the wiring. */
static void
read_facts(struct ctl_trace_case *out)
{
	json_int_t mtu = json_integer_value(json_object_get(out->info, "mtu"));
	const json_t *port;
	struct spp_port id;
	size_t i;

	/* a status may be a file that somebody wrote */
	out->facts.mtu = mtu > 0 && mtu <= CTL_SIZE_MAX ? (uint32_t)mtu : 0;
	out->facts.mirrors = strcmp(ctl_reply_text(out->info, "process_type"), "mirror") == 0;
	if (spp_filter_parse(ctl_reply_text(out->info, "guest_filter"), &out->facts.guest_filter,
			     NULL) < 0)
		out->facts.guest_filter = SPP_FILTER_NONE;
	json_array_foreach (json_object_get(out->info, "port"), i, port) {
		if (spp_port_parse(ctl_reply_text(port, "port"), &id, NULL) < 0 ||
		    id.kind == SPP_PORT_RING)
			continue;
		out->facts.link[spp_port_id(id)] = json_is_true(json_object_get(port, "link"))
							   ? SPP_TRACE_LINK_UP
							   : SPP_TRACE_LINK_DOWN;
	}
}

/* Another one, or a spp_pcap that records what comes by the ring; NULL. */
static const char *
taken_by(const struct ctl_trace_case *a, struct spp_port ring)
{
	char name[SPP_PORT_TEXT_SIZE];
	const char *other = ctl_ends_other(a->infos, a->name, spp_port_format(ring, name), "rx");

	return other != NULL ? other : ctl_table_recorder(a->infos, name);
}

/* Which of its rings another one takes packets out of. */
static void
read_ends(struct ctl_trace_case *out)
{
	struct spp_port ring = {.kind = SPP_PORT_RING};

	for (; ring.index < SPP_RING_MAX; ring.index++)
		out->facts.elsewhere[ring.index] = taken_by(out, ring) != NULL;
}

static int
read_status(struct ctl_trace_case *out, const json_t *reply, struct spp_error *err)
{
	out->info = json_incref(json_object_get(reply, "info"));
	read_facts(out);
	return wiring_read(out->wiring, out->info, err);
}

/* A file holds a wiring (dump, saved), or a status. */
static int
read_file(struct ctl_trace_case *out, const char *path)
{
	struct spp_error err = {""};
	const json_t *process;
	json_t *object;
	int ret;

	out->file = ctl_file_shown(path);
	if (ctl_file_object(path, &object, &err) < 0) {
		ctl_complain("%s", err.text);
		return CTL_USAGE;
	}
	if (json_is_object(json_object_get(object, "info"))) {
		process = json_object_get(json_object_get(object, "info"), "process");
		ret = read_status(out, object, &err);
	} else {
		process = json_object_get(object, "process");
		ret = ctl_file_check_wiring(path, object, &err);
		if (ret < 0) {
			ctl_complain("%s", err.text); /* it names the file */
			json_decref(object);
			return CTL_USAGE;
		}
		ret = wiring_take_file(out->wiring, json_object_get(object, "commands"), &err);
		if (ret == 0)
			ret = wiring_take_labels(out->wiring, json_object_get(object, "labels"),
						 &err);
	}
	if (json_integer_value(process) > 0 && json_integer_value(process) <= SPP_PROCESS_ID_MAX)
		spp_process_name((unsigned int)json_integer_value(process), out->name);
	json_decref(object);
	if (ret == 0)
		return -1;
	ctl_complain("%s: %s", out->file, err.text);
	return CTL_USAGE;
}

/* Nobody knows the port: neither the wiring nor the process. */
static bool
is_unknown(const struct ctl_trace_case *a, const char *word)
{
	return spp_model_find_port(&a->wiring->model, a->from, SPP_RX) < 0 &&
	       !ctl_ports_has(a->info, word) && json_object_get(a->info, "on_first_use") == NULL;
}

static int
read_process(const struct ctl *ctl, const char *port, struct ctl_trace_case *out)
{
	struct spp_error err = {""};
	struct ctl_found all;
	json_t *reply = NULL;
	int ret = ctl_target_find(ctl, port, NULL, out->name);

	if (ret >= 0)
		return ret;
	if (strcmp(out->name, "primary") == 0) {
		ctl_complain("primary: has no wiring (vf1, vf2 ...)");
		return CTL_USAGE;
	}
	if (ctl_ask_status(ctl, out->name, &reply, &err) < 0) {
		ctl_complain("%s", err.text); /* it names the process */
		return CTL_UNREACHABLE;
	}
	ret = read_status(out, reply, &err);
	json_decref(reply);
	if (ret < 0) {
		ctl_complain("%s: %s", out->name, err.text);
		return CTL_ERROR;
	}
	ctl_find(ctl, &all);
	out->infos = ctl_find_infos(&all);
	ctl_find_free(&all);
	read_ends(out);
	if (!is_unknown(out, port))
		return -1;
	ctl_complain("%s: %s does not have it (`sppctl status %s` lists its ports)", port,
		     out->name, out->name);
	return CTL_USAGE;
}

/* -- both ------------------------------------------------------------------------------------- */

int
ctl_trace_case_make(const struct ctl *ctl, const char *port, const char *dst,
		    struct ctl_trace_case *out)
{
	int code;

	*out = (struct ctl_trace_case){.file = NULL};
	if (!ctl_ports_read(port, "nvr", &out->from) || !read_frame(ctl, dst, out))
		return CTL_USAGE;
	if (ctl->file != NULL && ctl->to != NULL) {
		ctl_complain("--to and --file: one of them (a file is one wiring)");
		return CTL_USAGE;
	}
	out->wiring = wiring_create();
	if (out->wiring == NULL) {
		ctl_complain("out of memory");
		return CTL_ERROR;
	}
	code = ctl->file != NULL ? read_file(out, ctl->file) : read_process(ctl, port, out);
	if (code < 0) {
		out->trace =
			spp_trace_walk(&out->wiring->model, &out->facts, out->from, &out->frame);
		if (out->trace != NULL)
			return -1;
		ctl_complain("out of memory");
		code = CTL_ERROR;
	}
	ctl_trace_case_free(out);
	return code;
}

const char *
ctl_trace_case_other(const struct ctl_trace_case *a, const struct spp_trace_step *step)
{
	return taken_by(a, step->at.port);
}

bool
ctl_trace_case_follow(const struct ctl_trace_case *a, const struct spp_trace_step *step,
		      struct ctl_trace_case *out)
{
	const char *other = ctl_trace_case_other(a, step);
	struct spp_error err = {""};

	if (other == NULL || a->rings == CTL_TRACE_RINGS_MAX ||
	    ctl_table_is_pcap(json_object_get(a->infos, other)))
		return false;
	*out = (struct ctl_trace_case){.infos = json_incref(a->infos),
				       .rings = a->rings + 1,
				       .from = step->at.port,
				       .frame = step->after};
	snprintf(out->name, sizeof(out->name), "%s", other);
	memcpy(out->dst, a->dst, sizeof(out->dst));
	memcpy(out->src, a->src, sizeof(out->src));
	out->wiring = wiring_create();
	out->info = json_incref(json_object_get(a->infos, other));
	if (out->wiring != NULL && wiring_read(out->wiring, out->info, &err) == 0) {
		read_facts(out);
		read_ends(out);
		out->trace =
			spp_trace_walk(&out->wiring->model, &out->facts, out->from, &out->frame);
	}
	if (out->trace != NULL)
		return true;
	ctl_complain("%s: %s", other, err.text[0] != '\0' ? err.text : "out of memory");
	ctl_trace_case_free(out);
	return false;
}

void
ctl_trace_case_free(struct ctl_trace_case *a)
{
	free(a->trace);
	wiring_destroy(a->wiring);
	json_decref(a->info);
	json_decref(a->infos);
}
