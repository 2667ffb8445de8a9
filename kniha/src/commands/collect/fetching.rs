//! One round with a portal: key lists to it, sealed parts and leaves from it, answers to it.
//!
//! A part is dropped there only after it is durable here. What refuses itself (a header that is none, bytes without their digest) stays there and is told.
//! Cut off anywhere, a payload goes on from its last byte within the run, and everything else with the next. The portal is behind [`Portal`], so that every
//! cut can be tried.

use std::io::{self, Read};
use std::path::Path;

use kniha_core::commit::Hash;
use kniha_inbox::{Inbox, LeafKey, PartKey};
use kniha_seal::age::CHUNK;
use kniha_seal::collect::{Ask, Listed, MOST_DROPPED, MOST_FETCHED, MOST_LEAF, MOST_LEAVES, MOST_LISTED, Piece, decode_leaves, decode_listed};
use kniha_seal::part::{Day, PartId};
use kniha_seal::wire::MOST_FILE_HEAD;

use super::Counts;
use super::taking::{Begun, Offer, Refused, Taken, Taking};
use crate::exit::{Exit, Failure};
use crate::lanes::outbox;
use crate::{say, team};

/// Parts are fetched together up to so many bytes; a larger one alone.
const TOGETHER: u64 = 16 << 20;
/// How often a part is asked for without a byte of it coming.
const ATTEMPTS: u32 = 3;

/// What the desk asks of a portal.
pub(super) trait Portal {
    /// Number of its newest key list; 0 where it has none.
    fn newest_list(&mut self) -> anyhow::Result<u32>;
    /// Gives it the next key list; one that it has is no fault.
    fn put_list(&mut self, bytes: &[u8]) -> anyhow::Result<()>;
    /// Asks; the answer ends after `most` bytes at the latest.
    fn ask(&mut self, ask: &Ask, most: u64) -> anyhow::Result<Box<dyn Read + '_>>;
}

/// One round.
pub(super) async fn round(portal: &mut impl Portal, inbox: &Inbox, spool: &Path, book: &Path, counts: &mut Counts) -> anyhow::Result<()> {
    let newest = portal.newest_list()?;
    for (_, list) in team::served(book)?.into_iter().filter(|(no, _)| *no > newest) {
        portal.put_list(&list)?;
        counts.lists += 1;
    }
    parts(portal, inbox, spool, counts).await?;
    leaves(portal, inbox, counts).await?;
    answers(portal, book, counts)
}

/// Asks for something whose whole answer is small.
fn whole(portal: &mut impl Portal, ask: &Ask, most: usize) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut answer = portal.ask(ask, most as u64)?;
    tokio::task::block_in_place(|| answer.read_to_end(&mut bytes))?;
    Ok(bytes)
}

/// A portal that says what no portal says.
fn senseless(what: impl std::fmt::Display) -> Failure {
    Failure::new(
        Exit::Refused,
        format!("What the portal answers makes no sense: {what}."),
        "What was taken is durable here; nothing was deleted there that is not.",
        "Run the same command again. If it says the same, somebody else has the portal: see “When something happens” in OPERATE.md.",
    )
}

/// A portal that goes in circles is not followed.
fn ascending<T: Ord + Copy>(after: Option<T>, ids: impl Iterator<Item = T>) -> anyhow::Result<Option<T>> {
    let mut last = after;
    for id in ids {
        if last.is_some_and(|last| last >= id) {
            return Err(senseless("it lists what it has out of order").into());
        }
        last = Some(id);
    }
    Ok(last)
}

