/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A switch in both dialects: what it and its ports may be told, shown as it can be sent again,
 * refused where it makes no sense. Entries of several ports.
 */
#include <stdlib.h>
#include <string.h>

#include "unit.h"

#include "ask.h"

#define SWITCH(rest) COMPONENT("2", "switch", rest)
#define ENTRY(type, value, port)                                                                   \
	"{\"command\":\"classifier_table\",\"type\":\"" type "\",\"value\":\"" value               \
	"\",\"port\":" port "}"
#define NIC_AND_VM PORTS("\"nic0\",\"vhost0\"", "\"nic0\",\"vhost0\"")

static void
a_switch_is_shown_as_it_can_be_sent_again(void **state)
{
#define GUEST                                                                                      \
	"{\"port\":\"vhost0\",\"filter\":\"reserved\",\"source_check\":true,\"storm_pps\":500}"
#define WHOLE                                                                                      \
	PORTS("\"nic0\"," GUEST ",\"ring1\"", "\"nic0\",\"vhost0\",\"ring0\"")                     \
	",\"pairs\":[[\"ring1\",\"ring0\"]],\"source_check\":true"
	struct bench *b = *state;

	assert_string_equal(ask(b, COMMANDS(SWITCH(WHOLE) "," FLUSH)), "success|success");
	assert_non_null(strstr(status(b, "core"),
			       "\"type\":\"switch\",\"status\":\"forward\",\"rx\":[\"nic0\"," GUEST
			       ",\"ring1\"],\"tx\":[\"nic0\",\"vhost0\",\"ring0\"],\"pairs\":"
			       "[[\"ring1\",\"ring0\"]],\"source_check\":true}"));
	/* the same again is no change; without a pair, or one more member, is one */
	ask(b, COMMANDS(COMPONENT("2", "none", "") "," SWITCH(WHOLE)));
	assert_string_equal(status(b, "staged"), "false");
	ask(b, COMMANDS(COMPONENT("2", "none", "") "," SWITCH(
		       PORTS("\"nic0\"," GUEST ",\"ring1\"", "\"nic0\",\"vhost0\",\"ring0\""))));
	assert_string_equal(status(b, "staged"), "true");
	ask(b, COMMANDS(COMPONENT("2", "none", "") "," SWITCH(PORTS(
		       "\"nic0\",{\"port\":\"vhost0\",\"storm_pps\":0}", "\"nic0\"")) "," FLUSH));
	assert_non_null(strstr(status(b, "core"),
			       "\"rx\":[\"nic0\",{\"port\":\"vhost0\",\"storm_pps\":0}]"));
}

static void
an_entry_may_name_several_ports(void **state)
{
	struct bench *b = *state;

	assert_string_equal(
		ask(b,
		    COMMANDS(SWITCH(NIC_AND_VM) "," ENTRY(
			    "mac", "00:00:5E:00:01:01",
			    "[\"vhost1\",\"nic0\",\"vhost0\"]") "," ENTRY("vlan", "5/default",
									  "[\"nic0\"]") "," FLUSH)),
		"success|success|success|success");
	assert_string_equal(status(b, "classifier_table"),
			    "[{\"type\":\"mac\",\"value\":\"00:00:5E:00:01:01\",\"port\":[\"nic0\","
			    "\"vhost0\",\"vhost1\"]},{\"type\":\"vlan\",\"value\":\"5/default\","
			    "\"port\":\"nic0\"}]");
	/* the same set in another order is the same entry; another set is not */
	assert_string_equal(ask(b, COMMANDS(ENTRY("mac", "00:00:5E:00:01:01",
						  "[\"nic0\",\"vhost0\",\"vhost1\"]"))),
			    "success");
	assert_string_equal(status(b, "staged"), "false");
	assert_string_equal(
		ask(b, COMMANDS(ENTRY("mac", "00:00:5E:00:01:01", "[\"nic0\",\"vhost0\"]"))),
		"bad value(value): \"00:00:5E:00:01:01\" already leads to nic0,vhost0,vhost1 (remove "
		"it first)");
	assert_string_equal(
		ask(b, COMMANDS(MAC("00:00:5E:00:01:01", "unuse") "," ENTRY(
			       "mac", "00:00:5E:00:01:01", "[\"nic0\",\"vhost0\"]") "," FLUSH)),
		"success|success|success");
}

