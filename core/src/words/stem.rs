//! Stems: one token for the forms of a word, the same for a word whatever language it is said to be in.
//!
//! A Cyrillic word of a query may be Belarusian, Russian or Ukrainian, and the same forms (*горада*, *суда*, *закон*) occur in all three. So one set of
//! rules over the joint endings serves the three languages, and the token depends on the folded word alone:
//!
//! 1. the reflexive particle goes (*-цца, -ться, -ся, -сь*);
//! 2. the longest ending of declension or conjugation goes, then the vowel it leaves;
//! 3. what ends a word in one form and stands before an ending in another goes too (*арышт-ав-аць, солд-ат, солд-ат-а*): up to three times;
//! 4. what alternates is made one: *дз–д, ц–т, ў–в*, a fleeting vowel, *бл–б*, and the vowels that Belarusian writes as it speaks (*горад – гарады*).
//!
//! The rules are grammar (the joint paradigms of the school grammars of the three languages), not a dictionary. Latin words get the Snowball stemmer for
//! English; words with digits or of other scripts are their own stem. Pure, no allocation besides the result.

use rust_stemmers::{Algorithm, Stemmer};

/// The stem of one folded word.
#[must_use]
pub fn stem(word: &str) -> String {
    if !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase()) {
        return Stemmer::create(Algorithm::English).stem(word).into_owned();
    }
    if word.chars().all(|c| matches!(c, 'а'..='я')) { level(strip(word)) } else { word.to_owned() }
}

// All letters а–я are two bytes, so the byte arithmetic below stays on letters.
const LETTER: usize = 2;

fn letters(word: &str) -> usize {
    word.len() / LETTER
}

/// The last `count` letters; all of them if there are fewer.
fn tail(word: &str, count: usize) -> &str {
    &word[word.len().saturating_sub(count * LETTER)..]
}

fn without(word: &str, count: usize) -> &str {
    &word[..word.len().saturating_sub(count * LETTER)]
}

fn is_vowel(c: char) -> bool {
    matches!(c, 'а' | 'е' | 'и' | 'о' | 'у' | 'ы' | 'э' | 'ю' | 'я')
}

fn ends_in_vowel(word: &str) -> bool {
    word.chars().next_back().is_some_and(is_vowel)
}

fn has_vowel(word: &str) -> bool {
    word.chars().any(is_vowel)
}

fn strip(word: &str) -> &str {
    let word = trim(strip_ending(strip_reflexive(word)));
    let mut stem = word;
    for _ in 0..3 {
        let shorter = trim(strip_suffix(stem));
        if shorter.len() == stem.len() {
            break;
        }
        stem = shorter;
    }
    stem
}

fn strip_reflexive(word: &str) -> &str {
    if letters(word) < 5 {
        return word;
    }
    if word.ends_with("цца") {
        // умыцца is умы-ць + ся.
        return without(word, 3);
    }
    if word.ends_with("ся") {
        return without(word, 2);
    }
    // -сь follows a vowel or, in a past tense or an imperative, в, й, м; Беларусь is no verb.
    let before = without(word, 2).chars().next_back();
    if word.ends_with("сь") && !word.ends_with("русь") && before.is_some_and(|c| is_vowel(c) || matches!(c, 'в' | 'й' | 'м')) {
        return without(word, 2);
    }
    word
}

fn strip_ending(word: &str) -> &str {
    for length in (1..=ENDINGS.len()).rev() {
        let ending = tail(word, length);
        let rest = without(word, length);
        if letters(ending) < length || letters(rest) < 3 || !has_vowel(rest) {
            continue;
        }
        let known = ENDINGS[length - 1].binary_search(&ending).is_ok();
        let after_vowel = AFTER_VOWEL[length - 1].binary_search(&ending).is_ok() && ends_in_vowel(rest);
        let fits = match ending {
            // A short у after a vowel is ў: no ending of its own.
            "у" => !ends_in_vowel(rest),
            // Dative of nouns (сынові); shorter rests are adjectives in -ов-.
            "ови" | "еви" => letters(rest) >= 4,
            _ => true,
        };
        if (known && fits) || after_vowel {
            return rest;
        }
    }
    word
}

fn strip_suffix(stem: &str) -> &str {
    for length in (2..=3).rev() {
        let suffix = tail(stem, length);
        let rest = without(stem, length);
        if letters(rest) >= 4 && has_vowel(rest) && SUFFIXES.contains(&suffix) {
            return rest;
        }
    }
    if letters(stem) < 4 {
        return stem;
    }
    let rest = without(stem, 1);
    let mut before = rest.chars().rev();
    let (last, second) = (before.next().unwrap_or('а'), before.next().unwrap_or('а'));
    let consonant = !is_vowel(last) || last == 'у' && is_vowel(second);
    if consonant && (stem.ends_with('к') || stem.ends_with('ц') && last != 'с') {
        return rest;
    }
    if matches!(tail(stem, 2), "ок" | "ек" | "ак" | "ец") { without(stem, 2) } else { stem }
}

