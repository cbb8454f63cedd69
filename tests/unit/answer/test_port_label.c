/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Labels of ports, in both dialects: given, shown, taken away; what is no label is refused.
 */
#include <stdlib.h>
#include <string.h>

#include "unit.h"

#include "ask.h"

#define LABEL(port, label) "{\"command\":\"label\",\"port\":\"" port "\",\"label\":\"" label "\"}"

static void
a_label_runs_after_a_flush_and_packets_see_nothing(void **state)
{
	struct bench *b = *state;

	ask(b, COMMANDS(COMPONENT("4", "forward", PORTS("\"ring0\"", "\"vhost0\"")) "," FLUSH));
	assert_string_equal(status(b, "labels"), "{}");
	b->fake.log[0] = '\0';
	assert_string_equal(ask(b, COMMANDS(LABEL("vhost0", "web1"))), "success");
	assert_string_equal(status(b, "labels"), "{}");
	assert_string_equal(status(b, "staged"), "true");
	assert_string_equal(ask(b, COMMANDS(FLUSH)), "success");
	assert_string_equal(status(b, "labels"), "{\"vhost0\":\"web1\"}");
	assert_string_equal(status(b, "staged"), "false");
	assert_string_equal(status(b, "generation"), "2");
	assert_string_equal(b->fake.log, "");
	/* the same again is no change */
	ask(b, COMMANDS(LABEL("vhost:0", "web1") "," FLUSH));
	assert_string_equal(status(b, "generation"), "2");
	ask(b, COMMANDS(LABEL("nic0", "uplink") "," LABEL("vhost0", "none") "," FLUSH));
	assert_string_equal(status(b, "labels"), "{\"nic0\":\"uplink\"}");
	/* the component may go: the label stays until it is taken away, or all is */
	ask(b, COMMANDS(COMPONENT("4", "none", "") "," FLUSH));
	assert_string_equal(status(b, "labels"), "{\"nic0\":\"uplink\"}");
	assert_int_equal(spp_txn_clear(b->service.txn, NULL), 0);
	assert_string_equal(status(b, "labels"), "{}");
}

static void
it_is_forgotten_with_what_else_is_staged(void **state)
{
	struct bench *b = *state;

	ask(b, COMMANDS(LABEL("vhost0", "web1") ",{\"command\":\"cancel\"}," FLUSH));
	assert_string_equal(status(b, "labels"), "{}");
	ask(b, COMMANDS(LABEL("vhost0", "web1") "," LABEL("vhost9", "x")));
	assert_string_equal(status(b, "staged"), "false");
}

static void
what_is_no_label_is_refused(void **state)
{
	/* and how the answer begins */
	static const char *const messages[][2] = {
		{LABEL("vhost0", "web 1"), "bad value(label): not a label (ASCII letters"},
		{LABEL("vhost0", "-x"), "bad value(label): not a label"},
		{LABEL("vhost0", "a\\u001b[2J"), "bad value(label): not a label"},
		{LABEL("vhost0", "a\\nb"), "bad value(label): not a label"},
		{LABEL("vhost0", "a|b"), "bad value(label): not a label"},
		{LABEL("vhost0", "w\\u00e9b"), "bad value(label): not a label"},
		{LABEL("vhost0", ""), "bad value(label): the label is empty"},
		{LABEL("vhost0", "12345678901234567890123456789012"), "success"},
		{LABEL("vhost0", "123456789012345678901234567890123"),
		 "bad value(label): the label has 33 characters (at most 32)"},
		{LABEL("ring0", "x"),
		 "bad value(port): \"ring0\" has no label (nicN, vhostN and uplinkN may)"},
		{LABEL("nic0nq1", "x"), "bad value(port): \"nic0nq1\" has no label"},
		{LABEL("vhost7", "x"), "bad value(port): \"vhost7\" is not a port of this VF"},
		{LABEL("vhots0", "x"), "bad value(port): \"vhots0\" is not a port"},
		{"{\"command\":\"label\",\"port\":\"vhost0\"}", "not enough parameter(label)"},
		{"{\"command\":\"label\",\"port\":\"vhost0\",\"label\":7}",
		 "bad value type(label): it is a number"},
		{"{\"command\":\"label\",\"port\":\"vhost0\",\"name\":\"x\"}",
		 "bad value(name): \"label\" has no such member (it has: command, port, label)"},
	};
	struct bench *b = *state;
	char message[512];
	const char *answer;

	for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
		snprintf(message, sizeof(message), COMMANDS("%s"), messages[i][0]);
		answer = ask(b, message);
		if (strncmp(answer, messages[i][1], strlen(messages[i][1])) != 0)
			fail_msg("%s: %s", messages[i][0], answer);
	}
	assert_non_null(strstr(ask_from(b, SPP_FROM_LOCAL, COMMANDS(LABEL("vhost0", "x"))),
			       "unknown command(label)"));
}

static void
the_text_dialect_has_it_too(void **state)
{
	static const char *const commands[][2] = {
		{"label vhost:0 web1", "success"},
		{"label phy:0 none", "success"},
		{"label vhost:0", "Wrong message format: would be label PORT LABEL|none"},
		{"label vhost:0 web1 x", "Wrong message format"},
		{"label vhost:0 ;", "Invalid value (label): not a label"},
		{"label vhots:0 x", "Invalid value (port)"},
		{"label ring:0 x", "Invalid value (port): \"ring0\" has no label"},
	};
	struct bench *b = *state;
	const char *answer;

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		answer = ask(b, commands[i][0]);
		if (strncmp(answer, commands[i][1], strlen(commands[i][1])) != 0)
			fail_msg("%s: %s", commands[i][0], answer);
	}
	assert_string_equal(status(b, "labels"), "{\"vhost0\":\"web1\"}");
	ask(b, "label vhost:0 unuse");
	assert_string_equal(status(b, "labels"), "{}");
}

int
main(void)
{
#define UNIT(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		UNIT(a_label_runs_after_a_flush_and_packets_see_nothing),
		UNIT(it_is_forgotten_with_what_else_is_staged),
		UNIT(what_is_no_label_is_refused),
		UNIT(the_text_dialect_has_it_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
