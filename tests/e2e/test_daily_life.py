"""An ordinary day: commands, lesson buttons, settings. All of it happens on one Monday noon, in one world."""

from __future__ import annotations

import re

import pytest

from bot.course.lesson import PracticeForm
from bot.service.commands import COMMANDS
from bot.service.learners import Closeness, State
from tests.e2e.chat import Chat
from tests.world import World

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture
def ana(shared: World) -> Chat:
    return Chat(shared, shared.person("Ana"))


# -- /today, /next, /skip ------------------------------------------------------------------------------------------------


async def test_today_is_the_same_lesson_however_often_it_is_asked_for(ana: Chat) -> None:
    await ana.is_learning("stress")
    await ana.says("/today")
    first = ana.hears_only(ana.lesson("stress-1").title, "Think about:")
    await ana.says("/today")
    assert ana.hears_only(ana.lesson("stress-1").title).text == first.text
    await ana.taps("Did it")
    await ana.says("In my jaw, mostly.")
    await ana.says("/today")
    assert ana.hears_only(ana.lesson("stress-1").title).text == first.text, "answering it does not bring another"


async def test_next_goes_on_now_and_today_follows_it(ana: Chat) -> None:
    await ana.is_learning("stress")
    for number in (1, 2, 3):
        await ana.says("/next")
        ana.hears_only(ana.lesson(f"stress-{number}").title)
    await ana.says("/today")
    ana.hears_only(ana.lesson("stress-3").title)


async def test_a_lesson_asked_for_takes_the_place_of_todays(ana: Chat) -> None:
    await ana.is_learning("stress", hour=18)
    await ana.says("/when")
    ana.hears_only("Monday, March 2 at 6:00 PM")
    await ana.says("/today")
    await ana.says("/when")
    ana.hears_only("Tuesday, March 3 at 6:00 PM")


async def test_skip_moves_on_without_a_word_against_it(ana: Chat) -> None:
    await ana.is_learning("stress")
    await ana.says("/skip")
    ana.hears_only(f"Skipped: {ana.lesson('stress-1').title}.")
    await ana.says("/next")
    ana.hears_only(ana.lesson("stress-2").title)


async def test_after_the_last_lesson_there_is_a_kind_end(ana: Chat) -> None:
    await ana.is_learning("stress")
    for _ in range(7):
        await ana.says("/skip")
    for command in ("/next", "/skip", "/today"):
        await ana.says(command)
        end = ana.hears_only("You have been through all the lessons you chose.")
        assert end.labels == ["Topics"]


async def test_why_tells_where_todays_lesson_comes_from_and_how_strong_that_is(ana: Chat) -> None:
    await ana.is_learning("stress")
    await ana.says("/why")
    ana.hears_only("No lesson is open just now.")
    await ana.says("/next")
    await ana.says("/next")
    await ana.says("/why")
    told = ana.hears_only(f"Where “{ana.lesson('stress-2').title}” comes from")
    assert "Several studies, put together." in told.text
    await ana.says("why")
    ana.hears_only(ana.lesson("stress-2").title)  # a bare word may well be an answer
    assert "comes from" not in ana.last.text


async def test_why_names_no_lesson_that_is_still_closed(ana: Chat) -> None:
    await ana.is_learning("stress", discreet=True)
    await ana.says("/next")
    await ana.says("/why")
    ana.hears_only("still closed")
    await ana.taps("Open")
    await ana.says("/why")
    told = ana.hears_only(f"Where “{ana.lesson('stress-1').title}” comes from")
    assert told.silent


async def test_tracks_follow_each_other_in_their_order(ana: Chat) -> None:
    await ana.is_learning("sleep", "stress", closeness=Closeness.NOT_NOW)
    for _ in range(6):  # the seventh is about touch, and closeness is off
        await ana.says("/skip")
    await ana.says("/next")
    ana.hears_only(ana.lesson("stress-1").title)


