/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What request headers say. See headers.h.
 */
#include "monitor/headers.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool
is_port(const char *text)
{
	return text[0] == '\0' || (text[0] == ':' && strlen(text) <= 6 &&
				   strspn(text + 1, "0123456789") == strlen(text) - 1);
}

static bool
is_v6(const char *host)
{
	char address[INET6_ADDRSTRLEN];
	struct in6_addr v6;
	const char *end = strchr(host, ']');
	size_t length = end != NULL ? (size_t)(end - host) - 1 : sizeof(address);

	if (length >= sizeof(address) || !is_port(end + 1))
		return false;
	memcpy(address, host + 1, length);
	address[length] = '\0';
	return inet_pton(AF_INET6, address, &v6) == 1;
}

bool
monitor_header_host(const struct monitor_options *options, const char *host)
{
	char name[256];
	struct in_addr v4;
	size_t length;

	if (host == NULL)
		return true;
	if (host[0] == '[')
		return is_v6(host);
	length = strcspn(host, ":");
	if (length >= sizeof(name) || !is_port(host + length))
		return false;
	memcpy(name, host, length);
	name[length] = '\0';
	if (inet_pton(AF_INET, name, &v4) == 1 || strcasecmp(name, "localhost") == 0)
		return true;
	for (unsigned int i = 0; i < options->nb_hosts; i++)
		if (strcasecmp(options->hosts[i], name) == 0)
			return true;
	return false;
}

/*
 * The weight that a list like "a/b;q=0.5, c/d" gives a word; -1: it is not in the list. Of several,
 * the highest.
 */
static double
weight(const char *list, const char *word)
{
	double best = -1, value;
	size_t length = strlen(word), skipped;

	while (list != NULL && *list != '\0') {
		const char *end = list + strcspn(list, ","), *q;

		skipped = strspn(list, " \t");
		list += skipped;
		if (strncasecmp(list, word, length) == 0 &&
		    strchr(" \t;,", list[length]) != NULL) { /* '\0' as well */
			value = 1;
			for (q = list; q < end; q++)
				if ((*q == ';' || *q == ' ') && strncasecmp(q + 1, "q=", 2) == 0)
					value = strtod(q + 3, NULL);
			best = value > best ? value : best;
		}
		list = *end == ',' ? end + 1 : end;
	}
	return best;
}

bool
monitor_header_openmetrics(const char *accept)
{
	double open = weight(accept, "application/openmetrics-text");
	double text = weight(accept, "text/plain");

	return open > 0 && open >= text;
}

bool
monitor_header_gzip(const char *accept_encoding)
{
	double gzip = weight(accept_encoding, "gzip");

	return gzip > 0 || (gzip < 0 && weight(accept_encoding, "*") > 0);
}
