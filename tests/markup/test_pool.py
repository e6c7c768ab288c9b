"""Whatever happens to a child, the text's words stay and the next text is rendered."""

import logging
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from forum.markup import NOBODY, RENDER_VERSION, child, pipeline, pool, preview, render
from forum.markup.child import ROOT, Child, Lost
from forum.markup.pool import NOT_RENDERED, PREVIEW, SAVING, Pool

HARD = "- a\n" * 3_500  # about 0.4 s of CPU
TEXTS = [
    "# Hi\n\n*there* [^1]\n\n[^1]: note",
    "",
    "<b>",
    "x\r\n\r\ny \ud800 \x00 é 猫",
    "```py\nx = 1\n```",
    "[" * 9_000,
]


@pytest.fixture
def own_pool():
    """``own_pool(2)`` is a pool of two that is closed in the end."""
    made = []

    def make(size: int = 1) -> Pool:
        made.append(Pool(size))
        return made[-1]

    yield make
    for one in made:
        one.close()


def ask(own: Pool, source: str, limits=SAVING):
    return own.render(source, key="c7", source_format="markdown", limits=limits)


def waiting_child(own: Pool) -> Child:
    """The child that will get the next question."""
    found = own.places.get()
    own.places.put(found)
    return found


def interrupt_during_a_render(own: Pool, act):
    """Render while ``act`` is done to the child that renders, as soon as it works; gives what became of the text."""
    ask(own, "warm")
    victim = waiting_child(own)
    with ThreadPoolExecutor(1) as threads:
        answer = threads.submit(ask, own, HARD)
        worked = cpu_of(victim)
        while cpu_of(victim) - worked < 0.05 and not answer.done():
            time.sleep(0.01)
        act(victim.process)
        return answer.result(timeout=120)


