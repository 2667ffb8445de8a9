//! Who is to be in a team, and the key list that this makes.
//!
//! Three sizes give the numbers. A plan is refused when a quorum could not work or one person would be two: too few keys, a key twice, and in a medium or
//! large team a custodian who is also a screener, because the two ways into an account would then meet in one person. Does no I/O.

use std::collections::BTreeSet;

use clap::ValueEnum;
use kniha_core::commit::Hash;
use kniha_seal::keyfile::MemberPublic;
use kniha_seal::keylist::{KeyList, ListedQuorum, ListedSlot, Root, Trusted};
use kniha_seal::part::Day;
use kniha_seal::quorum::{CUSTODIANS, LAWYERS, QuorumNo, TEAM, TRIAGE};

use super::desk_keys::DeskKeys;
use super::shape::public_of;
use crate::exit::Failure;

/// Most slots that are drawn for one part (`docs/formats/sealing.md`).
const MOST_DRAWN: usize = 24;
/// Most members of a role: two quorums of screeners, lawyers and custodians have room in a list.
const MOST_MEMBERS: usize = 120;

/// How large a team is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Size {
    /// 3 custodians of whom 2 open, 2 or more screeners, 2 or 3 lawyers
    Small,
    /// 5 custodians of whom 3 open, 5 or more screeners, 3 or more lawyers
    Medium,
    /// 7 custodians of whom 4 open, 9 or more screeners, 5 or more lawyers
    Large,
}

/// The numbers of one role: `k` open, at most `draw` are drawn for a part, from `least` to `most` members.
struct Numbers {
    k: u8,
    draw: usize,
    least: usize,
    most: usize,
}

impl Size {
    fn custodians(self) -> Numbers {
        let (k, n) = match self {
            Size::Small => (2, 3),
            Size::Medium => (3, 5),
            Size::Large => (4, 7),
        };
        Numbers { k, draw: n, least: n, most: n }
    }

    fn screeners(self) -> Numbers {
        let least = match self {
            Size::Small => 2,
            Size::Medium => 5,
            Size::Large => 9,
        };
        Numbers { k: 2, draw: 3, least, most: MOST_MEMBERS }
    }

    fn lawyers(self) -> Numbers {
        match self {
            Size::Small => Numbers { k: 2, draw: 3, least: 2, most: 3 },
            Size::Medium => Numbers { k: 2, draw: MOST_DRAWN, least: 3, most: MOST_MEMBERS },
            Size::Large => Numbers { k: 2, draw: 3, least: 5, most: MOST_MEMBERS },
        }
    }

    fn name(self) -> &'static str {
        match self {
            Size::Small => "small",
            Size::Medium => "medium",
            Size::Large => "large",
        }
    }
}

/// A team as it was asked for.
pub(crate) struct Plan {
    pub(crate) size: Size,
    pub(crate) custodians: Vec<MemberPublic>,
    pub(crate) screeners: Vec<MemberPublic>,
    pub(crate) lawyers: Vec<MemberPublic>,
    /// First day of the list and its keys.
    pub(crate) from: Day,
    /// Last day.
    pub(crate) to: Day,
    /// Where the book is reached.
    pub(crate) addresses: Vec<String>,
}

