/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Messages in, replies out: the JSON dialect as it is meant.
 */
#include <stdio.h>
#include <string.h>

#include "unit.h"

#include "ask.h"
#include "founding.h"

static void
process_says_who_we_are(void **state)
{
	struct bench *b = *state;

	assert_string_equal(raw(b, SPP_FROM_CONTROLLER, FOUNDING_PROCESS, strlen(FOUNDING_PROCESS)),
			    "{\n"
			    "  \"results\": [\n"
			    "    {\n"
			    "      \"result\": \"success\"\n"
			    "    }\n"
			    "  ],\n"
			    "  \"process\": 1,\n"
			    "  \"client_id\": 1,\n"
			    "  \"process_type\": \"vf\"\n"
			    "}");
}

static void
the_founding_messages_in_their_order(void **state)
{
	struct bench *b = *state;

	assert_string_equal(ask(b, FOUNDING_PROCESS), "success");
	assert_string_equal(ask(b, FOUNDING_INITIAL), "success|success|success|success|success");
	assert_string_equal(b->fake.log,
			    "+nic0 +ring0.tx +ring1.rx +ring2.tx +ring3.rx prepare q0>2 q1>3 "
			    "publish retire ");
	assert_string_equal(ask(b, FOUNDING_START), "success|success|success|success|success");
	assert_string_equal(status(b, "classifier_table"),
			    "[{\"type\":\"mac\",\"value\":\"00:11:22:33:44:55\",\"port\":\"ring0\"}"
			    "]");
	b->fake.log[0] = '\0';
	assert_string_equal(ask(b, FOUNDING_STOP), "success|success|success|success");
	assert_string_equal(b->fake.log,
			    "prepare pause:0,2,3 drain:0,2,3 q2>p q3>p publish retire -vhost0 "
			    "-ring0.rx -ring1.tx ");
	assert_string_equal(status(b, "classifier_table"), "[]");
}

static void
flush_says_what_it_did(void **state)
{
	struct bench *b = *state;
	char expected[] = "\"generation\": 1,\n      \"added\": 2,\n      \"changed\": 0,\n"
			  "      \"moved\": 0,\n      \"removed\": 0,\n      \"commit_us\": 100,\n"
			  "      \"retire_us\": 0\n";

	ask(b, FOUNDING_INITIAL);
	assert_non_null(strstr(b->reply, expected));
	ask(b, COMMANDS(FLUSH));
	assert_non_null(strstr(b->reply, "\"generation\": 1,\n      \"added\": 0,"));
}

static void
status_lists_ports_cores_and_figures(void **state)
{
	struct bench *b = *state;

	ask(b, FOUNDING_INITIAL);
	assert_string_equal(status(b, "process"), "1");
	assert_string_equal(info(b, "num_nic"), "1");
	assert_string_equal(info(b, "nic"), "[0]");
	assert_string_equal(info(b, "num_vhost"), "2");
	assert_string_equal(info(b, "vhost"), "[0,1]");
	assert_string_equal(info(b, "num_ring"), "4");
	assert_string_equal(info(b, "ring"), "[0,1,2,3]");
	assert_string_equal(info(b, "generation"), "1");
	assert_string_equal(info(b, "staged"), "false");
	assert_string_equal(info(b, "degraded"), "false");
	info(b, "core");
	assert_memory_equal(b->text,
			    "[{\"core\":2,\"type\":\"classifier\",\"status\":\"forward\",\"rx\":"
			    "[\"nic0\"],\"tx\":[\"ring0\",\"ring2\"]},{\"core\":3,\"type\":"
			    "\"merge\",\"status\":\"forward\",\"rx\":[\"ring1\",\"ring3\"],\"tx\":"
			    "[\"nic0\"]},{\"core\":4,\"type\":\"unuse\",\"status\":\"idle\",\"rx\":"
			    "[],\"tx\":[]}",
			    200);
	info(b, "lcore");
	assert_memory_equal(b->text,
			    "[{\"lcore\":2,\"busy_cycles\":250,\"idle_cycles\":250,"
			    "\"asleep_cycles\":500,\"busy\":25.0,\"idle\":25.0,\"asleep\":50.0}",
			    100);
}

