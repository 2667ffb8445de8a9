//! The invented force over time: units with their names, numbers and periods, who commanded whom, and where they stood.
//!
//! The first 32 units are written out, 28 more are the four parts of each of the seven district departments; larger books add numbered
//! sections under the three regions. Does no I/O.

use kniha_core::claim::{Move, Status};
use kniha_core::id::NodeId;
use kniha_core::vocab::NodeKind;

use super::country::{DISTRICTS, office, site, street, streets};
use super::rng::Rng;
use super::sheet::Sheet;
use super::sources::{CHANNEL, MINISTRY, NEWSPAPER, OWN_RESEARCH, ROSTER};
use super::{COMMAND, POSITIONING, Size, UNIT, source};

/// Class, Belarusian, Russian, English, short name, number, superior, first seen, last seen.
type Row = (&'static str, &'static str, &'static str, &'static str, &'static str, &'static str, usize, &'static str, &'static str);

/// The ministry is its own superior, which means none.
const WRITTEN: [Row; 32] = [
    (
        "ministry",
        "Міністэрства грамадскага парадку Залесіі",
        "Министерство общественного порядка Залесии",
        "Ministry of Public Order of Zalesia",
        "МГП",
        "",
        0,
        "2001!",
        "",
    ),
    (
        "police",
        "Галоўнае ўпраўленне аховы парадку",
        "Главное управление охраны порядка",
        "Main Directorate for the Protection of Order",
        "ГУАП",
        "",
        0,
        "2009",
        "",
    ),
    ("detectives", "Крымінальны дэпартамент", "Криминальный департамент", "Criminal Department", "КД", "", 0, "2004", ""),
    ("ministry", "Упраўленне кадраў", "Управление кадров", "Personnel Directorate", "УК", "", 0, "2001", ""),
    ("state_security", "Упраўленне ўласнай бяспекі", "Управление собственной безопасности", "Internal Security Directorate", "УУБ", "", 0, "2012", ""),
    ("prison_service", "Служба ўтрымання пад вартай", "Служба содержания под стражей", "Custody Service", "СУВ", "", 0, "2006", ""),
    (
        "police",
        "Гарадское ўпраўленне парадку Светларэча",
        "Городское управление порядка Светлоречи",
        "Svetlorech City Directorate of Order",
        "ГУП",
        "",
        0,
        "2001",
        "",
    ),
    (
        "police",
        "Упраўленне парадку Прыазёрнай вобласці",
        "Управление порядка Приозёрной области",
        "Lakeside Region Directorate of Order",
        "",
        "",
        0,
        "2001",
        "",
    ),
    ("police", "Упраўленне парадку Верхняй вобласці", "Управление порядка Верхней области", "Upper Region Directorate of Order", "", "", 0, "2001", ""),
    ("police", "Упраўленне парадку Стэпавай вобласці", "Управление порядка Степной области", "Steppe Region Directorate of Order", "", "", 0, "2001", ""),
    (
        "riot_police",
        "Асобны полк аператыўнага рэагавання",
        "Отдельный полк оперативного реагирования",
        "Separate Rapid Response Regiment",
        "АПАР",
        "0417",
        1,
        "2032-03-01!",
        "",
    ),
    ("police", "Асобны патрульны батальён", "Отдельный патрульный батальон", "Separate Patrol Battalion", "АПБ", "0388", 6, "2011", "2032-02-29!"),
    ("police", "Канвойны батальён", "Конвойный батальон", "Escort Battalion", "КБ", "0391", 6, "2008", "2032-02-29!"),
    (
        "riot_police",
        "1-ы батальён палка аператыўнага рэагавання",
        "1-й батальон полка оперативного реагирования",
        "1st Battalion, Rapid Response Regiment",
        "1 б-н АПАР",
        "0417/1",
        10,
        "2032-03-01!",
        "",
    ),
    (
        "riot_police",
        "2-і батальён палка аператыўнага рэагавання",
        "2-й батальон полка оперативного реагирования",
        "2nd Battalion, Rapid Response Regiment",
        "2 б-н АПАР",
        "0417/2",
        10,
        "2032-03-01!",
        "",
    ),
    (
        "riot_police",
        "3-і батальён палка аператыўнага рэагавання",
        "3-й батальон полка оперативного реагирования",
        "3rd Battalion, Rapid Response Regiment",
        "3 б-н АПАР",
        "0417/3",
        10,
        "~2032-04",
        "~2033-11",
    ),
    ("riot_police", "Рота аховы грамадскіх мерапрыемстваў", "Рота охраны общественных мероприятий", "Public Events Company", "РАГМ", "", 13, "2032-03", ""),
    ("riot_police", "Група дакументавання палка", "Группа документирования полка", "Regiment Documentation Group", "", "", 10, "~2032-07", "2033-05"),
    (
        "detention_facility",
        "Ізалятар часовага ўтрымання № 1",
        "Изолятор временного содержания № 1",
        "Temporary Detention Facility No. 1",
        "ІЧУ-1",
        "1",
        5,
        "1998",
        "",
    ),
    (
        "detention_facility",
        "Ізалятар № 2 «Салявы»",
        "Изолятор № 2 «Соляной»",
        "Detention Facility No. 2, “the Salt Store”",
        "Салявы",
        "2",
        5,
        "2032-08-10!",
        "2032-08-19",
    ),
    ("detention_facility", "Следчы ізалятар № 3", "Следственный изолятор № 3", "Remand Prison No. 3", "СІЗА-3", "3", 5, "1974", ""),
    ("investigative_body", "Следчы дэпартамент", "Следственный департамент", "Investigative Department", "СД", "", 0, "2011", ""),
    ("investigative_body", "Аддзел па справах аб беспарадках", "Отдел по делам о беспорядках", "Disorder Cases Section", "", "", 21, "2032-08-11!", "2034-02"),
    ("detectives", "Упраўленне аператыўнага пошуку", "Управление оперативного поиска", "Operational Search Directorate", "УАП", "", 2, "2010", "2033-04-14!"),
    ("detectives", "Аддзел назірання", "Отдел наблюдения", "Surveillance Section", "", "", 2, "2033-04-15!", ""),
    ("detectives", "Аддзел тэхнічных мерапрыемстваў", "Отдел технических мероприятий", "Technical Measures Section", "", "", 2, "2033-04-15!", ""),
    ("traffic_police", "Дарожная служба парадку", "Дорожная служба порядка", "Road Service of Order", "ДСП", "", 6, "2003", ""),
    ("other", "Акадэмія парадку", "Академия порядка", "Academy of Order", "", "", 3, "1995", ""),
    ("court", "Суд Ліпавага раёна", "Суд Липового района", "Lipavy District Court", "", "", 28, "1961", ""),
    ("prosecution_office", "Пракуратура Светларэча", "Прокуратура Светлоречи", "Svetlorech Prosecutor’s Office", "", "", 29, "1961", ""),
    ("auxiliary", "Дружына «Шчыт двара»", "Дружина «Щит двора»", "“Yard Shield” Patrol", "", "", 32, "~2032-08", "~2033-03"),
    (
        "unknown",
        "Невядомая група ў чорным без знакаў, Млынавы раён, жнівень 2032",
        "Неизвестная группа в чёрном без знаков, Мельничный район, август 2032",
        "Unknown group in black without insignia, Mlynavy, August 2032",
        "",
        "",
        31,
        "~2032-08-09",
        "~2032-08-13",
    ),
];

