//! The cooperation receipt: what lets a person prove years later that this content existed by that day and is theirs.
//!
//! Every submission makes one opaque leaf: a commitment `C` over keys, content (`M`) and person (`P`), and a capsule that only the words open. Whoever does
//! not want to prove anything makes a filler instead, and nobody can tell. `M` is a Merkle root over all fields of the form, each with its own salt,
//! unanswered ones as null, so that any of them can be shown alone. Written out in `docs/formats/sealing.md`. Randomness is an argument; does no I/O.

mod capsule;
mod fields;

pub use capsule::{Capsule, CapsuleError, MOST_BLOCKS, MOST_STATEMENT};
pub use fields::{FieldProof, Form, FormError, Roots};

use argon2::{Algorithm, Argon2, Params, Version};
use kniha_core::commit::Hash;

use crate::label;
use crate::leaf::Leaf;
use crate::secret::Secret;
use crate::sign::{Purpose, SignError, Signature, SigningKey, VerifyingKey};
use crate::source::Source;
use rand_core::CryptoRng;

/// Suite 1: Ed25519 and ML-DSA-65, SHA-256, Argon2id.
const SUITE: u8 = 1;
/// Memory of Argon2id in KiB: 64 MiB, which an old phone has.
const PERSON_KIB: u32 = 64 * 1024;
const PERSON_PASSES: u32 = 3;

/// Who the person is, as a commitment that is slow to guess; 32 zero bytes where nobody is bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Person(pub Hash);

/// Everything a commitment is made of. Shown to a court it proves; kept, it hides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// Hides the rest from whoever guesses.
    pub blind: Secret<32>,
    /// Whose receipt it is.
    pub keys: VerifyingKey,
    /// Root over the fields.
    pub fields_root: Hash,
    /// The person.
    pub person: Person,
}

impl Person {
    /// Nobody is bound.
    pub const NOBODY: Person = Person(Hash([0; 32]));

    /// Binds a person by name, date of birth and service number, each folded as words are; slow on purpose (Argon2id, 64 MiB, three passes).
    #[must_use]
    pub fn bind(name: &str, birth: &str, number: &str, salt: &Secret<32>) -> Person {
        let text = zeroize::Zeroizing::new([name, birth, number].map(crate::words::plain_text).join("|"));
        let mut hash = [0; 32];
        let params = Params::new(PERSON_KIB, PERSON_PASSES, 1, Some(32));
        let bound =
            params.and_then(|params| Argon2::new(Algorithm::Argon2id, Version::V0x13, params).hash_password_into(text.as_bytes(), salt.expose(), &mut hash));
        match bound {
            Ok(()) => Person(Hash(hash)),
            Err(_) => unreachable!("parameters and lengths are constants that Argon2 takes"),
        }
    }
}

impl Opening {
    /// `C`.
    #[must_use]
    pub fn commitment(&self) -> Hash {
        let keys = label::hash("kniha/1/receipt-keys", &[self.keys.bytes()]);
        label::hash("kniha/1/receipt", &[&[SUITE], self.blind.expose(), &keys.0, &self.fields_root.0, &self.person.0.0])
    }

    /// Whether the person now present answered this challenge with the keys of this receipt.
    ///
    /// # Errors
    /// [`SignError`] if not.
    pub fn verify_answer(&self, challenge: &[u8], answer: &Signature) -> Result<(), SignError> {
        self.keys.verify(Purpose::Receipt, &challenged(&self.commitment(), challenge), answer)
    }
}

/// Answers a challenge with the keys of a receipt.
#[must_use]
pub fn answer(keys: &SigningKey, commitment: &Hash, challenge: &[u8]) -> Signature {
    keys.sign(Purpose::Receipt, &challenged(commitment, challenge))
}

fn challenged(commitment: &Hash, challenge: &[u8]) -> Vec<u8> {
    [commitment.0.as_slice(), challenge].concat()
}

/// Makes the leaf of a submission for a person who wants to be able to prove it; whoever does not takes [`Leaf::filler`].
///
/// # Errors
/// [`CapsuleError`] if the statement is too long or the form has too many blocks.
pub fn make(source: &Source, nonce: &[u8; 24], capsule: &Capsule, person: Person) -> Result<(Leaf, Opening), CapsuleError> {
    let keys = source.receipt(nonce);
    let opening = Opening { blind: keys.blind, keys: keys.signing.public(), fields_root: capsule.roots.fields_root(), person };
    let sealed = capsule.seal(&source.capsule_key(), nonce)?;
    Ok((Leaf::Opaque { commitment: opening.commitment(), capsule: sealed }, opening))
}

