//! The words of a unit's or organisation's name, made ready for comparing. Pure; at most [`MOST_TOKENS`] tokens.

use kniha_core::words::{fold, stem};

use super::table::{self, Kind, Known, LONGEST_PHRASE, Legal};
use super::{Frequencies, Kind as Of};
use crate::link::name::code::Code;
use crate::link::name::letters::words;
use crate::link::name::read::readings;
use crate::link::name::sound::{A, I, J, K, S, TS, is_vowel};
use crate::weight::Weight;

/// Characters of a name that are read.
pub(super) const LONGEST: usize = 512;
/// Tokens of a name that are compared.
pub(super) const MOST_TOKENS: usize = 16;

/// Readings of one token that are kept: of the word and of its stem.
const MOST_CODES: usize = 6;
/// First letters of one token that are kept.
pub(super) const MOST_INITIALS: usize = 8;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Number,
    /// One letter, as in *'A' Division*.
    Letter,
    Level,
    Weak,
    /// What tells one from another.
    Name,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) text: Box<str>,
    pub(super) role: Role,
    pub(super) extra: bool,
    /// Equal where two tokens are one.
    pub(super) key: u64,
    pub(super) codes: Box<[Code]>,
    /// The first letters of its words, folded to Latin; for abbreviations.
    pub(super) initials: [u8; MOST_INITIALS],
    /// Of a number, the word for size or kind that it counts.
    pub(super) counts: u64,
    pub(super) weight: Weight,
}

/// A name as tokens, with its legal form.
pub(super) fn tokens(name: &str, of: Of) -> (Vec<Token>, Option<Legal>) {
    let pieces = pieces(name, of);
    let (mut found, mut legal) = (Vec::new(), None);
    let mut at = 0;
    while at < pieces.len() && found.len() < MOST_TOKENS {
        let (known, taken) = longest(&pieces[at..], of);
        match known {
            Some(Known::Legal(form)) if at > 0 || pieces.len() > taken => legal = legal.or(Some(form)),
            Some(Known::Word { kind: Kind::Idle, .. }) => {}
            Some(Known::Word { kind, concept, db }) => found.push(Token::known(&pieces[at..at + taken], kind, concept, db)),
            _ => {
                let token = Token::plain(&pieces[at]);
                match (found.last_mut(), table::number(&pieces[at].text)) {
                    // Forty-four.
                    (Some(tens), Some(ones @ 1..=9)) if tens.role == Role::Number && in_tens(&tens.text) => {
                        *tens = Token::number(&pieces[at], table::number(&tens.text).unwrap_or(0) + ones);
                    }
                    _ => found.push(token),
                }
            }
        }
        at += taken.max(1);
    }
    count(&mut found);
    (found, legal)
}

/// Twenty to ninety, in letters.
fn in_tens(text: &str) -> bool {
    !text.starts_with(|c: char| c.is_ascii_digit()) && table::number(text).is_some_and(|n| n >= 20 && n % 10 == 0)
}

/// Says of every number which word it counts: the next one for size or kind, else the last one before.
fn count(tokens: &mut [Token]) {
    for at in 0..tokens.len() {
        if tokens[at].role == Role::Number {
            let level = |token: &&Token| token.role == Role::Level;
            let counted = tokens[at..].iter().find(level).or_else(|| tokens[..at].iter().rev().find(level)).map_or(0, |token| token.key);
            tokens[at].counts = counted;
        }
    }
}

/// A word between spaces, or between a figure and a letter.
struct Piece {
    text: String,
    extra: bool,
    known: Option<Known>,
    /// What it is known by in phrases, as written and with a slip put right.
    key: String,
    near: String,
}

impl Piece {
    fn is_idle(&self) -> bool {
        matches!(self.known, Some(Known::Word { kind: Kind::Idle, .. }))
    }

    /// *Company* is a size again, *Corp* a word like any other.
    fn forget_legal_form(&mut self) {
        if let Some(Known::Legal(_)) = self.known {
            self.known = table::beside_form(&self.text);
        }
    }
}

