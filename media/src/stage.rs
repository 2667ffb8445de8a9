//! Files as tests need them: sound ones of each kind, and how they are broken. Made, not kept, so that what is in them can be read here.

use std::io::{Cursor, Write};

use flate2::{Compression, write::DeflateEncoder};
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use rawzip::{CompressionMethod, ZipArchiveWriter};

/// A picture whose left upper quarter is red, on grey.
pub(crate) fn picture(format: ImageFormat, width: u32, height: u32) -> Vec<u8> {
    let red = |x, y| x < width / 2 && y < height / 2;
    let picture = RgbImage::from_fn(width, height, |x, y| if red(x, y) { Rgb([220, 20, 20]) } else { Rgb([120, 120, 120]) });
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::from(picture).write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// An Exif block: turned a quarter to the right, taken on 9 August 2020 in Minsk, as it claims.
pub(crate) fn exif_block() -> Vec<u8> {
    use exif::experimental::Writer;
    use exif::{Field, In, Rational, Tag, Value};
    let degrees = |parts: [u32; 3]| Value::Rational(parts.iter().map(|part| Rational { num: *part, denom: 1 }).collect());
    let ascii = |text: &str| Value::Ascii(vec![text.as_bytes().to_vec()]);
    let fields: Vec<Field> = [
        (Tag::Orientation, Value::Short(vec![6])),
        (Tag::DateTimeOriginal, ascii("2020:08:09 23:41:07")),
        (Tag::OffsetTimeOriginal, ascii("+03:00")),
        (Tag::GPSLatitude, degrees([53, 54, 0])),
        (Tag::GPSLatitudeRef, ascii("N")),
        (Tag::GPSLongitude, degrees([27, 30, 36])),
        (Tag::GPSLongitudeRef, ascii("W")),
    ]
    .into_iter()
    .map(|(tag, value)| Field { tag, ifd_num: In::PRIMARY, value })
    .collect();
    let mut writer = Writer::new();
    fields.iter().for_each(|field| writer.push_field(field));
    let mut block = Cursor::new(Vec::new());
    writer.write(&mut block, false).unwrap();
    block.into_inner()
}

/// A JPEG with that block.
pub(crate) fn jpeg_with_claims(width: u32, height: u32) -> Vec<u8> {
    let jpeg = picture(ImageFormat::Jpeg, width, height);
    let block = [b"Exif\0\0".to_vec(), exif_block()].concat();
    let length = u16::try_from(block.len() + 2).unwrap().to_be_bytes();
    [&jpeg[..2], b"\xff\xe1", &length, &block, &jpeg[2..]].concat()
}

/// A PNG that says it has these sides, and has next to nothing in it.
pub(crate) fn png_that_claims(width: u32, height: u32) -> Vec<u8> {
    let mut png = picture(ImageFormat::Png, 8, 8);
    png[16..20].copy_from_slice(&width.to_be_bytes());
    png[20..24].copy_from_slice(&height.to_be_bytes());
    let mut crc = flate2::Crc::new();
    crc.update(&png[12..29]);
    png[29..33].copy_from_slice(&crc.sum().to_be_bytes());
    png
}

/// A ZIP of these entries.
pub(crate) fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut archive = ZipArchiveWriter::new(&mut bytes);
    for (name, content) in entries {
        let (mut entry, config) = archive.new_file(*name).compression_method(CompressionMethod::DEFLATE).start().unwrap();
        let mut writer = config.wrap(DeflateEncoder::new(&mut entry, Compression::fast()));
        writer.write_all(content).unwrap();
        let (encoder, descriptor) = writer.finish().unwrap();
        encoder.finish().unwrap();
        entry.finish(descriptor).unwrap();
    }
    archive.finish().unwrap();
    bytes
}

/// A DOCX with these words in its body, as XML.
pub(crate) fn docx(body: &str) -> Vec<u8> {
    let document = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?><w:document xmlns:w=\"w\"><w:body>{body}</w:body></w:document>");
    zip(&[("[Content_Types].xml", b"<Types/>"), ("word/document.xml", document.as_bytes())])
}

pub(crate) fn sound_docx() -> Vec<u8> {
    docx("<w:p><w:r><w:t>Мяне завуць </w:t><w:t>А &amp; Б</w:t></w:r></w:p><w:p><w:r><w:tab/><w:t>&#1059;чора</w:t><w:instrText>DATE</w:instrText></w:r></w:p>")
}

pub(crate) fn sound_odt() -> Vec<u8> {
    let content = "<office:document-content><office:body><text:h>Лист</text:h><text:p>Добрий<text:s/>день</text:p></office:body></office:document-content>";
    zip(&[("mimetype", b"application/vnd.oasis.opendocument.text"), ("content.xml", content.as_bytes())])
}

