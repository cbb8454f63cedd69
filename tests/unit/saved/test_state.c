/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Saved wiring: what is written is what comes back, and whatever else lies there is set aside.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit.h"

#include <jansson.h>

#include "ask.h"
#include "build_model.h"
#include "saved/restore.h"
#include "state_bench.h"
#include "wiring/model.h"
#include "wiring/names.h"
#include "json/dump.h"

static void
commands_are_those_a_controller_sends(void **state)
{
	struct spp_attachment add_tag = {.vlan = {SPP_VLAN_ADD, 3, 101}};
	struct spp_attachment del_tag = {.vlan = {.op = SPP_VLAN_DEL}};
	struct spp_attachment filter = {.port = {SPP_PORT_VHOST, 0, 1},
					.filter = SPP_FILTER_RESERVED};
	struct spp_model *model = sample();
	json_t *json;
	char *text;

	add_tag.port = del_tag.port = (struct spp_port){.kind = SPP_PORT_RING, .index = 0};
	model->components[1].rx[0] = add_tag;
	model->components[1].nb_rx = 1;
	model->components[1].tx[0] = del_tag;
	json = spp_dump_component(&model->components[1]);
	text = json_dumps(json, 0);
	assert_string_equal(text, "{\"command\": \"component\", \"core_id\": 2, \"type\": "
				  "\"forward\", \"name\": \"extra\", \"rx_ports\": [{\"port\": "
				  "\"ring0\", \"vlan\": {\"operation\": \"add\", \"id\": 101, "
				  "\"pcp\": 3}}], \"tx_ports\": [{\"port\": \"ring0\", \"vlan\": "
				  "{\"operation\": \"del\"}}]}");
	free(text);
	json_decref(json);
	model->components[1].rx[0] = filter;
	filter.vlan = add_tag.vlan;
	model->components[1].rx[1] = filter;
	model->components[1].nb_rx = 2;
	json = spp_dump_component(&model->components[1]);
	text = json_dumps(json_object_get(json, "rx_ports"), 0);
	assert_string_equal(text, "[{\"port\": \"vhost1\", \"filter\": \"reserved\"}, {\"port\": "
				  "\"vhost1\", \"vlan\": {\"operation\": \"add\", \"id\": 101, "
				  "\"pcp\": 3}, \"filter\": \"reserved\"}]");
	free(text);
	json_decref(json);
	json = spp_dump_entry(&model->entries[1]);
	text = json_dumps(json, 0);
	assert_string_equal(text, "{\"command\": \"classifier_table\", \"type\": \"vlan\", "
				  "\"value\": \"101/default\", \"port\": \"ring2\"}");
	free(text);
	json_decref(json);
	free(model);
}

static void
what_is_saved_comes_back_and_saves_the_same_file(void **state)
{
	struct fixture *f = *state;
	struct spp_model *model = sample();
	char *first, *second;
	size_t length;

	save(f, model);
	assert_int_equal(spp_state_read(f->path, 1, &first, &length, &f->err), 0);
	assert_int_equal(restore(f), 1);
	assert_true(spp_model_same(spp_txn_running(f->txn), model));
	assert_non_null(strstr(log_text, "wiring restored: 4 components, 2 table entries"));
	save(f, spp_txn_running(f->txn));
	assert_int_equal(spp_state_read(f->path, 1, &second, &length, &f->err), 0);
	assert_string_equal(first, second);
	assert_int_equal(count_files(f, "", false), 1);
	free(first);
	free(second);
	free(model);
}

static void
a_full_table_and_every_port_fit_in_one_message(void **state)
{
	struct fixture *f = *state;
	struct spp_model *model = calloc(1, sizeof(*model));
	struct stat found;
	unsigned int i;

	for (i = 0; i < SPP_TABLE_MAX; i++) {
		model->entries[i] = (struct spp_table_entry){.vid = 4000, .mac = {2}};
		model->entries[i].mac[4] = (uint8_t)(i >> 8);
		model->entries[i].mac[5] = (uint8_t)i;
		model->entries[i].port.kind = SPP_PORT_VHOST;
	}
	model->nb_entries = SPP_TABLE_MAX;
	for (i = 0; i < 24; i++)
		add(model, i % 2 ? "b@3 merge > " : "a@2 classifier > ");
	for (i = 0; i < 24; i++)
		snprintf(model->components[i].name, sizeof(model->components[i].name), "%0*u",
			 SPP_NAME_MAX, i);
	save(f, model);
	assert_int_equal(stat(f->path, &found), 0);
	assert_true(found.st_size < SPP_REQUEST_SIZE_MAX / 2);
	assert_int_equal(found.st_mode & 0777, 0600);
	assert_int_equal(restore(f), 1);
	assert_true(spp_model_same(spp_txn_running(f->txn), model));
	free(model);
}

