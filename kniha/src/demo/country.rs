//! The invented country: Zalesia, its capital Svetlorech on the river that gave it the name, districts, streets and calendar words.
//!
//! There is no such state and no such city. Its map lies in the Betpak-Dala clay desert around 46.25° N 70.60° E, where nobody lives, so that
//! no dot falls on a real house. Clocks there show UTC+05:00. Positions are rounded to 0.00001° (about 1 m). Does no I/O.

use anyhow::Result;
use kniha_core::id::NodeId;
use kniha_core::place::Region;
use kniha_core::time::{DAY_US, civil};

use super::letters::{Latin, latin};
use super::phrase::Tongue;
use super::rng::Rng;
use super::sheet::Sheet;
use super::{PLACE, source};
use kniha_core::vocab::NodeKind;

/// Day of the election after which most of the demo happens: Sunday 8 August 2032, in days since 1970.
pub(crate) const ELECTION: i32 = 22_865;

const CENTRE: (f64, f64) = (46.25, 70.60);
/// Metres of a degree of latitude, and of longitude at 46.25° N, on the sphere of `core::place`.
const DEGREE_M: (f64, f64) = (111_195.0, 76_892.0);

/// What a street is called in four languages: the word alone, "in" it, "along" it.
struct Way {
    code: &'static str,
    be: [&'static str; 3],
    ru: [&'static str; 3],
    uk: [&'static str; 2],
    en: [&'static str; 2],
    houses: bool,
}

const WAYS: [Way; 7] = [
    Way {
        code: "street",
        be: ["вуліца", "на вуліцы", "па вуліцы"],
        ru: ["улица", "на улице", "по улице"],
        uk: ["вулиця", "на вулиці"],
        en: ["Street", "on"],
        houses: true,
    },
    Way {
        code: "street",
        be: ["праспект", "на праспекце", "па праспекце"],
        ru: ["проспект", "на проспекте", "по проспекту"],
        uk: ["проспект", "на проспекті"],
        en: ["Avenue", "on"],
        houses: true,
    },
    Way {
        code: "street",
        be: ["завулак", "у завулку", "па завулку"],
        ru: ["переулок", "в переулке", "по переулку"],
        uk: ["провулок", "у провулку"],
        en: ["Lane", "in"],
        houses: true,
    },
    Way {
        code: "street",
        be: ["бульвар", "на бульвары", "па бульвары"],
        ru: ["бульвар", "на бульваре", "по бульвару"],
        uk: ["бульвар", "на бульварі"],
        en: ["Boulevard", "on"],
        houses: true,
    },
    Way {
        code: "street",
        be: ["набярэжная", "на набярэжнай", "па набярэжнай"],
        ru: ["набережная", "на набережной", "по набережной"],
        uk: ["набережна", "на набережній"],
        en: ["Embankment", "on"],
        houses: true,
    },
    Way {
        code: "square", be: ["плошча", "на плошчы", ""], ru: ["площадь", "на площади", ""], uk: ["площа", "на площі"], en: ["Square", "in"], houses: false
    },
    Way {
        code: "park", be: ["парк", "у парку", ""], ru: ["парк", "в парке", ""], uk: ["парк", "у парку"], en: ["Park", "in"], houses: false
    },
];

/// Streets: way, and the name in be, ru, uk, always in the genitive, which never changes in a sentence.
const STREETS: [(usize, [&str; 3]); 24] = [
    (0, ["Млынароў", "Мельников", "Мельників"]),
    (0, ["Ганчароў", "Гончаров", "Гончарів"]),
    (1, ["Старых Ліп", "Старых Лип", "Старих Лип"]),
    (2, ["Трох Студняў", "Трёх Колодцев", "Трьох Криниць"]),
    (5, ["Зялёных Брам", "Зелёных Ворот", "Зелених Брам"]),
    (0, ["Пчаляроў", "Пчеловодов", "Бджолярів"]),
    (3, ["Дальніх Агнёў", "Дальних Огней", "Дальніх Вогнів"]),
    (4, ["Ціхай Вады", "Тихой Воды", "Тихої Води"]),
    (0, ["Паштовых Галубоў", "Почтовых Голубей", "Поштових Голубів"]),
    (6, ["Першага Снегу", "Первого Снега", "Першого Снігу"]),
    (2, ["Вячэрніх Званоў", "Вечерних Звонов", "Вечірніх Дзвонів"]),
    (1, ["Астраномаў", "Астрономов", "Астрономів"]),
    (0, ["Батанікаў", "Ботаников", "Ботаніків"]),
    (0, ["Друкароў", "Печатников", "Друкарів"]),
    (3, ["Шкляроў", "Стекольщиков", "Склярів"]),
    (4, ["Лоцманаў", "Лоцманов", "Лоцманів"]),
    (0, ["Салавараў", "Солеваров", "Солеварів"]),
    (0, ["Чырвонай Рабіны", "Красной Рябины", "Червоної Горобини"]),
    (2, ["Лодачнікаў", "Лодочников", "Човнярів"]),
    (5, ["Канатчыкаў", "Канатчиков", "Канатників"]),
    (0, ["Бондараў", "Бондарей", "Бондарів"]),
    (0, ["Ткачоў", "Ткачей", "Ткачів"]),
    (1, ["Ранішніх Туманаў", "Утренних Туманов", "Ранкових Туманів"]),
    (6, ["Сямі Каштанаў", "Семи Каштанов", "Семи Каштанів"]),
];

/// Districts of the capital: the adjective as it stands in "department" (nominative = accusative) and "in the department", then in the genitive.
pub(crate) struct District {
    pub(crate) be: [&'static str; 3],
    pub(crate) ru: [&'static str; 3],
    uk: [&'static str; 2],
    pub(crate) en: &'static str,
}

pub(crate) const DISTRICTS: [District; 7] = [
    District {
        be: ["Надрэчны", "Надрэчным", "Надрэчнага"], ru: ["Надречный", "Надречном", "Надречного"], uk: ["Надрічний", "Надрічному"], en: "Nadrechny"
    },
    District {
        be: ["Млынавы", "Млынавым", "Млынавага"], ru: ["Мельничный", "Мельничном", "Мельничного"], uk: ["Млиновий", "Млиновому"], en: "Mlynavy"
    },
    District {
        be: ["Ліпавы", "Ліпавым", "Ліпавага"], ru: ["Липовый", "Липовом", "Липового"], uk: ["Липовий", "Липовому"], en: "Lipavy"
    },
    District {
        be: ["Цагельны", "Цагельным", "Цагельнага"], ru: ["Кирпичный", "Кирпичном", "Кирпичного"], uk: ["Цегельний", "Цегельному"], en: "Tsahelny"
    },
    District {
        be: ["Портавы", "Портавым", "Портавага"], ru: ["Портовый", "Портовом", "Портового"], uk: ["Портовий", "Портовому"], en: "Portavy"
    },
    District {
        be: ["Азёрны", "Азёрным", "Азёрнага"], ru: ["Озёрный", "Озёрном", "Озёрного"], uk: ["Озерний", "Озерному"], en: "Aziorny"
    },
    // Cut out of the Portavy district in February 2033.
    District {
        be: ["Гаванскі", "Гаванскім", "Гаванскага"], ru: ["Гаванский", "Гаванском", "Гаванского"], uk: ["Гаванський", "Гаванському"], en: "Havanski"
    },
];

/// Single sites: kind of place, be, ru, en, street.
const SITES: [(&str, &str, &str, &str, usize); 13] = [
    ("administration", "Будынак міністэрства", "Здание министерства", "Ministry building", 2),
    ("security_base", "Гарадок палка", "Городок полка", "Regiment compound", 22),
    ("temporary_detention", "Ізалятар часовага ўтрымання № 1", "Изолятор временного содержания № 1", "Temporary Detention Facility No. 1", 16),
    ("administrative_detention", "Ізалятар № 2, былы склад солі", "Изолятор № 2, бывший соляной склад", "Detention Facility No. 2, former salt store", 16),
    ("remand_prison", "Следчы ізалятар № 3", "Следственный изолятор № 3", "Remand Prison No. 3", 15),
    ("court", "Суд Ліпавага раёна", "Суд Липового района", "Lipavy District Court", 6),
    ("hospital", "Бальніца хуткай дапамогі", "Больница скорой помощи", "Emergency Hospital", 11),
    ("workplace", "Трактарны завод «Баразна»", "Тракторный завод «Борозда»", "Barazna Tractor Works", 14),
    ("university", "Універсітэт Светларэча", "Университет Светлоречи", "University of Svetlorech", 12),
    ("station", "Станцыя «Ясень»", "Станция «Ясень»", "Yasen Station", 4),
    ("station", "Станцыя «Затока»", "Станция «Затока»", "Zatoka Station", 7),
    ("newsroom", "Рэдакцыя «Светларэцкага лістка»", "Редакция «Светлореченского листка»", "Newsroom of the Svetlorech Leaflet", 13),
    ("shop", "Крама «Каля моста»", "Магазин «У моста»", "Shop by the Bridge", 20),
];

const COUNTRY: u32 = 0;
const CITY: u32 = 1;
const FIRST_DISTRICT: u32 = 2;
const FIRST_STREET: u32 = FIRST_DISTRICT + DISTRICTS.len() as u32;
const FIRST_SITE: u32 = FIRST_STREET + STREETS.len() as u32;
const FIRST_OFFICE: u32 = FIRST_SITE + SITES.len() as u32;
/// Places of the demo without the hostile ones.
pub(crate) const PLACES: u32 = FIRST_OFFICE + DISTRICTS.len() as u32;

/// The record of street `n`.
pub(crate) fn street(seed: u64, n: usize) -> NodeId {
    Rng::of(seed, PLACE, FIRST_STREET + n as u32).id()
}

/// The record of site `n`.
pub(crate) fn site(seed: u64, n: u32) -> NodeId {
    Rng::of(seed, PLACE, FIRST_SITE + n).id()
}

/// The record of the building of a district's department.
pub(crate) fn office(seed: u64, district: u32) -> NodeId {
    Rng::of(seed, PLACE, FIRST_OFFICE + district).id()
}

/// The record of the capital.
pub(crate) fn city(seed: u64) -> NodeId {
    Rng::of(seed, PLACE, CITY).id()
}

/// How many streets there are.
pub(crate) fn streets() -> usize {
    STREETS.len()
}

/// The district in which a street lies; the newest has none of its own yet.
pub(crate) fn district_of(street: usize) -> usize {
    street % 6
}

/// Metres east and north of the centre: streets lie on a spiral, so that none hides another.
fn street_m(n: usize) -> (f64, f64) {
    let turn = n as f64 * 2.399_963;
    let out_m = 500.0 + 230.0 * n as f64;
    (out_m * turn.cos(), out_m * turn.sin())
}

fn position(east_m: f64, north_m: f64, doubt_m: Option<f64>) -> Result<Region> {
    let round = |deg: f64| (deg * 1e5).round() / 1e5;
    Ok(Region::new(round(CENTRE.0 + north_m / DEGREE_M.0), round(CENTRE.1 + east_m / DEGREE_M.1), doubt_m)?)
}

/// A position somewhere along a street, with its doubt; from a kilometre upwards the doubt covers the city.
pub(crate) fn near_street(n: usize, doubt_m: f64, rng: &mut Rng) -> Result<Region> {
    let (east_m, north_m) = street_m(n);
    if doubt_m >= 5000.0 {
        return position(0.0, 0.0, Some(doubt_m));
    }
    position(east_m + 180.0 * rng.offset(), north_m + 180.0 * rng.offset(), Some(doubt_m))
}

/// The street in a sentence, "on X Street" or "near 14 X Street".
pub(crate) fn at(tongue: Tongue, n: usize, house: Option<u32>) -> String {
    let (way, [be, ru, uk]) = &STREETS[n];
    let way = &WAYS[*way];
    let name = latin(be, Latin::BePassport);
    match (tongue, house.filter(|_| way.houses)) {
        (Tongue::Be, None) => format!("{} {be}", way.be[1]),
        (Tongue::Be, Some(house)) => format!("каля дома {house} {} {be}", way.be[2]),
        (Tongue::Ru, None) => format!("{} {ru}", way.ru[1]),
        (Tongue::Ru, Some(house)) => format!("у дома {house} {} {ru}", way.ru[2]),
        (Tongue::Uk, None) => format!("{} {uk}", way.uk[1]),
        (Tongue::Uk, Some(house)) => format!("біля будинку {house} {} {uk}", way.uk[1]),
        (Tongue::En, None) => format!("{} {name} {}", way.en[1], way.en[0]),
        (Tongue::En, Some(house)) => format!("near {house} {name} {}", way.en[0]),
    }
}

/// "in the Lipavy department" and "to the Lipavy department".
pub(crate) fn department(tongue: Tongue, district: usize) -> (String, String) {
    let d = &DISTRICTS[district];
    match tongue {
        Tongue::Be => (format!("у {} аддзеле", d.be[1]), format!("у {} аддзел", d.be[0])),
        Tongue::Ru => (format!("в {} отделе", d.ru[1]), format!("в {} отдел", d.ru[0])),
        Tongue::Uk => (format!("у {} відділі", d.uk[1]), format!("у {} відділ", d.uk[0])),
        Tongue::En => (format!("at the {} department", d.en), format!("to the {} department", d.en)),
    }
}

const MONTHS: [[&str; 12]; 4] = [
    ["студзеня", "лютага", "сакавіка", "красавіка", "мая", "чэрвеня", "ліпеня", "жніўня", "верасня", "кастрычніка", "лістапада", "снежня"],
    ["января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября", "ноября", "декабря"],
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"],
    ["січня", "лютого", "березня", "квітня", "травня", "червня", "липня", "серпня", "вересня", "жовтня", "листопада", "грудня"],
];
const WEEKDAYS: [[&str; 7]; 4] = [
    ["у панядзелак", "у аўторак", "у сераду", "у чацвер", "у пятніцу", "у суботу", "у нядзелю"],
    ["в понедельник", "во вторник", "в среду", "в четверг", "в пятницу", "в субботу", "в воскресенье"],
    ["on Monday", "on Tuesday", "on Wednesday", "on Thursday", "on Friday", "on Saturday", "on Sunday"],
    ["у понеділок", "у вівторок", "у середу", "у четвер", "у п’ятницю", "у суботу", "у неділю"],
];

/// Year, month and day of a day since 1970.
pub(crate) fn ymd(day: i32) -> (i16, i8, i8) {
    match civil(i64::from(day) * DAY_US) {
        Some(at) => (at.year(), at.month(), at.day()),
        None => (1970, 1, 1),
    }
}

/// `2032-08-09`.
pub(crate) fn iso(day: i32) -> String {
    let (y, m, d) = ymd(day);
    format!("{y:04}-{m:02}-{d:02}")
}

/// "9 августа 2032 года".
pub(crate) fn date_words(tongue: Tongue, day: i32) -> String {
    let (y, m, d) = ymd(day);
    let month = MONTHS[tongue as usize][(m - 1).clamp(0, 11) as usize];
    match tongue {
        Tongue::Be | Tongue::Ru => format!("{d} {month} {y} года"),
        Tongue::Uk => format!("{d} {month} {y} року"),
        Tongue::En => format!("{d} {month} {y}"),
    }
}

/// "в субботу, 14 августа".
pub(crate) fn weekday_words(tongue: Tongue, day: i32) -> String {
    let (_, m, d) = ymd(day);
    let name = WEEKDAYS[tongue as usize][(day + 3).rem_euclid(7) as usize];
    format!("{name}, {d} {},", MONTHS[tongue as usize][(m - 1).clamp(0, 11) as usize])
}

/// Writes place `n`.
pub(crate) fn write_place(seed: u64, n: u32, sheet: &mut Sheet) {
    let id: NodeId = Rng::of(seed, PLACE, n).id();
    let official = source(seed, 7);
    sheet.record(id, NodeKind::Place);
    let place = |n| -> NodeId { Rng::of(seed, PLACE, n).id() };
    let names = |sheet: &mut Sheet, be: &str, ru: &str, en: &str| {
        sheet.name(id, "place.name", be, Some("be"), "full").by(official);
        sheet.name(id, "place.name", ru, Some("ru"), "translation");
        sheet.name(id, "place.name", en, Some("en"), "transliteration");
    };
    match n {
        COUNTRY => {
            names(sheet, "Залесія", "Залесия", "Zalesia");
            sheet.code(id, "place.kind", "country");
            sheet.region(id, "place.where", position(0.0, 0.0, Some(150_000.0)));
            sheet.text(id, "place.note", "An invented country. Everything in this book is invented; no person, unit or event in it is real.", "en");
        }
        CITY => {
            names(sheet, "Светларэч", "Светлоречь", "Svetlorech");
            sheet.name(id, "place.name", "Śvietlareč", Some("be"), "transliteration");
            sheet.name(id, "place.name", "Світлоріч", Some("uk"), "translation");
            sheet.code(id, "place.kind", "settlement");
            sheet.region(id, "place.where", position(0.0, 0.0, Some(8000.0)));
            sheet.refer(id, "place.inside", place(COUNTRY));
        }
        n if n < FIRST_STREET => {
            let d = &DISTRICTS[(n - FIRST_DISTRICT) as usize];
            names(sheet, &format!("{} раён", d.be[0]), &format!("{} район", d.ru[0]), &format!("{} District", d.en));
            sheet.code(id, "place.kind", "district");
            let (east_m, north_m) = street_m((n - FIRST_DISTRICT) as usize * 2 + 1);
            sheet.region(id, "place.where", position(east_m, north_m, Some(2500.0)));
            sheet.refer(id, "place.inside", place(CITY));
        }
        n if n < FIRST_SITE => {
            let at = (n - FIRST_STREET) as usize;
            let (way, [be, ru, uk]) = &STREETS[at];
            let way = &WAYS[*way];
            names(sheet, &format!("{} {be}", way.be[0]), &format!("{} {ru}", way.ru[0]), &format!("{} {}", latin(be, Latin::BePassport), way.en[0]));
            sheet.name(id, "place.name", &format!("{} {uk}", way.uk[0]), Some("uk"), "translation");
            sheet.code(id, "place.kind", way.code);
            let (east_m, north_m) = street_m(at);
            sheet.region(id, "place.where", position(east_m, north_m, Some(250.0)));
            sheet.refer(id, "place.inside", place(FIRST_DISTRICT + district_of(at) as u32));
        }
        n if n < FIRST_OFFICE => {
            let (kind, be, ru, en, at) = SITES[(n - FIRST_SITE) as usize];
            names(sheet, be, ru, en);
            sheet.code(id, "place.kind", kind);
            let (east_m, north_m) = street_m(at);
            sheet.region(id, "place.where", position(east_m + 140.0, north_m - 90.0, Some(30.0)));
            sheet.refer(id, "place.inside", place(FIRST_DISTRICT + district_of(at) as u32));
            sheet.text(id, "place.address", format!("{}, {}", STREETS[at].1[0], 3 + 2 * n), "be").by(official);
        }
        n => {
            let district = ((n - FIRST_OFFICE) as usize).min(DISTRICTS.len() - 1);
            let d = &DISTRICTS[district];
            names(
                sheet,
                &format!("Будынак аддзела парадку {} раёна", d.be[2]),
                &format!("Здание отдела порядка {} района", d.ru[2]),
                &format!("{} department building", d.en),
            );
            sheet.code(id, "place.kind", "police_station");
            let (east_m, north_m) = street_m(district + 6);
            sheet.region(id, "place.where", position(east_m - 120.0, north_m + 60.0, Some(20.0)));
            sheet.refer(id, "place.inside", place(FIRST_DISTRICT + district as u32));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_election_is_a_sunday_in_august() {
        assert_eq!((iso(ELECTION), WEEKDAYS[1][(ELECTION + 3).rem_euclid(7) as usize]), ("2032-08-08".to_owned(), "в воскресенье"));
        assert_eq!(date_words(Tongue::Be, ELECTION + 6), "14 жніўня 2032 года");
    }

    #[test]
    fn streets_are_said_as_people_say_them() {
        assert_eq!(at(Tongue::Be, 3, Some(5)), "каля дома 5 па завулку Трох Студняў");
        assert_eq!(at(Tongue::Ru, 4, Some(5)), "на площади Зелёных Ворот");
        assert_eq!(at(Tongue::En, 0, None), "on Mlynarou Street");
    }
}
