/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Messages to spp_primary, and its replies.
 */
#include <string.h>

#include "unit.h"

#include "ask.h"
#include "founding.h"

static void
host_status(void *ctx, struct spp_host_status *out)
{
	out->nb_nics = 1;
	out->nics[0].link_up = true;
	out->nics[0].holder = 1;
	out->nb_rings = 2;
	out->nb_vhosts = 1;
	out->vhosts[0] = (struct spp_host_vhost){60, 2, SPP_HOLD_GUEST};
	out->nb_vfs = 1;
	out->vfs[0] = (struct spp_host_vf){.state = SPP_VF_RUNNING, .process_id = 1, .pid = 42};
}

static uint64_t
host_now_us(void *ctx)
{
	return 7;
}

static void
the_primary_answers_process_and_status_only(void **state)
{
	static const struct spp_host_ops host = {.status = host_status, .now_us = host_now_us};
	struct bench *b = *state;

	spp_txn_destroy(b->service.txn);
	b->service = (struct spp_service){.host = &host};
	assert_string_equal(ask(b, FOUNDING_PROCESS), "success");
	assert_non_null(strstr(b->reply, "\"process\": 0,\n  \"process_type\": \"primary\""));
	status(b, "vf");
	assert_non_null(
		strstr(b->text, "\"slot\":0,\"state\":\"running\",\"process\":1,\"pid\":42"));
	assert_non_null(strstr(info(b, "nic"), "{\"port\":\"nic0\",\"link\":true,"));
	assert_string_equal(
		info(b, "ring"),
		"[{\"port\":\"ring0\",\"holder\":null,\"hold\":null,\"rx\":null,\"tx\":null,"
		"\"waiting\":null},{\"port\":\"ring0\",\"holder\":null,\"hold\":null,"
		"\"rx\":null,\"tx\":null,\"waiting\":null}]");
	assert_string_equal(info(b, "vhost"),
			    "[{\"port\":\"vhost60\",\"holder\":2,\"hold\":\"guest\"}]");
	assert_string_equal(ask(b, COMMANDS(FLUSH)), "unknown command(flush): spp_primary takes "
						     "process, status, clear and exit (wiring "
						     "is changed at spp_vf)");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_primary_answers_process_and_status_only, set_up,
						tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
