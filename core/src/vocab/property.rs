//! Kinds of record, kinds of value, and the properties that join them: what can be claimed of what. Does no I/O.

use super::{Texts, vocabulary};
use crate::lang::Lang;

/// A kind of record. Each record is a node of the register; everything known of it is a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NodeKind {
    /// A human being in any part: one who suffered, saw, or is named.
    Person,
    /// A body of the state or of those acting with it.
    Unit,
    /// What happened at one place and time.
    Incident,
    /// One violation of one victim inside an incident.
    Act,
    /// One mark or consequence on one body.
    Injury,
    /// A place, from a room to a country.
    Place,
    /// A file or thing kept as evidence.
    Exhibit,
    /// Who or what tells.
    Source,
    /// A person's service in a unit.
    Posting,
    /// One unit above another.
    Command,
    /// A unit at a place.
    Positioning,
    /// A person's or unit's part in an act.
    Involvement,
}

impl NodeKind {
    /// Every kind, in the order of `kinds.toml` and of the discriminants.
    pub const ALL: [NodeKind; 12] = [
        NodeKind::Person,
        NodeKind::Unit,
        NodeKind::Incident,
        NodeKind::Act,
        NodeKind::Injury,
        NodeKind::Place,
        NodeKind::Exhibit,
        NodeKind::Source,
        NodeKind::Posting,
        NodeKind::Command,
        NodeKind::Positioning,
        NodeKind::Involvement,
    ];

    /// The code that is stored and that stands before the dot of a property.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            NodeKind::Person => "person",
            NodeKind::Unit => "unit",
            NodeKind::Incident => "incident",
            NodeKind::Act => "act",
            NodeKind::Injury => "injury",
            NodeKind::Place => "place",
            NodeKind::Exhibit => "exhibit",
            NodeKind::Source => "source",
            NodeKind::Posting => "posting",
            NodeKind::Command => "command",
            NodeKind::Positioning => "positioning",
            NodeKind::Involvement => "involvement",
        }
    }

    /// The kind of a code, or `None`.
    #[must_use]
    pub fn parse(code: &str) -> Option<NodeKind> {
        NodeKind::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// The word for one record of this kind.
    #[must_use]
    pub fn text(self, lang: Lang) -> &'static str {
        vocabulary().kind(self).one.get(lang)
    }

    /// The word for several records of this kind: the heading of a list.
    #[must_use]
    pub fn many(self, lang: Lang) -> &'static str {
        vocabulary().kind(self).many.get(lang)
    }

    /// One sentence that says what a record of this kind is.
    #[must_use]
    pub fn note(self, lang: Lang) -> &'static str {
        vocabulary().kind(self).note.get(lang)
    }
}

/// The words for a kind of record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct KindWords {
    pub(super) one: Texts,
    pub(super) many: Texts,
    pub(super) note: Texts,
}

/// What kind of value a property takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueType {
    /// Words in any language.
    Text,
    /// A name with script, language and kind.
    Name,
    /// Another record of this kind.
    Ref(NodeKind),
    /// A whole number.
    Integer,
    /// A number with a fraction; the property's code says the unit (`_mm`).
    Real,
    /// A time with doubt.
    Window,
    /// A position with doubt.
    Region,
    /// A term of the list of this code, which exists.
    Code(&'static str),
    /// A web address.
    Address,
    /// A value of tier S: bytes that only members' keys open.
    Sealed,
}

/// Something that can be claimed of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Property {
    /// `kind.name`, stored in every claim: never renamed, never used again for another meaning.
    pub code: String,
    /// The kind of record that has it: what stands before the dot.
    pub of: NodeKind,
    /// The kind of value it takes.
    pub value: ValueType,
    /// Whether several different values may stand at once. Without it two different standing values are a conflict.
    pub many: bool,
    /// The label of a form field or a line of a page.
    pub text: Texts,
}
