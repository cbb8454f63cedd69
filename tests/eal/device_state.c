/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reads the dump of event_sw. See device_state.h.
 */
#include "device_state.h"

#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_eventdev.h>

#include "common/evdev.h"

/* Sum of the numbers behind each occurrence of a word. */
static long
sum_behind(const char *text, const char *word)
{
	long sum = 0;

	for (text = strstr(text, word); text != NULL; text = strstr(text, word)) {
		text += strlen(word);
		sum += strtol(text, NULL, 10);
	}
	return sum;
}

static char *
dump(uint8_t dev_id)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	if (f == NULL)
		return NULL;
	rte_event_dev_dump(dev_id, f);
	fclose(f);
	return text;
}

int
device_check_empty(uint8_t dev_id, unsigned int nb_ports)
{
	struct spp_evport port;
	char *text = dump(dev_id), *ports;
	long taken, hoarded, unreleased;
	unsigned int i;
	int bad = 0;

	ports = text != NULL ? strstr(text, "  Port 0") : NULL;
	if (ports == NULL) {
		print_error("event_sw's dump is not as it was: no 'Port 0' in it\n");
		free(text);
		return 1;
	}
	*ports++ = '\0';
	taken = sum_behind(text, "inflight ");
	unreleased = sum_behind(ports, "inflight ");
	hoarded = sum_behind(ports, "Credits: ");
	if (taken != hoarded || unreleased != 0) {
		print_error("event device: %ld credits lost, %ld events not released\n",
			    taken - hoarded, unreleased);
		bad++;
	}
	free(text);
	for (i = 0; i < nb_ports; i++) {
		if (spp_evdev_port(dev_id, i, &port) < 0 ||
		    spp_evport_enqueued(&port) + spp_evport_scheduled(&port) > 0) {
			print_error("event port %u: events to or from the scheduler left\n", i);
			bad++;
		}
	}
	return bad;
}
