//! Latin skeletons: how one part of a name sounds, whatever spelled it.
//!
//! A Belarusian name is written in two scripts, three languages and half a dozen Latin systems (BGN/PCGN, ISO 9, the Instruction of 2000, Łacinka, Polish,
//! French, German, Lithuanian, Latvian). The skeleton keeps what all of them agree on:
//!
//! | sounds | letter |
//! |---|---|
//! | в ў ф, v w f, u after a vowel, u before a first consonant | v |
//! | г ґ х, g h kh gh | h |
//! | т ц ть ць, t ts tz c | t |
//! | д дз дж, d dz dj | d |
//! | с ш, s sh sz š | s |
//! | з ж, z zh ž ż | z |
//! | ч, ch cz č tch tsch | c |
//! | щ шч, shch szcz | sc |
//! | а о э е ё я (akanne, yakanne) | a |
//! | і и ы, i y | i |
//! | у ю | u |
//!
//! Glides, signs, doubled letters and what a grammatical gender adds at the end are left out. Where Latin letters can be read two ways (*ch* as ч, х or ш, *ou*
//! as оў or у, *c* as ц or к, *sch* as ш or щ, *z* as з or ц, *j* as й or ж) there is a second skeleton, and a third without the ending that Lithuanian and
//! Latvian add (*Gorbacevičius*). Pure; reads at most [`MOST_SOUNDS`] sounds.

use super::fold::{Marks, each_word};

/// Longer parts are cut here.
pub const MOST_SOUNDS: usize = 48;

/// How one part of a name sounds: letters `a`–`z` only; empty where no letter is Latin or Cyrillic.
#[must_use]
pub fn skeleton(part: &str) -> String {
    Skeletons::of(part).main
}

/// The usual reading of a part, and the others where its spelling allows them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Skeletons {
    pub(super) main: String,
    /// The other value of every ambiguous letter at once, or the value that French gives them.
    pub(super) other: Option<String>,
    /// Without the ending that Lithuanian and Latvian put on a man's name.
    pub(super) bare: Option<String>,
}

impl Skeletons {
    pub(super) fn of(part: &str) -> Skeletons {
        let mut letters = Vec::new();
        each_word(part, Marks::Sounding, |word, _| letters.extend(word.chars().take(MOST_SOUNDS.saturating_sub(letters.len()))));
        // Only Latin letters have a second reading.
        if !letters.iter().any(char::is_ascii_alphabetic) {
            return Skeletons { main: shape(&sounds(&letters, Reading::PLAIN)), other: None, bare: None };
        }
        let usual = Reading::usual(&letters, part);
        let main = shape(&sounds(&letters, usual));
        let other = shape(&sounds(&letters, usual.turned(&letters, part)));
        let bare = baltic_stem(&letters).map(|stem| shape(&sounds(stem, usual)));
        Skeletons { other: (other != main).then_some(other), bare: bare.filter(|bare| *bare != main), main }
    }

    /// All of them.
    pub(super) fn all(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.main.as_str()).chain(self.other.as_deref()).chain(self.bare.as_deref())
    }
}

/// *Klimutas, Igoris, Gorbacevičius, Hvostovs* without their endings; nothing of a word that cannot have one.
fn baltic_stem(letters: &[char]) -> Option<&[char]> {
    let stem = match letters {
        [stem @ .., 'i' | 'j', 'u', 's'] | [stem @ .., 'a' | 'i' | 'y' | 'u', 's'] => stem,
        [stem @ .., 's'] if stem.last().is_some_and(|before| "bcčdgjlmnprvzž".contains(*before)) => stem,
        _ => return None,
    };
    (stem.len() > 3).then_some(stem)
}

/// The consonants of a skeleton and the vowel it starts with; s and z are one.
pub(super) fn bones(skeleton: &str) -> String {
    let mut bones = String::with_capacity(skeleton.len());
    for (at, c) in skeleton.chars().enumerate() {
        if at == 0 || !is_vowel(c as u8) {
            bones.push(if c == 'z' { 's' } else { c });
        }
    }
    bones
}

/// What *ch* is.
#[derive(Clone, Copy, PartialEq)]
enum Ch {
    /// ч: English, Belarusian, ICAO.
    Tsch,
    /// х: Łacinka, Polish, German.
    Ach,
    /// ш: French.
    Sch,
}

