"""Sees the database without the server: ``python -m bench.fire.witness`` answers a question a line, in JSON.

It sets the stage, looks while the load goes on, renames a post when the task worker is to be busy, and judges at the
end. ``Witness`` starts it.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


class Witness:
    def __init__(self, env: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bench.fire.witness"],
            cwd=ROOT,
            # It is about what is stored, not about how it was rendered: no children.
            env=env | {"COLLOQUY_RENDERERS": "0"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            process_group=0,
        )

    def ask(self, question: str, **facts: Any) -> Any:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({"question": question} | facts) + "\n")
        self.process.stdin.flush()
        if not (answer := self.process.stdout.readline()):
            raise RuntimeError("the witness has died; it says why above")
        return json.loads(answer)

    def leave(self) -> None:
        self.process.kill()
        self.process.communicate()


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forum.settings")
    import django

    django.setup()
    from django.db import connections

    from bench.fire import following, judging, looking, staging

    answers = {"stage": staging.stage, "look": looking.Looker().look, "judge": judging.judge}
    answers |= {
        each.__name__: each for each in (following.keep_busy, following.has_been_followed, following.all_have_followed)
    }
    for line in sys.stdin:
        facts = json.loads(line)
        answer = answers[facts.pop("question")](**facts)
        connections.close_all()  # the database may be killed before the next question
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
