"""What people do, as the bot is told of it; and what they see."""

from __future__ import annotations

from typing import Any

import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.error import BadRequest, Forbidden
from telegram.ext import Application, CallbackQueryHandler, MessageHandler, filters

from bot.demo import BotApiServer, Person
from bot.demo.attachments import KINDS


async def newest(bot: Bot) -> Update:
    updates = await bot.get_updates(offset=-1, timeout=0)
    assert updates
    return updates[0]


def keyboard(*labels: str) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton(label, callback_data=label.lower())] for label in labels])


async def test_a_command_is_marked_as_one(bot: Bot, ana: Person, clock):
    done = ana.says("/start stress")
    message = (await newest(bot)).message
    assert message
    assert message.message_id == done.message_id
    assert message.from_user
    assert (message.from_user.first_name, message.from_user.language_code) == ("Ana", "en")
    assert [(e.type, e.offset, e.length) for e in message.entities] == [("bot_command", 0, 6)]
    assert message.date == clock()


async def test_replies_and_edits(bot: Bot, ana: Person, clock):
    question = await bot.send_message(ana.id, "How was it?")
    done = ana.says("fine", reply_to=question.message_id)
    message = (await newest(bot)).message
    assert message
    assert message.reply_to_message
    assert message.reply_to_message.message_id == question.message_id
    clock.forward(minutes=2)
    ana.edits(done.message_id, "better than fine")
    edited = (await newest(bot)).edited_message
    assert edited
    assert (edited.text, edited.edit_date) == ("better than fine", clock())
    with pytest.raises(AssertionError, match="not Ana's own"):
        ana.edits(question.message_id, "mine now")


@pytest.mark.parametrize("kind", KINDS)
async def test_every_kind_is_understood_by_the_library(bot: Bot, ana: Person, kind: str):
    ana.sends(kind)
    message = (await newest(bot)).message
    assert message
    assert message.effective_attachment or kind not in ("sticker", "voice", "photo", "video", "audio", "document")


async def test_kinds_take_details(bot: Bot, ana: Person):
    ana.sends("photo", caption="our garden /help")
    message = (await newest(bot)).message
    assert message
    assert message.caption == "our garden /help"
    assert message.caption_entities[0].type == "bot_command"
    with pytest.raises(ValueError, match="kind is one of"):
        ana.sends("smell")


async def test_tapping_a_button_and_hearing_back(bot: Bot, ana: Person, server: BotApiServer):
    await bot.send_message(ana.id, "old", reply_markup=keyboard("Yes"))
    new = await bot.send_message(ana.id, "new", reply_markup=keyboard("Yes", "No"))
    done = ana.taps("Yes")
    assert done.message_id == new.message_id
    query = (await newest(bot)).callback_query
    assert query
    assert (query.data, query.id) == ("yes", done.query_id)
    assert server.unanswered == [query.id]
    await query.answer("Saved", show_alert=True)
    assert server.unanswered == []
    assert (ana.toasts[0].text, ana.toasts[0].alert) == ("Saved", True)
    with pytest.raises(BadRequest, match="Query is too old"):
        await query.answer("twice")
    assert ana.taps("no").message_id == new.message_id
    assert ana.taps(lambda b: b.label == "No").message_id == new.message_id


async def test_a_button_that_is_not_there_names_those_that_are(bot: Bot, ana: Person):
    await bot.send_message(ana.id, "new", reply_markup=keyboard("Yes", "No"))
    with pytest.raises(AssertionError, match=r"sees no button 'Maybe'; visible: 1: \['Yes', 'No'\]"):
        ana.taps("Maybe")


async def test_an_answer_that_comes_too_late(bot: Bot, ana: Person, clock):
    await bot.send_message(ana.id, "new", reply_markup=keyboard("Yes"))
    done = ana.taps("Yes")
    clock.forward(minutes=2)
    with pytest.raises(BadRequest, match="Query is too old"):
        await bot.answer_callback_query(done.query_id)


async def test_tapping_what_is_no_longer_there(bot: Bot, ana: Person):
    sent = await bot.send_message(ana.id, "new", reply_markup=keyboard("Yes"))
    await bot.edit_message_reply_markup(ana.id, sent.message_id)
    ana.taps_old(sent.message_id, "yes")
    query = (await newest(bot)).callback_query
    assert query
    assert query.message
    assert query.message.is_accessible
    await bot.delete_message(ana.id, sent.message_id)
    ana.taps_old(sent.message_id, "yes")
    query = (await newest(bot)).callback_query
    assert query
    assert query.message
    assert not query.message.is_accessible


