/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Cores, and the components on them: which is free, which one a word means, moving. See core.h.
 */
#include "change/core.h"

#include <stdio.h>
#include <string.h>

#include "change/near.h"
#include "wiring/model.h"
#include "wiring/names.h"

/* "2 3 7" of the workers without a component (or all), "none". */
static const char *
core_list(const struct wiring *wiring, bool only_free, char *text, size_t size)
{
	const struct spp_inventory *inventory = &wiring->inventory;
	size_t used = 0;

	snprintf(text, size, "none");
	for (unsigned int i = 0; i < inventory->nb_workers && used < size; i++)
		if (!only_free || spp_model_find_core(&wiring->model, inventory->workers[i], 0) < 0)
			used += (size_t)snprintf(text + used, size - used, "%s%u",
						 used > 0 ? " " : "", inventory->workers[i]);
	return text;
}

/* The lowest core without a component. */
static int
free_core(const struct wiring *wiring, uint16_t *core, struct spp_error *err)
{
	const struct spp_inventory *inventory = &wiring->inventory;

	for (unsigned int i = 0; i < inventory->nb_workers; i++) {
		if (spp_model_find_core(&wiring->model, inventory->workers[i], 0) >= 0)
			continue;
		*core = inventory->workers[i];
		return 0;
	}
	return spp_error(err, ENOSPC,
			 "vf%u has too few free cores for this, of %u in all (unplug another "
			 "vhost, or start it with more cores)",
			 inventory->process_id, inventory->nb_workers);
}

static struct spp_component *
add_on(struct wiring *wiring, unsigned int type, uint16_t core, struct spp_port rx,
       struct spp_port tx, struct spp_error *err)
{
	struct spp_model *model = &wiring->model;
	struct spp_component *component;

	if (model->nb_components == SPP_COMPONENT_MAX) {
		spp_error(err, ENOSPC, "there are %d components (that is the most)",
			  SPP_COMPONENT_MAX);
		return NULL;
	}
	component = &model->components[model->nb_components++];
	component->name[0] = '\0';
	component->type = (uint8_t)type;
	component->queue = 0;
	component->source_check = false;
	component->lcore_id = core;
	component->nb_rx = component->nb_tx = 1;
	component->rx[0] = (struct spp_attachment){.port = rx};
	component->tx[0] = (struct spp_attachment){.port = tx};
	return component;
}

struct spp_component *
wiring_add(struct wiring *wiring, unsigned int type, struct spp_port rx, struct spp_port tx,
	   struct spp_error *err)
{
	uint16_t core = 0;

	if (free_core(wiring, &core, err) < 0)
		return NULL;
	return add_on(wiring, type, core, rx, tx, err);
}

struct spp_component *
wiring_add_named(struct wiring *wiring, unsigned int type, const char *name, int beside,
		 struct spp_port rx, struct spp_port tx, struct spp_error *err)
{
	struct spp_model *model = &wiring->model;
	struct spp_component *component;
	uint16_t core = 0;

	if (spp_model_find_name(model, name) >= 0) {
		spp_error(err, EEXIST, "vf%u has a component \"%s\" already (stop that one first)",
			  wiring->inventory.process_id, name);
		return NULL;
	}
	if (beside >= 0)
		core = model->components[beside].lcore_id;
	else if (free_core(wiring, &core, NULL) < 0) {
		if (wiring->inventory.nb_workers == 0) {
			spp_error(err, ENOSPC, "vf%u has no worker cores",
				  wiring->inventory.process_id);
			return NULL;
		}
		core = wiring->inventory.workers[wiring->inventory.nb_workers - 1];
	}
	component = add_on(wiring, type, core, rx, tx, err);
	if (component != NULL)
		snprintf(component->name, sizeof(component->name), "%s", name);
	return component;
}

bool
wiring_is_forward(const struct spp_component *component)
{
	return component->nb_rx == 1 &&
	       ((component->type == SPP_FORWARD && component->nb_tx == 1) ||
		(component->type == SPP_MIRROR && component->nb_tx > 0));
}

/* "4" or "core4" */
static bool
core_number(const char *word, unsigned int *core)
{
	if (strncmp(word, "core", 4) == 0)
		word += 4;
	return spp_number_parse(word, UINT16_MAX, core) == 0;
}

