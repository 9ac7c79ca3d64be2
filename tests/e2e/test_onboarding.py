"""Signing up, as newcomers do it: by taps, by typing, and backwards. All of them live in one world, where time stands still."""

from __future__ import annotations

import pytest

from bot.course.lesson import PracticeForm
from bot.service.learners import Closeness, State
from tests.e2e.chat import AGREE, QUESTIONS, THATS_IT, Chat
from tests.world import World

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture
def ana(shared: World) -> Chat:
    return Chat(shared, shared.person("Ana"))


# -- whole ways --------------------------------------------------------------------------------------------------------


async def test_taps_alone_are_enough(ana: Chat) -> None:
    await ana.says("/start")
    ana.hears_only("Is that all right with you?")
    await ana.taps(AGREE)
    ana.hears("Consent: agreed")
    ana.hears("Which country are you in?")
    await ana.taps("Ireland")
    ana.hears("Country: Ireland")
    ana.hears("When would a lesson suit you?")
    await ana.taps("8:00 AM")
    ana.hears("Time: 8:00 AM")
    ana.hears("On which days?")
    await ana.taps("✓ Sun")
    await ana.taps(THATS_IT)
    ana.hears("Days: Monday, Tuesday, Wednesday, Thursday, Friday, and Saturday")
    ana.hears("What would you like to read about?")
    await ana.taps("Kinder nights")
    await ana.taps("Calm in small steps")
    await ana.taps("✓ Calm in small steps")
    await ana.taps(THATS_IT)
    ana.hears("Topics: Kinder nights")
    ana.hears("For whom should the practices be?")
    await ana.taps("Either is fine")
    summary = ana.hears("This is what you chose")
    assert summary.text.splitlines()[2:] == [
        "Country: Ireland",
        "Time zone: Dublin",
        "Time: 8:00 AM",
        "Days: Monday, Tuesday, Wednesday, Thursday, Friday, and Saturday",
        "Topics: Kinder nights",
        "Practices: Either is fine",
        "",
        "Your next lesson comes on Tuesday, March 3 at 8:00 AM, Dublin time.",
    ]
    assert summary.labels == ["Send one now", "Change something"]
    await ana.taps("Send one now")
    ana.hears("Think about:")


async def test_typing_alone_is_enough(ana: Chat) -> None:
    await ana.says("/start")
    await ana.says("Yes, I agree.")
    ana.hears_only("Which country are you in?")
    await ana.says("united states")
    ana.hears_only("What time is it for you now?")
    await ana.says("Denver")
    ana.hears_only("When would a lesson suit you?")
    await ana.says("8.15 pm")
    ana.hears_only("On which days?")
    await ana.says("mon, wed and fri")
    ana.hears_only("What would you like to read about?")
    await ana.says("sleep and easing back")
    ana.hears_only("One question before the topics about closeness")
    await ana.says("yes, it is wanted and safe")
    ana.hears_only("For whom should the practices be?")
    await ana.says("with someone")
    summary = ana.hears("This is what you chose")
    assert summary.text.splitlines()[2:] == [
        "Country: United States",
        "Time zone: Denver",
        "Time: 8:15 PM",
        "Days: Monday, Wednesday, and Friday",
        "Topics: Kinder nights · Easing back",
        "Practices: With someone",
        "",
        "Your next lesson comes on Monday, March 2 at 8:15 PM, Denver time.",
    ]
    await ana.says("/next")
    ana.hears("Think about:")


async def test_a_link_to_a_topic_ticks_it_beforehand(ana: Chat) -> None:
    await ana.says("/start sleep")
    ana.hears_only("Is that all right with you?")
    await ana.signs_up(until="topics")
    assert "✓ Kinder nights" in ana.last.labels
    assert "Calm in small steps" in ana.last.labels
    await ana.taps(THATS_IT)
    await ana.taps("Just me")
    ana.hears("Topics: Kinder nights")


@pytest.mark.parametrize("words", ["/start nosuchtrack", "/start ../../etc", "/start <b>", "/start@demo_bot", "/START"])
async def test_a_link_to_nothing_is_a_plain_start(ana: Chat, words: str) -> None:
    await ana.says(words)
    ana.hears_only("Is that all right with you?")
    assert (await ana.learner()).profile.topics == ()


async def test_a_closeness_topic_by_link_is_asked_about_like_any_other(ana: Chat) -> None:
    await ana.says("/start intimacy")
    await ana.signs_up(until="topics", topics=())
    await ana.taps(THATS_IT)
    ana.hears("One question before the topics about closeness")


