/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The file of a saved wiring. See state_file.h.
 */
#include "saved/state_file.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <jansson.h>

#include "json/dump.h"
#include "json/json_text.h"
#include "json/labels.h"
#include "json/load.h"

/** "vf-1.json.bad-20261126T104210.250Z" */
#define BAD_SUFFIX ".bad-"
#define STAMP_SIZE 40

int
spp_state_path(char out[SPP_STATE_PATH_SIZE], const char *directory, unsigned int process_id,
	       struct spp_error *err)
{
	int length = snprintf(out, SPP_STATE_PATH_SIZE, "%s/vf-%u.json", directory, process_id);

	/* What is set aside gets a longer name. */
	if (length < 0 || length >= SPP_STATE_PATH_SIZE - 32)
		return spp_error(err, ENAMETOOLONG,
				 "state directory %.64s...: its path is longer than %d characters",
				 directory, SPP_STATE_PATH_SIZE - 64);
	return 0;
}

int
spp_state_make_directory(const char *directory, struct spp_error *err)
{
	struct stat found;

	if (mkdir(directory, 0755) == 0)
		return 0;
	if (errno != EEXIST)
		return spp_error(err, errno, "state directory %s: cannot be made: %s", directory,
				 strerror(errno));
	if (stat(directory, &found) < 0 || !S_ISDIR(found.st_mode))
		return spp_error(err, ENOTDIR, "state directory %s: is there and is no directory",
				 directory);
	return 0;
}

/** The directory of a path, opened. */
static int
open_directory(const char *path)
{
	char directory[SPP_STATE_PATH_SIZE];
	char *slash;

	snprintf(directory, sizeof(directory), "%s", path);
	slash = strrchr(directory, '/');
	if (slash == NULL)
		return open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	slash[slash == directory ? 1 : 0] = '\0';
	return open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/** One command a line. */
static int
write_command(FILE *stream, json_t *command)
{
	int ret = -ENOMEM;

	if (command != NULL) {
		ret = fputs("    ", stream) < 0 || json_dumpf(command, stream, 0) < 0 ||
				      fputs(",\n", stream) < 0
			      ? -EIO
			      : 0;
		json_decref(command);
	}
	return ret;
}

/** One line; a spp_vf that knows no labels passes over it. */
static int
write_labels(FILE *stream, const struct spp_model *model)
{
	json_t *labels = spp_labels_encode(model);
	int ret = -ENOMEM;

	if (labels != NULL)
		ret = fputs("  \"labels\": ", stream) < 0 || json_dumpf(labels, stream, 0) < 0 ||
				      fputs(",\n", stream) < 0
			      ? -EIO
			      : 0;
	json_decref(labels);
	return ret;
}

/** @return 0 or -errno */
static int
write_model(FILE *stream, unsigned int process_id, const struct spp_model *model)
{
	unsigned int i;
	int ret;

	fprintf(stream, "{\n  \"version\": %d,\n  \"process\": %u,\n", SPP_DUMP_VERSION,
		process_id);
	ret = write_labels(stream, model);
	fputs("  \"commands\": [\n", stream);
	for (i = 0; i < model->nb_components && ret == 0; i++)
		ret = write_command(stream, spp_dump_component(&model->components[i]));
	for (i = 0; i < model->nb_entries && ret == 0; i++)
		ret = write_command(stream, spp_dump_entry(&model->entries[i]));
	fputs("    {\"command\": \"flush\"}\n  ]\n}\n", stream);
	return ret;
}

/** There is nothing that could be synced, or nobody may: what was written stands as well as it ever
 * will on such a file system. fsync(2): EINVAL, EROFS; some answer EOPNOTSUPP or ENOSYS. */
static bool
cannot_be_synced(int code)
{
	return code == EINVAL || code == EROFS || code == EOPNOTSUPP || code == ENOSYS ||
	       code == EACCES;
}

/** Write it under a name of its own, down to the disk. */
static int
write_new(const char *path, unsigned int process_id, const struct spp_model *model)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	FILE *stream;
	int ret;

	if (fd < 0)
		return -errno;
	stream = fdopen(fd, "w");
	if (stream == NULL) {
		close(fd);
		return -ENOMEM;
	}
	errno = 0;
	ret = write_model(stream, process_id, model);
	if ((fflush(stream) != 0 || ferror(stream)) && ret != -ENOMEM)
		ret = errno != 0 ? -errno : -EIO;
	if (ret == 0 && fsync(fd) < 0 && !cannot_be_synced(errno))
		ret = -errno;
	if (fclose(stream) != 0 && ret == 0)
		ret = -errno;
	return ret;
}

