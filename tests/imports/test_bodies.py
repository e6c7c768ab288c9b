import pytest

from tests.imports.letters import make_mail, read


def source_of(body: str | bytes, **fields) -> str:
    marker = "BODY"
    data = make_mail("a", MIME_Version="1.0", body=marker, **fields)
    return read(data.replace(marker.encode(), body.encode() if isinstance(body, str) else body)).threads[0].post.source


def parts(*bodies: str) -> str:
    return "".join(f"--b\n{body}\n" for body in bodies) + "--b--\n"


def test_text_stays_as_it_was_to_the_letter():
    text = "> quoted\n\n  indented\n\ttab\n-- \nsignature  \n\n\n"

    assert source_of(text) == text


@pytest.mark.parametrize(
    "charset, data, text",
    [
        ("utf-8", "naïve €".encode(), "naïve €"),
        ("iso-8859-1", "naïve".encode("latin-1"), "naïve"),
        ("iso-8859-1", b"\x93quoted\x94", "“quoted”"),
        ("us-ascii", "naïve".encode(), "naïve"),
        ("us-ascii", b"na\xefve", "naïve"),
        ("utf-8", b"na\xefve", "naïve"),
        ("x-no-such-charset", "naïve".encode(), "naïve"),
        ("unicode_escape", b"\\ud800", "\\ud800"),
        ("gb2312", "中文".encode("gb2312"), "中文"),
        ("iso-2022-jp", "日本".encode("iso-2022-jp"), "日本"),
        ("utf-8", b"\xef\xbb\xbfmark", "mark"),
        ("cp1252", b"\x81\x8d odd", "\x81\x8d odd"),
    ],
)
def test_every_encoding_is_read_also_when_the_mail_is_wrong_about_it(charset, data, text):
    assert source_of(data, Content_Type=f"text/plain; charset={charset}") == text


def test_transfer_encodings_are_undone():
    utf8 = {"Content_Type": "text/plain; charset=utf-8"}

    assert source_of("caf=C3=A9=\n!\n", Content_Transfer_Encoding="quoted-printable", **utf8) == "café!\n"
    assert source_of("Y2Fmw6k=\n", Content_Transfer_Encoding="base64", **utf8) == "café"
    assert source_of("as it is\n", Content_Transfer_Encoding="x-unheard-of") == "as it is\n"


def test_line_ends_of_other_systems_become_newlines():
    assert source_of(b"one\r\ntwo\rthree\r\n") == "one\ntwo\nthree\n"


def test_of_alternatives_the_plain_one_is_taken():
    body = parts("Content-Type: text/plain\n\nplain", "Content-Type: text/html\n\n<p>rich</p>")

    assert source_of(body, Content_Type="multipart/alternative; boundary=b") == "plain"


def test_a_signed_mail_is_its_text():
    body = parts("Content-Type: text/plain\n\nsigned text\n", "Content-Type: application/pgp-signature\n\n-----BEGIN")

    assert source_of(body, Content_Type="multipart/signed; boundary=b") == "signed text\n"


def test_attachments_are_named_in_a_line_each():
    body = parts(
        "Content-Type: text/plain\n\nSee the plot.",
        'Content-Type: image/png\nContent-Disposition: attachment; filename="plot\n\t1.png"\n'
        "Content-Transfer-Encoding: base64\n\nAAAA",
        "Content-Type: text/plain\nContent-Disposition: attachment; filename*=utf-8''l%C3%B6g.txt\n\nlog",
        "Content-Type: application/octet-stream\n\n12345",
    )

    assert source_of(body, Content_Type="multipart/mixed; boundary=b") == (
        "See the plot.\n\n"
        "[Attachment: plot 1.png (image/png, 3 bytes)]\n"
        "[Attachment: lög.txt (text/plain, 3 bytes)]\n"
        "[Attachment: without a name (application/octet-stream, 5 bytes)]\n"
    )


def test_several_texts_stand_below_each_other():
    body = parts(
        "Content-Type: text/plain\n\nThe mail.\n",
        "Content-Type: text/plain\n\n",
        "Content-Type: text/x-patch\nContent-Disposition: inline; filename=a.patch\n\n+line\n",
    )

    assert source_of(body, Content_Type="multipart/mixed; boundary=b") == "The mail.\n\n+line\n"


def test_a_forwarded_message_is_named_and_not_read_in():
    body = parts("Content-Type: text/plain\n\nLook:", "Content-Type: message/rfc822\n\nSubject: inner\n\nsecret")

    assert source_of(body, Content_Type="multipart/mixed; boundary=b") == (
        "Look:\n\n[Attachment: without a name (message/rfc822)]\n"
    )


@pytest.mark.parametrize(
    "content_type, body",
    [
        ("multipart/mixed", "no boundary at all\n"),
        ("multipart/mixed; boundary=b", "the boundary never comes\n"),
        ("multipart/mixed; boundary=b", ""),
        ("multipart/mixed; boundary=b", "--b\n--b--\n"),
        ("text/plain; charset", "half a parameter\n"),
        ("nonsense", "no type\n"),
        ("text/plain", ""),
    ],
)
def test_broken_and_empty_parts_do_no_harm(content_type, body):
    source = source_of(body, Content_Type=content_type)

    assert source in {body, ""}
    assert source == body or "--b" in body


def test_html_alone_becomes_text():
    page = """<html><head><title>no</title><style>p{}</style></head><body><p>First &amp; <b>bold</b>
      line<br>second</p><script>alert(1)</script><ul><li>one<li>two</ul><blockquote><p>theirs</p>
      <blockquote>older</blockquote></blockquote><pre>a
  b</pre><a href="https://x.example/y">there</a> <a href="javascript:z">no</a></body></html>"""

    assert source_of(page, Content_Type="text/html") == (
        "First & bold line\nsecond\n\n- one\n- two\n\n> theirs\n>\n> > older\n\na\n  b\n\n"
        "there <https://x.example/y> no\n"
    )


def test_hostile_html_costs_little():
    page = "<blockquote>" * 20_000 + "deep" + "<a" * 10_000 + "<div" * 10_000

    assert "deep" in source_of(page, Content_Type="text/html")


def test_parts_a_thousand_deep_are_a_fault_of_that_mail_or_read():
    body = "".join(f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(3000))
    reading = read(make_mail("a"), make_mail("deep", Content_Type=None, body="").rstrip(b"\n") + b"\n" + body.encode())

    assert reading.threads[0].post.uid == "a@x"
    assert len(reading.threads) + len(reading.faults) == 2
