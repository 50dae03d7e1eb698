# SPDX-License-Identifier: GPL-2.0
"""What was counted, read from the files of bench/measure and put in order."""
import json
from dataclasses import dataclass, field

# Two runs that are further apart than this disagree; so many instructions are no disagreement,
# whatever part of a cheap call they are.
TOLERANCE = 0.005
GRAIN = 2


@dataclass
class Figure:
    """Instructions for one operation under one configuration."""

    best: float  # of the runs
    apart: float  # of its runs
    sources: list

    @property
    def repeats(self):
        return self.apart <= max(TOLERANCE * self.best, GRAIN)


@dataclass
class Column:
    """One configuration in one boot."""

    boot: str
    configuration: str
    title: str
    about: dict  # kernel, command line, packages: as bench/measure wrote them
    figures: dict = field(default_factory=dict)
    base: "Column" = None

    @property
    def ours(self):
        return self.configuration.startswith("gabion")

    @property
    def name(self):
        return f"{self.boot}/{self.configuration}"

    @property
    def mitigated(self):
        return "mitigations=off" not in self.about["command line"]

    def added(self, operation):
        """Instructions more than the base, or None."""
        if operation not in self.figures or operation not in self.base.figures:
            return None
        return round(self.figures[operation].best - self.base.figures[operation].best, 2)


@dataclass
class Bench:
    about: dict
    operations: list
    columns: list
    runs: int

    def bases(self):
        """What others are held against; first the one that most are."""
        return list({id(c.base): c.base for c in self.columns}.values())

    def held_against(self, base):
        return [c for c in self.columns if c.base is base]

    def peers_of(self, ours, table):
        """(own column, peers) for each base that our configuration is held against."""
        for base in self.bases():
            held = self.held_against(base)
            own = next((c for c in held if c.configuration == ours), None)
            if own:
                yield own, [c for c in held if c.about["table"] == table and not c.ours]

    def disagreeing(self):
        """(operation, column, figure) of all figures that do not repeat."""
        return [(o, c, c.figures[o]) for o in self.operations for c in self.columns
                if o in c.figures and not c.figures[o].repeats]


def figure_of(entries):
    """entries: (file, figure) of each run."""
    figures = [figure for _, figure in entries]
    return Figure(min(figures), max(figures) - min(figures), [source for source, _ in entries])


def read_column(out, boot, configuration, runs):
    entries, about = {}, None
    for run in runs:
        path = run / boot / f"{configuration}.json"
        if not path.exists():
            continue
        about = json.loads(path.read_text())
        for operation in about.pop("operations"):
            source = str(path.relative_to(out))
            entries.setdefault(operation["operation"], []).append(
                (source, operation["best"]))
    if not about:
        return None
    column = Column(boot, configuration, about["title"], about)
    column.figures = {operation: figure_of(e) for operation, e in entries.items()}
    return column


def read(out, boots):
    """What there is of what bench/boots names: a part of it makes a smaller table."""
    runs = sorted(out.glob("run-*"))
    columns, against = [], {}
    for line in boots.read_text().splitlines():
        if line.startswith("#") or "|" not in line:
            continue
        boot, base, *_, configurations = (part.strip() for part in line.split("|"))
        names = configurations.split()
        against[boot] = (base, names[0])
        columns += filter(None, (read_column(out, boot, name, runs) for name in names))
    if not columns:
        raise SystemExit(f"{out}: nothing was measured")
    for column in columns:
        base = against[column.boot][0]
        first = against[base][1]
        column.base = next((c for c in columns if (c.boot, c.configuration) == (base, first)), column)
    operations = list(dict.fromkeys(o for c in columns for o in c.figures))
    return Bench(json.loads((out / "about.json").read_text()), operations, columns, len(runs))
