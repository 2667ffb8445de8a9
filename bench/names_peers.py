"""The peers for names, on the same lists and slices as reason/benches/names.rs: nomenklatura's matchers and rapidfuzz.

Usage: names_peers.py DATA   (the folder with names/ and units/). Prints precision, recall and F1 at each matcher's own default threshold, by script
and language pair, the time of a pair, and hit@1 of unit aliases. Nothing is fitted here.
"""

import collections
import csv
import sys
import time
from pathlib import Path
from uuid import uuid4

from followthemoney import ValueEntity, model
from nomenklatura.matching import get_algorithm
from normality import ascii_text
from rapidfuzz.distance import JaroWinkler

DATA = Path(sys.argv[1])


def rows(path):
    with open(path, encoding="utf-8", errors="replace", newline="") as file:
        return list(csv.DictReader(file))


def entity(name, schema):
    made = ValueEntity(model.get(schema), {"id": uuid4().hex})
    made.add("name", name)
    return made


def nomenklatura(name):
    matcher = get_algorithm(name)
    config = matcher.default_config() if hasattr(matcher, "default_config") else None
    return lambda a, b, schema: float(matcher.compare(entity(a, schema), entity(b, schema), config).score)


def sorted_jaro_winkler(a, b, _schema):
    plain = [" ".join(sorted((ascii_text(text) or "").lower().split())) for text in (a, b)]
    return JaroWinkler.similarity(*plain)


# (matcher, the threshold it calls a match by default)
PEERS = {
    "logic-v2": (nomenklatura("logic-v2"), 0.7),
    "name-based": (nomenklatura("name-based"), 0.7),
    "rapidfuzz, sorted ASCII": (sorted_jaro_winkler, 0.85),
}


def shown(what, pairs):
    hits = sum(same and label for same, label in pairs)
    wrong = sum(same and not label for same, label in pairs)
    missed = sum(label and not same for same, label in pairs)
    p = hits / (hits + wrong) if hits + wrong else 1.0
    r = hits / (hits + missed) if hits + missed else 1.0
    f1 = 2 * p * r / (p + r) if p + r else 0.0
    print(f"  {what:<24} n {len(pairs):>5}  P {p:.4f}  R {r:.4f}  F1 {f1:.4f}", flush=True)


def compare(title, pairs):
    """pairs: (name, name, schema, label, slices)"""
    for peer, (score, threshold) in PEERS.items():
        begun = time.process_time()
        scored = [score(a, b, schema) >= threshold for a, b, schema, _, _ in pairs]
        spent = (time.process_time() - begun) / max(1, len(pairs)) * 1e6
        print(f"{title}: {peer} at {threshold}, {spent:.0f} µs a pair")
        slices = collections.defaultdict(list)
        for same, (_, _, _, label, of) in zip(scored, pairs):
            for one in ("all", *of):
                slices[one].append((same, label))
        shown("all", slices.pop("all", []))
        for one, found in sorted(slices.items()):
            if sum(label for _, label in found) >= 20:
                shown(one, found)


for tag in ("be", "ru"):
    listed = [r for r in rows(DATA / "names" / f"eu_pairs_{tag}_public.csv") if r["kind"] != "alias"]
    language = lambda r, n: r[f"lang{n}"] or r[f"script{n}"]
    slices = lambda r: ("-".join(sorted((r["script1"], r["script2"]))), "/".join(sorted((language(r, 1), language(r, 2)))))
    compare(f"EU list, {tag}", [(r["name1"], r["name2"], "Person", r["label"] == "1", slices(r)) for r in listed])
cases = rows(DATA / "names" / "name_bench_cases.csv")
compare("name_bench", [(r["name1"], r["name2"], r["schema"], r["is_match"] == "true", (r["schema"],)) for r in cases])

units = [r["unit"] for r in rows(DATA / "units" / "nigeria_units.csv")]
aliases = rows(DATA / "units" / "nigeria_unit_aliases_public.csv")
sample = aliases[::6]
score = PEERS["name-based"][0]


def nearest(alias):
    return max(range(len(units)), key=lambda at: (score(alias, units[at], "Organization"), -at))


hits = sum(units[nearest(r["alias"])] == r["unit"] for r in sample)
print(f"unit aliases: name-based, every sixth: hit@1 {hits} of {len(sample)} = {hits / max(1, len(sample)):.4f}")