# -- the buttons of a lesson ---------------------------------------------------------------------------------------------


async def test_the_buttons_of_a_lesson(ana: Chat) -> None:
    await ana.is_learning("stress")
    await ana.says("/next")
    lesson = ana.last
    assert lesson.labels == ["Did it", "Not today", "Shorter", "More", "Gentler", "Sources", "Save"]
    await ana.taps("Not today")
    ana.hears_nothing()
    ana.is_shown("That is fine.")
    await ana.taps("Did it")
    assert ana.hears_only(ana.lesson("stress-1").title) is lesson, "only its buttons ask how it was"
    ana.is_shown("Thank you for spending a minute here.")
    await ana.taps("Shorter")
    ana.hears_only("The short form.")
    await ana.taps("Gentler")
    ana.hears_only("A gentler way")
    await ana.taps("More")
    ana.hears_only("A little more")
    await ana.taps("Sources")
    ana.hears_only(f"Where “{ana.lesson('stress-1').title}” comes from", "Not now if:", "Who may want to skip it:")
    assert ana.person.chat.find(lesson.id) is lesson, "the lesson itself stays as it is"
    assert lesson.labels == ["Helped a lot", "A bit", "Not this time", "Shorter", "More", "Gentler", "Sources", "Save"]


async def test_whoever_chose_either_can_look_at_the_other_form(ana: Chat) -> None:
    await ana.is_learning("stress", form=PracticeForm.EITHER)
    await ana.says("/next")
    assert ana.last.labels[0] == "With someone"
    await ana.taps("With someone")
    assert len(ana.news) == 1


@pytest.mark.parametrize("label", ["Did it", "Not today", "Shorter", "Sources"])
async def test_a_button_pressed_twice_does_no_harm(ana: Chat, label: str) -> None:
    await ana.is_learning("stress")
    await ana.says("/next")
    lesson = ana.last
    data = next(button.data for button in lesson.buttons if button.label == label)
    for _ in range(2):
        await ana.taps_old(lesson.id, data)
    await ana.says("/progress")
    ana.hears("One lesson so far.")


async def test_send_one_now_pressed_twice_sends_one(ana: Chat) -> None:
    await ana.signs_up()
    summary = next(one for one in ana.news if "This is what you chose" in one.text)
    await ana.taps("Send one now")
    ana.hears(ana.lesson("stress-1").title)
    await ana.taps_old(summary.id, "ls:now")
    ana.is_shown("That button is old.")
    assert not any("Think about:" in one.text for one in ana.news)


@pytest.mark.parametrize(
    "data",
    ["ls:did:nosuch-1", "ls:nothing:stress-1", "ls:open:0123", "jo:page:x", "jo:one:x", "tr:show:x", "set:x", "go:x",
     "go:pause:x", "go:pause:99999999999999999999", "go:pause:²", "ask:hour:8", "ask:nosuch:1", "jo:page:²",
     "jo:page:9999999999999", "nonsense", "", ":", "::::", "sos:nonsense", "sos:", "pl:nothing", "cmd:nosuch", "x" * 64],
)  # fmt: skip
async def test_a_button_that_never_was_or_is_no_more_still_answers(ana: Chat, data: str) -> None:
    await ana.is_learning("stress")
    await ana.says("/next")
    await ana.taps_old(ana.last.id, data)
    assert ana.toasts or ana.news


@pytest.mark.parametrize("label", ["Did it", "Shorter", "Sources"])
async def test_the_button_of_a_deleted_message_still_answers(ana: Chat, label: str) -> None:
    await ana.is_learning("stress")
    await ana.says("/next")
    lesson = ana.last
    data = next(button.data for button in lesson.buttons if button.label == label)
    ana.person.deletes(lesson.id)
    await ana.taps_old(lesson.id, data)
    assert ana.toasts or ana.news


