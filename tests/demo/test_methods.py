"""The main calls of a course bot, made by python-telegram-bot."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaPhoto,
    MenuButtonCommands,
    ReplyKeyboardMarkup,
    ReplyParameters,
)
from telegram.constants import ChatAction, ParseMode
from telegram.error import BadRequest

from bot.demo import BotApiServer, Person
from bot.demo.attachments import sample_picture

YES_NO = InlineKeyboardMarkup(
    [[InlineKeyboardButton("Yes", callback_data="yes"), InlineKeyboardButton("No", callback_data="no")]]
)


@pytest.fixture(autouse=True)
def all_in_spec(server: BotApiServer):
    yield
    assert server.violations == []


async def test_get_me(server: BotApiServer, bot: Bot):
    me = await bot.get_me()
    assert (me.id, me.is_bot, me.username) == (1000, True, "demo_bot")


async def test_a_message_arrives_with_formatting_and_buttons(bot: Bot, ana: Person):
    text = "<b>Breathe</b> 🙂 <tg-spoiler>slowly</tg-spoiler> &amp; <a href='https://example.org'>why</a>"
    sent = await bot.send_message(ana.id, text, ParseMode.HTML, reply_markup=YES_NO, protect_content=True)
    assert sent.text == "Breathe 🙂 slowly & why"
    assert sent.parse_entity(sent.entities[1]) == "slowly"
    assert sent.date == datetime(2031, 3, 4, 9, 0, tzinfo=UTC)
    assert sent.has_protected_content
    seen = ana.last
    assert seen
    assert seen.html == (
        '<b>Breathe</b> 🙂 <tg-spoiler>slowly</tg-spoiler> &amp; <a href="https://example.org/">why</a>'
    )
    assert (seen.labels, seen.spoilers, seen.protected, seen.silent) == (["Yes", "No"], ["slowly"], True, False)


async def test_a_silent_reply_with_a_quote(bot: Bot, ana: Person):
    question = ana.says("what is a track?").message_id
    sent = await bot.send_message(
        ana.id,
        "Seven lessons.",
        disable_notification=True,
        reply_parameters=ReplyParameters(question, quote="track"),
    )
    assert sent.reply_to_message
    assert sent.reply_to_message.text == "what is a track?"
    assert sent.quote
    assert sent.quote.text == "track"
    assert ana.last
    assert (ana.last.reply_to, ana.last.silent) == (question, True)


async def test_replying_to_a_message_that_is_gone(bot: Bot, ana: Person):
    with pytest.raises(BadRequest, match="Message to be replied not found"):
        await bot.send_message(ana.id, "x", reply_parameters=ReplyParameters(999))
    sent = await bot.send_message(ana.id, "x", reply_parameters=ReplyParameters(999, allow_sending_without_reply=True))
    assert sent.reply_to_message is None


async def test_editing_text_and_keyboard(bot: Bot, ana: Person, clock):
    sent = await bot.send_message(ana.id, "one", reply_markup=YES_NO)
    clock.forward(minutes=1)
    edited = await bot.edit_message_text("two", ana.id, sent.message_id)
    assert edited.edit_date
    assert ana.last
    assert (ana.last.text, ana.last.edited, ana.last.buttons) == ("two", True, [])
    with pytest.raises(BadRequest, match="Message is not modified"):
        await bot.edit_message_text("two", ana.id, sent.message_id)
    await bot.edit_message_reply_markup(ana.id, sent.message_id, reply_markup=YES_NO)
    assert ana.last.labels == ["Yes", "No"]
    with pytest.raises(BadRequest, match="Message is not modified"):
        await bot.edit_message_reply_markup(ana.id, sent.message_id, reply_markup=YES_NO)


async def test_changing_only_the_keyboard_does_not_mark_a_message_as_edited(bot: Bot, ana: Person):
    sent = await bot.send_message(ana.id, "one", reply_markup=YES_NO)
    await bot.edit_message_reply_markup(ana.id, sent.message_id)
    assert ana.last
    assert (ana.last.buttons, ana.last.edited) == ([], False)


async def test_editing_what_cannot_be_edited(bot: Bot, ana: Person):
    with pytest.raises(BadRequest, match="Message to edit not found"):
        await bot.edit_message_text("x", ana.id, 999)
    with pytest.raises(BadRequest, match="Message can't be edited"):
        await bot.edit_message_text("x", ana.id, ana.says("mine").message_id)
    photo = await bot.send_photo(ana.id, sample_picture())
    with pytest.raises(BadRequest, match="There is no text in the message to edit"):
        await bot.edit_message_text("x", ana.id, photo.message_id)
    with pytest.raises(BadRequest, match="There is no caption"):
        await bot.edit_message_caption(ana.id, (await bot.send_message(ana.id, "t")).message_id, caption="x")


async def test_deleting(bot: Bot, ana: Person, clock):
    sent = await bot.send_message(ana.id, "one")
    theirs = ana.says("hello").message_id
    assert await bot.delete_message(ana.id, sent.message_id)
    assert await bot.delete_messages(ana.id, [sent.message_id, theirs])
    assert ana.messages == []
    assert [m.deleted for m in ana.chat.history] == [True, True]
    with pytest.raises(BadRequest, match="Message to delete not found"):
        await bot.delete_message(ana.id, sent.message_id)


async def test_messages_older_than_48_hours_stay(bot: Bot, ana: Person, clock):
    old = await bot.send_message(ana.id, "old")
    clock.forward(hours=1)
    young = await bot.send_message(ana.id, "young")
    clock.forward(hours=47)
    with pytest.raises(BadRequest, match="can't be deleted for everyone"):
        await bot.delete_message(ana.id, old.message_id)
    with pytest.raises(BadRequest, match="can't be deleted for everyone"):
        await bot.delete_messages(ana.id, [young.message_id, old.message_id])
    assert await bot.delete_message(ana.id, young.message_id)
    assert [m.text for m in ana.messages] == ["old"]


async def test_a_picture_is_uploaded_resent_and_downloaded(bot: Bot, ana: Person, server: BotApiServer):
    picture = sample_picture(200, 100)
    first = await bot.send_photo(ana.id, picture, caption="<i>You</i>", parse_mode="HTML", has_spoiler=True)
    assert [(size.width, size.height) for size in first.photo] == [(90, 45), (200, 100)]
    again = await bot.send_photo(ana.id, first.photo[-1].file_id)
    assert again.photo[-1].file_unique_id == first.photo[-1].file_unique_id
    file = await bot.get_file(first.photo[-1].file_id)
    assert bytes(await file.download_as_bytearray()) == picture
    assert ana.chat.from_bot[0].html == "<i>You</i>"
    await bot.edit_message_media(InputMediaPhoto(sample_picture(10, 10), caption="new"), ana.id, first.message_id)
    assert ana.chat.from_bot[0].text == "new"
    with pytest.raises(BadRequest, match="Wrong file identifier"):
        await bot.send_photo(ana.id, "no-such-file")


async def test_documents_albums_and_other_kinds(bot: Bot, ana: Person):
    document = await bot.send_document(ana.id, b"<html></html>", filename="export.html", caption="All yours")
    assert document.document
    assert document.document.file_name == "export.html"
    album = await bot.send_media_group(ana.id, [InputMediaPhoto(sample_picture()), InputMediaPhoto(sample_picture())])
    assert len({message.media_group_id for message in album}) == 1
    await bot.send_voice(ana.id, b"voice")
    await bot.send_location(ana.id, 52.5, 13.4)
    await bot.send_venue(ana.id, 52.5, 13.4, "Park", "Lane 1")
    await bot.send_contact(ana.id, "+15550100", "Helpline")
    await bot.send_dice(ana.id)
    poll = await bot.send_poll(ana.id, "How was it?", ["good", "so-so"], is_anonymous=False)
    ana.votes(poll.message_id, 1)
    stopped = await bot.stop_poll(ana.id, poll.message_id)
    assert stopped.is_closed
    assert [m.kind for m in ana.chat.from_bot] == [
        "document", "photo", "photo", "voice", "location", "venue", "contact", "dice", "poll",
    ]  # fmt: skip


async def test_copy_and_forward(bot: Bot, ana: Person, server: BotApiServer):
    ben = server.person("Ben", started=True)
    original = await bot.send_message(ana.id, "note")
    secret = await bot.send_message(ana.id, "secret", protect_content=True)
    await bot.copy_message(ben.id, ana.id, original.message_id)
    forwarded = await bot.forward_message(ben.id, ana.id, original.message_id)
    assert forwarded.forward_origin
    assert [m.text for m in ben.messages] == ["note", "note"]
    with pytest.raises(BadRequest, match="can't be forwarded"):
        await bot.forward_message(ben.id, ana.id, secret.message_id)


async def test_pins(bot: Bot, ana: Person):
    first = await bot.send_message(ana.id, "one")
    second = await bot.send_message(ana.id, "two")
    await bot.pin_chat_message(ana.id, first.message_id)
    await bot.pin_chat_message(ana.id, second.message_id, disable_notification=True)
    assert ana.chat.pinned == [first.message_id, second.message_id]
    assert [m.kind for m in ana.messages] == ["text", "text", "pinned_message", "pinned_message"]
    assert [m.text for m in ana.chat.from_bot] == ["one", "two"]
    chat = await bot.get_chat(ana.id)
    assert chat.pinned_message
    assert chat.pinned_message.text == "two"
    await bot.unpin_chat_message(ana.id)
    assert ana.chat.pinned == [first.message_id]
    await bot.unpin_all_chat_messages(ana.id)
    assert ana.chat.pinned == []


async def test_typing_lasts_until_the_next_message(bot: Bot, ana: Person):
    await bot.send_chat_action(ana.id, ChatAction.TYPING)
    assert ana.chat.action == "typing"
    await bot.send_message(ana.id, "here")
    assert ana.chat.action == ""


async def test_reply_keyboards_appear_and_are_tapped(bot: Bot, ana: Person):
    await bot.send_message(ana.id, "When?", reply_markup=ReplyKeyboardMarkup([["8:00", "20:00"]]))
    done = ana.taps("20:00")
    assert ana.chat.find(done.message_id)
    assert ana.messages[-1].text == "20:00"


async def test_commands_by_scope_and_language(bot: Bot, server: BotApiServer):
    eva = server.person("Eva", "de-AT", started=True)
    ana = server.person("Ana", "en", started=True)
    await bot.set_my_commands([BotCommand("start", "Begin")])
    assert ana.commands == ["start"]
    await bot.set_my_commands([BotCommand("help", "Hilfe")], scope=BotCommandScopeAllPrivateChats(), language_code="de")
    await bot.set_my_commands([BotCommand("tips", "Tips")], scope=BotCommandScopeChat(ana.id))
    assert (ana.commands, eva.commands) == (["tips"], ["help"])
    assert await bot.get_my_commands() == (BotCommand("start", "Begin"),)
    assert await bot.get_my_commands(language_code="de") == ()
    await bot.delete_my_commands(scope=BotCommandScopeChat(ana.id))
    assert ana.commands == ["start"]


async def test_profile_texts_by_language(bot: Bot):
    await bot.set_my_description("What it is")
    await bot.set_my_description("Was es ist", language_code="de")
    await bot.set_my_short_description("Short")
    await bot.set_my_name("Kind")
    assert (await bot.get_my_description("de")).description == "Was es ist"
    assert (await bot.get_my_description("fr")).description == "What it is"
    assert (await bot.get_my_short_description()).short_description == "Short"
    assert (await bot.get_my_name()).name == "Kind"
    await bot.set_my_description("", language_code="de")
    assert (await bot.get_my_description("de")).description == "What it is"


async def test_menu_button(bot: Bot, ana: Person):
    await bot.set_chat_menu_button(ana.id, MenuButtonCommands())
    assert (await bot.get_chat_menu_button(ana.id)).type == "commands"
    assert (await bot.get_chat_menu_button()).type == "default"


async def test_asking_about_chats(bot: Bot, ana: Person, server: BotApiServer):
    group = server.group("Friends", [ana, server.person("Ben")])
    assert (await bot.get_chat(ana.id)).first_name == "Ana"
    assert (await bot.get_chat_member(ana.id, ana.id)).user.first_name == "Ana"
    assert await bot.get_chat_member_count(group.id) == 3
    assert (await bot.get_chat_administrators(group.id))[0].user.id == ana.id
    await bot.leave_chat(group.id)


async def test_reactions_both_ways(bot: Bot, ana: Person):
    await bot.get_updates(timeout=0, allowed_updates=["message", "message_reaction"])
    theirs = ana.says("I tried it").message_id
    await bot.set_message_reaction(ana.id, theirs, "👍")
    sent = await bot.send_message(ana.id, "well done")
    ana.reacts(sent.message_id, "❤")
    updates = await bot.get_updates(timeout=0)
    assert updates[-1].message_reaction
    assert updates[-1].message_reaction.new_reaction[0].emoji == "❤"


async def test_log_out_ends_it(bot: Bot):
    assert await bot.close()
    assert await bot.log_out()
    with pytest.raises(BadRequest, match="Logged out"):
        await bot.get_me()
    bot._initialized = False  # its shutdown has nothing left to say goodbye to
