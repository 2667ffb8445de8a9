//! The demo's sources: a newspaper, channels, a leaked roster, a court file, and statements known by a random label.
//!
//! All are invented; addresses are of the reserved domains example.org and .test (RFC 2606), which lead nowhere. Does no I/O.

use kniha_core::claim::Move;
use kniha_core::id::NodeId;
use kniha_core::vocab::NodeKind;

use super::rng::Rng;
use super::sheet::Sheet;
use super::{SOURCE, Size};

pub(crate) const NEWSPAPER: u32 = 0;
pub(crate) const CHANNEL: u32 = 1;
pub(crate) const ROSTER: u32 = 2;
pub(crate) const COURT: u32 = 3;
pub(crate) const MINISTRY: u32 = 4;
pub(crate) const WITNESS_LIST: u32 = 5;
pub(crate) const EXAMINER: u32 = 6;
/// Five channels that passed the same videos on: one origin, however often seen.
pub(crate) const REPOSTS: std::ops::Range<u32> = 8..13;
pub(crate) const OWN_RESEARCH: u32 = 14;

/// Title, language, kind, reliability, address, published.
type Row = (&'static str, &'static str, &'static str, &'static str, &'static str, &'static str);

const FIXED: [Row; 15] = [
    ("Светларэцкі лісток, газета", "be", "media", "usually_reliable", "https://listok.example.org/archive", "2031..2034"),
    ("Двары Светларэча, відэаканал", "be", "social_media", "fairly_reliable", "https://video.example.org/c/dvary", "2032-08!.."),
    (
        "Ведомость личного состава министерства, утечка, ноябрь 2032",
        "ru",
        "leak",
        "usually_reliable",
        "https://files.example.org/roster-2032-11.csv",
        "~2032-11",
    ),
    ("Материалы суда Липового района, 2032–2033", "ru", "court", "usually_reliable", "https://sud-lipovy.example.test/dela", "2032-08..2033-12"),
    ("Сайт министерства общественного порядка Залесии", "ru", "state_body", "not_usually_reliable", "https://mop.example.test/novosti", "2031.."),
    ("Спіс сведак, праваабарончая ініцыятыва", "be", "organisation", "usually_reliable", "https://svedki.example.org", "2032-09!.."),
    ("Independent medical panel, examination forms", "en", "expert", "completely_reliable", "https://panel.example.org/forms", "2032-08-20..2033-05"),
    ("Адресный регистр Светлоречи", "ru", "official_register", "completely_reliable", "https://adres.example.test", "2031"),
    ("Канал «Мост»", "ru", "social_media", "cannot_be_judged", "https://t.example.org/most", "2032.."),
    ("Канал «Азёрны сёння»", "be", "social_media", "cannot_be_judged", "https://t.example.org/aziorny", "2032.."),
    ("Channel Svetlorech Live", "en", "social_media", "cannot_be_judged", "https://t.example.org/live", "2032.."),
    ("Канал «Порт 24»", "ru", "social_media", "not_usually_reliable", "https://t.example.org/port24", "2032.."),
    ("Канал «Сусіди»", "uk", "social_media", "cannot_be_judged", "https://t.example.org/susidy", "2032.."),
    ("Телеканал «Залесье-1», выпуски новостей", "ru", "media", "not_usually_reliable", "https://tv.example.test/1", "2031..2034"),
    ("Own research of the team", "en", "own_research", "fairly_reliable", "https://notes.example.test/kniha", "2033.."),
];

/// Kinds of the statements, in turn.
const TELLERS: [(&str, &str); 8] = [
    ("victim", "fairly_reliable"),
    ("witness", "usually_reliable"),
    ("insider", "fairly_reliable"),
    ("relative", "cannot_be_judged"),
    ("medic", "usually_reliable"),
    ("witness", "cannot_be_judged"),
    ("victim", "usually_reliable"),
    ("anonymous", "not_usually_reliable"),
];
const NOTES: [&str; 10] = [
    "Interview by telephone; questions kept verbatim; had seen one of the videos before.",
    "Пісьмовы расказ, першы; нічога пра гэта раней не чытаў.",
    "Знает троих из подразделения лично; риск раскрытия высокий.",
    "Розповідь із других рук, про себе не говорить.",
    "Works at the emergency hospital; speaks only of what was written down there.",
    "Нельга спасылацца, пакуль не адкажа на пытанне пра другі дзень.",
    "Просит не публиковать время ухода со смены.",
    "Anonymous; two details could be checked, both were right.",
    "Аповед записаны праз тыдзень; даты можа блытаць.",
    "Папера, падпісаная ўласнаручна; арыгінал у адваката.",
];

/// How many sources a book of this size has.
pub(crate) fn count(size: &Size) -> u32 {
    FIXED.len() as u32 + 10 + size.incidents.saturating_sub(300) / 30
}

/// One of the statements, which stand after the fixed sources.
pub(crate) fn any_statement(size: &Size, rng: &mut Rng) -> u32 {
    let fixed = FIXED.len() as u32;
    fixed + rng.below(count(size) - fixed)
}

/// The label under which a statement is spoken of: four hexadecimal digits of its own chance.
pub(crate) fn label(seed: u64, n: u32) -> String {
    format!("{:04x}", Rng::of(seed, SOURCE | 0x80, n).below(0x1_0000))
}

/// The record of source `n`.
pub(crate) fn id(seed: u64, n: u32) -> NodeId {
    Rng::of(seed, SOURCE, n).id()
}

/// Writes source `n`.
pub(crate) fn write(seed: u64, n: u32, sheet: &mut Sheet) {
    let id = id(seed, n);
    sheet.record(id, NodeKind::Source);
    if let Some((title, lang, kind, reliability, address, published)) = FIXED.get(n as usize) {
        sheet.text(id, "source.title", *title, lang);
        sheet.code(id, "source.kind", kind);
        sheet.code(id, "source.reliability", reliability);
        sheet.address(id, "source.address", (*address).to_owned());
        sheet.window(id, "source.published", published);
        if n == ROSTER {
            sheet.code(id, "source.reliability", "fairly_reliable");
            sheet.later(Move::Question, Some("the February pages have another hand and another rounding of dates".to_owned()));
            sheet.text(id, "source.note", "1 940 строк; 46 записей повторяются под двумя написаниями.", "ru");
        }
        return;
    }
    let nth = (n as usize) - FIXED.len();
    let (kind, reliability) = TELLERS[nth % TELLERS.len()];
    sheet.text(id, "source.title", format!("Source {}", label(seed, n)), "en");
    sheet.code(id, "source.kind", kind);
    sheet.code(id, "source.reliability", reliability);
    sheet.text(id, "source.note", NOTES[nth % NOTES.len()], "");
}
