"""Mail archives as threads: mbox files, maildirs, folders of messages. A bad message is reported, the rest comes in."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from forum.exports.document import CommentDocument, PersonDocument, PostDocument, ThreadDocument, in_reading_order
from forum.imports.readers.boxes import Raw, read_box
from forum.imports.readers.letters import Letter, read_letter
from forum.imports.readers.placing import Placing, place
from forum.imports.reading import Fault, Known, Lookup, Reading, nothing_known

MISSING = "The first message of this thread is not in the archive.\n"
REPLY_MARK = re.compile(r"(?:re|aw|sv|vs|antw|fw|fwd|wg)(?:\[\d+\])?\s*:\s*", re.IGNORECASE)


def read_mail(paths: Iterable[Path], *, now: datetime, known: Lookup = nothing_known) -> Reading:
    """Everything in ``paths``, taken together: a thread may be spread over them. ``known`` says what is here.

    Raises OSError when a path cannot be read.
    """
    return read_messages((raw for path in paths for raw in read_box(path)), now=now, known=known)


def read_messages(messages: Iterable[Raw], *, now: datetime, known: Lookup = nothing_known) -> Reading:
    reading = Reading()
    letters: dict[str, Letter] = {}
    for position, raw in enumerate(messages):
        reading.messages += 1
        try:
            letter = read_letter(raw, position=position, not_after=now)
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as fault:
            # The parser of the standard library stumbles over some broken mails in ways it does not name.
            reading.faults.append(Fault(raw.place, str(fault) or type(fault).__name__))
            continue
        if letter.uid in letters:
            reading.repeated += 1
        else:
            letters[letter.uid] = letter
    letters = _with_own_uids(letters)
    mentioned = {uid for letter in letters.values() for uid in (letter.uid, *letter.references, *letter.answers)}
    outside = known(mentioned)
    sent_at = _all_dated(letters, now=now)
    for uid in letters.keys() & outside.keys():
        if outside[uid].placeholder:  # the message that was missing has come: it takes the placeholder's place
            letters[uid] = replace(letters[uid], references=(), answers=())
            del outside[uid]
        else:
            reading.here += 1
            del letters[uid]
    placing = place(letters, outside=outside.keys(), sent_at=sent_at)
    reading.placed, reading.loops = placing.placed, placing.loops
    _build_threads(reading, letters, placing, outside=outside, sent_at=sent_at, now=now)
    return reading


def _with_own_uids(letters: dict[str, Letter]) -> dict[str, Letter]:
    """References by uid, also where an own export had to write another Message-ID for it.

    An id without ``@`` that no message has is dropped: real archives hold patches of unrelated series that "answer"
    ``<yes>``, since that was typed where a program asked whether to go on, and it would make one thread of them all.
    """
    uids = {letter.message_id: letter.uid for letter in letters.values()}
    uids |= {
        letter.answers[0]: letter.parent_uid for letter in letters.values() if letter.parent_uid and letter.answers
    }
    return {
        uid: replace(
            letter,
            references=tuple(uids.get(each, each) for each in letter.references if each in uids or "@" in each),
            answers=tuple(uids.get(each, each) for each in letter.answers if each in uids or "@" in each),
        )
        for uid, letter in letters.items()
    }


def _all_dated(letters: Mapping[str, Letter], *, now: datetime) -> dict[str, datetime]:
    """When each was sent; one without a date borrows that of what it answers, else of its neighbour in the archive."""
    dated = {uid: letter.sent_at for uid, letter in letters.items() if letter.sent_at}
    before = next(iter(dated.values()), now)  # what stands before the first date borrows that
    filled: dict[str, datetime] = {}
    for uid, letter in letters.items():
        above = next((dated[each] for each in (*reversed(letter.references), *letter.answers) if each in dated), None)
        filled[uid] = before = letter.sent_at or above or before
    return filled


def _build_threads(
    reading: Reading,
    letters: Mapping[str, Letter],
    placing: Placing,
    *,
    outside: Mapping[str, Known],
    sent_at: Mapping[str, datetime],
    now: datetime,
) -> None:
    grouped: dict[str, list[Letter]] = {}
    for uid, letter in letters.items():
        root = placing.root[uid]
        grouped.setdefault(outside[root].post_uid if root in outside else root, []).append(letter)
    for root, group in sorted(grouped.items(), key=lambda item: min(sent_at[each.uid] for each in item[1])):
        group.sort(key=lambda letter: (sent_at[letter.uid], letter.position))
        if root in letters:
            post = _post(letters[root], sent_at[root])
        else:
            reading.placeholders += root not in {each.post_uid for each in outside.values()}
            post = _placeholder(root, group[0], sent_at[group[0].uid])
        comments = [
            _comment(letter, parent=_parent(placing.parent[letter.uid], root), published_at=sent_at[letter.uid])
            for letter in group
            if letter.uid != root
        ]
        people: dict[str, PersonDocument] = {}
        for letter in group:
            if letter.author and letter.state == "visible":
                people.setdefault(letter.author.key, letter.author)
        reading.threads.append(
            ThreadDocument(
                exported_at=now,
                source_url="",
                people=tuple(people.values()),
                post=post,
                comments=in_reading_order(comments),
            )
        )


def _parent(uid: str | None, root: str) -> str | None:
    return None if uid == root else uid


def _post(letter: Letter, published_at: datetime) -> PostDocument:
    visible = letter.state == "visible"
    return PostDocument(
        uid=letter.uid,
        url=letter.url,
        title=(letter.subject or "(no subject)") if visible else "",
        published_at=published_at,
        author=letter.author.key if letter.author and visible else None,
        tags=letter.tags,
        edited_at=letter.edited_at,
        source=letter.source,
        source_format=letter.source_format,
        locked_at=letter.locked_at,
        lock_reason=letter.lock_reason,
        state=letter.state,
        state_reason=letter.state_reason,
    )


def _placeholder(uid: str, reply: Letter, published_at: datetime) -> PostDocument:
    title = reply.subject
    while mark := REPLY_MARK.match(title):
        title = title[mark.end() :]
    return PostDocument(
        uid=uid,
        title=title or "(no subject)",
        published_at=published_at,
        source=MISSING,
        source_format="plain",
        placeholder=True,
    )


def _comment(letter: Letter, *, parent: str | None, published_at: datetime) -> CommentDocument:
    return CommentDocument(
        uid=letter.uid,
        url=letter.url,
        parent=parent,
        published_at=published_at,
        author=letter.author.key if letter.author and letter.state == "visible" else None,
        edited_at=letter.edited_at,
        source=letter.source,
        source_format=letter.source_format,
        state=letter.state,
        state_reason=letter.state_reason,
    )
