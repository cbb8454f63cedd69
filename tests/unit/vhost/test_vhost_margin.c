/* SPDX-License-Identifier: BSD-3-Clause */
/* adapters/vhost/margin.c: nothing of others lies behind a guest's memory. */
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "unit.h"

#include "vhost/margin.h"

#define PAGE  4096u
#define MEGA  (1u << 20)
#define NB    4
#define NOISE 200

static struct spp_vhost_margins margins;
static struct spp_error err;
static int fd;

static int
set_up(void **state)
{
	(void)state;
	fd = memfd_create("guest", MFD_ALLOW_SEALING);
	return fd < 0 ? -1 : ftruncate(fd, 64 * MEGA);
}

static int
tear_down(void **state)
{
	(void)state;
	spp_vhost_margins_forget(&margins);
	return close(fd);
}

static void *
map(size_t length)
{
	void *address = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	assert_ptr_not_equal(address, MAP_FAILED);
	return address;
}

/* As librte_vhost: one mapping after the other. */
static void
map_regions(struct spp_vhost_span *regions, const size_t *lengths, unsigned int nb)
{
	unsigned int i;

	for (i = 0; i < nb; i++)
		assert_int_equal(spp_vhost_margins_prepare(&margins, fd, lengths[i], PAGE, &err),
				 0);
	spp_vhost_margins_open(&margins);
	for (i = 0; i < nb; i++)
		regions[i] = (struct spp_vhost_span){(uintptr_t)map(lengths[i]), lengths[i]};
}

static bool
belongs_to_guest(const struct spp_vhost_span *regions, unsigned int nb, uintptr_t address)
{
	unsigned int i;

	for (i = 0; i < nb; i++)
		if (address >= regions[i].start && address - regions[i].start < regions[i].length)
			return true;
	for (i = 0; i < SPP_VHOST_MARGINS_MAX; i++)
		if (margins.kept[i].length != 0 && address >= margins.kept[i].start &&
		    address - margins.kept[i].start < margins.kept[i].length)
			return true;
	return false;
}

static void
write_behind(const struct spp_vhost_span *regions, unsigned int nb)
{
	uintptr_t end;
	unsigned int i;
	size_t at;

	for (i = 0; i < nb; i++) {
		end = regions[i].start + regions[i].length;
		for (at = 0; at < SPP_VHOST_MARGIN; at += PAGE)
			assert_true(belongs_to_guest(regions, nb, end + at));
		memset((void *)end, 0x5a, SPP_VHOST_MARGIN);
	}
}

static void
unmap_regions(const struct spp_vhost_span *regions, unsigned int nb)
{
	unsigned int i;

	for (i = 0; i < nb; i++)
		munmap((void *)regions[i].start, regions[i].length);
}

static unsigned int
nb_kept(void)
{
	unsigned int i, nb = 0;

	for (i = 0; i < SPP_VHOST_MARGINS_MAX; i++)
		nb += margins.kept[i].length != 0;
	return nb;
}

static void
each_mapping_gets_a_margin(void **state)
{
	static const size_t sizes[][NB] = {
		{16 * MEGA, 16 * MEGA, 16 * MEGA, 16 * MEGA},
		{PAGE, 64 * MEGA, 640 * 1024, 2 * MEGA},
		{64 * MEGA, 3 * MEGA, PAGE, PAGE},
	};
	struct spp_vhost_span regions[NB];
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		map_regions(regions, sizes[i], NB);
		assert_int_equal(spp_vhost_margins_close(&margins, regions, NB), 0);
		write_behind(regions, NB);
		unmap_regions(regions, NB);
	}
	spp_vhost_margins_forget(&margins);
	assert_int_equal(nb_kept(), 0);
}

/* The kernel prefers gaps that are too small for a margin. */
static void
gaps_of_the_very_size_are_passed_over(void **state)
{
	static const size_t sizes[NB] = {5 * MEGA, 4 * MEGA, 5 * MEGA, MEGA};
	struct spp_vhost_span regions[NB];
	char *between[NOISE];
	unsigned int i;

	(void)state;
	for (i = 0; i < NOISE; i++)
		between[i] = map(i % 2 == 0 ? PAGE : 5 * MEGA);
	for (i = 1; i < 8; i += 2)
		munmap(between[i], 5 * MEGA);
	map_regions(regions, sizes, NB);
	assert_int_equal(spp_vhost_margins_close(&margins, regions, NB), 0);
	write_behind(regions, NB);
	unmap_regions(regions, NB);
	for (i = 0; i < NOISE; i++)
		if (i % 2 == 0 || i >= 8)
			munmap(between[i], i % 2 == 0 ? PAGE : 5 * MEGA);
}

