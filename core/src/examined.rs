//! What a file turned out to be, and the bytes in which the sandbox says so.
//!
//! Whoever looks at a hostile file may be taken over by it; whoever reads the answer must not be. So an answer is a row of frames, each a tag (1 byte), a
//! length (4 bytes, big endian) and a body, in one order: start, facts, pages, text, end. Pages are bare pixels, three bytes each: no pixel is hostile.
//! Every length is checked against what the frame may hold before memory is taken, every number against what it may be, and only one row of bytes says a
//! thing. Does no I/O.

use jiff::civil::DateTime;

use crate::place::Region;

/// Most pages of one file that are drawn.
pub const MOST_PAGES: usize = 20;
/// Most pixels along one side of a drawn page.
pub const MOST_SIDE: u32 = 1600;
/// Most bytes of text, in UTF-8.
pub const MOST_TEXT: usize = 1_000_000;
/// Bytes of a frame before its body.
pub const HEAD_LEN: usize = 5;

const NAME: &[u8] = b"kniha-examined\x01";
const FACTS_LEN: usize = 49;
/// No clock is farther from UTC, in minutes.
const MOST_OFFSET_MIN: i16 = 14 * 60;

/// What kind of file it is, by its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the names of the formats")]
pub enum Kind {
    Jpeg,
    Png,
    Gif,
    WebP,
    Bmp,
    Tiff,
    /// HEIC or AVIF: recognised, not drawn.
    Heif,
    Pdf,
    Docx,
    Odt,
    /// One message with its header.
    Mail,
    /// Words without a format, Markdown too.
    Text,
    Rtf,
    /// The old binary formats of Microsoft Office.
    Ole,
    Zip,
    /// Another archive: 7z, RAR, gzip, xz, zstd.
    Archive,
    Sound,
    Video,
    /// Something that a machine would run.
    Program,
    /// Nothing that is known here.
    Unknown,
}

impl Kind {
    /// All, in the order of their numbers.
    pub const ALL: [Kind; 20] = [
        Kind::Jpeg,
        Kind::Png,
        Kind::Gif,
        Kind::WebP,
        Kind::Bmp,
        Kind::Tiff,
        Kind::Heif,
        Kind::Pdf,
        Kind::Docx,
        Kind::Odt,
        Kind::Mail,
        Kind::Text,
        Kind::Rtf,
        Kind::Ole,
        Kind::Zip,
        Kind::Archive,
        Kind::Sound,
        Kind::Video,
        Kind::Program,
        Kind::Unknown,
    ];

    /// Its name in JSON and in message keys.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Kind::Jpeg => "jpeg",
            Kind::Png => "png",
            Kind::Gif => "gif",
            Kind::WebP => "webp",
            Kind::Bmp => "bmp",
            Kind::Tiff => "tiff",
            Kind::Heif => "heif",
            Kind::Pdf => "pdf",
            Kind::Docx => "docx",
            Kind::Odt => "odt",
            Kind::Mail => "mail",
            Kind::Text => "text",
            Kind::Rtf => "rtf",
            Kind::Ole => "ole",
            Kind::Zip => "zip",
            Kind::Archive => "archive",
            Kind::Sound => "sound",
            Kind::Video => "video",
            Kind::Program => "program",
            Kind::Unknown => "unknown",
        }
    }

    /// 1 and up; 0 is none.
    fn number(self) -> u8 {
        Kind::ALL.iter().zip(1..).find(|(kind, _)| **kind == self).map_or(0, |(_, number)| number)
    }

    fn of_number(number: u8) -> Option<Kind> {
        Kind::ALL.get(usize::from(number).checked_sub(1)?).copied()
    }
}

/// When the file says that it was taken: a clock on a wall, perhaps with its distance from UTC. Anybody can write anything there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taken {
    /// Date and time, in whole seconds.
    pub at: DateTime,
    /// Minutes east of UTC, at most 14 hours.
    pub offset_min: Option<i16>,
}

