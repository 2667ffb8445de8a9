//! Invented people's names in Belarusian, Russian and Ukrainian.
//!
//! Given names are the common ones of the three languages, the commonest first; family names are invented by joining stems and suffixes. Each
//! person is a combination of numbers, so a name can be made again from its stream. No combination names a real person of the lists that the
//! ignored test of `mod.rs` compares with. Does no I/O.

use super::letters::{Latin, latin};
use super::phrase::Tongue;
use super::rng::Rng;

/// A given name and the stems of the patronymic made from it.
struct Man {
    be: &'static str,
    ru: &'static str,
    uk: &'static str,
    /// Patronymic before -віч/-ўна, -вич/-вна, -вич, -вна.
    stems: [&'static str; 4],
}

const fn man(be: &'static str, ru: &'static str, uk: &'static str, stems: [&'static str; 4]) -> Man {
    Man { be, ru, uk, stems }
}

const MEN: [Man; 29] = [
    man("Аляксандр", "Александр", "Олександр", ["Аляксандра", "Александро", "Олександро", "Олександрі"]),
    man("Сяргей", "Сергей", "Сергій", ["Сяргее", "Сергее", "Сергійо", "Сергії"]),
    man("Андрэй", "Андрей", "Андрій", ["Андрэе", "Андрее", "Андрійо", "Андрії"]),
    man("Дзмітрый", "Дмитрий", "Дмитро", ["Дзмітрые", "Дмитрие", "Дмитро", "Дмитрі"]),
    man("Аляксей", "Алексей", "Олексій", ["Аляксее", "Алексее", "Олексійо", "Олексії"]),
    man("Мікалай", "Николай", "Микола", ["Мікалае", "Николае", "Миколайо", "Миколаї"]),
    man("Уладзімір", "Владимир", "Володимир", ["Уладзіміра", "Владимиро", "Володимиро", "Володимирі"]),
    man("Іван", "Иван", "Іван", ["Івана", "Ивано", "Івано", "Івані"]),
    man("Міхаіл", "Михаил", "Михайло", ["Міхайла", "Михайло", "Михайло", "Михайлі"]),
    man("Віктар", "Виктор", "Віктор", ["Віктара", "Викторо", "Вікторо", "Вікторі"]),
    man("Ігар", "Игорь", "Ігор", ["Ігара", "Игоре", "Ігоро", "Ігорі"]),
    man("Яўген", "Евгений", "Євген", ["Яўгена", "Евгение", "Євгено", "Євгені"]),
    man("Павел", "Павел", "Павло", ["Паўла", "Павло", "Павло", "Павлі"]),
    man("Васіль", "Василий", "Василь", ["Васілье", "Василье", "Васильо", "Василі"]),
    man("Юрый", "Юрий", "Юрій", ["Юр’е", "Юрье", "Юрійо", "Юрії"]),
    man("Анатоль", "Анатолий", "Анатолій", ["Анатолье", "Анатолье", "Анатолійо", "Анатолії"]),
    man("Вадзім", "Вадим", "Вадим", ["Вадзіма", "Вадимо", "Вадимо", "Вадимі"]),
    man("Максім", "Максим", "Максим", ["Максіма", "Максимо", "Максимо", "Максимі"]),
    man("Дзяніс", "Денис", "Денис", ["Дзяніса", "Денисо", "Денисо", "Денисі"]),
    man("Алег", "Олег", "Олег", ["Алега", "Олего", "Олего", "Олегі"]),
    man("Антон", "Антон", "Антон", ["Антона", "Антоно", "Антоно", "Антоні"]),
    man("Раман", "Роман", "Роман", ["Рамана", "Романо", "Романо", "Романі"]),
    man("Кірыл", "Кирилл", "Кирило", ["Кірыла", "Кирилло", "Кирило", "Кирилі"]),
    man("Пётр", "Пётр", "Петро", ["Пятро", "Петро", "Петро", "Петрі"]),
    man("Тарас", "Тарас", "Тарас", ["Тараса", "Тарасо", "Тарасо", "Тарасі"]),
    man("Леанід", "Леонид", "Леонід", ["Леаніда", "Леонидо", "Леонідо", "Леоніді"]),
    man("Станіслаў", "Станислав", "Станіслав", ["Станіслава", "Станиславо", "Станіславо", "Станіславі"]),
    man("Багдан", "Богдан", "Богдан", ["Багдана", "Богдано", "Богдано", "Богдані"]),
    man("Яраслаў", "Ярослав", "Ярослав", ["Яраслава", "Ярославо", "Ярославо", "Ярославі"]),
];

