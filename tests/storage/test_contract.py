"""The contract of the ports `Turn`, `Store` and `DueBatch`, on both databases."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event, func, select

from bot.course.lesson import PracticeForm
from bot.messages import Button, ChatRef, Edit, Outcome, Outgoing, Receipt, Remove, Say, Toast, Unbutton
from bot.service.learners import (
    DRAFT,
    Closeness,
    DeliveryKind,
    DeliveryStatus,
    Learner,
    Passage,
    Profile,
    Schedule,
    State,
)
from bot.service.ports import Done, Intent, Leftover, StoreUnavailable
from bot.storage import tables as t
from bot.storage.ageing import SqlAgeing
from bot.storage.sealing import KeyMissing, Keyring
from bot.storage.store import SqlStore
from tests.storage.people import (
    ANA,
    BEN,
    HOLD,
    KEY,
    NOW,
    TODAY,
    Opener,
    chat,
    decide_all,
    each,
    found,
    ledger,
    meet,
    minutes,
    new_key,
    row,
    sending_lesson,
    those_in,
    todays_lesson,
    waiting_lesson,
)

FULL = Profile(
    country="NZ",
    zone="Pacific/Chatham",
    hour=5,
    minute=45,
    weekdays=frozenset({0, 3, 6}),
    form=PracticeForm.EITHER,
    closeness=Closeness.SAFE,
    topics=("sleep", "intimacy"),
)
CHANGED = {
    "language": "uk",
    "state": State.PAUSED,
    "step": "hour",
    "profile": FULL,
    "consent_version": 7,
    "due_at": NOW + minutes(3),
    "owed_since": NOW - minutes(90),
    "paused_until": NOW + timedelta(days=3),
    "last_slot": TODAY,
    "lesson": "sleep-2",
    "delivery": "d" * 32,
    "gentle": True,
    "unanswered": 3,
}


async def count_of(store: SqlStore, table: str) -> int:
    async with store.database.read() as db:
        return int((await db.execute(select(func.count()).select_from(t.metadata.tables[table]))).scalar_one())


# -- a learner ---------------------------------------------------------------------------------------------------------


async def test_a_stranger_has_no_learner_and_leaves_no_trace(store: SqlStore) -> None:
    async with store.turn(ANA, new_key(), NOW) as turn:
        assert turn.learner is None
        assert turn.handled_before is None
        turn.keep_replies([Say("Hello")])
    assert await store.learner(ANA) is None
    for table in t.metadata.tables:
        assert await count_of(store, table) == (2 if table == "installation" else 0)


async def test_a_person_met_is_found_again(store: SqlStore) -> None:
    async with store.turn(ANA, new_key(), NOW) as turn:
        met = await turn.meet("de")
        assert turn.learner == met
    assert (met.chat, met.language, met.state, met.created_at, met.seen_at) == (ANA, "de", State.NEW, NOW, NOW)
    async with store.turn(ANA, new_key(), NOW) as turn:
        assert turn.learner == met
    assert await store.learner(BEN) is None


async def test_chats_of_another_messenger_are_other_people(store: SqlStore) -> None:
    await meet(store)
    assert await store.learner(ChatRef("matrix", ANA.address)) is None
    assert await store.learner(ChatRef("telegram", ANA.address + "0")) is None


async def test_everything_about_a_learner_is_kept(store: SqlStore) -> None:
    kept = {field.name for field in fields(Learner)} - {"id", "chat", "created_at", "seen_at", "leaves_at"}
    assert set(CHANGED) == kept, "a new field of a learner: is it stored?"
    met = await meet(store)
    async with store.turn(ANA, new_key(), NOW + minutes(5)) as turn:
        await turn.save(replace(met, **CHANGED))  # type: ignore[arg-type]
    assert await found(store) == replace(met, **CHANGED, seen_at=NOW + minutes(5))  # type: ignore[arg-type]


async def test_what_was_kept_can_be_taken_back_to_nothing(store: SqlStore) -> None:
    met = await meet(store, **CHANGED)
    bare = Learner(met.id, ANA, "en", State.NEW, NOW, NOW)
    async with store.turn(ANA, new_key(), NOW) as turn:
        await turn.save(bare)
    assert await found(store) == bare


async def test_a_turn_goes_on_with_the_learner_it_saved(store: SqlStore) -> None:
    met = await meet(store)
    async with store.turn(ANA, new_key(), NOW) as turn:
        await turn.save(replace(met, step="country"))
        assert turn.learner is not None
        assert turn.learner.step == "country"


async def test_saving_one_learner_leaves_the_others_alone(store: SqlStore) -> None:
    await meet(store, ANA)
    ben = await meet(store, BEN)
    async with store.turn(ANA, new_key(), NOW) as turn:
        assert turn.learner is not None
        await turn.save(replace(turn.learner, **CHANGED))  # type: ignore[arg-type]
    assert await found(store, BEN) == ben


async def test_a_turn_that_fails_leaves_nothing(store: SqlStore) -> None:
    before = await meet(store)
    key = new_key()

    async def fail() -> None:
        async with store.turn(ANA, key, NOW) as turn:
            await turn.save(replace(before, step="hour"))
            await turn.keep_reflection("stress-1", "never mind", 5)
            await turn.intend(DeliveryKind.LESSON, TODAY, "stress-1")
            turn.keep_replies([Say("Thank you")])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert await found(store) == before
    async with store.turn(ANA, key, NOW) as turn:
        assert turn.handled_before is None
        assert await turn.count_reflections() == 0
        assert await turn.decisions(5) == ()


async def test_country_is_known_for_those_who_told_it(store: SqlStore) -> None:
    await meet(store, ANA)
    await meet(store, BEN, profile=Profile())
    assert await store.country_of(ANA) == "DE"
    assert await store.country_of(BEN) is None
    assert await store.country_of(chat(1)) is None


# -- consent, tracks, lessons ------------------------------------------------------------------------------------------


async def test_consent_is_recorded_with_its_version_and_withdrawn_with_its_time(store: SqlStore) -> None:
    await meet(store, ANA)
    await meet(store, BEN)
    for who in (ANA, BEN):
        async with store.turn(who, new_key(), NOW) as turn:
            await turn.record_consent(3)
    async with store.turn(ANA, new_key(), NOW + minutes(1)) as turn:
        await turn.withdraw_consent()
    async with store.turn(ANA, new_key(), NOW + minutes(2)) as turn:
        await turn.record_consent(4)
    async with store.turn(ANA, new_key(), NOW + minutes(3)) as turn:
        await turn.withdraw_consent()
    async with store.database.read() as db:
        consents = (await db.execute(select(t.consents))).all()
    ana, ben = (await found(store, ANA)).id, (await found(store, BEN)).id
    assert sorted((c.version, c.given_at, c.withdrawn_at) for c in consents if c.learner_id == ana) == [
        (3, NOW, NOW + minutes(1)),
        (4, NOW + minutes(2), NOW + minutes(3)),
    ]
    assert [(c.version, c.withdrawn_at) for c in consents if c.learner_id == ben] == [(3, None)]


async def enrolled(store: SqlStore, who: ChatRef = ANA) -> list[str]:
    async with store.turn(who, new_key(), NOW) as turn:
        chosen = await turn.enrolments()
    assert [one.position for one in chosen] == list(range(len(chosen)))
    return [one.track for one in chosen]


async def test_tracks_come_in_the_order_chosen_last(store: SqlStore) -> None:
    await meet(store, ANA)
    await meet(store, BEN)
    for tracks in (["stress", "sleep"], ["sleep", "intimacy", "stress"], ["intimacy"], [], ["stress", "intimacy"]):
        async with store.turn(ANA, new_key(), NOW) as turn:
            await turn.enrol(tracks)
        assert await enrolled(store) == tracks
    assert await enrolled(store, BEN) == ["stress"]


async def test_lessons_gone_through_are_remembered_with_how(store: SqlStore) -> None:
    await meet(store, ANA)
    await meet(store, BEN)
    async with store.turn(BEN, new_key(), NOW) as turn:
        await turn.pass_through("stress-1", Passage.SKIPPED)
    async with store.turn(ANA, new_key(), NOW) as turn:
        assert await turn.passages() == {}
        await turn.pass_through("stress-1", Passage.SENT)
        await turn.pass_through("stress-2", Passage.SENT)
        await turn.pass_through("sleep-1", Passage.NOT_TODAY)
        await turn.pass_through("stress-1", Passage.DID)
    async with store.turn(ANA, new_key(), NOW) as turn:
        assert await turn.passages() == {
            "stress-1": Passage.DID,
            "stress-2": Passage.SENT,
            "sleep-1": Passage.NOT_TODAY,
        }
        await turn.start_over(["stress-1", "stress-2", "stress-3"])
        assert await turn.passages() == {"sleep-1": Passage.NOT_TODAY}
    async with store.turn(BEN, new_key(), NOW) as turn:
        assert await turn.passages() == {"stress-1": Passage.SKIPPED}


# -- what they wrote ---------------------------------------------------------------------------------------------------


async def test_reflections_are_kept_as_written_and_come_newest_first(store: SqlStore) -> None:
    await meet(store)
    texts = ["first", "second\nline", "третья 🌱 \u202e \x00 **bold**", "x" * 4096]
    kept = []
    for number, text in enumerate(texts):
        async with store.turn(ANA, new_key(), NOW + minutes(number)) as turn:
            kept.append(await turn.keep_reflection("stress-1" if number else None, text, 100 + number))
    assert [one.text for one in kept] == texts
    async with store.turn(ANA, new_key(), NOW) as turn:
        assert await turn.reflections(0, 10) == tuple(reversed(kept))
        assert await turn.reflections(1, 2) == (kept[2], kept[1])
        assert await turn.reflections(4, 10) == ()
        assert await turn.count_reflections() == 4
        assert await turn.reflection(kept[1].id) == kept[1]
        assert await turn.reflection("0" * 32) is None
        assert await turn.reflection_in(102) == kept[2]
        assert await turn.reflection_in(999) is None
    assert kept[0].lesson is None
    assert kept[0].written_at == NOW
    assert kept[0].edited_at is None


async def test_a_draft_waits_unseen_until_it_is_filed(store: SqlStore) -> None:
    await meet(store)
    async with store.turn(ANA, new_key(), NOW) as turn:
        draft = await turn.keep_reflection(DRAFT, "a stray thought", 7)
        assert await turn.reflections(0, 10) == ()
        assert await turn.count_reflections() == 0
        assert await turn.reflection_in(7) == draft
        assert await turn.file_under(draft.id, None) is True
    async with store.turn(ANA, new_key(), NOW) as turn:
        assert await turn.reflections(0, 10) == (replace(draft, lesson=None),)
        assert await turn.file_under(draft.id, "stress-4") is True
        assert await turn.count_reflections() == 1
        assert (await turn.reflections(0, 1))[0].lesson == "stress-4"
        assert await turn.file_under("0" * 32, None) is False


async def test_a_reflection_can_be_rewritten_and_erased(store: SqlStore) -> None:
    await meet(store)
    async with store.turn(ANA, new_key(), NOW) as turn:
        kept = await turn.keep_reflection("stress-1", "old", 7)
    async with store.turn(ANA, new_key(), NOW + minutes(9)) as turn:
        await turn.rewrite(kept.id, "new")
    async with store.turn(ANA, new_key(), NOW) as turn:
        assert await turn.reflection(kept.id) == replace(kept, text="new", edited_at=NOW + minutes(9))
        assert await turn.erase(kept.id) is True
        assert await turn.erase(kept.id) is False
        assert await turn.reflection(kept.id) is None
    assert await count_of(store, "reflections") == 0


async def test_nobody_reaches_what_another_person_wrote(store: SqlStore) -> None:
    await meet(store, ANA)
    await meet(store, BEN)
    async with store.turn(ANA, new_key(), NOW) as turn:
        hers = await turn.keep_reflection("stress-1", "mine alone", 7)
    async with store.turn(BEN, new_key(), NOW) as turn:
        assert await turn.reflection(hers.id) is None
        assert await turn.reflection_in(7) is None
        assert await turn.reflections(0, 10) == ()
        assert await turn.erase(hers.id) is False
        assert await turn.file_under(hers.id, None) is False
        await turn.rewrite(hers.id, "changed")
    async with store.turn(ANA, new_key(), NOW) as turn:
        assert await turn.reflections(0, 10) == (hers,)


async def test_a_safety_plan_is_kept_as_a_whole_and_only_by_its_owner(store: SqlStore) -> None:
    await meet(store, ANA)
    await meet(store, BEN)
    for plan in (
        {"signs": "I stop sleeping", "people": "Mara 🌿"},
        {"people": "Mara, Jon"},
        {},
        {"places": "the park"},
    ):
        async with store.turn(ANA, new_key(), NOW) as turn:
            await turn.keep_plan(plan)
        async with store.turn(ANA, new_key(), NOW) as turn:
            assert await turn.plan() == plan
        assert await count_of(store, "plans") == bool(plan)
    async with store.turn(BEN, new_key(), NOW) as turn:
        assert await turn.plan() == {}
        await turn.keep_plan({})
    async with store.turn(ANA, new_key(), NOW) as turn:
        assert await turn.plan() == {"places": "the park"}


# -- the ledger, from a turn -------------------------------------------------------------------------------------------


async def test_one_of_a_kind_a_local_date_except_extras(store: SqlStore) -> None:
    learner = await meet(store)
    async with store.turn(ANA, new_key(), NOW) as turn:
        first = await turn.intend(DeliveryKind.LESSON, TODAY, "stress-1")
        assert first is not None
        assert await turn.intend(DeliveryKind.LESSON, TODAY, "stress-2") is None
        assert await turn.intend(DeliveryKind.LESSON, TODAY + timedelta(days=1), "stress-2") is not None
        assert await turn.intend(DeliveryKind.FINISH, TODAY, None) is not None
        extras = [await turn.intend(DeliveryKind.EXTRA, TODAY, f"stress-{number}") for number in (2, 3, 4)]
    assert len({extra.id for extra in extras if extra is not None}) == 3
    assert (first.learner, first.kind, first.slot, first.lesson) == (learner.id, DeliveryKind.LESSON, TODAY, "stress-1")
    assert (first.status, first.attempts, first.opened) == (DeliveryStatus.SENDING, 1, False)
    assert await row(store, first.id) == first


async def test_a_slot_that_the_tick_has_used_is_used_for_a_turn_too(store: SqlStore) -> None:
    await waiting_lesson(store)
    async with store.turn(ANA, new_key(), NOW) as turn:
        assert await turn.intend(DeliveryKind.LESSON, TODAY, "stress-1") is None


async def test_what_is_meant_for_later_waits_until_then_and_comes_once(store: SqlStore) -> None:
    learner = await meet(store, due_at=None)
    later = NOW + timedelta(hours=20)
    for _ in range(2):
        async with store.turn(ANA, new_key(), NOW) as turn:
            await turn.intend_later(DeliveryKind.PAUSE_OVER, TODAY, later)
    assert await store.uncertain(later) == 0
    assert await store.take_waiting(later - minutes(1), 10, HOLD) == ()
    (one,) = await store.take_waiting(later, 10, HOLD)
    assert (one.learner.id, one.delivery.kind, one.delivery.attempts) == (learner.id, DeliveryKind.PAUSE_OVER, 0)
    assert await store.sending([one.delivery], later + HOLD) == (one.delivery.id,)


async def test_deliveries_are_found_by_id_and_by_message_by_their_owner_alone(store: SqlStore) -> None:
    one = await sending_lesson(store, ANA)
    await meet(store, BEN)
    await store.record([Done(one.delivery, DeliveryStatus.SENT, NOW, 4711)])
    async with store.turn(ANA, new_key(), NOW) as turn:
        there = await turn.delivery_in(4711)
        assert there is not None
        assert there.id == one.delivery.id
        assert not there.opened
        assert await turn.delivery_in(4712) is None
        await turn.open_delivery(there.id)
        assert await turn.delivery(there.id) == replace(there, opened=True)
    async with store.turn(BEN, new_key(), NOW) as turn:
        assert await turn.delivery(there.id) is None
        assert await turn.delivery_in(4711) is None
        assert await turn.decisions(10) == ()


async def test_nobody_opens_another_persons_delivery(store: SqlStore) -> None:
    one = await sending_lesson(store, ANA)
    await meet(store, BEN)
    async with store.turn(BEN, new_key(), NOW) as turn:
        await turn.open_delivery(one.delivery.id)
    assert not (await row(store, one.delivery.id)).opened


async def test_decisions_come_newest_first(store: SqlStore) -> None:
    await meet(store)
    for day in range(4):
        async with store.turn(ANA, new_key(), NOW + timedelta(days=day)) as turn:
            await turn.intend(DeliveryKind.LESSON, TODAY + timedelta(days=day), f"stress-{day}")
    async with store.turn(ANA, new_key(), NOW) as turn:
        assert [one.lesson for one in await turn.decisions(3)] == ["stress-3", "stress-2", "stress-1"]


# -- an update is handled once -----------------------------------------------------------------------------------------

ROWS = ((Button("Yes", "go:yes"), Button("No", "go:no")), (Button("Look", url="https://example.org/"),))
EVERY_KIND: tuple[Outgoing, ...] = (
    Toast("Noted", alert=True),
    Unbutton(11),
    Say("First **bold** ||hidden||", ROWS, silent=True, protected=True),
    Edit(12, "Other words 🌿", ROWS),
    Say("Second"),
    Remove((1, 2, 3)),
)


async def handle(store: SqlStore, replies: tuple[Outgoing, ...] = EVERY_KIND) -> str:
    """An update of Ana's, handled."""
    key = new_key()
    async with store.turn(ANA, key, NOW) as turn:
        turn.keep_replies(replies)
    return key


