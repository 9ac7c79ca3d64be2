"""Every rule of the check is broken once to see it bark; the same course unbroken is clean."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from course_folder import COURSE, TEA, TEA_LESSON, TODAY, TRACK, WINDOW, CourseFolder

from bot.content.check import RULES, check_course, main
from bot.content.structure import LARGEST_LESSON

Break = Callable[[CourseFolder], None]


def swap(old: str, new: str, file: str = TEA) -> Break:
    return lambda course: course.swap(old, new, file)


def write(file: str, text: str | bytes) -> Break:
    return lambda course: course.write(file, text)


def delete(file: str) -> Break:
    return lambda course: (course.root / file).unlink()


def rename(name: str) -> Break:
    return lambda course: (course.root / WINDOW).rename((course.root / WINDOW).with_name(name))


def cut_part(heading: str, file: str = TEA) -> Break:
    def cut(course: CourseFolder) -> None:
        before, _, rest = course.text(file).partition(f"## {heading}\n")
        course.write(file, before + (rest[rest.index("## ") :] if "## " in rest else ""))

    return cut


def deeper(text: str) -> Break:
    """The first lesson's Deeper says one more thing."""
    return swap("It cannot tell us if", f"{text} [advice] It cannot tell us if")


def solo(text: str) -> Break:
    return swap("If you like, make something warm.", f"If you like, make something warm. {text}")


def part(heading: str, text: str, file: str = TEA) -> Break:
    """The whole text of a part is another."""

    def replace(course: CourseFolder) -> None:
        before, _, rest = course.text(file).partition(f"## {heading}\n")
        assert rest
        course.write(file, f"{before}## {heading}\n{text}\n\n{rest[rest.find('## ') :] if '## ' in rest else ''}")

    return replace


def both(one: Break, other: Break) -> Break:
    def break_both(course: CourseFolder) -> None:
        one(course)
        other(course)

    return break_both


def add_four(course: CourseFolder) -> None:
    """Lessons 3 to 6 are the first one's likes: same practice, same way out."""
    more = {3: "c", 4: "d", 5: "e", 6: "f"}
    course.swap("stress-2]", "stress-2, stress-3, stress-4, stress-5, stress-6]", "stress/track.yaml")
    for number, slug in more.items():
        text = TEA_LESSON.replace("id: stress-1", f"id: stress-{number}")
        course.write(f"stress/en/0{number}-{slug}.md", text)


IDEA = "A warm drink asks for very little."
HOOK = "The kettle clicks, and you are still holding the phone."
HARD = "Participating individuals systematically documented autobiographical considerations regarding recuperation."
GERMAN = TEA_LESSON.replace("version: 1", "version: 3")

