/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The limits of docs/protocol.md, in both dialects: what just fits is taken, one more is named and
 * changes nothing.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit.h"

#include "ask.h"
#include "text/request.h"

static char message[SPP_REQUEST_SIZE_MAX + 256];

static void
begins(const char *text, const char *with)
{
	if (strncmp(text, with, strlen(with)) != 0)
		fail_msg("\"%s\" does not begin with \"%s\"", text, with);
}

/** A data plane with all rings there can be. */
static void
have_rings(struct bench *b)
{
	memset(b->fake.inventory.usable, true, sizeof(b->fake.inventory.usable));
}

static void
bytes_in_a_message(void **state)
{
	static const char *const start = "{\"commands\":[{\"command\":\"process\"}";
	struct bench *b = *state;
	size_t length = strlen(start), over;

	for (over = 0; over < 2; over++) {
		memset(message, ' ', sizeof(message));
		memcpy(message, start, length);
		strcpy(&message[SPP_REQUEST_SIZE_MAX - 2 + over], "]}");
		assert_string_equal(ask(b, message),
				    over == 0 ? "success"
					      : "bad message format: message is longer than "
						"4194304 bytes");
	}
}

static void
nesting(void **state)
{
	struct bench *b = *state;
	unsigned int levels, i;
	char *end;

	/* Deep enough to be refused for what it is, and too deep. */
	for (levels = SPP_REQUEST_DEPTH_MAX; levels <= SPP_REQUEST_DEPTH_MAX + 1; levels++) {
		end = message + sprintf(message, "{\"commands\":");
		for (i = 1; i < levels; i++)
			*end++ = '[';
		for (i = 1; i < levels; i++)
			*end++ = ']';
		strcpy(end, "}");
		begins(ask(b, message),
		       levels == SPP_REQUEST_DEPTH_MAX
			       ? "bad value type(commands): it holds an array"
			       : "bad message format: message is nested deeper than 32 levels");
	}
}

static void
commands_in_a_message(void **state)
{
	static const char *const one = "{\"command\":\"process\"},";
	struct bench *b = *state;
	unsigned int over, i;
	char *end;

	for (over = 0; over < 2; over++) {
		end = message + sprintf(message, "{\"commands\":[");
		for (i = 1; i < SPP_REQUEST_COMMANDS_MAX + over; i++)
			end += sprintf(end, "%s", one);
		sprintf(end, "{\"command\":\"process\"}]}");
		raw(b, SPP_FROM_CONTROLLER, message, strlen(message));
		if (over == 0)
			assert_null(strstr(b->reply, "error"));
		else
			assert_non_null(strstr(b->reply,
					       "bad message format: 32769 commands (at most 3276"
					       "8)"));
	}
}

/** A merge with so many rx ports, as JSON. */
static const char *
merge_of(unsigned int nb_rings)
{
	char *end = message + sprintf(message, "{\"commands\":[{\"command\":\"component\","
					       "\"core_id\":2,\"type\":\"merge\",\"name\":\"m\","
					       "\"tx_ports\":[\"nic0\"],\"rx_ports\":[\"ring0\"");
	unsigned int i;

	for (i = 1; i < nb_rings; i++)
		end += sprintf(end, ",\"ring%u\"", i);
	sprintf(end, "]}]}");
	return message;
}

static void
ports_of_a_component(void **state)
{
	struct bench *b = *state;

	have_rings(b);
	begins(ask(b, merge_of(SPP_SIDE_MAX + 1)), "bad value(rx_ports): 129 ports (at most 128)");
	assert_non_null(strstr(b->reply, "\"commands[0].rx_ports\""));
	assert_string_equal(ask(b, merge_of(SPP_SIDE_MAX)), "success");
	begins(ask(b, "port add ring:200 rx m"),
	       "Invalid value (port): the component has 128 rx ports (that is the most)");
	assert_string_equal(ask(b, "port del ring:0 rx m"), "success");
	assert_string_equal(ask(b, "port add ring:200 rx m"), "success");
}

static void
components_of_a_process(void **state)
{
	struct bench *b = *state;
	char command[64];
	unsigned int i;

	b->fake.inventory.nb_queues = SPP_COMPONENT_MAX;
	for (i = 0; i < SPP_COMPONENT_MAX; i++) {
		b->fake.log[0] = '\0';
		snprintf(command, sizeof(command), "component start c%u %u forward", i, 2 + i % 12);
		assert_string_equal(ask(b, command), "success");
	}
	begins(ask(b, "component start more 2 forward"),
	       "Invalid value (core): there are 64 components (that is the most)");
	begins(ask(b, COMMANDS(COMPONENT("2", "forward", ",\"name\":\"more\""))),
	       "bad value(core_id): there are 64 components (that is the most)");
	assert_string_equal(ask(b, "component stop c7"), "success");
	assert_string_equal(ask(b, "component start more 2 forward"), "success");
}

