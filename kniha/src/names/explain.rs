//! Why two names are or are not taken for the same: a waterfall for people, lines of JSON for programs. Pure.

use std::fmt::Write;

use kniha_reason::link::{comparison, name, organisation, place};
use kniha_reason::weight::Weight;

use super::score::{Kind, Scored};

/// A comparison told part by part.
pub(crate) struct Told {
    scored: Scored,
    lines: Vec<serde_json::Value>,
    /// A line for each pair of parts with the sum so far, then the verdict.
    pub(crate) text: String,
}

impl Told {
    /// What `--json` prints: the two names, the verdict, and the lines that it is made of.
    pub(crate) fn json(&self, one: &str, other: &str) -> serde_json::Value {
        let Scored { probability, weight, same } = self.scored;
        serde_json::json!({"left": one, "right": other, "probability": probability, "weight_db": db(weight), "same": same, "lines": self.lines})
    }
}

/// Compares two names and says why.
pub(crate) fn tell(one: &str, other: &str, kind: Kind) -> Told {
    match kind {
        Kind::Person => persons(&name::Prepared::new(one).explain(&name::Prepared::new(other))),
        Kind::Organisation => bodies(one, other, organisation::Kind::Organisation),
        Kind::Unit => bodies(one, other, organisation::Kind::Unit),
        Kind::Place => {
            let (left, right) = (place::Prepared::new(one), place::Prepared::new(other));
            told(left.words().collect(), right.words().collect(), &left.compare(&right))
        }
    }
}

fn persons(explained: &name::Explanation) -> Told {
    let lines = explained.lines.iter().map(|line| {
        let rules: Vec<_> = line.rules.iter().map(|(rule, cost)| serde_json::json!({"rule": rule.text(), "cost": cost})).collect();
        serde_json::json!({
            "left": line.left, "right": line.right, "how": line.how.text(), "weight_db": db(line.weight), "rarity_db": db(line.rarity),
            "nearness": line.nearness, "sounds": line.sounds, "rules": rules,
        })
    });
    let scored = Scored { probability: explained.probability, weight: explained.weight, same: explained.same };
    Told { scored, lines: lines.collect(), text: explained.to_string() }
}

fn bodies(one: &str, other: &str, kind: organisation::Kind) -> Told {
    let (left, right) = (organisation::Prepared::new(one, kind), organisation::Prepared::new(other, kind));
    told(left.words().collect(), right.words().collect(), &left.compare(&right))
}

type Words<'a> = Vec<(&'a str, Weight)>;

fn told<const MOST: usize>(left: Words, right: Words, found: &comparison::Comparison<organisation::How, MOST>) -> Told {
    let word = |words: &Words, at: Option<u8>| at.and_then(|at| words.get(usize::from(at)).map(|word| word.0.to_owned()));
    let (mut lines, mut text, mut sum) = (Vec::new(), String::new(), Weight::NOTHING);
    for pairing in found.pairings() {
        sum += pairing.weight;
        let (one, other) = (word(&left, pairing.left), word(&right, pairing.right));
        let (a, b) = (one.as_deref().unwrap_or("–"), other.as_deref().unwrap_or("–"));
        // Writing into a string cannot fail.
        let _ = writeln!(text, "{:>11}  {:>11}  {a} : {b}  {}", pairing.weight.to_string(), sum.to_string(), pairing.how.text());
        lines.push(serde_json::json!({
            "left": one, "right": other, "how": pairing.how.text(), "weight_db": db(pairing.weight), "nearness": pairing.nearness,
        }));
    }
    let scored = Scored { probability: found.probability(), weight: found.weight, same: found.is_same() };
    let verdict = if scored.same { "taken for the same" } else { "not taken for the same" };
    let _ = write!(text, "{:>11}  {verdict}, probability {:.4}", found.weight.to_string(), scored.probability);
    Told { scored, lines, text }
}

/// A weight in decibels, as it is printed.
pub(crate) fn db(weight: Weight) -> f64 {
    f64::from(weight.hundredths()) / 100.0
}
