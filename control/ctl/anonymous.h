/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A text without network addresses: each is replaced by a word of its own, the same one wherever
 * the address stands, so that one still sees what belongs together. Used by report.
 *
 *     52:54:00:12:ab:56   MAC-1      also 52-54-00-..., and without separators where it was seen
 *     10.0.0.7            IP-1       also IPv6
 *     127.0.0.1           localhost  ::1: localhost6; 0.0.0.0 and ::: any
 *     the host's name     HOST
 */
#ifndef SPP_CTL_ANONYMOUS_H
#define SPP_CTL_ANONYMOUS_H

/** @return malloc'ed; NULL: out of memory. @param host the host's name; "": not known */
char *ctl_anonymous(const char *text, const char *host);

#endif
