/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * spp_monitor without sockets: what a status becomes in the model, as metrics and as JSON;
 * counters that are cleared.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "monitor/agent.h"
#include "monitor/compare.h"
#include "monitor/history.h"
#include "monitor/metrics.h"
#include "monitor/pcap.h"
#include "monitor/read.h"
#include "monitor/state.h"

static const char status[] =
	"{'process': 1, 'time_us': %llu, 'tsc_hz': 1000, 'generation': %d,"
	" 'controller': {'address': '127.0.0.1:5555', 'connected': false},"
	" 'version': {'program': '0.1', 'dpdk': '22.11', 'restart_pending': true},"
	" 'state_file': {'path': '/x', 'saved': true},"
	" 'flush': {'done': 2, 'failed': 1, 'last_us': 30, 'sum_us': 250,"
	"           'within_us': {'100': 1, '1000': 2}},"
	" 'drops': {'no_entry': 5, 'a_new_one': 7},"
	" 'classifier_table': [{'type': 'mac', 'value': 'AA:BB', 'port': 'ring0'}],"
	" 'component': [{'core': 2, 'type': 'classifier', 'status': 'forward', 'rx': ['nic0'],"
	"   'tx': ['ring0'], 'packets': 10, 'vectors': 2, 'cycles': 30, 'drops': {'no_entry': 5}},"
	"  {'cores': [3, 4], 'name': 'a\\\"b\\\\c', 'type': 'merge', 'status': 'forward',"
	"   'rx': [{'port': 'vhost0', 'filter': 'reserved'}],"
	"   'tx': [{'port': 'nic0', 'vlan': {'operation': 'add', 'id': 101, 'pcp': 3}}]}],"
	" 'port': [{'port': 'nic0', 'link': true, 'rx': {'packets': %d, 'bytes': 640, 'drops': {}},"
	"           'tx': {'packets': 0, 'bytes': 0, 'drops': {'nic_full': 3}},"
	"           'latency': {'samples': 3, 'sum_ns': 2500, 'within_us': {'1': 2, '100': 3}}},"
	"          {'port': 'ring0', 'link': true, 'rx': {'packets': 1}, 'tx': {'packets': 1}}],"
	" 'lcore': [{'lcore': 2, 'busy_cycles': 500, 'idle_cycles': 250, 'asleep_cycles': 250}]}";

/* A report of the status above; quotes are written ' there. */
static struct monitor_report *
report(unsigned long long time_us, int generation, int packets)
{
	char text[sizeof(status) + 64];
	struct monitor_report *out;
	json_error_t error;
	json_t *info;

	snprintf(text, sizeof(text), status, time_us, generation, packets);
	for (char *c = text; *c != '\0'; c++)
		*c = *c == '\'' ? '"' : *c;
	info = json_loads(text, 0, &error);
	if (info == NULL)
		fail_msg("%s", error.text);
	out = monitor_read(info, 100);
	json_decref(info);
	assert_non_null(out);
	return out;
}

/* A model with that process in it. The caller frees report and model. */
static struct monitor_model *
model_of(struct monitor_report *one)
{
	struct monitor_model *model = calloc(1, sizeof(*model));

	assert_non_null(model);
	model->samples = 10;
	model->interval_s = 1;
	model->tick = 1;
	model->nb_processes = 1;
	model->processes[0] = (struct monitor_process){.id = 1, .name = "vf1", .up = true};
	model->processes[0].report = one;
	monitor_compare(model, one, NULL);
	return model;
}

static char *
metrics(const struct monitor_model *model, bool openmetrics)
{
	struct monitor_text text = {0};

	monitor_metrics_write(&text, model, openmetrics);
	monitor_text_put(&text, "", 1);
	assert_false(text.failed);
	return text.bytes;
}

static void
assert_has(const char *text, const char *line)
{
	if (strstr(text, line) == NULL)
		fail_msg("not there: %s", line);
}

