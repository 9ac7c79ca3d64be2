"""The words that lessons leave out, and the sentences that use the same words harmlessly."""

from __future__ import annotations

import re

import pytest
from course_folder import TEA, CourseFolder

from bot.content.wording import wording_rules

BITES = [
    ("strong-claim", "It is proven that tea is calming."),
    ("strong-claim", "Science says so."),
    ("strong-claim", "Experts agree on tea."),
    ("strong-claim", "Slow breathing works."),
    ("strong-claim", "Tea is an effective way to rest."),
    ("strong-claim", "Rest boosts your mood."),
    ("strong-claim", "Worry leads to poor sleep."),
    ("strong-claim", "Bad sleep is caused by worry."),
    ("strong-claim", "Stress causes low mood."),
    ("strong-claim", "This will calm you."),
    ("strong-claim", "Here is the secret to sleep."),
    ("never-word", "Walking treats low mood."),
    ("never-word", "No tea is a cure."),
    ("never-word", "A reset for the nerves."),
    ("never-word", "You can rewire your brain."),
    ("never-word", "It can treat depression."),
    ("shame-word", "They called themselves a porn addict."),
    ("shame-word", "A dead bedroom can hurt."),
    ("shame-word", "It is a dysfunction."),
    ("shame-word", "Victims often feel this."),
    ("shame-word", "Only broken people do that."),
    ("shame-word", "Try some foreplay."),
    ("shame-word", "It is not real sex then."),
    ("shame-word", "A normal body wants this."),
    ("shame-word", "They committed suicide."),
    ("shame-word", "You could fix it tonight."),
    ("shame-word", "Being lazy is the trouble."),
    ("shame-word", "Here is your homework."),
    ("pressure", "You should rest."),
    ("pressure", "You need to rest."),
    ("pressure", "You have to rest."),
    ("pressure", "Tea must be hot."),
    ("pressure", "Try harder tomorrow."),
    ("absolute-word", "People always like tea."),
    ("absolute-word", "Tea never tires anyone."),
    ("hormone-story", "A hug raises oxytocin."),
    ("hormone-story", "It is a chemical imbalance."),
    ("medicine-name", "Sertraline is one."),
    ("medicine-name", "Some swear by magnesium."),
    ("medicine-class", "SSRIs are common."),
    ("medicine-advice", "Lower your dose for a week."),
    ("medicine-advice", "Try to come off your pills."),
    ("brand-name", "Better Help has many."),
    ("brand-name", "See Psychology Today."),
    ("brand-name", "ReGain is for couples."),
    ("risky-method", "Take a cold shower."),
    ("risky-method", "Breathe in and hold your breath."),
    ("risky-method", "Try sleep restriction."),
    ("gender-word", "Your wife may like it."),
    ("gender-word", "If he asks, say so."),
    ("gender-word", "Women are softer."),
    ("partner-assumed", "Ask your partner."),
    ("diagnosis", "You are depressed."),
    ("diagnosis", "This is your trauma speaking."),
    ("diagnosis", "Many sufferers know it."),
    ("body-talk", "It can help you lose weight."),
    ("explicit-word", "Some like to masturbate."),
    ("sex-as-treatment", "Sex lifts a low mood."),
    ("sex-as-treatment", "Aim for twice a week, as with sex."),
    ("trauma-detail", "Picture the assault in detail."),
    ("trauma-detail", "Face your fears."),
    ("praise-or-streak", "Great job, and keep it up."),
    ("praise-or-streak", "You missed a lesson."),
    ("watching", "We will follow up tomorrow."),
    ("watching", "We are here for you."),
    ("phone-number", "The number is 988."),
    ("phone-number", "Ring +1 555 0100 200."),
    ("not-yet", "You may have no interest in sex yet."),
    ("us-spelling", "Their behaviour changed."),
    ("us-spelling", "You may realise it later."),
    ("us-spelling", "Stand in the centre."),
    ("us-spelling", "They travelled far."),
    ("us-spelling", "The grey wall."),
    ("misspelling", "Untill then."),
    ("misspelling", "You could of known."),
    ("misspelling", "Look at at the wall."),
]

