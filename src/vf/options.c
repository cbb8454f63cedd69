/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Parses what stands after `--`. See options.h.
 */
#include "vf/options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "spp/guest.h"

#include "common/options.h"
#include "vf/kind.h"

#define IDLE_MAX 1000000

static const char vf_usage[] =
	"usage: spp_vf [EAL options] --proc-type=secondary -- --process-id N [-s IP:PORT|PATH]\n"
	"  --process-id N, --client-id N  number of this spp_vf, 1 to 255\n"
	"  --nics LIST           PCI addresses, as those of spp_primary (SPP_NICS)\n"
	"  --config FILE         configuration (JSON); without it ports are made on first use\n"
	"  -s IP:PORT|PATH       the controller (SPP-AGENT) to connect to: TCP, or a UNIX socket,\n"
	"                        which only root and the user of this process may offer\n"
	"  --controller-user NAME  by TCP, too, hear only root and this user (on 127.0.0.1, [::1])\n"
	"  --vhost-client        connect to the sockets of the VMs instead of offering them\n"
	"  --dispatch auto|event  the short way where the event device has nothing to decide, or\n"
	"                        everything through the event device (auto)\n"
	"  --state-dir DIR       save the wiring there, and start with it (SPP_STATE_DIR)\n"
	"  --idle-us N|auto      how often an idle NIC is looked at; 0: always poll; auto: in time\n"
	"                        for its descriptors at the speed of its link (1000)\n"
	"  --guest-filter reserved|none  drop what guests send to 01-80-C2-00-00-00 to -0F:\n"
	"                        spanning tree, LACP and the like (none)\n"
	"  --guest [vhostN=]untrusted|trusted  whether checksums and large TCP frames (TSO) are\n"
	"                        offered to the guests, or to one: what they may cost others then\n"
	"                        is in docs/security.md (untrusted). May be given several times\n"
	"  --uplink [uplinkN=]nicA,nicB[,primary=nicA|nicB][,revert]  two NICs as one port: one\n"
	"                        sends, both receive, and the other one takes over when the link\n"
	"                        is lost; revert: back to the primary. May be given several times\n"
	"  --version, --help     the version, or this text\n";

static const char mirror_usage[] =
	"usage: spp_mirror [EAL options] --proc-type=secondary -- --client-id N [-s IP:PORT|PATH]\n"
	"  --client-id N, --process-id N  number of this spp_mirror, 1 to 255; no spp_vf has it\n"
	"  -s IP:PORT|PATH       the controller to connect to\n"
	"  --vhost-client        connect to the sockets of the VMs instead of offering them\n"
	"And all other options of spp_vf, with the same meaning (spp_vf -- --help).\n"
	"  --version, --help     the version, or this text\n";

static int
vf_guest_filter(const char *text, struct spp_vf_options *out, struct spp_error *err)
{
	out->guest_filter = strcmp(text, "reserved") == 0 ? SPP_FILTER_RESERVED : SPP_FILTER_NONE;
	out->has_guest_filter = true;
	if (out->guest_filter == SPP_FILTER_NONE && strcmp(text, "none") != 0)
		return spp_error(err, EINVAL, "--guest-filter %s: must be reserved or none", text);
	return 0;
}

