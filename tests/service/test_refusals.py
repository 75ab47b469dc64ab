"""Whatever cannot be used is refused as a problem document, and nothing of it is said again, anywhere."""

from __future__ import annotations

import io
import json
import logging
import threading
import zlib
from unittest.mock import Mock

import numpy as np
import opentelemetry._logs
import opentelemetry.metrics
import opentelemetry.trace
import pyarrow as pa
import pytest
from callers import Caller
from jsonschema import validate

from ilk.service import arrow, journal, routes
from ilk.service.limits import MIB, Limits
from ilk.service.problems import MEDIA_TYPE
from ilk.service.routes import Service
from ilk.service.schemas import ProblemTold
from ilk.service.served import Shelf

SECRET = "S3CRET-42"


def one(text):
    return f'{{"customers": [{{"CUSTOMER_ID": "{SECRET}", {text}}}]}}'


def stream(table, **options):
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema, options=pa.ipc.IpcWriteOptions(**options)) as writer:
        writer.write_table(table)
    return sink.getvalue().to_pybytes()


def check_problem(answer, status):
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == MEDIA_TYPE
    told = answer.json()
    validate(told, ProblemTold.model_json_schema())
    assert told["status"] == status
    assert told["request_id"] == answer.headers["x-request-id"]
    assert SECRET not in answer.text + str(answer.headers)


JSON_REFUSED = {
    "NaN": (one('"SPEND": NaN'), 422, "/customers/0/SPEND"),
    "Infinity": (one('"SPEND": -Infinity'), 422, "/customers/0/SPEND"),
    "400 digits": (one(f'"SPEND": {"9" * 400}'), 422, "/customers/0/SPEND"),
    "5,000 digits": (one(f'"SPEND": {"9" * 5000}'), 422, None),
    "1e999": (one('"SPEND": 1e999'), 422, "/customers/0/SPEND"),
    "a flag for a number": (one('"SPEND": true'), 422, "/customers/0/SPEND"),
    "a text for a number": (one(f'"SPEND": "{SECRET}"'), 422, "/customers/0/SPEND"),
    "a list for a number": (one('"SPEND": [1]'), 422, "/customers/0/SPEND"),
    "a number for a flag": (one('"HAS_CARD": 2'), 422, "/customers/0/HAS_CARD"),
    "an object for a flag": (one('"HAS_CARD": {}'), 422, "/customers/0/HAS_CARD"),
    "an object for a text": (one('"BASKET": {}'), 422, "/customers/0/BASKET"),
    "a text for a flag": (one(f'"HAS_CARD": "{SECRET}"'), 422, "/customers/0/HAS_CARD"),
    "a flag for a text": (one('"BASKET": true'), 422, "/customers/0/BASKET"),
    "a text too long": (one(f'"BASKET": "{"x" * 1001}"'), 422, "/customers/0/BASKET"),
    "a flag for an id": ('{"customers": [{"CUSTOMER_ID": true}]}', 422, "/customers/0/CUSTOMER_ID"),
    "half an id": ('{"customers": [{"CUSTOMER_ID": 4.5}]}', 422, "/customers/0/CUSTOMER_ID"),
    "a long id": (f'{{"customers": [{{"CUSTOMER_ID": {"9" * 400}}}]}}', 422, "/customers/0/CUSTOMER_ID"),
    "an object nobody reads": (one(f'"{SECRET}": {{}}'), 422, "/customers/0"),
    "NaN nobody reads": (one(f'"{SECRET}": NaN'), 422, "/customers/0"),
    "50,000 brackets": ("[" * 50_000, 422, None),
    "50,000 closed brackets": (one(f'"SPEND": {"[" * 50_000}{"]" * 50_000}'), 422, None),
    "no object": (f'"{SECRET}"', 422, None),
    "more than customers": (f'{{"customers": [{{}}], "{SECRET}": 1}}', 422, None),
    "no customer": ('{"customers": []}', 422, "/customers"),
    "a customer that is none": (f'{{"customers": [{{}}, "{SECRET}"]}}', 422, "/customers/1"),
    "too many": (json.dumps({"customers": [{}] * 10_001}), 422, "/customers"),
    "broken": (f'{{"customers": [{{"{SECRET}', 400, None),
    "empty": ("", 400, None),
    "not UTF-8": (b'{"customers": [{"BASKET": "\xff\xfe"}]}', 400, None),
    "half a pair": (one('"BASKET": "\\ud800"'), 400, None),
}


@pytest.mark.parametrize(("body", "status", "pointer"), JSON_REFUSED.values(), ids=JSON_REFUSED)
def test_bodies_that_cannot_be_used(caller, caplog, capfd, body, status, pointer):
    """Each with its status, the place, and nothing of what was sent: not in the answer, nor in the log."""
    caplog.set_level(logging.DEBUG)
    answer = caller.post("/assign", body)
    check_problem(answer, status)
    assert pointer is None or answer.json()["errors"][0]["pointer"] == pointer
    assert SECRET not in caplog.text + "".join(capfd.readouterr())


