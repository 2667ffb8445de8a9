#!/usr/bin/env python3
"""Recomputes every hash of an export with Python's standard library and no code of Kniha (docs/formats/history.md, export.md).

usage: verify_export.py EXPORT        prints what was checked; exits 1 when anything does not follow
"""
import base64
import hashlib
import json
import struct
import sys


def head(major, n):
    for size, code, fmt in ((24, None, None), (1 << 8, 24, ">B"), (1 << 16, 25, ">H"), (1 << 32, 26, ">I"), (1 << 64, 27, ">Q")):
        if n < size:
            return bytes([major << 5 | n]) if code is None else bytes([major << 5 | code]) + struct.pack(fmt, n)
    raise ValueError(n)


def cbor(v):
    if v is None:
        return b"\xf6"
    if isinstance(v, int):
        return head(0, v) if v >= 0 else head(1, -1 - v)
    if isinstance(v, float):
        return b"\xfb" + struct.pack(">d", v)
    if isinstance(v, bytes):
        return head(2, len(v)) + v
    if isinstance(v, str):
        return head(3, len(v.encode())) + v.encode()
    return head(4, len(v)) + b"".join(map(cbor, v))


def sha(label, salt, v):
    return hashlib.sha256(label.encode() + salt + cbor(v)).hexdigest()


def ident(text):
    return base64.b32decode(text.upper() + "=" * (-len(text) % 8))


def value(v):
    (kind, x), = v.items()
    if kind == "text":
        return ["text", x["text"], x["lang"]]
    if kind == "name":
        return ["name", x["text"], x["lang"], x["kind"]]
    if kind == "ref":
        return ["ref", ident(x)]
    if kind == "real":
        return ["real", float(x)]
    if kind == "region":
        return ["region", float(x["lat_deg"]), float(x["lon_deg"]), None if x["radius_m"] is None else float(x["radius_m"])]
    if kind == "sealed":
        return ["sealed", base64.b64decode(x)]
    return [kind, x]


def main(path):
    faults, records, claims, moves, erased = [], 0, 0, 0, 0
    book = node = prev = None
    seq, ended = 0, False
    custody = {}

    def close():
        if node and (seq, prev) != (node["head_seq"], node["head_hash"]):
            faults.append(f"record {node['id']}: the history ends at {seq}, its head says {node['head_seq']}")

    for line in open(path, encoding="utf-8"):
        x = json.loads(line)
        t = x["t"]
        if t == "book":
            book = bytes.fromhex(x["book"])
        elif t == "node":
            close()
            node, seq, records = x, 0, records + 1
            prev = sha("kniha/1/history", b"", [1, "record", book, ident(x["id"]), x["kind"], ident(x["case"]), ident(x["by"]), x["at_us"]])
        elif t == "claim":
            claims += 1
            if x["value"] is None:
                erased += 1
            else:
                salt = bytes.fromhex(x["salt"])
                if sha("kniha/1/value", salt, value(x["value"])) != x["value_commit"]:
                    faults.append(f"claim {x['id']}: value_commit")
                cited = [[ident(c["source"]), c["exhibit"] and ident(c["exhibit"]), c["words"], c["locator"], c["accessed"], c["archived"]] for c in x["citations"]]
                whole = all(c.get("erased_us") is None for c in x["citations"])
                if whole and sha("kniha/1/grounds", salt, [x["held"], x["origin"], cited]) != x["grounds_commit"]:
                    faults.append(f"claim {x['id']}: grounds_commit")
            tier = "S" if x["property"] in ("person.identity_number", "person.contact") else "R"
            entry = [1, "claim", bytes.fromhex(prev), ident(x["id"]), ident(x["subject"]), x["seq"], x["property"], tier, bytes.fromhex(x["value_commit"]),
                     bytes.fromhex(x["grounds_commit"]), x["stance"], x["status"], x["known_to"], ident(x["case"]), ident(x["by"]), x["at_us"]]
        elif t == "move":
            moves += 1
            if x["salt"] is not None and sha("kniha/1/reason", bytes.fromhex(x["salt"]), x["reason"]) != x["reason_commit"]:
                faults.append(f"move of {x['claim']}: reason_commit")
            entry = [1, "move", bytes.fromhex(prev), ident(x["claim"]), ident(x["subject"]), x["seq"], x["what"], bytes.fromhex(x["reason_commit"]), ident(x["by"]), x["at_us"]]
        elif t == "row" and x["table"] in ("custody", "custody_head"):
            row = x["row"]
            if x["table"] == "custody":
                chain = custody.setdefault(row["exhibit_no"], [])
                chain.append((row["n"], base64.b64decode(row["body"])))
            else:
                chain, at = sorted(custody.get(row["exhibit_no"], [])), bytes(32)
                for nth, (n, body) in enumerate(chain):
                    # An array of 17: version, book (32 bytes), exhibit (16), n, prev (32).
                    size = {24: 1, 25: 2, 26: 4, 27: 8}.get(body[53], 0)
                    told = int.from_bytes(body[54:54 + size], "big") if size else body[53]
                    if (n, told, body[54 + size + 2:54 + size + 34]) != (nth, nth, at):
                        faults.append(f"custody of {row['exhibit_no']}: entry {nth}")
                    at = hashlib.sha256(b"kniha/1/custody" + body).digest()
                if (len(chain), at) != (row["entries"], base64.b64decode(row["hash"])):
                    faults.append(f"custody of {row['exhibit_no']}: its head")
        elif t == "end":
            close()
            ended = (x["records"], x["claims"], x["moves"]) == (records, claims, moves)
        if t in ("claim", "move"):
            if x["subject"] != node["id"] or x["seq"] != seq + 1 or sha("kniha/1/history", b"", entry) != x["hash"]:
                faults.append(f"record {x['subject']}: entry {x['seq']}")
            seq, prev = x["seq"], x["hash"]
    if not ended:
        faults.append("the last line is missing or counts other lines")
    print(f"{records} records, {claims} claims ({erased} erased), {moves} moves, {len(faults)} faults")
    for fault in faults[:20]:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
