/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Messages in, errors out: whatever comes, the documented error and nothing changed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <jansson.h>

#include "unit.h"

#include "ask.h"
#include "founding.h"

#define PORT_OBJECT(object) COMMANDS(COMPONENT("2", "forward", ",\"rx_ports\":[" object "]"))
#define PORT_VLAN(members)  PORT_OBJECT("{\"port\":\"nic0\",\"vlan\":{" members "}}")

/** What is asked, and how the error begins. */
static const struct {
	const char *message, *error;
} bad_input[] = {
	{"garbage\n", "Invalid value (command): \"garbage\""},
	{"\x01\xff\xfe", "Invalid value (command): \"?"},
	{"]", "Invalid value (command): \"]\""},
	{"{\"commands\":[{\"command\":\"process\"},]}", "bad message format"},
	{FOUNDING_AS_PRINTED, "bad message format"},
	{FOUNDING_PROCESS_AS_PRINTED, "bad message format"},
	{"{\"commands\":[],\"commands\":[]}", "bad message format"},
	{"{\"commands\":[{\"command\":\"process\",\"command\":\"flush\"}]}", "bad message format"},
	{"{\"commands\":[{\"command\":\"\xff\"}]}", "bad message format"},
	{"{\"commands\":[{\"command\":\"a\\u0000\"}]}", "bad message format"},
	{"{}", "bad message format: no array \"commands\" in it (as {\"commands\":[{...}]})"},
	{"{\"commands\":{}}", "bad message format: no array \"commands\""},
	{COMMANDS("1"), "bad value type(commands): it holds a number (would be an object)"},
	{COMMANDS("{}"), "not enough parameter(command)"},
	{COMMANDS("{\"command\":1}"), "bad value type(command): it is a number"},
	{COMMANDS("{\"command\":\"foo\"}"), "unknown command(foo): known are process, component"},
	{COMMANDS("{\"command\":\"clear\",\"name\":\"nic0\"}"),
	 "bad value(name): \"clear\" has no such member (it has: command, port)"},
	{COMMANDS("{\"command\":\"clear\",\"port\":0}"), "bad value type(port): it is a number"},
	{COMMANDS("{\"command\":\"clear\",\"port\":\"nic\"}"),
	 "bad value(port): \"nic\" is not a port (nicN, uplinkN, ringN or vhostN)"},
	{COMMANDS("{\"command\":\"clear\",\"port\":\"ring4\"}"),
	 "bad value(port): \"ring4\" is not a port of this VF (its ring ports: ring0-3)"},
	{COMMANDS("{\"command\":\"flush\",\"x\":1}"), "bad value(x): \"flush\" has no such member"},
	{COMMANDS("{\"command\":\"component\"}"), "not enough parameter(core_id)"},
	{COMMANDS("{\"command\":\"component\",\"core_id\":\"2\"}"), "not enough parameter(type)"},
	{COMMANDS("{\"command\":\"component\",\"core_id\":[],\"type\":\"none\"}"),
	 "bad value type(core_id): it is an array (would be a number or a string of digits)"},
	{COMMANDS("{\"command\":\"component\",\"core_id\":2.0,\"type\":\"none\"}"),
	 "bad value type(core_id): it is a number with a fraction"},
	{COMMANDS("{\"command\":\"component\",\"core_id\":-2,\"type\":\"none\"}"),
	 "bad value(core_id): \"-2\" is not a core number"},
	{COMMANDS(COMPONENT("two", "none", "")), "bad value(core_id): \"two\" is not a core"},
	{COMMANDS(COMPONENT("99", "none", "")), "bad value(core_id): core 99 is not a worker"},
	{COMMANDS(COMPONENT("0", "none", "")),
	 "bad value(core_id): core 0 is the main core (workers: 2-13)"},
	{COMMANDS(COMPONENT("2", "router", "")),
	 "bad value(type): \"router\" is not a component type (classifier, merge, forward, switch, mirror or"},
	{COMMANDS("{\"command\":\"component\",\"core_id\":\"2\",\"type\":7}"),
	 "bad value type(type): it is a number (would be a string)"},
	{COMMANDS(COMPONENT("2", "forward", ",\"rx_port\":[\"nic0\"]")),
	 "bad value(rx_port): \"component\" has no such member (it has: command, core_id, type, "
	 "rx_ports, tx_ports, name, pairs, source_check)"},
	{COMMANDS(COMPONENT("2", "forward", ",\"rx_ports\":\"nic0\"")),
	 "bad value type(rx_ports): it is a string (would be an array of ports)"},
	{COMMANDS(COMPONENT("2", "forward", ",\"tx_ports\":[0]")),
	 "bad value type(tx_ports): element 0 is a number (would be a string, or an object with port, vlan and filter)"},
	{PORT_OBJECT("{}"),
	 "not enough parameter(rx_ports): element 0 has no port (as nic0, ring0"},
	{PORT_OBJECT("{\"port\":0}"),
	 "bad value type(rx_ports): element 0.port is a number (would be a string)"},
	{PORT_OBJECT("{\"port\":\"eth0\"}"), "bad value(rx_ports): \"eth0\" is not a port"},
	{PORT_OBJECT("{\"port\":\"nic0\",\"vid\":1}"),
	 "bad value(rx_ports): element 0 has no such member as \"vid\" (it has: port, vlan, filter, "
	 "source_check, storm_pps)"},
	{PORT_OBJECT("{\"port\":\"vhost0\",\"filter\":1}"),
	 "bad value type(rx_ports): element 0.filter is a number (would be a string)"},
	{PORT_OBJECT("{\"port\":\"vhost0\",\"filter\":\"all\"}"),
	 "bad value(rx_ports): element 0.filter: \"all\" is not a filter (reserved or none)"},
	{PORT_OBJECT("{\"port\":\"nic0\",\"filter\":\"reserved\"}"),
	 "bad value(rx_ports): element 0.filter: \"nic0\" is no vhost (a filter is for what guests "
	 "send: rx_ports that are vhosts)"},
	{COMMANDS(COMPONENT("2", "forward",
			    ",\"tx_ports\":[{\"port\":\"vhost0\",\"filter\":\"reserved\"}]")),
	 "bad value(tx_ports): element 0.filter: \"vhost0\" is no rx port (a filter is for what"},
	{PORT_OBJECT("{\"port\":\"nic0\",\"vlan\":101}"),
	 "bad value type(rx_ports): element 0.vlan is a number (would be an object)"},
	{PORT_VLAN("\"id\":1"),
	 "not enough parameter(rx_ports): element 0 has no vlan.operation (add, del or none)"},
	{PORT_VLAN("\"operation\":1"),
	 "bad value type(rx_ports): element 0.vlan.operation is a number (would be a string)"},
	{PORT_VLAN("\"operation\":\"push\",\"id\":1"),
	 "bad value(rx_ports): element 0.vlan.operation \"push\" is not one (add, del or none)"},
	{PORT_VLAN("\"operation\":\"add\""),
	 "not enough parameter(rx_ports): element 0 has no vlan.id (the VLAN to add, 0 to 4094)"},
	{PORT_VLAN("\"operation\":\"add\",\"id\":4095"),
	 "bad value(rx_ports): element 0.vlan.id \"4095\" is out of range (0 to 4094)"},
	{PORT_VLAN("\"operation\":\"add\",\"id\":-1"),
	 "bad value(rx_ports): element 0.vlan.id \"-1\" is out of range"},
	{PORT_VLAN("\"operation\":\"add\",\"id\":\"x\""),
	 "bad value(rx_ports): element 0.vlan.id \"x\" is out of range"},
	{PORT_VLAN("\"operation\":\"add\",\"id\":1.5"),
	 "bad value type(rx_ports): element 0.vlan.id is a number with a fraction (would be a numb"},
	{PORT_VLAN("\"operation\":\"add\",\"id\":1,\"pcp\":8"),
	 "bad value(rx_ports): element 0.vlan.pcp \"8\" is out of range (0 to 7)"},
	{PORT_VLAN("\"operation\":\"del\",\"id\":4095"),
	 "bad value(rx_ports): element 0.vlan.id \"4095\" is out of range"},
	{PORT_VLAN("\"operation\":\"add\",\"id\":1,\"dei\":1"),
	 "bad value(rx_ports): element 0.vlan has no such member as \"dei\" (it has: operation, "
	 "id, pcp)"},
	{COMMANDS(COMPONENT("2", "forward", ",\"rx_ports\":[\"eth0\"]")),
	 "bad value(rx_ports): \"eth0\" is not a port (nicN, uplinkN, ringN or vhostN)"},
	{COMMANDS(COMPONENT("2", "forward", ",\"rx_ports\":[\"vhost64\"]")),
	 "bad value(rx_ports): \"vhost64\" is out of range (vhost0 to vhost63)"},
	{COMMANDS(COMPONENT("2", "forward", ",\"rx_ports\":[\"ring4\"]")),
	 "bad value(rx_ports): \"ring4\" is not a port of this VF (its ring ports: ring0-3)"},
	{COMMANDS(COMPONENT("2", "merge", ",\"rx_ports\":[\"ring1\",\"ring1\"]")),
	 "bad value(rx_ports): \"ring1\" is given twice"},
	{COMMANDS(COMPONENT("2", "forward", ",\"rx_ports\":[\"ring1\"]") "," COMPONENT(
		 "3", "forward", ",\"rx_ports\":[\"ring1\"]")),
	 "invalid|bad value(rx_ports): \"ring1\" is already rx port of forward on core 2"},
	{COMMANDS(COMPONENT("2", "forward", "") "," COMPONENT("2", "forward", "")),
	 "invalid|bad value(core_id): core 2 is in use by forward on core 2"},
	{COMMANDS(COMPONENT("2", "forward", ",\"name\":\"\"")), "bad value(name): the name is emp"},
	{COMMANDS(COMPONENT("2", "forward", ",\"name\":\"a b\"")),
	 "bad value(name): \"a b\" is no"},
	{COMMANDS(COMPONENT("2", "forward", ",\"name\":7")), "bad value type(name): it is a numbe"},
	{COMMANDS("{\"command\":\"classifier_table\"}"), "not enough parameter(type)"},
	{COMMANDS("{\"command\":\"classifier_table\",\"type\":\"mac\"}"),
	 "not enough parameter(value)"},
	{COMMANDS("{\"command\":\"classifier_table\",\"type\":\"mac\",\"value\":\"default\"}"),
	 "not enough parameter(port)"},
	{COMMANDS("{\"command\":\"classifier_table\",\"type\":\"ip\",\"value\":\"default\","
		  "\"port\":\"ring0\"}"),
	 "bad value(type): \"ip\" is not a kind of entry (mac or vlan)"},
	{COMMANDS("{\"command\":\"classifier_table\",\"type\":\"vlan\","
		  "\"value\":\"0/00:11:22:33:44:55\",\"port\":\"ring0\"}"),
	 "bad value(value): \"0/00:11:22:33:44:55\": VLAN id 0 is a priority and no VLAN (IEEE "
	 "802.1Q, table 9-2): frames that have it count as untagged (the type would be mac)"},
	{COMMANDS(MAC("00:11:22", "ring0")), "bad value(value): \"00:11:22\" is not a MAC address"},
	{COMMANDS(MAC("00:11:22:33:44:55", "ring9")),
	 "bad value(port): \"ring9\" is not a port of this VF (its ring ports: ring0-3)"},
	{COMMANDS(MAC("00:11:22:33:44:55", "nowhere")), "bad value(port): \"nowhere\" is not a po"},
	{COMMANDS(MAC("00:11:22:33:44:55", "ring0") "," MAC("00:11:22:33:44:55", "ring1")),
	 "invalid|bad value(value): \"00:11:22:33:44:55\" already leads to ring0"},
};