/// First of the district departments; each has four units.
pub(crate) const FIRST_DEPARTMENT: usize = WRITTEN.len();
/// Units that every book has.
pub(crate) const UNITS: usize = FIRST_DEPARTMENT + 4 * DISTRICTS.len();
/// Units of the written list that courts and prosecutors serve in.
pub(crate) const COURT_UNIT: usize = 28;
pub(crate) const PROSECUTOR_UNIT: usize = 29;
pub(crate) const INVESTIGATION_UNIT: usize = 22;

/// Everything that is said of a unit, before it is claimed.
struct Facts {
    class: &'static str,
    be: String,
    ru: String,
    en: String,
    short: String,
    number: String,
    superior: usize,
    first: String,
    last: String,
}

fn facts(n: usize) -> Facts {
    if let Some((class, be, ru, en, short, number, superior, first, last)) = WRITTEN.get(n) {
        return Facts {
            class,
            be: (*be).to_owned(),
            ru: (*ru).to_owned(),
            en: (*en).to_owned(),
            short: (*short).to_owned(),
            number: (*number).to_owned(),
            superior: *superior,
            first: (*first).to_owned(),
            last: (*last).to_owned(),
        };
    }
    if n < UNITS {
        let district = (n - FIRST_DEPARTMENT) / 4;
        let (d, head) = (&DISTRICTS[district], FIRST_DEPARTMENT + 4 * district);
        let be = format!("аддзела парадку {} раёна", d.be[2]);
        let ru = format!("отдела порядка {} района", d.ru[2]);
        let (class, be, ru, en, short) = match n - head {
            0 => (
                "police",
                format!("Аддзел парадку {} раёна", d.be[2]),
                format!("Отдел порядка {} района", d.ru[2]),
                format!("{} District Department of Order", d.en),
                format!("{} АП", d.be[0]),
            ),
            1 => ("police", format!("Дзяжурная часць {be}"), format!("Дежурная часть {ru}"), format!("Duty Section, {} Department", d.en), String::new()),
            2 => (
                "detectives",
                format!("Крымінальнае аддзяленне {be}"),
                format!("Криминальное отделение {ru}"),
                format!("Criminal Section, {} Department", d.en),
                String::new(),
            ),
            _ => (
                "police",
                format!("Аддзяленне аховы парадку {be}"),
                format!("Отделение охраны порядка {ru}"),
                format!("Public Order Section, {} Department", d.en),
                String::new(),
            ),
        };
        let first = if district == 6 { "2033-02-01!" } else { ["1993", "1993", "1987", "2002", "1993", "2016"][district] };
        let superior = if n == head { 6 } else { head };
        return Facts { class, be, ru, en, short, number: String::new(), superior, first: first.to_owned(), last: String::new() };
    }
    // Every eighth further unit is a numbered department of a region, the seven after it are its sections.
    let (block, within) = ((n - UNITS) / 8, (n - UNITS) % 8);
    let (superior, be, ru, en) = match within {
        0 => {
            (7 + block % 3, format!("Аддзел парадку № {}", block + 1), format!("Отдел порядка № {}", block + 1), format!("Order Department No. {}", block + 1))
        }
        k => (
            UNITS + block * 8,
            format!("Аддзяленне {k} аддзела парадку № {}", block + 1),
            format!("Отделение {k} отдела порядка № {}", block + 1),
            format!("Section {k}, Order Department No. {}", block + 1),
        ),
    };
    let class = ["police", "police", "detectives", "traffic_police", "police", "detention_facility", "police", "riot_police"][within];
    Facts { class, be, ru, en, short: String::new(), number: format!("{}", 5000 + n), superior, first: format!("{}", 1994 + n % 37), last: String::new() }
}

