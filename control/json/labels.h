/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The labels of ports as one JSON object, {"vhost0": "web1"}, as status shows and files hold them.
 *
 * Beside the commands of a file, not among them: a program that knows no labels reads it as well.
 * Used by status_vf, request and saved/state_file, and by change/.
 */
#ifndef SPP_CONTROL_JSON_LABELS_H
#define SPP_CONTROL_JSON_LABELS_H

#include "spp/model.h"

struct json_t;

/** All there are. NULL: out of memory. */
struct json_t *spp_labels_encode(const struct spp_model *model);

/** Add the command "label" for each member; nothing when it is no object. */
void spp_labels_put_commands(const struct json_t *labels, struct json_t *commands);

/** The command that gives a port this label; "" takes it away. */
struct json_t *spp_labels_command(struct spp_port port, const char *label);

#endif
