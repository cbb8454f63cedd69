/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * event_sw across two processes: what the primary configures and closes and the VF starts. The
 * order of the calls is the whole point; each "why" names what goes wrong otherwise.
 */
#include "common/evdev.h"

#include <string.h>

#include <rte_errno.h>
#include <rte_event_eth_rx_adapter.h>
#include <rte_malloc.h>
#include <rte_memzone.h>
#include <rte_service_component.h>

#define EVDEV_NB_EVENTS   4096
#define EVDEV_NB_FLOWS    1024
#define EVDEV_ENQUEUE_MAX 4096
#define DISCARD_AT_ONCE   64
/* rte_event_eth_rx_adapter.c keeps its adapters in a memzone of this name, one pointer each. */
#define EVDEV_ADAPTERS      "rte_event_eth_rx_adapter_array"
#define EVDEV_ADAPTER_SPARE (RTE_EVENT_ETH_RX_ADAPTER_MAX_INSTANCE - 1)

unsigned int
spp_evdev_nb_queues(unsigned int nb_workers)
{
	return RTE_MIN(2 * nb_workers + 4, (unsigned int)SPP_COMPONENT_MAX);
}

int
spp_evdev_find(unsigned int n)
{
	char name[32];

	snprintf(name, sizeof(name), "event_sw%u", n);
	return rte_event_dev_get_dev_id(name);
}

int
spp_evdev_service(uint8_t dev_id, uint32_t *service_id)
{
	int ret = rte_event_dev_service_id_get(dev_id, service_id);

	if (ret < 0)
		return ret;
	ret = rte_service_component_runstate_set(*service_id, 1);
	if (ret == 0)
		ret = rte_service_runstate_set(*service_id, 1);
	return ret;
}

static int
evdev_setup_ports(uint8_t dev_id, unsigned int nb_ports)
{
	struct rte_event_port_conf conf = {
		.new_event_threshold = SPP_NEW_EVENT_THRESHOLD,
		.dequeue_depth = SPP_EVENT_BURST,
		.enqueue_depth = SPP_EVENT_BURST,
		/* the worker says itself when it is done with an event */
		.event_port_cfg = RTE_EVENT_PORT_CFG_DISABLE_IMPL_REL,
	};
	unsigned int i;
	int ret = 0;

	for (i = 0; i < nb_ports && ret == 0; i++)
		ret = rte_event_port_setup(dev_id, i, &conf);
	return ret;
}

static int
evdev_setup_queues(uint8_t dev_id, unsigned int nb_queues)
{
	struct rte_event_queue_conf conf = {
		.nb_atomic_flows = EVDEV_NB_FLOWS,
		.nb_atomic_order_sequences = EVDEV_NB_FLOWS,
		.schedule_type = RTE_SCHED_TYPE_ATOMIC,
		.priority = RTE_EVENT_DEV_PRIORITY_NORMAL,
	};
	unsigned int queue;
	int ret = 0;

	for (queue = 0; queue < nb_queues && ret == 0; queue++)
		ret = rte_event_queue_setup(dev_id, queue, &conf);
	return ret;
}

int
spp_evdev_configure(uint8_t dev_id, unsigned int nb_workers, struct spp_error *err)
{
	unsigned int nb_queues = spp_evdev_nb_queues(nb_workers);
	struct rte_event_dev_config conf = {
		.nb_events_limit = EVDEV_NB_EVENTS,
		.nb_event_queues = nb_queues,
		.nb_event_ports = nb_workers + 1,
		.nb_event_queue_flows = EVDEV_NB_FLOWS,
		.nb_event_port_dequeue_depth = SPP_EVENT_BURST,
		.nb_event_port_enqueue_depth = EVDEV_ENQUEUE_MAX,
	};
	uint8_t parking = nb_workers;
	unsigned int i;
	uint8_t queue;
	int ret;

	ret = rte_event_dev_configure(dev_id, &conf);
	if (ret < 0)
		return spp_error(err, EIO, "event device %u: cannot configure %u queues: %s",
				 dev_id, nb_queues, rte_strerror(-ret));
	ret = evdev_setup_queues(dev_id, nb_queues);
	if (ret == 0)
		ret = evdev_setup_ports(dev_id, nb_workers + 1);
	if (ret < 0)
		return spp_error(err, ENOMEM,
				 "event device %u: cannot set up %u queues and %u ports (more "
				 "--socket-mem for spp_primary?)",
				 dev_id, nb_queues, nb_workers + 1);
	for (i = 0; i < nb_queues; i++) {
		queue = (uint8_t)i;
		if (rte_event_port_link(dev_id, parking, &queue, NULL, 1) != 1)
			return spp_error(err, EIO, "event device %u: queue %u cannot be parked",
					 dev_id, queue);
	}
	return 0;
}