static void
bad_input_gets_the_documented_error_and_changes_nothing(void **state)
{
	struct bench *b = *state;
	char before[4096];
	size_t i;

	assert_string_equal(ask(b, COMMANDS(COMPONENT("13", "classifier", "") "," FLUSH)),
			    "success|success");
	ask(b, FOUNDING_START);
	snprintf(before, sizeof(before), "%s", status(b, "component"));
	/* The founding VM's ports would be in use: start from nothing staged nor running. */
	ask(b, FOUNDING_STOP);
	b->fake.log[0] = '\0';
	for (i = 0; i < sizeof(bad_input) / sizeof(bad_input[0]); i++) {
		ask(b, bad_input[i].message);
		if (strncmp(b->text, bad_input[i].error, strlen(bad_input[i].error)) != 0)
			fail_msg("%s: %s (wanted: %s)", bad_input[i].message, b->text,
				 bad_input[i].error);
		assert_string_equal(status(b, "staged"), "false");
	}
	assert_string_equal(b->fake.log, "");
	assert_string_equal(ask(b, FOUNDING_START), "success|success|success|success|success");
	assert_string_equal(status(b, "component"), before);
}

static void
what_is_not_json_gets_exactly_the_historic_words(void **state)
{
	struct bench *b = *state;

	assert_string_equal(ask(b, FOUNDING_AS_PRINTED), "bad message format");
	assert_string_equal(
		raw(b, SPP_FROM_CONTROLLER, "{]", 2),
		"{\n"
		"  \"results\": [\n"
		"    {\n"
		"      \"result\": \"error\",\n"
		"      \"error_details\": {\n"
		"        \"message\": \"bad message format\",\n"
		"        \"reason\": \"line 1, column 2: string or '}' expected near ']'\"\n"
		"      }\n"
		"    }\n"
		"  ]\n"
		"}");
}

