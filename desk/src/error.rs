//! What a person sees when something did not work: what happened, whether anything was lost, what to do next.
//!
//! A handler gives a [`PageError`]; the guard dresses it as a page in the person's language. Nothing of the inside is shown, and the log names
//! what was being done, never content.

use askama::Template;
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use kniha_core::claim::ClaimError;
use kniha_core::text::TextError;
use kniha_core::value::ValueError;
use kniha_store::StoreError;

use crate::fields::Fields;
use crate::lang::Tongue;
use crate::page::Frame;
use crate::parts::when::moment;
use kniha_core::time::UtcMicros;
use kniha_gate::{ActError, GateError};

/// Why a page could not be shown or a form not be taken.
#[derive(Debug, Clone, PartialEq)]
pub enum PageError {
    /// Nothing is here, or nothing for this member: the two look the same.
    NotFound,
    /// This address does not take this method.
    Method,
    /// More than the desk takes in one request.
    TooLarge,
    /// Not a request that a browser makes from our pages.
    Malformed,
    /// The request asks for another host: another site's name may have been pointed at this machine.
    Host,
    /// The request comes from another site.
    Foreign,
    /// The form is of another session.
    Stale,
    /// Nobody is signed in any more.
    SignedOut,
    /// Too many wrong sign-ins, or too many at once.
    Wait,
    /// It took too long and was broken off.
    Slow,
    /// A fault of the program or of the book's rows.
    Broken,
    /// The disk is full.
    Full,
    /// The database is gone.
    Gone,
    /// Another process is writing.
    Busy,
    /// The machine's clock stands before the book's newest entry.
    ClockBack,
    /// The claim was refused.
    Claim(Box<ClaimError>),
    /// A reference to a record of another kind.
    WrongKind,
    /// The value was erased.
    Erased,
    /// The part is there, and this member has no key to it.
    NoKey,
    /// An act of two people does not hold.
    Act(ActError),
    /// As much was shown as may be.
    Cap {
        /// When more is shown.
        until: UtcMicros,
    },
    /// Nobody could read the log of readings.
    NoAuditor,
    /// The log of readings does not hold.
    Log,
}

/// A form that can be sent again with a fresh token, from the page that says why it was not taken: a browser that goes back may have forgotten
/// what was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Again {
    action: String,
    fields: Vec<(String, String)>,
}

impl Again {
    /// Everything of the form but its old token and what is secret.
    pub(crate) fn of(action: &str, fields: &Fields) -> Again {
        let fields = fields.iter().filter(|(name, _)| !matches!(*name, "token" | "passphrase" | "code"));
        Again { action: action.to_owned(), fields: fields.map(|(name, value)| (name.to_owned(), value.to_owned())).collect() }
    }
}

impl From<StoreError> for PageError {
    fn from(error: StoreError) -> PageError {
        match error {
            StoreError::NotFound { .. } => return PageError::NotFound,
            StoreError::Claim(error) => return PageError::Claim(Box::new(error)),
            StoreError::WrongKind { .. } => return PageError::WrongKind,
            StoreError::Erased => return PageError::Erased,
            _ => {}
        }
        // `StoreError` prints what was being done and never testimony, names or places; its source stays unprinted, for a database quotes values.
        eprintln!("desk: {error}");
        match error {
            StoreError::Full { .. } => PageError::Full,
            StoreError::Gone { .. } => PageError::Gone,
            StoreError::Busy { .. } => PageError::Busy,
            StoreError::ClockBack { .. } => PageError::ClockBack,
            _ => PageError::Broken,
        }
    }
}

impl From<GateError> for PageError {
    fn from(error: GateError) -> PageError {
        match error {
            GateError::NoMember | GateError::NoPart | GateError::NotInCase => return PageError::NotFound,
            GateError::Gone => return PageError::Erased,
            GateError::Act(error) => return PageError::Act(error),
            GateError::Cap { until, .. } => return PageError::Cap { until },
            GateError::NoAuditor => return PageError::NoAuditor,
            _ => {}
        }
        // No error of the gate holds a key, a word or anything that was told.
        eprintln!("desk: {error}");
        match error {
            GateError::Full { .. } => PageError::Full,
            GateError::Log { .. } => PageError::Log,
            _ => PageError::Broken,
        }
    }
}