async def left(store: SqlStore, key: str) -> Leftover:
    """What a second copy of that update finds unsaid."""
    async with store.turn(ANA, key, NOW) as turn:
        assert turn.handled_before is not None
        turn.keep_replies([Say("never to be kept")])
        return turn.handled_before


async def test_a_second_copy_of_an_update_finds_what_was_left_unsaid(store: SqlStore) -> None:
    await meet(store, language="uk")
    key = await handle(store)
    expected = Leftover(key, "uk", EVERY_KIND[:2], EVERY_KIND[2], tuple(enumerate(EVERY_KIND))[3:])  # type: ignore[arg-type]
    assert await left(store, key) == expected
    assert await left(store, key) == expected, "looking changes nothing"


async def test_a_message_that_was_sent_is_not_in_doubt_but_the_next_one_is(store: SqlStore) -> None:
    await meet(store)
    key = await handle(store)
    await store.replied(key, 4, NOW, Receipt(Outcome.SENT, 77), EVERY_KIND[2])  # type: ignore[arg-type]
    harmless = (*EVERY_KIND[:2], EVERY_KIND[3])
    assert await left(store, key) == Leftover(key, "en", harmless, EVERY_KIND[4], ((5, EVERY_KIND[5]),))  # type: ignore[arg-type]


