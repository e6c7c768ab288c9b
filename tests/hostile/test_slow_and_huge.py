"""Slow, huge and broken requests, against the server as it runs in life."""

import os
import select
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from bench.fire.sites import free_port

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60  # seconds until an answer counts as not coming
LARGEST = 2_500_000  # bytes
POST = "POST /posts/preview HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
GET = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


class Client:
    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)

    def __enter__(self):
        return self

    def __exit__(self, *fault):
        self.socket.close()

    def say(self, *words: str | bytes) -> "Client":
        with suppress(ConnectionError):  # who is refused early may find the door closed while still talking
            for word in words:
                self.socket.sendall(word.encode() if isinstance(word, str) else word)
        return self

    def post(self, body: bytes, *, length: int | None = None) -> "Client":
        return self.say(f"{POST}Content-Length: {len(body) if length is None else length}\r\n\r\n", body)

    def hears(self) -> tuple[int, str]:
        """Status and body, as far as it comes."""
        heard = b""
        with suppress(ConnectionError):
            while not self._is_whole(heard) and (piece := self.socket.recv(65_536)):
                heard += piece
        head, _, body = heard.partition(b"\r\n\r\n")
        return int(head.split()[1]), body.decode()

    @staticmethod
    def _is_whole(heard: bytes) -> bool:
        head, end, body = heard.partition(b"\r\n\r\n")
        lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
        return bool(end and lengths) and len(body) >= int(lengths[0].split(b":")[1])


def next_to_hear(clients: list[Client]) -> Client:
    heard, _, _ = select.select([client.socket for client in clients], [], [], PATIENCE)
    return next(client for client in clients if client.socket in heard)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """Its port. It shows pages for programmers only so that it need not collect its static files first."""
    folder, port = tmp_path_factory.mktemp("server"), free_port()
    site = {"PORT": str(port), "COLLOQUY_VAR": str(folder), "DATABASE_URL": f"sqlite:///{folder}/site.sqlite3"}
    env = {**os.environ, **site, "COLLOQUY_DEBUG": "true", "COLLOQUY_THREADS": "4", "COLLOQUY_RENDERERS": "0"}
    process = subprocess.Popen(
        [sys.executable, "manage.py", "serve"], cwd=ROOT, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        deadline = time.monotonic() + 2 * PATIENCE
        while True:
            try:
                with Client(port) as client:
                    assert client.say(GET).hears()[0] == 200
                break
            except (OSError, IndexError):
                assert process.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=PATIENCE)


def test_a_body_that_is_too_large_is_refused_before_it_is_read(server):
    with Client(server) as client:
        status, sentence = client.post(b"", length=LARGEST + 1).hears()
    assert (status, sentence) == (
        413, "That is more than the 2,500,000 bytes a form may have. Nothing was saved. Send less at once.\n",
    )  # fmt: skip


def test_a_body_of_unknown_length_is_read_no_further_than_that(server):
    chunk = f"{1_000_000:x}\r\n".encode() + b"x" * 1_000_000 + b"\r\n"
    with Client(server) as client:
        client.say(f"{POST}Transfer-Encoding: chunked\r\n\r\n", chunk, chunk, chunk)  # and no end
        assert client.hears()[0] == 413


@pytest.mark.parametrize("chunked", [True, False])
def test_the_longest_text_there_may_be_comes_through(server, chunked):
    body = b"source=" + b"%F0%9D%94%B8" * 200_000  # twelve bytes for a character is the most there can be
    with Client(server) as client:
        if chunked:
            client.say(f"{POST}Transfer-Encoding: chunked\r\n\r\n{len(body):x}\r\n", body, "\r\n0\r\n\r\n")
        else:
            client.post(body)
        assert client.hears()[0] == 403  # it had no token; but it was read


def test_half_a_text_is_never_taken_for_the_whole(server):
    with Client(server) as client:
        client.post(b"source=Half", length=20).socket.shutdown(socket.SHUT_WR)
        assert client.hears()[0] == 400


def test_clients_that_send_half_a_form_keep_nobody_from_reading(server):
    with ExitStack() as stack:
        slow = [stack.enter_context(Client(server)).post(b"source=Ha", length=20) for _ in range(6)]
        for _ in range(4):  # two hold a thread each, and whoever came later is sent away
            refused = next_to_hear(slow)
            slow.remove(refused)
            assert refused.hears()[0] == 503
        for _ in range(10):
            with Client(server) as reader:
                assert reader.say(GET).hears() == (200, "alive\n")
        with Client(server) as writer:
            assert writer.post(b"source=Whole").hears()[0] == 503
        assert [client.say(b"lf a form.!").hears()[0] for client in slow] == [403, 403]
    with Client(server) as writer:
        assert writer.post(b"source=Whole").hears()[0] == 403


def test_headers_without_end_are_refused(server):
    with Client(server) as client:
        client.say("GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n", *[f"X-{n}: {'x' * 1000}\r\n" for n in range(300)])
        assert client.hears()[0] == 431
