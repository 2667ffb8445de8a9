//! Which word of one name is which of the other, and what it weighs. Works on fixed arrays; allocates nothing. Pure.

use super::table::{is_any_form, is_nonprofit};
use super::tokens::{MOST_TOKENS, Role, Token};
use super::{Kind, Prepared};
use crate::link::name::code::{Code, nearest};
use crate::link::name::read::MOST_SOUNDS;
use crate::weight::Weight;

/// Lines of one comparison.
pub const MOST_PAIRINGS: usize = 3 * MOST_TOKENS + 1;

/// How two words stand to each other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum How {
    /// One word, in any language or way of writing numbers.
    #[default]
    Same,
    /// Sounding alike.
    Sound,
    /// Written together in one and apart in the other.
    Joined,
    /// The first letters of the words of the other.
    Abbreviation,
    /// They cannot both be true.
    Contradiction,
    /// The other name lacks it.
    Missing,
    /// Other legal forms.
    LegalForm,
}

impl How {
    /// How they stand to each other, in a few words.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            How::Same => "one word",
            How::Sound => "sounds alike",
            How::Joined => "written together",
            How::Abbreviation => "abbreviation",
            How::Contradiction => "contradicts",
            How::Missing => "left out",
            How::LegalForm => "another legal form",
        }
    }
}

/// Two words, or one that the other name lacks, with what they weigh.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pairing {
    /// The word of the first name, by its place among [`Prepared::words`].
    pub left: Option<u8>,
    /// The word of the second name.
    pub right: Option<u8>,
    /// How they stand to each other.
    pub how: How,
    /// What this weighs.
    pub weight: Weight,
}

/// What a comparison found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Comparison {
    pairings: [Pairing; MOST_PAIRINGS],
    len: u8,
    /// The sum of all pairings.
    pub weight: Weight,
}

impl Comparison {
    /// The chance that both names are of one body.
    #[must_use]
    pub fn probability(&self) -> f64 {
        self.weight.posterior(super::PRIOR)
    }

    /// Whether the names are taken for the same at the one default threshold.
    #[must_use]
    pub fn is_same(&self) -> bool {
        self.weight >= super::SAME
    }

    /// What the weight is made of.
    #[must_use]
    pub fn pairings(&self) -> &[Pairing] {
        &self.pairings[..usize::from(self.len)]
    }

    pub(super) fn turned(mut self) -> Comparison {
        for pairing in &mut self.pairings[..usize::from(self.len)] {
            (pairing.left, pairing.right) = (pairing.right, pairing.left);
        }
        self
    }

    fn add(&mut self, left: Option<usize>, right: Option<usize>, how: How, weight: Weight) {
        let place = |at: usize| u8::try_from(at).unwrap_or(u8::MAX);
        if let Some(free) = self.pairings.get_mut(usize::from(self.len)) {
            *free = Pairing { left: left.map(place), right: right.map(place), how, weight };
            self.len += 1;
        }
    }
}

/// From here on a word counts in full, up to there not at all.
const FULL: u16 = 860;
const NEUTRAL: u16 = 680;
/// All that agrees counts no more than this where two organisations are compared.
const MOST_FOR: Weight = Weight::from_db(60);
const NUMBERS_CONTRADICT: Weight = Weight::from_db(-40);
const NAMES_CONTRADICT: Weight = Weight::from_db(-36);
const LEVELS_CONTRADICT: Weight = Weight::from_db(-3);
const COUNTS_OTHERS: Weight = Weight::from_db(-6);
const LEGAL_FORMS_MAY_DIFFER: Weight = Weight::from_db(-3);
const LEGAL_FORMS_DIFFER: Weight = Weight::from_db(-20);
const NONPROFIT_OR_NOT: Weight = Weight::from_db(-40);

struct Sides<'a> {
    left: &'a [Token],
    right: &'a [Token],
    left_taken: [bool; MOST_TOKENS],
    right_taken: [bool; MOST_TOKENS],
    found: Comparison,
}

pub(super) fn compare(one: &Prepared, other: &Prepared) -> Comparison {
    let found = Comparison { pairings: [Pairing::default(); MOST_PAIRINGS], len: 0, weight: Weight::NOTHING };
    let mut sides = Sides { left: &one.tokens, right: &other.tokens, left_taken: [false; MOST_TOKENS], right_taken: [false; MOST_TOKENS], found };
    let kind = one.kind.max(other.kind);
    sides.same();
    if kind == Kind::Unit {
        sides.cut_short();
    }
    sides.sounding();
    sides.joined(false);
    sides.joined(true);
    sides.abbreviated(false);
    sides.abbreviated(true);
    sides.counting();
    sides.contradicting(kind);
    sides.lacking(kind);
    if let (Some(a), Some(b)) = (one.legal, other.legal)
        && a != b
    {
        let weight = if is_nonprofit(a) || is_nonprofit(b) {
            NONPROFIT_OR_NOT
        } else if is_any_form(a) || is_any_form(b) {
            LEGAL_FORMS_MAY_DIFFER
        } else {
            LEGAL_FORMS_DIFFER
        };
        sides.found.add(None, None, How::LegalForm, weight);
    }
    let mut found = sides.found;
    let (mut speaks, mut against) = (Weight::NOTHING, Weight::NOTHING);
    for pairing in found.pairings() {
        if pairing.weight > Weight::NOTHING { speaks += pairing.weight } else { against += pairing.weight }
    }
    found.weight = if kind == Kind::Unit { speaks } else { speaks.min(MOST_FOR) } + against;
    found
}