static void
entries_of_the_table(void **state)
{
	struct bench *b = *state;
	char *end = message + sprintf(message, "{\"commands\":[");
	unsigned int i;

	ask(b, "component start cls 2 classifier");
	for (i = 0; i < SPP_TABLE_MAX; i++)
		end += sprintf(end, MAC("02:00:00:00:%02x:%02x", "ring0") ",", i >> 8, i & 255);
	sprintf(end, FLUSH "]}");
	raw(b, SPP_FROM_CONTROLLER, message, strlen(message));
	assert_null(strstr(b->reply, "error"));
	begins(ask(b, COMMANDS(MAC("02:00:00:01:00:00", "ring0"))),
	       "bad value(value): \"02:00:00:01:00:00\": the table is full (16384 entries)");
	begins(ask(b, "classifier_table add vlan 7 02:00:00:01:00:00 ring:0"),
	       "Invalid value (mac address): \"7/02:00:00:01:00:00\": the table is full");
	assert_string_equal(ask(b, "classifier_table del mac 02:00:00:00:00:00 ring:0"), "success");
	assert_string_equal(ask(b, "classifier_table add mac 02:00:00:01:00:00 ring:0"), "success");
}

static void
characters_in_a_name(void **state)
{
	struct bench *b = *state;
	char name[SPP_NAME_MAX + 2], line[512];
	unsigned int length;

	for (length = SPP_NAME_MAX; length <= SPP_NAME_MAX + 1; length++) {
		memset(name, 'n', sizeof(name));
		name[length] = '\0';
		snprintf(line, sizeof(line), "component start %s 2 forward", name);
		if (length > SPP_NAME_MAX)
			begins(ask(b, line), "Invalid value (component name): \"nnnn");
		else
			assert_string_equal(ask(b, line), "success");
		ask(b, "component stop x");
		name[0] = 'o';
		snprintf(line, sizeof(line),
			 COMMANDS(COMPONENT("3", "forward", ",\"name\":\"%s\"")), name);
		if (length > SPP_NAME_MAX)
			begins(ask(b, line), "bad value(name): \"onnn");
		else
			assert_string_equal(ask(b, line), "success");
	}
	assert_non_null(strstr(b->text, "has 65 characters (at most 64)"));
}

static void
words_and_bytes_of_a_text_command(void **state)
{
	struct bench *b = *state;
	char line[SPP_TEXT_SIZE_MAX + 2];

	begins(ask(b, "port add ring:1 tx c add_vlantag 5 0"),
	       "Invalid value (component name): there is no component \"c\"");
	begins(ask(b, "port add ring:1 tx c add_vlantag 5 0 7"),
	       "Wrong message format: more than 8 words");
	memset(line, ' ', sizeof(line));
	memcpy(line, "status", 6);
	line[SPP_TEXT_SIZE_MAX] = '\0';
	assert_string_equal(ask(b, line), "success");
	line[SPP_TEXT_SIZE_MAX] = ' ';
	line[SPP_TEXT_SIZE_MAX + 1] = '\0';
	begins(ask(b, line), "Wrong message format: 1025 bytes (at most 1024)");
}

static void
a_key_given_twice(void **state)
{
	static const char *const twice[] = {
		"{\"commands\":[{\"command\":\"flush\"}],\"commands\":[]}",
		COMMANDS(
			"{\"command\":\"component\",\"core_id\":2,\"core_id\":3,\"type\":\"merge\"}"),
		COMMANDS(COMPONENT("2", "merge",
				   PORTS("{\"port\":\"nic0\",\"port\":\"ring0\"}", ""))),
		COMMANDS(COMPONENT("2", "merge",
				   PORTS("{\"port\":\"nic0\",\"vlan\":{\"operation\":\"add\","
					 "\"id\":1,\"id\":2}}",
					 ""))),
		COMMANDS("{\"command\":\"classifier_table\",\"type\":\"mac\",\"port\":\"ring0\","
			 "\"value\":\"default\",\"port\":\"ring2\"}"),
	};
	struct bench *b = *state;
	size_t i;

	for (i = 0; i < sizeof(twice) / sizeof(twice[0]); i++) {
		assert_string_equal(ask(b, twice[i]), "bad message format");
		assert_non_null(strstr(b->reply, "duplicate object key"));
	}
	assert_string_equal(status(b, "staged"), "false");
}

/** One failed command must not stand in the way of those behind it. */
static void
after_a_refused_command_the_next_one_works(void **state)
{
	struct bench *b = *state;

	assert_string_equal(ask(b, "component start c 2 forward"), "success");
	begins(ask(b, "port add ring:99 rx c"), "Invalid value (port): \"ring99\" is not a port");
	assert_string_equal(ask(b, "port add ring:0 rx c"), "success");
	begins(ask(b, COMMANDS(COMPONENT("3", "forward", PORTS("\"ring99\"", "")) "," FLUSH)),
	       "bad value(rx_ports): \"ring99\" is not a port");
	assert_string_equal(
		ask(b, COMMANDS(COMPONENT("3", "forward", PORTS("\"ring1\"", "")) "," FLUSH)),
		"success|success");
}

int
main(void)
{
#define UNIT(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		UNIT(bytes_in_a_message),      UNIT(nesting),
		UNIT(commands_in_a_message),   UNIT(ports_of_a_component),
		UNIT(components_of_a_process), UNIT(entries_of_the_table),
		UNIT(characters_in_a_name),    UNIT(words_and_bytes_of_a_text_command),
		UNIT(a_key_given_twice),       UNIT(after_a_refused_command_the_next_one_works),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