/// The record of unit `n`.
pub(crate) fn id(seed: u64, n: usize) -> NodeId {
    Rng::of(seed, UNIT, n as u32).id()
}

/// Writes unit `n`.
pub(crate) fn write_unit(seed: u64, n: usize, sheet: &mut Sheet) {
    let (id, unit, roster) = (id(seed, n), facts(n), source(seed, ROSTER));
    sheet.record(id, NodeKind::Unit);
    sheet.name(id, "unit.name", &unit.be, Some("be"), "full");
    sheet.name(id, "unit.name", &unit.ru, Some("ru"), "full").by(roster).status(Status::Accepted);
    sheet.name(id, "unit.name", &unit.en, Some("en"), "translation");
    if !unit.short.is_empty() {
        sheet.name(id, "unit.name", &unit.short, Some("be"), "abbreviation");
    }
    sheet.code(id, "unit.class", unit.class);
    sheet.text(id, "unit.country", "Залесія", "be");
    if !unit.number.is_empty() {
        sheet.text(id, "unit.number", unit.number, "").by(roster);
    }
    sheet.window(id, "unit.first_seen", &unit.first).by(source(seed, if n.is_multiple_of(3) { NEWSPAPER } else { ROSTER }));
    if !unit.last.is_empty() {
        sheet.window(id, "unit.last_seen", &unit.last).by(roster);
    }
    match n {
        // Two figures of the staff: a conflict to show, not to average.
        10 => {
            sheet.text(id, "unit.note", "Штатная численность: 130 человек в каждой роте.", "ru").by(source(seed, MINISTRY)).origin("ministry-staff");
            sheet
                .text(id, "unit.note", "Фактическая численность роты: 46 человек, остальные должности свободны.", "ru")
                .by(roster)
                .origin("roster")
                .status(Status::Accepted);
            sheet
                .text(id, "unit.note", "Formed on 1 March 2032 by joining the Separate Patrol Battalion and the Escort Battalion.", "en")
                .by(source(seed, NEWSPAPER));
        }
        11 | 12 => {
            sheet.text(id, "unit.note", "Расформаваны 29 лютага 2032 года, людзі перайшлі ў полк аператыўнага рэагавання.", "be");
        }
        15 => {
            sheet.window(id, "unit.first_seen", "2032-03-01!").by(source(seed, MINISTRY));
        }
        22 => {
            sheet.name(id, "unit.name", "Отдел по особо важным делам", Some("ru"), "full").by(source(seed, MINISTRY)).held("2033-01-15!..");
            sheet.name(id, "unit.name", "Аддзел па асабліва важных справах", Some("be"), "full").held("2033-01-15!..");
            sheet.text(id, "unit.note", "Renamed in January 2033; people, rooms and telephone stayed.", "en").by(source(seed, OWN_RESEARCH));
        }
        23 => {
            sheet.text(id, "unit.note", "Разделено 15 апреля 2033 года на отдел наблюдения и отдел технических мероприятий.", "ru").by(roster);
        }
        31 => {
            sheet.code(id, "unit.placeholder", "yes");
            sheet
                .text(
                    id,
                    "unit.note",
                    "Чорныя камбінезоны, шлемы з літарай «К», машыны без нумароў. Можа быць ротай 2-га батальёна або чужым падраздзяленнем.",
                    "be",
                )
                .status(Status::WorkNeeded);
        }
        48 => {
            sheet.text(id, "unit.note", "З лютага 2033 года частка раёна належыць новаму Гаванскаму аддзелу.", "be");
        }
        _ => {}
    }
}

