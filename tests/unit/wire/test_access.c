/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * UNIX sockets of ours and who may use them; whose the TCP sockets of this host are.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <grp.h>
#include <netinet/in.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "unit.h"

#include "spp/access.h"
#include "wire/tcp_table.h"

struct bench {
	char directory[32];
	char path[64];
};

static int
set_up(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));

	snprintf(b->directory, sizeof(b->directory), "/tmp/spp-test-XXXXXX");
	if (mkdtemp(b->directory) == NULL)
		return -1;
	snprintf(b->path, sizeof(b->path), "%s/run/a.sock", b->directory);
	*state = b;
	return 0;
}

static int
tear_down(void **state)
{
	struct bench *b = *state;
	char run[64];

	unlink(b->path);
	snprintf(run, sizeof(run), "%s/run", b->directory);
	rmdir(run);
	rmdir(b->directory);
	free(b);
	return 0;
}

static int
connect_to(const char *path)
{
	struct sockaddr_un sa = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(sa.sun_path, sizeof(sa.sun_path), "%s", path);
	assert_int_equal(connect(fd, (struct sockaddr *)&sa, sizeof(sa)), 0);
	return fd;
}

static unsigned int
mode_of(const char *path)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return st.st_mode & 0777;
}

static void
a_socket_is_its_owners_whatever_the_umask(void **state)
{
	struct bench *b = *state;
	mode_t mask = umask(0);
	struct spp_error err;
	int fd = spp_access_listen(b->path, SPP_NO_GROUP, &err);

	umask(mask);
	assert_true(fd >= 0);
	assert_int_equal(mode_of(b->path), 0600);
	close(fd);
}

static void
one_with_a_group_is_the_groups_too(void **state)
{
	struct bench *b = *state;
	struct spp_error err;
	struct stat st;
	int fd;

	if (geteuid() != 0)
		skip();
	fd = spp_access_listen(b->path, 42424, &err);
	assert_true(fd >= 0);
	assert_int_equal(mode_of(b->path), 0660);
	assert_int_equal(stat(b->path, &st), 0);
	assert_int_equal(st.st_gid, 42424);
	close(fd);
}

static void
a_living_one_is_refused_a_dead_one_replaced(void **state)
{
	struct bench *b = *state;
	struct spp_error err;
	char who[32];
	int fd = spp_access_listen(b->path, SPP_NO_GROUP, &err);

	assert_true(fd >= 0);
	assert_int_equal(spp_access_listen(b->path, SPP_NO_GROUP, &err), -EADDRINUSE);
	snprintf(who, sizeof(who), "by pid %d", (int)getpid());
	assert_non_null(strstr(err.text, who));
	close(fd);
	fd = spp_access_listen(b->path, SPP_NO_GROUP, &err);
	assert_true(fd >= 0);
	close(fd);
}

static void
what_is_no_socket_stays(void **state)
{
	struct bench *b = *state;
	struct spp_error err;
	char file[64];

	snprintf(file, sizeof(file), "%s/file", b->directory);
	close(open(file, O_CREAT | O_WRONLY, 0600));
	assert_int_equal(spp_access_listen(file, SPP_NO_GROUP, &err), -EEXIST);
	assert_int_equal(unlink(file), 0);
}

static void
too_long_a_path_is_refused_with_the_limit(void **state)
{
	struct spp_error err;
	char path[SPP_SOCKET_PATH_SIZE + 1];

	memset(path, 'x', sizeof(path) - 1);
	path[0] = '/';
	path[sizeof(path) - 1] = '\0';
	assert_int_equal(spp_access_listen(path, SPP_NO_GROUP, &err), -ENAMETOOLONG);
	assert_non_null(strstr(err.text, "108 characters (the path of a socket may have 107)"));
}

