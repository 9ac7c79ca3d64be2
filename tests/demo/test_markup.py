"""HTML and MarkdownV2, read as strictly as Telegram reads them."""

from __future__ import annotations

import html
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.demo.entities import Formatted, to_html, utf16_length, with_found
from bot.demo.html_markup import parse_html
from bot.demo.markdown_markup import parse_markdown
from bot.demo.refusals import Refusal


def shape(formatted: Formatted) -> tuple[str, list[tuple[Any, ...]]]:
    return formatted.text, [(e["type"], e["offset"], e["length"]) for e in formatted.entities]


@pytest.mark.parametrize(
    ("source", "text", "entities"),
    [
        ("plain", "plain", []),
        ("<b>a</b><i>b</i>", "ab", [("bold", 0, 1), ("italic", 1, 1)]),
        ("<strong>a</strong><em>b</em>", "ab", [("bold", 0, 1), ("italic", 1, 1)]),
        ("<u>a</u><ins>b</ins><s>c</s><del>d</del>", "abcd",
         [("underline", 0, 1), ("underline", 1, 1), ("strikethrough", 2, 1), ("strikethrough", 3, 1)]),
        ("🙂<b>é</b>", "🙂é", [("bold", 2, 1)]),
        ("<tg-spoiler>a</tg-spoiler><span class=\"tg-spoiler\">b</span>", "ab", [("spoiler", 0, 1), ("spoiler", 1, 1)]),
        ("<blockquote>a</blockquote>", "a", [("blockquote", 0, 1)]),
        ("<blockquote expandable>a</blockquote>", "a", [("expandable_blockquote", 0, 1)]),
        ("<pre>x</pre><code>y</code>", "xy", [("pre", 0, 1), ("code", 1, 1)]),
        ("<code>a <b>b</b></code>", "a b", [("code", 0, 3)]),
        ("a &lt; b &amp; c &gt; &quot;d&quot; &#39;", "a < b & c > \"d\" '", []),
        ("&nbsp;&copy;", "&nbsp;&copy;", []),
        ("&#x1F642; &#0;", "🙂 &#0;", []),
        ("<b><i>a</i>b</b>", "ab", [("bold", 0, 2), ("italic", 0, 1)]),
        ("<b></b>x", "x", []),
        ("<B>a</B>", "a", [("bold", 0, 1)]),
        ("<b>a</>", "a", [("bold", 0, 1)]),
        ("a > b", "a > b", []),
    ],
)  # fmt: skip
def test_html(source: str, text: str, entities: list[tuple[Any, ...]]):
    assert shape(parse_html(source)) == (text, entities)


def test_links_and_languages_in_html():
    assert parse_html('<a href="https://a.org/?b=1&amp;c=2">x</a>').entities[0]["url"] == "https://a.org/?b=1&c=2"
    assert parse_html("<a href='a.org'>x</a>").entities[0]["url"] == "http://a.org/"
    assert parse_html('<a href="nonsense">x</a>').entities == []
    assert parse_html('<a href="tg://user?id=42">x</a>').entities[0]["user"]["id"] == 42
    code = parse_html('<pre><code class="language-python">x</code></pre>').entities
    assert code == [{"type": "pre", "offset": 0, "length": 1, "language": "python"}]


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("<b>a", 'Can\'t find end tag corresponding to start tag "b"'),
        ("a</b>", "Unexpected end tag at byte offset 1"),
        ("<b>a</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("é<div>a</div>", 'Unsupported start tag "div" at byte offset 2'),
        ("1 < 2", 'Unsupported start tag "" at byte offset 2'),
        ("a<br>", 'Unsupported start tag "br" at byte offset 1'),
        ("<b", "Unclosed start tag at byte offset 0"),
        ('<a href="x', "Unclosed start tag"),
        ("<b>x</b", "Unclosed end tag at byte offset 4"),
        ("<span>a</span>", 'Tag "span" must have class "tg-spoiler"'),
        ('<tg-emoji emoji-id="x">🙂</tg-emoji>', "Invalid custom emoji identifier specified"),
    ],
)
def test_bad_html(source: str, reason: str):
    with pytest.raises(Refusal) as refusal:
        parse_html(source)
    assert refusal.value.description.startswith("Bad Request: can't parse entities: ")
    assert reason in refusal.value.description
    assert refusal.value.breaks_spec


