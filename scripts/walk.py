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


class Demo:
    """The running demonstration and its accounts."""

    def __init__(self, base: str, accounts: dict):
        self.base, self.accounts, self.signed_in = base, accounts, {}

    def __getattr__(self, username: str) -> Account:
        if username not in self.signed_in:
            self.signed_in[username] = Account(self.base, username, self.accounts[username])
        return self.signed_in[username]

    def today(self) -> datetime.date:
        return datetime.date.fromisoformat(self.bureau.get("/api/v1/indicators/caregivers-per-10000?area=330481")["as_of"])

    def advance(self, days: int):
        self.admin.post("/api/v1/demo/clock", {"advance": f"P{days}D"})

    def certified(self) -> int:
        """The numerator of the city's figure."""
        return self.bureau.get("/api/v1/indicators/caregivers-per-10000?area=330481")["numerator"]


def train(demo: Demo, person: dict) -> str:
    """Opens a class, enrols the person, teaches and completes; the person's id."""
    school, today = demo.school, demo.today()
    programmes = school.get("/api/v1/programmes")
    programme = next(p for p in programmes if p["level"] == "5" and p["audience"] == "caregiver")
    starts = today + datetime.timedelta(days=10)
    lessons = [
        (module["id"], min(8, module["hours"] - done))
        for module in programme["modules"]
        for done in range(0, module["hours"], 8)
    ]
    ends = starts + datetime.timedelta(days=len(lessons) - 1)
    made = school.post("/api/v1/classes", {
        "programme_id": programme["id"], "title": "五级养老护理员培训班（走查）", "place": "第一教室",
        "starts_on": str(starts), "ends_on": str(ends), "capacity": 30,
    })
    path = f"/api/v1/classes/{made['id']}"
    made = school.change(f"{path}/file", {}, made)
    demo.bureau.change(f"{path}/approve", {}, made)
    say(f"class {made['code']} filed by the school and approved by the bureau")
    enrolment = school.post(f"{path}/enrolments", person)
    held = [
        school.post(f"{path}/lessons", {
            "module_id": module, "held_on": str(starts + datetime.timedelta(days=day)), "hours": hours,
            "place": "第一教室", "teacher": "任课教师",
        })
        for day, (module, hours) in enumerate(lessons)
    ]
    demo.advance((ends - today).days)
    for lesson in held:
        school.post(f"/api/v1/lessons/{lesson['id']}/attendance",
                    {"presences": [{"enrolment_id": enrolment["id"], "presence": "present"}]})
    school.post(f"{path}/results", {"results": [
        {"enrolment_id": enrolment["id"], "module_id": module["id"], "outcome": "passed"}
        for module in programme["modules"]
    ]})
    done = school.post(f"{path}/complete", {})
    assert done["completed"] == [enrolment["id"]], done
    say(f"{len(held)} lessons attended, {len(programme['modules'])} modules passed, training completed")
    return school.get(path)["enrolments"][0]["person"]["id"]
