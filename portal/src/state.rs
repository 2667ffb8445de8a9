//! What travels between screens: answers sealed into one hidden field, so that the portal itself remembers nothing.
//!
//! The key is HKDF-SHA256(a key of the hour ‖ a half in the browser's session cookie): neither a kept page nor the machine's memory alone opens it. Keys
//! of the hour are random, live in memory only, and are counted on the monotonic clock, so that a clock set backwards harms nothing: one seals for an
//! hour and opens for four. They are random at each start: a restart forgets every unfinished page.
//!
//! `base64url(version 0x01 ‖ key id (8) ‖ nonce (24) ‖ XChaCha20-Poly1305(u32 length ‖ content ‖ zeros to a multiple of 1,024))`, associated data
//! `"kniha/1/portal-state" ‖ version ‖ key id ‖ purpose`. Does no I/O but randomness and the monotonic clock.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use axum::extract::FromRequestParts;
use axum::http::header::COOKIE;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use data_encoding::BASE64URL_NOPAD;
use hkdf::Hkdf;
use kniha_seal::secret::Secret;
use sha2::Sha256;
use tokio::time::Instant;
use zeroize::Zeroizing;

use crate::Portal;
use crate::random;

/// How long a key seals.
const TURN: Duration = Duration::from_secs(60 * 60);
/// How long a key opens, counted from its making.
const KEPT: Duration = Duration::from_secs(4 * 60 * 60);
const VERSION: u8 = 1;
const LABEL: &[u8] = b"kniha/1/portal-state";
/// Sizes say nothing finer than this.
const BUCKET: usize = 1024;
/// Version, key id, nonce.
const HEAD: usize = 1 + 8 + 24;

/// Why a state cannot be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StateError {
    /// Not what this portal wrote for this visit and purpose.
    #[error("the state is not what was written for this visit")]
    Altered,
    /// Its key is forgotten: older than four hours, or from before a restart.
    #[error("the key of the state is forgotten")]
    Expired,
    /// The browser sent no cookie.
    #[error("the browser kept no cookie")]
    NoHalf,
}

/// The keys of the hours.
pub(crate) struct StateKeys(Mutex<Vec<HourKey>>);

struct HourKey {
    id: [u8; 8],
    key: Secret<32>,
    made: Instant,
}

impl StateKeys {
    pub(crate) fn new() -> StateKeys {
        StateKeys(Mutex::new(Vec::new()))
    }

    /// Forgets what is too old and makes a new key where one is due. The hourly timer calls it, and so does every use.
    pub(crate) fn turn(&self) {
        self.with(|_| ());
    }

    fn with<T>(&self, run: impl FnOnce(&[HourKey]) -> T) -> T {
        let now = Instant::now();
        let mut keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        keys.retain(|key| now.duration_since(key.made) < KEPT);
        if keys.last().is_none_or(|key| now.duration_since(key.made) >= TURN) {
            let mut id = [0; 8];
            rand_core::Rng::fill_bytes(&mut random(), &mut id);
            keys.push(HourKey { id, key: Secret::random(&mut random()), made: now });
        }
        run(&keys)
    }
}

/// The half that the browser keeps, as the cookie says it.
type Half = Secret<16>;

/// One request's way to seal and open states. An extractor. The cookie is set by the guard when something was sealed and the browser had no half.
///
/// Seal only in answer to a POST: a link from another site brings no cookie (`SameSite=Strict`), and a half made then would replace the one that another
/// window still needs.
#[derive(Clone)]
pub struct Visit(Arc<Inner>);

struct Inner {
    portal: Portal,
    given: Option<Half>,
    drawn: OnceLock<Half>,
}

impl Visit {
    pub(crate) fn of(headers: &HeaderMap, portal: &Portal) -> Visit {
        Visit(Arc::new(Inner { given: half_of(headers, cookie_name(portal)), portal: portal.clone(), drawn: OnceLock::new() }))
    }

    /// Seals content for one purpose, as text for a hidden field.
    #[must_use]
    pub fn seal(&self, purpose: &str, content: &[u8]) -> String {
        let half = self.0.given.as_ref().unwrap_or_else(|| self.0.drawn.get_or_init(|| Secret::random(&mut random())));
        self.0.portal.state().with(|keys| match keys.last() {
            Some(key) => seal(key, half, purpose, content),
            None => unreachable!("a turn leaves a key"),
        })
    }

