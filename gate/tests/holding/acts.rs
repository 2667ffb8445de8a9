//! Acts of two: who may sign with whom, and that what was signed is carried out once and as it was.

use kniha_core::access::Hats;
use kniha_core::id::{CaseId, MemberId};
use kniha_gate::{Act, ActError, ActId, ActKind, ActState, GateError, HOUSE};
use kniha_seal::part::PartId;

use crate::stage::*;

fn act_error<T: std::fmt::Debug>(result: Result<T, GateError>) -> ActError {
    match result {
        Err(GateError::Act(why)) => why,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn one_person_decides_nothing_and_nobody_about_themselves() {
    let stage = Stage::new().await;
    let [s1, s2, l1, op] = stage.presents(["s1", "s2", "l1", "op"]).await;
    let house = &stage.house;
    let case = stage.case(1, &["s1"]).await;
    let grant = |who: MemberId| ActKind::Grant { who, case, until: None, older: vec![] };
    let id = house.propose(&s1, grant(s2.id()), "Даць справу.", NOW).await.unwrap();
    assert_eq!(act_error(house.agree(&s1, id, NOW).await), ActError::SamePerson);
    assert_eq!(act_error(house.agree(&s2, id, NOW).await), ActError::Oneself);
    assert_eq!(act_error(house.propose(&s1, grant(s1.id()), "Сабе.", NOW).await), ActError::Oneself);
    assert_eq!(act_error(house.agree(&op, id, NOW).await), ActError::Hats);
    assert_eq!(act_error(house.agree(&l1, ActId::from_random([1; 16]), NOW).await), ActError::Unknown);
    let act = house.act(id).await.unwrap().unwrap();
    assert_eq!((act.state, act.second, act.text.as_str()), (ActState::Proposed, None, "Даць справу."));
    assert_eq!(act_error(house.case_grant(&act, &s1, NOW).await), ActError::Unsigned);
    let agreed = house.agree(&l1, id, later(7 * DAY)).await.unwrap();
    assert_eq!((agreed.state, agreed.second), (ActState::Agreed, Some((l1.id(), later(7 * DAY)))));
    assert_eq!(act_error(house.agree(&stage.present("l2").await, id, NOW).await), ActError::Closed);
    // After a week a proposal is void.
    let id = house.propose(&s1, grant(s2.id()), "Даць справу.", NOW).await.unwrap();
    assert_eq!(act_error(house.agree(&l1, id, later(7 * DAY + 1)).await), ActError::Closed);
}

#[tokio::test]
async fn only_those_who_may_decide_together_do() {
    let stage = Stage::new().await;
    let who = stage.id("s6");
    let hats = Hats::parse("opener").unwrap();
    let (case, parts) = (CaseId::from_random([1; 16]), vec![PartId::from_random([2; 16])]);
    let kinds = [
        ActKind::Admit { who, hats },
        ActKind::Unfreeze { who },
        ActKind::Grant { who, case, until: None, older: vec![] },
        ActKind::Raise { who, parts: parts.clone() },
        ActKind::Erase { parts, record: Some("x".to_owned()) },
        ActKind::Export,
        ActKind::Policy { digest: [1; 32] },
    ];
    // s1 and s2 screeners, l1 lawyer, care, aud, op, c1: which pairs may decide, by kind.
    let people = ["s1", "s2", "l1", "care", "aud", "op", "c1"];
    let may = |kind: usize, a: &str, b: &str| {
        let content = |x: &str| matches!(x, "s1" | "s2" | "l1");
        let both = |f: &dyn Fn(&str) -> bool| f(a) && f(b);
        let either = |x: &str| a == x || b == x;
        match kind {
            0 | 1 => both(&|x| matches!(x, "s1" | "s2" | "l1" | "op" | "c1")) && (content(a) || content(b)),
            2 => both(&content),
            3 => either("aud") && either("l1"),
            4 | 5 => both(&content) && either("l1"),
            _ => both(&|x| matches!(x, "s1" | "s2" | "l1" | "c1")),
        }
    };
    let mut decided = 0;
    for (n, kind) in kinds.iter().enumerate() {
        for a in people {
            for b in people.into_iter().filter(|b| *b != a) {
                let [first, second] = stage.presents([a, b]).await;
                let done = match stage.house.propose(&first, kind.clone(), "Тэкст.", NOW).await {
                    Ok(id) => stage.house.agree(&second, id, NOW).await.is_ok(),
                    Err(why) => {
                        assert_eq!(act_error(Err::<(), _>(why)), ActError::Hats);
                        false
                    }
                };
                assert_eq!(done, may(n, a, b), "{kind:?}: {a} and {b}");
                decided += u32::from(done);
            }
        }
    }
    assert_eq!(decided, 2 * (9 + 9 + 3 + 1 + 2 + 2 + 6));
}

#[tokio::test]
async fn the_text_and_the_list_have_bounds() {
    let stage = Stage::new().await;
    let s1 = stage.present("s1").await;
    let erase = |n: usize| ActKind::Erase { parts: vec![PartId::from_random([2; 16]); n], record: None };
    for (text, n, good) in
        [("", 1, false), (" \n", 1, false), ("a", 501, false), ("a", 500, true), (&"ў".repeat(20_000), 1, true), (&"ў".repeat(20_001), 1, false)]
    {
        let result = stage.house.propose(&s1, erase(n), text, NOW).await;
        assert_eq!(result.is_ok(), good, "{} characters, {n} parts", text.chars().count());
        if !good {
            assert_eq!(act_error(result), ActError::Length);
        }
    }
}

#[tokio::test]
async fn an_act_is_carried_out_once() {
    let stage = Stage::new().await;
    let act = stage.agreed("s1", "l1", ActKind::Export).await;
    let listed = stage.house.acts(ActState::Agreed).await.unwrap();
    assert_eq!(listed, std::slice::from_ref(&act), "a crash leaves it to be carried out");
    assert_eq!(act_error(stage.house.erase(&act, NOW).await), ActError::Kind);
    assert_eq!(act_error(stage.house.raise(&act, NOW).await), ActError::Kind);
    assert_eq!(act_error(stage.house.admit(&act, None, NOW).await), ActError::Kind);
    assert_eq!(act_error(stage.house.unfreeze(&act, None, NOW).await), ActError::Kind);
    assert_eq!(act_error(stage.house.case_grant(&act, &stage.present("s1").await, NOW).await), ActError::Kind);
    let (one, two) = tokio::join!(stage.house.done(&act, NOW), stage.house.done(&act, NOW));
    assert_eq!([one.is_ok(), two.is_ok()].iter().filter(|done| **done).count(), 1, "of two at once, one");
    assert_eq!(act_error(stage.house.done(&act, NOW).await), ActError::Closed);
    assert_eq!(stage.house.act(act.id).await.unwrap().unwrap().state, ActState::Done);
    assert_eq!(act_error(stage.house.refuse(&stage.present("s1").await, act.id).await), ActError::Closed);
    // What has its own way of being carried out is not simply called done.
    let raise = stage.agreed("aud", "l1", ActKind::Raise { who: stage.id("s1"), parts: vec![] }).await;
    assert_eq!(act_error(stage.house.done(&raise, NOW).await), ActError::Kind);
}

#[tokio::test]
async fn of_two_who_agree_at_once_one_is_the_second() {
    let stage = Stage::new().await;
    let [s1, l1, l2] = stage.presents(["s1", "l1", "l2"]).await;
    let id = stage.house.propose(&s1, ActKind::Export, "Выдаць.", NOW).await.unwrap();
    let (one, two) = tokio::join!(stage.house.agree(&l1, id, NOW), stage.house.agree(&l2, id, NOW));
    let second = if one.is_ok() { l1.id() } else { l2.id() };
    assert_eq!(act_error(if one.is_ok() { two } else { one }), ActError::Closed);
    let act = stage.house.act(id).await.unwrap().unwrap();
    assert_eq!(act.second.unwrap().0, second);
    stage.house.done(&act, NOW).await.unwrap();
}

#[tokio::test]
async fn an_act_can_be_refused_until_it_is_carried_out() {
    let stage = Stage::new().await;
    let [s1, op] = stage.presents(["s1", "op"]).await;
    let act = stage.agreed("s1", "l1", ActKind::Export).await;
    assert_eq!(act_error(stage.house.refuse(&op, act.id).await), ActError::Hats);
    stage.house.refuse(&s1, act.id).await.unwrap();
    assert_eq!(act_error(stage.house.done(&act, NOW).await), ActError::Closed);
    let id = stage.house.propose(&s1, ActKind::Export, "Яшчэ раз.", NOW).await.unwrap();
    stage.house.refuse(&stage.present("l1").await, id).await.unwrap();
    assert_eq!(act_error(stage.house.agree(&stage.present("l2").await, id, NOW).await), ActError::Closed);
    assert_eq!(stage.house.acts(ActState::Void).await.unwrap().len(), 2);
    assert_eq!(act_error(stage.house.refuse(&s1, ActId::from_random([3; 16])).await), ActError::Unknown);
}

/// Whoever writes the file changes what was signed, or by whom, or says that somebody signed.
#[tokio::test]
async fn an_act_that_was_changed_in_the_file_is_not_carried_out() {
    let stage = Stage::new().await;
    let id = |act: &Act| data_encoding::HEXLOWER.encode(act.id.bytes());
    let of = |login: &str| data_encoding::HEXLOWER.encode(stage.id(login).bytes());
    let part = PartId::from_random([2; 16]);
    let other = PartId::from_random([3; 16]);
    let changes = [
        "shown = shown || '.'".to_owned(),
        format!("body = replace(body, '{part}', '{other}')"),
        "first_signature = second_signature".to_owned(),
        "second_signature = first_signature".to_owned(),
        "second_signature = x'00'".to_owned(),
        format!("first = x'{}'", of("s2")),
        format!("second = x'{}'", of("l2")),
        format!("second = x'{}', second_signature = first_signature", of("s1")),
        "second = NULL, second_us = NULL, second_signature = NULL".to_owned(),
        "second = NULL".to_owned(),
        "state = 'proposed'".to_owned(),
        "state = 'void'".to_owned(),
        "state = 'perhaps'".to_owned(),
        "body = '{}'".to_owned(),
    ];
    for change in &changes {
        let act = stage.agreed("s1", "l1", ActKind::Erase { parts: vec![part], record: None }).await;
        stage.sql(HOUSE, &format!("UPDATE act SET {change} WHERE id = x'{}'", id(&act))).await;
        // As both callers do it: with what was agreed in memory, and with what the file says.
        assert!(stage.house.erase(&act, NOW).await.is_err(), "{change}");
        if let Ok(Some(read)) = stage.house.act(act.id).await {
            assert!(stage.house.erase(&read, NOW).await.is_err(), "{change}");
        }
        assert!(stage.house.tombstones().await.unwrap().is_empty(), "{change}");
    }
    // The signatures of one act do not serve another.
    let (one, two) = (stage.agreed("s1", "l1", ActKind::Export).await, stage.agreed("s1", "l1", ActKind::Export).await);
    let moved = format!(
        "UPDATE act SET first_signature = (SELECT first_signature FROM act WHERE id = x'{a}'), second_signature = (SELECT second_signature FROM act WHERE id = x'{a}')
        WHERE id = x'{b}'",
        a = id(&one),
        b = id(&two)
    );
    stage.sql(HOUSE, &moved).await;
    assert_eq!(act_error(stage.house.done(&two, NOW).await), ActError::Signature);
    stage.house.done(&one, NOW).await.unwrap();
    // Nor does an act of two who could not have agreed to it, whoever put it there.
    let act = stage.agreed("s1", "l1", ActKind::Export).await;
    stage.sql(HOUSE, "UPDATE account SET hats = 'opener' WHERE login = 'l1'").await;
    assert_eq!(act_error(stage.house.done(&act, NOW).await), ActError::Hats);
    stage.sql(HOUSE, "UPDATE account SET hats = 'lawyer', state = 'frozen' WHERE login = 'l1'").await;
    assert_eq!(act_error(stage.house.done(&act, NOW).await), ActError::Signature);
    stage.sql(HOUSE, "UPDATE account SET state = 'active' WHERE login = 'l1'").await;
    stage.house.done(&act, NOW).await.unwrap();
}
