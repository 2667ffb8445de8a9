//! When and where a picture says that it was taken (Exif 2.32). Anybody can write anything there. Does no I/O.

use exif::{Exif, In, Reader, Tag, Value};
use jiff::civil::DateTime;
use kniha_core::examined::{Facts, Taken};
use kniha_core::place::Region;

/// Puts what the Exif block claims into the facts.
pub(crate) fn read(block: Vec<u8>, facts: &mut Facts) {
    // Some cameras write a header before the block, as JPEG has it.
    let block = block.strip_prefix(b"Exif\0\0").map(<[u8]>::to_vec).unwrap_or(block);
    let read = Reader::new().continue_on_error(true).read_raw(block).or_else(|error| error.distill_partial_result(|_| {}));
    if let Ok(exif) = read {
        facts.taken = taken(&exif);
        facts.place = place(&exif);
    }
}

fn ascii(exif: &Exif, tag: Tag) -> Option<&[u8]> {
    match &exif.get_field(tag, In::PRIMARY)?.value {
        Value::Ascii(texts) => texts.first().map(Vec::as_slice),
        _ => None,
    }
}

fn taken(exif: &Exif) -> Option<Taken> {
    let text = ascii(exif, Tag::DateTimeOriginal).or_else(|| ascii(exif, Tag::DateTimeDigitized)).or_else(|| ascii(exif, Tag::DateTime))?;
    let mut read = exif::DateTime::from_ascii(text).ok()?;
    if let Some(offset) = ascii(exif, Tag::OffsetTimeOriginal) {
        // A bad offset is no offset.
        let _ = read.parse_offset(offset);
    }
    let small = |number: u8| i8::try_from(number).ok();
    let at = DateTime::new(
        i16::try_from(read.year).ok()?,
        small(read.month)?,
        small(read.day)?,
        small(read.hour)?,
        small(read.minute)?,
        // A leap second has no other place to go.
        small(read.second)?.min(59),
        0,
    );
    Some(Taken { at: at.ok()?, offset_min: read.offset.filter(|offset| offset.abs() <= 14 * 60) })
}

fn place(exif: &Exif) -> Option<Region> {
    let degrees = |tag: Tag| match &exif.get_field(tag, In::PRIMARY)?.value {
        Value::Rational(parts) if parts.len() == 3 => {
            let sum: f64 = parts.iter().zip([1.0, 60.0, 3600.0]).map(|(part, of)| part.to_f64() / of).sum();
            sum.is_finite().then_some(sum)
        }
        _ => None,
    };
    let side = |tag: Tag, negative: &[u8]| if ascii(exif, tag).is_some_and(|text| text.starts_with(negative)) { -1.0 } else { 1.0 };
    let lat_deg = degrees(Tag::GPSLatitude)? * side(Tag::GPSLatitudeRef, b"S");
    let lon_deg = degrees(Tag::GPSLongitude)? * side(Tag::GPSLongitudeRef, b"W");
    Region::new(lat_deg, lon_deg, None).ok()
}