static void
a_file_cut_off_at_any_byte_is_set_aside(void **state)
{
	struct fixture *f = *state;
	struct spp_model *model = sample();
	size_t length, cut;
	char *text;

	save(f, model);
	assert_int_equal(spp_state_read(f->path, 1, &text, &length, &f->err), 0);
	/* The newline at the end is not part of the JSON. */
	for (cut = 0; cut + 1 < length; cut++) {
		write_text(f, text, cut);
		assert_true(restore(f) < 0);
		assert_non_null(strstr(f->err.text, "set aside as vf-1.json.bad-"));
		assert_int_equal(spp_txn_running(f->txn)->nb_components, 0);
		assert_int_equal(access(f->path, F_OK), -1);
	}
	assert_int_equal(f->fake.step, 0);
	assert_true(count_files(f, ".bad-", false) <= SPP_STATE_BAD_MAX);
	free(text);
	free(model);
}

#define FILE_OF(version, process, commands)                                                        \
	"{\"version\":" version ",\"process\":" process ",\"commands\":[" commands "]}"

static void
what_does_not_fit_is_named_and_nothing_of_it_runs(void **state)
{
	static const struct {
		const char *text, *why;
	} bad[] = {
		{FILE_OF("2", "1", FLUSH), "\"version\" is 2 (this spp_vf reads 1)"},
		{FILE_OF("\"1\"", "1", FLUSH), "\"version\" is missing or no number"},
		{FILE_OF("1", "7", FLUSH), "\"process\" is 7 (this is spp_vf 1)"},
		{"{\"version\":1,\"commands\":[]}", "\"process\" is missing"},
		{"{\"version\":1,\"process\":1}", "no array \"commands\""},
		{FILE_OF("1", "1", COMPONENT("4", "forward", "") "," COMPONENT("40", "merge", "")),
		 "commands[1].core_id: bad value(core_id): core 40 is not a worker"},
		{FILE_OF("1", "1", COMPONENT("4", "forward", PORTS("\"nic5\"", ""))),
		 "\"nic5\" is not a port of this VF"},
		{FILE_OF("1", "1", MAC("02:00:00:00:00:01", "ring0") "," MAC("x", "ring0")),
		 "commands[1].value"},
		{FILE_OF("1", "1", "{\"command\":\"status\"}"), "a state file holds component"},
		{FILE_OF("1", "1",
			 COMPONENT("4", "forward", PORTS("\"ring0\"", "\"ring1\"")) "," COMPONENT(
				 "5", "forward", PORTS("\"ring1\"", "\"ring0\"")) "," FLUSH),
		 "must not form a loop"},
		{"\xff\xfe", "is damaged"},
		{"", "is damaged"},
	};
	struct fixture *f = *state;
	struct spp_txn_state after;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		write_text(f, bad[i].text, strlen(bad[i].text));
		assert_true(restore(f) < 0);
		if (strstr(f->err.text, bad[i].why) == NULL)
			fail_msg("\"%s\" does not say \"%s\"", f->err.text, bad[i].why);
		assert_non_null(strstr(log_text, bad[i].why));
		spp_txn_state(f->txn, &after);
		assert_int_equal(after.generation, 0);
		assert_false(after.staged);
		assert_int_equal(access(f->path, F_OK), -1);
		log_text[0] = '\0';
	}
	assert_int_equal(f->fake.step, 0);
}

static void
what_is_no_file_is_set_aside_too(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(restore(f), 0); /* none at all: nothing is said */
	assert_string_equal(log_text, "");
	assert_int_equal(mkdir(f->path, 0755), 0);
	assert_true(restore(f) < 0);
	assert_non_null(strstr(f->err.text, "is no regular file"));
	usleep(2000); /* another name */
	assert_int_equal(mkfifo(f->path, 0600), 0);
	assert_true(restore(f) < 0);
	assert_int_equal(access(f->path, F_OK), -1);
}

static void
of_those_set_aside_the_oldest_go(void **state)
{
	struct fixture *f = *state;
	char path[SPP_STATE_PATH_SIZE + 32];
	int i;

	for (i = 0; i < 9; i++) {
		snprintf(path, sizeof(path), "%s.bad-2020010%dT000000Z", f->path, i + 1);
		close(open(path, O_WRONLY | O_CREAT, 0600));
	}
	write_text(f, "x", 1);
	assert_true(restore(f) < 0);
	assert_int_equal(count_files(f, ".bad-", false), SPP_STATE_BAD_MAX);
	assert_int_equal(count_files(f, ".bad-20200109", false), 1);
	assert_int_equal(count_files(f, ".bad-20200106", false), 0);
}

