# SPDX-License-Identifier: BSD-3-Clause
"""Charts as SVG, small and without a library: groups of bars with a whisker from least to most; lines
over time. Knows figures and colours, nothing of what they mean.
"""

from xml.sax.saxutils import escape

COLOURS = ["#1b6ca8", "#59a5d8", "#8a8a8a", "#d98032"]
WIDTH, LABELS, BAR, GAP, TOP, PLOT = 860, 250, 13, 12, 56, 220


def bars(title, unit, series, groups, marks=None):
    """The text of an SVG.

    series: [name]; groups: [(label, [(median, min, max) or None, for each of series])];
    marks: a value for each group that a line shows, or None: what is wanted.
    """
    marks = marks or [None] * len(groups)
    tallest = max([v[2] for _, values in groups for v in values if v] +
                  [m for m in marks if m] + [1e-9])
    scale = (WIDTH - LABELS - 70) / tallest
    height = TOP + sum(group_height(values) for _, values in groups) + 34
    out = sheet(title, height)
    out += legend(series, any(m is not None for m in marks))
    for value in steps(tallest, 6):
        x = LABELS + value * scale
        out.append(f'<line x1="{x:.1f}" y1="{TOP}" x2="{x:.1f}" y2="{height - 34}" '
                   'stroke="#ddd"/>')
        out.append(text(x, height - 18, f"{value:g}", 'text-anchor="middle" fill="#555"'))
    out.append(text(LABELS, height - 4, unit, 'fill="#555"'))
    y = TOP
    for (label, values), mark in zip(groups, marks):
        out += group(y, label, values, mark, scale)
        y += group_height(values)
    return "\n".join([*out, "</svg>", ""])


def lines(title, unit, along, series):
    """The text of an SVG. series: [(name, [(x, y)])], both counted from 0; along: what x is."""
    left, bottom, height = 70, TOP + PLOT, TOP + PLOT + 50
    right = max([x for _, points in series for x, _ in points] + [1e-9])
    top = max([y for _, points in series for _, y in points] + [1.0])
    across, up = (WIDTH - left - 20) / right, PLOT / top
    out = sheet(title, height) + legend([name for name, _ in series], False, left)
    for value in steps(top, 5):
        y = bottom - value * up
        out.append(f'<line x1="{left}" y1="{y:.1f}" x2="{WIDTH - 20}" y2="{y:.1f}" '
                   'stroke="#ddd"/>')
        out.append(text(left - 6, y + 4, f"{value:g}", 'text-anchor="end" fill="#555"'))
    for value in steps(right, 10):
        out.append(text(left + value * across, bottom + 18, f"{value:g}",
                        'text-anchor="middle" fill="#555"'))
    out.append(text(left, height - 8, ", ".join(w for w in (unit, "over " + along) if w),
                    'fill="#555"'))
    for number, (_, points) in enumerate(series):
        path = " ".join(f"{left + x * across:.1f},{bottom - y * up:.1f}" for x, y in points)
        out.append(f'<polyline points="{path}" fill="none" stroke="{COLOURS[number]}" '
                   'stroke-width="2"/>')
    return "\n".join([*out, "</svg>", ""])


def sheet(title, height):
    return [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
            f'width="{WIDTH}" height="{height}" font-family="sans-serif" font-size="12">',
            "<!-- SPDX-License-Identifier: BSD-3-Clause -->",
            f'<rect width="{WIDTH}" height="{height}" fill="white"/>',
            text(12, 20, title, 'font-size="15" font-weight="bold"')]


def steps(most, count):
    """Round values from 0 to the most, about so many."""
    step = nice(most / count)
    return [n * step for n in range(int(most * 1.001 / step) + 1)]


def nice(value):
    """A step of 1, 2 or 5 times a power of ten."""
    power = 10 ** len(str(int(1 / value))) if value < 1 else 1
    value *= power
    base = 10 ** (len(str(int(value))) - 1)
    return next(n * base for n in (1, 2, 5, 10) if n * base >= value) / power


def group_height(values):
    return len([v for v in values if v]) * BAR + GAP


def text(x, y, words, more=""):
    return f'<text x="{x:.1f}" y="{y:.1f}" {more}>{escape(words)}</text>'


def legend(series, marked, x=LABELS):
    out = []
    for number, name in enumerate(series):
        out.append(f'<rect x="{x}" y="32" width="11" height="11" fill="{COLOURS[number]}"/>')
        out.append(text(x + 16, 42, name))
        x += 40 + 7 * len(name)
    if marked:
        out.append(f'<line x1="{x + 5}" y1="30" x2="{x + 5}" y2="45" stroke="#c00" '
                   'stroke-width="2"/>')
        out.append(text(x + 14, 42, "wanted, at most"))
    return out


def group(y, label, values, mark, scale):
    out = [text(LABELS - 8, y + group_height(values) / 2 - GAP / 2 + 4, label,
                'text-anchor="end"')]
    top = y
    for number, value in enumerate(values):
        if not value:
            continue
        median, least, most = value
        middle = y + BAR / 2
        out.append(f'<rect x="{LABELS}" y="{y + 1}" width="{median * scale:.1f}" '
                   f'height="{BAR - 2}" fill="{COLOURS[number]}"/>')
        out.append(f'<line x1="{LABELS + least * scale:.1f}" y1="{middle}" '
                   f'x2="{LABELS + most * scale:.1f}" y2="{middle}" stroke="black"/>')
        out.append(text(LABELS + most * scale + 5, middle + 4, f"{median:.3g}", 'fill="#333"'))
        y += BAR
    if mark is not None:
        x = LABELS + mark * scale
        out.append(f'<line x1="{x:.1f}" y1="{top - 2}" x2="{x:.1f}" y2="{y + 2}" stroke="#c00" '
                   'stroke-width="2"/>')
    return out
