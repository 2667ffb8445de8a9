//! One round with a portal: key lists to it, sealed parts and leaves from it, answers to it.
//!
//! A part is acknowledged, and so deleted there, only after it is durable here. What refuses itself (a header that is none, bytes without their digest) stays
//! there and is told. Cut off anywhere, the next round continues. The portal is behind [`Portal`], so that every cut can be tried.

use std::io::Read;
use std::path::Path;

use kniha_core::commit::Hash;
use kniha_inbox::{Inbox, LeafKey};
use kniha_seal::age::CHUNK;
use kniha_seal::mailbox::Block;
use kniha_seal::part::{Day, PartId};
use kniha_seal::source::MailboxId;

use super::Counts;
use super::taking::{Begun, Offer, Refused, Taken, Taking};
use crate::lanes::outbox;
use crate::{say, team};

/// What a portal lists of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Listed {
    pub(super) part: PartId,
    pub(super) list_no: u32,
    pub(super) day: u32,
    pub(super) size: u64,
    pub(super) sha256: Hash,
}

/// What the desk asks of a portal.
pub(super) trait Portal {
    /// Parts in the order of their ids, from the one after `after` on; none at the end.
    fn list(&mut self, after: Option<PartId>) -> anyhow::Result<Vec<Listed>>;
    /// The header of a part; `None` if it is not there any more.
    fn header(&mut self, part: &PartId) -> anyhow::Result<Option<Vec<u8>>>;
    /// The payload of a part, from its beginning.
    fn payload(&mut self, listed: &Listed) -> anyhow::Result<Box<dyn Read + '_>>;
    /// Lets the portal delete a part with this digest.
    fn acknowledge(&mut self, part: &PartId, sha256: &Hash) -> anyhow::Result<()>;
    /// Leaves in the order of their ids; none at the end.
    fn leaves(&mut self, after: Option<LeafKey>) -> anyhow::Result<Vec<(LeafKey, Vec<u8>)>>;
    /// Lets the portal delete a leaf.
    fn acknowledge_leaf(&mut self, leaf: &LeafKey) -> anyhow::Result<()>;
    /// Gives it a block for a mailbox.
    fn put_block(&mut self, mailbox: &MailboxId, id: [u8; 16], expires_month: u32, block: &Block) -> anyhow::Result<()>;
    /// Gives it a key list; one that it has is no fault.
    fn put_list(&mut self, no: u32, bytes: &[u8]) -> anyhow::Result<()>;
}

/// One round.
pub(super) async fn round(portal: &mut impl Portal, inbox: &Inbox, spool: &Path, book: &Path, counts: &mut Counts) -> anyhow::Result<()> {
    for (no, list) in team::served(book)? {
        portal.put_list(no, &list)?;
        counts.lists += 1;
    }
    parts(portal, inbox, spool, counts).await?;
    leaves(portal, inbox, counts).await?;
    answers(portal, book, counts)
}

async fn parts(portal: &mut impl Portal, inbox: &Inbox, spool: &Path, counts: &mut Counts) -> anyhow::Result<()> {
    let mut after = None;
    loop {
        let page = portal.list(after)?;
        let Some(last) = page.last() else { return Ok(()) };
        // A portal that goes in circles is not followed.
        if after.is_some_and(|after| last.part <= after) {
            anyhow::bail!("the portal lists parts out of order");
        }
        after = Some(last.part);
        for listed in &page {
            counts.oldest = Some(counts.oldest.map_or(Day(listed.day), |oldest| oldest.min(Day(listed.day))));
            if let Err(error) = one(portal, inbox, spool, listed, counts).await {
                let Some(refused) = error.downcast_ref::<Refused>() else { return Err(error) };
                say::note(&format!("{}: not taken, and left at the portal: {}.", listed.part, say::visible(&refused.to_string())));
                counts.refused += 1;
            }
        }
    }
}

async fn one(portal: &mut impl Portal, inbox: &Inbox, spool: &Path, listed: &Listed, counts: &mut Counts) -> anyhow::Result<()> {
    let Some(header) = portal.header(&listed.part)? else { return Ok(()) };
    let offer = Offer { part: listed.part, list_no: listed.list_no, day: listed.day, header, len: listed.size, sha256: listed.sha256 };
    match Taking::begin(inbox, spool, offer).await? {
        Begun::There => counts.there += 1,
        Begun::Coming(mut taking) => {
            let mut piece = vec![0; CHUNK];
            let mut reader = portal.payload(listed)?;
            loop {
                let len = tokio::task::block_in_place(|| reader.read(&mut piece))?;
                if len == 0 {
                    break;
                }
                taking.push(&piece[..len]).await?;
            }
            drop(reader);
            match taking.finish(inbox).await? {
                Taken::Stored => counts.taken += 1,
                Taken::Apart => {
                    say::note(&format!("{}: another part with this id is in the spool: this one is kept apart.", listed.part));
                    counts.apart += 1;
                }
            }
            counts.bytes += listed.size;
        }
    }
    portal.acknowledge(&listed.part, &listed.sha256)
}

