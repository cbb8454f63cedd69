/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What tests of `mirror` stand on: two spp_vf, and what is done with them and looked at.
 */
#ifndef SPP_TESTS_MIRROR_BENCH_H
#define SPP_TESTS_MIRROR_BENCH_H

#include <jansson.h>

#include "change/mirror.h"

#define BOTH   (MIRROR_RX | MIRROR_TX)
#define NB_VFS 2

extern struct host host;
extern json_t *notes;
extern struct spp_error err;

int set_up(void **state);
int tear_down(void **state);
struct host_port port_of(unsigned int vf, const char *name);
int try_plug(const char *vhost, unsigned int last, uint16_t vid, bool to_switch, const char *nic);
void plug(const char *vhost, unsigned int last, uint16_t vid, bool to_switch);
void remember(void);
void check_commands(void);
void check_back(void);
int mirror(const char *port, unsigned int vf, const char *to, unsigned int sides);
void expect_mirror(const char *port, unsigned int vf, const char *to, unsigned int sides);
void expect_unmirror(const char *port, unsigned int sides, unsigned int nb);
void expect_at(unsigned int vf, const char *port, enum spp_side side, const char *wanted);

#endif