static void
an_entry_of_a_switch_alone_is_looked_at(void **state)
{
	struct bench *b = *state;

	assert_string_equal(
		ask(b, COMMANDS(MAC("02:00:00:00:00:01", "vhost0") "," FLUSH)),
		"invalid|\"02:00:00:00:00:01\" is to lead to vhost0, and there is no classifier or "
		"switch that would look at it (start one first, or in the same flush)");
	assert_string_equal(ask(b, COMMANDS(SWITCH(NIC_AND_VM) "," MAC("02:00:00:00:00:01",
								       "vhost0") "," FLUSH)),
			    "success|success|success");
}

/* Each message, and how the one result that is an error begins. */
static void
what_makes_no_sense_is_refused(void **state)
{
	static const char *const messages[][2] = {
		{COMMANDS(SWITCH(PORTS("{\"port\":\"nic0\",\"source_check\":1}", ""))),
		 "bad value type(rx_ports): element 0.source_check is a number (would be a boolean)"},
		{COMMANDS(SWITCH(PORTS("", "{\"port\":\"nic0\",\"source_check\":true}"))),
		 "bad value(tx_ports): element 0.source_check is for rx_ports"},
		{COMMANDS(SWITCH(PORTS("", "{\"port\":\"nic0\",\"storm_pps\":100}"))),
		 "bad value(tx_ports): element 0.storm_pps is for rx_ports"},
		{COMMANDS(SWITCH(PORTS("{\"port\":\"nic0\",\"storm_pps\":9}", ""))),
		 "bad value(rx_ports): element 0.storm_pps 9 is out of range (10 to 100000000, or 0: "
		 "no bound)"},
		{COMMANDS(SWITCH(PORTS("{\"port\":\"nic0\",\"storm_pps\":100000001}", ""))),
		 "bad value(rx_ports): element 0.storm_pps \"100000001\" is out of range"},
		{COMMANDS(SWITCH(PORTS("{\"port\":\"nic0\",\"storm\":1}", ""))),
		 "bad value(rx_ports): element 0 has no such member as \"storm\" (it has: port, vlan, "
		 "filter, source_check, storm_pps)"},
		{COMMANDS(SWITCH(NIC_AND_VM ",\"source_check\":\"yes\"")),
		 "bad value type(source_check): it is a string (would be a boolean)"},
		{COMMANDS(SWITCH(NIC_AND_VM ",\"pairs\":[\"nic0\"]")),
		 "bad value(pairs): element 0: would be two ports"},
		{COMMANDS(SWITCH(NIC_AND_VM ",\"pairs\":{}")),
		 "bad value type(pairs): it is an object (would be an array of pairs of ports)"},
		{COMMANDS(SWITCH(NIC_AND_VM ",\"pairs\":[[\"ring1\",\"ring0\"]]")),
		 "bad value(pairs): element 0: the first port is none of rx_ports"},
		{COMMANDS(SWITCH(NIC_AND_VM ",\"pairs\":[[\"nic0\",\"eth0\"]]")),
		 "bad value(pairs): element 0: \"eth0\" is not a port"},
		{COMMANDS(SWITCH(NIC_AND_VM ",\"pairs\":[[\"nic0\",\"vhost0\"]]") "," FLUSH),
		 "switch on core 2: nic0: that one is rx and tx port, so it needs no pair"},
		{COMMANDS(SWITCH(PORTS("\"ring1\"", "\"nic0\"") ",\"pairs\":[[\"ring1\","
								"\"ring0\"]]") "," FLUSH),
		 "switch on core 2: ring1: a pair is an rx port and a tx port of the switch"},
		{COMMANDS(SWITCH(PORTS("\"ring1\",\"nic0\"",
				       "\"nic0\"") ",\"pairs\":[[\"ring1\",\"nic0\"]]") "," FLUSH),
		 "switch on core 2: ring1: the other one is rx and tx port, so it is a place of its "
		 "own"},
		{COMMANDS(SWITCH(PORTS("\"ring1\",\"ring2\"",
				       "\"ring0\"") ",\"pairs\":[[\"ring1\",\"ring0\"],[\"ring2\","
						    "\"ring0\"]]") "," FLUSH),
		 "switch on core 2: ring2: the tx port has another pair already"},
		{COMMANDS(SWITCH(
			 PORTS("\"ring1\"", "\"ring0\"") ",\"source_check\":true") "," FLUSH),
		 "switch on core 2: ring1: source_check needs to know which tx port leads back there "
		 "(pairs)"},
		{COMMANDS(COMPONENT("2", "forward",
				    PORTS("{\"port\":\"nic0\",\"source_check\":true}",
					  "\"vhost0\"")) "," FLUSH),
		 "forward on core 2: nic0: source_check is for vhosts, and for any port of a switch"},
		{COMMANDS(COMPONENT(
			 "2", "forward",
			 PORTS("{\"port\":\"vhost0\",\"storm_pps\":100}", "\"nic0\"")) "," FLUSH),
		 "forward on core 2: vhost0: storm_pps is for a switch"},
		{COMMANDS(COMPONENT("2", "merge", ",\"source_check\":true") "," FLUSH),
		 "merge on core 2: source_check of a whole component is for a switch"},
		{COMMANDS(COMPONENT("2", "merge",
				    PORTS("\"ring1\"", "\"ring0\"") ",\"pairs\":[[\"ring1\","
								    "\"ring0\"]]") "," FLUSH),
		 "merge on core 2: ring1: pairs are for a switch"},
		{COMMANDS(SWITCH(PORTS("\"ring0\"", "\"ring1\"")) "," COMPONENT(
			 "3", "forward", PORTS("\"ring1\"", "\"ring0\"")) "," FLUSH),
		 "switch on core 2: what it sends comes back to it through rings"},
		{COMMANDS(ENTRY("mac", "02:00:00:00:00:01", "[]")),
		 "bad value type(port): it is an empty array"},
		{COMMANDS(ENTRY("mac", "02:00:00:00:00:01", "7")),
		 "bad value type(port): it is a number (would be a string, or an array of them)"},
		{COMMANDS(ENTRY("mac", "02:00:00:00:00:01", "[\"nic0\",7]")),
		 "bad value type(port): element 1 is a number"},
		{COMMANDS(ENTRY("mac", "02:00:00:00:00:01", "[\"nic0\",\"nic0\"]")),
		 "bad value(port): \"nic0\" is given twice"},
		{COMMANDS(ENTRY("mac", "02:00:00:00:00:01", "[\"nic0\",\"nic9\"]")),
		 "bad value(port): \"nic9\" is not a port of this VF"},
		{COMMANDS(ENTRY(
			 "mac", "02:00:00:00:00:01",
			 "[\"nic0\",\"ring0\",\"ring1\",\"ring2\",\"ring3\",\"vhost0\",\"vhost1\","
			 "\"vhost2\",\"vhost3\"]")),
		 "bad value(port): an entry leads to 8 ports at most"},
	};
	struct bench *b = *state;
	const char *answer;
	size_t i;

	for (i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
		answer = ask(b, messages[i][0]);
		while (strncmp(answer, "invalid|", 8) == 0)
			answer += 8;
		if (strncmp(answer, messages[i][1], strlen(messages[i][1])) != 0)
			fail_msg("%s: %s", messages[i][0], answer);
		assert_string_equal(status(b, "staged"), "false");
		assert_string_equal(status(b, "generation"), "0");
	}
}