    /// Opens what [`Visit::seal`] sealed for the same purpose.
    ///
    /// # Errors
    /// [`StateError`].
    pub fn open(&self, purpose: &str, state: &str) -> Result<Zeroizing<Vec<u8>>, StateError> {
        let bytes = BASE64URL_NOPAD.decode(state.as_bytes()).map_err(|_| StateError::Altered)?;
        let (head, sealed) = bytes.split_at_checked(HEAD).ok_or(StateError::Altered)?;
        if head[0] != VERSION {
            return Err(StateError::Altered);
        }
        let half = self.0.given.as_ref().ok_or(StateError::NoHalf)?;
        self.0.portal.state().with(|keys| {
            let key = keys.iter().find(|key| key.id == head[1..9]).ok_or(StateError::Expired)?;
            open(key, half, purpose, head, sealed)
        })
    }

    /// The cookie to set, if a half was drawn.
    pub(crate) fn cookie(&self) -> Option<HeaderValue> {
        let half = self.0.drawn.get()?;
        let secure = if self.0.portal.config().https { "; Secure" } else { "" };
        let text = Zeroizing::new(BASE64URL_NOPAD.encode(half.expose()));
        HeaderValue::from_str(&format!("{}={}; Path=/; HttpOnly; SameSite=Strict{secure}", cookie_name(&self.0.portal), *text)).ok()
    }
}

impl FromRequestParts<Portal> for Visit {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, portal: &Portal) -> Result<Visit, Self::Rejection> {
        Ok(parts.extensions.get::<Visit>().cloned().unwrap_or_else(|| Visit::of(&parts.headers, portal)))
    }
}

/// `__Host-` keeps a sister name of the same site from setting it; browsers take that name over https only.
fn cookie_name(portal: &Portal) -> &'static str {
    if portal.config().https { "__Host-half" } else { "half" }
}

