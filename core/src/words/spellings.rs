//! How well one spelling of a person finds the others.
//!
//! A book is made of every spelling of invented people; a store is imitated that looks keys up by equality, with the bounds a real one has, and ranks
//! what it finds. The store's own contract measures the same on published spellings.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};

use super::*;

const PAGE: usize = 10;

struct Book {
    names: Vec<Heard>,
    persons: Vec<usize>,
    written: Vec<String>,
    index: BTreeMap<String, Vec<usize>>,
}

impl Book {
    fn of(spellings: Vec<(usize, String)>) -> Book {
        let mut book = Book { names: Vec::new(), persons: Vec::new(), written: Vec::new(), index: BTreeMap::new() };
        for (person, spelling) in spellings {
            let heard = Heard::of(&spelling);
            for key in heard.keys() {
                book.index.entry(key.text).or_default().push(book.names.len());
            }
            book.names.push(heard);
            book.persons.push(person);
            book.written.push(spelling);
        }
        book
    }

    fn first_page(&self, query: &str) -> Vec<usize> {
        let heard = Heard::of(query);
        let mut candidates = BTreeSet::new();
        for key in heard.sought() {
            if key.level == Level::Pair || candidates.len() < ENOUGH_CANDIDATES {
                candidates.extend(self.index.get(&key.text).into_iter().flatten().take(ROWS_PER_KEY).copied());
            }
        }
        let mut ranked: Vec<(u32, usize)> = candidates.into_iter().map(|row| (1000 - heard.likeness(&self.names[row]), row)).collect();
        ranked.sort_unstable();
        ranked.into_iter().take(PAGE).map(|(_, row)| row).collect()
    }

    /// The spellings of the person that this row does not find.
    fn missed(&self, row: usize) -> Vec<usize> {
        let page = self.first_page(&self.written[row]);
        let others = (0..self.names.len()).filter(|other| *other != row && self.persons[*other] == self.persons[row]);
        let missed: Vec<usize> = others.filter(|other| !page.contains(other)).collect();
        let full = page.iter().filter(|found| self.persons[**found] == self.persons[row]).count() == PAGE;
        if full { Vec::new() } else { missed }
    }

    /// The rows of persons with two spellings and more.
    fn queries(&self) -> Vec<usize> {
        (0..self.names.len()).filter(|row| self.persons.iter().filter(|person| **person == self.persons[*row]).count() > 1).collect()
    }
}

/// Invented people, a line each, in the spellings that documents of four languages would give them.
const INVENTED: &str = "\
Мікалай Пятровіч Гарбацэвіч|Николай Петрович Горбацевич|Mikalai Piatrovich Harbatsevich|Nikolay Petrovich Gorbatsevich|Harbacevič Mikałaj
Святлана Рыгораўна Дзямідчык|Светлана Григорьевна Демидчик|Sviatlana Ryhorauna Dziamidchyk|Svetlana Demidchik
Уладзімір Яўгенавіч Цярэшчанка|Владимир Евгеньевич Терещенко|Uladzimir Tsiareshchanka|Vladimir Evgenyevich Tereshchenko|Володимир Євгенович Терещенко
Вольга Сяргееўна Жураўкова|Ольга Сергеевна Журавкова|Volha Zhuraukova|Olga Sergeyevna Zhuravkova|Žuraŭkova Volha
Яўген Ільіч Хвастоў|Евгений Ильич Хвостов|Yauhen Khvastou|Evgenii Ilyich Khvostov|Evgeniy Chwostow
Аксана Юр'еўна Ўласевіч|Оксана Юрьевна Власевич|Aksana Ulasevich|Oksana Yurievna Vlasevich|Оксана Юріївна Власевич
Дзмітрый Львовіч Ягорчанка|Дмитрий Львович Егорченко|Dzmitry Yahorchanka|Dmitriy Lvovich Yegorchenko|Дмитро Львович Єгорченко
Ганна Міхайлаўна Шчарбіцкая|Анна Михайловна Щербицкая|Hanna Shcharbitskaya|Anna Mikhailovna Shcherbitskaya|Ščarbickaja Hanna
Ігар Паўлавіч Зяньковіч|Игорь Павлович Зенькович|Ihar Ziankovich|Igor Pavlovich Zenkovich|І. Зяньковіч
Сяргей Аляксандравіч Клімуць|Сергей Александрович Климуть|Siarhei Klimuts|Sergei Aleksandrovich Klimut|Serge Klimut
Аляксандр Іванавіч Жукавец|Александр Иванович Жуковец|Aliaksandr Zhukavets|Alexander Ivanovich Zhukovets
Алена Віктараўна Мурашка|Елена Викторовна Мурашко|Alena Murashka|Yelena Viktorovna Murashko|Олена Вікторівна Мурашко";

