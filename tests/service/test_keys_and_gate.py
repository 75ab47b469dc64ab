"""Who may ask, by what name, and what is written down about it."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging

import pytest
from callers import Caller, running

from ilk.address import is_loopback
from ilk.errors import BadInput, BadSetting, FileTrouble
from ilk.service import keys as rooms
from ilk.service.journal import NAME
from ilk.service.keys import Keys, add_key, read_keys
from ilk.service.limits import Limits
from ilk.service.routes import Service
from ilk.service.run import serve
from ilk.service.served import Shelf

GUARDED = ["/segments", "/segments/1", "/model", "/metrics", "/openapi.json", "/no-such-path"]


@pytest.fixture
def guarded(model_file, tmp_path):
    """A service on all addresses, and the key of the shop."""
    path = tmp_path / "keys.txt"
    key = add_key(path, "shop")
    return Service(Shelf(model_file, path), Limits()), key, path


def test_a_key_is_kept_as_a_hash_in_a_private_file(tmp_path):
    path = tmp_path / "keys.txt"
    first, second = add_key(path, "shop"), add_key(path, "app")
    text = path.read_text()
    assert first not in text
    assert hashlib.sha256(first.encode()).hexdigest() in text
    assert path.stat().st_mode & 0o077 == 0
    found = read_keys(path)
    assert (found.name_of(first), found.name_of(second), found.name_of("ilk_x")) == ("shop", "app", None)
    assert len(first) > 40


def test_every_hash_is_compared_in_constant_time(monkeypatch):
    """By hmac.compare_digest, and all of them, also after the right one."""
    seen = []
    monkeypatch.setattr(
        rooms.hmac, "compare_digest", lambda a, b, real=hmac.compare_digest: seen.append(1) or real(a, b)
    )
    digest = hashlib.sha256(b"right").digest()
    known = Keys((("a", digest), ("b", b"0" * 32), ("c", b"1" * 32)))
    assert known.name_of("right") == "a"
    assert len(seen) == 3


@pytest.mark.parametrize("text", ["", "# nothing\n", "shop 1234\n", "shop " + "g" * 64, "two words " + "a" * 64])
def test_files_that_hold_no_keys(tmp_path, text):
    path = tmp_path / "keys.txt"
    path.write_text(text)
    with pytest.raises(BadInput, match="key"):
        read_keys(path)


def test_keys_that_cannot_be_made(tmp_path):
    with pytest.raises(BadInput, match="name of a key"):
        add_key(tmp_path / "keys.txt", "two words")
    mine = tmp_path / "mine.txt"
    mine.write_text("my diary")
    with pytest.raises(BadInput):
        add_key(mine, "shop")
    assert mine.read_text() == "my diary"
    with pytest.raises(FileTrouble):
        read_keys(tmp_path / "none.txt")


@pytest.mark.parametrize("path", GUARDED)
def test_without_its_key_nothing_is_told(guarded, path):
    """Not even whether a path exists; health is open."""
    service, key, _ = guarded
    for wrong in (None, "", "ilk_wrong", key[:-1]):
        answer = Caller(service, loopback=False, host="shop.example", key=wrong).get(path)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
        assert not wrong or wrong not in answer.text
    right = Caller(service, loopback=False, host="shop.example", key=key).get(path)
    assert right.status_code == (404 if path == "/no-such-path" else 200)
    assert Caller(service, loopback=False).get("/healthz").status_code == 200
    assert Caller(service, loopback=False).get("/readyz").status_code == 200


def test_posting_needs_a_key_before_the_body_is_read(guarded):
    service, key, _ = guarded
    body = {"customers": [{"SPEND": 1}]}
    assert Caller(service, loopback=False).post("/assign", body).status_code == 401
    assert Caller(service, loopback=False, key=key).post("/assign", body).status_code == 200


def test_a_key_taken_out_of_the_file_no_longer_works(guarded):
    service, key, path = guarded
    other = add_key(path, "app")
    path.write_text("\n".join(line for line in path.read_text().splitlines() if not line.startswith("shop")))
    assert service.shelf.changed()
    assert service.shelf.renew()[0]
    assert Caller(service, key=key).get("/model").status_code == 401
    assert Caller(service, key=other).get("/model").status_code == 200
    path.write_text("")
    assert not service.shelf.renew()[0]
    assert Caller(service, key=other).get("/model").status_code == 200


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "shop.example"])
def test_off_loopback_it_does_not_start_without_keys(model_file, host):
    with pytest.raises(BadSetting, match="a key is needed") as refused:
        serve(model_file, host, 0, keys=None, limits=Limits(), quiet=True)
    assert "--new-key" in str(refused.value)


def test_what_is_loopback():
    assert all(map(is_loopback, ["127.0.0.1", "127.0.0.9", "::1", "[::1]", "localhost"]))
    assert not any(map(is_loopback, ["0.0.0.0", "::", "10.0.0.1", "localhost.example", ""]))


def test_a_page_under_another_name_cannot_reach_loopback(service):
    """DNS rebinding: the browser sends the page's own name."""
    assert Caller(service, host="evil.example").get("/model").status_code == 421
    assert [Caller(service, host=name).get("/model").status_code for name in ("127.0.0.1:9", "[::1]:9")] == [200, 200]


