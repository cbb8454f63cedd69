/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A mirror in both dialects: shown as it can be sent again, its ports in their order; what it may
 * not have.
 */
#include <errno.h>
#include <string.h>

#include "unit.h"

#include "ask.h"
#include "wiring/validate.h"

#define MIRROR(rest) COMPONENT("2", "mirror", rest)

static void
a_mirror_is_shown_as_it_can_be_sent_again(void **state)
{
#define TAGLESS "{\"port\":\"vhost1\",\"vlan\":{\"operation\":\"del\"}}"
#define WHOLE   PORTS("\"nic0\"", "\"ring1\"," TAGLESS ",\"ring0\"")
	struct bench *b = *state;

	assert_string_equal(ask(b, COMMANDS(MIRROR(WHOLE) "," FLUSH)), "success|success");
	assert_non_null(
		strstr(status(b, "core"),
		       "\"type\":\"mirror\",\"status\":\"forward\",\"rx\":[\"nic0\"],\"tx\":"
		       "[\"ring1\"," TAGLESS ",\"ring0\"]}"));
	/* the same again is no change; another one first is one: it gets the original */
	ask(b, COMMANDS(COMPONENT("2", "none", "") "," MIRROR(WHOLE)));
	assert_string_equal(status(b, "staged"), "false");
	ask(b, COMMANDS(COMPONENT("2", "none", "") "," MIRROR(
		       PORTS("\"nic0\"", "\"ring0\"," TAGLESS ",\"ring1\""))));
	assert_string_equal(status(b, "staged"), "true");
}

static void
with_one_tx_port_or_none_it_is_on_the_way(void **state)
{
	struct bench *b = *state;

	assert_string_equal(
		ask(b, COMMANDS(MIRROR(PORTS("\"nic0\",\"vhost1\"", "\"ring0\"")) "," FLUSH)),
		"invalid|mirror on core 2: 2 rx ports (a mirror has one rx port and 2 to 8 tx ports)");
	assert_string_equal(ask(b, COMMANDS(MIRROR(PORTS("\"nic0\"", "\"ring0\"")) "," FLUSH)),
			    "success|success");
	assert_string_equal(ask(b, COMMANDS(COMPONENT("2", "none", "") "," MIRROR("") "," FLUSH)),
			    "success|success|success");
}

static void
it_has_at_most_eight_tx_ports(void **state)
{
	static struct spp_model model = {.nb_components = 1};
	struct spp_inventory inventory = {.nb_queues = 1};
	struct spp_component *mirror = &model.components[0];
	struct spp_faults faults = {.nb = 0};

	*mirror = (struct spp_component){.type = SPP_MIRROR, .nb_rx = 1, .nb_tx = 8};
	for (uint16_t i = 0; i < 9; i++)
		mirror->tx[i].port = (struct spp_port){.kind = SPP_PORT_VHOST, .index = i};
	assert_int_equal(spp_validate(&model, &inventory, &faults), 0);
	mirror->nb_tx = 9;
	assert_int_equal(spp_validate(&model, &inventory, &faults), -EINVAL);
	assert_string_equal(faults.items[0].err.text,
			    "mirror on core 0: 9 tx ports (a mirror has one "
			    "rx port and 2 to 8 tx ports)");
}

static void
what_it_sends_may_not_come_back(void **state)
{
	struct bench *b = *state;

	assert_string_equal(
		ask(b, COMMANDS(MIRROR(PORTS("\"ring0\"", "\"vhost0\",\"ring0\"")) "," FLUSH)),
		"invalid|mirror on core 2: what it sends comes back to it through rings (wiring "
		"must not form a loop)");
}

static void
the_text_dialect_has_it_too(void **state)
{
	static const char *const lines[][2] = {
		{"component start mirror_0 2 mirror", "success"},
		{"port add ring:1 tx mirror_0", "success"},
		{"port add ring:3 tx mirror_0", "success"},
		{"port add ring:0 rx mirror_0", "success"},
		{"port add ring:2 rx mirror_0", "error occur: mirror \"mirror_0\": 2 rx ports"},
		{"port del ring:1 tx mirror_0", "success"},
		{"port add vhost:1 tx mirror_0 add_vlantag 100 3", "success"},
	};
	struct bench *b = *state;
	const char *reply;
	unsigned int i;

	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		reply = ask(b, lines[i][0]);
		if (strncmp(reply, lines[i][1], strlen(lines[i][1])) != 0)
			fail_msg("%s: %s", lines[i][0], reply);
	}
	assert_non_null(strstr(status(b, "core"),
			       "\"type\":\"mirror\",\"status\":\"forward\",\"rx\":[\"ring0\"],"
			       "\"tx\":[\"ring3\",{\"port\":\"vhost1\""));
}

int
main(void)
{
#define UNIT(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		UNIT(a_mirror_is_shown_as_it_can_be_sent_again),
		UNIT(with_one_tx_port_or_none_it_is_on_the_way),
		cmocka_unit_test(it_has_at_most_eight_tx_ports),
		UNIT(what_it_sends_may_not_come_back),
		UNIT(the_text_dialect_has_it_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