static int
vf_option(int opt, struct spp_vf_options *out, struct spp_error *err)
{
	unsigned long value = 0;
	int ret = 0;

	switch (opt) {
	case 'i':
		ret = spp_options_number("--process-id", optarg, 10, 1, SPP_PROCESS_ID_MAX, &value,
					 err);
		out->process_id = (unsigned int)value;
		break;
	case 'c':
		out->has_file = true;
		ret = spp_vf_file_load(optarg, &out->file, err);
		break;
	case 'C':
		out->vhost_client = true;
		break;
	case 'S':
		out->state_dir = optarg;
		if (optarg[0] == '\0')
			ret = spp_error(err, EINVAL, "--state-dir: must be a directory");
		break;
	case 'd':
		out->direct = strcmp(optarg, "auto") == 0;
		if (!out->direct && strcmp(optarg, "event") != 0)
			ret = spp_error(err, EINVAL, "--dispatch %s: must be auto or event",
					optarg);
		break;
	case 'f':
		ret = vf_guest_filter(optarg, out, err);
		break;
	case 'u':
		out->idle_us = SPP_IDLE_AUTO;
		if (strcmp(optarg, "auto") == 0)
			break;
		ret = spp_options_number("--idle-us", optarg, 10, 0, IDLE_MAX, &value, err);
		if (ret < 0)
			return spp_error(err, EINVAL,
					 "--idle-us %s: must be a number from 0 to %d, or auto",
					 optarg, IDLE_MAX);
		out->idle_us = (uint32_t)value;
		break;
	case 'g':
		out->has_guest = true;
		ret = spp_guest_parse("--guest", optarg, &out->trusted, err);
		break;
	case 'K':
		out->has_uplink = true;
		ret = spp_uplink_parse(optarg, out->uplink, err);
		break;
	case 'N':
		ret = spp_nics_parse(optarg, &out->nics, err);
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
spp_vf_options_parse(int argc, char **argv, struct spp_vf_options *out, struct spp_error *err)
{
	static const struct option longs[] = {
		{"process-id", required_argument, NULL, 'i'},
		{"client-id", required_argument, NULL, 'i'},
		{"config", required_argument, NULL, 'c'},
		{"vhost-client", no_argument, NULL, 'C'},
		{"state-dir", required_argument, NULL, 'S'},
		{"dispatch", required_argument, NULL, 'd'},
		{"guest-filter", required_argument, NULL, 'f'},
		{"guest", required_argument, NULL, 'g'},
		{"idle-us", required_argument, NULL, 'u'},
		{"controller-user", required_argument, NULL, 'U'},
		{"nics", required_argument, NULL, 'N'},
		{"uplink", required_argument, NULL, 'K'},
		{"help", no_argument, NULL, 'h'},
		{"version", no_argument, NULL, 'V'},
		{NULL, 0, NULL, 0},
	};
	int opt, ret;

	memset(out, 0, sizeof(*out));
	out->idle_us = SPP_IDLE_US;
	out->direct = true;
	out->state_dir = getenv("SPP_STATE_DIR");
	if (out->state_dir != NULL && out->state_dir[0] == '\0')
		out->state_dir = NULL;
	ret = spp_nics_parse(getenv(SPP_NICS_ENV), &out->nics, err);
	if (ret < 0)
		return ret;
	out->file.nic = -1;
	snprintf(out->file.vhost_path, sizeof(out->file.vhost_path), "/tmp/sock%%u");
	optind = 0; /* glibc: forget where an earlier call stopped */
	opterr = 0;
	while ((opt = getopt_long(argc, argv, "+:s:", longs, NULL)) != -1) {
		if (opt == '?' || opt == ':')
			return spp_options_unknown(argv, err);
		if (spp_options_common(opt, spp_vf_kind.mirror ? mirror_usage : vf_usage,
				       spp_vf_kind.program))
			return 1;
		ret = vf_option(opt, out, err);
		if (ret < 0)
			return ret;
	}
	ret = spp_options_left_over(argc, argv, err);
	if (ret < 0)
		return ret;
	if (out->process_id == 0)
		return spp_error(err, EINVAL, "--process-id N is missing (--help explains it)");
	if (!out->has_guest_filter)
		out->guest_filter = out->file.guest_filter;
	if (!out->has_guest)
		out->trusted = out->file.trusted;
	if (!out->has_uplink)
		memcpy(out->uplink, out->file.uplink, sizeof(out->uplink));
	if (strcmp(out->file.vhost_mode, "client") == 0)
		out->vhost_client = true;
	return spp_options_sockets(&out->sockets, out->process_id, err);
}