/// A fresh nonce for one receipt; everything of it grows from this and the words.
#[must_use]
pub fn nonce(rng: &mut impl CryptoRng) -> [u8; 24] {
    let mut nonce = [0; 24];
    rng.fill_bytes(&mut nonce);
    nonce
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::tests::rng;
    use crate::words::Words;

    fn form() -> Form {
        let mut form = Form::new(1);
        form.field("base", "account", Some("Бачыў, як білі.")).unwrap();
        form.field("base", "heard-before", None).unwrap();
        form.field("where", "place", Some("Мінск")).unwrap();
        form.file(Hash([5; 32])).unwrap();
        form
    }

    fn made(seed: u64) -> (Source, [u8; 24], Form, Leaf, Opening) {
        let mut rng = rng(seed);
        let source = Source::new(&[1; 32], &Words::random(&mut rng));
        let nonce = nonce(&mut rng);
        let form = form();
        let roots = form.roots(&source.receipt(&nonce).salts_seed);
        let capsule = Capsule { roots, prior_checkpoint: None, statement: "Я нікога не біў.".to_owned() };
        let (leaf, opening) = make(&source, &nonce, &capsule, Person::NOBODY).unwrap();
        (source, nonce, form, leaf, opening)
    }

    /// The whole way: years later, words and the public log alone.
    #[test]
    fn the_words_prove_one_field_of_one_submission_and_nothing_else() {
        let (source, _, form, leaf, _) = made(131);
        let Leaf::Opaque { commitment, capsule } = &leaf else { panic!("receipts are opaque") };
        let (nonce, opened) = Capsule::open(&source.capsule_key(), capsule).unwrap();
        let keys = source.receipt(&nonce);
        let opening = Opening { blind: keys.blind.clone(), keys: keys.signing.public(), fields_root: opened.roots.fields_root(), person: Person::NOBODY };
        assert_eq!(opening.commitment(), *commitment);
        let proof = form.prove(&keys.salts_seed, "where", "place").unwrap();
        assert!(proof.fits(&opened.roots));
        let answered = answer(&keys.signing, commitment, b"a fresh challenge");
        assert_eq!(opening.verify_answer(b"a fresh challenge", &answered), Ok(()));
        assert_eq!(opening.verify_answer(b"another challenge", &answered), Err(SignError::Wrong));
    }

    #[test]
    fn a_commitment_is_to_every_one_of_its_parts() {
        let (.., opening) = made(132);
        let (.., other) = made(133);
        let c = opening.commitment();
        assert_ne!(c, Opening { blind: other.blind.clone(), ..opening.clone() }.commitment());
        assert_ne!(c, Opening { keys: other.keys.clone(), ..opening.clone() }.commitment());
        assert_ne!(c, Opening { fields_root: Hash([0; 32]), ..opening.clone() }.commitment());
        assert_ne!(c, Opening { person: Person(Hash([1; 32])), ..opening.clone() }.commitment());
    }

    #[test]
    fn a_person_is_bound_under_the_salt_of_their_words() {
        let (a, b) = (Secret::from_slice(&[1; 32]).unwrap(), Secret::from_slice(&[2; 32]).unwrap());
        let person = Person::bind("Іван Прыклад", "1990-01-01", "МВ-123", &a);
        assert_eq!(person, Person::bind(" ІВАН  прыклад ", "1990-01-01", "мв-123", &a));
        assert_ne!(person, Person::bind("Іван Прыклад", "1990-01-01", "МВ-123", &b));
        assert_ne!(person, Person::bind("Іван Прыклад", "1990-01-02", "МВ-123", &a));
    }

    #[test]
    fn another_source_opens_no_capsule_and_a_filler_opens_for_nobody() {
        let (source, .., leaf, _) = made(134);
        let (other, ..) = made(135);
        let Leaf::Opaque { capsule, .. } = &leaf else { panic!("receipts are opaque") };
        assert_eq!(Capsule::open(&other.capsule_key(), capsule), Err(CapsuleError::Closed));
        let Leaf::Opaque { capsule: filler, .. } = Leaf::filler(&mut rng(136)) else { panic!("fillers are opaque") };
        assert_eq!(Capsule::open(&source.capsule_key(), &filler), Err(CapsuleError::Closed));
    }
}