int
spp_state_write(const char *path, unsigned int process_id, const struct spp_model *model,
		struct spp_error *err)
{
	char temporary[SPP_STATE_PATH_SIZE + 8];
	int directory, ret;

	snprintf(temporary, sizeof(temporary), "%s.new", path);
	ret = write_new(temporary, process_id, model);
	if (ret == 0 && rename(temporary, path) < 0)
		ret = -errno;
	if (ret < 0) {
		unlink(temporary);
		return spp_error(err, -ret, "state file %s: cannot be written: %s", path,
				 strerror(-ret));
	}
	/* The new name is on disk only when the directory is. */
	directory = open_directory(path);
	if (directory < 0 || fsync(directory) < 0)
		ret = cannot_be_synced(errno) ? 0 : -errno;
	if (directory >= 0)
		close(directory);
	return ret == 0 ? 0
			: spp_error(err, -ret, "state file %s: its directory cannot be synced: %s",
				    path, strerror(-ret));
}

/** All of an open file of a size we take. @return 0 or -errno with what is wrong */
static int
read_all(int fd, char **text, size_t *length, struct spp_error *err)
{
	struct stat found;
	size_t done = 0;
	ssize_t got = 1;

	if (fstat(fd, &found) < 0)
		return spp_error(err, errno, "%s", strerror(errno));
	if (!S_ISREG(found.st_mode))
		return spp_error(err, EINVAL, "is no regular file");
	if (found.st_size > SPP_REQUEST_SIZE_MAX)
		return spp_error(err, EFBIG, "has %lld bytes (at most %u)",
				 (long long)found.st_size, SPP_REQUEST_SIZE_MAX);
	*text = malloc((size_t)found.st_size + 1);
	if (*text == NULL)
		return spp_error(err, ENOMEM, "out of memory");
	while (got > 0 && done < (size_t)found.st_size) {
		got = read(fd, *text + done, (size_t)found.st_size - done);
		done += got > 0 ? (size_t)got : 0;
	}
	if (got < 0) {
		int code = errno;

		free(*text);
		return spp_error(err, code, "cannot be read: %s", strerror(code));
	}
	(*text)[done] = '\0';
	*length = done;
	return 0;
}

static int
check_head(const char *text, size_t length, unsigned int process_id, struct spp_error *err)
{
	json_error_t error;
	json_t *root = spp_json_load(text, length, JSON_REJECT_DUPLICATES, &error);
	json_t *version = json_object_get(root, "version");
	json_t *process = json_object_get(root, "process");
	int ret = 0;

	if (root == NULL && spp_json_no_memory(&error))
		ret = spp_error(err, ENOMEM, "out of memory");
	else if (root == NULL)
		ret = spp_error(err, EBADMSG, "is damaged: line %d, column %d: %s", error.line,
				error.column, error.text);
	else if (!json_is_integer(version))
		ret = spp_error(err, EINVAL, "\"version\" is missing or no number (would be %d)",
				SPP_DUMP_VERSION);
	else if (json_integer_value(version) != SPP_DUMP_VERSION)
		ret = spp_error(err, EINVAL, "\"version\" is %lld (this spp_vf reads %d)",
				(long long)json_integer_value(version), SPP_DUMP_VERSION);
	else if (!json_is_integer(process))
		ret = spp_error(err, EINVAL, "\"process\" is missing or no number (would be %u)",
				process_id);
	else if (json_integer_value(process) != process_id)
		ret = spp_error(err, EINVAL, "\"process\" is %lld (this is spp_vf %u)",
				(long long)json_integer_value(process), process_id);
	json_decref(root);
	return ret;
}

int
spp_state_read(const char *path, unsigned int process_id, char **text, size_t *length,
	       struct spp_error *err)
{
	/* Whatever lies there: a pipe would keep a reader waiting. */
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	int ret;