static void
metrics_are_what_the_status_says(void **state)
{
	struct monitor_model *model = model_of(report(1000000, 1, 10));
	char *text = metrics(model, true);

	assert_has(text,
		   "\nspp_port_receive_packets_total{vf=\"vf1\",port=\"nic0\",kind=\"nic\"} 10\n");
	assert_has(text,
		   "\nspp_lcore_seconds_total{process=\"vf1\",lcore=\"2\",state=\"busy\"} 0.5\n");
	assert_has(text, "\nspp_dropped_packets_total{vf=\"vf1\",component=\"core2\","
			 "reason=\"no_entry\"} 5\n");
	assert_has(text, "\nspp_dropped_packets_total{vf=\"vf1\",port=\"nic0\","
			 "direction=\"transmit\",reason=\"nic_full\"} 3\n");
	assert_has(text,
		   "\nspp_component_lcore{vf=\"vf1\",component=\"a\\\"b\\\\c\",lcore=\"3\"} 1\n");
	assert_has(text,
		   "\nspp_component_lcore{vf=\"vf1\",component=\"a\\\"b\\\\c\",lcore=\"4\"} 1\n");
	assert_has(text, "\nspp_flush_duration_seconds_bucket{vf=\"vf1\",le=\"0.0001\"} 1\n");
	assert_has(text, "\nspp_switch_latency_seconds_bucket{vf=\"vf1\",port=\"nic0\","
			 "le=\"1e-06\"} 2\n");
	assert_has(text, "\nspp_switch_latency_seconds_bucket{vf=\"vf1\",port=\"nic0\","
			 "le=\"+Inf\"} 3\n");
	assert_has(text, "\nspp_switch_latency_seconds_sum{vf=\"vf1\",port=\"nic0\"} 2.5e-06\n");
	assert_has(text, "\nspp_switch_latency_seconds_count{vf=\"vf1\",port=\"nic0\"} 3\n");
	assert_has(text, "\nspp_flush_duration_seconds_bucket{vf=\"vf1\",le=\"+Inf\"} 2\n");
	assert_has(text, "\nspp_flush_duration_seconds_sum{vf=\"vf1\"} 0.00025\n");
	assert_has(text, "\nspp_flush_failures_total{vf=\"vf1\"} 1\n");
	assert_has(text, "\nspp_state_saved{vf=\"vf1\"} 1\n");
	assert_has(text, "\nspp_controller_connected{process=\"vf1\"} 0\n");
	assert_has(text, "\nspp_restart_pending{process=\"vf1\"} 1\n");
	assert_has(text, "\n# TYPE spp_port_receive_packets counter\n");
	assert_has(text, "\n# TYPE spp_build info\n");
	assert_has(text, "\n# EOF\n");
	/* Not yet occurred, and to be expected there. */
	assert_has(text, "component=\"core2\",reason=\"no_port\"} 0\n");
	assert_null(strstr(text, "AA:BB"));
	free(text);
	text = metrics(model, false);
	assert_has(text, "\n# TYPE spp_port_receive_packets_total counter\n");
	assert_has(text, "\n# TYPE spp_build_info gauge\n");
	assert_null(strstr(text, "# EOF"));
	free(text);
	monitor_report_free(model->processes[0].report);
	free(model);
}

static void
what_is_down_has_no_figures(void **state)
{
	struct monitor_model *model = model_of(report(1000000, 1, 10));
	char *text;

	model->processes[0].up = false;
	text = metrics(model, true);
	assert_has(text, "spp_up{process=\"vf1\"} 0\n");
	assert_null(strstr(text, "vf=\"vf1\""));
	free(text);
	monitor_report_free(model->processes[0].report);
	free(model);
}

static const struct monitor_side *
nic0(const struct monitor_report *one)
{
	return &monitor_find_port(one->vf, "nic0")->rx;
}

static void
counters_go_on_when_they_are_cleared(void **state)
{
	struct monitor_report *first = report(1000000, 1, 1000), *second, *third;
	struct monitor_model *model = model_of(first);

	model->tick = 2;
	second = report(3000000, 2, 1500);
	monitor_compare(model, second, first);
	assert_int_equal(nic0(second)->packets.total, 1500);
	assert_int_equal((int)nic0(second)->packets.rate, 250);
	assert_true(monitor_is_recent(model, &nic0(second)->packets));
	/* Its history has moved on to the new report. */
	assert_null(monitor_find_port(first->vf, "nic0")->history);
	assert_int_equal((int)monitor_find_port(second->vf, "nic0")->history[2], 250);
	model->tick = 3;
	third = report(4000000, 2, 20);
	monitor_compare(model, third, second);
	assert_int_equal(nic0(third)->packets.total, 1520);
	assert_int_equal((int)nic0(third)->packets.rate, 20);
	/* Two looks got no answer: what their places held is ten looks old. */
	monitor_find_port(third->vf, "nic0")->history[4] = 77;
	model->tick = 6;
	monitor_report_free(second);
	second = report(7000000, 2, 50);
	monitor_compare(model, second, third);
	assert_true(isnan(monitor_find_port(second->vf, "nic0")->history[4]));
	assert_true(isnan(monitor_find_port(second->vf, "nic0")->history[5]));
	assert_int_equal((int)monitor_find_port(second->vf, "nic0")->history[6], 10);
	/* Another process begins anew. */
	monitor_report_free(third);
	third = second;
	second = report(5000000, 1, 5);
	second->pid = 101;
	monitor_compare(model, second, third);
	assert_int_equal(nic0(second)->packets.total, 5);
	monitor_report_free(first);
	monitor_report_free(second);
	monitor_report_free(third);
	free(model);
}

