/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A state file for tests. See state_bench.h.
 */
#include "state_bench.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "unit.h"

#include "build_model.h"
#include "saved/restore.h"

char log_text[8192];

void
log_line(int priority, const char *line)
{
	size_t used = strlen(log_text);

	snprintf(log_text + used, sizeof(log_text) - used, "%s\n", line);
}

int
begin(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	fake_init(&f->fake);
	log_text[0] = '\0';
	snprintf(f->directory, sizeof(f->directory), "/tmp/spp-test-XXXXXX");
	if (mkdtemp(f->directory) == NULL ||
	    spp_state_path(f->path, f->directory, 1, &f->err) < 0 ||
	    spp_txn_create(&fake_ops, &f->fake, NULL, &f->txn) < 0)
		return -1;
	*state = f;
	return 0;
}

unsigned int
count_files(const struct fixture *f, const char *part, bool removes)
{
	DIR *directory = opendir(f->directory);
	struct dirent *entry;
	unsigned int nb = 0;

	while ((entry = readdir(directory)) != NULL) {
		if (entry->d_name[0] == '.' || strstr(entry->d_name, part) == NULL)
			continue;
		nb++;
		if (removes && unlinkat(dirfd(directory), entry->d_name, 0) < 0)
			unlinkat(dirfd(directory), entry->d_name, AT_REMOVEDIR);
	}
	closedir(directory);
	return nb;
}

int
end(void **state)
{
	struct fixture *f = *state;

	spp_txn_destroy(f->txn);
	count_files(f, "", true);
	if (rmdir(f->directory) < 0)
		return -1;
	free(f);
	return 0;
}

int
restore(struct fixture *f)
{
	return spp_restore(f->txn, f->path, 1, log_line, &f->err);
}

void
write_text(const struct fixture *f, const char *text, size_t length)
{
	int fd = open(f->path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_int_equal(write(fd, text, length), length);
	close(fd);
}

struct spp_model *
sample(void)
{
	struct spp_model *model = calloc(1, sizeof(*model));
	struct spp_table_entry *entry = model->entries;

	add(model, "2 classifier nic0 > ring0 ring2");
	add(model, "extra@2 forward > vhost1");
	add(model, "3 merge ring1 ring3 > nic0");
	add(model, "4 forward vhost0 > ring1");
	model->components[3].rx[0].filter = SPP_FILTER_RESERVED;
	entry[0] = (struct spp_table_entry){.mac = {2, 0, 0, 0, 0, 1}, .vid = SPP_VID_NONE};
	entry[0].port = (struct spp_port){.kind = SPP_PORT_RING, .index = 0};
	entry[1] = (struct spp_table_entry){.vid = 101, .is_default = true};
	entry[1].port = (struct spp_port){.kind = SPP_PORT_RING, .index = 2};
	model->nb_entries = 2;
	return model;
}

void
save(struct fixture *f, const struct spp_model *model)
{
	if (spp_state_write(f->path, 1, model, &f->err) < 0)
		fail_msg("%s", f->err.text);
}
