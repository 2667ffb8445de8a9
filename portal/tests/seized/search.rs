//! Looks for what was planted, whole or by half, in every form in which a program might keep it, on every byte of an image.

use std::collections::BTreeMap;
use std::fmt::Write;

use aho_corasick::AhoCorasick;
use data_encoding::{BASE64, BASE64URL, HEXLOWER, HEXUPPER};

/// Shorter strings than this are not looked for: they may stand anywhere by chance.
const LEAST: usize = 8;
/// Most bytes that a compressed stream is blown up to.
const MOST_INFLATED: usize = 1 << 20;
const PAGE: usize = 4096;

/// Something that must be nowhere.
#[derive(Clone)]
pub(crate) struct Planted {
    /// What it is: a field of the form, a key.
    pub(crate) kind: &'static str,
    pub(crate) content: Content,
}

#[derive(Clone)]
pub(crate) enum Content {
    /// A text; each half of it is looked for.
    Text(String),
    /// Bytes of a key; each half of it is looked for.
    Key(Vec<u8>),
    /// A short text, looked for as a whole.
    Whole(String),
}

/// Where something stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Hit {
    /// Its number among what was planted.
    pub(crate) planted: usize,
    pub(crate) form: &'static str,
    pub(crate) at: usize,
}

pub(crate) struct Search {
    needles: Vec<(usize, &'static str)>,
    machine: AhoCorasick,
}

impl Search {
    pub(crate) fn new<'a>(planted: impl IntoIterator<Item = &'a Planted>) -> Search {
        let (mut needles, mut patterns) = (Vec::new(), Vec::new());
        for (i, planted) in planted.into_iter().enumerate() {
            let pieces: Vec<(&'static str, Vec<u8>)> = match &planted.content {
                Content::Text(text) => halves(text).into_iter().flat_map(forms_of_text).collect(),
                Content::Whole(text) => forms_of_text(text),
                Content::Key(key) => key.chunks(key.len() / 2).flat_map(forms_of_key).collect(),
            };
            for (form, bytes) in pieces {
                assert!(bytes.len() >= LEAST, "{} of {} bytes may stand anywhere", planted.kind, bytes.len());
                needles.push((i, form));
                patterns.push(bytes);
            }
        }
        Search { needles, machine: AhoCorasick::new(patterns).unwrap() }
    }

    /// Every place of these bytes where something stands, compressed streams included.
    pub(crate) fn hits(&self, bytes: &[u8]) -> Vec<Hit> {
        let mut hits = Vec::new();
        for (start, piece) in filled(bytes) {
            hits.extend(self.plain(piece, start));
            for at in 0..piece.len().saturating_sub(LEAST) {
                if let Some(inflated) = inflate(&piece[at..]) {
                    hits.extend(self.plain(&inflated, 0).map(|hit| Hit { form: "compressed", at: start + at, ..hit }));
                }
            }
        }
        hits
    }

    fn plain<'a>(&'a self, bytes: &'a [u8], start: usize) -> impl Iterator<Item = Hit> + 'a {
        self.machine.find_overlapping_iter(bytes).map(move |found| {
            let (planted, form) = self.needles[found.pattern().as_usize()];
            Hit { planted, form, at: start + found.start() }
        })
    }
}

/// How often each kind was found in each form, for a message.
pub(crate) fn told(planted: &[Planted], hits: &[Hit]) -> String {
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for hit in hits {
        *counts.entry((planted[hit.planted].kind, hit.form)).or_default() += 1;
    }
    counts.into_iter().fold(format!("{} places", hits.len()), |mut text, ((kind, form), n)| {
        let _ = write!(text, "; {kind} as {form}: {n}");
        text
    })
}

/// Runs of pages that are not all zeros: an image is mostly empty.
fn filled(bytes: &[u8]) -> Vec<(usize, &[u8])> {
    let mut runs = Vec::new();
    let mut began = None;
    for (i, page) in bytes.chunks(PAGE).enumerate() {
        let empty = page.iter().all(|byte| *byte == 0);
        match (began, empty) {
            (None, false) => began = Some(i * PAGE),
            (Some(start), true) => {
                runs.push((start, &bytes[start..i * PAGE]));
                began = None;
            }
            _ => {}
        }
    }
    runs.extend(began.map(|start| (start, &bytes[start..])));
    runs
}