const WOMEN: [[&str; 3]; 27] = [
    ["Алена", "Елена", "Олена"],
    ["Вольга", "Ольга", "Ольга"],
    ["Наталля", "Наталья", "Наталія"],
    ["Святлана", "Светлана", "Світлана"],
    ["Ірына", "Ирина", "Ірина"],
    ["Таццяна", "Татьяна", "Тетяна"],
    ["Ганна", "Анна", "Ганна"],
    ["Марыя", "Мария", "Марія"],
    ["Кацярына", "Екатерина", "Катерина"],
    ["Аляксандра", "Александра", "Олександра"],
    ["Юлія", "Юлия", "Юлія"],
    ["Вікторыя", "Виктория", "Вікторія"],
    ["Дар’я", "Дарья", "Дар’я"],
    ["Настасся", "Анастасия", "Анастасія"],
    ["Людміла", "Людмила", "Людмила"],
    ["Вера", "Вера", "Віра"],
    ["Надзея", "Надежда", "Надія"],
    ["Ніна", "Нина", "Ніна"],
    ["Яўгенія", "Евгения", "Євгенія"],
    ["Паліна", "Полина", "Поліна"],
    ["Крысціна", "Кристина", "Христина"],
    ["Марына", "Марина", "Марина"],
    ["Аксана", "Оксана", "Оксана"],
    ["Лідзія", "Лидия", "Лідія"],
    ["Вераніка", "Вероника", "Вероніка"],
    ["Алеся", "Алеся", "Леся"],
    ["Ксенія", "Ксения", "Ксенія"],
];

/// Stems of family names; they end in consonants that may be hard or soft without a change of spelling, or in ш.
const STEMS: [[&str; 3]; 50] = [
    ["Лазав", "Лозов", "Лозов"],
    ["Верас", "Верес", "Верес"],
    ["Дубін", "Дубин", "Дубин"],
    ["Журав", "Журав", "Журав"],
    ["Капыл", "Копыл", "Копил"],
    ["Мялеш", "Мелеш", "Мелеш"],
    ["Трус", "Трус", "Трус"],
    ["Сівал", "Сивол", "Сивол"],
    ["Рагоз", "Рогоз", "Рогоз"],
    ["Палын", "Полын", "Полин"],
    ["Крапів", "Крапив", "Кропив"],
    ["Галуз", "Голуз", "Голуз"],
    ["Туман", "Туман", "Туман"],
    ["Вярбін", "Вербин", "Вербин"],
    ["Пярун", "Перун", "Перун"],
    ["Мурав", "Мурав", "Мурав"],
    ["Шыпул", "Шипул", "Шипул"],
    ["Крыжан", "Крыжан", "Крижан"],
    ["Валун", "Валун", "Валун"],
    ["Скараб", "Скороб", "Скороб"],
    ["Дамаш", "Домаш", "Домаш"],
    ["Каліс", "Калис", "Каліс"],
    ["Астап", "Остап", "Остап"],
    ["Карас", "Карас", "Карас"],
    ["Налім", "Налим", "Налим"],
    ["Пралес", "Пролес", "Проліс"],
    ["Клян", "Клен", "Клен"],
    ["Ясен", "Ясен", "Ясен"],
    ["Сасн", "Сосн", "Сосн"],
    ["Паплав", "Поплав", "Поплав"],
    ["Рубан", "Рубан", "Рубан"],
    ["Хмыз", "Хмыз", "Хмиз"],
    ["Чубас", "Чубас", "Чубас"],
    ["Бярвен", "Бервен", "Бервен"],
    ["Лучын", "Лучин", "Лучин"],
    ["Скрып", "Скрип", "Скрип"],
    ["Жарнас", "Жернос", "Жорнос"],
    ["Млын", "Млын", "Млин"],
    ["Гаман", "Гоман", "Гоман"],
    ["Пастал", "Постол", "Постол"],
    ["Рабін", "Рябин", "Рябин"],
    ["Карчам", "Корчем", "Корчем"],
    ["Шыман", "Шиман", "Шиман"],
    ["Лапус", "Лапус", "Лапус"],
    ["Кажан", "Кожан", "Кожан"],
    ["Сяліван", "Селиван", "Селіван"],
    ["Кудлаш", "Кудлаш", "Кудлаш"],
    ["Бусел", "Бусел", "Бусел"],
    ["Смалін", "Смолин", "Смолин"],
    ["Чапял", "Чепел", "Чепел"],
];