def cpu_of(one: Child) -> float:
    """Seconds of CPU so far."""
    fields = Path(f"/proc/{one.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def until_gone(pid: int) -> bool:
    for _ in range(3_000):
        if not is_alive(pid):
            return True
        time.sleep(0.01)
    return False


@pytest.mark.parametrize("source_format", ["markdown", "plain"])
@pytest.mark.parametrize("source", TEXTS)
def test_a_child_gives_what_the_renderer_gives(source, source_format):
    here = pipeline.render(source, key="c7", source_format=source_format)
    assert render(source, key="c7", source_format=source_format) == here
    assert here.version == RENDER_VERSION


def test_a_preview_is_the_same_text_under_its_own_key_and_with_less_time():
    assert preview("# Hi") == pipeline.render("# Hi", key="preview")
    assert (PREVIEW.cpu, PREVIEW.wall, PREVIEW.wait) < (SAVING.cpu, SAVING.wall, SAVING.wait)


@pytest.mark.parametrize("wrong", [{"key": "C 1"}, {"key": "c1", "source_format": "html"}])
def test_what_no_caller_should_give_is_an_error_and_costs_no_child(wrong):
    with pytest.raises(ValueError, match="not a"):
        render("x", **wrong)


def test_nothing_is_started_before_it_is_needed_and_one_child_serves_many(own_pool):
    own = own_pool(2)
    before = len(Child.living)
    pids = set()
    for number in range(20):
        assert ask(own, f"text {number}").refused == ""
        pids.add(waiting_child(own).process.pid)
    assert len(Child.living) == before + 1
    assert len(pids) == 1


def test_a_child_is_replaced_after_its_share_of_work(own_pool, monkeypatch):
    monkeypatch.setattr(child, "RENDERS", 3)
    own = own_pool()
    pids = set()
    for number in range(6):
        assert ask(own, f"text {number}").html == f"<p>text {number}</p>"
        if one := waiting_child(own):
            pids.add(one.process.pid)
    assert len(pids) == 2
    assert not any(is_alive(pid) for pid in pids)


def test_a_child_that_keeps_too_much_memory_is_replaced(own_pool, monkeypatch):
    own = own_pool()
    ask(own, "x")
    assert 10_000_000 < waiting_child(own).resident < child.RESIDENT
    monkeypatch.setattr(child, "RESIDENT", 1_000_000)
    ask(own, "x")
    assert waiting_child(own) is None


def test_a_child_killed_in_the_middle_is_survived_by_a_second_one(own_pool, caplog):
    rendered = interrupt_during_a_render(own_pool(), lambda process: process.kill())
    assert (rendered.refused, rendered.version) == ("", RENDER_VERSION)
    assert "c7 is rendered once more: a child was ended by SIGKILL" in caplog.text


def test_a_child_killed_while_it_was_idle_is_not_even_noticed(own_pool):
    own = own_pool(2)
    ask(own, "warm")
    victim = waiting_child(own)
    victim.process.kill()
    victim.process.wait()
    assert ask(own, "*a*").html == "<p><em>a</em></p>"


def test_a_text_that_kills_every_child_is_shown_as_typed_logged_and_old_at_once(own_pool, monkeypatch, caplog):
    def die(self, *_args, **_kwargs):
        self.process.send_signal(signal.SIGSEGV)
        raise self._death()

    own = own_pool()
    ask(own, "warm")
    with monkeypatch.context() as patch:
        patch.setattr(Child, "_send", die)
        rendered = ask(own, "\n<my> secret")
    assert rendered.html.endswith("<pre><code>\n&lt;my&gt; secret</code></pre>")
    assert "could not be rendered" in rendered.refused
    assert rendered.refused in rendered.html
    assert rendered.version == NOT_RENDERED < RENDER_VERSION
    assert [record.levelno for record in caplog.records] == [logging.WARNING, logging.ERROR]
    assert "SIGSEGV" in caplog.text
    assert "secret" not in caplog.text
    assert ask(own, "*a*").html == "<p><em>a</em></p>"


def test_a_text_that_takes_too_much_cpu_ends_its_child_and_says_what_to_change(own_pool, caplog):
    own = own_pool()
    ask(own, "warm")
    rendered = ask(own, HARD, replace(SAVING, cpu=0.05))
    assert rendered.refused.endswith("Divide its longest paragraphs, lists and tables.")
    assert rendered.version == NOT_RENDERED
    assert "limit of CPU" in caplog.text
    assert "once more" not in caplog.text
    assert ask(own, "*a*").html == "<p><em>a</em></p>"


def test_what_a_child_has_done_before_does_not_count(own_pool):
    own = own_pool()
    for _ in range(8):
        assert ask(own, HARD[:4_000], replace(SAVING, cpu=0.4)).refused == ""
    assert waiting_child(own).renders == 8


def test_a_child_that_stands_still_is_not_waited_for(own_pool, caplog):
    own = own_pool()
    ask(own, "warm")
    os.kill(waiting_child(own).process.pid, signal.SIGSTOP)
    rendered = ask(own, "x" * 100 + "\n" * 1_900_000 + "y", replace(SAVING, wall=0.2))  # more than a pipe holds
    assert "takes too long" in rendered.refused
    assert "no answer in time" in caplog.text
    assert ask(own, "*a*").html == "<p><em>a</em></p>"


def test_who_finds_no_free_child_waits_and_is_told_so_when_it_takes_too_long(own_pool):
    own = own_pool()
    held = own.places.get()
    assert "too many texts" in ask(own, "x", replace(SAVING, wait=0.01)).refused
    own.places.put(held)
    assert ask(own, "x").refused == ""


@pytest.mark.parametrize("executable", ["/nonexistent/python", "/bin/false"])
def test_where_no_child_can_be_started_texts_are_kept_as_typed(own_pool, monkeypatch, caplog, executable):
    monkeypatch.setattr(sys, "executable", executable)
    rendered = ask(own_pool(), "*a*")
    assert rendered.html.endswith("<pre><code>*a*</code></pre>")
    assert rendered.version == NOT_RENDERED
    assert "could be started" in caplog.text or "ended with 1" in caplog.text


def test_without_children_the_texts_are_rendered_here(settings, monkeypatch):
    def start():
        raise AssertionError

    monkeypatch.setattr(pool, "_shared", start)
    settings.RENDERERS = 0
    rendered = render("*a*", key="c7")
    assert rendered == pipeline.render("*a*", key="c7")
    assert rendered.cpu > 0


def test_many_threads_share_few_children_and_each_gets_its_own_answer(own_pool):
    own = own_pool(2)
    before = len(Child.living)
    with ThreadPoolExecutor(16) as threads:
        answers = list(threads.map(lambda number: ask(own, f"text {number}").html, range(200)))
    assert answers == [f"<p>text {number}</p>" for number in range(200)]
    assert len(Child.living) - before <= 2


def test_a_child_knows_no_secret_of_the_site(own_pool, monkeypatch):
    monkeypatch.setenv("COLLOQUY_SECRET_KEY", "k" * 50)
    own = own_pool()
    ask(own, "x")
    environment = Path(f"/proc/{waiting_child(own).process.pid}/environ").read_bytes()
    assert {part.partition(b"=")[0].decode() for part in environment.split(b"\0") if part} <= set(child.ENVIRONMENT)


def test_a_child_has_no_more_than_its_pipes_and_may_write_no_file(own_pool):
    own = own_pool()
    with Path(__file__).open() as another:
        os.set_inheritable(another.fileno(), True)
        ask(own, "x")
    process = Path(f"/proc/{waiting_child(own).process.pid}")
    opened = {str(link.readlink()) for link in (process / "fd").iterdir()}
    assert str(Path(__file__)) not in opened
    limits = (process / "limits").read_text()
    bounded = [line.split()[-3] for line in limits.splitlines() if line.startswith(("Max file size", "Max core"))]
    assert bounded == ["0", "0"]


@pytest.mark.parametrize("source", ["x\n" * 100_000, "*a " * 60_000, "| a " * 90 + "\n" + "|---" * 90])
def test_memory_is_bounded_by_the_system(own_pool, source):
    own = own_pool()
    ask(own, source)
    one = waiting_child(own)
    status = Path(f"/proc/{one.process.pid}/status").read_text()
    peak = int(status.partition("VmPeak:")[2].split()[0]) * 1024
    assert peak < 500_000_000
    limits = Path(f"/proc/{one.process.pid}/limits").read_text()
    assert limits.partition("Max address space")[2].split()[0] == "500000000"


def test_a_fault_inside_a_child_is_logged_here(own_pool, caplog, monkeypatch):
    own = own_pool()
    ask(own, "warm")
    answer = {"html": "", "version": 1, "refused": "", "people": [], "titles": [], "cpu": 0.1, "memory": 1}
    answer["notes"] = ["Text c7: RecursionError"]
    monkeypatch.setattr(Child, "ask", lambda *_args, **_kwargs: answer)
    ask(own, "x")
    assert "Text c7: RecursionError" in caplog.text


def test_a_child_ends_when_its_input_does():
    one = Child()
    one.ask({"source": "x", "key": "c1", "source_format": "markdown", "known": asdict(NOBODY), "cpu": 2}, wall=60)
    one.pipes[0].close()
    assert one.process.wait(timeout=60) == 0
    one.end()


PARENT = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
from forum.markup import render
from forum.markup.child import Child
assert render("*a*", key="c1").html == "<p><em>a</em></p>"
print(*[child.process.pid for child in Child.living], flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize("end", ["leave", "kill"])
def test_no_child_outlives_its_parent(end):
    parent = subprocess.Popen(
        [sys.executable, "-W", "error", "-c", PARENT], cwd=ROOT, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    (pid,) = map(int, parent.stdout.readline().split())
    assert is_alive(pid)
    if end == "kill":
        parent.kill()
    _, complaints = parent.communicate(timeout=60)
    assert complaints == ""
    assert until_gone(pid)


def _render_in_a_fork(answers):
    mine = render("*fork*", key="c1").html
    answers.put((mine, [one.process.pid for one in Child.living]))


def test_a_fork_gets_children_of_its_own_and_leaves_its_parents_alone(monkeypatch):
    monkeypatch.setattr(child, "RENDERS", 10**9)  # other tests have used the same child, it may be due
    assert render("*before*", key="c1").html == "<p><em>before</em></p>"
    parents = {one.process.pid for one in Child.living}
    forks = multiprocessing.get_context("fork")
    answers = forks.SimpleQueue()
    fork = forks.Process(target=_render_in_a_fork, args=[answers])
    fork.start()
    html, pids = answers.get()
    fork.join()
    assert html == "<p><em>fork</em></p>"
    assert len(pids) == 1
    assert not parents & set(pids)
    assert until_gone(pids[0])
    assert render("*after*", key="c1").html == "<p><em>after</em></p>"
    assert parents == {one.process.pid for one in Child.living}


def test_an_interrupted_question_leaves_no_answer_for_the_next(own_pool, monkeypatch):
    own = own_pool()
    ask(own, "warm")

    def interrupted(*_args):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Child, "_receive", interrupted)
        with pytest.raises(KeyboardInterrupt):
            ask(own, "first")
    assert ask(own, "second").html == "<p>second</p>"


def test_a_child_that_cannot_start_says_how_it_ended(monkeypatch):
    monkeypatch.setattr(sys, "executable", "/bin/cat")
    one = Child()
    with pytest.raises(Lost, match="ended with 1"):
        one.ask({}, wall=1)
    one.end()