/// What a gzip or zlib stream that begins here holds, as far as it can be read; `None` where none begins.
fn inflate(bytes: &[u8]) -> Option<Vec<u8>> {
    let (skip, zlib) = match bytes {
        // RFC 1952: fixed header of ten bytes; an optional file name follows.
        [0x1f, 0x8b, 8, 0, ..] => (10, false),
        [0x1f, 0x8b, 8, 8, ..] => (bytes.get(10..)?.iter().take(256).position(|byte| *byte == 0)? + 11, false),
        // RFC 1950: deflate with a window of 32 KiB, check bits right.
        [0x78, flags, ..] if (0x7800 + u16::from(*flags)) % 31 == 0 => (0, true),
        _ => return None,
    };
    let body = bytes.get(skip..)?;
    let inflated = match zlib {
        true => miniz_oxide::inflate::decompress_to_vec_zlib_with_limit(body, MOST_INFLATED),
        false => miniz_oxide::inflate::decompress_to_vec_with_limit(body, MOST_INFLATED),
    };
    Some(inflated.unwrap_or_else(|broken| broken.output)).filter(|plain| plain.len() >= LEAST)
}

fn halves(text: &str) -> Vec<&str> {
    let middle = text.char_indices().nth(text.chars().count() / 2).unwrap().0;
    vec![&text[..middle], &text[middle..]]
}

fn forms_of_text(text: &str) -> Vec<(&'static str, Vec<u8>)> {
    let bytes = text.as_bytes();
    let units: Vec<u16> = text.encode_utf16().collect();
    let each = |write: &dyn Fn(u8) -> String| bytes.iter().map(|byte| write(*byte)).collect::<String>().into_bytes();
    let mut forms = vec![
        ("UTF-8", bytes.to_vec()),
        ("UTF-16LE", units.iter().flat_map(|unit| unit.to_le_bytes()).collect()),
        ("UTF-16BE", units.iter().flat_map(|unit| unit.to_be_bytes()).collect()),
        ("UTF-32", text.chars().flat_map(|c| u32::from(c).to_le_bytes()).collect()),
        ("percent", each(&|byte| format!("%{byte:02X}"))),
        ("percent", each(&|byte| format!("%{byte:02x}"))),
        ("JSON", units.iter().map(|unit| format!("\\u{unit:04x}")).collect::<String>().into_bytes()),
        ("HTML", text.chars().map(|c| format!("&#{};", u32::from(c))).collect::<String>().into_bytes()),
    ];
    forms.extend(written(bytes));
    forms
}

fn forms_of_key(key: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let mut forms = vec![("bytes", key.to_vec()), ("reversed", key.iter().rev().copied().collect())];
    forms.extend(written(key));
    forms
}

/// Hexadecimal, and base64 wherever in a longer text it began.
fn written(bytes: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let mut forms = vec![("hexadecimal", HEXLOWER.encode(bytes).into_bytes()), ("hexadecimal", HEXUPPER.encode(bytes).into_bytes())];
    for before in 0..3 {
        let moved = [vec![0; before], bytes.to_vec()].concat();
        // Letters that share bits with what stands before or behind are not known.
        let (from, to) = ((before * 8).div_ceil(6), moved.len() * 8 / 6);
        for encoding in [&BASE64, &BASE64URL] {
            let letters = encoding.encode(&moved).into_bytes()[from..to].to_vec();
            forms.push(("base64", letters));
        }
    }
    forms.dedup();
    forms
}

#[test]
fn every_form_is_found_wherever_it_stands() {
    let planted = [
        Planted { kind: "text", content: Content::Text("Жоўтыхсінiхвераснёў".to_owned()) },
        Planted { kind: "key", content: Content::Key((100..132).collect()) },
    ];
    let search = Search::new(&planted);
    let Content::Text(text) = &planted[0].content else { unreachable!() };
    for before in 0..7 {
        for (form, piece) in forms_of_text(text).into_iter().chain([("UTF-8", text.as_bytes().to_vec())]) {
            let image = [&vec![b'x'; before], &piece[..], b"yyyyy"].concat();
            assert!(search.hits(&image).iter().any(|hit| hit.planted == 0), "{form} after {before}");
        }
        let inside = [&vec![7; before], text.as_bytes(), &[7; 40]].concat();
        for image in
            [BASE64.encode(&inside).into_bytes(), HEXLOWER.encode(&inside).into_bytes(), gzip(&inside), miniz_oxide::deflate::compress_to_vec_zlib(&inside, 6)]
        {
            assert!(search.hits(&[b"abc", &image[..]].concat()).iter().any(|hit| hit.planted == 0), "{image:?}");
        }
        let half = [&vec![0; 5000 + before], &(116..132).collect::<Vec<u8>>()[..]].concat();
        assert_eq!(search.hits(&half), [Hit { planted: 1, form: "bytes", at: 5000 + before }]);
    }
    assert_eq!(search.hits(&(0..100).chain(132..=255).collect::<Vec<u8>>()), []);
}

/// A gzip file; its end, a checksum, is left away: nobody who reads a disk asks for it.
pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    [&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255], &miniz_oxide::deflate::compress_to_vec(bytes, 6)[..]].concat()
}
