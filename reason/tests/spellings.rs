//! Every spelling of an invented person is that person, and nobody else's.
#![allow(clippy::unwrap_used, reason = "tests")]

use kniha_reason::link::name::Prepared;

fn people() -> Vec<Vec<&'static str>> {
    let lines = include_str!("spellings.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| line.split('|').collect()).collect()
}

#[test]
fn any_spelling_is_the_same_person() {
    let mut missed = Vec::new();
    for person in people() {
        for (at, one) in person.iter().enumerate() {
            for other in &person[at + 1..] {
                let (a, b) = (Prepared::new(one), Prepared::new(other));
                if !a.compare(&b).is_same() {
                    missed.push(a.explain(&b).to_string());
                }
            }
        }
    }
    assert!(missed.is_empty(), "{} missed:\n{}", missed.len(), missed.join("\n\n"));
}

#[test]
fn nobody_is_taken_for_another() {
    let people = people();
    let mut wrong = Vec::new();
    for (at, person) in people.iter().enumerate() {
        for other in people[at + 1..].iter().flatten() {
            for one in person {
                let (a, b) = (Prepared::new(one), Prepared::new(other));
                if a.compare(&b).is_same() {
                    wrong.push(a.explain(&b).to_string());
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n\n"));
}