# -- country and zone --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("country", "zone"),
    [
        ("Germany", "Europe/Berlin"),
        ("deutschland", "Europe/Berlin"),
        ("Nigeria", "Africa/Lagos"),
        ("india", "Asia/Kolkata"),
        ("Nepal", "Asia/Kathmandu"),
        ("Gemany", "Europe/Berlin"),
        ("الهند", "Asia/Kolkata"),
        ("UK", "Europe/London"),
        ("Türkiye", "Europe/Istanbul"),
    ],
)
async def test_a_country_with_one_clock_skips_the_zone(ana: Chat, country: str, zone: str) -> None:
    await ana.stands_at("country")
    await ana.says(country)
    ana.hears_only("When would a lesson suit you?")
    assert (await ana.learner()).profile.zone == zone


async def test_a_country_with_several_clocks_shows_them_to_tap(ana: Chat) -> None:
    await ana.stands_at("country")
    await ana.taps("United States")
    question = ana.hears("What time is it for you now?")
    assert "7:00 AM · New York" in question.labels
    assert "4:00 AM · Los Angeles" in question.labels
    assert "5:00 AM · Phoenix" in question.labels, "it keeps another rule than Denver"
    await ana.taps("4:00 AM · Los Angeles")
    ana.hears("Time zone: Los Angeles")
    assert (await ana.learner()).profile.zone == "America/Los_Angeles"


async def test_no_country_and_a_tapped_clock_lead_to_a_city(ana: Chat) -> None:
    await ana.stands_at("country")
    await ana.taps("Rather not say")
    ana.hears("Tap the hour that is nearest to your clock")
    await ana.taps("1:00 PM")
    which = ana.hears("Which of these is nearest to you?")
    assert {"1:00 PM · Kinshasa", "1:00 PM · Berlin"} <= set(which.labels), (
        "one summer time, and one that never changes"
    )
    await ana.taps("1:00 PM · Berlin")
    ana.hears("When would a lesson suit you?")
    learner = await ana.learner()
    assert (learner.profile.zone, learner.profile.country) == ("Europe/Berlin", None)


async def test_a_tapped_hour_also_finds_clocks_that_are_half_an_hour_off(ana: Chat) -> None:
    await ana.stands_at("zone", country=None)
    await ana.taps("6:00 PM")  # it is 5:30 PM in Kolkata, and no button is nearer
    ana.hears("Which of these is nearest to you?")
    await ana.taps(lambda button: "Kolkata" in button.label)
    assert (await ana.learner()).profile.zone == "Asia/Kolkata"


@pytest.mark.parametrize(
    ("typed", "zone"),
    [
        ("Kathmandu", "Asia/Kathmandu"),
        ("são paulo", "America/Sao_Paulo"),
        ("München", "Europe/Berlin"),
        ("Asia/Kolkata", "Asia/Kolkata"),
        ("europe/berlin", "Europe/Berlin"),
        ("America/New York", "America/New_York"),
        ("UTC", "UTC"),
        ("it's 5:45 pm", "Asia/Kathmandu"),
        ("quarter to six in the evening", "Asia/Kathmandu"),
        ("Sète", "Europe/Paris"),
    ],
)
async def test_a_zone_is_typed_as_city_time_or_name(ana: Chat, typed: str, zone: str) -> None:
    await ana.stands_at("zone", country=None)
    await ana.says(typed)
    ana.hears_only("When would a lesson suit you?")
    assert (await ana.learner()).profile.zone == zone


async def test_a_city_of_many_places_asks_which(ana: Chat) -> None:
    await ana.stands_at("zone", country=None)
    await ana.says("Portland")
    which = ana.hears("Which of these is nearest to you?")
    assert any("Los Angeles" in label for label in which.labels)


async def test_a_place_nobody_knows_says_what_else_would_do(ana: Chat) -> None:
    await ana.stands_at("country")
    await ana.says("Zubrowka")
    ana.hears_only("I do not know a country by that name")
    await ana.taps("Rather not say")
    await ana.says("the village of Zubrowka")
    ana.hears_only("I could not find that place", "Europe/Berlin")
    await ana.says("2:13")
    ana.hears_only("I know of no place where it is 2:13 AM now")


async def test_another_country_can_be_typed_after_the_tap(ana: Chat) -> None:
    await ana.stands_at("country")
    await ana.taps("Another country")
    ana.hears_only("type the name of your country")
    await ana.says("Kenya")
    ana.hears_only("When would a lesson suit you?")


