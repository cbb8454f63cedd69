/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The text dialect: commands in, replies out, both ways of applying them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "unit.h"

#include "ask.h"
#include "founding.h"

#define LONG200                                                                                    \
	"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" \
	"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" \
	"xxxxxxxxxxxxxxxxxxxxxxxx"

/** A member of "info" in the reply to text `status`. */
static const char *
text_status(struct bench *b, const char *member)
{
	raw(b, SPP_FROM_CONTROLLER, "status", 6);
	return info(b, member);
}

/** Commands and what they are answered, from top to bottom. "success", or how the message begins.
 */
static const struct {
	const char *command, *answer;
} table[] = {
	/* status and the like take no words */
	{"_get_client_id", "success"},
	{"status", "success"},
	{"status all", "Wrong message format: would be status"},
	{"_get_client_id 1", "Wrong message format"},
	{"nonsense", "Invalid value (command): \"nonsense\" (would be _get_client_id, status, "},
	{LONG200, "Invalid value (command): \"xxxx"},
	/* component */
	{"component", "Wrong message format: would be component start NAME CORE TYPE"},
	{"component start", "Wrong message format"},
	{"component start cls 2", "Wrong message format"},
	{"component start cls 2 classifier x", "Wrong message format"},
	{"component begin cls 2 classifier",
	 "Invalid value (action): \"begin\" (would be start or"},
	{"component start cls two classifier", "Invalid value (core): \"two\""},
	{"component start cls 1 classifier",
	 "Invalid value (core): core 1 is not a worker (workers: 2-13)"},
	{"component start cls 0 classifier", "Invalid value (core): core 0 is the main core"},
	{"component start cls 99999999999 classifier", "Invalid value (core)"},
	{"component start cls 2 router", "Invalid value (component type): \"router\" (would be"},
	{"component start cls 2 " LONG200, "Invalid value (component type)"},
	{"component start " LONG200 " 2 classifier",
	 "Invalid value (component name): \"xxxxxxxxxxxxxxxx...\" has 200 characters (at most 64)"},
	{"component start cls 2 classifier", "success"},
	{"component start fwd 3 forward", "success"},
	{"component start mgr 3 merge", "success"}, /* a core may have several */
	{"component start cls2 4 classifier_mac", "success"},
	{"component start cls 5 classifier",
	 "Invalid value (component name): there is a component \"cls\" on core 2"},
	{"component stop", "Wrong message format"},
	{"component stop cls2 4", "Wrong message format"},
	{"component stop cls2", "success"},
	{"component stop cls2", "success"}, /* not there is success */
	{"component stop " LONG200, "Invalid value (component name)"},
	/* port */
	{"port", "Wrong message format: would be port add|del PORT rx|tx NAME [add_vlantag VID"},
	{"port add phy:0 rx", "Wrong message format"},
	{"port put phy:0 rx cls", "Invalid value (action): \"put\" (would be add, del, filter, "},
	{"port add eth:0 rx cls",
	 "Invalid value (port): \"eth:0\" (would be phy:N, ring:N or vhost:N)"},
	{"port add " LONG200 " rx cls", "Invalid value (port)"},
	{"port add phy:99 rx cls", "Invalid value (port): \"phy:99\" is out of range"},
	{"port add phy:7 rx cls", "Invalid value (port): \"nic7\" is not a port of this VF"},
	{"port add phy:0 in cls", "Invalid value (port rxtx): \"in\" (would be rx or tx)"},
	{"port add phy:0 rx nobody",
	 "Invalid value (component name): there is no component \"nobody\""},
	{"port add phy:0 rx " LONG200, "Invalid value (component name)"},
	{"port add phy:0 rx cls", "success"},
	{"port add phy:0 rx cls",
	 "Invalid value (port rxtx): \"phy:0\" is already rx port of classifier \"cls\""},
	{"port add phy:0 rx fwd", "Invalid value (port rxtx)"},
	{"port add ring:0 tx cls", "success"},
	{"port add ring:2 tx cls add_vlantag 101 3", "success"},
	{"port add ring:2 tx cls add_vlantag 102 4", "success"}, /* replaces it */
	{"port add ring:2 tx cls del_vlantag", "success"},
	{"port add ring:2 tx fwd del_vlantag", "Invalid value (port rxtx)"},
	{"port add ring:1 tx cls tag_vlan", "Invalid value (port vlan operation): \"tag_vlan\""},
	{"port add ring:1 tx cls add_vlantag", "Wrong message format"},
	{"port add ring:1 tx cls add_vlantag 5", "Wrong message format"},
	{"port add ring:1 tx cls add_vlantag 4095 0",
	 "Invalid value (port vid): \"4095\" (would be 0 to 4094)"},
	{"port add ring:1 tx cls add_vlantag x 0", "Invalid value (port vid)"},
	{"port add ring:1 tx cls add_vlantag 5 8",
	 "Invalid value (port pcp): \"8\" (would be 0 to"},
	{"port add ring:1 tx cls del_vlantag 5 0", "Wrong message format"},
	{"port add ring:1 tx cls add_vlantag 5 0 7", "Wrong message format: more than 8 words"},
	{"port add ring:0 rx fwd", "success"},
	{"port add ring:1 rx fwd", "error occur: forward \"fwd\": 2 rx ports"},
	{"port add vhost:0 tx fwd", "success"},
	{"port del vhost:0 tx fwd", "success"},
	{"port del vhost:0 tx fwd", "success"}, /* not attached is success */
	{"port del vhost:0 tx nobody", "Invalid value (component name)"},
	{"port add phy:0nq0 tx mgr", "success"},
	/* classifier_table */
	{"classifier_table", "Wrong message format: would be classifier_table add|del mac MAC"},
	{"classifier_table add mac ring:0", "Wrong message format"},
	{"classifier_table put mac 02:00:00:00:00:01 ring:0", "Invalid value (action)"},
	{"classifier_table add ip 02:00:00:00:00:01 ring:0", "Invalid value (type): \"ip\" (would"},
	{"classifier_table add mac 2 02:00:00:00:00:01 ring:0", "Wrong message format"},
	{"classifier_table add vlan 02:00:00:00:00:01 ring:0", "Wrong message format"},
	{"classifier_table add mac 02:00:00:00:00 ring:0",
	 "Invalid value (mac address): \"02:00:00:00:00\" is not a MAC address"},
	{"classifier_table add mac " LONG200 " ring:0", "Invalid value (mac address)"},
	{"classifier_table add mac 01:00:5e:00:00:01 ring:0",
	 "Invalid value (mac address): \"01:00:5e:00:00:01\" is a group address"},
	{"classifier_table add mac 02:00:00:00:00:01 ring0x", "Invalid value (port)"},
	{"classifier_table add mac 02:00:00:00:00:01 ring:9",
	 "Invalid value (port): \"ring9\" is not a port of this VF"},
	{"classifier_table add mac 02:00:00:00:00:01 ring:0", "success"},
	{"classifier_table add mac 02:00:00:00:00:01 ring:0", "success"},
	{"classifier_table add mac 02:00:00:00:00:01 ring:2",
	 "Invalid value (mac address): \"02:00:00:00:00:01\" already leads to ring0"},
	{"classifier_table add mac default ring:2", "success"},
	{"classifier_table add vlan 4095 02:00:00:00:00:01 ring:0", "Invalid value (vlan id)"},
	{"classifier_table add vlan 0 02:00:00:00:00:01 ring:0",
	 "Invalid value (vlan id): VLAN id 0 is a priority and no VLAN (IEEE 802.1Q"},
	{"classifier_table del vlan 0 default ring:0", "Invalid value (vlan id): VLAN id 0 is"},
	{"classifier_table add vlan -1 02:00:00:00:00:01 ring:0", "Invalid value (vlan id)"},
	{"classifier_table add vlan 475 fa:16:3e:7d:cc:36 ring:2", "success"},
	{"classifier_table add vlan 475 default ring:2", "success"},
	{"classifier_table del mac 02:00:00:00:00:01 ring:2",
	 "Invalid value (port): \"02:00:00:00:00:01\" leads to ring0, not to ring2"},
	{"classifier_table del mac 02:00:00:00:00:09 ring:2", "success"},
	{"classifier_table del vlan 475 default ring:2", "success"},
	/* blanks of every kind, and none at all */
	{"\t component  stop\tnobody \r", "success"},
	{"clear", "success"},
	{"flush", "success"},
	{"flush now", "Wrong message format"},
	{"cancel", "success"},
	{"exit", "success"},
};

