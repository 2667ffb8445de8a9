//! How like two names are.
//!
//! A score for ranking the candidates that share a key with a query, not a verdict on who is who: it knows nothing of how rare a name is. Scores are whole
//! thousandths, so they are the same on every machine. Pure; a few microseconds a pair.

use super::name::{Heard, Part, Role};

/// Parts of two names that are compared with each other.
const MOST_COMPARED: usize = 12;

/// How like two names are, 0 to 1000; see [`Heard::likeness`].
#[must_use]
pub fn name_likeness(query: &Heard, candidate: &Heard) -> u32 {
    query.likeness(candidate)
}

impl Heard {
    /// How like a candidate is to this query, 0 to 1000.
    ///
    /// Each part is paired with the one most like it, in any order. A family name weighs more than a given name, that more than a patronymic, that more
    /// than an initial. What the query has and the candidate lacks costs its weight, a patronymic half; what only the candidate has costs a fifth;
    /// a part that repeats another in a second spelling costs nothing.
    #[must_use]
    pub fn likeness(&self, candidate: &Heard) -> u32 {
        let queried = &self.parts[..self.parts.len().min(MOST_COMPARED)];
        let offered = &candidate.parts[..candidate.parts.len().min(MOST_COMPARED)];
        let mut scores = [[0_u32; MOST_COMPARED]; MOST_COMPARED];
        for (row, one) in scores.iter_mut().zip(queried) {
            for (score, other) in row.iter_mut().zip(offered) {
                *score = one.likeness(other);
            }
        }
        let (mut taken, mut given) = ([false; MOST_COMPARED], [false; MOST_COMPARED]);
        let (mut sum, mut weight) = (0, 0);
        while let Some((row, column)) = best(&scores, &taken, &given) {
            (taken[row], given[column]) = (true, true);
            let heavier = queried[row].weight().max(offered[column].weight());
            sum += scores[row][column] * heavier;
            weight += heavier;
        }
        // What repeats a part in another spelling (Сергей Жук / Siarhei Zhuk) is not missing.
        let lacking = |score: u32| score < REPEATED;
        for (row, part) in queried.iter().enumerate() {
            if !taken[row] && scores[row].iter().copied().all(lacking) {
                weight += if matches!(part.role, Role::Patronymic(_) | Role::Filial) { part.weight() / 2 } else { part.weight() };
            }
        }
        for (column, part) in offered.iter().enumerate() {
            if !given[column] && scores.iter().all(|row| lacking(row[column])) {
                weight += part.weight() / 5;
            }
        }
        sum.checked_div(weight).unwrap_or(0)
    }
}

/// Parts at least this like are spellings of one another.
const REPEATED: u32 = 900;

/// The most alike pair of parts not yet taken; the first of equals.
fn best(scores: &[[u32; MOST_COMPARED]; MOST_COMPARED], taken: &[bool; MOST_COMPARED], given: &[bool; MOST_COMPARED]) -> Option<(usize, usize)> {
    let mut best = None;
    let mut top = 0;
    for (row, scores) in scores.iter().enumerate().filter(|(row, _)| !taken[*row]) {
        for (column, score) in scores.iter().enumerate().filter(|(column, _)| !given[*column]) {
            if *score > top {
                (top, best) = (*score, Some((row, column)));
            }
        }
    }
    best
}

impl Part {
    fn weight(&self) -> u32 {
        match self.role {
            Role::Family => 40,
            Role::Given(_) => 25,
            Role::Patronymic(_) | Role::Filial => 20,
            Role::Initial(_) => 10,
        }
    }

    /// How like two parts are, 0 to 1000.
    pub(super) fn likeness(&self, other: &Part) -> u32 {
        if self.folded == other.folded {
            return 1000;
        }
        match (self.role, other.role) {
            (Role::Initial(sound), _) => other.starts_with(sound),
            (_, Role::Initial(sound)) => self.starts_with(sound),
            (Role::Given(one), Role::Given(other_given)) if one.class == other_given.class => 970 - self.other_gender(other),
            (Role::Patronymic(one), Role::Patronymic(two)) if one.class == two.class => {
                if one.daughter == two.daughter {
                    970
                } else {
                    850
                }
            }
            // Two names of the table that are not one name are two names, however alike.
            (Role::Given(_), Role::Given(_)) | (Role::Patronymic(_), Role::Patronymic(_)) => self.spelled_like(other) / 2,
            (Role::Given(_), Role::Patronymic(_)) | (Role::Patronymic(_), Role::Given(_)) => 0,
            _ => self.spelled_like(other),
        }
    }

    fn starts_with(&self, sound: u8) -> u32 {
        let starts = match self.role {
            Role::Given(given) => given.may_start_with(sound),
            _ => self.sounds.main.as_bytes().first() == Some(&sound),
        };
        if starts { 700 } else { 0 }
    }

    fn spelled_like(&self, other: &Part) -> u32 {
        if self.readings().any(|one| other.readings().any(|two| one == two)) {
            return 960 - self.other_gender(other);
        }
        if self.bones.len() > 1 && self.all_bones().any(|one| other.all_bones().any(|two| one == two)) {
            return 920 - self.other_gender(other);
        }
        let near = nearness(&self.sounds.main, &other.sounds.main).max(nearness(&self.bones, &other.bones));
        // Below half alike is chance.
        if near < 500 { 0 } else { near * 9 / 10 }
    }

