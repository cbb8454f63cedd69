/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Preloaded into spp_primary or spp_vf (LD_PRELOAD): makes one call fail that may fail, the n-th.
 *
 * Counted are calls that the program itself makes, and jansson for it, to the functions below:
 * allocations, system calls, DPDK. Calls within DPDK are not. SPP_FAIL_FILE names a file of struct
 * control, which a test shares (tests/func/faults.py): it sets `at` and reads what has failed.
 *
 * Every wrapper passes six integer or pointer arguments on, whatever its function takes: none here
 * takes more, or a floating point number.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <rte_errno.h>

typedef long (*real_fn)(long, long, long, long, long, long);

struct control {
	uint32_t at;    /* 0: count and fail nothing. test: rw */
	uint32_t count; /* calls since the test set it to 0 */
	char name[56];  /* of the call that failed */
};

struct range {
	uintptr_t begin, end;
};

#define RANGES_MAX 2

static struct control *control;
static struct range ranges[RANGES_MAX];
static unsigned int nb_ranges;

static int
find_callers(struct dl_phdr_info *info, size_t size, void *arg)
{
	uintptr_t begin = UINTPTR_MAX, end = 0;
	unsigned int i;

	(void)size;
	(void)arg;
	/* the program itself has no name */
	if (info->dlpi_name[0] != '\0' && strstr(info->dlpi_name, "libjansson") == NULL)
		return 0;
	if (nb_ranges == RANGES_MAX || (info->dlpi_name[0] == '\0' && nb_ranges > 0))
		return 0;
	for (i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *phdr = &info->dlpi_phdr[i];
		uintptr_t at = info->dlpi_addr + phdr->p_vaddr;

		if (phdr->p_type != PT_LOAD || !(phdr->p_flags & PF_X))
			continue;
		begin = at < begin ? at : begin;
		end = at + phdr->p_memsz > end ? at + phdr->p_memsz : end;
	}
	ranges[nb_ranges++] = (struct range){begin, end};
	return 0;
}

