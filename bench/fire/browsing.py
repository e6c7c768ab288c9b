"""One person's browser, as far as a server can tell: cookies, one connection that is kept, forms with their token."""

import gzip
import http.client
import time
from dataclasses import dataclass
from urllib.parse import urlencode, urljoin, urlsplit

from bench.fire.ledger import now
from bench.fire.pages import Page

PATIENCE = 60.0  # seconds for one answer: SQLite lets a writer wait for 20, and the machine may be busy
IDLE = 5.0  # seconds after which a connection is made anew: the server hangs up on idle ones after 10


class Lost(Exception):  # noqa: N818 - it says what happened
    """No answer came, or half of one."""


@dataclass(frozen=True, slots=True)
class Answer:
    path: str  # that was asked for last, after redirects
    status: int
    headers: dict[str, str]
    text: str
    asked_at: float
    took: float  # seconds

    @property
    def failed(self) -> bool:
        return self.status >= 500

    @property
    def place(self) -> str:
        """Where it redirects to; empty for a page."""
        return self.headers.get("location", "") if self.status in {301, 302} else ""


class Browser:
    def __init__(self, port: int) -> None:
        self.port = port
        self.cookies: dict[str, str] = {}
        self.asked_at = 0.0  # the last question, whatever came of it
        self._connection: http.client.HTTPConnection | None = None
        self._used_at = 0.0

    def twin(self) -> "Browser":
        """Another window: the same cookies over another connection."""
        twin = Browser(self.port)
        twin.cookies = dict(self.cookies)
        return twin

    def get(self, path: str, **headers: str) -> Answer:
        """Follows redirects, a few of them. Raises Lost."""
        for _ in range(4):
            answer = self._ask("GET", path, None, headers)
            if not answer.place:
                break
            path = urljoin(path, answer.place)
        return answer

    def post(self, path: str, fields: dict[str, str]) -> Answer:
        """Does not follow: where it leads to is the acknowledgement. Raises Lost."""
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._ask("POST", path, urlencode(fields).encode(), form)

    def log_in(self, username: str, password: str) -> None:
        fields = Page(self.get("/accounts/login/").text).fields
        answer = self.post("/accounts/login/", fields | {"login": username, "password": password})
        if not answer.place or "sessionid" not in self.cookies:
            raise RuntimeError(f"{username} cannot log in: {answer.status} {answer.place}")

    def _ask(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        self.asked_at = begun = now()
        address = urlsplit(path)
        target = f"{address.path}?{address.query}" if address.query else address.path
        sent = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()), **headers}
        try:
            if self._connection is None or begun - self._used_at > IDLE:
                self.hang_up()
                self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
            self._connection.request(method, target, body, {name: value for name, value in sent.items() if value})
            response = self._connection.getresponse()
            content = response.read()
        except (OSError, http.client.HTTPException) as fault:
            self.hang_up()
            raise Lost(repr(fault)) from None
        self._used_at = now()
        for cookie in response.headers.get_all("Set-Cookie", []):
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        named = {name.lower(): value for name, value in response.headers.items()}
        if named.get("content-encoding") == "gzip":
            content = gzip.decompress(content)
        return Answer(path, response.status, named, content.decode(), begun, self._used_at - begun)

    def hang_up(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def wait_until_up(self, patience: float) -> bool:
        """Ask until the site says that it can serve, for ``patience`` seconds at most."""
        deadline = now() + patience
        while now() < deadline:
            try:
                if self.get("/readyz").status == 200:
                    return True
            except Lost:
                pass
            time.sleep(0.1)
        return False