static void
status_counts_drops_by_reason_and_names_problems(void **state)
{
	struct bench *b = *state;

	b->fake.port.tx_packets = 5;
	b->fake.port.problems = 1u << SPP_PORT_PROBLEM_NOT_SHARED | 1u << SPP_PORT_PROBLEM_MTU;
	b->fake.port.tx_drops[SPP_DROP_VHOST_FULL] = 3;
	b->fake.port.negotiated = UINT64_C(1) << 32;
	b->fake.port.offered = UINT64_C(1) << 63 | UINT64_C(1) << 32 | 1;
	b->fake.inventory.trusted = 1u << 1;
	ask(b, FOUNDING_INITIAL);
	b->fake.queues[0].packets = 9;
	b->fake.queues[0].drops[SPP_DROP_NO_ENTRY] = 2;
	status(b, "component");
	assert_non_null(
		strstr(b->text,
		       "\"queue\":0,\"packets\":9,\"vectors\":0,\"cycles\":0,"
		       "\"vector_mean\":0.0,\"cycles_per_packet\":0.0,\"drops\":{\"no_entry\":2}"));
	info(b, "port");
	assert_non_null(strstr(
		b->text, "{\"port\":\"vhost1\",\"link\":false,\"rx\":{\"packets\":0,"
			 "\"bytes\":0,\"drops\":{}},\"tx\":{\"packets\":5,\"bytes\":"
			 "0,\"drops\":{\"vhost_full\":3}},\"problems\":[\"not_shared\",\"mtu\"],"
			 "\"offered\":[\"csum\",\"version_1\",\"bit 63\"],"
			 "\"negotiated\":[\"version_1\"],\"guest\":\"trusted\"}"));
	/* Nothing was sent by the others. */
	assert_non_null(strstr(b->text, "\"latency\":{\"samples\":3,\"sum_ns\":20007000,"
					"\"within_us\":{\"1\":1,\"2\":1,\"5\":1,\"10\":2,"));
	assert_null(strstr(strstr(b->text, "\"latency\"") + 1, "\"latency\""));
}

static void
numbers_and_other_spellings_are_the_same(void **state)
{
	struct bench *b = *state;

	assert_string_equal(ask(b, COMMANDS("{\"command\":\"component\",\"core_id\":4,\"type\":"
					    "\"forwarder\",\"rx_ports\":[\"ring:0\"],\"tx_ports\":["
					    "\"phy:0nq0\"]}," FLUSH)),
			    "success|success");
	status(b, "component");
	assert_non_null(strstr(b->text, "\"core\":4,\"type\":\"forward\",\"status\":\"forward\","
					"\"rx\":[\"ring0\"],\"tx\":[\"nic0\"]"));
	assert_string_equal(ask(b, COMMANDS(COMPONENT("4", "unuse", "") "," FLUSH)),
			    "success|success");
	assert_string_equal(status(b, "component"), "[]");
}

static void
nothing_reaches_the_data_plane_before_flush(void **state)
{
	struct bench *b = *state;

	ask(b, COMMANDS(COMPONENT("4", "forward", PORTS("\"ring0\"", "\"vhost0\""))));
	assert_string_equal(b->fake.log, "");
	assert_string_equal(status(b, "staged"), "true");
	assert_string_equal(ask(b, COMMANDS("{\"command\":\"cancel\"}")), "success");
	assert_string_equal(status(b, "staged"), "false");
	ask(b, COMMANDS(FLUSH));
	assert_string_equal(b->fake.log, "");
}

static void
a_message_with_an_error_stages_nothing_but_earlier_messages_stay(void **state)
{
	struct bench *b = *state;

	ask(b, COMMANDS(COMPONENT("4", "forward", PORTS("\"ring0\"", "\"vhost0\""))));
	assert_string_equal(
		ask(b, COMMANDS(COMPONENT(
			       "5", "forward",
			       PORTS("\"vhost0\"", "\"ring1\"")) "," COMPONENT("1", "none",
									       "") "," FLUSH)),
		"invalid|bad value(core_id): core 1 is not a worker (workers: 2-13)|invalid");
	assert_non_null(strstr(b->reply, "\"path\": \"commands[1].core_id\""));
	assert_string_equal(ask(b, COMMANDS(FLUSH)), "success");
	assert_string_equal(b->fake.log, "+vhost0 +ring0.rx prepare q0>4 publish retire ");
}