async def test_when_all_was_said_a_second_copy_finds_nothing_left(store: SqlStore) -> None:
    await meet(store)
    nothing = ((), None, ())
    for finish in (store.all_replied, lambda key: store.replied(key, None, NOW, Receipt(Outcome.SENT, 5), Say("x"))):
        key = await handle(store)
        await finish(key)
        over = await left(store, key)
        assert (over.harmless, over.doubtful, over.unsent) == nothing


async def test_an_answer_without_a_message_is_never_in_doubt(store: SqlStore) -> None:
    await meet(store)
    replies = (Toast("Noted"), Edit(3, "Done"))
    key = await handle(store, replies)
    assert await left(store, key) == Leftover(key, "en", (), None, tuple(enumerate(replies)))


async def test_silence_is_an_answer_too(store: SqlStore) -> None:
    await meet(store)
    key = await handle(store, ())
    assert await left(store, key) == Leftover(key, "en", (), None, ())


async def test_an_update_whose_replies_were_never_given_counts_as_not_handled(store: SqlStore) -> None:
    await meet(store)
    key = new_key()
    for _ in range(2):
        async with store.turn(ANA, key, NOW) as turn:
            assert turn.handled_before is None


async def test_the_first_update_of_a_stranger_who_is_met_is_remembered(store: SqlStore) -> None:
    key = new_key()
    async with store.turn(ANA, key, NOW) as turn:
        await turn.meet("en")
        turn.keep_replies([Say("Welcome")])
    assert (await left(store, key)).doubtful == Say("Welcome")