async def test_a_page_whose_message_is_gone_comes_anew(ana: Chat) -> None:
    await ana.is_learning("stress")
    await ana.says("/tracks")
    page = ana.last
    ana.person.deletes(page.id)
    await ana.taps_old(page.id, "tr:show:sleep")
    ana.hears_only("Kinder nights")
    await ana.taps_old(page.id, "set:show")
    ana.hears_only("Your settings")


# -- where they are --------------------------------------------------------------------------------------------------------


async def test_progress_counts_lessons_and_never_days(ana: Chat) -> None:
    await ana.is_learning("stress", "sleep")
    await ana.says("/progress")
    ana.hears("No lesson yet. There is no hurry.", "Calm in small steps: 0 of 7", "Kinder nights: 0 of 7")
    await ana.says("/next")
    await ana.says("Jaw.")
    await ana.says("/skip")
    await ana.says("/progress")
    page = ana.hears("One lesson so far. You wrote one thing down.", "Calm in small steps: 2 of 7")
    assert f"Next: {ana.lesson('stress-3').title}" in page.text
    assert page.labels == ["Journal", "Topics", "Check in now", "Dark picture"]


async def test_tracks_can_be_added_put_first_and_left(ana: Chat) -> None:
    await ana.is_learning("stress")
    await ana.says("/tracks")
    titles = [track.title["en"] for track in ana.course.tracks.values()]
    assert ana.last.labels == [f"✓ {title}" if title == "Calm in small steps" else title for title in titles]
    await ana.taps("Kinder nights")
    ana.hears_only("Sleep habits that have proof behind them", "7 lessons")
    await ana.taps("Add this topic")
    ana.is_shown("Added.")
    await ana.taps("Do this one next")
    ana.is_shown("It comes next.")
    await ana.says("/next")
    ana.hears_only(ana.lesson("sleep-1").title)
    await ana.says("/tracks")
    await ana.taps("✓ Kinder nights")
    ana.hears_only("You are at lesson 2 of 7.")
    await ana.taps("Leave it out")
    ana.is_shown("Left out. Your place is kept.")
    await ana.says("/next")
    ana.hears_only(ana.lesson("stress-1").title)
    await ana.says("/tracks")
    await ana.taps("Kinder nights")
    await ana.taps("Add this topic")
    ana.hears_only("You are at lesson 2 of 7.")


async def test_a_closeness_topic_says_who_should_skip_it_and_asks_before_it_comes(ana: Chat) -> None:
    await ana.is_learning("stress", closeness=Closeness.UNASKED)
    await ana.says("/tracks")
    await ana.taps("Easing back")
    ana.hears_only("Who may want to skip it:", "These lessons come closed.")
    await ana.taps("Add this topic")
    ana.hears("One question before the topics about closeness")
    await ana.taps("Not now, or not sure")
    ana.hears("Then I leave those topics out.")
    ana.hears("Saved.")
    assert (await ana.learner()).profile.topics == ("stress",)


async def test_a_closeness_topic_that_is_not_safe_leads_to_support_and_leaves_no_question_open(ana: Chat) -> None:
    await ana.is_learning("stress", closeness=Closeness.UNASKED)
    await ana.says("/tracks")
    await ana.taps("Easing back")
    await ana.taps("Add this topic")
    await ana.taps("I feel pressured or unsafe")
    ana.hears("Thank you for telling me.")
    learner = await ana.learner()
    assert (learner.step, learner.profile.topics) == (None, ("stress",))
    await ana.taps("Go on with other topics")
    ana.hears("Your next lesson comes on")
    await ana.says("/next")
    await ana.says("with nobody near me")
    ana.hears_only(ana.lesson("stress-1").title)