/// Takes away the vowels and й, ь, ъ that an ending left behind; ў after a vowel belongs to the stem.
fn trim(mut word: &str) -> &str {
    while letters(word) > 3 {
        let mut back = word.chars().rev();
        let (last, before) = (back.next().unwrap_or('б'), back.next().unwrap_or('б'));
        let goes = (is_vowel(last) || matches!(last, 'й' | 'ь' | 'ъ')) && !(last == 'у' && is_vowel(before));
        if !goes {
            break;
        }
        word = without(word, 1);
    }
    word
}

/// Makes one what alternates between the forms of a word and between the three languages.
fn level(stem: &str) -> String {
    let mut out: Vec<char> = Vec::with_capacity(stem.len());
    let mut letters = stem.chars().peekable();
    while let Some(c) = letters.next() {
        let c = match c {
            'ь' | 'ъ' => continue,
            'д' if letters.peek() == Some(&'з') => {
                letters.next();
                'д'
            }
            'ц' => 'т',
            'щ' => {
                push_single(&mut out, 'ш');
                'ч'
            }
            other => other,
        };
        push_single(&mut out, c);
    }
    if out.is_empty() {
        return stem.to_owned();
    }
    while out.len() > 1 && out.last() == Some(&'й') {
        out.pop();
    }
    short_u(&mut out);
    if let [.., _, 'б' | 'п' | 'в' | 'м' | 'ф', 'л'] = out[..] {
        out.pop();
    }
    if let [.., _, _, _, 'а' | 'е' | 'и' | 'о', 'с', 'т'] = out[..] {
        let at = out.len() - 3;
        out[at] = 'о';
    }
    fleeting(&mut out);
    let short = out.len() < 3;
    for c in &mut out {
        *c = match *c {
            'э' if short => 'е',
            'о' | 'е' | 'э' | 'я' if !short => 'а',
            'ы' => 'и',
            'ю' if !short => 'у',
            other => other,
        };
    }
    out.into_iter().collect()
}

/// Doubled consonants count once.
fn push_single(out: &mut Vec<char>, c: char) {
    if out.last() != Some(&c) || is_vowel(c) {
        out.push(c);
    }
}

/// ў at the end of a stem, or before its last л, is the в of the other forms (моў – мова, выяўлю – выявіць).
fn short_u(out: &mut [char]) {
    let count = out.len();
    match out {
        [.., before, 'у'] if is_vowel(*before) => out[count - 1] = 'в',
        [.., before, 'у', 'л'] if is_vowel(*before) => out[count - 2] = 'в',
        _ => {}
    }
}

/// The vowel of the last syllable comes and goes (песок – песка, кінець – кінця), so it goes.
fn fleeting(out: &mut Vec<char>) {
    if let [start @ .., before, vowel, last] = &out[..] {
        let closed = !is_vowel(*before) && !is_vowel(*last) && matches!(vowel, 'о' | 'е' | 'а' | 'э' | 'и');
        if closed && start.iter().any(|c| is_vowel(*c)) {
            out.remove(out.len() - 2);
        }
    }
}

/// Endings of declension and conjugation in the three languages, folded, by their number of letters; each list sorted.
const ENDINGS: [&[&str]; 6] = [
    &["а", "е", "и", "о", "у", "ы", "э", "ю", "я"],
    &[
        "ае", "ай", "ам", "ат", "ау", "ах", "аш", "аю", "ая", "ев", "ее", "ей", "ем", "ет", "еу", "еш", "ею", "ив", "ие", "ий", "им", "ит", "иу", "их", "иш",
        "ия", "ов", "ое", "ой", "ом", "оу", "ою", "ут", "уу", "ую", "ые", "ый", "ым", "ыт", "ыу", "ых", "ыш", "ыя", "ье", "ьи", "ьо", "ью", "ья", "эй", "эм",
        "эш", "ют", "юю", "яе", "яй", "ям", "ят", "яу", "ях", "яш", "яю", "яя",
    ],
    &[
        "ага", "ами", "аму", "ать", "аце", "аць", "еви", "его", "емо", "ему", "ете", "еце", "ешь", "ими", "имо", "ите", "ить", "ице", "иць", "ишь", "ови",
        "ого", "ому", "уть", "уць", "ыми", "ымо", "ыте", "ыце", "ыць", "ьев", "ьей", "ьем", "ьми", "ьмо", "ьою", "ьте", "ьце", "ьям", "ьях", "эга", "эмо",
        "эму", "эце", "ють", "юць", "яга", "ями", "яму", "ять", "яце", "яць",
    ],
    &["ього", "ьому", "ьями"],
    &["ймось"],
    &[],
];

/// Endings that stand after a vowel only: infinitives, past tenses, imperatives; by their number of letters; each list sorted.
const AFTER_VOWEL: [&[&str]; 6] = [
    &["в", "л"],
    &["вш", "ла", "ли", "ло", "но", "ти", "то", "ть", "ци", "ць"],
    &["вши", "ймо", "йте", "йце"],
    &["тиме", "тиму"],
    &["тимем", "тимеш"],
    &["тимемо", "тимете", "тимуть"],
];