/// Subordinate, superior, kind, period, source: what changed, and what sources disagree on.
const CHANGES: [(usize, usize, &str, &str, u32); 9] = [
    (6, 1, "direct", "2031-01..2032-05-31", ROSTER),
    (10, 6, "direct", "2032-03-01!..2032-08-20!", ROSTER),
    (15, 6, "operational", "2032-08-09..2032-08-12", NEWSPAPER),
    (18, 6, "direct", "2003..2032-08-31!", MINISTRY),
    (19, 6, "temporary", "2032-08-10..2032-08-19", NEWSPAPER),
    (31, 14, "in_fact", "~2032-08-09..2032-08-13", OWN_RESEARCH),
    (13, 1, "operational", "2032-08-08..2032-08-09", CHANNEL),
    (26, 10, "temporary", "~2032-08-09..2032-08-10", CHANNEL),
    (30, 6, "oversight", "2032-09..2033-03", MINISTRY),
];

/// How many commands a book of this size has.
pub(crate) fn commands(size: &Size) -> u32 {
    size.units + CHANGES.len() as u32
}

/// Writes command `n`: first the standing one of each unit, then the changes.
pub(crate) fn write_command(seed: u64, n: u32, size: &Size, sheet: &mut Sheet) {
    let nth = n as usize;
    let units = size.units as usize;
    let (sub, sup, kind, held, from) = match CHANGES.get(nth.wrapping_sub(units)) {
        Some((sub, sup, kind, held, from)) => (*sub, *sup, *kind, (*held).to_owned(), *from),
        None => {
            let unit = facts(nth);
            let since = match nth {
                6 => "2032-06-01!..",
                10 => "2032-08-21!..",
                18 => "2032-09-01!..",
                _ => "",
            };
            let period =
                if since.is_empty() { format!("{}..{}", unit.first.trim_start_matches('~'), unit.last.trim_start_matches('~')) } else { since.to_owned() };
            (nth, unit.superior, "direct", period, ROSTER)
        }
    };
    if sub == sup {
        return;
    }
    let id: NodeId = Rng::of(seed, COMMAND, n).id();
    let cited = source(seed, from);
    sheet.record(id, NodeKind::Command);
    sheet.refer(id, "command.subordinate", self::id(seed, sub)).by(cited);
    sheet.refer(id, "command.superior", self::id(seed, sup)).by(cited).held(&held);
    if from == OWN_RESEARCH {
        sheet.later(Move::Question, Some("rests on the shape of one patch; look for the vehicle list of 9 August".to_owned()));
    }
    sheet.code(id, "command.kind", kind);
    if nth == 17 {
        // An insider says that the documenting group answered to internal security, whatever the roster says.
        sheet.refer(id, "command.superior", self::id(seed, 4)).by(source(seed, 17)).held("~2032-08..2033-05").known_to(kniha_core::claim::KnownTo::UpTo20);
    }
}

