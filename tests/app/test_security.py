"""What the app lets in, lets out, and refuses to start with."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
from urllib.parse import urlsplit

import pytest
from visitors import app_running

from ilk.app import glance
from ilk.app.launch import Launch
from ilk.errors import FileTrouble, IlkError
from ilk.settings import Settings

OUTSIDE = "is not under"


def ask(address, path="/", *, host=None, method="GET", body=None, **headers):
    """One request, called by whatever name."""
    at = urlsplit(address)
    connection = http.client.HTTPConnection(at.hostname, at.port, timeout=20)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.putrequest(method, path, skip_host=True)
    for name, value in {"Host": host or at.netloc, **named}.items():
        connection.putheader(name, value)
    if body is not None:
        connection.putheader("Content-Length", str(len(body)))
    connection.endheaders(body)
    answer = connection.getresponse()
    found = answer.status, {name.lower(): value for name, value in answer.getheaders()}
    connection.close()
    return found


def run(*arguments, cwd, **env):
    """`ilk app ...` until it ends by itself."""
    command = [sys.executable, "-m", "ilk", "app", *map(str, arguments)]
    inherited = {**os.environ, "HOME": str(cwd), **env}
    return subprocess.run(command, cwd=cwd, env=inherited, capture_output=True, text=True, timeout=60, check=False)


# ---------------------------------------------------------------- paths


def test_what_lies_outside_cannot_be_told_from_what_is_not_there(tmp_path):
    """Existing files, missing ones, links, loops, homes and nonsense are answered with the same words."""
    root, out = tmp_path / "in", tmp_path / "out"
    root.mkdir()
    out.mkdir()
    (out / "there.csv").write_text("a")
    (out / "loop").symlink_to(out / "loop")
    (root / "to-there.csv").symlink_to(out / "there.csv")
    (root / "to-nowhere.csv").symlink_to(out / "nowhere.csv")
    launch, said = Launch(roots=(root,)), set()
    for path in (
        *(str(out / name) for name in ("there.csv", "nowhere.csv", "loop", "loop/x", "there.csv/x", "x" * 5000)),
        *(f"../out/{name}" for name in ("there.csv", "nowhere.csv")),
        *("to-there.csv", "to-nowhere.csv", "~root", "~nobody-has-this-name", "~/x", "/", "..", "/proc/self/environ"),
        "a\x00b",
    ):
        with pytest.raises(FileTrouble) as refused:
            launch.allowed(path)
        said.add(str(refused.value).replace(path, "PATH", 1))
    assert len({text for text in said if OUTSIDE in text}) == 1
    assert {text for text in said if OUTSIDE not in text} <= {"There is no PATH. Do: check the name."}


def test_a_query_reads_no_other_file(tmp_path):
    (tmp_path / "a.csv").write_text("id,x\n" + "".join(f"{i},{i * i}\n" for i in range(30)))
    (tmp_path / "secret.csv").write_text("id,x\n" + "".join(f"{i},{i}\n" for i in range(30)))
    for query in (
        f"SELECT * FROM read_csv('{tmp_path / 'secret.csv'}')",
        f"SELECT * FROM '{tmp_path / 'secret.csv'}'",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM glob('/etc/*')",
    ):
        with pytest.raises(IlkError):
            glance.look_at(tmp_path / "a.csv", Settings.of({"query": query}))
    with pytest.raises(IlkError):
        glance.look_at(tmp_path / "a.csv", Settings.of({"where": "x IN (SELECT 1 FROM read_text('/etc/passwd'))"}))


# ---------------------------------------------------------------- what it refuses to start with


def test_off_loopback_it_wants_sign_in_or_a_word(tmp_path):
    ended = run("--host", "0.0.0.0", cwd=tmp_path)
    assert ended.returncode == 2
    assert "--sign-in, or --without-sign-in" in ended.stderr


def test_signing_in_needs_secrets(tmp_path):
    ended = run("--sign-in", cwd=tmp_path)
    assert (ended.returncode, "--sign-in needs to know who vouches" in ended.stderr) == (2, True)
    (tmp_path / ".streamlit").mkdir()
    (tmp_path / ".streamlit" / "secrets.toml").write_text('[auth]\nredirect_uri = "http://x/oauth2callback"\n')
    ended = run("--sign-in", cwd=tmp_path)
    assert ended.returncode == 2
    assert "'cookie_secret'" in ended.stderr
    assert "'redirect_uri'" not in ended.stderr


def test_a_port_in_use_is_a_sentence(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ended = run("--port", taken.getsockname()[1], cwd=tmp_path)
    assert ended.returncode == 2
    assert "cannot be taken" in ended.stderr
    assert "The app is on" not in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_root_is_a_folder(tmp_path):
    ended = run("--root", tmp_path / "nowhere", cwd=tmp_path)
    assert (ended.returncode, "is not a folder" in ended.stderr) == (2, True)


def test_without_the_extra_it_says_how_to_get_it(tmp_path):
    (tmp_path / "sitecustomize.py").write_text("import sys; sys.modules['streamlit'] = None\n")
    ended = run(cwd=tmp_path, PYTHONPATH=str(tmp_path))
    assert ended.returncode == 2
    assert "pip install 'ilk[app]'" in ended.stderr


# ---------------------------------------------------------------- what it answers


def ask_to_connect(address, **how):
    return ask(
        address,
        "/_stcore/stream",
        Connection="Upgrade",
        Upgrade="websocket",
        Sec_WebSocket_Version="13",
        Sec_WebSocket_Key="dGhlIHNhbXBsZSBub25jZQ==",
        **how,
    )[0]


@pytest.mark.slow
def test_on_loopback(made, tmp_path):
    """Headers on every answer; no foreign name, no foreign page, no upload without the token; one line, and 130."""
    with app_running(made, cwd=tmp_path) as address:
        for path in ("/", "/segments", "/_stcore/health", "/_stcore/host-config", "/static/nothing.js"):
            headers = ask(address, path)[1]
            assert headers["x-content-type-options"] == "nosniff", path
            assert "frame-ancestors 'none'" in headers["content-security-policy"], path
            assert headers["referrer-policy"] == "no-referrer", path
        port = urlsplit(address).port
        for known in (f"localhost:{port}", f"127.0.0.1:{port}", "LOCALHOST"):
            assert ask(address, host=known)[0] == 200
            assert ask_to_connect(address, host=known) == 101
        for foreign in ("evil.example", f"evil.example:{port}", "localhost.evil.example", "127.0.0.1.evil.example"):
            assert ask(address, host=foreign)[0] == 421
            assert ask_to_connect(address, host=foreign) == 403
        assert ask_to_connect(address, Origin="http://evil.example") == 403
        assert ask(address, "/_stcore/upload_file/a/b", method="PUT", body=b"a")[0] in {400, 403}
    log = (tmp_path / "app.log").read_text()
    assert log.splitlines()[0].startswith("The app is on http://localhost:")
    assert log.splitlines()[1:] == ["ilk: Stopped; nothing half-written is left."]


@pytest.mark.slow
def test_off_loopback(made, tmp_path):
    """The server's own figures are hidden, paths are off, and only names that were allowed are answered."""
    arguments = (made, "--host", "0.0.0.0", "--without-sign-in", "--allow-host", "127.0.0.1")
    with app_running(*arguments, cwd=tmp_path) as address:
        for path in ("/_stcore/metrics", "/_stcore/metrics/", "//_stcore/metrics", "/_stcore/./metrics"):
            status, headers = ask(address, path)
            assert status in {404, 307, 400} or "text/html" in headers["content-type"], path
        assert ask(address, "/_stcore/metrics")[0] == 404
        assert ask(address)[0] == 200
        assert ask(address, host="localhost")[0] == 421
    assert Launch(loopback=False).roots == ()


@pytest.mark.slow
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 0)])
def test_it_ends_when_told_to(made, tmp_path, number, code):
    """And leaves nothing of its sessions."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "ilk", "app", str(made), "--port", str(port)]
    env = {**os.environ, "ILK_CACHE_DIR": str(tmp_path / "cache")}
    how = {"cwd": tmp_path, "env": env, "stderr": subprocess.PIPE, "text": True, "start_new_session": True}
    with subprocess.Popen(command, **how) as process:
        assert "The app is on" in process.stderr.readline()
        process.send_signal(number)
        said = process.stderr.read()
        assert process.wait(15) == code
    assert "Traceback" not in said
    assert ("Stopped" in said) == (code == 130)