@pytest.mark.parametrize(
    ("receipt", "status", "message", "reason"),
    [
        (Receipt(Outcome.SENT, 99), DeliveryStatus.SENT, 99, None),
        (Receipt(Outcome.GONE, detail="Forbidden"), DeliveryStatus.REFUSED, None, "Forbidden"),
        (Receipt(Outcome.OUR_BUG, detail="x" * 120), DeliveryStatus.REFUSED, None, "x" * 64),
        (Receipt(Outcome.UNKNOWN, detail="TimedOut"), DeliveryStatus.SENDING, None, None),
    ],
    ids=lambda value: value.outcome if isinstance(value, Receipt) else "",
)
async def test_a_lesson_sent_as_an_answer_gets_its_outcome(
    store: SqlStore, receipt: Receipt, status: DeliveryStatus, message: int | None, reason: str | None
) -> None:
    await meet(store)
    key = new_key()
    async with store.turn(ANA, key, NOW) as turn:
        delivery = await turn.intend(DeliveryKind.EXTRA, TODAY, "stress-1")
        assert delivery is not None
        say = Say("Lesson one", delivery=delivery.id)
        turn.keep_replies([say])
    await store.replied(key, None, NOW, receipt, say)
    there = await row(store, delivery.id)
    assert (there.status, there.message, there.reason) == (status, message, reason)
    assert await store.uncertain(NOW + minutes(5)) == (1 if status is DeliveryStatus.SENDING else 0)


# -- due learners ------------------------------------------------------------------------------------------------------


async def test_due_learners_come_with_all_that_deciding_needs(store: SqlStore) -> None:
    met = await meet(store)
    async with store.turn(ANA, new_key(), NOW) as turn:
        await turn.enrol(["stress", "intimacy"])
        await turn.enrol(["sleep", "stress"])
        await turn.pass_through("sleep-1", Passage.SKIPPED)
        await turn.pass_through("stress-1", Passage.DID)
    async with store.due_batch(NOW, 10, HOLD) as batch:
        (due,) = batch.due
        batch.postpone(due, NOW + minutes(60))
    assert (due.learners, due.case.schedule, due.case.wishes) == ([met.id], met.schedule, met.profile.wishes)
    assert (due.case.language, due.case.consent_version) == (met.language, met.consent_version)
    ((_, road),) = due.people
    assert road.tracks == ("sleep", "stress")
    assert road.been_through == {"sleep-1", "stress-1"}


async def test_those_longest_due_come_first_and_no_more_than_asked_for(store: SqlStore) -> None:
    met = [await meet(store, chat(n), due_at=NOW - minutes(late)) for n, late in enumerate((5, 30, 0, 90, -1))]
    await meet(store, chat(9), due_at=None)
    async with store.due_batch(NOW, 3, HOLD) as batch:
        assert those_in(batch) == [met[3].id, met[1].id, met[0].id]
        for due in batch.due:
            batch.decide(*todays_lesson(due))
    async with store.due_batch(NOW, 3, HOLD) as batch:
        assert those_in(batch) == [met[2].id]


async def test_nobody_due_is_an_empty_batch(store: SqlStore) -> None:
    async with store.due_batch(NOW, 10, HOLD) as batch:
        assert batch.due == ()
    assert await store.take_waiting(NOW, 10, HOLD) == ()
    assert await store.uncertain(NOW) == 0


async def test_those_who_are_alike_in_all_but_their_road_come_together(store: SqlStore) -> None:
    profile = Profile(country="DE", zone="Europe/Berlin", hour=13, pinned=1, words=(("love", "warmth"),))
    alike = [(await meet(store, chat(n), profile=replace(profile, pinned=n))).id for n in range(3)]
    for number, other in enumerate(
        (
            {"profile": replace(profile, minute=5)},
            {"profile": replace(profile, steady=True)},
            {"language": "de"},
            {"last_slot": TODAY - timedelta(days=1)},
            {"unanswered": 1},
            {"gentle": True},
            {"due_at": NOW - minutes(1)},
        )
    ):
        await meet(store, chat(10 + number), **({"profile": profile} | other))
    elsewhere = [(await meet(store, chat(n), profile=profile)).id for n in range(20, 23)]
    for number, lesson in enumerate(("stress-1", "stress-2"), start=20):
        async with store.turn(chat(number), new_key(), NOW) as turn:
            await turn.pass_through(lesson, Passage.DID)
    async with store.turn(chat(22), new_key(), NOW) as turn:
        await turn.enrol(["sleep", "stress"])
    async with store.due_batch(NOW, 50, HOLD) as batch:
        *others, together = sorted(batch.due, key=lambda due: len(due.people))
    roads = dict(together.people)
    assert [len(due.people) for due in others] == [1] * 7
    assert roads.keys() == {*alike, *elsewhere}
    assert len({roads[one] for one in alike}) == 1
    assert len(set(roads.values())) == 4, "a road of their own for those who are elsewhere"


