/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See register.h.
 */
#include "vhost/register.h"

#include <pthread.h>
#include <string.h>

static struct spp_vhost *ports[SPP_VHOST_MAX];
static pthread_mutex_t ports_lock = PTHREAD_MUTEX_INITIALIZER;

struct spp_vhost *
spp_vhost_find_by_vid(int vid)
{
	struct spp_vhost *found = NULL;
	unsigned int i;

	pthread_mutex_lock(&ports_lock);
	for (i = 0; i < SPP_VHOST_MAX && found == NULL; i++)
		if (ports[i] != NULL && ports[i]->vid == vid)
			found = ports[i];
	pthread_mutex_unlock(&ports_lock);
	return found;
}

struct spp_vhost *
spp_vhost_find_by_inner(const char *inner)
{
	struct spp_vhost *found = NULL;
	unsigned int i;

	pthread_mutex_lock(&ports_lock);
	for (i = 0; i < SPP_VHOST_MAX && found == NULL; i++)
		if (ports[i] != NULL && strcmp(ports[i]->inner, inner) == 0)
			found = ports[i];
	pthread_mutex_unlock(&ports_lock);
	return found;
}

void
spp_vhost_set_vid(struct spp_vhost *vhost, int vid)
{
	unsigned int i;

	pthread_mutex_lock(&ports_lock);
	/* One that is being destroyed has an id that is free again. */
	for (i = 0; vid >= 0 && i < SPP_VHOST_MAX; i++)
		if (ports[i] != NULL && ports[i]->vid == vid)
			ports[i]->vid = -1;
	vhost->vid = vid;
	pthread_mutex_unlock(&ports_lock);
}

int
spp_vhost_enter(struct spp_vhost *vhost, struct spp_error *err)
{
	unsigned int i;
	int ret = 0;

	pthread_mutex_lock(&ports_lock);
	for (i = 0; i < SPP_VHOST_MAX; i++)
		if (ports[i] != NULL && strcmp(ports[i]->path, vhost->path) == 0)
			ret = spp_error(err, EADDRINUSE, "vhost socket %s: is vhost%u's already",
					vhost->path, i);
	if (ret == 0 && ports[vhost->index] != NULL)
		ret = spp_error(err, EEXIST, "vhost%u: exists already, on %s", vhost->index,
				ports[vhost->index]->path);
	if (ret == 0)
		ports[vhost->index] = vhost;
	pthread_mutex_unlock(&ports_lock);
	return ret;
}

void
spp_vhost_leave(struct spp_vhost *vhost)
{
	pthread_mutex_lock(&ports_lock);
	if (ports[vhost->index] == vhost)
		ports[vhost->index] = NULL;
	pthread_mutex_unlock(&ports_lock);
}
