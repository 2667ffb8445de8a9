//! What a file says of itself: its kind, what it claims, its pages as pixels, its words.
//!
//! Called by `kniha examine` alone, inside the sandbox: the decoders in here are other people's and meet files that were made to break them. They are pure
//! Rust; what still goes wrong in them is caught ([`examine`] turns a panic into [`Lack::Damaged`]) or kept in by the walls. Bounds on what is drawn and
//! read stand here, bounds on memory and time outside. Does no I/O: frames go to a [`Sink`].

mod claims;
mod kind;
mod mail;
mod office;
mod pdf;
mod picture;
mod plain;

use std::panic::{AssertUnwindSafe, catch_unwind};

use kniha_core::examined::{Facts, Frame, Kind, Lack, MOST_PAGES, Pixels, Text};

/// Most bytes of a file that are looked at; of a longer one only its kind is said.
pub const MOST_BYTES: usize = 256 * 1024 * 1024;

/// Nobody takes frames any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Closed;

/// Where frames go.
pub trait Sink {
    /// Takes a frame.
    ///
    /// # Errors
    /// [`Closed`] ends the examination.
    fn send(&mut self, frame: Frame) -> Result<(), Closed>;

    /// Whether there is time for another page.
    fn has_time(&self) -> bool;
}

/// Looks at a file of `length` bytes, of which `bytes` are the first; sends facts, pages, words and the end.
///
/// # Errors
/// [`Closed`], where the sink is.
pub fn examine(bytes: Vec<u8>, length: u64, sink: &mut dyn Sink) -> Result<(), Closed> {
    let found = kind::of(&bytes);
    let facts = Facts { kind: found.kind, also: found.also, bytes: length, size: None, pages: None, taken: None, place: None };
    let mut look = Look { sink, facts, told: false, pages: 0, text: None, lacks: Vec::new(), closed: None };
    if u64::try_from(bytes.len()) == Ok(length) {
        look.quietly(Lack::Damaged, |look| match found.kind {
            Kind::Jpeg | Kind::Png | Kind::Gif | Kind::WebP | Kind::Bmp | Kind::Tiff => picture::look(&bytes, look),
            Kind::Pdf => pdf::look(bytes, look),
            Kind::Docx | Kind::Odt => office::look(&bytes, look),
            Kind::Mail => mail::look(&bytes, look),
            Kind::Text => plain::look(&bytes, look),
            Kind::Heif | Kind::Rtf | Kind::Ole | Kind::Zip | Kind::Archive | Kind::Sound | Kind::Video | Kind::Program | Kind::Unknown => {
                look.lack(Lack::NotShown);
            }
        });
    } else {
        look.lack(Lack::NotShown);
        look.lack(Lack::TooLarge);
    }
    look.end()
}

/// An examination under way.
struct Look<'s> {
    sink: &'s mut dyn Sink,
    facts: Facts,
    told: bool,
    pages: usize,
    text: Option<Text>,
    lacks: Vec<Lack>,
    closed: Option<Closed>,
}

impl Look<'_> {
    /// Does a piece of work; if it panics, that lack is noted and nothing else happens.
    fn quietly(&mut self, lack: Lack, work: impl FnOnce(&mut Self)) {
        // Whatever the work left half done is its own and is dropped, or is a list that was pushed to.
        if catch_unwind(AssertUnwindSafe(|| work(self))).is_err() {
            self.lack(lack);
        }
    }

    /// Something cannot be shown.
    fn lack(&mut self, lack: Lack) {
        if !self.lacks.contains(&lack) {
            self.lacks.push(lack);
        }
    }

    /// Whether another page can be drawn; notes why not.
    fn has_room(&mut self) -> bool {
        if self.pages >= MOST_PAGES {
            self.lack(Lack::MorePages);
        } else if !self.sink.has_time() {
            self.lack(Lack::Time);
        } else {
            return self.closed.is_none();
        }
        false
    }

    /// Gives a drawn page away. What is known must be in the facts by now.
    fn page(&mut self, page: Pixels) {
        self.tell();
        self.pages += 1;
        self.send(Frame::Page(page));
    }

    fn tell(&mut self) {
        if !std::mem::replace(&mut self.told, true) {
            self.send(Frame::Facts(self.facts));
        }
    }

    fn send(&mut self, frame: Frame) {
        if self.closed.is_none() {
            self.closed = self.sink.send(frame).err();
        }
    }

    fn end(mut self) -> Result<(), Closed> {
        self.tell();
        if let Some(text) = self.text.take() {
            self.send(Frame::Text(text));
        }
        let lacks = std::mem::take(&mut self.lacks);
        self.send(Frame::End(lacks));
        self.closed.map_or(Ok(()), Err)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod stage;
#[cfg(test)]
mod tests;
