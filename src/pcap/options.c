/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Parses what stands after `--`. See options.h. The names are those of SPP's spp_pcap.
 */
#include "pcap/options.h"

#include <errno.h>
#include <getopt.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pcap/file.h"

#define SIZE_DEFAULT 1073741824
#define SIZE_MAX_    (1ul << 50)

static const char pcap_usage[] =
	"usage: spp_pcap [EAL options] --proc-type=secondary -- --client-id N -c PORT\n"
	"                [-s IP:PORT|PATH]\n"
	"  --client-id N, --process-id N  number of this process, 1 to 255, none of a spp_vf's\n"
	"  -c PORT               what is recorded: phy:N, a NIC, or ring:N, what a spp_vf sends\n"
	"                        there; nobody else can receive from it\n"
	"  --out-dir DIR         where files are made (/tmp)\n"
	"  --fsize BYTES         a file that has so many, before they are compressed, is closed and\n"
	"                        the next one begun (1073741824)\n"
	"  --nics LIST           PCI addresses, as those of spp_primary (SPP_NICS)\n"
	"  -s IP:PORT|PATH       the controller to connect to: TCP, or a UNIX socket, which only\n"
	"                        root and the user of this process may offer\n"
	"  --controller-user NAME  by TCP, too, hear only root and this user (on 127.0.0.1, [::1])\n"
	"  --version, --help     the version, or this text\n";

static int
pcap_port(const char *text, struct spp_pcap_options *out, struct spp_error *err)
{
	static const struct {
		const char *word;
		enum spp_port_kind kind;
		unsigned long max;
	} kinds[] = {
		{"phy:", SPP_PORT_NIC, SPP_NIC_MAX - 1},
		{"ring:", SPP_PORT_RING, SPP_RING_MAX - 1},
		{"nic", SPP_PORT_NIC, SPP_NIC_MAX - 1},
		{"ring", SPP_PORT_RING, SPP_RING_MAX - 1},
	};
	unsigned long value;
	size_t i, length;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		length = strlen(kinds[i].word);
		if (strncmp(text, kinds[i].word, length) != 0 ||
		    spp_options_number("-c", text + length, 10, 0, kinds[i].max, &value, NULL) < 0)
			continue;
		out->has_port = true;
		out->port = (struct spp_port){.kind = kinds[i].kind, .index = (uint16_t)value};
		if (out->port.kind == SPP_PORT_RING)
			out->port.queue = SPP_RING_RX;
		return 0;
	}
	return spp_error(err, EINVAL,
			 "-c %.64s: must be phy:N (N from 0 to %d) or ring:N (0 to %d); to record "
			 "what a vhost has, put a mirror in front and record its ring",
			 text, SPP_NIC_MAX - 1, SPP_RING_MAX - 1);
}

static int
pcap_dir(const char *text, struct spp_pcap_options *out, struct spp_error *err)
{
	struct stat st;

	out->dir = text;
	if (text[0] == '\0' || strlen(text) > SPP_PCAP_DIR_MAX)
		return spp_error(err, EINVAL,
				 "--out-dir: must be a directory of at most %d "
				 "characters",
				 SPP_PCAP_DIR_MAX);
	if (stat(text, &st) < 0)
		return spp_error(err, EINVAL, "--out-dir %s: %s", text, strerror(errno));
	if (!S_ISDIR(st.st_mode))
		return spp_error(err, EINVAL, "--out-dir %s: is not a directory", text);
	if (access(text, W_OK | X_OK) < 0)
		return spp_error(err, EINVAL, "--out-dir %s: files cannot be made there: %s", text,
				 strerror(errno));
	return 0;
}

static int
pcap_option(int opt, struct spp_pcap_options *out, struct spp_error *err)
{
	unsigned long value = 0;
	int ret = 0;

	switch (opt) {
	case 'i':
		ret = spp_options_number("--client-id", optarg, 10, 1, SPP_PROCESS_ID_MAX, &value,
					 err);
		out->process_id = (unsigned int)value;
		break;
	case 'c':
		ret = pcap_port(optarg, out, err);
		break;
	case 'o':
		out->dir = optarg;
		break;
	case 'f':
		ret = spp_options_number("--fsize", optarg, 10, 1, SIZE_MAX_, &value, err);
		out->size = value;
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
spp_pcap_options_parse(int argc, char **argv, struct spp_pcap_options *out, struct spp_error *err)
{
	static const struct option longs[] = {
		{"client-id", required_argument, NULL, 'i'},
		{"process-id", required_argument, NULL, 'i'},
		{"out-dir", required_argument, NULL, 'o'},
		{"fsize", required_argument, NULL, 'f'},
		{"controller-user", required_argument, NULL, 'U'},
		{"nics", required_argument, NULL, 'N'},
		{"help", no_argument, NULL, 'h'},
		{"version", no_argument, NULL, 'V'},
		{NULL, 0, NULL, 0},
	};
	int opt, ret;

	memset(out, 0, sizeof(*out));
	out->dir = "/tmp";
	out->size = SIZE_DEFAULT;
	ret = spp_nics_parse(getenv(SPP_NICS_ENV), &out->nics, err);
	if (ret < 0)
		return ret;
	optind = 0; /* glibc: forget where an earlier call stopped */
	opterr = 0;
	while ((opt = getopt_long(argc, argv, "+:s:c:", longs, NULL)) != -1) {
		if (opt == '?' || opt == ':')
			return spp_options_unknown(argv, err);
		if (spp_options_common(opt, pcap_usage, "spp_pcap"))
			return 1;
		ret = pcap_option(opt, out, err);
		if (ret < 0)
			return ret;
	}
	if (optind + 1 < argc && out->has_port && strcmp(argv[optind], "nq") == 0) {
		if (out->port.kind != SPP_PORT_NIC || strcmp(argv[optind + 1], "0") != 0)
			return spp_error(err, EINVAL,
					 "-c phy:%u nq %.16s: a NIC has one queue "
					 "here: -c phy:N",
					 out->port.index, argv[optind + 1]);
		optind += 2;
	}
	ret = spp_options_left_over(argc, argv, err);
	if (ret < 0)
		return ret;
	if (out->process_id == 0)
		return spp_error(err, EINVAL, "--client-id N is missing (--help explains it)");
	if (!out->has_port)
		return spp_error(err, EINVAL, "-c PORT is missing (--help explains it)");
	ret = pcap_dir(out->dir, out, err);
	return ret < 0 ? ret : spp_options_sockets(&out->sockets, out->process_id, err);
}