static int
find_on_core(const struct wiring *wiring, unsigned int core, struct spp_error *err)
{
	const struct spp_model *model = &wiring->model;
	int i = spp_model_find_core(model, (uint16_t)core, 0), next;
	char text[256];

	if (i < 0)
		return spp_error(err, ENOENT, "core %u has no component (free cores of vf%u: %s)",
				 core, wiring->inventory.process_id,
				 core_list(wiring, true, text, sizeof(text)));
	next = spp_model_find_core(model, (uint16_t)core, (unsigned int)i + 1);
	if (next >= 0)
		return spp_error(err, EINVAL,
				 "core %u has several components: say its name (\"%s\", \"%s\" "
				 "...)",
				 core, model->components[i].name, model->components[next].name);
	return i;
}

/* What could have been meant: names, and types of components without one. */
static const char *
component_word(const void *arg, size_t i)
{
	const struct spp_model *model = arg;

	if (i >= model->nb_components)
		return NULL;
	return model->components[i].name[0] != '\0' ? model->components[i].name
						    : spp_type_name(model->components[i].type);
}

static int
complain_unknown(const struct wiring *wiring, const char *word, struct spp_error *err)
{
	const char *near = spp_near_word(word, component_word, &wiring->model);

	if (near != NULL)
		return spp_error(err, ENOENT, "%.80s: vf%u has no such component; did you mean %s?",
				 word, wiring->inventory.process_id, near);
	return spp_error(err, ENOENT,
			 "%.80s: vf%u has no such component (a name, a core, or a type of which "
			 "there is one; `sppctl status` shows them)",
			 word, wiring->inventory.process_id);
}

int
wiring_find(const struct wiring *wiring, const char *word, struct spp_error *err)
{
	const struct spp_model *model = &wiring->model;
	enum spp_component_type type;
	unsigned int core = 0;
	int found = spp_model_find_name(model, word);

	if (found >= 0 && word[0] != '\0')
		return found;
	if (core_number(word, &core))
		return find_on_core(wiring, core, err);
	if (spp_type_parse(word, &type, NULL) < 0)
		return complain_unknown(wiring, word, err);
	found = -1;
	for (unsigned int i = 0; i < model->nb_components; i++) {
		if (model->components[i].type != type)
			continue;
		if (found >= 0)
			return spp_error(err, EINVAL,
					 "%s: vf%u has several of them: say its core or name (%u, "
					 "%u ...)",
					 word, wiring->inventory.process_id,
					 model->components[found].lcore_id,
					 model->components[i].lcore_id);
		found = (int)i;
	}
	if (found < 0)
		return spp_error(err, ENOENT, "%s: vf%u has none", word,
				 wiring->inventory.process_id);
	return found;
}

static bool
is_worker(const struct wiring *wiring, unsigned int core)
{
	for (unsigned int i = 0; i < wiring->inventory.nb_workers; i++)
		if (wiring->inventory.workers[i] == core)
			return true;
	return false;
}

int
wiring_move(struct wiring *wiring, const char *word, const char *core_word, struct spp_error *err)
{
	struct spp_component *component;
	char text[512], label[SPP_LABEL_SIZE], other[SPP_LABEL_SIZE];
	unsigned int core = 0;
	int i = wiring_find(wiring, word, err), there;

	if (i < 0)
		return i;
	component = &wiring->model.components[i];
	if (!core_number(core_word, &core) || !is_worker(wiring, core))
		return spp_error(err, EINVAL,
				 "%.40s: not a worker core of vf%u (its cores: %.300s)", core_word,
				 wiring->inventory.process_id,
				 core_list(wiring, false, text, sizeof(text)));
	if (component->lcore_id == core)
		return 0;
	there = spp_model_find_core(&wiring->model, (uint16_t)core, 0);
	if (there >= 0 && component->name[0] == '\0')
		return spp_error(
			err, EBUSY,
			"core %u is in use by %s, and %s has no name to be beside it "
			"(free cores: %.200s)",
			core,
			spp_component_label(&wiring->model.components[there], other, sizeof(other)),
			spp_component_label(component, label, sizeof(label)),
			core_list(wiring, true, text, sizeof(text)));
	component->lcore_id = (uint16_t)core;
	return 0;
}