static void
every_command_has_its_answer(void **state)
{
	struct bench *b = *state;
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		ask(b, table[i].command);
		if (strncmp(b->text, table[i].answer, strlen(table[i].answer)) != 0)
			fail_msg("%s: %s (wanted: %s)", table[i].command, b->text, table[i].answer);
		assert_null(strchr(b->reply, '\n'));
	}
	assert_string_equal(
		text_status(b, "core"),
		"[{\"core\":2,\"name\":\"cls\",\"type\":\"classifier\",\"rx_port\":[{\"port\":"
		"\"phy:0\",\"vlan\":{\"operation\":\"none\",\"id\":0,\"pcp\":0}}],\"tx_port\":[{"
		"\"port\":\"ring:0\",\"vlan\":{\"operation\":\"none\",\"id\":0,\"pcp\":0}},{"
		"\"port\":\"ring:2\",\"vlan\":{\"operation\":\"del\",\"id\":0,\"pcp\":0}}]},{"
		"\"core\":3,\"name\":\"fwd\",\"type\":\"forward\",\"rx_port\":[{\"port\":\"ring:"
		"0\",\"vlan\":{\"operation\":\"none\",\"id\":0,\"pcp\":0}}],\"tx_port\":[]},{"
		"\"core\":3,\"name\":\"mgr\",\"type\":\"merge\",\"rx_port\":[],\"tx_port\":[{"
		"\"port\":\"phy:0\",\"vlan\":{\"operation\":\"none\",\"id\":0,\"pcp\":0}}]},{"
		"\"core\":4,\"type\":\"unuse\"},{\"core\":5,\"type\":\"unuse\"},{\"core\":6,"
		"\"type\":\"unuse\"},{\"core\":7,\"type\":\"unuse\"},{\"core\":8,\"type\":"
		"\"unuse\"},{\"core\":9,\"type\":\"unuse\"},{\"core\":10,\"type\":\"unuse\"},{"
		"\"core\":11,\"type\":\"unuse\"},{\"core\":12,\"type\":\"unuse\"},{\"core\":13,"
		"\"type\":\"unuse\"}]");
	assert_string_equal(text_status(b, "classifier_table"),
			    "[{\"type\":\"mac\",\"value\":\"02:00:00:00:00:01\",\"port\":\"ring:0\""
			    "},{\"type\":\"mac\",\"value\":\"default\",\"port\":\"ring:2\"},{"
			    "\"type\":\"vlan\",\"value\":\"475/FA:16:3E:7D:CC:36\",\"port\":"
			    "\"ring:2\"}]");
}

