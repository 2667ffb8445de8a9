//! The demo's people: officers with their postings, officials, people who suffered, people who saw.
//!
//! What a person is follows from the number, so that incidents can speak of people without keeping them: of each twenty, twelve are
//! officers, one is an official, five suffered, two saw. Three in five of those who suffered or saw are known by a word and a number only.
//! Does no I/O.

use kniha_core::claim::{KnownTo, Move, Status};
use kniha_core::id::NodeId;
use kniha_core::vocab::NodeKind;

use super::force::{self, COURT_UNIT, INVESTIGATION_UNIT, PROSECUTOR_UNIT, home};
use super::names::{Named, call_sign, nickname};
use super::phrase::Tongue;
use super::rng::Rng;
use super::sheet::Sheet;
use super::sources::{self, CHANNEL, COURT, MINISTRY, NEWSPAPER, ROSTER, WITNESS_LIST};
use super::{PERSON, POSTING, Size, source};

/// What a person is in the book.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Officer,
    Official,
    Victim,
    Witness,
}

/// What person `k` is.
pub(crate) fn part(k: u32) -> Part {
    match k % 20 {
        0..=11 => Part::Officer,
        12 => Part::Official,
        13..=17 => Part::Victim,
        _ => Part::Witness,
    }
}

/// A person of the wanted part, drawn at random. The whole twenties only, so that there always is one.
pub(crate) fn any(wanted: Part, size: &Size, rng: &mut Rng) -> u32 {
    let twenty = 20 * rng.below(size.people / 20);
    twenty
        + match wanted {
            Part::Officer => rng.below(12),
            Part::Official => 12,
            Part::Victim => 13 + rng.below(5),
            Part::Witness => 18 + rng.below(2),
        }
}

/// The record of person `k`.
pub(crate) fn id(seed: u64, k: u32) -> NodeId {
    Rng::of(seed, PERSON, k).id()
}

/// What is drawn first of a person, and so can be drawn again.
pub(crate) struct Draft {
    pub(crate) named: Named,
    pub(crate) birth: i32,
    /// Place in the lists of occupations.
    pub(crate) occupation: usize,
    rng: Rng,
}

/// The first facts of person `k`.
pub(crate) fn draft(seed: u64, k: u32) -> Draft {
    let mut rng = Rng::of(seed, PERSON | 0x80, k);
    let (women, oldest, youngest) = match part(k) {
        Part::Officer => (9, 1972, 2009),
        Part::Official => (40, 1968, 1998),
        Part::Victim | Part::Witness => (41, 1958, 2012),
    };
    let named = Named::draw(&mut rng, women);
    let birth = rng.within(oldest, youngest).max(rng.within(oldest, youngest) - 6);
    // The first occupation is a student's.
    let first = u32::from(birth < 2005);
    let occupation = (first + rng.below(OCCUPATIONS.len() as u32 - first)) as usize;
    Draft { named, birth, occupation, rng }
}

/// Occupations: be, ru, en, uk, each as man and woman, then in the accusative as man and woman. English has an article.
pub(crate) const OCCUPATIONS: [[[&str; 4]; 4]; 10] = [
    [
        ["студэнт", "студэнтка", "студэнта", "студэнтку"],
        ["студент", "студентка", "студента", "студентку"],
        ["a student", "a student", "a student", "a student"],
        ["студент", "студентка", "студента", "студентку"],
    ],
    [
        ["настаўнік", "настаўніца", "настаўніка", "настаўніцу"],
        ["учитель", "учительница", "учителя", "учительницу"],
        ["a teacher", "a teacher", "a teacher", "a teacher"],
        ["учитель", "учителька", "учителя", "учительку"],
    ],
    [
        ["праграміст", "праграмістка", "праграміста", "праграмістку"],
        ["программист", "программистка", "программиста", "программистку"],
        ["a programmer", "a programmer", "a programmer", "a programmer"],
        ["програміст", "програмістка", "програміста", "програмістку"],
    ],
    [
        ["прадавец", "прадавачка", "прадаўца", "прадавачку"],
        ["продавец", "продавщица", "продавца", "продавщицу"],
        ["a shop assistant", "a shop assistant", "a shop assistant", "a shop assistant"],
        ["продавець", "продавчиня", "продавця", "продавчиню"],
    ],
    [
        ["музыкант", "музыкантка", "музыканта", "музыкантку"],
        ["музыкант", "музыкантка", "музыканта", "музыкантку"],
        ["a musician", "a musician", "a musician", "a musician"],
        ["музикант", "музикантка", "музиканта", "музикантку"],
    ],
    [
        ["скрыпач", "скрыпачка", "скрыпача", "скрыпачку"],
        ["скрипач", "скрипачка", "скрипача", "скрипачку"],
        ["a violinist", "a violinist", "a violinist", "a violinist"],
        ["скрипаль", "скрипалька", "скрипаля", "скрипальку"],
    ],
    [
        ["кранаўшчык", "кранаўшчыца", "кранаўшчыка", "кранаўшчыцу"],
        ["крановщик", "крановщица", "крановщика", "крановщицу"],
        ["a crane operator", "a crane operator", "a crane operator", "a crane operator"],
        ["кранівник", "кранівниця", "кранівника", "кранівницю"],
    ],
    [
        ["мастак", "мастачка", "мастака", "мастачку"],
        ["художник", "художница", "художника", "художницу"],
        ["an artist", "an artist", "an artist", "an artist"],
        ["художник", "художниця", "художника", "художницю"],
    ],
    [
        ["спартсмен", "спартсменка", "спартсмена", "спартсменку"],
        ["спортсмен", "спортсменка", "спортсмена", "спортсменку"],
        ["an athlete", "an athlete", "an athlete", "an athlete"],
        ["спортсмен", "спортсменка", "спортсмена", "спортсменку"],
    ],
    [
        ["рабочы завода", "рабочая завода", "рабочага завода", "рабочую завода"],
        ["рабочий завода", "работница завода", "рабочего завода", "работницу завода"],
        ["a plant worker", "a plant worker", "a plant worker", "a plant worker"],
        ["робітник заводу", "робітниця заводу", "робітника заводу", "робітницю заводу"],
    ],
];

