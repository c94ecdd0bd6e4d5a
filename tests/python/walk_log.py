#!/usr/bin/env python3
"""Walks a registry's transparency log over HTTP and checks all of it, with nothing of the registry's own code.

    walk_log.py ADDRESS [CODE=DIGEST ...]

ADDRESS is the registry's, such as http://127.0.0.1:8080. It publishes the log as C2SP tlog-tiles below /log, and
the log's key in /trust-list.json and /.well-known/jwks.json. Every CODE is the public code of a certificate and
DIGEST the SHA-256 of its record in hexadecimal, as the certificate's signed content carries it: its inclusion proof
is fetched and checked. Needs `cryptography` from PyPI.

Exit 0: the checkpoint's signature is good, every tile and every entry is as the root says, every proof holds; what
was seen is printed as JSON. Exit 1: something is wrong. Exit 2: wrong usage.
"""

import base64
import hashlib
import json
import sys
import urllib.request

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

WIDTH = 256
ENTRY_VERSION, CERTIFICATE = 1, 1


class Wrong(Exception):
    """Something in the log does not hold."""


def require(holds, what):
    if not holds:
        raise Wrong(what)


def fetch(address, path):
    with urllib.request.urlopen(f"{address}{path}", timeout=30) as answer:
        return answer.read()


# RFC 6962, section 2.1.


def leaf_hash(entry):
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of(hashes):
    """The root of a list of subtrees of equal size."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    split = 1 << (len(hashes) - 1).bit_length() - 1
    return node_hash(root_of(hashes[:split]), root_of(hashes[split:]))


def root_by_path(index, size, leaf, path):
    """RFC 9162, section 2.1.3.2: where the hashes of a proof lead."""
    require(index < size, f"there is no entry {index} in a tree of {size}")
    place, last, found = index, size - 1, leaf
    for other in path:
        require(last > 0, "the proof is too long")
        if place & 1 or place == last:
            found = node_hash(other, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, other)
        place, last = place >> 1, last >> 1
    require(last == 0, "the proof is too short")
    return found


# c2sp.org/signed-note and c2sp.org/tlog-checkpoint.


def read_checkpoint(text, keys):
    """(origin, size, root) of a checkpoint that one of `keys` has signed."""
    body, _, lines = text.partition("\n\n")
    body += "\n"
    origin, size, root, *rest = body.split("\n")
    require(rest == [""], "the checkpoint has lines after its root")
    require(any(signed_by(key, origin, body, lines) for key in keys), "no log key has signed the checkpoint")
    require(str(int(size)) == size, "the size is not a plain number")
    return origin, int(size), base64.b64decode(root, validate=True)


def signed_by(key, origin, body, lines):
    key_id = hashlib.sha256(origin.encode() + b"\n\x01" + key).digest()[:4]
    for line in lines.splitlines():
        dash, name, blob = line.split(" ")
        blob = base64.b64decode(blob, validate=True)
        if (dash, name, blob[:4]) != ("—", origin, key_id):
            continue
        try:
            Ed25519PublicKey.from_public_bytes(key).verify(blob[4:], body.encode())
        except InvalidSignature:
            return False
        return True
    return False


def log_keys(address):
    """The log's keys as the trust list names them; each must stand in the key set too."""
    trust = json.loads(fetch(address, "/trust-list.json"))
    key_set = json.loads(fetch(address, "/.well-known/jwks.json"))["keys"]
    by_id = {key["kid"]: base64.urlsafe_b64decode(key["x"] + "==") for key in key_set}
    named = [key for key in trust["keys"] if key["purpose"] == "log" and key["state"] != "halted"]
    require(named, "the trust list names no log key")
    for key in named:
        require(base58(key["public_key"][1:]) == b"\xed\x01" + by_id[key["id"]], "trust list and key set differ")
    hosts, environment = trust["verify_hosts"], trust["environment"]
    return [by_id[key["id"]] for key in named], [f"{host}/log/{environment}" for host in hosts]


def base58(text):
    number = 0
    for letter in text:
        number = number * 58 + "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz".index(letter)
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


# c2sp.org/tlog-tiles.


def place(number, width):
    parts = [f"{number % 1000:03}"]
    while number >= 1000:
        number //= 1000
        parts.insert(0, f"x{number % 1000:03}")
    return "/".join(parts) + ("" if width == WIDTH else f".p/{width}")


def widths(count):
    """(number, width) of the tiles that `count` hashes or entries fill."""
    full = [(number, WIDTH) for number in range(count // WIDTH)]
    return full + ([(count // WIDTH, count % WIDTH)] if count % WIDTH else [])


def read_entries(address, size):
    entries = []
    for number, width in widths(size):
        bundle = fetch(address, f"/log/tile/entries/{place(number, width)}")
        for _ in range(width):
            length = int.from_bytes(bundle[:2], "big")
            require(len(bundle) >= 2 + length, "an entry is cut off")
            entries.append(bundle[2 : 2 + length])
            bundle = bundle[2 + length :]
        require(not bundle, "a bundle is longer than it says")
    return entries


def check_tiles(address, hashes):
    """Compares every tile of every level with what the entries make of it; how many there are."""
    level = count = 0
    while hashes:
        for number, width in widths(len(hashes)):
            tile = fetch(address, f"/log/tile/{level}/{place(number, width)}")
            start = number * WIDTH
            require(tile == b"".join(hashes[start : start + width]), f"tile {level}/{number} is wrong")
            count += 1
        full = len(hashes) // WIDTH
        hashes = [root_of(hashes[number * WIDTH : (number + 1) * WIDTH]) for number in range(full)]
        level += 1
    return count


# c2sp.org/tlog-proof.


def check_proof(address, keys, origins, code, digest):
    text = fetch(address, f"/log/proof/{code}").decode()
    proof, _, checkpoint = text.partition("\n\n")
    header, index, *path = proof.split("\n")
    require(header == "c2sp.org/tlog-proof@v1", "not a proof of the log")
    index = int(index.removeprefix("index "))
    origin, size, root = read_checkpoint(checkpoint, keys)
    require(origin in origins, f"a proof of another log: {origin}")
    leaf = leaf_hash(bytes([ENTRY_VERSION, CERTIFICATE]) + digest)
    path = [base64.b64decode(line, validate=True) for line in path]
    require(root_by_path(index, size, leaf, path) == root, f"the proof of {code} does not lead to the root")
    return index


def walk(address, certificates):
    keys, origins = log_keys(address)
    origin, size, root = read_checkpoint(fetch(address, "/log/checkpoint").decode(), keys)
    require(origin in origins, f"another log: {origin}")
    entries = read_entries(address, size)
    hashes = [leaf_hash(entry) for entry in entries]
    require(root_of(hashes) == root, "the entries do not make the root")
    tiles = check_tiles(address, hashes)
    proved = {}
    for code, digest in certificates:
        index = check_proof(address, keys, origins, code, digest)
        require(entries[index][2:] == digest, f"entry {index} is not that of {code}")
        proved[code] = index
    return {"origin": origin, "size": size, "root": base64.b64encode(root).decode(), "tiles": tiles, "proved": proved}


def main(arguments):
    if not arguments or not all("=" in argument for argument in arguments[1:]):
        print(__doc__, file=sys.stderr)
        return 2
    try:
        pairs = [argument.split("=") for argument in arguments[1:]]
        certificates = [(code, bytes.fromhex(digest)) for code, digest in pairs]
        print(json.dumps(walk(arguments[0].rstrip("/"), certificates)))
    except (Wrong, OSError, ValueError, KeyError) as error:
        print(f"wrong: {type(error).__name__}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