/** The clock was set back, or two came within a millisecond: the last one set aside stays. */
static void
what_was_set_aside_last_stays_whatever_the_clock_says(void **state)
{
	struct fixture *f = *state;
	char path[SPP_STATE_PATH_SIZE + 32], name[SPP_STATE_PATH_SIZE];
	int i;

	for (i = 0; i < 4; i++) {
		snprintf(path, sizeof(path), "%s.bad-2099123%dT235959.999Z", f->path, i % 2);
		path[strlen(path) - 2] = (char)('6' + i);
		close(open(path, O_WRONLY | O_CREAT, 0600));
	}
	for (i = 0; i < 6; i++) {
		write_text(f, "x", 1);
		assert_int_equal(spp_state_set_aside(f->path, name, &f->err), 0);
		snprintf(path, sizeof(path), "%s/%s", f->directory, name);
		assert_int_equal(access(path, F_OK), 0);
		assert_int_equal(count_files(f, ".bad-", false), SPP_STATE_BAD_MAX);
	}
	/* Six later than the last that was there: 31 December 23:59:59.999. */
	assert_string_equal(name, "vf-1.json.bad-21000101T000000.005Z");
	assert_int_equal(count_files(f, ".bad-2099", false), 0);
	/* A name that is no time at all. */
	snprintf(path, sizeof(path), "%s.bad-zzz", f->path);
	close(open(path, O_WRONLY | O_CREAT, 0600));
	write_text(f, "x", 1);
	assert_int_equal(spp_state_set_aside(f->path, name, &f->err), 0);
	snprintf(path, sizeof(path), "%s/%s", f->directory, name);
	assert_int_equal(access(path, F_OK), 0);
}

static int sync_error;
int __real_fsync(int fd);
int __wrap_fsync(int fd);

/** As the file system of a directory may answer. */
int
__wrap_fsync(int fd)
{
	struct stat st;

	if (sync_error == 0 || fstat(fd, &st) < 0 || !S_ISDIR(st.st_mode))
		return __real_fsync(fd);
	errno = sync_error;
	return -1;
}

static void
a_directory_that_cannot_be_synced_is_no_error_one_that_fails_is(void **state)
{
	static const int no_matter[] = {EINVAL, EROFS, EOPNOTSUPP, ENOSYS};
	struct fixture *f = *state;
	struct spp_model *model = sample();
	size_t i;

	for (i = 0; i < sizeof(no_matter) / sizeof(no_matter[0]); i++) {
		sync_error = no_matter[i];
		assert_int_equal(spp_state_write(f->path, 1, model, &f->err), 0);
	}
	sync_error = EIO;
	assert_int_equal(spp_state_write(f->path, 1, model, &f->err), -EIO);
	assert_non_null(strstr(f->err.text, "its directory cannot be synced"));
	sync_error = 0;
	free(model);
}

/** Beside the commands: so a spp_vf that knows no labels reads the file as well. */
static void
labels_come_back_and_one_that_cannot_costs_no_wiring(void **state)
{
	static const char text[] =
		"{\"version\":1,\"process\":1,\"labels\":{\"vhost1\":\"web2\",\"vhost60\":\"x\","
		"\"nic0\":\"a b\",\"vhost0\":7},\"commands\":[" COMPONENT("4", "merge", "") "]}";
	struct fixture *f = *state;
	struct spp_model *model = sample();
	const struct spp_port vhost0 = {.kind = SPP_PORT_VHOST},
			      vhost1 = {.kind = SPP_PORT_VHOST, .index = 1};
	size_t length;
	char *saved;

	spp_model_set_label(model, vhost0, "web1");
	save(f, model);
	assert_int_equal(spp_state_read(f->path, 1, &saved, &length, &f->err), 0);
	assert_non_null(strstr(saved, "  \"labels\": {\"vhost0\": \"web1\"},\n"));
	free(saved);
	assert_int_equal(restore(f), 1);
	assert_true(spp_model_same(spp_txn_running(f->txn), model));
	spp_model_set_label(model, vhost0, "");
	assert_false(spp_model_same(spp_txn_running(f->txn), model));

	assert_int_equal(spp_txn_clear(f->txn, NULL), 0);
	write_text(f, text, strlen(text));
	assert_int_equal(restore(f), 1);
	assert_int_equal(spp_txn_running(f->txn)->nb_components, 1);
	assert_string_equal(spp_model_label(spp_txn_running(f->txn), vhost1), "web2");
	assert_non_null(strstr(log_text, "or of ports that this spp_vf may not use: 3 left out"));
	free(model);
}

/** Entries may outlive their classifier: so they may come back without it. */
static void
entries_without_a_classifier_come_back(void **state)
{
	struct fixture *f = *state;
	struct spp_model *model = sample();

	model->nb_components = 0;
	save(f, model);
	assert_int_equal(restore(f), 1);
	assert_int_equal(spp_txn_running(f->txn)->nb_entries, model->nb_entries);
	free(model);
}

