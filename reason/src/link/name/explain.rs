//! Why two names were found alike: a line for every pair of parts, with the rules that bent one spelling into the other. Pure.

use std::fmt;

use super::align::{Comparison, How, Pairing};
use super::code::Code;
use super::part::{Part, Role};
use super::sound::{Rule, WRITTEN};
use super::table;
use crate::weight::Weight;

/// One line of an explanation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The part of the first name, as it is compared.
    pub left: Option<String>,
    /// The part of the second name.
    pub right: Option<String>,
    /// How they stand to each other.
    pub how: How,
    /// How near they sound, 0 to 1000.
    pub nearness: u16,
    /// What one would weigh if it agreed in full.
    pub rarity: Weight,
    /// What it weighs.
    pub weight: Weight,
    /// The rules that turn one spelling into the other, with what each costs in hundredths of a letter.
    pub rules: Vec<(Rule, u8)>,
    /// The sounds compared, or the name in common.
    pub sounds: String,
}

/// All lines of a comparison.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    /// A line for every pair of parts.
    pub lines: Vec<Line>,
    /// The sum of their weights.
    pub weight: Weight,
    /// The chance that both are one person.
    pub probability: f64,
    /// Whether they are taken for the same.
    pub same: bool,
}

pub(super) fn explain(left: &[Part], right: &[Part], found: &Comparison) -> Explanation {
    let lines = found.pairings().iter().map(|pairing| line(left, right, pairing)).collect();
    Explanation { lines, weight: found.weight, probability: found.probability(), same: found.is_same() }
}

fn line(left: &[Part], right: &[Part], pairing: &Pairing) -> Line {
    let one = pairing.left.and_then(|at| left.get(usize::from(at)));
    let other = pairing.right.and_then(|at| right.get(usize::from(at)));
    let (mut rules, mut sounds) = (Vec::new(), String::new());
    if let (Some(one), Some(other)) = (one, other) {
        match pairing.how {
            How::SameName | How::ShortForm => {
                sounds = one.classes.shared(&other.classes).map(|(class, _)| table::form(class).to_owned()).unwrap_or_default();
            }
            How::Sound | How::Contradiction => {
                let fathers = one.role == Role::Patronymic || other.role == Role::Patronymic;
                let codes = |part: &'_ Part| -> Vec<Code> { if fathers && !part.father.is_empty() { part.father.to_vec() } else { part.codes.to_vec() } };
                let (a, b) = (codes(one), codes(other));
                let pairs = a.iter().flat_map(|a| b.iter().map(move |b| (a, b)));
                if let Some((a, b)) = pairs.max_by_key(|(a, b)| a.nearness(b, 0)) {
                    rules = if pairing.how == How::Sound { a.rules(b) } else { Vec::new() };
                    sounds = format!("{} ~ {}", spell(a), spell(b));
                }
            }
            _ => {}
        }
    }
    let rarity = match (one, other) {
        (Some(one), Some(other)) => one.rarity.min(other.rarity),
        (Some(part), None) | (None, Some(part)) => part.rarity,
        (None, None) => Weight::NOTHING,
    };
    let text = |part: &Part| part.text.to_string();
    Line { left: one.map(text), right: other.map(text), how: pairing.how, nearness: pairing.nearness, rarity, weight: pairing.weight, rules, sounds }
}

fn spell(code: &Code) -> String {
    code.sounds().iter().map(|sound| WRITTEN.get(usize::from(*sound)).copied().unwrap_or("·")).collect()
}

impl fmt::Display for Explanation {
    /// A waterfall: each line adds its weight, the last is the sum.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut sum = Weight::NOTHING;
        for line in &self.lines {
            sum += line.weight;
            let (left, right) = (line.left.as_deref().unwrap_or("–"), line.right.as_deref().unwrap_or("–"));
            write!(f, "{:>11}  {:>11}  {left} : {right}  {}", line.weight.to_string(), sum.to_string(), line.how.text())?;
            if !line.sounds.is_empty() {
                write!(f, " ({})", line.sounds)?;
            }
            let mut named: Vec<Rule> = Vec::new();
            for (rule, _) in &line.rules {
                if !named.contains(rule) {
                    named.push(*rule);
                }
            }
            if !named.is_empty() {
                write!(f, " by {}", named.iter().map(|rule| rule.text()).collect::<Vec<_>>().join("; "))?;
            }
            writeln!(f)?;
        }
        write!(
            f,
            "{:>11}  {}, probability {:.4}",
            self.weight.to_string(),
            if self.same { "taken for the same" } else { "not taken for the same" },
            self.probability
        )
    }
}
