/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See vhost/bus.h. The handler uses only what a signal handler may: atomics, mmap, shutdown,
 * sigaction, raise.
 */
#include "vhost/bus.h"

#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#define REGION_MAX 8

struct span {
	uintptr_t address; /* librte_vhost thread: w, any faulting thread: r */
	size_t length;
};

static struct guest {
	struct span spans[REGION_MAX];
	/* A duplicate: librte_vhost (22.11) closes its own while workers may still touch the
	 * memory, and its number is another's then. -1: none. */
	int connection;
	bool changing, vanished;
} guests[SPP_VHOST_MAX];

static bool started;

static struct {
	struct sigaction bus, segv;
} before_us;

static const size_t page_sizes[] = {4096, 2 << 20, 1 << 30};

static bool
map_zeros(uintptr_t address, size_t length, int fixed)
{
	return mmap((void *)address, length, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | fixed, -1, 0) != MAP_FAILED;
}

static bool
put_zeros(uintptr_t address, size_t length)
{
	return map_zeros(address, length, MAP_FIXED);
}

/*
 * The guest's mapping that holds the address, or had held it before the present change.
 *
 * The length is 0 while a mapping is written, is stored last and loaded first. A fault in the midst
 * of that may still get an old length with a new address: it is then within a change, in which no
 * more than the page of the fault is replaced, and nothing that others have mapped there.
 */
static bool
find_span(const struct guest *guest, uintptr_t address, struct span *found)
{
	unsigned int i;

	for (i = 0; i < REGION_MAX; i++) {
		found->length = __atomic_load_n(&guest->spans[i].length, __ATOMIC_ACQUIRE);
		found->address = __atomic_load_n(&guest->spans[i].address, __ATOMIC_RELAXED);
		if (found->length != 0 && address >= found->address &&
		    address - found->address < found->length)
			return true;
	}
	return false;
}

/* A mapping of huge pages can only be replaced in such. */
static bool
replace_page(uintptr_t address)
{
	unsigned int i;

	for (i = 0; i < sizeof(page_sizes) / sizeof(page_sizes[0]); i++)
		if (put_zeros(address & ~(page_sizes[i] - 1), page_sizes[i]))
			return true;
	return false;
}

/*
 * The end of a file that was cut short: from here on, and as much again before it, so that who
 * touches page after page downwards does not take a fault for each. Not all, since that takes as
 * long as there are pages.
 */
static bool
replace_end(const struct span *span, uintptr_t address)
{
	uintptr_t end = span->address + span->length, start;
	unsigned int i;

	for (i = 0; i < sizeof(page_sizes) / sizeof(page_sizes[0]); i++) {
		start = address & ~(page_sizes[i] - 1);
		start -= end - start < start - span->address ? end - start : start - span->address;
		if (put_zeros(start, end - start))
			return true;
	}
	return false;
}

static bool
replace_lost(struct guest *guest, uintptr_t address)
{
	struct span span;

	return !__atomic_load_n(&guest->changing, __ATOMIC_ACQUIRE) &&
	       find_span(guest, address, &span) &&
	       (replace_end(&span, address) || replace_page(address));
}

/* The same in a mapping within a change, of which only the address is known: others may have mapped
 * something beside it where the old one was. */
static bool
replace_lost_unknown(struct guest *guest, uintptr_t address)
{
	return __atomic_load_n(&guest->changing, __ATOMIC_ACQUIRE) && replace_page(address);
}

/* Memory that was unmapped in a change; others may have mapped something there by now. */
static bool
replace_unmapped(struct guest *guest, uintptr_t address)
{
	struct span span;

	return __atomic_load_n(&guest->changing, __ATOMIC_ACQUIRE) &&
	       find_span(guest, address, &span) &&
	       (map_zeros(address & ~(page_sizes[0] - 1), page_sizes[0], MAP_FIXED_NOREPLACE) ||
		errno == EEXIST);
}

