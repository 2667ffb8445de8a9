//! Which part of one name is which of the other, and what it weighs.
//!
//! The heaviest agreeing pair is taken first, then the next among what is left. What is left on both sides contradicts; what is left on one side was
//! left out, which costs little. Works on fixed arrays; allocates nothing. Pure.

use super::code::{Code, nearest};
use super::part::{MOST_PARTS, Part, Role, Turn};
use super::read::MOST_SOUNDS;
use super::table::Sex;
use crate::link::comparison;
use crate::weight::Weight;

/// Lines of one comparison.
pub const MOST_PAIRINGS: usize = 2 * MOST_PARTS + 1;

/// How two parts stand to each other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum How {
    /// Spelled or sounding alike.
    #[default]
    Sound,
    /// One given name in two languages, or one father.
    SameName,
    /// One is a short form of the other.
    ShortForm,
    /// An initial of the other.
    Initial,
    /// Two words in one spelling are one word in the other.
    Joined,
    /// They contradict each other.
    Contradiction,
    /// The other name lacks it.
    Missing,
    /// It repeats a part, or is another spelling: costs nothing.
    Repeated,
}

impl How {
    /// How they stand to each other, in a few words.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            How::Sound => "sounds",
            How::SameName => "same name",
            How::ShortForm => "short form",
            How::Initial => "initial",
            How::Joined => "written together",
            How::Contradiction => "contradicts",
            How::Missing => "left out",
            How::Repeated => "repeats, costs nothing",
        }
    }
}

/// Two parts, or one that the other name lacks, with what they weigh.
pub type Pairing = comparison::Pairing<How>;

/// What comparing the names of two persons found.
pub type Comparison = comparison::Comparison<How, MOST_PAIRINGS>;

// What is given for how near two parts sound; found on the halves of the public lists that were looked at, in round numbers.
/// From here on a part counts in full.
const FULL: u16 = 930;
/// Up to here it counts nothing; below, it begins to contradict.
const NEUTRAL: u16 = 660;
/// From here down it contradicts in full.
const FAR: u16 = 560;
/// A part this like another repeats it.
const REPEATS: u16 = 950;

/// All that agrees counts no more than this.
const MOST_FOR: Weight = Weight::from_db(60);

/// Two names, or two fathers, that are not one.
const CONTRADICTION: i32 = -4000;
const FATHERS_CONTRADICT: i32 = -3600;
const SEX_CONTRADICTS: i32 = -4000;
const INITIALS_CONTRADICT: i32 = -3600;
/// A part that the other name lacks.
const NAME_MISSING: i32 = -600;
const ALL_NAMES_MISSING: i32 = -1200;
const FATHER_MISSING: i32 = -100;
const INITIAL_MISSING: i32 = -50;

#[derive(Clone, Copy, Default)]
struct Match {
    weight: Weight,
    nearness: u16,
    how: How,
}

impl Match {
    fn at(self, left: Option<usize>, right: Option<usize>, found: &mut Comparison) {
        found.add(left, right, self.how, self.nearness, self.weight);
    }
}

/// Compares the parts of two names.
pub(super) fn compare(left: &[Part], right: &[Part]) -> Comparison {
    let mut found = Comparison::nothing();
    let mut table = [[Match::default(); MOST_PARTS]; MOST_PARTS];
    for (row, one) in table.iter_mut().zip(left) {
        for (place, other) in row.iter_mut().zip(right) {
            *place = pair(one, other);
        }
    }
    let mut taken = Taken::default();
    while let Some((row, column)) = heaviest(&table, &taken, left.len(), right.len()) {
        taken.take(row, column);
        table[row][column].at(Some(row), Some(column), &mut found);
    }
    join(left, right, &mut taken, &mut found, false);
    join(right, left, &mut taken, &mut found, true);
    contradict(left, right, &table, &mut taken, &mut found);
    lack(left, right, &table, &taken, &mut found);
    sexes(left, right, &mut found);
    // Brothers and namesakes share more than chance.
    found.total(Some(MOST_FOR));
    found
}

