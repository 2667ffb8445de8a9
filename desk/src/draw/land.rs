//! The land under a map: coasts, lakes, borders, state lines, and the names of countries and towns.
//!
//! An extract of Natural Earth (public domain), made by `desk/land/make.py`, which says what was taken and how borders in dispute are
//! treated. It is built into the program: no map is ever asked for from elsewhere.
//!
//! `lines.bin`: `KLAND1`, units per degree (u16, little-endian), then layers to the end. A layer: kind (u8), scale in millions (u8),
//! number of lines; a line: number of points, then for each the step in longitude and latitude from the point before it, the first from
//! the last point of the line before, in units. Numbers are LEB128, steps in zigzag. `names.txt`: see [`parse_names`]. Does no I/O.

use std::ops::Range;
use std::sync::LazyLock;

static LINES: &[u8] = include_bytes!("../../land/lines.bin");
static NAMES: &str = include_str!("../../land/names.txt");

/// The land, read once. The files are part of the program and a test reads them; were they broken all the same, maps would have no
/// land, which is better than no page.
pub(super) static LAND: LazyLock<Land> = LazyLock::new(|| Land::parse(LINES, NAMES).unwrap_or_default());

/// The language that names on the map are written in, where they are known; otherwise they are in their international Latin form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    /// English.
    English,
    /// Russian.
    Russian,
    /// Ukrainian.
    Ukrainian,
    /// Belarusian.
    Belarusian,
}

/// What a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Land,
    Lake,
    Border,
    /// A border that states do not agree on.
    Disputed,
    /// Between the states, provinces or regions of one country.
    State,
}

/// How finely lines are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Detail {
    /// 1:110,000,000, for whole continents.
    Coarse,
    /// 1:50,000,000, for anything closer.
    Fine,
}

/// One line or, for land and lakes, one ring.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) kind: Kind,
    pub(super) detail: Detail,
    points: Range<usize>,
    /// West, south, east, north in degrees.
    pub(super) bounds: [f64; 4],
    /// Whether a part of it runs along the 180th meridian, where the data was cut.
    pub(super) is_cut: bool,
}

/// A country or town with a name.
#[derive(Debug)]
pub(super) struct Named {
    pub(super) rank: Rank,
    pub(super) lat_deg: f64,
    pub(super) lon_deg: f64,
    names: [&'static str; 4],
}

/// What decides whether a name is written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Rank {
    /// Written from this zoom on (0 is the world in 256 pixels, each further one doubles).
    Country { zoom: f64 },
    /// Written in the order of the file, the largest first.
    Town,
}

impl Named {
    pub(super) fn name(&self, language: Language) -> &'static str {
        let [en, ru, uk, be] = self.names;
        let name = match language {
            Language::English => en,
            Language::Russian => ru,
            // An absent Ukrainian name is the same as the Russian one.
            Language::Ukrainian if uk.is_empty() => ru,
            Language::Ukrainian => uk,
            Language::Belarusian => be,
        };
        if name.is_empty() { en } else { name }
    }
}

/// All of it.
#[derive(Debug, Default)]
pub(super) struct Land {
    /// Longitude and latitude in degrees.
    points: Vec<(f32, f32)>,
    pub(super) lines: Vec<Line>,
    pub(super) names: Vec<Named>,
}

