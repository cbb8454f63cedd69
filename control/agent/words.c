/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The words of a change. See words.h.
 */
#include "agent/words.h"

#include <stdio.h>
#include <string.h>

#include "change/address.h"
#include "change/core.h"
#include "change/host_patch.h"
#include "change/mirror.h"
#include "change/mirror_switch.h"
#include "change/note.h"
#include "change/patch.h"
#include "change/plug.h"
#include "change/plug_switch.h"
#include "wiring/names.h"

/** What is changed, and with what. */
struct task {
	const struct host *host;
	struct wiring *wiring, *other; /**< of `to` and of `other_to`: mostly the same */
	const json_t *request;
	json_t *notes;
};

typedef int (*change_fn)(const struct task *task, struct spp_error *err);

static int
get_port(const json_t *request, const char *key, struct spp_port *port, struct spp_error *err)
{
	const char *text = json_string_value(json_object_get(request, key));

	if (text == NULL)
		return spp_error(err, EINVAL, "request without \"%s\"", key);
	return spp_port_parse(text, port, err);
}

static int
get_vhost(const json_t *request, struct spp_port *port, struct spp_error *err)
{
	char name[SPP_PORT_TEXT_SIZE];
	int ret = get_port(request, "port", port, err);

	if (ret == 0 && port->kind != SPP_PORT_VHOST)
		return spp_error(err, EINVAL, "%s: not a vhost (vhost0, vhost1 ...)",
				 spp_port_format(*port, name));
	return ret;
}

/* The VLAN of a plug, SPP_VID_NONE: none. */
static int
get_vid(const json_t *request, uint16_t *vid, struct spp_error *err)
{
	const json_t *vlan = json_object_get(request, "vlan");
	json_int_t value = json_integer_value(vlan);

	*vid = SPP_VID_NONE;
	if (vlan == NULL)
		return 0;
	if (!json_is_integer(vlan) || value < 0 || value > UINT16_MAX)
		return spp_error(err, EINVAL, "\"vlan\": not a VLAN (1 to %d)", SPP_VID_MAX);
	*vid = (uint16_t)value;
	return spp_vid_check(*vid, err);
}

/* A plug keeps what a guest sends to the next bridge from the NIC, unless told otherwise. */
static int
get_filter(const json_t *request, struct wiring_plug *plug, struct spp_error *err)
{
	const json_t *filter = json_object_get(request, "guest_filter");
	const char *text = json_string_value(filter);

	plug->filter = SPP_FILTER_RESERVED;
	plug->filter_given = filter != NULL;
	return filter != NULL ? spp_filter_parse(text != NULL ? text : "", &plug->filter, err) : 0;
}

/* A member that is true, false, or not there. */
static int
get_flag(const json_t *request, const char *key, bool *out, struct spp_error *err)
{
	const json_t *flag = json_object_get(request, key);

	*out = json_is_true(flag);
	if (flag != NULL && !json_is_boolean(flag))
		return spp_error(err, EINVAL, "\"%s\": neither true nor false", key);
	return 0;
}

/* What the VM is called. */
static int
get_label(const json_t *request, struct wiring_plug *plug, struct spp_error *err)
{
	const json_t *name = json_object_get(request, "name");
	const char *text = json_string_value(name);
	struct spp_error why = {""};

	plug->label = text != NULL && spp_word_is_none(text) ? "" : text;
	if (name == NULL || (text != NULL && plug->label[0] == '\0'))
		return 0;
	if (spp_label_check(text != NULL ? text : "", &why) < 0)
		return spp_error(err, EINVAL, "name: %s", why.text);
	return 0;
}

static int
read_plug(const json_t *request, struct wiring_plug *plug, bool *to_switch, struct spp_error *err)
{
	const char *mac = json_string_value(json_object_get(request, "mac"));
	const json_t *nic = json_object_get(request, "nic");
	struct spp_port port;
	int ret = get_vhost(request, &plug->vhost, err);

	if (ret == 0)
		ret = spp_table_value_parse(SPP_TABLE_MAC, mac != NULL ? mac : "", &plug->entry,
					    err);
	if (ret == 0 && nic != NULL) {
		ret = get_port(request, "nic", &port, err);
		if (ret == 0 && !spp_port_is_wire(port))
			return spp_error(err, EINVAL, "--nic %s: not a NIC (nic0, nic1 ...)",
					 json_string_value(nic));
		plug->nic = (int)spp_port_id(port);
	}
	if (ret == 0)
		ret = get_vid(request, &plug->entry.vid, err);
	if (ret == 0)
		ret = get_filter(request, plug, err);
	if (ret == 0)
		ret = get_label(request, plug, err);
	if (ret == 0)
		ret = get_flag(request, "source_check", &plug->source_check, err);
	if (ret == 0)
		ret = get_flag(request, "switch", to_switch, err);
	return ret;
}

