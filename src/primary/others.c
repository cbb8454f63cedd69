/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Says what other programs take of the memory. See others.h.
 */
#include "primary/others.h"

#include <glob.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_eal.h>

#include "common/eal_dir.h"
#include "common/log.h"
#include "common/process.h"

#define MIB 1048576.0

static bool
is_a_slots(const struct spp_slots *slots, int eal_pid)
{
	unsigned int i;

	for (i = 0; i < slots->share->nb_slots; i++) {
		if (slots->slot[i].eal_pid == eal_pid)
			return true;
	}
	return false;
}

/* Who has the memory now: secondaries that live, by their multi-process sockets. */
struct users {
	char names[256]; /* of those that are none of ours; "" */
	bool starts;     /* one of ours that has no slot yet */
};

static void
others_find(const struct spp_slots *slots, struct users *out)
{
	char pattern[PATH_MAX], text[SPP_PROCESS_TEXT];
	size_t i, length = 0;
	glob_t found;
	int pid;

	memset(out, 0, sizeof(*out));
	snprintf(pattern, sizeof(pattern), "%s/mp_socket_*", rte_eal_get_runtime_dir());
	if (glob(pattern, GLOB_NOSORT, NULL, &found) != 0)
		return;
	for (i = 0; i < found.gl_pathc && length + sizeof(text) < sizeof(out->names); i++) {
		pid = (int)strtol(found.gl_pathv[i] + strlen(pattern) - 1, NULL, 10);
		if (is_a_slots(slots, pid) || !spp_eal_dir_in_use(found.gl_pathv[i]))
			continue;
		spp_process_text(pid, text);
		if (strstr(text, "(spp_vf)") != NULL || strstr(text, "(spp_mirror)") != NULL ||
		    strstr(text, "(spp_pcap)") != NULL)
			out->starts = true;
		else
			length += (size_t)snprintf(out->names + length, sizeof(out->names) - length,
						   "%s%s", length > 0 ? ", " : "", text);
	}
	globfree(&found);
}

/* Whether VFs have asked, ended or been put in order since the last look. */
static bool
slots_were_busy(struct spp_slots *slots)
{
	static uint64_t seen;
	bool busy = slots->nb_events != seen;

	seen = slots->nb_events;
	return busy;
}

void
spp_others_look(struct spp_slots *slots)
{
	char zones[SPP_HEAP_NAMES];
	struct spp_host_heap heap;
	struct users users;
	bool busy, changed;
	uint64_t grown;

	pthread_mutex_lock(&slots->lock);
	busy = slots_were_busy(slots);
	changed = spp_heap_has_changed(&slots->heap);
	pthread_mutex_unlock(&slots->lock);
	if (!changed)
		return;
	others_find(slots, &users);
	pthread_mutex_lock(&slots->lock);
	grown = spp_heap_others(&slots->heap, users.names[0] != '\0' && !users.starts && !busy,
				zones);
	spp_heap_status(&slots->heap, spp_slots_heap_held(slots), &heap);
	pthread_mutex_unlock(&slots->lock);
	if (grown == 0)
		return;
	spp_log(LOG_WARNING,
		"%s took %.1f MiB of the memory (%s), which stay when it ends: %.1f MiB are others' "
		"by now, the rest is good for %llu restarts of a VF",
		users.names[0] != '\0' ? users.names : "a program that has ended",
		(double)grown / MIB, zones[0] != '\0' ? zones : "no memzone",
		(double)heap.others / MIB, (unsigned long long)heap.restarts_left);
}