async def test_blocking_and_coming_back(bot: Bot, ana: Person):
    ana.blocks()
    change = (await newest(bot)).my_chat_member
    assert change
    assert (change.old_chat_member.status, change.new_chat_member.status) == ("member", "kicked")
    for call in (bot.send_message(ana.id, "x"), bot.send_chat_action(ana.id, "typing")):
        with pytest.raises(Forbidden, match="bot was blocked by the user"):
            await call
    with pytest.raises(AssertionError, match="has blocked the bot"):
        ana.says("x")
    ana.unblocks()
    assert await bot.send_message(ana.id, "x")


async def test_an_account_that_is_gone(bot: Bot, ana: Person):
    ana.deactivate()
    with pytest.raises(Forbidden, match="user is deactivated"):
        await bot.send_message(ana.id, "x")


async def test_someone_who_never_wrote(bot: Bot, server: BotApiServer):
    ben = server.person("Ben")
    with pytest.raises(Forbidden, match="can't initiate conversation"):
        await bot.send_message(ben.id, "x")
    ben.starts("stress")
    assert await bot.send_message(ben.id, "x")
    assert (await newest(bot)).message.text == "/start stress"  # type: ignore[union-attr]


async def test_groups(bot: Bot, ana: Person, server: BotApiServer):
    ben = server.person("Ben")
    group = server.group("Friends", [ana, ben])
    assert (await newest(bot)).my_chat_member.new_chat_member.status == "member"  # type: ignore[union-attr]
    group.says(ben, "/help@demo_bot")
    message = (await newest(bot)).message
    assert message
    assert message.chat.type == "group"
    assert message.entities[0].length == 14
    await bot.send_message(group.id, "here", reply_markup=keyboard("Yes"))
    group.taps(ben, "Yes")
    assert (await newest(bot)).callback_query.from_user.first_name == "Ben"  # type: ignore[union-attr]
    with pytest.raises(BadRequest, match="can't be deleted"):
        await bot.delete_message(group.id, message.message_id)
    group.removes_bot()
    with pytest.raises(Forbidden, match="not a member"):
        await bot.send_message(group.id, "x")


async def test_a_conversation_with_a_polling_application(server: BotApiServer):
    """The whole way round: settled() and receives() need no sleeps."""

    async def echo(update: Update, context: Any) -> None:
        await update.message.reply_text(f"You said {update.message.text}", reply_markup=keyboard("Again"))  # type: ignore[union-attr]

    async def again(update: Update, context: Any) -> None:
        await update.callback_query.answer("ok")  # type: ignore[union-attr]
        await update.callback_query.edit_message_text("Said again")  # type: ignore[union-attr]

    app = Application.builder().token(server.token).base_url(f"{server.root}/bot").build()
    app.add_handler(MessageHandler(filters.TEXT, echo))
    app.add_handler(CallbackQueryHandler(again))
    ana = server.person("Ana")
    async with app:
        assert app.updater
        await app.updater.start_polling()
        await app.start()
        ana.says("hello")
        assert (await ana.receives()).text == "You said hello"
        ana.taps("Again")
        assert (await ana.receives("again")).edited
        await server.settled()
        assert (server.pending, server.unanswered, server.violations) == (0, [], [])
        with pytest.raises(AssertionError, match="Ana received nothing with 'more'; the chat shows"):
            await ana.receives("more", within=0.05)
        assert ana.sees("again")
        assert [call.method for call in server.calls_of("sendMessage")] == ["sendMessage"]
        await app.updater.stop()
        await app.stop()


async def test_settled_says_what_is_open(server: BotApiServer, ana: Person):
    ana.says("nobody polls")
    with pytest.raises(TimeoutError, match="1 updates unconfirmed"):
        await server.settled(within=0.05)


async def test_calls_are_recorded_and_told(server: BotApiServer, bot: Bot, ana: Person, clock):
    heard = []
    stop = server.on_call(heard.append)
    await bot.send_message(ana.id, "x")
    stop()
    with pytest.raises(BadRequest):
        await bot.send_message(42, "y")
    first, second = server.calls
    assert heard == [first]
    assert (first.method, first.chat_id, first.status, first.text, first.at) == (
        "sendMessage",
        ana.id,
        200,
        "x",
        clock(),
    )
    assert first.ended
    assert first.ended >= first.started
    assert (second.ok, second.description) == (False, "Bad Request: chat not found")


async def test_memory_can_be_capped(bot: Bot):
    async with BotApiServer(keep_calls=0, keep_messages=2) as small:
        ana = small.person("Ana", started=True)
        other = Bot(small.token, base_url=f"{small.root}/bot")
        async with other:
            for text in "abc":
                await other.send_message(ana.id, text)
        assert [m.text for m in ana.messages] == ["b", "c"]
        assert small.calls == []
