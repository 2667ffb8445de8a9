#![allow(clippy::unwrap_used, reason = "tests")]
//! What is made of sound files and of such as were made to break a reader.

use image::ImageFormat;
use kniha_core::examined::{Facts, Frame, Kind, Lack, MOST_PAGES, MOST_TEXT, Order, Pixels};

use crate::{Closed, Look, Sink, examine, stage};

/// Takes frames and sees that they stand in order.
#[derive(Default)]
struct Taken {
    order: Option<Order>,
    facts: Option<Facts>,
    pages: Vec<Pixels>,
    text: String,
    cut: bool,
    lacks: Vec<Lack>,
    late: bool,
    most: Option<usize>,
}

impl Sink for Taken {
    fn send(&mut self, frame: Frame) -> Result<(), Closed> {
        self.order = Some(self.order.unwrap_or(Order::Started).then(&frame).unwrap());
        if self.most.is_some_and(|most| self.pages.len() >= most) {
            return Err(Closed);
        }
        match frame {
            Frame::Facts(facts) => self.facts = Some(facts),
            Frame::Page(page) => self.pages.push(page),
            Frame::Text(text) => (self.text, self.cut) = (text.content().to_owned(), text.is_cut()),
            Frame::End(lacks) => self.lacks = lacks,
            Frame::Start(_) | Frame::NoWalls => panic!("not from here"),
        }
        Ok(())
    }

    fn has_time(&self) -> bool {
        !self.late
    }
}

impl Taken {
    fn facts(&self) -> Facts {
        self.facts.unwrap()
    }

    /// Red, green, blue at a place given in hundredths of the sides.
    fn pixel(&self, page: usize, across: u32, down: u32) -> [u8; 3] {
        let page = &self.pages[page];
        let (x, y) = (page.width() * across / 100, page.height() * down / 100);
        let at = usize::try_from((y * page.width() + x) * 3).unwrap();
        page.rgb()[at..at + 3].try_into().unwrap()
    }
}

fn look(bytes: Vec<u8>) -> Taken {
    let mut taken = Taken::default();
    let length = u64::try_from(bytes.len()).unwrap();
    examine(bytes, length, &mut taken).unwrap();
    assert_eq!(taken.order, Some(Order::Ended));
    taken
}

fn is_red([red, green, blue]: [u8; 3]) -> bool {
    red > 180 && green < 80 && blue < 80
}

#[test]
fn a_picture_of_each_kind_is_drawn_anew() {
    let formats = [
        (ImageFormat::Jpeg, Kind::Jpeg),
        (ImageFormat::Png, Kind::Png),
        (ImageFormat::Gif, Kind::Gif),
        (ImageFormat::WebP, Kind::WebP),
        (ImageFormat::Bmp, Kind::Bmp),
        (ImageFormat::Tiff, Kind::Tiff),
    ];
    for (format, kind) in formats {
        let taken = look(stage::picture(format, 64, 48));
        assert_eq!((taken.facts().kind, taken.facts().size, taken.lacks.len()), (kind, Some((64, 48)), 0), "{format:?}");
        assert_eq!((taken.pages[0].width(), taken.pages[0].height()), (64, 48));
        assert!(is_red(taken.pixel(0, 20, 20)) && !is_red(taken.pixel(0, 80, 20)) && !is_red(taken.pixel(0, 20, 80)), "{format:?}");
    }
}

#[test]
fn a_large_picture_is_made_small_and_a_turned_one_upright() {
    let taken = look(stage::jpeg_with_claims(2400, 1200));
    assert_eq!(taken.facts().size, Some((2400, 1200)));
    assert_eq!((taken.pages[0].width(), taken.pages[0].height()), (800, 1600));
    // A quarter to the right: what was left above is right above.
    assert!(is_red(taken.pixel(0, 80, 20)) && !is_red(taken.pixel(0, 20, 20)));
}