/// Endings of family names: Belarusian man and woman, Russian man and woman, Ukrainian man and woman.
const ENDINGS: [[&str; 6]; 10] = [
    ["енка", "енка", "енко", "енко", "енко", "енко"],
    ["авіч", "авіч", "ович", "ович", "ович", "ович"],
    ["оўскі", "оўская", "овский", "овская", "овський", "овська"],
    ["ук", "ук", "ук", "ук", "ук", "ук"],
    ["ік", "ік", "ик", "ик", "ик", "ик"],
    ["аў", "ава", "ов", "ова", "ов", "ова"],
    ["ёнак", "ёнак", "ёнок", "ёнок", "ьонок", "ьонок"],
    ["ец", "ец", "ец", "ец", "ець", "ець"],
    ["іч", "іч", "ич", "ич", "ич", "ич"],
    ["ейка", "ейка", "ейко", "ейко", "ейко", "ейко"],
];

/// Names that somebody goes by beside their own.
const CALL_SIGNS: [&str; 14] =
    ["Сокол", "Гранит", "Днестр-2", "Рысь", "Байкал", "Клён", "Тихий", "Сотый", "Бригадир", "Филин", "Кедр", "Маяк", "Барс", "Лиман"];
const NICKNAMES: [&str; 10] = ["Доўгі", "Рыжы", "Прафесар", "Седой", "Студент", "Кіпцюр", "Лысы", "Малы", "Барада", "Casper"];

/// The numbers that make a person's name.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Named {
    pub(crate) woman: bool,
    given: usize,
    father: usize,
    stem: usize,
    ending: usize,
}

/// One written name: letters, language where one is stated, kind of name.
pub(crate) type Spelling = (String, Option<&'static str>, &'static str);

impl Named {
    /// The next name of the stream.
    pub(crate) fn draw(rng: &mut Rng, women_percent: u32) -> Named {
        let woman = rng.chance(women_percent);
        let given = rng.zipf(if woman { WOMEN.len() } else { MEN.len() });
        let father = rng.zipf(MEN.len());
        let families = STEMS.len() * ENDINGS.len();
        // Most family names are rare, some are in every village; the multiplier scatters the common ones over stems and endings.
        let family = if rng.chance(30) { rng.zipf(families) * 173 % families } else { rng.below(families as u32) as usize };
        let (stem, ending) = (family / ENDINGS.len(), family % ENDINGS.len());
        // A stem in -в does not take -аў.
        let ending = if ending == 5 && STEMS[stem][0].ends_with('в') { 1 } else { ending };
        Named { woman, given, father, stem, ending }
    }