fn pieces(name: &str, of: Of) -> Vec<Piece> {
    let cut: String = name.chars().take(LONGEST).collect();
    let mut pieces: Vec<Piece> = Vec::new();
    let mut extra = false;
    for chunk in cut.split_inclusive(['(', ')', '[', ']']) {
        // Dots, slashes and apostrophes inside abbreviations (L.L.C., A/S, Int'l, в/ч) fall out where single letters stand beside them.
        for word in chunk.split([' ', '\t', '\n', ',', ';', '(', ')', '[', ']', '-', '–', '—', '"', '«', '»', '“', '”']) {
            for part in abbreviation(word) {
                humps(&part).iter().for_each(|hump| push_pieces(&fold(hump), extra, &mut pieces));
            }
        }
        extra = match chunk.chars().next_back() {
            Some('(' | '[') => true,
            Some(')' | ']') => false,
            _ => extra,
        };
        if pieces.len() > 2 * MOST_TOKENS {
            break;
        }
    }
    if of == Of::Unit {
        pieces.iter_mut().for_each(Piece::forget_legal_form);
    }
    if pieces.iter().all(|piece| piece.extra) {
        pieces.iter_mut().for_each(|piece| piece.extra = false);
    }
    pieces
}

/// *L.L.C.* as one word; other dotted words as they are parted.
fn abbreviation(word: &str) -> Vec<String> {
    let parts: Vec<&str> = word.split(['.', '/']).filter(|part| !part.is_empty()).collect();
    if parts.len() > 1 && parts.iter().all(|part| part.chars().nth(1).is_none()) {
        vec![parts.concat()]
    } else {
        parts.into_iter().map(str::to_owned).collect()
    }
}

/// *SiemensAG* is two words where the second is a legal form; *PricewaterhouseCoopers* stays one, as its parts are found anyway.
fn humps(word: &str) -> [&str; 2] {
    let cut = word.char_indices().zip(word.chars().skip(1)).filter(|((_, c), next)| c.is_lowercase() && next.is_uppercase()).last();
    if let Some(((at, c), _)) = cut {
        let (head, tail) = word.split_at(at + c.len_utf8());
        if matches!(table::word(&fold(tail)), Some(Known::Legal(_))) {
            return [head, tail];
        }
    }
    [word, ""]
}

fn push_pieces(folded: &str, extra: bool, pieces: &mut Vec<Piece>) {
    for word in folded.split(' ').filter(|word| !word.is_empty()) {
        let mut from = 0;
        let mut before: Option<char> = None;
        for (at, c) in word.char_indices() {
            if before.is_some_and(|b| b.is_ascii_digit() != c.is_ascii_digit()) {
                piece(&word[from..at], extra, pieces);
                from = at;
            }
            before = Some(c);
        }
        piece(&word[from..], extra, pieces);
    }
}

fn piece(text: &str, extra: bool, pieces: &mut Vec<Piece>) {
    const ORDINAL: [&str; 16] = ["st", "nd", "rd", "th", "я", "й", "ая", "ый", "ий", "ой", "го", "ого", "га", "е", "и", "ы"];
    // *No. 5, № 5*, but not *No Man's Land*.
    if table::number(text).is_some() {
        pieces.pop_if(|sign| matches!(&*sign.text, "no" | "nr"));
    }
    let after_number = pieces.last().is_some_and(|piece| piece.text.bytes().all(|b| b.is_ascii_digit()));
    if !(after_number && ORDINAL.contains(&text)) {
        pieces.push(Piece { text: text.to_owned(), extra, known: table::word(text), key: table::key(text), near: table::near_key(text) });
    }
}

/// The longest phrase of the table that the pieces begin with, or what is known of the first one.
fn longest(pieces: &[Piece], of: Of) -> (Option<Known>, usize) {
    let (mut keys, mut near) = (String::new(), String::new());
    let mut best = (pieces[0].known, 1);
    let mut words = 0;
    for (at, piece) in pieces.iter().enumerate().take(LONGEST_PHRASE) {
        if piece.is_idle() {
            if at == 0 {
                break;
            }
            continue;
        }
        if words > 0 {
            keys.push(' ');
            near.push(' ');
        }
        keys.push_str(&piece.key);
        near.push_str(&piece.near);
        words += 1;
        // Three words bear out a slip in one of them.
        if words > 1
            && let Some(known) = table::phrase(&keys).or_else(|| if words > 2 { table::phrase(&near) } else { None })
            && (of != Of::Unit || !matches!(known, Known::Legal(_)))
        {
            best = (Some(known), at + 1);
        }
    }
    best
}