@pytest.mark.parametrize("word", ["skip", "Rather not say", "no"])
async def test_the_country_can_be_kept_back_in_words(ana: Chat, word: str) -> None:
    await ana.stands_at("country")
    await ana.says(word)
    ana.hears_only("What time is it for you now?")


# -- hour, days, topics ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "kept"), [("8", "8:00 AM"), ("8:15", "8:15 AM"), ("8.15 pm", "8:15 PM"), ("20h30", "8:30 PM"), ("noon", "12:00 PM"),
     ("quarter to nine pm", "8:45 PM"), ("at seven tomorrow morning", "7:00 AM"), ("8ish", "8:00 AM"), ("halb acht abends", "7:30 PM")],
)  # fmt: skip
async def test_an_hour_is_typed_in_any_usual_form(ana: Chat, typed: str, kept: str) -> None:
    await ana.stands_at("hour")
    await ana.says(typed)
    ana.hears_only("On which days?")
    await ana.says("/settings")
    ana.hears_only(f"Time: {kept}")


@pytest.mark.parametrize("typed", ["25:00", "whenever", "8 at night in the morning", "half"])
async def test_an_hour_that_is_none_is_asked_again(ana: Chat, typed: str) -> None:
    await ana.stands_at("hour")
    await ana.says(typed)
    ana.hears_only("I could not read that as a time")
    assert (await ana.learner()).step == "hour"


@pytest.mark.parametrize(("typed", "shown", "kept"), [
    ("half eight", ["7:30 AM", "8:30 AM"], "8:30 AM"),
    ("8 or 9 in the evening", ["8:00 PM", "9:00 PM"], "8:00 PM"),
])  # fmt: skip
async def test_an_hour_that_could_be_several_is_asked_with_each_to_tap(
    ana: Chat, typed: str, shown: list[str], kept: str
) -> None:
    await ana.stands_at("hour")
    await ana.says(typed)
    which = ana.hears_only("Which one do you mean?")
    assert which.labels[: len(shown)] == shown
    await ana.taps(kept)
    ana.hears(f"Time: {kept}")
    ana.hears("On which days?")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("every day", "every day"),
        ("weekdays", "Monday to Friday"),
        ("Mon-Fri", "Monday to Friday"),
        ("monday to friday", "Monday to Friday"),
        ("Sat–Mon", "Monday, Saturday, and Sunday"),
        ("weekends", "Saturday and Sunday"),
        ("Tues & Thurs", "Tuesday and Thursday"),
    ],
)
async def test_days_are_typed_as_people_type_them(ana: Chat, typed: str, kept: str) -> None:
    await ana.stands_at("weekdays")
    await ana.says(typed)
    ana.hears_only("What would you like to read about?")
    await ana.says("/settings")
    ana.hears_only(f"Days: {kept}")


async def test_no_day_at_all_is_kindly_refused(ana: Chat) -> None:
    await ana.stands_at("weekdays")
    for day in ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat"):
        await ana.taps(f"✓ {day}")
    await ana.taps("✓ Sun")
    ana.is_shown("One day at least, please")
    assert (await ana.learner()).profile.weekdays == {6}


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("2", "Kinder nights"),
        ("Say it kindly", "Say it kindly"),
        ("sleep, stress", "Calm in small steps · Kinder nights"),
    ],
)
async def test_topics_are_typed_by_name_or_number(ana: Chat, typed: str, kept: str) -> None:
    await ana.stands_at("topics")
    await ana.says(typed)
    ana.hears_only("For whom")
    await ana.taps("Just me")
    assert f"Topics: {kept}" in ana.last.text


async def test_all_topics_in_one_word(ana: Chat) -> None:
    await ana.stands_at("topics")
    await ana.says("all")
    ana.hears_only("One question before the topics about closeness")
    assert (await ana.learner()).profile.topics == tuple(ana.course.tracks)


async def test_no_topic_at_all_is_kindly_refused(ana: Chat) -> None:
    await ana.stands_at("topics")
    await ana.taps(THATS_IT)
    ana.is_shown("Please choose one topic at least")
    await ana.says("astronomy")
    ana.hears_only("I could not find that topic")


# -- consent -----------------------------------------------------------------------------------------------------------


async def test_nothing_personal_is_asked_before_consent(ana: Chat) -> None:
    await ana.says("/start")
    await ana.taps("What do you keep?")
    ana.hears_only("What is kept, and what is not")
    await ana.taps("Not now")
    ana.hears_only("That is fine. Nothing will be sent.")
    learner = await ana.learner()
    assert (learner.state, learner.consented, learner.step) == (State.NEW, False, "consent")
    await ana.says("what then")
    ana.hears_only("write yes if you are 18 or older and agree")
    await ana.says("no thanks")
    ana.hears_only("That is fine. Nothing will be sent.")
    await ana.says("/start")
    ana.hears_only("Is that all right with you?")
    await ana.says("ok")
    ana.hears_only("Which country are you in?")