static void
we_may_use_our_own(void **state)
{
	struct bench *b = *state;
	struct spp_error err;
	int fd = spp_access_listen(b->path, SPP_NO_GROUP, &err);
	int client = connect_to(b->path), accepted = accept(fd, NULL, NULL);

	assert_true(spp_access_may(accepted, SPP_NO_USER, SPP_NO_GROUP));
	assert_true(spp_access_may(client, SPP_NO_USER, SPP_NO_GROUP));
	close(accepted);
	close(client);
	close(fd);
}

static void
groups_and_users_are_names_or_numbers(void **state)
{
	struct spp_error err;
	gid_t gid;
	uid_t uid;

	unsetenv("SPP_TEST_GROUP");
	assert_int_equal(spp_access_group("SPP_TEST_GROUP", &gid, &err), 0);
	assert_int_equal(gid, SPP_NO_GROUP);
	setenv("SPP_TEST_GROUP", "42424", 1);
	assert_int_equal(spp_access_group("SPP_TEST_GROUP", &gid, &err), 0);
	assert_int_equal(gid, 42424);
	setenv("SPP_TEST_GROUP", "daemon", 1);
	assert_int_equal(spp_access_group("SPP_TEST_GROUP", &gid, &err), 0);
	assert_int_equal(gid, getgrnam("daemon")->gr_gid);
	setenv("SPP_TEST_GROUP", "no-such-group", 1);
	assert_int_equal(spp_access_group("SPP_TEST_GROUP", &gid, &err), -ENOENT);
	assert_string_equal(err.text,
			    "SPP_TEST_GROUP no-such-group: no such group (see getent group)");
	assert_int_equal(spp_access_user("--u", "nobody", &uid, &err), 0);
	assert_int_equal(uid, getpwnam("nobody")->pw_uid);
	assert_int_equal(spp_access_user("--u", "77", &uid, &err), 0);
	assert_int_equal(uid, 77);
	assert_int_equal(spp_access_user("--u", "-1", &uid, &err), -ENOENT);
}

static void
the_directory_is_as_long_as_its_longest_socket_allows(void **state)
{
	struct spp_local_sockets sockets;
	struct spp_error err;
	char dir[SPP_RUN_DIR_MAX + 2];

	memset(dir, 'x', sizeof(dir));
	dir[0] = '/';
	dir[SPP_RUN_DIR_MAX] = '\0';
	setenv("SPP_RUN_DIR", dir, 1);
	assert_int_equal(spp_local_sockets_read(0, &sockets, &err), 0);
	assert_int_equal(strlen(sockets.path), SPP_SOCKET_PATH_SIZE - 1);
	assert_string_equal(sockets.look, "");
	dir[SPP_RUN_DIR_MAX] = 'x';
	dir[SPP_RUN_DIR_MAX + 1] = '\0';
	setenv("SPP_RUN_DIR", dir, 1);
	assert_int_equal(spp_local_sockets_read(0, &sockets, &err), -ENAMETOOLONG);
	assert_non_null(strstr(err.text, "has 95 characters (at most 94"));
	unsetenv("SPP_RUN_DIR");
}

/* -- TCP -------------------------------------------------------------------------------------- */

static int
listen_at(const char *address, bool v6, bool v6_only, struct sockaddr_storage *sa)
{
	struct sockaddr_in *in = (struct sockaddr_in *)sa;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)sa;
	socklen_t size = v6 ? sizeof(*in6) : sizeof(*in);
	int fd = socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM, 0), on = v6_only;

	memset(sa, 0, sizeof(*sa));
	sa->ss_family = v6 ? AF_INET6 : AF_INET;
	inet_pton(sa->ss_family, address, v6 ? (void *)&in6->sin6_addr : (void *)&in->sin_addr);
	if (v6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *)sa, size) < 0 || listen(fd, 4) < 0) {
		close(fd);
		return -1;
	}
	assert_int_equal(getsockname(fd, (struct sockaddr *)sa, &size), 0);
	return fd;
}

