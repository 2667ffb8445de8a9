//! Sentences with slots, rendered in four languages with the right plural and gender.
//!
//! A slot is `{name}` for a word, `{name|one|few|many}` for a number with its noun (English: `{name|one|many}`), or `{g|he|she}` for the
//! gender of the person spoken of. Words are given in the one grammatical case that the sentences use them in, so nothing is inflected here.
//! Plural rules: Unicode CLDR 46, cardinal rules of be, ru, uk and en for whole numbers. Does no I/O.

use std::fmt::Write;

use super::rng::Rng;

/// A language of the sentences.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Tongue {
    Be,
    Ru,
    En,
    Uk,
}

impl Tongue {
    /// The language's tag.
    pub(crate) fn tag(self) -> &'static str {
        match self {
            Tongue::Be => "be",
            Tongue::Ru => "ru",
            Tongue::En => "en",
            Tongue::Uk => "uk",
        }
    }

    /// Which of the three forms of a noun goes with a number; English has two.
    fn form(self, n: i64) -> usize {
        match (self, n % 10, n % 100) {
            (Tongue::En, ..) => usize::from(n != 1),
            (_, _, 11..=14) => 2,
            (_, 1, _) => 0,
            (_, 2..=4, _) => 1,
            _ => 2,
        }
    }
}

/// What fills the slots of one incident. Words stay the same through the incident.
#[derive(Debug, Clone)]
pub(crate) struct Slots<'a> {
    pub(crate) tongue: Tongue,
    pub(crate) woman: bool,
    pub(crate) age: i32,
    /// Numbers that title and first sentence share: slots n, m, h and min.
    pub(crate) steady: [i64; 4],
    /// Word of each slot name.
    pub(crate) words: Vec<(&'static str, std::borrow::Cow<'a, str>)>,
}

/// Where the numbers of a sentence come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Numbers {
    /// The incident's own, as its title and first sentence speak of the same thing.
    Steady,
    /// New ones.
    Fresh,
}

/// The numbers of slots n, m, h and min for one incident.
pub(crate) fn steady(rng: &mut Rng) -> [i64; 4] {
    STEADY.map(|name| number(name, 0, rng).unwrap_or(2))
}

const STEADY: [&str; 4] = ["n", "m", "h", "min"];

/// A number for a slot: what a sentence means by it decides how large it may be.
fn number(name: &str, age: i32, rng: &mut Rng) -> Option<i64> {
    // 21 and 31 take a verb in the singular, which the sentences do not have.
    let many = |rng: &mut Rng, low, high| {
        let n = rng.within(low, high);
        if n % 10 == 1 && n != 11 { n + 1 } else { n }
    };
    let n = match name {
        "age" => age,
        "n" => many(rng, 11, 47),
        "m" => rng.within(2, 9),
        "h" => many(rng, 2, 30),
        "k" => many(rng, 3, 59),
        "min" => many(rng, 4, 58),
        "cap" => rng.within(5, 10),
        "crew" => rng.within(4, 9),
        "layers" => rng.within(2, 3),
        "days" => rng.within(3, 15),
        "floor" => rng.within(4, 9),
        "num2" => rng.within(1, 34),
        "num" => rng.within(101, 4980),
        "bus" => rng.within(2, 96),
        "crowd" => rng.within(2, 30) * 100,
        _ => return None,
    };
    Some(i64::from(n))
}

/// A slot that nothing fills.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no word for the slot {{{slot}}}")]
pub(crate) struct NoSlot {
    slot: String,
}

/// The sentence with its slots filled and its first letter large.
pub(crate) fn render(template: &str, slots: &Slots<'_>, numbers: Numbers, rng: &mut Rng) -> Result<String, NoSlot> {
    let mut out = String::with_capacity(template.len() + 64);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let (slot, after) = after.split_once('}').ok_or_else(|| NoSlot { slot: after.to_owned() })?;
        rest = after;
        let mut parts = slot.split('|');
        let name = parts.next().unwrap_or_default();
        if name == "g" {
            out.push_str(parts.nth(usize::from(slots.woman)).unwrap_or_default());
        } else if let Some(drawn) = number(name, slots.age, rng) {
            let own = STEADY.iter().position(|steady| *steady == name).filter(|_| numbers == Numbers::Steady);
            let n = own.map_or(drawn, |at| slots.steady[at]);
            let _ = write!(out, "{n}");
            if let Some(form) = parts.nth(slots.tongue.form(n)) {
                out.push(' ');
                out.push_str(form);
            }
        } else {
            let word = slots.words.iter().find(|(known, _)| *known == name).ok_or_else(|| NoSlot { slot: name.to_owned() })?;
            out.push_str(&word.1);
        }
    }
    out.push_str(rest);
    if slots.tongue == Tongue::Be {
        out = short_u(&out);
    }
    Ok(capital(out))
}

/// Belarusian writes the preposition *у* as *ў* after a vowel, which depends on the word that a slot put before it.
fn short_u(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (nth, word) in text.split(' ').enumerate() {
        if nth > 0 {
            out.push(' ');
        }
        let after_vowel = nth > 0 && out.trim_end().ends_with(['а', 'е', 'ё', 'і', 'о', 'у', 'ы', 'э', 'ю', 'я']);
        out.push_str(match word {
            "у" | "ў" if after_vowel => "ў",
            "у" | "ў" => "у",
            word => word,
        });
    }
    out
}

/// The same text with a large first letter.
pub(crate) fn capital(text: String) -> String {
    match text.chars().next() {
        Some(first) if first.is_lowercase() => first.to_uppercase().chain(text.chars().skip(1)).collect(),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn numbers_take_the_noun_that_goes_with_them() {
        let form = |n| ["дзень", "дні", "дзён"][Tongue::Be.form(n)];
        assert_eq!([1, 2, 5, 11, 12, 21, 24, 111].map(form), ["дзень", "дні", "дзён", "дзён", "дзён", "дзень", "дні", "дзён"]);
        assert_eq!([0, 1, 2, 21].map(|n| Tongue::En.form(n)), [1, 0, 1, 1]);
    }

    #[test]
    fn a_sentence_takes_gender_words_and_a_capital() {
        let slots = Slots { tongue: Tongue::Ru, woman: true, age: 22, steady: [2; 4], words: vec![("who", "учительница".into())] };
        let text = render("{who}, {age|год|года|лет}, {g|стоял|стояла} у двери.", &slots, Numbers::Fresh, &mut Rng::of(1, 0, 0));
        assert_eq!(text.unwrap(), "Учительница, 22 года, стояла у двери.");
    }

    #[test]
    fn the_preposition_is_short_after_a_vowel() {
        assert_eq!(short_u("завезлі у аддзел, потым у камеру"), "завезлі ў аддзел, потым у камеру");
        assert_eq!(short_u("а 15:38 ў двары"), "а 15:38 у двары");
    }

    #[test]
    fn an_unknown_slot_is_an_error() {
        let slots = Slots { tongue: Tongue::En, woman: false, age: 30, steady: [2; 4], words: vec![] };
        assert!(render("at {nowhere}", &slots, Numbers::Fresh, &mut Rng::of(1, 0, 0)).is_err());
    }
}
