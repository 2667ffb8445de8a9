//! Every spelling of an invented person is that person, and nobody else's.
#![allow(clippy::unwrap_used, reason = "tests")]

use kniha_reason::link::name::Prepared;

fn people() -> Vec<Vec<&'static str>> {
    let lines = include_str!("spellings.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| line.split('|').collect()).collect()
}

#[test]
fn any_spelling_is_the_same_person() {
    let mut missed = Vec::new();
    for person in people() {
        for (at, one) in person.iter().enumerate() {
            for other in &person[at + 1..] {
                let (a, b) = (Prepared::new(one), Prepared::new(other));
                if !a.compare(&b).is_same() {
                    missed.push(a.explain(&b).to_string());
                }
            }
        }
    }
    assert!(missed.is_empty(), "{} missed:\n{}", missed.len(), missed.join("\n\n"));
}

#[test]
fn nobody_is_taken_for_another() {
    let people = people();
    let mut wrong = Vec::new();
    for (at, person) in people.iter().enumerate() {
        for other in people[at + 1..].iter().flatten() {
            for one in person {
                let (a, b) = (Prepared::new(one), Prepared::new(other));
                if a.compare(&b).is_same() {
                    wrong.push(a.explain(&b).to_string());
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n\n"));
}

#[test]
fn relatives_and_namesakes_are_other_people() {
    for (one, other) in [
        ("Иван Петрович Хвастов", "Пётр Иванович Хвостов"),
        ("И. П. Хвостов", "Пётр Иванович Хвостов"),
        ("И. П. Хвостов", "П. И. Хвостов"),
        ("А. Хвостов", "Иван Хвостов"),
        ("Дмитрий А. Хвостов", "Александр Дмитриевич Хвостов"),
        ("Александр Алексеевич Булашов", "Александр Алексеевич Польков"),
        ("Артём/Арцём Григорьевич Шумнин", "Артём Геннадьевич Шумкин"),
        ("Иван Петрович Хвостов", "Игорь Петрович Хвостов"),
        ("Александр Хвостов", "Александра Хвостова"),
        ("Валерий Иванович Хвостов", "Валерия Ивановна Хвостова"),
        ("Иван Петрович Хвостов", "Иван Сергеевич Хвостов"),
        ("Антон Павлов", "Павел Антонов"),
        ("Марина", "Марина"),
        ("Иван Петрович", "Иван Петров"),
        ("Ганна Жук", "Ганна Зуб"),
        ("Alexander Lukashevich", "Alexander Lukashonok"),
    ] {
        let (a, b) = (Prepared::new(one), Prepared::new(other));
        assert!(!a.compare(&b).is_same(), "{one}, {other}\n{}", a.explain(&b));
    }
}

#[test]
fn what_is_left_out_shortened_or_bent_by_grammar_is_the_same_person() {
    for (one, other) in [
        ("И. П. Хвостов", "Иван Петрович Хвостов"),
        ("Хвостов И.П.", "Ivan Khvastou"),
        ("Ивана Петровича Хвостова", "Иван Петрович Хвостов"),
        ("Валера Хвостов", "Валерый Хвастоў"),
        ("полковник Хвостов Иван", "Хвостов И."),
        ("Зяньковіч-Хвастова Ганна", "Anna Khvostova"),
        ("Хвостова (Зенькович) Анна", "Ганна Зяньковіч"),
        ("ИванПетрович Хвостов", "Иван Петрович Хвостов"),
        ("Khvsotov Ivan", "Хвостов Иван"),
    ] {
        let (a, b) = (Prepared::new(one), Prepared::new(other));
        assert!(a.compare(&b).is_same(), "{one}, {other}\n{}", a.explain(&b));
    }
}