impl PageError {
    /// The start of its message keys: `-what`, `-lost`, `-next`.
    pub(crate) fn key(&self) -> &'static str {
        match self {
            PageError::NotFound => "err-not-found",
            PageError::Method => "err-method",
            PageError::TooLarge => "err-too-large",
            PageError::Malformed => "err-malformed",
            PageError::Host => "err-host",
            PageError::Foreign => "err-foreign",
            PageError::Stale => "err-stale",
            PageError::SignedOut => "err-signed-out",
            PageError::Wait => "err-wait",
            PageError::Slow => "err-slow",
            PageError::Broken => "err-broken",
            PageError::Full => "err-full",
            PageError::Gone => "err-gone",
            PageError::Busy => "err-busy",
            PageError::ClockBack => "err-clock-back",
            PageError::Claim(_) => "err-claim",
            PageError::WrongKind => "err-wrong-kind",
            PageError::Erased => "err-erased",
            PageError::NoKey => "err-no-key",
            PageError::Act(_) => "err-act",
            PageError::Cap { .. } => "err-cap",
            PageError::NoAuditor => "err-no-auditor",
            PageError::Log => "err-log",
        }
    }

    fn status(&self) -> StatusCode {
        match self {
            PageError::NotFound => StatusCode::NOT_FOUND,
            PageError::Method => StatusCode::METHOD_NOT_ALLOWED,
            PageError::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            PageError::Malformed => StatusCode::BAD_REQUEST,
            PageError::Host => StatusCode::MISDIRECTED_REQUEST,
            PageError::Foreign | PageError::Stale | PageError::SignedOut => StatusCode::FORBIDDEN,
            PageError::Wait | PageError::Cap { .. } => StatusCode::TOO_MANY_REQUESTS,
            PageError::Slow | PageError::Gone | PageError::Busy | PageError::ClockBack => StatusCode::SERVICE_UNAVAILABLE,
            PageError::Broken => StatusCode::INTERNAL_SERVER_ERROR,
            PageError::Full => StatusCode::INSUFFICIENT_STORAGE,
            PageError::Claim(_) | PageError::WrongKind => StatusCode::UNPROCESSABLE_ENTITY,
            PageError::Erased | PageError::NoKey | PageError::Act(_) | PageError::NoAuditor | PageError::Log => StatusCode::CONFLICT,
        }
    }

    /// Whether the same form can be taken another time.
    pub(crate) fn is_passing(&self) -> bool {
        use PageError::{Broken, Busy, ClockBack, Full, Gone, SignedOut, Slow, Stale, Wait};
        matches!(self, Broken | Busy | ClockBack | Full | Gone | SignedOut | Slow | Stale | Wait)
    }

    /// What a bare status of the framework means.
    pub(crate) fn of_status(status: StatusCode) -> Option<PageError> {
        match status {
            StatusCode::NOT_FOUND => Some(PageError::NotFound),
            StatusCode::METHOD_NOT_ALLOWED => Some(PageError::Method),
            StatusCode::PAYLOAD_TOO_LARGE => Some(PageError::TooLarge),
            status if status.is_client_error() => Some(PageError::Malformed),
            status if status.is_server_error() => Some(PageError::Broken),
            _ => None,
        }
    }
}

/// Bare: only a status and the error itself, which the guard makes a page of.
impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        if self == PageError::Busy {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("5"));
        }
        response.extensions_mut().insert(self);
        response
    }
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage<'a> {
    frame: Frame,
    lost: String,
    next: String,
    reason: Option<String>,
    again: Option<&'a Again>,
    signed_out: bool,
}

