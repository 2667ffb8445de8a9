//! The door of the house: words, codes, waits. Argon2 takes its half second for each try, so that these are few.

use std::time::{Duration, Instant};

use kniha_core::lang::Lang;
use kniha_gate::{ActKind, HOUSE, SignInError, TotpSecret, code_at};
use kniha_seal::keyfile::Passphrase;
use kniha_seal::secret::Secret;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

use crate::stage::*;

fn right() -> String {
    words().0.text(Lang::Be).to_string()
}

fn wrong() -> String {
    Passphrase::random(&mut ChaCha20Rng::seed_from_u64(3)).text(Lang::Be).to_string()
}

fn typed(secret: &TotpSecret, at: kniha_core::time::UtcMicros) -> String {
    format!("{:06}", code_at(secret, at).0)
}

async fn why(stage: &Stage, login: &str, words: &str, code: &str, at: i64) -> SignInError {
    stage.house.sign_in(login, words, code, later(at)).await.err().unwrap()
}

#[tokio::test]
async fn with_login_and_words_somebody_is_let_in_and_has_the_key_that_their_hats_give() {
    let stage = Stage::new().await;
    let register = Secret::take(&mut [5; 32]);
    for (login, reads) in [(" S1 ", true), ("aud", false), ("op", false), ("c1", false)] {
        let signed = stage.house.sign_in(login, &right(), "", NOW).await.unwrap();
        assert_eq!(signed.present.account().login, login.trim().to_lowercase());
        assert_eq!(signed.register, reads.then(|| register.clone()), "{login}");
    }
    assert!(matches!(why(&stage, "s1", "сем слоў не хопіць", "", 0).await, SignInError::Words(_)));
    stage.house.freeze(stage.id("s1"), NOW).await.unwrap();
    assert!(matches!(why(&stage, "s1", &right(), "", 0).await, SignInError::Frozen));
    assert!(matches!(why(&stage, "s1", &wrong(), "", 0).await, SignInError::Wrong), "that they were shut out is told to them alone");
    let act = stage.agreed("s2", "l1", ActKind::Unfreeze { who: stage.id("s1") }).await;
    stage.house.unfreeze(&act, Some(&Secret::take(&mut [6; 32])), NOW).await.unwrap();
    let signed = stage.house.sign_in("s1", &right(), "", NOW).await.unwrap();
    assert_eq!(signed.register, Some(Secret::take(&mut [6; 32])));
    let (key, _) = closed(&mut stage.rng());
    let file = key.close(&words().1, &mut *stage.rng()).unwrap();
    stage.house.ask_to_join("novy", &file, &key.public(), NOW).await.unwrap();
    assert!(matches!(why(&stage, "novy", &right(), "", 0).await, SignInError::NotYet));
    // Another key than the account names lets nobody in.
    stage.sql(HOUSE, &format!("UPDATE account SET public = '{}' WHERE login = 's1'", key.public().to_text())).await;
    assert!(matches!(why(&stage, "s1", &right(), "", 0).await, SignInError::Gate(_)));
}

#[tokio::test]
async fn after_wrong_words_one_waits_longer_and_longer() {
    let stage = Stage::new().await;
    let mut at = 0;
    // After so many wrong tries, so many seconds.
    for (tries, seconds) in [(1, 0), (4, 0), (5, 2), (6, 4), (9, 32), (1000, 15 * 60)] {
        stage.sql(HOUSE, &format!("UPDATE account SET tries = {} WHERE login = 's1'", tries - 1)).await;
        assert!(matches!(why(&stage, "s1", &wrong(), "", at).await, SignInError::Wrong), "{tries}");
        let until = stage.number(HOUSE, "SELECT wait_us FROM account WHERE login = 's1'").await;
        assert_eq!(until, if seconds == 0 { 0 } else { later(at).0 + seconds * 1_000_000 }, "{tries}");
        if seconds > 0 {
            let began = Instant::now();
            let end = why(&stage, "s1", &right(), "", until - NOW.0 - 1).await;
            assert!(matches!(end, SignInError::Wait { until: of } if of.0 == until), "right words wait too");
            assert!(began.elapsed() < Duration::from_millis(200), "no memory is taken for it");
            at = until - NOW.0;
        }
    }
    let tries = stage.house.wrong_tries(20_000).await.unwrap();
    assert_eq!(tries.iter().map(|wrongs| (wrongs.who, wrongs.day, wrongs.times)).collect::<Vec<_>>(), [(stage.id("s1"), 20_000, 6)]);
    assert!(stage.house.wrong_tries(20_001).await.unwrap().is_empty());
    // Nobody else waits, and being let in ends it.
    stage.house.sign_in("s2", &right(), "", later(1)).await.unwrap();
    stage.house.sign_in("s1", &right(), "", later(at)).await.unwrap();
    assert_eq!(stage.number(HOUSE, "SELECT tries + wait_us FROM account WHERE login = 's1'").await, 0);
}