async def test_what_was_decided_to_be_sent_comes_opened_and_held(store: SqlStore) -> None:
    met = [await meet(store, chat(number)) for number in range(3)]
    async with store.due_batch(NOW, 10, HOLD, ours=True) as batch:
        for due in batch.due:
            batch.decide(*todays_lesson(due))
    waiting = await store.opened(batch.claimed, NOW)
    assert [one.learner for one in waiting] == [await found(store, one.chat) for one in met]
    assert [(one.delivery,) for one in waiting] == [await ledger(store, one.chat) for one in met]
    assert await store.take_waiting(NOW, 10, HOLD) == (), "held by this process"


async def test_what_was_given_back_keeps_its_order(store: SqlStore) -> None:
    """Those due longest still come first, whoever gave them back in whatever order: all are free at the same moment then."""
    met = [await meet(store, chat(number), due_at=NOW - minutes(number)) for number in range(20)]
    async with store.due_batch(NOW, 50, HOLD, ours=True) as batch:
        for due in batch.due:
            batch.decide(*todays_lesson(due))
    for one in reversed(await store.opened(batch.claimed, NOW)):
        await store.release([one.delivery], NOW)
    waiting = await store.take_waiting(NOW, 50, HOLD)
    assert [one.learner.chat for one in waiting] == [one.chat for one in reversed(met)]


async def test_what_was_decided_and_cannot_be_opened_is_given_back(store: SqlStore) -> None:
    await meet(store)
    async with store.due_batch(NOW, 10, HOLD, ours=True) as batch:
        batch.decide(*todays_lesson(batch.due[0]))
    hiccups = [OSError("the line was cut")]

    def cut(*_: object) -> None:
        if hiccups:
            raise hiccups.pop()

    for engine in store.database.engines:
        event.listen(engine, "before_cursor_execute", cut)
    with pytest.raises(StoreUnavailable):
        await store.opened(batch.claimed, NOW)
    assert len(await store.take_waiting(NOW, 10, HOLD)) == 1, "at once, not when the hold has run out"


async def test_a_decision_to_send_is_a_row_that_waits_and_a_new_due_time(store: SqlStore) -> None:
    learner = await meet(store, step="hour", lesson="sleep-1")
    assert await decide_all(store) == 1
    tomorrow = NOW + timedelta(days=1)
    assert await found(store) == replace(learner, due_at=tomorrow, last_slot=TODAY)
    (there,) = await ledger(store)
    assert (there.kind, there.slot, there.lesson) == (DeliveryKind.LESSON, TODAY, "stress-1")
    assert (there.status, there.attempts, there.message) == (DeliveryStatus.CLAIMED, 0, None)
    (waiting,) = await store.take_waiting(NOW, 10, HOLD)
    assert waiting.delivery == there
    assert waiting.learner.id == learner.id


async def test_deciding_changes_the_schedule_and_nothing_else(store: SqlStore) -> None:
    learner = await meet(store, step="hour", paused_until=NOW, owed_since=NOW)
    async with store.due_batch(NOW, 10, HOLD) as batch:
        batch.decide(each(batch.due[0]), [Intent(Schedule(State.STOPPED, last_slot=TODAY), DeliveryKind.FINISH, TODAY)])
    schedule = {"state": State.STOPPED, "due_at": None, "owed_since": None, "paused_until": None, "last_slot": TODAY}
    assert await found(store) == replace(learner, **schedule)  # type: ignore[arg-type]


async def test_a_decision_not_to_send_keeps_its_reason_and_never_waits(store: SqlStore) -> None:
    await meet(store)
    async with store.due_batch(NOW, 10, HOLD) as batch:
        (due,) = batch.due
        after = due.case.schedule._replace(due_at=NOW + timedelta(hours=9))
        batch.decide(each(due), [Intent(after, DeliveryKind.LESSON, TODAY, reason="quiet_hours")])
    assert await store.take_waiting(NOW + timedelta(days=9), 10, HOLD) == ()
    (there,) = await ledger(store)
    assert (there.status, there.reason) == (DeliveryStatus.NOT_SENT, "quiet_hours")
    assert (await found(store)).due_at == NOW + timedelta(hours=9)


async def test_a_date_may_have_several_decisions_not_to_send_and_still_its_lesson(store: SqlStore) -> None:
    learner = await meet(store)
    for later in range(3):
        now = NOW + timedelta(hours=later)
        async with store.due_batch(now, 10, HOLD) as batch:
            after = learner.schedule._replace(due_at=now + timedelta(hours=1))
            batch.decide(each(batch.due[0]), [Intent(after, DeliveryKind.LESSON, TODAY, reason="quiet_hours")])
    async with store.due_batch(NOW + timedelta(hours=3), 10, HOLD) as batch:
        batch.decide(*todays_lesson(batch.due[0]))
    statuses = [one.status for one in await ledger(store)]
    assert sorted(statuses) == [DeliveryStatus.CLAIMED, *[DeliveryStatus.NOT_SENT] * 3]


async def test_a_learner_may_get_two_rows_at_once(store: SqlStore) -> None:
    learner = await meet(store)
    async with store.due_batch(NOW, 10, HOLD) as batch:
        after = learner.schedule._replace(due_at=NOW + timedelta(days=1))
        missed = Intent(after, DeliveryKind.LESSON, TODAY, reason="too_late")
        batch.decide(each(batch.due[0]), [missed, Intent(after, DeliveryKind.CATCH_UP, TODAY)])
    (waiting,) = await store.take_waiting(NOW, 10, HOLD)
    assert waiting.delivery.kind is DeliveryKind.CATCH_UP
    assert len(await ledger(store)) == 2