/// One says a woman and the other a man, by father's or family name.
fn sexes(left: &[Part], right: &[Part], found: &mut Comparison) {
    let matched = found.pairings().iter().find_map(|pairing| {
        let (row, column) = (usize::from(pairing.left?), usize::from(pairing.right?));
        (pairing.weight > Weight::NOTHING && left[row].role == Role::Patronymic && opposite(left[row].sex, right[column].sex)).then_some((row, column))
    });
    if let Some((row, column)) = matched {
        let weight = Weight::from_hundredths(SEX_CONTRADICTS);
        Match { weight, nearness: 0, how: How::Contradiction }.at(Some(row), Some(column), found);
    }
}

#[derive(Default)]
struct Taken {
    left: [bool; MOST_PARTS],
    right: [bool; MOST_PARTS],
}

impl Taken {
    fn take(&mut self, row: usize, column: usize) {
        self.left[row] = true;
        self.right[column] = true;
    }
}

/// The heaviest agreeing pair of parts not yet taken; of equals the nearer, then the first.
fn heaviest(table: &[[Match; MOST_PARTS]; MOST_PARTS], taken: &Taken, rows: usize, columns: usize) -> Option<(usize, usize)> {
    let mut best = None;
    let mut top = (Weight::NOTHING, 0);
    for (row, places) in table.iter().enumerate().take(rows).filter(|(row, _)| !taken.left[*row]) {
        for (column, place) in places.iter().enumerate().take(columns).filter(|(column, _)| !taken.right[*column]) {
            if place.weight > Weight::NOTHING && (place.weight, place.nearness) > top {
                (top, best) = ((place.weight, place.nearness), Some((row, column)));
            }
        }
    }
    best
}

/// What two parts say by themselves; no weight where they do not agree.
fn pair(one: &Part, other: &Part) -> Match {
    let rarity = one.rarity.min(other.rarity);
    match (one.role, other.role) {
        // Omar bin Abdullah is not Abdullah bin Omar.
        _ if one.with_nasab && other.with_nasab && one.nasab != other.nasab => Match::default(),
        (Role::Initial, _) | (_, Role::Initial) => {
            let meets = one.initials & other.initials != 0 && can_be_initial(one, other) && can_be_initial(other, one);
            if meets { Match { weight: rarity.min(Weight::from_db(8)), nearness: NEUTRAL, how: How::Initial } } else { Match::default() }
        }
        (Role::Patronymic, Role::Patronymic) => known(one, other, rarity).unwrap_or_else(|| fathers(one, other, rarity)),
        (Role::Given, Role::Given) => known(one, other, rarity).unwrap_or_else(|| sounding(&one.codes, &other.codes, rarity)),
        // A father whom the table lacks in one spelling looks like a family name there.
        (Role::Patronymic, Role::Name) if !other.father.is_empty() => fathers(one, other, rarity),
        (Role::Name, Role::Patronymic) if !one.father.is_empty() => fathers(one, other, rarity),
        (Role::Patronymic, _) | (_, Role::Patronymic) => Match::default(),
        _ if one.other_script || other.other_script => same_letters(one, other, rarity),
        _ => sounding(&one.codes, &other.codes, rarity),
    }
}

/// Whether the order of initials lets one of them stand for the other part: *И. П.* is not *Пётр Иванович*.
fn can_be_initial(one: &Part, other: &Part) -> bool {
    match (one.turn, other.turn) {
        (Turn::First, _) if other.role == Role::Patronymic => false,
        (Turn::Later, _) if other.role == Role::Given && other.with_father => false,
        (Turn::First, Turn::Later) | (Turn::Later, Turn::First) => false,
        _ => true,
    }
}