static void
an_address_is_shown_at_each_port_it_leads_to(void **state)
{
	json_t *info = json_pack("{s:[{s:s, s:s}, {s:s, s:[s, s, i]}], s:[{s:s}, {s:s}]}",
				 "classifier_table", "value", "AA:BB", "port", "vhost0", "value",
				 "CC:DD", "port", "vhost0", "vhost1", 7, "port", "port", "vhost0",
				 "port", "vhost1");
	struct monitor_report *one = monitor_read(info, 100);
	const struct monitor_port *port;

	(void)state;
	assert_non_null(one);
	port = monitor_find_port(one->vf, "vhost0");
	assert_int_equal(port->nb_addresses, 2);
	assert_string_equal(port->addresses[1], "CC:DD");
	port = monitor_find_port(one->vf, "vhost1");
	assert_int_equal(port->nb_addresses, 1);
	assert_string_equal(port->addresses[0], "CC:DD");
	monitor_report_free(one);
	json_decref(info);
}

static void
what_happens_is_told(void **state)
{
	struct monitor_report *first = report(1000000, 1, 1000), *second = report(2000000, 2, 1000);
	struct monitor_model *model = model_of(first);

	monitor_find_port(second->vf, "nic0")->up = false;
	second->controller = 1;
	second->vf->flushes.failed.raw = 2;
	second->vf->drops[SPP_DROP_COMPONENT_REMOVED].raw = 4;
	model->tick = 2;
	monitor_compare(model, second, first);
	monitor_compare_events(model, "vf1", second, first);
	assert_int_equal(model->nb_events, 4);
	assert_string_equal(model->events[0].what, "controller");
	assert_string_equal(model->events[1].what, "flush");
	assert_has(model->events[1].text, "generation 2");
	assert_has(model->events[1].text, ", after 30 us, 4 packets lost");
	assert_string_equal(model->events[2].what, "flush failed");
	assert_string_equal(model->events[3].text, "nic0: link is down");
	monitor_report_free(first);
	monitor_report_free(second);
	free(model);
}

/* The answer of a spp_agent: quotes are written ' there. */
static void
agent_says(struct monitor_model *model, struct monitor_agent *agent, pid_t pid, const char *text)
{
	char *copy = strdup(text);
	json_t *reply;

	assert_non_null(copy);
	for (char *c = copy; *c != '\0'; c++)
		*c = *c == '\'' ? '"' : *c;
	reply = json_loads(copy, 0, NULL);
	assert_non_null(reply);
	monitor_agent_take(model, agent, reply, pid);
	json_decref(reply);
	free(copy);
}

#define PLUG(number)                                                                               \
	"{'number': " number ", 'time': '2026-11-30T21:12:38Z', 'to': 'vf1', 'uid': 7, 'pid': 99," \
	" 'what': 'plug vhost0 00:11:22:33:44:55', 'reason': 'it was ordered',"                    \
	" 'result': 'done', 'detail': '', 'flush': {'generation': 2, 'added': 4, 'changed': 1,"    \
	" 'moved': 0, 'removed': 0, 'commit_us': 420}}"
#define MOVE                                                                                       \
	"{'number': 2, 'time': 'soon', 'to': 'vf2', 'uid': 0, 'pid': 98, 'what': 'move a 3',"      \
	" 'reason': '', 'result': 'refused', 'detail': 'core 3 is no worker'}"

