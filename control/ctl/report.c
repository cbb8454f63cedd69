/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * `sppctl report [FILE]`. See report.h.
 *
 * Reads only: status by the processes' own sockets, and what the host says of itself. Whoever may
 * not read a part gets the rest.
 */
#include "ctl/report.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "ask/exchange.h"
#include "change/dump.h"
#include "change/process.h"
#include "change/wiring.h"
#include "ctl/anonymous.h"
#include "ctl/complain.h"
#include "ctl/find.h"
#include "ctl/name.h"
#include "ctl/reply.h"
#include "ctl/report_host.h"
#include "spp/error.h"

static void
head(FILE *out, const char *title)
{
	fprintf(out, "\n==== %s ====\n", title);
}

/* Who listens at a socket: its process. 0: nobody, or nobody we may ask. */
static pid_t
pid_at(const char *path)
{
	static const char request[] = "{}";
	struct spp_exchange x = {
		.path = path, .request = request, .size = sizeof(request) - 1, .timeout_ms = 500};

	if (spp_exchange_one(&x) == 0)
		json_decref(x.reply);
	return x.pid;
}

static void
each_process(const struct ctl *ctl, const struct ctl_found *found, FILE *out,
	     void (*put)(FILE *out, const char *name, pid_t pid))
{
	char path[SPP_SOCKET_PATH_SIZE];
	const char *name;
	json_t *reply;

	json_object_foreach (found->replies, name, reply) {
		ctl_name_look(ctl, name, path);
		put(out, name, pid_at(path));
	}
	put(out, "spp_agent", pid_at(ctl->agent_path));
}

static void
put_status(const struct ctl_found *found, FILE *out)
{
	const char *name;
	json_t *item;
	size_t i;

	json_array_foreach (json_object_get(found->list, "processes"), i, item) {
		fprintf(out, "%s: ", ctl_reply_text(item, "name"));
		json_dumpf(item, out, JSON_COMPACT);
		fputc('\n', out);
	}
	if (found->agent_err.text[0] != '\0')
		fprintf(out, "spp_agent: %s\n", found->agent_err.text);
	json_object_foreach (found->silent, name, item)
		fprintf(out, "%s: %s\n", name, json_string_value(item));
	json_object_foreach (found->replies, name, item) {
		fprintf(out, "\n%s\n", name);
		json_dumpf(item, out, JSON_INDENT(1));
		fputc('\n', out);
	}
}

static void
put_wiring(const struct ctl_found *found, FILE *out)
{
	struct spp_error err = {""};
	struct wiring *wiring;
	const char *name;
	json_t *reply, *dump;

	json_object_foreach (found->replies, name, reply) {
		if (strcmp(name, "primary") == 0)
			continue;
		wiring = wiring_create();
		if (wiring != NULL &&
		    wiring_read(wiring, json_object_get(reply, "info"), &err) == 0) {
			dump = wiring_dump(wiring);
			fprintf(out, "\n%s\n", name);
			json_dumpf(dump, out, JSON_INDENT(1));
			fputc('\n', out);
			json_decref(dump);
		} else {
			fprintf(out, "\n%s: %s\n", name, err.text);
		}
		wiring_destroy(wiring);
	}
}

static void
put_all(const struct ctl *ctl, FILE *out)
{
	struct ctl_found found;
	char stamp[32];
	time_t now = time(NULL);
	struct tm utc;

	strftime(stamp, sizeof(stamp), "%FT%TZ", gmtime_r(&now, &utc));
	fprintf(out, "SPP report of %s%s\n", stamp,
		ctl->anonymous ? "; network addresses and the host's name are replaced" : "");
	ctl_find(ctl, &found);
	head(out, "Versions");
	ctl_report_versions(out);
	head(out, "Who is there, and status");
	put_status(&found, out);
	head(out, "Wiring");
	put_wiring(&found, out);
	head(out, "Processes");
	each_process(ctl, &found, out, ctl_report_process);
	head(out, "Logs");
	each_process(ctl, &found, out, ctl_report_log);
	ctl_report_journal(out);
	head(out, "NICs");
	ctl_report_nics(out);
	head(out, "CPUs");
	ctl_report_cpus(out);
	head(out, "Hugepages");
	ctl_report_hugepages(out);
	head(out, "DPDK");
	ctl_report_dpdk(out);
	ctl_find_free(&found);
}

/* The report as a text; NULL: out of memory. */
static char *
make(const struct ctl *ctl)
{
	char *text = NULL, *clean, host[256] = "";
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	if (out == NULL)
		return NULL;
	put_all(ctl, out);
	fclose(out);
	if (!ctl->anonymous || text == NULL)
		return text;
	gethostname(host, sizeof(host) - 1);
	clean = ctl_anonymous(text, host);
	free(text);
	return clean;
}

static int
write_file(const char *path, const char *text)
{
	/* For its owner only, and never over another file. */
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600), ret = CTL_OK;
	FILE *out = fd >= 0 ? fdopen(fd, "w") : NULL;

	if (out == NULL) {
		ctl_complain("%s: %s", path, strerror(errno));
		if (fd >= 0)
			close(fd);
		return CTL_USAGE;
	}
	fputs(text, out);
	if (ferror(out))
		ret = CTL_ERROR;
	if (fclose(out) != 0 || ret != CTL_OK) {
		ctl_complain("%s: cannot be written: %s", path, strerror(errno));
		return CTL_ERROR;
	}
	printf("%s: %zu bytes; look through it before you send it\n", path, strlen(text));
	return CTL_OK;
}

int
ctl_report_run(const struct ctl *ctl, int nb, char **words)
{
	char name[64], *text;
	time_t now = time(NULL);
	struct tm utc;
	int ret = CTL_OK;

	strftime(name, sizeof(name), "spp-report-%Y%m%dT%H%M%SZ.txt", gmtime_r(&now, &utc));
	if (nb > 0 && strcmp(words[0], "-") != 0 && access(words[0], F_OK) == 0) {
		ctl_complain("%s: is there already", words[0]);
		return CTL_USAGE;
	}
	text = make(ctl);
	if (text == NULL) {
		ctl_complain("out of memory");
		return CTL_ERROR;
	}
	if (nb > 0 && strcmp(words[0], "-") == 0)
		fputs(text, stdout);
	else
		ret = write_file(nb > 0 ? words[0] : name, text);
	free(text);
	return ret;
}
