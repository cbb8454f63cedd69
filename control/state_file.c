/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The file of a saved wiring. See state_file.h.
 */
#include "state_file.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <jansson.h>

#include "dump.h"

/** "vf-1.json.bad-20261126T104210.250Z" */
#define BAD_SUFFIX ".bad-"

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

/** @return 0 or -errno */
static int
write_model(FILE *stream, unsigned int process_id, const struct spp_model *model)
{
	unsigned int i;
	int ret = 0;

	fprintf(stream, "{\n  \"version\": %d,\n  \"process\": %u,\n  \"commands\": [\n",
		SPP_STATE_VERSION, process_id);
	for (i = 0; i < model->nb_components && ret == 0; i++)
		ret = write_command(stream, spp_dump_component(&model->components[i]));
	for (i = 0; i < model->nb_entries && ret == 0; i++)
		ret = write_command(stream, spp_dump_entry(&model->entries[i]));
	fputs("    {\"command\": \"flush\"}\n  ]\n}\n", stream);
	return ret;
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
	if (ret == 0 && fsync(fd) < 0)
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
		ret = -errno;
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
	json_t *root = json_loadb(text, length, JSON_REJECT_DUPLICATES, &error);
	json_t *version = json_object_get(root, "version");
	json_t *process = json_object_get(root, "process");
	int ret = 0;

	if (root == NULL)
		ret = spp_error(err, EBADMSG, "is damaged: line %d, column %d: %s", error.line,
				error.column, error.text);
	else if (!json_is_integer(version))
		ret = spp_error(err, EINVAL, "\"version\" is missing or no number (would be %d)",
				SPP_STATE_VERSION);
	else if (json_integer_value(version) != SPP_STATE_VERSION)
		ret = spp_error(err, EINVAL, "\"version\" is %lld (this spp_vf reads %d)",
				(long long)json_integer_value(version), SPP_STATE_VERSION);
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
	ret = check_head(*text, *length, process_id, err);
	if (ret < 0)
		free(*text);
	return ret;
}

/** Remove the oldest of those set aside until only so many are left. Names sort by time. */
static void
forget_oldest(const char *path)
{
	char prefix[SPP_STATE_PATH_SIZE], oldest[sizeof(((struct dirent *)0)->d_name)];
	const char *slash = strrchr(path, '/');
	int fd = open_directory(path);
	DIR *directory = fd >= 0 ? fdopendir(fd) : NULL;
	struct dirent *entry;
	unsigned int nb;

	snprintf(prefix, sizeof(prefix), "%s%s", slash != NULL ? slash + 1 : path, BAD_SUFFIX);
	do {
		nb = 0;
		while (directory != NULL && (entry = readdir(directory)) != NULL) {
			if (strncmp(entry->d_name, prefix, strlen(prefix)) != 0)
				continue;
			if (nb++ == 0 || strcmp(entry->d_name, oldest) < 0)
				snprintf(oldest, sizeof(oldest), "%s", entry->d_name);
		}
		if (nb <= SPP_STATE_BAD_MAX || unlinkat(dirfd(directory), oldest, 0) < 0)
			break;
		rewinddir(directory);
	} while (nb > SPP_STATE_BAD_MAX + 1);
	if (directory != NULL)
		closedir(directory);
	else if (fd >= 0)
		close(fd);
}

int
spp_state_set_aside(const char *path, char name[SPP_STATE_PATH_SIZE], struct spp_error *err)
{
	char aside[SPP_STATE_PATH_SIZE + 40], stamp[24];
	const char *slash;
	struct timespec now;
	struct tm utc;

	clock_gettime(CLOCK_REALTIME, &now);
	strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%S", gmtime_r(&now.tv_sec, &utc));
	snprintf(aside, sizeof(aside), "%s%s%s.%03ldZ", path, BAD_SUFFIX, stamp,
		 now.tv_nsec / 1000000);
	if (rename(path, aside) < 0)
		return spp_error(err, errno, "cannot be set aside: %s", strerror(errno));
	slash = strrchr(aside, '/');
	snprintf(name, SPP_STATE_PATH_SIZE, "%.*s", SPP_STATE_PATH_SIZE - 1,
		 slash != NULL ? slash + 1 : aside);
	forget_oldest(path);
	return 0;
}
