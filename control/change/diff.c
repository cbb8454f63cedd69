/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What differs between two wirings: as commands for spp_vf, and as lines for a person.
 *
 * The commands clear first and build then, for a core or a port must be free before it is given
 * again; within one flush the packets see neither. See diff.h.
 */
#include "change/diff.h"

#include <stdlib.h>
#include <string.h>

#include "change/dump.h"
#include "change/note.h"
#include "wiring/entry.h"
#include "wiring/model.h"
#include "wiring/names.h"
#include "json/dump.h"
#include "json/labels.h"

#define TEXT_SIZE 1024

static bool
same(const struct spp_component *a, const struct spp_component *b)
{
	return a->lcore_id == b->lcore_id && a->type == b->type && strcmp(a->name, b->name) == 0 &&
	       spp_component_same_ports(a, b);
}

/* The component of a model that is exactly this one. */
static bool
has(const struct spp_model *model, const struct spp_component *component)
{
	for (unsigned int i = 0; i < model->nb_components; i++)
		if (same(&model->components[i], component))
			return true;
	return false;
}

/* A component without a name can only be removed by clearing its whole core, and only be put on a
 * core that is empty. Must the core be cleared for one of them? */
static bool
must_clear_core(const struct spp_model *from, const struct spp_model *to, uint16_t core)
{
	int i;

	for (i = spp_model_find_core(from, core, 0); i >= 0;
	     i = spp_model_find_core(from, core, (unsigned int)i + 1))
		if (from->components[i].name[0] == '\0' && !has(to, &from->components[i]))
			return true;
	if (spp_model_find_core(from, core, 0) < 0)
		return false;
	for (i = spp_model_find_core(to, core, 0); i >= 0;
	     i = spp_model_find_core(to, core, (unsigned int)i + 1))
		if (to->components[i].name[0] == '\0' && !has(from, &to->components[i]))
			return true;
	return false;
}

static json_t *
none_command(uint16_t core, const char *name)
{
	return json_pack("{s:s, s:i, s:s, s:s*}", "command", "component", "core_id", (int)core,
			 "type", "none", "name", name);
}

static void
put_removals(const struct spp_model *from, const struct spp_model *to, const bool *cleared,
	     json_t *commands)
{
	bool done[UINT16_MAX + 1] = {false};

	for (unsigned int i = 0; i < from->nb_components; i++) {
		const struct spp_component *component = &from->components[i];
		uint16_t core = component->lcore_id;

		if (cleared[core] && !done[core])
			json_array_append_new(commands, none_command(core, NULL));
		else if (!cleared[core] && !has(to, component))
			json_array_append_new(commands, none_command(core, component->name));
		done[core] = true;
	}
}

static void
put_additions(const struct spp_model *from, const struct spp_model *to, const bool *cleared,
	      bool named, json_t *commands)
{
	for (unsigned int i = 0; i < to->nb_components; i++) {
		const struct spp_component *component = &to->components[i];

		if ((component->name[0] != '\0') != named)
			continue;
		if (cleared[component->lcore_id] || !has(from, component))
			json_array_append_new(commands, spp_dump_component(component));
	}
}

/* -- the table: two sorted lists, walked together ------------------------------------------- */

struct sorted {
	const struct spp_table_entry **items;
	unsigned int nb;
};

static int
compare_values(const struct spp_table_entry *a, const struct spp_table_entry *b)
{
	if (a->vid != b->vid)
		return a->vid < b->vid ? -1 : 1;
	if (a->is_default != b->is_default)
		return a->is_default ? 1 : -1;
	return memcmp(a->mac, b->mac, sizeof(a->mac));
}

static int
compare_items(const void *a, const void *b)
{
	return compare_values(*(const struct spp_table_entry *const *)a,
			      *(const struct spp_table_entry *const *)b);
}

static struct sorted
sort_table(const struct spp_model *model)
{
	struct sorted list = {calloc(model->nb_entries + 1, sizeof(*list.items)), 0};

	if (list.items == NULL)
		return list;
	for (; list.nb < model->nb_entries; list.nb++)
		list.items[list.nb] = &model->entries[list.nb];
	qsort(list.items, list.nb, sizeof(*list.items), compare_items);
	return list;
}

/* Calls `put` for each entry that goes (clear) and each that comes. */
static void
walk_tables(const struct spp_model *from, const struct spp_model *to, bool clear, json_t *out,
	    void (*put)(const struct spp_table_entry *entry, bool clear, json_t *out))
{
	struct sorted a = sort_table(from), b = sort_table(to);
	unsigned int i = 0, j = 0;

	while (i < a.nb || j < b.nb) {
		int order = i == a.nb ? 1 : j == b.nb ? -1 : compare_values(a.items[i], b.items[j]);
		bool differ = order != 0 || !spp_entry_same_ports(a.items[i], b.items[j]);

		if (differ && clear && order <= 0)
			put(a.items[i], true, out);
		if (differ && !clear && order >= 0)
			put(b.items[j], false, out);
		i += order <= 0;
		j += order >= 0;
	}
	free(a.items);
	free(b.items);
}

