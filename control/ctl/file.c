/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Files that sppctl reads. See file.h.
 */
#include "ctl/file.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "spp/limits.h"
#include "json/dump.h"
#include "json/json_text.h"
#include "json/load.h"

/* What an open file holds, into text[SPP_REQUEST_SIZE_MAX + 1]. */
static int
read_all(FILE *in, const char *shown, char *text, size_t *size, struct spp_error *err)
{
	errno = 0;
	*size = fread(text, 1, SPP_REQUEST_SIZE_MAX + 1, in);
	if (ferror(in)) {
		int code = errno != 0 ? errno : EIO;

		return spp_error(err, code, "%s: %s", shown, strerror(code));
	}
	if (*size > SPP_REQUEST_SIZE_MAX)
		return spp_error(err, E2BIG,
				 "%s: longer than %u bytes, the most one message may have; send it "
				 "in parts",
				 shown, SPP_REQUEST_SIZE_MAX);
	if (!spp_json_remove_mark(text, size))
		return spp_error(err, EINVAL, "%s: " SPP_JSON_UTF_16, shown);
	return 0;
}

int
ctl_file_read(const char *file, char **out, size_t *size, struct spp_error *err)
{
	FILE *in = strcmp(file, "-") == 0 ? stdin : fopen(file, "re");
	char *text;
	int ret;

	if (in == NULL)
		return spp_error(err, errno, "%s: %s", file, strerror(errno));
	text = malloc(SPP_REQUEST_SIZE_MAX + 1);
	ret = text != NULL ? read_all(in, ctl_file_shown(file), text, size, err)
			   : spp_error(err, ENOMEM, "out of memory");
	if (in != stdin)
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

	*out = spp_json_load(text, size, 0, &where);
	if (*out == NULL && spp_json_no_memory(&where))
		return spp_error(err, ENOMEM, "%s: out of memory", ctl_file_shown(file));
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
ctl_file_object(const char *file, json_t **out, struct spp_error *err)
{
	char *text = NULL;
	size_t size = 0;
	int ret = ctl_file_read(file, &text, &size, err);

	if (ret < 0)
		return ret;
	ret = ctl_file_parse(file, text, size, out, err);
	free(text);
	return ret;
}

int
ctl_file_check_wiring(const char *file, const json_t *object, struct spp_error *err)
{
	const json_t *version = json_object_get(object, "version");
	const json_t *process = json_object_get(object, "process");
	int ret = 0;

	file = ctl_file_shown(file);
	if (json_is_array(json_object_get(object, "processes")))
		ret = spp_error(err, EINVAL,
				"%s: it is of several spp_vf (`sppctl dump vf1` writes one of one)",
				file);
	else if (!json_is_array(json_object_get(object, "commands")))
		ret = spp_error(err, EINVAL,
				"%s: no array \"commands\" in it (`sppctl dump` "
				"writes such a file)",
				file);
	else if (version != NULL && json_integer_value(version) != SPP_DUMP_VERSION)
		ret = spp_error(err, EINVAL, "%s: a file of another version (\"version\":%d)", file,
				SPP_DUMP_VERSION);
	else if (process != NULL && (json_integer_value(process) < 1 ||
				     json_integer_value(process) > SPP_PROCESS_ID_MAX))
		ret = spp_error(err, EINVAL, "%s: \"process\" is not that of a spp_vf (1 to %d)",
				file, SPP_PROCESS_ID_MAX);
	return ret;
}

/* Each is as a file of one, and there once. */
static int
check_processes(const char *file, const json_t *all, struct spp_error *err)
{
	bool seen[SPP_PROCESS_ID_MAX + 1] = {false};
	const json_t *one;
	size_t i;

	if (!json_is_array(all) || json_array_size(all) == 0 || json_array_size(all) > SPP_VF_MAX)
		return spp_error(err, EINVAL,
				 "%s: \"processes\" is no array of 1 to %d wirings (`sppctl dump` "
				 "writes such a file)",
				 ctl_file_shown(file), SPP_VF_MAX);
	json_array_foreach (all, i, one) {
		json_int_t id = json_integer_value(json_object_get(one, "process"));
		int ret = ctl_file_check_wiring(file, one, err);

		if (ret < 0)
			return ret;
		if (json_object_get(one, "process") == NULL || seen[id])
			return spp_error(err, EINVAL,
					 "%s: wiring %zu: its \"process\" is missing, or there "
					 "twice",
					 ctl_file_shown(file), i + 1);
		seen[id] = true;
	}
	return 0;
}

int
ctl_file_wirings(const char *file, json_t **out, struct spp_error *err)
{
	int ret = ctl_file_object(file, out, err);
	const json_t *version, *all;

	if (ret < 0)
		return ret;
	version = json_object_get(*out, "version");
	all = json_object_get(*out, "processes");
	if (all == NULL)
		ret = ctl_file_check_wiring(file, *out, err);
	else if (version != NULL && json_integer_value(version) != SPP_DUMP_VERSION)
		ret = spp_error(err, EINVAL, "%s: a file of another version (\"version\":%d)",
				ctl_file_shown(file), SPP_DUMP_VERSION);
	else
		ret = check_processes(file, all, err);
	if (ret < 0)
		json_decref(*out);
	return ret;
}
