/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * `sppctl trace --what-if PORT DST`: what would happen to a packet. See trace.h.
 */
#include "ctl/trace.h"

#include "ctl/complain.h"
#include "ctl/trace_case.h"
#include "ctl/trace_json.h"
#include "ctl/trace_text.h"

static bool
arrives(const struct spp_trace *trace)
{
	for (unsigned int i = 0; i < trace->nb; i++)
		if (trace->steps[i].kind == SPP_TRACE_END &&
		    trace->steps[i].result == SPP_TRACE_SENT)
			return true;
	return false;
}

int
ctl_trace_run(const struct ctl *ctl, int nb, char **words)
{
	struct ctl_trace_case a;
	int code;

	if (!ctl->what_if) {
		ctl_complain(
			"trace: needs --what-if (the wiring is asked what would happen; packets "
			"under way are not followed)");
		return CTL_USAGE;
	}
	code = ctl_trace_case_make(ctl, words[0], words[1], &a);
	if (code >= 0)
		return code;
	if (ctl->json)
		ctl_trace_json(&a);
	else
		ctl_trace_text(stdout, &a);
	code = arrives(a.trace) ? CTL_OK : CTL_ERROR;
	ctl_trace_case_free(&a);
	return code;
}