BREAKS: list[tuple[str, str, Break]] = [
    # (rule, the file it is reported in, how to break it)
    ("file-unreadable", TEA, write(TEA, b"---\nid: \xff\xfe\n---\n")),
    ("file-unreadable", "references.yaml", delete("references.yaml")),
    ("file-too-large", TEA, write(TEA, TEA_LESSON + "x" * LARGEST_LESSON)),
    ("yaml-broken", TEA, swap("title: A cup of tea", "title: A cup: of tea")),
    ("yaml-broken", "stress/track.yaml", write("stress/track.yaml", "- stress\n")),
    ("front-matter-missing", TEA, swap("---\nid:", "id:")),
    ("front-matter-missing", TEA, swap("prerequisites: []\n---", "prerequisites: []\n")),
    ("key-missing", TEA, swap("minutes: 3\n", "")),
    ("key-missing", "stress/track.yaml", swap("about: {en: ", "about: {de: ", "stress/track.yaml")),
    ("key-unknown", TEA, swap("minutes: 3\n", "minutes: 3\nminute: 3\n")),
    ("key-unknown", "references.yaml", swap("note: 40", "remark: 40", "references.yaml")),
    ("key-twice", TEA, swap("minutes: 3\n", "minutes: 3\nminutes: 4\n")),
    ("key-wrong", TEA, swap("sensitivity: 0", "sensitivity: 3")),
    ("key-wrong", TEA, swap("minutes: 3", "minutes: three")),
    ("key-wrong", TEA, swap("version: 1", "version: true")),
    ("key-wrong", TEA, swap("title: A cup of tea", 'title: " "')),
    ("key-wrong", TEA, swap("prerequisites: []", "prerequisites: [1]")),
    ("key-wrong", "references.yaml", swap("verified: memory", "verified: yes-ish", "references.yaml")),
    ("key-wrong", "course.yaml", swap("format_version: 1", "format_version: 2", "course.yaml")),
    ("course-empty", "course.yaml", swap("  - stress\n", "", "course.yaml")),
    ("track-missing", "course.yaml", write("course.yaml", COURSE + "  - sleep\n")),
    ("track-unlisted", "sleep/track.yaml", write("sleep/track.yaml", TRACK.replace("stress", "sleep"))),
    ("id-pattern", TEA, swap("id: stress-1\n", "id: Stress 1\n")),
    ("id-pattern", "stress/track.yaml", swap("[stress-1, stress-2]", "[stress-1, stress-2, x]", "stress/track.yaml")),
    ("id-pattern", "references.yaml", swap("id: S02", "id: cedar", "references.yaml")),
    ("id-unique", WINDOW, swap("id: stress-2\n", "id: stress-1\n", WINDOW)),
    ("id-unique", "references.yaml", swap("id: S02", "id: S01", "references.yaml")),
    ("id-in-track", TEA, swap("id: stress-1\n", "id: stress-9\n")),
    ("id-in-track", TEA, swap("id: stress-1\n", "id: sleep-1\n")),
    ("lesson-missing", "stress/track.yaml", delete(WINDOW)),
    ("file-name", "stress/en/03-an-open-window.md", rename("03-an-open-window.md")),
    ("file-name", "stress/en/window.md", rename("window.md")),
    ("file-stray", "stress/en/notes.txt", write("stress/en/notes.txt", "later")),
    ("file-stray", "stress/English", write("stress/English/01-x.md", TEA_LESSON)),
    ("part-missing", TEA, cut_part("Short")),
    ("part-missing", TEA, swap(HOOK, "")),
    ("part-unknown", TEA, swap("## Hook", "## Hooks")),
    ("part-twice", TEA, swap("## Reflect", "## Hook\nTwice.\n\n## Reflect")),
    ("part-outside", TEA, swap("## Hook", "Hello.\n\n## Hook")),
    ("mark-malformed", TEA, swap("down. [advice]", "down. [@s1]")),
    ("mark-malformed", TEA, swap("down. [advice]", "down. [@S01, @S02]")),
    ("mark-malformed", TEA, swap("down. [advice]", "down. [Advice]")),
    ("message-length", TEA, swap(IDEA, IDEA + " Slow tea is good tea, or so we like to say." * 8)),
    ("message-length", TEA, both(part("Idea", "Tea is warm. [advice]"), part("Way out", "Leave it."))),
    ("part-length", TEA, part("Hook", "The kettle clicks, clicks again, clicks once more, and you still hold on to the phone.")),
    ("part-length", TEA, part("Gentler", "Rest.")),
    ("part-length", TEA, solo("Tea is warm. " * 11)),
    ("one-paragraph", TEA, part("Hook", "The kettle clicks.\n\nYou hold the phone.")),
    ("reading-grade", TEA, part("Deeper", f"{HARD} [advice]")),
    ("reading-grade", TEA, part("Gentler", HARD)),
    ("reading-grade", TEA, part("Idea", f"{HARD} [advice]")),
    ("long-sentence", TEA, part("Way out", "Leave it " + "and go out " * 7 + "now.")),
    ("practice-minutes", TEA, swap("minutes: 3", "minutes: 6")),
    ("reflect-one-question", TEA, swap("seen before?", "seen before? Or heard?")),
    ("reflect-one-question", TEA, swap("seen before?", "seen before? Take your time.")),
    ("reflect-one-question", TEA, swap("What was in the room that you had not seen before?", "Tell us what was in the room.")),
    ("note-needed", WINDOW, cut_part("Note", WINDOW)),
    ("note-needed", WINDOW, swap("You can skip it.", "Here it comes.", WINDOW)),
    ("telegram-limit", TEA, swap("title: A cup of tea", f"title: {'tea ' * 17}")),
    ("telegram-limit", TEA, swap(IDEA, "x" * 5000 + ".")),
    ("telegram-limit", TEA, swap("The study was small", "\U0001f375" * 2100 + " The study was small")),
    ("plain-text", TEA, solo("Then <b>rest</b>.")),
    ("plain-text", TEA, solo("See https://example.org for more.")),
    ("plain-text", TEA, solo("See example.org for more.")),
    ("plain-text", TEA, solo("Ask @someone.")),
    ("plain-text", TEA, swap(IDEA, "### Tea\n" + IDEA)),
    ("plain-text", TEA, swap(IDEA, "- Tea.\n- Cups.\n" + IDEA)),
    ("plain-text", TEA, swap(IDEA, "1. Tea.\n" + IDEA)),
    ("plain-text", TEA, solo("Use `tea`.")),
    ("plain-text", TEA, solo("Use [a cup].")),
    ("plain-text", TEA, swap("title: A cup of tea", 'title: "A *cup* of tea"')),
    ("stars-balanced", TEA, solo("Use *tea.")),
    ("stars-balanced", TEA, solo("Use **tea*.")),
    ("odd-character", TEA, solo("A zero\u200bwidth space.")),
    ("unfinished", TEA, solo("✎ More here.")),
    ("unfinished", TEA, solo("TODO more here.")),
    ("no-touch-needed", TEA, solo("Rest a hand on the table.")),
    ("no-touch-needed", TEA, solo("Feel where your body meets the chair.")),
    ("no-touch-needed", TEA, swap("Say one small thing", "Hug if you both want. Say one small thing")),
    ("no-touch-kept", WINDOW, swap("Sit where you are.", "Hug a pillow.", WINDOW)),
    ("sentence-unmarked", TEA, swap("you put it down. [advice]", "you put it down.")),
    ("sentence-unmarked", TEA, swap("on offer. [advice]", "on offer.")),
    ("mark-idle", TEA, swap(IDEA, "[advice] " + IDEA)),
    ("no-source", TEA, lambda c: c.write(TEA, c.text(TEA).replace("@S01", "advice"))),
    ("percent-forbidden", TEA, deeper("It helped 12% of them.")),
    ("percent-forbidden", TEA, deeper("It helped 12 to 14 percent of them.")),
    ("percent-forbidden", TEA, deeper("It helped 63 in 100.")),
    ("percent-forbidden", TEA, deeper("About 7.5 % felt it.")),
    ("percent-forbidden", TEA, deeper("A small percentage felt it.")),
    ("number-misread", TEA, deeper("Some tests predict who will divorce.")),
    ("number-misread", TEA, deeper("It is not so that 9 couples in ten divorce.")),
    ("number-misread", TEA, deeper("About 1 in 20 score high on such a survey.")),
    ("exclamation", TEA, solo("Enjoy!")),
    ("emoji", TEA, solo("Tea \U0001f375 and \U0001f36a cake.")),
    ("source-unknown", TEA, swap("worth saying too. [@S01]", "worth saying too. [@S99]")),
    ("source-kind-missing", TEA, lambda c: c.write("references.yaml", c.text("references.yaml").replace("    kind: trial\n", ""))),
    ("proof-too-weak", TEA, swap("In a small study, people who", "In trials, people who")),
    ("memory-only", TEA, lambda c: c.write(TEA, c.text(TEA).replace("@S01", "@S02"))),
    ("similar-lessons", "stress/en/03-tea-again.md", lambda c: (
        c.swap("stress-2]", "stress-2, stress-3]", "stress/track.yaml"),
        c.write("stress/en/03-tea-again.md", TEA_LESSON.replace("id: stress-1", "id: stress-3")),
    )),
    ("repeated-sentence", WINDOW, swap("Look far, once.", "Say one small thing about the day, or nothing at all.", WINDOW)),
    ("repeated-sentence", "stress/en/05-e.md", add_four),
    ("hook-openings", WINDOW, swap("Somebody said less", "The kettle clicks again, somebody said less", WINDOW)),
    ("common-opening", "stress/en/05-e.md", add_four),
    ("prerequisite-unknown", TEA, swap("prerequisites: []", "prerequisites: [stress-7]")),
    ("prerequisite-unknown", "stress/track.yaml", swap("prerequisites: []", "prerequisites: [consent-1]", "stress/track.yaml")),
    ("prerequisite-cycle", TEA, swap("prerequisites: []", "prerequisites: [stress-2]")),
    ("prerequisite-cycle", TEA, swap("prerequisites: []", "prerequisites: [stress-2]", "stress/track.yaml")),
    ("sensitivity-below-track", TEA, swap("sensitivity: 0", "sensitivity: 1", "stress/track.yaml")),
    ("closeness-form-needed", WINDOW, cut_part("Idea: without closeness", WINDOW)),
    ("closeness-form-needed", TEA, swap("One sip, one breath", "One sip, no sex, one breath")),
    ("translation-behind", "stress/de/01-a-cup-of-tea.md", write("stress/de/01-a-cup-of-tea.md", GERMAN)),
    ("date-to-come", TEA, swap("updated: 2026-11-01", "updated: 2026-11-23")),
    # words
    ("strong-claim", TEA, deeper("Studies show that tea is good.")),
    ("never-word", TEA, deeper("Tea is a hack.")),
    ("shame-word", TEA, deeper("Some call it an addiction.")),
    ("pressure", TEA, solo("You should sit down.")),
    ("absolute-word", TEA, deeper("Tea is always near.")),
    ("hormone-story", TEA, deeper("Tea lowers cortisol.")),
    ("medicine-name", TEA, deeper("Some take melatonin.")),
    ("medicine-class", TEA, deeper("Some take SSRIs.")),
    ("medicine-advice", TEA, deeper("You could skip your pills today.")),
    ("brand-name", TEA, deeper("An app like Headspace can do it too.")),
    ("risky-method", TEA, solo("Hold your breath.")),
    ("gender-word", TEA, deeper("Ask her about it.")),
    ("partner-assumed", TEA, solo("Tell your partner.")),
    ("diagnosis", TEA, deeper("Sit with your depression.")),
    ("body-talk", TEA, deeper("Tea has few calories.")),
    ("explicit-word", TEA, deeper("Lie there naked.")),
    ("sex-as-treatment", TEA, deeper("More sex could be nice.")),
    ("trauma-detail", TEA, solo("Think of the worst day.")),
    ("praise-or-streak", TEA, solo("Well done.")),
    ("watching", TEA, deeper("We will check on you.")),
    ("phone-number", TEA, deeper("Call 911.")),
    ("not-yet", TEA, deeper("If there is no desire yet, wait.")),
    ("us-spelling", TEA, deeper("Name the colour.")),
    ("misspelling", TEA, deeper("Name the the cup.")),
]  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "file", "break_it"), BREAKS, ids=[f"{n}-{rule}" for n, (rule, *_) in enumerate(BREAKS)]
)
def test_rule_bites(course: CourseFolder, rule: str, file: str, break_it: Break) -> None:
    break_it(course)
    found = course.findings(rule)
    assert file in {finding.file for finding in found}
    for finding in found:
        assert finding.level == RULES[rule].level
        assert finding.line >= 1
        assert finding.says.endswith((".", "…", '"'))
        assert finding.fix


