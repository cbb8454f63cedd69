/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Answers the requests of VFs (common/messages.h). Control thread only. Every answer is given when
 * the work is done, which takes what a NIC takes to be set up; while a slot is being put in order
 * the VF is told to ask again.
 */
#ifndef SPP_SLOT_MESSAGES_H
#define SPP_SLOT_MESSAGES_H

#include "primary/slots.h"
#include "primary/vf_socket.h"

/** As spp_vf_serve; arg: struct spp_slots */
void spp_slot_messages_serve(void *arg, struct spp_vf_peer *peer,
			     const struct spp_msg_request *request, struct spp_msg_reply *reply);

#endif
