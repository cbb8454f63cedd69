/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What spp_pcap is asked and answers, byte for byte where SPP's controllers read it.
 */
#include <string.h>

#include "unit.h"

#include "ask.h"
#include "founding.h"

static struct spp_recorder_status shown;
static char calls[128]; /* what was asked of the recorder */
static int start_result;

static int
recorder_start(void *ctx, struct spp_error *err)
{
	strcat(calls, "start ");
	return start_result < 0 ? spp_error(err, -start_result, "/full/x.tmp: No space left") : 0;
}

static void
recorder_stop(void *ctx)
{
	strcat(calls, "stop ");
}

static void
recorder_status(void *ctx, struct spp_recorder_status *out)
{
	*out = shown;
}

static void
recorder_clear(void *ctx)
{
	strcat(calls, "clear ");
}

static const struct spp_recorder_ops recorder = {
	.start = recorder_start,
	.stop = recorder_stop,
	.status = recorder_status,
	.clear = recorder_clear,
};

static int
set_up_pcap(void **state)
{
	int ret = set_up(state);
	struct bench *b = *state;

	spp_txn_destroy(b->service.txn);
	b->service = (struct spp_service){
		.process_id = 3, .process_type = "pcap", .recorder = &recorder};
	memset(&shown, 0, sizeof(shown));
	calls[0] = '\0';
	start_result = 0;
	return ret;
}

/* The whole reply to one command of the controller. */
static const char *
text(struct bench *b, const char *command)
{
	return raw(b, SPP_FROM_CONTROLLER, command, strlen(command));
}

static void
who_it_is(void **state)
{
	struct bench *b = *state;

	assert_string_equal(text(b, "_get_client_id"),
			    "{\"results\":[{\"result\":\"success\"}],\"client_id\":3,"
			    "\"process_type\":\"pcap\"}");
	assert_string_equal(ask(b, FOUNDING_PROCESS), "success");
	assert_non_null(strstr(b->reply, "\"process\": 3,\n  \"client_id\": 3,\n  "
					 "\"process_type\": \"pcap\""));
}

static void
status_in_the_order_that_controllers_read(void **state)
{
	struct bench *b = *state;

	shown = (struct spp_recorder_status){
		.main_lcore = 1,
		.receiver_lcore = 2,
		.port = {.kind = SPP_PORT_NIC},
		.nb_writers = 2,
		.writer = {{.lcore = 3}, {.lcore = 4, .error = "No space left on device"}},
		.rx_packets = 9,
		.written = 4,
		.queue_full = 3,
		.write_failed = 2,
		.bad_frames = 1,
	};
	strcpy(shown.writer[0].file, "/tmp/spp_pcap.20190214161550.phy0.1.1.pcap.lz4");
	assert_string_equal(
		text(b, "status"),
		"{\"results\":[{\"result\":\"success\"}],\"info\":{\"client-id\":3,\"status\":"
		"\"idle\",\"master-lcore\":1,\"core\":[{\"core\":2,\"role\":\"receive\","
		"\"rx_port\":[{\"port\":\"phy:0\"}]},{\"core\":3,\"role\":\"write\",\"filename\":"
		"\"/tmp/spp_pcap.20190214161550.phy0.1.1.pcap.lz4\"},{\"core\":4,\"role\":"
		"\"write\",\"filename\":\"\",\"error\":\"No space left on device\"}],"
		"\"rx_packets\":9,\"written\":4,\"lost\":{\"queue_full\":3,\"write_failed\":2,"
		"\"bad_frames\":1}}}");
	shown.running = true;
	shown.port = (struct spp_port){.kind = SPP_PORT_RING, .queue = SPP_RING_RX, .index = 5};
	assert_string_equal(status(b, "status"), "\"running\"");
	assert_string_equal(info(b, "process"), "3");
	assert_non_null(strstr(text(b, "status"), "\"port\":\"ring:5\""));
}