impl Plan {
    /// Whether such a team can be.
    ///
    /// # Errors
    /// What is wrong and what would be right.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        let size = self.size;
        let roles =
            [("custodian", &self.custodians, size.custodians()), ("screener", &self.screeners, size.screeners()), ("lawyer", &self.lawyers, size.lawyers())];
        for (role, members, numbers) in &roles {
            let (n, Numbers { least, most, .. }) = (members.len(), numbers);
            if n < *least || n > *most {
                let wanted = if least == most {
                    format!("{least}")
                } else if *most == MOST_MEMBERS {
                    format!("at least {least}")
                } else {
                    format!("{least} to {most}")
                };
                return Err(Failure::refused(
                    format!("A {} team has {wanted} {role}s, and there are {n}.", size.name()),
                    format!("Name each with --{role} FILE.pub, or choose another --size."),
                ));
            }
            let mut halves = BTreeSet::new();
            for member in members.iter() {
                if parts(member).iter().any(|part| !halves.insert(part.clone())) {
                    return Err(Failure::refused(
                        format!("One key stands twice among the {role}s (key {}).", member.id()),
                        "One person would be two. Each member makes a key of their own with `kniha keys new`.",
                    ));
                }
            }
        }
        let both = shared(&self.custodians, &self.screeners);
        if size != Size::Small && !both.is_empty() {
            return Err(Failure::refused(
                format!("{} of the custodians would be screeners too (key {}).", both.len(), both[0].id()),
                "The two ways into an account must not meet in one person. Only a small team may do so, and is told what that costs.",
            ));
        }
        if self.from.0.checked_add(366).is_none_or(|last| self.to < self.from || self.to.0 > last) {
            return Err(Failure::usage("A key list holds for 1 to 366 days.", "Write --days 90; a lost or stolen key does harm until the list ends."));
        }
        Ok(())
    }

    /// The list that this plan makes: the first one, or the one after `before`, where members who stay keep their slots.
    pub(crate) fn list(&self, book: [u8; 32], desk: &DeskKeys, before: Option<&Trusted>) -> KeyList {
        let size = self.size;
        let old = before.map(Trusted::list);
        let quorum = |no: QuorumNo, name: &str, members: &[MemberPublic], k: u8, draw: usize| {
            let held = old.and_then(|list| list.quorums.iter().find(|quorum| quorum.no == no));
            let draw = u8::try_from(draw.min(members.len()).min(MOST_DRAWN)).unwrap_or(u8::MAX);
            ListedQuorum { no, name: name.to_owned(), k, draw, slots: self.slots(members, held) }
        };
        let (custodians, screeners, lawyers) = (size.custodians(), size.screeners(), size.lawyers());
        let quorums = vec![
            quorum(TEAM, "team", &self.screeners, screeners.k, screeners.draw),
            quorum(TRIAGE, "triage", &self.screeners, 1, MOST_DRAWN),
            quorum(LAWYERS, "lawyers", &self.lawyers, lawyers.k, lawyers.draw),
            quorum(CUSTODIANS, "custodians", &self.custodians, custodians.k, custodians.draw),
        ];
        // The same order as the slots, so that the same custodians are the same root.
        let root = Root { keys: quorums[3].slots.iter().map(|slot| slot.signing.clone()).collect(), t: custodians.k };
        KeyList {
            book,
            no: old.map_or(1, |list| list.no.saturating_add(1)),
            prev: before.map(|trusted| Hash(trusted.digest().0)),
            from: self.from,
            to: self.to,
            root,
            quorums,
            reply: desk.reply.public(),
            collect: desk.collect.public(),
            log: desk.log.public(),
            witnesses: old.map(|list| list.witnesses.clone()).unwrap_or_default(),
            addresses: self.addresses.clone(),
        }
    }

    fn slots(&self, members: &[MemberPublic], held: Option<&ListedQuorum>) -> Vec<ListedSlot> {
        let place = |member: &MemberPublic| held.and_then(|quorum| quorum.slots.iter().find(|slot| public_of(slot) == *member)).map(|slot| slot.slot);
        let mut free = (1..=u8::MAX).filter(|n| !members.iter().any(|member| place(member) == Some(*n)));
        let mut slots: Vec<ListedSlot> = members
            .iter()
            .filter_map(|member| {
                let slot = place(member).or_else(|| free.next())?;
                Some(ListedSlot { slot, opening: member.opening.clone(), signing: member.signing.clone(), from: self.from, to: self.to })
            })
            .collect();
        slots.sort_by_key(|slot| slot.slot);
        slots
    }
}

/// The three halves of a member's key, any of which makes two members one.
fn parts(member: &MemberPublic) -> [Vec<u8>; 3] {
    let (ed25519, mldsa) = member.signing.bytes().split_at(32);
    [member.opening.to_bytes(), ed25519.to_vec(), mldsa.to_vec()]
}

