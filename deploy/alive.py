"""The health check of the container: ends with 0 while the bot's process answers at /livez, with 1 when it does not."""

from __future__ import annotations

import http.client
import os
import sys

ANYWHERE = ("", "0.0.0.0", "::", "[::]")  # noqa: S104  these are read, not listened on


def alive(listen: str) -> bool:
    """True when /livez answers 200 at HTTP_LISTEN ("host:port"), or when health is switched off (empty)."""
    if not listen:
        return True
    host, _, port = listen.rpartition(":")
    connection = http.client.HTTPConnection("127.0.0.1" if host in ANYWHERE else host.strip("[]"), int(port), timeout=3)
    try:
        connection.request("GET", "/livez")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(0 if alive(os.environ.get("HTTP_LISTEN", "127.0.0.1:8080")) else 1)
