//! How well one spelling of a person finds the others.
//!
//! A book is made of every spelling; a store is imitated that looks keys up by equality, with the bounds a real one has, and ranks what it finds. The book
//! is a small one of invented people, and with `KNIHA_SHARED` set, the shared lists of published spellings. Reads files of that folder.

#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::disallowed_methods, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};

use super::*;

/// Rows taken for one key.
const MOST_ROWS: usize = 300;
/// Below so many candidates the common keys are looked up too.
const FEW_CANDIDATES: usize = 30;
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
        for key in heard.keys() {
            if key.level <= Level::Start || candidates.len() < FEW_CANDIDATES {
                candidates.extend(self.index.get(&key.text).into_iter().flatten().take(MOST_ROWS).copied());
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

    /// A sample of the queries that depends on nothing but their number.
    fn sample(&self, count: usize) -> Vec<usize> {
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        let mut keyed: Vec<(u64, usize)> = self
            .queries()
            .into_iter()
            .map(|row| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (state >> 16, row)
            })
            .collect();
        keyed.sort_unstable();
        keyed.into_iter().take(count).map(|(_, row)| row).collect()
    }

    fn answered(&self, rows: &[usize]) -> usize {
        let mut answered = 0;
        for row in rows {
            let missed = self.missed(*row);
            if missed.is_empty() {
                answered += 1;
            } else if std::env::var_os("KNIHA_SHOW").is_some() {
                let missed: Vec<&String> = missed.iter().map(|row| &self.written[*row]).collect();
                println!("{} does not find {missed:?}", self.written[*row]);
            }
        }
        answered
    }
}

fn shared(file: &str) -> Option<Vec<(usize, String)>> {
    let path = std::path::PathBuf::from(std::env::var_os("KNIHA_SHARED")?).join("data/names").join(file);
    let text = std::fs::read_to_string(path).unwrap();
    let mut persons: BTreeMap<String, usize> = BTreeMap::new();
    let rows = text.lines().skip(1).map(|line| {
        let fields = fields(line);
        let count = persons.len();
        (*persons.entry(fields[0].clone()).or_insert(count), fields[2].clone())
    });
    Some(rows.collect())
}

/// The fields of one line of a table; quotes doubled inside quotes.
fn fields(line: &str) -> Vec<String> {
    let (mut fields, mut quoted) = (vec![String::new()], false);
    let mut rest = line.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '"' if quoted && rest.peek() == Some(&'"') => fields.last_mut().unwrap().push(rest.next().unwrap()),
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(String::new()),
            other => fields.last_mut().unwrap().push(other),
        }
    }
    fields
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

#[test]
fn of_four_hundred_published_spellings_nearly_all_find_the_others() {
    for (file, least) in [("eu_spellings_be_public.csv", 380), ("eu_spellings_ru_public.csv", 380)] {
        let Some(spellings) = shared(file) else { return };
        let book = Book::of(spellings);
        let sample = book.sample(400);
        let answered = book.answered(&sample);
        let all = book.queries();
        println!("{file}: {answered} of {} sampled queries answered; {} of all {}", sample.len(), book.answered(&all), all.len());
        assert!(answered >= least, "{file}: {answered} of {}", sample.len());
    }
}
