//! How names are rewritten in Latin letters: the rules that passports, lists and friends use.
//!
//! Belarusian passports: Instruction of the Ministry of Internal Affairs of 9 October 2008 No. 288. Łacinka: the traditional Belarusian
//! Latin alphabet. Russian passports: ICAO Doc 9303 part 3 section 6; the older English way writes *y* where ICAO writes *i*. Ukrainian
//! passports: Resolution of the Cabinet of Ministers of 27 January 2010 No. 55. Only the letters that names have. Does no I/O.

/// A way of writing Cyrillic names in Latin letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Latin {
    /// From Belarusian, as in passports: Dzmitry Aliaksandravich.
    BePassport,
    /// From Belarusian, łacinka: Dźmitry, Jaŭhien.
    Lacinka,
    /// From Russian, as in passports: Dmitrii Sergeevich.
    RuPassport,
    /// From Russian, as in newspapers: Dmitriy Sergeyevich.
    RuEnglish,
    /// From Ukrainian, as in passports: Serhii.
    UkPassport,
}

/// The name in Latin letters.
pub(crate) fn latin(name: &str, way: Latin) -> String {
    let mut out = String::with_capacity(name.len());
    let mut before = ' ';
    let letters: Vec<char> = name.chars().collect();
    for (at, letter) in letters.iter().enumerate() {
        let small = letter.to_lowercase().next().unwrap_or(*letter);
        let next = letters.get(at + 1).and_then(|c| c.to_lowercase().next()).unwrap_or(' ');
        let text = match way {
            Latin::BePassport => be_passport(small, before, next),
            Latin::Lacinka => lacinka(small, before, next),
            Latin::RuPassport => ru(small, before, next, false),
            Latin::RuEnglish => ru(small, before, next, true),
            Latin::UkPassport => uk(small, before),
        };
        match text {
            None => out.push(*letter),
            Some(text) if letter.is_uppercase() => out.push_str(&super::phrase::capital(text.to_owned())),
            Some(text) => out.push_str(text),
        }
        before = small;
    }
    out
}

fn vowel(c: char) -> bool {
    "аеёіоуўыэюяиєї".contains(c)
}

/// Whether a soft vowel begins a syllable here, so that its *j* is heard.
fn open(before: char) -> bool {
    !before.is_alphabetic() || vowel(before) || "ьъ’".contains(before)
}

/// Letters that all the ways from Belarusian and Russian write alike.
fn plain(c: char) -> Option<&'static str> {
    Some(match c {
        'а' => "a",
        'б' => "b",
        'в' => "v",
        'д' => "d",
        'з' => "z",
        'к' => "k",
        'л' => "l",
        'м' => "m",
        'н' => "n",
        'о' => "o",
        'п' => "p",
        'р' => "r",
        'с' => "s",
        'т' => "t",
        'у' => "u",
        'ф' => "f",
        _ => return None,
    })
}

fn be_passport(c: char, before: char, next: char) -> Option<&'static str> {
    Some(match c {
        'г' => "h",
        'е' if open(before) => "ye",
        'е' | 'э' => "e",
        'ё' if open(before) => "yo",
        'ё' => "io",
        'ж' => "zh",
        // Endings -ый and -ій lose the last letter.
        'й' if matches!(before, 'ы' | 'і') && !next.is_alphabetic() => "",
        'і' | 'й' => "i",
        'ў' => "u",
        'х' => "kh",
        'ц' => "ts",
        'ч' => "ch",
        'ш' => "sh",
        'ы' => "y",
        'ь' | '’' => "",
        'ю' if open(before) => "yu",
        'ю' => "iu",
        'я' if open(before) => "ya",
        'я' => "ia",
        c => return plain(c),
    })
}

fn lacinka(c: char, before: char, next: char) -> Option<&'static str> {
    let soft = next == 'ь';
    let after_l = before == 'л';
    Some(match c {
        'г' => "h",
        'л' if soft || "еёіюя".contains(next) => "l",
        'л' => "ł",
        'з' if soft => "ź",
        'н' if soft => "ń",
        'с' if soft => "ś",
        'ц' if soft => "ć",
        'е' if open(before) => "je",
        'е' if after_l => "e",
        'е' => "ie",
        'ё' if open(before) => "jo",
        'ё' if after_l => "o",
        'ё' => "io",
        'э' => "e",
        'ж' => "ž",
        'й' => "j",
        'і' => "i",
        'ў' => "ŭ",
        'х' => "ch",
        'ц' => "c",
        'ч' => "č",
        'ш' => "š",
        'ы' => "y",
        'ь' | '’' => "",
        'ю' if open(before) => "ju",
        'ю' if after_l => "u",
        'ю' => "iu",
        'я' if open(before) => "ja",
        'я' if after_l => "a",
        'я' => "ia",
        c => return plain(c),
    })
}

fn ru(c: char, before: char, next: char, english: bool) -> Option<&'static str> {
    Some(match c {
        'г' => "g",
        'е' if english && open(before) => "ye",
        'ё' if english => "yo",
        'е' | 'ё' | 'э' => "e",
        'ж' => "zh",
        'й' if english && matches!(before, 'и' | 'ы') && !next.is_alphabetic() => {
            if before == 'ы' {
                ""
            } else {
                "y"
            }
        }
        'й' if english => "y",
        'и' | 'й' => "i",
        'х' => "kh",
        'ц' => "ts",
        'ч' => "ch",
        'ш' => "sh",
        'щ' => "shch",
        'ъ' if !english => "ie",
        'ъ' | 'ь' => "",
        'ы' => "y",
        'ю' if english => "yu",
        'ю' => "iu",
        'я' if english => "ya",
        'я' => "ia",
        c => return plain(c),
    })
}

fn uk(c: char, before: char) -> Option<&'static str> {
    let first = !before.is_alphabetic();
    Some(match c {
        'г' => "h",
        'ґ' => "g",
        'е' => "e",
        'є' if first => "ye",
        'є' => "ie",
        'ж' => "zh",
        'и' => "y",
        'і' => "i",
        'ї' if first => "yi",
        'ї' => "i",
        'й' if first => "y",
        'й' => "i",
        'х' => "kh",
        'ц' => "ts",
        'ч' => "ch",
        'ш' => "sh",
        'щ' => "shch",
        'ь' | '’' => "",
        'ю' if first => "yu",
        'ю' => "iu",
        'я' if first => "ya",
        'я' => "ia",
        c => return plain(c),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_written_as_the_rules_write_them() {
        let cases = [
            ("Дзмітрый", Latin::BePassport, "Dzmitry"),
            ("Яўген", Latin::BePassport, "Yauhen"),
            ("Аляксандра", Latin::BePassport, "Aliaksandra"),
            ("Дар’я", Latin::BePassport, "Darya"),
            ("Васіль", Latin::Lacinka, "Vasil"),
            ("Ліна Сяргееўна", Latin::Lacinka, "Lina Siarhiejeŭna"),
            ("Алена", Latin::Lacinka, "Alena"),
            ("Дмитрий Сергеевич", Latin::RuPassport, "Dmitrii Sergeevich"),
            ("Дмитрий Сергеевич", Latin::RuEnglish, "Dmitriy Sergeyevich"),
            ("Юлія", Latin::UkPassport, "Yuliia"),
            ("Сергій", Latin::UkPassport, "Serhii"),
        ];
        for (name, way, wanted) in cases {
            assert_eq!(latin(name, way), wanted);
        }
    }
}
