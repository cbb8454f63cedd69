/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Operations on a model. See model.h.
 */
#include "wiring/model.h"

#include <stdio.h>
#include <string.h>

#include "wiring/names.h"

void
spp_component_copy(struct spp_component *dst, const struct spp_component *src)
{
	memcpy(dst, src, offsetof(struct spp_component, rx));
	memcpy(dst->rx, src->rx, src->nb_rx * sizeof(src->rx[0]));
	memcpy(dst->tx, src->tx, src->nb_tx * sizeof(src->tx[0]));
}

void
spp_model_copy(struct spp_model *dst, const struct spp_model *src)
{
	unsigned int i;

	dst->nb_components = src->nb_components;
	dst->nb_entries = src->nb_entries;
	for (i = 0; i < src->nb_components; i++)
		spp_component_copy(&dst->components[i], &src->components[i]);
	memcpy(dst->entries, src->entries, src->nb_entries * sizeof(src->entries[0]));
	memcpy(dst->labels, src->labels, sizeof(src->labels));
}

bool
spp_model_same_labels(const struct spp_model *a, const struct spp_model *b)
{
	return memcmp(a->labels, b->labels, sizeof(a->labels)) == 0;
}

const char *
spp_model_label(const struct spp_model *model, struct spp_port port)
{
	unsigned int id = spp_port_id(port);

	return id < SPP_LABELED_MAX ? model->labels[id] : "";
}

void
spp_model_set_label(struct spp_model *model, struct spp_port port, const char *label)
{
	char *to = model->labels[spp_port_id(port)];

	memset(to, 0, SPP_PORT_LABEL_MAX + 1);
	memcpy(to, label, strnlen(label, SPP_PORT_LABEL_MAX));
}

const char *
spp_port_called(const struct spp_model *model, struct spp_port port, char buf[SPP_PORT_CALLED_SIZE])
{
	const char *label = spp_model_label(model, port);
	char name[SPP_PORT_TEXT_SIZE];

	snprintf(buf, SPP_PORT_CALLED_SIZE, label[0] != '\0' ? "%s (%s)" : "%s",
		 spp_port_format(port, name), label);
	return buf;
}

static bool
same_attachments(const struct spp_attachment *a, const struct spp_attachment *b, unsigned int nb)
{
	unsigned int i;

	for (i = 0; i < nb; i++) {
		if (!spp_port_equal(a[i].port, b[i].port) || a[i].vlan.op != b[i].vlan.op ||
		    a[i].vlan.pcp != b[i].vlan.pcp || a[i].vlan.vid != b[i].vlan.vid ||
		    a[i].filter != b[i].filter || a[i].source_check != b[i].source_check ||
		    a[i].storm_pps != b[i].storm_pps || a[i].paired != b[i].paired ||
		    (a[i].paired && !spp_port_equal(a[i].pair, b[i].pair)))
			return false;
	}
	return true;
}

bool
spp_component_same_ports(const struct spp_component *a, const struct spp_component *b)
{
	return a->nb_rx == b->nb_rx && a->nb_tx == b->nb_tx && a->source_check == b->source_check &&
	       same_attachments(a->rx, b->rx, a->nb_rx) && same_attachments(a->tx, b->tx, a->nb_tx);
}

bool
spp_model_same_table(const struct spp_model *a, const struct spp_model *b)
{
	unsigned int i;

	if (a->nb_entries != b->nb_entries)
		return false;
	for (i = 0; i < a->nb_entries; i++) {
		const struct spp_table_entry *x = &a->entries[i], *y = &b->entries[i];

		if (memcmp(x->mac, y->mac, sizeof(x->mac)) != 0 || x->vid != y->vid ||
		    x->is_default != y->is_default || !spp_entry_same_ports(x, y))
			return false;
	}
	return true;
}

bool
spp_model_same(const struct spp_model *a, const struct spp_model *b)
{
	unsigned int i;

	if (a->nb_components != b->nb_components)
		return false;
	for (i = 0; i < a->nb_components; i++) {
		const struct spp_component *x = &a->components[i], *y = &b->components[i];

		if (strcmp(x->name, y->name) != 0 || x->type != y->type ||
		    x->lcore_id != y->lcore_id || !spp_component_same_ports(x, y))
			return false;
	}
	return spp_model_same_table(a, b) && spp_model_same_labels(a, b);
}

int
spp_model_find_name(const struct spp_model *model, const char *name)
{
	unsigned int i;

	for (i = 0; i < model->nb_components; i++) {
		if (strcmp(model->components[i].name, name) == 0)
			return (int)i;
	}
	return -1;
}

int
spp_model_find_called(const struct spp_model *model, const char *name)
{
	char called[SPP_NAME_MAX + 1];
	int found = spp_model_find_name(model, name);
	unsigned int i;

	for (i = 0; found < 0 && i < model->nb_components; i++) {
		if (strcmp(spp_component_call_name(&model->components[i], called), name) == 0)
			found = (int)i;
	}
	return found;
}

int
spp_model_find_core(const struct spp_model *model, uint16_t lcore_id, unsigned int from)
{
	unsigned int i;

	for (i = from; i < model->nb_components; i++) {
		if (model->components[i].lcore_id == lcore_id)
			return (int)i;
	}
	return -1;
}

int
spp_model_find_port(const struct spp_model *model, struct spp_port port, enum spp_side side)
{
	unsigned int i, j, nb;

	for (i = 0; i < model->nb_components; i++) {
		const struct spp_component *component = &model->components[i];
		const struct spp_attachment *ports = side == SPP_RX ? component->rx : component->tx;

		nb = side == SPP_RX ? component->nb_rx : component->nb_tx;
		for (j = 0; j < nb; j++) {
			if (spp_port_equal(ports[j].port, port))
				return (int)i;
		}
	}
	return -1;
}

void
spp_model_remove(struct spp_model *model, unsigned int position)
{
	unsigned int i;

	for (i = position + 1; i < model->nb_components; i++)
		spp_component_copy(&model->components[i - 1], &model->components[i]);
	model->nb_components--;
}

const char *
spp_component_call_name(const struct spp_component *component, char buf[SPP_NAME_MAX + 1])
{
	if (component->name[0] != '\0')
		snprintf(buf, SPP_NAME_MAX + 1, "%s", component->name);
	else
		snprintf(buf, SPP_NAME_MAX + 1, "core%u", component->lcore_id);
	return buf;
}

const char *
spp_component_label(const struct spp_component *component, char *buf, size_t size)
{
	if (component->name[0] != '\0')
		snprintf(buf, size, "%s \"%s\"", spp_type_name(component->type), component->name);
	else
		snprintf(buf, size, "%s on core %u", spp_type_name(component->type),
			 component->lcore_id);
	return buf;
}
