/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * How much memory spp_primary needs for its VF slots: to say it in one sentence, before the EAL
 * ends the process for want of it, and where anything fails for that reason later.
 */
#ifndef SPP_NEED_H
#define SPP_NEED_H

#include <stdint.h>

#include "spp/error.h"

#include "primary/options.h"

/** For what. */
struct spp_need {
	unsigned int nb_slots;
	unsigned int nb_mbufs; /**< of each slot's pool, see slot_nics.h */
	unsigned int nb_shared_rings;
};

/** Why one more than the NICs is in the default: a spp_mirror or spp_pcap takes a slot, too. */
#define SPP_SLOTS_BESIDE 1

/**
 * How many slots: --max-vf, or one per NIC, and SPP_SLOTS_BESIDE where memory has room for it
 * (without a size it is made so large), so that what started before still does.
 */
unsigned int spp_need_slots(int argc, char **argv, const struct spp_primary_options *options);

/** For options with their slots. */
struct spp_need spp_need_of(const struct spp_primary_options *options);

/** What --socket-mem should be for so much, all on one memory node: all slots in use, and 50
 * restarts. Megabytes, whole hugepages of 2 MB. */
unsigned int spp_need_mb(const struct spp_need *need);

/**
 * Look at the EAL's options before it starts: with less than this it ends in a panic, as event_sw
 * allocates its devices there. Memory that may grow is not looked at.
 *
 * @return 0, or -ENOMEM: too little
 */
int spp_need_check(int argc, char **argv, const struct spp_need *need, struct spp_error *err);

/** "the memory is too little ...": with the size needed, which is more than what was not enough
 * (bytes). @return -ENOMEM */
int spp_need_fail(const struct spp_need *need, uint64_t not_enough, struct spp_error *err);

#endif
