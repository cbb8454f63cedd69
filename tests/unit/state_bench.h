/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A directory with a state file, a model to save, and a transaction to restore it into.
 */
#ifndef SPP_TESTS_STATE_BENCH_H
#define SPP_TESTS_STATE_BENCH_H

#include "fake_dataplane.h"
#include "saved/state_file.h"
#include "wiring/txn.h"

struct fixture {
	struct fake fake;
	struct spp_txn *txn;
	char directory[32];
	char path[SPP_STATE_PATH_SIZE];
	struct spp_error err;
};

/** The lines logged in this test. */
extern char log_text[8192];
void log_line(int priority, const char *line);

int begin(void **state);
int end(void **state);

/** Names in the directory that hold a part; each is removed when wanted. */
unsigned int count_files(const struct fixture *f, const char *part, bool removes);
int restore(struct fixture *f);
void write_text(const struct fixture *f, const char *text, size_t length);
/** Four components and two entries. For free(). */
struct spp_model *sample(void);
void save(struct fixture *f, const struct spp_model *model);

#endif