/// Many tries at once would else all come through before the first is counted.
#[tokio::test]
async fn tries_at_once_are_counted_each_and_those_in_the_queue_wait_with_the_rest() {
    let stage = Stage::new().await;
    stage.sql(HOUSE, "UPDATE account SET tries = 6 WHERE login = 's1'").await;
    let (wrong, house) = (wrong(), &stage.house);
    let one = || house.sign_in("s1", &wrong, "", NOW);
    let all = tokio::join!(one(), one(), one(), one(), one(), one());
    let all = [all.0, all.1, all.2, all.3, all.4, all.5].map(|end| end.err().unwrap());
    let tried = all.iter().filter(|why| matches!(why, SignInError::Wrong)).count();
    assert!((1..=2).contains(&tried) && all.iter().all(|why| matches!(why, SignInError::Wrong | SignInError::Wait { .. })), "{all:?}");
    assert_eq!(stage.number(HOUSE, "SELECT tries FROM account WHERE login = 's1'").await, 6 + tried as i64);
}

#[tokio::test]
async fn an_unknown_login_costs_what_a_known_one_does() {
    let stage = Stage::new().await;
    let wrong = wrong();
    let mut spent = [Duration::MAX; 3];
    for _ in 0..3 {
        for (spent, login) in spent.iter_mut().zip(["s1", "nobody", "no body / at all"]) {
            let began = Instant::now();
            assert!(matches!(why(&stage, login, &wrong, "", DAY).await, SignInError::Wrong));
            *spent = (*spent).min(began.elapsed());
        }
    }
    let known = spent[0].as_secs_f64();
    for unknown in &spent[1..] {
        let ratio = unknown.as_secs_f64() / known;
        assert!((0.6..1.7).contains(&ratio), "{spent:?}");
    }
}

#[tokio::test]
async fn a_code_of_the_second_factor_is_asked_for_and_taken_once() {
    let stage = Stage::new().await;
    let house = &stage.house;
    let who = stage.present("s1").await;
    let secret = house.begin_totp().unwrap();
    assert!(!house.confirm_totp(&who, &secret, "000000", NOW).await.unwrap() || typed(&secret, NOW) == "000000");
    assert!(house.sign_in("s1", &right(), "", NOW).await.is_ok(), "not in force yet");
    assert!(house.confirm_totp(&who, &secret, &typed(&secret, NOW), NOW).await.unwrap());
    assert!(house.account(who.id()).await.unwrap().unwrap().has_totp);
    assert!(matches!(why(&stage, "s1", &right(), " ", 0).await, SignInError::CodeNeeded));
    assert!(matches!(why(&stage, "s1", &right(), &typed(&secret, NOW), 0).await, SignInError::Wrong), "the code that set it is used");
    let minute = 60_000_000;
    assert!(matches!(why(&stage, "s1", &wrong(), &typed(&secret, later(minute)), minute).await, SignInError::Wrong));
    assert_eq!(stage.number(HOUSE, "SELECT tries FROM account WHERE login = 's1'").await, 2);
    // Of two who type the same code at once, one is let in.
    let (words, code) = (right(), typed(&secret, later(2 * minute)));
    let (one, two) = tokio::join!(house.sign_in("s1", &words, &code, later(2 * minute)), house.sign_in("s1", &words, &code, later(2 * minute)));
    assert_eq!([one.is_ok(), two.is_ok()].into_iter().filter(|let_in| *let_in).count(), 1);
    // Once more the person, before something dangerous.
    let code = typed(&secret, later(4 * minute));
    house.confirm(&who, &words, &code, later(4 * minute)).await.unwrap();
    assert!(matches!(house.confirm(&who, &words, &code, later(4 * minute)).await, Err(SignInError::Wrong)));
}