async def test_a_slot_is_unique_whatever_happens(store: SqlStore) -> None:
    await waiting_lesson(store)
    async with store.turn(ANA, new_key(), NOW) as turn:
        assert turn.learner is not None
        await turn.save(replace(turn.learner, due_at=NOW, last_slot=None))
    assert await decide_all(store, "stress-2") == 1
    (there,) = await ledger(store)
    assert there.lesson == "stress-1"
    assert (await found(store)).due_at == NOW + timedelta(days=1), "they are not decided about again and again"


async def test_a_row_that_makes_deciding_fail_steps_aside(store: SqlStore) -> None:
    learner = await meet(store, owed_since=NOW - minutes(1))
    async with store.due_batch(NOW, 10, HOLD) as batch:
        batch.postpone(batch.due[0], NOW + timedelta(hours=1))
    assert await found(store) == replace(learner, due_at=NOW + timedelta(hours=1))
    assert await ledger(store) == ()


async def test_a_batch_that_fails_leaves_everybody_due(store: SqlStore) -> None:
    learner = await meet(store)

    async def fail() -> None:
        async with store.due_batch(NOW, 10, HOLD) as batch:
            batch.decide(*todays_lesson(batch.due[0]))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert await found(store) == learner
    assert await ledger(store) == ()


# -- from waiting to recorded ------------------------------------------------------------------------------------------


async def test_what_was_taken_is_nobody_elses_until_its_time_is_up(store: SqlStore) -> None:
    one = await waiting_lesson(store)
    assert await store.take_waiting(NOW + HOLD - minutes(0.1), 10, HOLD) == ()
    (again,) = await store.take_waiting(NOW + HOLD, 10, HOLD)
    assert again.delivery.id == one.delivery.id


async def test_no_more_are_taken_than_asked_for(store: SqlStore) -> None:
    for number in range(5):
        await meet(store, chat(number))
    await decide_all(store)
    taken = [len(await store.take_waiting(NOW, 2, HOLD)) for _ in range(4)]
    assert taken == [2, 2, 1, 0]


async def test_sending_is_written_once(store: SqlStore) -> None:
    one = await waiting_lesson(store)
    assert await store.sending([one.delivery], NOW + HOLD) == (one.delivery.id,)
    assert await store.sending([one.delivery], NOW + HOLD) == (), "compare and set: it was CLAIMED no more"
    there = await row(store, one.delivery.id)
    assert (there.status, there.attempts) == (DeliveryStatus.SENDING, 1)
    assert await store.take_waiting(NOW + timedelta(days=1), 10, HOLD) == (), "SENDING is never sent again by itself"


async def test_only_what_is_still_ours_is_marked_as_sending(store: SqlStore) -> None:
    for number in range(3):
        await meet(store, chat(number))
    await decide_all(store)
    first, second, third = (one.delivery for one in await store.take_waiting(NOW, 10, HOLD))
    await store.sending([second], NOW + HOLD)
    assert set(await store.sending([first, second, third], NOW + HOLD)) == {first.id, third.id}
    assert await store.sending([], NOW + HOLD) == ()


async def test_a_sent_lesson_is_gone_through_and_what_their_next_words_answer(store: SqlStore) -> None:
    one = await sending_lesson(store)
    done = Done(one.delivery, DeliveryStatus.SENT, NOW + minutes(1), 4711, passed="stress-1", answers=True)
    await store.record([done])
    there = await row(store, one.delivery.id)
    assert (there.status, there.message, there.reason) == (DeliveryStatus.SENT, 4711, None)
    learner = await found(store)
    assert (learner.lesson, learner.delivery) == ("stress-1", one.delivery.id)
    async with store.turn(ANA, new_key(), NOW) as turn:
        assert await turn.passages() == {"stress-1": Passage.SENT}
    assert await store.uncertain(NOW + timedelta(days=1)) == 0


async def test_what_they_said_about_a_lesson_outlives_the_record_of_sending_it(store: SqlStore) -> None:
    one = await sending_lesson(store)
    async with store.turn(ANA, new_key(), NOW) as turn:
        await turn.pass_through("stress-1", Passage.DID)
    await store.record([Done(one.delivery, DeliveryStatus.SENT, NOW, 4711, passed="stress-1")])
    async with store.turn(ANA, new_key(), NOW) as turn:
        assert await turn.passages() == {"stress-1": Passage.DID}


async def test_an_envelope_is_sent_and_not_yet_gone_through(store: SqlStore) -> None:
    one = await sending_lesson(store)
    before = await found(store)
    await store.record([Done(one.delivery, DeliveryStatus.SENT, NOW, 4711)])
    assert await found(store) == before
    async with store.turn(ANA, new_key(), NOW) as turn:
        assert await turn.passages() == {}


async def test_try_again_later_waits_until_then(store: SqlStore) -> None:
    one = await sending_lesson(store)
    later = NOW + minutes(7)
    await store.record([Done(one.delivery, DeliveryStatus.RETRY, NOW, reason="slow_down", retry_at=later)])
    assert await store.take_waiting(later - minutes(0.1), 10, HOLD) == ()
    (again,) = await store.take_waiting(later, 10, HOLD)
    assert (again.delivery.id, again.delivery.attempts, again.delivery.reason) == (one.delivery.id, 1, "slow_down")
    assert await store.sending([again.delivery], later + HOLD) == (one.delivery.id,)
    assert (await row(store, one.delivery.id)).attempts == 2


async def test_somebody_who_is_gone_gets_nothing_more_and_keeps_their_place(store: SqlStore) -> None:
    one = await sending_lesson(store)
    before = await found(store)
    await store.record([Done(one.delivery, DeliveryStatus.REFUSED, NOW, reason="gone", gone=True)])
    assert await found(store) == replace(before, state=State.GONE, due_at=None, owed_since=None)
    async with store.due_batch(NOW + timedelta(days=30), 10, HOLD) as batch:
        assert batch.due == ()
    assert (await row(store, one.delivery.id)).status is DeliveryStatus.REFUSED