/// What the table of given names says of two names it knows.
fn known(one: &Part, other: &Part, rarity: Weight) -> Option<Match> {
    if !one.classes.any() || !other.classes.any() {
        return None;
    }
    match one.classes.shared(&other.classes) {
        // Александр and Александра.
        Some((_, false)) if one.role == Role::Given && opposite(one.sex, other.sex) => Some(Match::default()),
        Some((_, false)) => Some(Match { weight: rarity, nearness: 1000, how: How::SameName }),
        Some((_, true)) => Some(Match { weight: Weight::from_hundredths(rarity.hundredths() / 2), nearness: FULL, how: How::ShortForm }),
        // A short form of nothing shared may be no given name at all.
        None if one.classes.full[0] == 0 || other.classes.full[0] == 0 => None,
        // Two names that are not one, however alike they sound.
        None => Some(Match::default()),
    }
}

fn opposite(one: Option<Sex>, other: Option<Sex>) -> bool {
    one.zip(other).is_some_and(|(one, other)| one != other)
}

fn same_letters(one: &Part, other: &Part, rarity: Weight) -> Match {
    if one.other_script != other.other_script {
        return Match::default();
    }
    if one.text == other.text {
        return Match { weight: rarity, nearness: 1000, how: How::Sound };
    }
    sounding(&one.codes, &other.codes, rarity)
}

fn sounding(one: &[Code], other: &[Code], rarity: Weight) -> Match {
    let nearness = nearest(one, other, FAR);
    Match { weight: worth(nearness, rarity), nearness, how: How::Sound }
}

/// Fathers are compared by what stands before the ending; a slip in a short one is forgiven if the whole is near.
fn fathers(one: &Part, other: &Part, rarity: Weight) -> Match {
    let whole = nearest(&one.codes, &other.codes, FAR + ENDING).saturating_sub(ENDING);
    let nearness = nearest(&one.father, &other.father, FAR).max(whole);
    Match { weight: worth(nearness, rarity), nearness, how: How::Sound }
}

/// What two patronymics are nearer only by their ending.
const ENDING: u16 = 50;

/// What a part is worth that sounds so near.
fn worth(nearness: u16, rarity: Weight) -> Weight {
    let counted = i32::from(nearness.min(FULL).saturating_sub(NEUTRAL));
    Weight::from_hundredths(rarity.hundredths() * counted / i32::from(FULL - NEUTRAL))
}

/// Finds a part of `whole` that is two neighbours of `pieces`.
fn join(whole: &[Part], pieces: &[Part], taken: &mut Taken, found: &mut Comparison, turned: bool) {
    for (at, part) in whole.iter().enumerate() {
        for (second, two) in pieces.windows(2).enumerate().map(|(first, two)| (first + 1, two)) {
            let (mine, theirs) = if turned { (&taken.right, &taken.left) } else { (&taken.left, &taken.right) };
            if mine[at] || theirs[second] || theirs[second - 1] || part.other_script || two.iter().any(|p| p.other_script || p.role == Role::Initial) {
                continue;
            }
            let mut sounds = [0; 2 * MOST_SOUNDS];
            let (Some(head), Some(tail)) = (two[0].codes.first(), two[1].codes.first()) else { continue };
            let len = head.sounds().len() + tail.sounds().len();
            sounds[..head.sounds().len()].copy_from_slice(head.sounds());
            sounds[head.sounds().len()..len].copy_from_slice(tail.sounds());
            let nearness = nearest(&part.codes, &[Code::of(&sounds[..len])], FULL - 80);
            if nearness == 0 {
                continue;
            }
            let rarity = (two[0].rarity + two[1].rarity).min(part.rarity + Weight::from_db(10));
            let weight = worth(nearness, rarity);
            let match_ = Match { weight, nearness, how: How::Joined };
            let free = Match { how: How::Joined, nearness, ..Match::default() };
            if turned {
                taken.take(second - 1, at);
                taken.left[second] = true;
                match_.at(Some(second - 1), Some(at), found);
                free.at(Some(second), None, found);
            } else {
                taken.take(at, second - 1);
                taken.right[second] = true;
                match_.at(Some(at), Some(second - 1), found);
                free.at(None, Some(second), found);
            }
        }
    }
}

