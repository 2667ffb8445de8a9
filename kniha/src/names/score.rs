//! One comparer for each kind of name, and batches of pairs on all threads. The result is the same for any number of threads.

use kniha_reason::link::organisation::{self, Frequencies};
use kniha_reason::link::{name, place};
use kniha_reason::weight::Weight;

/// What the names are of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Kind {
    #[default]
    Person,
    Organisation,
    Unit,
    Place,
}

/// A name of any kind, made ready.
pub(crate) enum Prepared {
    Person(name::Prepared),
    Body(organisation::Prepared),
    Place(place::Prepared),
}

/// What one comparison gave.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Scored {
    pub(crate) probability: f64,
    pub(crate) weight: Weight,
    pub(crate) same: bool,
}

impl Kind {
    /// Reads a name.
    pub(crate) fn prepare(self, text: &str) -> Prepared {
        match self {
            Kind::Person => Prepared::Person(name::Prepared::new(text)),
            Kind::Organisation => Prepared::Body(organisation::Prepared::new(text, organisation::Kind::Organisation)),
            Kind::Unit => Prepared::Body(organisation::Prepared::new(text, organisation::Kind::Unit)),
            Kind::Place => Prepared::Place(place::Prepared::new(text)),
        }
    }
}

/// How rare parts and words are among the names that are looked through.
pub(crate) enum Among {
    Persons(name::Rarity),
    Bodies(organisation::Kind, Frequencies),
    Places(Frequencies),
}

impl Among {
    /// Counts the names.
    pub(crate) fn of(kind: Kind, names: &[String]) -> Among {
        let names = names.iter().map(String::as_str);
        let bodies = |kind| Among::Bodies(kind, Frequencies::from_names(names.clone(), kind));
        match kind {
            Kind::Person => Among::Persons(name::Rarity::from_names(names)),
            Kind::Organisation => bodies(organisation::Kind::Organisation),
            Kind::Unit => bodies(organisation::Kind::Unit),
            Kind::Place => Among::Places(Frequencies::from_names(names, organisation::Kind::Place)),
        }
    }

    /// Reads a name; its parts tell as much as they are rare here.
    pub(crate) fn prepare(&self, text: &str) -> Prepared {
        match self {
            Among::Persons(rarity) => Prepared::Person(name::Prepared::with(text, rarity)),
            Among::Bodies(kind, frequencies) => Prepared::Body(organisation::Prepared::with(text, *kind, frequencies)),
            Among::Places(frequencies) => Prepared::Place(place::Prepared::with(text, frequencies)),
        }
    }
}

impl Prepared {
    /// Compares two names of one kind; names of two kinds say nothing.
    pub(crate) fn compare(&self, other: &Prepared) -> Scored {
        let body = |found: organisation::Comparison| Scored { probability: found.probability(), weight: found.weight, same: found.is_same() };
        match (self, other) {
            (Prepared::Person(one), Prepared::Person(other)) => {
                let found = one.compare(other);
                Scored { probability: found.probability(), weight: found.weight, same: found.is_same() }
            }
            (Prepared::Body(one), Prepared::Body(other)) => body(one.compare(other)),
            (Prepared::Place(one), Prepared::Place(other)) => body(one.compare(other)),
            _ => Scored { probability: 0.0, weight: Weight::NOTHING, same: false },
        }
    }
}

/// Does the same to every piece, on all threads, in order.
pub(crate) fn each<T: Sync, R: Send>(pieces: &[T], run: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let size = pieces.len().div_ceil(threads).max(1);
    let run = &run;
    std::thread::scope(|scope| {
        let parts: Vec<_> = pieces.chunks(size).map(|part| scope.spawn(move || part.iter().map(run).collect::<Vec<R>>())).collect();
        parts.into_iter().flat_map(|part| part.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
    })
}

/// The best of many, heaviest first, of equals the earlier; at most `top`.
pub(crate) fn best(asked: &Prepared, among: &[Prepared], top: usize) -> Vec<(usize, Scored)> {
    let mut kept: Vec<(usize, Scored)> = Vec::with_capacity(top + 1);
    for (at, other) in among.iter().enumerate() {
        let scored = asked.compare(other);
        if kept.len() == top && kept.last().is_some_and(|last| last.1.weight >= scored.weight) {
            continue;
        }
        let place = kept.partition_point(|better| better.1.weight >= scored.weight);
        kept.insert(place, (at, scored));
        kept.truncate(top);
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_come_first_and_equals_in_order() {
        let among: Vec<Prepared> = ["Пётр Кот", "Hanna Zhuk", "Анна Жук", "Ганна Жук"].iter().map(|n| Kind::Person.prepare(n)).collect();
        let found: Vec<usize> = best(&Kind::Person.prepare("Ганна Жук"), &among, 3).iter().map(|f| f.0).collect();
        assert_eq!(found, [1, 2, 3]);
        assert_eq!(each(&[1, 2, 3, 4, 5], |n| n * 2), [2, 4, 6, 8, 10]);
        assert!(each(&[], |n: &i32| *n).is_empty());
    }
    #[test]
    fn a_family_name_that_many_bear_here_tells_less_than_elsewhere() {
        let names: Vec<String> = (0..2000).map(|n| format!("Иван{} Шкляревский", "а".repeat(n % 7))).collect();
        let among = Among::of(Kind::Person, &names);
        let weight = |name: &str| among.prepare(name).compare(&among.prepare(name)).weight;
        assert!(weight("Шкляревский") < Kind::Person.prepare("Шкляревский").compare(&Kind::Person.prepare("Шкляревский")).weight);
        assert!(weight("Шкляревский") < weight("Гарбацэвіч"));
    }
}
