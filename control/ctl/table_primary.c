/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The status of spp_primary as tables: NICs, who has which vhost, VF slots with their pools,
 * memory, scheduler. See table_primary.h. What the members mean: docs/protocol.md.
 */
#include "ctl/table_primary.h"

#include <stdlib.h>
#include <string.h>

#include "ctl/reply.h"
#include "ctl/table.h"

#define MIB (1024.0 * 1024)

static void
print_head(FILE *out, const json_t *info, const json_t *before)
{
	const json_t *heap = json_object_get(info, "heap");
	const json_t *now = json_object_get(info, "scheduler");
	const json_t *old = json_object_get(before, "scheduler");
	char busy[16], idle[16], asleep[16];

	fprintf(out, "primary   schedulers busy %s idle %s asleep %s",
		ctl_table_use(now, old, "busy_cycles", busy, sizeof(busy)),
		ctl_table_use(now, old, "idle_cycles", idle, sizeof(idle)),
		ctl_table_use(now, old, "asleep_cycles", asleep, sizeof(asleep)));
	if (heap != NULL)
		fprintf(out, "   heap %.1f of %.0f MiB used, %.1f MiB leaked by DPDK",
			ctl_reply_number(heap, "used") / MIB, ctl_reply_number(heap, "size") / MIB,
			ctl_reply_number(heap, "leaked") / MIB);
	if (heap != NULL && ctl_reply_number(heap, "others") > 0)
		fprintf(out, ", %.1f MiB taken by other programs",
			ctl_reply_number(heap, "others") / MIB);
	if (heap != NULL)
		fprintf(out, ", good for %.0f restarts", ctl_reply_number(heap, "restarts_left"));
	fputc('\n', out);
}

/* "vf1", "-" when nobody. */
static const char *
holder(const json_t *object, const char *key, char *text, size_t size)
{
	double id = ctl_reply_number(object, key);

	if (id <= 0)
		return "-";
	snprintf(text, size, "vf%.0f", id);
	return text;
}

static void
print_nics(FILE *out, const json_t *info, const json_t *before, double seconds)
{
	const json_t *nic, *old;
	size_t i;

	fprintf(out, "  %-6s %-4s %6s %-18s %-14s %-7s %8s %10s %8s %10s %8s %7s %s\n", "NIC",
		"LINK", "MBIT/S", "MAC", "DRIVER", "PROMISC", "RX", "RATE", "TX", "RATE", "MISSED",
		"ERRORS", "HELD BY");
	json_array_foreach (json_object_get(info, "nic"), i, nic) {
		char rx[32], tx[32], rx_rate[40], tx_rate[40], missed[32], errors[32], by[16];

		old = ctl_table_same(json_object_get(before, "nic"), nic, "port", NULL);
		fprintf(out, "  %-6s %-4s %6.0f %-18s %-14s %-7s %8s %10s %8s %10s %8s %7s %s\n",
			ctl_reply_text(nic, "port"),
			json_is_true(json_object_get(nic, "link")) ? "up" : "down",
			ctl_reply_number(nic, "speed_mbps"), ctl_reply_text(nic, "mac"),
			ctl_reply_text(nic, "driver"),
			json_is_true(json_object_get(nic, "promiscuous")) ? "yes" : "no",
			ctl_table_human(ctl_reply_number(nic, "rx_packets"), rx, sizeof(rx)),
			ctl_table_rate(nic, old, "rx_packets", seconds, rx_rate, sizeof(rx_rate)),
			ctl_table_human(ctl_reply_number(nic, "tx_packets"), tx, sizeof(tx)),
			ctl_table_rate(nic, old, "tx_packets", seconds, tx_rate, sizeof(tx_rate)),
			ctl_table_human(ctl_reply_number(nic, "rx_missed"), missed, sizeof(missed)),
			ctl_table_human(ctl_reply_number(nic, "tx_errors"), errors, sizeof(errors)),
			holder(nic, "holder", by, sizeof(by)));
	}
}