/// What is known of a file besides what is shown of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Facts {
    /// What it is.
    pub kind: Kind,
    /// What it could pass for besides: a file made to be two things.
    pub also: Option<Kind>,
    /// How many bytes it has.
    pub bytes: u64,
    /// Width and height in pixels, as it is stored.
    pub size: Option<(u32, u32)>,
    /// How many pages it has.
    pub pages: Option<u32>,
    /// When it was taken, as the file claims.
    pub taken: Option<Taken>,
    /// Where it was taken, as the file claims.
    pub place: Option<Region>,
}

/// What could not be shown, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lack {
    /// Files of this kind are recognised only.
    NotShown,
    /// It is not what files of its kind must be.
    Damaged,
    /// It needs more memory than is given.
    TooLarge,
    /// It is locked with a password.
    Locked,
    /// It has more pages than are drawn.
    MorePages,
    /// Some of its pages could not be drawn.
    BadPages,
    /// The time was up before all was done.
    Time,
}

impl Lack {
    /// All, in the order of their numbers.
    pub const ALL: [Lack; 7] = [Lack::NotShown, Lack::Damaged, Lack::TooLarge, Lack::Locked, Lack::MorePages, Lack::BadPages, Lack::Time];

    /// Its name in JSON and in message keys.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Lack::NotShown => "not-shown",
            Lack::Damaged => "damaged",
            Lack::TooLarge => "too-large",
            Lack::Locked => "locked",
            Lack::MorePages => "more-pages",
            Lack::BadPages => "bad-pages",
            Lack::Time => "time",
        }
    }
}

/// A wall that the kernel could not build; the others stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Missing {
    /// Own users, processes, network, mounts and messages.
    Namespaces,
    /// Landlock's fence around signals and abstract sockets.
    Scopes,
}

impl Missing {
    /// All, in the order of their numbers.
    pub const ALL: [Missing; 2] = [Missing::Namespaces, Missing::Scopes];

    /// What that means, for the operator.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Missing::Namespaces => {
                "files are examined without namespaces of their own: the kernel or its settings forbid them (user.max_user_namespaces, AppArmor)"
            }
            Missing::Scopes => "Landlock does not fence in signals (Linux 6.12 does); seccomp does",
        }
    }
}

/// One frame of an answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Frame {
    /// The walls stand, but for these.
    Start(Vec<Missing>),
    /// The walls cannot be built: nothing was read.
    NoWalls,
    /// What is known.
    Facts(Facts),
    /// A drawn page.
    Page(Pixels),
    /// The words.
    Text(Text),
    /// That was all, but for these.
    End(Vec<Lack>),
}

/// A drawn page: red, green, blue for each pixel, row by row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pixels {
    width: u16,
    height: u16,
    rgb: Vec<u8>,
}

impl Pixels {
    /// A page; `None` where the sides are 0 or longer than [`MOST_SIDE`] or the bytes are not three for each pixel.
    #[must_use]
    pub fn new(width: u32, height: u32, rgb: Vec<u8>) -> Option<Pixels> {
        let fits = |side: u32| (1..=MOST_SIDE).contains(&side).then(|| u16::try_from(side).ok()).flatten();
        let (width, height) = (fits(width)?, fits(height)?);
        (rgb.len() == usize::from(width) * usize::from(height) * 3).then_some(Pixels { width, height, rgb })
    }

    /// Width in pixels.
    #[must_use]
    pub fn width(&self) -> u32 {
        u32::from(self.width)
    }

    /// Height in pixels.
    #[must_use]
    pub fn height(&self) -> u32 {
        u32::from(self.height)
    }

    /// The bytes.
    #[must_use]
    pub fn rgb(&self) -> &[u8] {
        &self.rgb
    }
}

/// The words of a file: no control characters but line ends and tabs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Text {
    content: String,
    cut: bool,
}

