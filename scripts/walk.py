#!/usr/bin/env python3
"""Walks the whole path over the API of a running demonstration, as each of its accounts.

A class is opened, a trainee enrolled, taught, certified by the school and examined; after the public notice a certificate is issued, an
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


def train(demo: Demo, person: dict) -> tuple[str, str]:
    """Opens a class, enrols the person, teaches, completes and certifies; the ids of person and certificate."""
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
    [issued] = school.post(f"{path}/certificates", {})
    assert issued["refused"] is None, issued
    say(f"certificate of completion {issued['number']} issued by the school")
    return school.get(path)["enrolments"][0]["person"]["id"], issued["certificate_id"]


def examine(demo: Demo, person: str) -> str:
    """Applies, is admitted, sits both parts, is confirmed by a second person and published; the application's id."""
    today = demo.today()
    session = demo.assessor.post("/api/v1/exam-sessions", {
        "level": "5", "place": "第一考场", "registration_closes_on": str(today), "held_on": str(today), "capacity": 50,
    })
    path = f"/api/v1/exam-sessions/{session['id']}"
    application = demo.school.post(f"{path}/applications", {
        "person_id": person, "declarations": [{"what": "working-or-intending", "note": "从业承诺书"}],
    })
    assert application["decision"] == "eligible", application
    say(f"admitted to exam session {session['code']} as {application['admission_number']}")
    demo.assessor.post(f"{path}/scores", {"scores": [
        {"application_id": application["id"], "part": part, "score": score}
        for part, score in (("theory", 82), ("practical", 76))
    ]})
    refused = demo.assessor.post(f"{path}/confirm", {}, expect=(409,))
    assert refused["code"] == "second-person-needed", refused
    demo.assessor2.post(f"{path}/confirm", {})
    published = demo.assessor.post(f"{path}/publish", {})
    early = demo.assessor.post("/api/v1/certificates", {"application_id": application["id"]}, expect=(409,))
    say(f"scores entered and confirmed by two persons; on notice until {published['notice_ends_on']} "
        f"(an earlier issue is refused: {early['code']})")
    ends = datetime.date.fromisoformat(published["notice_ends_on"])
    demo.advance((ends - today).days + 1)
    return application["id"]


def scan(demo: Demo, certificate: str) -> dict:
    """Prints the certificate, takes a picture of the page and has it checked, as anybody could."""
    paper = demo.bureau.get(f"/api/v1/certificates/{certificate}.pdf")
    with tempfile.TemporaryDirectory() as folder:
        pdf = pathlib.Path(folder, "certificate.pdf")
        pdf.write_bytes(paper)
        subprocess.run(["pdftoppm", "-r", "150", "-png", "-singlefile", pdf, pdf.with_suffix("")], check=True)
        photo = pdf.with_suffix(".png").read_bytes()
    return Account(demo.base).upload("/api/v1/verifications", "photo.png", photo)


def walk(demo: Demo):
    """The whole path; every step fails loudly."""
    before = demo.certified()
    say(f"certified and employed in the city before: {before}")
    birth = datetime.date(1974, random.randrange(1, 13), random.randrange(1, 29))
    number = identity_number(birth)
    person, completion = train(demo, {"document_number": number, "name": "沈桂珍", "education": "60"})
    application = examine(demo, person)
    made = demo.assessor.post("/api/v1/certificates", {"application_id": application})
    say(f"certificate {made['number']} issued")
    assert demo.certified() == before, "a certificate without employment counts nobody"
    me = demo.institution.get("/api/v1/me")
    demo.institution.post(f"/api/v1/organisations/{me['organisation_id']}/employments", {
        "document_number": number, "name": "沈桂珍", "position": "caregiver", "post_kind": "regular",
        "from_date": str(demo.today()),
    })
    assert demo.certified() == before + 1, (before, demo.certified())
    say(f"employed by {me['name']}: the city's figure went up to {before + 1}")
    report = scan(demo, made["id"])
    assert report["verdict"] == "valid", report
    say("the printed certificate's QR, scanned from a picture: valid")
    of_training = scan(demo, completion)
    assert of_training["verdict"] == "valid", of_training
    assert of_training["certificate"]["type"] == "training-completion", of_training
    say(f"so is the certificate of completion: {of_training['certificate']['course']}")
    address = f"/v/{report['certificate']['code']}"
    anybody = Account(demo.base)
    match = anybody.post(f"{address}/holder-match", {"name": "沈桂珍", "id_last4": number[-4:]})
    assert match == {"match": True}, match
    reason = {"reason": "走查：撤销演练"}
    pending = demo.bureau.post(f"/api/v1/certificates/{made['id']}/revoke", reason)
    assert "pending" in pending, pending
    demo.bureau2.post(f"/api/v1/certificates/{made['id']}/revoke", reason)
    report = scan(demo, made["id"])
    assert report["verdict"] == "revoked", report
    assert demo.certified() == before, (before, demo.certified())
    say(f"revoked by two persons: the scan says revoked, the figure is {before} again")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:8080")
    parser.add_argument("--data", default="data", help="the demonstration's data folder")
    options = parser.parse_args()
    kept = json.loads(pathlib.Path(options.data, "demo-accounts.json").read_text())
    accounts = {account["username"]: account["password"] for account in kept["accounts"]}
    demo = Demo(options.url, accounts)
    for username in accounts:
        getattr(demo, username).get("/api/v1/me")
    say(f"signed in as {', '.join(accounts)}")
    walk(demo)
    print("the whole path holds")


if __name__ == "__main__":
    main()