__attribute__((constructor)) static void
fail_init(void)
{
	const char *path = getenv("SPP_FAIL_FILE");
	void *memory;
	int fd;

	if (path == NULL)
		return;
	dl_iterate_phdr(find_callers, NULL);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return;
	memory = mmap(NULL, sizeof(*control), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (memory != MAP_FAILED)
		control = memory;
}

static bool
fails(const char *name, const void *caller)
{
	uintptr_t from = (uintptr_t)caller;
	uint32_t at, count;
	unsigned int i;

	at = control != NULL ? __atomic_load_n(&control->at, __ATOMIC_ACQUIRE) : 0;
	if (at == 0)
		return false;
	for (i = 0; i < nb_ranges && (from < ranges[i].begin || from >= ranges[i].end); i++)
		;
	if (i == nb_ranges)
		return false;
	count = __atomic_add_fetch(&control->count, 1, __ATOMIC_ACQ_REL);
	if (count != at)
		return false;
	snprintf(control->name, sizeof(control->name), "%s", name);
	return true;
}

static real_fn
find_real(const char *name)
{
	return (real_fn)dlsym(RTLD_NEXT, name);
}

#define PARAMETERS long a, long b, long c, long d, long e, long f

/* Returns `value` and sets errno and rte_errno to `code` when it is its turn. */
#define FAIL(function, value, code)                                                                \
	long fail_##function(PARAMETERS) __asm__(#function);                                       \
	long fail_##function(PARAMETERS)                                                           \
	{                                                                                          \
		static real_fn real;                                                               \
                                                                                                   \
		if (fails(#function, __builtin_return_address(0))) {                               \
			errno = (code);                                                            \
			rte_errno = (code);                                                        \
			return (value);                                                            \
		}                                                                                  \
		if (real == NULL)                                                                  \
			real = find_real(#function);                                               \
		return real(a, b, c, d, e, f);                                                     \
	}

/* dlsym() allocates itself: the C library's own names. */
#define FAIL_ALLOCATION(function)                                                                  \
	long real_##function(PARAMETERS) __asm__("__libc_" #function);                             \
	long fail_##function(PARAMETERS) __asm__(#function);                                       \
	long fail_##function(PARAMETERS)                                                           \
	{                                                                                          \
		if (fails(#function, __builtin_return_address(0))) {                               \
			errno = ENOMEM;                                                            \
			return 0;                                                                  \
		}                                                                                  \
		return real_##function(a, b, c, d, e, f);                                          \
	}

FAIL_ALLOCATION(malloc)
FAIL_ALLOCATION(calloc)
FAIL_ALLOCATION(realloc)

/* Workers wait by futex all the time: only what makes a descriptor counts. */
long fail_syscall(PARAMETERS) __asm__("syscall");
long
fail_syscall(PARAMETERS)
{
	static real_fn real;

	if (a == SYS_pidfd_open && fails("pidfd_open", __builtin_return_address(0))) {
		errno = EMFILE;
		return -1;
	}
	if (real == NULL)
		real = find_real("syscall");
	return real(a, b, c, d, e, f);
}

#define NO_MEMORY(function)     FAIL(function, 0, ENOMEM)
#define NO_DESCRIPTOR(function) FAIL(function, -1, EMFILE)
#define DISK(function)          FAIL(function, -1, ENOSPC)
#define REFUSED(function)       FAIL(function, -EIO, EIO)

NO_MEMORY(strdup)
NO_MEMORY(fdopen)
NO_DESCRIPTOR(accept4)
NO_DESCRIPTOR(epoll_create1)
NO_DESCRIPTOR(epoll_ctl)
NO_DESCRIPTOR(eventfd)
NO_DESCRIPTOR(open64)
NO_DESCRIPTOR(socket)
NO_DESCRIPTOR(timerfd_create)
NO_DESCRIPTOR(timerfd_settime)
DISK(bind)
DISK(chmod)
DISK(fsync)
DISK(listen)
DISK(mkdir)
DISK(rename)
FAIL(fflush, -1, ENOSPC)
FAIL(pthread_create, EAGAIN, EAGAIN)

FAIL(rte_ctrl_thread_create, -EAGAIN, EAGAIN)
FAIL(rte_thread_create_control, -EAGAIN, EAGAIN)
REFUSED(rte_eal_remote_launch)
REFUSED(rte_eth_allmulticast_enable)
REFUSED(rte_eth_dev_adjust_nb_rx_tx_desc)
REFUSED(rte_eth_dev_configure)
REFUSED(rte_eth_dev_info_get)
REFUSED(rte_eth_dev_set_mtu)
REFUSED(rte_eth_dev_start)
REFUSED(rte_eth_promiscuous_enable)
REFUSED(rte_eth_rx_queue_setup)
REFUSED(rte_eth_tx_queue_setup)
REFUSED(rte_event_dev_configure)
FAIL(rte_event_dev_get_dev_id, -ENODEV, ENODEV)
REFUSED(rte_event_dev_service_id_get)
REFUSED(rte_event_dev_start)
REFUSED(rte_event_eth_rx_adapter_cb_register)
REFUSED(rte_event_eth_rx_adapter_create_ext)
REFUSED(rte_event_eth_rx_adapter_queue_add)
REFUSED(rte_event_eth_rx_adapter_service_id_get)
REFUSED(rte_event_eth_rx_adapter_start)
FAIL(rte_event_port_link, 0, EIO)
FAIL(rte_event_port_unlink, 0, EIO)
REFUSED(rte_event_port_setup)
REFUSED(rte_event_queue_setup)
NO_MEMORY(rte_event_vector_pool_create)
NO_MEMORY(rte_malloc_socket)
FAIL(rte_mbuf_dyn_rx_timestamp_register, -1, EIO)
REFUSED(rte_mbuf_set_user_mempool_ops)
NO_MEMORY(rte_mempool_lookup)
NO_MEMORY(rte_memzone_lookup)
NO_MEMORY(rte_memzone_reserve_aligned)
FAIL(rte_mp_action_register, -1, ENOMEM)
FAIL(rte_mp_reply, -1, EIO)
FAIL(rte_mp_request_sync, -1, ETIMEDOUT)
NO_MEMORY(rte_pktmbuf_pool_create)
REFUSED(rte_rcu_qsbr_init)
FAIL(rte_rcu_qsbr_thread_register, 1, EIO)
REFUSED(rte_service_component_runstate_set)
REFUSED(rte_service_runstate_set)
FAIL(rte_telemetry_register_cmd, -1, ENOMEM)
FAIL(rte_vhost_driver_callback_register, -1, EIO)
FAIL(rte_vhost_driver_disable_features, -1, EIO)
FAIL(rte_vhost_driver_get_protocol_features, -1, EIO)
FAIL(rte_vhost_driver_register, -1, ENOMEM)
FAIL(rte_vhost_driver_set_protocol_features, -1, EIO)
FAIL(rte_vhost_driver_start, -1, EMFILE)