impl Text {
    /// The beginning of a text, made to fit: line ends become `\n`, other control characters U+FFFD; `cut` where there was more.
    #[must_use]
    pub fn of(text: &str, cut: bool) -> Text {
        let mut content = String::with_capacity(text.len().min(MOST_TEXT));
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            let c = match c {
                '\r' if chars.peek() == Some(&'\n') => continue,
                '\r' => '\n',
                c if c.is_control() && c != '\n' && c != '\t' => char::REPLACEMENT_CHARACTER,
                c => c,
            };
            if content.len() + c.len_utf8() > MOST_TEXT {
                return Text { content, cut: true };
            }
            content.push(c);
        }
        Text { content, cut }
    }

    /// The words.
    #[must_use]
    pub fn content(&self) -> &str {
        &self.content
    }

    /// Whether there was more.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        self.cut
    }
}

/// Why an answer was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// No such frame, or one longer than such a frame may be.
    #[error("no frame with tag {tag} has {length} bytes")]
    Head {
        /// Its tag.
        tag: u8,
        /// Its length.
        length: u32,
    },
    /// Something in it cannot be.
    #[error("the frame with tag {tag} cannot be read")]
    Body {
        /// Its tag.
        tag: u8,
    },
    /// It does not come after what came before.
    #[error("a frame with tag {tag} does not stand here")]
    Order {
        /// Its tag.
        tag: u8,
    },
}

/// Tag and length of the next body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    tag: u8,
    length: usize,
}

impl Head {
    /// Reads the five bytes before a body.
    ///
    /// # Errors
    /// [`FrameError::Head`] for a tag that is none and a length that its frame never has.
    pub fn decode(bytes: [u8; HEAD_LEN]) -> Result<Head, FrameError> {
        let [tag, length @ ..] = bytes;
        let length = u32::from_be_bytes(length);
        let fits = match tag {
            1 => NAME.len()..=NAME.len() + Missing::ALL.len(),
            2 => 0..=0,
            3 => FACTS_LEN..=FACTS_LEN,
            4 => 4 + 3..=4 + 3 * (MOST_SIDE * MOST_SIDE) as usize,
            5 => 1..=1 + MOST_TEXT,
            6 => 0..=Lack::ALL.len(),
            _ => return Err(FrameError::Head { tag, length }),
        };
        match usize::try_from(length) {
            Ok(length) if fits.contains(&length) => Ok(Head { tag, length }),
            _ => Err(FrameError::Head { tag, length }),
        }
    }

    /// Bytes of the body: at most 7,680,004.
    #[must_use]
    pub fn length(self) -> usize {
        self.length
    }
}

impl Frame {
    /// Head and body.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let body = match self {
            Frame::Start(missing) => [NAME, &list(missing, &Missing::ALL)].concat(),
            Frame::NoWalls => Vec::new(),
            Frame::Facts(facts) => facts.encode(),
            Frame::Page(page) => [&page.width.to_be_bytes()[..], &page.height.to_be_bytes(), &page.rgb].concat(),
            Frame::Text(text) => [&[u8::from(text.cut)], text.content.as_bytes()].concat(),
            Frame::End(lacks) => list(lacks, &Lack::ALL),
        };
        let length = u32::try_from(body.len()).unwrap_or(u32::MAX);
        [&[self.tag()][..], &length.to_be_bytes(), &body].concat()
    }

    fn tag(&self) -> u8 {
        match self {
            Frame::Start(_) => 1,
            Frame::NoWalls => 2,
            Frame::Facts(_) => 3,
            Frame::Page(_) => 4,
            Frame::Text(_) => 5,
            Frame::End(_) => 6,
        }
    }

    /// Reads a body; it has the length that its head gave.
    ///
    /// # Errors
    /// [`FrameError::Body`].
    pub fn decode(head: Head, mut body: Vec<u8>) -> Result<Frame, FrameError> {
        let tag = head.tag;
        let frame = match tag {
            _ if body.len() != head.length => None,
            1 => body.strip_prefix(NAME).and_then(|missing| listed(missing, &Missing::ALL)).map(Frame::Start),
            2 => Some(Frame::NoWalls),
            3 => Facts::decode(&body).map(Frame::Facts),
            4 => match body[..] {
                [a, b, c, d, ..] => {
                    let side = |high, low| u32::from(u16::from_be_bytes([high, low]));
                    body.drain(..4);
                    Pixels::new(side(a, b), side(c, d), body).map(Frame::Page)
                }
                _ => None,
            },
            5 => text(body).map(Frame::Text),
            6 => listed(&body, &Lack::ALL).map(Frame::End),
            _ => None,
        };
        frame.ok_or(FrameError::Body { tag })
    }
}

