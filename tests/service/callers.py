"""Ways to call a service: within the process, and as a process."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
import threading
from contextlib import contextmanager

import httpx
import pytest

from ilk.service.routes import make_app

JSON = "application/json"


def as_json(table, columns=None):
    """Customers as a request has them."""
    table = table.select(columns) if columns else table
    return json.loads(json.dumps(table.to_pylist(), default=str))


class Caller:
    """Calls an application within the process."""

    def __init__(self, service, *, loopback=True, host="localhost", key=None):
        self.service, self.app = service, make_app(service, loopback=loopback)
        self.host, self.key = host, key

    def ask(self, method, path, **given):
        """One request, one answer."""
        return self.ask_all([(method, path, given)])[0]

    def ask_all(self, requests):
        """Requests at the same time."""
        return asyncio.run(self._all(requests))

    async def _all(self, requests):
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        headers = {"authorization": f"Bearer {self.key}"} if self.key else {}
        async with httpx.AsyncClient(transport=transport, base_url=f"http://{self.host}", headers=headers) as client:
            return await asyncio.gather(*(client.request(m, p, **given) for m, p, given in requests))

    def get(self, path, **given):
        return self.ask("GET", path, **given)

    def post(self, path, body, kind=JSON, **given):
        """A body of bytes or text as it is, anything else as JSON."""
        content = body if isinstance(body, (bytes, str)) else json.dumps(body)
        return self.ask(
            "POST", path, content=content, headers={"content-type": kind, **given.pop("headers", {})}, **given
        )

    def assign(self, customers):
        answer = self.post("/assign", {"customers": customers})
        assert answer.status_code == 200, answer.text
        return answer.json()["assignments"]


@contextmanager
def running(*arguments):
    """`ilk serve` as a process on a free port; yields (address, process, lines of its log)."""
    command = [sys.executable, "-m", "ilk", "serve", *map(str, arguments), "--port", "0"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    lines = [process.stderr.readline()]
    found = re.search(r'"address": ?"([^"]+)"', lines[0])
    if not found:
        process.kill()
        pytest.fail(lines[0] + process.stderr.read())
    reader = threading.Thread(target=lambda: lines.extend(process.stderr), daemon=True)
    reader.start()
    try:
        yield found[1], process, lines
    finally:
        if process.poll() is None:
            process.terminate()
        process.wait(20)
        reader.join(5)
        process.stderr.close()
        process.stdout.close()
