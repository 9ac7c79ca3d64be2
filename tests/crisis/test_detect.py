"""What people write, as it is understood: plain, misspelt, indirect; and what must be left in peace."""

from __future__ import annotations

import io
import json
import math
import re
import shutil
import statistics
import time
from pathlib import Path

import pytest

from bot.crisis import detect, evaluate
from bot.crisis.detect import Detector, windows
from bot.crisis.dictionary import READY, Dictionary, Shelf
from bot.crisis.features import GRAMMAR, both, pairs, see
from bot.crisis.model import any_of
from bot.crisis.words import LANGUAGES, normalize, tokens

HELD = sorted((Path(__file__).parent / "held").glob("*.jsonl"))
BODIES = sorted((Path(__file__).parent / "body").glob("*.jsonl"))
LEAST_FOUND = {"self_harm": 0.95, "abuse": 0.95, "sexual_assault": 0.96, "danger_other": 0.96}
LEAST_FOUND_STRONG, MOST_ALARMS_STRONG, MOST_ALARMS = 0.7, 0.025, 0.22

PLAIN = {
    "en": [("I want to die", "self_harm"), ("he hit me again", "abuse"), ("I was raped last year", "sexual_assault"),
           ("someone is following me right now", "danger_other"), ("I took a whole box of my tablets", "danger_other")],
    "es": [("Quiero morirme", "self_harm"), ("mi marido me pegó anoche", "abuse"), ("me violaron", "sexual_assault")],
    "de": [("Ich will nicht mehr leben", "self_harm"), ("er hat mich geschlagen", "abuse"),
           ("ich wurde vergewaltigt", "sexual_assault")],
    "fr": [("je veux mourir", "self_harm"), ("il me frappe", "abuse"), ("j'ai été violée", "sexual_assault")],
    "pt": [("quero morrer", "self_harm"), ("ele me bateu", "abuse"), ("fui estuprada", "sexual_assault")],
    "it": [("voglio morire", "self_harm"), ("mi ha picchiata", "abuse"), ("sono stata stuprata", "sexual_assault")],
    "ru": [("я не хочу жить", "self_harm"), ("муж меня избил", "abuse"), ("меня изнасиловали", "sexual_assault")],
    "uk": [("я не хочу жити", "self_harm"), ("він мене вдарив", "abuse"), ("мене зґвалтували", "sexual_assault")],
    "tr": [("artık yaşamak istemiyorum", "self_harm"), ("kocam beni dövdü", "abuse"),
           ("bana tecavüz etti", "sexual_assault")],
    "hi": [("मैं मरना चाहता हूँ", "self_harm"), ("pati ne mujhe maara", "abuse"), ("उसने मेरे साथ बलात्कार किया", "sexual_assault")],
    "ar": [("أريد أن أموت", "self_harm"), ("زوجي ضربني", "abuse"), ("تعرضت للاغتصاب", "sexual_assault")],
}  # fmt: skip
DISGUISED = [
    "i wnat to kill myslef", "I w4nt to d1e. i want to k1ll mys3lf", "k i l l  m y s e l f", "killmyself tonight", "KILL MYSELF!!!!!",
    "i want to kiiiill myself", "I want to\u200b k\u200bill myself", "I wаnt tо kill mуself", "ｋｉｌｌ ｍｙｓｅｌｆ",
    "im feeling sucidal tonight", "Quiero m0rirme", "хочу умeреть",
]  # fmt: skip
NOT_STRONG = [
    "My back is killing me so we did the massage first", "I nearly died of embarrassment", "this traffic makes me want to die lol",
    "No, I don't want to die, I just want a holiday", "I'm not suicidal, just exhausted from the night shifts",
    "Five years ago I wanted to end my life. Today I'm so glad I stayed.",
    "My brother died by suicide when I was twelve, so this topic is tender for us",
    "We watched a film where a woman says I want to die, very sad movie", "He put his hand on my throat the way we'd agreed",
    "Me muero de risa con los ejercicios", "Ich sterbe vor Hunger", "je suis morte de rire", "morri de rir com isso",
    "sono morta dal ridere",
    "умираю со смеху", "вмираю від сміху", "gülmekten öldüm", "हँस हँस के मर गए यार", "متت من الضحك",
    "We had a fight about the dishes and I slept on the sofa", "7/10, a bit awkward at first but then sweet", "ok", "❤️🔥🔥", "",
    "ran 5 kms today", "Pretty good actually, we laughed a lot and the tea was nice",
]  # fmt: skip
YOUNG = ["i'm 15", "im fifteen and i dont know who to ask", "I am 16 years old", "tengo 15 años", "tenho 16 anos", "j'ai 14 ans",
         "ho 15 anni", "ich bin 15 Jahre alt", "мне 15 лет", "мені 15 років", "15 yaşındayım", "main 15 saal ki hu", "عمري 15 سنة",
         "not gonna lie im only 17"]  # fmt: skip
GROWN = ["I am 15 minutes late", "im 16 weeks pregnant", "I was 15 when it began", "I'm 45", "tengo 15 días de vacaciones",
         "мне 45 лет", "I'm 17 years sober", "my son is 15", "Ich bin 34"]  # fmt: skip


