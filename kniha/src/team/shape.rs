//! What a key list means: who opens what, and in what the team is weak, in plain words. All figures come from the list itself. Does no I/O.
//!
//! With k of d drawn from n, one member is drawn for d/n of all parts; k of them together are all drawn for C(n−k, d−k)/C(n, d); whoever holds n − d + k
//! keys opens every part, because at least k of any d drawn are then among theirs.

use std::collections::BTreeSet;

use kniha_core::lang::Lang;
use kniha_seal::keyfile::MemberPublic;
use kniha_seal::keylist::{KeyList, ListedQuorum, ListedSlot, NoQuorum};
use kniha_seal::quorum::{CUSTODIANS, LAWYERS, QuorumNo, TEAM, TRIAGE};

use super::day;
use crate::exit::sentence;

/// Why a list is not one that this program works with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ShapeError {
    /// Not exactly the quorums team, triage, lawyers, custodians.
    #[error("it does not have the quorums 1 to 4 and no others")]
    Quorums,
    /// A quorum could not open anything on the first or on the last day.
    #[error("one of its quorums could not work")]
    Works(#[source] NoQuorum),
    /// Whoever signs the next list is not who the quorum of custodians is.
    #[error("those who sign the next list are not its custodians, or another number of them is needed")]
    Root,
    /// Triage cards go to others than the screeners, or more than one is needed.
    #[error("triage cards would not be opened by any one of the screeners")]
    Triage,
    /// One key opens what two people should, though the custodians are not as few as in a small team.
    #[error("somebody is custodian and screener at once in a team that is not small")]
    Both,
}

/// The four quorums of a list.
#[derive(Debug)]
pub struct Shape<'l> {
    list: &'l KeyList,
    team: &'l ListedQuorum,
    triage: &'l ListedQuorum,
    lawyers: &'l ListedQuorum,
    custodians: &'l ListedQuorum,
}

/// Custodians of a small team; only there may one of them be a screener.
const SMALL_CUSTODIANS: usize = 3;

