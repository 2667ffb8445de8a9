//! Help for the keyboard. The keys work where the desk's script runs; everything has a link or a button as well.

use askama::Template;
use axum::response::Response;

use crate::error::PageError;
use crate::page::{Frame, page};
use crate::ways::{May, Ways};

/// Keys and what they do: the message's key.
const KEYS: [(&[&str], &str); 23] = [
    (&["/"], "key-search"),
    (&["j"], "key-down"),
    (&["k"], "key-up"),
    (&["Enter"], "key-open"),
    (&["n"], "key-new"),
    (&["1"], "key-accept"),
    (&["2"], "key-question"),
    (&["3"], "key-withdraw"),
    (&["g", "t"], "key-today"),
    (&["g", "i"], "key-inbox"),
    (&["g", "c"], "key-cases"),
    (&["g", "b"], "key-book"),
    (&["g", "d"], "key-decide"),
    (&["g", "w"], "key-watch"),
    (&["g", "m"], "key-members"),
    (&["g", "p"], "key-people"),
    (&["g", "u"], "key-units"),
    (&["g", "v"], "key-incidents"),
    (&["g", "a"], "key-acts"),
    (&["g", "l"], "key-places"),
    (&["g", "e"], "key-exhibits"),
    (&["g", "s"], "key-sources"),
    (&["?"], "key-help"),
];

#[derive(Template)]
#[template(path = "keys.html")]
pub(crate) struct KeysPage {
    pub(crate) frame: Frame,
    pub(crate) keys: Vec<(&'static [&'static str], String)>,
}

pub(crate) fn routes() -> Ways {
    Ways::new().get("/keys", May::SignedIn, show)
}

async fn show(frame: Frame) -> Result<Response, PageError> {
    page(&KeysPage::new(frame))
}

impl KeysPage {
    pub(crate) fn new(frame: Frame) -> KeysPage {
        let t = frame.t;
        KeysPage { keys: KEYS.iter().map(|(keys, message)| (*keys, t.get(message))).collect(), frame: frame.titled(t.get("keys")) }
    }
}
