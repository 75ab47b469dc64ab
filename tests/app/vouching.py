"""An OpenID provider on loopback that vouches for one person: discovery, authorize, token, keys."""

from __future__ import annotations

import base64
import json
import secrets
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

CLIENT, SECRET = "ilk-tests", "a-secret-of-the-tests"


class Provider:
    """What the provider knows: its key, who is asked for, and which codes it handed out and for which nonce."""

    def __init__(self, person):
        rsa = pytest.importorskip("joserfc.jwk").RSAKey
        self.person, self.codes, self.exchanged = person, {}, 0
        self.key = rsa.generate_key(2048, parameters={"kid": "one", "use": "sig", "alg": "RS256"})
        self.address = ""

    @property
    def secrets(self):
        """What `.streamlit/secrets.toml` says of it, but for the address that is returned to."""
        return {
            "cookie_secret": secrets.token_hex(32),
            "client_id": CLIENT,
            "client_secret": SECRET,
            "server_metadata_url": f"{self.address}/.well-known/openid-configuration",
        }

    def discovery(self, _asked):
        return {
            "issuer": self.address,
            "authorization_endpoint": f"{self.address}/authorize",
            "token_endpoint": f"{self.address}/token",
            "jwks_uri": f"{self.address}/jwks",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }

    def jwks(self, _asked):
        return {"keys": [self.key.as_dict(private=False)]}

    def authorize(self, asked):
        """Where the browser goes next: back, with a code; a real one would ask for a password first."""
        assert asked["client_id"] == CLIENT
        assert "openid" in asked["scope"].split()
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def token(self, asked):
        """An id token for a code, once, for whoever got it."""
        from joserfc import jwt

        began = self.codes.pop(asked["code"])
        assert asked["redirect_uri"] == began["redirect_uri"]
        self.exchanged += 1
        now = int(time.time())
        claims = {"iss": self.address, "aud": CLIENT, "iat": now, "exp": now + 600, "nonce": began.get("nonce")}
        token = jwt.encode({"alg": "RS256", "kid": "one"}, {**claims, **self.person}, self.key)
        return {"access_token": secrets.token_urlsafe(16), "token_type": "Bearer", "expires_in": 600, "id_token": token}


@contextmanager
def vouching(**person):
    """A provider that vouches for a person as for somebody who has just typed the password."""
    provider = Provider(person)

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self):
            at = urlsplit(self.path)
            asked = {name: values[0] for name, values in parse_qs(at.query).items()}
            if at.path == "/authorize":
                self.send_response(302)
                self.send_header("Location", provider.authorize(asked))
                self.end_headers()
                return
            pages = {"/.well-known/openid-configuration": provider.discovery, "/jwks": provider.jwks}
            self._say(pages[at.path](asked))

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            asked = {name: values[0] for name, values in parse_qs(body).items()}
            name, _, word = (
                base64.b64decode(self.headers.get("Authorization", "Basic Og==")[6:]).decode().partition(":")
            )
            given = (name or asked.get("client_id"), word or asked.get("client_secret"))
            assert given == (CLIENT, SECRET.replace(" ", "+")) or given == (CLIENT, SECRET)
            self._say(provider.token(asked))

        def _say(self, document):
            body = json.dumps(document).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_said):
            """Nothing to the console."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    provider.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
