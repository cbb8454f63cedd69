/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * `sppctl trace`: what would happen to a packet, or what happens to some. See trace.h.
 */
#include "ctl/trace.h"

#include "ctl/complain.h"
#include "ctl/trace_case.h"
#include "ctl/trace_json.h"
#include "ctl/trace_live.h"
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

static int
what_if(const struct ctl *ctl, char **words)
{
	struct ctl_trace_case a;
	int code = ctl_trace_case_make(ctl, words[0], words[1], &a);

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

/* The first option that says what a frame is to be, or how to answer: of no packet that comes. */
static const char *
option_of_what_if(const struct ctl *ctl)
{
	return ctl->vlan >= 0      ? "vlan"
	       : ctl->src != NULL  ? "src"
	       : ctl->size > 0     ? "size"
	       : ctl->file != NULL ? "file"
	       : ctl->json         ? "json"
				   : NULL;
}

int
ctl_trace_run(const struct ctl *ctl, int nb, char **words)
{
	if (!ctl->what_if && option_of_what_if(ctl) != NULL) {
		ctl_complain("trace: --%s needs --what-if", option_of_what_if(ctl));
		return CTL_USAGE;
	}
	if (!ctl->what_if)
		return ctl_trace_live(ctl, nb, words);
	if (nb != 2) {
		ctl_complain("usage: sppctl trace --what-if PORT DST; see sppctl trace --help");
		return CTL_USAGE;
	}
	if (ctl->count > 0 || ctl->for_s > 0) {
		ctl_complain(
			"trace: --what-if takes no --count and no --for: no packet is followed");
		return CTL_USAGE;
	}
	return what_if(ctl, words);
}
