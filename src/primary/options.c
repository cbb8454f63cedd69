/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Parses what stands after `--`. See options.h.
 */
#include "primary/options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/options.h"

#define MTU_MIN         68 /* RFC 791 */
#define MTU_MAX         9600
#define NICS_WAIT_S     60
#define NICS_WAIT_MAX_S 3600

static const char primary_usage[] =
	"usage: spp_primary [EAL options] -- -p PORTMASK -n RINGS [-s IP:PORT|PATH]\n"
	"  -p PORTMASK   NICs to use, hexadecimal (0x3: DPDK ports 0 and 1)\n"
	"  --nics LIST   in place of -p: PCI addresses (0000:03:00.0,0000:03:00.1), the lowest first:\n"
	"                nic0, nic1, ...; those of spp_vf have to be the same (SPP_NICS)\n"
	"  --nics-wait SECONDS  how long to wait for those to be there and bound (60)\n"
	"  -n RINGS      rings, 0 to 512; two for each vhost\n"
	"  -s IP:PORT|PATH  the controller (SPP-AGENT) to connect to: TCP, or a UNIX socket, which\n"
	"                only root and the user of this process may offer\n"
	"  --controller-user NAME  by TCP, too, hear only root and this user (on 127.0.0.1, [::1])\n"
	"  --mtu BYTES   largest IP packet, 68 to 9600 (1500)\n"
	"  --max-vf N    spp_vf, spp_mirror and spp_pcap processes that may run at once, 1 to 16 (one\n"
	"                per NIC, and one more where --socket-mem has room for it)\n"
	"  --shared-rings N  rings that may have their ends in two spp_vf at once, 0 to 64 (16); each\n"
	"                takes 2 MiB of the memory\n"
	"  --nic-descriptors N  packets that wait in a NIC, 64 to 32768 (4096, less if memory is)\n"
	"  --version, --help  the version, or this text\n";

static int
primary_option(int opt, struct spp_primary_options *out, struct spp_error *err)
{
	unsigned long value = 0;
	int ret = 0;

	switch (opt) {
	case 'p':
		ret = spp_options_number("-p", optarg, 16, 1, UINT32_MAX, &value, err);
		out->nic_mask = (uint32_t)value;
		break;
	case 'n':
		ret = spp_options_number("-n", optarg, 10, 0, SPP_RING_MAX, &value, err);
		out->nb_rings = (unsigned int)value;
		break;
	case 'm':
		ret = spp_options_number("--mtu", optarg, 10, MTU_MIN, MTU_MAX, &value, err);
		out->mtu = (uint32_t)value;
		break;
	case 'v':
		ret = spp_options_number("--max-vf", optarg, 10, 1, SPP_VF_MAX, &value, err);
		out->max_vf = (unsigned int)value;
		break;
	case 'R':
		ret = spp_options_number("--shared-rings", optarg, 10, 0, SPP_SHARED_RING_MAX,
					 &value, err);
		out->nb_shared_rings = (unsigned int)value;
		break;
	case 'd':
		ret = spp_options_number("--nic-descriptors", optarg, 10, SPP_NIC_DESCRIPTORS_MIN,
					 SPP_NIC_DESCRIPTORS_MAX, &value, err);
		out->nb_descriptors = (unsigned int)value;
		break;
	case 'N':
		ret = spp_nics_parse(optarg, &out->nics, err);
		break;
	case 'W':
		ret = spp_options_number("--nics-wait", optarg, 10, 0, NICS_WAIT_MAX_S, &value,
					 err);
		out->nics_wait_s = (unsigned int)value;
		break;
	case 'U':
		out->sockets.controller_name = optarg;
		break;
	default:
		out->sockets.controller = optarg;
		break;
	}
	return ret;
}

int
spp_primary_options_parse(int argc, char **argv, struct spp_primary_options *out,
			  struct spp_error *err)
{
	static const struct option longs[] = {
		{"mtu", required_argument, NULL, 'm'},
		{"max-vf", required_argument, NULL, 'v'},
		{"shared-rings", required_argument, NULL, 'R'},
		{"nic-descriptors", required_argument, NULL, 'd'},
		{"controller-user", required_argument, NULL, 'U'},
		{"nics", required_argument, NULL, 'N'},
		{"nics-wait", required_argument, NULL, 'W'},
		{"help", no_argument, NULL, 'h'},
		{"version", no_argument, NULL, 'V'},
		{NULL, 0, NULL, 0},
	};
	bool has_rings = false;
	int opt, ret;

	memset(out, 0, sizeof(*out));
	out->mtu = 1500;
	out->nb_shared_rings = SPP_SHARED_RINGS;
	out->nics_wait_s = NICS_WAIT_S;
	ret = spp_nics_parse(getenv(SPP_NICS_ENV), &out->nics, err);
	if (ret < 0)
		return ret;
	optind = 0; /* glibc: forget where an earlier call stopped */
	opterr = 0;
	while ((opt = getopt_long(argc, argv, "+:p:n:s:", longs, NULL)) != -1) {
		if (opt == '?' || opt == ':')
			return spp_options_unknown(argv, err);
		if (spp_options_common(opt, primary_usage, "spp_primary"))
			return 1;
		has_rings |= opt == 'n';
		ret = primary_option(opt, out, err);
		if (ret < 0)
			return ret;
	}
	ret = spp_options_left_over(argc, argv, err);
	if (ret < 0)
		return ret;
	if (out->nic_mask == 0)
		out->nic_mask = (1u << out->nics.nb) - 1;
	if (out->nic_mask == 0 || !has_rings)
		return spp_error(err, EINVAL, "%s is missing (--help explains it)",
				 out->nic_mask == 0 ? "-p PORTMASK (or --nics)" : "-n RINGS");
	return spp_options_sockets(&out->sockets, 0, err);
}