#[test]
fn what_a_picture_claims_is_told_as_a_claim() {
    for bytes in [stage::jpeg_with_claims(64, 48), stage::exif_block()] {
        let mut facts = look(bytes.clone()).facts();
        if facts.kind == Kind::Tiff {
            crate::claims::read(bytes, &mut facts);
        }
        let taken = facts.taken.unwrap();
        assert_eq!((taken.at.to_string().as_str(), taken.offset_min), ("2020-08-09T23:41:07", Some(180)));
        let place = facts.place.unwrap();
        assert!((place.lat_deg() - 53.9).abs() < 1e-9 && (place.lon_deg() + 27.51).abs() < 1e-9, "{place:?}");
    }
    assert_eq!(look(stage::picture(ImageFormat::Jpeg, 8, 8)).facts().taken, None);
}

#[test]
fn what_is_transparent_shows_paper() {
    let clear = image::RgbaImage::from_pixel(4, 4, image::Rgba([0, 0, 0, 0]));
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::DynamicImage::from(clear).write_to(&mut bytes, ImageFormat::Png).unwrap();
    assert_eq!(look(bytes.into_inner()).pixel(0, 50, 50), [255; 3]);
}

#[test]
fn a_picture_that_claims_to_be_enormous_is_not_decoded() {
    for (width, height) in [(65_000, 65_000), (u32::MAX >> 1, 1), (20_000, 20_000)] {
        let taken = look(stage::png_that_claims(width, height));
        assert!(taken.pages.is_empty() && !taken.lacks.is_empty(), "{width} × {height}");
    }
    assert_eq!(look(stage::png_that_claims(65_000, 65_000)).lacks, [Lack::TooLarge]);
}

#[test]
fn a_pdf_is_drawn_and_read() {
    let taken = look(stage::sound_pdf(2));
    assert_eq!((taken.facts().kind, taken.facts().pages, taken.pages.len(), taken.lacks.len()), (Kind::Pdf, Some(2), 2, 0));
    assert_eq!((taken.pages[0].width(), taken.pages[0].height()), (400, 200));
    assert!(is_red(taken.pixel(1, 20, 20)) && taken.pixel(1, 80, 20) == [255; 3]);
    assert_eq!(taken.text, "Letter from home\nsecond line\n".repeat(2));
}

#[test]
fn of_a_long_pdf_the_first_pages_are_drawn_and_all_are_read() {
    let taken = look(stage::sound_pdf(23));
    assert_eq!((taken.pages.len(), taken.facts().pages), (MOST_PAGES, Some(23)));
    assert_eq!(taken.lacks, [Lack::MorePages]);
    assert_eq!(taken.text.lines().count(), 46);
}

#[test]
fn a_pdf_that_draws_itself_ends() {
    // A form in itself; pages that are their own parents' kids; a stream whose length is itself.
    let looping = look(stage::pdf_of(1, "/X Do /X Do", "/X Do /X Do"));
    assert_eq!(looping.facts().pages, Some(1));
    let kids = ["<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Count 9/Kids[2 0 R 2 0 R 3 0 R]>>", "<</Type/Pages/Count 1/Kids[2 0 R]>>"];
    look(stage::pdf(&kids.map(str::to_owned)));
    let length =
        ["<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Count 1/Kids[3 0 R]>>", "<</Type/Page/Contents 4 0 R>>", "<</Length 4 0 R>>stream\nq\nendstream"];
    look(stage::pdf(&length.map(str::to_owned)));
}

#[test]
fn without_time_no_page_is_begun() {
    let mut taken = Taken { late: true, ..Taken::default() };
    let bytes = stage::sound_pdf(3);
    examine(bytes.clone(), u64::try_from(bytes.len()).unwrap(), &mut taken).unwrap();
    assert_eq!((taken.pages.len(), taken.lacks.as_slice()), (0, &[Lack::Time][..]));
}

#[test]
fn nothing_is_drawn_for_nobody() {
    let mut taken = Taken { most: Some(2), ..Taken::default() };
    let bytes = stage::sound_pdf(9);
    assert_eq!(examine(bytes.clone(), u64::try_from(bytes.len()).unwrap(), &mut taken), Err(Closed));
    assert_eq!(taken.pages.len(), 2);
}