    /// A little less like, where one ends as a woman's name and the other does not.
    fn other_gender(&self, other: &Part) -> u32 {
        let ends_in_a = |part: &Part| part.folded.ends_with(['а', 'я', 'a']);
        if ends_in_a(self) == ends_in_a(other) { 0 } else { 15 }
    }
}

/// 1000 less a thousandth for every part of the longer text that must be edited (insert, delete, replace, swap neighbours).
fn nearness(one: &str, other: &str) -> u32 {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let longest = one.len().max(other.len());
    if longest == 0 || longest > MAX_EDITED || one.len().abs_diff(other.len()) * 2 > longest {
        return 0;
    }
    let edits = edits(one, other);
    u32::try_from(1000 - (edits * 1000 / longest).min(1000)).unwrap_or(0)
}

const MAX_EDITED: usize = 63;

/// Optimal string alignment distance (Damerau–Levenshtein without edits of edited pairs); both texts at most [`MAX_EDITED`] long.
fn edits(one: &[u8], other: &[u8]) -> usize {
    // Distances are at most MAX_EDITED, so a byte holds them.
    let mut two_up = [0_u8; MAX_EDITED + 1];
    let mut up = FIRST_ROW;
    for (at, a) in one.iter().enumerate() {
        let mut now = [0_u8; MAX_EDITED + 1];
        now[0] = FIRST_ROW[at + 1];
        for (column, b) in other.iter().enumerate() {
            let mut least = (up[column] + u8::from(a != b)).min(up[column + 1] + 1).min(now[column] + 1);
            if at > 0 && column > 0 && other[column - 1] == *a && one[at - 1] == *b {
                least = least.min(two_up[column - 1] + 1);
            }
            now[column + 1] = least;
        }
        (two_up, up) = (up, now);
    }
    usize::from(up[other.len()])
}

/// The distances from nothing: 0, 1, 2, …
const FIRST_ROW: [u8; MAX_EDITED + 1] = {
    let mut row = [0_u8; MAX_EDITED + 1];
    let mut at = 1;
    while at <= MAX_EDITED {
        row[at] = row[at - 1] + 1;
        at += 1;
    }
    row
};

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use proptest::prelude::*;

    fn likeness(query: &str, candidate: &str) -> u32 {
        name_likeness(&Heard::of(query), &Heard::of(candidate))
    }

    #[test]
    fn a_better_match_is_more_alike() {
        let query = "Мікалай Пятровіч Гарбацэвіч";
        let best_first = [
            "Мікалай Пятровіч Гарбацэвіч",
            "Николай Петрович Горбацевич",
            "Nikolay Gorbatsevich",
            "M. Harbatsevich",
            "Горбацевич Алексей Петрович",
            "Николай Петрович Журавков",
            "Алексей Петрович Журавков",
        ];
        for pair in best_first.windows(2) {
            assert!(likeness(query, pair[0]) > likeness(query, pair[1]), "{pair:?}: {} {}", likeness(query, pair[0]), likeness(query, pair[1]));
        }
        assert_eq!(likeness(query, best_first[0]), 1000);
    }

    #[test]
    fn order_patronymic_initials_and_gender_are_forgiven() {
        for (query, candidate) in [
            ("Горбацевич Николай", "Mikalai Piatrovich HARBATSEVICH"),
            ("М. П. Гарбацэвіч", "Николай Петрович Горбацевич"),
            ("Sviatlana Tsikhanouskaya", "Светлана Георгиевна Тихановская"),
            ("Cichanouska Śviatłana", "Святлана Ціханоўская"),
            ("Hanna Zhuk", "Анна Сергеевна Жук"),
            ("Жураўкоў", "Zhuravkova Olga"),
        ] {
            assert!(likeness(query, candidate) >= 700, "{query}, {candidate}: {}", likeness(query, candidate));
        }
        assert!(likeness("Святлана Ціханоўская", "Светлана Тихановская") > likeness("Святлана Ціханоўская", "Светлана Тихановский"));
    }

    #[test]
    fn two_spellings_in_one_name_are_as_good_as_one() {
        let both = "Вольга Жураўкова / Olga Sergeevna Zhuravkova";
        assert!(likeness(both, "Ольга Сергеевна Журавкова") >= 900);
        assert!(likeness("Ольга Сергеевна Журавкова", both) >= 900);
    }

    #[test]
    fn a_misspelt_family_name_is_still_alike() {
        assert!(likeness("Pavlichenko", "Pavlihcenko") > 700);
        assert!(likeness("Terebov Sergey", "Tserabau Siarhei") > 700);
        assert!(likeness("Jan Novak", "Пётр Харчанка") < 300);
    }

    proptest! {
        #[test]
        fn any_two_texts_can_be_compared(one in any::<String>(), other in "[А-Яа-яA-Za-zіўŭš .'-]{0,60}") {
            prop_assert!(likeness(&one, &other) <= 1000);
            prop_assert!(likeness(&other, &one) <= 1000);
            let heard = Heard::of(&other);
            let own = heard.likeness(&heard);
            prop_assert_eq!(own, if heard.parts.is_empty() { 0 } else { 1000 });
            for bytes in heard.matched_parts(&one) {
                prop_assert!(one.get(bytes).is_some());
            }
        }
    }
}