/** A member of "info" in the reply to text `status`. */
static const char *
text_status(struct bench *b, const char *member)
{
	raw(b, SPP_FROM_CONTROLLER, "status", 6);
	return info(b, member);
}

/* Commands in text, and how their answers begin. */
static void
the_text_dialect_has_it_too(void **state)
{
#define NO_TAG ",\"vlan\":{\"operation\":\"none\",\"id\":0,\"pcp\":0}"
	static const char *const commands[][2] = {
		{"component start sw 2 switch", "success"},
		{"port add phy:0 rx sw", "success"},
		{"port add phy:0 tx sw", "success"},
		{"port add vhost:0 rx sw", "success"},
		{"port add vhost:0 tx sw", "success"},
		{"port add ring:1 rx sw", "success"},
		{"port pair ring:1 rx sw ring:0", "error occur"}, /* not its tx port, yet */
		{"port add ring:0 tx sw", "success"},
		{"port pair ring:1 rx sw ring:0", "success"},
		{"port pair ring:1 rx sw nothing", "Invalid value (port): \"nothing\""},
		{"port pair ring:1 tx sw ring:0",
		 "Invalid value (port rxtx): \"tx\" (would be rx)"},
		{"port source_check vhost:0 rx sw on", "success"},
		{"port source_check vhost:0 rx sw yes",
		 "Invalid value (port source_check): \"yes\" (would be on or off)"},
		{"port source_check vhost:1 rx sw on",
		 "Invalid value (port rxtx): \"vhost:1\" is not rx port of \"sw\" (add it first)"},
		{"port source_check vhost:0 rx sw", "Wrong message format"},
		{"port storm vhost:0 rx sw 500", "success"},
		{"port storm vhost:0 rx sw 5", "Invalid value (port storm): \"5\" (would be 10 to"},
		{"classifier_table add mac 00:00:5E:00:01:01 vhost:0,phy:0", "success"},
		{"classifier_table add mac 00:00:5E:00:01:02 vhost:0,vhost:0",
		 "Invalid value (port): \"vhost0\" is given twice"},
		{"classifier_table add mac 00:00:5E:00:01:02 vhost:0,",
		 "Invalid value (port): \"\" is not a port"},
		{"classifier_table add mac 00:00:5E:00:01:01 vhost:0", "Invalid value"},
		{"classifier_table del mac 00:00:5E:00:01:01 vhost:0", "Invalid value"},
	};
	struct bench *b = *state;
	const char *answer;
	size_t i;

	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		answer = ask(b, commands[i][0]);
		if (strncmp(answer, commands[i][1], strlen(commands[i][1])) != 0)
			fail_msg("%s: %s", commands[i][0], answer);
	}
	assert_non_null(strstr(text_status(b, "core"),
			       "{\"port\":\"vhost:0\"" NO_TAG
			       ",\"source_check\":true,\"storm\":500},"
			       "{\"port\":\"ring:1\"" NO_TAG ",\"pair\":\"ring:0\"}"));
	assert_string_equal(text_status(b, "classifier_table"),
			    "[{\"type\":\"mac\",\"value\":\"00:00:5E:00:01:01\",\"port\":\"phy:0,"
			    "vhost:0\"}]");
	assert_string_equal(ask(b, "port source_check vhost:0 rx sw off"), "success");
	assert_string_equal(ask(b, "port storm vhost:0 rx sw default"), "success");
	assert_string_equal(ask(b, "port pair ring:1 rx sw none"), "success");
	assert_null(strstr(text_status(b, "core"), "pair"));
	assert_null(strstr(text_status(b, "core"), "source_check"));
	assert_null(strstr(text_status(b, "core"), "storm"));
	assert_string_equal(ask(b, "classifier_table del mac 00:00:5E:00:01:01 phy:0,vhost:0"),
			    "success");
}

int
main(void)
{
#define UNIT(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		UNIT(a_switch_is_shown_as_it_can_be_sent_again),
		UNIT(an_entry_may_name_several_ports),
		UNIT(an_entry_of_a_switch_alone_is_looked_at),
		UNIT(what_makes_no_sense_is_refused),
		UNIT(the_text_dialect_has_it_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
