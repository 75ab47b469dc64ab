"""Signing in, from the button to a name under an approval."""

from __future__ import annotations

import json

import pytest
from visitors import app_running, free_port
from vouching import vouching

from ilk.app import shelf

pytestmark = pytest.mark.slow

NAME = "Ada Lovelace"


def write_secrets(folder, provider, port):
    """As docs/guide/app.md shows."""
    told = {"redirect_uri": f"http://localhost:{port}/oauth2callback", **provider.secrets}
    (folder / ".streamlit").mkdir()
    lines = [f"{name} = {json.dumps(value)}" for name, value in told.items()]
    (folder / ".streamlit" / "secrets.toml").write_text("\n".join(["[auth]", *lines]) + "\n")


def test_who_signed_in_is_who_approves(study, tmp_path, visit):
    """Nothing is shown before; the name is the provider's and cannot be typed; signed out, nothing is shown again."""
    pytest.importorskip("authlib")
    port = free_port()
    with vouching(sub="1815", name=NAME, email="ada@example.com") as provider:
        write_secrets(tmp_path, provider, port)
        with app_running(study, "--sign-in", cwd=tmp_path, port=port):
            visitor = visit(f"http://localhost:{port}")
            page = visitor.go("studies")
            assert page.get_by_role("heading", level=1).all_inner_texts() == ["ilk"]
            assert page.get_by_text("customers").count() == 0
            page.get_by_role("button", name="Sign in").click()
            page.get_by_role("button", name="Sign out").wait_for()
            visitor.settled()
            assert provider.exchanged == 1

            page.get_by_role("link", name="Studies").click()
            page.get_by_role("heading", name="Studies").wait_for()
            page.get_by_role("button", name="More").first.click()
            own = page.get_by_role("textbox", name="Your name")
            assert own.is_disabled()
            assert own.input_value() == NAME
            page.get_by_role("textbox", name="Why this one").fill("The board agreed")
            page.get_by_role("button", name="Approve").click()
            page.get_by_text(f"Approved by {NAME}").wait_for()
            approval = shelf.approval_of(study)
            assert (approval.who, approval.why) == (NAME, "The board agreed")

            page.get_by_role("button", name="Sign out").click()
            page.get_by_role("button", name="Sign in").wait_for()
            assert page.get_by_text(NAME).count() == 0
