"""A model that is replaced: opened once, tried, swapped; the old one stays when the new one is no good."""

from __future__ import annotations

import asyncio
import json
import platform
import signal
import time
import urllib.error
import urllib.request
from pathlib import Path

import httpx
import pytest
from callers import running

from ilk.model.parts import Edit
from ilk.service.limits import Limits
from ilk.service.routes import Service
from ilk.service.served import Shelf


def renamed(model, name):
    return model.edited(Edit("rename", "", "2026-11-23", uid=model.segments[0].uid, text=name))


def names(service):
    return [segment.persona.name for segment in service.shelf.served.model.segments]


def test_a_replaced_file_is_in_use_at_once(model, model_file, caller):
    shelf, old = caller.service.shelf, caller.get("/model").json()
    assert not shelf.changed()
    renamed(model, "Anew").save(model_file)
    assert shelf.changed()
    assert shelf.renew() == (True, f"Model {shelf.served.tag} is in use.")
    assert not shelf.changed()
    assert caller.get("/model").json()["model"] != old["model"]
    assert caller.get("/segments/1").json()["name"] == "Anew"


@pytest.mark.parametrize("damage", ["half", "gone", "other", "empty"])
def test_the_old_one_stays_when_the_new_one_is_no_good(model_file, caller, damage):
    shelf, before = caller.service.shelf, caller.get("/model").json()
    whole = model_file.read_bytes()
    if damage == "gone":
        model_file.unlink()
        assert not shelf.changed()
    else:
        model_file.write_bytes({"half": whole[: len(whole) // 2], "other": b"{}", "empty": b""}[damage])
        assert shelf.changed()
    well, sentence = shelf.renew()
    assert not well
    assert "stays in use" in sentence
    assert caller.get("/model").json() == before
    model_file.write_bytes(whole)
    assert shelf.renew()[0]


def test_the_file_is_opened_once(model_file, monkeypatch):
    """Between two openings it could be another one."""
    opened = []
    real = Path.open
    monkeypatch.setattr(Path, "open", lambda self, *a, **k: opened.append(self) or real(self, *a, **k))
    Shelf(model_file)
    assert opened == [model_file]


def test_the_watch_renews_when_the_file_changes(model, model_file):
    service = Service(Shelf(model_file), Limits(watch_seconds=0.01))

    async def wait():
        watching = asyncio.create_task(service.watch())
        renamed(model, "Anew").save(model_file)
        for _ in range(200):
            await asyncio.sleep(0.02)
            if names(service)[0] == "Anew":
                break
        watching.cancel()

    asyncio.run(wait())
    assert names(service)[0] == "Anew"


def test_sighup_renews_without_a_dropped_request(model, model_file):
    """Requests go on while models are swapped; each is answered, by the old one or by the new."""
    body = json.dumps({"customers": [{"CUSTOMER_ID": "1", "SPEND": 50}]})
    with running(model_file) as (address, process, lines), httpx.Client(base_url=address) as client:
        seen = set()
        for i in range(5):
            renamed(model, f"Name {i}").save(model_file)
            process.send_signal(signal.SIGHUP)
            for _ in range(40):
                answer = client.post("/assign", content=body, headers={"content-type": "application/json"})
                assert answer.status_code == 200
                seen.add(client.get("/segments/1").json()["name"])
        end = time.monotonic() + 10
        while client.get("/segments/1").json()["name"] != "Name 4" and time.monotonic() < end:
            time.sleep(0.05)
        assert client.get("/segments/1").json()["name"] == "Name 4"
    assert any(json.loads(line)["event"] == "renewed" for line in lines)


def test_sigterm_answers_what_is_in_flight(model_file):
    """A body that is still on its way when the signal comes gets its answer; then the process ends well."""

    def slowly(process):
        yield b'{"customers": [{"SPEND": 50'
        time.sleep(0.3)
        process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        yield b"}]}"

    with running(model_file) as (address, process, lines):
        answer = httpx.post(f"{address}/assign", content=slowly(process), headers={"content-type": "application/json"})
        assert answer.status_code == 200
        assert len(answer.json()["assignments"]) == 1
        assert process.wait(10) == 0
    assert json.loads(lines[-1])["event"] == "stopped"


def test_ctrl_c_stops_with_130(model_file):
    with running(model_file) as (address, process, lines):
        assert httpx.get(f"{address}/healthz").status_code == 200
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 130
    assert "Traceback" not in "".join(lines)


def test_nothing_heavy_is_loaded(model_file):
    """Assigning 10,000 customers, explaining, and describing itself: no scikit-learn, numba, pandas, scipy.stats."""
    body = json.dumps({"customers": [{"SPEND": 50, "BASKET": "small"}] * 10_000})
    headers = {"content-type": "application/json"}
    with running(model_file) as (address, process, _), httpx.Client(base_url=address, timeout=30) as client:
        assert client.post("/assign", content=body, headers=headers).status_code == 200
        assert client.post("/explain", content='{"customer": {"SPEND": 1}}', headers=headers).status_code == 200
        assert client.get("/openapi.json").status_code == 200
        mapped = Path(f"/proc/{process.pid}/maps").read_text()
    for name in ("sklearn", "numba", "llvmlite", "pandas", "polars"):
        assert f"/site-packages/{name}/" not in mapped, name
    assert "/site-packages/numpy/" in mapped


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other allocators keep memory in other ways")
def test_what_a_request_gives_back_is_kept_for_the_next(model_file):
    """Fifty requests of 250 customers with blanks: their arrays are not taken from the system anew, page by page."""
    body = json.dumps({"customers": [{"SPEND": 9.0 + i} for i in range(250)]})
    headers = {"content-type": "application/json"}
    with running(model_file) as (address, process, _), httpx.Client(base_url=address, timeout=30) as client:
        faults = []
        for _ in range(60):
            assert client.post("/assign", content=body, headers=headers).status_code == 200
            told = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
            faults.append(int(told[7]))
    assert faults[-1] - faults[9] < 50 * 20


def test_refusals_on_the_wire_are_problems_too(model_file):
    """A body too large is refused before it is sent; one that is not HTTP is the server's own."""
    with running(model_file, "--max-body", "1KiB") as (address, _, _):
        answer = httpx.post(f"{address}/assign", content=b" " * 5_000_000, headers={"content-type": "application/json"})
        assert answer.status_code == 413
        assert answer.headers["content-type"] == "application/problem+json"
        assert httpx.get(f"{address}/healthz").status_code == 200


def test_who_sends_first_and_reads_then_is_told_too(model_file):
    """The standard library sends the whole body before it reads; whether it told the length or not, it is told why."""

    def parts():
        for _ in range(300):  # more than the buffers between the two take
            yield b" " * 100_000

    headers = {"content-type": "application/json"}
    with running(model_file, "--max-body", "8MiB") as (address, _, _):
        for body in (b" " * 30_000_000, parts()):
            asked = urllib.request.Request(f"{address}/assign", data=body, headers=headers, method="POST")
            with pytest.raises(urllib.error.HTTPError) as refused:
                urllib.request.urlopen(asked, timeout=30)
            assert refused.value.code == 413
            assert "At most 8,388,608 bytes" in json.load(refused.value)["detail"]
