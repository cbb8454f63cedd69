/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The configuration file of one spp_vf. Implements spp_vf_file_load() of include/spp/control.h.
 *
 * Read once at start. Knows the members and their ranges, not what the host has.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "spp/control.h"
#include "spp/guest.h"
#include "wiring/names.h"
#include "json/json_text.h"
#include "json/load.h"

#define VF_FILE_SIZE_MAX (1u << 20)
#define VHOST_PATH       "/tmp/sock%u"

/** What is being read, for messages. */
struct vf_file {
	const char *path;
	struct spp_error *err;
	json_t *vf;
};

static int
get_number(const struct vf_file *file, const char *member, bool required, unsigned int max,
	   unsigned int *out)
{
	json_t *value = json_object_get(file->vf, member);
	char text[24];
	const char *digits = text;

	if (value == NULL && !required)
		return 0;
	if (value == NULL)
		return spp_error(file->err, EINVAL, "%s: vfs[0].%s is missing (0 to %u)",
				 file->path, member, max);
	if (json_is_string(value))
		digits = json_string_value(value);
	else if (json_is_integer(value))
		snprintf(text, sizeof(text), "%lld", (long long)json_integer_value(value));
	else
		return spp_error(file->err, EINVAL, "%s: vfs[0].%s is not a number (0 to %u)",
				 file->path, member, max);
	if (spp_number_parse(digits, max, out) < 0)
		return spp_error(file->err, EINVAL, "%s: vfs[0].%s is \"%.40s\" (0 to %u)",
				 file->path, member, digits, max);
	return 0;
}

static int
get_text(const struct vf_file *file, const char *member, char *out, size_t size)
{
	json_t *value = json_object_get(file->vf, member);

	if (value == NULL)
		return 0;
	if (!json_is_string(value) || json_string_length(value) == 0)
		return spp_error(file->err, EINVAL, "%s: vfs[0].%s is not a string with text",
				 file->path, member);
	if (json_string_length(value) >= size)
		return spp_error(file->err, EINVAL,
				 "%s: vfs[0].%s has %zu characters (at most %zu)", file->path,
				 member, json_string_length(value), size - 1);
	memcpy(out, json_string_value(value), json_string_length(value) + 1);
	return 0;
}

/* A name, or its number, as a text or as it is. Whether it exists is not for us to know. */
static int
get_account(const struct vf_file *file, const char *member, char *out, size_t size)
{
	json_t *value = json_object_get(file->vf, member);

	if (value != NULL && !json_is_integer(value) && json_string_length(value) == 0)
		return spp_error(file->err, EINVAL,
				 "%s: vfs[0].%s is not a name or number (as chown(1) takes them)",
				 file->path, member);
	if (!json_is_integer(value))
		return get_text(file, member, out, size);
	if (json_integer_value(value) < 0 || json_integer_value(value) >= UINT32_MAX)
		return spp_error(file->err, EINVAL,
				 "%s: vfs[0].%s is %lld (a name, or a number from 0 to %u)",
				 file->path, member, (long long)json_integer_value(value),
				 UINT32_MAX - 1);
	snprintf(out, size, "%lld", (long long)json_integer_value(value));
	return 0;
}

static int
get_mode(const struct vf_file *file, char *out, size_t size)
{
	json_t *value = json_object_get(file->vf, "vhost_mode");
	const char *text = json_is_string(value) ? json_string_value(value) : "";

	if (value == NULL)
		return 0;
	if (strcmp(text, "server") != 0 && strcmp(text, "client") != 0)
		return spp_error(file->err, EINVAL,
				 "%s: vfs[0].vhost_mode is \"%.40s\" (\"server\" or \"client\")",
				 file->path, text);
	snprintf(out, size, "%s", text);
	return 0;
}

static int
get_guest_filter(const struct vf_file *file, uint8_t *out)
{
	json_t *value = json_object_get(file->vf, "guest_filter");
	const char *text = json_is_string(value) ? json_string_value(value) : "";

	if (value == NULL || spp_filter_parse(text, out, NULL) == 0)
		return 0;
	return spp_error(file->err, EINVAL,
			 "%s: vfs[0].guest_filter is \"%.40s\" (\"reserved\" or \"none\")",
			 file->path, text);
}

/* As --guest takes them: one word, or several. */
static int
get_guest(const struct vf_file *file, uint64_t *out)
{
	json_t *given = json_object_get(file->vf, "guest"), *value;
	struct spp_error why;
	size_t i;

	if (json_is_string(given)) {
		if (spp_guest_parse("is", json_string_value(given), out, &why) == 0)
			return 0;
		return spp_error(file->err, EINVAL, "%s: vfs[0].guest %s", file->path, why.text);
	}
	if (given != NULL && !json_is_array(given))
		return spp_error(
			file->err, EINVAL,
			"%s: vfs[0].guest is not \"trusted\" or \"untrusted\", nor an array "
			"(as [\"vhost0=trusted\"])",
			file->path);
	json_array_foreach (given, i, value) {
		if (!json_is_string(value))
			return spp_error(file->err, EINVAL,
					 "%s: vfs[0].guest[%zu] is not a string (as "
					 "\"vhost0=trusted\")",
					 file->path, i);
		if (spp_guest_parse("is", json_string_value(value), out, &why) < 0)
			return spp_error(file->err, EINVAL, "%s: vfs[0].guest[%zu] %s", file->path,
					 i, why.text);
	}
	return 0;
}

