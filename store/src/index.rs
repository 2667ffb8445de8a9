//! Search keys as rows: what a claim puts into the name keys, the prose index and the alphabetical lists.
//!
//! Name keys are hashed with a secret of the book (SipHash-2-4, 64 bits), so that the table of keys alone does not spell names.
//! The words come from `kniha_core::words`; a new version there asks for [`crate::reindex`].

use std::hash::Hasher;

use kniha_core::value::Value;
use kniha_core::vocab::Property;
use kniha_core::words::{self, NameKey};

use crate::error::StoreError;

/// The book's secret for name keys.
#[derive(Clone)]
pub struct NameSecret(pub [u8; 16]);

impl NameSecret {
    /// The 64-bit hash of a key; the same key always gives the same number in one book.
    #[must_use]
    pub fn hash(&self, key: &NameKey) -> i64 {
        let mut sip = siphasher::sip::SipHasher24::new_with_key(&self.0);
        sip.write(key.text.as_bytes());
        sip.finish().cast_signed()
    }
}

/// What one value puts into the indexes.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Entries {
    /// Sort key for the alphabetical lists.
    pub sort: Option<String>,
    /// Hash and level of each name key, each hash once.
    pub name_keys: Vec<(i64, i64)>,
    /// Stemmed words, space-separated; each word once, as only its presence is asked for.
    pub words: Option<String>,
}

/// Longest sort key, in characters: PostgreSQL's index rows end at 2,704 bytes.
const SORT_CHARS: usize = 120;

pub(crate) fn entries(secret: &NameSecret, property: &Property, value: &Value) -> Entries {
    let mut entries = Entries::default();
    match value {
        Value::Name(name) => {
            entries.sort = Some(sort(name.text()));
            // Name keys know Latin and Cyrillic; as words a name is found in every script, and by any one of its words.
            entries.words = prose(name.text());
            for key in words::name_keys(name.text()) {
                let hash = secret.hash(&key);
                if !entries.name_keys.iter().any(|(known, _)| *known == hash) {
                    entries.name_keys.push((hash, i64::from(key.level)));
                }
            }
        }
        Value::Text { text, .. } => {
            if property.code.ends_with(".title") {
                entries.sort = Some(sort(text));
            }
            entries.words = prose(text);
        }
        // The last part of an address is what people remember and paste.
        Value::Address(address) => entries.words = prose(address),
        _ => {}
    }
    entries
}

/// Fewer values than this are worked on at once, not beside the writing.
const FEW: usize = 100;

/// [`entries`] of many values, worked out on another core while the caller writes: stemming and spelling keys are most of an import's own work.
pub(crate) struct Later(Result<Vec<Entries>, tokio::task::JoinHandle<Vec<Entries>>>);

impl Later {
    /// Begins to work.
    pub(crate) fn begin(secret: &NameSecret, values: Vec<(&'static Property, Option<Value>)>) -> Later {
        let secret = secret.clone();
        let few = values.len() < FEW;
        let work = move || {
            let one = |(property, value): (&Property, Option<Value>)| value.map(|value| entries(&secret, property, &value)).unwrap_or_default();
            values.into_iter().map(one).collect()
        };
        Later(if few { Ok(work()) } else { Err(tokio::task::spawn_blocking(work)) })
    }

    /// The entries, in the order of the values.
    ///
    /// # Errors
    /// [`StoreError::Machine`] when the program is ending.
    pub(crate) async fn done(self) -> Result<Vec<Entries>, StoreError> {
        match self.0 {
            Ok(entries) => Ok(entries),
            Err(task) => match task.await {
                Ok(entries) => Ok(entries),
                Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
                Err(error) => Err(StoreError::Machine { doing: "working out the indexes", source: std::io::Error::other(error) }),
            },
        }
    }
}

/// The word that stands for a case in the prose index. Its letter is in no alphabet that people write with.
pub(crate) fn case_word(case_no: i64) -> String {
    format!("ʞ{case_no}")
}

fn sort(text: &str) -> String {
    words::sort_key(text).chars().take(SORT_CHARS).collect()
}

fn prose(text: &str) -> Option<String> {
    let mut words: Vec<String> = words::tokens(text);
    words.sort_unstable();
    words.dedup();
    (!words.is_empty()).then(|| words.join(" "))
}