/// Members of one role who share any half of a key with one of another.
fn shared<'m>(one: &'m [MemberPublic], other: &[MemberPublic]) -> Vec<&'m MemberPublic> {
    let theirs: BTreeSet<Vec<u8>> = other.iter().flat_map(parts).collect();
    one.iter().filter(|member| parts(member).iter().any(|part| theirs.contains(part))).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::super::shape::Shape;
    use super::*;
    use kniha_seal::keyfile::MemberKey;
    use kniha_seal::keylist::SignedList;
    use kniha_seal::sign::Purpose;

    fn keys(n: usize) -> Vec<MemberKey> {
        let mut rng = super::super::rng().unwrap();
        (0..n).map(|_| MemberKey::random(&mut rng)).collect()
    }

    fn plan(size: Size, custodians: &[MemberKey], screeners: &[MemberKey], lawyers: &[MemberKey]) -> Plan {
        let public = |keys: &[MemberKey]| keys.iter().map(MemberKey::public).collect();
        Plan { size, custodians: public(custodians), screeners: public(screeners), lawyers: public(lawyers), from: Day(100), to: Day(189), addresses: vec![] }
    }

    fn desk() -> DeskKeys {
        DeskKeys::make(tempfile::tempdir().unwrap().path(), &mut super::super::rng().unwrap()).unwrap()
    }

    #[test]
    fn every_size_makes_a_list_whose_quorums_work() {
        let k = keys(24);
        for (size, c, s, l, numbers) in [
            (Size::Small, 3, 2, 2, [(2, 2, 2), (1, 2, 2), (2, 2, 2), (2, 3, 3)]),
            (Size::Small, 3, 6, 3, [(2, 3, 6), (1, 6, 6), (2, 3, 3), (2, 3, 3)]),
            (Size::Medium, 5, 5, 4, [(2, 3, 5), (1, 5, 5), (2, 4, 4), (3, 5, 5)]),
            (Size::Large, 7, 9, 5, [(2, 3, 9), (1, 9, 9), (2, 3, 5), (4, 7, 7)]),
        ] {
            let plan = plan(size, &k[..c], &k[7..7 + s], &k[17..17 + l]);
            plan.check().unwrap();
            let list = plan.list([1; 32], &desk(), None);
            let made: Vec<_> = list.quorums.iter().map(|q| (q.k, q.draw, q.slots.len())).collect();
            assert_eq!(made, numbers, "{size:?}");
            Shape::of(&list).unwrap();
            assert_eq!((list.no, list.root.t, list.prev), (1, numbers[3].0, None));
            for no in [TEAM, TRIAGE, LAWYERS, CUSTODIANS] {
                list.quorum(no, Day(150)).unwrap();
            }
        }
    }

    #[test]
    fn a_team_that_is_too_small_or_has_one_person_twice_is_refused() {
        let k = keys(20);
        let refused = |plan: Plan, part: &str| {
            let told = plan.check().unwrap_err().to_string();
            assert!(told.contains(part), "{told}");
        };
        refused(plan(Size::Small, &k[..2], &k[4..6], &k[8..10]), "A small team has 3 custodians, and there are 2");
        refused(plan(Size::Small, &k[..4], &k[4..6], &k[8..10]), "A small team has 3 custodians, and there are 4");
        refused(plan(Size::Small, &k[..3], &k[4..5], &k[8..10]), "at least 2 screeners");
        refused(plan(Size::Small, &k[..3], &k[4..6], &k[8..12]), "2 to 3 lawyers");
        refused(plan(Size::Medium, &k[..5], &k[7..11], &k[12..15]), "at least 5 screeners");
        refused(plan(Size::Large, &k[..7], &k[7..15], &k[15..20]), "at least 9 screeners");
        let twice = [k[0].clone(), k[1].clone(), k[0].clone()];
        refused(plan(Size::Small, &twice, &k[4..6], &k[8..10]), "twice among the custodians");
        // One half shared is one person too.
        let mut half = plan(Size::Small, &k[..3], &k[4..7], &k[8..10]);
        half.screeners[2].signing = half.screeners[0].signing.clone();
        refused(half, "twice among the screeners");
        refused(plan(Size::Medium, &k[..5], &k[4..9], &k[12..15]), "1 of the custodians would be screeners too");
        plan(Size::Small, &k[..3], &k[1..3], &k[8..10]).check().unwrap();
        for (from, to) in [(Day(100), Day(99)), (Day(100), Day(467)), (Day(u32::MAX), Day(u32::MAX))] {
            refused(Plan { from, to, ..plan(Size::Small, &k[..3], &k[4..6], &k[8..10]) }, "1 to 366 days");
        }
    }

    #[test]
    fn who_stays_keeps_the_slot_and_the_same_custodians_are_the_same_root() {
        let k = keys(14);
        let first = plan(Size::Small, &k[..3], &k[4..7], &k[8..10]);
        let desk = desk();
        let mut signed = SignedList::unsigned(first.list([1; 32], &desk, None)).unwrap();
        for key in &k[..2] {
            let signature = key.signing().sign(Purpose::KeyList, signed.to_sign());
            signed.add(&key.signing().public(), signature);
        }
        let trusted = Trusted::first(&signed, &signed.digest()).unwrap();
        // The first screener goes, a new one comes, the custodians are named in another order.
        let custodians = [k[2].clone(), k[0].clone(), k[1].clone()];
        let list = plan(Size::Small, &custodians, &[k[12].clone(), k[6].clone(), k[5].clone()], &k[8..10]).list([1; 32], &desk, Some(&trusted));
        assert_eq!((list.no, list.prev), (2, Some(*trusted.digest())));
        assert_eq!(list.root, trusted.list().root);
        let slots: Vec<_> = list.quorums[0].slots.iter().map(|slot| (slot.slot, public_of(slot))).collect();
        assert_eq!(slots, [(1, k[12].public()), (2, k[5].public()), (3, k[6].public())]);
    }
}
