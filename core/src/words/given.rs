//! Given names across languages, and the fathers' names in patronymics.
//!
//! Mikalai and Nikolai, Siarhei and Serge are one name and no rule of sounds says so: `given_names.txt` does. A class is named by its
//! first form. Pure; the table is compiled in and read once.

use std::{collections::BTreeMap, sync::LazyLock};

use super::{
    DIMINUTIVES, GIVEN_NAMES,
    fold::fold,
    skeleton::{Skeletons, bones, skeleton},
};

/// A given name whatever language it stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Given {
    /// The class: the same in every language and build of one version.
    pub(super) class: &'static str,
    /// Bit n is set where a form starts with the n-th small letter in its skeleton.
    initials: u32,
}

impl Given {
    /// The name that one part spells, if the table has it.
    pub(super) fn of(folded: &str, sounds: &Skeletons) -> Option<Given> {
        let table = &*TABLE;
        let by_sound = |s: &String| table.sounds.get(s).or_else(|| table.bones.get(&bones(s)).and_then(Option::as_ref));
        // A second reading with fewer sounds (Piatrou as Пятру) takes a family name for a given one.
        let other = sounds.other.as_ref().filter(|other| other.len() == sounds.main.len());
        let at = table
            .written
            .get(folded)
            .or_else(|| by_sound(&sounds.main))
            .or_else(|| other.and_then(by_sound))
            .or_else(|| sounds.bare.as_ref().and_then(by_sound))?;
        table.names.get(*at).copied()
    }

    /// The first sounds of its forms.
    pub(super) fn initials(self) -> impl Iterator<Item = char> {
        ('a'..='z').filter(move |letter| self.initials & bit(*letter as u8) != 0)
    }

    pub(super) fn may_start_with(self, sound: u8) -> bool {
        self.initials & bit(sound) != 0
    }
}

/// Whose child a patronymic says somebody is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Father {
    pub(super) class: &'static str,
    pub(super) daughter: bool,
}

impl Father {
    /// The father in *Mikalaevich*, *Николаевна*, *Миколайович*, if the table has him.
    pub(super) fn of(sounds: &Skeletons) -> Option<Father> {
        let table = &*TABLE;
        let (base, daughter) = patronymic(&sounds.main).or_else(|| patronymic(sounds.other.as_deref()?))?;
        let at = table.fathers.get(base).or_else(|| table.father_bones.get(&bones(base)).and_then(Option::as_ref))?;
        table.names.get(*at).map(|given| Father { class: given.class, daughter })
    }
}

/// Whether a part is made like a patronymic.
pub(super) fn is_patronymic(sounds: &Skeletons) -> bool {
    patronymic(&sounds.main).is_some()
}

/// What comes before *-avich, -ich, -auna, -ivna*, and whether it is a daughter's.
fn patronymic(skeleton: &str) -> Option<(&str, bool)> {
    const ENDS: [(&str, bool); 10] = [
        ("avic", false),
        ("ivic", false),
        ("vic", false),
        ("avn", true),
        ("ivn", true),
        ("inicn", true),
        ("icn", true),
        ("vn", true),
        ("ic", false),
        ("ac", false),
    ];
    ENDS.iter().find_map(|(end, daughter)| skeleton.strip_suffix(end).filter(|base| !base.is_empty()).map(|base| (base, *daughter)))
}

/// Sounds fewer than these say too little to know a name by.
const FEW: usize = 3;

#[derive(Default)]
struct Table {
    names: Vec<Given>,
    written: BTreeMap<String, usize>,
    sounds: BTreeMap<String, usize>,
    /// `None` where two names share their bones.
    bones: BTreeMap<String, Option<usize>>,
    fathers: BTreeMap<String, usize>,
    father_bones: BTreeMap<String, Option<usize>>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| Table::read(GIVEN_NAMES, DIMINUTIVES));

impl Table {
    fn read(names: &'static str, short: &str) -> Table {
        let told = |line: &&str| !line.is_empty() && !line.starts_with('#');
        let mut table = Table::default();
        for line in names.lines().filter(told) {
            let mut forms = line.split(' ');
            let father = forms.next() == Some("m");
            table.add(&forms.collect::<Vec<_>>(), father);
        }
        // A short form of one name is that name as it is written; one of several (Саша) tells nothing here.
        let mut owners: BTreeMap<String, Option<usize>> = BTreeMap::new();
        for line in short.lines().filter(told) {
            let mut forms = line.split(' ').map(fold);
            if let Some(at) = forms.next().and_then(|full| table.written.get(&full).copied()) {
                forms.for_each(|form| only(&mut owners, &form, at));
            }
        }
        for (form, owner) in owners {
            if let Some(at) = owner {
                let initial = skeleton(&form).bytes().next().map_or(0, bit);
                table.written.entry(form).or_insert(at);
                if let Some(given) = table.names.get_mut(at) {
                    given.initials |= initial;
                }
            }
        }
        table
    }