/// How ambiguous Latin letters are read.
#[derive(Clone, Copy)]
struct Reading {
    ch: Ch,
    /// *ou* is у (French) and not оў.
    ou_is_u: bool,
    /// *c* before a, o, u and in *ck* is к and not ц.
    c_is_k: bool,
    /// *sch* is щ and not ш (German).
    sch_is_shch: bool,
    /// *z* is ц (German).
    z_is_ts: bool,
    /// *j* is ж and *gu* before e and i is г (French).
    french: bool,
}

impl Reading {
    const PLAIN: Reading = Reading { ch: Ch::Tsch, ou_is_u: false, c_is_k: false, sch_is_shch: false, z_is_ts: false, french: false };

    /// A part with letters that only Slavic Latin alphabets use, a *w*, or a *c* where English has none, is read by their rules, one with *sch* and what
    /// German has beside it by German ones.
    fn usual(letters: &[char], part: &str) -> Reading {
        let slavic = letters.windows(2).any(|w| {
            matches!(w[0], 'č' | 'š' | 'ž' | 'ŭ')
                || w[0] == 'c' && matches!(w[1], 'i' | 'j')
                || w[0] == 'j' && matches!(w[1], 'a' | 'u')
                || w == ['c', 'z']
                || w == ['s', 'z']
        }) || has(letters, "jo") && !has(letters, "jou")
            || part.contains(['ł', 'Ł', 'ś', 'ć', 'ź', 'ń']);
        let w = letters.contains(&'w');
        let german = has(letters, "tsch") || w && has(letters, "sch");
        let french = has(letters, "tch") && !german;
        let ch = if (slavic || w || german) && !french { Ch::Ach } else { Ch::Tsch };
        Reading { ch, ou_is_u: false, c_is_k: false, sch_is_shch: false, z_is_ts: german, french: false }
    }

    /// The other one: French where the letters look so, else all that is ambiguous turned.
    fn turned(self, letters: &[char], part: &str) -> Reading {
        let french = self.ch == Ch::Tsch
            && (["ou", "tch", "gue", "gui"].iter().any(|group| has(letters, group)) || letters.starts_with(&['i', 'o']) || part.contains(['ï', 'é', 'è']));
        let ch = match self.ch {
            Ch::Tsch if french => Ch::Sch,
            Ch::Tsch => Ch::Ach,
            Ch::Ach | Ch::Sch => Ch::Tsch,
        };
        Reading { ch, ou_is_u: true, c_is_k: true, sch_is_shch: true, z_is_ts: false, french }
    }
}

fn has(letters: &[char], group: &str) -> bool {
    (0..letters.len()).any(|at| starts(&letters[at..], group))
}

// Sounds besides the letters of a skeleton: a vowel that is never ў, and a glide.
const FRONT_U: u8 = b'U';
const GLIDE: u8 = b'J';

/// What the letters sound like, one by one.
fn sounds(letters: &[char], reading: Reading) -> Vec<u8> {
    let mut out = Vec::with_capacity(letters.len() + 4);
    let mut at = 0;
    while at < letters.len() && out.len() < MOST_SOUNDS {
        let rest = &letters[at..];
        if let Some((sound, taken)) = GROUPS.iter().find(|(group, _)| starts(rest, group)).map(|(group, sound)| (*sound, group.chars().count())) {
            out.extend_from_slice(match sound {
                "ch" if rest.len() == 2 && at > 0 && letters[at - 1] == 'i' && reading.ch == Ch::Ach => b"c",
                "ch" => match reading.ch {
                    Ch::Tsch => b"c",
                    Ch::Ach => b"h",
                    Ch::Sch => b"s",
                },
                "sch" if reading.sch_is_shch => b"sc",
                "sch" => b"s",
                "ou" if reading.ou_is_u => b"U",
                "ou" => b"au",
                plain => plain.as_bytes(),
            });
            at += taken;
            continue;
        }
        let next = rest.get(1).copied();
        out.extend_from_slice(match rest[0] {
            'z' if reading.z_is_ts => b"t",
            'j' if reading.french => b"z",
            'u' if reading.french && at > 0 && letters[at - 1] == 'g' && matches!(next, Some('e' | 'i')) => b"",
            'c' if reading.c_is_k && next == Some('k') => b"",
            'c' if next.is_some_and(|n| matches!(n, 't' | 'r' | 'l' | 'n' | 's')) => b"k",
            'c' if reading.c_is_k && next.is_none_or(|n| matches!(n, 'a' | 'o' | 'u')) => b"k",
            letter => sound(letter),
        });
        at += 1;
    }
    out
}

