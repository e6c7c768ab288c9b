"""Mail on the console, to be read there by a person.

Django's own backend prints the letter as it would travel. Lines over 78 characters travel broken, and the link that
confirms an address is such a line: copied from the console it led nowhere.
"""

from django.core.mail import EmailMessage
from django.core.mail.backends import console


class EmailBackend(console.EmailBackend):
    def write_message(self, message: EmailMessage) -> None:
        head = {"From": message.from_email, "To": ", ".join(message.to), "Subject": message.subject}
        lines = [f"{name}: {value}" for name, value in head.items()]
        self.stream.write("\n".join([*lines, "", str(message.body).rstrip(), "-" * 79, ""]))