fn text(mut body: Vec<u8>) -> Option<Text> {
    let cut = match body.first()? {
        0 => false,
        1 => true,
        _ => return None,
    };
    body.remove(0);
    let content = String::from_utf8(body).ok()?;
    let plain = content.chars().all(|c| !c.is_control() || c == '\n' || c == '\t');
    plain.then_some(Text { content, cut })
}

/// The numbers of what is in a list, ascending.
fn list<T: Ord>(items: &[T], all: &[T]) -> Vec<u8> {
    (0..).zip(all).filter(|(_, item)| items.contains(item)).map(|(number, _)| number).collect()
}

fn listed<T: Copy>(numbers: &[u8], all: &[T]) -> Option<Vec<T>> {
    numbers.is_sorted_by(|a, b| a < b).then_some(())?;
    numbers.iter().map(|number| all.get(usize::from(*number)).copied()).collect()
}

impl Facts {
    /// Every field has its place; what is absent is zeros.
    fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(FACTS_LEN);
        bytes.extend([self.kind.number(), self.also.map_or(0, Kind::number)]);
        bytes.extend(self.bytes.to_be_bytes());
        let (width, height) = self.size.unwrap_or_default();
        bytes.extend([width, height, self.pages.unwrap_or_default()].map(u32::to_be_bytes).concat());
        let offset_min = self.taken.and_then(|taken| taken.offset_min);
        bytes.push(u8::from(self.taken.is_some()) + u8::from(offset_min.is_some()));
        match self.taken {
            Some(Taken { at, .. }) => {
                bytes.extend(at.year().to_be_bytes());
                bytes.extend([at.month(), at.day(), at.hour(), at.minute(), at.second()].map(i8::cast_unsigned));
            }
            None => bytes.extend([0; 7]),
        }
        bytes.extend(offset_min.unwrap_or_default().to_be_bytes());
        bytes.push(u8::from(self.place.is_some()));
        let (lat_deg, lon_deg) = self.place.map_or((0.0, 0.0), |place| (place.lat_deg(), place.lon_deg()));
        bytes.extend([lat_deg, lon_deg].map(f64::to_be_bytes).concat());
        bytes
    }

    fn decode(mut body: &[u8]) -> Option<Facts> {
        let (whole, rest) = (body, &mut body);
        let [kind, also] = take(rest)?;
        let bytes = u64::from_be_bytes(take(rest)?);
        let [width, height, pages] = [u32::from_be_bytes(take(rest)?), u32::from_be_bytes(take(rest)?), u32::from_be_bytes(take(rest)?)];
        let [has_taken] = take(rest)?;
        let year = i16::from_be_bytes(take(rest)?);
        let [month, day, hour, minute, second] = take(rest)?.map(u8::cast_signed);
        let offset_min = i16::from_be_bytes(take(rest)?);
        let taken = match has_taken {
            0 => None,
            1 | 2 if offset_min.abs() <= MOST_OFFSET_MIN => {
                let at = DateTime::new(year, month, day, hour, minute, second, 0).ok()?;
                Some(Taken { at, offset_min: (has_taken == 2).then_some(offset_min) })
            }
            _ => return None,
        };
        let [has_place] = take(rest)?;
        let (lat_deg, lon_deg) = (f64::from_be_bytes(take(rest)?), f64::from_be_bytes(take(rest)?));
        let place = if has_place == 0 { None } else { Some(Region::new(lat_deg, lon_deg, None).ok()?) };
        let size = (width > 0 && height > 0).then_some((width, height));
        let facts = Facts { kind: Kind::of_number(kind)?, also: Kind::of_number(also), bytes, size, pages: (pages > 0).then_some(pages), taken, place };
        // What is written back otherwise was something else, or said it in a second way.
        (facts.encode() == whole).then_some(facts)
    }
}

fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (first, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(*first)
}

