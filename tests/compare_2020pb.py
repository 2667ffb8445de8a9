#!/usr/bin/env python3
"""Compares every field of a 2020PB file with an export of the book it was imported into.

    compare_2020pb.py SOURCE.json EXPORT.jsonl

Uses only json and sys, and nothing of the program: the export alone must say what the source said. Each field of the source
must be cited by exactly one claim of the right kind, with the field's own words and a value that says the same. Prints each
difference and `N differences`; exits 1 when N > 0, 2 when a file cannot be read.
"""

import json
import sys


def value_of(claim):
    """A value of an export, as (type, content)."""
    value = claim["value"]
    if value is None:
        return ("erased", None)
    ((kind, content),) = value.items()
    return kind, content


class Export:
    """The claims of an export that cite its data set, by record and by place in the source."""

    def __init__(self, path):
        self.kinds, self.claims, self.sources = {}, [], []
        last = None
        with open(path, encoding="utf-8") as lines:
            for text in lines:
                line = json.loads(text)
                if line["t"] == "node":
                    self.kinds[line["id"]] = line["kind"]
                elif line["t"] == "claim":
                    self.claims.append(line)
                last = line
        # What is cut off is not compared further: the counts of the last line show a claim that is not there at all.
        self.ended = last is not None and last["t"] == "end"
        self.of = {}
        for claim in self.claims:
            self.of.setdefault(claim["subject"], []).append(claim)
        # What the data set says of itself outside the file is cited as "data set".
        self.sources = sorted(
            {c["subject"] for c in self.claims if c["property"].startswith("source.") and any(q["locator"] == "data set" for q in c["citations"])}
        )
        self.cited = {}
        for claim in self.claims:
            if self.kinds.get(claim["subject"]) == "place":
                continue
            for citation in claim["citations"]:
                if citation["source"] in self.sources and citation["locator"] not in (None, "data set"):
                    self.cited.setdefault(citation["locator"], []).append((claim, citation["words"]))

    def only(self, subject, prop):
        return [value_of(c) for c in self.of.get(subject, []) if c["property"] == prop]


