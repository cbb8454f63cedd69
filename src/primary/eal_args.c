/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See eal_args.h.
 */
#include "primary/eal_args.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/options.h"

__attribute__((format(printf, 1, 2))) static char *
eal_text(const char *fmt, ...)
{
	char *out = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&out, fmt, ap) < 0)
		out = NULL;
	va_end(ap);
	return out;
}

/* With these no spp_vf can use our memory, or there is none that could. */
static const struct {
	const char *name, *shortest, *why;
} refused[] = {
	{"--in-memory", "--in", "spp_vf find the memory by files, which this option makes none of"},
	{"--no-shconf", "--no-s",
	 "spp_vf find the memory by files, which this option makes none of"},
	{"--huge-unlink", "--huge-u",
	 "spp_vf map the hugepage files, which this option takes away"},
	{"--no-huge", "--no-hu", "spp_vf share hugepages with spp_primary, and no other memory"},
	{"--legacy-mem", "--le",
	 "the memory then comes in pieces as the hugepages lie, and an event device needs 38 MB in "
	 "one"},
};

/* "--huge-unlink=never" and "=existing" leave the files that are in use. */
static bool
leaves_files(const char *value)
{
	return strcmp(value, "never") == 0 || strcmp(value, "existing") == 0;
}

/*
 * Devices that no spp_vf, which is a secondary, can use. Some would have the EAL wait for their
 * other end, so they are refused before it starts.
 *
 * The bonding driver gives a secondary no functions to receive and send by (bond_probe() of
 * rte_eth_bond_pmd.c): the first packet of a spp_vf would end it. virtio_user's writes to
 * descriptors by the numbers that they have in the primary (virtio_user_notify_queue() of
 * virtio_user_ethdev.c). It has two names.
 */
#define NO_KICK                                                                                    \
	"its driver wakes the other end by file descriptors that only spp_primary has: use "       \
	"net_memif or net_tap"
static const struct {
	const char *device, *why;
} useless[] = {
	{"net_bonding",
	 "a bonding device has no functions in a spp_vf, which is a secondary: give the NICs "
	 "themselves, and two of them to one spp_vf by --uplink nic0,nic1"},
	{"net_virtio_user", NO_KICK},
	{"virtio_user", NO_KICK},
};

static int
check_vdev(const char *device, struct spp_error *err)
{
	size_t i;

	for (i = 0; i < sizeof(useless) / sizeof(useless[0]); i++) {
		if (strncmp(device, useless[i].device, strlen(useless[i].device)) == 0)
			return spp_error(err, EINVAL, "--vdev %.*s: %s", (int)strcspn(device, ","),
					 device, useless[i].why);
	}
	return 0;
}

static int
check_vdevs(int argc, char **argv, struct spp_error *err)
{
	int end = spp_options_split(argc, argv), i, ret = 0;
	const char *device;

	for (i = 1; i < end && ret == 0; i++) {
		if (strncmp(argv[i], "--vd", strlen("--vd")) != 0)
			continue;
		device = strchr(argv[i], '=');
		device = device != NULL ? device + 1 : i + 1 < end ? argv[i + 1] : "";
		ret = check_vdev(device, err);
	}
	return ret;
}

int
spp_primary_eal_check(int argc, char **argv, struct spp_error *err)
{
	const char *value;
	size_t i;

	for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		value = spp_options_eal(argc, argv, refused[i].name, refused[i].shortest);
		if (value != NULL && !leaves_files(value))
			return spp_error(err, EINVAL, "%s: %s: leave it out", refused[i].name,
					 refused[i].why);
	}
	return check_vdevs(argc, argv, err);
}

/*
 * All memory at start: growing later asks every process to map it, and waits seconds for one that
 * is stopped.
 */
static char *
memory_arg(int argc, char **argv, unsigned int need_mb)
{
	const char *socket_mem = spp_options_eal(argc, argv, "--socket-mem", "--socket-m");

	if (socket_mem == NULL && spp_options_eal(argc, argv, "-m", "-m") == NULL)
		return eal_text("-m%u", need_mb);
	if (socket_mem != NULL &&
	    spp_options_eal(argc, argv, "--socket-limit", "--socket-l") == NULL)
		return eal_text("--socket-limit=%s", socket_mem);
	return NULL;
}

char **
spp_primary_eal_args(int argc, char **argv, unsigned int nb_devs, unsigned int need_mb,
		     int *out_argc)
{
	int end = spp_options_split(argc, argv), n = 0, i;
	char *memory, **args;

	if (end > 1 && strcmp(argv[end - 1], "--") == 0)
		end--;
	args = calloc((size_t)end + nb_devs + 3, sizeof(args[0]));
	if (args == NULL)
		return NULL;
	for (i = 0; i < end; i++)
		args[n++] = argv[i];
	for (i = 0; i < (int)nb_devs; i++)
		args[n++] = eal_text("--vdev=event_sw%d", i);
	memory = memory_arg(end, argv, need_mb);
	if (memory != NULL)
		args[n++] = memory;
	*out_argc = n;
	return args;
}