/* Why a process has a port, where it is not its wiring. */
static const char *
why(const json_t *port)
{
	const char *hold = ctl_reply_text(port, "hold");

	if (strcmp(hold, "file") == 0)
		return " (file)";
	if (strcmp(hold, "guest") == 0)
		return " (not wired, its guest is connected)";
	return strcmp(hold, "worker") == 0 ? " (not wired, a worker does not answer)" : "";
}

/* 60 of "vhost60". */
static double
number_of(const json_t *vhost)
{
	const char *port = ctl_reply_text(vhost, "port");

	return strtod(port + strcspn(port, "0123456789"), NULL);
}

/* "  vhosts held: vhost0-1 by vf1 (file), vhost60 by vf2"; neighbours of one holder together. */
static void
print_vhosts(FILE *out, const json_t *info)
{
	const json_t *vhosts = json_object_get(info, "vhost"), *first, *last, *next;
	size_t nb = json_array_size(vhosts), i = 0;
	char by[16];

	while (i < nb) {
		fputs(i == 0 ? "  vhosts held: " : ", ", out);
		first = last = json_array_get(vhosts, i);
		for (i++; i < nb; i++, last = next) {
			next = json_array_get(vhosts, i);
			if (number_of(next) != number_of(last) + 1 ||
			    ctl_reply_number(next, "holder") != ctl_reply_number(first, "holder") ||
			    strcmp(why(next), why(first)) != 0)
				break;
		}
		fprintf(out, "%s", ctl_reply_text(first, "port"));
		if (last != first)
			fprintf(out, "-%.0f", number_of(last));
		fprintf(out, " by %s%s", holder(first, "holder", by, sizeof(by)), why(first));
	}
	if (nb > 0)
		fputc('\n', out);
}

/* "16384/16384", and what the last orderly session did not give back. */
static void
print_pool(FILE *out, const json_t *pool)
{
	char balance[32];

	snprintf(balance, sizeof(balance), "%.0f/%.0f", ctl_reply_number(pool, "free"),
		 ctl_reply_number(pool, "total"));
	fprintf(out, " %13s %7.0f", balance, ctl_reply_number(pool, "missing"));
}

static void
print_vfs(FILE *out, const json_t *info)
{
	const json_t *vf;
	size_t i;

	fprintf(out, "  %-4s %-9s %-6s %7s %8s %6s %9s %13s %7s %13s %7s\n", "SLOT", "STATE", "VF",
		"PID", "SESSIONS", "DEATHS", "CLEANUP", "MBUFS FREE", "MISSING", "VECTORS FREE",
		"MISSING");
	json_array_foreach (json_object_get(info, "vf"), i, vf) {
		char name[16], pid[16] = "-", cleanup[32];

		if (json_is_integer(json_object_get(vf, "pid")))
			snprintf(pid, sizeof(pid), "%.0f", ctl_reply_number(vf, "pid"));
		snprintf(cleanup, sizeof(cleanup), "%.1f ms",
			 ctl_reply_number(vf, "cleanup_us") / 1000);
		fprintf(out, "  %-4.0f %-9s %-6s %7s %8.0f %6.0f %9s", ctl_reply_number(vf, "slot"),
			ctl_reply_text(vf, "state"), holder(vf, "process", name, sizeof(name)), pid,
			ctl_reply_number(vf, "sessions"), ctl_reply_number(vf, "deaths"), cleanup);
		print_pool(out, json_object_get(vf, "mbufs"));
		print_pool(out, json_object_get(vf, "vectors"));
		fputc('\n', out);
	}
}

void
ctl_table_primary(FILE *out, const json_t *info, const json_t *before)
{
	double seconds = ctl_table_seconds(info, before);

	print_head(out, info, before);
	print_nics(out, info, before, seconds);
	print_vhosts(out, info);
	print_vfs(out, info);
}