/** Bytes changed, dropped and doubled at random: every answer is JSON with a result or more. */
static void
mutated_messages_get_a_reply_that_is_json(void **state)
{
	static const char *const seeds[] = {FOUNDING_INITIAL, FOUNDING_START, FOUNDING_STOP};
	static const char *const bytes = "{}[]\",:\\ \n0x\xff\x01";
	struct bench *b = *state;
	char message[1200];
	enum spp_frame_kind kind;
	size_t length, at, size, reply_length;
	unsigned int i, k;
	const char *data;
	json_t *root;

	srand(2);
	for (i = 0; i < 3000; i++) {
		snprintf(message, sizeof(message), "%s", seeds[i % 3]);
		length = strlen(message);
		for (k = (unsigned int)rand() % 8; k > 0; k--) {
			at = (size_t)rand() % length;
			if (rand() % 2 == 0)
				message[at] = bytes[(size_t)rand() % strlen(bytes)];
			else
				memmove(&message[at], &message[at + 1], --length - at);
		}
		assert_int_equal(spp_frame_push(&b->frame, message, length), 0);
		while ((kind = spp_frame_next(&b->frame, &data, &size)) != SPP_FRAME_NONE) {
			free(b->reply);
			b->reply = spp_answer(&b->service, &b->session, kind, data, size,
					      &reply_length);
			root = json_loadb(b->reply, reply_length, 0, NULL);
			assert_true(json_array_size(json_object_get(root, "results")) > 0);
			json_decref(root);
		}
		spp_frame_reset(&b->frame);
		b->fake.log[0] = '\0';
	}
}

