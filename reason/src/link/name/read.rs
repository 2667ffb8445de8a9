//! Reading letters aloud: each alphabet and spelling system turns a word into sounds.
//!
//! Cyrillic has one reading. A Latin word has up to [`MOST_READINGS`], one for each system that reads it differently:
//! * *plain*: English, BGN/PCGN (1947, 1965, 1979), the Belarusian passport instruction of 2000/2007 (UN resolution X/8 of 2012), Russian passports
//!   (GOST R 52535.1, ICAO 9303), the Ukrainian decree of 2010: *sh, ch, kh, zh, ts*;
//! * *Slavic*: Łacinka, ISO 9 and GOST 7.79, Polish, Lithuanian, Czech: *š/sz, č/cz, ch* for х, *c* for ц, *w* for в;
//! * *German*: *sch, tsch, z* for ц, *w*;
//! * *French*: *ch* for ш, *tch, ou, j* for ж, *gu*;
//! * *Romanian*: *ci/ce, gh, j* for ж;
//! * *Baltic*: Slavic letters with the endings that Lithuanian and Latvian put on men's names (*-as, -is, -ius, -s*) taken off.
//!
//! Pure.

use super::letters::{Script, Word, bare};
use super::sound::*;

/// Readings of one word that are kept.
pub(in crate::link) const MOST_READINGS: usize = 5;
/// Sounds of one word that are kept.
pub(in crate::link) const MOST_SOUNDS: usize = 24;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum System {
    Plain,
    Slavic,
    German,
    French,
    Romanian,
}

/// The sounds of a word by one reading.
pub(in crate::link) type Sounds = Vec<u8>;

/// The readings of a word: at least one, all different.
pub(in crate::link) fn readings(word: &Word) -> Vec<Sounds> {
    let letters = &word.letters;
    match word.script {
        Script::Cyrillic => vec![cyrillic(letters)],
        Script::Other => vec![letters.iter().take(MOST_SOUNDS).map(|c| other(*c)).collect()],
        Script::Latin => {
            let mut all: Vec<Sounds> = Vec::with_capacity(MOST_READINGS);
            for system in [System::Plain, System::Slavic, System::German, System::French, System::Romanian] {
                let read = latin(letters, system);
                let bare = if system == System::Slavic { without_baltic_ending(&read) } else { None };
                for read in std::iter::once(read).chain(bare) {
                    if all.len() < MOST_READINGS && !all.contains(&read) {
                        all.push(read);
                    }
                }
            }
            all
        }
    }
}

/// *Klimutas, Igoris, Gorbacevičius, Hvostovs* without their endings.
fn without_baltic_ending(read: &[u8]) -> Option<Sounds> {
    let stem = match read {
        [stem @ .., J, U, S] | [stem @ .., A | I | Y | U, S] => stem,
        [stem @ .., before, S] if !is_vowel(*before) => &read[..=stem.len()],
        _ => return None,
    };
    (stem.len() > 2).then(|| stem.to_vec())
}

/// A letter of another script, folded into the numbers that sounds leave free. Words of other scripts also carry the digest of their letters.
fn other(c: char) -> u8 {
    let mixed = (c as u32).wrapping_mul(0x9e37_79b1) >> 16;
    OTHER + u8::try_from(mixed % 223).unwrap_or(0)
}

fn push(out: &mut Sounds, sounds: &[u8]) {
    for &sound in sounds {
        // Doubled consonants are one; a doubled glide is one.
        if out.len() < MOST_SOUNDS && (is_vowel(sound) || sound >= OTHER || out.last() != Some(&sound)) {
            out.push(sound);
        }
    }
}