/// Why the extract could not be read.
#[derive(Debug, PartialEq, thiserror::Error)]
pub(super) enum LandError {
    #[error("the lines do not begin as they should")]
    Head,
    #[error("the lines end in the middle of something, at byte {at}")]
    Short { at: usize },
    #[error("byte {at} of the lines holds {value}, which is not {what}")]
    Value { at: usize, value: u64, what: &'static str },
    #[error("line {line} of the names has no good {what}")]
    Name { line: usize, what: &'static str },
}

impl Land {
    pub(super) fn points(&self, line: &Line) -> &[(f32, f32)] {
        self.points.get(line.points.clone()).unwrap_or_default()
    }

    fn parse(lines: &[u8], names: &'static str) -> Result<Land, LandError> {
        let mut land = Land::default();
        land.parse_lines(lines)?;
        land.names = parse_names(names)?;
        Ok(land)
    }

    fn parse_lines(&mut self, data: &[u8]) -> Result<(), LandError> {
        let body = data.strip_prefix(b"KLAND1").ok_or(LandError::Head)?;
        let (units, _) = body.split_first_chunk::<2>().ok_or(LandError::Head)?;
        let units = i64::from(u16::from_le_bytes(*units));
        if units == 0 {
            return Err(LandError::Head);
        }
        let mut reader = Reader { data, at: 8 };
        while reader.at < data.len() {
            let kind = match reader.byte()? {
                0 => Kind::Land,
                1 => Kind::Lake,
                2 => Kind::Border,
                3 => Kind::Disputed,
                4 => Kind::State,
                value => return Err(reader.bad(value.into(), "a kind of line")),
            };
            let detail = match reader.byte()? {
                110 => Detail::Coarse,
                50 => Detail::Fine,
                value => return Err(reader.bad(value.into(), "a scale")),
            };
            let mut at = (0, 0);
            for _ in 0..reader.count()? {
                let line = self.parse_line(&mut reader, kind, detail, units, &mut at)?;
                self.lines.push(line);
            }
        }
        Ok(())
    }

    fn parse_line(&mut self, reader: &mut Reader<'_>, kind: Kind, detail: Detail, units: i64, at: &mut (i64, i64)) -> Result<Line, LandError> {
        let start = self.points.len();
        let mut bounds = [180.0f64, 90.0, -180.0, -90.0];
        let (mut is_cut, mut was_at_edge) = (false, false);
        for _ in 0..reader.count()? {
            at.0 += reader.step()?;
            at.1 += reader.step()?;
            if at.0.abs() > 180 * units || at.1.abs() > 90 * units {
                return Err(reader.bad(at.0.unsigned_abs().max(at.1.unsigned_abs()), "on the globe"));
            }
            let (lon, lat) = (at.0 as f64 / units as f64, at.1 as f64 / units as f64);
            bounds = [bounds[0].min(lon), bounds[1].min(lat), bounds[2].max(lon), bounds[3].max(lat)];
            let is_at_edge = at.0.abs() == 180 * units;
            is_cut |= is_at_edge && was_at_edge;
            was_at_edge = is_at_edge;
            self.points.push((lon as f32, lat as f32));
        }
        Ok(Line { kind, detail, points: start..self.points.len(), bounds, is_cut })
    }
}

struct Reader<'a> {
    data: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn byte(&mut self) -> Result<u8, LandError> {
        let byte = *self.data.get(self.at).ok_or(LandError::Short { at: self.at })?;
        self.at += 1;
        Ok(byte)
    }

    fn number(&mut self) -> Result<u64, LandError> {
        let mut value = 0;
        for shift in (0..35).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 127) << shift;
            if byte < 128 {
                return Ok(value);
            }
        }
        Err(self.bad(value, "a number of five bytes at most"))
    }

    /// How many things follow; each takes a byte at least, so more than the bytes that are left is a lie.
    fn count(&mut self) -> Result<u64, LandError> {
        let count = self.number()?;
        if count > (self.data.len() - self.at) as u64 { Err(self.bad(count, "a count of what follows")) } else { Ok(count) }
    }

    fn step(&mut self) -> Result<i64, LandError> {
        let value = self.number()? as i64;
        Ok((value >> 1) ^ -(value & 1))
    }

    fn bad(&self, value: u64, what: &'static str) -> LandError {
        LandError::Value { at: self.at.saturating_sub(1), value, what }
    }
}