async def test_outcomes_are_recorded_each_with_its_own(store: SqlStore) -> None:
    for number in range(3):
        await meet(store, chat(number))
    await decide_all(store)
    taken = {one.learner.chat: one.delivery for one in await store.take_waiting(NOW, 10, HOLD)}
    await store.sending(list(taken.values()), NOW + HOLD)
    await store.record(
        [
            Done(taken[chat(0)], DeliveryStatus.SENT, NOW, 1, passed="stress-1"),
            Done(taken[chat(1)], DeliveryStatus.REFUSED, NOW, reason="gone", gone=True),
            Done(taken[chat(2)], DeliveryStatus.RETRY, NOW, reason="try_later", retry_at=NOW + minutes(1)),
        ]
    )
    found_now = [(await row(store, taken[chat(number)].id, chat(number))).status for number in range(3)]
    assert found_now == [DeliveryStatus.SENT, DeliveryStatus.REFUSED, DeliveryStatus.RETRY]
    states = [(await found(store, chat(number))).state for number in range(3)]
    assert states == [State.ACTIVE, State.GONE, State.ACTIVE]


async def test_recording_nothing_is_fine(store: SqlStore) -> None:
    await store.record([])


async def test_a_sending_that_was_never_finished_counts_as_uncertain_once(store: SqlStore) -> None:
    one = await sending_lesson(store)
    assert await store.uncertain(NOW + HOLD - minutes(0.1)) == 0, "its process may still be at it"
    assert await store.uncertain(NOW + HOLD) == 1
    assert await store.uncertain(NOW + timedelta(days=1)) == 0
    assert (await row(store, one.delivery.id)).status is DeliveryStatus.UNCERTAIN
    async with store.turn(ANA, new_key(), NOW) as turn:
        assert await turn.passages() == {"stress-1": Passage.SENT}, "the next lesson is the next one, not this again"


async def test_a_lesson_in_doubt_is_asked_about_and_never_repeated(store: SqlStore) -> None:
    one = await sending_lesson(store)
    await store.uncertain(NOW + HOLD)
    (question,) = await store.take_waiting(NOW + HOLD, 10, HOLD)
    assert (question.delivery.kind, question.delivery.lesson) == (DeliveryKind.DID_IT_ARRIVE, "stress-1")
    assert (question.learner.id, question.delivery.slot) == (one.learner.id, TODAY)
    await store.sending([question.delivery], NOW + 2 * HOLD)
    await store.record([Done(question.delivery, DeliveryStatus.SENT, NOW, 12)])
    assert await store.take_waiting(NOW + timedelta(days=1), 10, HOLD) == ()


async def test_every_lesson_in_doubt_is_asked_about_even_two_of_one_date(store: SqlStore) -> None:
    await sending_lesson(store)
    for lesson in ("stress-2", "stress-3"):
        async with store.turn(ANA, new_key(), NOW) as turn:
            await turn.intend(DeliveryKind.EXTRA, TODAY, lesson)
    assert await store.uncertain(NOW + HOLD) == 3
    questions = await store.take_waiting(NOW + HOLD, 10, HOLD)
    assert {one.delivery.lesson for one in questions} == {"stress-1", "stress-2", "stress-3"}


async def test_a_notice_in_doubt_is_simply_sent_again(store: SqlStore) -> None:
    learner = await meet(store)
    async with store.due_batch(NOW, 10, HOLD) as batch:
        batch.decide(each(batch.due[0]), [Intent(learner.schedule._replace(due_at=None), DeliveryKind.FINISH, TODAY)])
    (notice,) = await store.take_waiting(NOW, 10, HOLD)
    await store.sending([notice.delivery], NOW + HOLD)
    assert await store.uncertain(NOW + HOLD) == 1
    (again,) = await store.take_waiting(NOW + HOLD, 10, HOLD)
    assert again.delivery.id == notice.delivery.id
    assert await store.sending([again.delivery], NOW + 2 * HOLD) == (notice.delivery.id,)


async def test_an_outcome_that_comes_late_is_still_written_down(store: SqlStore) -> None:
    one = await sending_lesson(store)
    await store.uncertain(NOW + HOLD)
    await store.record([Done(one.delivery, DeliveryStatus.SENT, NOW + HOLD, 4711, passed="stress-1", answers=True)])
    there = await row(store, one.delivery.id)
    assert (there.status, there.message) == (DeliveryStatus.SENT, 4711)


async def test_a_call_that_was_cut_off_is_asked_about_at_once(store: SqlStore) -> None:
    one = await sending_lesson(store)
    await store.record([Done(one.delivery, DeliveryStatus.SENDING, NOW, reason="cut_off", retry_at=NOW)])
    assert await store.uncertain(NOW) == 1
    assert (await row(store, one.delivery.id)).status is DeliveryStatus.UNCERTAIN


# -- what a process leaves behind --------------------------------------------------------------------------------------


async def test_what_a_process_that_is_gone_held_is_looked_at_at_once(another_store: Opener) -> None:
    dying = await another_store()
    for number in range(2):
        await meet(dying, chat(number))
    await decide_all(dying)
    claimed, sending = await dying.take_waiting(NOW, 10, HOLD)
    await dying.sending([sending.delivery], NOW + HOLD)
    await dying.close()
    living = await another_store()
    assert await living.take_waiting(NOW, 10, HOLD) == ()
    assert await living.take_over(NOW) == ()
    assert await living.uncertain(NOW) == 1
    taken = {(one.learner.id, one.delivery.kind) for one in await living.take_waiting(NOW, 10, HOLD)}
    assert taken == {
        (claimed.learner.id, DeliveryKind.LESSON),
        (sending.learner.id, DeliveryKind.DID_IT_ARRIVE),
    }


async def test_answers_that_a_process_left_unsaid_come_back_oldest_first_with_their_chats(
    another_store: Opener,
) -> None:
    dying = await another_store()
    await meet(dying, ANA)
    await meet(dying, BEN)
    keys = {}
    for who, at in ((BEN, NOW + minutes(1)), (ANA, NOW)):
        keys[who] = new_key()
        async with dying.turn(who, keys[who], at) as turn:
            turn.keep_replies([Toast("Noted"), Say(f"To {who.address}")])
    finished = await handle(dying)
    await dying.all_replied(finished)
    await dying.close()
    living = await another_store()
    assert await living.take_over(NOW + minutes(2)) == tuple(
        (who, Leftover(keys[who], "en", (Toast("Noted"),), Say(f"To {who.address}"), ())) for who in (ANA, BEN)
    )
    assert await living.take_over(NOW + minutes(2)) == (), "they are ours now"


