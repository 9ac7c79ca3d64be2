"""Asking for help outright: commands and bare words, in every language, with the slips of real thumbs."""

from __future__ import annotations

import time

import pytest

from bot.crisis import answer

ASKED = [
    "/help", "/HELP", "/Help@KindlingBot", "/crisis", "/sos now please", "/help@kindling_bot what now", " /help ",
    "\uff0fhelp", "help", "Help", "HELP!!!", "help.", "hlep", "hepl", "heeelp", "helpp", "help me", "HELP ME",
    "help \U0001f62d", "\U0001f198",
    "please help", "i need help", "sos", "S.O.S", "SOS!!",
    "ayuda", "¡Ayuda!", "ayúdame", "necesito ayuda", "socorro", "ayuda por favor",
    "Hilfe", "hilfe!!", "ich brauche Hilfe", "hifle",
    "aide", "aidez-moi", "au secours", "À l'aide !",
    "ajuda", "me ajuda", "preciso de ajuda",
    "aiuto", "aiutami", "Aiuto!!", "aituo",
    "помощь", "Помогите!", "помогите", "нужна помощь", "памагите", "pomogite",
    "допоможіть", "Допоможіть!!", "потрібна допомога",
    "yardım", "YARDIM", "yardim", "imdat", "yardım edin",
    "मदद", "मदद!", "मुझे मदद चाहिए", "बचाओ", "madad", "bachao", "mujhe madad chahiye",
    "مساعدة", "مساعده", "النجدة!", "ساعدوني", "أحتاج مساعدة",
]  # fmt: skip
NOT_ASKED = [
    "", " ", "hello", "held", "hell", "helpful", "/helpful", "/start", "It helped", "no help needed today, thanks",
    "he helps me with the dishes", "7/10", "ok", "\U0001f602\U0001f480", "yes", "Ja", "oui", "здравствуйте",
    "merhaba", "नमस्ते", "مرحبا",
    "heap", "what would help? a nap", "/", "Helga", "aider",
]  # fmt: skip


@pytest.mark.parametrize("text", ASKED)
def test_a_call_for_help_is_heard(text: str) -> None:
    assert answer.is_call_for_help(text)


@pytest.mark.parametrize("text", NOT_ASKED)
def test_other_words_are_left_to_the_course(text: str) -> None:
    assert not answer.is_call_for_help(text)


def test_every_shipped_language_has_words_for_help() -> None:
    for language, words in answer.DEFAULT.shelf.languages.items():
        assert len(words.call_words) >= 8, language
        for word in (*words.call_words, *words.typos):
            assert answer.is_call_for_help(word), f"{language}: {word}"
            assert answer.is_call_for_help(f"{word.upper()} \U0001f622") or word.upper().lower() != word.lower(), word


def test_long_and_odd_texts_are_quick_and_harmless() -> None:
    start = time.thread_time()
    for text in ("h" * 100_000, "/" * 100_000, "\x00help\x00" * 10_000, "\u202ehelp" * 5_000):
        answer.is_call_for_help(text)
    assert time.thread_time() - start < 1
