//! A team whose keys the test alone keeps: 2 of 3 screeners drawn from 6, 2 of 3 lawyers, 3 of 5 custodians.

use kniha_core::commit::Hash;
use kniha_seal::keylist::{KeyList, ListedQuorum, ListedSlot, Root, SignedList};
use kniha_seal::part::Day;
use kniha_seal::quorum::{CUSTODIANS, LAWYERS, QuorumNo, TEAM, TRIAGE};
use kniha_seal::sign::{Purpose, SigningKey};
use kniha_seal::xwing::SecretKey;

use crate::random;

pub(crate) const BOOK: [u8; 32] = [9; 32];

pub(crate) struct Team {
    pub(crate) screeners: Vec<SecretKey>,
    pub(crate) lawyers: Vec<SecretKey>,
    pub(crate) custodians: Vec<SecretKey>,
    pub(crate) reply: SigningKey,
    roots: Vec<SigningKey>,
    /// How many screeners, lawyers, custodians open; a list with 1 has no split.
    k: [u8; 3],
}

impl Team {
    pub(crate) fn draw() -> Team {
        Team::with_k([2, 2, 3])
    }

    pub(crate) fn with_k(k: [u8; 3]) -> Team {
        let keys = |n: usize| (0..n).map(|_| SecretKey::random(&mut random())).collect();
        let roots = (0..5).map(|_| SigningKey::random(&mut random())).collect();
        Team { screeners: keys(6), lawyers: keys(3), custodians: keys(5), reply: SigningKey::random(&mut random()), roots, k }
    }

    /// The first list, which holds for a year.
    pub(crate) fn list(&self, today: Day) -> SignedList {
        let to = Day(today.0 + 365);
        let signing = self.reply.public();
        let quorum = |no: QuorumNo, name: &str, k: u8, draw: u8, keys: &[SecretKey]| {
            let slots = keys.iter().zip(1..).enumerate().map(|(i, (key, slot))| {
                let signing = if no == CUSTODIANS { self.roots[i].public() } else { signing.clone() };
                ListedSlot { slot, opening: key.public(), signing, from: today, to }
            });
            ListedQuorum { no, name: name.to_owned(), k, draw, slots: slots.collect() }
        };
        let list = KeyList {
            book: BOOK,
            no: 1,
            prev: None,
            from: today,
            to,
            root: Root { keys: self.roots.iter().map(SigningKey::public).collect(), t: 3 },
            quorums: vec![
                quorum(TEAM, "team", self.k[0], 3, &self.screeners),
                quorum(TRIAGE, "triage", 1, 6, &self.screeners),
                quorum(LAWYERS, "lawyers", self.k[1], 3, &self.lawyers),
                quorum(CUSTODIANS, "custodians", self.k[2], 5, &self.custodians),
            ],
            reply: self.reply.public(),
            collect: self.reply.public(),
            log: self.reply.public(),
            witnesses: Vec::new(),
            addresses: Vec::new(),
        };
        let mut signed = SignedList::unsigned(list).unwrap();
        for root in &self.roots[..3] {
            let signature = root.sign(Purpose::KeyList, signed.to_sign());
            signed.add(&root.public(), signature);
        }
        signed
    }

    pub(crate) fn first_list(&self, today: Day) -> (Vec<u8>, Hash) {
        let list = self.list(today);
        (list.encode(), list.digest())
    }
}