#[test]
fn the_words_of_a_docx_are_read() {
    let taken = look(stage::sound_docx());
    assert_eq!((taken.facts().kind, taken.lacks.len()), (Kind::Docx, 0));
    assert_eq!(taken.text, "Мяне завуць А & Б\n\tУчора\n");
}

#[test]
fn the_words_of_an_odt_are_read() {
    let taken = look(stage::sound_odt());
    assert_eq!((taken.facts().kind, taken.text.as_str()), (Kind::Odt, "Лист\nДобрий день\n"));
}

#[test]
fn what_unpacks_to_much_is_read_to_its_bound() {
    // 200 MB of nothing, and 20 MB of words.
    let nothing = look(stage::docx(&" ".repeat(200_000_000)));
    assert_eq!((nothing.lacks.as_slice(), nothing.text.as_str()), (&[Lack::TooLarge][..], ""));
    let words = look(stage::docx(&format!("<w:p><w:r><w:t>{}</w:t></w:r></w:p>", "a".repeat(20_000_000))));
    assert!(words.cut && words.text.len() == MOST_TEXT);
}

#[test]
fn entities_of_a_document_are_not_expanded() {
    let bomb = "<!DOCTYPE d [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\"><!ENTITY x SYSTEM \"file:///etc/passwd\">]>";
    let content = format!("{bomb}<w:document><w:p><w:t>&b;&x;&lt;</w:t></w:p></w:document>");
    let taken = look(stage::zip(&[("word/document.xml", content.as_bytes())]));
    assert_eq!(taken.text, "\u{fffd}\u{fffd}<\n");
}

#[test]
fn a_message_is_read_and_what_came_with_it_named() {
    let taken = look(stage::sound_mail());
    assert_eq!(taken.facts().kind, Kind::Mail);
    for part in ["From: Анна <anna@example.org>\n", "Subject: Письмо\n", "Attachment: photo.jpg (4 bytes)\n", "\nПривет"] {
        assert!(taken.text.contains(part), "{part:?} in {:?}", taken.text);
    }
}