async fn parts(portal: &mut impl Portal, inbox: &Inbox, spool: &Path, counts: &mut Counts) -> anyhow::Result<()> {
    let mut after = None;
    loop {
        let page = decode_listed(&whole(portal, &Ask::Parts { after }, MOST_LISTED * 64)?).map_err(senseless)?;
        if page.is_empty() {
            return Ok(());
        }
        after = ascending(after, page.iter().map(|listed| listed.part))?;
        let (mut coming, mut there) = (Vec::new(), Vec::new());
        for listed in page {
            counts.oldest = Some(counts.oldest.map_or(Day(listed.day), |oldest| oldest.min(Day(listed.day))));
            match inbox.header(&PartKey(*listed.part.bytes())).await? {
                Some(head) if head.listed.payload_sha256 == listed.sha256 => there.push((listed.part, listed.sha256)),
                _ => coming.push(listed),
            }
        }
        counts.there += there.len() as u64;
        drop_parts(portal, &there)?;
        let mut rest = coming.as_slice();
        while !rest.is_empty() {
            let mut bytes = 0u64;
            let fits = |listed: &&Listed| {
                bytes = bytes.saturating_add(listed.size);
                bytes <= TOGETHER
            };
            let some = rest.iter().take(MOST_FETCHED).take_while(fits).count().max(1);
            let taken = fetch(portal, inbox, spool, &rest[..some], counts).await?;
            drop_parts(portal, &taken)?;
            rest = &rest[some..];
        }
    }
}

fn drop_parts(portal: &mut impl Portal, parts: &[(PartId, Hash)]) -> anyhow::Result<()> {
    for some in parts.chunks(MOST_DROPPED) {
        whole(portal, &Ask::Drop(some.to_vec()), 0)?;
    }
    Ok(())
}

/// Why reading an answer ended before its end.
enum Ended {
    /// The portal went away, perhaps for a moment.
    Cut(anyhow::Error),
    /// The part that was coming is not what it should be.
    Refused(Refused),
    /// This side failed.
    Failed(anyhow::Error),
}

impl From<anyhow::Error> for Ended {
    fn from(error: anyhow::Error) -> Ended {
        match error.downcast() {
            Ok(refused) => Ended::Refused(refused),
            Err(error) => Ended::Failed(error),
        }
    }
}

impl From<io::Error> for Ended {
    fn from(error: io::Error) -> Ended {
        Ended::Cut(error.into())
    }
}

/// Takes these parts; gives those that are durable now.
async fn fetch(portal: &mut impl Portal, inbox: &Inbox, spool: &Path, wanted: &[Listed], counts: &mut Counts) -> anyhow::Result<Vec<(PartId, Hash)>> {
    let mut coming = Coming { inbox, spool, left: wanted, held: None, durable: Vec::new() };
    let mut stuck = 0;
    while let Some(first) = coming.left.first() {
        let before = coming.at();
        let refused = match coming.read(portal, counts).await {
            Ok(()) => continue,
            Err(Ended::Failed(error)) => return Err(error),
            Err(Ended::Refused(refused)) => refused.to_string(),
            Err(Ended::Cut(_)) if coming.at() != before => {
                stuck = 0;
                continue;
            }
            Err(Ended::Cut(_)) if stuck + 1 < ATTEMPTS => {
                stuck += 1;
                continue;
            }
            Err(Ended::Cut(error)) => {
                // Is it the portal that is gone, or this part alone that cannot be read there?
                portal.newest_list()?;
                format!("it does not come: {error}")
            }
        };
        say::note(&format!("{}: not taken, and left at the portal: {}.", first.part, say::visible(&refused)));
        counts.refused += 1;
        stuck = 0;
        coming.skip();
    }
    Ok(coming.durable)
}

struct Coming<'w> {
    inbox: &'w Inbox,
    spool: &'w Path,
    /// What is still to come, the present one first.
    left: &'w [Listed],
    /// The present one, and how many bytes of it came.
    held: Option<(Box<Taking>, u64)>,
    durable: Vec<(PartId, Hash)>,
}