static void
replies_are_compact_and_as_upstream_has_them(void **state)
{
	struct bench *b = *state;

	assert_string_equal(
		raw(b, SPP_FROM_CONTROLLER, "_get_client_id\n", 15),
		"{\"results\":[{\"result\":\"success\"}],\"client_id\":1,\"process_type\""
		":\"vf\"}");
	assert_string_equal(raw(b, SPP_FROM_CONTROLLER, "component stop x", 16),
			    "{\"results\":[{\"result\":\"success\"}]}");
	ask(b, "status x");
	assert_string_equal(b->reply,
			    "{\"results\":[{\"result\":\"error\",\"error_details\":{\"message\":"
			    "\"Wrong message format: would be status\"}}]}");
	text_status(b, "client-id");
	assert_string_equal(b->text, "1");
	assert_non_null(strstr(b->reply,
			       "\"info\":{\"client-id\":1,\"phy\":[\"0\"],\"vhost\":[\"0\","
			       "\"1\"],\"ring\":[\"0\",\"1\",\"2\",\"3\"],\"master-lcore\""
			       ":0,\"core\":[{\"core\":2,\"type\":\"unuse\"},"));
	assert_string_equal(info(b, "classifier_table"), "[]");
}

static void
a_command_is_applied_at_once(void **state)
{
	struct bench *b = *state;

	ask(b, "component start fwd 2 forward");
	ask(b, "port add ring:0 rx fwd");
	assert_string_equal(b->fake.log, "prepare q0>2 publish retire +ring0.rx prepare pause:0 "
					 "drain:0 publish retire ");
	b->fake.fail_at = b->fake.step + 1;
	assert_string_equal(ask(b, "port add vhost:0 tx fwd"), "error occur: step 7 failed");
	assert_string_equal(status(b, "staged"), "false");
}

