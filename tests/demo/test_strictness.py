"""Every rule of the Bot API that this server enforces, seen to bite."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest

from bot.demo import BotApiServer, Person
from bot.demo.attachments import sample_picture
from bot.demo.methods import HANDLERS
from bot.demo.spec import METHODS, NOT_OFFERED


def keyboard(*rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {"inline_keyboard": list(rows)}


def button(**fields: Any) -> dict[str, Any]:
    return {"text": "Tap", "callback_data": "x"} | fields


IN_SPEC_TO_THE_LAST = [
    ("sendMessage", {"text": "x" * 4096}),
    ("sendMessage", {"text": "🙂" * 2048}),
    ("sendMessage", {"text": f"<b>{'x' * 4096}</b>", "parse_mode": "HTML"}),
    ("sendMessage", {"text": "x", "reply_markup": keyboard([button(callback_data="é" * 32)])}),
    ("sendMessage", {"text": "x", "reply_markup": keyboard([button()] * 8)}),
    ("sendMessage", {"text": "x", "reply_markup": keyboard(*[[button()] * 4] * 25)}),
    ("setMyCommands", {"commands": [{"command": f"c{n}", "description": "d" * 256} for n in range(100)]}),
    ("setMyDescription", {"description": "d" * 512}),
    ("setMyShortDescription", {"short_description": "d" * 120}),
    ("setMyName", {"name": "n" * 64}),
    ("sendMessage", {"text": "x", "disable_notification": "true"}),
    ("sendMessage", {"text": "x", "reply_markup": {"remove_keyboard": True}}),
    ("sendMessage", {"text": "x", "reply_markup": {"keyboard": [["plain text button"]]}}),
    ("sendMessage", {"text": "bold", "entities": [{"type": "bold", "offset": 0, "length": 4}]}),
]


@pytest.mark.parametrize(("method", "params"), IN_SPEC_TO_THE_LAST)
async def test_what_is_just_allowed(server: BotApiServer, ana: Person, post, method: str, params: dict[str, Any]):
    chat = {"chat_id": ana.id} if "chat_id" in METHODS[method] else {}
    answer = await post(method, **chat, **params)
    assert answer["ok"], answer
    assert server.violations == []


OUT_OF_SPEC = [
    ("sendMessage", {"text": ""}, "message text is empty"),
    ("sendMessage", {}, "message text is empty"),
    ("sendMessage", {"text": " \n "}, "message text is empty"),
    ("sendMessage", {"text": "<b></b>", "parse_mode": "HTML"}, "message text is empty"),
    ("sendMessage", {"text": "x" * 4097}, "message is too long"),
    ("sendMessage", {"text": "🙂" * 2049}, "message is too long"),
    ("sendMessage", {"text": "x" * 40_000}, "text is too long"),
    ("sendMessage", {"text": "x", "parse_mode": "Html5"}, "unsupported parse_mode"),
    ("sendMessage", {"text": "x", "colour": "red"}, 'unknown parameter "colour" in sendMessage'),
    (
        "sendMessage",
        {"text": "x", "disable_notification": "maybe"},
        'parameter "disable_notification" must be a Boolean',
    ),
    ("sendMessage", {"text": ["x"]}, 'parameter "text" must be a String'),
    ("sendMessage", {"text": "x", "message_thread_id": "1.5"}, 'parameter "message_thread_id" must be an Integer'),
    ("sendMessage", {"text": "x", "reply_markup": "{"}, "can't parse reply_markup JSON object"),
    ("sendMessage", {"text": "x", "reply_markup": "[]"}, 'parameter "reply_markup" must be an Object'),
    ("sendMessage", {"text": "x", "reply_markup": {}}, '"reply_markup" is none of'),
    ("sendMessage", {"text": "x", "reply_markup": keyboard([button(colour=1)])}, 'unknown field "colour"'),
    ("sendMessage", {"text": "x", "reply_markup": keyboard([button(callback_data="x" * 65)])}, "BUTTON_DATA_INVALID"),
    ("sendMessage", {"text": "x", "reply_markup": keyboard([button(callback_data="é" * 33)])}, "BUTTON_DATA_INVALID"),
    ("sendMessage", {"text": "x", "reply_markup": keyboard([button(callback_data="")])}, "BUTTON_DATA_INVALID"),
    ("sendMessage", {"text": "x", "reply_markup": keyboard([{"text": "Tap"}])}, "text buttons are unallowed"),
    ("sendMessage", {"text": "x", "reply_markup": keyboard([button(url="https://a.org")])}, "exactly one action"),
    ("sendMessage", {"text": "x", "reply_markup": keyboard([button(text=" ")])}, "text must be non-empty"),
    ("sendMessage", {"text": "x", "reply_markup": keyboard([{"text": "Go", "url": "not a link"}])}, "wrong HTTP URL"),
    ("sendMessage", {"text": "x", "reply_markup": keyboard([button(style="pink")])}, "unsupported button style"),
    ("sendMessage", {"text": "x", "reply_markup": keyboard([button()] * 9)}, "reply markup is too long"),
    ("sendMessage", {"text": "x", "reply_markup": keyboard(*[[button()]] * 101)}, "reply markup is too long"),
    ("sendMessage", {"text": "x", "reply_markup": {"keyboard": []}}, "reply keyboard is empty"),
    ("sendMessage", {"text": "x", "entities": [{"type": "bold", "offset": 0, "length": 9}]}, "ends after the end"),
    ("sendMessage", {"text": "x", "entities": [{"type": "big", "offset": 0, "length": 1}]}, "unsupported type"),
    ("editMessageText", {"text": "x"}, "message identifier is not specified"),
    ("editMessageText", {"text": "x", "message_id": 1, "reply_markup": {"force_reply": True}}, "unknown field"),
    ("deleteMessages", {"message_ids": []}, "message identifiers are not specified"),
    ("deleteMessages", {"message_ids": list(range(101))}, "too many message identifiers"),
    ("deleteMessage", {}, 'parameter "message_id" is required in deleteMessage'),
    ("sendChatAction", {"action": "thinking"}, "wrong parameter action in request"),
    ("sendDice", {"emoji": "🐑"}, "wrong emoji"),
    ("sendLocation", {"latitude": 91, "longitude": 0}, "wrong latitude or longitude"),
    ("sendLocation", {"latitude": "north", "longitude": 0}, 'parameter "latitude" must be a Float'),
    ("sendMediaGroup", {"media": []}, "must be 2-10"),
    ("sendMediaGroup", {"media": [{"type": "gif", "media": "x"}]}, "not a kind of InputMedia"),
    ("sendPhoto", {"photo": "attach://picture"}, 'file "attach://picture" is not in the request'),
    ("answerCallbackQuery", {"callback_query_id": "1", "text": "x" * 201}, "MESSAGE_TOO_LONG"),
    ("setMyCommands", {"commands": [{"command": "Start", "description": "d"}]}, "BOT_COMMAND_INVALID"),
    ("setMyCommands", {"commands": [{"command": "s" * 33, "description": "d"}]}, "BOT_COMMAND_INVALID"),
    ("setMyCommands", {"commands": [{"command": "s", "description": ""}]}, "BOT_COMMAND_DESCRIPTION_INVALID"),
    ("setMyCommands", {"commands": [{"command": "s", "description": "d" * 257}]}, "BOT_COMMAND_DESCRIPTION_INVALID"),
    ("setMyCommands", {"commands": [{"command": "s"}]}, 'parameter "description" is required'),
    ("setMyCommands", {"commands": [{"command": f"c{n}", "description": "d"} for n in range(101)]}, "TOO_MUCH"),
    ("setMyCommands", {"commands": [{"command": "s", "description": "d"}] * 2}, "BOT_COMMAND_DUPLICATE"),
    ("setMyCommands", {"commands": [], "scope": {"type": "everyone"}}, "unsupported type"),
    ("setMyCommands", {"commands": [], "scope": {"type": "chat"}}, "chat_id is required"),
    ("setMyCommands", {"commands": [], "language_code": "deu"}, "invalid language code"),
    ("setMyDescription", {"description": "d" * 513}, "is too long"),
    ("setMyShortDescription", {"short_description": "d" * 121}, "is too long"),
    ("setMyName", {"name": "n" * 65}, "is too long"),
    ("setWebhook", {"url": "ftp://example.org"}, "HTTPS URL must be provided"),
    ("setWebhook", {"url": "https://example.org", "secret_token": "no spaces"}, "unallowed characters"),
    ("setWebhook", {"url": "https://example.org", "max_connections": 101}, "1-100"),
    ("getMe", {"verbose": True}, 'unknown parameter "verbose" in getMe'),
]


@pytest.mark.parametrize(("method", "params", "reason"), OUT_OF_SPEC)
async def test_what_is_out_of_spec(
    server: BotApiServer, ana: Person, post, method: str, params: dict[str, Any], reason: str
):
    chat = {"chat_id": ana.id} if "chat_id" in METHODS[method] else {}
    answer = await post(method, **chat, **params)
    assert answer["error_code"] == 400
    assert answer["description"].startswith("Bad Request: ")
    assert reason in answer["description"]
    assert [violation.method for violation in server.violations] == [method]


async def test_a_caption_has_its_own_limit(server: BotApiServer, ana: Person, http: aiohttp.ClientSession):
    for length, status in ((1024, 200), (1025, 400)):
        form = aiohttp.FormData({"chat_id": str(ana.id), "caption": "x" * length})
        form.add_field("photo", sample_picture(), filename="p.png")
        async with http.post(f"{server.root}/bot{server.token}/sendPhoto", data=form) as response:
            assert response.status == status
    assert "message caption is too long" in server.violations[0].description


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"no picture", "IMAGE_PROCESS_FAILED"),
        (sample_picture(210, 10), "PHOTO_INVALID_DIMENSIONS"),
        (b"", "non-empty"),
    ],
)
async def test_a_photo_must_be_a_picture(server: BotApiServer, ana: Person, http, data: bytes, reason: str):
    form = aiohttp.FormData({"chat_id": str(ana.id)})
    form.add_field("photo", data, filename="p.png")
    async with http.post(f"{server.root}/bot{server.token}/sendPhoto", data=form) as response:
        assert reason in (await response.json())["description"]


async def test_unknown_methods_and_tokens(server: BotApiServer, post, http: aiohttp.ClientSession):
    assert await post("sendTelepathy") == {
        "ok": False,
        "error_code": 404,
        "description": "Not Found: method not found",
    }
    async with http.get(f"{server.root}/bot1000:wrong/getMe") as response:
        assert (response.status, await response.json()) == (
            401,
            {"ok": False, "error_code": 401, "description": "Unauthorized"},
        )
    assert [str(violation) for violation in server.violations] == ["sendTelepathy: Not Found: method not found"]


async def test_methods_that_exist_but_are_not_offered_say_so(server: BotApiServer, post):
    answer = await post("createForumTopic", chat_id=1, name="x")
    assert (answer["error_code"], server.violations) == (501, [])


async def test_method_names_ignore_case_and_forms_work_like_json(server: BotApiServer, ana: Person, http):
    url = f"{server.root}/bot{server.token}/SENDmessage"
    form = {"chat_id": str(ana.id), "text": "hi + you & me", "reply_markup": '{"force_reply": true}'}
    async with http.post(url, data=form) as response:
        assert (await response.json())["result"]["text"] == "hi + you & me"
    async with http.get(url, params={"chat_id": str(ana.id), "text": "from a link"}) as response:
        assert (await response.json())["result"]["text"] == "from a link"
    async with http.post(url, data=b"{", headers={"Content-Type": "application/json"}) as response:
        assert response.status == 400


def test_every_method_that_is_offered_is_implemented():
    in_server = {"getUpdates", "setWebhook", "deleteWebhook", "getWebhookInfo"}
    assert HANDLERS.keys() | in_server == METHODS.keys()
    assert not METHODS.keys() & NOT_OFFERED


STATE = [
    ("sendMessage", {"chat_id": 42, "text": "x"}, 400, "chat not found"),
    ("sendMessage", {"chat_id": "@nobody_here", "text": "x"}, 400, "chat not found"),
    ("getChat", {"chat_id": 42}, 400, "chat not found"),
    ("answerCallbackQuery", {"callback_query_id": "1"}, 400, "query is too old and response timeout expired"),
    ("getFile", {"file_id": "1"}, 400, "wrong file identifier"),
    ("sendMessage", {"chat_id": 5000001, "text": "x"}, 403, "bot can't initiate conversation with a user"),
]


@pytest.mark.parametrize(("method", "params", "code", "reason"), STATE)
async def test_refusals_that_depend_on_the_moment_are_no_violations(
    server: BotApiServer, post, method: str, params: dict[str, Any], code: int, reason: str
):
    server.person(id=5000001)
    answer = await post(method, **params)
    assert answer["error_code"] == code
    assert reason in answer["description"]
    assert server.violations == []
