//! Which word of one name is which of the other, and what it weighs. Works on fixed arrays; allocates nothing. Pure.

use super::table::{is_any_form, is_nonprofit};
use super::tokens::{MOST_TOKENS, Role, Token};
use super::{Kind, Prepared};
use crate::link::comparison;
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
pub type Pairing = comparison::Pairing<How>;

/// What comparing two names of bodies or places found.
pub type Comparison = comparison::Comparison<How, MOST_PAIRINGS>;

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
    let mut sides =
        Sides { left: &one.tokens, right: &other.tokens, left_taken: [false; MOST_TOKENS], right_taken: [false; MOST_TOKENS], found: Comparison::nothing() };
    let kind = one.kind.max(other.kind);
    sides.same();
    sides.joined(false);
    sides.joined(true);
    if kind == Kind::Unit {
        sides.cut_short();
    }
    sides.sounding();
    sides.abbreviated(false);
    sides.abbreviated(true);
    sides.syllables(false);
    sides.syllables(true);
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
        sides.found.add(None, None, How::LegalForm, 0, weight);
    }
    sides.found.total((kind != Kind::Unit).then_some(MOST_FOR));
    sides.found
}

impl Sides<'_> {
    fn same(&mut self) {
        for (row, one) in self.left.iter().enumerate() {
            let meets = self.right.iter().enumerate().find(|(column, other)| !self.right_taken[*column] && one.key == other.key && one.role == other.role);
            if let Some((column, other)) = meets {
                (self.left_taken[row], self.right_taken[column]) = (true, true);
                self.found.add(Some(row), Some(column), How::Same, 0, one.weight.min(other.weight));
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
            self.found.add(Some(row), Some(column), How::Sound, near, worth(near, rarity));
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
                        self.found.add(Some(left), Some(right), How::Joined, near, weight);
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
                self.found.add(Some(left), Some(right), How::Abbreviation, 0, weight.min(most));
                break;
            }
        }
    }

    /// A word of the first syllables of the other name's words: *MOPOL* is mobile police, *облисполком* a regional executive committee.
    fn syllables(&mut self, turned: bool) {
        let (short, long) = if turned { (self.right, self.left) } else { (self.left, self.right) };
        for (at, one) in short.iter().enumerate() {
            let (mine, theirs) = if turned { (&mut self.right_taken, &mut self.left_taken) } else { (&mut self.left_taken, &mut self.right_taken) };
            if mine[at] || one.role != Role::Name {
                continue;
            }
            let Some(pieces) = begun(one, long, theirs) else { continue };
            let (mut weight, mut first) = (Weight::NOTHING, None);
            for (place, letters) in pieces.iter().enumerate().filter(|(_, letters)| **letters > 0) {
                first = first.or(Some(place));
                theirs[place] = true;
                // One letter in twelve agrees by chance; any word may come next, so that its first letter tells nothing.
                weight += long[place].weight.min(Weight::from_db(i32::from(letters - 1) * 11));
            }
            mine[at] = true;
            let (left, right) = if turned { (first, Some(at)) } else { (Some(at), first) };
            self.found.add(left, right, How::Abbreviation, 0, weight);
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
                // TAC is tactical air command, not tactical anything.
                let others = if std::ptr::eq(short, one) { self.right } else { self.left };
                if (0..others.len()).any(|first| spelled(short, &others[first..]).is_some()) {
                    continue;
                }
                if short.text.chars().nth(2).is_some() && long.text.len() > short.text.len() + 1 && long.text.starts_with(&*short.text) {
                    (self.left_taken[row], self.right_taken[column]) = (true, true);
                    let rarity = one.weight.min(other.weight);
                    self.found.add(Some(row), Some(column), How::Abbreviation, 0, Weight::from_hundredths(rarity.hundredths() * 6 / 10));
                }
            }
        }
    }

    /// One number that counts battalions here and brigades there.
    fn counting(&mut self) {
        for at in 0..self.found.pairings().len() {
            let (Some(left), Some(right), How::Same) = (self.found.pairings()[at].left, self.found.pairings()[at].right, self.found.pairings()[at].how) else {
                continue;
            };
            let (one, other) = (&self.left[usize::from(left)], &self.right[usize::from(right)]);
            if one.counts != 0 && other.counts != 0 && one.counts != other.counts {
                self.found.add(Some(usize::from(left)), Some(usize::from(right)), How::Contradiction, 0, COUNTS_OTHERS);
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
                self.found.add(Some(row), Some(column), How::Contradiction, 0, weight);
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
            self.found.add(Some(row), None, How::Missing, 0, cost(row, self.left, &self.left_taken));
        }
        for column in (0..self.right.len()).filter(|column| !self.right_taken[*column]) {
            self.found.add(None, Some(column), How::Missing, 0, cost(column, self.right, &self.right_taken));
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

/// Words are tried so often at most, however they repeat each other.
const MOST_STEPS: u32 = 400;

/// How many letters of each free word make up the short one: two and more of two words and more, in any order, since languages differ in it (*Mobile Police,
/// Police Mobile*).
fn begun(short: &Token, row: &[Token], taken: &[bool; MOST_TOKENS]) -> Option<[u8; MOST_TOKENS]> {
    let mut letters = [0; 2 * MOST_TOKENS];
    let mut len = 0;
    for letter in short.letters().filter(|letter| *letter != 0) {
        *letters.get_mut(len)? = letter;
        len += 1;
    }
    let mut beginnings = Beginnings { row, taken, pieces: [0; MOST_TOKENS], steps: 0 };
    let found = beginnings.make(&letters[..len]) && beginnings.pieces.iter().filter(|piece| **piece > 0).count() > 1;
    found.then_some(beginnings.pieces)
}

struct Beginnings<'a> {
    row: &'a [Token],
    taken: &'a [bool; MOST_TOKENS],
    pieces: [u8; MOST_TOKENS],
    steps: u32,
}

impl Beginnings<'_> {
    /// Whether the letters are made of beginnings of words not used so far.
    fn make(&mut self, letters: &[u8]) -> bool {
        if letters.is_empty() {
            return true;
        }
        for (at, word) in self.row.iter().enumerate() {
            self.steps += 1;
            if self.steps > MOST_STEPS || self.taken[at] || self.pieces[at] > 0 || matches!(word.role, Role::Number | Role::Letter) {
                continue;
            }
            let shared = word.letters().filter(|letter| *letter != 0).zip(letters).take_while(|(a, b)| a == *b).count();
            for piece in (2..=shared).rev() {
                self.pieces[at] = u8::try_from(piece).unwrap_or(u8::MAX);
                if self.make(&letters[piece..]) {
                    return true;
                }
            }
            self.pieces[at] = 0;
        }
        false
    }
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
