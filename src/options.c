/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Parses what stands after `--` on the command lines, before the EAL starts: a wrong option is
 * answered at once, and nothing was made yet.
 */
#include "options.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#define MTU_MIN  68 /* RFC 791 */
#define MTU_MAX  9600
#define IDLE_MAX 1000000

static const char primary_usage[] =
	"usage: spp_primary [EAL options] -- -p PORTMASK -n RINGS [-s IP:PORT]\n"
	"  -p PORTMASK   NICs to use, hexadecimal (0x3: DPDK ports 0 and 1)\n"
	"  -n RINGS      rings, 0 to 512; two for each vhost\n"
	"  -s IP:PORT    the controller (SPP-AGENT) to connect to\n"
	"  --mtu BYTES   largest IP packet, 68 to 9600 (1500)\n"
	"  --max-vf N    spp_vf processes that may come, 1 to 16 (one per NIC)\n"
	"  --version, --help\n";

static const char vf_usage[] =
	"usage: spp_vf [EAL options] --proc-type=secondary -- --process-id N [-s IP:PORT]\n"
	"  --process-id N, --client-id N  number of this spp_vf, 1 to 255\n"
	"  --config FILE         configuration (JSON); without it ports are made on first use\n"
	"  -s IP:PORT            the controller (SPP-AGENT) to connect to\n"
	"  --vhost-client        connect to the sockets of the VMs instead of offering them\n"
	"  --dispatch auto|event the short way where the event device has nothing to decide, or\n"
	"                        everything through the event device (auto)\n"
	"  --state-dir DIR       save the wiring there, and start with it (SPP_STATE_DIR)\n"
	"  --idle-us N           how often an idle NIC is looked at; 0: always poll (1000)\n"
	"  --version, --help\n";

int
spp_options_split(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--") == 0)
			return i + 1;
	}
	return argc;
}

static int
options_number(const char *option, const char *text, int base, unsigned long min, unsigned long max,
	       unsigned long *out, struct spp_error *err)
{
	char *end;
	unsigned long value;

	errno = 0;
	value = strtoul(text, &end, base);
	if (text[0] == '\0' || text[0] == '-' || *end != '\0' || errno != 0 || value < min ||
	    value > max)
		return spp_error(err, EINVAL,
				 base == 16 ? "%s %s: must be hexadecimal, 0x%lx to 0x%lx"
					    : "%s %s: must be a number from %lu to %lu",
				 option, text, min, max);
	*out = value;
	return 0;
}

/* What both programs understand; 1: handled and the program ends, 0: not one of these. */
static int
options_common(int opt, const char *usage, const char *program)
{
	if (opt == 'h')
		fputs(usage, stdout);
	else if (opt == 'V')
		printf("%s %s\n", program, SPP_VERSION);
	else
		return 0;
	return 1;
}

static int
options_unknown(char **argv, struct spp_error *err)
{
	const char *arg = argv[optind - 1];

	return spp_error(err, EINVAL, "option %s is unknown or lacks its value (--help lists them)",
			 arg);
}

static int
options_left_over(int argc, char **argv, struct spp_error *err)
{
	if (optind >= argc)
		return 0;
	return spp_error(err, EINVAL, "%s: not an option (--help lists them)", argv[optind]);
}

static int
primary_option(int opt, struct spp_primary_options *out, struct spp_error *err)
{
	unsigned long value = 0;
	int ret = 0;

	switch (opt) {
	case 'p':
		ret = options_number("-p", optarg, 16, 1, UINT32_MAX, &value, err);
		out->nic_mask = (uint32_t)value;
		break;
	case 'n':
		ret = options_number("-n", optarg, 10, 0, SPP_RING_MAX, &value, err);
		out->nb_rings = (unsigned int)value;
		break;
	case 'm':
		ret = options_number("--mtu", optarg, 10, MTU_MIN, MTU_MAX, &value, err);
		out->mtu = (uint32_t)value;
		break;
	case 'v':
		ret = options_number("--max-vf", optarg, 10, 1, SPP_VF_MAX, &value, err);
		out->max_vf = (unsigned int)value;
		break;
	default:
		out->controller = optarg;
		ret = spp_control_check_address(optarg, err);
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
		{"help", no_argument, NULL, 'h'},
		{"version", no_argument, NULL, 'V'},
		{NULL, 0, NULL, 0},
	};
	bool has_rings = false;
	int opt, ret;

	memset(out, 0, sizeof(*out));
	out->mtu = 1500;
	optind = 0; /* glibc: forget where an earlier call stopped */
	opterr = 0;
	while ((opt = getopt_long(argc, argv, "+:p:n:s:", longs, NULL)) != -1) {
		if (opt == '?' || opt == ':')
			return options_unknown(argv, err);
		if (options_common(opt, primary_usage, "spp_primary"))
			return 1;
		has_rings |= opt == 'n';
		ret = primary_option(opt, out, err);
		if (ret < 0)
			return ret;
	}
	ret = options_left_over(argc, argv, err);
	if (ret < 0)
		return ret;
	if (out->nic_mask == 0 || !has_rings)
		return spp_error(err, EINVAL, "%s is missing (--help explains it)",
				 out->nic_mask == 0 ? "-p PORTMASK" : "-n RINGS");
	if (out->max_vf == 0)
		out->max_vf = (unsigned int)__builtin_popcount(out->nic_mask);
	if (out->max_vf > SPP_VF_MAX)
		out->max_vf = SPP_VF_MAX;
	return 0;
}

static int
vf_option(int opt, struct spp_vf_options *out, struct spp_error *err)
{
	unsigned long value = 0;
	int ret = 0;

	switch (opt) {
	case 'i':
		ret = options_number("--process-id", optarg, 10, 1, SPP_PROCESS_ID_MAX, &value,
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
	case 'u':
		ret = options_number("--idle-us", optarg, 10, 0, IDLE_MAX, &value, err);
		out->idle_us = (uint32_t)value;
		break;
	default:
		out->controller = optarg;
		ret = spp_control_check_address(optarg, err);
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
		{"idle-us", required_argument, NULL, 'u'},
		{"help", no_argument, NULL, 'h'},
		{"version", no_argument, NULL, 'V'},
		{NULL, 0, NULL, 0},
	};
	int opt, ret;

	memset(out, 0, sizeof(*out));
	out->idle_us = 1000;
	out->direct = true;
	out->state_dir = getenv("SPP_STATE_DIR");
	if (out->state_dir != NULL && out->state_dir[0] == '\0')
		out->state_dir = NULL;
	out->file.nic = -1;
	snprintf(out->file.vhost_path, sizeof(out->file.vhost_path), "/tmp/sock%%u");
	optind = 0; /* glibc: forget where an earlier call stopped */
	opterr = 0;
	while ((opt = getopt_long(argc, argv, "+:s:", longs, NULL)) != -1) {
		if (opt == '?' || opt == ':')
			return options_unknown(argv, err);
		if (options_common(opt, vf_usage, "spp_vf"))
			return 1;
		ret = vf_option(opt, out, err);
		if (ret < 0)
			return ret;
	}
	ret = options_left_over(argc, argv, err);
	if (ret < 0)
		return ret;
	if (out->process_id == 0)
		return spp_error(err, EINVAL, "--process-id N is missing (--help explains it)");
	if (strcmp(out->file.vhost_mode, "client") == 0)
		out->vhost_client = true;
	return 0;
}
