# SPDX-License-Identifier: GPL-2.0
"""One HTML page with a plot for each operation, which needs nothing but itself."""
from html import escape
from math import log2

from . import tables

WIDTH, LABEL, BAR, GAP = 720, 250, 14, 4
COLOURS = {"base": "#999", "unconfined": "#6baed6", "confined": "#2171b5", "watched": "#e6550d",
           "filtered": "#31a354"}

STYLE = """
body { font: 14px/1.4 sans-serif; max-width: 60em; margin: 2em auto; padding: 0 1em; }
table { border-collapse: collapse; font-size: 12px; }
td, th { padding: 2px 6px; text-align: right; border-bottom: 1px solid #ddd; }
td:first-child, th:first-child { text-align: left; }
svg text { font: 11px sans-serif; }
.ours { font-weight: bold; }
"""


def bars(bench, operation):
    """Added instructions of each configuration, those of one kind in one colour."""
    columns = [c for c in bench.held_against(bench.bases()[0])
               if c.added(operation) is not None and c.about["table"] in tables.GROUPS]
    if not columns:
        return ""
    scale = (WIDTH - LABEL - 120) / max(1, max(c.added(operation) for c in columns))
    lines = []
    for i, column in enumerate(columns):
        added, y = column.added(operation), i * (BAR + GAP)
        width = max(1, added * scale)
        ours = ' class="ours"' if column.ours else ""
        lines.append(f'<text{ours} x="{LABEL - 6}" y="{y + 11}" text-anchor="end">{escape(column.title)}</text>'
                     f'<rect x="{LABEL}" y="{y}" width="{width:.1f}" height="{BAR}" '
                     f'fill="{COLOURS.get(column.about["table"], "#999")}"/>'
                     f'<text x="{LABEL + width + 4:.1f}" y="{y + 11}">{tables.cell(column, operation)}</text>')
    base = columns[0].base
    height = len(columns) * (BAR + GAP)
    return (f"<h3>{escape(operation)}</h3><p>{escape(base.title)}: {tables.absolute(base, operation)} "
            f'instructions; added:</p><svg width="{WIDTH}" height="{height}" role="img">' + "".join(lines) + "</svg>")


def lines(title, series, note):
    """A plot of (name, [(x, y)]), both axes by powers of two."""
    points = [point for _, line in series for point in line]
    if len(points) < 2:
        return ""
    height, left, right = 260, 60, 200
    top_x, top_y = (max(1.0, max(log2(max(1, p[i])) for p in points)) for i in (0, 1))

    def place(point):
        return (left + log2(max(1, point[0])) / top_x * (WIDTH - left - right),
                height - 30 - log2(max(1, point[1])) / top_y * (height - 50))

    drawn = []
    for i, (name, line) in enumerate(series):
        colour = f"hsl({360 * i // len(series)} 65% 42%)"
        placed = [place(point) for point in line]
        drawn.append(f'<polyline fill="none" stroke="{colour}" stroke-width="2" points="'
                     + " ".join(f"{x:.1f},{y:.1f}" for x, y in placed) + '"/>')
        drawn.append(f'<text x="{placed[-1][0] + 6:.1f}" y="{placed[-1][1] + 4:.1f}" fill="{colour}">'
                     f"{escape(name)} {line[-1][1]:.0f}</text>")
    for x in sorted({point[0] for point in points}):
        drawn.append(f'<text x="{place((x, 1))[0]:.1f}" y="{height - 12}" text-anchor="middle">{x}</text>')
    return (f"<h3>{escape(title)}</h3><p>{escape(note)}</p>"
            f'<svg width="{WIDTH}" height="{height}" role="img">' + "".join(drawn) + "</svg>")


def depth_plot(bench):
    depths = {o: int(o.rpartition("-")[2]) for o in bench.operations if o.startswith("open+close-")}
    series = []
    for c in bench.held_against(bench.bases()[0]):
        if c.about["table"] not in ("unconfined", "confined"):
            continue
        line = [(depths[o], c.added(o)) for o in depths if c.added(o) is not None]
        if len(line) > 1:
            series.append((c.title, line))
    if not series:
        return ""
    return "<h2>Depth of a name</h2>" + lines("open+close", series, "Instructions added to open and close, by the number of names in the path.")


def table(header, rows):
    head = "".join(f"<th>{escape(word)}</th>" for word in header)
    body = "".join("<tr>" + "".join(f"<td>{escape(word)}</td>" for word in row) + "</tr>" for row in rows)
    return f"<table><tr>{head}</tr>{body}</table>"


def items(lines):
    return "<ul>" + "".join(f"<li>{escape(line)}</li>" for line in lines) + "</ul>"


def as_html(bench):
    parts = ["<!DOCTYPE html>", '<html lang="en"><head><meta charset="utf-8">',
             f"<title>What security costs, in instructions</title><style>{STYLE}</style></head><body>",
             "<h1>What security costs, in instructions</h1>", items(tables.machine_lines(bench))]
    for title, header, rows in tables.group_tables(bench):
        parts += [f"<h2>{escape(title)}</h2>", table(header, rows)]
    parts += ["<h2>Do they repeat?</h2>", items([*tables.repeat_lines(bench), *tables.drift_lines(bench)]),
              "<h2>Where we are not ahead</h2>", items(tables.behind_lines(bench)),
              depth_plot(bench), "<h2>Operation by operation</h2>"]
    parts += [bars(bench, operation) for operation in bench.operations]
    return "\n".join(parts + ["</body></html>"]) + "\n"