def test_every_rule_is_broken_by_some_test() -> None:
    assert {rule for rule, *_ in BREAKS} == set(RULES)


def test_a_clean_course_has_no_finding(course: CourseFolder) -> None:
    report = course.report()
    assert report.findings == ()
    assert (report.tracks, report.lessons) == (1, 2)


def test_all_faults_of_a_lesson_are_told_at_once(course: CourseFolder) -> None:
    course.swap("minutes: 3\n", "")
    course.swap("## Hook", "## Hooks")
    course.swap("you put it down. [advice]", "you put it down!")
    rules = {finding.rule for finding in course.report().findings if finding.file == TEA}
    assert {"key-missing", "part-unknown", "part-missing", "sentence-unmarked", "exclamation"} <= rules


def test_a_finding_names_the_line_on_which_the_sentence_begins(course: CourseFolder) -> None:
    course.swap("and that is worth saying too. [@S01]", "and that is worth saying.\nNobody knows why.")
    assert [f.line for f in course.findings("sentence-unmarked")] == [
        course.line("Others felt no change"),
        course.line("Nobody knows why"),
    ]


def test_dates_are_held_against_today_only_where_it_is_given(course: CourseFolder) -> None:
    course.swap("updated: 2026-11-01", "updated: 2099-01-01")
    assert [f.rule for f in check_course(course.root, TODAY).findings] == ["date-to-come"]
    assert check_course(course.root).findings == ()