/// One page as it is shown: fresh pixels in a fresh PNG.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// The image.
    pub png: Vec<u8>,
}

/// All that the sandbox said of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Examined {
    /// What is known.
    pub facts: Facts,
    /// Its pages, at most [`MOST_PAGES`].
    pub views: Vec<View>,
    /// Its words.
    pub text: Option<Text>,
    /// What could not be shown.
    pub lacks: Vec<Lack>,
    /// Walls that were missing while it was looked at.
    pub missing: Vec<Missing>,
}

/// Where an answer stands: which frame may come next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// Nothing came.
    #[default]
    Nothing,
    /// The walls stand.
    Started,
    /// The facts and so many pages came.
    Pages(usize),
    /// The words came.
    Text,
    /// Nothing may follow.
    Ended,
}

impl Order {
    /// The order after a frame.
    ///
    /// # Errors
    /// [`FrameError::Order`] for a frame that may not stand there.
    pub fn then(self, frame: &Frame) -> Result<Order, FrameError> {
        match (self, frame) {
            (Order::Nothing, Frame::Start(_)) => Ok(Order::Started),
            (Order::Nothing, Frame::NoWalls) => Ok(Order::Ended),
            (Order::Started, Frame::Facts(_)) => Ok(Order::Pages(0)),
            (Order::Pages(pages), Frame::Page(_)) if pages < MOST_PAGES => Ok(Order::Pages(pages + 1)),
            (Order::Pages(_), Frame::Text(_)) => Ok(Order::Text),
            (Order::Pages(_) | Order::Text, Frame::End(_)) => Ok(Order::Ended),
            _ => Err(FrameError::Order { tag: frame.tag() }),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use proptest::prelude::*;

    use super::*;

    fn facts() -> Facts {
        Facts {
            kind: Kind::Jpeg,
            also: Some(Kind::Zip),
            bytes: 70_000,
            size: Some((4000, 3000)),
            pages: None,
            taken: Some(Taken { at: DateTime::constant(2020, 8, 9, 23, 41, 7, 0), offset_min: Some(180) }),
            place: Some(Region::new(53.9, 27.56, None).unwrap()),
        }
    }

    fn frames() -> Vec<Frame> {
        let bare = Facts { also: None, size: None, pages: Some(3), taken: None, place: None, kind: Kind::Unknown, bytes: 0 };
        vec![
            Frame::Start(vec![]),
            Frame::Start(Missing::ALL.to_vec()),
            Frame::NoWalls,
            Frame::Facts(facts()),
            Frame::Facts(bare),
            Frame::Page(Pixels::new(2, 3, vec![7; 18]).unwrap()),
            Frame::Text(Text::of("Пісьмо\tз дому\n", true)),
            Frame::End(vec![Lack::Damaged, Lack::Time]),
        ]
    }

    fn read(bytes: &[u8]) -> Result<Frame, FrameError> {
        let (head, body) = bytes.split_first_chunk().unwrap();
        Frame::decode(Head::decode(*head)?, body.to_vec())
    }

    #[test]
    fn every_frame_comes_back_and_a_cut_or_longer_one_does_not() {
        for frame in frames() {
            let bytes = frame.encode();
            assert_eq!(read(&bytes).unwrap(), frame);
            for end in HEAD_LEN..bytes.len() {
                assert!(read(&bytes[..end]).is_err(), "{frame:?} cut at {end}");
            }
            assert!(read(&[&bytes[..], &[0]].concat()).is_err(), "{frame:?} with a byte more");
        }
    }

    #[test]
    fn a_length_is_refused_before_memory_is_taken() {
        for (tag, length) in [(0, 0), (1, 500), (2, 1), (3, 48), (4, 7_680_005), (4, 4), (5, 1_000_002), (5, 0), (6, 8), (7, 0), (4, u32::MAX)] {
            let [a, b, c, d] = u32::to_be_bytes(length);
            assert_eq!(Head::decode([tag, a, b, c, d]), Err(FrameError::Head { tag, length }), "{tag}, {length}");
        }
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let page = |width: u16, height: u16, bytes: usize| {
            let body = [&width.to_be_bytes()[..], &height.to_be_bytes(), &vec![0; bytes]].concat();
            let head = Head { tag: 4, length: body.len() };
            Frame::decode(head, body).is_ok()
        };
        assert!(page(1600, 2, 9600) && !page(1601, 2, 9606) && !page(0, 5, 3) && !page(2, 2, 11));
        let text = |body: &[u8]| Frame::decode(Head { tag: 5, length: body.len() }, body.to_vec()).is_ok();
        assert!(text(b"\0a\tb\n") && !text(b"\0\x1b[31m") && !text(b"\x02a") && !text(b"\0\xff") && !text("\0\u{9b}".as_bytes()));
        let end = |body: &[u8]| Frame::decode(Head { tag: 6, length: body.len() }, body.to_vec()).is_ok();
        assert!(end(&[0, 6]) && !end(&[6, 0]) && !end(&[1, 1]) && !end(&[7]));
        let changed = |at: usize, to: &[u8]| {
            let mut bytes = Frame::Facts(facts()).encode();
            bytes[HEAD_LEN + at..HEAD_LEN + at + to.len()].copy_from_slice(to);
            read(&bytes).is_ok()
        };
        let not_a_number = f64::NAN.to_be_bytes();
        assert!(changed(0, &[1]) && changed(1, &[0]));
        for (at, to) in
            [(0, &[0][..]), (0, &[21]), (1, &[21]), (10, &[0; 4]), (22, &[3]), (25, &[13]), (30, &[127, 0]), (32, &[2]), (33, &not_a_number), (33, &[0xc1])]
        {
            assert!(!changed(at, to), "byte {at}");
        }
    }

    #[test]
    fn frames_stand_in_one_order() {
        let [start, _, none, facts, _, page, text, end] = &frames()[..] else { panic!("eight") };
        let all = |row: &[&Frame]| row.iter().try_fold(Order::Nothing, |order, frame| order.then(frame));
        assert_eq!(all(&[start, facts, page, page, text, end]), Ok(Order::Ended));
        assert_eq!(all(&[start, facts, end]), Ok(Order::Ended));
        assert_eq!(all(&[none]), Ok(Order::Ended));
        for row in [&[facts][..], &[start, start], &[start, page], &[start, end], &[start, facts, facts], &[start, facts, text, page], &[none, start]] {
            assert!(all(row).is_err());
        }
        assert!(all(&[start, facts, text, text]).is_err() && all(&[start, facts, end, end]).is_err() && all(&[start, none]).is_err());
        let most = [&[start, facts][..], &[page; MOST_PAGES]].concat();
        assert!(all(&most).is_ok() && all(&[&most[..], &[page]].concat()).is_err());
    }

    #[test]
    fn a_text_is_made_plain_and_cut_at_a_letter() {
        assert_eq!(Text::of("a\r\nb\rc\0\x1b\td", false).content(), "a\nb\nc\u{fffd}\u{fffd}\td");
        let long = Text::of(&"ў".repeat(MOST_TEXT), false);
        assert!(long.is_cut() && long.content().len() == MOST_TEXT);
        assert!(read(&Frame::Text(long).encode()).is_ok());
    }

    proptest! {
        /// Whatever bytes come: an error, or a frame that is written back to the same bytes.
        #[test]
        fn any_bytes_are_a_frame_or_refused(bytes in prop_oneof![
            prop::collection::vec(any::<u8>(), HEAD_LEN..200),
            (prop::sample::select(frames()), any::<prop::sample::Index>(), any::<u8>()).prop_map(|(frame, at, byte)| {
                let mut bytes = frame.encode();
                let at = at.index(bytes.len());
                bytes[at] = byte;
                bytes
            }),
        ]) {
            if let Ok(frame) = read(&bytes) {
                prop_assert!(frame.encode() == bytes);
            }
        }

        #[test]
        fn any_text_is_carried_over(text in "(\\PC|[\\x00-\\x1f]){0,200}", cut: bool) {
            let frame = Frame::Text(Text::of(&text, cut));
            prop_assert_eq!(read(&frame.encode()), Ok(frame));
        }
    }
}
