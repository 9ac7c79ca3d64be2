"""The wire for lessons, against servers that answer oddly, late or not at all: nothing is lost without its name, and no answer is
taken for another's."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TelegramError, TimedOut

from bot.channels.telegram.door import Door
from bot.channels.telegram.request import AnswerLostError
from bot.channels.telegram.wire import Wire
from bot.messages import Button, ChatRef, Say

SECRET = "42:the-token"
YES = b'{"ok":true,"result":{"message_id":7,"text":"x"}}'


def answer(body: bytes, status: bytes = b"200 OK", *more: bytes) -> bytes:
    return b"\r\n".join([b"HTTP/1.1 " + status, b"Content-Length: %d" % len(body), *more, b"", body])


class Odd(asyncio.Protocol):
    """A server that answers the calls it hears with what `says` makes of them; b"" is no answer, None cuts the connection."""

    def __init__(self, says: Callable[[bytes], bytes | None], seen: list[Odd]) -> None:
        self._says = says
        self._seen = seen
        self._read = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self._seen.append(self)

    def data_received(self, data: bytes) -> None:
        self._read += data
        head, end, body = self._read.partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0] or 0)
        if end and len(body) == length:
            self._read = b""
            said = self._says(head + b"\r\n\r\n" + body)
            if said is None:
                self.transport.abort()  # type: ignore[attr-defined]
            elif said:
                self.transport.write(said)  # type: ignore[attr-defined]


@asynccontextmanager
async def server(
    says: Callable[[bytes], bytes | None], read_timeout: float = 20.0
) -> AsyncIterator[tuple[Wire, list[Odd]]]:
    seen: list[Odd] = []
    listening = await asyncio.get_running_loop().create_server(lambda: Odd(says, seen), "127.0.0.1", 0)
    root = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    wire = Wire(f"{root}/bot{SECRET}/sendMessage", read_timeout=read_timeout)
    try:
        yield wire, seen
    finally:
        await wire.shutdown()
        listening.close()
        await listening.wait_closed()


async def test_one_connection_serves_one_call_after_the_other() -> None:
    heard: list[bytes] = []

    def says(call: bytes) -> bytes:
        heard.append(call)
        return answer(YES)

    async with server(says) as (wire, seen):
        assert [await wire.call(b'{"a":1}') for _ in range(3)] == [YES] * 3
        assert len(seen) == 1
        assert heard[0].startswith(f"POST /bot{SECRET}/sendMessage HTTP/1.1\r\nHost: 127.0.0.1:".encode())
        assert heard[0].endswith(b'Content-Length: 7\r\n\r\n{"a":1}')
        await asyncio.gather(wire.call(b"{}"), wire.call(b"{}"))
        assert len(seen) == 2


@pytest.mark.parametrize(
    "said",
    [
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n" + YES[:5] + b"\r\n%x\r\n" % len(YES[5:]) + YES[5:] + b"\r\n0\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n" + answer(YES),
        answer(YES, b"200 OK", b"Connection: close"),
    ],
    ids=["in chunks", "go on, first", "then no more"],
)  # fmt: skip
async def test_an_answer_may_be_worded_in_any_way_that_http_knows(said: bytes) -> None:
    async with server(lambda _: said) as (wire, _seen):
        for _ in range(3):
            assert await wire.call(b"{}") == YES


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (b"403 Forbidden", b'{"ok":false,"description":"Forbidden: bot was blocked by the user"}', Forbidden),
        (b"400 Bad Request", b'{"ok":false,"description":"Bad Request: chat not found"}', BadRequest),
        (b"429 Too Many", b'{"ok":false,"description":"x","parameters":{"retry_after":3}}', RetryAfter),
        (b"502 Bad Gateway", b"<html>", NetworkError),
        (b"302 Found", b"", NetworkError),
    ],
)
async def test_a_refusal_has_the_name_that_the_library_gives_it(
    status: bytes, body: bytes, error: type[TelegramError]
) -> None:
    async with server(lambda _: answer(body, status)) as (wire, seen):
        for _ in range(2):
            with pytest.raises(error) as caught:
                await wire.call(b"{}")
            assert type(caught.value) is error
        assert len(seen) == 1, "a refusal is an answer like any other"


@pytest.mark.parametrize("said", [None, b"nonsense\r\n\r\n"], ids=["cut", "no HTTP"])
async def test_a_call_that_broke_off_may_have_been_done(said: bytes | None) -> None:
    async with server(lambda _: said) as (wire, seen):
        with pytest.raises(AnswerLostError) as caught:
            await wire.call(b"{}")
        assert SECRET not in str(caught.value)
        with pytest.raises(AnswerLostError):
            await wire.call(b"{}")
        assert len(seen) == 2, "the broken connection is not used again"


async def test_a_call_that_nobody_answers_is_given_up() -> None:
    async with server(lambda _: b"", read_timeout=0.4) as (wire, _seen):
        with pytest.raises(TimedOut):
            async with asyncio.timeout(30):
                await wire.call(b"{}")


async def test_where_nobody_listens_nothing_was_done() -> None:
    async with server(lambda _: b"") as (wire, _seen):
        pass
    with pytest.raises(NetworkError) as caught:
        await wire.call(b"{}")
    assert type(caught.value) is NetworkError
    assert SECRET not in str(caught.value)


async def test_a_late_answer_is_not_taken_for_another_calls() -> None:
    heard: list[bytes] = []

    def says(call: bytes) -> bytes:
        heard.append(call)
        return b"" if call.endswith(b"1") else answer(b"second", b"200 OK")

    async with server(says) as (wire, seen):
        given_up = asyncio.create_task(wire.call(b"1"))
        while not heard:
            await asyncio.sleep(0.001)
        given_up.cancel()
        with pytest.raises(asyncio.CancelledError):
            await given_up
        seen[0].transport.write(answer(b"first"))  # type: ignore[attr-defined]
        assert await wire.call(b"2") == b"second"
        assert len(seen) == 2


async def test_a_connection_that_the_other_end_closed_is_not_used_again() -> None:
    async with server(lambda _: answer(YES)) as (wire, seen):
        await wire.call(b"{}")
        seen[0].transport.close()  # type: ignore[attr-defined]
        while wire.connections:  # it hears of that when the loop has had a turn
            await asyncio.sleep(0.001)
        assert await wire.call(b"{}") == YES


async def test_the_door_puts_a_message_into_form_once_and_reads_its_number() -> None:
    heard: list[bytes] = []

    def says(call: bytes) -> bytes:
        heard.append(call.partition(b"\r\n\r\n")[2])
        return answer(b'{"result": {"chat": 1, "message_id": 8}, "ok": true}' if b": 2}" in call else YES)

    async with server(says) as (wire, _seen):
        door, say = Door(wire), Say("*Hello*", ((Button("Yes", "y"),),), silent=True, protected=True)
        assert await door.send(ChatRef("telegram", "1"), say) == (7,)
        assert await door.send(ChatRef("telegram", "2"), say) == (8,)
        assert await door.send(ChatRef("telegram", "3"), Say(say.text)) == (7,)
    assert heard[0] == heard[1].replace(b": 2}", b": 1}")
    assert b'"disable_notification": true, "protect_content": true, "chat_id": 1}' in heard[0]
    assert b"Yes" not in heard[2]


async def test_a_yes_that_cannot_be_read_is_never_sent_again() -> None:
    async with server(lambda _: answer(b'{"ok":true}')) as (wire, _seen):
        with pytest.raises(AnswerLostError):
            await Door(wire).send(ChatRef("telegram", "1"), Say("Hello"))