impl Coming<'_> {
    fn at(&self) -> (usize, u64) {
        (self.left.len(), self.held.as_ref().map_or(0, |(_, came)| *came))
    }

    fn skip(&mut self) {
        self.held = None;
        self.left = self.left.get(1..).unwrap_or_default();
    }

    /// Asks for what is left, and reads as much as comes.
    async fn read(&mut self, portal: &mut impl Portal, counts: &mut Counts) -> Result<(), Ended> {
        let parts = self.left.iter().map(|listed| listed.part).collect();
        let most = self.left.iter().fold(0u64, |sum, listed| sum.saturating_add(listed.size).saturating_add(MOST_FILE_HEAD as u64 + 16));
        let mut answer = portal.ask(&Ask::Fetch { offset: self.at().1, parts }, most).map_err(Ended::Cut)?;
        while let Some(listed) = self.left.first().copied() {
            let (header, len) = match tokio::task::block_in_place(|| Piece::read(&mut answer, MOST_FILE_HEAD))? {
                Piece::Coming { header, len } => (header, len),
                Piece::Gone => {
                    self.skip();
                    continue;
                }
                Piece::Damaged => return Err(Ended::Refused(Refused::DamagedThere)),
            };
            let (mut taking, came) = match self.held.take() {
                Some(held) => held,
                None => {
                    let offer = Offer { part: listed.part, list_no: listed.list_no, day: listed.day, header, len: listed.size, sha256: listed.sha256 };
                    match Taking::begin(self.inbox, self.spool, offer).await? {
                        Begun::Coming(taking) => (taking, 0),
                        // It is kept apart since an earlier run.
                        Begun::There => {
                            self.durable.push((listed.part, listed.sha256));
                            self.skip();
                            tokio::task::block_in_place(|| io::copy(&mut answer.by_ref().take(len), &mut io::sink()))?;
                            continue;
                        }
                    }
                }
            };
            if came.saturating_add(len) != listed.size {
                return Err(Ended::Refused(Refused::Cut { came: came.saturating_add(len), announced: listed.size }));
            }
            let mut came = came;
            let mut piece = vec![0; CHUNK];
            while came < listed.size {
                let most = usize::try_from(listed.size - came).map_or(CHUNK, |left| left.min(CHUNK));
                match tokio::task::block_in_place(|| answer.read(&mut piece[..most])) {
                    Ok(read @ 1..) => {
                        taking.push(&piece[..read]).await?;
                        came += read as u64;
                    }
                    ended => {
                        self.held = Some((taking, came));
                        return Err(ended.err().unwrap_or_else(|| io::ErrorKind::UnexpectedEof.into()).into());
                    }
                }
            }
            match taking.finish(self.inbox).await? {
                Taken::Stored => counts.taken += 1,
                Taken::Apart => {
                    say::note(&format!("{}: another part with this id is in the spool: this one is kept apart.", listed.part));
                    counts.apart += 1;
                }
            }
            counts.bytes += listed.size;
            self.durable.push((listed.part, listed.sha256));
            self.skip();
        }
        Ok(())
    }
}

async fn leaves(portal: &mut impl Portal, inbox: &Inbox, counts: &mut Counts) -> anyhow::Result<()> {
    let mut after = None;
    loop {
        let page = decode_leaves(&whole(portal, &Ask::Leaves { after }, MOST_LEAVES * (MOST_LEAF + 18))?).map_err(senseless)?;
        if page.is_empty() {
            return Ok(());
        }
        after = ascending(after, page.iter().map(|(id, _)| *id))?;
        for (id, leaf) in &page {
            inbox.put_leaf(&LeafKey(*id), leaf).await?;
            counts.leaves += 1;
        }
        whole(portal, &Ask::DropLeaves(page.into_iter().map(|(id, _)| id).collect()), 0)?;
    }
}

