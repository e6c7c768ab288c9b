"""One child process that renders, as its parent sees it: started, asked within a time, ended."""

import json
import os
import select
import signal
import struct
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
START = 60.0  # seconds until a child must be ready: 0.25 of CPU, but a machine may be busy
LONGEST_ANSWER = 64_000_000  # bytes; no text that is accepted comes near
RENDERS = 500  # after so many a child is replaced
RESIDENT = 250_000_000  # bytes; a child that holds more is replaced
# What a Python may need to start, and nothing else: no secret of the site is in a child's environment.
ENVIRONMENT = ("PATH", "PYTHONHOME", "PYTHONPATH", "LD_LIBRARY_PATH", "SYSTEMROOT", "TMPDIR")

_LENGTH = struct.Struct(">I")


class Lost(Exception):  # noqa: N818 - it says what happened
    """No answer, and why. ``again``: the text may not be to blame. ``too_much``: it surely is."""

    def __init__(self, why: str, *, again: bool = False, too_much: bool = False) -> None:
        super().__init__(why)
        self.again = again
        self.too_much = too_much


class Child:
    """For one thread at a time. After a ``Lost`` it is good for nothing but ``end``."""

    living: "set[Child]" = set()

    def __init__(self) -> None:
        try:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "forum.markup.worker"],
                cwd=ROOT,
                env={name: os.environ[name] for name in ENVIRONMENT if name in os.environ},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                bufsize=0,
                process_group=0,  # Ctrl-C on a command that renders is the command's own affair
            )
        except OSError as fault:
            raise Lost(f"no child could be started: {fault}", again=True) from fault
        assert self.process.stdin is not None  # noqa: S101 - for the type checker
        assert self.process.stdout is not None  # noqa: S101
        self.pipes = (self.process.stdin, self.process.stdout)
        self.questions, self.answers = (pipe.fileno() for pipe in self.pipes)
        os.set_blocking(self.questions, False)
        os.set_blocking(self.answers, False)
        self.ready = False
        self.renders = 0
        self.resident = 0
        self.living.add(self)

    @property
    def is_worn(self) -> bool:
        return self.renders >= RENDERS or self.resident > RESIDENT

    def ask(self, question: dict[str, Any], *, wall: float) -> dict[str, Any]:
        """The answer, within ``wall`` seconds, not counting the child's start. Raises Lost."""
        if not self.ready:
            self._receive(time.monotonic() + START)
            self.ready = True
        deadline = time.monotonic() + wall
        self._send(question, deadline)
        answer = self._receive(deadline)
        self.renders += 1
        self.resident = answer["memory"]
        return answer

    def _send(self, message: dict[str, Any], deadline: float) -> None:
        data = json.dumps(message).encode("ascii")
        rest = memoryview(_LENGTH.pack(len(data)) + data)
        while rest:
            _wait(self.questions, select.POLLOUT, deadline)
            try:
                rest = rest[os.write(self.questions, rest) :]
            except BrokenPipeError:
                raise self._death() from None

    def _receive(self, deadline: float) -> dict[str, Any]:
        (length,) = _LENGTH.unpack(self._read(_LENGTH.size, deadline))
        if length > LONGEST_ANSWER:
            raise Lost(f"a child announced an answer of {length:,} bytes")
        message: dict[str, Any] = json.loads(self._read(length, deadline))
        return message

    def _read(self, length: int, deadline: float) -> bytes:
        data = bytearray()
        while len(data) < length:
            _wait(self.answers, select.POLLIN, deadline)
            piece = os.read(self.answers, length - len(data))
            if not piece:
                raise self._death()
            data += piece
        return bytes(data)

    def _death(self) -> Lost:
        try:
            code = self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            return Lost("a child closed its pipe and went on", again=True)
        if code == -signal.SIGPROF:
            return Lost("a child reached its limit of CPU", too_much=True)
        cause = f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with {code}"
        return Lost(f"a child {cause}", again=True)

    def end(self) -> None:
        self.living.discard(self)
        self.process.kill()
        for pipe in self.pipes:
            pipe.close()
        self.process.wait()

    def abandon(self) -> None:
        """In a fork of the parent: let go of what is the parent's. A pipe kept open would keep the child alive."""
        self.living.discard(self)
        for pipe in self.pipes:
            pipe.close()
        self.process.returncode = 0  # else Popen would complain that nobody waited for it


def _wait(pipe: int, event: int, deadline: float) -> None:
    poll = select.poll()
    poll.register(pipe, event)
    left = deadline - time.monotonic()
    if left <= 0 or not poll.poll(left * 1000):
        raise Lost("a child gave no answer in time", too_much=True)