static void
a_table_that_stays_keeps_its_margins(void **state)
{
	static const size_t sizes[NB] = {8 * MEGA, MEGA, 8 * MEGA, MEGA};
	struct spp_vhost_span regions[NB];
	unsigned int i, j, before;

	(void)state;
	map_regions(regions, sizes, NB);
	assert_int_equal(spp_vhost_margins_close(&margins, regions, NB), 0);
	before = nb_kept();
	for (i = 0; i < 50; i++) {
		for (j = 0; j < NB; j++)
			assert_int_equal(
				spp_vhost_margins_prepare(&margins, fd, sizes[j], PAGE, &err), 0);
		spp_vhost_margins_open(&margins);
		assert_int_equal(spp_vhost_margins_close(&margins, regions, NB), 0);
		write_behind(regions, NB);
		assert_true(nb_kept() <= before);
	}
	unmap_regions(regions, NB);
}

/* librte_vhost unmaps the last table before it maps the next, which was prepared before. */
static void
tables_that_follow_each_other_have_margins(void **state)
{
	static const size_t sizes[][NB] = {
		{16 * MEGA, 16 * MEGA, 16 * MEGA, 16 * MEGA},
		{64 * MEGA, PAGE, 2 * MEGA, 640 * 1024},
		{PAGE, 16 * MEGA, 17 * MEGA, 3 * PAGE},
	};
	struct spp_vhost_span regions[NB];
	unsigned int i, j;

	(void)state;
	map_regions(regions, sizes[0], NB);
	assert_int_equal(spp_vhost_margins_close(&margins, regions, NB), 0);
	for (i = 0; i < 60; i++) {
		for (j = 0; j < NB; j++)
			assert_int_equal(spp_vhost_margins_prepare(&margins, fd, sizes[i % 3][j],
								   PAGE, &err),
					 0);
		spp_vhost_margins_open(&margins);
		unmap_regions(regions, NB);
		for (j = 0; j < NB; j++)
			regions[j] = (struct spp_vhost_span){(uintptr_t)map(sizes[i % 3][j]),
							     sizes[i % 3][j]};
		assert_int_equal(spp_vhost_margins_close(&margins, regions, NB), 0);
		write_behind(regions, NB);
		assert_true(nb_kept() <= 2 * NB);
	}
	unmap_regions(regions, NB);
}

static void
the_next_region_may_be_near(void **state)
{
	struct spp_vhost_span regions[2];
	char *all = map(8 * MEGA);

	(void)state;
	munmap(all + MEGA, 4 * PAGE);
	munmap(all + 4 * MEGA, 4 * MEGA);
	regions[0] = (struct spp_vhost_span){(uintptr_t)all, MEGA};
	regions[1] = (struct spp_vhost_span){(uintptr_t)all + MEGA + 4 * PAGE, 3 * MEGA - 4 * PAGE};
	assert_int_equal(spp_vhost_margins_close(&margins, regions, 2), 0);
	write_behind(regions, 2);
	unmap_regions(regions, 2);
}

static void
others_behind_the_memory_are_noticed(void **state)
{
	struct spp_vhost_span region;
	char *both = map(2 * MEGA);

	(void)state;
	munmap(both + MEGA, MEGA);
	assert_ptr_equal(mmap(both + MEGA + PAGE, PAGE, PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0),
			 both + MEGA + PAGE);
	region = (struct spp_vhost_span){(uintptr_t)both, MEGA};
	assert_int_equal(spp_vhost_margins_close(&margins, &region, 1), -EAGAIN);
	munmap(both, 2 * MEGA);
}

static void
a_file_cannot_be_sealed_before_it_is_mapped(void **state)
{
	(void)state;
	assert_int_equal(spp_vhost_margins_prepare(&margins, fd, 8 * MEGA, PAGE, &err), 0);
	spp_vhost_margins_open(&margins);
	assert_int_equal(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE), -1);
	spp_vhost_margins_cancel(&margins);
	assert_int_equal(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE), 0);
	assert_int_equal(spp_vhost_margins_prepare(&margins, fd, 8 * MEGA, PAGE, &err), -EPROTO);
	assert_string_equal(err.text, "memory that cannot be mapped: Operation not permitted");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(each_mapping_gets_a_margin, set_up, tear_down),
		cmocka_unit_test_setup_teardown(gaps_of_the_very_size_are_passed_over, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(a_table_that_stays_keeps_its_margins, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(tables_that_follow_each_other_have_margins, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(the_next_region_may_be_near, set_up, tear_down),
		cmocka_unit_test_setup_teardown(others_behind_the_memory_are_noticed, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(a_file_cannot_be_sealed_before_it_is_mapped, set_up,
						tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