static void
what_an_agent_remembers_is_told_once(void **state)
{
	struct monitor_model *model = calloc(1, sizeof(*model));
	struct monitor_agent agent = {.after = 0};
	const struct monitor_event *event;

	assert_non_null(model);
	model->time = 5;
	agent_says(model, &agent, 50,
		   "{'reply': {'last': 2, 'history': [" PLUG("1") ", " MOVE "]}}");
	assert_int_equal(model->nb_events, 2);
	event = &model->events[0];
	assert_string_equal(event->who, "vf1");
	assert_string_equal(event->what, "change");
	assert_true(event->time > 1796073157 && event->time < 1796073159);
	assert_string_equal(
		event->text,
		"plug vhost0 00:11:22:33:44:55, by uid 7, pid 99, reason: it was "
		"ordered; generation 2: added 4, changed 1, moved 0, removed 0, 420 us");
	event = &model->events[1];
	assert_string_equal(event->what, "change failed");
	assert_true(event->time > 4 && event->time < 6); /* it says none: now */
	assert_string_equal(event->text,
			    "move a 3, by uid 0, pid 98: refused: core 3 is no worker");
	assert_int_equal(agent.after, 2);
	agent_says(model, &agent, 50, "{'reply': {'last': 2, 'history': []}}");
	/* Another one, which began to count anew: its answer was to a question for later ones. */
	agent_says(model, &agent, 51, "{'reply': {'last': 3, 'history': [" PLUG("3") "]}}");
	assert_int_equal(model->nb_events, 2);
	assert_int_equal(agent.after, 0);
	agent_says(model, &agent, 51, "{'reply': {'last': 3, 'history': [" PLUG("3") "]}}");
	assert_int_equal(model->nb_events, 3);
	/* What is no answer changes nothing. */
	monitor_agent_take(model, &agent, NULL, 52);
	agent_says(model, &agent, 52, "{'result': 'error', 'message': 'x'}");
	agent_says(model, &agent, 52, "{'reply': {'last': 'x', 'history': 3}}");
	agent_says(model, &agent, 51, "{'reply': {'last': 4, 'history': [3]}}");
	assert_int_equal(agent.after, 4);
	free(model);
}

static void
state_and_history_are_json(void **state)
{
	struct monitor_report *first = report(1000000, 1, 1000), *second = report(2000000, 2, 1100);
	struct monitor_model *model = model_of(first);
	struct monitor_text text = {0};
	json_t *root, *vf;

	/* A drop grows, and a name is hostile. */
	second->vf->components[0].drops[SPP_DROP_NO_ENTRY].raw = 15;
	snprintf(second->vf->ports[1].name, sizeof(second->vf->ports[1].name), "r\"\\\n\x01\xff<");
	model->tick = 2;
	monitor_compare(model, second, first);
	model->processes[0].report = second;
	monitor_state_write(&text, model);
	root = json_loadb(text.bytes, text.length, 0, NULL);
	assert_non_null(root);
	assert_int_equal(json_array_size(json_object_get(root, "drops")), 1);
	assert_string_equal(json_string_value(json_object_get(
				    json_array_get(json_object_get(root, "drops"), 0), "reason")),
			    "no_entry");
	vf = json_array_get(json_object_get(root, "vfs"), 0);
	assert_int_equal(json_array_size(json_object_get(vf, "ports")), 2);
	assert_string_equal(json_string_value(json_object_get(
				    json_array_get(json_object_get(vf, "ports"), 1), "port")),
			    "r\"\\\n\x01?<");
	json_decref(root);
	text.length = 0;
	monitor_history_write(&text, model);
	root = json_loadb(text.bytes, text.length, 0, NULL);
	assert_non_null(root);
	assert_int_equal(json_array_size(json_object_get(root, "ports")), 2);
	assert_int_equal(json_array_size(json_object_get(root, "lcores")), 1);
	json_decref(root);
	monitor_text_free(&text);
	monitor_report_free(first);
	monitor_report_free(second);
	free(model);
}

static const char recorded[] =
	"{\"client-id\": 9, \"process\": 9, \"process_type\": \"pcap\", \"status\": \"%s\","
	" \"time_us\": %d, \"core\": ["
	"  {\"core\": 2, \"role\": \"receive\", \"rx_port\": [{\"port\": \"%s\"}]},"
	"  {\"core\": 3, \"role\": \"write\", \"filename\": \"\", \"error\": \"No \\\"space\"},"
	"  {\"core\": 4, \"role\": \"write\", \"filename\": \"/x\"}],"
	" \"rx_packets\": %d, \"written\": 5,"
	" \"lost\": {\"queue_full\": %d, \"write_failed\": 0, \"bad_frames\": 0}}";

static struct monitor_report *
record(const char *status_word, int time_us, const char *port, int packets, int lost)
{
	char text[sizeof(recorded) + 64];
	struct monitor_report *out;
	json_t *info;

	snprintf(text, sizeof(text), recorded, status_word, time_us, port, packets, lost);
	info = json_loads(text, 0, NULL);
	assert_non_null(info);
	out = monitor_read(info, 100);
	json_decref(info);
	assert_non_null(out);
	return out;
}

