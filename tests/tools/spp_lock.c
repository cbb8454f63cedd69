/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A secondary that dies inside one of DPDK's shared locks: what happens to a spp_vf that is killed
 * at that moment.
 *
 *     spp_lock EAL-OPTIONS      ends by SIGKILL, the lock of the shared memory map taken
 */
#include <signal.h>
#include <stdlib.h>

#include <rte_eal.h>
#include <rte_eal_memconfig.h>

int
main(int argc, char **argv)
{
	if (rte_eal_init(argc, argv) < 0)
		return EXIT_FAILURE;
	rte_mcfg_mem_write_lock();
	raise(SIGKILL);
	return EXIT_FAILURE;
}