fn cyrillic(letters: &[char]) -> Sounds {
    let mut out = Sounds::with_capacity(MOST_SOUNDS);
    let mut at = 0;
    while at < letters.len() {
        let open = out.last().is_none_or(|s| is_vowel(*s));
        let soft = at > 0 && matches!(letters[at - 1], 'ь' | 'ъ');
        let (sounds, taken): (&[u8], usize) = match &letters[at..] {
            ['д', 'з', 'ь', ..] => (&[DZ], 3),
            ['д', 'з', ..] => (&[DZ], 2),
            ['д', 'ж', ..] => (&[DZH], 2),
            ['т', 'с' | 'ц', ..] => (&[TS], 2),
            ['т', 'ч', ..] => (&[CH], 2),
            ['ш' | 'с' | 'з', 'ч', ..] => (&[SH, CH], 2),
            ['щ', ..] => (&[SH, CH], 1),
            ['е' | 'є' | 'ѣ', ..] if open || soft || letters[at] == 'є' => (&[J, E], 1),
            ['е' | 'ѣ' | 'э' | 'ә', ..] => (&[E], 1),
            ['ё', ..] => (&[J, O], 1),
            ['я', ..] => (&[J, A], 1),
            ['ю', ..] => (&[J, U], 1),
            ['ї', ..] => (&[J, I], 1),
            ['и', ..] if soft => (&[J, I], 1),
            ['і', ..] if soft => (&[I], 1),
            [c, ..] => (single_cyrillic(*c), 1),
            [] => break,
        };
        push(&mut out, sounds);
        at += taken;
    }
    out
}

fn single_cyrillic(c: char) -> &'static [u8] {
    match c {
        'а' => &[A],
        'о' | 'ө' => &[O],
        'и' | 'і' => &[I],
        'ы' => &[Y],
        'у' | 'ұ' | 'ү' => &[U],
        'й' | 'ј' => &[J],
        'в' | 'ў' => &[V],
        'ф' => &[F],
        'б' => &[B],
        'п' => &[P],
        'г' | 'ґ' | 'ғ' | 'ѓ' => &[G],
        'х' | 'һ' | 'ҳ' => &[H],
        'к' | 'қ' | 'ќ' => &[K],
        'д' => &[D],
        'т' => &[T],
        'ц' => &[TS],
        'з' => &[Z],
        'с' => &[S],
        'м' => &[M],
        'н' | 'ң' => &[N],
        'њ' => &[N, J],
        'л' => &[L],
        'љ' => &[L, J],
        'р' => &[R],
        'ж' => &[ZH],
        'ш' => &[SH],
        'ч' | 'ћ' => &[CH],
        'ђ' | 'џ' => &[DZH],
        'ѕ' => &[DZ],
        _ => &[],
    }
}

/// A vowel of any Latin alphabet that a glide or a soft consonant can stand before.
fn vowel(c: char) -> bool {
    matches!(bare(c), 'a' | 'e' | 'i' | 'o' | 'u' | 'y')
}

fn latin(letters: &[char], system: System) -> Sounds {
    let mut out = Sounds::with_capacity(MOST_SOUNDS);
    let mut at = 0;
    while at < letters.len() {
        let rest = &letters[at..];
        let before = at.checked_sub(1).map(|i| letters[i]);
        let (sounds, taken) = by_system(rest, before, system).or_else(|| everywhere(rest)).unwrap_or_else(|| single(rest, before));
        push(&mut out, sounds);
        at += taken;
    }
    out
}

