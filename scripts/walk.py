#!/usr/bin/env python3
"""Walks the whole path over the API of a running demonstration, as each of its accounts.

A class is opened, a trainee enrolled, taught and examined; after the public notice a certificate is issued, an
institution employs the holder, the PDF's QR is scanned; then the certificate is revoked. The city's figure has to go up
by one person and down again. Needs nothing but Python 3 and pdftoppm.
"""
import argparse
import datetime
import json
import pathlib
import random
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
import uuid


class Account:
    """One signed-in account."""

    def __init__(self, base: str, username: str = "", password: str = ""):
        self.base, self.name, self.token = base, username or "anybody", None
        if username:
            answer = self.post("/api/v1/sessions", {"username": username, "password": password})
            self.token = answer["token"]

    def call(self, method: str, path: str, body=None, headers=None, expect=(200, 201, 202)):
        headers = dict(headers or {})
        if isinstance(body, dict):
            body = json.dumps(body).encode()
            headers["Content-Type"] = "application/json"
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        request = urllib.request.Request(self.base + path, data=body, method=method, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                status, content, given = response.status, response.read(), response.headers
        except urllib.error.HTTPError as error:
            status, content, given = error.code, error.read(), error.headers
        if status not in expect:
            sys.exit(f"{self.name}: {method} {path} answered {status}: {content.decode(errors='replace')[:2000]}")
        is_json = "json" in (given.get("Content-Type") or "")
        return json.loads(content) if is_json and content else content

    def get(self, path: str, **options):
        return self.call("GET", path, **options)

    def post(self, path: str, body: dict, **options):
        return self.call("POST", path, body, **options)

    def change(self, path: str, body: dict, thing: dict):
        """A change of a thing that has a version names the version it is based on."""
        return self.post(path, body, headers={"If-Match": f'"{thing["version"]}"'})

    def upload(self, path: str, name: str, content: bytes):
        boundary = uuid.uuid4().hex
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
        body = head.encode() + content + f"\r\n--{boundary}--\r\n".encode()
        return self.call("POST", path, body, {"Content-Type": f"multipart/form-data; boundary={boundary}"})


def identity_number(birth: datetime.date) -> str:
    """A number of the region 99, which is nobody's, with its check character (GB 11643)."""
    body = f"990481{birth:%Y%m%d}{random.randrange(0, 1000):03d}"
    weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, weights)) % 11]


def say(text: str):
    print(f"  {text}", flush=True)