fn invented() -> Vec<(usize, String)> {
    INVENTED.lines().enumerate().flat_map(|(person, line)| line.split('|').map(move |spelling| (person, spelling.to_owned()))).collect()
}

#[test]
fn one_spelling_of_an_invented_person_finds_the_others() {
    let book = Book::of(invented());
    for row in book.queries() {
        let missed: Vec<&String> = book.missed(row).iter().map(|row| &book.written[*row]).collect();
        assert!(missed.is_empty(), "{} does not find {missed:?}", book.written[row]);
    }
}

/// Harder spellings of other invented people, a line each; the file states its origin.
fn hard() -> Vec<(usize, String)> {
    let lines = include_str!("../../../reason/tests/spellings.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.enumerate().flat_map(|(person, line)| line.split('|').map(move |spelling| (person, spelling.to_owned()))).collect()
}

#[test]
fn one_spelling_of_many_alphabets_finds_the_others() {
    let book = Book::of(hard());
    for row in book.queries() {
        let missed: Vec<&String> = book.missed(row).iter().map(|row| &book.written[*row]).collect();
        assert!(missed.is_empty(), "{} does not find {missed:?}", book.written[row]);
    }
}

/// Invented people whose spellings were written when version 2 of the keys was done, and changed nothing of it.
const UNSEEN: &str = "\
Юрый Сцяпанавіч Чыжэўскі|Юрий Степанович Чижевский|Yury Chyzheuski|Iouri Tchijevski|Juryj Čyžeŭski|Jurij Czyżewski|Juri Tschischewski|Jurijus Čiževskis|Yuriy Chizhevskiy
Таццяна Браніславаўна Жыгалка|Татьяна Брониславовна Жигалко|Tatsiana Zhyhalka|Tatiana Jigalko|Taćciana Žyhałka|Tatjana Schigalko|Tatjana Žigalko|Таня Жигалко
Кірыл Вадзімавіч Цыбулька|Кирилл Вадимович Цыбулько|Kiryl Tsybulka|Kirill Tsiboulko|Kirył Cybulka|Kirill Zybulko|Kirilas Cibulka|Кирилл Цибулько
Фёдар Ігнатавіч Шчэрба|Фёдор Игнатьевич Щерба|Fiodar Shcherba|Fedor Chtcherba|Fiodar Ščerba|Fiodor Szczerba|Fjodor Schtscherba|Fiodoras Ščerba
Арцём Раманавіч Гайдукевіч|Артём Романович Гайдукевич|Artsiom Haidukevich|Artiom Gaïdoukevitch|Arciom Hajdukievič|Artiom Hajdukiewicz|Artjom Gaidukewitsch|Artiomas Gaidukevičius|Artem Gaydukevich
Максім Яўгенавіч Ждановіч|Максим Евгеньевич Жданович|Maksim Zhdanovich|Maxime Jdanovitch|Maksim Ždanovič|Maksym Żdanowicz|Maxim Schdanowitsch|Maksimas Ždanovičius
Зінаіда Паўлаўна Хацяновіч|Зинаида Павловна Хотянович|Zinaida Khatsianovich|Zinaïda Khotianovitch|Zinaida Chacianovič|Zinaida Chocianowicz|Sinaida Chotjanowitsch
Рыгор Мікітавіч Лягушэвіч|Григорий Никитич Легушевич|Ryhor Liahushevich|Grigori Legouchevitch|Ryhor Lahuševič|Grigorij Leguschewitsch|Grigorijus Leguševičius|Гриша Легушевич";

#[test]
fn spellings_that_the_rules_were_not_made_for_find_each_other() {
    let people = UNSEEN.lines().enumerate();
    let book = Book::of(people.flat_map(|(person, line)| line.split('|').map(move |spelling| (person, spelling.to_owned()))).collect());
    for row in book.queries() {
        let missed: Vec<&String> = book.missed(row).iter().map(|row| &book.written[*row]).collect();
        assert!(missed.is_empty(), "{} does not find {missed:?}", book.written[row]);
    }
}

/// Keys are what an import writes most rows of.
#[test]
fn a_name_has_few_keys() {
    let book = Book::of([invented(), hard()].concat());
    let keys: usize = book.names.iter().map(|name| name.keys().len()).sum();
    assert!(keys < book.names.len() * 7, "{keys} of {} names", book.names.len());
}
