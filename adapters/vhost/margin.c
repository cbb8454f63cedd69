/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See vhost/margin.h.
 *
 * A place is made by mapping room and margin in one piece and giving the room back. The kernel may
 * still prefer another gap, which is too small for both: the trial shows it, and that gap is then
 * kept occupied until librte_vhost has mapped.
 */
#include "vhost/margin.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>

/* A file system may place files of huge pages by their size. */
#define ALIGN_MAX (2u << 20)
#define TRIES     64

static uintptr_t
end_of(const struct spp_vhost_span *span)
{
	return span->start + span->length;
}

static void
unmap(struct spp_vhost_span *span)
{
	if (span->length != 0)
		munmap((void *)span->start, span->length);
	span->length = 0;
}

static void
unmap_all(struct spp_vhost_span *spans, unsigned int nb)
{
	unsigned int i;

	for (i = 0; i < nb; i++)
		unmap(&spans[i]);
}

/* Note a new mapping in a list; when that is full, it is gone. */
static struct spp_vhost_span *
note(struct spp_vhost_span *spans, unsigned int nb, void *address, size_t length)
{
	unsigned int i;

	if (address == MAP_FAILED)
		return NULL;
	for (i = 0; i < nb; i++) {
		if (spans[i].length != 0)
			continue;
		spans[i] = (struct spp_vhost_span){(uintptr_t)address, length};
		return &spans[i];
	}
	munmap(address, length);
	errno = ENOSPC;
	return NULL;
}

static void *
map_nothing(uintptr_t address, size_t length, int protection, int flags)
{
	return mmap((void *)address, length, protection,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | flags, -1, 0);
}

/* An access beyond the end of a mapping lands here; nobody reads it. */
static void *
map_margin(uintptr_t address, size_t length, int flags)
{
	return map_nothing(address, length, PROT_READ | PROT_WRITE, flags);
}

static void *
map_file(int fd, size_t length)
{
	return mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
}

/* Room of that length, empty, with a margin behind it; length 0: none. */
static struct spp_vhost_span
make_room(struct spp_vhost_margins *margins, size_t length)
{
	struct spp_vhost_span room = {0, 0};
	char *area = map_nothing(0, length + SPP_VHOST_MARGIN, PROT_NONE, 0);

	if (area == MAP_FAILED)
		return room;
	if (note(margins->kept, SPP_VHOST_MARGINS_MAX, area + length, SPP_VHOST_MARGIN) != NULL &&
	    map_margin((uintptr_t)area + length, SPP_VHOST_MARGIN, MAP_FIXED) != MAP_FAILED)
		room = (struct spp_vhost_span){(uintptr_t)area, length};
	munmap(area, length);
	return room;
}

/* Occupy free room below an address, until less than `least` is left. */
static void
fill_down(struct spp_vhost_margins *margins, uintptr_t address, size_t least)
{
	size_t step = least;

	while (step >= least) {
		if (note(margins->passing, SPP_VHOST_PASSING_MAX,
			 map_nothing(address - step, step, PROT_NONE, MAP_FIXED_NOREPLACE),
			 step) != NULL) {
			address -= step;
			step *= 2;
		} else {
			step /= 2;
		}
	}
}

/* 0 when the kernel puts the file into the room, -EAGAIN when into another gap, which is filled
 * now. */
static int
try_room(struct spp_vhost_margins *margins, int fd, size_t length,
	 const struct spp_vhost_span *room)
{
	void *address = map_file(fd, length);
	uintptr_t start = (uintptr_t)address;
	bool inside =
		address != MAP_FAILED && start >= room->start && start + length <= end_of(room);

	if (note(inside ? margins->trials : margins->passing,
		 inside ? SPP_VHOST_TRIALS_MAX : SPP_VHOST_PASSING_MAX, address, length) == NULL)
		return -errno;
	if (inside)
		return 0;
	fill_down(margins, start, length);
	return -EAGAIN;
}