/* As --uplink takes them. */
static int
get_uplinks(const struct vf_file *file, struct spp_uplink out[SPP_UPLINK_MAX])
{
	json_t *list = json_object_get(file->vf, "uplinks"), *value;
	struct spp_error why;
	size_t i;

	if (list != NULL && !json_is_array(list))
		return spp_error(file->err, EINVAL,
				 "%s: vfs[0].uplinks is not an array (as [\"nic0,nic1\"])",
				 file->path);
	json_array_foreach (list, i, value) {
		if (!json_is_string(value))
			return spp_error(file->err, EINVAL,
					 "%s: vfs[0].uplinks[%zu] is not a string (as "
					 "\"nic0,nic1\")",
					 file->path, i);
		if (spp_uplink_parse(json_string_value(value), out, &why) < 0)
			return spp_error(file->err, EINVAL, "%s: vfs[0].uplinks[%zu]: %s",
					 file->path, i, why.text);
	}
	return 0;
}

static int
check_members(const struct vf_file *file, json_t *object, const char *place,
	      const char *const known[])
{
	const char *key;
	json_t *value;
	size_t i;

	json_object_foreach (object, key, value) {
		for (i = 0; known[i] != NULL && strcmp(known[i], key) != 0;)
			i++;
		if (known[i] != NULL)
			continue;
		if (strcmp(key, "functions") == 0)
			return spp_error(file->err, EINVAL,
					 "%s: %sfunctions is of the older format (components are "
					 "dynamic now: leave it out, send them as messages)",
					 file->path, place);
		return spp_error(file->err, EINVAL, "%s: %s%.80s is not a known member", file->path,
				 place, key);
	}
	return 0;
}

/** Exactly one %u, and no other conversion: the path is a format to be filled with the number. */
static int
check_vhost_path(const struct vf_file *file, const char *path)
{
	const char *percent = strchr(path, '%');

	if (percent != NULL && percent[1] == 'u' && strchr(percent + 1, '%') == NULL)
		return 0;
	return spp_error(file->err, EINVAL,
			 "%s: vfs[0].vhost_path is \"%s\" (exactly one %%u for the number, and no "
			 "other %%)",
			 file->path, path);
}

static int
check_ranges(const struct vf_file *file, const struct spp_vf_file *vf)
{
	if (vf->first_vhost + vf->num_vhost > SPP_VHOST_MAX)
		return spp_error(file->err, EINVAL,
				 "%s: vhosts %u to %u are asked for (there are 0 to %d)",
				 file->path, vf->first_vhost, vf->first_vhost + vf->num_vhost - 1,
				 SPP_VHOST_MAX - 1);
	if (2 * vf->first_vhost + vf->num_ring > SPP_RING_MAX)
		return spp_error(file->err, EINVAL,
				 "%s: rings %u to %u are asked for (there are 0 to %d; they begin "
				 "at 2 x first_vhost)",
				 file->path, 2 * vf->first_vhost,
				 2 * vf->first_vhost + vf->num_ring - 1, SPP_RING_MAX - 1);
	return 0;
}

static int
read_vf(const struct vf_file *file, struct spp_vf_file *out)
{
	static const char *const known[] = {
		"name",       "num_vhost",  "num_ring",    "nic",         "first_vhost",
		"vhost_path", "vhost_mode", "vhost_owner", "vhost_group", "guest_filter",
		"uplinks",    "guest",      NULL,
	};
	unsigned int nic = UINT32_MAX;
	struct spp_error why;
	int ret;

	ret = check_members(file, file->vf, "vfs[0].", known);
	if (ret == 0 && json_object_get(file->vf, "name") == NULL)
		ret = spp_error(file->err, EINVAL, "%s: vfs[0].name is missing (as \"vf1\")",
				file->path);
	if (ret == 0)
		ret = get_text(file, "name", out->name, sizeof(out->name));
	if (ret == 0 && spp_name_check(out->name, &why) < 0)
		ret = spp_error(file->err, EINVAL, "%s: vfs[0].name: %s", file->path, why.text);
	if (ret == 0)
		ret = get_number(file, "num_vhost", true, SPP_VHOST_MAX, &out->num_vhost);
	if (ret == 0)
		ret = get_number(file, "num_ring", true, SPP_RING_MAX, &out->num_ring);
	if (ret == 0)
		ret = get_number(file, "nic", false, SPP_NIC_MAX - 1, &nic);
	if (ret == 0)
		ret = get_number(file, "first_vhost", false, SPP_VHOST_MAX - 1, &out->first_vhost);
	if (ret == 0)
		ret = get_text(file, "vhost_path", out->vhost_path, sizeof(out->vhost_path));
	if (ret == 0)
		ret = get_mode(file, out->vhost_mode, sizeof(out->vhost_mode));
	if (ret == 0)
		ret = get_account(file, "vhost_owner", out->vhost_owner, sizeof(out->vhost_owner));
	if (ret == 0)
		ret = get_account(file, "vhost_group", out->vhost_group, sizeof(out->vhost_group));
	if (ret == 0)
		ret = get_guest_filter(file, &out->guest_filter);
	if (ret == 0)
		ret = get_guest(file, &out->trusted);
	if (ret == 0)
		ret = get_uplinks(file, out->uplink);
	if (ret < 0)
		return ret;
	out->nic = nic == UINT32_MAX ? -1 : (int)nic;
	ret = check_vhost_path(file, out->vhost_path);
	return ret < 0 ? ret : check_ranges(file, out);
}

