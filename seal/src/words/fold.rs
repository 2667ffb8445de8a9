//! How words are made comparable before they are looked up. Frozen with the lists: what it accepts today must open a mailbox in ten years.
//!
//! Case goes; accents, stress marks, apostrophes and invisible characters go; `ё→е`, `ў→у`, `й і ї→и`, `є→е`, `ґ→г`, because a person without
//! that keyboard types those. In a word with a Cyrillic letter, Latin letters of the same look become Cyrillic. (Search has its own folding in
//! `kniha_core::words`, which may improve; this one may not.) Does no I/O.

/// A word as it is looked up.
#[must_use]
pub(super) fn fold(word: &str) -> String {
    let cyrillic = word.chars().any(|c| matches!(c, '\u{400}'..='\u{52f}'));
    word.chars().flat_map(char::to_lowercase).filter(|c| !is_silent(*c)).map(|c| plain(c, cyrillic)).collect()
}

/// Whether a character stands inside a word.
pub(super) fn is_inside(c: char) -> bool {
    c.is_alphabetic() || is_silent(c)
}

fn plain(c: char, cyrillic: bool) -> char {
    match c {
        'ё' | 'є' | 'ѐ' => 'е',
        'ў' => 'у',
        'й' | 'і' | 'ї' | 'ѝ' => 'и',
        'ґ' => 'г',
        'a' if cyrillic => 'а',
        'c' if cyrillic => 'с',
        'e' | 'ë' if cyrillic => 'е',
        'i' | 'ï' if cyrillic => 'и',
        'o' if cyrillic => 'о',
        'p' if cyrillic => 'р',
        'x' if cyrillic => 'х',
        'y' if cyrillic => 'у',
        _ => c,
    }
}

/// Combining marks, apostrophes of every kind, soft hyphens, joiners and marks of direction.
fn is_silent(c: char) -> bool {
    matches!(c,
        '\u{300}'..='\u{36f}' | '\'' | '`' | '´' | '‘' | '’' | 'ʼ' | 'ʹ' | '′' | '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2069}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_type_becomes_what_is_looked_up() {
        for (typed, folded) in [
            ("Ястраб", "ястраб"),
            ("СЁМГА", "семга"),
            ("се\u{308}мга", "семга"),
            ("воўк", "воук"),
            ("ґрунт", "грунт"),
            ("їжак", "ижак"),
            ("музе\u{439}", "музеи"),
            ("музе\u{438}\u{306}", "музеи"),
            ("пʼята", "пята"),
            ("п'я\u{301}та", "пята"),
            ("сiнь", "синь"),
            ("Abandon", "abandon"),
        ] {
            assert_eq!(fold(typed), folded);
            assert_eq!(fold(folded), folded);
        }
    }
}
