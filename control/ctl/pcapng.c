/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * See pcapng.h. Block types and option codes are those of draft-ietf-opsawg-pcapng, sections 4.1 to
 * 4.6.
 */
#include "ctl/pcapng.h"

#include <stdlib.h>
#include <string.h>

#define BLOCK_SECTION     0x0a0d0d0au
#define BLOCK_INTERFACE   1u
#define BLOCK_STATISTICS  5u
#define BLOCK_PACKET      6u
#define BYTE_ORDER_MAGIC  0x1a2b3c4du
#define LINKTYPE_ETHERNET 1

#define OPT_END        0
#define OPT_COMMENT    1
#define SHB_USERAPPL   4
#define IF_NAME        2
#define IF_DESCRIPTION 3
#define IF_TSRESOL     9
#define EPB_FLAGS      2
#define ISB_IFRECV     4
#define ISB_IFDROP     5

/* Longest comment, name or description. */
#define TEXT_MAX 1024

static uint32_t
padded(uint32_t size)
{
	return (size + 3) & ~UINT32_C(3);
}

static void
put(struct pcapng *out, const void *data, uint32_t size)
{
	static const uint8_t zero[4];

	if (size > 0)
		memcpy(out->data + out->used, data, size);
	out->used += size;
	memcpy(out->data + out->used, zero, padded(size) - size);
	out->used += padded(size) - size;
}

static void
put_u32(struct pcapng *out, uint32_t value)
{
	put(out, &value, sizeof(value));
}

static void
put_u16s(struct pcapng *out, uint16_t a, uint16_t b)
{
	const uint16_t both[] = {a, b};

	put(out, both, sizeof(both));
}

static void
put_time(struct pcapng *out, uint64_t time_ns)
{
	put_u32(out, (uint32_t)(time_ns >> 32));
	put_u32(out, (uint32_t)time_ns);
}

static void
put_option(struct pcapng *out, uint16_t code, const void *data, uint32_t size)
{
	put_u16s(out, code, (uint16_t)size);
	put(out, data, size);
}

static void
put_text(struct pcapng *out, uint16_t code, const char *text)
{
	size_t size = strnlen(text, TEXT_MAX);

	if (size > 0)
		put_option(out, code, text, (uint32_t)size);
}

/* Room for a block with that much beside its options. @return where it begins, or SIZE_MAX */
static size_t
begin(struct pcapng *out, uint32_t type, uint32_t body)
{
	size_t needed = out->used + body + 2 * (size_t)TEXT_MAX + 128, at = out->used;
	uint8_t *data;

	if (needed > out->size) {
		data = realloc(out->data, needed * 2);
		if (data == NULL) {
			out->failed = true;
			return SIZE_MAX;
		}
		out->data = data;
		out->size = needed * 2;
	}
	put_u32(out, type);
	put_u32(out, 0); /* its length: end() */
	return at;
}

static void
end(struct pcapng *out, size_t at)
{
	uint32_t length;

	put_u16s(out, OPT_END, 0);
	length = (uint32_t)(out->used + 4 - at);
	put_u32(out, length);
	memcpy(out->data + at + 4, &length, sizeof(length));
}

void
pcapng_section(struct pcapng *out)
{
	const uint64_t unknown = UINT64_MAX;
	size_t at = begin(out, BLOCK_SECTION, 16);

	if (at == SIZE_MAX)
		return;
	put_u32(out, BYTE_ORDER_MAGIC);
	put_u16s(out, 1, 0); /* version */
	put(out, &unknown, sizeof(unknown));
	put_text(out, SHB_USERAPPL, "sppctl " SPP_VERSION);
	end(out, at);
}

void
pcapng_interface(struct pcapng *out, const char *name, const char *description, uint32_t snaplen)
{
	const uint8_t nanoseconds = 9;
	size_t at = begin(out, BLOCK_INTERFACE, 8);

	if (at == SIZE_MAX)
		return;
	put_u16s(out, LINKTYPE_ETHERNET, 0);
	put_u32(out, snaplen);
	put_text(out, IF_NAME, name);
	put_text(out, IF_DESCRIPTION, description);
	put_option(out, IF_TSRESOL, &nanoseconds, sizeof(nanoseconds));
	end(out, at);
}

void
pcapng_packet(struct pcapng *out, const struct pcapng_packet *packet)
{
	size_t at = begin(out, BLOCK_PACKET, 20 + padded(packet->captured));
	uint32_t flags = packet->direction;

	if (at == SIZE_MAX)
		return;
	put_u32(out, packet->interface);
	put_time(out, packet->time_ns);
	put_u32(out, packet->captured);
	put_u32(out, packet->length);
	put(out, packet->bytes, packet->captured);
	if (packet->comment != NULL)
		put_text(out, OPT_COMMENT, packet->comment);
	if (flags != PCAPNG_UNKNOWN)
		put_option(out, EPB_FLAGS, &flags, sizeof(flags));
	end(out, at);
}

void
pcapng_statistics(struct pcapng *out, uint32_t interface, uint64_t time_ns, uint64_t seen,
		  uint64_t lost)
{
	size_t at = begin(out, BLOCK_STATISTICS, 12);

	if (at == SIZE_MAX)
		return;
	put_u32(out, interface);
	put_time(out, time_ns);
	put_option(out, ISB_IFRECV, &seen, sizeof(seen));
	put_option(out, ISB_IFDROP, &lost, sizeof(lost));
	end(out, at);
}

void
pcapng_free(struct pcapng *out)
{
	free(out->data);
	*out = (struct pcapng){.data = NULL};
}
