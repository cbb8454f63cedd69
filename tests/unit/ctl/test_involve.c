/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Which spp_vf a change needs beside its own, and which rings it must leave to others.
 */
#include <string.h>

#include "unit.h"

#include <jansson.h>

#include "ctl/involve.h"

/* Of vhost0 of vf1 what leaves is mirrored to vf2; it is patched to vhost5 of vf3, of which what
 * comes in is mirrored to vf4. vf5 has nothing to do with it, vf9 is a spp_pcap. */
static const char infos_text[] =
	"{\"vf1\": {\"core\": ["
	"{\"core\": 2, \"type\": \"mirror\", \"rx\": [\"ring31\"], \"tx\": [\"vhost0\", \"ring20\"]},"
	"{\"core\": 3, \"type\": \"forward\", \"rx\": [\"vhost0\"], \"tx\": [\"ring30\"]}]},"
	"\"vf2\": {\"core\": ["
	"{\"core\": 2, \"type\": \"merge\", \"rx\": [\"ring20\"], \"tx\": [\"vhost7\"]}]},"
	"\"vf3\": {\"core\": ["
	"{\"core\": 2, \"type\": \"mirror\", \"rx\": [\"vhost5\"], \"tx\": [\"ring31\", \"ring21\"]},"
	"{\"core\": 3, \"type\": \"forward\", \"rx\": [\"ring30\"], \"tx\": [\"vhost5\"]}]},"
	"\"vf4\": {\"core\": ["
	"{\"core\": 2, \"type\": \"merge\", \"rx\": [\"ring21\"], \"tx\": [\"vhost8\"]}]},"
	"\"vf5\": {\"core\": ["
	"{\"core\": 2, \"type\": \"forward\", \"rx\": [\"ring4\"], \"tx\": [{\"port\": \"ring6\"}]}]},"
	"\"vf9\": {\"process_type\": \"pcap\", \"core\": ["
	"{\"core\": 2, \"role\": \"receive\", \"rx_port\": [{\"port\": \"ring:5\"}]},"
	"{\"core\": 3, \"role\": \"write\", \"filename\": \"x\"}]}}";

static void
expect(const char *port, const char *with, const char *rings)
{
	json_t *infos = json_loads(infos_text, 0, NULL), *request = json_object();
	json_t *wanted_with = json_loads(with, 0, NULL), *wanted_rings = json_loads(rings, 0, NULL);

	ctl_involve(infos, "vf1", port, NULL, NULL, request);
	if (!json_equal(json_object_get(request, "with"), wanted_with) ||
	    !json_equal(json_object_get(request, "rings_taken"), wanted_rings))
		fail_msg("%s: %s", port, json_dumps(request, 0));
	json_decref(infos);
	json_decref(request);
	json_decref(wanted_with);
	json_decref(wanted_rings);
}

static void
where_copies_go_is_asked_at_both_ends(void **state)
{
	expect("vhost0", "[\"vf3\", \"vf4\", \"vf2\"]", "[4, 6, 5]");
}

static void
who_has_other_rings_is_not_asked_and_keeps_them(void **state)
{
	json_t *infos = json_loads(infos_text, 0, NULL), *request = json_object();

	ctl_involve(infos, "vf5", "vhost9", NULL, NULL, request);
	assert_null(json_object_get(request, "with"));
	assert_int_equal(json_array_size(json_object_get(request, "rings_taken")), 9);
	json_decref(infos);
	json_decref(request);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(where_copies_go_is_asked_at_both_ends),
		cmocka_unit_test(who_has_other_rings_is_not_asked_and_keeps_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
