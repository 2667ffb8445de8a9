//! A form as a tree of salted hashes.
//!
//! Fields stand in blocks (the account, one topic each); a block is a Merkle tree in the shape of RFC 6962 over its fields by path, the form a hash over its
//! blocks and files. A field's salt is `HMAC-SHA256(salts seed, path)`, so that one seed opens any choice of fields and a shown field betrays no other.
//! Does no I/O.

use std::collections::BTreeMap;

use hmac::{Hmac, KeyInit, Mac};
use kniha_core::commit::Hash;
use sha2::Sha256;

use super::capsule::MOST_BLOCKS;
use crate::cbor::Writer;
use crate::label;
use crate::secret::Secret;

/// Longest path of a field, in bytes.
const MOST_PATH: usize = 200;
const MOST_FILES: usize = 50;

/// Why a field has no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FormError {
    /// The name of a block or field is empty, too long, or not of `a–z`, `0–9`, `-` and `.`.
    #[error("a field's path is 1 to {MOST_PATH} of the letters a–z, digits, hyphen and point")]
    Path,
    /// The path was used.
    #[error("a field stands twice in the form")]
    Twice,
    /// No room.
    #[error("a form has at most {most} {what}")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many.
        most: usize,
    },
}

/// A form that was filled in.
#[derive(Clone, PartialEq, Eq)]
pub struct Form {
    version: u32,
    blocks: BTreeMap<String, BTreeMap<String, Option<String>>>,
    files: Vec<Hash>,
}

/// The roots of a form: of each block by the order of names, and of the files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Roots {
    /// Version of the form.
    pub form_version: u32,
    /// Roots of the blocks.
    pub blocks: Vec<Hash>,
    /// Root of the files.
    pub files: Hash,
}

/// One field, shown.
#[derive(Clone, PartialEq, Eq)]
pub struct FieldProof {
    /// Place of its block among the roots.
    pub block: usize,
    /// Its path, block and name.
    pub path: String,
    /// Its value; `None` where nothing was answered.
    pub value: Option<String>,
    /// Its salt.
    pub salt: Hash,
    /// What it is hashed with on the way up: the sibling, and whether that stands on the left.
    pub siblings: Vec<(Hash, bool)>,
}

/// What a person told must not be told by a log.
impl std::fmt::Debug for Form {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Form").field("version", &self.version).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for FieldProof {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FieldProof").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Form {
    /// An empty form of a version.
    #[must_use]
    pub fn new(version: u32) -> Form {
        Form { version, blocks: BTreeMap::new(), files: Vec::new() }
    }

    /// Adds a field; every field of the form's version is added, unanswered ones as `None`.
    ///
    /// # Errors
    /// [`FormError`] if it has no place.
    pub fn field(&mut self, block: &str, name: &str, value: Option<&str>) -> Result<(), FormError> {
        let fits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'.');
        if !fits(block) || !fits(name) || block.len() + name.len() + 1 > MOST_PATH {
            return Err(FormError::Path);
        }
        if self.blocks.len() == MOST_BLOCKS && !self.blocks.contains_key(block) {
            return Err(FormError::TooMany { what: "blocks", most: MOST_BLOCKS });
        }
        let fields = self.blocks.entry(block.to_owned()).or_default();
        match fields.insert(name.to_owned(), value.map(str::to_owned)) {
            None => Ok(()),
            Some(_) => Err(FormError::Twice),
        }
    }

    /// Adds the hash of an uploaded file.
    ///
    /// # Errors
    /// [`FormError::TooMany`] above fifty.
    pub fn file(&mut self, content_sha256: Hash) -> Result<(), FormError> {
        if self.files.len() == MOST_FILES {
            return Err(FormError::TooMany { what: "files", most: MOST_FILES });
        }
        self.files.push(content_sha256);
        Ok(())
    }

    /// The roots under these salts.
    #[must_use]
    pub fn roots(&self, salts_seed: &Secret<32>) -> Roots {
        let blocks = self.blocks.iter().map(|(block, fields)| root(&leaves(block, fields, salts_seed))).collect();
        let files: Vec<Hash> = self.files.iter().map(|file| label::hash("kniha/1/file", &[&file.0])).collect();
        Roots { form_version: self.version, blocks, files: root(&files) }
    }

    /// Shows one field; `None` if the form has none of this path.
    #[must_use]
    pub fn prove(&self, salts_seed: &Secret<32>, block: &str, name: &str) -> Option<FieldProof> {
        let place = self.blocks.keys().position(|b| b == block)?;
        let fields = self.blocks.get(block)?;
        let at = fields.keys().position(|n| n == name)?;
        let path = format!("{block}/{name}");
        let mut siblings = Vec::new();
        climb(&leaves(block, fields, salts_seed), at, &mut siblings);
        Some(FieldProof { block: place, value: fields.get(name)?.clone(), salt: salt(salts_seed, &path), path, siblings })
    }
}

impl Roots {
    /// `M`.
    #[must_use]
    pub fn fields_root(&self) -> Hash {
        let count = u32::try_from(self.blocks.len()).unwrap_or(u32::MAX);
        let blocks: Vec<u8> = self.blocks.iter().flat_map(|b| b.0).collect();
        label::hash("kniha/1/form", &[&self.form_version.to_be_bytes(), &count.to_be_bytes(), &blocks, &self.files.0])
    }
}

