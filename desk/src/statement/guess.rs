//! What the marked words may mean: a day written in figures, a violation by its words. Guesses for a form that a person confirms. Does no I/O.

use kniha_core::lang::Lang;
use kniha_core::time::Window;
use kniha_core::vocab;
use kniha_core::words::tokens;

/// The time that words name, where they are figures: `2020-08-09`, `9.08.2020`.
pub(crate) fn window(words: &str) -> Option<Window> {
    if let Ok(window) = Window::parse(words.trim()) {
        return Some(window);
    }
    let numbers: Vec<&str> = words.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty()).collect();
    let [day, month, year] = numbers.get(..3)? else { return None };
    let fits = day.len() <= 2 && month.len() <= 2 && year.len() == 4 && words.contains('.');
    fits.then(|| Window::parse(&format!("{year}-{month:0>2}-{day:0>2}")).ok()).flatten()
}

/// Violations, those first whose name in any language has a word of the marked words; at most so many.
pub(crate) fn violations(words: &str, most: usize) -> Vec<&'static str> {
    let said = tokens(words);
    let Some(list) = vocab::list("violation") else { return Vec::new() };
    let mut ranked: Vec<(usize, usize, &'static str)> = list
        .terms
        .iter()
        .enumerate()
        .map(|(at, term)| {
            let names = Lang::ALL.iter().flat_map(|lang| tokens(term.text.get(*lang)));
            (names.filter(|name| said.contains(name)).count(), at, term.code.as_str())
        })
        .collect();
    ranked.sort_by_key(|(fits, at, _)| (std::cmp::Reverse(*fits), *at));
    ranked.into_iter().take(most).map(|(_, _, code)| code).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_in_figures_are_understood_and_others_are_left_to_people() {
        let text = |words| window(words).map(|window| window.to_string());
        assert_eq!(text("2020-08-09").as_deref(), Some("2020-08-09"));
        assert_eq!(text("9.08.2020 увечары").as_deref(), Some("2020-08-09"));
        assert_eq!((text("увечары"), text("99.99.2020"), text("12 34 2020"), text("")), (None, None, None, None));
    }

    #[test]
    fn the_violation_that_is_named_stands_first() {
        assert_eq!(violations("катаванне", 9)[0], "torture");
        assert_eq!(violations("пытки и угрозы", 9).len(), 9);
        assert_eq!(violations("", 3).len(), 3);
    }
}