fn answers(portal: &mut impl Portal, book: &Path, counts: &mut Counts) -> anyhow::Result<()> {
    for mailbox in outbox::mailboxes(book)? {
        let mut pushed = Vec::new();
        for waiting in outbox::read(book, &mailbox)?.blocks.iter().filter(|waiting| !waiting.pushed) {
            let Some((id, block)) = waiting.sealed() else { continue };
            whole(portal, &Ask::PutBlock { mailbox, id, expires_month: waiting.expires_month, block }, 0)?;
            pushed.push(waiting.seq);
            counts.answers += 1;
        }
        if !pushed.is_empty() {
            // Read again: while the portal was asked, somebody may have written another answer.
            let _lock = outbox::lock(book)?;
            let mut held = outbox::read(book, &mailbox)?;
            held.blocks.iter_mut().filter(|waiting| pushed.contains(&waiting.seq)).for_each(|waiting| waiting.pushed = true);
            outbox::write(book, &mailbox, &held)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use std::collections::BTreeMap;

    use kniha_seal::collect::{encode_leaves, encode_listed};
    use kniha_seal::mailbox::Block;
    use kniha_seal::part::{Compartment, Cover, PartKind, SubmissionId, part_id};
    use kniha_seal::quorum::{Quorum, QuorumNo, Slot};
    use kniha_seal::sealer::{SealedPart, seal};
    use kniha_seal::size::Padding;
    use kniha_seal::source::MailboxId;
    use kniha_seal::xwing::SecretKey;
    use sha2::{Digest, Sha256};

    use super::*;
    use crate::lanes::spool;

    /// A portal in memory that goes away after so many requests.
    #[derive(Default)]
    struct Memory {
        parts: BTreeMap<PartId, (Listed, Vec<u8>, Vec<u8>)>,
        leaves: BTreeMap<[u8; 16], Vec<u8>>,
        blocks: Vec<[u8; 16]>,
        left: usize,
        /// Every answer with payloads ends after so many bytes.
        cut: Option<u64>,
        damaged: Option<PartId>,
        fetched: usize,
    }

    impl Memory {
        fn asked(&mut self) -> anyhow::Result<()> {
            self.left = self.left.checked_sub(1).ok_or_else(|| anyhow::anyhow!("gone"))?;
            Ok(())
        }
    }

    impl Portal for Memory {
        fn newest_list(&mut self) -> anyhow::Result<u32> {
            self.asked().map(|()| 0)
        }
        fn put_list(&mut self, _: &[u8]) -> anyhow::Result<()> {
            self.asked()
        }
        fn ask(&mut self, ask: &Ask, most: u64) -> anyhow::Result<Box<dyn Read + '_>> {
            // What is asked happens also when the answer is lost.
            let mut cut = None;
            let answer = match ask {
                Ask::Parts { after } => {
                    let listed = self.parts.values().map(|(listed, ..)| *listed).filter(|listed| after.is_none_or(|after| listed.part > after));
                    encode_listed(&listed.take(3).collect::<Vec<_>>())
                }
                Ask::Fetch { offset, parts } => {
                    let mut bytes = Vec::new();
                    for (part, offset) in parts.iter().zip([*offset].into_iter().chain(std::iter::repeat(0))) {
                        let Some((_, header, payload)) = self.parts.get(part) else {
                            bytes.extend(Piece::Gone.encode());
                            continue;
                        };
                        if self.damaged == Some(*part) {
                            bytes.extend(Piece::Damaged.encode());
                            continue;
                        }
                        let rest = &payload[offset as usize..];
                        bytes.extend(Piece::Coming { header: header.clone(), len: rest.len() as u64 }.encode());
                        bytes.extend(rest);
                    }
                    self.fetched += 1;
                    cut = self.cut;
                    bytes
                }
                Ask::Drop(parts) => {
                    for (part, sha256) in parts {
                        if self.parts.get(part).is_some_and(|(listed, ..)| listed.sha256 == *sha256) {
                            self.parts.remove(part);
                        }
                    }
                    Vec::new()
                }
                Ask::Leaves { after } => {
                    let leaves = self.leaves.iter().filter(|(id, _)| after.is_none_or(|after| **id > after)).take(2);
                    encode_leaves(&leaves.map(|(id, leaf)| (*id, leaf.clone())).collect::<Vec<_>>())
                }
                Ask::DropLeaves(leaves) => {
                    leaves.iter().for_each(|leaf| drop(self.leaves.remove(leaf)));
                    Vec::new()
                }
                Ask::PutBlock { id, .. } => {
                    if !self.blocks.contains(id) {
                        self.blocks.push(*id);
                    }
                    Vec::new()
                }
            };
            self.asked()?;
            let len = cut.map_or(most, |cut| most.min(cut));
            Ok(Box::new(io::Cursor::new(answer).take(len)))
        }
    }

    fn sealed(i: u32, len: usize) -> (SealedPart, Vec<u8>) {
        let mut rng = team::rng().unwrap();
        let quorum = Quorum::new(QuorumNo(1), 1, 1, vec![Slot { slot: 1, key: SecretKey::random(&mut rng).public() }]).unwrap();
        let submission = SubmissionId::from_random([1; 16]);
        let cover = Cover {
            book: [1; 32],
            part: part_id(&submission, Compartment::File, i),
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
        seal(&cover, &vec![7; len], &[&quorum], Padding::File, &mut rng).unwrap()
    }

    fn offered(i: u32, len: usize) -> (Listed, Vec<u8>, Vec<u8>) {
        let (part, payload) = sealed(i, len);
        (Listed { part: part.part, list_no: 1, day: 20_000 + i, size: part.payload_len, sha256: part.payload_sha256 }, part.header, payload)
    }

    fn portal(parts: u32) -> Memory {
        // Every third is an object of the spool.
        let parts = (0..parts).map(|i| offered(i, if i % 3 == 2 { 100_000 } else { 100 })).map(|part| (part.0.part, part)).collect();
        Memory { parts, leaves: (0..3).map(|i| ([i; 16], vec![i; 100])).collect(), ..Memory::default() }
    }

    /// The portal goes away after every possible number of requests; each time the next run continues, and in the end everything is here once.
    #[tokio::test(flavor = "multi_thread")]
    async fn whatever_cuts_a_round_off_the_next_one_continues_and_nothing_is_lost() {
        let dir = tempfile::tempdir().unwrap();
        let spool_dir = spool::of(dir.path());
        let inbox = spool::open(&spool_dir, true).await.unwrap();
        let mut memory = portal(8);
        let all: Vec<(Listed, Vec<u8>)> = memory.parts.values().map(|(listed, _, payload)| (*listed, payload.clone())).collect();
        let mut held = outbox::Box::default();
        held.add(&Block::filler(&mut team::rng().unwrap()).unwrap(), [4; 16], 1_000, 0);
        outbox::write(dir.path(), &MailboxId([2; 16]), &held).unwrap();
        let mut rounds = 0;
        for requests in 0.. {
            memory.left = requests;
            let mut counts = Counts::default();
            let done = round(&mut memory, &inbox, &spool_dir, dir.path(), &mut counts).await.is_ok();
            assert_eq!((counts.apart, counts.refused), (0, 0));
            for (listed, payload) in &all {
                let here = inbox.payload(&PartKey(*listed.part.bytes())).await.unwrap();
                match here {
                    Some(here) => assert!(here.read_at(0, payload.len()).await.unwrap() == *payload),
                    None => assert!(memory.parts.contains_key(&listed.part), "lost after {requests} requests"),
                }
            }
            rounds += 1;
            if done {
                break;
            }
        }
        assert!(rounds > 5 && memory.parts.is_empty() && memory.leaves.is_empty(), "{rounds}");
        assert_eq!(inbox.list(None, 100).await.unwrap().len(), 8);
        assert_eq!(inbox.leaves(None, 100).await.unwrap().len(), 3);
        assert_eq!(memory.blocks, [[4; 16]]);
        assert!(outbox::read(dir.path(), &MailboxId([2; 16])).unwrap().blocks[0].pushed);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn the_same_id_with_other_bytes_is_kept_apart_and_false_bytes_stay_where_they_are() {
        let dir = tempfile::tempdir().unwrap();
        let spool_dir = spool::of(dir.path());
        let inbox = spool::open(&spool_dir, true).await.unwrap();
        let mut memory = Memory { left: 1000, ..Memory::default() };
        let (first, second, mut false_bytes, mut other) = (offered(1, 10), offered(1, 20), offered(2, 10), offered(3, 10));
        memory.parts.insert(first.0.part, first.clone());
        round(&mut memory, &inbox, &spool_dir, dir.path(), &mut Counts::default()).await.unwrap();
        memory.parts.insert(second.0.part, second.clone());
        false_bytes.2[100] ^= 1;
        other.1 = first.1.clone();
        memory.parts.insert(false_bytes.0.part, false_bytes);
        memory.parts.insert(other.0.part, other);
        let mut counts = Counts::default();
        round(&mut memory, &inbox, &spool_dir, dir.path(), &mut counts).await.unwrap();
        assert_eq!((counts.taken, counts.apart, counts.refused), (0, 1, 2));
        assert_eq!(memory.parts.len(), 2, "what was not taken is still there");
        assert_eq!(counts.oldest, Some(Day(20_001)));
        let kept = inbox.header(&PartKey(*first.0.part.bytes())).await.unwrap().unwrap();
        assert_eq!(kept.listed.payload_sha256, first.0.sha256, "the first write stays");
        let apart: Vec<_> = std::fs::read_dir(spool_dir.join("apart")).unwrap().map(|entry| std::fs::read(entry.unwrap().path()).unwrap()).collect();
        assert_eq!(apart.len(), 1);
        assert_eq!(Hash(Sha256::digest(&apart[0][apart[0].len() - second.2.len()..]).into()), second.0.sha256);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_payload_goes_on_from_its_last_byte() {
        let dir = tempfile::tempdir().unwrap();
        let spool_dir = spool::of(dir.path());
        let inbox = spool::open(&spool_dir, true).await.unwrap();
        let large = offered(2, 3_000_000);
        let mut memory = Memory { left: 1000, cut: Some(1_000_000), ..Memory::default() };
        memory.parts.insert(large.0.part, large.clone());
        let mut counts = Counts::default();
        round(&mut memory, &inbox, &spool_dir, dir.path(), &mut counts).await.unwrap();
        assert_eq!((counts.taken, counts.refused, counts.bytes), (1, 0, large.0.size));
        assert_eq!(memory.fetched, 4, "three million bytes and a header in answers of a million");
        let here = inbox.payload(&PartKey(*large.0.part.bytes())).await.unwrap().unwrap();
        assert!(here.read_at(0, large.2.len()).await.unwrap() == large.2);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn one_part_that_cannot_be_read_there_keeps_nobody_from_the_others() {
        let dir = tempfile::tempdir().unwrap();
        let spool_dir = spool::of(dir.path());
        let inbox = spool::open(&spool_dir, true).await.unwrap();
        for cut in [None, Some(0)] {
            let mut memory = portal(8);
            memory.left = 1000;
            let bad = *memory.parts.keys().nth(1).unwrap();
            memory.damaged = Some(bad);
            memory.cut = cut;
            let mut counts = Counts::default();
            round(&mut memory, &inbox, &spool_dir, dir.path(), &mut counts).await.unwrap();
            match cut {
                None => assert_eq!((counts.taken, counts.refused, memory.parts.keys().collect::<Vec<_>>()), (7, 1, vec![&bad])),
                // The seven are here from the first turn, and are dropped there; nothing of the other ever comes.
                Some(_) => assert_eq!((counts.there, counts.refused, memory.parts.len()), (0, 8, 8)),
            }
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_portal_that_goes_in_circles_is_not_followed() {
        struct Circle(Vec<Listed>);
        impl Portal for Circle {
            fn newest_list(&mut self) -> anyhow::Result<u32> {
                Ok(0)
            }
            fn put_list(&mut self, _: &[u8]) -> anyhow::Result<()> {
                Ok(())
            }
            fn ask(&mut self, ask: &Ask, _: u64) -> anyhow::Result<Box<dyn Read + '_>> {
                Ok(Box::new(io::Cursor::new(match ask {
                    Ask::Parts { .. } => encode_listed(&self.0),
                    Ask::Fetch { parts, .. } => parts.iter().flat_map(|_| Piece::Gone.encode()).collect(),
                    _ => Vec::new(),
                })))
            }
        }
        let dir = tempfile::tempdir().unwrap();
        let spool_dir = spool::of(dir.path());
        let inbox = spool::open(&spool_dir, true).await.unwrap();
        let a = offered(1, 10).0;
        let error = round(&mut Circle(vec![a]), &inbox, &spool_dir, dir.path(), &mut Counts::default()).await.unwrap_err();
        assert!(error.to_string().contains("out of order"), "{error}");
    }
}