impl<'l> Shape<'l> {
    /// The shape of a list that this program could have drafted.
    ///
    /// # Errors
    /// [`ShapeError`] says what is odd. Such a list is neither signed nor published.
    pub fn of(list: &'l KeyList) -> Result<Shape<'l>, ShapeError> {
        let [team, triage, lawyers, custodians] = list.quorums.as_slice() else { return Err(ShapeError::Quorums) };
        if [team, triage, lawyers, custodians].map(|quorum| quorum.no) != [TEAM, TRIAGE, LAWYERS, CUSTODIANS] {
            return Err(ShapeError::Quorums);
        }
        for no in [TEAM, TRIAGE, LAWYERS, CUSTODIANS] {
            for day in [list.from, list.to] {
                list.quorum(no, day).map_err(ShapeError::Works)?;
            }
        }
        if !custodians.slots.iter().map(|slot| &slot.signing).eq(&list.root.keys)
            || custodians.k != list.root.t
            || usize::from(custodians.draw) != custodians.slots.len()
        {
            return Err(ShapeError::Root);
        }
        if triage.slots != team.slots || triage.k != 1 {
            return Err(ShapeError::Triage);
        }
        let shape = Shape { list, team, triage, lawyers, custodians };
        if custodians.slots.len() > SMALL_CUSTODIANS && shape.both(custodians, team) > 0 {
            return Err(ShapeError::Both);
        }
        Ok(shape)
    }

    /// The member with this key among the custodians.
    pub(crate) fn custodian(&self, fingerprint: &kniha_core::commit::Hash) -> Option<MemberPublic> {
        self.custodians.slots.iter().map(public_of).find(|member| member.fingerprint() == *fingerprint)
    }

    /// Number, days and who opens what.
    pub(crate) fn who_opens(&self) -> Vec<String> {
        let (team, custodians) = (drawn(self.team, "screeners"), drawn(self.custodians, "custodians"));
        vec![
            format!("What comes through the team's door: {team}; or {custodians}."),
            format!("Triage cards (a few words each: urgent, language, topics): {}.", drawn(self.triage, "screeners")),
            format!("What comes through the lawyers' door: {}; or {custodians}.", drawn(self.lawyers, "lawyers")),
            format!("What sources say of their own acts: {}, nobody else.", drawn(self.lawyers, "lawyers")),
            format!("How to reach a source: {custodians}, nobody else."),
            format!("The next key list: {} of these {} custodians sign it.", self.custodians.k, self.custodians.slots.len()),
        ]
    }

    /// In what a team with these numbers is weak.
    pub(crate) fn weaknesses(&self) -> Vec<String> {
        let (screeners, lawyers, custodians) = (Numbers::of(self.team), Numbers::of(self.lawyers), Numbers::of(self.custodians));
        let mut told = vec![
            format!(
                "Arrests: {} custodians who are made to help open every account and every contact of a source; {} screeners open every account; {} lawyers open all that sources said of their own acts.",
                custodians.k,
                screeners.all(),
                lawyers.all()
            ),
            format!(
                "One infiltrator among the screeners takes part in at most {} of the accounts ({} of {}){}, and reads {} of the triage cards.",
                percent(screeners.one()),
                screeners.d,
                screeners.n,
                if screeners.k > 1 { " and alone opens none" } else { " and opens them ALONE" },
                percent(Numbers::of(self.triage).one()),
            ),
            format!("{} infiltrators among the screeners open {} of the accounts together.", screeners.k, percent(screeners.together())),
            if screeners.d > screeners.k {
                format!("A screener who loses the key: nothing is lost, the others who were drawn still open ({} of {}).", screeners.k, screeners.d - 1)
            } else {
                format!(
                    "A screener who loses the key: the accounts drawn to them ({}) then open only with {} custodians.",
                    percent(screeners.one()),
                    custodians.k
                )
            },
            if lawyers.d > lawyers.k {
                format!(
                    "A lawyer who loses the key: nothing is lost. If {} lose it, what sources said of their own acts to them is lost for good.",
                    lawyers.d - lawyers.k + 1
                )
            } else {
                format!(
                    "A lawyer who loses the key: what sources said of their own acts in the parts drawn to them ({}) is LOST for good; nobody else can open it.",
                    percent(lawyers.one())
                )
            },
            format!(
                "Custodians: {} may lose the key. With {} lost, contacts are lost for good and no next key list can ever be signed: the book must begin anew.",
                custodians.n - custodians.k,
                custodians.n - custodians.k + 1
            ),
        ];
        for (one, other, text) in [
            (self.custodians, self.team, "custodian and screener: one arrest takes two of the keys above"),
            (self.custodians, self.lawyers, "custodian and lawyer: one arrest takes two of the keys above"),
            (self.team, self.lawyers, "screener and lawyer: who chooses the lawyers' door does so to keep it from screeners"),
        ] {
            let both = self.both(one, other);
            if both > 0 {
                told.push(format!("{both} {} at once {text}.", if both == 1 { "member is" } else { "members are" }));
            }
        }
        told
    }

    /// What is other than in the list before.
    pub(crate) fn changes(&self, before: &Shape<'_>, lang: Lang) -> Vec<String> {
        let mut told = Vec::new();
        for (now, then) in [(self.custodians, before.custodians), (self.team, before.team), (self.lawyers, before.lawyers)] {
            let name = name(now.no);
            let members = |quorum: &ListedQuorum| quorum.slots.iter().map(public_of).collect::<Vec<_>>();
            let (ours, theirs) = (members(now), members(then));
            for gone in theirs.iter().filter(|member| !ours.contains(member)) {
                told.push(format!("No longer among the {name}: key {}, {}.", gone.id(), gone.spoken(lang).join(" ")));
            }
            for new in ours.iter().filter(|member| !theirs.contains(member)) {
                told.push(format!("NEW among the {name}: key {}, {}.", new.id(), new.spoken(lang).join(" ")));
            }
            if (now.k, now.draw) != (then.k, then.draw) {
                told.push(format!("Of the {name} {} of {} drawn open, before {} of {}.", now.k, now.draw, then.k, then.draw));
            }
        }
        let (now, then) = (self.list, before.list);
        for (is, was, what) in [
            (&now.reply, &then.reply, "answers to sources"),
            (&now.collect, &then.collect, "what the desk asks of the portal"),
            (&now.log, &then.log, "the log"),
        ] {
            if is != was {
                told.push(format!("The desk signs {what} with ANOTHER key."));
            }
        }
        for (is, was, what) in [(&now.addresses, &then.addresses, "Addresses"), (&now.witnesses, &then.witnesses, "Witnesses")] {
            if is != was {
                told.push(format!("{what}: {}; before: {}.", listed(is), listed(was)));
            }
        }
        if told.is_empty() {
            told.push("Only the number and the days.".to_owned());
        }
        told
    }

    /// Every member, with the words that the member can confirm on the telephone.
    pub(crate) fn members(&self, lang: Lang) -> Vec<String> {
        let mut told = Vec::new();
        for quorum in [self.custodians, self.team, self.lawyers] {
            told.push(format!("{}:", sentence(name(quorum.no))));
            for slot in &quorum.slots {
                let member = public_of(slot);
                told.push(format!("  {:>3}  key {}  {}", slot.slot, member.id(), member.spoken(lang).join(" ")));
            }
        }
        told
    }

    /// First and last day, and where the book is reached.
    pub(crate) fn days(&self) -> String {
        format!("from {} to {}", day::text(self.list.from), day::text(self.list.to))
    }

    /// Addresses on one line.
    pub(crate) fn addresses(&self) -> String {
        listed(&self.list.addresses)
    }

    fn both(&self, one: &ListedQuorum, other: &ListedQuorum) -> usize {
        let halves = |slot: &ListedSlot| [slot.opening.to_bytes(), slot.signing.bytes()[..32].to_vec(), slot.signing.bytes()[32..].to_vec()];
        let theirs: BTreeSet<Vec<u8>> = other.slots.iter().flat_map(halves).collect();
        one.slots.iter().filter(|slot| halves(slot).iter().any(|half| theirs.contains(half))).count()
    }
}

/// The member in a slot.
pub(crate) fn public_of(slot: &ListedSlot) -> MemberPublic {
    MemberPublic { opening: slot.opening.clone(), signing: slot.signing.clone() }
}

/// `k` of `d` drawn from `n`.
struct Numbers {
    k: usize,
    d: usize,
    n: usize,
}

impl Numbers {
    fn of(quorum: &ListedQuorum) -> Numbers {
        Numbers { k: quorum.k.into(), d: quorum.draw.into(), n: quorum.slots.len() }
    }