@pytest.mark.parametrize(("text", "category"), [pair for pairs in PLAIN.values() for pair in pairs])
def test_plain_statements_are_heard_in_every_language(text: str, category: str) -> None:
    reading = detect.read(text)
    assert reading.tier == "strong"
    assert reading.category == category
    assert reading.severity in ("concern", "imminent")


@pytest.mark.parametrize("text", DISGUISED)
def test_misspelt_and_disguised_statements_are_heard(text: str) -> None:
    assert detect.read(text).tier == "strong"


@pytest.mark.parametrize("text", NOT_STRONG)
def test_idiom_denial_grief_and_fiction_get_no_strong_card(text: str) -> None:
    assert detect.read(text).tier != "strong"


def test_a_softened_statement_is_never_silence() -> None:
    for text in (
        "No, I don't want to die, I just want a holiday",
        "this traffic makes me want to die lol",
        "Je ne veux pas me suicider",
    ):
        assert detect.read(text).tier != "none"


@pytest.mark.parametrize("text", YOUNG)
def test_someone_who_says_to_be_under_eighteen_is_noticed(text: str) -> None:
    assert detect.read(text).under_18


@pytest.mark.parametrize("text", GROWN)
def test_other_numbers_are_no_age(text: str) -> None:
    assert not detect.read(text).under_18


def test_words_hidden_in_a_long_message_are_found() -> None:
    calm = "We cooked, we talked, the children were loud and the soup was good. " * 20
    assert detect.read(calm).tier != "strong"
    assert detect.read(calm + "I want to die. " + calm).tier == "strong"
    assert detect.read(calm + "i'm 15 years old. " + calm).under_18


def test_every_part_of_a_long_message_is_read() -> None:
    text = "".join(chr(97 + i % 26) for i in range(4000))
    parts = windows(text)
    assert all(any(text[i : i + 100] in part for part in parts) for i in range(0, 3900, 50))
    assert windows("short") == ["short"]
    assert windows("") == [""]


@pytest.mark.parametrize(
    "text", ["\x00", "\ud800", "a" * 100_000, "\u0645" * 5000, "!?" * 3000, "👩‍👩‍👧‍👦" * 500, "\n" * 4096, "1" * 4096]
)
def test_any_text_can_be_read(text: str) -> None:
    assert detect.read(text).tier in ("none", "soft", "strong")


def test_a_message_takes_a_few_milliseconds() -> None:
    texts = [text for pairs in PLAIN.values() for text, _ in pairs] + NOT_STRONG
    detect.read("warm")
    spent = []
    for text in texts * 3:
        start = time.thread_time()
        detect.read(text)
        spent.append(time.thread_time() - start)
    assert statistics.median(spent) < 0.005


def test_a_reading_never_holds_the_message() -> None:
    for text in ("my husband Zebulon hits me with a xylophone", "Quiero morirme, Xochitl"):
        reading = detect.read(text)
        assert reading.tier != "none"
        said = " ".join((reading.category, reading.severity, reading.tier, *reading.why)).casefold()
        assert not any(word in said for word in ("zebulon", "xylophone", "xochitl"))


def test_the_setting_only_breaks_ties() -> None:
    for language in (None, "de", "zh-hans", "", "\x00"):
        assert detect.read("Quiero morirme", language).tier == "strong"


