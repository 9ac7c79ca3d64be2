"""What comes next: in order, what must come first, in an envelope what is tender, and a kind end."""

from __future__ import annotations

import shutil
from pathlib import Path

from bot.content.read import lessons_dir
from tests.delivery.calendar import ENVELOPE, FINISH, heard, lessons, on, times, title_of, titles
from tests.e2e.chat import Chat
from tests.world import World


async def test_before_intimacy_comes_consent_even_if_it_was_not_chosen(there: World, ana: Chat) -> None:
    await ana.is_learning("intimacy")
    await there.at(on("2026-03-04", "12:00"))
    assert titles(ana) == ["consent-1", "(closed)"]
    await ana.taps("Open")
    assert title_of(ana, lessons(ana)[-1]) == "intimacy-1"


async def test_an_envelope_that_stays_closed_comes_again_and_counts_only_when_opened(there: World) -> None:
    ana = Chat(there, there.person("Ana"))
    await ana.is_learning("intimacy")
    await there.at(on("2026-03-03", "12:00"))
    ana.forget()
    await there.at(on("2026-03-05", "12:00"))
    assert times(ana.news) == ["2026-03-04 08:00", "2026-03-05 08:00"]
    assert all(message.text.startswith(ENVELOPE) for message in ana.news)
    await ana.says("/progress")
    ana.hears("One lesson so far.")
    await ana.taps("Open")
    await ana.says("/progress")
    ana.hears("2 lessons so far.")
    await there.at(on("2026-03-06", "12:00"))
    await ana.taps("Open")
    assert titles(ana)[-2:] == ["intimacy-1", "intimacy-2"]


async def test_the_end_of_all_tracks_is_said_once(there: World) -> None:
    ana = Chat(there, there.person("Ana"))
    await ana.is_learning("stress")
    await there.at(on("2026-03-06", "12:00"))
    await ana.says("/when")  # who is silent for long gets fewer
    await there.at(on("2026-03-09", "12:00"))
    await ana.says("/when")
    assert titles(ana) == [f"stress-{number}" for number in range(1, 8)]
    ana.forget()
    await there.at(on("2026-03-25", "12:00"))
    assert times(ana.news) == ["2026-03-09 19:30", "2026-03-10 08:00"], "the end of the topic, and that of the course"
    ana.hears(FINISH)
    await ana.taps("Topics")
    await ana.taps("Kinder nights")
    await ana.taps("Add this topic")
    await there.at(on("2026-03-26", "12:00"))
    assert titles(ana)[7:] == ["sleep-1"], "a topic more, and the lessons go on"


async def test_the_course_changes_while_people_are_on_it(there: World, ana: Chat, tmp_path: Path) -> None:
    """4b cases 11 and 12: a lesson inserted behind them does not come, one that is gone is passed over, nobody is moved back."""
    await ana.is_learning("stress")
    await there.at(on("2026-03-05", "12:00"))
    folder = tmp_path / "lessons"
    shutil.copytree(lessons_dir(), folder)
    track = folder / "stress" / "track.yaml"
    inserted = "lessons: [stress-5, stress-1, stress-2, stress-3, stress-6, stress-7]"
    lines = [inserted if line.startswith("lessons:") else line for line in track.read_text().splitlines()]
    track.write_text("\n".join(lines) + "\n")
    next((folder / "stress" / "en").glob("04-*.md")).unlink()
    await there.stop()
    there.settings["LESSONS_DIR"] = str(folder)
    await there.start()
    await ana.says("/when")  # who is silent for long gets fewer
    await there.at(on("2026-03-08", "12:00"))
    assert titles(ana) == ["stress-1", "stress-2", "stress-3", "stress-6", "stress-7"]
    assert heard(ana, FINISH) == 1


async def test_a_lesson_that_went_out_of_the_course_before_it_could_be_sent(
    there: World, ana: Chat, tmp_path: Path
) -> None:
    """4b case 12: decided, not delivered yet, and then removed: the day passes without one, the next brings the next."""
    await ana.is_learning("stress")
    fault = there.server.faults.add("500", method="sendMessage")
    await there.at(on("2026-03-03", "08:00"))
    fault.remove()
    folder = tmp_path / "lessons"
    shutil.copytree(lessons_dir(), folder)
    next((folder / "stress" / "en").glob("01-*.md")).unlink()
    await there.stop()
    there.settings["LESSONS_DIR"] = str(folder)
    await there.start()
    await there.at(on("2026-03-03", "12:00"))
    assert lessons(ana) == []
    await there.at(on("2026-03-04", "12:00"))
    assert titles(ana) == ["stress-2"]