@given(st.text())
def test_escaped_text_always_comes_back_as_it_was(text: str):
    text = text.replace("\ud800", "")
    assert parse_html(html.escape(text, quote=False)).text == text


NODES = st.recursive(
    st.text(alphabet=st.characters(exclude_categories=("Cs",)), max_size=6).map(lambda t: html.escape(t, quote=False)),
    lambda inner: st.tuples(
        st.sampled_from(["b", "i", "u", "s", "tg-spoiler", "blockquote"]), st.lists(inner, max_size=3)
    ).map(lambda node: f"<{node[0]}>{''.join(node[1])}</{node[0]}>"),
    max_leaves=12,
)


@given(NODES)
@example("<b>🙂<i>x</i></b>")
def test_entities_cover_the_text_and_html_can_be_written_back(source: str):
    formatted = parse_html(source)
    size = utf16_length(formatted.text)
    assert all(e["offset"] >= 0 and e["offset"] + e["length"] <= size and e["length"] > 0 for e in formatted.entities)
    again = parse_html(to_html(formatted))
    assert again.text == formatted.text
    assert sorted(map(str, again.entities)) == sorted(map(str, formatted.entities))


@given(st.text(alphabet="<>/&;abi \"'=#x🙂", max_size=40))
def test_any_html_is_read_or_refused(source: str):
    try:
        formatted = parse_html(source)
    except Refusal:
        return
    assert utf16_length(formatted.text) <= utf16_length(source)


@pytest.mark.parametrize(
    ("source", "text", "entities"),
    [
        ("*a* _b_ __c__ ~d~ ||e||", "a b c d e",
         [("bold", 0, 1), ("italic", 2, 1), ("underline", 4, 1), ("strikethrough", 6, 1), ("spoiler", 8, 1)]),
        ("*a _b_*", "a b", [("bold", 0, 3), ("italic", 2, 1)]),
        (r"1\. 2\!", "1. 2!", []),
        ("`a.b`", "a.b", [("code", 0, 3)]),
        ("```python\nx = 1\n```", "x = 1\n", [("pre", 0, 6)]),
        (">a\n>b\nc", "a\nb\nc", [("blockquote", 0, 3)]),
        (">a||", "a", [("expandable_blockquote", 0, 1)]),
        ("[a](https://a.org)", "a", [("text_link", 0, 1)]),
    ],
)  # fmt: skip
def test_markdown(source: str, text: str, entities: list[tuple[Any, ...]]):
    assert shape(parse_markdown(source)) == (text, entities)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("a.b", "Character '.' is reserved and must be escaped with the preceding '\\'"),
        ("5 - 3", "Character '-' is reserved"),
        ("*a", "Can't find end of Bold entity at byte offset 0"),
        ("_a", "Can't find end of Italic entity"),
        ("`a", "Can't find end of Code entity"),
        ("[a](b", "Can't find end of a URL"),
        ("a)", "Character ')' is reserved"),
    ],
)
def test_bad_markdown(source: str, reason: str):
    with pytest.raises(Refusal) as refusal:
        parse_markdown(source)
    assert reason in refusal.value.description


@given(st.text(alphabet="_*[]()~`>#+-=|{}.!\\ab \n🙂", max_size=30))
def test_any_markdown_is_read_or_refused(source: str):
    try:
        formatted = parse_markdown(source)
    except Refusal:
        return
    size = utf16_length(formatted.text)
    assert all(e["offset"] + e["length"] <= size for e in formatted.entities)


def test_what_telegram_finds_by_itself():
    text = "🙂 /help or see https://a.org/x, ask @friend_1 #calm a@b.org +15550100 word/help 1/2"
    found = with_found(Formatted(text)).entities
    units = text.encode("utf-16-le")
    parts = [(e["type"], units[e["offset"] * 2 : (e["offset"] + e["length"]) * 2].decode("utf-16-le")) for e in found]
    assert parts == [
        ("bot_command", "/help"),
        ("url", "https://a.org/x"),
        ("mention", "@friend_1"),
        ("hashtag", "#calm"),
        ("email", "a@b.org"),
        ("phone_number", "+15550100"),
    ]
    assert with_found(parse_html("<code>/help</code>")).entities == [{"type": "code", "offset": 0, "length": 5}]
