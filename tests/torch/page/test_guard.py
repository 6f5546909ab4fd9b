"""What the page refuses before it looks at it."""

import json
import socket
import struct
import zlib

import pytest


BOMB = 8_000_000  # pixels of zeros that a picture of a few kilobytes unpacks to


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "evil.example"}, 421),
        ({"Host": "127.0.0.1"}, 421),
        ({"Host": "127.0.0.1:1"}, 421),
        ({"Host": "127.0.0.1.evil.example:{port}"}, 421),
        ({"Host": "LOCALHOST:{port}"}, 200),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://127.0.0.1:{port}"}, 200),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
    ],
)
def test_only_this_page_asks(served, call, headers, status):
    sent = {name: value.format(port=served.port) for name, value in headers.items()}
    assert call("/api/page", headers=sent)[0] == status


def test_a_link_from_elsewhere_may_be_followed_to_the_page_alone(call):
    followed = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    assert call("/", headers=followed)[0] == 200
    assert call("/api/page", headers=followed)[0] == 403


def test_silent_connections_stop_nobody(served, call):
    silent = [socket.create_connection(("127.0.0.1", served.port)) for _ in range(100)]
    try:
        assert call("/api/page")[0] == 200
    finally:
        for each in silent:
            each.close()


@pytest.mark.parametrize("path", ["/", "/static/main.js", "/api/page", "/api/nothing"])
def test_every_answer_tells_the_browser_to_load_nothing_from_elsewhere(call, path):
    headers = call(path)[2]
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert "access-control-allow-origin" not in headers


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "image/png", ""])
def test_what_a_form_of_another_site_could_send_is_refused(call, seven, kind):
    body = {"ink": seven, "models": ["lazy"]}
    assert call("/api/answers", body, headers={"content-type": kind})[0] == 415


def test_large_bodies_are_refused_whatever_they_say_of_their_length(served, call):
    assert call("/api/answers", raw=b"x" * 65_537)[0] == 413
    chunks = b"".join(b"4000\r\n" + b"x" * 0x4000 + b"\r\n" for _ in range(5)) + b"0\r\n\r\n"
    head = f"POST /api/answers HTTP/1.1\r\nHost: 127.0.0.1:{served.port}\r\nContent-Type: application/json\r\n"
    with socket.create_connection(("127.0.0.1", served.port), timeout=10) as connection:
        connection.sendall(head.encode() + b"Transfer-Encoding: chunked\r\n\r\n" + chunks)
        assert b" 413 " in connection.recv(200)
    assert call("/api/page")[0] == 200


@pytest.mark.parametrize(
    "path",
    [
        "/static/../app.py",
        "/static/%2e%2e/app.py",
        "/static/..%2fapp.py",
        "/static//etc/passwd",
        "/static/%2fetc%2fpasswd",
        "/api/clinic/..%2f..%2fsecret.png",
        "/api/clinic/%2e%2e.png",
    ],
)
def test_no_path_leads_out(call, path):
    status, content, _ = call(path)
    assert status == 404
    assert b"import" not in (content if isinstance(content, bytes) else json.dumps(content).encode())


def test_no_picture_is_unpacked_here(call):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    size = struct.pack(">IIBBBBB", 4000, 2000, 8, 0, 0, 0, 0)
    bomb = (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", size)
        + chunk(b"IDAT", zlib.compress(bytes(BOMB), 9))
        + chunk(b"IEND", b"")
    )
    assert call("/api/answers", raw=bomb, headers={"content-type": "image/png"})[0] == 415
    assert call("/api/answers", raw=bomb)[0] in (400, 413, 422)


def test_other_protocols_and_methods_get_no_answer(call):
    assert call("/api/page", method="DELETE")[0] == 405
    assert call("/api/answers", method="PUT", raw=b"{}")[0] == 405
    status, _, headers = call("/api/answers", method="OPTIONS", headers={"Origin": "http://evil.example"})
    assert status == 403
    assert "access-control-allow-origin" not in headers
