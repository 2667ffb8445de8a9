//! The demo's sentences, read from `texts/*.toml`, and the words that fill their slots. Does no I/O: the files are compiled in.

use anyhow::{Context, Result};
use serde::Deserialize;

use super::phrase::Tongue;

/// Sentences of one language.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Texts {
    /// Last sentences of any summary.
    pub(crate) end: Vec<String>,
    /// What an exhibit shows.
    pub(crate) shows: Vec<String>,
    /// A source's own words.
    pub(crate) words: Vec<String>,
    /// Cause of an injury as told.
    pub(crate) cause: Vec<String>,
    /// What came of an act.
    pub(crate) result: Vec<String>,
    /// Reason that was stated for an act.
    pub(crate) reason: Vec<String>,
    scene: Vec<Scene>,
}

/// Titles and sentences of one sort of event.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Scene {
    code: String,
    pub(crate) title: Vec<String>,
    pub(crate) open: Vec<String>,
    pub(crate) mid: Vec<String>,
}

impl Texts {
    /// Sentences of each language, in the order of [`Tongue`].
    pub(crate) fn all() -> Result<[Texts; 4]> {
        let read = |written: &str, tag: &'static str| toml::from_str(written).with_context(|| format!("reading the demo's sentences in {tag}"));
        Ok([
            read(include_str!("texts/be.toml"), "be")?,
            read(include_str!("texts/ru.toml"), "ru")?,
            read(include_str!("texts/en.toml"), "en")?,
            read(include_str!("texts/uk.toml"), "uk")?,
        ])
    }

    /// The scene of a code.
    pub(crate) fn scene(&self, code: &str) -> Result<&Scene> {
        self.scene.iter().find(|scene| scene.code == code).with_context(|| format!("the demo has no sentences for {code}"))
    }
}

/// Words of the slots `car`, `item`, `gear`, in the case in which the sentences use them.
pub(crate) struct Things {
    pub(crate) cars: &'static [&'static str],
    pub(crate) items: &'static [&'static str],
    pub(crate) gear: &'static [&'static str],
}

/// The things of a language.
pub(crate) fn things(tongue: Tongue) -> Things {
    match tongue {
        Tongue::Be => Things {
            cars: &[
                "шэры мікрааўтобус без нумароў",
                "зялёны аўтазак",
                "сіні мікрааўтобус",
                "аўтобус з зашторанымі вокнамі",
                "грузавік з кратамі",
                "белы мікрааўтобус з рысай на баку",
            ],
            items: &["тэлефон", "ноўтбук", "пашпарт", "заплечнік", "веласіпед", "сшытак", "ліхтарык", "планшэт"],
            gear: &["фотаапарат", "аб’ектыў", "мікрафон", "дыктафон", "штатыў"],
        },
        Tongue::Ru => Things {
            cars: &[
                "серый микроавтобус без номеров",
                "зелёный автозак",
                "синий микроавтобус",
                "автобус с зашторенными окнами",
                "грузовик с решётками",
                "белый микроавтобус с полосой на боку",
            ],
            items: &["телефон", "ноутбук", "паспорт", "рюкзак", "велосипед", "блокнот", "фонарик", "планшет"],
            gear: &["фотоаппарат", "объектив", "микрофон", "диктофон", "штатив"],
        },
        Tongue::En => Things {
            cars: &[
                "a grey minibus without plates",
                "a green police van",
                "a blue minibus",
                "a bus with drawn curtains",
                "a lorry with barred windows",
                "a white minibus with a stripe",
            ],
            items: &["phone", "laptop", "passport", "rucksack", "bicycle", "notebook", "torch", "tablet"],
            gear: &["camera", "lens", "microphone", "recorder", "tripod"],
        },
        Tongue::Uk => Things {
            cars: &[
                "сірий мікроавтобус без номерів",
                "зелений автозак",
                "синій мікроавтобус",
                "автобус із заштореними вікнами",
                "білий мікроавтобус зі смугою на боці",
            ],
            items: &["телефон", "ноутбук", "паспорт", "рюкзак", "велосипед", "записник", "ліхтарик", "планшет"],
            gear: &["фотоапарат", "об’єктив", "мікрофон", "диктофон", "штатив"],
        },
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn every_language_has_the_same_scenes() {
        let all = Texts::all().unwrap();
        let codes = |texts: &Texts| texts.scene.iter().map(|scene| scene.code.clone()).collect::<Vec<_>>();
        assert!(all.iter().all(|texts| codes(texts) == codes(&all[0])));
        assert_eq!(codes(&all[0]).len(), 12);
    }
}
