/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See tape.h.
 */
#include "packet/tape.h"

#include <stddef.h>
#include <sys/mman.h>

#define UNIT sizeof(struct spp_capture_record)
#define MASK (SPP_TAPE_SIZE - 1)

struct spp_tape *
spp_tape_create(void)
{
	/* populated: a worker is not to meet a page fault */
	void *tape = mmap(NULL, sizeof(struct spp_tape), PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	return tape != MAP_FAILED ? tape : NULL;
}

void
spp_tape_destroy(struct spp_tape *tape)
{
	if (tape != NULL)
		munmap(tape, sizeof(*tape));
}

static uint64_t
record_size(uint32_t captured)
{
	return (UNIT + captured + UNIT - 1) & ~(uint64_t)(UNIT - 1);
}

/* All sizes are multiples of a unit: where one begins there is room for a head. */
static struct spp_capture_record *
record_at(struct spp_tape *tape, uint64_t at)
{
	return (struct spp_capture_record *)(void *)&tape->data[at & MASK];
}

struct spp_capture_record *
spp_tape_reserve(struct spp_tape *tape, uint32_t captured)
{
	uint64_t size = record_size(captured), at = tape->next;
	uint64_t to_end = SPP_TAPE_SIZE - (at & MASK);
	uint64_t needed = size <= to_end ? size : to_end + size;
	struct spp_capture_record *record;

	if (at + needed - tape->seen > SPP_TAPE_SIZE) {
		tape->seen = __atomic_load_n(&tape->tail, __ATOMIC_ACQUIRE);
		if (at + needed - tape->seen > SPP_TAPE_SIZE)
			return NULL;
	}
	if (size > to_end) {
		record = record_at(tape, at);
		record->kind = SPP_CAPTURE_NOTHING;
		record->captured = (uint32_t)(to_end - UNIT);
		at += to_end;
	}
	record = record_at(tape, at);
	record->captured = captured;
	tape->next = at + size;
	return record;
}

void
spp_tape_publish(struct spp_tape *tape)
{
	__atomic_store_n(&tape->head, tape->next, __ATOMIC_RELEASE);
}

const struct spp_capture_record *
spp_tape_first(struct spp_tape *tape)
{
	const struct spp_capture_record *record;

	while (__atomic_load_n(&tape->head, __ATOMIC_ACQUIRE) != tape->tail) {
		record = record_at(tape, tape->tail);
		if (record->kind != SPP_CAPTURE_NOTHING)
			return record;
		spp_tape_pass(tape, record);
	}
	return NULL;
}

void
spp_tape_pass(struct spp_tape *tape, const struct spp_capture_record *record)
{
	__atomic_store_n(&tape->tail, tape->tail + record_size(record->captured), __ATOMIC_RELEASE);
}