async def test_our_own_work_is_never_taken_over(store: SqlStore) -> None:
    await sending_lesson(store)
    await handle(store)
    assert await store.take_over(NOW) == ()
    assert await store.uncertain(NOW) == 0


async def test_what_became_of_a_lesson_to_somebody_who_was_forgotten_leaves_nothing(store: SqlStore) -> None:
    """On SQLite nothing but this program keeps rows of nobody out of what is written at one stretch."""
    going = await sending_lesson(store)
    async with store.turn(ANA, new_key(), NOW) as turn:
        assert await turn.forget(at_once=True)
    sent = Done(going.delivery, DeliveryStatus.SENT, NOW, 1, passed="stress-1", answers=True, came=True)
    refused = Done(going.delivery, DeliveryStatus.REFUSED, NOW, reason="our_bug", gone=True, failed=True)
    await store.record([replace(sent, nudge_at=NOW, recap_at=NOW), refused])
    async with store.database.read() as db:
        for table in (t.deliveries, t.passages, t.attempts, t.enrolments):
            assert await db.scalar(select(func.count()).select_from(table)) == 0, table.name


# -- the rest ----------------------------------------------------------------------------------------------------------


async def test_help_cards_are_counted_by_day(store: SqlStore) -> None:
    for day in (TODAY, TODAY, date(2026, 3, 3), TODAY):
        await store.count_help(day)
    async with store.database.read() as db:
        counts = {(c.day, c.name): c.count for c in await db.execute(select(t.daily_counts))}
    assert counts == {(TODAY, "help_cards"): 3, (date(2026, 3, 3), "help_cards"): 1}


async def test_old_updates_are_forgotten_and_unanswered_ones_are_not(store: SqlStore) -> None:
    await meet(store)
    old, unanswered = await handle(store, ()), await handle(store)
    async with store.turn(ANA, "telegram:new", NOW + timedelta(days=2)) as turn:
        turn.keep_replies([])
    purged = await SqlAgeing(store.database, Keyring([KEY])).purge(NOW + timedelta(days=3, minutes=1))
    assert purged["handled"] == 1
    async with store.database.read() as db:
        keys = set((await db.execute(select(t.inbox.c.key))).scalars())
    assert keys == {unanswered, "telegram:new"}
    assert old not in keys


async def test_a_note_that_nobody_asked_to_keep_is_forgotten_after_a_day(store: SqlStore) -> None:
    await meet(store)
    async with store.turn(ANA, "telegram:words", NOW) as turn:
        draft = await turn.keep_reflection(DRAFT, "said in passing", 7)
        kept = await turn.keep_reflection(None, "keep this", 8)
    ageing = SqlAgeing(store.database, Keyring([KEY]))
    await ageing.purge(NOW + timedelta(hours=23))
    async with store.turn(ANA, "telegram:look", NOW) as turn:
        assert await turn.reflection(draft.id) is not None
    await ageing.purge(NOW + timedelta(hours=25))
    async with store.turn(ANA, "telegram:look again", NOW) as turn:
        assert await turn.reflection(draft.id) is None
        assert await turn.reflection(kept.id) is not None


async def test_ready_may_be_asked_again_and_again(store: SqlStore, another_store: Opener) -> None:
    learner = await meet(store)
    for _ in range(3):
        await store.ready()
    assert await found(await another_store()) == learner


async def test_another_key_does_not_open_the_database(store: SqlStore, another_store: Opener) -> None:
    await meet(store)
    with pytest.raises(KeyMissing) as caught:
        await another_store(b"another-key-that-has-32-bytes!!!")
    assert "SECRET_KEY" in str(caught.value)


async def test_a_new_key_before_the_old_one_opens_and_finds_everybody(store: SqlStore, another_store: Opener) -> None:
    learner = await meet(store)
    newer = b"a-newer-key-that-has-32-bytes!!!"
    rotated = await another_store(newer, KEY)
    assert await found(rotated) == learner
    ben = await meet(rotated, BEN)
    assert await found(await another_store(newer, KEY), BEN) == ben


# -- moments -----------------------------------------------------------------------------------------------------------


def moments_in(value: object) -> list[datetime]:
    """Every datetime in a value of the flows."""
    if isinstance(value, datetime):
        return [value]
    if isinstance(value, tuple):
        return [moment for part in value for moment in moments_in(part)]
    if hasattr(value, "__dataclass_fields__"):
        return [moment for field in fields(value) for moment in moments_in(getattr(value, field.name))]  # type: ignore[arg-type]
    return []


async def test_moments_are_always_aware_and_the_same_moment(store: SqlStore) -> None:
    nepal = NOW.astimezone(ZoneInfo("Asia/Kathmandu"))
    await meet(store, due_at=nepal, owed_since=nepal, paused_until=nepal)
    async with store.turn(ANA, new_key(), nepal) as turn:
        kept = await turn.keep_reflection("stress-1", "words", 7)
        await turn.rewrite(kept.id, "other words")
    async with store.turn(ANA, new_key(), NOW) as turn:
        written = await turn.reflections(0, 1)
    moments = moments_in((await found(store), written))
    assert len(moments) == 7
    assert {moment.utcoffset() for moment in moments} == {timedelta(0)}
    assert set(moments) == {NOW}


async def test_a_naive_moment_is_refused_and_nothing_is_kept(store: SqlStore) -> None:
    learner = await meet(store)
    naive = NOW.replace(tzinfo=None)

    async def save() -> None:
        async with store.turn(ANA, new_key(), NOW) as turn:
            await turn.save(replace(learner, step="hour"))
            await turn.save(replace(learner, due_at=naive))

    async def decide() -> None:
        async with store.due_batch(naive, 10, HOLD):
            pass

    for ask in (
        save,
        decide,
        lambda: store.take_waiting(naive, 10, HOLD),
        lambda: store.uncertain(naive),
        lambda: SqlAgeing(store.database, Keyring([KEY])).purge(naive),
    ):
        with pytest.raises(RuntimeError):
            await ask()
    assert await found(store) == learner
