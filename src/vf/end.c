/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The end of a spp_vf. See end.h.
 */
#include "vf/end.h"

#include <stdlib.h>
#include <unistd.h>

#include "spp/program.h"

#include "common/deadline.h"
#include "common/notify.h"
#include "vf/capture.h"
#include "vf/start.h"

/* How long it may take without spp_primary, which may have died holding a lock that it waits for.
 */
#define ALONE_S 5

/* How often spp_primary is told that we leave, and how long each time; it may be busy. */
#define LEAVE_TIMES 20
#define LEAVE_MS    250

static int late_code;

/* Only what a signal handler may do. */
static void
end_on_late(void)
{
	_exit(late_code);
}

static bool
end_in_order(const struct spp_vf_end *end)
{
	return __atomic_load_n(&end->share->ending, __ATOMIC_ACQUIRE) != 0;
}

bool
spp_vf_end_alone(const struct spp_vf_end *end)
{
	return end_in_order(end) || spp_attach_is_over(end->attachment);
}

/* From here on nothing may be waited for that only spp_primary can do. */
static bool
end_notice(const struct spp_vf_end *end)
{
	static bool noticed;

	if (!noticed && spp_vf_end_alone(end)) {
		noticed = true;
		late_code = end->asked || end_in_order(end) ? EXIT_SUCCESS : EXIT_FAILURE;
		spp_deadline_start(ALONE_S, end_on_late);
	}
	return noticed;
}

static int
end_leave(const struct spp_vf_end *end, struct spp_error *err)
{
	int ret = -ETIMEDOUT;

	for (unsigned int i = 0; i < LEAVE_TIMES && ret == -ETIMEDOUT && !end_notice(end); i++)
		ret = spp_attach_leave(end->attachment, LEAVE_MS, err);
	return end_notice(end) ? 0 : ret;
}

int
spp_vf_end(const struct spp_vf_end *end, struct spp_error *err)
{
	int ret = 0;

	spp_notify("STOPPING=1");
	spp_captures_destroy(end->dataplane->captures);
	end->dataplane->captures = NULL;
	if (!end_notice(end))
		ret = spp_control_clear(end->control, err);
	/* Schedulers that stop let nothing arrive any more. */
	if (ret < 0 && !end_notice(end))
		return ret;
	spp_program_on_end(SIG_IGN);
	spp_control_destroy(end->control);
	ret = spp_dataplane_stop(end->dataplane, err);
	if (ret == 0)
		ret = end_leave(end, err);
	if (ret == 0 && end_notice(end) && !end->asked && !end_in_order(end))
		ret = spp_error(err, EPIPE, "ended without spp_primary");
	return ret;
}