def test_broken_or_missing_weights_are_told_and_nothing_raises(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(OSError, match=r".+"):
        Detector.load(tmp_path)

    def broken() -> Detector:
        raise ValueError("broken")

    monkeypatch.setattr(detect, "_detector", broken)
    assert detect.read("I want to die").tier == "none"
    assert "is not being read" in str(detect.problem())


def test_the_shipped_data_can_be_read_and_is_small() -> None:
    assert detect.problem() is None
    folder = Path(detect.__file__).parent / "data"
    assert sum(path.stat().st_size for path in [folder / "weights.json", *READY.iterdir()]) < 9_000_000


def test_words_of_a_language_that_are_not_opened_yet_are_looked_at_when_the_bot_starts(tmp_path: Path) -> None:
    ready = shutil.copytree(READY, tmp_path / "ready")
    Dictionary.load(ready)
    (ready / "tr.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ValueError, match="tr"):
        Dictionary.load(ready)


def test_words_are_opened_when_the_first_message_in_their_language_comes() -> None:
    shelf = Shelf(READY)
    assert set(shelf) == set(LANGUAGES)
    assert len(shelf) == len(LANGUAGES)
    assert shelf["de"] is shelf["de"]
    assert shelf._open.keys() == {"de"}


def test_the_prepared_lists_say_what_the_written_ones_do() -> None:
    prepared = {path.name: path.read_text(encoding="utf-8") for path in READY.iterdir()}
    assert prepared == Dictionary.parse().prepared(), (
        "run `python -m tests.crisis.lists`, then `python -m tests.crisis.train write`"
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("I don't know what's up, it's only: je veux mourir. That's it", "je veux mourir"),
        ("j'ai dit qu'il n'y a rien d'autre, I want to die, c'est tout", "want to die"),
        ("I want to die", "want to die"),
    ],
)
def test_a_statement_stands_where_it_was_found_however_words_are_split(text: str, said: str) -> None:
    detector = Detector.load()
    seen = see(text, detector.dictionary, detector.model.common)
    assert said in [" ".join(seen.words[found.start : found.end]) for found in seen.statements]


def test_common_words_of_grammar_make_no_pairs_and_are_meanings_of_the_lists() -> None:
    detector = Detector.load()
    english = detector.dictionary.concepts["en"]
    known = {meaning for names in english.single.values() for meaning in names.split()}
    assert known >= GRAMMAR
    seen = see(
        "the door was open and I went out of the house with that dog", detector.dictionary, detector.model.common
    )
    paired = {name for pair in (*pairs(seen), *both(seen)) for name in re.split("[>+]", pair)}
    assert paired
    assert not paired & GRAMMAR


def test_the_chances_of_kinds_add_up() -> None:
    assert any_of([0.0, 0.0]) == pytest.approx(math.log(2))
    assert any_of([5.0, -50.0, -50.0]) == pytest.approx(5.0)


def test_words_mean_the_same_in_every_language() -> None:
    concepts = Dictionary.load().concepts
    for language, wish in {
        "en": "wish",
        "es": "ojalá",
        "ru": "хочется",
        "tr": "keşke",
        "hi": "काश",
        "de": "wünschte",
    }.items():
        words = tokens(normalize(wish), language)
        assert {meaning for _, meaning in concepts[language].read(words)} & {"WISH", "WANT"}, language
    assert (0, "NIGHT") in concepts["ar"].read(tokens(normalize("والليل"), "ar"))


def test_the_language_is_found_from_the_words() -> None:
    detector = Detector.load()
    for language, text in {
        "en": "we talked for an hour and it was nice", "de": "wir haben lange geredet und es war schön",
        "es": "hablamos un rato y nos abrazamos",
        "fr": "on a parlé longtemps, c'était bien", "it": "abbiamo parlato a lungo ed è stato bello",
        "pt": "a gente conversou bastante hoje",
        "ru": "мы долго говорили, стало легче", "uk": "ми довго говорили, стало легше", "tr": "bugün uzun uzun konuştuk ve çok güzeldi",
        "hi": "aaj hum ne der tak baat ki", "ar": "تكلمنا كثيراً اليوم",
    }.items():  # fmt: skip
        assert see(text, detector.dictionary, detector.model.common).language == language


def test_lines_are_answered_with_lines_in_their_order() -> None:
    source = ['{"text": "I want to die", "lang": "en"}\n', "not json\n", '{"text": "ok"}\n', "\n", '{"lang": "en"}\n']
    target = io.StringIO()
    assert evaluate.read_lines(source, target) == 2
    answers = [json.loads(line) for line in target.getvalue().splitlines()]
    assert [answer["category"] for answer in answers] == ["self_harm", "none", "none", "none"]
    assert answers[0].keys() >= {"category", "severity"}


def test_an_evaluation_counts_and_holds_no_text() -> None:
    rows = [{"text": "I want to die", "lang": "en", "label": "self_harm", "severity": "concern", "kind": "plain"},
            {"text": "ok", "lang": "en", "label": "none", "severity": "none", "kind": "ordinary"}]  # fmt: skip
    report = evaluate.evaluate(rows)
    assert report.labels["self_harm"].strong_share == 1
    assert report.labels["none"].any_share == 0
    said = json.dumps(report.as_json()) + "\n".join(evaluate.lines(report))
    assert "want to die" not in said
    with pytest.raises(ValueError, match="line 2"):
        list(evaluate.rows_of(['{"text": "a", "label": "none"}', "{}"]))


@pytest.fixture(scope="module")
def held() -> evaluate.Report:
    """Figures on authors whose rows were never read, neither by the method's author nor in training."""
    rows = [row for path in HELD for row in evaluate.rows_of(path.read_text(encoding="utf-8").splitlines())]
    assert len(rows) > 900
    return evaluate.evaluate(rows)


def test_what_is_found_of_held_back_authors_does_not_fall_and_false_alarms_do_not_rise(held: evaluate.Report) -> None:
    for label, least in LEAST_FOUND.items():
        assert held.labels[label].any_share >= least, label
    risky = [count for label, count in held.labels.items() if label != "none"]
    assert sum(count.strong for count in risky) / sum(count.rows for count in risky) >= LEAST_FOUND_STRONG
    assert held.labels["none"].strong_share <= MOST_ALARMS_STRONG
    assert held.labels["none"].any_share <= MOST_ALARMS


def test_no_message_of_the_held_back_sets_was_trained_on() -> None:
    def words(path: Path) -> set[str]:
        texts = (json.loads(line)["text"] for line in path.read_text(encoding="utf-8").splitlines())
        return {" ".join(re.findall(r"\w+", text.casefold())) for text in texts}

    trained_on = set[str]().union(*(words(path) for path in BODIES))
    for path in HELD:
        assert not words(path) & trained_on, path.name