#define VLAN_ENTRY(value, port)                                                                    \
	"{\"command\":\"classifier_table\",\"type\":\"vlan\",\"value\":\"" value                   \
	"\",\"port\":\"" port "\"}"

/** As files of former versions may have them, in any order. */
static void
entries_of_vlan_id_0_are_read_as_untagged(void **state)
{
	static const char text[] = FILE_OF(
		"1", "1",
		VLAN_ENTRY("0/02:00:00:00:00:01", "ring0") "," VLAN_ENTRY("0/02:00:00:00:00:02", "ring2") "," MAC(
			"02:00:00:00:00:02",
			"ring0") "," VLAN_ENTRY("0/default",
						"ring2") "," VLAN_ENTRY("7/02:00:00:00:00:01",
									"ring2") "," MAC("02:00:00:00:00:01",
											 "ring0") "," FLUSH);
	struct fixture *f = *state;
	const struct spp_model *model;
	char value[SPP_TABLE_TEXT_SIZE], port[SPP_PORT_TEXT_SIZE], all[256] = "";
	unsigned int i;

	write_text(f, text, strlen(text));
	assert_int_equal(restore(f), 1);
	model = spp_txn_running(f->txn);
	for (i = 0; i < model->nb_entries; i++)
		snprintf(all + strlen(all), sizeof(all) - strlen(all), "%s>%s ",
			 spp_table_value_format(&model->entries[i], value),
			 spp_port_format(model->entries[i].port, port));
	assert_string_equal(all, "02:00:00:00:00:02>ring0 7/02:00:00:00:00:01>ring2 "
				 "02:00:00:00:00:01>ring0 default>ring2 ");
	assert_non_null(strstr(log_text, "entries of VLAN id 0, which is a priority and no VLAN: "
					 "3; read as untagged, but for 1 "));
	assert_non_null(strstr(log_text, "wiring restored: 0 components, 4 table entries"));
}

/** Ports are held by another process for the first so many calls. */
static int held;

static int
acquire_held(void *ctx, struct spp_port port, struct spp_error *err)
{
	return held-- > 0 ? spp_error(err, EBUSY, "nic0 is held by spp_vf 2") : 0;
}

static void
a_port_still_held_is_waited_for_up_to_a_deadline(void **state)
{
	struct fixture *f = *state;
	struct spp_dataplane_ops ops = fake_ops;
	struct spp_model *model = sample();

	ops.acquire = acquire_held;
	spp_txn_destroy(f->txn);
	assert_int_equal(spp_txn_create(&ops, &f->fake, NULL, &f->txn), 0);
	save(f, model);
	held = 5;
	assert_int_equal(restore(f), 1);
	assert_true(spp_model_same(spp_txn_running(f->txn), model));

	spp_txn_destroy(f->txn);
	assert_int_equal(spp_txn_create(&ops, &f->fake, NULL, &f->txn), 0);
	held = INT32_MAX;
	assert_int_equal(restore(f), -EBUSY);
	assert_non_null(strstr(f->err.text, "nic0 is held by spp_vf 2"));
	assert_int_equal(spp_txn_running(f->txn)->nb_components, 0);
	free(model);
}

static void
a_step_that_fails_leaves_nothing(void **state)
{
	struct fixture *f = *state;
	struct spp_model *model = sample();
	unsigned int step;

	for (step = 1;; step++) {
		save(f, model);
		f->fake.step = 0;
		f->fake.fail_at = step;
		f->fake.log[0] = '\0';
		if (restore(f) == 1)
			break;
		assert_int_equal(spp_txn_running(f->txn)->nb_components, 0);
		assert_null(strstr(f->fake.log, "publish"));
	}
	assert_true(step > 5);
	assert_true(spp_model_same(spp_txn_running(f->txn), model));
	free(model);
}

int
main(void)
{
#define UNIT(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(commands_are_those_a_controller_sends),
		UNIT(what_is_saved_comes_back_and_saves_the_same_file),
		UNIT(a_full_table_and_every_port_fit_in_one_message),
		UNIT(a_file_cut_off_at_any_byte_is_set_aside),
		UNIT(what_does_not_fit_is_named_and_nothing_of_it_runs),
		UNIT(what_is_no_file_is_set_aside_too),
		UNIT(of_those_set_aside_the_oldest_go),
		UNIT(what_was_set_aside_last_stays_whatever_the_clock_says),
		UNIT(a_directory_that_cannot_be_synced_is_no_error_one_that_fails_is),
		UNIT(labels_come_back_and_one_that_cannot_costs_no_wiring),
		UNIT(entries_without_a_classifier_come_back),
		UNIT(entries_of_vlan_id_0_are_read_as_untagged),
		UNIT(a_port_still_held_is_waited_for_up_to_a_deadline),
		UNIT(a_step_that_fails_leaves_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