    fn add(&mut self, forms: &[&'static str], father: bool) {
        let at = self.names.len();
        let mut initials = 0;
        for form in forms {
            let sound = skeleton(form);
            let bare = bones(&sound);
            initials |= sound.bytes().next().map_or(0, bit);
            self.written.entry(fold(form)).or_insert(at);
            if sound.len() >= FEW {
                self.sounds.entry(sound.clone()).or_insert(at);
            }
            if father {
                self.fathers.entry(sound).or_insert(at);
            }
            if bare.len() > FEW {
                only(&mut self.bones, &bare, at);
                if father {
                    only(&mut self.father_bones, &bare, at);
                }
            }
        }
        // The class is named by a form as written: skeletons of short names meet.
        self.names.push(Given { class: forms.first().copied().unwrap_or(""), initials });
    }
}

/// Remembers who has these bones; nobody, where two names have them.
fn only(bones: &mut BTreeMap<String, Option<usize>>, key: &str, at: usize) {
    bones.entry(key.to_owned()).and_modify(|owner| *owner = owner.filter(|o| *o == at)).or_insert(Some(at));
}

fn bit(letter: u8) -> u32 {
    1_u32.checked_shl(u32::from(letter.saturating_sub(b'a'))).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn class(name: &str) -> Option<&'static str> {
        Given::of(&fold(name), &Skeletons::of(name)).map(|given| given.class)
    }

    fn father(name: &str) -> Option<(&'static str, bool)> {
        Father::of(&Skeletons::of(name)).map(|father| (father.class, father.daughter))
    }

    #[test]
    fn one_name_in_four_languages_is_one_class() {
        for line in [
            "Мікалай Николай Микола Nikolai Mikalai Mikalaj Mykola Nicholas Mikołaj",
            "Аляксандр Александр Олександр Aliaksandr Alexander Oleksandr Aleksandr Alaksandr Аляĸсандр",
            "Лідзія Лидия Лідія Lidzia Lydia Lidiya Lidija",
            "Сяргей Сергей Сергій Siarhei Sergei Sergey Serhiy Siarhiej",
            "Уладзімір Владимир Володимир Uladzimir Vladimir Volodymyr Uładzimir",
            "Ігар Игорь Ігор Ihar Igor Ihor Igar",
            "Яўген Евгений Євген Yauhen Yevgeni Yevhen Evgeny Jaŭhien Eugene Iauhen",
            "Дзмітрый Дмитрий Дмитро Dzmitry Dmitri Dmitriy Dmytro Зміцер",
            "Міхаіл Михаил Михайло Mikhail Mykhailo Michael Michaił",
            "Ганна Анна Hanna Anna",
            "Вольга Ольга Volha Olga Olha Volga Volʹha",
            "Алена Елена Олена Alena Elena Olena Yelena",
            "Таццяна Татьяна Тетяна Tatsiana Tatiana Tetiana Tatyana",
            "Наталля Наталья Наталія Natallia Natalya Nataliia",
            "Святлана Светлана Світлана Sviatlana Svetlana Svitlana Śviatłana",
            "Ксенія Ксения Kseniya Oksana Аксана",
            "Юрый Юрий Юрій Yury Yuri Iurii Jurij",
            "Пётр Петр Петро Piotr Pyotr Petro Peter",
        ] {
            let names: Vec<&str> = line.split(' ').collect();
            for name in &names {
                assert_eq!(class(name), class(names[0]), "{name}");
                assert!(class(name).is_some(), "{name}");
            }
        }
        assert_ne!(class("Ігар"), class("Ягор"));
        assert_ne!(class("Ганна"), class("Яна"));
        assert_eq!(class("Балаба"), None);
    }

    #[test]
    fn patronymics_name_the_father_in_every_language() {
        for line in [
            "Мікалаевіч Николаевич Миколайович Mikalaevich Nikolayevich Mykolayovych Mikałajevič",
            "Аляксандравіч Александрович Олександрович Aliaksandravich Aleksandrovich Alexandrovitch",
            "Яўгенавіч Евгеньевич Євгенович Yauhenavich Evgenevich Yevhenovych",
            "Юр'евіч Юрьевич Юрійович Yurievich Yuriyovych Iurevich",
            "Ільіч Ильич Ілліч Ilyich Illich",
            "Львовіч Львович L’vovich Lvovich",
            "Рыгоравіч Григорьевич Григорович Ryhoravich Grigorievich Hryhorovych",
            "Паўлавіч Павлович Paulavich Pavlovych",
        ] {
            let names: Vec<&str> = line.split(' ').collect();
            for name in &names {
                assert_eq!(father(name), father(names[0]), "{name}");
                assert!(matches!(father(name), Some((_, false))), "{name}");
            }
        }
        assert_eq!(father("Мікалаеўна").unwrap(), (father("Мікалаевіч").unwrap().0, true));
        assert_eq!(father("Mykolayivna"), father("Мікалаеўна"));
        assert_eq!(father("Балаба"), None);
    }

    #[test]
    fn no_form_stands_in_two_lines_of_the_table() {
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        let lines = include_str!("given_names.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        for (number, line) in lines.enumerate() {
            for form in line.split(' ').skip(1) {
                for key in [fold(form), skeleton(form)].into_iter().filter(|key| key.chars().count() >= FEW) {
                    let owner = *seen.entry(key).or_insert(number);
                    assert_eq!(owner, number, "{form} of {line}");
                }
            }
        }
    }
}
