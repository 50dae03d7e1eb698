# SPDX-License-Identifier: GPL-2.0
"""The figures as JSON, CSV, text, and as the section of docs/performance.md."""
import csv
import io
import json

from .data import GRAIN, TOLERANCE

# Tables, and the configuration of ours that the others in each are peers of.
GROUPS = {
    "unconfined": ("Tasks that nothing confines", "gabion-unrestricted"),
    "confined": ("Confined tasks", "gabion-confined"),
    "watched": ("Watched tasks", "gabion-audit"),
    "filtered": ("Filtered calls", None),
}


def as_json(bench):
    columns = [{
        "boot": c.boot, "configuration": c.configuration, "title": c.title, "base": c.base.name,
        **{key: c.about[key] for key in ("kernel", "command line", "mitigations", "command", "packages", "note")},
        "operations": {o: {"instructions": round(f.best, 2), "added": c.added(o), "apart": round(f.apart, 2),
                           "repeats": f.repeats if bench.runs > 1 else None, "raw": f.sources}
                       for o, f in c.figures.items()},
    } for c in bench.columns]
    return json.dumps({**bench.about, "runs": bench.runs, "columns": columns}, indent=1) + "\n"


def repeats_word(bench, figure):
    if bench.runs < 2:
        return "unknown"
    return "yes" if figure.repeats else "no"


def as_csv(bench):
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["operation", "boot", "configuration", "instructions", "added", "percent",
                     "apart", "repeats", "raw"])
    for o in bench.operations:
        for c in bench.columns:
            if o in c.figures:
                f, added = c.figures[o], c.added(o)
                percent = "" if added is None else f"{100 * added / c.base.figures[o].best:.2f}"
                writer.writerow([o, c.boot, c.configuration, f"{f.best:.2f}",
                                 "" if added is None else f"{added:.2f}", percent,
                                 f"{f.apart:.2f}", repeats_word(bench, f), " ".join(f.sources)])
    return text.getvalue()


def cell(column, operation):
    """Instructions added; with a mark where the runs do not agree."""
    added = column.added(operation)
    if added is None:
        return ""
    return f"{added:+.0f}" + ("" if column.figures[operation].repeats else "~")


def absolute(column, operation):
    figure = column.figures.get(operation)
    return f"{figure.best:.0f}" + ("" if figure.repeats else "~") if figure else ""


def with_mitigations(column):
    return ", with mitigations" if column.mitigated else ""


def group_tables(bench):
    """(title, columns, rows) for each table; the first column is the base's own figures."""
    for base in bench.bases():
        for key, (title, _) in GROUPS.items():
            columns = [c for c in bench.held_against(base) if c.about["table"] == key]
            if not columns:
                continue
            rows = [[o, absolute(base, o)] + [cell(c, o) for c in columns]
                    for o in bench.operations if o in base.figures]
            yield title + with_mitigations(base), ["operation", base.title] + [c.title for c in columns], rows


def costs_more(own, peer, operation):
    a, b = own.added(operation), peer.added(operation)
    if a is None or b is None:
        return False
    return a > b + max(GRAIN, own.figures[operation].apart, peer.figures[operation].apart)


def behind(bench):
    """Where a peer costs less than we do, by more than figures are apart: (ours, peer, rows)."""
    for key, (_, ours) in GROUPS.items():
        for own, peers in bench.peers_of(ours, key):
            for peer in peers:
                yield own, peer, [(o, own.added(o), peer.added(o)) for o in bench.operations
                                  if costs_more(own, peer, o)]


def lines_of(text_table):
    widths = [max(len(row[i]) for row in text_table) for i in range(len(text_table[0]))]
    for row in text_table:
        yield "  ".join(word.ljust(width) if i == 0 else word.rjust(width)
                        for i, (word, width) in enumerate(zip(row, widths))).rstrip()