static void
a_failed_flush_leaves_running_and_staged_as_they_were(void **state)
{
	struct bench *b = *state;
	char before[4096];
	unsigned int step;

	ask(b, FOUNDING_INITIAL);
	snprintf(before, sizeof(before), "%s", status(b, "core"));
	ask(b, COMMANDS(MAC("00:11:22:33:44:77", "ring2")));
	for (step = 1; step <= 7; step++) {
		b->fake.step = 0;
		b->fake.fail_at = step;
		snprintf(b->text, sizeof(b->text), "%s", FOUNDING_START);
		ask(b, FOUNDING_START);
		if (strstr(b->text, "failed") == NULL)
			break;
		assert_memory_equal(b->text, "invalid|invalid|invalid|invalid|step", 36);
		assert_string_equal(status(b, "core"), before);
		assert_string_equal(status(b, "classifier_table"), "[]");
		assert_string_equal(status(b, "generation"), "1");
		assert_string_equal(status(b, "staged"), "true");
	}
	assert_int_equal(step, 7); /* three acquires, prepare, two links, and then it succeeds */
	assert_string_equal(ask(b, FOUNDING_START), "invalid|invalid|bad value(core_id): core 4 is "
						    "in use by forward on core 4 (clear it with "
						    "type \"none\" first, or give the new one a "
						    "name)|invalid|invalid");
	status(b, "classifier_table");
	assert_non_null(strstr(b->text, "00:11:22:33:44:77"));
	assert_non_null(strstr(b->text, "00:11:22:33:44:55"));
}

static void
what_cannot_be_undone_is_shown_until_a_flush_succeeds(void **state)
{
	struct bench *b = *state;

	b->fake.fail_at = 7;
	b->fake.fail_on = true;
	ask(b, FOUNDING_INITIAL);
	b->fake.fail_at = 0;
	assert_string_equal(status(b, "degraded"), "true");
	assert_string_equal(info(b, "degraded_why"), "\"step 8 failed\"");
	ask(b, FOUNDING_INITIAL);
	assert_string_equal(status(b, "degraded"), "false");
}

static void
every_problem_of_a_flush_is_reported(void **state)
{
	struct bench *b = *state;

	assert_string_equal(
		ask(b,
		    COMMANDS(COMPONENT(
			    "4", "forward",
			    PORTS("\"ring0\",\"ring1\"",
				  "\"vhost0\"")) "," COMPONENT("5", "merge",
							       PORTS("\"vhost0\"",
								     "\"ring2\",\"ring3\"")) "," FLUSH)),
		"invalid|invalid|forward on core 4: 2 rx ports (a forward has one rx port and one "
		"tx port); merge on core 5: 2 tx ports (a merge has any number of rx ports and one "
		"tx port)");
	assert_non_null(strstr(b->reply, "\"path\": \"core[4].rx_ports\""));
	assert_non_null(strstr(b->reply, "\"problems\": ["));
	assert_string_equal(status(b, "staged"), "false");
}

static void
flush_comes_once_and_nothing_but_questions_follow(void **state)
{
	struct bench *b = *state;

	assert_string_equal(ask(b, COMMANDS(FLUSH "," FLUSH)),
			    "invalid|bad value(command): \"flush\" after flush (flush comes once, "
			    "followed by nothing but status and process)");
	assert_non_null(strstr(
		ask(b,
		    COMMANDS(COMPONENT("4", "forward", "") "," FLUSH ",{\"command\":\"cancel\"}")),
		"\"cancel\" after flush"));
	assert_non_null(strstr(
		ask(b,
		    COMMANDS(COMPONENT("4", "forward", "") "," FLUSH ",{\"command\":\"statsu\"}")),
		"invalid|invalid|unknown command(statsu)"));
	assert_string_equal(b->fake.log, "");
	assert_string_equal(
		ask(b, COMMANDS(COMPONENT("4", "forward",
					  "") "," FLUSH ",{\"command\":\"status\"},{\"command\":"
					      "\"process\"}")),
		"success|success|success|success");
	assert_string_equal(info(b, "generation"), "1");
}

static void
incomplete_components_run_idle(void **state)
{
	struct bench *b = *state;

	assert_string_equal(ask(b, COMMANDS(COMPONENT("4", "forward", "") "," FLUSH)),
			    "success|success");
	assert_string_equal(b->fake.log, "prepare q0>4 publish retire ");
	status(b, "component");
	assert_non_null(strstr(b->text, "\"status\":\"incomplete\",\"rx\":[],\"tx\":[]"));
}