/* A spp_pcap: what it takes, writes and loses, and no word of a wiring. */
static void
a_recorder_is_one_component_and_what_it_lost(void **state)
{
	struct monitor_report *first = record("idle", 1000000, "phy:3", 10, 0);
	struct monitor_report *second = record("running", 2000000, "phy:3", 110, 7);
	struct monitor_model *model = model_of(first);
	struct monitor_text text = {0};
	json_t *root, *drop;
	char *all;

	assert_string_equal(first->type, "pcap");
	model->tick = 2;
	monitor_compare(model, second, first);
	monitor_compare_events(model, "vf9", second, first);
	assert_int_equal(model->nb_events, 1);
	assert_string_equal(model->events[0].what, "recording");
	model->processes[0].report = second;
	monitor_pcap_links(model);
	assert_true(second->vf->ports[0].up);
	all = metrics(model, true);
	assert_has(all, "\nspp_pcap_running{vf=\"vf1\",port=\"nic3\"} 1\n");
	assert_has(all, "\nspp_pcap_failed_writers{vf=\"vf1\",port=\"nic3\"} 1\n");
	assert_has(all, "\nspp_pcap_lost_packets_total{vf=\"vf1\",port=\"nic3\","
			"reason=\"queue_full\"} 7\n");
	assert_has(all, "\nspp_port_receive_packets_total{vf=\"vf1\",port=\"nic3\","
			"kind=\"nic\"} 110\n");
	assert_has(all, "\nspp_component_lcore{vf=\"vf1\",component=\"spp_pcap\",lcore=\"4\"} 1\n");
	assert_null(strstr(all, "\nspp_degraded{"));
	assert_null(strstr(all, "\nspp_flushes_total{"));
	assert_null(strstr(all, "\nspp_port_up{"));
	free(all);
	monitor_state_write(&text, model);
	root = json_loadb(text.bytes, text.length, 0, NULL);
	assert_non_null(root);
	drop = json_array_get(json_object_get(root, "drops"), 0);
	assert_string_equal(json_string_value(json_object_get(drop, "reason")), "queue_full");
	assert_string_equal(json_string_value(json_object_get(drop, "component")), "spp_pcap");
	assert_true(strlen(json_string_value(json_object_get(drop, "remedy"))) > 0);
	assert_true(json_number_value(json_object_get(drop, "per_second")) == 7);
	json_decref(root);
	monitor_text_free(&text);
	monitor_report_free(first);
	monitor_report_free(second);
	/* What is no port of ours is shown as it is, and not longer than there is room. */
	first = record("?", 1, "x:1234567890123456789012345678901234567890", -5, -1);
	assert_string_equal(first->vf->ports[0].name, "x1234567890123456789012");
	assert_int_equal(first->vf->components[0].packets.raw, 0);
	monitor_report_free(first);
	free(model);
}

/* A process of another age, or one that was taken over: nothing but a report, or none. */
static void
any_status_is_read(void **state)
{
	static const char *const odd[] = {
		"{}",
		"{\"vf\": []}",
		"{\"vf\": [1, null, {\"mbufs\": 3}], \"nic\": [[]], \"heap\": []}",
		"{\"port\": [1, {\"port\": 2}], \"component\": [{}, 5, {\"rx\": [1, {}], \"core\": -1}]}",
		"{\"process_type\": \"pcap\", \"process\": 9}",
		"{\"process_type\": \"pcap\", \"process\": 9, \"core\": [1, {\"rx_port\": [3]}, []]}",
		"{\"process_type\": \"pcap\", \"process\": 9, \"lost\": 3}",
		"{\"flush\": {\"within_us\": {\"x\": \"y\"}}, \"drops\": [], \"lcore\": {\"a\": 1}}",
		"{\"classifier_table\": [null, {\"port\": 1}], \"version\": 3, \"controller\": []}",
	};
	struct monitor_report *one;
	struct monitor_model *model;
	char *text;

	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		json_t *info = json_loads(odd[i], 0, NULL);

		assert_non_null(info);
		one = monitor_read(info, 1);
		json_decref(info);
		assert_non_null(one);
		model = model_of(one);
		text = metrics(model, true);
		assert_has(text, "# EOF\n");
		free(text);
		monitor_report_free(one);
		free(model);
	}
	assert_null(monitor_read(NULL, 1));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(metrics_are_what_the_status_says),
		cmocka_unit_test(what_is_down_has_no_figures),
		cmocka_unit_test(counters_go_on_when_they_are_cleared),
		cmocka_unit_test(an_address_is_shown_at_each_port_it_leads_to),
		cmocka_unit_test(what_happens_is_told),
		cmocka_unit_test(what_an_agent_remembers_is_told_once),
		cmocka_unit_test(state_and_history_are_json),
		cmocka_unit_test(any_status_is_read),
		cmocka_unit_test(a_recorder_is_one_component_and_what_it_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