/// Ranks from the lowest, in Russian and Belarusian.
const RANKS: [[&str; 2]; 9] = [
    ["рядовой", "радавы"],
    ["сержант", "сяржант"],
    ["старшина", "старшына"],
    ["лейтенант", "лейтэнант"],
    ["старший лейтенант", "старшы лейтэнант"],
    ["капитан", "капітан"],
    ["майор", "маёр"],
    ["подполковник", "падпалкоўнік"],
    ["полковник", "палкоўнік"],
];

/// Roles that go with the ranks, in Russian and Belarusian; several for each step.
const ROLES: [[&[&str]; 2]; 4] = [
    [&["боец", "водитель", "конвоир", "постовой", "кинолог"], &["баец", "вадзіцель", "канваір", "паставы", "кінолаг"]],
    [&["командир взвода", "инспектор", "оперуполномоченный", "дежурный"], &["камандзір узвода", "інспектар", "оперупаўнаважаны", "дзяжурны"]],
    [
        &["командир роты", "старший инспектор", "начальник смены", "заместитель командира роты"],
        &["камандзір роты", "старшы інспектар", "начальнік змены", "намеснік камандзіра роты"],
    ],
    [&["начальник", "заместитель начальника", "командир", "начальник штаба"], &["начальнік", "намеснік начальніка", "камандзір", "начальнік штаба"]],
];

const APPEARANCE: [&str; 8] = [
    "Рост каля 190 см, шрам над левым брывом.",
    "Рост около 175 см, рыжая борода, ходит прихрамывая.",
    "About 1.80 m, left-handed, speaks softly.",
    "Татуіроўка якара на правай руцэ.",
    "Седые виски, очки в тонкой оправе.",
    "Highest voice of the four, gold tooth on the right.",
    "Невысокий, широкие плечи, всегда без перчаток.",
    "Родимка під правим оком, говорить із південною вимовою.",
];

/// Writes person `k` and, for those in service, the postings.
pub(crate) fn write(seed: u64, k: u32, size: &Size, sheet: &mut Sheet) {
    let (id, mut draft) = (id(seed, k), draft(seed, k));
    sheet.record(id, NodeKind::Person);
    match part(k) {
        Part::Officer => officer(seed, k, size, id, &mut draft, sheet),
        Part::Official => official(seed, k, id, &mut draft, sheet),
        Part::Victim | Part::Witness => other(seed, k, size, id, &mut draft, sheet),
    }
}

fn sex(sheet: &mut Sheet, id: NodeId, draft: &Draft) {
    sheet.code(id, "person.sex", if draft.named.woman { "female" } else { "male" });
}

fn birth(sheet: &mut Sheet, id: NodeId, draft: &mut Draft, cited: NodeId) {
    let (y, rng) = (draft.birth, &mut draft.rng);
    let written = match rng.below(10) {
        0..=3 => format!("{y}-{:02}-{:02}", rng.within(1, 12), rng.within(1, 28)),
        4 => format!("{y}-{:02}", rng.within(1, 12)),
        5..=7 => format!("{y}"),
        8 => format!("~{y}..{}", y + 2),
        _ => format!("..{}", y + 1),
    };
    sheet.window(id, "person.birth", &written).by(cited);
}