/// Positionings that are not of district departments: unit, site, kind, period.
const POSTS: [(usize, u32, &str, &str); 12] = [
    (0, 0, "headquarters", "2001.."),
    (1, 0, "headquarters", "2009.."),
    (3, 0, "headquarters", "2001.."),
    (10, 1, "base", "2032-03-01!.."),
    (11, 1, "base", "2011..2032-02-29!"),
    (13, 1, "base", "2032-03-01!.."),
    (14, 1, "base", "2032-03-01!.."),
    (18, 2, "runs_place", "1998.."),
    (19, 3, "runs_place", "2032-08-10!..2032-08-19"),
    (20, 4, "runs_place", "1974.."),
    (28, 5, "headquarters", "1961.."),
    (15, 3, "deployment", "~2032-08-11"),
];

/// Days of August 2032 on which the regiment's battalions stood in the streets.
const DEPLOYED: u32 = 18;

/// How many positionings there are: the written ones, one for each department's part, and the deployments.
pub(crate) fn positionings() -> u32 {
    POSTS.len() as u32 + 4 * DISTRICTS.len() as u32 + DEPLOYED
}

/// Writes positioning `n`.
pub(crate) fn write_positioning(seed: u64, n: u32, sheet: &mut Sheet) {
    let mut rng = Rng::of(seed, POSITIONING | 0x80, n);
    let parts = 4 * DISTRICTS.len() as u32;
    let (unit, place, kind, held, from) = match POSTS.get(n as usize) {
        Some((unit, at, kind, held)) => (*unit, site(seed, *at), *kind, (*held).to_owned(), ROSTER),
        None if n < POSTS.len() as u32 + parts => {
            let part = n - POSTS.len() as u32;
            let first = if part / 4 == 6 { "2033-02-01!.." } else { "2031.." };
            (FIRST_DEPARTMENT + part as usize, office(seed, part / 4), if part.is_multiple_of(4) { "headquarters" } else { "base" }, first.to_owned(), ROSTER)
        }
        None => {
            let day = 8 + (n - POSTS.len() as u32 - parts) / 3;
            let unit = rng.one(&[13, 14, 15, 16, 31, 13, 14]);
            (
                unit,
                street(seed, rng.below(streets() as u32) as usize),
                "deployment",
                format!("~2032-08-{day:02}"),
                if rng.chance(50) { CHANNEL } else { NEWSPAPER },
            )
        }
    };
    let id: NodeId = Rng::of(seed, POSITIONING, n).id();
    sheet.record(id, NodeKind::Positioning);
    sheet.refer(id, "positioning.unit", self::id(seed, unit));
    sheet.refer(id, "positioning.place", place).held(&held).by(source(seed, from));
    sheet.code(id, "positioning.kind", kind);
}

/// The unit in which officer `k` serves last: mostly the regiment, districts and detention; in larger books mostly the regions' sections.
pub(crate) fn home(seed: u64, k: u32, size: &Size) -> usize {
    const COMMON: [usize; 30] = [13, 13, 13, 13, 14, 14, 14, 14, 15, 15, 15, 16, 16, 17, 18, 18, 19, 20, 20, 21, 22, 23, 26, 26, 1, 2, 5, 10, 30, 6];
    let mut rng = Rng::of(seed, UNIT | 0x80, k);
    let more = size.units as usize - UNITS;
    if more > 0 && rng.chance(85) {
        UNITS + rng.below(more as u32) as usize
    } else if rng.chance(52) {
        rng.one(&COMMON)
    } else {
        FIRST_DEPARTMENT + rng.below((UNITS - FIRST_DEPARTMENT) as u32) as usize
    }
}

/// Whether a unit is of the regiment.
pub(crate) fn of_regiment(unit: usize) -> bool {
    matches!(unit, 10 | 13..=17)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_four_units_have_no_superior() {
        let alone: Vec<usize> = (0..200).filter(|n| facts(*n).superior == *n).collect();
        // The ministry, the court, the prosecutors, and the group of which nobody knows whose it is.
        assert_eq!(alone, [0, 28, 29, 31]);
        assert!((0..200).all(|n| facts(n).superior < 200));
    }
}
