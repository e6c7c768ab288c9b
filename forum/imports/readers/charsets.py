"""Bytes of unknown or wrongly declared encoding, as text. Nothing here fails, and nothing is lost silently."""

import base64
import binascii
import codecs
import quopri
import re

# Text encodings of Python that are no charsets of mail, may be slow or give what is no text.
NOT_CHARSETS = {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "utf-7", "mbcs", "oem"}
ENCODED_WORD = re.compile(r"=\?([^?\s*]+)(?:\*[^?\s]*)?\?([bBqQ])\?([^?]*)\?=")


def decode(data: bytes, charset: str = "") -> str:
    """``data`` as text: as declared if that works, else UTF-8, else windows-1252, which knows nearly every byte."""
    for name in (_codec(charset), "utf-8", "cp1252"):
        if name is None:
            continue
        try:
            text = data.decode(name)
        except (UnicodeDecodeError, LookupError, ValueError):
            continue
        if not re.search("[\ud800-\udfff]", text):
            return text
    return data.decode("latin-1")


def _codec(charset: str) -> str | None:
    try:
        name = codecs.lookup(charset.strip().strip("\"'")).name
    except (LookupError, ValueError):
        return None
    if name in NOT_CHARSETS:
        return None
    # What calls itself Latin-1 in mail is windows-1252, which differs in 32 control characters that nobody means.
    return "cp1252" if name == "iso8859-1" else name


def decode_words(text: str) -> str:
    """A header's value with its encoded words (RFC 2047) read; what is broken stays as it stands."""
    text = re.sub(r"\?=\s+=\?", "?==?", text)
    read: list[str] = []
    position = 0
    pending, charset = b"", ""  # a character may be split between two words of one charset
    for word in ENCODED_WORD.finditer(text):
        data = _decode_word(word[2], word[3])
        if data is None:
            continue
        if pending and (word.start() != position or word[1].lower() != charset):
            read.append(decode(pending, charset))
            pending = b""
        read.append(text[position : word.start()])
        pending, charset = pending + data, word[1].lower()
        position = word.end()
    if pending:
        read.append(decode(pending, charset))
    read.append(text[position:])
    return "".join(read)


def _decode_word(encoding: str, text: str) -> bytes | None:
    if not text.isascii():
        return None
    data = text.encode("ascii")
    if encoding in "qQ":
        return quopri.decodestring(data.replace(b" ", b"_"), header=True)
    try:
        return base64.b64decode(data + b"=" * (-len(data) % 4), validate=True)
    except binascii.Error:
        return None