def test_what_a_page_of_another_site_asks_is_refused(service):
    """Whatever it sends, and whether or not its browser would show it the answer; a page of our own may ask."""
    caller = Caller(service, host="127.0.0.1:8000")
    body = {"customers": [{"SPEND": 1, "BASKET": 2}]}
    for origin in ("http://evil.example", "null", "http://127.0.0.1:9999", "https://127.0.0.1:8000.evil.example"):
        refused = caller.post("/assign", body, headers={"origin": origin})
        assert (refused.status_code, refused.json()["type"].rpartition(":")[2]) == (403, "other-site"), origin
    assert caller.post("/assign", body, headers={"origin": "http://127.0.0.1:8000"}).status_code == 200
    assert caller.post("/assign", body).status_code == 200


def test_the_log_holds_no_contents(caller, caplog):
    """A line of JSON a request: which route, how long, how many; no address, no query, no value."""
    caplog.set_level(logging.INFO, logger=NAME)
    caller.assign([{"CUSTOMER_ID": "S3CRET", "SPEND": 1, "BASKET": "S3CRET"}] * 3)
    caller.get("/S3CRET?key=S3CRET", headers={"user-agent": "S3CRET", "x-request-id": "S3CRET"})
    lines = [record.told for record in caplog.records if record.name == NAME]
    assert [(line["method"], line["path"], line["status"]) for line in lines] == [
        ("POST", "/assign", 200),
        ("GET", "(no such path)", 404),
    ]
    assert lines[0]["customers"] == 3
    assert lines[0]["ms"] > 0
    assert len({line["request_id"] for line in lines}) == 2
    assert "S3CRET" not in json.dumps(lines)


def test_metrics_count_requests_and_segments(caller):
    answers = caller.assign([{"SPEND": 1}, {"SPEND": 1000}, {}])
    caller.get("/S3CRET")
    text = caller.get("/metrics").text
    assert 'ilk_requests_total{method="POST",path="/assign",status="200"} 1.0' in text
    assert 'ilk_customers_total{segment="none"} 1.0' in text
    assert f'ilk_customers_total{{segment="{answers[0]["segment"]}"}}' in text
    assert "process_resident_memory_bytes" in text
    assert "S3CRET" not in text


def test_headers_that_keep_browsers_from_guessing(caller):
    for path in ("/model", "/nothing"):
        headers = caller.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "No model was named"),
        (("nowhere.ilk",), "There is no nowhere.ilk"),
        (("--new-key", "shop"), "add --keys"),
        (("{model}", "--max-body", "many"), "--max-body is not a size"),
        (("{model}", "--host", "0.0.0.0"), "a key is needed"),
    ],
)
def test_the_command_says_what_is_missing(model_file, arguments, said):
    from typer.testing import CliRunner

    from ilk.cli import app

    done = CliRunner().invoke(app, ["serve", *(part.format(model=model_file) for part in arguments)])
    assert done.exit_code == 2
    assert said in done.stderr


def test_the_command_makes_a_key(tmp_path):
    from typer.testing import CliRunner

    from ilk.cli import app

    done = CliRunner().invoke(app, ["serve", "--new-key", "shop", "--keys", str(tmp_path / "k.txt")])
    assert read_keys(tmp_path / "k.txt").name_of(done.stdout.strip()) == "shop"


def test_an_address_in_use_is_a_sentence(model_file):
    with running(model_file) as (address, _, _):
        port = int(address.rpartition(":")[2])
        with pytest.raises(FileTrouble, match="cannot be taken"):
            serve(model_file, "127.0.0.1", port, keys=None, limits=Limits(), quiet=True)
