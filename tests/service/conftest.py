"""A small shop, the model of it, and ways to call a service that serves it: within the process, and as a process."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path

import httpx
import numpy as np
import pyarrow as pa
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "model"))

from built import build

from ilk.service.limits import Limits
from ilk.service.routes import Service, make_app
from ilk.service.served import Shelf

JSON = "application/json"


def shop(n=600, seed=3):
    """Amounts, a count, a flag, a category, a date and an address, with blanks; ids with leading zeros."""
    rng = np.random.default_rng(seed)
    kind = np.arange(n) % 3
    visits = rng.poisson(3 + 5 * (kind == 1)).astype(float)
    visits[rng.random(n) < 0.1] = np.nan
    size = np.array(["small", "medium", "large"], object)[(kind + (rng.random(n) < 0.2)) % 3]
    size[rng.random(n) < 0.05] = None
    days = np.datetime64("2024-01-01") + (300 * kind + rng.integers(0, 200, n)).astype("timedelta64[D]")
    return pa.table(
        {
            "CUSTOMER_ID": [f"{i:05d}" for i in rng.permutation(n)],
            "SPEND": np.round(np.exp(rng.normal(4 + kind, 0.5)), 2),
            "VISITS": pa.array(visits, from_pandas=True),
            "PROMO_SHARE": np.round(rng.beta(2 + 5 * (kind == 0), 4), 3),
            "HAS_CARD": rng.random(n) < 0.2 + 0.5 * (kind == 1),
            "BASKET": pa.array(size, pa.string()),
            "JOINED": pa.array(days),
            "REGION": pa.array(np.array(["north", "south", "HQ"], object)[rng.choice(3, n, p=[0.6, 0.35, 0.05])]),
            "EMAIL": [f"somebody{i}@example.com" for i in range(n)],
        }
    )


@pytest.fixture(scope="session")
def frame():
    return shop()


@pytest.fixture(scope="session")
def model(frame):
    roles = {"BASKET": "category", "JOINED": "date", "REGION": "descriptor"}
    return build(frame, ks=(2, 3, 4), k=3, id="CUSTOMER_ID", role=roles, personas=True)


@pytest.fixture
def model_file(model, tmp_path):
    return model.save(tmp_path / "shop.ilk")


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


@pytest.fixture
def service(model_file):
    return Service(Shelf(model_file), Limits())


@pytest.fixture
def caller(service):
    return Caller(service)


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
