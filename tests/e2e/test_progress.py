"""/progress: a picture with words for those who cannot see it, plain words beside it, no streak anywhere."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from PIL import Image

from bot.course.measures import Kind, Rating
from tests.e2e.chat import Chat
from tests.world import World

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture
def there(shared: World) -> World:
    return shared


@pytest.fixture
def ana(there: World) -> Chat:
    return Chat(there, there.person("Ana"))


async def weeks(chat: Chat, *heavy: int) -> None:
    """Weekly check-ins, the last of them today."""
    now = chat.there.clock.now
    async with chat.there.app.store.turn((await chat.learner()).chat, "test:weeks", now) as turn:
        for back, value in enumerate(reversed(heavy)):
            answers = {"heavy": value, "rested": 5, "close": 5}
            at = now - timedelta(weeks=back)
            await turn.shelf.keep_rating(Rating(f"w{back}", Kind.WEEK, at, answers, True), now + timedelta(days=90))


def photo(there: World, chat: Chat) -> Image.Image:
    """The picture among the news."""
    message = next(one for one in chat.news if one.kind == "photo")
    file_id = message.content["photo"][-1]["file_id"]
    return Image.open(io.BytesIO(there.server.messenger.files.find(file_id).data))


async def test_the_picture_comes_with_words_that_say_what_it_shows(there: World, ana: Chat) -> None:
    await ana.is_learning("stress", "sleep")
    await weeks(ana, 8, 8, 8, 3, 3)
    await ana.says("/next")
    await ana.says("/progress")
    assert photo(there, ana).size[0] == 1080
    caption = next(one for one in ana.news if one.kind == "photo").text
    assert "How heavy the week was: 5 check-ins, the latest 3 of 10 on Mar 2." in caption
    assert "Lessons: 1 of 14, in 2 topics." in caption
    ana.hears("One lesson so far.", "Your weeks got a bit lighter lately.")


async def test_nothing_yet_is_a_kind_picture_too(there: World, ana: Chat) -> None:
    await ana.is_learning("stress")
    await ana.says("/progress")
    assert photo(there, ana).size[0] == 1080
    ana.hears("No lesson yet. There is no hurry.")


async def test_the_theme_is_a_tap_and_is_remembered(there: World, ana: Chat) -> None:
    await ana.is_learning("stress")
    await ana.says("/progress")
    assert photo(there, ana).convert("RGB").getpixel((2, 2)) == (255, 255, 255)
    await ana.taps("Dark picture")
    assert photo(there, ana).convert("RGB").getpixel((2, 2)) == (0x17, 0x1D, 0x29)
    assert (await ana.learner()).profile.dark
    assert "Light picture" in ana.last.labels


async def test_topics_about_closeness_are_not_named_in_the_picture(there: World, ana: Chat) -> None:
    await ana.is_learning("intimacy", "stress")
    await ana.says("/progress")
    assert "Easing back" not in next(one for one in ana.news if one.kind == "photo").text