fn starts(letters: &[char], group: &str) -> bool {
    let mut count = 0;
    group.chars().all(|c| {
        count += 1;
        letters.get(count - 1) == Some(&c)
    })
}

/// Letters that sound together; longer groups first. "ch", "sch" and "ou" wait for the reading.
const GROUPS: [(&str, &str); 29] = [
    ("schtsch", "sc"),
    ("shch", "sc"),
    ("szcz", "sc"),
    ("chtch", "sc"),
    ("stch", "sc"),
    ("tsch", "c"),
    ("dzh", "d"),
    ("dž", "d"),
    ("sch", "sch"),
    ("tch", "c"),
    ("ch", "ch"),
    ("cz", "c"),
    ("sh", "s"),
    ("sz", "s"),
    ("zh", "z"),
    ("kh", "h"),
    ("gh", "h"),
    ("ph", "v"),
    ("th", "t"),
    ("ts", "t"),
    ("tz", "t"),
    ("dz", "d"),
    ("ou", "ou"),
    ("yu", "U"),
    ("iu", "U"),
    ("ju", "U"),
    ("тс", "t"),
    ("дз", "d"),
    ("дж", "d"),
];

fn sound(letter: char) -> &'static [u8] {
    match letter {
        'а' | 'о' | 'э' | 'ә' | 'ө' | 'a' | 'o' | 'e' => b"a",
        // The glide before е, ё, я is never told apart from its absence.
        'е' | 'ё' | 'я' => b"a",
        'и' | 'ы' | 'i' | 'y' => b"i",
        'у' | 'ұ' | 'ү' | 'u' | 'ŭ' => b"u",
        'ю' => &[FRONT_U],
        'й' | 'ј' | 'j' => &[GLIDE],
        'б' | 'b' => b"b",
        'в' | 'ф' | 'v' | 'w' | 'f' => b"v",
        'г' | 'ғ' | 'х' | 'һ' | 'g' | 'h' => b"h",
        'д' | 'd' => b"d",
        'ж' | 'з' | 'z' | 'ž' => b"z",
        'к' | 'қ' | 'k' | 'q' => b"k",
        'л' | 'l' => b"l",
        'м' | 'm' => b"m",
        'н' | 'ң' | 'n' => b"n",
        'п' | 'p' => b"p",
        'р' | 'r' => b"r",
        'с' | 'ш' | 's' | 'š' => b"s",
        'т' | 'ц' | 't' | 'c' => b"t",
        'ч' | 'č' => b"c",
        'щ' => b"sc",
        'x' => b"ks",
        _ => b"",
    }
}

fn is_vowel(sound: u8) -> bool {
    matches!(sound, b'a' | b'i' | b'u' | FRONT_U)
}

/// From sounds to the skeleton: ў, glides, doubled letters, endings.
fn shape(sounds: &[u8]) -> String {
    let mut sounds = short_u(sounds);
    sounds.retain(|sound| *sound != GLIDE);
    sounds.dedup();
    let mut out: Vec<u8> = Vec::with_capacity(sounds.len());
    for (at, &sound) in sounds.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|i| sounds.get(i)).copied();
        let after = sounds.get(at + 1).copied();
        let beside_vowel = |near: Option<u8>| near.is_some_and(|n| is_vowel(n) && n != b'i');
        let sound = match sound {
            // An i beside another vowel is a glide in one spelling or another (Валерий, Valery, Valeriy; Iahorau, Yegorov).
            b'i' if beside_vowel(before) || beside_vowel(after) => continue,
            FRONT_U => b'u',
            // тч is ч: Petrovitch.
            b'c' if out.last() == Some(&b't') => {
                out.pop();
                b'c'
            }
            other => other,
        };
        if out.last() != Some(&sound) {
            out.push(sound);
        }
    }
    // -а, -ая, -ий, -і, -y: gender and grammar, not the name.
    while out.len() > 1 && out.last().copied().is_some_and(is_vowel) {
        out.pop();
    }
    out.into_iter().map(char::from).collect()
}

