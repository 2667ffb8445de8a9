//! The words of DOCX (ECMA-376) and ODT (ISO/IEC 26300): a ZIP with XML in it. Pictures and macros in them are not opened. Does no I/O.
//!
//! A bomb is a small ZIP that unpacks to much: what is unpacked is read as it comes, and at most [`MOST_UNPACKED`] bytes of it. The XML reader expands no
//! entities but the five of XML itself, and keeps no tree.

use std::io::{BufReader, Read};

use flate2::read::DeflateDecoder;
use kniha_core::examined::{Kind, Lack, MOST_TEXT, Text};
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use rawzip::{CompressionMethod, ZipArchive};

use crate::Look;

/// Most bytes that are unpacked of one entry: a novel's XML is 5 MB.
const MOST_UNPACKED: u64 = 64 * 1024 * 1024;
/// Most entries whose names are read.
const MOST_ENTRIES: usize = 10_000;

const DOCX: [&str; 4] = ["word/document.xml", "word/footnotes.xml", "word/endnotes.xml", "word/comments.xml"];
const ODT: [&str; 1] = ["content.xml"];
const ODT_TYPE: &[u8] = b"application/vnd.oasis.opendocument.text";

/// Which kind of ZIP it is.
pub(crate) fn kind(bytes: &[u8]) -> Kind {
    if entry(bytes, DOCX[0]).is_some() {
        return Kind::Docx;
    }
    let mut named = Vec::new();
    let is_odt = entry(bytes, "mimetype").is_some_and(|mut entry| entry.by_ref().take(100).read_to_end(&mut named).is_ok() && named.starts_with(ODT_TYPE));
    if is_odt { Kind::Odt } else { Kind::Zip }
}

pub(crate) fn look(bytes: &[u8], look: &mut Look<'_>) {
    let entries: &[&str] = if look.facts.kind == Kind::Docx { &DOCX } else { &ODT };
    let mut text = String::new();
    let mut cut = false;
    for (place, name) in entries.iter().enumerate() {
        let Some(entry) = entry(bytes, name) else {
            // Notes are often not there; the account itself must be.
            if place == 0 {
                look.lack(Lack::Damaged);
            }
            continue;
        };
        match words(entry, &mut text) {
            Ok(is_cut) => cut |= is_cut,
            Err(lack) => look.lack(lack),
        }
    }
    if !text.is_empty() {
        look.text = Some(Text::of(&text, cut));
    }
}

/// The unpacked bytes of an entry, at most one more than [`MOST_UNPACKED`].
fn entry<'b>(bytes: &'b [u8], name: &str) -> Option<impl Read + use<'b>> {
    let archive = ZipArchive::from_slice(bytes).ok()?;
    let mut entries = archive.entries();
    for _ in 0..MOST_ENTRIES {
        let found = entries.next_entry().ok()??;
        if found.file_path().as_ref() != name.as_bytes() {
            continue;
        }
        let (method, way) = (found.compression_method(), found.wayfinder());
        let (start, end) = archive.get_entry(way).ok()?.compressed_data_range();
        let packed = bytes.get(usize::try_from(start).ok()?..usize::try_from(end).ok()?)?;
        let unpacked: Box<dyn Read + 'b> = match method {
            CompressionMethod::STORE => Box::new(packed),
            CompressionMethod::DEFLATE => Box::new(DeflateDecoder::new(packed)),
            _ => return None,
        };
        return Some(unpacked.take(MOST_UNPACKED + 1));
    }
    None
}

/// Adds the words of an XML document; whether there were more.
fn words(entry: impl Read, text: &mut String) -> Result<bool, Lack> {
    let mut reader = Reader::from_reader(BufReader::new(entry));
    let mut buffer = Vec::new();
    // In DOCX words stand in <w:t> alone; in ODT everywhere in a paragraph.
    let mut within = 0_usize;
    loop {
        if text.len() > MOST_TEXT {
            return Ok(true);
        }
        if reader.buffer_position() > MOST_UNPACKED {
            return Err(Lack::TooLarge);
        }
        buffer.clear();
        match reader.read_event_into(&mut buffer).map_err(|_| Lack::Damaged)? {
            Event::Start(start) => match start.name().as_ref() {
                "w:t" | "text:p" | "text:h" => within += 1,
                _ => between(&start, text),
            },
            Event::Empty(empty) => between(&empty, text),
            Event::End(end) => match end.name().as_ref() {
                "w:t" => within = within.saturating_sub(1),
                "text:p" | "text:h" => {
                    within = within.saturating_sub(1);
                    text.push('\n');
                }
                "w:p" => text.push('\n'),
                "w:tc" | "table:table-cell" => text.push('\t'),
                _ => {}
            },
            Event::Text(words) if within > 0 => text.push_str(&words.xml_content(XmlVersion::Implicit1_0)),
            Event::CData(words) if within > 0 => text.push_str(&words),
            Event::GeneralRef(named) if within > 0 => text.push(letter(&named).unwrap_or(char::REPLACEMENT_CHARACTER)),
            Event::Eof => return Ok(false),
            _ => {}
        }
    }
}

/// What stands for a blank.
fn between(element: &BytesStart<'_>, text: &mut String) {
    match element.name().as_ref() {
        "w:tab" | "text:tab" => text.push('\t'),
        "w:br" | "w:cr" | "text:line-break" => text.push('\n'),
        "text:s" => text.push(' '),
        _ => {}
    }
}

/// The letter that a reference names: one of the five of XML, or its number. A document's own entities stay unknown.
fn letter(named: &BytesRef<'_>) -> Option<char> {
    match named.resolve_char_ref() {
        Ok(Some(letter)) => Some(letter),
        Ok(None) => resolve_predefined_entity(named)?.chars().next(),
        Err(_) => None,
    }
}
