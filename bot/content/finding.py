"""What the reader and the check have to say about a file, for people and for other tools."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Literal

Level = Literal["error", "warning"]


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One fault in one place. `file` is relative to the course folder, with forward slashes; `line` counts from 1,
    and is 1 where the fault is the whole file's. `fix` says what to do about it."""

    file: str
    line: int
    rule: str
    level: Level
    says: str
    fix: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.level} [{self.rule}] {self.says} {self.fix}"


@dataclass(frozen=True, slots=True)
class Rule:
    """Something every lesson keeps. `id` never changes; `about` says what the rule is for; docs/lesson-rules.md has a
    heading for each."""

    id: str
    level: Level
    about: str
    fix: str

    def at(self, file: str, line: int, says: str, fix: str = "") -> Finding:
        """The rule is broken here. `fix` replaces the rule's own where the case is known more closely."""
        return Finding(file, line, self.id, self.level, says, fix or self.fix)


class CourseError(Exception):
    """The lessons folder holds no usable course: the operator's to repair; `findings` say what and where."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("No usable course in the lessons folder:\n" + "\n".join(map(str, self.findings[:20])))


Spot = tuple[int, str]  # a line of the lesson file, and what is wrong there
WideSpot = tuple[str, int, str]  # the same with the file before it, for rules that look at the whole course


def as_json(findings: Iterable[Finding]) -> list[dict[str, str | int]]:
    """Plain dictionaries with the keys file, line, rule, level, says, fix, in the order given."""
    return [asdict(finding) for finding in findings]
