/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What a trace says of the mirrors of a spp_mirror, which rest without their two tx ports.
 */
#include "unit.h"

#include <stdlib.h>

#include "build_model.h"
#include "trace/walk.h"

static const char *const parts[] = {"2 mirror nic0 > ring0", "3 mirror nic1 > ring1 ring2",
				    "4 mirror ring1 > vhost1"};

static struct spp_trace *
trace_from(unsigned int nic, bool mirrors)
{
	struct spp_model *model = calloc(1, sizeof(*model));
	struct spp_trace_frame frame = {.dst = {2, 0, 0, 0, 0, 1}, .size = 60};
	struct spp_trace_facts facts = {
		.mtu = 1500, .mirrors = mirrors, .elsewhere = {[0] = true, [2] = true}};
	struct spp_trace *trace;

	assert_non_null(model);
	for (unsigned int i = 0; i < 3; i++)
		add(model, parts[i]);
	trace = spp_trace_walk(model, &facts,
			       (struct spp_port){.kind = SPP_PORT_NIC, .index = (uint16_t)nic},
			       &frame);
	assert_non_null(trace);
	free(model);
	return trace;
}

static void
in_a_spp_vf_it_is_a_forward(void **state)
{
	struct spp_trace *trace = trace_from(0, false);

	assert_int_equal(trace->steps[trace->nb - 1].result, SPP_TRACE_ELSEWHERE);
	free(trace);
}

static void
one_that_rests_receives_nothing(void **state)
{
	struct spp_trace *trace = trace_from(0, true);

	assert_int_equal(trace->nb, 1);
	assert_int_equal(trace->steps[0].result, SPP_TRACE_NOT_TAKEN);
	free(trace);
}

/* The original ends at the mirror that rests, its copy goes on. */
static void
with_both_it_sends(void **state)
{
	struct spp_trace *trace = trace_from(1, true);
	unsigned int nb = 0;

	assert_int_equal(trace->nb_ends, 2);
	for (unsigned int i = 0; i < trace->nb; i++)
		nb += trace->steps[i].kind == SPP_TRACE_END &&
		      trace->steps[i].result == SPP_TRACE_DROPPED &&
		      trace->steps[i].reason == SPP_DROP_INCOMPLETE;
	assert_int_equal(nb, 1);
	assert_int_equal(trace->steps[trace->nb - 1].result, SPP_TRACE_ELSEWHERE);
	free(trace);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_a_spp_vf_it_is_a_forward),
		cmocka_unit_test(one_that_rests_receives_nothing),
		cmocka_unit_test(with_both_it_sends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
