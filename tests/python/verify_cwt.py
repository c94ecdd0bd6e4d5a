#!/usr/bin/env python3
"""Checks a certificate's signed bytes with two libraries that nobody here wrote, and prints its claims.

    verify_cwt.py KEY FILE

KEY is an Ed25519 public key: 64 hexadecimal digits, or a JWK as text or in a file. FILE holds the CWT
(COSE_Sign1 with tag 18), `-` is standard input. Needs `cwt` 3.3 and `pycose` 1.1 from PyPI.

Exit 0: both libraries accept the signature and agree on the payload; the claims are printed as JSON.
Exit 1: one of them refuses it. Exit 2: wrong usage.
"""

import base64
import json
import pathlib
import sys

import cbor2
import cwt
from pycose.keys import OKPKey
from pycose.keys.curves import Ed25519
from pycose.messages import Sign1Message

# Private claim of a certificate, and its fields in order; docs/api.md, "What the QR carries".
CERTIFICATE = -65537
TRAINING = ("course", "hours", "completed_on")
PARTICULARS = {
    1: ("occupation", "specialty", "level"),
    2: TRAINING,
    3: TRAINING,
    4: ("original_issuer", "original_number", "original_issued_on"),
    5: TRAINING,
    6: TRAINING,
}


def fields(kind):
    """The names of the fields of a type of certificate, in their order."""
    common = ("version", "environment", "type", "number", "holder")
    return (*common, *PARTICULARS[kind], "status_list", "status_index", "record")


def public_key(text):
    """The 32 bytes of a key given in hex or as a JWK."""
    if len(text) == 64:
        return bytes.fromhex(text)
    path = pathlib.Path(text)
    jwk = json.loads(text if text.lstrip().startswith("{") else path.read_text())
    if (jwk["kty"], jwk["crv"]) != ("OKP", "Ed25519"):
        raise ValueError("not an Ed25519 key")
    return base64.urlsafe_b64decode(jwk["x"] + "=" * (-len(jwk["x"]) % 4))


def claims_by_cwt(message, key, kid):
    """PyPI `cwt`: signature, then the registered claims with their dates."""
    # COSE_Key labels: kty OKP, kid, alg EdDSA, operation verify, curve Ed25519, x.
    return cwt.decode(message, cwt.COSEKey.new({1: 1, 2: kid, 3: -8, 4: [2], -1: 6, -2: key}))


def payload_by_pycose(message, key):
    """`pycose`: the bare COSE message."""
    decoded = Sign1Message.decode(message)
    decoded.key = OKPKey(crv=Ed25519, x=key)
    if not decoded.verify_signature():
        raise ValueError("pycose: the signature does not match")
    return decoded.payload


def kid_of(message):
    """The key id in the protected header."""
    protected = cbor2.loads(cbor2.loads(message).value[0])
    return protected[4]


def readable(claims):
    """The claims with names, bytes as hex."""
    values = claims[CERTIFICATE]
    certificate = dict(zip(fields(values[2]), values, strict=True))
    certificate["record"] = certificate["record"].hex()
    named = {"iss": claims[1], "iat": claims[6], "cti": claims[7].hex(), "certificate": certificate}
    if 4 in claims:
        named["exp"] = claims[4]
    return named


def main(arguments):
    if len(arguments) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        key = public_key(arguments[0])
    except (ValueError, KeyError, OSError) as error:
        print(f"not a public key: {error}", file=sys.stderr)
        return 2
    message = sys.stdin.buffer.read() if arguments[1] == "-" else pathlib.Path(arguments[1]).read_bytes()
    try:
        claims = claims_by_cwt(message, key, kid_of(message))
        payload = payload_by_pycose(message, key)
        if cbor2.loads(payload) != claims:
            raise ValueError("the two libraries read different claims")
        print(json.dumps(readable(claims), ensure_ascii=False))
    except Exception as error:  # Whatever a library raises on bad bytes: the answer is no.
        print(f"refused: {type(error).__name__}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
