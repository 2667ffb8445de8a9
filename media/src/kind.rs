//! What kind of file it is, by its first bytes; its name is never asked. Does no I/O.

use kniha_core::examined::Kind;

use crate::{mail, office, plain};

/// What a file is, and what it could pass for besides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) kind: Kind,
    pub(crate) also: Option<Kind>,
}

/// A PDF's mark may stand anywhere in so many first bytes (ISO 32000-1, annex H, note 13).
const PDF_WITHIN: usize = 1024;
/// A ZIP's end stands within so many last bytes: its record and the longest comment.
const ZIP_WITHIN: usize = 22 + 65_535;

/// Marks at the start of a file.
const MARKS: [(&[u8], Kind); 34] = [
    (b"\xff\xd8\xff", Kind::Jpeg),
    (b"\x89PNG\r\n\x1a\n", Kind::Png),
    (b"GIF87a", Kind::Gif),
    (b"GIF89a", Kind::Gif),
    (b"II*\0", Kind::Tiff),
    (b"MM\0*", Kind::Tiff),
    (b"%PDF-", Kind::Pdf),
    (b"{\\rtf", Kind::Rtf),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Kind::Ole),
    (b"7z\xbc\xaf\x27\x1c", Kind::Archive),
    (b"Rar!\x1a\x07", Kind::Archive),
    (b"\x1f\x8b\x08", Kind::Archive),
    (b"\xfd7zXZ\0", Kind::Archive),
    (b"BZh", Kind::Archive),
    (b"\x28\xb5\x2f\xfd", Kind::Archive),
    (b"\x7fELF", Kind::Program),
    (b"MZ", Kind::Program),
    (b"#!", Kind::Program),
    (b"\xca\xfe\xba\xbe", Kind::Program),
    (b"\xcf\xfa\xed\xfe", Kind::Program),
    (b"dex\n", Kind::Program),
    (b"L\0\0\0\x01\x14\x02\0", Kind::Program),
    (b"ID3", Kind::Sound),
    (b"fLaC", Kind::Sound),
    (b"OggS", Kind::Sound),
    (b"#!AMR", Kind::Sound),
    (b"\xff\xfb", Kind::Sound),
    (b"\xff\xf3", Kind::Sound),
    (b"\xff\xf1", Kind::Sound),
    (b"\xff\xf9", Kind::Sound),
    (b"\x1a\x45\xdf\xa3", Kind::Video),
    (b"FLV\x01", Kind::Video),
    (b"\0\0\x01\xba", Kind::Video),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", Kind::Video),
];

/// Looks at the bytes.
pub(crate) fn of(bytes: &[u8]) -> Found {
    let kind = first(bytes);
    let zipped = matches!(kind, Kind::Zip | Kind::Docx | Kind::Odt);
    let also = if kind != Kind::Pdf && has_pdf(bytes) {
        Some(Kind::Pdf)
    } else if !zipped && has_zip(bytes) {
        Some(Kind::Zip)
    } else {
        None
    };
    match (kind, also) {
        // Nothing but that.
        (Kind::Unknown | Kind::Text, Some(kind @ Kind::Pdf)) => Found { kind, also: None },
        (kind, also) => Found { kind, also },
    }
}

fn first(bytes: &[u8]) -> Kind {
    let at = |from: usize, mark: &[u8]| bytes.get(from..).is_some_and(|rest| rest.starts_with(mark));
    if bytes.starts_with(b"#!AMR") {
        return Kind::Sound;
    }
    if let Some((_, kind)) = MARKS.iter().find(|(mark, _)| bytes.starts_with(mark)) {
        return *kind;
    }
    if at(0, b"PK\x03\x04") || at(0, b"PK\x05\x06") {
        return office::kind(bytes);
    }
    if at(0, b"RIFF") {
        return match bytes.get(8..12) {
            Some(b"WEBP") => Kind::WebP,
            Some(b"WAVE") => Kind::Sound,
            Some(b"AVI ") => Kind::Video,
            _ => Kind::Unknown,
        };
    }
    // A bitmap's header is 12 bytes or 40 to 124; nothing else of it is sure.
    if at(0, b"BM") && bytes.get(14).is_some_and(|length| matches!(length, 12 | 40..=124)) && at(15, b"\0\0\0") {
        return Kind::Bmp;
    }
    // ISO base media (ISO/IEC 14496-12): the length of the first box, `ftyp`, its brand.
    if at(4, b"ftyp") {
        return match bytes.get(8..12) {
            Some(b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"mif1" | b"msf1" | b"avif" | b"avis") => Kind::Heif,
            Some(b"M4A " | b"M4B ") => Kind::Sound,
            _ => Kind::Video,
        };
    }
    if at(4, b"moov") || at(4, b"mdat") || (at(0, b"G") && at(188, b"G") && at(376, b"G")) {
        return Kind::Video;
    }
    match plain::read(bytes) {
        Some(_) if mail::is_mail(bytes) => Kind::Mail,
        Some(_) => Kind::Text,
        None => Kind::Unknown,
    }
}

fn has_pdf(bytes: &[u8]) -> bool {
    bytes[..bytes.len().min(PDF_WITHIN)].windows(5).any(|window| window == b"%PDF-")
}

fn has_zip(bytes: &[u8]) -> bool {
    bytes[bytes.len().saturating_sub(ZIP_WITHIN)..].windows(4).any(|window| window == b"PK\x05\x06")
}
