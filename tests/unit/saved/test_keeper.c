/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The thread that saves the wiring, and the control part with it: full disks, many flushes, ends.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "unit.h"

#include "saved/keeper.h"
#include "spp/control.h"
#include "state_bench.h"
#include "wiring/model.h"

static void
wait_saved(struct spp_keeper *keeper, uint64_t generation, bool saved,
	   struct spp_status_saved *state)
{
	int i;

	for (i = 0; i < 5000; i++) {
		spp_keeper_state(keeper, state);
		if (saved ? state->saved && state->generation == generation
			  : state->error[0] != '\0')
			return;
		usleep(1000);
	}
	fail_msg("not there: generation %u, error \"%s\"", (unsigned int)state->generation,
		 state->error);
}

static void
a_full_disk_is_told_once_and_the_next_flush_saves_again(void **state)
{
	struct fixture *f = *state;
	struct spp_model *model = sample();
	struct spp_status_saved now;
	struct spp_keeper *keeper;
	unsigned int i;
	char filler[64], page[4096] = {0};
	int fd;

	if (mount("none", f->directory, "tmpfs", 0, "size=16k") < 0)
		fail_msg("a tmpfs of 16 kB needs root");
	assert_int_equal(spp_keeper_create(f->directory, 1, log_line, &keeper, &f->err), 0);
	spp_keeper_keep(keeper, model, 1);
	wait_saved(keeper, 1, true, &now);

	snprintf(filler, sizeof(filler), "%s/filler", f->directory);
	fd = open(filler, O_WRONLY | O_CREAT, 0600);
	while (write(fd, page, sizeof(page)) > 0)
		;
	close(fd);
	for (i = 2; i < 5; i++) {
		model->nb_entries = i % 2;
		spp_keeper_keep(keeper, model, i);
		usleep(20000);
	}
	wait_saved(keeper, 0, false, &now);
	assert_false(now.saved);
	assert_int_equal(now.generation, 1);
	assert_non_null(strstr(now.error, "vf-1.json: cannot be written: No space left"));
	assert_non_null(strstr(log_text, "is not saved"));
	assert_null(strstr(strstr(log_text, "is not saved") + 1, "is not saved"));
	/* What was saved before is still there, and nothing lies about. */
	assert_int_equal(count_files(f, "vf-1.json", false), 1);
	assert_int_equal(restore(f), 1);

	unlink(filler);
	spp_keeper_keep(keeper, model, 9);
	wait_saved(keeper, 9, true, &now);
	assert_string_equal(now.error, "");
	assert_non_null(strstr(log_text, "saved again"));
	spp_keeper_destroy(keeper);
	assert_int_equal(umount(f->directory), 0);
	free(model);
}

static void
the_last_of_many_is_what_stays_and_the_end_waits_for_it(void **state)
{
	struct fixture *f = *state;
	struct spp_model *model = sample();
	struct spp_keeper *keeper;
	unsigned int i;

	assert_int_equal(spp_keeper_create(f->directory, 1, log_line, &keeper, &f->err), 0);
	for (i = 1; i <= 200; i++) {
		model->entries[0].mac[5] = (uint8_t)i;
		spp_keeper_keep(keeper, model, i);
	}
	spp_keeper_destroy(keeper);
	assert_int_equal(restore(f), 1);
	assert_int_equal(spp_txn_running(f->txn)->entries[0].mac[5], 200);
	free(model);
}

static void
a_controller_flushes_and_the_next_process_begins_with_that(void **state)
{
	struct fixture *f = *state;
	struct spp_control_config config = {.process_id = 1,
					    .dataplane = &fake_ops,
					    .dataplane_ctx = &f->fake,
					    .state_dir = f->directory,
					    .log = log_line};
	struct spp_model *model = sample();
	struct spp_control *control;

	save(f, model);
	assert_int_equal(spp_control_create(&config, &control, &f->err), 0);
	assert_non_null(strstr(f->fake.log, "publish"));
	/* An orderly end takes the wiring away, not what is saved. */
	f->fake.log[0] = '\0';
	assert_int_equal(spp_control_clear(control, &f->err), 0);
	assert_non_null(strstr(f->fake.log, "publish"));
	spp_control_destroy(control);
	assert_int_equal(restore(f), 1);
	assert_true(spp_model_same(spp_txn_running(f->txn), model));
	free(model);
}

static void
a_directory_that_cannot_be_made_is_told_and_the_start_goes_on(void **state)
{
	struct fixture *f = *state;
	struct spp_control_config config = {.process_id = 1,
					    .dataplane = &fake_ops,
					    .dataplane_ctx = &f->fake,
					    .state_dir = "/nonexistent/spp/state",
					    .log = log_line};
	struct spp_control *control;

	assert_int_equal(spp_control_create(&config, &control, &f->err), 0);
	assert_non_null(strstr(log_text, "/nonexistent/spp/state: cannot be made"));
	spp_control_destroy(control);
}

int
main(void)
{
#define UNIT(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		UNIT(a_full_disk_is_told_once_and_the_next_flush_saves_again),
		UNIT(the_last_of_many_is_what_stays_and_the_end_waits_for_it),
		UNIT(a_controller_flushes_and_the_next_process_begins_with_that),
		UNIT(a_directory_that_cannot_be_made_is_told_and_the_start_goes_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