# -- settings ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("setting", "answer", "shown"),
    [
        ("Time", "tap 9:00 AM", "Time: 9:00 AM"),
        ("Time", "20h30", "Time: 8:30 PM"),
        ("Days", "weekdays", "Days: Monday to Friday"),
        ("Time zone", "Lisbon", "Time zone: Lisbon"),
        ("Country", "Kenya", "Country: Kenya"),
        ("Country", "tap Rather not say", "Country: Rather not say"),
        ("Practices", "tap With someone", "Practices: With someone"),
        ("Closeness topics", "tap Not now, or not sure", "Closeness topics: left out"),
    ],
)
async def test_every_setting_can_be_changed(ana: Chat, setting: str, answer: str, shown: str) -> None:
    await ana.is_learning("stress")
    await ana.says("/settings")
    await ana.taps(setting)
    await (ana.taps(answer.removeprefix("tap ")) if answer.startswith("tap ") else ana.says(answer))
    ana.hears("Saved.")
    await ana.taps("More settings")
    ana.hears_only("Your settings", shown)
    assert (await ana.learner()).step is None


@pytest.mark.parametrize("way_out", ["Back", "Later", "back", "later", "/cancel", "cancel"])
@pytest.mark.parametrize("setting", ["Time", "Days", "Time zone", "Country", "Practices", "Closeness topics"])
async def test_every_setting_can_be_left_as_it_was(ana: Chat, setting: str, way_out: str) -> None:
    await ana.is_learning("stress")
    before = (await ana.learner()).profile
    await ana.says("/settings")
    await ana.taps(setting)
    await (ana.taps(way_out, ana.last) if way_out in ("Back", "Later") else ana.says(way_out))
    ana.hears("Nothing was changed.")
    learner = await ana.learner()
    assert (learner.profile, learner.step) == (before, None)


async def test_the_page_of_settings_shows_them_all(ana: Chat) -> None:
    await ana.is_learning("stress", "intimacy")
    await ana.says("/settings")
    page = ana.hears_only("Your settings")
    for line in ("Country: Germany", "Time zone: Berlin", "Time: 8:00 AM", "Days: every day", "Practices: Just me",
                 "Topics: Calm in small steps · Easing back", "Closeness topics: shown"):  # fmt: skip
        assert line in page.text
    await ana.taps("Topics")
    ana.hears_only("Those you chose have a tick.")
    await ana.says("/settings")
    await ana.taps("Pause")
    ana.hears("For how long?")


async def test_a_reply_to_a_lesson_is_kept_even_while_a_setting_is_open(ana: Chat) -> None:
    await ana.is_learning("stress")
    await ana.says("/next")
    lesson = ana.last
    await ana.says("/settings")
    await ana.taps("Time")
    await ana.says("My shoulders, at eight.", reply_to=lesson)
    ana.hears_only(ana.lesson("stress-1").title)
    assert (await ana.learner()).step == "hour"


# -- pause, resume, stop -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "until"),
    [
        ("/pause 5", "Saturday, March 7"),
        ("/pause 1 day", "Tuesday, March 3"),
        ("/pause for 2 weeks", "Monday, March 16"),
        ("/pause until 2026-12-24", "Thursday, December 24"),
        ("/pause 2026-03-03", "Tuesday, March 3"),
        ("tap 3 days", "Thursday, March 5"),
        ("tap A week", "Monday, March 9"),
        ("tap A month", "Wednesday, April 1"),
    ],
)
async def test_a_pause_names_the_day_it_ends(ana: Chat, said: str, until: str) -> None:
    await ana.is_learning("stress")
    await ana.says("/pause" if said.startswith("tap") else said)
    if said.startswith("tap"):
        await ana.taps(said.removeprefix("tap "))
    ana.hears("Lessons are paused.", f"On {until} I ask once")
    await ana.says("/when")
    ana.hears_only("Lessons are paused.", f"On {until} I ask once")


@pytest.mark.parametrize("said", ["tap Until I say so", "/pause until I say so", "/pause open"])
async def test_a_pause_can_have_no_end(ana: Chat, said: str) -> None:
    await ana.is_learning("stress")
    await ana.says("/pause" if said.startswith("tap") else said)
    if said.startswith("tap"):
        await ana.taps("Until I say so")
    ana.hears("Lessons are paused until you say so.")
    assert (await ana.learner()).due_at is None


