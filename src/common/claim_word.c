/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What is said to whoever asks for a port that another one has. See claim_word.h.
 */
#include "common/claim_word.h"

#include "spp/port_text.h"

int
spp_claim_word_refuse(const struct spp_share *share, struct spp_port port, const char *end,
		      uint32_t claim, struct spp_error *err)
{
	/* how it goes on behind "... is held by spp_vf N" */
	static const char *const whys[] = {
		[SPP_HOLD_WIRING] = " until its wiring lets go of it or it ends",
		[SPP_HOLD_FILE] = ", whose configuration file names it, until that ends",
		[SPP_HOLD_GUEST] = ", whose wiring has let go of it, until the guest that is "
				   "connected to it goes or that spp_vf ends",
		[SPP_HOLD_WORKER] =
			", whose wiring has let go of it, until a worker lcore that does "
			"not answer does so, too, or that spp_vf ends",
		[SPP_HOLD_UPLINK] = ", which has it for an uplink, until that ends",
		[SPP_HOLD_PCAP] = ", which records it, until that ends",
	};
	enum spp_hold why = spp_claim_word_why(claim);
	char name[SPP_PORT_TEXT_SIZE];

	port.queue = 0; /* of a ring it is the end */
	/* a configuration file names the ring, not an end of it */
	return spp_error(err, EBUSY, "%s is held by %s %u%s%s", spp_port_format(port, name),
			 why == SPP_HOLD_PCAP ? "spp_pcap" : "spp_vf",
			 spp_claim_word_process(share, claim), why == SPP_HOLD_FILE ? "" : end,
			 why < RTE_DIM(whys) ? whys[why] : "");
}