impl FieldProof {
    /// Whether the form with these roots has this field with this value.
    #[must_use]
    pub fn fits(&self, roots: &Roots) -> bool {
        let leaf = leaf(&self.salt, &self.path, self.value.as_deref());
        let root = self.siblings.iter().fold(leaf, |below, (sibling, left)| if *left { node(sibling, &below) } else { node(&below, sibling) });
        roots.blocks.get(self.block) == Some(&root)
    }
}

fn leaves(block: &str, fields: &BTreeMap<String, Option<String>>, salts_seed: &Secret<32>) -> Vec<Hash> {
    let leaf_of = |(name, value): (&String, &Option<String>)| {
        let path = format!("{block}/{name}");
        leaf(&salt(salts_seed, &path), &path, value.as_deref())
    };
    fields.iter().map(leaf_of).collect()
}

fn salt(seed: &Secret<32>, path: &str) -> Hash {
    match <Hmac<Sha256> as KeyInit>::new_from_slice(seed.expose()) {
        Ok(mut mac) => {
            mac.update(path.as_bytes());
            Hash(mac.finalize().into_bytes().into())
        }
        Err(_) => unreachable!("HMAC takes a key of any length"),
    }
}

fn leaf(salt: &Hash, path: &str, value: Option<&str>) -> Hash {
    let mut w = Writer::new();
    w.optional(value, |w, value| w.text(value));
    let len = u16::try_from(path.len()).unwrap_or(u16::MAX);
    label::hash("kniha/1/field", &[&salt.0, &len.to_be_bytes(), path.as_bytes(), &w.finish()])
}

fn node(left: &Hash, right: &Hash) -> Hash {
    label::hash("kniha/1/node", &[&left.0, &right.0])
}

/// RFC 6962 §2.1: the left part is the largest power of two smaller than the whole.
fn root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => label::hash("kniha/1/none", &[]),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
            node(&root(left), &root(right))
        }
    }
}

fn climb(leaves: &[Hash], at: usize, siblings: &mut Vec<(Hash, bool)>) {
    if leaves.len() > 1 {
        let middle = leaves.len().next_power_of_two() / 2;
        let (left, right) = leaves.split_at(middle);
        if at < middle {
            climb(left, at, siblings);
            siblings.push((root(right), false));
        } else {
            climb(right, at - middle, siblings);
            siblings.push((root(left), true));
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn form(fields: usize) -> (Form, Secret<32>) {
        let mut form = Form::new(3);
        for i in 0..fields {
            form.field("base", &format!("f{i:02}"), (i % 3 != 0).then_some("так")).unwrap();
        }
        form.field("where", "place", Some("Мінск")).unwrap();
        (form, Secret::from_slice(&[7; 32]).unwrap())
    }

    #[test]
    fn every_field_of_forms_of_every_size_can_be_shown() {
        for fields in 1..20 {
            let (form, seed) = form(fields);
            let roots = form.roots(&seed);
            for i in 0..fields {
                let proof = form.prove(&seed, "base", &format!("f{i:02}")).unwrap();
                assert!(proof.fits(&roots), "{i} of {fields}");
                let other = if proof.value.is_some() { None } else { Some("так".to_owned()) };
                assert!(!FieldProof { value: other, ..proof.clone() }.fits(&roots));
                assert!(!FieldProof { path: "base/f99".to_owned(), ..proof.clone() }.fits(&roots));
                assert!(!FieldProof { block: 1, ..proof.clone() }.fits(&roots));
            }
        }
    }

    /// "Nothing was answered" is a statement too, and cannot be turned into an answer later.
    #[test]
    fn an_unanswered_field_is_committed_to() {
        let (form, seed) = form(4);
        let proof = form.prove(&seed, "base", "f00").unwrap();
        assert_eq!(proof.value, None);
        assert!(proof.fits(&form.roots(&seed)));
        assert!(!FieldProof { value: Some(String::new()), ..proof }.fits(&form.roots(&seed)));
    }

    #[test]
    fn the_root_is_of_all_fields_files_and_the_version() {
        let (form, seed) = form(4);
        let m = form.roots(&seed).fields_root();
        let mut other = form.clone();
        other.file(Hash([1; 32])).unwrap();
        assert_ne!(m, other.roots(&seed).fields_root());
        let mut other = form.clone();
        other.field("base", "more", None).unwrap();
        assert_ne!(m, other.roots(&seed).fields_root());
        assert_ne!(m, Form { version: 4, ..form.clone() }.roots(&seed).fields_root());
        assert_ne!(m, form.roots(&Secret::from_slice(&[8; 32]).unwrap()).fields_root());
    }

    #[test]
    fn a_field_without_a_place_is_refused() {
        let (mut form, _) = form(1);
        assert_eq!(form.field("base", "f00", None), Err(FormError::Twice));
        for (block, name) in [("", "a"), ("a", ""), ("a/b", "c"), ("A", "b"), ("a", "ў"), ("a", &"x".repeat(200))] {
            assert_eq!(form.field(block, name, None), Err(FormError::Path));
        }
        for i in 2..MOST_BLOCKS {
            form.field(&format!("b{i}"), "a", None).unwrap();
        }
        assert_eq!(form.field("one-more", "a", None), Err(FormError::TooMany { what: "blocks", most: MOST_BLOCKS }));
    }
}