@pytest.mark.parametrize(
    "said",
    ["/pause soon", "/pause 0", "/pause -3", "/pause 9999", "/pause until 2026-02-30", "/pause until 2020-01-01",
     "/pause 2028-01-01", "/pause 🌙"],
)  # fmt: skip
async def test_a_pause_that_makes_no_sense_says_what_would(ana: Chat, said: str) -> None:
    await ana.is_learning("stress")
    await ana.says(said)
    ana.hears_only("I could not read that. You could write /pause 5")
    assert (await ana.learner()).state is State.ACTIVE


async def test_resume_is_one_message_with_a_choice(ana: Chat) -> None:
    await ana.is_learning("stress")
    await ana.says("/resume")
    ana.hears_only("Lessons are on.")
    await ana.says("/pause 3")
    await ana.says("/resume")
    choice = ana.hears_only("Welcome back. Your place is kept.", "Tuesday, March 3 at 8:00 AM")
    assert choice.labels == ["Read one now", "Carry on at the usual time", "Start this topic over"]


@pytest.mark.parametrize("change", ["/settings", "/tracks", "/today"])
async def test_a_pause_keeps_its_end_whatever_is_changed_in_it(ana: Chat, change: str) -> None:
    await ana.is_learning("stress")
    await ana.says("/pause 3")
    end = (await ana.learner()).due_at
    assert end is not None
    await ana.says(change)
    if change == "/settings":
        await ana.taps("Time")
        await ana.says("9")
    if change == "/tracks":
        await ana.taps("Kinder nights")
        await ana.taps("Add this topic")
    learner = await ana.learner()
    assert (learner.state, learner.due_at) == (State.PAUSED, end)
    await ana.says("/when")
    ana.hears_only("Lessons are paused.", "On Thursday, March 5 I ask once")


async def test_the_three_ways_to_go_on(ana: Chat) -> None:
    await ana.is_learning("stress")
    await ana.says("/skip")
    await ana.says("/pause 3")
    await ana.says("/resume")
    await ana.taps("Carry on at the usual time")
    ana.hears_only("Your next lesson comes on Tuesday, March 3 at 8:00 AM")
    assert ana.last.labels == []
    await ana.says("/pause 3")
    await ana.says("/resume")
    await ana.taps("Start this topic over")
    ana.hears("Calm in small steps begins again with its first lesson.")
    await ana.says("/pause 3")
    await ana.says("/resume")
    await ana.taps("Read one now")
    ana.hears(ana.lesson("stress-1").title)


async def test_stop_and_start_again_keep_the_place(ana: Chat) -> None:
    await ana.is_learning("stress")
    await ana.says("/skip")
    await ana.says("/stop")
    ana.hears_only("Lessons have stopped.")
    await ana.says("/when")
    ana.hears_only("Lessons are stopped.")
    for words in ("/pause", "/pause 3"):
        await ana.says(words)
        ana.hears_only("Lessons are stopped.")
    await ana.says("/start")
    ana.hears_only("Welcome back. Your place is kept.")
    await ana.says("/next")
    ana.hears_only(ana.lesson("stress-2").title)
    await ana.says("/stop")
    await ana.taps("Begin again")
    ana.hears("Welcome back. Your place is kept.")


async def test_start_on_an_ordinary_day_says_where_they_are(ana: Chat) -> None:
    await ana.is_learning("stress")
    await ana.says("/start")
    home = ana.hears_only("Good to see you.", "Your next lesson comes on Tuesday, March 3 at 8:00 AM, Berlin time.")
    assert home.labels == ["Today’s lesson", "Where I am", "Topics", "Settings"]
    for label, page in (
        ("Where I am", "Where you are"),
        ("Topics", "Topics"),
        ("Settings", "Your settings"),
        ("Today’s lesson", ana.lesson("stress-1").title),
    ):
        await ana.says("/start")
        await ana.taps(label)
        ana.hears(page)


