/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Parts of a report that are the host's. See report_host.h.
 */
#include "ctl/report_host.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ctl/spawn.h"

#define COMMAND_MS  5000
#define LOG_SIZE    (256u << 10) /* of one program, from its end */
#define PATH_SIZE   512
#define GLOB_FILES  64
#define HEAD_FORMAT "-- %s\n"

/* What ends a line, or a NUL between two words, as a person reads it. */
static void
put_byte(FILE *out, int c)
{
	fputc(c == '\0' ? ' ' : c == '\n' || c == '\t' || isprint(c) || c >= 0x80 ? c : '?', out);
}

/* A whole file, or its last `last` bytes. */
static void
put_file(FILE *out, const char *path, size_t last)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC), c;
	FILE *in = fd >= 0 ? fdopen(fd, "r") : NULL;
	size_t nb = 0;

	fprintf(out, HEAD_FORMAT, path);
	if (in == NULL) {
		fprintf(out, "(%s)\n", strerror(errno));
		if (fd >= 0)
			close(fd);
		return;
	}
	if (last > 0 && fseek(in, -(long)last, SEEK_END) == 0)
		fputs("(its end)\n", out);
	while (nb++ < LOG_SIZE && (c = fgetc(in)) != EOF)
		put_byte(out, c);
	fputc('\n', out);
	fclose(in);
}

static void
put_files(FILE *out, const char *pattern)
{
	glob_t found;

	if (glob(pattern, 0, NULL, &found) != 0) {
		fprintf(out, HEAD_FORMAT "(none)\n", pattern);
		return;
	}
	for (size_t i = 0; i < found.gl_pathc && i < GLOB_FILES; i++)
		put_file(out, found.gl_pathv[i], 0);
	globfree(&found);
}

static void
put_command(FILE *out, const char *const argv[])
{
	fputs("-- $", out);
	for (unsigned int i = 0; argv[i] != NULL; i++)
		fprintf(out, " %s", argv[i]);
	fputc('\n', out);
	ctl_spawn(argv, COMMAND_MS, out);
}

/* The lines of a file in which one of the words stands. */
static void
put_lines(FILE *out, const char *path, const char *const words[], bool once)
{
	FILE *in = fopen(path, "re");
	char line[1024], before[1024] = "";

	fprintf(out, HEAD_FORMAT, path);
	if (in == NULL) {
		fprintf(out, "(%s)\n", strerror(errno));
		return;
	}
	while (fgets(line, sizeof(line), in) != NULL) {
		for (unsigned int i = 0; words[i] != NULL; i++) {
			if (strstr(line, words[i]) == NULL)
				continue;
			if (!once || strcmp(line, before) != 0)
				fputs(line, out);
			snprintf(before, sizeof(before), "%s", line);
			break;
		}
	}
	fclose(in);
}

void
ctl_report_versions(FILE *out)
{
	static const char *const os[] = {"PRETTY_NAME", NULL};
	static const char *const packages[] = {"dpkg-query",     "-W",        "dpdk",
					       "librte-e*",      "librte-v*", "librte-mempool*",
					       "libjansson4",    "systemd",   "qemu-system-x86",
					       "libvirt-daemon", NULL};

	fprintf(out, "sppctl %s\n", SPP_VERSION);
	put_file(out, "/proc/version", 0);
	put_lines(out, "/etc/os-release", os, false);
	put_command(out, packages);
}

/* Of the environment what is ours, DPDK's or systemd's; the rest is nobody's business. */
static void
put_environment(FILE *out, const char *path)
{
	static const char *const ours[] = {"SPP_",
					   "RTE_",
					   "RUNTIME_DIRECTORY=",
					   "JOURNAL_STREAM=",
					   "NOTIFY_SOCKET=",
					   "XDG_RUNTIME_DIR=",
					   NULL};
	FILE *in = fopen(path, "re");
	char *word = NULL;
	size_t size = 0;

	fprintf(out, HEAD_FORMAT, path);
	if (in == NULL) {
		fprintf(out, "(%s)\n", strerror(errno));
		return;
	}
	while (getdelim(&word, &size, '\0', in) > 0) {
		for (unsigned int i = 0; ours[i] != NULL; i++) {
			if (strncmp(word, ours[i], strlen(ours[i])) == 0)
				fprintf(out, "%s\n", word);
		}
	}
	free(word);
	fclose(in);
}

