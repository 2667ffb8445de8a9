//! The cast of the tests: a house with a member under every hat. Their keys are made once for all tests and closed with one passphrase, because real words
//! take most of a second each; a stage copies the two files of the house.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::path::Path;
use std::sync::{Arc, OnceLock};

use kniha_core::access::{Hat, Hats};
use kniha_core::id::MemberId;
use kniha_core::lang::Lang;
use kniha_core::time::UtcMicros;
use kniha_db::{Durability, Place};
use kniha_gate::{Account, AccountState, Founder, GATE, HOUSE, House, Present, TotpSecret, code_at};
use kniha_inbox::Inbox;
use kniha_seal::keyfile::{KeyFile, MemberKey, Passphrase, WrappingKey};
use kniha_seal::secret::Secret;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use tokio::sync::OnceCell;

use crate::stage::{NOW, id};

/// Everybody: a number, a login, hats. 1 and 3 are members of the stage's book.
pub(crate) const CAST: [(u8, &str, &[Hat]); 23] = [
    (1, "tester", &[Hat::Investigator, Hat::Lawyer]),
    (3, "other", &[Hat::Investigator, Hat::Lawyer]),
    (31, "opener", &[Hat::Opener]),
    (32, "investigator", &[Hat::Investigator]),
    (33, "lawyer", &[Hat::Lawyer]),
    (34, "carer", &[Hat::Caseworker]),
    (35, "auditor", &[Hat::Auditor]),
    (36, "operator", &[Hat::Operator]),
    (37, "custodian", &[Hat::Custodian]),
    (NO_CODE, "newest", &[Hat::Investigator]),
    // For the matrix: hats that go together, and for each a newcomer.
    (51, "o-i", &[Hat::Opener, Hat::Investigator]),
    (52, "o-l", &[Hat::Opener, Hat::Lawyer]),
    (53, "i-l", &[Hat::Investigator, Hat::Lawyer]),
    (54, "o-i-l", &[Hat::Opener, Hat::Investigator, Hat::Lawyer]),
    (61, "new-o", &[Hat::Opener]),
    (62, "new-i", &[Hat::Investigator]),
    (63, "new-l", &[Hat::Lawyer]),
    (64, "new-o-i", &[Hat::Opener, Hat::Investigator]),
    (65, "new-o-l", &[Hat::Opener, Hat::Lawyer]),
    (66, "new-i-l", &[Hat::Investigator, Hat::Lawyer]),
    (67, "new-o-i-l", &[Hat::Opener, Hat::Investigator, Hat::Lawyer]),
    (71, "frozen", &[Hat::Investigator, Hat::Lawyer]),
    (72, "target", &[Hat::Investigator]),
];
/// The member who has no second factor yet.
pub(crate) const NO_CODE: u8 = 40;
/// The secret of everybody's second factor.
const SECRET: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
/// The key of the book, which the stage's book does not look at.
const REGISTER: [u8; 32] = [7; 32];

struct Keys {
    words: String,
    files: Vec<(MemberKey, KeyFile)>,
}

fn keys() -> &'static Keys {
    static KEYS: OnceLock<Keys> = OnceLock::new();
    KEYS.get_or_init(|| {
        let mut rng = ChaCha20Rng::seed_from_u64(8);
        let passphrase = Passphrase::random(&mut rng);
        let under = WrappingKey::fresh(&passphrase, &mut rng).unwrap();
        let mut file = |_| {
            let key = MemberKey::random(&mut rng);
            let file = key.close(&under, &mut rng).unwrap();
            (key, file)
        };
        let files = (0..=CAST.len()).map(&mut file).collect();
        Keys { words: passphrase.text(Lang::En).to_string(), files }
    })
}

/// Everybody's eight words.
pub(crate) fn words() -> &'static str {
    &keys().words
}

/// The code of a moment.
pub(crate) fn code(now: UtcMicros) -> String {
    format!("{:06}", code_at(&TotpSecret::parse(SECRET).unwrap(), now).0)
}

/// A key that is nobody's, closed with everybody's words.
pub(crate) fn spare() -> (&'static MemberKey, &'static KeyFile) {
    let (key, file) = keys().files.last().unwrap();
    (key, file)
}

fn key(who: MemberId) -> &'static MemberKey {
    let at = CAST.iter().position(|(n, ..)| id(*n) == who);
    at.map_or(spare().0, |at| &keys().files[at].0)
}

/// Signed in without the time that words take.
pub(crate) async fn present(house: &House, who: MemberId) -> Arc<Present> {
    let account = house.account(who).await.unwrap().unwrap();
    Arc::new(Present::new(account, key(who).holder()))
}

/// Somebody who is signed in, of no house.
pub(crate) fn someone(n: u8) -> Arc<Present> {
    let key = spare().0;
    let hats = Some(Hats::new(&[Hat::Investigator]).unwrap());
    let public = key.public();
    let account = Account { id: id(n), login: format!("m{n}"), hats, state: AccountState::Active, public, has_totp: true, made: NOW, changed: NOW };
    Arc::new(Present::new(account, key.holder()))
}

async fn spool(folder: &Path) -> Inbox {
    let folder = folder.join("spool");
    std::fs::create_dir_all(&folder).unwrap();
    let place = Place::Sqlite { file: folder.join("inbox.db"), key: None, durability: Durability::Full };
    Inbox::open(&place, &folder, true).await.unwrap()
}

/// A house with the cast in it.
pub(crate) async fn house(folder: &Path) -> House {
    static MADE: OnceCell<[Vec<u8>; 2]> = OnceCell::const_new();
    let made = MADE.get_or_init(make).await;
    for (name, bytes) in [HOUSE, GATE].into_iter().zip(made) {
        std::fs::write(folder.join(name), bytes).unwrap();
    }
    House::open(folder, spool(folder).await).await.unwrap()
}

async fn make() -> [Vec<u8>; 2] {
    let folder = tempfile::tempdir().unwrap();
    let house = House::create(folder.path(), [9; 32], spool(folder.path()).await).await.unwrap();
    let founder = |((n, login, hats), (key, file)): (&(u8, &str, &[Hat]), &(MemberKey, KeyFile))| {
        let founder = Founder { login: (*login).to_owned(), hats: Hats::new(hats).unwrap(), key_file: file.clone(), public: key.public() };
        (id(*n), founder)
    };
    let founders = CAST.iter().zip(&keys().files).map(founder).collect();
    house.found(founders, &Secret::take(&mut { REGISTER }), NOW).await.unwrap();
    let (secret, before) = (TotpSecret::parse(SECRET).unwrap(), UtcMicros(NOW.0 - 3_600_000_000));
    for (n, ..) in CAST.iter().filter(|(n, ..)| *n != NO_CODE) {
        assert!(house.confirm_totp(&*present(&house, id(*n)).await, &secret, &code(before), before).await.unwrap());
    }
    let copies = [HOUSE, GATE].map(|name| folder.path().join(format!("{name}.copy")));
    house.copy(copies[0].to_str().unwrap(), copies[1].to_str().unwrap()).await.unwrap();
    house.close().await;
    copies.map(|copy| std::fs::read(copy).unwrap())
}