async fn leaves(portal: &mut impl Portal, inbox: &Inbox, counts: &mut Counts) -> anyhow::Result<()> {
    let mut after = None;
    loop {
        let page = portal.leaves(after)?;
        let Some((last, _)) = page.last() else { return Ok(()) };
        if after.is_some_and(|after| *last <= after) {
            anyhow::bail!("the portal lists leaves out of order");
        }
        after = Some(*last);
        for (key, leaf) in &page {
            inbox.put_leaf(key, leaf).await?;
            portal.acknowledge_leaf(key)?;
            counts.leaves += 1;
        }
    }
}

fn answers(portal: &mut impl Portal, book: &Path, counts: &mut Counts) -> anyhow::Result<()> {
    for mailbox in outbox::mailboxes(book)? {
        let mut held = outbox::read(book, &mailbox)?;
        let mut pushed = false;
        for waiting in held.blocks.iter_mut().filter(|waiting| !waiting.pushed) {
            let Some((id, block)) = waiting.sealed() else { continue };
            portal.put_block(&mailbox, id, waiting.expires_month, &block)?;
            waiting.pushed = true;
            pushed = true;
            counts.answers += 1;
        }
        if pushed {
            outbox::write(book, &mailbox, &held)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use std::collections::BTreeMap;

    use kniha_inbox::PartKey;
    use kniha_seal::part::{Compartment, Cover, PartKind, SubmissionId, part_id};
    use kniha_seal::quorum::{Quorum, QuorumNo, Slot};
    use kniha_seal::sealer::{SealedPart, seal};
    use kniha_seal::size::Padding;
    use kniha_seal::xwing::SecretKey;
    use sha2::{Digest, Sha256};

    use super::*;
    use crate::lanes::spool;

    /// A portal in memory that goes away after so many requests.
    #[derive(Default)]
    struct Memory {
        parts: BTreeMap<PartId, (Listed, Vec<u8>, Vec<u8>)>,
        leaves: BTreeMap<LeafKey, Vec<u8>>,
        blocks: Vec<[u8; 16]>,
        left: usize,
    }

    impl Memory {
        fn asked(&mut self) -> anyhow::Result<()> {
            self.left = self.left.checked_sub(1).ok_or_else(|| anyhow::anyhow!("gone"))?;
            Ok(())
        }
    }

    impl Portal for Memory {
        fn list(&mut self, after: Option<PartId>) -> anyhow::Result<Vec<Listed>> {
            self.asked()?;
            Ok(self.parts.values().map(|(listed, ..)| *listed).filter(|listed| after.is_none_or(|after| listed.part > after)).take(3).collect())
        }
        fn header(&mut self, part: &PartId) -> anyhow::Result<Option<Vec<u8>>> {
            self.asked()?;
            Ok(self.parts.get(part).map(|(_, header, _)| header.clone()))
        }
        fn payload(&mut self, listed: &Listed) -> anyhow::Result<Box<dyn Read + '_>> {
            self.asked()?;
            Ok(Box::new(self.parts.get(&listed.part).map_or(&[][..], |(_, _, payload)| payload)))
        }
        fn acknowledge(&mut self, part: &PartId, sha256: &Hash) -> anyhow::Result<()> {
            // Deleted, and the answer is lost.
            if self.parts.get(part).is_some_and(|(listed, ..)| listed.sha256 == *sha256) {
                self.parts.remove(part);
            }
            self.asked()
        }
        fn leaves(&mut self, after: Option<LeafKey>) -> anyhow::Result<Vec<(LeafKey, Vec<u8>)>> {
            self.asked()?;
            Ok(self.leaves.iter().filter(|(key, _)| after.is_none_or(|after| **key > after)).take(2).map(|(key, leaf)| (*key, leaf.clone())).collect())
        }
        fn acknowledge_leaf(&mut self, leaf: &LeafKey) -> anyhow::Result<()> {
            self.leaves.remove(leaf);
            self.asked()
        }
        fn put_block(&mut self, _: &MailboxId, id: [u8; 16], _: u32, _: &Block) -> anyhow::Result<()> {
            self.asked()?;
            if !self.blocks.contains(&id) {
                self.blocks.push(id);
            }
            Ok(())
        }
        fn put_list(&mut self, _: u32, _: &[u8]) -> anyhow::Result<()> {
            self.asked()
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
        Memory { parts, leaves: (0..3).map(|i| (LeafKey([i; 16]), vec![i; 100])).collect(), ..Memory::default() }
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
}
