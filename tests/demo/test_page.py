"""The chat page, driven in Chromium by keyboard alone, with a small bot behind it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import aiohttp
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect
from telegram import BotCommand, InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import Application, CallbackQueryHandler, CommandHandler, MessageHandler, filters

from bot.demo import BotApiServer, Database, Jump, Panel, Person
from bot.demo.attachments import sample_picture
from tests.chromium import in_chromium

pytestmark = in_chromium


@dataclass
class Backstage:
    """A clock and a plug as the panel wants them."""

    now: datetime = datetime(2031, 3, 4, 9, 0, tzinfo=ZoneInfo("UTC"))
    database: Database = "fine"
    jumps: list[Jump] = field(default_factory=list)

    def __call__(self) -> datetime:
        return self.now

    async def jump(self, kind: Jump) -> str:
        self.jumps.append(kind)
        self.now += timedelta(hours=1)
        return "It is an hour later."

    async def local_time(self, person_id: int) -> datetime | None:
        return self.now.astimezone(ZoneInfo("Asia/Kolkata"))

    async def set_plug(self, state: Database) -> str:
        self.database = state
        return f"The database is {state}."

    async def state(self) -> Database:
        return self.database


@pytest.fixture
def backstage() -> Backstage:
    return Backstage()


@pytest_asyncio.fixture(loop_scope="session")
async def server(backstage: Backstage) -> AsyncIterator[BotApiServer]:
    panel = Panel(clock=backstage, plug=backstage, notes=["All on this machine."])
    async with BotApiServer(now=backstage, panel=panel) as server:
        yield server


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser: Browser, server: BotApiServer, echo: Application) -> AsyncIterator[Page]:
    context = await browser.new_context(viewport={"width": 1300, "height": 800}, color_scheme="light")
    page = await context.new_page()
    troubles: list[str] = []
    outside: list[str] = []
    page.on("console", lambda message: troubles.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("request", lambda r: outside.append(r.url) if not r.url.startswith((server.root, "data:")) else None)
    await page.goto(server.root)
    yield page
    await context.close()
    assert (troubles, outside) == ([], [])


@pytest_asyncio.fixture(loop_scope="session")
async def echo(server: BotApiServer) -> AsyncIterator[Application]:
    """A bot with a welcome, an echo, and a button of each kind of answer."""
    app = Application.builder().token(server.token).base_url(f"{server.root}/bot").build()

    def keys(*labels: str) -> InlineKeyboardMarkup:
        return InlineKeyboardMarkup([[InlineKeyboardButton(label, callback_data=label) for label in labels]])

    async def welcome(update: Update, context: object) -> None:
        assert update.message
        sent = await update.message.reply_html(
            "<b>Welcome</b> <tg-spoiler>a secret</tg-spoiler>\n<blockquote expandable>one\ntwo\nthree\nfour</blockquote>",
            reply_markup=keys("Note", "Alert", "Edit", "Vanish"),
        )
        await sent.pin()

    async def repeat(update: Update, context: object) -> None:
        if update.message:
            await update.message.reply_text(f"You said: {update.message.text or 'something else'}", do_quote=True)
        elif update.edited_message:
            await update.effective_chat.send_message(f"Now: {update.edited_message.text}")  # type: ignore[union-attr]

    async def tapped(update: Update, context: object) -> None:
        query = update.callback_query
        assert query
        await query.answer(f"{query.data}!", show_alert=query.data == "Alert")
        if query.data == "Edit":
            await query.edit_message_text("Edited now", reply_markup=keys("Vanish"))
        elif query.data == "Vanish":
            await query.delete_message()

    app.add_handler(CommandHandler("start", welcome))
    app.add_handler(CallbackQueryHandler(tapped))
    app.add_handler(MessageHandler(filters.ALL, repeat))
    async with app:
        await app.bot.set_my_name("Echo")
        await app.bot.set_my_description("It says what you say.")
        await app.bot.set_my_commands([BotCommand("start", "Begin"), BotCommand("shout", "Say it louder")])
        await app.bot.set_my_commands([BotCommand("start", "Los geht es")], language_code="de")
        assert app.updater
        await app.updater.start_polling()
        await app.start()
        yield app
        await app.updater.stop()
        await app.stop()


@pytest.fixture
def ana(server: BotApiServer) -> Person:
    return server.person("Ana", "en")


@pytest.fixture
def jonas(server: BotApiServer) -> Person:
    return server.person("Jonas", "de")


async def test_a_chat_by_keyboard_alone(ana: Person, page: Page, server: BotApiServer):
    chat = page.get_by_role("region", name="Ana’s chat with Echo")
    await expect(chat.get_by_text("It says what you say.")).to_be_visible()
    start = chat.get_by_role("button", name="Start", exact=True)
    for _ in range(20):
        if await start.evaluate("node => node === document.activeElement"):
            break
        await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")

    log = chat.get_by_role("log", name="Messages between Ana and Echo")
    await expect(log).to_have_attribute("aria-live", "polite")
    await expect(log.get_by_role("article").filter(has_text="Echo: Welcome")).to_be_visible()
    await expect(chat.get_by_role("button", name="Pinned message")).to_be_visible()

    box = chat.get_by_role("combobox", name="Message from Ana")
    await expect(box).to_be_focused()
    await page.keyboard.type("/sh")
    option = chat.get_by_role("option", name="/shout Say it louder")
    await expect(option).to_have_attribute("aria-selected", "true")
    await page.keyboard.press("Enter")
    await expect(log.get_by_text("You said: /shout")).to_be_visible()

    await page.keyboard.type("hello <b>there</b>")
    await page.keyboard.press("Enter")
    await expect(log.get_by_text("You said: hello <b>there</b>")).to_be_visible()
    await page.keyboard.press("ArrowUp")
    await expect(box).to_have_value("hello <b>there</b>")
    await page.keyboard.press("ControlOrMeta+A")
    await page.keyboard.type("hello again")
    await page.keyboard.press("Enter")
    await expect(log.get_by_text("Now: hello again")).to_be_visible()
    await expect(log.get_by_role("article").filter(has_text="edited")).to_have_count(1)
    assert [m.text for m in ana.messages if m.sender is ana.user] == ["/start", "/shout", "hello again"]
    assert server.violations == []


async def test_buttons_spoilers_and_answers_by_keyboard(ana: Person, page: Page):
    ana.says("/start")
    log = page.get_by_role("log")
    message = log.get_by_role("article").filter(has_text="Echo: Welcome")
    spoiler = message.get_by_role("button", name="Hidden text. Press to show.")
    await spoiler.focus()
    await page.keyboard.press("Enter")
    await expect(message.locator(".spoiler.shown")).to_have_text("a secret")
    quote = message.get_by_role("button", name="Show the whole quote")
    await quote.focus()
    await page.keyboard.press("Enter")
    await expect(message.get_by_role("button", name="Show less of the quote")).to_have_attribute(
        "aria-expanded", "true"
    )

    await message.get_by_role("button", name="Note").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status").filter(has_text="Note!")).to_be_visible()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog", name="Echo")).to_contain_text("Alert!")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await message.get_by_role("button", name="Edit").focus()
    await page.keyboard.press("Enter")
    edited = log.get_by_role("article").filter(has_text="Edited now")
    await expect(edited).to_contain_text("edited")
    await edited.get_by_role("button", name="Vanish").focus()
    await page.keyboard.press("Enter")
    await expect(edited).to_have_count(0)
    await expect(log.locator(".waiting")).to_have_count(0)


async def test_messages_are_walked_with_arrow_keys_and_replied_to(ana: Person, page: Page):
    ana.says("one")
    await ana.receives("one")
    ana.says("two")
    await ana.receives("two")
    log = page.get_by_role("log")
    await expect(log.get_by_role("article")).to_have_count(4)
    await log.focus()
    for _ in range(3):
        await page.keyboard.press("ArrowUp")
    await expect(log.get_by_role("article").nth(1)).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("menuitem", name="Reply")).to_be_focused()
    await page.keyboard.press("Enter")
    await page.keyboard.type("to the first")
    await page.keyboard.press("Enter")
    await ana.receives("to the first")
    reply = next(m for m in ana.messages if m.text == "to the first")
    assert reply.reply_to == ana.chat.from_bot[0].id


async def test_the_attachment_menu_sends_what_it_says(ana: Person, page: Page):
    ana.says("hi")
    await ana.receives("hi")
    await page.get_by_role("button", name="Send something else").focus()
    for name, kind in (
        ("Sticker", "sticker"),
        ("Voice message", "voice"),
        ("Sample picture", "photo"),
        ("Poll", "poll"),
    ):
        await page.keyboard.press("Enter")
        item = page.get_by_role("menuitem", name=name, exact=True)
        await item.focus()
        await page.keyboard.press("Enter")
        await ana.receives("something else")
        assert next(ana.chat.newest_first()).from_bot
        assert kind in [m.kind for m in ana.messages]
        await expect(page.get_by_role("button", name="Send something else")).to_be_focused()


async def test_two_people_side_by_side_and_a_third_by_hand(
    ana: Person, jonas: Person, page: Page, server: BotApiServer
):
    await expect(page.get_by_role("region")).to_have_count(2)
    jonas.says("/start")
    await jonas.receives()
    german = page.get_by_role("region", name="Jonas’s chat with Echo")
    await expect(german.get_by_text("Deutsch · Tue 14:30 · Asia/Kolkata")).to_be_visible()
    await german.get_by_role("button", name="Echo’s commands for Jonas").click()
    await expect(page.get_by_role("menuitem", name="Los geht es")).to_be_visible()
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Add person").click()
    dialog = page.get_by_role("dialog", name="Add a person")
    await dialog.get_by_label("Name").fill("Mei")
    await dialog.get_by_label("Language").select_option("zh")
    await dialog.get_by_role("button", name="Add", exact=True).click()
    await expect(page.get_by_role("region", name="Mei’s chat with Echo")).to_be_visible()
    assert (server.people[-1].name, server.people[-1].user.language_code) == ("Mei", "zh")


async def test_blocking_and_coming_back(ana: Person, page: Page):
    ana.says("/start")
    await ana.receives()
    await page.get_by_role("button", name="More about Ana").click()
    await page.get_by_role("menuitem", name="Block the bot").click()
    await page.get_by_role("button", name="Unblock and restart").click()
    await expect(page.get_by_role("combobox")).to_be_visible()
    await ana.receives("Welcome")
    assert not ana.blocked


async def test_the_backstage_turns_the_clock_pulls_the_plug_and_lists_calls(
    ana: Person, page: Page, server: BotApiServer, backstage: Backstage
):
    panel = page.get_by_role("complementary", name="Backstage")
    await expect(panel.get_by_text("All on this machine.")).to_be_visible()
    await expect(panel.get_by_text("09:00", exact=True)).to_be_visible()
    await panel.get_by_role("button", name="Next lesson").click()
    await expect(panel.get_by_role("status")).to_have_text("It is an hour later.")
    await expect(panel.get_by_text("10:00", exact=True)).to_be_visible()
    await panel.get_by_role("radio", name="Hung").check(force=True)
    await expect(panel.get_by_role("status")).to_have_text("The database is hung.")
    assert (backstage.jumps, backstage.database) == (["next_lesson"], "hung")
    await panel.get_by_role("radio", name="Broken").check(force=True)
    await expect(panel.get_by_role("status")).to_contain_text("meets trouble")
    ana.says("hello?")
    await expect(panel.get_by_role("listitem").filter(has_text="sendMessage").filter(has_text="500")).to_have_count(1)
    await panel.get_by_role("radio", name="Fine").last.check(force=True)
    ana.says("better now")
    await ana.receives("better now")
    call = panel.get_by_role("listitem").filter(has_text="You said: better now")
    await expect(call).to_contain_text("200")
    await call.locator("summary").click()
    await expect(call).to_contain_text("chat_id")


async def test_a_phone_shows_one_person_at_a_time_in_the_dark(
    browser: Browser, ana: Person, jonas: Person, server: BotApiServer, echo: Application
):
    context = await browser.new_context(viewport={"width": 390, "height": 780}, color_scheme="dark", has_touch=True)
    page = await context.new_page()
    await page.goto(server.root)
    await expect(page.get_by_role("region")).to_have_count(1)
    dark = await page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert dark == "rgb(12, 18, 24)"
    await page.get_by_role("navigation", name="People").get_by_role("button", name="Jonas").tap()
    await expect(page.get_by_role("region", name="Jonas’s chat with Echo")).to_be_visible()
    ana.says("/start")
    await expect(page.locator(".tab.new")).to_have_text(re.compile("Ana"))
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await page.get_by_role("button", name="Colors: auto. Press to change.").tap()
    light = await page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert light == "rgb(223, 231, 238)"
    await context.close()


async def test_pictures_hints_and_typing(ana: Person, page: Page, echo: Application):
    ana.says("hi")
    await ana.receives("hi")
    await echo.bot.send_chat_action(ana.id, "typing")
    await expect(page.get_by_text("typing…")).to_be_visible()
    await echo.bot.send_photo(
        ana.id, sample_picture(), caption="Your week", has_spoiler=True, disable_notification=True, protect_content=True
    )
    await expect(page.get_by_text("typing…")).to_be_hidden()
    message = page.get_by_role("article").filter(has_text="Your week")
    await expect(message).to_contain_text("Sent without a sound. Cannot be forwarded or saved.")
    await message.get_by_role("button", name="Hidden picture. Press to show.").press("Enter")
    await message.get_by_role("button", name="Open the picture").press("Enter")
    await expect(page.get_by_role("dialog", name="Picture").get_by_role("img", name="Your week")).to_be_visible()
    await page.keyboard.press("Escape")
    await message.get_by_role("button", name="Message actions").press("Enter")
    await expect(page.get_by_role("menuitem", name="Reply")).to_be_visible()
    await expect(page.get_by_role("menuitem", name="Copy text")).to_have_count(0)
    await page.keyboard.press("Escape")


async def test_nothing_anyone_writes_becomes_markup(ana: Person, page: Page):
    ana.says("<img src=x onerror=alert(1)> javascript:alert(1) https://example.org/<b>")
    await ana.receives("You said")
    log = page.get_by_role("log")
    await expect(log.get_by_role("article").filter(has_text="You: <img src=x onerror=alert(1)>")).to_have_count(1)
    assert await log.locator("img, b, a[href^='javascript']").count() == 0


async def test_a_long_chat_is_shown_a_page_at_a_time(ana: Person, page: Page, server: BotApiServer):
    for n in range(300):
        ana.messenger.post(ana.chat, ana.messenger.me, {"text": f"message {n}"})
    log = page.get_by_role("log")
    await expect(log.get_by_text("message 299", exact=True)).to_be_visible()
    await page.reload()
    await expect(log.get_by_text("message 299", exact=True)).to_be_visible()
    assert await log.get_by_role("article").count() == 60
    earlier = page.get_by_role("button", name="Earlier messages")
    await earlier.click()
    await expect(log.get_by_role("article")).to_have_count(120)
    await expect(log.get_by_text("message 180", exact=True)).to_have_count(1)


async def test_the_page_comes_back_by_itself(ana: Person, page: Page, server: BotApiServer):
    await server.page.close()
    await expect(page.get_by_text("Connecting to the demo…")).to_be_hidden()
    ana.says("still there?")
    await expect(page.get_by_role("log").get_by_text("You said: still there?")).to_be_visible()


async def test_other_sites_are_kept_out(server: BotApiServer):
    async with aiohttp.ClientSession() as http:
        async with http.get(server.root) as response:
            assert "default-src 'none'" in response.headers["Content-Security-Policy"]
        for headers in ({"Origin": "https://elsewhere.example"}, {"Host": "rebound.example"}):
            async with http.get(f"{server.root}/live", headers=headers) as response:
                assert response.status == 403
        async with http.get(f"{server.root}/../server.py") as response:
            assert response.status == 404


async def test_nothing_listens_while_no_page_is_open(server: BotApiServer):
    assert server.messenger.listeners == []
    async with aiohttp.ClientSession() as http, http.ws_connect(f"{server.root}/live") as socket:
        assert (await socket.receive_json())["event"] == "hello"
        assert len(server.messenger.listeners) == 1
        await socket.send_json({"do": "fly", "ref": 1})
        assert (await socket.receive_json())["event"] == "refused"
        await socket.send_json({"do": "says", "person": 1, "text": "x", "ref": 2})
        assert (await socket.receive_json())["reason"] == "There is no such person."
    async with asyncio.timeout(30):
        while server.messenger.listeners:
            await asyncio.sleep(0.005)
