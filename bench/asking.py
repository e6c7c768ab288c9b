"""Asking a server the same again and again, and what that cost it."""

import os
import socket
import statistics
import time
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")
CONNECTIONS = 4
SECONDS = 3.0  # for each rate


class Reader:
    """One connection that asks the same again and again."""

    def __init__(self, env: dict[str, str], path: str, **headers: str) -> None:
        host = f"127.0.0.1:{env['PORT']}"
        lines = [
            f"GET {path} HTTP/1.1",
            f"Host: {host}",
            *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items()),
        ]
        self.question = "\r\n".join([*lines, "", ""]).encode()
        self.socket = socket.create_connection(("127.0.0.1", int(env["PORT"])))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = bytearray(64_000_000)

    def send(self) -> None:
        self.socket.sendall(self.question)

    def first(self) -> tuple[bytes, bytes]:
        """Headers and body of an answer. ``take`` reads another one that is known to be as long."""
        self.send()
        seen = b""
        while b"\r\n\r\n" not in seen:
            seen += self.received()
        head, _, body = seen.partition(b"\r\n\r\n")
        length = int(value(head, "content-length") or 0)
        while len(body) < length:
            body += self.received()
        self.size = len(head) + 4 + len(body)
        return head, body

    def received(self) -> bytes:
        if not (more := self.socket.recv(1_000_000)):
            raise ConnectionError("the server has hung up")
        return more

    def take(self) -> None:
        view, got = memoryview(self.buffer), 0
        while got < self.size:
            if not (more := self.socket.recv_into(view[got : self.size])):
                raise ConnectionError("the server has hung up")
            got += more


def value(head: bytes, name: str) -> str:
    for line in head.decode("latin-1").split("\r\n")[1:]:
        field, _, rest = line.partition(":")
        if field.lower() == name:
            return rest.strip()
    return ""


def cpu_of(pid: int) -> float:
    """Seconds of CPU of a process, its threads included."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def memory_of(pid: int, *, name: str = "VmRSS") -> float:
    """MB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name)) / 1000


def cost(pid: int, reader: Reader, *, requests: int, rounds: int = 7) -> float:
    """Milliseconds of CPU in the server for one request: the median of some rounds."""
    spent = []
    reader.first()
    for _ in range(rounds):
        begun = cpu_of(pid)
        for _ in range(requests):
            reader.first()
        spent.append((cpu_of(pid) - begun) / requests * 1000)
    return statistics.median(spent)


def wait(reader: Reader, *, requests: int = 21) -> float:
    """Milliseconds until an answer is there, the database's own work included: the median."""
    waits = []
    for _ in range(requests):
        begun = time.perf_counter()
        reader.first()
        waits.append((time.perf_counter() - begun) * 1000)
    return statistics.median(waits)


def rate(env: dict[str, str], path: str, **headers: str) -> float:
    """Requests a second over some connections at once, all from one process."""
    readers = [Reader(env, path, **headers) for _ in range(CONNECTIONS)]
    for reader in readers:
        reader.first()
    asked, begun = 0, time.monotonic()
    while (lasted := time.monotonic() - begun) < SECONDS:
        for reader in readers:
            reader.send()
        for reader in readers:
            reader.take()
        asked += CONNECTIONS
    return asked / lasted