FINE = [
    ("strong-claim", "This is how sleep works."),
    ("strong-claim", "Keep what works for you."),
    ("strong-claim", "It is not proven."),
    ("strong-claim", "There is nothing to prove here."),
    ("strong-claim", "Low mood has many causes."),
    ("strong-claim", "We do not know which causes which."),
    ("strong-claim", "If your work shifts, so may your sleep."),
    ("strong-claim", "Someone who works nights may differ."),
    ("never-word", "A treat for the ears."),
    ("never-word", "Talking treatments help many people."),
    ("shame-word", "No fixing is asked for."),
    ("shame-word", "It is about the pair, not one broken person."),
    ("trauma-detail", "What happened to you was not your fault."),
    ("medicine-advice", "There are options, such as to change the dose."),
    ("shame-word", "It was not your fault."),
    ("shame-word", "Pick a fixed time."),
    ("pressure", 'Take one thing off your "should" list.'),
    ("pressure", "You do not need to answer."),
    ("pressure", "Nobody has to know."),
    ("pressure", "Ask for what you need to feel at ease."),
    ("pressure", "A yes must be freely given."),
    ("pressure", "Should it bring nothing, let it go."),
    ("absolute-word", "You can always skip this."),
    ("absolute-word", "Never push through pain."),
    ("absolute-word", "It is not always so."),
    ("absolute-word", 'The thought "I always fail" is a thought.'),
    ("medicine-advice", "Never stop a medicine on your own."),
    ("medicine-advice", "Talk to your prescriber before you change a dose."),
    ("brand-name", "It can help to regain trust."),
    ("risky-method", "There is no need to hold your breath."),
    ("gender-word", "There, they said, is the other shirt."),
    ("gender-word", "In a study of women, most felt better."),
    ("partner-assumed", "If you have a partner, your partner may like it."),
    ("diagnosis", "If you have depression, this may be hard."),
    ("diagnosis", "The words *you are depressed* can sting."),
    ("explicit-word", "Any touch is clothed and non-genital."),
    ("trauma-detail", "You do not have to tell anyone what happened."),
    ("praise-or-streak", "There is no streak to keep."),
    ("watching", "Watch the steam."),
    ("watching", "We cannot see you."),
    ("phone-number", "Forty adults kept notes for 12 months in 2020."),
    ("us-spelling", "Four hours of sour flour."),
    ("us-spelling", "A wise surprise, otherwise a promise to exercise."),
    ("misspelling", "She-oaks and cup by cup."),
]


def in_deeper(course: CourseFolder, sentence: str) -> None:
    course.swap("It cannot tell us if", f"{sentence} [advice] It cannot tell us if")


@pytest.mark.parametrize(("rule", "sentence"), BITES)
def test_word_is_found(course: CourseFolder, rule: str, sentence: str) -> None:
    in_deeper(course, sentence)
    assert {finding.line for finding in course.findings(rule)} == {course.line(sentence)}


@pytest.mark.parametrize(("rule", "sentence"), FINE)
def test_harmless_use_is_left_alone(course: CourseFolder, rule: str, sentence: str) -> None:
    in_deeper(course, sentence)
    assert course.findings(rule) == []


def test_every_group_of_words_has_a_sentence_that_it_finds() -> None:
    idle = [
        (rule.rule.id, words.pattern.pattern[:60])
        for rule in wording_rules("en")
        for words in rule.words
        if not any(name == rule.rule.id and words.pattern.search(sentence) for name, sentence in BITES)
    ]
    assert idle == []


def test_every_expression_of_every_group_is_one_that_could_match() -> None:
    for rule in wording_rules("en"):
        for words in rule.words:
            assert not re.search(r"\|\||\(\?:\||\|\)", words.pattern.pattern), rule.rule.id
            assert not words.pattern.search("")


def test_a_myth_lesson_may_name_hormones(course: CourseFolder) -> None:
    in_deeper(course, "A hug raises oxytocin.")
    course.swap("minutes: 3\n", "minutes: 3\nmyth: true\n")
    assert course.findings("hormone-story") == []


def test_a_lesson_that_rests_on_a_source_about_medicines_may_name_their_class(course: CourseFolder) -> None:
    course.swap("It cannot tell us if", "SSRIs were studied too. [@M02] It cannot tell us if")
    assert course.findings("medicine-class") == []


def test_a_percentage_is_fine_with_the_source_that_carries_it(course: CourseFolder) -> None:
    course.swap("It cannot tell us if", "About 7.5% of sexually active women had pain. [@I10] It cannot tell us if")
    assert course.findings("percent-forbidden") == []


def test_a_prediction_of_divorce_may_be_set_aside(course: CourseFolder) -> None:
    in_deeper(course, "Some say talks predict divorce. That is not solid.")
    assert course.findings("number-misread") == []


def test_the_survey_figure_is_fine_with_its_caution(course: CourseFolder) -> None:
    in_deeper(course, "Around 1 in 20 score high on a survey. This is not a diagnosis.")
    assert course.findings("number-misread") == []


def test_your_partner_may_be_named_in_a_lesson_about_partners_but_not_in_its_solo_form(course: CourseFolder) -> None:
    course.swap("sensitivity: 0", "sensitivity: 2")
    in_deeper(course, "Ask your partner.")
    assert course.findings("partner-assumed") == []
    course.swap("Watch the steam", "Tell your partner. Watch the steam")
    assert len(course.findings("partner-assumed")) == 1


def test_safety_words_let_must_stand_only_in_their_sentence(course: CourseFolder) -> None:
    in_deeper(course, "Tea must be hot. It is safe.")
    assert len(course.findings("pressure")) == 1


def test_keys_shown_to_learners_are_read_too(course: CourseFolder) -> None:
    course.swap('who_should_skip: ""', 'who_should_skip: "Sex addicts."')
    assert [f.line for f in course.findings("shame-word")] == [course.line("who_should_skip")]


def test_a_language_without_a_wording_file_has_no_wording_rules(course: CourseFolder) -> None:
    assert wording_rules("de") == ()
    course.write("stress/de/01-tee.md", course.text(TEA).replace("One sip", "You should always sip! One sip"))
    assert {f.rule for f in course.report().findings if f.file.startswith("stress/de")} == {"exclamation"}