fn officer(seed: u64, k: u32, size: &Size, id: NodeId, draft: &mut Draft, sheet: &mut Sheet) {
    let roster = source(seed, ROSTER);
    let statement = source(seed, sources::any_statement(size, &mut draft.rng));
    let count = 1 + draft.rng.below(4) as usize;
    for (n, (text, lang, kind)) in draft.named.spellings(&mut draft.rng, count).into_iter().enumerate() {
        let line = sheet.name(id, "person.name", &text, lang, kind);
        let line = if n == 0 { line.by(roster) } else { line.by(statement) };
        if n == 0 && k.is_multiple_of(3) {
            line.status(Status::Accepted);
        }
    }
    if draft.rng.chance(8) {
        let (text, lang, kind) = call_sign(&mut draft.rng);
        sheet.name(id, "person.name", &text, lang, kind).by(statement).known_to(KnownTo::UpTo20);
    } else if draft.rng.chance(6) {
        let (text, lang, kind) = nickname(&mut draft.rng);
        sheet.name(id, "person.name", &text, lang, kind).by(statement).known_to(KnownTo::UpTo5);
    }
    birth(sheet, id, draft, roster);
    if draft.rng.chance(6) {
        // Another source gives another year; both stand until a person decides.
        sheet.window(id, "person.birth", &format!("{}", draft.birth + 1 + draft.rng.within(2, 8))).by(source(seed, NEWSPAPER));
    }
    sex(sheet, id, draft);
    if draft.rng.chance(7) {
        let text = draft.rng.one(&APPEARANCE);
        sheet.text(id, "person.appearance", text, "").by(statement).known_to(KnownTo::UpTo20);
    }
    if draft.rng.chance(3) {
        sheet.text(id, "person.same_doubt", "Two officers of this name served in the same battalion; the birth years differ by more than ten.", "en");
    }
    let end = postings(seed, k, size, id, draft, sheet);
    let state = match end {
        None => "in_post",
        Some(reason) => match reason {
            "promotion" => "promoted",
            "resignation" => "resigned",
            "dismissal" => "dismissed",
            "retirement" => "retired",
            "transfer" => "transferred",
            _ => "whereabouts_unknown",
        },
    };
    sheet.code(id, "person.state", state).by(if k.is_multiple_of(4) { source(seed, MINISTRY) } else { roster });
    if k.is_multiple_of(97) {
        sheet.text(id, "person.reply", "У той дзень мяне ў горадзе не было, гэта пацвердзіць журнал выездаў.", "be").known_to(KnownTo::UpTo20);
    }
}

/// One to three postings, the last in the unit that is the officer's home. Gives the reason why the last ended, if it did.
fn postings(seed: u64, k: u32, size: &Size, person: NodeId, draft: &mut Draft, sheet: &mut Sheet) -> Option<&'static str> {
    let rng = &mut draft.rng;
    let count = 1 + rng.zipf(3) as i32;
    let mut year = (draft.birth + rng.within(19, 24)).clamp(2004, 2033);
    let mut step = rng.below(3) as usize;
    let language = usize::from(rng.chance(35));
    let lang = ["ru", "be"][language];
    for n in 0..count {
        let last = n + 1 == count || year >= 2032;
        let unit = if last { home(seed, k, size) } else { home(seed, k.wrapping_add(7919 * (n as u32 + 1)), size) };
        // Units that were made in 2032 have nobody before that, and nobody is posted after the book's last year.
        let from = if force::of_regiment(unit) { year.max(2032) } else { year };
        let (until, reason) = if last {
            match rng.below(12) {
                0 => (Some(format!("2032-{:02}-{:02}!", rng.within(8, 11), rng.within(1, 28))), Some("resignation")),
                1 => (Some("2033-06".to_owned()), Some("transfer")),
                2 if from < 2033 => (Some(format!("2033-{:02}!", rng.within(1, 12))), Some("dismissal")),
                3 => (Some("2034".to_owned()), Some("retirement")),
                _ => (None, None),
            }
        } else {
            (Some(format!("{}", (from + rng.within(1, 5)).min(2033))), Some(rng.one(&["transfer", "promotion", "transfer", "unit_dissolved"])))
        };
        let from_text = match rng.below(4) {
            _ if until.as_ref().is_some_and(|until| until.starts_with(&format!("{from}"))) => format!("{from}"),
            // The regiment began in March.
            0 => format!("{from}-{:02}-{:02}!", rng.within(3, 7), rng.within(1, 28)),
            1 => format!("{from}-{:02}", rng.within(3, 7)),
            _ => format!("{from}"),
        };
        // A reversed period cannot happen: an end lies in a later year, or the start is the bare year.
        let until = until.filter(|until| until[..4] >= from_text[..4]);
        let mark = if rng.chance(12) { "~" } else { "" };
        let posting: NodeId = Rng::of(seed, POSTING, k.wrapping_mul(4) + n as u32).id();
        let cited = source(seed, if rng.chance(70) { ROSTER } else { sources::any_statement(size, rng) });
        sheet.record(posting, NodeKind::Posting);
        sheet.refer(posting, "posting.person", person).by(cited);
        sheet.refer(posting, "posting.unit", force::id(seed, unit)).by(cited).held(&format!("{mark}{from_text}..{}", until.clone().unwrap_or_default()));
        if last && rng.chance(4) {
            // A second source ends the posting on another day.
            sheet.refer(posting, "posting.unit", force::id(seed, unit)).by(source(seed, NEWSPAPER)).held(&format!("{from}..2033-{:02}!", rng.within(1, 9)));
            sheet.later(Move::Question, Some("the newspaper took the date from the channel; ask which order it means".to_owned()));
        }
        let roles = ROLES[(step / 3).min(3)][language];
        sheet.text(posting, "posting.role", rng.one(roles), lang);
        sheet.text(posting, "posting.rank", RANKS[step.min(8)][language], lang).by(cited);
        if rng.chance(45) {
            sheet.text(posting, "posting.order", format!("№ {} л/с", rng.within(12, 980)), "ru").by(source(seed, ROSTER));
        }
        if let (Some(reason), true) = (reason, until.is_some()) {
            sheet.code(posting, "posting.end_reason", reason);
        }
        if last {
            return reason.filter(|_| until.is_some());
        }
        year = until.and_then(|until| until[..4].parse().ok()).unwrap_or(year + 1);
        step += 1 + rng.below(2) as usize;
    }
    None
}

