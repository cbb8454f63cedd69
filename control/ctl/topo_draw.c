/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Draws a tree of places from left to right, its branches joined by lines. See ctl/topo.h.
 *
 *     nic0 ---> classifier [2] -+-> ring0 ---> forward [4] ---> vhost0
 *                               +-> ring2 ---> forward [6] ---> vhost1
 *     nic1 --<> switch [8] -+<> vhost2
 *                           +<> vhost3
 */
#include "ctl/topo_draw.h"

#include <langinfo.h>
#include <string.h>

struct glyphs {
	const char *line, *first, *more, *last, *pass, *right, *left;
};

static const struct glyphs *
choose_glyphs(void)
{
	static const struct glyphs plain = {"-", "+", "+", "+", "|", ">", "<"};
	static const struct glyphs fine = {"─", "┬", "├", "└", "│", "►", "◄"};

	return strcmp(nl_langinfo(CODESET), "UTF-8") == 0 ? &fine : &plain;
}

static void
put(FILE *out, const char *glyph, unsigned int times)
{
	while (times-- > 0)
		fputs(glyph, out);
}

void
topo_measure(const struct topo_node *node, unsigned int depth, unsigned int *widths)
{
	unsigned int length = (unsigned int)strlen(node->text);

	/* What ends a line needs no room for a line after it. */
	if (node->child != NULL && length > widths[depth])
		widths[depth] = length;
	for (const struct topo_node *child = node->child; child != NULL; child = child->next)
		topo_measure(child, depth + 1, widths);
}

struct drawing {
	FILE *out;
	const struct glyphs *glyphs;
	const unsigned int *widths;
	bool backwards;
	bool passes[TOPO_DEPTH_MAX]; /**< at this depth a line goes on below */
};

static void
put_arrow(const struct drawing *d, bool both)
{
	fputs(both ? d->glyphs->left : d->glyphs->line, d->out);
	fputs(d->backwards ? d->glyphs->line : d->glyphs->right, d->out);
	fputc(' ', d->out);
}

/* The left part of a line that does not begin at a node: what stands above goes on. */
static void
put_margin(const struct drawing *d, unsigned int depth)
{
	for (unsigned int i = 0; i < depth; i++) {
		put(d->out, " ", d->widths[i] + 2);
		fputs(d->passes[i] ? d->glyphs->pass : " ", d->out);
		put(d->out, " ", 3);
	}
}

static void
draw(struct drawing *d, const struct topo_node *node, unsigned int depth)
{
	unsigned int fill = d->widths[depth] - (unsigned int)strlen(node->text);
	const struct topo_node *child = node->child;

	fputs(node->text, d->out);
	if (child == NULL) {
		fputc('\n', d->out);
		return;
	}
	fputc(' ', d->out);
	if (d->backwards)
		fputs(d->glyphs->left, d->out);
	put(d->out, d->glyphs->line, fill + (d->backwards ? 0 : 1));
	fputs(child->next != NULL ? d->glyphs->first : d->glyphs->line, d->out);
	put_arrow(d, child->both);
	d->passes[depth] = child->next != NULL;
	draw(d, child, depth + 1);
	for (child = child->next; child != NULL; child = child->next) {
		fputs("  ", d->out);
		put_margin(d, depth);
		put(d->out, " ", d->widths[depth] + 2);
		fputs(child->next != NULL ? d->glyphs->more : d->glyphs->last, d->out);
		put_arrow(d, child->both);
		d->passes[depth] = child->next != NULL;
		draw(d, child, depth + 1);
	}
	d->passes[depth] = false;
}

void
topo_draw(FILE *out, const struct topo_node *node, const unsigned int *widths, bool backwards)
{
	struct drawing d = {out, choose_glyphs(), widths, backwards, {false}};

	fputs("  ", out);
	draw(&d, node, 0);
}