pub(crate) fn sound_mail() -> Vec<u8> {
    let lines = [
        "Received: by mx.example; Sun, 9 Aug 2020 23:41:07 +0300",
        "From: =?utf-8?B?0JDQvdC90LA=?= <anna@example.org>",
        "To: team@example.net",
        "Subject: =?utf-8?Q?=D0=9F=D0=B8=D1=81=D1=8C=D0=BC=D0=BE?=",
        "Date: Sun, 9 Aug 2020 23:41:07 +0300",
        "MIME-Version: 1.0",
        "Content-Type: multipart/mixed; boundary=x",
        "",
        "--x",
        "Content-Type: text/plain; charset=windows-1251",
        "Content-Transfer-Encoding: quoted-printable",
        "",
        "=CF=F0=E8=E2=E5=F2",
        "--x",
        "Content-Type: image/jpeg",
        "Content-Disposition: attachment; filename=\"photo.jpg\"",
        "Content-Transfer-Encoding: base64",
        "",
        "/9j/4A==",
        "--x--",
        "",
    ];
    lines.join("\r\n").into_bytes()
}

/// A PDF of these objects, numbered from 1; the first is its catalogue.
pub(crate) fn pdf(objects: &[String]) -> Vec<u8> {
    let mut bytes = b"%PDF-1.7\n".to_vec();
    let mut places = Vec::new();
    for (number, object) in (1..).zip(objects) {
        places.push(bytes.len());
        bytes.extend(format!("{number} 0 obj\n{object}\nendobj\n").bytes());
    }
    let table = bytes.len();
    bytes.extend(format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1).bytes());
    places.iter().for_each(|place| bytes.extend(format!("{place:010} 00000 n \n").bytes()));
    bytes.extend(format!("trailer\n<</Size {}/Root 1 0 R>>\nstartxref\n{table}\n%%EOF\n", objects.len() + 1).bytes());
    bytes
}

/// A PDF of so many pages of 200 by 100 points, each with these drawing instructions. The instructions know the font F and the form X.
pub(crate) fn pdf_of(pages: usize, instructions: &str, form: &str) -> Vec<u8> {
    let stream = |dict: &str, content: &str| format!("<<{dict}/Length {}>>stream\n{content}\nendstream", content.len());
    let kids: Vec<String> = (0..pages).map(|page| format!("{} 0 R", page + 6)).collect();
    let resources = "/Resources<</Font<</F 4 0 R>>/XObject<</X 5 0 R>>>>";
    let mut objects = vec![
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        format!("<</Type/Pages/Count {pages}/Kids[{}]>>", kids.join(" ")),
        stream("", instructions),
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>".to_owned(),
        stream(&format!("/Type/XObject/Subtype/Form/BBox[0 0 200 100]{resources}"), form),
    ];
    objects.extend((0..pages).map(|_| format!("<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/Contents 3 0 R{resources}>>")));
    pdf(&objects)
}

pub(crate) fn sound_pdf(pages: usize) -> Vec<u8> {
    pdf_of(pages, "1 0 0 rg 0 50 100 50 re f 0 g BT /F 12 Tf 10 20 Td (Letter from) Tj 70 0 Td (home) Tj -70 -14 Td (second line) Tj ET", "")
}

/// A sound file of every kind that is opened, with its name.
pub(crate) fn all() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("a.jpg", jpeg_with_claims(64, 48)),
        ("a.png", picture(ImageFormat::Png, 64, 48)),
        ("a.gif", picture(ImageFormat::Gif, 64, 48)),
        ("a.webp", picture(ImageFormat::WebP, 64, 48)),
        ("a.bmp", picture(ImageFormat::Bmp, 64, 48)),
        ("a.tiff", picture(ImageFormat::Tiff, 64, 48)),
        ("a.pdf", sound_pdf(2)),
        ("a.docx", sound_docx()),
        ("a.odt", sound_odt()),
        ("a.eml", sound_mail()),
        ("a.txt", "Усім прывітанне\n".as_bytes().to_vec()),
    ]
}

/// The same file, broken in one of many ways: cut, or with some of its bits turned over. The same number breaks it the same way.
pub(crate) fn broken(bytes: &[u8], way: u64) -> Vec<u8> {
    // SplitMix64 (Steele, Lea, Flood 2014).
    let mut state = way;
    let mut next = || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) >> 1).unwrap()
    };
    let mut bytes = bytes.to_vec();
    if way.is_multiple_of(4) {
        bytes.truncate(next() % bytes.len());
    } else {
        for _ in 0..=next() % 8 {
            let at = next() % bytes.len();
            bytes[at] ^= 1 << (next() % 8);
        }
    }
    bytes
}