/// The half in the cookies, `None` unless there is exactly one and it is well-formed.
fn half_of(headers: &HeaderMap, name: &str) -> Option<Half> {
    let lines = headers.get_all(COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    let mut halves = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='));
    let (Some(text), None) = (halves.next(), halves.next()) else {
        return None;
    };
    Secret::from_slice(&Zeroizing::new(BASE64URL_NOPAD.decode(text.as_bytes()).ok()?))
}

fn cipher(key: &HourKey, half: &Half, purpose: &str) -> XChaCha20Poly1305 {
    let mut ikm = Zeroizing::new([0; 48]);
    ikm[..32].copy_from_slice(key.key.expose());
    ikm[32..].copy_from_slice(half.expose());
    let mut derived = Zeroizing::new([0; 32]);
    match Hkdf::<Sha256>::new(None, ikm.as_slice()).expand_multi_info(&[LABEL, purpose.as_bytes()], derived.as_mut_slice()) {
        Ok(()) => XChaCha20Poly1305::new((&*derived).into()),
        Err(_) => unreachable!("32 bytes are fewer than 255 blocks"),
    }
}

fn seal(key: &HourKey, half: &Half, purpose: &str, content: &[u8]) -> String {
    let mut bytes = Vec::with_capacity(HEAD + padded(content.len()) + 16);
    bytes.push(VERSION);
    bytes.extend(key.id);
    let mut nonce = [0; 24];
    rand_core::Rng::fill_bytes(&mut random(), &mut nonce);
    bytes.extend(nonce);
    let mut plain = Zeroizing::new(vec![0; padded(content.len())]);
    let Ok(length) = u32::try_from(content.len()) else { unreachable!("forms are below 4 GiB") };
    plain[..4].copy_from_slice(&length.to_be_bytes());
    plain[4..4 + content.len()].copy_from_slice(content);
    let aad = aad(&bytes, purpose);
    match cipher(key, half, purpose).encrypt(&XNonce::from(nonce), Payload { msg: &plain, aad: &aad }) {
        Ok(sealed) => bytes.extend(sealed),
        Err(_) => unreachable!("forms are below 256 GiB"),
    }
    BASE64URL_NOPAD.encode(&bytes)
}

fn open(key: &HourKey, half: &Half, purpose: &str, head: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, StateError> {
    let nonce = XNonce::try_from(&head[9..]).map_err(|_| StateError::Altered)?;
    let aad = aad(head, purpose);
    let opened = cipher(key, half, purpose).decrypt(&nonce, Payload { msg: sealed, aad: &aad });
    let plain = Zeroizing::new(opened.map_err(|_| StateError::Altered)?);
    let (length, rest) = plain.split_first_chunk::<4>().ok_or(StateError::Altered)?;
    let content = rest.get(..u32::from_be_bytes(*length) as usize).ok_or(StateError::Altered)?;
    Ok(Zeroizing::new(content.to_vec()))
}

fn padded(content: usize) -> usize {
    (4 + content).next_multiple_of(BUCKET)
}

fn aad(head: &[u8], purpose: &str) -> Vec<u8> {
    [LABEL, &head[..9], purpose.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::stage::Stage;

    fn with_half(portal: &Portal, half: &str) -> Visit {
        let mut headers = HeaderMap::new();
        headers.insert(COOKIE, format!("a=b; half={half}").parse().unwrap());
        Visit::of(&headers, portal)
    }

    const ONE: &str = "AAAAAAAAAAAAAAAAAAAAAA";
    const OTHER: &str = "AAAAAAAAAAAAAAAAAAAAAQ";

    #[tokio::test]
    async fn a_state_opens_for_its_half_and_purpose_alone() {
        let stage = Stage::set().await;
        let visit = with_half(&stage.portal, ONE);
        let state = visit.seal("tell", "слова".as_bytes());
        assert_eq!(visit.open("tell", &state).unwrap().as_slice(), "слова".as_bytes());
        assert_eq!(visit.open("tel", &state), Err(StateError::Altered));
        assert_eq!(with_half(&stage.portal, OTHER).open("tell", &state), Err(StateError::Altered));
        assert_eq!(Visit::of(&HeaderMap::new(), &stage.portal).open("tell", &state), Err(StateError::NoHalf));
        let elsewhere = Stage::set().await;
        assert_eq!(with_half(&elsewhere.portal, ONE).open("tell", &state), Err(StateError::Expired), "another start of the portal");
    }

    #[tokio::test]
    async fn a_state_with_any_byte_changed_is_refused() {
        let stage = Stage::set().await;
        let visit = with_half(&stage.portal, ONE);
        let state = visit.seal("tell", b"words");
        let bytes = BASE64URL_NOPAD.decode(state.as_bytes()).unwrap();
        for i in 0..bytes.len() {
            let mut bad = bytes.clone();
            bad[i] ^= 1;
            let expected = if (1..9).contains(&i) { StateError::Expired } else { StateError::Altered };
            assert_eq!(visit.open("tell", &BASE64URL_NOPAD.encode(&bad)), Err(expected), "byte {i}");
        }
        for bad in ["", "=", "AQ", "AQ==", &state[..state.len() - 4], &format!("{state}AAAA"), "слова", &state[..40]] {
            assert_eq!(visit.open("tell", bad), Err(StateError::Altered), "{bad}");
        }
    }

    #[tokio::test]
    async fn a_state_opens_for_three_hours_and_is_forgotten_after_four() {
        let stage = Stage::set().await;
        tokio::time::pause();
        let visit = with_half(&stage.portal, ONE);
        let state = visit.seal("tell", b"words");
        for _ in 0..3 {
            tokio::time::advance(TURN).await;
            stage.portal.state().turn();
            assert!(visit.open("tell", &state).is_ok());
            assert_ne!(visit.seal("tell", b"")[..12], state[..12], "a new key each hour");
        }
        tokio::time::advance(TURN).await;
        assert_eq!(visit.open("tell", &state), Err(StateError::Expired));
    }

    #[tokio::test]
    async fn a_length_says_nothing_finer_than_a_kibibyte() {
        let stage = Stage::set().await;
        let visit = with_half(&stage.portal, ONE);
        let length = |n: usize| visit.seal("tell", &vec![b'a'; n]).len();
        assert_eq!(length(0), length(1020));
        assert_eq!(length(1021), length(2044));
        assert_ne!(length(1020), length(1021));
    }

    #[tokio::test]
    async fn a_half_is_drawn_once_when_it_is_needed_and_kept_when_it_is_there() {
        let stage = Stage::set().await;
        let fresh = Visit::of(&HeaderMap::new(), &stage.portal);
        assert!(fresh.cookie().is_none());
        let (a, b) = (fresh.seal("tell", b"a"), fresh.seal("tell", b"b"));
        let cookie = fresh.cookie().unwrap().to_str().unwrap().to_owned();
        assert!(cookie.starts_with("half=") && cookie.ends_with("; Path=/; HttpOnly; SameSite=Strict"), "{cookie}");
        let back = with_half(&stage.portal, cookie["half=".len()..].split(';').next().unwrap());
        assert!(back.open("tell", &a).is_ok() && back.open("tell", &b).is_ok());
        let _ = back.seal("tell", b"c");
        assert!(back.cookie().is_none());
        for bad in ["", "AAAA", "%00", "AAAAAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAAAA; half=AAAAAAAAAAAAAAAAAAAAAA"] {
            let visit = with_half(&stage.portal, bad);
            let _ = visit.seal("tell", b"c");
            assert!(visit.cookie().is_some(), "{bad}");
        }
    }
}