    /// How many keys open everything.
    fn all(&self) -> usize {
        self.n - self.d + self.k
    }

    /// The share of parts that one member is drawn for.
    fn one(&self) -> f64 {
        self.d as f64 / self.n as f64
    }

    /// The share of parts that k members open together.
    fn together(&self) -> f64 {
        (0..self.k).map(|i| (self.d - i) as f64 / (self.n - i) as f64).product()
    }
}

fn drawn(quorum: &ListedQuorum, who: &str) -> String {
    let (k, d, n) = (quorum.k, usize::from(quorum.draw), quorum.slots.len());
    let needed = if k == 1 { "any one".to_owned() } else { format!("{k} together") };
    if d == n { format!("{needed} of the {n} {who}") } else { format!("{needed} of {d} {who}, who are drawn from {n} anew each time") }
}

fn name(no: QuorumNo) -> &'static str {
    match no {
        CUSTODIANS => "custodians",
        LAWYERS => "lawyers",
        _ => "screeners",
    }
}

fn percent(share: f64) -> String {
    let percent = 100.0 * share;
    if percent.fract().abs() < 0.05 { format!("{percent:.0} %") } else { format!("{percent:.1} %") }
}

fn listed(names: &[String]) -> String {
    if names.is_empty() { "none".to_owned() } else { names.iter().map(|name| crate::say::visible(name)).collect::<Vec<_>>().join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every draw counted, for all small numbers.
    #[test]
    fn the_shares_are_those_of_counting_every_draw() {
        for n in 1..8usize {
            for d in 1..=n {
                for k in 1..=d {
                    let draws: Vec<u32> = (0u32..1 << n).filter(|draw| draw.count_ones() as usize == d).collect();
                    let share =
                        |held: u32, least: usize| draws.iter().filter(|draw| (*draw & held).count_ones() as usize >= least).count() as f64 / draws.len() as f64;
                    let numbers = Numbers { k, d, n };
                    assert!((numbers.one() - share(1, 1)).abs() < 1e-9);
                    assert!((numbers.together() - share((1 << k) - 1, k)).abs() < 1e-9, "{k} of {d} of {n}");
                    let all = numbers.all();
                    assert!((share((1 << all) - 1, k) - 1.0).abs() < 1e-9 && share((1 << (all - 1)) - 1, k) < 1.0, "{k} of {d} of {n}");
                }
            }
        }
    }
}
