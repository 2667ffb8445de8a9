//! The house of the browser tests: a member under several hats, somebody who asks to come in, somebody who is frozen, an act that waits.

use std::path::Path;

use kniha_core::access::{Hat, Hats};
use kniha_core::id::MemberId;
use kniha_core::lang::Lang;
use kniha_core::time::UtcMicros;
use kniha_db::{Durability, Place};
use kniha_gate::{ActKind, Founder, House, Present, TotpSecret, code_at};
use kniha_inbox::Inbox;
use kniha_seal::keyfile::{MemberKey, Passphrase, WrappingKey};
use kniha_seal::secret::Secret;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

use crate::book::{NOW, id};

const SECRET: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
/// Somebody who was shut out.
pub(crate) const FROZEN: u8 = 203;
/// Number, login, hats.
const MEMBERS: [(u8, &str, &[Hat]); 4] = [
    (1, "reader", &[Hat::Opener, Hat::Investigator, Hat::Lawyer]),
    (201, "auditor", &[Hat::Auditor]),
    (202, "operator", &[Hat::Operator]),
    (FROZEN, "gone", &[Hat::Investigator]),
];

/// The house, everybody's words, and who asks to come in.
pub(crate) struct Made {
    pub(crate) house: House,
    pub(crate) words: String,
    pub(crate) asks: MemberId,
}

/// The code of everybody's second factor at a moment.
pub(crate) fn code(now: UtcMicros) -> String {
    format!("{:06}", code_at(&TotpSecret::parse(SECRET).unwrap(), now).0)
}

pub(crate) async fn make(folder: &Path, reader: MemberId) -> Made {
    let mut rng = ChaCha20Rng::seed_from_u64(8);
    let passphrase = Passphrase::random(&mut rng);
    let under = WrappingKey::fresh(&passphrase, &mut rng).unwrap();
    let mut key = || {
        let key = MemberKey::random(&mut rng);
        let file = key.close(&under, &mut rng).unwrap();
        (key, file)
    };
    let spool = folder.join("spool");
    std::fs::create_dir_all(&spool).unwrap();
    let place = Place::Sqlite { file: spool.join("inbox.db"), key: None, durability: Durability::Full };
    let house = House::create(folder, [9; 32], Inbox::open(&place, &spool, true).await.unwrap()).await.unwrap();
    let (mut founders, mut keys) = (Vec::new(), Vec::new());
    for (n, login, hats) in MEMBERS {
        let ((key, key_file), id) = (key(), if n == 1 { reader } else { id(n) });
        founders.push((id, Founder { login: login.to_owned(), hats: Hats::new(hats).unwrap(), key_file, public: key.public() }));
        keys.push((id, key));
    }
    house.found(founders, &Secret::take(&mut [7; 32]), NOW).await.unwrap();
    let before = UtcMicros(NOW.0 - 3_600_000_000);
    let mut presents = Vec::new();
    for (id, key) in &keys {
        let present = Present::new(house.account(*id).await.unwrap().unwrap(), key.holder());
        assert!(house.confirm_totp(&present, &TotpSecret::parse(SECRET).unwrap(), &code(before), before).await.unwrap());
        presents.push(present);
    }
    let (mut asks, mut spoken) = (Vec::new(), String::new());
    for login in ["anna.k", "pavel.7"] {
        let (key, file) = key();
        spoken = key.public().spoken(Lang::En).join(" ");
        asks.push(house.ask_to_join(login, &file, &key.public(), NOW).await.unwrap());
    }
    house.freeze(id(FROZEN), NOW).await.unwrap();
    let text = format!("Admit “pavel.7” as: Auditor. The words of the key, heard by voice: {spoken}");
    house.propose(&presents[2], ActKind::Admit { who: asks[1], hats: Hats::new(&[Hat::Auditor]).unwrap() }, &text, NOW).await.unwrap();
    Made { house, words: passphrase.text(Lang::En).to_string(), asks: asks[0] }
}