static void
named_components_share_a_core(void **state)
{
	struct bench *b = *state;

	assert_string_equal(
		ask(b, COMMANDS(COMPONENT("4", "forward", ",\"name\":\"a\"") "," COMPONENT(
			       "4", "merge", ",\"name\":\"b\"") "," FLUSH)),
		"success|success|success");
	assert_non_null(strstr(ask(b, COMMANDS(COMPONENT("5", "merge", ",\"name\":\"b\""))),
			       "bad value(name): there is a component \"b\" on core 4"));
	assert_non_null(strstr(ask(b, COMMANDS(COMPONENT("5", "none", ",\"name\":\"b\""))),
			       "bad value(core_id): component \"b\" is on core 4, not on core 5"));
	assert_string_equal(ask(b, COMMANDS(COMPONENT("4", "none", ",\"name\":\"b\"") "," COMPONENT(
					   "4", "none", ",\"name\":\"x\"") "," FLUSH)),
			    "success|success|success");
	status(b, "component");
	assert_non_null(strstr(b->text, "\"name\":\"a\""));
	assert_null(strstr(b->text, "\"name\":\"b\""));
	assert_string_equal(ask(b, COMMANDS(COMPONENT("4", "none", "") "," FLUSH)),
			    "success|success");
	assert_string_equal(status(b, "component"), "[]");
}

static void
table_entries_outlive_component_and_port(void **state)
{
	struct bench *b = *state;

	ask(b, FOUNDING_INITIAL);
	ask(b, FOUNDING_START);
	assert_string_equal(ask(b, COMMANDS(COMPONENT("2", "none", "") "," FLUSH)),
			    "success|success");
	assert_non_null(strstr(status(b, "classifier_table"), "00:11:22:33:44:55"));
	/* What comes now would lead nowhere, in whatever order it is said. */
	assert_non_null(strstr(ask(b, COMMANDS(MAC("default", "ring3") "," FLUSH)),
			       "\"default\" is to lead to ring3, and there is no classifier"));
	assert_non_null(strstr(ask(b, COMMANDS(MAC("00:11:22:33:44:55", "unuse") "," MAC(
					      "00:11:22:33:44:55", "ring2") "," FLUSH)),
			       "\"00:11:22:33:44:55\" is to lead to ring2, and there is no"));
	assert_string_equal(ask(b, COMMANDS(COMPONENT("9", "forward", "") "," FLUSH)),
			    "success|success"); /* the old entry is no matter */
	assert_string_equal(ask(b, COMMANDS(MAC("default", "ring3") "," COMPONENT("2", "classifier",
										  "") "," FLUSH)),
			    "success|success|success");
	assert_non_null(strstr(ask(b, COMMANDS(MAC("default", "ring2"))),
			       "bad value(value): \"default\" already leads to ring3"));
	assert_string_equal(ask(b, COMMANDS("{\"command\":\"classifier_table\",\"type\":\"vlan\","
					    "\"value\":\"475/fa:16:3e:7d:cc:36\",\"port\":\"ring:"
					    "1\"}," FLUSH)),
			    "success|success");
	assert_non_null(strstr(status(b, "classifier_table"),
			       "{\"type\":\"vlan\",\"value\":\"475/FA:16:3E:7D:CC:36\",\"port\":"
			       "\"ring1\"}"));
}

#define VLAN(port, members) "{\"port\":\"" port "\",\"vlan\":{" members "}}"

static void
a_vlan_operation_is_shown_as_it_can_be_sent(void **state)
{
	static const char *const shown[] = {
		"\"rx\":[\"ring0\"],\"tx\":[{\"port\":\"vhost0\",\"vlan\":{\"operation\":\"add\","
		"\"id\":101,\"pcp\":3}}]",
		"\"rx\":[{\"port\":\"vhost0\",\"vlan\":{\"operation\":\"del\"}}],\"tx\":"
		"[{\"port\":\"ring1\",\"vlan\":{\"operation\":\"add\",\"id\":0,\"pcp\":0}}]"};
	struct bench *b = *state;
	const char *components;

	assert_string_equal(
		ask(b,
		    COMMANDS(COMPONENT(
			    "4", "forward",
			    PORTS(VLAN("ring0", "\"operation\":\"none\",\"id\":7,\"pcp\":7"),
				  VLAN("vhost:0",
				       "\"operation\":\"add_vlantag\",\"id\":\"101\","
				       "\"pcp\":3"))) "," COMPONENT("5", "forward",
								    PORTS(VLAN("vhost0",
									       "\"operation\":\"del_vlantag\""),
									  VLAN("ring1",
									       "\"operation\":\"add\",\"id\":0"))) "," FLUSH)),
		"success|success|success");
	components = status(b, "component");
	assert_non_null(strstr(components, shown[0]));
	assert_non_null(strstr(components, shown[1]));
	assert_non_null(strstr(status(b, "core"), shown[0]));
	/* what status shows is the same component again */
	assert_string_equal(
		ask(b, COMMANDS(COMPONENT("5", "none", "") "," COMPONENT(
			       "5", "forward",
			       PORTS("{\"port\":\"vhost0\",\"vlan\":{\"operation\":\"del\"}}",
				     "{\"port\":\"ring1\",\"vlan\":{\"operation\":\"add\",\"id\":0,"
				     "\"pcp\":0}}")))),
		"success|success");
	assert_string_equal(status(b, "staged"), "false");
}