/// Tab-separated: `c` (country) or `p` (populated place), latitude and longitude in degrees, the zoom from which it is written in
/// tenths (country) or thousands of people (place), the name in English, Russian, Ukrainian and Belarusian, of which the last ones may
/// be absent. Sorted, the most important first.
fn parse_names(text: &'static str) -> Result<Vec<Named>, LandError> {
    text.lines()
        .enumerate()
        .map(|(index, line)| {
            let bad = |what| LandError::Name { line: index + 1, what };
            let mut fields = line.split('\t');
            let mut next = |what| fields.next().ok_or(bad(what));
            let kind = next("kind")?;
            let mut number = |what, most: f64| next(what)?.parse::<f64>().ok().filter(|value| value.abs() <= most).ok_or(bad(what));
            let (lat_deg, lon_deg, size) = (number("latitude", 90.0)?, number("longitude", 180.0)?, number("size", 1e6)?);
            let rank = match kind {
                "c" => Rank::Country { zoom: size / 10.0 },
                "p" => Rank::Town,
                _ => return Err(bad("kind")),
            };
            let names = std::array::from_fn(|_| fields.next().unwrap_or_default());
            if names[0].is_empty() { Err(bad("name")) } else { Ok(Named { rank, lat_deg, lon_deg, names }) }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn the_extract_is_whole() {
        let land = Land::parse(LINES, NAMES).unwrap();
        let count = |kind, detail| land.lines.iter().filter(|line| line.kind == kind && line.detail == detail).count();
        assert!(count(Kind::Land, Detail::Coarse) > 100 && count(Kind::Land, Detail::Fine) > 1_000);
        assert!(count(Kind::Border, Detail::Coarse) > 200 && count(Kind::Border, Detail::Fine) > 200 && count(Kind::State, Detail::Fine) > 1_000);
        assert!(land.names.len() > 5_000 && LINES.len() + NAMES.len() < 650_000);
    }

    #[test]
    fn a_town_is_named_in_the_language_of_the_reader_or_internationally() {
        let find = |name| LAND.names.iter().find(|named| named.names[0] == name).unwrap();
        let names = |name| [Language::Belarusian, Language::Russian, Language::Ukrainian, Language::English].map(|l| find(name).name(l));
        assert_eq!(names("Babruysk"), ["Бабруйск", "Бобруйск", "Бобруйськ", "Babruysk"]);
        assert_eq!(names("Hrodna"), ["Гродна", "Гродно", "Гродно", "Hrodna"]);
        assert_eq!(names("Akron")[0], "Akron");
    }

    #[test]
    fn the_crimean_isthmus_is_no_border() {
        let crosses = |line: &&Line| LAND.points(line).iter().any(|(lon, lat)| (33.5..34.7).contains(lon) && (45.9..46.3).contains(lat));
        let kinds: Vec<Kind> = LAND.lines.iter().filter(|line| !matches!(line.kind, Kind::Land | Kind::Lake)).filter(crosses).map(|l| l.kind).collect();
        assert!(!kinds.is_empty() && kinds.iter().all(|kind| *kind == Kind::State), "{kinds:?}");
    }

    #[test]
    fn every_cut_of_the_lines_is_noticed_or_ends_between_layers() {
        let mut whole = 0;
        for end in (0..LINES.len()).step_by(997).chain(0..40) {
            whole += usize::from(Land::default().parse_lines(&LINES[..end]).is_ok());
        }
        assert!(whole <= 1, "only the bare head is whole: {whole}");
    }

    #[test]
    fn lies_in_the_lines_are_refused() {
        let parse = |bytes: &[u8]| Land::default().parse_lines(&[b"KLAND1\xc8\0", bytes].concat());
        assert_eq!(parse(&[]), Ok(()));
        assert_eq!(Land::default().parse_lines(b"KLAND1\0\0"), Err(LandError::Head));
        assert!(matches!(parse(&[9]), Err(LandError::Value { value: 9, .. })));
        assert!(matches!(parse(&[0, 7]), Err(LandError::Value { value: 7, .. })));
        assert!(matches!(parse(&[0, 50, 0xff, 0xff, 0xff, 0xff, 0x7f]), Err(LandError::Value { .. })));
        assert!(matches!(parse(&[0, 50, 1, 1, 0xff, 0xff, 0xff, 0xff, 0x7f, 0]), Err(LandError::Value { .. })));
        assert!(matches!(parse(&[0, 50, 1, 2, 0, 0]), Err(LandError::Short { .. })));
    }
}
