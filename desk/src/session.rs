//! Who is signed in. Sessions live in memory and end with the process.
//!
//! A browser holds 32 random bytes in a cookie (`HttpOnly`, `SameSite=Strict`, no `Max-Age`: gone with the browser). The desk holds their SHA-256 alone,
//! so that a picture of its memory lets nobody in; the token of the forms is another hash of the cookie, drawn anew for each request. A session is bound to no
//! address and no browser: both would name a person. It ends when its member signs out or is frozen, after 20 minutes without a request, and after 12 hours.
//! (OWASP Session Management cheat sheet; NIST SP 800-63B § 7.)
//!
//! Cookies know no ports: another server on 127.0.0.1 that the same browser visits is sent ours. So the cookie is named after the desk's port, and a machine
//! that runs a desk runs no other server (docs/OPERATE.md).

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::http::HeaderMap;
use axum::http::header::COOKIE;
use data_encoding::BASE64URL_NOPAD;
use kniha_core::id::MemberId;
use kniha_core::time::UtcMicros;
use kniha_seal::secret::Secret;
use kniha_store::{Random, StoreError};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use kniha_gate::Present;

/// Longest time without a request, in microseconds.
pub(crate) const IDLE_US: i64 = 20 * 60 * 1_000_000;
/// Longest time in all, in microseconds.
pub(crate) const WHOLE_US: i64 = 12 * 60 * 60 * 1_000_000;
/// Most sessions of one member; a further one ends the oldest.
const OF_ONE: usize = 4;
/// Most sessions of all members.
const OF_ALL: usize = 256;

/// What a browser holds.
#[derive(Clone)]
pub(crate) struct Ticket(Secret<32>);

/// What the desk holds of a ticket; also how a session is called where its member looks at it.
pub(crate) type TicketHash = [u8; 32];

impl Ticket {
    pub(crate) fn draw() -> Result<Ticket, StoreError> {
        Ok(Ticket(Secret::take(&mut Random::default().bytes()?)))
    }

    /// The ticket in the cookies of a request. Where there are two of the name, somebody else put one there: none counts.
    pub(crate) fn of(headers: &HeaderMap, cookie: &str) -> Option<Ticket> {
        let lines = headers.get_all(COOKIE).into_iter().filter_map(|value| value.to_str().ok());
        let mut held = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().strip_prefix(cookie)?.strip_prefix('='));
        let (Some(text), None) = (held.next(), held.next()) else { return None };
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
        Secret::from_slice(&bytes).map(Ticket)
    }

    /// As it stands in the cookie.
    pub(crate) fn text(&self) -> String {
        BASE64URL_NOPAD.encode(self.0.expose())
    }

    /// The token of the forms that are shown in this session.
    pub(crate) fn form(&self) -> FormToken {
        FormToken(self.hash("kniha/1/desk-form"))
    }

    fn held(&self) -> TicketHash {
        self.hash("kniha/1/desk-session")
    }

    fn hash(&self, label: &str) -> [u8; 32] {
        Sha256::new_with_prefix(label).chain_update(self.0.expose()).finalize().into()
    }
}

/// What proves that a form is one of our own.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct FormToken([u8; 32]);

impl FormToken {
    /// One for whoever is not signed in.
    pub(crate) fn draw() -> Result<FormToken, StoreError> {
        Ok(FormToken(Random::default().bytes()?))
    }

    /// As it stands in forms.
    pub(crate) fn text(&self) -> String {
        BASE64URL_NOPAD.encode(&self.0)
    }

    /// Compares in constant time.
    pub(crate) fn is(&self, given: &str) -> bool {
        self.text().as_bytes().ct_eq(given.as_bytes()).into()
    }
}

/// One signed-in browser.
#[derive(Clone)]
pub(crate) struct Session {
    pub(crate) held: TicketHash,
    pub(crate) who: Arc<Present>,
    pub(crate) began: UtcMicros,
    pub(crate) seen: UtcMicros,
    /// When words and code were typed last.
    pub(crate) confirmed: UtcMicros,
}