# -- closeness ---------------------------------------------------------------------------------------------------------


async def test_closeness_that_is_wanted_and_safe_opens_the_topic(ana: Chat) -> None:
    await ana.stands_at("closeness")
    await ana.taps("Wanted, and safe")
    ana.hears("Thank you. That is noted.")
    assert ana.person.sees("safe for you") is None, "the question and its answer do not stay on the screen"
    ana.hears("For whom should the practices be?")
    await ana.taps("With someone")
    ana.hears("Topics: Calm in small steps · Easing back")
    assert (await ana.learner()).profile.closeness is Closeness.SAFE


@pytest.mark.parametrize("answer", ["Not now, or not sure", "not now", "I don't know", "maybe"])
async def test_closeness_that_is_not_wanted_now_leaves_the_topic_out(ana: Chat, answer: str) -> None:
    await ana.stands_at("closeness")
    await (ana.taps(answer) if answer.startswith("Not now,") else ana.says(answer))
    ana.hears("Then I leave those topics out.")
    ana.hears("For whom should the practices be?")
    await ana.taps("Just me")
    ana.hears("Topics: Calm in small steps\n")
    assert (await ana.learner()).profile.closeness is Closeness.NOT_NOW


async def test_when_closeness_was_the_only_topic_another_can_be_chosen(ana: Chat) -> None:
    await ana.stands_at("closeness", topics=("intimacy",))
    await ana.taps("Not now, or not sure")
    ana.hears("Then I leave those topics out.")
    ana.hears("What would you like to read about?")
    await ana.taps("Kinder nights")
    await ana.taps(THATS_IT)
    ana.hears("For whom should the practices be?")


@pytest.mark.parametrize(
    "answer",
    ["I feel pressured or unsafe", "not safe", "I do not feel safe", "I don't really feel safe", "there is some pressure from him"],
)  # fmt: skip
async def test_closeness_that_is_not_safe_leads_to_support_and_never_to_those_lessons(ana: Chat, answer: str) -> None:
    await ana.stands_at("closeness")
    await (ana.taps(answer) if answer.startswith("I feel pressured") else ana.says(answer))
    ana.hears("Thank you for telling me. That is not your fault.")
    await ana.taps("Show me")
    ana.hears("Is it okay to show numbers here?")
    await ana.taps("Go on with other topics")
    ana.hears("For whom should the practices be?")
    await ana.taps("Just me")
    ana.hears("Topics: Calm in small steps\n")
    learner = await ana.learner()
    assert (learner.profile.closeness, learner.profile.topics) == (Closeness.NOT_SAFE, ("stress",))


@pytest.mark.parametrize(
    ("typed", "form"),
    [
        ("just me", PracticeForm.SOLO),
        ("only me, no partner", PracticeForm.SOLO),
        ("with my partner", PracticeForm.TOGETHER),
        ("both", PracticeForm.EITHER),
    ],
)
async def test_the_form_of_practice_is_typed(ana: Chat, typed: str, form: PracticeForm) -> None:
    await ana.stands_at("form", topics=("stress",))
    await ana.says(typed)
    ana.hears("This is what you chose")
    assert (await ana.learner()).profile.form is form


# -- back -------------------------------------------------------------------------------------------------------------

BEFORE = {
    "zone": "country", "hour": "country", "weekdays": "hour", "topics": "weekdays", "closeness": "topics", "form": "topics",
}  # fmt: skip


@pytest.mark.parametrize("how", ["tap", "word"])
@pytest.mark.parametrize("step", BEFORE)
async def test_back_leads_to_the_question_before(ana: Chat, step: str, how: str) -> None:
    await ana.stands_at(step)
    await (ana.taps("Back", ana.last) if how == "tap" else ana.says("back"))
    ana.hears(QUESTIONS[BEFORE[step]])
    assert (await ana.learner()).step == BEFORE[step]
    await ana.signs_up(country="United States", zone="Chicago")
    assert (await ana.learner()).state is State.ACTIVE


async def test_an_answered_question_is_not_answered_twice(ana: Chat) -> None:
    await ana.stands_at("hour")
    question = ana.last
    await ana.taps("8:00 AM")
    await ana.taps_old(question.id, "ask:hour:21:00")
    ana.is_shown("That question is answered already.")
    assert (await ana.learner()).profile.hour == 8