static void
names_of_200_characters_are_refused(void **state)
{
	struct bench *b = *state;
	char name[201], message[512];

	memset(name, 'n', 200);
	name[200] = '\0';
	snprintf(message, sizeof(message),
		 "{\"commands\":[{\"command\":\"component\",\"core_id\":\"2\",\"type\":\"forward\","
		 "\"name\":\"%s\"}]}",
		 name);
	assert_string_equal(ask(b, message), "bad value(name): \"nnnnnnnnnnnnnnnn...\" has 200 "
					     "characters (at most 64)");
	snprintf(message, sizeof(message), "{\"commands\":[{\"command\":\"%s\"}]}", name);
	assert_non_null(strstr(ask(b, message), "unknown command(nnnn"));
}

static void
a_text_cut_in_mid_character_is_still_json(void **state)
{
	struct bench *b = *state;
	char message[600] = "{\"commands\":[{\"command\":\"x";
	int i;

	for (i = 0; i < 100; i++)
		strcat(message, "\xc3\xa4");
	strcat(message, "\"}]}");
	assert_non_null(strstr(ask(b, message), "unknown command(x"));
}

/** A message of nb commands: "none" on core 2, and then one more. */
static char *
long_message(unsigned int nb, const char *last)
{
	static const char *const one = COMPONENT("2", "none", "") ",";
	char *message = malloc(nb * strlen(one) + 256), *end = message;
	unsigned int i;

	end += sprintf(end, "{\"commands\":[");
	for (i = 1; i < nb; i++)
		end += sprintf(end, "%s", one);
	sprintf(end, "%s]}", last);
	return message;
}