impl Session {
    /// A clock that was set back counts like one that went on.
    fn is_over(&self, now: UtcMicros) -> bool {
        now.0.abs_diff(self.seen.0) > IDLE_US.unsigned_abs() || now.0.abs_diff(self.began.0) > WHOLE_US.unsigned_abs()
    }
}

/// Everybody who is signed in.
#[derive(Default)]
pub(crate) struct Sessions(Mutex<Vec<Session>>);

impl Sessions {
    fn lock(&self, now: UtcMicros) -> MutexGuard<'_, Vec<Session>> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|session| !session.is_over(now));
        all
    }

    /// Begins a session with a ticket that was not there before.
    pub(crate) fn begin(&self, who: Arc<Present>, now: UtcMicros) -> Result<Ticket, StoreError> {
        let ticket = Ticket::draw()?;
        let mut all = self.lock(now);
        let oldest = |all: &[Session], of: Option<MemberId>| {
            let mine = all.iter().enumerate().filter(|(_, session)| of.is_none_or(|of| session.who.id() == of));
            mine.min_by_key(|(_, session)| session.seen).map(|(at, _)| at)
        };
        let member = who.id();
        while all.iter().filter(|session| session.who.id() == member).count() >= OF_ONE {
            oldest(&all, Some(member)).map(|at| all.remove(at));
        }
        while all.len() >= OF_ALL {
            oldest(&all, None).map(|at| all.remove(at));
        }
        all.push(Session { held: ticket.held(), who, began: now, seen: now, confirmed: now });
        Ok(ticket)
    }

    /// The session of a ticket, which goes on from now.
    pub(crate) fn find(&self, ticket: &Ticket, now: UtcMicros) -> Option<Session> {
        let held = ticket.held();
        let mut all = self.lock(now);
        // Each is compared, whichever it is.
        let found = all.iter_mut().fold(None, |found, session| if bool::from(session.held.ct_eq(&held)) { Some(session) } else { found })?;
        found.seen = now;
        Some(found.clone())
    }

    /// Notes that words and code were typed again.
    pub(crate) fn confirm(&self, held: &TicketHash, now: UtcMicros) {
        if let Some(session) = self.lock(now).iter_mut().find(|session| session.held == *held) {
            session.confirmed = now;
        }
    }

    /// Ends every session of a member but this one.
    pub(crate) fn end_others(&self, member: MemberId, own: &TicketHash, now: UtcMicros) {
        self.lock(now).retain(|session| session.who.id() != member || session.held == *own);
    }

    /// Ends the session of this ticket.
    pub(crate) fn end(&self, ticket: &Ticket, now: UtcMicros) {
        let held = ticket.held();
        self.lock(now).retain(|session| session.held != held);
    }

    /// Ends every session of a member; says how many there were.
    pub(crate) fn end_of(&self, member: MemberId, now: UtcMicros) -> usize {
        let mut all = self.lock(now);
        let before = all.len();
        all.retain(|session| session.who.id() != member);
        before - all.len()
    }

    /// Members who are signed in, each once.
    pub(crate) fn members(&self, now: UtcMicros) -> Vec<MemberId> {
        let mut members: Vec<MemberId> = self.lock(now).iter().map(|session| session.who.id()).collect();
        members.sort_unstable();
        members.dedup();
        members
    }

    /// A member's sessions, newest first.
    pub(crate) fn of(&self, member: MemberId, now: UtcMicros) -> Vec<Session> {
        self.lock(now).iter().rev().filter(|session| session.who.id() == member).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::cast::someone;
    use crate::stage::{NOW, id};

    const MINUTE_US: i64 = 60_000_000;

    fn after(us: i64) -> UtcMicros {
        UtcMicros(NOW.0 + us)
    }

    #[test]
    fn a_session_ends_when_nobody_asks_and_after_twelve_hours() {
        let sessions = Sessions::default();
        let ticket = sessions.begin(someone(1), NOW).unwrap();
        assert!(sessions.find(&ticket, after(20 * MINUTE_US)).is_some());
        assert!(sessions.find(&ticket, after(40 * MINUTE_US)).is_some(), "each request lets it go on");
        assert!(sessions.find(&ticket, after(60 * MINUTE_US + 1)).is_none());
        let ticket = sessions.begin(someone(1), NOW).unwrap();
        for tenth in 1..=72 {
            assert!(sessions.find(&ticket, after(tenth * 10 * MINUTE_US)).is_some(), "{tenth}");
        }
        assert!(sessions.find(&ticket, after(WHOLE_US + 1)).is_none());
        let ticket = sessions.begin(someone(1), NOW).unwrap();
        assert!(sessions.find(&ticket, after(-21 * MINUTE_US)).is_none(), "nor does a clock that was set back keep it");
    }

    #[test]
    fn what_the_desk_holds_lets_nobody_in() {
        let sessions = Sessions::default();
        let ticket = sessions.begin(someone(1), NOW).unwrap();
        let held = sessions.lock(NOW)[0].held;
        assert!(held != *ticket.0.expose() && held != ticket.form().0);
        assert!(sessions.find(&Ticket(Secret::from_slice(&held).unwrap()), NOW).is_none());
        assert!(sessions.find(&Ticket(Secret::from_slice(&ticket.form().0).unwrap()), NOW).is_none());
    }

    #[test]
    fn one_member_fills_no_memory_and_pushes_nobody_out() {
        let sessions = Sessions::default();
        let other = sessions.begin(someone(2), NOW).unwrap();
        let mine: Vec<Ticket> = (0..1_000).map(|n| sessions.begin(someone(1), after(n)).unwrap()).collect();
        assert_eq!(sessions.of(id(1), after(1_000)).len(), OF_ONE);
        assert!(sessions.find(&mine[999], after(1_000)).is_some() && sessions.find(&mine[995], after(1_000)).is_none());
        assert!(sessions.find(&other, after(1_000)).is_some());
        for n in 3..=u8::MAX {
            for _ in 0..2 {
                drop(sessions.begin(someone(n), after(2_000)).unwrap());
            }
        }
        assert_eq!(sessions.lock(after(2_000)).len(), OF_ALL);
    }

    #[test]
    fn all_sessions_of_a_member_end_together() {
        let sessions = Sessions::default();
        let (a, b, other) = (sessions.begin(someone(1), NOW).unwrap(), sessions.begin(someone(1), NOW).unwrap(), sessions.begin(someone(2), NOW).unwrap());
        sessions.end(&a, NOW);
        assert!(sessions.find(&a, NOW).is_none() && sessions.find(&b, NOW).is_some());
        assert_eq!(sessions.end_of(id(1), NOW), 1);
        assert!(sessions.find(&b, NOW).is_none() && sessions.find(&other, NOW).is_some());
    }

    #[test]
    fn two_cookies_of_one_name_are_none() {
        let ticket = Ticket::draw().unwrap();
        let headers = |lines: &[String]| -> HeaderMap { lines.iter().map(|line| (COOKIE, line.parse().unwrap())).collect() };
        let own = format!("desk-1={}", ticket.text());
        assert!(Ticket::of(&headers(&[format!("lang=be; {own}")]), "desk-1").is_some_and(|read| read.held() == ticket.held()));
        assert!(Ticket::of(&headers(&[format!("desk-1=x; {own}")]), "desk-1").is_none());
        assert!(Ticket::of(&headers(&[own.clone(), own.clone()]), "desk-1").is_none());
        assert!(Ticket::of(&headers(&[own]), "desk-2").is_none());
        assert!(Ticket::of(&headers(&["desk-1=AAAA".to_owned()]), "desk-1").is_none());
    }
}