/// What one system reads in its own way.
fn by_system(rest: &[char], before: Option<char>, system: System) -> Option<(&'static [u8], usize)> {
    use System::{French, German, Plain, Romanian, Slavic};
    let front = |c: &char| matches!(bare(*c), 'e' | 'i' | 'y');
    Some(match (system, rest) {
        (German, ['s', 'c', 'h', 't', 's', 'c', 'h', ..]) => (&[SH, CH], 7),
        (German, ['d', 's', 'c', 'h', ..]) => (&[DZH], 4),
        (German, ['t', 's', 'c', 'h', ..]) => (&[CH], 4),
        (German, ['s', 'c', 'h', ..]) => (&[SH], 3),
        (German, ['t', 'z', ..]) => (&[TS], 2),
        (German, ['i', 'e', c, ..]) if !vowel(*c) => (&[I], 2),
        (German, ['e', 'i', ..]) => (&[A, J], 2),
        (German, ['e' | 'ä', 'u', ..]) => (&[O, J], 2),
        (German, ['z', ..]) => (&[TS], 1),
        (German, ['s', c, ..]) if *c != 's' && vowel(*c) && before.is_none_or(vowel) => (&[Z], 1),
        (German | Slavic, ['c', 'h', ..]) => (&[H], 2),
        (French, ['c', 'h', 't', 'c', 'h', ..]) => (&[SH, CH], 5),
        (French, ['c', 'h', ..]) => (&[SH], 2),
        (French, ['o', 'u', ..]) => (&[U], 2),
        (French, ['g', 'u', c, ..]) if front(c) => (&[G], 2),
        (French, ['d', 'j', ..]) => (&[DZH], 2),
        (French | Romanian, ['j', ..]) => (&[ZH], 1),
        (French, ['e', 'a', 'u', ..]) => (&[O], 3),
        (Romanian, ['c', 'h', ..]) => (&[K], 2),
        (Romanian, ['c', 'i']) => (&[CH], 2),
        (Romanian, ['c', 'i', c, ..]) if vowel(*c) => (&[CH], 2),
        (Romanian, ['c', 'e' | 'i', ..]) => (&[CH], 1),
        (Romanian, ['g', 'h', ..]) => (&[G], 2),
        (Romanian, ['g', 'e' | 'i', ..]) => (&[DZH], 1),
        (Slavic, ['s', 'z', 'c', 'z', ..]) => (&[SH, CH], 4),
        (Slavic, ['d', 'ż' | 'ž', ..]) => (&[DZH], 2),
        (Slavic, ['r', 'z', ..]) => (&[R, ZH], 2),
        (Slavic, ['c', 'z', ..]) => (&[CH], 2),
        (Slavic, ['s', 'z', ..]) => (&[SH], 2),
        (Slavic, ['s', 'h', ..]) => (&[S, H], 2),
        (Slavic, ['c' | 'ć', ..]) => (&[TS], 1),
        (Plain | French, ['c', c, ..]) if front(c) => (&[TS], 1),
        (Plain, ['o', 'o', ..]) => (&[U], 2),
        // A final -ci, -cki, -c is Slavic in any alphabet.
        (Plain | French, ['c', 'z', ..]) => (&[CH], 2),
        (Plain, ['c']) if before != Some('i') => (&[K], 1),
        _ => return None,
    })
}

/// Groups that every system reads alike, longer ones first.
fn everywhere(rest: &[char]) -> Option<(&'static [u8], usize)> {
    Some(match rest {
        ['s', 'h', 't', 's', 'h', ..] => (&[SH, CH], 5),
        ['s', 'h', 'c', 'h', ..] | ['s', 'z', 'c', 'z', ..] => (&[SH, CH], 4),
        ['š', 'č', ..] | ['ś', 'ć', ..] => (&[SH, CH], 2),
        ['s', 't', 'c', 'h', ..] => (&[SH, CH], 4),
        ['s', 'c', 'h', ..] => (&[SH, CH], 3),
        ['d', 'z', 'h', ..] => (&[DZH], 3),
        ['t', 's', 'h', ..] => (&[CH], 3),
        ['d', 'ž', ..] | ['d', 'j', ..] => (&[DZH], 2),
        ['t', 'c', 'h', ..] => (&[CH], 3),
        ['t', 'č', ..] | ['c', 'h', ..] => (&[CH], 2),
        ['s', 'h', ..] | ['s', 'z', ..] => (&[SH], 2),
        ['z', 'h', ..] => (&[ZH], 2),
        ['k', 'h', ..] => (&[H], 2),
        ['g', 'h', ..] => (&[G], 2),
        ['p', 'h', ..] => (&[F], 2),
        ['t', 'h', ..] => (&[T], 2),
        ['t', 's' | 'z', ..] => (&[TS], 2),
        ['d', 'z' | 'ź', ..] => (&[DZ], 2),
        ['c', 'k', ..] => (&[K], 2),
        ['q', 'u', ..] => (&[K], 2),
        ['i' | 'y' | 'j', 'j' | 'y', ..] => (&[I, J], 2),
        _ => return None,
    })
}