static void
start_and_stop(void **state)
{
	static const char success[] = "{\"results\":[{\"result\":\"success\"}]}";
	struct bench *b = *state;

	assert_string_equal(text(b, "start"), success);
	assert_string_equal(text(b, "stop"), success);
	assert_string_equal(text(b, "clear"), success);
	start_result = -ENOSPC;
	assert_string_equal(text(b, "start"),
			    "{\"results\":[{\"result\":\"error\",\"error_details\":{\"message\":"
			    "\"error occur: /full/x.tmp: No space left\"}}]}");
	assert_string_equal(calls, "start stop clear start ");
	assert_false(b->session.exit);
	assert_string_equal(text(b, "exit"), success);
	assert_true(b->session.exit);
}

static const char json_start[] = "{\"commands\":[{\"command\":\"start\"}]}";
static const char json_stop[] = "{\"commands\":[{\"command\":\"stop\"}]}";

static void
start_and_stop_in_json_and_beside_the_controller(void **state)
{
	struct bench *b = *state;

	assert_string_equal(ask(b, json_start), "success");
	assert_string_equal(ask(b, json_stop), "success");
	assert_non_null(strstr(raw(b, SPP_FROM_LOCAL, json_start, strlen(json_start)), "success"));
	assert_non_null(strstr(raw(b, SPP_FROM_LOCAL, json_stop, strlen(json_stop)), "success"));
	assert_non_null(strstr(raw(b, SPP_FROM_LOCAL, "start", 5), "success"));
	start_result = -ENOSPC;
	assert_string_equal(ask(b, json_start), "error occur(start): /full/x.tmp: No space left");
	assert_string_equal(calls, "start stop start stop start start ");
}

static void
what_is_refused_changes_nothing(void **state)
{
	struct bench *b = *state;

	assert_non_null(strstr(text(b, "start now"), "\"Wrong message format: "));
	assert_non_null(strstr(text(b, "a b c d e f g h i"), "\"Wrong message format"));
	assert_non_null(strstr(text(b, "component"), "\"Invalid value (command): "));
	assert_string_equal(ask(b, COMMANDS(FLUSH)),
			    "unknown command(flush): spp_pcap takes process, status, start, "
			    "stop, clear and exit");
	assert_string_equal(
		ask(b, COMMANDS("{\"command\":\"start\"}, {\"command\":\"status\"}")),
		"bad value(command): \"start\" beside other commands (it comes alone)|invalid");
	assert_non_null(strstr(raw(b, SPP_FROM_LOOK, json_start, strlen(json_start)),
			       "unknown command(start): this socket takes process and status"));
	assert_string_equal(ask(b, COMMANDS("{\"command\":\"clear\",\"port\":\"nic0\"}")),
			    "bad value(port): spp_pcap clears all of its counters (leave the port "
			    "out)");
	assert_non_null(strstr(raw(b, SPP_FROM_LOOK, "start", 5), "\"Invalid value (command): "));
	assert_non_null(strstr(raw(b, SPP_FROM_LOCAL, "exit", 4), "\"Invalid value (command): "));
	assert_non_null(strstr(raw(b, SPP_FROM_LOOK, "clear", 5), "\"Invalid value (command): "));
	assert_non_null(strstr(raw(b, SPP_FROM_LOOK, "status", 6), "\"success\""));
	assert_string_equal(calls, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(who_it_is, set_up_pcap, tear_down),
		cmocka_unit_test_setup_teardown(status_in_the_order_that_controllers_read,
						set_up_pcap, tear_down),
		cmocka_unit_test_setup_teardown(start_and_stop, set_up_pcap, tear_down),
		cmocka_unit_test_setup_teardown(start_and_stop_in_json_and_beside_the_controller,
						set_up_pcap, tear_down),
		cmocka_unit_test_setup_teardown(what_is_refused_changes_nothing, set_up_pcap,
						tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