/* End the connection of the guest that the function finds, and helps. */
static bool
help(bool (*replace)(struct guest *guest, uintptr_t address), uintptr_t address)
{
	unsigned int i;
	int connection;

	for (i = 0; i < SPP_VHOST_MAX; i++) {
		if (!replace(&guests[i], address))
			continue;
		__atomic_store_n(&guests[i].vanished, true, __ATOMIC_RELEASE);
		/* and one in spp_vhost_bus_end_change(): one of the two sees the other */
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
		connection = __atomic_load_n(&guests[i].connection, __ATOMIC_ACQUIRE);
		if (connection >= 0)
			shutdown(connection, SHUT_RDWR);
		return true;
	}
	return false;
}

static void
on_fault(int number, siginfo_t *info, void *context)
{
	uintptr_t address = (uintptr_t)info->si_addr;
	int before = errno;
	bool helped = false;

	(void)context;
	if (number == SIGBUS && info->si_code == BUS_ADRERR)
		helped = help(replace_lost, address) || help(replace_lost_unknown, address);
	else if (number == SIGSEGV && info->si_code == SEGV_MAPERR)
		helped = help(replace_unmapped, address);
	errno = before;
	if (helped)
		return;
	/* Not a guest's: end as without us, at the same instruction. */
	sigaction(number, number == SIGBUS ? &before_us.bus : &before_us.segv, NULL);
	/* Sent by a process, or about memory nobody waits for: there is no such instruction. */
	if (info->si_code <= 0 || (number == SIGBUS && info->si_code == BUS_MCEERR_AO))
		raise(number);
}

int
spp_vhost_bus_start(struct spp_error *err)
{
	struct sigaction action = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO};
	unsigned int i;

	if (started)
		return 0;
	for (i = 0; i < SPP_VHOST_MAX; i++)
		guests[i].connection = -1;
	sigemptyset(&action.sa_mask);
	if (sigaction(SIGBUS, &action, &before_us.bus) < 0 ||
	    sigaction(SIGSEGV, &action, &before_us.segv) < 0)
		return spp_error(err, errno, "vhost: SIGBUS, SIGSEGV: %s", strerror(errno));
	started = true;
	return 0;
}

void
spp_vhost_bus_begin_change(unsigned int index)
{
	__atomic_store_n(&guests[index].changing, true, __ATOMIC_RELEASE);
}

void
spp_vhost_bus_set(unsigned int index, unsigned int region, void *address, size_t length)
{
	struct span *span;

	if (region >= REGION_MAX)
		return;
	span = &guests[index].spans[region];
	__atomic_store_n(&span->length, 0, __ATOMIC_RELEASE);
	__atomic_store_n(&span->address, (uintptr_t)address, __ATOMIC_RELEASE);
	__atomic_store_n(&span->length, length, __ATOMIC_RELEASE);
}

void
spp_vhost_bus_blank(unsigned int index)
{
	const struct span *spans = guests[index].spans;
	unsigned int i;

	for (i = 0; i < REGION_MAX; i++)
		if (spans[i].length != 0)
			put_zeros(spans[i].address, spans[i].length);
}

int
spp_vhost_bus_end_change(unsigned int index, int connection)
{
	struct guest *guest = &guests[index];
	int ret = 0;

	if (guest->connection < 0) {
		__atomic_store_n(&guest->connection, fcntl(connection, F_DUPFD_CLOEXEC, 0),
				 __ATOMIC_RELEASE);
		ret = guest->connection < 0 ? -errno : 0;
	}
	__atomic_store_n(&guest->changing, false, __ATOMIC_RELEASE);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	/* One that vanished within the change, when there was no connection to end yet. */
	if (__atomic_load_n(&guest->vanished, __ATOMIC_ACQUIRE))
		shutdown(connection, SHUT_RDWR);
	return ret;
}

bool
spp_vhost_bus_forget(unsigned int index)
{
	int connection = __atomic_exchange_n(&guests[index].connection, -1, __ATOMIC_ACQ_REL);
	unsigned int i;

	if (connection >= 0)
		close(connection);
	__atomic_store_n(&guests[index].changing, false, __ATOMIC_RELEASE);
	for (i = 0; i < REGION_MAX; i++)
		spp_vhost_bus_set(index, i, NULL, 0);
	return __atomic_exchange_n(&guests[index].vanished, false, __ATOMIC_ACQ_REL);
}