EXPLAIN_REFUSED = {
    "a text for a number": f'{{"customer": {{"SPEND": "{SECRET}"}}}}',
    "no customer": "{}",
    "a list": '{"customer": []}',
    "something else": f'{{"customer": {{}}, "{SECRET}": 1}}',
    "a column nobody knows": f'{{"customer": {{"SPEND": 1}}, "changeable": ["{SECRET}"]}}',
    "a category": '{"customer": {"SPEND": 1}, "changeable": ["BASKET"]}',
    "no list": '{"customer": {"SPEND": 1}, "changeable": 1}',
}


@pytest.mark.parametrize("body", EXPLAIN_REFUSED.values(), ids=EXPLAIN_REFUSED)
def test_questions_that_cannot_be_answered(caller, body):
    check_problem(caller.post("/explain", body), 422)


def test_every_fault_is_told_at_once_up_to_twenty(caller):
    answer = caller.post("/assign", {"customers": [{"SPEND": "x", "VISITS": True}] * 30})
    assert answer.json()["detail"] == "The body cannot be used: 60 faults."
    assert len(answer.json()["errors"]) == 20


def test_what_http_refuses(caller):
    """No such path, no such method, another type, a compressed body, a number that is none."""
    check_problem(caller.get(f"/{SECRET}"), 404)
    check_problem(caller.get("/segments/99"), 404)
    check_problem(caller.get(f"/segments/{SECRET}"), 422)
    check_problem(caller.get("/segments/" + "9" * 400), 404)
    method = caller.get("/assign")
    check_problem(method, 405)
    assert method.headers["allow"] == "POST"
    check_problem(caller.post("/assign", "{}", "text/plain"), 415)
    check_problem(caller.post("/assign", zlib.compress(b"{}"), headers={"content-encoding": "deflate"}), 415)
    check_problem(caller.post("/assign", "{}", headers={"accept": "text/html"}), 406)


def test_a_page_of_another_site_cannot_ask(caller):
    """A browser asks first whether it may send JSON, and is refused; what it sends unasked is refused too."""
    asked = {"origin": "https://elsewhere.example", "access-control-request-method": "POST"}
    allowed = caller.ask("OPTIONS", "/assign", headers=asked | {"access-control-request-headers": "content-type"})
    check_problem(allowed, 403)
    body = {"customers": [{"SPEND": 1.0}]}
    answers = [allowed, caller.post("/assign", body, headers={"origin": asked["origin"]})]
    assert not [name for one in answers for name in one.headers if name.startswith("access-control-")]
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        check_problem(caller.post("/assign", body, kind), 415)


def test_our_own_faults_are_told_without_what_caused_them(caller, monkeypatch, caplog, capfd):
    """An exception often quotes a value; the log says where it happened, and not what it says."""

    def fail(*_):
        raise ValueError(SECRET)

    monkeypatch.setattr(routes, "segments_document", fail)
    journal.open_journal()
    try:
        check_problem(caller.get("/segments"), 500)
        told = capfd.readouterr().err
        assert "ValueError" in told
        assert "routes.py" in told
        assert SECRET not in told
    finally:
        for name in (journal.NAME, "uvicorn"):
            logging.getLogger(name).handlers.clear()
            logging.getLogger(name).propagate = True


def test_no_collector_of_telemetry_hears_of_a_request(caller, monkeypatch):
    """FastAPI tells OpenTelemetry of failures, their messages included, wherever a provider is set; ours does not."""

    def fail(*_):
        raise ValueError(SECRET)

    providers = Mock()
    monkeypatch.setattr(opentelemetry.trace, "get_tracer_provider", lambda: providers.traces)
    monkeypatch.setattr(opentelemetry.metrics, "get_meter_provider", lambda: providers.metrics)
    monkeypatch.setattr(opentelemetry._logs, "get_logger_provider", lambda: providers.logs)
    monkeypatch.setattr(routes, "segments_document", fail)
    check_problem(caller.get("/segments"), 500)
    assert caller.get("/segments/no-number").status_code == 422
    assert not providers.mock_calls


LONG_TEXTS = pa.table({"BASKET": pa.DictionaryArray.from_arrays(np.zeros(9_999, np.int32), ["x" * MIB])})
NOTHINGS = pa.table([pa.Array.from_buffers(pa.null(), 2**31 - 1, [None])], names=["SPEND"])

ARROW_REFUSED = {
    "no stream": (b"\xff" * 64, 400),
    "half a stream": (stream(pa.table({"SPEND": [1.0] * 50}))[:-80], 400),
    "a text for a number": (stream(pa.table({"SPEND": [SECRET]})), 422),
    "a flag for a number": (stream(pa.table({"SPEND": [True]})), 422),
    "a list": (stream(pa.table({"SPEND": [[1.0]]})), 422),
    "no customer": (stream(pa.table({"SPEND": pa.array([], pa.float64())})), 422),
    "too many": (stream(pa.table({"SPEND": np.zeros(10_001)})), 422),
    "a name twice": (stream(pa.table([[1.0], [1.0]], names=["SPEND", "SPEND"])), 422),
    "compressed": (stream(pa.table({"SPEND": np.zeros(9_000)}), compression="zstd"), 415),
    "a compressed dictionary": (
        stream(pa.table({"BASKET": pa.array(["x" * 10_000] * 9).dictionary_encode()}), compression="lz4"), 415,
    ),
    "a long text of many": (stream(LONG_TEXTS), 422),
    "two thousand million nothings": (stream(NOTHINGS), 422),
}  # fmt: skip


