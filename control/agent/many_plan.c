/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The plan of a change of several processes. See many_plan.h.
 */
#include "agent/many_plan.h"

#include "change/diff.h"
#include "change/reflect.h"
#include "json/load.h"

int
agent_many_read(struct agent_part *part, const char *reply, size_t size, struct spp_error *err)
{
	json_t *root = spp_json_load(reply, size, 0, NULL);
	struct spp_error why = {""};
	int ret;

	part->now = wiring_create();
	if (part->now == NULL)
		ret = spp_error(err, ENOMEM, "spp_agent is out of memory");
	else if ((ret = wiring_read(part->now, json_object_get(root, "info"), &why)) < 0)
		spp_error(err, -ret, "%s: %.480s", part->name, why.text);
	else if (part->now->staged && !part->many->dry_run)
		ret = spp_error(
			err, EBUSY,
			"%s: something is staged there that waits for a flush, and a change "
			"would take it along (`sppctl send` a {\"command\":\"flush\"} or "
			"{\"command\":\"cancel\"} first)",
			part->name);
	json_decref(root);
	return ret;
}

static int
make(struct agent_many *many, const struct host *from, const struct host *to, struct spp_error *err)
{
	int ret = agent_words_run(to, many->other, many->request, many->notes, err);

	if (ret < 0)
		return ret;
	for (unsigned int i = 0; i < many->nb; i++) {
		wiring_note_reflections(to->wirings[i], many->notes);
		many->parts[i].lines = wiring_lines(from->wirings[i], to->wirings[i]);
	}
	return host_steps_make(from, to, &many->plan, err);
}

int
agent_many_plan(struct agent_many *many, struct spp_error *err)
{
	struct host from = {.nb = many->nb}, to = {.nb = many->nb};
	int ret = 0;

	agent_words_taken(many->request, &from);
	agent_words_taken(many->request, &to);
	for (unsigned int i = 0; i < many->nb; i++) {
		from.wirings[i] = many->parts[i].now;
		to.wirings[i] = wiring_copy(many->parts[i].now);
		if (to.wirings[i] == NULL)
			ret = spp_error(err, ENOMEM, "spp_agent is out of memory");
	}
	if (ret == 0)
		ret = make(many, &from, &to, err);
	for (unsigned int i = 0; i < many->nb; i++) {
		wiring_destroy(to.wirings[i]);
		wiring_destroy(many->parts[i].now);
		many->parts[i].now = NULL;
	}
	return ret;
}

char *
agent_many_message(const struct host_step *step, bool back)
{
	json_t *body = json_pack("{s:O}", "commands", back ? step->back : step->commands);
	char *text = body != NULL ? json_dumps(body, JSON_COMPACT) : NULL;

	json_decref(body);
	return text;
}