impl Sides<'_> {
    fn same(&mut self) {
        for (row, one) in self.left.iter().enumerate() {
            let meets = self.right.iter().enumerate().find(|(column, other)| !self.right_taken[*column] && one.key == other.key && one.role == other.role);
            if let Some((column, other)) = meets {
                (self.left_taken[row], self.right_taken[column]) = (true, true);
                self.found.add(Some(row), Some(column), How::Same, one.weight.min(other.weight));
            }
        }
    }

    /// The nearest pair of words first.
    fn sounding(&mut self) {
        loop {
            let mut best: Option<(u16, usize, usize)> = None;
            for (row, one) in self.left.iter().enumerate().filter(|(row, one)| !self.left_taken[*row] && !one.codes.is_empty()) {
                for (column, other) in self.right.iter().enumerate().filter(|(column, other)| !self.right_taken[*column] && !other.codes.is_empty()) {
                    let floor = best.map_or(NEUTRAL, |b| b.0);
                    let near = nearest(&one.codes, &other.codes, floor);
                    if near > floor {
                        best = Some((near, row, column));
                    }
                }
            }
            let Some((near, row, column)) = best else { return };
            (self.left_taken[row], self.right_taken[column]) = (true, true);
            let rarity = self.left[row].weight.min(self.right[column].weight);
            self.found.add(Some(row), Some(column), How::Sound, worth(near, rarity));
        }
    }

    fn joined(&mut self, turned: bool) {
        let (whole, pieces) = if turned { (self.right, self.left) } else { (self.left, self.right) };
        for (at, one) in whole.iter().enumerate() {
            for first in 0..pieces.len().saturating_sub(1) {
                let (mine, theirs) = if turned { (&self.right_taken, &self.left_taken) } else { (&self.left_taken, &self.right_taken) };
                if mine[at] || one.codes.is_empty() {
                    break;
                }
                let mut sounds = [0; 3 * MOST_SOUNDS];
                let mut len = 0;
                for last in first..pieces.len().min(first + 3) {
                    let Some(code) = pieces[last].codes.first().filter(|_| !theirs[last]) else { break };
                    sounds[len..len + code.sounds().len()].copy_from_slice(code.sounds());
                    len += code.sounds().len();
                    if last == first {
                        continue;
                    }
                    let near = nearest(&one.codes, &[Code::of(&sounds[..len])], FULL);
                    if near > 0 {
                        let weight = worth(near, one.weight);
                        let (mine, theirs) = if turned { (&mut self.right_taken, &mut self.left_taken) } else { (&mut self.left_taken, &mut self.right_taken) };
                        mine[at] = true;
                        theirs[first..=last].iter_mut().for_each(|taken| *taken = true);
                        let (left, right) = if turned { (first, at) } else { (at, first) };
                        self.found.add(Some(left), Some(right), How::Joined, weight);
                        break;
                    }
                }
            }
        }
    }

    /// A word of two to seven letters that are the first letters of words in a row.
    fn abbreviated(&mut self, turned: bool) {
        let (short, long) = if turned { (self.right, self.left) } else { (self.left, self.right) };
        for (at, one) in short.iter().enumerate() {
            let (mine, theirs) = if turned { (&mut self.right_taken, &mut self.left_taken) } else { (&mut self.left_taken, &mut self.right_taken) };
            let letters = one.text.chars().count();
            if mine[at] || one.role != Role::Name || !(2..=7).contains(&letters) {
                continue;
            }
            for first in 0..long.len() {
                let Some(words) = spelled(one, &long[first..]) else { continue };
                if theirs[first..first + words].iter().filter(|taken| !**taken).count() * 2 < words {
                    continue;
                }
                mine[at] = true;
                let mut weight = Weight::NOTHING;
                for (taken, word) in theirs[first..first + words].iter_mut().zip(&long[first..]) {
                    if !*taken {
                        weight += word.weight;
                    }
                    *taken = true;
                }
                // Chance finds first letters too: each is worth about one in twelve.
                let most = Weight::from_db(i32::try_from(letters).unwrap_or(2) * 11);
                let (left, right) = if turned { (first, at) } else { (at, first) };
                self.found.add(Some(left), Some(right), How::Abbreviation, weight.min(most));
                break;
            }
        }
    }

    /// A word cut short: *Div., Log, Ugh.*
    fn cut_short(&mut self) {
        for (row, one) in self.left.iter().enumerate() {
            for (column, other) in self.right.iter().enumerate() {
                if self.left_taken[row] || self.right_taken[column] || one.codes.is_empty() || other.codes.is_empty() {
                    continue;
                }
                let (short, long) = if one.text.len() < other.text.len() { (one, other) } else { (other, one) };
                if short.text.chars().nth(2).is_some() && long.text.len() > short.text.len() + 1 && long.text.starts_with(&*short.text) {
                    (self.left_taken[row], self.right_taken[column]) = (true, true);
                    let rarity = one.weight.min(other.weight);
                    self.found.add(Some(row), Some(column), How::Abbreviation, Weight::from_hundredths(rarity.hundredths() * 6 / 10));
                }
            }
        }
    }

    /// One number that counts battalions here and brigades there.
    fn counting(&mut self) {
        for at in 0..self.found.pairings().len() {
            let (Some(left), Some(right), How::Same) = (self.found.pairings[at].left, self.found.pairings[at].right, self.found.pairings[at].how) else {
                continue;
            };
            let (one, other) = (&self.left[usize::from(left)], &self.right[usize::from(right)]);
            if one.counts != 0 && other.counts != 0 && one.counts != other.counts {
                self.found.add(Some(usize::from(left)), Some(usize::from(right)), How::Contradiction, COUNTS_OTHERS);
            }
        }
    }

    fn contradicting(&mut self, kind: Kind) {
        for roles in [&[Role::Number, Role::Letter][..], &[Role::Name], &[Role::Level], &[Role::Weak]] {
            for row in 0..self.left.len() {
                let one = &self.left[row];
                if self.left_taken[row] || said_twice(row, self.left, &self.left_taken) || !roles.contains(&one.role) || (kind == Kind::Unit && one.extra) {
                    continue;
                }
                let free = |column: &usize| {
                    let other = &self.right[*column];
                    let passed_over = self.right_taken[*column] || said_twice(*column, self.right, &self.right_taken) || (kind == Kind::Unit && other.extra);
                    roles.contains(&other.role) && !passed_over
                };
                let other = (0..self.right.len()).find(free);
                let Some(column) = other else { break };
                (self.left_taken[row], self.right_taken[column]) = (true, true);
                let least = one.weight.min(self.right[column].weight);
                let weight = match (one.role, kind) {
                    (Role::Number | Role::Letter, _) => NUMBERS_CONTRADICT,
                    (Role::Name, Kind::Organisation | Kind::Place) => NAMES_CONTRADICT,
                    (Role::Name, Kind::Unit) => Weight::from_hundredths(-least.hundredths() / 2),
                    (Role::Level | Role::Weak, Kind::Unit | Kind::Place) => LEVELS_CONTRADICT,
                    (Role::Level | Role::Weak, Kind::Organisation) => Weight::from_hundredths(NAMES_CONTRADICT.hundredths()),
                };
                self.found.add(Some(row), Some(column), How::Contradiction, weight);
            }
        }
    }

    fn lacking(&mut self, kind: Kind) {
        let cost = |at: usize, side: &[Token], taken: &[bool]| {
            let token = &side[at];
            let share = match (kind, token.role) {
                _ if said_twice(at, side, taken) => 0,
                (Kind::Organisation, _) if token.extra => 10,
                (_, Role::Level | Role::Weak) if token.extra => 10,
                (Kind::Unit | Kind::Place, _) if token.extra => 25,
                (Kind::Unit | Kind::Place, Role::Level | Role::Weak) => 20,
                (Kind::Unit | Kind::Place, _) => 30,
                // A fund, branch or school with a number is not the one without.
                (Kind::Organisation, Role::Number) => 200,
                (Kind::Organisation, Role::Level | Role::Weak) => 60,
                (Kind::Organisation, _) => 90,
            };
            Weight::from_hundredths(-token.weight.hundredths() * share / 100)
        };
        for row in (0..self.left.len()).filter(|row| !self.left_taken[*row]) {
            self.found.add(Some(row), None, How::Missing, cost(row, self.left, &self.left_taken));
        }
        for column in (0..self.right.len()).filter(|column| !self.right_taken[*column]) {
            self.found.add(None, Some(column), How::Missing, cost(column, self.right, &self.right_taken));
        }
    }
}

/// How many words in a row, from the first on, have first letters that spell this one.
fn spelled(short: &Token, row: &[Token]) -> Option<usize> {
    let mut letters = short.letters().peekable();
    for (at, word) in row.iter().enumerate() {
        for initial in word.initials.iter().take_while(|initial| **initial != 0) {
            if letters.next() != Some(*initial) {
                return None;
            }
        }
        if letters.peek().is_none() {
            return Some(at + 1);
        }
    }
    None
}

/// A word that the same name says again has matched already.
fn said_twice(at: usize, side: &[Token], taken: &[bool]) -> bool {
    side.iter().zip(taken).any(|(other, taken)| *taken && other.key == side[at].key)
}

fn worth(near: u16, rarity: Weight) -> Weight {
    let counted = i32::from(near.min(FULL).saturating_sub(NEUTRAL));
    // A spelling that differs is never worth as much as the same one.
    Weight::from_hundredths(rarity.hundredths() * counted / i32::from(FULL - NEUTRAL) * i32::from(near.min(980) + 1000) / 2000)
}