static void
at(struct sockaddr_storage *sa, const char *address, bool v6, uint16_t port)
{
	struct sockaddr_in *in = (struct sockaddr_in *)sa;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)sa;

	memset(sa, 0, sizeof(*sa));
	sa->ss_family = v6 ? AF_INET6 : AF_INET;
	inet_pton(sa->ss_family, address, v6 ? (void *)&in6->sin6_addr : (void *)&in->sin_addr);
	in->sin_port = port; /* at the same place in both */
}

static bool
somebody(const char *address, bool v6, uint16_t port)
{
	struct spp_tcp_owner owner = {.uid = 12345};
	struct sockaddr_storage sa;
	bool found;

	at(&sa, address, v6, port);
	found = spp_tcp_listener(&sa, &owner);
	if (found)
		assert_int_equal(owner.uid, geteuid());
	return found;
}

static void
a_listener_is_found_by_its_address_not_by_its_port_alone(void **state)
{
	struct sockaddr_storage sa;
	int fd = listen_at("127.0.0.1", false, false, &sa);
	uint16_t port = ((struct sockaddr_in *)&sa)->sin_port;

	assert_true(somebody("127.0.0.1", false, port));
	assert_true(somebody("0.0.0.0", false, port)); /* in the way of it */
	assert_true(somebody("::", true, port));
	assert_false(somebody("127.0.0.2", false, port));
	assert_false(somebody("::1", true, port));
	close(fd);
	assert_false(somebody("127.0.0.1", false, port));

	fd = listen_at("0.0.0.0", false, false, &sa);
	port = ((struct sockaddr_in *)&sa)->sin_port;
	assert_true(somebody("127.0.0.9", false, port));
	assert_false(somebody("::1", true, port));
	close(fd);

	fd = listen_at("::", true, false, &sa);
	if (fd < 0)
		return; /* no IPv6 here */
	port = ((struct sockaddr_in6 *)&sa)->sin6_port;
	assert_true(somebody("::1", true, port));
	assert_true(somebody("127.0.0.1", false, port));
	close(fd);
}

/* Before and after accept(), by IPv4, IPv6, and IPv4 to one that listens at [::]. */
static void
a_peer_is_known_before_and_after_it_accepts(void **state)
{
	static const struct {
		const char *listen, *connect;
		bool listen_v6, connect_v6;
	} ways[] = {{"127.0.0.1", "127.0.0.1", false, false},
		    {"::1", "::1", true, true},
		    {"::", "127.0.0.1", true, false}};
	struct sockaddr_storage sa, to;
	uid_t uid = 12345;

	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		int listener = listen_at(ways[i].listen, ways[i].listen_v6, false, &sa), fd, taken;

		if (listener < 0)
			continue;
		at(&to, ways[i].connect, ways[i].connect_v6, ((struct sockaddr_in *)&sa)->sin_port);
		fd = socket(to.ss_family, SOCK_STREAM, 0);
		assert_int_equal(connect(fd, (struct sockaddr *)&to,
					 ways[i].connect_v6 ? sizeof(struct sockaddr_in6)
							    : sizeof(struct sockaddr_in)),
				 0);
		assert_true(spp_tcp_peer(fd, &uid));
		assert_int_equal(uid, geteuid());
		taken = accept(listener, NULL, NULL);
		close(listener); /* taken: who listens, or does not any more, is no matter */
		uid = 12345;
		assert_true(spp_tcp_peer(fd, &uid));
		assert_int_equal(uid, geteuid());
		close(taken);
		close(fd);
	}
}

int
main(void)
{
#define UNIT(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		UNIT(a_socket_is_its_owners_whatever_the_umask),
		UNIT(one_with_a_group_is_the_groups_too),
		UNIT(a_living_one_is_refused_a_dead_one_replaced),
		UNIT(what_is_no_socket_stays),
		UNIT(too_long_a_path_is_refused_with_the_limit),
		UNIT(we_may_use_our_own),
		UNIT(groups_and_users_are_names_or_numbers),
		UNIT(the_directory_is_as_long_as_its_longest_socket_allows),
		UNIT(a_listener_is_found_by_its_address_not_by_its_port_alone),
		UNIT(a_peer_is_known_before_and_after_it_accepts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