/* The rings of the vhost will be between two spp_vf: no third one may use them. */
static int
check_taken(const struct task *task, struct spp_port vhost, struct spp_error *err)
{
	char name[SPP_PORT_TEXT_SIZE], ring[SPP_PORT_TEXT_SIZE];

	for (enum spp_side side = SPP_RX; side <= SPP_TX; side++) {
		struct spp_port one = wiring_ring_of(vhost, side);

		if (task->host->taken[one.index])
			return spp_error(err, EBUSY,
					 "%s would need %s between vf%u and vf%u, and another "
					 "spp_vf uses it (`sppctl status` shows where: remove that "
					 "one)",
					 spp_port_format(vhost, name), spp_port_format(one, ring),
					 task->other->inventory.process_id,
					 task->wiring->inventory.process_id);
	}
	return 0;
}

static int
complain_plugged(const struct wiring *wire, struct spp_port vhost, struct spp_error *err)
{
	char name[SPP_PORT_TEXT_SIZE];

	return spp_error(err, EEXIST, "%s is plugged to a NIC of vf%u (unplug it first)",
			 spp_port_format(vhost, name), wire->inventory.process_id);
}

static int
change_plug(const struct task *task, struct spp_error *err)
{
	struct wiring_plug plug = {.nic = -1};
	struct wiring *wire = task->other;
	bool to_switch = false;
	int ret = read_plug(task->request, &plug, &to_switch, err);

	if (ret < 0)
		return ret;
	if (wire != task->wiring && to_switch)
		return spp_error(
			err, EINVAL,
			"--switch: the NIC is vf%u's and the vhost vf%u's, a switch has the "
			"vhosts of its own spp_vf (leave --switch out)",
			wire->inventory.process_id, task->wiring->inventory.process_id);
	if (to_switch)
		return wiring_plug_switch(task->wiring, &plug, task->notes, err);
	if (wiring_is_plugged(task->wiring, plug.vhost)) {
		wire = host_wire_of(task->host, task->wiring, plug.vhost);
		if (plug.nic >= 0 && wire != task->other)
			ret = complain_plugged(wire, plug.vhost, err);
	} else if (wire != task->wiring) {
		ret = check_taken(task, plug.vhost, err);
	}
	return ret < 0 ? ret : wiring_plug(task->wiring, wire, &plug, task->notes, err);
}

static int
change_address(const struct task *task, struct spp_error *err)
{
	const char *action = json_string_value(json_object_get(task->request, "action"));
	const char *mac = json_string_value(json_object_get(task->request, "mac"));
	bool add = action != NULL && strcmp(action, "add") == 0;
	struct spp_table_entry entry = {.vid = SPP_VID_NONE};
	struct spp_port vhost;
	int ret = get_vhost(task->request, &vhost, err);

	if (ret == 0 && !add && (action == NULL || strcmp(action, "del") != 0))
		ret = spp_error(err, EINVAL, "\"action\": not add or del");
	if (ret == 0)
		ret = spp_table_value_parse(SPP_TABLE_MAC, mac != NULL ? mac : "", &entry, err);
	if (ret == 0)
		ret = get_vid(task->request, &entry.vid, err);
	return ret < 0 ? ret
		       : wiring_address(task->wiring, host_wire_of(task->host, task->wiring, vhost),
					vhost, &entry, add, task->notes, err);
}

/* What goes is mirrored no more. */
static void
end_mirrors(const struct task *task, struct host_port at)
{
	host_end_mirrors(task->host, at, task->notes);
}

static int
change_unplug(const struct task *task, struct spp_error *err)
{
	struct host_port nic;
	struct spp_port vhost;
	int ret = get_vhost(task->request, &vhost, err);

	if (ret < 0)
		return ret;
	end_mirrors(task, (struct host_port){.wiring = task->wiring, .port = vhost});
	if (!wiring_is_switched(task->wiring, vhost))
		return wiring_unplug(task->wiring, host_wire_of(task->host, task->wiring, vhost),
				     vhost, task->notes, err);
	nic = host_switch_nic((struct host_port){.wiring = task->wiring, .port = vhost});
	wiring_unplug_switch(task->wiring, vhost, task->notes);
	host_end_switch(task->host, nic, task->notes);
	return 0;
}