	if (fd < 0)
		return spp_error(err, errno, "cannot be opened: %s", strerror(errno));
	ret = read_all(fd, text, length, err);
	close(fd);
	if (ret < 0)
		return ret;
	/* somebody may have edited it */
	ret = spp_json_remove_mark(*text, length)
		      ? check_head(*text, *length, process_id, err)
		      : spp_error(err, EBADMSG, "is damaged: it " SPP_JSON_UTF_16);
	if (ret < 0)
		free(*text);
	return ret;
}

/** Those set aside: how many, and the names of the first and the last. Names sort by time. */
struct aside {
	unsigned int nb;
	char oldest[sizeof(((struct dirent *)0)->d_name)];
	char newest[sizeof(((struct dirent *)0)->d_name)];
};

static void
list_aside(DIR *directory, const char *prefix, struct aside *out)
{
	struct dirent *entry;

	out->nb = 0;
	rewinddir(directory);
	while ((entry = readdir(directory)) != NULL) {
		if (strncmp(entry->d_name, prefix, strlen(prefix)) != 0 ||
		    !isdigit((unsigned char)entry->d_name[strlen(prefix)]))
			continue;
		if (out->nb == 0 || strcmp(entry->d_name, out->oldest) < 0)
			snprintf(out->oldest, sizeof(out->oldest), "%s", entry->d_name);
		if (out->nb == 0 || strcmp(entry->d_name, out->newest) > 0)
			snprintf(out->newest, sizeof(out->newest), "%s", entry->d_name);
		out->nb++;
	}
}

/** "20261126T115242.983Z" */
static void
format_stamp(const struct timespec *when, char stamp[STAMP_SIZE])
{
	char seconds[24];
	struct tm utc;

	strftime(seconds, sizeof(seconds), "%Y%m%dT%H%M%S", gmtime_r(&when->tv_sec, &utc));
	snprintf(stamp, STAMP_SIZE, "%s.%03ldZ", seconds, when->tv_nsec / 1000000);
}

/** Now; or, where the clock was set back since, a millisecond after the last one. */
static void
next_stamp(const char *last, char stamp[STAMP_SIZE])
{
	struct timespec when;
	struct tm utc = {0};
	const char *rest;

	clock_gettime(CLOCK_REALTIME, &when);
	format_stamp(&when, stamp);
	if (strcmp(stamp, last) > 0)
		return;
	rest = strptime(last, "%Y%m%dT%H%M%S", &utc);
	when.tv_sec = rest != NULL ? timegm(&utc) : when.tv_sec;
	when.tv_nsec =
		rest != NULL && *rest == '.' ? (strtol(rest + 1, NULL, 10) + 1) * 1000000L : 0;
	if (rest == NULL || when.tv_nsec == 0 || when.tv_nsec >= 1000000000L) {
		when.tv_sec++;
		when.tv_nsec = 0;
	}
	format_stamp(&when, stamp);
}

int
spp_state_set_aside(const char *path, char name[SPP_STATE_PATH_SIZE], struct spp_error *err)
{
	char prefix[SPP_STATE_PATH_SIZE], stamp[STAMP_SIZE];
	const char *slash = strrchr(path, '/'), *file = slash != NULL ? slash + 1 : path;
	int fd = open_directory(path), ret = 0;
	DIR *directory = fd >= 0 ? fdopendir(fd) : NULL;
	struct aside aside = {.nb = 0};

	if (directory == NULL) {
		ret = -errno;
		if (fd >= 0)
			close(fd);
		return spp_error(err, -ret, "cannot be set aside: its directory: %s",
				 strerror(-ret));
	}
	snprintf(prefix, sizeof(prefix), "%s%s", file, BAD_SUFFIX);
	list_aside(directory, prefix, &aside);
	next_stamp(aside.nb > 0 ? aside.newest + strlen(prefix) : "", stamp);
	snprintf(name, SPP_STATE_PATH_SIZE, "%.400s%s", prefix, stamp);
	if (renameat(dirfd(directory), file, dirfd(directory), name) < 0)
		ret = spp_error(err, errno, "cannot be set aside: %s", strerror(errno));
	for (list_aside(directory, prefix, &aside); aside.nb > SPP_STATE_BAD_MAX;
	     list_aside(directory, prefix, &aside)) {
		if (unlinkat(dirfd(directory), aside.oldest, 0) < 0)
			break;
	}
	closedir(directory);
	return ret;
}