static void
after_cancel_or_flush_commands_wait_for_flush(void **state)
{
	static const char *const words[] = {"cancel", "flush"};
	struct bench *b = *state;
	unsigned int i;

	for (i = 0; i < 2; i++) {
		b->session.stages = false;
		assert_string_equal(ask(b, words[i]), "success");
		b->fake.log[0] = '\0';
		assert_string_equal(ask(b, "component start fwd 2 forward"), "success");
		assert_string_equal(ask(b, "port add ring:0 rx fwd"), "success");
		assert_string_equal(b->fake.log, "");
		assert_string_equal(status(b, "staged"), "true");
		assert_string_equal(ask(b, "flush"), "success");
		assert_string_equal(b->fake.log, "+ring0.rx prepare q0>2 publish retire ");
		ask(b, "component stop fwd");
		ask(b, "flush");
	}
	ask(b, "component start fwd 2 forward");
	ask(b, "cancel");
	assert_string_equal(status(b, "staged"), "false");
}

static void
a_bad_command_leaves_what_is_staged(void **state)
{
	struct bench *b = *state;

	ask(b, "cancel");
	ask(b, "component start fwd 2 forward");
	ask(b, "port add ring:0 rx fwd");
	ask(b, "port add ring:0 rx fwd");
	assert_memory_equal(b->text, "Invalid value (port rxtx)", 25);
	ask(b, "port add ring:1 rx fwd");
	ask(b, "flush");
	assert_string_equal(b->text,
			    "error occur: forward \"fwd\": 2 rx ports (a forward has one rx "
			    "port and one tx port)");
	ask(b, "port del ring:1 rx fwd");
	assert_string_equal(ask(b, "flush"), "success");
}

static void
json_and_text_end_in_the_same_status(void **state)
{
	struct bench *b = *state;
	char *text, *json;

	ask(b, "component start cls 2 classifier");
	ask(b, "port add phy:0 rx cls");
	ask(b, "port add ring:0 tx cls");
	ask(b, "component start fwd 3 forward");
	ask(b, "port add ring:0 rx fwd");
	ask(b, "port add vhost:0 tx fwd");
	ask(b, "classifier_table add mac 02:00:00:00:00:01 ring:0");
	text = strdup(text_status(b, "core"));
	json = strdup(status(b, "core"));
	ask(b, "component stop cls");
	ask(b, "component stop fwd");
	assert_string_equal(
		ask(b,
		    COMMANDS(COMPONENT(
			    "2", "classifier",
			    ",\"name\":\"cls\"" PORTS(
				    "\"nic0\"",
				    "\"ring0\"")) "," COMPONENT("3", "forward",
								",\"name\":\"fwd\"" PORTS(
									"\"ring0\"",
									"\"vhost0\"")) "," FLUSH)),
		"success|success|success");
	assert_string_equal(text_status(b, "core"), text);
	assert_string_equal(status(b, "core"), json);
	free(text);
	free(json);
}