static void
forty_thousand_commands_are_too_many_and_32768_are_not(void **state)
{
	struct bench *b = *state;
	char *message = long_message(40000, FLUSH);
	json_t *root;

	assert_string_equal(ask(b, message), "bad message format: 40000 commands (at most 32768)");
	free(message);
	message = long_message(32768, FLUSH);
	raw(b, SPP_FROM_CONTROLLER, message, strlen(message));
	root = json_loads(b->reply, 0, NULL);
	assert_int_equal(json_array_size(json_object_get(root, "results")), 32768);
	json_decref(root);
	free(message);
}

static void
the_whole_table_replaced_in_one_message_takes_well_under_a_second(void **state)
{
	struct bench *b = *state;
	char *message = malloc(SPP_REQUEST_SIZE_MAX), *end;
	const char *port;
	clock_t start = 0;
	unsigned int i, round;
	json_t *root;

	ask(b, COMMANDS(COMPONENT("2", "classifier", "")));
	for (round = 0; round < 2; round++) {
		port = round == 0 ? "ring0" : "ring2";
		end = message + sprintf(message, "{\"commands\":[");
		for (i = 0; i < SPP_TABLE_MAX; i++)
			end += sprintf(end,
				       "%s{\"command\":\"classifier_table\",\"type\":\"mac\","
				       "\"value\":\"02:00:00:00:%02x:%02x\",\"port\":\"unuse\"},"
				       "{\"command\":\"classifier_table\",\"type\":\"mac\","
				       "\"value\":\"02:00:00:00:%02x:%02x\",\"port\":\"%s\"}",
				       i > 0 ? "," : "", i >> 8, i & 255, i >> 8, i & 255, port);
		sprintf(end, "]}");
		assert_true(strlen(message) <= SPP_REQUEST_SIZE_MAX);
		start = clock();
		raw(b, SPP_FROM_CONTROLLER, message, strlen(message));
		assert_null(strstr(b->reply, "error"));
		assert_string_equal(ask(b, COMMANDS(FLUSH)), "success");
	}
	assert_true(clock() - start < SPP_SLOWER * CLOCKS_PER_SEC / 2);
	ask(b, "{\"commands\":[{\"command\":\"status\"}]}");
	root = json_loads(b->reply, 0, NULL);
	assert_int_equal(
		json_array_size(json_object_get(json_object_get(root, "info"), "classifier_table")),
		SPP_TABLE_MAX);
	json_decref(root);
	assert_string_equal(ask(b, COMMANDS(MAC("00:11:22:33:44:55", "ring0"))),
			    "bad value(value): \"00:11:22:33:44:55\": the table is full (16384 "
			    "entries)");
	free(message);
}

static void
status_asked_32768_times_in_one_message_is_built_once(void **state)
{
	struct bench *b = *state;
	char *message = malloc(SPP_REQUEST_SIZE_MAX), *end = message;
	clock_t start = clock();
	unsigned int i;

	end += sprintf(end, "{\"commands\":[{\"command\":\"status\"}");
	for (i = 1; i < 32768; i++)
		end += sprintf(end, ",{\"command\":\"status\"}");
	sprintf(end, "]}");
	raw(b, SPP_FROM_CONTROLLER, message, strlen(message));
	assert_true(clock() - start < SPP_SLOWER * CLOCKS_PER_SEC);
	free(message);
}

int
main(void)
{
#define UNIT(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		UNIT(bad_input_gets_the_documented_error_and_changes_nothing),
		UNIT(what_is_not_json_gets_exactly_the_historic_words),
		UNIT(mutated_messages_get_a_reply_that_is_json),
		UNIT(names_of_200_characters_are_refused),
		UNIT(a_text_cut_in_mid_character_is_still_json),
		UNIT(forty_thousand_commands_are_too_many_and_32768_are_not),
		UNIT(the_whole_table_replaced_in_one_message_takes_well_under_a_second),
		UNIT(status_asked_32768_times_in_one_message_is_built_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
