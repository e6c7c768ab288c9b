"""Another server process beside the test's own: it answers as ``forum.wsgi`` does, with a cache of its own.

As a program it reads an address a line and writes the answer a line. ``Neighbour`` starts it.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


def ask(application: Any, address: str, **headers: str) -> dict[str, Any]:
    """What a WSGI application answers to who is not logged in: status, headers, body (compressed, as latin-1)."""
    from django.test import RequestFactory

    environ = RequestFactory().get(address, **headers).environ
    begun: list[Any] = []
    answer = application(environ, lambda status, headers, *_: begun.append((status, headers)))
    body = b"".join(answer)
    getattr(answer, "close", bool)()
    status, named = begun[0]
    return {"status": int(status.split()[0]), "headers": dict(named), "body": body.decode("latin-1")}


class Neighbour:
    def __init__(self) -> None:
        from django.db import connection

        self.process = subprocess.Popen(
            [sys.executable, "-W", "error", "-m", "tests.concurrency.neighbour", str(connection.settings_dict["NAME"])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=os.environ | {"COLLOQUY_RENDERERS": "0"},
        )

    def ask(self, address: str, **headers: str) -> dict[str, Any]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps([address, headers]) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def leave(self) -> None:
        self.process.communicate(timeout=30)


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    import django

    django.setup()
    from django.conf import settings
    from django.db import connections

    connections["default"].settings_dict["NAME"] = sys.argv[1]
    settings.ALLOWED_HOSTS.append("testserver")
    from forum.wsgi import application

    for line in sys.stdin:
        address, headers = json.loads(line)
        sys.stdout.write(json.dumps(ask(application, address, **headers)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
