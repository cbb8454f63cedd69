/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Requests of sppctl. See ask.h.
 */
#include "ctl/ask.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ask/exchange.h"
#include "change/plain.h"
#include "ctl/name.h"
#include "ctl/reply.h"

static const char ask_status[] = "{\"commands\":[{\"command\":\"status\"}]}";

void
ctl_exchange(struct spp_exchange *exchanges, size_t nb)
{
	spp_exchange_all(exchanges, nb);
	for (size_t i = 0; i < nb; i++)
		spp_plain_json(exchanges[i].reply, '?');
}

/* What the agent answered: its error becomes ours. */
static int
read_agent_reply(json_t *answer, json_t **reply, struct spp_error *err)
{
	json_t *inner = json_object_get(answer, "reply");
	const char *word = ctl_reply_text(answer, "code");
	int code = strcmp(word, "invalid") == 0   ? EINVAL
		   : strcmp(word, "refused") == 0 ? EBUSY
						  : EHOSTUNREACH;

	if (strcmp(ctl_reply_text(answer, "result"), "success") != 0) {
		spp_error(err, code, "%s", ctl_reply_text(answer, "message"));
		json_decref(answer);
		return -code;
	}
	if (inner == NULL) { /* ls: the answer itself */
		*reply = answer;
		return 0;
	}
	*reply = json_incref(inner);
	json_decref(answer);
	return 0;
}

void
ctl_ask_agent_error(const struct ctl *ctl, const struct spp_exchange *x, struct spp_error *err)
{
	char pid[32] = "";

	switch (x->ret) {
	case -ENOENT:
	case -ECONNREFUSED:
		spp_error(err, -x->ret,
			  "no spp_agent on %s (start one, or name its socket with --socket)",
			  ctl->agent_path);
		break;
	case -ETIMEDOUT:
		if (x->pid > 0)
			snprintf(pid, sizeof(pid), " (pid %d)", (int)x->pid);
		spp_error(err, -x->ret, "spp_agent%s on %s does not answer (is it stopped?)", pid,
			  ctl->agent_path);
		break;
	case -EACCES:
		spp_error(err, -x->ret, "%s (it is for root and SPP_ADMIN_GROUP)", x->err.text);
		break;
	default:
		*err = x->err;
	}
}

int
ctl_ask_agent(const struct ctl *ctl, json_t *header, const char *body, size_t body_size,
	      json_t **reply, struct spp_error *err)
{
	struct spp_exchange x = {.path = ctl->agent_path};
	char *text, *whole;

	json_object_set_new(header, "wait_ms", json_integer((json_int_t)ctl->timeout_ms));
	text = header != NULL ? json_dumps(header, JSON_COMPACT) : NULL;
	x.size = text != NULL ? strlen(text) : 0;
	whole = text != NULL ? realloc(text, x.size + body_size) : NULL;
	json_decref(header);
	if (whole == NULL) {
		free(text);
		return spp_error(err, ENOMEM, "out of memory");
	}
	if (body_size > 0)
		memcpy(whole + x.size, body, body_size);
	x.request = whole;
	x.size += body_size;
	/* spp_agent says who does not answer, when that is not itself. */
	x.timeout_ms = ctl->timeout_ms + CTL_ASK_AGENT_MS;
	ctl_exchange(&x, 1);
	free(whole);
	if (x.ret == 0)
		return read_agent_reply(x.reply, reply, err);
	ctl_ask_agent_error(ctl, &x, err);
	return x.ret;
}

static int
ask_own(const char *path, const char *request, json_t **reply, struct spp_error *err)
{
	struct spp_exchange x = {.path = path,
				 .request = request,
				 .size = strlen(request),
				 .timeout_ms = CTL_ASK_OWN_MS};

	ctl_exchange(&x, 1);
	switch (x.ret) {
	case 0:
		*reply = x.reply;
		return 0;
	case -ENOENT:
	case -ECONNREFUSED:
		return spp_error(err, -x.ret, "no process on %s", path);
	case -ETIMEDOUT:
		return spp_error(err, ETIMEDOUT,
				 "%s: no reply within %d ms (pid %d: stopped, or busy?)", path,
				 CTL_ASK_OWN_MS, (int)x.pid);
	case -EACCES:
		return spp_error(err, EACCES, "%s (ask as root, or as a member of %s)", x.err.text,
				 strcmp(request, ask_status) != 0 ? "SPP_ADMIN_GROUP"
								  : "SPP_RUN_GROUP");
	default:
		*err = x.err;
		return x.ret;
	}
}

int
ctl_ask_own(const struct ctl *ctl, const char *name, const char *request, json_t **reply,
	    struct spp_error *err)
{
	char path[SPP_SOCKET_PATH_SIZE];

	ctl_name_socket(ctl, name, path);
	return ask_own(path, request, reply, err);
}

int
ctl_ask_own_status(const struct ctl *ctl, const char *name, json_t **reply, struct spp_error *err)
{
	char path[SPP_SOCKET_PATH_SIZE];

	ctl_name_look(ctl, name, path);
	return ask_own(path, ask_status, reply, err);
}

int
ctl_ask_status(const struct ctl *ctl, const char *name, json_t **reply, struct spp_error *err)
{
	struct ctl look = *ctl;
	struct spp_error agent_err;
	size_t used;
	int ret = ctl_ask_own_status(ctl, name, reply, err);

	/* One that is there is not asked by another way. */
	if (ret != -ENOENT && ret != -ECONNREFUSED)
		return ret;
	if (look.timeout_ms > CTL_ASK_OWN_MS)
		look.timeout_ms = CTL_ASK_OWN_MS;
	ret = ctl_ask_agent(&look, json_pack("{s:s, s:s}", "request", "status", "to", name), NULL,
			    0, reply, &agent_err);
	if (ret == 0)
		return 0;
	/* Both ways failed: say both. */
	used = strlen(agent_err.text);
	snprintf(agent_err.text + used, sizeof(agent_err.text) - used, "; %.200s", err->text);
	*err = agent_err;
	return ret;
}
