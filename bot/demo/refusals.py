"""Why a Bot API call is refused: the code and description that the real service would answer."""

from __future__ import annotations

from typing import Any


class Refusal(Exception):  # noqa: N818 - an answer, not a fault
    """A call that is answered with `ok: false`.

    `breaks_spec` says that the call would be wrong in any state of the service (an unknown parameter, an over-long
    text), as opposed to one refused because of the moment (a blocked bot, a message that is gone).
    """

    def __init__(
        self,
        code: int,
        description: str,
        *,
        breaks_spec: bool = False,
        parameters: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.breaks_spec = breaks_spec
        self.parameters = parameters

    def payload(self) -> dict[str, Any]:
        """The answer's JSON object."""
        answer: dict[str, Any] = {"ok": False, "error_code": self.code, "description": self.description}
        if self.parameters:
            answer["parameters"] = self.parameters
        return answer


def bad_request(reason: str) -> Refusal:
    """400 that depends on the state of chats and messages."""
    return Refusal(400, f"Bad Request: {reason}")


def out_of_spec(reason: str) -> Refusal:
    """400 that no state could make right."""
    return Refusal(400, f"Bad Request: {reason}", breaks_spec=True)


def forbidden(reason: str) -> Refusal:
    """403."""
    return Refusal(403, f"Forbidden: {reason}")


def too_many_requests(retry_after: int) -> Refusal:
    """429 with the seconds to wait."""
    return Refusal(429, f"Too Many Requests: retry after {retry_after}", parameters={"retry_after": retry_after})
