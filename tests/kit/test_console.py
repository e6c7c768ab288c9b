import io

from django.core.mail import EmailMessage

from forum.kit.console import EmailBackend

LINK = "http://127.0.0.1:8000/accounts/confirm-email/" + "MQ:1xVNCg:" + "k" * 60 + "=/"


def test_a_long_link_stands_on_the_console_in_one_piece() -> None:
    stream = io.StringIO()
    letter = EmailMessage(
        "[Colloquy] Confirm", f"Open this link:\n\n{LINK}\n\n-- \nColloquy\n", "a@b.org", ["zoë@c.org"]
    )

    EmailBackend(alias="default", stream=stream).send_messages([letter])

    lines = stream.getvalue().splitlines()
    assert LINK in lines
    assert {"To: zoë@c.org", "Subject: [Colloquy] Confirm"} <= set(lines)
