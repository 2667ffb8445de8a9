//! `policy.toml`: who answers for the book, under which law, on which legal basis for each purpose. Asked by `kniha init`; empty answers are allowed, and
//! releases are refused while they are empty. Kniha claims no legal compliance by itself: it holds what the organisation says. Reads and writes one file.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::files;
use crate::exit::Failure;

/// The file in the book's folder.
pub(crate) const FILE: &str = "policy.toml";
/// Purposes that need a legal basis each (`register.md`: the basis is separate from permission).
pub(crate) const PURPOSES: [&str; 4] = ["documentation", "proceedings", "sanctions", "publication"];

/// What the organisation says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Policy {
    /// Who decides why and how the book is kept: the controller, in the words of GDPR art. 4(7).
    pub(crate) controller: String,
    /// The country whose law applies, two letters (ISO 3166-1).
    pub(crate) country: String,
    /// Where the impact assessment is kept (GDPR art. 35): a reference, not the text.
    pub(crate) impact_assessment: String,
    /// The legal basis for each purpose.
    pub(crate) legal_basis: BTreeMap<String, String>,
}

impl Policy {
    /// Reads the file of a book's folder; a book without one has an empty policy.
    ///
    /// # Errors
    /// When the file cannot be read or is not one.
    pub(crate) fn read(dir: &Path) -> anyhow::Result<Policy> {
        let path = dir.join(FILE);
        let bad = |what: String| {
            Failure::refused(format!("{} cannot be used: {what}.", path.display()), "Mend the file. docs/COMMANDS.md says what may stand in it.")
        };
        let text = match std::fs::read_to_string(&path) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Policy::default()),
            text => text.map_err(|e| bad(e.to_string()))?,
        };
        let policy: Policy = toml::from_str(&text).map_err(|e| bad(e.message().to_owned()))?;
        policy.check().map_err(bad)?;
        Ok(policy)
    }

    /// What cannot be meant.
    pub(crate) fn check(&self) -> Result<(), String> {
        if let Some(purpose) = self.legal_basis.keys().find(|purpose| !PURPOSES.contains(&purpose.as_str())) {
            return Err(format!("{purpose} is no purpose; they are {}", PURPOSES.join(", ")));
        }
        let country = self.country.trim();
        let is_code = country.len() == 2 && country.bytes().all(|byte| byte.is_ascii_uppercase());
        if !country.is_empty() && !is_code {
            return Err("the country must be two capital letters, as LT".to_owned());
        }
        Ok(())
    }

    /// Writes the file, every field with what it is for.
    pub(crate) fn write(&self, dir: &Path) -> anyhow::Result<()> {
        let mut text = String::from("# Who answers for this book. Releases are refused while anything here is empty; `kniha doctor` says what is missing.\n\n");
        let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
        for (note, name, value) in [
            ("Who decides why and how the book is kept (GDPR art. 4(7)).", "controller", &self.controller),
            ("The country whose law applies: two letters.", "country", &self.country),
            ("Where the impact assessment is kept (GDPR art. 35): a reference, not the text.", "impact_assessment", &self.impact_assessment),
        ] {
            text += &format!("# {note}\n{name} = {}\n\n", quoted(value));
        }
        text += "# The legal basis for each purpose, in the words of the law.\n[legal_basis]\n";
        for purpose in PURPOSES {
            text += &format!("{purpose} = {}\n", quoted(self.legal_basis.get(purpose).map_or("", String::as_str)));
        }
        Ok(files::write_whole(&dir.join(FILE), text.as_bytes())?)
    }

    /// What is empty, as it is called in the file; nothing where a release may be asked for.
    pub(crate) fn missing(&self) -> Vec<String> {
        let fields = [("controller", &self.controller), ("country", &self.country), ("impact_assessment", &self.impact_assessment)];
        let mut missing: Vec<String> = fields.iter().filter(|(_, value)| value.trim().is_empty()).map(|(name, _)| (*name).to_owned()).collect();
        let empty = |purpose: &&str| self.legal_basis.get(*purpose).is_none_or(|basis| basis.trim().is_empty());
        missing.extend(PURPOSES.iter().filter(|purpose| empty(purpose)).map(|purpose| format!("legal_basis.{purpose}")));
        missing
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_policy_reads_back_and_says_what_is_missing() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(Policy::read(dir.path()).unwrap(), Policy::default(), "no file is an empty policy");
        let mut policy = Policy { controller: "The \"Watch\"\nof the mill".to_owned(), country: "LT".to_owned(), ..Policy::default() };
        policy.write(dir.path()).unwrap();
        let read = Policy::read(dir.path()).unwrap();
        assert_eq!((read.controller.as_str(), read.country.as_str()), (policy.controller.as_str(), "LT"));
        assert_eq!(
            read.missing(),
            ["impact_assessment", "legal_basis.documentation", "legal_basis.proceedings", "legal_basis.sanctions", "legal_basis.publication"]
        );
        policy.impact_assessment = "file 12".to_owned();
        policy.legal_basis = PURPOSES.iter().map(|purpose| ((*purpose).to_owned(), "GDPR art. 6(1)(f)".to_owned())).collect();
        policy.write(dir.path()).unwrap();
        assert!(Policy::read(dir.path()).unwrap().missing().is_empty());
    }

    #[test]
    fn a_file_that_says_something_else_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        for bad in ["controler = \"x\"", "country = \"Lithuania\"", "[legal_basis]\nfun = \"x\"", "controller = 3"] {
            std::fs::write(dir.path().join(FILE), bad).unwrap();
            assert!(Policy::read(dir.path()).is_err(), "{bad}");
        }
    }
}