void
ctl_report_process(FILE *out, const char *name, pid_t pid)
{
	static const char *const status[] = {"State",
					     "Uid",
					     "Gid",
					     "Umask",
					     "Threads",
					     "VmRSS",
					     "VmLck",
					     "Huge",
					     "CapEff",
					     "Cpus_allowed_list",
					     "NSpid",
					     "Seccomp",
					     "Mems_allowed_list",
					     NULL};
	static const char *const libraries[] = {"librte_eal", "librte_vhost", "librte_event_sw",
						"libjansson", NULL};
	static const char *const files[] = {"cmdline", "cgroup", "limits", "oom_score_adj"};
	char path[64];

	fprintf(out, "\n%s: pid %d\n", name, (int)pid);
	if (pid <= 0)
		return;
	for (unsigned int i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, files[i]);
		put_file(out, path, 0);
	}
	snprintf(path, sizeof(path), "/proc/%d/environ", (int)pid);
	put_environment(out, path);
	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	put_lines(out, path, status, false);
	snprintf(path, sizeof(path), "/proc/%d/maps", (int)pid);
	put_lines(out, path, libraries, true);
}

void
ctl_report_log(FILE *out, const char *name, pid_t pid)
{
	char path[64], target[PATH_SIZE];
	struct stat st;
	ssize_t length;

	fprintf(out, "\n%s\n", name);
	snprintf(path, sizeof(path), "/proc/%d/fd/2", (int)pid);
	length = readlink(path, target, sizeof(target) - 1);
	if (length < 0) {
		fprintf(out, "(standard error: %s)\n", strerror(errno));
		return;
	}
	target[length] = '\0';
	fprintf(out, "standard error: %s\n", target);
	if (stat(path, &st) == 0 && S_ISREG(st.st_mode))
		put_file(out, path, st.st_size > (off_t)LOG_SIZE ? LOG_SIZE : 0);
}

void
ctl_report_journal(FILE *out)
{
	static const char *const units[] = {"journalctl",  "--no-pager", "--quiet",           "-n",
					    "2000",        "-o",         "short-iso-precise", "-u",
					    "spp_primary", "-u",         "spp_agent",         "-u",
					    "spp_vf-*",    "-u",         "spp-hugepages",     NULL};
	static const char *const states[] = {"systemctl", "--no-pager", "list-units",
					     "--all",     "spp*",       NULL};

	static const char *const kernel[] = {
		"sh", "-c",
		"dmesg | grep -E 'spp_|vfio|DMAR|IOMMU|hugetlb|[Oo]ut of memory' | tail -n 100",
		NULL};

	put_command(out, states);
	put_command(out, units);
	put_command(out, kernel);
}

static void
put_link(FILE *out, const char *directory, const char *name)
{
	char path[PATH_SIZE], target[PATH_SIZE];
	const char *slash;
	ssize_t length;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	length = readlink(path, target, sizeof(target) - 1);
	if (length < 0)
		return;
	target[length] = '\0';
	slash = strrchr(target, '/');
	fprintf(out, " %s=%s", name, slash != NULL ? slash + 1 : target);
}

/* A file of one word. */
static const char *
read_word(const char *directory, const char *name, char *word, size_t size)
{
	char path[PATH_SIZE];
	FILE *in;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	word[0] = '\0';
	in = fopen(path, "re");
	if (in != NULL) {
		if (fgets(word, (int)size, in) != NULL)
			word[strcspn(word, "\n")] = '\0';
		fclose(in);
	}
	return word;
}

