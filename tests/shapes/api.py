"""The API, as these scripts call it."""

import http.client
import json
import os
import urllib.parse


class Api:
    """One connection. Given a receipt or a token, it sends them along."""

    def __init__(self, server, token=None):
        self.address = urllib.parse.urlsplit(server).netloc
        self.connection = http.client.HTTPConnection(self.address, timeout=300)
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    def call(self, method, path, body=None, **headers):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if body is not None:
            body = json.dumps(body).encode()
            named["Content-Type"] = "application/json"
        self.connection.request(method, path, body, {**self.headers, **named})
        reply = self.connection.getresponse()
        content = reply.read()
        if reply.status >= 300:
            raise SystemExit(f"{method} {path}: {reply.status} {content[:2000].decode(errors='replace')}")
        return content

    def json(self, method, path, body=None, **headers):
        return json.loads(self.call(method, path, body, **headers) or "null")


def logged_in(server):
    credentials = {"email": "demo@aftercare.example", "password": os.environ["AFTERCARE_DEMO_PASSWORD"]}
    session = Api(server).json("POST", "/v1/sessions", credentials)
    return Api(server, session["access_token"])