static void
unnamed_components_have_a_name_in_text(void **state)
{
	struct bench *b = *state;

	ask(b, FOUNDING_INITIAL);
	text_status(b, "core");
	assert_non_null(strstr(b->text, "{\"core\":2,\"name\":\"core2\",\"type\":\"classifier\","));
	assert_string_equal(ask(b, "port del ring:2 tx core2"), "success");
	assert_string_equal(ask(b, "component stop core3"), "success");
	status(b, "core");
	assert_non_null(strstr(b->text,
			       "\"rx\":[\"nic0\"],\"tx\":[\"ring0\"]},{\"core\":3,\"type\":"
			       "\"unuse\""));
}

static void
the_local_socket_asks_and_clears(void **state)
{
	struct bench *b = *state;

	assert_string_equal(ask_from(b, SPP_FROM_LOCAL, "status"), "success");
	assert_string_equal(ask_from(b, SPP_FROM_LOCAL, "clear"), "success");
	assert_string_equal(ask_from(b, SPP_FROM_LOCAL, COMMANDS("{\"command\":\"clear\"}")),
			    "success");
	assert_string_equal(ask_from(b, SPP_FROM_LOCAL,
				     COMMANDS("{\"command\":\"clear\",\"port\":\"vhost:1\"}")),
			    "success");
	assert_string_equal(b->fake.log, "clear clear clear:vhost1 ");
	ask_from(b, SPP_FROM_LOCAL, "exit");
	assert_memory_equal(b->text, "Invalid value (command): the local socket takes", 47);
	ask_from(b, SPP_FROM_LOCAL, COMMANDS("{\"command\":\"exit\"}"));
	assert_memory_equal(b->text, "unknown command(exit): the local socket takes", 45);
	assert_false(b->session.exit);
}

static void
clear_and_exit_come_alone(void **state)
{
	struct bench *b = *state;

	assert_string_equal(ask(b, COMMANDS("{\"command\":\"exit\"},{\"command\":\"status\"}")),
			    "bad value(command): \"exit\" beside other commands (it comes alone)|"
			    "invalid");
	assert_false(b->session.exit);
	assert_string_equal(ask(b, COMMANDS("{\"command\":\"exit\"}")), "success");
	assert_true(b->session.exit);
}

/** Status with so many entries; the reply's length. */
static size_t
fill(struct bench *b, unsigned int from, unsigned int nb, const char *port)
{
	static char message[SPP_REQUEST_SIZE_MAX];
	char *end = message + sprintf(message, "{\"commands\":[");
	unsigned int i;

	for (i = from; i < from + nb; i++)
		end += sprintf(end,
			       "{\"command\":\"classifier_table\",\"type\":\"mac\",\"value\":"
			       "\"02:00:00:00:%02x:%02x\",\"port\":\"%s\"},",
			       i >> 8, i & 255, port);
	sprintf(end, "{\"command\":\"flush\"}]}");
	raw(b, SPP_FROM_CONTROLLER, message, strlen(message));
	return strlen(raw(b, SPP_FROM_CONTROLLER, "status", 6));
}

static void
a_long_table_is_cut_and_says_so(void **state)
{
	struct bench *b = *state;
	json_t *root, *entries;
	size_t length;

	ask(b, "component start cls 2 classifier");
	length = fill(b, 0, 900, "ring0");
	assert_null(strstr(b->reply, "classifier_table_total"));
	assert_true(length > 50000);
	length = fill(b, 900, SPP_TABLE_MAX - 900, "ring0");
	assert_in_range(length, 64800, 65000);
	root = json_loads(b->reply, 0, NULL);
	assert_non_null(root);
	entries = json_object_get(json_object_get(root, "info"), "classifier_table");
	assert_in_range(json_array_size(entries), 900, 1100);
	json_decref(root);
	assert_string_equal(info(b, "classifier_table_total"), "16384");
}

static void
host_status(void *ctx, struct spp_host_status *out)
{
	out->main_lcore = 1;
	out->nb_lcores = 2;
	out->lcores[1] = 1;
	out->nb_nics = 1;
	out->nics[0] = (struct spp_host_nic){.mac = {0x52, 0x54, 0, 0x12, 0xab, 0x56},
					     .rx_packets = 5,
					     .tx_packets = 6,
					     .tx_errors = 1,
					     .tx_drops = 2};
	out->nb_rings = 1;
	out->rings[0].tx_packets = 9;
}

