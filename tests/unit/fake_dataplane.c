/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A data plane that writes down what it was asked. See fake_dataplane.h.
 */
#include "fake_dataplane.h"

#include <stdarg.h>
#include <string.h>

#include "wiring/names.h"

__attribute__((format(printf, 2, 3))) static void
note(struct fake *fake, const char *fmt, ...)
{
	size_t used = strlen(fake->log);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(fake->log + used, sizeof(fake->log) - used, fmt, ap);
	va_end(ap);
}

static void
note_queues(struct fake *fake, const char *word, uint64_t queues)
{
	const char *between = ":";
	unsigned int q;

	note(fake, "%s", word);
	for (q = 0; q < SPP_COMPONENT_MAX; q++) {
		if ((queues & UINT64_C(1) << q) == 0)
			continue;
		note(fake, "%s%u", between, q);
		between = ",";
	}
	note(fake, " ");
}

static int
may_fail(struct fake *fake, struct spp_error *err)
{
	fake->step++;
	if (fake->fail_at == 0 || fake->step < fake->fail_at)
		return 0;
	if (fake->step > fake->fail_at && !fake->fail_on)
		return 0;
	return spp_error(err, EIO, "step %u failed", fake->step);
}

static const struct spp_inventory *
fake_inventory(void *ctx)
{
	struct fake *fake = ctx;

	return &fake->inventory;
}

/** Of a ring its end, too. */
static void
note_port(struct fake *fake, char sign, struct spp_port port)
{
	const char *end = port.queue == SPP_RING_TX ? ".tx" : ".rx";
	char name[SPP_PORT_TEXT_SIZE];
	bool ring = port.kind == SPP_PORT_RING;

	if (ring)
		port.queue = 0;
	note(fake, "%c%s%s ", sign, spp_port_format(port, name), ring ? end : "");
}

static int
fake_acquire(void *ctx, struct spp_port port, struct spp_error *err)
{
	note_port(ctx, '+', port);
	return may_fail(ctx, err);
}

static void
fake_release(void *ctx, struct spp_port port)
{
	note_port(ctx, '-', port);
}

static int
fake_prepare(void *ctx, const struct spp_model *model, const struct spp_levels *levels,
	     struct spp_error *err)
{
	struct fake *fake = ctx;

	fake->levels = *levels;
	note(ctx, "prepare ");
	return may_fail(ctx, err);
}

static void
fake_discard(void *ctx)
{
	note(ctx, "discard ");
}

static int
fake_pause(void *ctx, uint64_t queues, struct spp_error *err)
{
	note_queues(ctx, "pause", queues);
	return may_fail(ctx, err);
}

static void
fake_resume(void *ctx)
{
	note(ctx, "resume ");
}

static int
fake_drain(void *ctx, uint64_t queues, struct spp_error *err)
{
	note_queues(ctx, "drain", queues);
	return may_fail(ctx, err);
}

static int
fake_link(void *ctx, unsigned int queue, uint16_t lcore_id, struct spp_error *err)
{
	if (lcore_id == SPP_LCORE_PARKED)
		note(ctx, "q%u>p ", queue);
	else
		note(ctx, "q%u>%u ", queue, lcore_id);
	return may_fail(ctx, err);
}

static void
fake_publish(void *ctx)
{
	struct fake *fake = ctx;

	fake->now_us += 100;
	note(fake, "publish ");
}

static int
fake_retire(void *ctx, struct spp_error *err)
{
	struct fake *fake = ctx;

	note(fake, "retire ");
	return fake->retire_late ? spp_error(err, ETIMEDOUT, "lcore 2 did not answer") : 0;
}

static void
fake_port_stats(void *ctx, struct spp_port port, struct spp_port_stats *out)
{
	struct fake *fake = ctx;

	*out = fake->port;
}

static void
fake_queue_stats(void *ctx, unsigned int queue, struct spp_component_stats *out)
{
	struct fake *fake = ctx;

	*out = fake->queues[queue];
}

static void
fake_drop_totals(void *ctx, uint64_t drops[SPP_DROP_NB])
{
	struct fake *fake = ctx;

	memcpy(drops, fake->port.tx_drops, sizeof(fake->port.tx_drops));
}

static void
fake_clear(void *ctx)
{
	note(ctx, "clear ");
}

static void
fake_clear_port(void *ctx, struct spp_port port)
{
	char name[SPP_PORT_TEXT_SIZE];

	note(ctx, "clear:%s ", spp_port_format(port, name));
}

/* Of vhost0 only: three samples. */
static void
fake_latency(void *ctx, struct spp_port port, struct spp_latency_stats *out)
{
	*out = (struct spp_latency_stats){0};
	if (port.kind != SPP_PORT_VHOST || port.index != 0)
		return;
	out->samples = 3;
	out->sum_ns = 20007000;
	for (unsigned int i = 0; i < SPP_LATENCY_BOUNDS_NB; i++)
		out->within[i] = i < 3 ? 1 : 2;
}

static void
fake_lcore_stats(void *ctx, uint16_t lcore_id, struct spp_lcore_stats *out)
{
	*out = (struct spp_lcore_stats){lcore_id, 250, 250, 500};
}

static uint64_t
fake_now_us(void *ctx)
{
	struct fake *fake = ctx;

	return fake->now_us;
}

static unsigned int
fake_captures(void *ctx, struct spp_capture_info out[SPP_CAPTURE_MAX])
{
	return 0;
}

static uint64_t
fake_tsc_hz(void *ctx)
{
	return 2000000000;
}

const struct spp_dataplane_ops fake_ops = {
	.inventory = fake_inventory,
	.acquire = fake_acquire,
	.release = fake_release,
	.prepare = fake_prepare,
	.discard = fake_discard,
	.pause = fake_pause,
	.resume = fake_resume,
	.drain = fake_drain,
	.link = fake_link,
	.publish = fake_publish,
	.retire = fake_retire,
	.port_stats = fake_port_stats,
	.queue_stats = fake_queue_stats,
	.drop_totals = fake_drop_totals,
	.clear = fake_clear,
	.clear_port = fake_clear_port,
	.latency = fake_latency,
	.lcore_stats = fake_lcore_stats,
	.now_us = fake_now_us,
	.captures = fake_captures,
	.tsc_hz = fake_tsc_hz,
};

static void
have(struct spp_inventory *inventory, enum spp_port_kind kind, unsigned int nb)
{
	struct spp_port port = {.kind = (uint8_t)kind};

	for (; port.index < nb; port.index++)
		inventory->usable[spp_port_id(port)] = inventory->present[spp_port_id(port)] = true;
}

void
fake_init(struct fake *fake)
{
	unsigned int i;

	memset(fake, 0, sizeof(*fake));
	fake->inventory.process_id = 1;
	fake->inventory.main_lcore = 0;
	fake->inventory.vhost_path = "/tmp/sock%u";
	fake->inventory.nb_workers = 12;
	for (i = 0; i < 12; i++)
		fake->inventory.workers[i] = (uint16_t)(i + 2);
	fake->inventory.nb_queues = 28;
	have(&fake->inventory, SPP_PORT_NIC, 1);
	have(&fake->inventory, SPP_PORT_VHOST, 2);
	have(&fake->inventory, SPP_PORT_RING, 4);
}
