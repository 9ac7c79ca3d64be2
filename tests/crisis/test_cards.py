"""The flow of the cards: what each path shows, hides and asks the bot to do."""

from __future__ import annotations

import statistics
import time

import pytest

from bot.crisis import answer
from bot.crisis.answer import Effects
from bot.crisis.values import ACTION_BYTES, ESSENTIALS_CHARACTERS, SHORT_CHARACTERS
from tests.crisis.everything import BOOK, COUNTRIES, LANGUAGES, TODAY, all_text, buttons, plain, replies, runs, text_of

TELLING = {
    "en": (
        "suicid",
        "self-harm",
        "abuse",
        "assault",
        "rape",
        "sexual",
        "crisis",
        "help",
        "danger",
        "under 18",
        "emergency",
    ),
    "es": ("suicid", "abus", "agres", "viol", "sexual", "crisis", "ayuda", "peligro", "emergencia"),
    "de": ("suizid", "selbst", "gewalt", "sexu", "krise", "hilfe", "gefahr", "notfall"),
    "fr": ("suicid", "violence", "agress", "viol", "sexu", "crise", "aide", "danger", "urgence"),
    "pt": ("suic", "abuso", "agress", "viol", "sexu", "crise", "ajuda", "perigo", "emerg"),
    "it": ("suicid", "abuso", "aggress", "viol", "sessu", "crisi", "aiuto", "pericolo", "emergenza"),
    "ru": ("самоуб", "суицид", "насил", "секс", "кризис", "помощь", "опасн"),
    "uk": ("самогуб", "суїцид", "насил", "секс", "криз", "допомог", "небезпе"),
    "tr": ("intihar", "şiddet", "taciz", "cinsel", "kriz", "yardım", "tehlike"),
    "hi": ("आत्महत्या", "हिंसा", "यौन", "संकट", "मदद", "ख़तरा"),
    "ar": ("انتحار", "عنف", "اعتداء", "جنس", "أزمة", "مساعدة", "خطر"),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_buttons_and_first_lines_tell_a_bystander_nothing(language: str) -> None:
    for country in (None, "IE", "US", "AE"):
        for name, reply in replies(language, country):
            for card in reply.cards:
                seen = [card.paragraphs[0].split("\n")[0], *(b.label for row in card.rows for b in row)]
                if card.kind in ("later", "carry_on", "hello", "plan", "not_here", "calm"):
                    seen = seen[1:]
                for text in seen:
                    assert not any(word in text.casefold() for word in TELLING[language]), f"{name}: {text}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_buttons_fit_what_a_messenger_can_carry(language: str) -> None:
    for country in (None, "IE", "BE"):
        for name, reply in replies(language, country):
            assert 1 <= len(reply.cards) <= 2
            assert all(len(text_of(card)) <= 4096 for card in reply.cards), name
            for button in buttons(reply):
                assert (button.action is None) != (button.url is None)
                assert button.label.strip()
                if button.action:
                    assert button.action.isascii()
                    assert button.action.startswith("sos:")
                    assert len(button.action) <= ACTION_BYTES
                else:
                    assert button.url.startswith("https://")  # type: ignore[union-attr]


@pytest.mark.parametrize("country", COUNTRIES)
def test_every_need_has_an_answer_in_every_country(country: str | None) -> None:
    for language in LANGUAGES:
        for need in answer.NEEDS:
            text = all_text(answer.press(f"sos:n:{need}", language, country, TODAY))
            assert text.strip()
            if need != "abuse":
                assert "findahelpline.com" in text
        assert "findahelpline.com" in all_text(answer.press("sos:ok:abuse", language, country, TODAY))


def test_a_gap_is_said_and_not_filled_with_a_near_match() -> None:
    text = all_text(answer.press("sos:n:assault", "en", "DK", TODAY))
    assert "I don't have a checked service for that in Denmark" in text
    assert "1888" not in text


def test_two_ways_to_reach_a_person_and_the_directory() -> None:
    for iso in BOOK.countries:
        lines = BOOK.lines(iso, "suicide_crisis", TODAY)
        text = all_text(answer.open("en", iso, TODAY))
        shown = [line for line in lines if f"{line.name}: " in text]
        assert len(shown) >= min(2, len(lines)), iso
        if any(line.writes and line.open_to_all for line in lines):
            assert any(line.writes for line in shown), f"{iso} shows no way to write"


def test_a_line_to_recheck_says_what_to_try_when_it_does_not_connect() -> None:
    for iso, country in BOOK.countries.items():
        text = all_text(answer.press("sos:m:suicide", "en", iso, TODAY))
        for line in country.lines:
            if f"\n{line.name}: " in text and line.recheck:
                after = text.split(f"\n{line.name}: ")[1].split("\n")[1]
                assert after.startswith("If this does not connect, try "), line.id


def test_fear_of_someone_gives_no_number_before_the_screen_is_safe() -> None:
    for language in LANGUAGES:
        for times in (1, 2, 3, 9):
            reply = answer.open(language, "IE", TODAY, first_line="abuse", times_today=times)
            assert not runs(all_text(reply))
            assert "findahelpline" not in all_text(reply)
            assert all(card.silent for card in reply.cards)
            assert reply.effects == Effects(pause=True, no_follow_up=True)
            assert {"sos:ok:abuse", "sos:no:abuse", "sos:later:abuse"} <= {b.action for b in buttons(reply)}


def test_not_safe_removes_the_exchange_and_is_never_followed_up() -> None:
    reply = answer.press("sos:no:abuse", "en", "IE", TODAY)
    assert reply.effects == Effects(pause=True, hide_exchange=True, no_follow_up=True)
    assert not runs(all_text(reply))
    assert not buttons(reply)
    assert "another phone" in all_text(reply)


def test_the_abuse_path_never_offers_a_hello() -> None:
    for name, reply in replies("en", "IE"):
        if "abuse" in name:
            assert reply.effects.no_follow_up, name
            assert not any((b.action or "").startswith("sos:hello") for b in buttons(reply)), name


def test_safe_to_show_gives_numbers_and_what_stays_on_the_phone() -> None:
    text = all_text(answer.press("sos:ok:abuse", "en", "FR", TODAY))
    assert "3919" in text
    assert "Text 114" in text
    assert "call list" in text
    assert "You don't have to leave, report or decide anything" in text


def test_what_was_understood_offers_to_carry_on_and_a_tapped_need_does_not() -> None:
    for need in answer.NEEDS:
        understood = answer.open("en", "IE", TODAY, first_line=need)
        assert "If I got that wrong, just carry on." in all_text(understood)
        assert any(b.action == "sos:carry" for b in buttons(understood))
        assert "got that wrong" not in all_text(answer.press(f"sos:n:{need}", "en", "IE", TODAY))
    assert answer.press("sos:carry", "en", "IE", TODAY).effects.carry_on


def test_lessons_pause_when_something_is_said_and_not_for_plain_help() -> None:
    assert answer.open("en", "IE", TODAY).effects == Effects()
    for need in ("suicide", "abuse", "assault", "compulsion", "young", "danger"):
        assert answer.open("en", "IE", TODAY, first_line=need).effects.pause  # type: ignore[arg-type]
    assert not answer.press("sos:n:worried", "en", "IE", TODAY).effects.pause


def test_the_third_time_in_a_day_is_shorter_and_leads_with_emergency_and_directory() -> None:
    for need in (None, "suicide", "assault", "danger"):
        first = all_text(answer.open("en", "GB", TODAY, first_line=need))  # type: ignore[arg-type]
        third = all_text(answer.open("en", "GB", TODAY, first_line=need, times_today=3))  # type: ignore[arg-type]
        assert len(third) < len(first)
        assert third.index("999") < 130
        if need:
            assert third.index("findahelpline.com") < third.index("call ")


def test_a_hello_only_when_chosen() -> None:
    assert answer.press("sos:hello:y", "en", "IE", TODAY).effects.hello_tomorrow
    assert not answer.press("sos:hello:n", "en", "IE", TODAY).effects.hello_tomorrow
    asked = all_text(answer.press("sos:later:suicide", "en", "IE", TODAY))
    assert "Shall I say hello tomorrow?" in asked
    assert "findahelpline.com" in asked


def test_not_now_leaves_the_same_help_on_screen() -> None:
    text = all_text(answer.press("sos:later:main", "en", "IE", TODAY))
    assert "112" in text
    assert "findahelpline.com" in text
    assert "/help" in text
    assert not runs(all_text(answer.press("sos:later:abuse", "en", "IE", TODAY)))


def test_a_group_sees_no_ones_country_and_an_invitation_to_write_in_private() -> None:
    reply = answer.open(
        "en", "IE", TODAY, group=True, first_line="abuse", private_link="https://t.me/kindling_bot?start=help"
    )
    assert "Ireland" not in all_text(reply)
    assert "findahelpline.com" in all_text(reply)
    assert any(b.url == "https://t.me/kindling_bot?start=help" for b in buttons(reply))
    assert not any(b.action for b in buttons(reply))


def test_old_unknown_and_damaged_buttons_still_give_the_main_card() -> None:
    for action in (
        "",
        "sos:",
        "sos:zzz",
        "lesson:1",
        "sos:n:",
        "sos:n:main",
        "sos:c:",
        "sos:cp:",
        "sos:cp:main:9999999",
        "sos:t:x",
    ):
        reply = answer.press(action, "en", "IE", TODAY)
        assert reply.cards
        assert reply.cards[0].kind in ("main", "countries", "write")


def test_choosing_a_country_is_reported_and_shown() -> None:
    reply = answer.press("sos:c:suicide:NZ", "en", None, TODAY)
    assert reply.effects.country == "NZ"
    assert "New Zealand" in all_text(reply)
    assert "1737" in all_text(reply)
    assert answer.press("sos:c:main:-", "en", "NZ", TODAY).effects.country == ""


def test_the_picker_reaches_every_country_and_language_only_orders_it() -> None:
    for language, first in (("en", "US"), ("de", "DE"), ("pt-BR", "BR"), ("uk", "UA"), ("xx", None)):
        offered: list[str] = []
        for page in range(5):
            reply = answer.press(f"sos:cp:main:{page}", language, None, TODAY)
            offered += [
                (b.action or "").split(":")[3] for b in buttons(reply) if (b.action or "").startswith("sos:c:main:")
            ]
        listed = [iso for iso in offered if iso != "-"]
        assert sorted(listed) == sorted(BOOK.countries)
        assert first in (None, listed[0])
        assert answer.press("sos:cp:main:0", language, None, TODAY).effects.country is None


def test_lines_about_orientation_or_sex_appear_only_when_asked_for() -> None:
    for name in ("/help", "sos:m:suicide"):
        for country, hidden in (("US", "Trevor"), ("KE", "one2one"), ("AU", "QLife"), ("IE", "LGBT Ireland")):
            reply = answer.open("en", country, TODAY) if name == "/help" else answer.press(name, "en", country, TODAY)
            assert hidden not in all_text(reply)
    assert "Trevor" in all_text(answer.press("sos:n:lgbtq", "en", "US", TODAY))
    assert "one2one" in all_text(answer.press("sos:n:compulsion", "en", "KE", TODAY))


def test_where_the_law_forbids_a_warning_comes_first() -> None:
    for iso in ("NG", "KE", "GH", "MY", "AE", "EG"):
        for need in ("lgbtq", "compulsion"):
            text = all_text(answer.press(f"sos:n:{need}", "en", iso, TODAY))
            assert "trouble with the law" in text
    assert "trouble with the law" not in all_text(answer.press("sos:n:lgbtq", "en", "IE", TODAY))


def test_in_russia_no_such_topic_is_offered() -> None:
    for name, reply in replies("ru", "RU"):
        if not name.endswith(("lgbtq", "lgbtq again")):
            assert not any(b.action == "sos:n:lgbtq" for b in buttons(reply)), name


def test_the_quiet_minute_has_a_way_back() -> None:
    for need in ("main", "suicide", "abuse"):
        reply = answer.press(f"sos:calm:{need}", "en", "IE", TODAY)
        assert any((b.action or "").startswith("sos:") for b in buttons(reply))


def test_the_plan_is_one_tap_from_the_card() -> None:
    for first_line in (None, "suicide"):
        shown = answer.open("en", "IE", TODAY, first_line=first_line)  # type: ignore[arg-type]
        assert any(b.action == "sos:plan" for b in buttons(shown))
    assert answer.press("sos:plan", "en", "IE", TODAY).effects.open_plan


@pytest.mark.parametrize("language", [*LANGUAGES, None, "xx"])
def test_profile_texts_fit_and_carry_the_essentials(language: str | None) -> None:
    for country in COUNTRIES:
        text = answer.essentials(language, country, TODAY)
        assert len(text) <= ESSENTIALS_CHARACTERS
        assert "findahelpline.com" in text
        assert "/help" in text
    short = answer.short_description(language)
    assert len(short) <= SHORT_CHARACTERS
    assert "findahelpline.com" in short


def test_single_sentences_are_single() -> None:
    for language in LANGUAGES:
        for sentence in (answer.soft_line, answer.hello, answer.paused_line, answer.back_to_course):
            assert "\n" not in sentence(language)
        assert "/help" in answer.soft_line(language)
        assert "/help" in answer.hello(language)


def test_the_main_card_stays_short() -> None:
    lengths = {iso: len(all_text(answer.open("en", iso, TODAY)).split()) for iso in (*BOOK.countries, None)}
    assert statistics.median(lengths.values()) <= 60, lengths
    assert max(lengths.values()) <= 95, lengths


def test_a_card_is_ready_within_a_millisecond() -> None:
    spent = []
    for _ in range(300):
        start = time.thread_time()
        answer.open("ar", "BE", TODAY, first_line="suicide")
        spent.append(time.thread_time() - start)
    assert statistics.median(spent) < 0.001


def test_numbers_keep_their_order_in_right_to_left_text() -> None:
    text = all_text(answer.open("ar", "IE", TODAY))
    assert "\u2068116 123\u2069" in text
    assert text.count("\u2068") + text.count("\u2066") == text.count("\u2069")
    for match in runs(text):
        position = plain(text).index(match)
        assert position >= 0
