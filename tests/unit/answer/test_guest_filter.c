/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The filter of what guests send, in both dialects: asked for, shown, refused where it cannot be.
 */
#include <stdlib.h>
#include <string.h>

#include "unit.h"

#include "ask.h"

static void
a_filter_is_shown_as_it_can_be_sent_again(void **state)
{
#define FILTERED "{\"port\":\"vhost0\",\"filter\":\"reserved\"}"
	struct bench *b = *state;

	assert_string_equal(
		ask(b, COMMANDS(COMPONENT("5", "forward", PORTS(FILTERED, "\"ring1\"")) "," FLUSH)),
		"success|success");
	assert_non_null(strstr(status(b, "core"), "\"rx\":[" FILTERED "],\"tx\":[\"ring1\"]"));
	assert_string_equal(status(b, "guest_filter"), "\"none\"");
	/* the same again is no change; without it is one */
	ask(b, COMMANDS(COMPONENT("5", "none", "") "," COMPONENT("5", "forward",
								 PORTS(FILTERED, "\"ring1\""))));
	assert_string_equal(status(b, "staged"), "false");
	ask(b, COMMANDS(COMPONENT("5", "none", "") "," COMPONENT(
		       "5", "forward",
		       PORTS("{\"port\":\"vhost0\",\"filter\":\"none\"}", "\"ring1\""))));
	assert_string_equal(status(b, "staged"), "true");
	b->fake.inventory.guest_filter = SPP_FILTER_RESERVED;
	assert_string_equal(status(b, "guest_filter"), "\"reserved\"");
}

/** A member of "info" in the reply to text `status`. */
static const char *
text_status(struct bench *b, const char *member)
{
	raw(b, SPP_FROM_CONTROLLER, "status", 6);
	return info(b, member);
}

/** Only where there is one: SPP's own controllers know no such member. */
static void
a_filter_is_shown_and_stays_when_the_vlan_operation_changes(void **state)
{
#define VHOST0(vlan) "\"port\":\"vhost:0\",\"vlan\":{" vlan "}"
#define NO_TAG       "\"operation\":\"none\",\"id\":0,\"pcp\":0"
	struct bench *b = *state;

	ask(b, "component start fwd 2 forward");
	ask(b, "port add vhost:0 rx fwd");
	assert_non_null(strstr(text_status(b, "core"), "{" VHOST0(NO_TAG) "}"));
	ask(b, "port filter vhost:0 rx fwd reserved");
	assert_non_null(
		strstr(text_status(b, "core"), "{" VHOST0(NO_TAG) ",\"filter\":\"reserved\"}"));
	ask(b, "port add vhost:0 rx fwd add_vlantag 101 3");
	assert_non_null(strstr(
		text_status(b, "core"),
		"{" VHOST0(
			"\"operation\":\"add\",\"id\":101,\"pcp\":3") ",\"filter\":\"reserved\"}"));
	ask(b, "port filter vhost:0 rx fwd none");
	assert_null(strstr(text_status(b, "core"), "filter"));
}

static void
what_it_cannot_be_for_is_refused(void **state)
{
	/* and how the answer begins */
	static const char *const commands[][2] = {
		{"component start fwd 2 forward", "success"},
		{"component start mgr 3 merge", "success"},
		{"port filter vhost:0 rx fwd",
		 "Wrong message format: would be port add|del PORT rx|tx NAME "
		 "[add_vlantag VID PCP|del_vlantag], port filter PORT rx"},
		{"port filter vhost:0 rx fwd reserved none", "Wrong message format"},
		{"port filter phy:0 rx fwd reserved",
		 "Invalid value (port filter): \"phy:0 rx\" (would be vhost:N rx: it is for what guests"},
		{"port filter vhost:0 tx fwd reserved",
		 "Invalid value (port filter): \"vhost:0 tx\" (would"},
		{"port filter vhost:0 rx fwd all",
		 "Invalid value (port filter): \"all\" is not a filter (reserved or none)"},
		{"port filter vhost:0 rx nobody reserved",
		 "Invalid value (component name): there is no component \"nobody\""},
		{"port filter vhost:0 rx mgr reserved",
		 "Invalid value (port rxtx): \"vhost:0\" is not rx port of \"mgr\" (add it first)"},
		{"port add vhost:0 rx mgr", "success"},
		{"port filter vhost:0 rx mgr reserved", "success"},
		{"port filter vhost:0 rx mgr reserved", "success"},
		{"port filter vhost:0 rx mgr none", "success"},
		{"port del vhost:0 rx mgr", "success"},
	};
	struct bench *b = *state;
	const char *answer;
	size_t i;

	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		answer = ask(b, commands[i][0]);
		if (strncmp(answer, commands[i][1], strlen(commands[i][1])) != 0)
			fail_msg("%s: %s", commands[i][0], answer);
	}
}

int
main(void)
{
#define UNIT(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		UNIT(a_filter_is_shown_as_it_can_be_sent_again),
		UNIT(a_filter_is_shown_and_stays_when_the_vlan_operation_changes),
		UNIT(what_it_cannot_be_for_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