static int
read_root(struct vf_file *file, json_t *root, struct spp_vf_file *out)
{
	static const char *const known[] = {"vfs", NULL};
	json_t *vfs;
	int ret;

	if (!json_is_object(root))
		return spp_error(file->err, EINVAL, "%s: is not {\"vfs\": [{...}]}", file->path);
	ret = check_members(file, root, "", known);
	if (ret < 0)
		return ret;
	vfs = json_object_get(root, "vfs");
	if (!json_is_array(vfs) || json_array_size(vfs) != 1 ||
	    !json_is_object(json_array_get(vfs, 0)))
		return spp_error(file->err, EINVAL,
				 "%s: \"vfs\" is not an array of exactly one object (one file per "
				 "spp_vf)",
				 file->path);
	file->vf = json_array_get(vfs, 0);
	return read_vf(file, out);
}

/** The line of the first comment outside a string, 0: there is none. */
static int
find_comment(const char *text)
{
	bool in_string = false;
	int line = 1;

	for (; *text != '\0'; text++) {
		if (*text == '\n') {
			line++;
			in_string = false;
		} else if (in_string && *text == '\\' && text[1] != '\0') {
			text++;
		} else if (*text == '"') {
			in_string = !in_string;
		} else if (!in_string &&
			   (*text == '#' || (*text == '/' && (text[1] == '/' || text[1] == '*')))) {
			return line;
		}
	}
	return 0;
}

static int
parse(struct vf_file *file, const char *text, size_t length, struct spp_vf_file *out)
{
	json_error_t error;
	json_t *root;
	int comment, ret;

	if (!spp_json_skip_mark(&text, &length))
		return spp_error(file->err, EINVAL, "%s: " SPP_JSON_UTF_16, file->path);
	root = spp_json_load(text, length, JSON_REJECT_DUPLICATES, &error);
	if (root == NULL && spp_json_no_memory(&error))
		return spp_error(file->err, ENOMEM, "%s: out of memory", file->path);
	if (root == NULL) {
		comment = find_comment(text);
		if (comment > 0 && comment <= error.line)
			return spp_error(file->err, EINVAL,
					 "%s: line %d: a comment (JSON has none: remove it)",
					 file->path, comment);
		return spp_error(file->err, EINVAL, "%s: line %d, column %d: %s", file->path,
				 error.line, error.column, error.text);
	}
	ret = read_root(file, root, out);
	json_decref(root);
	return ret;
}

/** The whole file, NUL-terminated. */
static int
read_text(const char *path, char **text, size_t *length, struct spp_error *err)
{
	FILE *stream = fopen(path, "re");
	int ret = 0;

	if (stream == NULL)
		return spp_error(err, errno, "%s: %s", path, strerror(errno));
	*text = malloc(VF_FILE_SIZE_MAX + 1);
	if (*text == NULL) {
		fclose(stream);
		return spp_error(err, ENOMEM, "%s: out of memory", path);
	}
	errno = 0;
	*length = fread(*text, 1, VF_FILE_SIZE_MAX, stream);
	if (ferror(stream))
		ret = spp_error(err, errno != 0 ? errno : EIO, "%s: %s", path, strerror(errno));
	else if (*length == VF_FILE_SIZE_MAX)
		ret = spp_error(err, EFBIG, "%s: %u bytes or more (a configuration has some 100)",
				path, VF_FILE_SIZE_MAX);
	fclose(stream);
	(*text)[ret < 0 ? 0 : *length] = '\0';
	if (ret < 0)
		free(*text);
	return ret;
}

int
spp_vf_file_load(const char *path, struct spp_vf_file *out, struct spp_error *err)
{
	struct vf_file file = {.path = path, .err = err};
	size_t length = 0;
	char *text = NULL;
	int ret;

	memset(out, 0, sizeof(*out));
	out->nic = -1;
	snprintf(out->vhost_path, sizeof(out->vhost_path), "%s", VHOST_PATH);
	ret = read_text(path, &text, &length, err);
	if (ret < 0)
		return ret;
	ret = parse(&file, text, length, out);
	free(text);
	return ret;
}
