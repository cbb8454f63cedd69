/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Files that sppctl reads: all of one into memory, and the wiring file of dump, diff and apply.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ctl.h"
#include "spp/limits.h"

int
ctl_file_read(const char *file, char **out, size_t *size, struct spp_error *err)
{
	const char *shown = ctl_file_shown(file);
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

const char *
ctl_file_shown(const char *file)
{
	return strcmp(file, "-") == 0 ? "standard input" : file;
}

int
ctl_file_parse(const char *file, const char *text, size_t size, json_t **out, struct spp_error *err)
{
	json_error_t where;
	bool comment = memmem(text, size, "//", 2) != NULL || memmem(text, size, "/*", 2) != NULL;

	*out = json_loadb(text, size, 0, &where);
	if (*out == NULL)
		return spp_error(err, EINVAL, "%s:%d:%d: not JSON: %s%s", ctl_file_shown(file),
				 where.line, where.column, where.text,
				 comment ? " (JSON has no comments)" : "");
	if (json_is_object(*out))
		return 0;
	json_decref(*out);
	return spp_error(err, EINVAL, "%s: not a message (it would be {\"commands\":[...]})",
			 ctl_file_shown(file));
}

int
ctl_file_wiring(const char *file, json_t **out, struct spp_error *err)
{
	const json_t *version, *process;
	char *text = NULL;
	size_t size = 0;
	int ret = ctl_file_read(file, &text, &size, err);

	if (ret < 0)
		return ret;
	ret = ctl_file_parse(file, text, size, out, err);
	free(text);
	if (ret < 0)
		return ret;
	file = ctl_file_shown(file);
	version = json_object_get(*out, "version");
	process = json_object_get(*out, "process");
	if (!json_is_array(json_object_get(*out, "commands")))
		ret = spp_error(err, EINVAL,
				"%s: no array \"commands\" in it (`sppctl dump` "
				"writes such a file)",
				file);
	else if (version != NULL && json_integer_value(version) != 1)
		ret = spp_error(err, EINVAL, "%s: a file of another version (\"version\":1)", file);
	else if (process != NULL && (json_integer_value(process) < 1 ||
				     json_integer_value(process) > SPP_PROCESS_ID_MAX))
		ret = spp_error(err, EINVAL, "%s: \"process\" is not that of a spp_vf (1 to %d)",
				file, SPP_PROCESS_ID_MAX);
	if (ret < 0)
		json_decref(*out);
	return ret;
}
