/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * `sppctl send NAME FILE`: passes one JSON message to a process, as it is, and prints the reply.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ctl.h"
#include "spp/limits.h"

/* Whole file, or standard input for "-". One byte more than allowed is enough to refuse it. */
static int
read_file(const char *file, const char *shown, char **out, size_t *size, struct spp_error *err)
{
	FILE *in = strcmp(file, "-") == 0 ? stdin : fopen(file, "re");
	char *text = malloc(SPP_REQUEST_SIZE_MAX + 1);
	int ret = 0;

	if (in == NULL)
		ret = spp_error(err, errno, "%s: %s", file, strerror(errno));
	else if (text == NULL)
		ret = spp_error(err, ENOMEM, "out of memory");
	if (ret == 0) {
		errno = 0;
		*size = fread(text, 1, SPP_REQUEST_SIZE_MAX + 1, in);
		if (ferror(in))
			ret = spp_error(err, errno != 0 ? errno : EIO, "%s: %s", shown,
					strerror(errno != 0 ? errno : EIO));
		else if (*size > SPP_REQUEST_SIZE_MAX)
			ret = spp_error(err, E2BIG,
					"%s: longer than %u bytes, the most one message "
					"may have; send it in parts",
					shown, SPP_REQUEST_SIZE_MAX);
	}
	if (in != NULL && in != stdin)
		fclose(in);
	if (ret < 0)
		free(text);
	else
		*out = text;
	return ret;
}

/* A message is one JSON object; what its members must be is the process' business. */
static int
check_message(const char *file, const char *text, size_t size, struct spp_error *err)
{
	json_error_t where;
	json_t *root = json_loadb(text, size, 0, &where);
	int ret = 0;

	if (root == NULL)
		return spp_error(err, EINVAL, "%s:%d:%d: not JSON: %s%s", file, where.line,
				 where.column, where.text,
				 memmem(text, size, "//", 2) != NULL ||
						 memmem(text, size, "/*", 2) != NULL
					 ? " (JSON has no comments)"
					 : "");
	if (!json_is_object(root))
		ret = spp_error(err, EINVAL, "%s: not a message (it would be {\"commands\":[...]})",
				file);
	json_decref(root);
	return ret;
}

int
ctl_send_run(const struct ctl *ctl, const char *name, const char *file)
{
	const char *shown = strcmp(file, "-") == 0 ? "standard input" : file;
	struct spp_error err = {""};
	json_t *reply = NULL;
	char *text = NULL;
	size_t size = 0;
	int ret;

	ret = read_file(file, shown, &text, &size, &err);
	if (ret == 0)
		ret = check_message(shown, text, size, &err);
	if (ret < 0) {
		ctl_reply_complain("%s", err.text);
		free(text);
		return CTL_USAGE;
	}
	ret = ctl_find_agent(ctl, "send", name, text, size, &reply, &err);
	free(text);
	if (ret < 0) {
		ctl_reply_complain("%s", err.text);
		return ret == -EINVAL ? CTL_USAGE : CTL_UNREACHABLE;
	}
	ctl_reply_print(reply);
	ret = ctl_reply_ok(reply) ? CTL_OK : CTL_ERROR;
	json_decref(reply);
	return ret;
}