int
spp_evdev_port(uint8_t dev_id, unsigned int ev_port, struct spp_evport *out)
{
	char name[64];

	/* event_sw's own names (sw_port_setup) */
	snprintf(name, sizeof(name), "sw%d_p%u_rx_worker_ring", dev_id, ev_port);
	out->in = rte_event_ring_lookup(name);
	snprintf(name, sizeof(name), "sw%d_p%u, cq_worker_ring", dev_id, ev_port);
	out->cq = rte_event_ring_lookup(name);
	return out->in != NULL && out->cq != NULL ? 0 : -ENODEV;
}

unsigned int
spp_evport_discard(const struct spp_evport *port)
{
	struct rte_event events[DISCARD_AT_ONCE];
	unsigned int nb, sum = 0;

	while ((nb = rte_event_ring_dequeue_burst(port->cq, events, RTE_DIM(events), NULL)) > 0)
		sum += nb;
	return sum;
}

struct rte_mempool *
spp_evdev_vector_pool(const char *name, unsigned int nb, unsigned int cache, int socket_id)
{
	return rte_event_vector_pool_create(name, nb, cache, SPP_VECTOR_SIZE, socket_id);
}

int
spp_evdev_close(uint8_t dev_id, unsigned int nb_ports, bool started)
{
	struct spp_evport port;
	unsigned int i;
	int ret;

	/*
	 * A worker killed inside an enqueue or dequeue leaves head != tail: the ring would never
	 * look empty and stop would spin for ever.
	 */
	for (i = 0; i < nb_ports; i++) {
		if (spp_evdev_port(dev_id, i, &port) == 0) {
			rte_ring_reset(&port.in->r);
			rte_ring_reset(&port.cq->r);
		}
	}
	/*
	 * Killed on the way to starting the device: stop must not be called before it was started,
	 * and close tells whether it was. Without close the next port setup would subtract stale
	 * credits.
	 */
	if (started)
		rte_event_dev_stop(dev_id);
	ret = rte_event_dev_close(dev_id);
	if (ret == -EBUSY && !started) {
		rte_event_dev_stop(dev_id);
		ret = rte_event_dev_close(dev_id);
	}
	return ret;
}

static int
evdev_adapter_conf(uint8_t id, uint8_t dev_id, struct rte_event_eth_rx_adapter_conf *conf,
		   void *arg)
{
	RTE_SET_USED(id);
	RTE_SET_USED(dev_id);
	RTE_SET_USED(arg);
	memset(conf, 0, sizeof(*conf));
	return 0;
}

int
spp_evdev_adapters_init(uint8_t dev_id)
{
	int ret = rte_event_eth_rx_adapter_create_ext(EVDEV_ADAPTER_SPARE, dev_id,
						      evdev_adapter_conf, NULL);

	return ret < 0 ? ret : rte_event_eth_rx_adapter_free(EVDEV_ADAPTER_SPARE);
}

void
spp_evdev_adapter_forget(uint8_t adapter_id)
{
	const struct rte_memzone *mz = rte_memzone_lookup(EVDEV_ADAPTERS);
	void **adapters;

	if (mz == NULL)
		return;
	/*
	 * Its parts hang on pointers only the dead process could follow safely (the free of the
	 * library walks a service that does not exist here), so just the block itself comes back.
	 */
	adapters = mz->addr;
	rte_free(adapters[adapter_id]);
	adapters[adapter_id] = NULL;
}

int
spp_evdev_start(uint8_t dev_id)
{
	return rte_event_dev_start(dev_id);
}

int
spp_evdev_relink(uint8_t dev_id, uint8_t queue, uint8_t from, uint8_t to)
{
	if (from == to)
		return 0;
	/* make before break: a queue without a consumer swallows the credits of all */
	if (rte_event_port_link(dev_id, to, &queue, NULL, 1) != 1)
		return rte_errno > 0 ? -rte_errno : -EIO;
	if (rte_event_port_unlink(dev_id, from, &queue, 1) != 1) {
		rte_event_port_unlink(dev_id, to, &queue, 1);
		return -EIO;
	}
	return 0;
}