/* In its own process, or in another one. */
static bool
patched_to(const struct task *task, struct host_port a, struct host_port *to)
{
	if (host_patched_to(task->host, a, to))
		return true;
	to->wiring = a.wiring;
	return wiring_patched_to(a.wiring, a.port, &to->port);
}

static int
change_patch(const struct task *task, struct spp_error *err)
{
	struct host_port a = {.wiring = task->wiring}, b = {.wiring = task->other}, to, nics[2];
	int ret;

	if (get_port(task->request, "port", &a.port, err) < 0 ||
	    get_port(task->request, "other", &b.port, err) < 0)
		return -EINVAL;
	/* Taken away from a NIC; of what is patched already nothing changes. */
	if (!patched_to(task, a, &to) && !patched_to(task, b, &to)) {
		end_mirrors(task, a);
		end_mirrors(task, b);
	}
	nics[0] = host_switch_nic(a);
	nics[1] = host_switch_nic(b);
	ret = host_patch(task->host, a, b, task->notes, err);
	for (unsigned int i = 0; i < 2 && ret == 0; i++)
		host_end_switch(task->host, nics[i], task->notes);
	return ret;
}

static int
change_unpatch(const struct task *task, struct spp_error *err)
{
	bool both = json_object_get(task->request, "other") != NULL;
	struct host_port a = {.wiring = task->wiring}, to;
	struct spp_port b;
	int ret = get_port(task->request, "port", &a.port, err);

	if (ret == 0 && both)
		ret = get_port(task->request, "other", &b, err);
	if (ret < 0)
		return ret;
	if (patched_to(task, a, &to)) {
		end_mirrors(task, a);
		end_mirrors(task, to);
	}
	if (host_patched_to(task->host, a, &to))
		return host_unpatch(task->host, a, both ? &b : NULL, task->notes, err);
	return wiring_unpatch(task->wiring, a.port, both ? &b : NULL, task->notes, err);
}

/* Which side of the port: --rx, --tx; both when it is absent. */
static int
get_sides(const json_t *request, unsigned int *sides, struct spp_error *err)
{
	const json_t *member = json_object_get(request, "side");
	const char *text = json_string_value(member);

	*sides = MIRROR_RX | MIRROR_TX;
	if (member == NULL || (text != NULL && strcmp(text, "both") == 0))
		return 0;
	if (text == NULL || (strcmp(text, "rx") != 0 && strcmp(text, "tx") != 0))
		return spp_error(err, EINVAL, "\"side\": not rx, tx or both");
	*sides = text[0] == 'r' ? MIRROR_RX : MIRROR_TX;
	return 0;
}

static int
change_mirror(const struct task *task, struct spp_error *err)
{
	struct host_port at = {.wiring = task->wiring}, to = {.wiring = task->other};
	unsigned int sides;
	int ret = get_port(task->request, "port", &at.port, err);

	if (ret == 0)
		ret = get_port(task->request, "other", &to.port, err);
	if (ret == 0)
		ret = get_sides(task->request, &sides, err);
	return ret == 0 ? host_mirror(task->host, at, to, sides, task->notes, err) : ret;
}

static int
change_unmirror(const struct task *task, struct spp_error *err)
{
	bool one = json_object_get(task->request, "other") != NULL;
	struct host_port at = {.wiring = task->wiring}, to = {.wiring = task->other};
	char name[SPP_PORT_TEXT_SIZE];
	unsigned int sides;
	int ret = get_port(task->request, "port", &at.port, err);

	if (ret == 0 && one)
		ret = get_port(task->request, "other", &to.port, err);
	if (ret == 0)
		ret = get_sides(task->request, &sides, err);
	if (ret == 0 && host_unmirror(task->host, at, one ? &to : NULL, sides) == 0)
		wiring_note(task->notes, "%s is not mirrored%s%s: nothing to do",
			    spp_port_format(at.port, name), one ? " to " : "",
			    one ? json_string_value(json_object_get(task->request, "other")) : "");
	return ret;
}

static int
change_move(const struct task *task, struct spp_error *err)
{
	const char *component = json_string_value(json_object_get(task->request, "component"));
	const char *core = json_string_value(json_object_get(task->request, "core"));

	if (component == NULL || core == NULL)
		return spp_error(err, EINVAL, "request without \"component\" or \"core\"");
	return wiring_move(task->wiring, component, core, err);
}

