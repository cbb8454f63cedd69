/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What cppcheck must know of headers that are not ours, which it does not read: macros that look
 * like control flow. Included before each file by tests/lint/analysis.py; never compiled.
 */
#define json_array_foreach(array, index, value)                                                    \
	for (index = 0;                                                                            \
	     index < json_array_size(array) && (value = json_array_get(array, index)) != NULL;     \
	     index++)
#define json_object_foreach(object, key, value)                                                    \
	for (key = json_object_iter_key(json_object_iter(object));                                 \
	     key != NULL && (value = json_object_get(object, key)) != NULL;                        \
	     key = json_object_iter_key(                                                           \
		     json_object_iter_next(object, json_object_key_to_iter(key))))

#define TAILQ_ENTRY(type)                                                                          \
	struct {                                                                                   \
		struct type *next;                                                                 \
	}
#define TAILQ_HEAD(name, type)                                                                     \
	struct name {                                                                              \
		struct type *first;                                                                \
	}
#define TAILQ_FOREACH(item, head, link)                                                            \
	for (item = (head)->first; item != NULL; item = item->link.next)
#define STAILQ_ENTRY(type)               TAILQ_ENTRY(type)
#define STAILQ_HEAD(name, type)          TAILQ_HEAD(name, type)
#define SLIST_ENTRY(type)                TAILQ_ENTRY(type)
#define SLIST_HEAD(name, type)           TAILQ_HEAD(name, type)
#define STAILQ_FOREACH(item, head, link) TAILQ_FOREACH (item, head, link)

#define RTE_LCORE_FOREACH(lcore)        for (lcore = first_lcore(); more_lcores(lcore); lcore++)
#define RTE_LCORE_FOREACH_WORKER(lcore) RTE_LCORE_FOREACH(lcore)
#define RTE_ETH_FOREACH_DEV(port)       for (port = first_port(); more_ports(port); port++)
#define RTE_STR(x)                      #x