async def test_a_link_to_a_topic_shows_it_to_whoever_is_here_already(ana: Chat) -> None:
    await ana.is_learning("stress")
    await ana.says("/start sleep")
    assert "Add this topic" in ana.hears_only("Kinder nights", "7 lessons").labels
    await ana.says("/start nosuchtrack")
    ana.hears_only("Good to see you.")


async def test_whoever_is_under_18_gets_no_lesson_on_request_either(ana: Chat) -> None:
    await ana.is_learning("stress")
    await ana.says("/next")
    lesson = ana.last
    await ana.says("/help")
    await ana.taps("My age")
    ana.hears("This course is for adults")
    for said in ("/next", "/today", "/skip"):
        await ana.says(said)
        ana.hears_only("Is that all right with you?")
    await ana.taps("Gentler", lesson)
    assert "A gentler way" not in ana.last.text


# -- pages that explain --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ("/privacy", "What is kept, and what is not"),
        ("/about", "It is not therapy"),
        ("/commands", "What you can write"),
        ("/menu", "What you can write"),
        ("/cancel", "Nothing is open."),
        ("/nosuchcommand", "I do not know that one."),
        ("/", "I do not know that one."),
        ("/today@demo_bot", "Think about:"),
        ("  /when  ", "Your next lesson comes on"),
        ("/WHEN", "Your next lesson comes on"),
        ("Settings", "Your settings"),
        ("stop.", "Lessons have stopped."),
    ],
)
async def test_commands_answer(ana: Chat, said: str, heard: str) -> None:
    await ana.is_learning("stress")
    await ana.says(said)
    ana.hears_only(heard)


async def test_the_list_of_commands_names_every_one(ana: Chat) -> None:
    await ana.is_learning("stress")
    await ana.says("/commands")
    assert re.findall(r"^/(\w+):", ana.last.text, re.MULTILINE) == [command.name for command in COMMANDS]


async def test_the_menu_of_the_messenger_is_that_list(ana: Chat) -> None:
    assert ana.person.commands == [command.name for command in COMMANDS if command.in_menu]


async def test_help_shows_the_card_first_and_then_how_to_use_the_course(ana: Chat) -> None:
    await ana.is_learning("stress")
    await ana.says("/help")
    assert "112" in ana.news[0].text
    assert "Using the course:" in ana.news[1].text
    assert len(ana.news) == 2


@pytest.mark.parametrize("said", ["hello", "/today", "/settings", "/stop", "what is this?", "👋"])
async def test_a_stranger_is_told_where_to_begin(ana: Chat, said: str) -> None:
    await ana.says(said)
    hello = ana.hears_only("Hello. I am an automated course")
    assert hello.labels == ["Begin"]
    await ana.taps("Begin")
    ana.hears("Is that all right with you?")


@pytest.mark.parametrize("said", ["/privacy", "/about", "/commands"])
async def test_a_stranger_can_read_what_this_is(ana: Chat, said: str) -> None:
    await ana.says(said)
    assert len(ana.news) == 1
    assert await ana.there.learner(ana.person) is None, "reading leaves no trace"


# -- a new consent text ------------------------------------------------------------------------------------------------------


async def test_a_new_consent_text_is_asked_about_before_anything_else_is_kept(ana: Chat) -> None:
    await ana.is_learning("stress")
    await ana.agreed_to_an_older_text()
    await ana.says("My jaw.")
    ana.hears_only("Is that all right with you?")
    await ana.says("/journal")
    ana.hears_only("Nothing is written yet.")
    await ana.taps("I am 18 or older, and I agree")
    ana.hears("Saved.")
    await ana.says("/next")
    await ana.says("My jaw.")
    ana.hears_only(ana.lesson("stress-1").title)