#[test]
fn a_text_is_read_in_its_encoding() {
    let text = "Ўчора а пятай прыйшлі\n";
    let utf16: Vec<u8> = [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let (cyrillic, _, _) = encoding_rs::WINDOWS_1251.encode(text);
    for bytes in [text.as_bytes().to_vec(), [b"\xef\xbb\xbf", text.as_bytes()].concat(), utf16, cyrillic.into_owned()] {
        let taken = look(bytes);
        assert_eq!((taken.facts().kind, taken.text.as_str()), (Kind::Text, text));
    }
    let long = look("ў".repeat(MOST_TEXT).into_bytes());
    assert!(long.cut && long.text.len() == MOST_TEXT);
}

#[test]
fn the_kind_is_told_by_the_content() {
    let kinds: [(&[u8], Kind); 12] = [
        (b"", Kind::Unknown),
        (b"\0\0\0\0\0\0\0\0\0\0\0\0", Kind::Unknown),
        (b"\0\0\0\x18ftypheic\0\0\0\0", Kind::Heif),
        (b"\0\0\0\x18ftypisom\0\0\0\0", Kind::Video),
        (b"\0\0\0\x18ftypM4A \0\0\0\0", Kind::Sound),
        (b"RIFF\x24\0\0\0WAVEfmt ", Kind::Sound),
        (b"\x7fELF\x02\x01\x01\0", Kind::Program),
        (b"#!AMR\n\x3c", Kind::Sound),
        (b"#!/bin/sh\nrm -rf /\n", Kind::Program),
        (b"{\\rtf1 words}", Kind::Rtf),
        (b"7z\xbc\xaf\x27\x1c\0\x04", Kind::Archive),
        (b"Remember: bring water\n", Kind::Text),
    ];
    for (bytes, kind) in kinds {
        let taken = look(bytes.to_vec());
        assert_eq!(taken.facts().kind, kind);
        assert_eq!(taken.lacks.contains(&Lack::NotShown), kind != Kind::Text, "{kind:?}");
    }
}

#[test]
fn a_file_made_to_be_two_things_is_called_so() {
    let both = |first: &[u8], second: &[u8]| {
        let facts = look([first, second].concat()).facts();
        (facts.kind, facts.also)
    };
    let zip = stage::zip(&[("a.js", b"alert(1)")]);
    assert_eq!(both(&stage::picture(ImageFormat::Gif, 8, 8), &zip), (Kind::Gif, Some(Kind::Zip)));
    assert_eq!(both(b"GIF89a/*", &stage::sound_pdf(1)), (Kind::Gif, Some(Kind::Pdf)));
    assert_eq!(both(&stage::sound_pdf(1), &zip), (Kind::Pdf, Some(Kind::Zip)));
    assert_eq!(both(b"some words\n", &stage::sound_pdf(1)), (Kind::Pdf, None));
    assert_eq!(both(&zip, b""), (Kind::Zip, None));
}

#[test]
fn a_longer_file_is_recognised_only() {
    let mut taken = Taken::default();
    examine(stage::picture(ImageFormat::Png, 8, 8), 300_000_000, &mut taken).unwrap();
    assert_eq!((taken.facts().kind, taken.facts().bytes, taken.pages.len()), (Kind::Png, 300_000_000, 0));
    assert_eq!(taken.lacks, [Lack::NotShown, Lack::TooLarge]);
}

#[test]
fn a_locked_pdf_is_called_locked() {
    let objects = ["<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Count 0/Kids[]>>", "<</Filter/Standard/V 1/R 2/O(x)/U(y)/P -1>>"];
    let text = String::from_utf8(stage::pdf(&objects.map(str::to_owned))).unwrap();
    let locked = text.replace("/Root 1 0 R", "/Root 1 0 R/Encrypt 3 0 R/ID[(a)(b)]");
    assert_eq!(look(locked.into_bytes()).lacks, [Lack::Locked]);
}

/// Most of what is broken is called so; all of it ends in order. The walls are elsewhere (`kniha/tests/sandbox.rs`).
#[test]
fn hundreds_of_broken_files_end_with_an_answer() {
    let (mut all, mut lacking) = (0, 0);
    for (_, bytes) in stage::all() {
        for way in 0..40 {
            let taken = look(stage::broken(&bytes, way));
            all += 1;
            lacking += usize::from(!taken.lacks.is_empty());
        }
    }
    assert!(all == 440 && lacking > 100, "{lacking} of {all}");
}

#[test]
fn a_decoder_that_panics_makes_a_damaged_file() {
    let mut taken = Taken::default();
    let facts = Facts { kind: Kind::Pdf, also: None, bytes: 9, size: None, pages: None, taken: None, place: None };
    let mut look = Look { sink: &mut taken, facts, told: false, pages: 0, text: None, lacks: Vec::new(), closed: None };
    look.quietly(Lack::Damaged, |_| panic!("a decoder"));
    assert_eq!(look.end(), Ok(()));
    assert_eq!((taken.facts().kind, taken.lacks.as_slice()), (Kind::Pdf, &[Lack::Damaged][..]));
}

/// What the parent keeps is made of nothing but these.
#[test]
fn an_answer_holds_no_byte_of_the_file_but_pixels_and_words() {
    let hidden = b"CANARY-of-a-comment";
    let mut png = stage::picture(ImageFormat::Png, 8, 8);
    let mut chunk = [b"tEXt".as_slice(), b"Comment\0", hidden].concat();
    let mut crc = flate2::Crc::new();
    crc.update(&chunk);
    let length = u32::try_from(chunk.len() - 4).unwrap().to_be_bytes();
    chunk.extend(crc.sum().to_be_bytes());
    png.splice(33..33, [&length[..], &chunk].concat());
    let taken = look(png);
    assert!(taken.lacks.is_empty() && taken.text.is_empty());
    assert!(!taken.pages[0].rgb().windows(6).any(|window| window == b"CANARY"));
}
