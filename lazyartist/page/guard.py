"""What stands before every request: a page on this machine is asked by its own scripts alone, and never for much."""

from __future__ import annotations

import asyncio

from typing import TYPE_CHECKING, Any


if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, MutableMapping

    Scope = MutableMapping[str, Any]
    Message = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]
    App = Callable[[Scope, Receive, Send], Awaitable[None]]

MOST_BYTES = 64 * 1024  # of a request's body; a whole pad takes 26 KB
MOST_SECONDS = 10  # in which a body must be there
MOST_AT_ONCE = 32  # requests; the server has 40 threads to answer with
POLICY = "; ".join(
    [
        *("default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data: blob:"),
        *("connect-src 'self'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"),
    ]
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}


class RefusedError(Exception):
    """A request that is not carried out: its status, and why."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class Guard:
    """ASGI middleware: refuses other hosts, other sites, other content than JSON and large bodies; adds headers.

    A site elsewhere whose name is pointed at this machine (DNS rebinding) is told by the Host header, and one that
    sends a form here by its Origin.

    Args:
        app: what is guarded.
        hosts: the Host headers that are answered, such as "127.0.0.1:8000".
    """

    def __init__(self, app: App, hosts: Collection[str]) -> None:
        self.app, self.hosts, self._busy = app, frozenset(host.lower() for host in hosts), 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                added = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
                message["headers"] = [*message.get("headers", []), *added]
            await send(message)

        try:
            self._check(scope)
            body = await asyncio.wait_for(_body(scope, receive), MOST_SECONDS)
            if self._busy >= MOST_AT_ONCE:
                raise RefusedError(503, "Too many requests at once: ask again in a moment.")
        except asyncio.TimeoutError:
            await _refuse(RefusedError(408, "The rest of the request did not come."), send_with_headers)
        except RefusedError as error:
            await _refuse(error, send_with_headers)
        else:
            self._busy += 1
            try:
                await self.app(scope, _replay(body, receive), send_with_headers)
            finally:
                self._busy -= 1

    def _check(self, scope: Scope) -> None:
        headers = _headers(scope)
        host = headers.get("host", "").lower()
        if host not in self.hosts:
            raise RefusedError(421, f"This page is at {' or '.join(sorted(self.hosts))}, not at {host!r}.")
        origin = headers.get("origin")
        if origin is not None and origin.lower() not in {f"http://{own}" for own in self.hosts}:
            raise RefusedError(403, f"A page at {origin} has no business here.")
        visit = scope["path"] == "/" and headers.get("sec-fetch-mode") == "navigate"  # a link that was followed
        if not visit and headers.get("sec-fetch-site", "none") not in {"none", "same-origin"}:
            raise RefusedError(403, "Only this page's own scripts may ask.")
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        if scope["method"] == "POST" and kind != "application/json":
            raise RefusedError(415, f"Send JSON as application/json, not {kind!r}.")


async def _refuse(error: RefusedError, send: Send) -> None:
    text = str(error).encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(text)).encode())]
    await send({"type": "http.response.start", "status": error.status, "headers": headers})
    await send({"type": "http.response.body", "body": text})


def _headers(scope: Scope) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}


async def _body(scope: Scope, receive: Receive) -> bytes:
    """Read the body, but no more of it than is allowed, whatever its length is said to be."""
    too_large = RefusedError(413, f"Send at most {MOST_BYTES:,} bytes.")
    said = _headers(scope).get("content-length", "0")
    if said.isascii() and said.isdecimal() and len(said) < 20 and int(said) > MOST_BYTES:
        raise too_large
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            break
        body += message.get("body", b"")
        if len(body) > MOST_BYTES:
            raise too_large
        if not message.get("more_body", False):
            break
    return bytes(body)


def _replay(body: bytes, receive: Receive) -> Receive:
    """Return what hands over the body that was read, and then whatever else comes."""
    waiting = [body]

    async def again() -> Message:
        if waiting:
            return {"type": "http.request", "body": waiting.pop(), "more_body": False}
        return await receive()

    return again
