/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What a spp_mirror answers, which is not what a spp_vf does.
 */
#include <string.h>

#include "unit.h"

#include "ask.h"

static int
set_up_mirror(void **state)
{
	int ret = set_up(state);
	struct bench *b = *state;

	b->fake.inventory.mirror = true;
	b->fake.inventory.nb_workers = 3; /* 2 to 4 */
	return ret;
}

static const char *
text(struct bench *b, const char *command)
{
	return raw(b, SPP_FROM_CONTROLLER, command, strlen(command));
}

/** In order; each with how its answer begins. */
static void
expect(struct bench *b, const char *const lines[][2], unsigned int nb)
{
	const char *reply;
	unsigned int i;

	for (i = 0; i < nb; i++) {
		reply = ask(b, lines[i][0]);
		if (strncmp(reply, lines[i][1], strlen(lines[i][1])) != 0)
			fail_msg("%s: %s", lines[i][0], reply);
	}
}

#define EXPECT(b, lines) expect(b, lines, sizeof(lines) / sizeof((lines)[0]))

static void
it_says_that_it_is_one(void **state)
{
	struct bench *b = *state;

	assert_string_equal(text(b, "_get_client_id"),
			    "{\"results\":[{\"result\":\"success\"}],\"client_id\":1,"
			    "\"process_type\":\"mirror\"}");
	text(b, COMMANDS("{\"command\":\"process\"}"));
	assert_non_null(strstr(b->reply, "\"process_type\": \"mirror\""));
	assert_string_equal(status(b, "process_type"), "\"mirror\"");
}

static void
its_status_has_no_table_and_idle_cores_last(void **state)
{
#define NO_VLAN "\"vlan\":{\"operation\":\"none\",\"id\":0,\"pcp\":0}}"
#define IDLE(n) "{\"core\":" n ",\"type\":\"unuse\",\"rx_port\":[],\"tx_port\":[]}"
	static const char *const lines[][2] = {
		{"component start mirror_0 3 mirror", "success"},
		{"port add ring:2 tx mirror_0", "success"},
		{"port add ring:1 tx mirror_0", "success"},
		{"port add ring:0 rx mirror_0", "success"},
	};
	struct bench *b = *state;

	EXPECT(b, lines);
	assert_string_equal(
		text(b, "status"),
		"{\"results\":[{\"result\":\"success\"}],\"info\":{\"client-id\":1,"
		"\"phy\":[\"0\"],\"vhost\":[\"0\",\"1\"],\"ring\":[\"0\",\"1\",\"2\",\"3\"],"
		"\"master-lcore\":0,\"core\":[{\"core\":3,\"name\":\"mirror_0\",\"type\":\"mirror\","
		"\"rx_port\":[{\"port\":\"ring:0\"," NO_VLAN "],"
		"\"tx_port\":[{\"port\":\"ring:2\"," NO_VLAN ",{\"port\":\"ring:1\"," NO_VLAN
		"]}," IDLE("2") "," IDLE("4") "]}}");
}

static void
its_components_are_mirrors_with_one_rx_and_two_tx_ports(void **state)
{
	static const char *const lines[][2] = {
		{"component start fwd 2 forward",
		 "Invalid value (component type): \"forward\" in a spp_mirror (would be mirror"},
		{"component start m 9 mirror", "Invalid value (core): core 9 is not a worker"},
		{"component start m 2 mirror", "success"},
		{"component start m 3 mirror", "Invalid value (component name): "},
		{"component start n 2 mirror", "success"}, /* several on one core */
		{"port add ring:4 tx m", "Invalid value (port): \"ring4\" is not a port"},
		{"port add ring:0 tx m", "success"},
		{"port add ring:1 tx m", "success"},
		{"port add ring:2 tx m",
		 "error occur: mirror \"m\": 3 tx ports (a mirror has one rx port and two tx ports)"},
		{"port add phy:0 rx m", "success"},
		{"port add vhost:0 rx m", "error occur: mirror \"m\": 2 rx ports"},
		{"port add ring:0 tx n", "Invalid value (port rxtx): "},
		{"port add ring:3 tx nobody", "Invalid value (component name): "},
		{"port add ring:3 both n", "Invalid value (port rxtx): "},
		{"port del ring:2 tx m", "success"}, /* not attached */
		{"port del ring:2 tx nobody", "Invalid value (component name): "},
		{"classifier_table add mac 02:00:00:00:00:01 ring:0", "success"}, /* does nothing */
		{"component stop nobody", "success"},
		{"component stop m", "success"},
		{"nonsense", "Invalid value (command): "},
	};
	struct bench *b = *state;

	EXPECT(b, lines);
	assert_string_equal(
		ask(b, COMMANDS(COMPONENT("3", "forward", ""))),
		"bad value(type): \"forward\" in a spp_mirror (would be mirror; the others "
		"are a spp_vf's)");
	assert_string_equal(status(b, "classifier_table"), "[]");
}

static void
it_is_incomplete_with_one_tx_port(void **state)
{
	static const char *const lines[][2] = {
		{"component start m 2 mirror", "success"},
		{"port add ring:0 rx m", "success"},
		{"port add ring:1 tx m", "success"},
	};
	static const char *const second[][2] = {{"port add ring:2 tx m", "success"}};
	struct bench *b = *state;

	EXPECT(b, lines);
	assert_non_null(strstr(status(b, "core"), "\"status\":\"incomplete\""));
	EXPECT(b, second);
	assert_non_null(strstr(status(b, "core"), "\"status\":\"forward\""));
}

int
main(void)
{
#define UNIT(name) cmocka_unit_test_setup_teardown(name, set_up_mirror, tear_down)
	const struct CMUnitTest tests[] = {
		UNIT(it_says_that_it_is_one),
		UNIT(its_status_has_no_table_and_idle_cores_last),
		UNIT(its_components_are_mirrors_with_one_rx_and_two_tx_ports),
		UNIT(it_is_incomplete_with_one_tx_port),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
