"""A child process that renders: questions on standard input, answers on standard output, until the input ends.

``child`` starts it as ``python -m forum.markup.worker``. A message is its length in four bytes, then that much JSON;
the first one, sent when all is imported, says that the child is ready. Nothing here may need Django's settings or a
database: that keeps the start cheap, and a library with a hole would find no secrets.
"""

import faulthandler
import json
import logging
import os
import resource
import signal
import struct
import time
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO

from forum.instruments.process import resident
from forum.markup import pipeline
from forum.markup.references import Known

MEMORY = 500_000_000  # bytes of address space; a post of 200,000 characters takes 90 million
LENGTH = struct.Struct(">I")


class Notes(logging.Handler):
    """What is logged during a render travels to the parent, which has handlers for it."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.kept.append(self.format(record))

    def taken(self) -> list[str]:
        kept, self.kept = self.kept, []
        return kept


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, whose end is ours
    faulthandler.enable()
    questions, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    with Path(os.devnull).open() as nothing:
        os.dup2(nothing.fileno(), 0)
    os.dup2(2, 1)  # what a library prints must not get between the answers
    lower(resource.RLIMIT_CORE, 0)
    lower(resource.RLIMIT_FSIZE, 0)
    lower(resource.RLIMIT_AS, MEMORY)
    notes = Notes()
    logging.getLogger().addHandler(notes)
    # A parent that is gone reads no answer; and whose question was cut off in the middle is gone too.
    with suppress(BrokenPipeError, EOFError):
        write(answers, {"ready": os.getpid()})
        while True:
            write(answers, answer_to(read(questions), notes))


def answer_to(question: dict[str, Any], notes: Notes) -> dict[str, Any]:
    """``cpu``, the seconds this render may take, becomes a limit that even C code cannot outrun: death by SIGPROF.

    Not by RLIMIT_CPU: that counts the process's ticks from its start, 3 s too many after 40 on a busy machine, and
    killed children for the texts before.
    """
    begun = time.process_time()
    signal.setitimer(signal.ITIMER_PROF, question.pop("cpu"))
    rendered = pipeline.render(known=Known.from_json(question.pop("known")), **question)
    signal.setitimer(signal.ITIMER_PROF, 0)
    cpu = time.process_time() - begun
    return asdict(rendered) | {"cpu": cpu, "memory": resident(), "notes": notes.taken()}


def lower(kind: int, most: int) -> None:
    _, hard = resource.getrlimit(kind)
    if hard != resource.RLIM_INFINITY:
        most = min(most, hard)
    with suppress(ValueError, OSError):  # macOS has no limit of address space; the others hold there
        resource.setrlimit(kind, (most, hard))


def read(stream: BinaryIO) -> dict[str, Any]:
    (length,) = LENGTH.unpack(whole(stream, LENGTH.size))
    message: dict[str, Any] = json.loads(whole(stream, length))
    return message


def whole(stream: BinaryIO, length: int) -> bytes:
    data = stream.read(length)
    if len(data) < length:
        raise EOFError
    return data


def write(stream: BinaryIO, message: dict[str, Any]) -> None:
    data = json.dumps(message).encode("ascii")
    stream.write(LENGTH.pack(len(data)) + data)
    stream.flush()


if __name__ == "__main__":
    main()