class Comparison:
    def __init__(self, export):
        self.export, self.differences, self.seen, self.places = export, [], set(), {}

    def differ(self, where, what):
        self.differences.append(f"{where}: {what}")

    def field(self, where, words, props, says):
        """The one claim that cites a field must be of one of the properties, have its words, and say the same."""
        self.seen.add(where)
        found = self.export.cited.get(where, [])
        if len(found) != 1:
            self.differ(where, f"cited by {len(found)} claims instead of one")
            return None
        claim, cited = found[0]
        if claim["property"] not in props:
            self.differ(where, f"claimed as {claim['property']}")
        elif cited != words:
            self.differ(where, f"the words are {cited!r} instead of {words!r}")
        elif not says(words, *value_of(claim)):
            self.differ(where, f"the value {claim['value']!r} does not say {words!r}")
        return claim

    def empty(self, where, subject, words):
        prop = f"{subject}.note"
        return self.field(where, words, [prop], lambda _words, kind, value: kind == "text" and "empty" in value["text"])

    def top(self, source):
        for name in ("edit_at", "help", "updated_at"):
            words = source[name]
            if words == "":
                self.empty(name, "source", "")
            else:
                self.field(name, words, ["source.address", "source.note", "source.published"], says_moment)
        unknown = set(source) - {"edit_at", "help", "updated_at", "data"}
        for name in sorted(unknown):
            self.differ(name, "this program does not know the field")
        if len(self.export.sources) != 1:
            self.differ("source", f"{len(self.export.sources)} sources of this title instead of one")
        title = ("text", {"text": "2020PB/police-brutality", "lang": "en"})
        for prop, wanted in (("source.title", title), ("source.kind", ("code", "data_set")), ("source.licence", ("text", {"text": "MIT", "lang": None}))):
            found = [v for s in self.export.sources for v in self.export.only(s, prop)]
            if found != [wanted] and len(self.export.sources) == 1:
                self.differ(prop, f"{found!r} instead of {wanted!r}")

    def record(self, at, record):
        owners = set()

        def take(claim):
            if claim is not None:
                owners.add(claim["subject"])
            return claim

        rules = {
            "id": "incident.external_id",
            "name": "incident.title",
            "description": "incident.summary",
            "date": "incident.when",
            "date_text": "incident.date_text",
            "geolocation": "incident.where",
            "edit_at": "incident.reference",
            "state": "incident.place",
            "city": "incident.place",
        }
        for name in sorted(set(record) ^ (set(rules) | {"tags", "links"})):
            self.differ(f"data[{at}].{name}", "the field is missing or not known")
        for name, prop in rules.items():
            where, words = f"data[{at}].{name}", record[name]
            if words == "":
                take(self.empty(where, "incident", ""))
                continue
            props = [prop, "incident.note"] if name == "edit_at" else [prop]
            says = {"date": says_day, "geolocation": says_position, "state": says_reference, "city": says_reference}.get(name, says_text)
            claim = take(self.field(where, words, props, says))
            if claim is not None and prop == "incident.place":
                self.place(name, record, value_of(claim)[1])
        for name in ("tags", "links"):
            if record[name] == []:
                take(self.empty(f"data[{at}].{name}", "incident", "[]"))
        for i, tag in enumerate(record["tags"]):
            where = f"data[{at}].tags[{i}]"
            take(self.empty(where, "incident", "") if tag == "" else self.field(where, tag, ["incident.tag"], says_text))
        for j, link in enumerate(record["links"]):
            self.link(f"data[{at}].links[{j}]", link, take)
        if len(owners) > 1:
            self.differ(f"data[{at}]", f"its claims stand on {len(owners)} records")

    def link(self, where, link, take):
        for name in sorted(set(link) ^ {"url", "text"}):
            self.differ(f"{where}.{name}", "the field is missing or not known")
        address = self.field(f"{where}.url", link["url"], ["exhibit.address", "exhibit.note"], says_text)
        exhibit = None if address is None else address["subject"]

        def same(_words, kind, value):
            return kind == "ref" and (exhibit is None or value == exhibit)

        if link["text"] == "":
            take(self.field(f"{where}.text", "", ["incident.exhibit"], same))
        else:
            text = self.field(f"{where}.text", link["text"], ["exhibit.description"], says_text)
            if None not in (text, exhibit) and text["subject"] != exhibit:
                self.differ(f"{where}.text", "stands on another exhibit than the address")
            take(self.field(where, None, ["incident.exhibit"], same))

    def place(self, name, record, node):
        """The same state, and the same city of it, must be the same place everywhere."""
        key = (record["state"], record["city"] if name == "city" else None)
        if self.places.setdefault(key, node) != node:
            self.differ(f"place {key}", "is two records")

    def called(self):
        """Each place must be called what the source says, a city must lie in its state."""
        for (state, city), node in self.places.items():
            name = state if city is None else city
            if [v[1]["text"] for v in self.export.only(node, "place.name")] != [name.strip()]:
                self.differ(f"place {name}", "is called otherwise")
            around = self.places.get((state, None)) if city is not None else None
            inside = [value for _, value in self.export.only(node, "place.inside")]
            # Where no claim names the state any more, that is the difference, and it is counted there.
            if city is None or state == "":
                if inside:
                    self.differ(f"place {name}", "lies in another place")
            elif len(inside) != 1 or around not in (None, inside[0]):
                self.differ(f"place {name}", "does not lie in its state")


def says_text(words, kind, value):
    if kind == "text":
        return value["text"] == words
    if kind == "address":
        return value == words.strip().replace(" ", "%20") or value == words.split()[0]
    return False


def says_day(words, kind, value):
    return kind == "window" and value == "~" + words


def says_moment(words, kind, value):
    """`2021-10-19T17:49:03.038702+00:00` is kept as `2021-10-19T17:49:03.038702 Z`."""
    return kind == "window" and value == words.replace("+00:00", " Z") or says_text(words, kind, value)


def says_reference(_words, kind, _value):
    return kind == "ref"


def says_position(words, kind, value):
    try:
        lat, lon = (float(part) for part in words.split(","))
    except ValueError:
        return False
    return kind == "region" and (value["lat_deg"], value["lon_deg"], value["radius_m"]) == (lat, lon, None)


def main():
    if len(sys.argv) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        with open(sys.argv[1], encoding="utf-8") as file:
            source = json.load(file)
        export = Export(sys.argv[2])
    except (OSError, ValueError, KeyError) as error:
        print(f"cannot be read: {error}", file=sys.stderr)
        return 2
    comparison = Comparison(export)
    comparison.top(source)
    for at, record in enumerate(source["data"]):
        comparison.record(at, record)
    comparison.called()
    for where in sorted(set(export.cited) - comparison.seen):
        comparison.differ(where, "is cited, and the source has no such field")
    if not export.ended:
        comparison.differ("export", "the last line is missing")
    for difference in comparison.differences[:50]:
        print(difference)
    print(f"{len(comparison.differences)} differences")
    return 1 if comparison.differences else 0


if __name__ == "__main__":
    sys.exit(main())
