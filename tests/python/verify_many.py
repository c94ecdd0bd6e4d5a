#!/usr/bin/env python3
"""Hands every file of a folder to PyPI `cwt` and `pycose`, each by itself, and prints what each accepted, as JSON.

    verify_many.py KEY FOLDER

KEY is an Ed25519 public key in hex. FOLDER has CWTs in files good-* and bad-*.
"""

import json
import pathlib
import sys

from verify_cwt import claims_by_cwt, kid_of, payload_by_pycose


def main(arguments):
    key, folder = bytes.fromhex(arguments[0]), pathlib.Path(arguments[1])
    verifiers = {
        "cwt cwt": lambda message: claims_by_cwt(message, key, kid_of(message)),
        "cwt pycose": lambda message: payload_by_pycose(message, key),
    }
    report = {}
    for name, verify in verifiers.items():
        found = report[name] = {"accepted": 0, "refused": 0, "wrong": []}
        for file in sorted(folder.iterdir()):
            try:
                verify(file.read_bytes())
                error = None
            except Exception as caught:  # Whatever a library raises on bad bytes: the answer is no.
                error = caught
            found["refused" if error else "accepted"] += 1
            if (error is not None) == file.name.startswith("good-"):
                found["wrong"].append(f"{file.name}: {error or 'accepted'}")
    print(json.dumps(report))


if __name__ == "__main__":
    main(sys.argv[1:])
