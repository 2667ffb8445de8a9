//! Invented accounts: what people would have told of the demo's incidents, in their own words and four languages; and how those that were opened already
//! come into the book: sealed to a case, as every account is.
//!
//! Made of the sentences of the incidents themselves, so that whoever files one finds its incident in the book. Seals; writes the house and the register.

use anyhow::{Context, Result};
use kniha_core::id::CaseId;
use kniha_core::intake::{Doorway, Kind, Length, Refusal, Step, Way};
use kniha_core::lang::Lang;
use kniha_core::telling::Answers;
use kniha_core::time::{DAY_US, UtcMicros};
use kniha_gate::{House, Present};
use kniha_seal::part::Compartment;
use kniha_seal::source::Source;
use kniha_seal::words::Words;
use kniha_store::{Card, IntakeId, MailboxKeys, Piece, Sight, Store};
use rand_core::CryptoRng;

use super::rng::Rng;
use super::{ACCOUNT, SEED};

/// How many accounts the demo has.
pub(crate) const ACCOUNTS: usize = 300;
/// How many of them are still sealed at the portal; three of these are written out in `told.rs`.
pub(crate) const SEALED: usize = 12;
/// Accounts longer ago than this many days do not come.
const DAYS: u32 = 60;

/// An account: in which language, and what was answered.
pub(crate) struct Account {
    pub(crate) lang: Lang,
    pub(crate) answers: Answers,
}

/// How somebody begins, in each language.
fn beginnings(lang: Lang) -> [&'static str; 3] {
    match lang {
        Lang::Be => ["Я бачыла гэта са свайго акна.", "Мы ішлі з працы ўтрох.", "Раскажу, што памятаю, па парадку."],
        Lang::Ru => ["Я был там с самого начала.", "Пишу за себя и за соседа.", "Раньше я об этом никому не говорил."],
        Lang::Uk => ["Я бачила все з балкона.", "Пишу за сина, він поки не може.", "Розкажу, що пам’ятаю."],
        Lang::En => ["I was there with a colleague.", "I saw this from across the street.", "I have told nobody so far."],
    }
}

/// Accounts of what is told of the incidents: `told` are their languages and summaries.
pub(crate) fn accounts(told: &[(Lang, String)], most: usize) -> Result<Vec<Account>> {
    let account = |(n, (lang, summary)): (usize, &(Lang, String))| {
        let mut rng = Rng::of(SEED, ACCOUNT, u32::try_from(n)?);
        let mut answers = Answers::new();
        answers.set("tell", "account", &format!("{} {summary}", rng.pick(&beginnings(*lang))))?;
        let door = if n % 9 == 4 { "lawyers" } else { "team" };
        for (block, name, answer) in [("door", "door", door), ("door", "write", if n % 3 == 0 { "yes" } else { "no" })] {
            answers.set(block, name, answer)?;
        }
        if n % 40 == 7 {
            answers.set("tell", "minor", "yes")?;
        }
        Ok(Account { lang: *lang, answers })
    };
    told.iter().cycle().take(if told.is_empty() { 0 } else { most }).enumerate().map(account).collect()
}

/// Keeps accounts as somebody opened them before: sealed to a case, with a card and a record that stands for each.
pub(crate) async fn keep(
    accounts: &[Account],
    house: &House,
    store: &Store,
    who: &Present,
    case: CaseId,
    now: UtcMicros,
    rng: &mut (impl CryptoRng + Send),
) -> Result<()> {
    let mut parts = Vec::with_capacity(accounts.len());
    for account in accounts {
        parts.push(house.keep(who, case, Compartment::Base, account.lang.code(), &account.answers.encode(), now).await?);
    }
    let mut writing = store.write(who.id(), now).await?;
    for ((n, account), part) in (0u32..).zip(accounts).zip(parts) {
        let told = account.answers.get("tell", "account").map_or(0, |text| text.chars().count());
        let id: IntakeId = writing.random().id()?;
        let card = Card {
            id,
            kind: Kind::Report,
            way: Way::Portal,
            day: now.0.div_euclid(DAY_US) - i64::from(n * 7 % DAYS) - 1,
            list_no: 1,
            lang: account.lang.code().to_owned(),
            door: Some(if account.answers.get("door", "door") == Some("lawyers") { Doorway::Lawyers } else { Doorway::Team }),
            urgent: n % 50 == 3,
            minor: account.answers.yes("tell", "minor"),
            length: if told <= 500 { Length::Short } else { Length::Page },
            own_acts: n % 30 == 11,
            contact: n % 12 == 5,
        };
        writing.add_card(&card, &[Piece { part: *part.bytes(), compartment: "base".to_owned(), nth: 0 }]).await?;
        writing.put_in_case(id, Sight::Cards, case).await?;
        let may_write = account.answers.yes("door", "write");
        let keys = may_write.then(|| mailbox(house.book(), rng));
        writing.set_keys(id, keys.as_ref(), may_write).await?;
        let step = match n % 8 {
            0 | 1 => Some(Step::Use),
            2 => Some(Step::Keep),
            3 if may_write => Some(Step::Ask),
            7 if n % 5 == 0 => Some(Step::Refuse(Refusal::Double)),
            _ => None,
        };
        if let Some(step) = step {
            writing.step_intake(id, Sight::Cases, step).await.context("moving an account on")?;
        }
    }
    Ok(writing.commit().await?)
}

/// The mailbox of words that nobody has.
fn mailbox(book: &[u8; 32], rng: &mut impl CryptoRng) -> MailboxKeys {
    let source = Source::new(book, &Words::random(rng));
    MailboxKeys { mailbox: source.mailbox().0, reply_key: source.reply().public().to_bytes(), voice_key: source.voice().public().bytes().to_vec() }
}