/// What stands between a root and an ending, and ends the word in other forms.
const SUFFIXES: [&str; 36] = [
    "ав", "аг", "ал", "ам", "ан", "анн", "ат", "ау", "аш", "ащ", "вш", "ев", "ел", "ем", "енн", "ет", "еу", "ил", "им", "ит", "ов", "ог", "ом", "оу", "ув",
    "ул", "ут", "ущ", "ым", "эм", "юв", "ют", "ющ", "ян", "ят", "ящ",
];

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::super::fold;
    use super::*;
    use proptest::prelude::*;

    /// Each line: forms that must have one stem.
    fn one_stem_a_line(table: &str) {
        for line in table.lines() {
            let forms: Vec<&str> = line.split_whitespace().collect();
            for form in &forms {
                assert_eq!(stem(&fold(form)), stem(&fold(forms[0])), "{form}, {}", forms[0]);
            }
        }
    }

    #[test]
    fn belarusian_forms_meet() {
        one_stem_a_line(
            "горад горада гораду горадам горадзе гарады гарадоў гарадамі гарадах
            хата хаты хаце хату хатай хатаю хат хатах
            турма турмы турме турму турмой турмаў турмах
            суд суда суду судом судзе суды судоў судам судамі
            міліцыя міліцыі міліцыю міліцыяй міліцыяю
            Беларусь Беларусі Беларуссю
            затрыманы затрыманага затрыманаму затрыманыя затрыманых затрымаць затрымаў затрымала затрымалі затрыманне затрымання
            катаваць катаваў катавалі катаванне катавання катаванні
            вайсковец вайскоўца вайскоўцы вайскоўцаў
            сведка сведкі сведку сведкаў сведкамі
            слова слоў словы словамі
            мова моў мовы мовай
            судовы судовая судовага судоваму судовыя судовых
            лес лясы лясоў лесам
            збіваць збіваў збівалі збівае збіваюць",
        );
    }

    #[test]
    fn russian_forms_meet() {
        one_stem_a_line(
            "город города городу городом городе городов городами
            тюрьма тюрьмы тюрьме тюрьму тюрьмой тюрьмах
            милиция милиции милицию милицией
            задержан задержана задержаны задержать задержал задержали задержанный задержанных задержание задержания задержанию
            сотрудник сотрудника сотруднику сотрудником сотрудники сотрудников
            песок песка песком
            солдат солдата солдаты солдатами
            закон закона закону законом законы законов законам
            приказ приказа приказу приказом приказы приказов
            пытки пытка пытку пытками
            уголовный уголовная уголовного уголовному уголовные уголовных",
        );
    }

    #[test]
    fn ukrainian_forms_meet() {
        one_stem_a_line(
            "місто міста місту містом місті міст містами
            закон закону законом законі закони законів законами
            поліція поліції поліцію поліцією
            затриманий затриманого затриманому затримані затриманих затримати затримав затримала затримали затримання
            свідок свідка свідки свідків свідкам
            кінець кінця кінцем
            слідчий слідчого слідчому слідчі слідчих",
        );
    }

    #[test]
    fn the_same_word_of_three_languages_meets() {
        one_stem_a_line(
            "горад город
            міліцыя милиция міліція
            турма тюрьма
            ізалятар изолятор ізолятор ізалятары изоляторы ізолятори
            Мінск Минск Мінськ Мінску Минска
            людзі люди
            калонія колония колонія калоніі колонии колонії
            амон омон
            салдат солдат",
        );
    }

    #[test]
    fn different_words_stay_apart() {
        for (one, other) in [
            ("суд", "сад"),
            ("міліцыя", "мільён"),
            ("катаваць", "катаваны".replace("катав", "кінав").as_str()),
            ("закон", "вагон"),
            ("лес", "ліс"),
            ("2020", "2021"),
        ] {
            assert_ne!(stem(&fold(one)), stem(&fold(other)), "{one}");
        }
    }

    #[test]
    fn english_words_have_english_stems_and_codes_none() {
        assert_eq!(stem("officers"), stem("officer"));
        assert_eq!(stem("beatings"), stem("beating"));
        assert_eq!(stem("ab12"), "ab12");
        assert_eq!(stem("აბგ"), "აბგ");
        assert_eq!(stem(""), "");
    }

    #[test]
    fn the_lists_of_endings_are_sorted_and_of_their_length() {
        for (at, list) in ENDINGS.iter().chain(&AFTER_VOWEL).enumerate() {
            assert!(list.is_sorted(), "{list:?}");
            assert!(list.iter().all(|ending| letters(ending) == at % ENDINGS.len() + 1), "{list:?}");
        }
    }

    proptest! {
        #[test]
        fn a_stem_is_never_empty(word in "[а-я]{1,70}") {
            let stem = stem(&word);
            prop_assert!(!stem.is_empty());
            prop_assert!(stem.chars().all(|c| matches!(c, 'а'..='я')));
        }

        #[test]
        fn any_word_has_a_stem(text in any::<String>()) {
            for word in fold(&text).split(' ').filter(|word| !word.is_empty()) {
                prop_assert!(!stem(word).is_empty());
            }
        }
    }
}