int
spp_vhost_margins_prepare(struct spp_vhost_margins *margins, int fd, size_t length, size_t block,
			  struct spp_error *err)
{
	struct spp_vhost_span room =
		make_room(margins, length + (block > ALIGN_MAX ? block : ALIGN_MAX));
	unsigned int tries = 0;
	int ret = room.length != 0 ? -EAGAIN : -errno;

	while (ret == -EAGAIN && tries++ < TRIES)
		ret = try_room(margins, fd, length, &room);
	if (ret == 0 &&
	    note(margins->passing, SPP_VHOST_PASSING_MAX, map_file(fd, block), block) == NULL)
		ret = -errno;
	if (ret < 0)
		return spp_error(err, EPROTO, "memory that cannot be mapped: %s", strerror(-ret));
	return 0;
}

void
spp_vhost_margins_open(struct spp_vhost_margins *margins)
{
	unmap_all(margins->trials, SPP_VHOST_TRIALS_MAX);
}

static const struct spp_vhost_span *
find(const struct spp_vhost_span *spans, unsigned int nb, uintptr_t address)
{
	unsigned int i;

	for (i = 0; i < nb; i++)
		if (spans[i].length != 0 && address >= spans[i].start &&
		    address < end_of(&spans[i]))
			return &spans[i];
	return NULL;
}

/* Where the first of them behind the address starts, if before `most`. */
static uintptr_t
next_start(const struct spp_vhost_span *spans, unsigned int nb, uintptr_t address, uintptr_t most)
{
	unsigned int i;

	for (i = 0; i < nb; i++)
		if (spans[i].length != 0 && spans[i].start > address && spans[i].start < most)
			most = spans[i].start;
	return most;
}

static int
guard_end(struct spp_vhost_margins *margins, bool *needed, const struct spp_vhost_span *regions,
	  unsigned int nb, uintptr_t end)
{
	const struct spp_vhost_span *span;
	uintptr_t at = end, most = end + SPP_VHOST_MARGIN, next;

	while (at < most) {
		span = find(regions, nb, at);
		if (span == NULL)
			span = find(margins->kept, SPP_VHOST_MARGINS_MAX, at);
		if (span == NULL) {
			next = next_start(regions, nb, at, most);
			next = next_start(margins->kept, SPP_VHOST_MARGINS_MAX, at, next);
			span = note(margins->kept, SPP_VHOST_MARGINS_MAX,
				    map_margin(at, next - at, MAP_FIXED_NOREPLACE), next - at);
		}
		if (span == NULL)
			return -EAGAIN;
		if (span >= margins->kept && span < margins->kept + SPP_VHOST_MARGINS_MAX)
			needed[span - margins->kept] = true;
		at = end_of(span);
	}
	return 0;
}

int
spp_vhost_margins_close(struct spp_vhost_margins *margins, const struct spp_vhost_span *regions,
			unsigned int nb)
{
	bool needed[SPP_VHOST_MARGINS_MAX] = {false};
	unsigned int i;
	int ret = 0;

	spp_vhost_margins_cancel(margins);
	for (i = 0; i < nb; i++)
		if (guard_end(margins, needed, regions, nb, end_of(&regions[i])) < 0)
			ret = -EAGAIN;
	for (i = 0; i < SPP_VHOST_MARGINS_MAX; i++)
		if (!needed[i])
			unmap(&margins->kept[i]);
	return ret;
}

void
spp_vhost_margins_cancel(struct spp_vhost_margins *margins)
{
	unmap_all(margins->trials, SPP_VHOST_TRIALS_MAX);
	unmap_all(margins->passing, SPP_VHOST_PASSING_MAX);
}

void
spp_vhost_margins_forget(struct spp_vhost_margins *margins)
{
	spp_vhost_margins_cancel(margins);
	unmap_all(margins->kept, SPP_VHOST_MARGINS_MAX);
}