def test_the_unchecked_mark_settles_memory_only(course: CourseFolder) -> None:
    course.write(TEA, course.text(TEA).replace("@S01", "@S02"))
    course.swap("minutes: 3\n", "minutes: 3\ncheck_sources_before_release: true\n")
    assert course.findings("memory-only") == []


def test_three_lessons_may_share_a_way_out_and_four_may_not(course: CourseFolder) -> None:
    line = "If today is heavy, help is one tap away."
    course.swap("and do something else with your evening.", f"and do something else. {line}", WINDOW)
    assert course.findings("repeated-sentence") == []
    add_four(course)
    assert any("if today is heavy" in finding.says for finding in course.findings("repeated-sentence"))


def test_a_lesson_waits_for_itself_only_in_a_circle(course: CourseFolder) -> None:
    course.swap("prerequisites: []", "prerequisites: [stress-2]")
    assert {finding.file for finding in course.findings("prerequisite-cycle")} == {TEA, WINDOW}


def test_every_form_is_counted_and_named(course: CourseFolder) -> None:
    course.swap("Open a window,", "Tea is warm. " * 30 + "Open a window,", WINDOW)
    says = [finding.says for finding in course.findings("message-length")]
    assert len(says) == 2
    assert says[0].startswith("The message with try: solo")
    assert says[1].startswith("The message with try: solo, without closeness")