static void
put_words(FILE *out, const char *directory, const char *const names[])
{
	char word[128];

	for (unsigned int i = 0; names[i] != NULL; i++)
		if (read_word(directory, names[i], word, sizeof(word))[0] != '\0')
			fprintf(out, " %s=%s", names[i], word);
}

void
ctl_report_nics(FILE *out)
{
	static const char *const pci[] = {"vendor",    "device",       "subsystem_device",
					  "numa_node", "sriov_numvfs", NULL};
	static const char *const net[] = {"address", "mtu", "operstate", "speed", NULL};
	char word[32];
	glob_t found;

	if (glob("/sys/bus/pci/devices/*", 0, NULL, &found) == 0) {
		for (size_t i = 0; i < found.gl_pathc; i++) {
			const char *path = found.gl_pathv[i];

			/* class 02: network controllers */
			if (strncmp(read_word(path, "class", word, sizeof(word)), "0x02", 4) != 0)
				continue;
			fprintf(out, "%s:", strrchr(path, '/') + 1);
			put_words(out, path, pci);
			put_link(out, path, "driver");
			put_link(out, path, "iommu_group");
			fputc('\n', out);
		}
		globfree(&found);
	}
	if (glob("/sys/class/net/*", 0, NULL, &found) == 0) {
		for (size_t i = 0; i < found.gl_pathc; i++) {
			fprintf(out, "%s:", strrchr(found.gl_pathv[i], '/') + 1);
			put_words(out, found.gl_pathv[i], net);
			fputc('\n', out);
		}
		globfree(&found);
	}
	put_files(out, "/sys/module/vfio*/parameters/*");
}

void
ctl_report_cpus(FILE *out)
{
	static const char *const model[] = {"model name", NULL};

	put_file(out, "/proc/cmdline", 0);
	put_lines(out, "/proc/cpuinfo", model, true);
	put_files(out, "/sys/devices/system/cpu/online");
	put_files(out, "/sys/devices/system/cpu/isolated");
	put_files(out, "/sys/devices/system/cpu/nohz_full");
	put_files(out, "/sys/devices/system/cpu/smt/active");
	put_files(out, "/sys/devices/system/node/node*/cpulist");
	put_files(out, "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor");
	put_file(out, "/proc/loadavg", 0);
}

void
ctl_report_hugepages(FILE *out)
{
	static const char *const memory[] = {"Mem", "Huge", NULL};
	static const char *const mounts[] = {"hugetlbfs", NULL};
	static const char *const files[] = {
		"sh", "-c",
		"for m in $(awk '$3 == \"hugetlbfs\" { print $2 }' "
		"/proc/mounts); do ls -ln \"$m\" | awk '{ sub(\"map_.*\", "
		"\"map_*\", $9); n[$9 \" uid \" $3]++ } END { for (f in n) "
		"print n[f], f }'; done",
		NULL};

	put_lines(out, "/proc/meminfo", memory, false);
	put_lines(out, "/proc/mounts", mounts, false);
	put_files(out, "/sys/kernel/mm/hugepages/hugepages-*/nr_hugepages");
	put_files(out, "/sys/kernel/mm/hugepages/hugepages-*/free_hugepages");
	put_files(out, "/sys/devices/system/node/node*/hugepages/hugepages-*/free_hugepages");
	put_command(out, files);
}

void
ctl_report_dpdk(FILE *out)
{
	static const char *const files[] = {"ls", "-lnR", "/var/run/dpdk", NULL};
	static const char *const plugins[] = {"sh", "-c",
					      "ls -d /usr/lib/*/dpdk/pmds-*; "
					      "ls /usr/lib/*/dpdk/pmds-* | wc -l",
					      NULL};

	put_command(out, files);
	put_command(out, plugins);
	put_files(out, "/proc/sys/kernel/randomize_va_space");
}