/// Parts that are left on both sides and cannot both be true.
fn contradict(left: &[Part], right: &[Part], table: &[[Match; MOST_PARTS]; MOST_PARTS], taken: &mut Taken, found: &mut Comparison) {
    loop {
        let mut mildest: Option<(usize, usize, Match)> = None;
        for (row, one) in left.iter().enumerate() {
            for (column, other) in right.iter().enumerate() {
                if taken.left[row] || taken.right[column] || one.extra || other.extra {
                    continue;
                }
                let Some(weight) = contradiction(one, other, table[row][column].nearness) else { continue };
                // What repeats another part is not a part of its own.
                if repeats(&table[row][..right.len()]) || repeats_column(table, column, left.len()) {
                    continue;
                }
                let worse = mildest.as_ref().is_some_and(|(_, _, m)| m.weight >= weight);
                if !worse {
                    mildest = Some((row, column, Match { weight, nearness: table[row][column].nearness, how: How::Contradiction }));
                }
            }
        }
        let Some((row, column, match_)) = mildest else { return };
        taken.take(row, column);
        match_.at(Some(row), Some(column), found);
    }
}

fn contradiction(one: &Part, other: &Part, nearness: u16) -> Option<Weight> {
    let full = match (one.role, other.role) {
        (Role::Initial, Role::Initial) | (Role::Initial, _) | (_, Role::Initial) => INITIALS_CONTRADICT,
        (Role::Patronymic, Role::Patronymic) => FATHERS_CONTRADICT,
        (Role::Patronymic, Role::Given) | (Role::Given, Role::Patronymic) => return None,
        (Role::Patronymic, _) | (_, Role::Patronymic) => return None,
        _ => CONTRADICTION,
    };
    let far = i32::from(NEUTRAL.saturating_sub(nearness.max(FAR)));
    Some(Weight::from_hundredths(full * far / i32::from(NEUTRAL - FAR)))
}

fn repeats(row: &[Match]) -> bool {
    row.iter().any(|m| m.nearness >= REPEATS)
}

fn repeats_column(table: &[[Match; MOST_PARTS]; MOST_PARTS], column: usize, rows: usize) -> bool {
    table[..rows].iter().any(|row| row[column].nearness >= REPEATS)
}

/// Parts that one name has and the other lacks.
fn lack(left: &[Part], right: &[Part], table: &[[Match; MOST_PARTS]; MOST_PARTS], taken: &Taken, found: &mut Comparison) {
    let matched_name = found.pairings().iter().any(|pairing| {
        let is_name = |part: &Part| part.role == Role::Name;
        pairing.weight > Weight::NOTHING
            && (pairing.left.is_some_and(|at| is_name(&left[usize::from(at)])) || pairing.right.is_some_and(|at| is_name(&right[usize::from(at)])))
    });
    for (at, part) in left.iter().enumerate().filter(|(at, _)| !taken.left[*at]) {
        lacking(part, repeats(&table[at][..right.len()]), matched_name).at(Some(at), None, found);
    }
    for (at, part) in right.iter().enumerate().filter(|(at, _)| !taken.right[*at]) {
        lacking(part, repeats_column(table, at, left.len()), matched_name).at(None, Some(at), found);
    }
}

fn lacking(part: &Part, repeated: bool, matched_name: bool) -> Match {
    if repeated || part.extra {
        return Match { how: How::Repeated, ..Match::default() };
    }
    let cost = match part.role {
        Role::Patronymic => FATHER_MISSING,
        Role::Initial => INITIAL_MISSING,
        Role::Name if !matched_name => ALL_NAMES_MISSING,
        Role::Given | Role::Name => NAME_MISSING,
    };
    Match { weight: Weight::from_hundredths(cost), how: How::Missing, nearness: 0 }
}