def repeat_lines(bench):
    if bench.runs < 2:
        yield "One run: nothing is known of how figures repeat."
        return
    total = sum(len(c.figures) for c in bench.columns)
    bad = bench.disagreeing()
    yield (f"{total - len(bad)} of {total} figures of {bench.runs} runs, each a boot of its own, are within "
           f"{100 * TOLERANCE:.1f} % of each other or {GRAIN} instructions; the others are marked ~"
           + (":" if bad else "."))
    by_operation = {}
    for operation, column, figure in bad:
        by_operation.setdefault(operation, []).append((100 * figure.apart / figure.best, column.name))
    for operation, columns in by_operation.items():
        measured = sum(operation in c.figures for c in bench.columns)
        share, name = max(columns)
        yield f"{operation}: {len(columns)} of {measured}, at most {share:.1f} % ({name})"


def drift_lines(bench):
    """What was measured first and last: how far the machine has changed meanwhile."""
    for c in bench.columns:
        if c.about["table"] != "base" or c is c.base:
            continue
        rows = [(o, c.added(o), c.base.figures[o].best) for o in c.figures if c.added(o) is not None]
        far = [f"{o} {added:+.0f} ({100 * added / best:+.1f} %)" for o, added, best in rows
               if abs(added) > max(TOLERANCE * best, GRAIN)]
        yield (f"{c.title}: {len(rows) - len(far)} of {len(rows)} figures are within {100 * TOLERANCE:.1f} % of those "
               f"before all or {GRAIN} instructions" + ("; not " + ", ".join(far) if far else ""))


# A module that is called costs more than this; a policy cannot refuse what it is not asked about.
ASKED = 15


def behind_lines(bench):
    for own, peer, rows in behind(bench):
        judged = [row for row in rows if peer.about["table"] != "confined" or row[2] > ASKED]
        text = ", ".join(f"{o} ({a:+.0f} beside {b:+.0f})" for o, a, b in judged) or "nowhere"
        free = ", ".join(f"{row[0]} ({row[1]:+.0f})" for row in rows if row not in judged)
        yield (f"{own.title} costs more than {peer.title}{with_mitigations(own)}: {text}"
               + (f"; and where the other is not asked, or asks nothing: {free}" if free else ""))


def machine_lines(bench):
    """The versions, and with what words each was started."""
    seen = []
    for c in bench.columns:
        line = f"{c.boot}: {c.about['kernel']}, {' '.join(c.about['command line'].split())}"
        if c.about["mitigations"]:
            line += f"; mitigations: {c.about['mitigations'].replace('|', ', ')}"
        if line not in seen:
            seen.append(line)
    yield (f"Gabion {bench.about['gabion']}, QEMU {bench.about['emulator']}, {bench.about['date']}")
    yield from seen
    packages = {f"{p['package']} {p['version']}" for c in bench.columns for p in c.about["packages"]}
    if packages:
        yield "Debian packages: " + ", ".join(sorted(packages))
    commands = dict.fromkeys((c.title, c.about["command"]) for c in bench.columns if c.about["command"])
    yield from (f"{title}: {command}" for title, command in commands)
    for c in bench.columns:
        if c.about["note"].strip():
            yield f"{c.name}: {c.about['note'].strip()}"


def as_text(bench):
    parts = []
    for title, header, rows in group_tables(bench):
        parts.append("\n".join([f"{title}: instructions, and instructions added", ""]
                               + list(lines_of([header] + rows))))
    parts.append("\n".join([*repeat_lines(bench), *drift_lines(bench)]))
    parts.append("\n".join(behind_lines(bench)))
    parts.append("\n".join(machine_lines(bench)))
    return "\n\n".join(parts) + "\n"


def as_markdown(bench):
    parts = []
    for title, header, rows in group_tables(bench):
        table = [["" if i == 0 else word for i, word in enumerate(header)],
                 ["---"] + ["--:"] * (len(header) - 1)] + rows
        parts.append(f"### {title}\n\n" + "\n".join("| " + " | ".join(row) + " |" for row in table))
    first, *others = [*repeat_lines(bench), *drift_lines(bench)]
    parts.append("### Do they repeat?\n\n" + first + "".join(f"\n- {line}" for line in others))
    behind_us = [f"- {line}" for line in behind_lines(bench)]
    if behind_us:
        parts.append("### Where we are not ahead\n\n" + "\n".join(behind_us))
    parts.append("### What was measured\n\n" + "\n".join(f"- {line}" for line in machine_lines(bench)))
    return "\n\n".join(parts) + "\n"