def test_languages_that_do_not_part_words_are_not_counted(course: CourseFolder) -> None:
    course.write("stress/ja/01-tea.md", course.text(TEA))
    course.swap("One sip, one breath", "Sip. " * 50 + "One sip, one breath", "stress/ja/01-tea.md")
    assert [f.rule for f in course.report().findings if f.file.startswith("stress/ja")] == []


def test_report_within_a_track_or_a_file(course: CourseFolder) -> None:
    course.swap("minutes: 3", "minutes: 6")
    course.write("course.yaml", COURSE + "  - sleep\n")
    report = course.report()
    assert {f.file for f in report.findings} == {TEA, "course.yaml"}
    assert {f.file for f in report.within("stress").findings} == {TEA}
    assert report.within("stre").findings == ()
    assert report.within(TEA).findings == report.within("stress").findings
    assert report.within(".").findings == report.findings


def test_report_as_json(course: CourseFolder) -> None:
    course.swap("minutes: 3", "minutes: 6")
    plain = json.loads(json.dumps(course.report().as_json()))
    assert plain == {
        "tracks": 1,
        "lessons": 2,
        "findings": [
            {
                "file": TEA,
                "line": course.line("minutes: 6"),
                "rule": "practice-minutes",
                "level": "error",
                "says": "The practice takes 6 minutes, more than 5.",
                "fix": "Offer a smaller practice.",
            }
        ],
    }


def test_command_line(course: CourseFolder, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main([str(course.root)]) == 0
    assert capsys.readouterr().out == "1 tracks, 2 lessons, 0 findings\n"
    course.swap("minutes: 3", "minutes: 6")
    assert main([str(course.root / "stress")]) == 1
    printed = capsys.readouterr().out
    assert printed.startswith(f"{TEA}:{course.line('minutes: 6')}: error [practice-minutes] ")
    assert main([str(course.root / WINDOW)]) == 0
    assert main([]) == 2
    assert main([str(tmp_path.parent / "nowhere")]) == 2
    assert "usage" in capsys.readouterr().err


def test_module_runs_from_the_command_line(course: CourseFolder) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bot.content.check", str(course.root)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