static void
put_entry_command(const struct spp_table_entry *entry, bool clear, json_t *out)
{
	json_t *command = spp_dump_entry(entry);

	if (clear)
		json_object_set_new(command, "port", json_string("unuse"));
	json_array_append_new(out, command);
}

static void
put_label_commands(const struct spp_model *from, const struct spp_model *to, json_t *commands)
{
	for (unsigned int id = 0; id < SPP_LABELED_MAX; id++)
		if (strcmp(from->labels[id], to->labels[id]) != 0)
			json_array_append_new(
				commands, spp_labels_command(spp_port_from_id(id), to->labels[id]));
}

json_t *
wiring_commands(const struct wiring *from, const struct wiring *to)
{
	const struct spp_model *old = &from->model, *new = &to->model;
	json_t *commands = json_array();
	bool *cleared = calloc(UINT16_MAX + 1, sizeof(*cleared));

	if (cleared == NULL)
		return commands;
	for (unsigned int i = 0; i < old->nb_components; i++) {
		uint16_t core = old->components[i].lcore_id;

		cleared[core] = must_clear_core(old, new, core);
	}
	walk_tables(old, new, true, commands, put_entry_command);
	put_removals(old, new, cleared, commands);
	put_additions(old, new, cleared, false, commands);
	put_additions(old, new, cleared, true, commands);
	walk_tables(old, new, false, commands, put_entry_command);
	put_label_commands(old, new, commands);
	free(cleared);
	return commands;
}

/* -- lines ------------------------------------------------------------------------------------ */

static void
put_entry_line(const struct spp_table_entry *entry, bool clear, json_t *out)
{
	char value[SPP_TABLE_TEXT_SIZE], port[SPP_ENTRY_TEXT_SIZE];

	wiring_note(out, "%c table    %s -> %s", clear ? '-' : '+',
		    spp_table_value_format(entry, value), spp_entry_ports_format(entry, port));
}

/* Of the components that differ, the one that this one was before, or has become: of the same type
 * and name, and on the same core, or with a name, or with the same ports. */
static const struct spp_component *
counterpart(const struct spp_model *model, const struct spp_model *other,
	    const struct spp_component *component)
{
	for (unsigned int i = 0; i < model->nb_components; i++) {
		const struct spp_component *one = &model->components[i];

		if (has(other, one) || one->type != component->type ||
		    strcmp(one->name, component->name) != 0)
			continue;
		if (one->lcore_id == component->lcore_id || one->name[0] != '\0' ||
		    spp_component_same_ports(one, component))
			return one;
	}
	return NULL;
}

static void
put_component_lines(const struct spp_model *from, const struct spp_model *to, json_t *lines)
{
	char text[TEXT_SIZE], old_text[TEXT_SIZE];

	for (unsigned int i = 0; i < from->nb_components; i++) {
		const struct spp_component *component = &from->components[i];

		if (!has(to, component) && counterpart(to, from, component) == NULL)
			wiring_note(lines, "- core %-3u %s", component->lcore_id,
				    wiring_component_text(from, component, text, sizeof(text)));
	}
	for (unsigned int i = 0; i < to->nb_components; i++) {
		const struct spp_component *component = &to->components[i], *old;

		if (has(from, component))
			continue;
		old = counterpart(from, to, component);
		wiring_component_text(to, component, text, sizeof(text));
		if (old == NULL)
			wiring_note(lines, "+ core %-3u %s", component->lcore_id, text);
		else if (spp_component_same_ports(old, component))
			wiring_note(lines, "> core %-3u %s  (was on core %u)", component->lcore_id,
				    text, old->lcore_id);
		else if (old->lcore_id == component->lcore_id)
			wiring_note(lines, "~ core %-3u %s  (was %s)", component->lcore_id, text,
				    wiring_component_text(from, old, old_text, sizeof(old_text)));
		else
			wiring_note(lines, "~ core %-3u %s  (was on core %u, %s)",
				    component->lcore_id, text, old->lcore_id,
				    wiring_component_text(from, old, old_text, sizeof(old_text)));
	}
}

static void
put_label_lines(const struct spp_model *from, const struct spp_model *to, json_t *lines)
{
	char port[SPP_PORT_TEXT_SIZE];

	for (unsigned int id = 0; id < SPP_LABELED_MAX; id++) {
		const char *old = from->labels[id], *new = to->labels[id];

		if (strcmp(old, new) == 0)
			continue;
		spp_port_format(spp_port_from_id(id), port);
		if (old[0] == '\0' || new[0] == '\0')
			wiring_note(lines, "%c name     %s (%s)", new[0] != '\0' ? '+' : '-', port,
				    new[0] != '\0' ? new : old);
		else
			wiring_note(lines, "~ name     %s (%s)  (was %s)", port, new, old);
	}
}

json_t *
wiring_lines(const struct wiring *from, const struct wiring *to)
{
	json_t *lines = json_array();

	put_component_lines(&from->model, &to->model, lines);
	walk_tables(&from->model, &to->model, true, lines, put_entry_line);
	walk_tables(&from->model, &to->model, false, lines, put_entry_line);
	put_label_lines(&from->model, &to->model, lines);
	return lines;
}
