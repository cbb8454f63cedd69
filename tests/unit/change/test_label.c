/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a VM is called, in the changes: plug gives it, unplug takes it away, a file has it or says
 * nothing of it; and processes that know no labels.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>

#include <cmocka.h>

#include "change/diff.h"
#include "change/dump.h"
#include "change/patch.h"
#include "change/plug.h"
#include "change/wiring.h"

static const struct spp_port vhost0 = {.kind = SPP_PORT_VHOST},
			     vhost1 = {.kind = SPP_PORT_VHOST, .index = 1};

static struct wiring *
empty(void)
{
	struct spp_port ring = {.kind = SPP_PORT_RING};
	struct wiring *wiring = wiring_create();

	assert_non_null(wiring);
	wiring->inventory.process_id = 1;
	wiring->inventory.present[0] = true;
	for (; ring.index < 4; ring.index++)
		wiring->inventory.present[spp_port_id(ring)] = true;
	for (uint16_t core = 2; core < 8; core++)
		wiring->inventory.workers[wiring->inventory.nb_workers++] = core;
	return wiring;
}

/* @return 0 or -errno; text: the error, or the notes one behind the other */
static int
plug(struct wiring *wiring, struct spp_port vhost, uint8_t mac, const char *label, char *text)
{
	struct wiring_plug plug = {.vhost = vhost, .nic = 0, .label = label};
	json_t *notes = json_array(), *note;
	struct spp_error err = {""};
	size_t i;
	int ret;

	plug.entry = (struct spp_table_entry){.mac = {2, 0, 0, 0, 0, mac}, .vid = SPP_VID_NONE};
	ret = wiring_plug(wiring, wiring, &plug, notes, &err);
	snprintf(text, SPP_ERROR_SIZE, "%s", err.text);
	json_array_foreach (notes, i, note)
		strncat(text, json_string_value(note), SPP_ERROR_SIZE - strlen(text) - 1);
	json_decref(notes);
	return ret;
}

/* The lines of a difference, one behind the other. */
static const char *
lines(const struct wiring *from, const struct wiring *to)
{
	static char text[1024];
	json_t *list = wiring_lines(from, to), *line;
	size_t i;

	text[0] = '\0';
	json_array_foreach (list, i, line) {
		strncat(text, json_string_value(line), sizeof(text) - strlen(text) - 1);
		strncat(text, "|", sizeof(text) - strlen(text) - 1);
	}
	json_decref(list);
	return text;
}

static void
plug_gives_it_and_unplug_takes_it_away(void **state)
{
	struct wiring *wiring = empty(), *was;
	json_t *notes = json_array();
	struct spp_error err = {""};
	char text[SPP_ERROR_SIZE];

	assert_int_equal(plug(wiring, vhost0, 1, "web1", text), 0);
	assert_string_equal(text, "");
	assert_string_equal(spp_model_label(&wiring->model, vhost0), "web1");
	was = wiring_copy(wiring);
	assert_int_equal(plug(wiring, vhost0, 1, "web2", text), 0);
	assert_string_equal(text, "vhost0 is plugged already: only its name is new");
	assert_string_equal(lines(was, wiring), "~ name     vhost0 (web2)  (was web1)|");
	/* not said: as it was */
	assert_int_equal(plug(wiring, vhost0, 1, NULL, text), 0);
	assert_string_equal(text, "vhost0 is plugged already: nothing to do");
	assert_string_equal(spp_model_label(&wiring->model, vhost0), "web2");
	assert_int_equal(plug(wiring, vhost0, 1, "", text), 0);
	assert_string_equal(lines(was, wiring), "- name     vhost0 (web1)|");
	assert_int_equal(plug(wiring, vhost0, 1, "web3", text), 0);
	assert_int_equal(wiring_unplug(wiring, wiring, vhost0, notes, &err), 0);
	assert_string_equal(spp_model_label(&wiring->model, vhost0), "");
	assert_int_equal(json_array_size(notes), 0);
	json_decref(notes);
	wiring_destroy(was);
	wiring_destroy(wiring);
}

