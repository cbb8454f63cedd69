/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * `sppctl trace`: what would happen to a packet, or what happens to some. See trace.h.
 */
#include "ctl/trace.h"

#include "ctl/complain.h"
#include "ctl/reply.h"
#include "ctl/trace_case.h"
#include "ctl/trace_json.h"
#include "ctl/trace_live.h"
#include "ctl/trace_text.h"

/** Processes in an answer, the same one counted each time it is passed. */
#define PARTS_MAX 64

static bool
arrives(const struct spp_trace *trace)
{
	for (unsigned int i = 0; i < trace->nb; i++)
		if (trace->steps[i].kind == SPP_TRACE_END &&
		    trace->steps[i].result == SPP_TRACE_SENT)
			return true;
	return false;
}

static bool
leaves(const struct spp_trace_step *step)
{
	return step->kind == SPP_TRACE_END && step->result == SPP_TRACE_ELSEWHERE;
}

/* From process to process. @param parts JSON is gathered there; NULL: text. @param left how many
 * more are shown: what goes round between switches is multiplied. @return it arrives */
static bool
show(const struct ctl_trace_case *a, json_t *parts, unsigned int *left)
{
	bool there = arrives(a->trace);
	struct ctl_trace_case next;

	if (parts != NULL)
		json_array_append_new(parts, ctl_trace_json(a));
	else
		ctl_trace_text(stdout, a);
	for (unsigned int i = 0; i < a->trace->nb; i++) {
		if (!leaves(&a->trace->steps[i]) || *left == 0 ||
		    !ctl_trace_case_follow(a, &a->trace->steps[i], &next))
			continue;
		--*left;
		if (show(&next, parts, left))
			there = true;
		ctl_trace_case_free(&next);
	}
	return there;
}

static int
what_if(const struct ctl *ctl, char **words)
{
	struct ctl_trace_case a;
	int code = ctl_trace_case_make(ctl, words[0], words[1], &a);
	json_t *parts = ctl->json ? json_array() : NULL, *first;
	unsigned int left = PARTS_MAX;

	if (code < 0) {
		code = show(&a, parts, &left) ? CTL_OK : CTL_ERROR;
		ctl_trace_case_free(&a);
	}
	if (json_array_size(parts) > 0) {
		first = json_incref(json_array_get(parts, 0));
		json_array_remove(parts, 0);
		if (json_array_size(parts) > 0)
			json_object_set(first, "then", parts);
		ctl_reply_print(first);
		json_decref(first);
	}
	json_decref(parts);
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