/// Makes v of a u that is ў: after a vowel, and at the start before a consonant (Уладзімір – Владимир).
fn short_u(sounds: &[u8]) -> Vec<u8> {
    let mut out = sounds.to_vec();
    for at in 0..out.len() {
        if out[at] != b'u' {
            continue;
        }
        let after_vowel = at > 0 && is_vowel(out[at - 1]);
        let first = at == 0 && out.get(1).is_some_and(|n| !is_vowel(*n) && *n != GLIDE);
        if after_vowel || first {
            out[at] = b'v';
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use proptest::prelude::*;

    fn all_meet(spellings: &[&str]) {
        for spelling in spellings {
            let read = Skeletons::of(spelling);
            let first = Skeletons::of(spellings[0]);
            let meets = read.all().any(|reading| reading == first.main) || first.all().any(|reading| reading == read.main);
            assert!(meets, "{spelling} is {read:?}, {} is {first:?}", spellings[0]);
        }
    }

    #[test]
    fn one_surname_in_many_spellings_is_one_skeleton() {
        let spellings =
            ["Ціханоўская", "Тихановская", "Tsikhanouskaya", "Tikhanovskaya", "Cichanouskaja", "Cichanouska", "Cichanoŭskaja", "ТИХАНОВСКИЙ", "Tsikhanouski"];
        for spelling in spellings {
            assert_eq!(skeleton(spelling), "tihanavsk", "{spelling}");
        }
    }

    #[test]
    fn spelling_systems_meet() {
        all_meet(&["Шчарбакова", "Щербаков", "Scherbakov", "Shcherbakov", "Szczerbakow", "Ščarbakoŭ", "Schtscherbakow"]);
        all_meet(&["Дамарнацкі", "Домарнацкий", "Damarnacki", "Damarnatskaya"]);
        all_meet(&["Жукоўскі", "Жуковский", "Zhukouski", "Žukoŭski", "Zhukovskiy", "Żukowski"]);
        all_meet(&["Яршоў", "Ершов", "Yershov", "Jaršoŭ", "Iarshou", "Ershoff"]);
        all_meet(&["Лукашук", "Loukachouk".replace("ch", "sh").as_str(), "Lukashuk"]);
        all_meet(&["Харчанка", "Kharchenko", "Charčanka", "Харченко"]);
        all_meet(&["Уласаў", "Власов", "Ulasau", "Vlasov", "Vlasow"]);
        all_meet(&["Ўласаў", "Ułasaŭ"]);
        all_meet(&["Дзюба", "Dziuba", "Dzyuba"]);
        all_meet(&["Зайцаў", "Зайцев", "Zaitsau", "Zaytsev", "Zajcaŭ"]);
        all_meet(&["Чарнушэвіч", "Tchernouchevitch", "Tschernuschewitsch", "Czernuszewicz", "Čarnuševič"]);
        all_meet(&["Жукавец", "Joukovets", "Żukowiec", "Žukaviec"]);
        assert_eq!(bones(&skeleton("Schukawez")), bones(&skeleton("Жукавец")), "German has one writing for ш and ж");
        all_meet(&["Ёрш", "Iorch", "Jorsch", "Yorsh", "Jorš"]);
        all_meet(&["Георгий", "Gueorgui", "Georgij", "Heorhi".replace('e', "ie").as_str()]);
        all_meet(&["Горбацевич", "Gorbacevičius", "Gorbazewitsch"]);
        all_meet(&["Климут", "Klimutas", "Klimout"]);
        all_meet(&["Хвостов", "Hvostovs", "Chwostow"]);
        all_meet(&["Юр'еў", "Юрьев", "Yuryev", "Jurjeŭ", "Iurev"]);
    }

    #[test]
    fn what_has_no_letters_has_no_skeleton() {
        assert_eq!(skeleton("5-7"), "");
        assert_eq!(skeleton("ь"), "");
        assert_eq!(skeleton("Я"), "a");
        assert_eq!(bones(""), "");
    }

    proptest! {
        #[test]
        fn a_skeleton_is_small_latin_letters_and_bounded(text in any::<String>()) {
            let read = Skeletons::of(&text);
            prop_assert!(read.main.bytes().all(|b| b.is_ascii_lowercase()));
            prop_assert!(read.main.len() <= MOST_SOUNDS + 4);
        }

        #[test]
        fn a_skeleton_of_letters_is_small_latin_letters(text in "[a-zа-яіўёїґєčšžŭłA-ZА-Я'ь]{0,80}") {
            let read = Skeletons::of(&text);
            prop_assert!(read.main.bytes().all(|b| b.is_ascii_lowercase()));
            prop_assert!(bones(&read.main).len() <= read.main.len());
        }
    }
}