/// The page for an error, without its status; with the form that was not taken, where it can be sent again.
pub(crate) fn dress(error: &PageError, again: Option<&Again>, frame: Frame) -> Response {
    let t = frame.t;
    let part = |part: &str| t.get(&format!("{}-{part}", error.key()));
    let reason = match error {
        PageError::Claim(claim) => Some(claim_reason(t, claim)),
        PageError::Act(act) => Some(t.get(act_reason(*act))),
        PageError::Cap { until } => Some(t.with("cap-until", &[("time", &moment(t, *until))])),
        _ => None,
    };
    let page =
        ErrorPage { lost: part("lost"), next: part("next"), reason, again, signed_out: *error == PageError::SignedOut, frame: frame.titled(part("what")) };
    match page.render() {
        Ok(html) => Html(html).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// Why an act does not hold: the key of a message.
pub(crate) fn act_reason(error: ActError) -> &'static str {
    match error {
        ActError::Unknown | ActError::Kind => "act-unknown",
        ActError::SamePerson => "act-same-person",
        ActError::Hats => "act-hats",
        ActError::Oneself => "act-oneself",
        ActError::Closed => "act-closed",
        ActError::Unsigned => "act-unsigned",
        ActError::Signature => "act-signature",
        ActError::Locked => "act-locked",
        ActError::Length => "act-length",
    }
}

/// Why a claim was refused, in the person's language.
pub(crate) fn claim_reason(t: Tongue, error: &ClaimError) -> String {
    match error {
        ClaimError::Value { source, .. } => value_reason(t, source),
        ClaimError::Text { source, .. } => text_reason(t, source),
        ClaimError::Citations { .. } => t.get("why-citations"),
        ClaimError::Move { .. } => t.get("why-move"),
        ClaimError::Code { .. } => t.get("why-code"),
        ClaimError::Reason => t.get("why-reason"),
    }
}

/// Why a value does not fit, in the person's language.
pub(crate) fn value_reason(t: Tongue, error: &ValueError) -> String {
    use kniha_core::name::NameError;
    use kniha_core::place::RegionError;
    use kniha_core::time::WindowError;
    match error {
        ValueError::Text(error) | ValueError::Name(NameError::Text(error)) => text_reason(t, error),
        ValueError::Name(NameError::Lang { .. }) => t.get("why-lang"),
        ValueError::Name(NameError::Kind { .. }) | ValueError::Code { .. } => t.get("why-code"),
        ValueError::Ref => t.get("why-ref"),
        ValueError::Integer => t.get("why-integer"),
        ValueError::Real => t.get("why-real"),
        ValueError::Window(WindowError::Reversed) => t.get("why-window-reversed"),
        ValueError::Window(WindowError::Range) => t.get("why-window-range"),
        ValueError::Window(WindowError::Empty) => t.get("why-window-empty"),
        ValueError::Window(WindowError::Form { .. }) => t.get("why-window-form"),
        ValueError::Region(RegionError::Latitude { .. }) => t.get("why-latitude"),
        ValueError::Region(RegionError::Longitude { .. }) => t.get("why-longitude"),
        ValueError::Region(RegionError::Radius { .. }) => t.get("why-radius"),
        ValueError::Region(RegionError::Form) => t.get("why-region-form"),
        ValueError::Address => t.get("why-address"),
        ValueError::Sealed => t.get("why-sealed"),
        ValueError::Type { .. } => t.get("why-type"),
    }
}

/// Why a text cannot be kept, in the person's language.
pub(crate) fn text_reason(t: Tongue, error: &TextError) -> String {
    match error {
        TextError::Empty => t.get("why-empty"),
        TextError::TooLong { chars, most } => t.with("why-too-long", &[("chars", &chars.to_string()), ("most", &most.to_string())]),
        TextError::Control { code, at } => t.with("why-control", &[("code", &format!("U+{code:04X}")), ("at", &at.to_string())]),
    }
}