/// One letter.
fn single(rest: &[char], before: Option<char>) -> (&'static [u8], usize) {
    let after_vowel = before.is_some_and(vowel);
    let before_vowel = rest.get(1).is_some_and(|c| vowel(*c));
    let sounds: &[u8] = match rest[0] {
        'i' | 'ï' | 'í' | 'î' | 'y' | 'ý' if before_vowel && (after_vowel || !matches!(rest.get(1), Some('i' | 'y'))) => &[J],
        'y' if after_vowel => &[J],
        'ć' | 'č' | 'ç' => &[CH],
        'š' | 'ş' => &[SH],
        'ś' => &[S],
        'ŝ' => &[SH, CH],
        'ž' | 'ż' => &[ZH],
        'ź' => &[Z],
        'ţ' | 'ț' => &[TS],
        'ș' => &[SH],
        'ŭ' => &[V],
        'ł' => &[L],
        'đ' => &[D],
        'ð' => &[D],
        'þ' => &[T],
        'ø' => &[O],
        'æ' | 'œ' | 'ä' | 'ə' => &[E],
        'ß' => &[S],
        'ı' => &[Y],
        'ě' => &[J, E],
        'ř' => &[R, ZH],
        letter => plain(bare(letter)),
    };
    (sounds, 1)
}

fn plain(letter: char) -> &'static [u8] {
    match letter {
        'a' => &[A],
        'o' => &[O],
        'e' => &[E],
        'i' => &[I],
        'y' => &[Y],
        'u' => &[U],
        'j' => &[J],
        'v' | 'w' => &[V],
        'f' => &[F],
        'b' => &[B],
        'p' => &[P],
        'g' => &[G],
        'h' => &[H],
        'k' | 'q' | 'c' => &[K],
        'd' => &[D],
        't' => &[T],
        'z' => &[Z],
        's' => &[S],
        'm' => &[M],
        'n' => &[N],
        'l' => &[L],
        'r' => &[R],
        'x' => &[K, S],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::super::letters::words;
    use super::*;

    fn written(name: &str) -> Vec<String> {
        readings(&words(name)[0]).iter().map(|read| read.iter().map(|s| WRITTEN[*s as usize]).collect()).collect()
    }

    #[test]
    fn a_word_is_read_by_each_system_that_differs() {
        assert_eq!(written("Щербаков"), ["ščjerbakov".replace("je", "e")]);
        for latin in ["Shcherbakov", "Szczerbakow", "Ščarbakoŭ", "Schtscherbakow", "Chtcherbakov"] {
            let read = written(latin);
            assert!(read.iter().any(|r| r.starts_with("šč") && r.ends_with("rbakov")), "{latin}: {read:?}");
        }
        assert!(written("Cichanouskaja").contains(&"cihanouskaja".to_owned()));
        assert!(written("Loukachenko").contains(&"lukašenko".to_owned()));
        assert!(written("Zwetkow").contains(&"cvetkov".to_owned()));
        assert!(written("Gheorghievici").contains(&"georgjevič".to_owned()));
        assert!(written("Gorbacevičius").contains(&"gorbacevič".to_owned()));
        assert!(written("Hvostovs").contains(&"hvostov".to_owned()));
    }

    #[test]
    fn soft_signs_and_glides_are_read() {
        assert_eq!(written("Анатольевич"), ["anatoljevič"]);
        assert_eq!(written("Anatolyevich")[0], "anatoljevič");
        assert_eq!(written("Piatrovich")[0], written("Пятровіч")[0]);
        assert_eq!(written("Дзмітрый")[0], "dzmitryj");
        assert_eq!(written("Сергій"), ["sergij"]);
    }

    #[test]
    fn readings_are_bounded_and_differ() {
        for name in ["Czachowsjieugschtchou", "ааа", "مح", "x"] {
            let read = readings(&words(name)[0]);
            assert!(!read.is_empty() && read.len() <= MOST_READINGS);
            assert!(read.iter().all(|r| r.len() <= MOST_SOUNDS));
        }
    }
}
