"""A small STS whose credentials end soon, and which remembers how it was asked."""

from __future__ import annotations

import threading
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

__all__ = ["FakeSts", "fake_sts"]

_ANSWER = """<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>
<AssumedRoleUser><Arn>{arn}</Arn><AssumedRoleId>AROA:x</AssumedRoleId></AssumedRoleUser>
<Credentials><AccessKeyId>ROLEKEY{number}</AccessKeyId><SecretAccessKey>secret{number}</SecretAccessKey>
<SessionToken>token{number}</SessionToken><Expiration>{expiration}</Expiration></Credentials>
</AssumeRoleResult><ResponseMetadata><RequestId>r-{number}</RequestId></ResponseMetadata></AssumeRoleResponse>"""
_REFUSAL = """<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>
<Code>{code}</Code><Message>no</Message></Error><RequestId>r-0</RequestId></ErrorResponse>"""


class FakeSts:
    """What the server does, and the requests that it had: parameters, and the access key of who asked."""

    def __init__(self) -> None:
        self.url = ""
        self.lifetime_seconds = 3600.0
        self.refusals: list[tuple[int, str]] = []
        self.requests: list[dict[str, str]] = []

    def answer(self, parameters: dict[str, str]) -> tuple[int, str]:
        """Return status and body for a request."""
        self.requests.append(parameters)
        if self.refusals:
            status, code = self.refusals.pop(0)
            return status, _REFUSAL.format(code=code)
        ends = datetime.now(UTC) + timedelta(seconds=self.lifetime_seconds)
        expiration = ends.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        return 200, _ANSWER.format(arn=parameters["RoleArn"], number=len(self.requests), expiration=expiration)


@contextmanager
def fake_sts() -> Iterator[FakeSts]:
    """Run the server on a free port."""
    sts = FakeSts()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            asked_by = self.headers.get("Authorization", "").partition("Credential=")[2].partition("/")[0]
            status, text = sts.answer({**dict(urllib.parse.parse_qsl(body)), "asked_by": asked_by})
            self.send_response(status)
            self.send_header("Content-Type", "text/xml")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - http.server's name
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    sts.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield sts
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