fn official(seed: u64, k: u32, id: NodeId, draft: &mut Draft, sheet: &mut Sheet) {
    let court = source(seed, COURT);
    for (text, lang, kind) in draft.named.spellings(&mut draft.rng, 2) {
        sheet.name(id, "person.name", &text, lang, kind).by(court);
    }
    birth(sheet, id, draft, court);
    sex(sheet, id, draft);
    let (unit, role) = [(COURT_UNIT, "судья"), (PROSECUTOR_UNIT, "помощник прокурора"), (INVESTIGATION_UNIT, "следователь")][(k / 20 % 3) as usize];
    sheet.text(id, "person.occupation", role, "ru");
    let posting: NodeId = Rng::of(seed, POSTING, k.wrapping_mul(4)).id();
    sheet.record(posting, NodeKind::Posting);
    sheet.refer(posting, "posting.person", id).by(court);
    sheet.refer(posting, "posting.unit", force::id(seed, unit)).by(court).held(&format!("{}..", draft.rng.within(2016, 2032)));
    sheet.text(posting, "posting.role", role, "ru").by(court);
    sheet.code(id, "person.state", "in_post");
}

fn other(seed: u64, k: u32, size: &Size, id: NodeId, draft: &mut Draft, sheet: &mut Sheet) {
    let statement = source(seed, sources::any_statement(size, &mut draft.rng));
    let witness = part(k) == Part::Witness;
    if draft.rng.chance(40) && !witness {
        let count = 1 + draft.rng.below(3) as usize;
        for (text, lang, kind) in draft.named.spellings(&mut draft.rng, count) {
            sheet.name(id, "person.name", &text, lang, kind).by(statement).known_to(KnownTo::UpTo20);
        }
    } else {
        let word = match (witness, draft.named.woman) {
            (true, _) => "Сведка",
            (false, true) => "Пацярпелая",
            (false, false) => "Пацярпелы",
        };
        sheet.name(id, "person.name", &format!("{word} {k}"), Some("be"), "alias").known_to(KnownTo::One);
    }
    sheet.window(id, "person.birth", &format!("~{}..{}", draft.birth - 1, draft.birth + 1)).by(statement);
    sex(sheet, id, draft);
    let language = draft.rng.below(4) as usize;
    let word = OCCUPATIONS[draft.occupation][language][usize::from(draft.named.woman)].trim_start_matches("a ").trim_start_matches("an ");
    sheet.text(id, "person.occupation", word, [Tongue::Be, Tongue::Ru, Tongue::En, Tongue::Uk][language].tag()).by(statement);
    let state = draft.rng.one(&["at_liberty", "at_liberty", "abroad", "detained", "unknown", "in_hospital", "serving_sentence"]);
    sheet.code(id, "person.state", state).by(source(seed, if witness { CHANNEL } else { WITNESS_LIST }));
    if state == "detained" {
        sheet.later(Move::Accept, None);
    }
}