/* Only its sources wait, and what leads there; no link changes, no port is let go. */
static void
a_vlan_operation_alone_is_a_change_of_its_component(void **state)
{
	struct bench *b = *state;

	ask(b, FOUNDING_INITIAL);
	ask(b, FOUNDING_START);
	b->fake.log[0] = '\0';
	assert_string_equal(ask(b, COMMANDS(COMPONENT("5", "none", "") "," COMPONENT(
					   "5", "forward",
					   PORTS(VLAN("vhost0", "\"operation\":\"add\",\"id\":101"),
						 "\"ring1\"")) "," FLUSH)),
			    "success|success|success");
	assert_non_null(strstr(b->fake.log, "prepare pause:3"));
	assert_null(strstr(b->fake.log, "pause:0"));
	assert_null(strstr(b->fake.log, ">p"));
	assert_null(strstr(b->fake.log, "-vhost0"));
	assert_non_null(strstr(status(b, "component"), "\"operation\":\"add\",\"id\":101"));
	assert_string_equal(status(b, "generation"), "3");
}

static void
the_local_socket_may_only_ask(void **state)
{
	struct bench *b = *state;

	assert_string_equal(ask_from(b, SPP_FROM_LOCAL,
				     COMMANDS("{\"command\":\"process\"},{\"command\":\"status\"}"
					      "")),
			    "success|success");
	assert_string_equal(
		ask_from(b, SPP_FROM_LOCAL, COMMANDS(FLUSH)),
		"unknown command(flush): the local socket takes process, status and clear "
		"(the rest goes over the controller connection)");
}

static void
the_end_of_a_connection_drops_what_is_staged(void **state)
{
	struct bench *b = *state;

	ask(b, FOUNDING_INITIAL);
	ask(b, COMMANDS(COMPONENT("4", "forward", "")));
	spp_txn_cancel(b->service.txn);
	assert_string_equal(status(b, "staged"), "false");
}

static void
clear_takes_all_wiring_away(void **state)
{
	struct bench *b = *state;
	struct spp_error err;

	ask(b, FOUNDING_INITIAL);
	ask(b, FOUNDING_START);
	b->fake.log[0] = '\0';
	assert_int_equal(spp_txn_clear(b->service.txn, &err), 0);
	assert_string_equal(
		b->fake.log,
		"prepare pause:0,1,2,3 drain:0,1,2,3 q0>p q1>p q2>p q3>p publish "
		"retire -nic0 -vhost0 -ring0.rx -ring0.tx -ring1.rx -ring1.tx -ring2.tx -ring3.rx ");
}

int
main(void)
{
#define UNIT(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		UNIT(process_says_who_we_are),
		UNIT(the_founding_messages_in_their_order),
		UNIT(flush_says_what_it_did),
		UNIT(status_lists_ports_cores_and_figures),
		UNIT(status_counts_drops_by_reason_and_names_problems),
		UNIT(numbers_and_other_spellings_are_the_same),
		UNIT(nothing_reaches_the_data_plane_before_flush),
		UNIT(a_message_with_an_error_stages_nothing_but_earlier_messages_stay),
		UNIT(a_failed_flush_leaves_running_and_staged_as_they_were),
		UNIT(what_cannot_be_undone_is_shown_until_a_flush_succeeds),
		UNIT(every_problem_of_a_flush_is_reported),
		UNIT(flush_comes_once_and_nothing_but_questions_follow),
		UNIT(incomplete_components_run_idle),
		UNIT(named_components_share_a_core),
		UNIT(table_entries_outlive_component_and_port),
		UNIT(a_vlan_operation_is_shown_as_it_can_be_sent),
		UNIT(a_vlan_operation_alone_is_a_change_of_its_component),
		UNIT(the_local_socket_may_only_ask),
		UNIT(the_end_of_a_connection_drops_what_is_staged),
		UNIT(clear_takes_all_wiring_away),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
