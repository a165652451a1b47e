"""The table of the benchmarks."""

from dataclasses import dataclass


@dataclass
class Row:
    """A line of the table: what was measured, against what, and the goal of the ratio ours / theirs.

    Times (``unit`` "ms" or "s") must stay at or under the goal, throughput ("req/s") at or over it.
    """

    work: str
    against: str
    ours: float
    theirs: float
    goal: float
    note: str = ""
    unit: str = "ms"

    @property
    def ratio(self) -> float:
        return self.ours / self.theirs

    @property
    def more_is_better(self) -> bool:
        return self.unit.endswith("/s")

    @property
    def reached(self) -> bool:
        return self.ratio >= self.goal if self.more_is_better else self.ratio <= self.goal


def table(rows: list[Row]) -> str:
    """The rows as Markdown."""
    lines = ["| work | against | ours | theirs | ratio | goal | |", "|---|---|---|---|---|---|---|"]
    for row in rows:
        verdict = "reached" if row.reached else "MISSED"
        digits = 2 if row.unit == "s" else 0
        sign = "≥" if row.more_is_better else "≤"
        lines.append(
            f"| {row.work} | {row.against} | {row.ours:.{digits}f} {row.unit} |"
            f" {row.theirs:.{digits}f} {row.unit} | {row.ratio:.2f} |"
            f" {sign} {row.goal} | {verdict}{', ' + row.note if row.note else ''} |"
        )
    return "\n".join(lines)
