/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What sppctl has to say against something: one line on standard error. Used by all its files.
 */
#ifndef SPP_CTL_COMPLAIN_H
#define SPP_CTL_COMPLAIN_H

/** "sppctl: ..." and a newline. */
__attribute__((format(printf, 1, 2))) void ctl_complain(const char *fmt, ...);

#endif