@pytest.mark.parametrize(("body", "status"), ARROW_REFUSED.values(), ids=ARROW_REFUSED)
def test_streams_that_cannot_be_used(caller, body, status):
    check_problem(caller.post("/assign", body, arrow.MEDIA_TYPE), status)


def test_a_stream_cut_or_changed_anywhere_is_refused_or_read_but_never_our_fault(caller):
    """Every cut, and a changed byte at each of a few hundred places."""
    whole = stream(pa.table({"SPEND": [1.0, 2.0], "BASKET": ["small", None]}))
    rng = np.random.default_rng(0)
    for at in range(0, len(whole), 7):
        changed = bytearray(whole)
        changed[at] ^= int(rng.integers(1, 256))
        for body in (whole[:at], bytes(changed)):
            assert caller.post("/assign", body, arrow.MEDIA_TYPE).status_code in {200, 400, 415, 422}


def test_bodies_too_large(model_file):
    """Told by their length, or found on the way."""
    caller = Caller(Service(Shelf(model_file), Limits(body=2_000)))

    async def parts():
        for _ in range(100):
            yield b" " * 100

    check_problem(caller.post("/assign", " " * 2_001), 413)
    check_problem(caller.ask("POST", "/assign", content=parts(), headers={"content-type": "application/json"}), 413)
    assert caller.post("/assign", '{"customers": [{"SPEND": 1}]}'.ljust(2_000)).status_code == 200


def test_ten_thousand_customers_of_seventeen_columns_pass(caller):
    """They are five megabytes, read on a thread; the limit is 32 MiB."""
    customer = {f"COLUMN_NUMBER_{i:02d}": 1234.56789012345 for i in range(16)} | {"SPEND": 50.0}
    body = json.dumps({"customers": [customer] * 10_000})
    assert 4 * MIB < len(body) < 32 * MIB == Limits().body
    answers = caller.post("/assign", body).json()["assignments"]
    assert len(answers) == 10_000
    assert len({json.dumps(one) for one in answers}) == 1


def test_slow_bodies_are_not_waited_for(model_file):
    caller = Caller(Service(Shelf(model_file), Limits(read_seconds=0.05)))

    async def parts():
        import asyncio

        yield b"{"
        await asyncio.sleep(5)

    check_problem(caller.ask("POST", "/assign", content=parts(), headers={"content-type": "application/json"}), 408)


def test_slow_answers_are_given_up(service, monkeypatch):
    """A thread that computes for ever holds nobody."""
    release = threading.Event()
    monkeypatch.setattr(routes, "_explained", lambda *_: release.wait(10))
    caller = Caller(Service(service.shelf, Limits(answer_seconds=0.1)))
    threading.Timer(0.5, release.set).start()
    answer = caller.post("/explain", {"customer": {"SPEND": 1}})
    check_problem(answer, 503)
    assert answer.headers["retry-after"] == "1"


def test_only_so_many_wait(service):
    """The others are told to come back; those who ask for health are answered all the same."""
    caller = Caller(Service(service.shelf, Limits(waiting=3)))
    body = {"content": json.dumps({"customer": {"SPEND": 1}}), "headers": {"content-type": "application/json"}}
    answers = caller.ask_all([("POST", "/explain", body)] * 10 + [("GET", "/healthz", {})])
    found = [answer.status_code for answer in answers]
    assert found[:10].count(200) == 3
    assert found[:10].count(503) == 7
    assert found[10] == 200


def test_large_bodies_take_turns(service):
    """Two at most are read at once; all of them are answered."""
    limits = Limits(large=2, large_from=1_000)
    caller = Caller(Service(service.shelf, limits))
    seen, now = [], 0

    async def parts():
        nonlocal now
        import asyncio

        yield b'{"customers": [{"SPEND": 1}' + b" " * 1_000
        now += 1
        seen.append(now)
        await asyncio.sleep(0.02)
        now -= 1
        yield b"]}"

    headers = {"content-type": "application/json"}
    answers = caller.ask_all([("POST", "/assign", {"content": parts(), "headers": headers}) for _ in range(6)])
    assert [answer.status_code for answer in answers] == [200] * 6
    assert max(seen) <= 2


def test_limits_are_above_nothing():
    with pytest.raises(ValueError, match="above 0"):
        Limits(body=0)


def test_arrow_answers_are_readable_by_everybody(caller):
    answer = caller.post("/assign", stream(pa.table({"SPEND": [1.0]})), arrow.MEDIA_TYPE)
    assert pa.ipc.open_stream(io.BytesIO(answer.content)).read_all().num_rows == 1