static void
a_patch_keeps_it_for_the_vm_is_still_there(void **state)
{
	struct wiring *wiring = empty();
	json_t *notes = json_array();
	struct spp_error err = {""};
	char text[SPP_ERROR_SIZE];

	assert_int_equal(plug(wiring, vhost0, 1, "web1", text), 0);
	assert_int_equal(wiring_patch(wiring, vhost0, vhost1, notes, &err), 0);
	assert_string_equal(spp_model_label(&wiring->model, vhost0), "web1");
	assert_int_equal(wiring_unpatch(wiring, vhost0, NULL, notes, &err), 0);
	assert_int_equal(plug(wiring, vhost0, 1, NULL, text), 0);
	assert_string_equal(text, "vhost0 is still called web1 (--name says otherwise, --name none "
				  "that it has none)");
	json_decref(notes);
	wiring_destroy(wiring);
}

static void
a_difference_and_a_dump_have_it(void **state)
{
	struct wiring *from = empty(), *to = empty();
	struct spp_error err = {""};
	char text[SPP_ERROR_SIZE], *json;
	json_t *commands, *dump, *labels = json_pack("{s:s}", "vhost0", "x");

	assert_int_equal(plug(from, vhost0, 1, NULL, text), 0);
	assert_int_equal(plug(to, vhost0, 1, "web1", text), 0);
	assert_string_equal(lines(from, to), "+ name     vhost0 (web1)|");
	commands = wiring_commands(from, to);
	json = json_dumps(commands, JSON_COMPACT);
	assert_string_equal(json,
			    "[{\"command\":\"label\",\"port\":\"vhost0\",\"label\":\"web1\"}]");
	free(json);
	assert_int_equal(wiring_take(from, commands, &err), 0);
	assert_string_equal(lines(from, to), "");
	json_decref(commands);

	dump = wiring_dump(to);
	wiring_clear(from);
	assert_int_equal(wiring_take(from, json_object_get(dump, "commands"), &err), 0);
	assert_int_equal(wiring_take_labels(from, labels, &err), 0);
	assert_int_equal(wiring_take_labels(from, NULL, &err), 0); /* says nothing of them */
	assert_string_equal(spp_model_label(&from->model, vhost0), "x");
	assert_int_equal(wiring_take_labels(from, json_object_get(dump, "labels"), &err), 0);
	assert_string_equal(lines(from, to), "");
	assert_int_equal(wiring_take_labels(from, commands = json_array(), &err), -EINVAL);
	json_decref(commands);
	json_decref(dump);
	json_decref(labels);
	wiring_destroy(from);
	wiring_destroy(to);
}

static void
an_older_process_is_not_asked_for_what_it_does_not_know(void **state)
{
	struct wiring *wiring = wiring_create();
	json_t *info = json_pack("{s:i, s:[i], s:[i,i], s:[]}", "process", 1, "nic", 0, "ring", 0,
				 1, "core");
	struct spp_error err = {""};
	char text[SPP_ERROR_SIZE];

	for (int core = 2; core < 8; core++)
		json_array_append_new(json_object_get(info, "core"),
				      json_pack("{s:i, s:s}", "core", core, "type", "unuse"));
	assert_int_equal(wiring_read(wiring, info, &err), 0);
	assert_int_equal(plug(wiring, vhost0, 1, "web1", text), -EBUSY);
	assert_string_equal(text, "vf1 knows no names of ports: it is of an older version");
	assert_int_equal(plug(wiring, vhost0, 1, NULL, text), 0);
	json_object_set_new(info, "labels", json_pack("{s:s}", "vhost0", "web1"));
	wiring_destroy(wiring);
	wiring = wiring_create();
	assert_int_equal(wiring_read(wiring, info, &err), 0);
	assert_string_equal(spp_model_label(&wiring->model, vhost0), "web1");
	json_decref(info);
	wiring_destroy(wiring);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plug_gives_it_and_unplug_takes_it_away),
		cmocka_unit_test(a_patch_keeps_it_for_the_vm_is_still_there),
		cmocka_unit_test(a_difference_and_a_dump_have_it),
		cmocka_unit_test(an_older_process_is_not_asked_for_what_it_does_not_know),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