static int
apply_one(struct wiring *wiring, const json_t *file, json_t *notes, struct spp_error *err)
{
	const json_t *commands = json_object_get(file, "commands");
	const json_t *labels = json_object_get(file, "labels");
	int ret;

	if (!json_is_array(commands))
		return spp_error(err, EINVAL, "request without \"commands\"");
	wiring_clear(wiring);
	ret = wiring_take(wiring, commands, err);
	if (ret == 0)
		ret = wiring_take_labels(wiring, labels, err);
	if (ret == 0 && !wiring->labels && json_object_size(labels) > 0)
		wiring_note(notes,
			    "the names of ports in the file are left out: vf%u is of an older "
			    "version",
			    wiring->inventory.process_id);
	return ret;
}

/* Of one spp_vf, or of several: then `wirings` has those in the order of the host. */
static int
change_apply(const struct task *task, struct spp_error *err)
{
	const json_t *all = json_object_get(task->request, "wirings");
	struct spp_error why = {""};
	int ret = 0;

	if (all == NULL)
		return apply_one(task->wiring, task->request, task->notes, err);
	if (json_array_size(all) != task->host->nb)
		return spp_error(err, EINVAL,
				 "\"wirings\": not one for each process (\"to\", then \"with\")");
	for (unsigned int i = 0; i < task->host->nb && ret == 0; i++) {
		ret = apply_one(task->host->wirings[i], json_array_get(all, i), task->notes, &why);
		if (ret < 0)
			spp_error(err, -ret, "vf%u: %.480s",
				  task->host->wirings[i]->inventory.process_id, why.text);
	}
	return ret;
}

static const struct change_word {
	const char *word;
	change_fn run;
} change_words[] = {
	{"plug", change_plug},   {"unplug", change_unplug},   {"address", change_address},
	{"patch", change_patch}, {"unpatch", change_unpatch}, {"move", change_move},
	{"apply", change_apply}, {"mirror", change_mirror},   {"unmirror", change_unmirror},
};

static const struct change_word *
find_word(const json_t *request)
{
	const char *word = json_string_value(json_object_get(request, "change"));

	for (size_t i = 0; i < sizeof(change_words) / sizeof(change_words[0]); i++)
		if (word != NULL && strcmp(change_words[i].word, word) == 0)
			return &change_words[i];
	return NULL;
}

int
agent_words_check(const json_t *request, struct spp_error *err)
{
	if (find_word(request) != NULL)
		return 0;
	return spp_error(err, EINVAL,
			 "unknown \"change\" (plug, unplug, address, patch, unpatch, move, mirror, "
			 "unmirror, apply)");
}

void
agent_words_taken(const json_t *request, struct host *host)
{
	const json_t *number;
	size_t i;

	json_array_foreach (json_object_get(request, "rings_taken"), i, number)
		if (json_is_integer(number) && json_integer_value(number) >= 0 &&
		    json_integer_value(number) < SPP_RING_MAX)
			host->taken[json_integer_value(number)] = true;
}

int
agent_words_run(const struct host *host, unsigned int other, const json_t *request, json_t *notes,
		struct spp_error *err)
{
	const struct change_word *word = find_word(request);
	const struct task task = {.host = host,
				  .wiring = host->wirings[0],
				  .other = host->wirings[other],
				  .request = request,
				  .notes = notes};

	return word->run(&task, err);
}

/* As it would be typed; whoever looks at it later has a terminal: printable ASCII only. */
void
agent_words_title(const json_t *request, char title[AGENT_TITLE_SIZE])
{
	static const char *const keys[][2] = {
		{"change", ""},     {"action", " "},      {"port", " "},   {"mac", " "},
		{"vlan", " vlan "}, {"name", " --name "}, {"side", " --"}, {"other", " "},
		{"component", " "}, {"core", " "},
	};
	size_t used = 0;

	title[0] = '\0';
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]) && used < AGENT_TITLE_SIZE; i++) {
		const json_t *value = json_object_get(request, keys[i][0]);
		char *at = title + used;

		if (json_is_string(value))
			used += (size_t)snprintf(at, AGENT_TITLE_SIZE - used, "%s%.40s", keys[i][1],
						 json_string_value(value));
		else if (json_is_integer(value))
			used += (size_t)snprintf(at, AGENT_TITLE_SIZE - used,
						 "%s%" JSON_INTEGER_FORMAT, keys[i][1],
						 json_integer_value(value));
	}
	for (char *c = title; *c != '\0'; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
}