    /// The given name.
    pub(crate) fn given(&self, tongue: Tongue) -> &'static str {
        let man = &MEN[self.given % MEN.len()];
        match (self.woman, tongue) {
            (true, Tongue::Be) => WOMEN[self.given][0],
            (true, Tongue::Uk) => WOMEN[self.given][2],
            (true, _) => WOMEN[self.given][1],
            (false, Tongue::Be) => man.be,
            (false, Tongue::Uk) => man.uk,
            (false, _) => man.ru,
        }
    }

    /// The patronymic.
    pub(crate) fn patronymic(&self, tongue: Tongue) -> String {
        let stems = &MEN[self.father].stems;
        match (self.woman, tongue) {
            (false, Tongue::Be) => format!("{}віч", stems[0]),
            (true, Tongue::Be) => format!("{}ўна", stems[0]),
            (false, Tongue::Uk) => format!("{}вич", stems[2]),
            (true, Tongue::Uk) => format!("{}вна", stems[3]),
            (false, _) => format!("{}вич", stems[1]),
            (true, _) => format!("{}вна", stems[1]),
        }
    }

    /// The family name.
    pub(crate) fn family(&self, tongue: Tongue) -> String {
        let (language, column) = match tongue {
            Tongue::Be => (0, 0),
            Tongue::Uk => (2, 4),
            Tongue::Ru | Tongue::En => (1, 2),
        };
        let stem = STEMS[self.stem][language];
        let ending = ENDINGS[self.ending][column + usize::from(self.woman)];
        let hard = stem.ends_with('ш');
        let labial = stem.ends_with(['б', 'в', 'м', 'п']);
        let ending = match (tongue, ending) {
            // Belarusian ш is always hard and writes the vowel it hears.
            (Tongue::Be, "енка") if hard => "энка",
            (Tongue::Be, "ік") if hard => "ык",
            (Tongue::Be, "ёнак") if hard => "онак",
            (Tongue::Be, "ец") if hard => "эц",
            (Tongue::Be, "іч") if hard => "ыч",
            (Tongue::Be, "ейка") if hard => "эйка",
            (Tongue::Ru | Tongue::En, "ёнок") if hard => "онок",
            (Tongue::Uk, "ьонок") if hard => "онок",
            (Tongue::Uk, "ьонок") if labial => "йонок",
            (_, ending) => ending,
        };
        format!("{stem}{ending}")
    }

    /// Family name, given name, patronymic: how lists write it.
    pub(crate) fn listed(&self, tongue: Tongue) -> String {
        format!("{} {} {}", self.family(tongue), self.given(tongue), self.patronymic(tongue))
    }

    /// Given name and family name: how newspapers write it.
    pub(crate) fn said(&self, tongue: Tongue) -> String {
        format!("{} {}", self.given(tongue), self.family(tongue))
    }

    /// `count` different ways in which sources write the name, the most official first.
    pub(crate) fn spellings(&self, rng: &mut Rng, count: usize) -> Vec<Spelling> {
        let be = Tongue::Be;
        let initial = |tongue: Tongue| format!("{}. {}", self.given(tongue).chars().next().unwrap_or('?'), self.family(tongue));
        let make = |way: u32| -> Spelling {
            match way {
                0 => (self.listed(be), Some("be"), "full"),
                1 => (self.listed(Tongue::Ru), Some("ru"), "full"),
                2 => (latin(&self.said(be), Latin::BePassport), None, "official"),
                3 => (latin(&self.said(Tongue::Ru), Latin::RuPassport), None, "transliteration"),
                4 => (latin(&self.said(Tongue::Ru), Latin::RuEnglish), Some("en"), "as_written"),
                5 => (latin(&self.said(be), Latin::Lacinka), Some("be"), "transliteration"),
                6 => (initial(Tongue::Ru), Some("ru"), "short"),
                7 => (initial(be), Some("be"), "short"),
                8 => (self.listed(Tongue::Uk), Some("uk"), "translation"),
                _ => (latin(&self.said(Tongue::Uk), Latin::UkPassport), Some("en"), "transliteration"),
            }
        };
        let mut ways = vec![rng.below(2)];
        while ways.len() < count.min(8) {
            let way = rng.below(10);
            if !ways.contains(&way) {
                ways.push(way);
            }
        }
        let mut out: Vec<Spelling> = Vec::with_capacity(count);
        for way in ways {
            let spelling = make(way);
            if !out.iter().any(|known| known.0 == spelling.0) {
                out.push(spelling);
            }
        }
        out
    }
}

/// A call sign.
pub(crate) fn call_sign(rng: &mut Rng) -> Spelling {
    ((rng.one(&CALL_SIGNS)).to_owned(), Some("ru"), "call_sign")
}

/// A nickname.
pub(crate) fn nickname(rng: &mut Rng) -> Spelling {
    ((rng.one(&NICKNAMES)).to_owned(), None, "nickname")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_spelt_by_the_rules_of_each_language() {
        let named = Named { woman: true, given: 1, father: 1, stem: 5, ending: 6 };
        assert_eq!(named.listed(Tongue::Be), "Мялешонак Вольга Сяргееўна");
        assert_eq!(named.listed(Tongue::Ru), "Мелешонок Ольга Сергеевна");
        assert_eq!(named.listed(Tongue::Uk), "Мелешонок Ольга Сергіївна");
        let named = Named { woman: false, given: 3, father: 23, stem: 3, ending: 2 };
        assert_eq!(named.listed(Tongue::Be), "Журавоўскі Дзмітрый Пятровіч");
        assert_eq!(latin(&named.said(Tongue::Be), Latin::BePassport), "Dzmitry Zhuravouski");
    }

    #[test]
    fn given_names_are_as_uneven_as_in_life() {
        let mut rng = Rng::of(7, 0, 0);
        let first = (0..10_000).filter(|_| Named::draw(&mut rng, 0).given == 0).count();
        assert!((1500..3500).contains(&first), "{first}");
    }
}
