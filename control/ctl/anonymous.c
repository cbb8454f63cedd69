/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A text without network addresses. See anonymous.h.
 */
#include "ctl/anonymous.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <jansson.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAC_TEXT_SIZE  17 /* 00:11:22:33:44:55 */
#define MAC_PLAIN_SIZE 12

struct anonymous {
	json_t *macs, *ips; /* address as it is written usually -> its number */
};

/* "MAC-3": the number is that of the first time it was seen. */
static void
put_word(FILE *out, json_t *known, const char *address, const char *word)
{
	json_t *number = json_object_get(known, address);

	if (number == NULL) {
		number = json_integer((json_int_t)json_object_size(known) + 1);
		json_object_set_new(known, address, number);
	}
	fprintf(out, "%s-%d", word, (int)json_integer_value(number));
}

/* Twelve hexadecimal digits, in pairs with this between them ('\0': nothing). */
static bool
read_mac(const char *text, char separator, char plain[MAC_PLAIN_SIZE + 1])
{
	for (size_t i = 0; i < 6; i++) {
		if (!isxdigit((unsigned char)text[0]) || !isxdigit((unsigned char)text[1]))
			return false;
		plain[2 * i] = (char)tolower((unsigned char)text[0]);
		plain[2 * i + 1] = (char)tolower((unsigned char)text[1]);
		text += 2;
		if (i < 5 && separator != '\0' && *text++ != separator)
			return false;
	}
	plain[MAC_PLAIN_SIZE] = '\0';
	return !isalnum((unsigned char)*text) && (separator == '\0' || *text != separator);
}

/* @return characters taken, 0: it is none */
static size_t
take_mac(struct anonymous *a, const char *text, FILE *out)
{
	char plain[MAC_PLAIN_SIZE + 1];

	if (read_mac(text, ':', plain) || read_mac(text, '-', plain)) {
		if (strcmp(plain, "ffffffffffff") == 0)
			fputs("MAC-broadcast", out);
		else if (strcmp(plain, "000000000000") == 0)
			fputs("MAC-zero", out);
		else
			put_word(out, a->macs, plain, "MAC");
		return MAC_TEXT_SIZE;
	}
	/* The name that udev gives an interface by its address. */
	if (strncmp(text, "enx", 3) == 0 && read_mac(text + 3, '\0', plain)) {
		fputs("enx", out);
		put_word(out, a->macs, plain, "MAC");
		return 3 + MAC_PLAIN_SIZE;
	}
	return 0;
}

static void
put_ip(struct anonymous *a, int family, const void *address, FILE *out)
{
	static const struct in6_addr any6 = IN6ADDR_ANY_INIT, loopback6 = IN6ADDR_LOOPBACK_INIT;
	const uint8_t *bytes = address;
	char text[INET6_ADDRSTRLEN];

	if (family == AF_INET && bytes[0] == 127)
		fputs("localhost", out);
	else if (family == AF_INET6 && memcmp(address, &loopback6, sizeof(loopback6)) == 0)
		fputs("localhost6", out);
	else if (memcmp(address, &any6, family == AF_INET ? 4 : sizeof(any6)) == 0)
		fputs("any", out);
	else
		put_word(out, a->ips, inet_ntop(family, address, text, sizeof(text)), "IP");
}

static size_t
take_ip(struct anonymous *a, const char *text, FILE *out)
{
	size_t length = strspn(text, "0123456789abcdefABCDEF:.");
	char word[INET6_ADDRSTRLEN];
	struct in6_addr v6;
	struct in_addr v4;
	size_t decimal = strspn(text, "0123456789.");

	/* IP:PORT is no IPv6 address. */
	if (decimal < length && text[decimal] == ':' && memchr(text, '.', decimal) != NULL)
		length = decimal;
	if (length >= sizeof(word) || isalnum((unsigned char)text[length]))
		return 0;
	/* What ends a sentence or comes before an explanation. */
	while (length > 1 &&
	       (text[length - 1] == '.' || (text[length - 1] == ':' && text[length - 2] != ':')))
		length--;
	memcpy(word, text, length);
	word[length] = '\0';
	if (inet_pton(AF_INET, word, &v4) == 1)
		put_ip(a, AF_INET, &v4, out);
	else if (strchr(word, ':') != NULL && inet_pton(AF_INET6, word, &v6) == 1)
		put_ip(a, AF_INET6, &v6, out);
	else
		return 0;
	return length;
}

static size_t
take_host(const char *text, const char *host, FILE *out)
{
	size_t length = strlen(host);

	if (length == 0 || strncmp(text, host, length) != 0 ||
	    isalnum((unsigned char)text[length]) || text[length] == '_')
		return 0;
	fputs("HOST", out);
	return length;
}

/* A word may begin here. */
static bool
is_begin(const char *text, const char *at)
{
	return at == text || (!isalnum((unsigned char)at[-1]) && at[-1] != '_' &&
			      (at[-1] != ':' || at[0] != ':') && at[-1] != '.');
}

static void
replace(struct anonymous *a, const char *text, const char *host, FILE *out)
{
	const char *at = text;
	size_t taken;

	while (*at != '\0') {
		taken = 0;
		if (is_begin(text, at))
			taken = take_mac(a, at, out);
		if (taken == 0 && is_begin(text, at))
			taken = take_ip(a, at, out);
		if (taken == 0 && is_begin(text, at))
			taken = take_host(at, host, out);
		if (taken == 0)
			fputc(at[taken++], out);
		at += taken;
	}
}

/* Once all are known: the same without separators, where twelve digits are more than a number. */
static void
replace_plain(struct anonymous *a, const char *text, FILE *out)
{
	char plain[MAC_PLAIN_SIZE + 1];

	for (const char *at = text; *at != '\0';) {
		bool known = is_begin(text, at) && read_mac(at, '\0', plain) &&
			     json_object_get(a->macs, plain) != NULL;

		if (known)
			put_word(out, a->macs, plain, "MAC");
		else
			fputc(*at, out);
		at += known ? MAC_PLAIN_SIZE : 1;
	}
}

char *
ctl_anonymous(const char *text, const char *host)
{
	struct anonymous a = {.macs = json_object(), .ips = json_object()};
	char *once = NULL, *twice = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&once, &size);

	if (out != NULL) {
		replace(&a, text, host, out);
		fclose(out);
		out = open_memstream(&twice, &size);
	}
	if (out != NULL) {
		replace_plain(&a, once, out);
		fclose(out);
	}
	free(once);
	json_decref(a.macs);
	json_decref(a.ips);
	return twice;
}