static unsigned int host_clears;
static char host_log[4096];

static void
host_clear(void *ctx)
{
	host_clears++;
}

static bool
host_clear_port(void *ctx, struct spp_port port)
{
	return port.kind == SPP_PORT_NIC && port.index == 0;
}

static void
log_line(int priority, const char *line)
{
	strcat(strcat(host_log, line), "\n");
}

static void
the_primary_answers_as_upstreams(void **state)
{
	static const struct spp_host_ops host = {
		.status = host_status, .clear = host_clear, .clear_port = host_clear_port};
	static const char *const others[] = {"add",      "del",    "patch", "forward",
					     "stop",     "launch", "flow",  "_get_client_id",
					     "nonsense", "flush"};
	struct bench *b = *state;
	char command[64], start[96];
	unsigned int i;

	spp_txn_destroy(b->service.txn);
	b->service = (struct spp_service){.host = &host, .log = log_line};
	assert_string_equal(raw(b, SPP_FROM_CONTROLLER, "status", 6),
			    "{\"master-lcore\":1,\"lcores\":[1,0],\"phy_ports\":[{\"id\":0,\"eth\":"
			    "\"52:54:00:12:ab:56\",\"rx\":5,\"tx\":6,\"tx_drop\":3,\"nof_queues\":{"
			    "\"rx\":1,\"tx\":1},\"flow\":[]}],\"ring_ports\":[{\"id\":0,\"rx\":0,"
			    "\"rx_drop\":0,\"tx\":9,\"tx_drop\":0}],\"pipes\":[]}");
	assert_string_equal(raw(b, SPP_FROM_CONTROLLER, "clear", 5),
			    "{\"result\":\"succeeded\",\"command\":\"clear\"}");
	assert_string_equal(ask(b, COMMANDS("{\"command\":\"clear\",\"port\":\"nic0\"}")),
			    "success");
	assert_string_equal(ask(b, COMMANDS("{\"command\":\"clear\",\"port\":\"vhost0\"}")),
			    "bad value(port): \"vhost0\" is not a NIC or ring of spp_primary (its "
			    "status lists them)");
	assert_int_equal(host_clears, 1);
	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		snprintf(command, sizeof(command), "%s 1 2 3 4 5 6 7 8 9 10 11 12", others[i]);
		snprintf(start, sizeof(start),
			 "{\"result\":\"failed\",\"command\":\"%s\",\"message\":\"", others[i]);
		raw(b, SPP_FROM_CONTROLLER, command, strlen(command));
		assert_memory_equal(b->reply, start, strlen(start));
	}
	assert_non_null(strstr(host_log, "command \"launch\" refused: spp_vf is started by"));
	assert_null(strstr(host_log, "nonsense")); /* so many lines at once and no more */
	raw(b, SPP_FROM_LOCAL, "exit", 4);
	assert_non_null(strstr(b->reply, "failed"));
	assert_false(b->session.exit);
	assert_string_equal(raw(b, SPP_FROM_CONTROLLER, "exit", 4),
			    "{\"result\":\"succeeded\",\"command\":\"exit\"}");
	assert_true(b->session.exit);
}

int
main(void)
{
#define UNIT(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		UNIT(every_command_has_its_answer),
		UNIT(replies_are_compact_and_as_upstream_has_them),
		UNIT(a_command_is_applied_at_once),
		UNIT(after_cancel_or_flush_commands_wait_for_flush),
		UNIT(a_bad_command_leaves_what_is_staged),
		UNIT(json_and_text_end_in_the_same_status),
		UNIT(unnamed_components_have_a_name_in_text),
		UNIT(the_local_socket_asks_and_clears),
		UNIT(clear_and_exit_come_alone),
		UNIT(a_long_table_is_cut_and_says_so),
		UNIT(the_primary_answers_as_upstreams),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