impl Token {
    fn known(pieces: &[Piece], kind: Kind, concept: u16, db: i32) -> Token {
        let role = match kind {
            Kind::Level => Role::Level,
            Kind::Weak | Kind::Idle => Role::Weak,
            Kind::Word => Role::Name,
        };
        let text = pieces.iter().map(|piece| piece.text.as_str()).collect::<Vec<_>>().join(" ");
        let mut initials = [0; MOST_INITIALS];
        let telling = pieces.iter().filter(|piece| !piece.is_idle());
        initials.iter_mut().zip(telling).for_each(|(letter, piece)| *letter = initial(&piece.text));
        if text == "hq" || text.starts_with("headquarter") {
            // GHQ, AHQ: the word keeps its own abbreviation.
            initials[..2].copy_from_slice(b"hq");
        }
        Token {
            role,
            extra: pieces[0].extra,
            key: u64::from(concept),
            codes: Box::default(),
            initials,
            counts: 0,
            weight: Weight::from_db(db),
            text: text.into(),
        }
    }

    fn number(piece: &Piece, number: u32) -> Token {
        let weight = Weight::from_db(if number < 10 { 12 } else { 18 });
        let key = u64::from(number) | 1 << 40;
        Token {
            text: number.to_string().into(),
            role: Role::Number,
            extra: piece.extra,
            key,
            codes: Box::default(),
            initials: [0; MOST_INITIALS],
            counts: 0,
            weight,
        }
    }

    fn plain(piece: &Piece) -> Token {
        if let Some(number) = table::number(&piece.text) {
            let initials = [initial(&piece.text), 0, 0, 0, 0, 0, 0, 0];
            return Token { text: piece.text.as_str().into(), initials, ..Token::number(piece, number) };
        }
        let text: Box<str> = piece.text.as_str().into();
        let mut initials = [0; MOST_INITIALS];
        initials[0] = initial(&text);
        let token = |role, key, codes: Box<[Code]>, db| Token {
            role,
            extra: piece.extra,
            key,
            codes,
            initials,
            counts: 0,
            weight: Weight::from_db(db),
            text: text.clone(),
        };
        if text.chars().nth(1).is_none() {
            return token(Role::Letter, u64::from(initial(&text)) | 1 << 41, Box::default(), 12);
        }
        let stemmed = stem(&text);
        let mut read: Vec<Vec<u8>> = Vec::new();
        for form in [&*text, &*stemmed] {
            for sounds in words(form).first().map(readings).unwrap_or_default().into_iter().map(adjective) {
                if !sounds.is_empty() && read.len() < MOST_CODES && !read.contains(&sounds) {
                    read.push(sounds);
                }
            }
        }
        let len = read.first().map_or(0, Vec::len);
        let digest = stemmed.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
        let key = digest | 1 << 63;
        let codes = read.iter().map(|r| Code::of(r)).collect();
        token(
            Role::Name,
            key,
            codes,
            match len {
                0..=2 => 26,
                3 => 30,
                4 => 34,
                5 => 36,
                _ => 38,
            },
        )
    }

    pub(super) fn weigh(&mut self, frequencies: &Frequencies) {
        self.weight = frequencies.of(self);
    }

    /// How a word of letters can be an abbreviation: its letters, folded to Latin.
    pub(super) fn letters(&self) -> impl Iterator<Item = u8> + '_ {
        self.text.chars().map(initial_of)
    }
}

/// *Мінскага, Minskaya, минский* up to the *sk* that makes the adjective.
fn adjective(mut sounds: Vec<u8>) -> Vec<u8> {
    let cut = (2..sounds.len()).rev().take(5).find(|at| sounds[*at] == K && matches!(sounds[*at - 1], S | TS));
    if let Some(at) = cut
        && at > 3
        && sounds.get(at + 1).is_some_and(|s| is_vowel(*s) || matches!(*s, A | I | J))
    {
        sounds.truncate(at + 1);
    }
    sounds
}

fn initial(text: &str) -> u8 {
    text.chars().next().map_or(0, initial_of)
}

/// A letter as one of a–z: Cyrillic ones by the commonest transliteration.
fn initial_of(c: char) -> u8 {
    let latin = match c {
        'а' => 'a',
        'б' => 'b',
        'в' => 'v',
        'г' => 'g',
        'д' => 'd',
        'е' | 'э' => 'e',
        'ж' | 'з' => 'z',
        'и' | 'й' => 'i',
        'к' => 'k',
        'л' => 'l',
        'м' => 'm',
        'н' => 'n',
        'о' => 'o',
        'п' => 'p',
        'р' => 'r',
        'с' | 'ш' => 's',
        'т' => 't',
        'у' => 'u',
        'ф' => 'f',
        'х' => 'h',
        'ц' | 'ч' => 'c',
        other => other,
    };
    u8::try_from(latin).unwrap_or(0)
}
