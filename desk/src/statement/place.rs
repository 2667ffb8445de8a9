//! Where words stand in an account: for marking without a script. By the number of a sentence, by words, or by both. Does no I/O.

use super::text::Sentence;

/// Why words have no one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotThere {
    /// Nothing was asked for.
    Nothing,
    /// No sentence has this number.
    Sentence,
    /// The words do not stand there.
    Words,
    /// They stand there more than once.
    Often(usize),
}

/// The characters that are meant: a whole sentence, or words that stand once in it or, without a number, in the account. Capitals need not fit.
///
/// # Errors
/// [`NotThere`] where that is not one place.
pub(crate) fn place(text: &str, sentences: &[Sentence], number: Option<usize>, words: &str) -> Result<(u32, u32), NotThere> {
    let chars: Vec<char> = text.chars().collect();
    let (from, to) = match number {
        Some(n) => sentences.iter().find(|sentence| sentence.n == n).map(|s| (s.start as usize, s.end as usize)).ok_or(NotThere::Sentence)?,
        None => (0, chars.len()),
    };
    let wanted: Vec<char> = words.trim().chars().collect();
    if wanted.is_empty() {
        return if number.is_some() { Ok(trimmed(&chars, from, to)) } else { Err(NotThere::Nothing) };
    }
    let found = |same: fn(char, char) -> bool| -> Vec<usize> {
        let fits = |at: &usize| chars[*at..].iter().zip(&wanted).all(|(a, b)| same(*a, *b));
        if wanted.len() > to - from { Vec::new() } else { (from..=to - wanted.len()).filter(fits).collect() }
    };
    let exact = found(|a, b| a == b);
    let all = if exact.is_empty() { found(|a, b| a.to_lowercase().eq(b.to_lowercase()) || (a.is_whitespace() && b.is_whitespace())) } else { exact };
    match all[..] {
        [] => Err(NotThere::Words),
        [at] => Ok((at as u32, (at + wanted.len()) as u32)),
        _ => Err(NotThere::Often(all.len())),
    }
}

/// Without the white space around it.
fn trimmed(chars: &[char], from: usize, to: usize) -> (u32, u32) {
    let own = &chars[from..to];
    let before = own.iter().take_while(|c| c.is_whitespace()).count();
    let after = own.iter().rev().take_while(|c| c.is_whitespace()).count();
    ((from + before) as u32, (to - after.min(own.len() - before)) as u32)
}

#[cfg(test)]
mod tests {
    use super::super::text::sentences;
    use super::*;

    const TEXT: &str = "Прыйшлі ў маскі. Капітан Ясень казаў: «хутка».\nКапітан пайшоў.";

    fn at(number: Option<usize>, words: &str) -> Result<(u32, u32), NotThere> {
        place(TEXT, &sentences(TEXT, &[]), number, words)
    }

    #[test]
    fn words_are_found_by_their_sentence_or_where_they_stand_once() {
        assert_eq!(at(None, "капітан ясень"), Ok((17, 30)));
        assert_eq!(at(Some(3), "Капітан"), Ok((47, 54)));
        assert_eq!(at(Some(1), ""), Ok((0, 16)));
        assert_eq!(at(None, "Капітан"), Err(NotThere::Often(2)));
        assert_eq!(at(Some(1), "Капітан"), Err(NotThere::Words));
        assert_eq!((at(Some(9), ""), at(None, "  "), at(Some(0), "")), (Err(NotThere::Sentence), Err(NotThere::Nothing), Err(NotThere::Sentence)));
        assert_eq!(place("", &[], None, "a"), Err(NotThere::Words));
    }
}
