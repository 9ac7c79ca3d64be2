"""A small course on disk that keeps every rule, for tests to break in one place at a time."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from bot.content.check import Report, check_course
from bot.content.finding import Finding

TODAY = date(2026, 11, 22)
TEA = "stress/en/01-a-cup-of-tea.md"
WINDOW = "stress/en/02-an-open-window.md"

COURSE = "format_version: 1\ndefault_language: en\ntracks:\n  - stress\n"
TRACK = """\
id: stress
title: {en: Calm in small steps}
about: {en: Short skills for tense days}
sensitivity: 0
prerequisites: []
who_should_skip: {}
lessons: [stress-1, stress-2]
"""
REFERENCES = """\
references:
  - id: S01
    authors: Ash A, Birch B
    year: 2020
    title: Warm drinks and slow minutes
    venue: Journal of Small Things 1(2):3-4
    link: https://doi.org/10.1000/tea
    verified: record
    kind: trial
    note: 40 adults, two weeks
  - id: S02
    authors: Cedar C
    year: 1999
    title: Fresh air indoors
    venue: Annals of Windows 5:6-7
    verified: memory
    kind: study
  - id: I10
    authors: Dogwood D
    year: 2017
    title: A survey
    venue: Journal of Surveys 8:9-10
    verified: record
    kind: study
  - id: M02
    authors: Elm E
    year: 2021
    title: Medicines and daily life
    venue: Journal of Medicines 11:12-13
    verified: record
    kind: review
"""
TEA_LESSON = """\
---
id: stress-1
title: A cup of tea
version: 1
updated: 2026-11-01
sensitivity: 0
minutes: 3
not_when: The kettle is broken.
who_should_skip: ""
prerequisites: []
---

## Hook
The kettle clicks, and you are still holding the phone.

## Idea
A warm drink asks for very little. You lift it, you sip, you put it down. [advice]

In a small study, people who paused over a drink felt a bit calmer after. [@S01] Others felt no change,
and that is worth saying too. [@S01]

## Try: solo
If you like, make something warm. Watch the steam for three slow sips before you pick up anything else.

## Try: together
If you both like, put the kettle on and sit down. Say one small thing about the day, or nothing at all.

## Reflect
What was in the room that you had not seen before?

## Way out
Leave it whenever you want. If today is heavy, help is one tap away.

## Short
One sip, one breath, and on with the day.

## Gentler
No kettle today. Look at the cup you used last and name its color. That is plenty for one evening.

## Deeper
The study was small: forty adults kept notes for two weeks. Those who stopped for a drink wrote of calmer afternoons
on those days. [@S01]

It cannot tell us if the drink did it, or the chair, or the five quiet minutes. We do not know. You could see it as
an excuse to sit, which is a fine thing to have. Some days an excuse is all that is on offer. [advice]
"""
WINDOW_LESSON = """\
---
id: stress-2
title: An open window
version: 2
updated: 2026-11-02
sensitivity: 1
minutes: 2
not_when: "The air outside is smoky."
who_should_skip: "People who feel unsafe near windows: look at a picture of the sky."
prerequisites: [stress-1]
---

## Note
This one is about the room around you and how close things feel. You can skip it.

## Hook
Somebody said less than they meant, and the air went thick.

## Idea
Stale rooms and stale talks go together for some people, and desire may drop with them. [@S01; @S02] Air will not mend
a quarrel. [advice] It can give your eyes somewhere far to rest. [advice]

## Try: solo
Open a window, or stand near one. Find the thing that is furthest off and let your shoulders come down.

## Try: together
Ask whether the other person would like air. With a yes, stand side by side and name one far thing each.

## Try: no touch
Sit where you are. Listen for the furthest sound that reaches you and give it a name, then another one.

## Reflect
Which sound came from furthest away?

## Way out
Close the window as soon as you have had enough, and do something else with your evening.

## Short
Look far, once.

## Gentler
Leave windows for another day. Think of a wide place from a film or a book and stay there for a moment.

## Deeper
Two sources stand behind this one, and one of them has not been checked by a second reader yet. [@S01; @S02] Both asked
people in offices, who may differ from you at home. [@S02] Nobody has tested what looking far does after a quarrel,
so take it as a walk for the eyes. [advice] Should it bring nothing, you have lost a minute and gained some air. It
costs no money, and no skill either. [advice]

## Idea: without closeness
Stale rooms and stale talks go together for some people. [@S01; @S02] Air will not mend a quarrel. [advice] It can give
your eyes somewhere far to rest, and that may be all you want just now. [advice]
"""


class CourseFolder:
    """A lessons folder with one track of two lessons, kept clean until a test changes a file."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.write("course.yaml", COURSE)
        self.write("references.yaml", REFERENCES)
        self.write("stress/track.yaml", TRACK)
        self.write(TEA, TEA_LESSON)
        self.write(WINDOW, WINDOW_LESSON)

    def write(self, file: str, text: str | bytes) -> None:
        path = self.root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())

    def text(self, file: str) -> str:
        return (self.root / file).read_text(encoding="utf-8")

    def swap(self, old: str, new: str, file: str = TEA) -> None:
        """Replace the one place where `old` stands in a file."""
        text = self.text(file)
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
        self.write(file, text.replace(old, new))

    def report(self) -> Report:
        return check_course(self.root, TODAY)

    def findings(self, rule: str) -> list[Finding]:
        return [finding for finding in self.report().findings if finding.rule == rule]

    def line(self, wording: str, file: str = TEA) -> int:
        """The line of a file on which some words stand."""
        return next(n for n, line in enumerate(self.text(file).split("\n"), start=1) if wording in line)
