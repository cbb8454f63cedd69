/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Room behind a guest's memory. librte_vhost 22.11, and 24.11 before 24.11.8, writes a packet past
 * the end of its buffer when a guest spreads the virtio header over more than two descriptors
 * (mbuf_to_desc() then takes the second one for endless). Inside the guest's memory that is the
 * guest's own affair; behind it lies whatever the kernel mapped there. So each mapping of
 * librte_vhost's gets a margin of bytes behind it that nobody else uses.
 *
 * Where librte_vhost maps cannot be told it, only prepared: the kernel takes the same place for the
 * same request. All functions on librte_vhost's thread, with the locks of the guest's rings held or
 * the guest gone; they know nothing of DPDK.
 */
#ifndef SPP_VHOST_MARGIN_H
#define SPP_VHOST_MARGIN_H

#include <stddef.h>
#include <stdint.h>

#include "spp/error.h"

/** Longer than any packet; in bytes. */
#define SPP_VHOST_MARGIN (1u << 20)

/** Part of our address space; length 0: nothing. */
struct spp_vhost_span {
	uintptr_t start;
	size_t length;
};

#define SPP_VHOST_MARGINS_MAX 32
#define SPP_VHOST_TRIALS_MAX  8 /* a table has no more regions */
#define SPP_VHOST_PASSING_MAX 256

/** Zero at first. */
struct spp_vhost_margins {
	/* Margins behind memory, or behind memory that librte_vhost is about to map. */
	struct spp_vhost_span kept[SPP_VHOST_MARGINS_MAX];
	/* Until the memory is mapped: trials where it shall come, places where it shall not, and
	 * one block of each file, which keeps it from being sealed (F_SEAL_WRITE) meanwhile. */
	struct spp_vhost_span trials[SPP_VHOST_TRIALS_MAX], passing[SPP_VHOST_PASSING_MAX];
};

/**
 * Find a place with a margin for a mapping, and map the file there to try whether that works.
 *
 * @param fd     the file, of which the mapping starts at byte 0.
 * @param length of the mapping, in bytes: a multiple of block.
 * @param block  the file's block size (a huge page's for hugetlbfs).
 */
int spp_vhost_margins_prepare(struct spp_vhost_margins *margins, int fd, size_t length,
			      size_t block, struct spp_error *err);
/** All are prepared: make way for librte_vhost, which maps them next, in the same order. */
void spp_vhost_margins_open(struct spp_vhost_margins *margins);
/**
 * librte_vhost has mapped, or kept what it had: give back what is not needed.
 *
 * @param regions all of the guest's mappings; nb of them.
 * @return 0; -EAGAIN when one of them has something of others behind it: the guest must go.
 */
int spp_vhost_margins_close(struct spp_vhost_margins *margins, const struct spp_vhost_span *regions,
			    unsigned int nb);
/** No memory will be mapped after all; margins of what is mapped stay. */
void spp_vhost_margins_cancel(struct spp_vhost_margins *margins);
/** The guest is gone and no worker writes to its memory any more. */
void spp_vhost_margins_forget(struct spp_vhost_margins *margins);

#endif
