/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The messages of the founding document, as valid JSON and as they are printed there.
 */
#ifndef SPP_TESTS_FOUNDING_H
#define SPP_TESTS_FOUNDING_H

#define FOUNDING_PROCESS                                                                           \
	"{\n  \"commands\": [\n    {\n      \"command\": \"process\"\n    }\n  ]\n}\n"

#define FOUNDING_INITIAL                                                                           \
	"{ \"commands\": [\n"                                                                      \
	"  { \"command\": \"component\", \"core_id\": \"2\", \"type\": \"none\" },\n"              \
	"  { \"command\": \"component\", \"core_id\": \"2\", \"type\": \"classifier\",\n"          \
	"    \"rx_ports\": [\"nic0\"], \"tx_ports\": [\"ring0\", \"ring2\"] },\n"                  \
	"  { \"command\": \"component\", \"core_id\": \"3\", \"type\": \"none\" },\n"              \
	"  { \"command\": \"component\", \"core_id\": \"3\", \"type\": \"merge\",\n"               \
	"    \"rx_ports\": [\"ring1\", \"ring3\"], \"tx_ports\": [\"nic0\"] },\n"                  \
	"  { \"command\": \"flush\" }\n] }\n"

#define FOUNDING_START                                                                             \
	"{ \"commands\": [\n"                                                                      \
	"  { \"command\": \"classifier_table\", \"type\": \"mac\",\n"                              \
	"    \"value\": \"00:11:22:33:44:55\", \"port\": \"unuse\" },\n"                           \
	"  { \"command\": \"classifier_table\", \"type\": \"mac\",\n"                              \
	"    \"value\": \"00:11:22:33:44:55\", \"port\": \"ring0\" },\n"                           \
	"  { \"command\": \"component\", \"core_id\": \"4\", \"type\": \"forward\",\n"             \
	"    \"rx_ports\": [\"ring0\"], \"tx_ports\": [\"vhost0\"] },\n"                           \
	"  { \"command\": \"component\", \"core_id\": \"5\", \"type\": \"forward\",\n"             \
	"    \"rx_ports\": [\"vhost0\"], \"tx_ports\": [\"ring1\"] },\n"                           \
	"  { \"command\": \"flush\" }\n] }\n"

#define FOUNDING_STOP                                                                              \
	"{ \"commands\": [\n"                                                                      \
	"  { \"command\": \"classifier_table\", \"type\": \"mac\",\n"                              \
	"    \"value\": \"00:11:22:33:44:55\", \"port\": \"unuse\" },\n"                           \
	"  { \"command\": \"component\", \"core_id\": \"4\", \"type\": \"none\" },\n"              \
	"  { \"command\": \"component\", \"core_id\": \"5\", \"type\": \"none\" },\n"              \
	"  { \"command\": \"flush\" }\n] }\n"

/** As printed: a comment behind a member, and `}` where `]` is meant. */
#define FOUNDING_AS_PRINTED                                                                        \
	"{\n  \"commands\": [\n"                                                                   \
	"    {\n      \"command\": \"component\",\n"                                               \
	"      \"core_id\": \"4\",\t\t// free cores are managed by the \"SPP-AGENT\n"              \
	"      \"type\": \"none\"\n    },\n"                                                       \
	"    {\n      \"command\": \"flush\"\n    }\n  }\n}\n"

#define FOUNDING_PROCESS_AS_PRINTED                                                                \
	"{\n  \"commands\": [\n    {\n      \"command\": \"process\"\n    }\n  }\n}\n"

#endif
