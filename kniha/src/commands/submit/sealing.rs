//! A file that is sealed while it is read: what is read from here is a `kniha-file`, ready to be written or posted. Memory stays at some 20 MiB.

use std::fs::File;
use std::io::{self, Read};

use indicatif::ProgressBar;
use kniha_seal::sealer::{SealedPart, Sealer, Tail, WIDE};
use kniha_seal::wire;
use zeroize::Zeroizing;

/// A file being sealed.
pub(super) struct Sealing<'b> {
    from: File,
    state: State,
    plain: Zeroizing<Vec<u8>>,
    ready: Vec<u8>,
    at: usize,
    bar: &'b ProgressBar,
}

enum State {
    Content(Box<Sealer>),
    Padding(Box<Tail>),
    Done(Box<SealedPart>),
    /// Reading or sealing failed: what went out is not a whole file.
    Failed,
}

impl<'b> Sealing<'b> {
    /// Begins with what [`kniha_seal::submission::Follow::file`] gave.
    pub(super) fn new(from: File, sealer: Sealer, payload: &[u8], bar: &'b ProgressBar) -> Sealing<'b> {
        let ready = [wire::encode_file_head(&sealer.header()).as_slice(), payload].concat();
        Sealing { from, state: State::Content(Box::new(sealer)), plain: Zeroizing::new(vec![0; WIDE]), ready, at: 0, bar }
    }

    /// The sealed part, once everything was read.
    pub(super) fn finish(self) -> Option<SealedPart> {
        match self.state {
            State::Done(sealed) if self.at == self.ready.len() => Some(*sealed),
            _ => None,
        }
    }

    /// Seals the next piece; `false` at the end.
    fn more(&mut self) -> io::Result<bool> {
        self.state = match std::mem::replace(&mut self.state, State::Failed) {
            State::Content(mut sealer) => {
                let len = self.from.read(&mut self.plain)?;
                if len == 0 {
                    self.ready.clear();
                    State::Padding(Box::new(sealer.end().map_err(io::Error::other)?))
                } else {
                    sealer.push_over(&self.plain[..len], &mut self.ready).map_err(io::Error::other)?;
                    self.bar.inc(len as u64);
                    State::Content(sealer)
                }
            }
            State::Padding(mut tail) => {
                self.ready.clear();
                if tail.pad(&mut self.ready) { State::Padding(tail) } else { State::Done(Box::new(tail.finish(&mut self.ready))) }
            }
            State::Done(sealed) => {
                self.state = State::Done(sealed);
                return Ok(false);
            }
            State::Failed => return Err(io::Error::other("sealing the file failed before")),
        };
        self.at = 0;
        Ok(true)
    }
}

impl Read for Sealing<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.at == self.ready.len() && self.more()? {}
        let len = into.len().min(self.ready.len() - self.at);
        into[..len].copy_from_slice(&self.ready[self.at..self.at + len]);
        self.at += len;
        Ok(len)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use std::io::Write;

    use kniha_core::commit::Hash;
    use kniha_seal::age::CHUNK;
    use kniha_seal::holder::{KeyHolder, MemoryHolder, ReadReceipt};
    use kniha_seal::opener;
    use kniha_seal::part::{Compartment, Cover, Day, Envelope, PartKind, SubmissionId, part_id};
    use kniha_seal::quorum::{Quorum, QuorumNo, Slot};
    use kniha_seal::sign::SigningKey;
    use kniha_seal::size::Padding;
    use kniha_seal::xwing::SecretKey;

    use super::*;
    use crate::team;

    #[test]
    fn a_file_of_any_length_is_sealed_as_it_is_read() {
        let mut rng = team::rng().unwrap();
        let key = SecretKey::random(&mut rng);
        let quorum = Quorum::new(QuorumNo(1), 1, 1, vec![Slot { slot: 1, key: key.public() }]).unwrap();
        let holder = MemoryHolder::new(vec![key], SigningKey::random(&mut rng));
        let submission = SubmissionId::from_random([1; 16]);
        for len in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 300_000, WIDE - 1, 2 * WIDE + 1] {
            let content: Vec<u8> = (0..len).map(|i| u8::try_from(i % 251).unwrap()).collect();
            let mut file = tempfile::tempfile().unwrap();
            file.write_all(&content).unwrap();
            std::io::Seek::rewind(&mut file).unwrap();
            let cover = Cover {
                book: [1; 32],
                part: part_id(&submission, Compartment::File, 1),
                submission,
                kind: PartKind::File,
                compartment: Compartment::File,
                form_version: 1,
                lang: "be".to_owned(),
                day: Day(20_000),
                list_no: 1,
                source: None,
                receipt: None,
                files: Vec::new(),
                signature: None,
            };
            let mut payload = Vec::new();
            let sealer = Sealer::new(&cover, &[&quorum], Padding::File, &mut rng, &mut payload).unwrap();
            let bar = ProgressBar::hidden();
            let mut sealing = Sealing::new(file, sealer, &payload, &bar);
            let mut sent = Vec::new();
            sealing.read_to_end(&mut sent).unwrap();
            let sealed = sealing.finish().unwrap();
            let head = wire::decode_file_head(&sent).unwrap().unwrap();
            assert_eq!((head.part, &head.header, sealed.content_len), (cover.part, &sealed.header, len as u64));
            let envelope = Envelope::parse(&head.header).unwrap();
            let share = holder.share(&envelope, QuorumNo(1), &ReadReceipt::of_entry(cover.part, Hash([0; 32]))).unwrap();
            let file_key = envelope.open(QuorumNo(1), &[share]).unwrap();
            let (opened, read) = opener::open(&envelope, &file_key, &sent[head.payload_at..]).unwrap();
            assert!(read == content && opened.content_sha256 == sealed.content_sha256, "{len}");
        }
    }
}
