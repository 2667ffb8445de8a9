//! The value of a claim, and the door through which a written value becomes one.
//!
//! A value is checked once, here, against what its property takes; past this door it is known to be storable. Does no I/O.

use crate::access::{Sealed, Tier};
use crate::id::NodeId;
use crate::name::{LangTag, Name, NameError, NameKind};
use crate::place::{Region, RegionError};
use crate::text::{self, TextError};
use crate::time::{Window, WindowError};
use crate::vocab::{self, Property, ValueType};

/// What a claim says.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Words, as written.
    Text {
        /// The words.
        text: String,
        /// Their language, where somebody said it.
        lang: Option<LangTag>,
    },
    /// A name.
    Name(Name),
    /// Another record.
    Ref(NodeId),
    /// A whole number.
    Integer(i64),
    /// A number with a fraction, always finite; its unit stands in the property's code.
    Real(f64),
    /// A time with doubt.
    Window(Window),
    /// A position with doubt.
    Region(Region),
    /// A code of the property's vocabulary.
    Code(String),
    /// A web address, kept as written and never fetched.
    Address(String),
    /// A sealed value of tier S.
    Sealed(Sealed),
}

/// Longest web address, in characters.
pub const MAX_ADDRESS_CHARS: usize = 4000;

/// Why a written value does not fit its property.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ValueError {
    /// The words cannot be kept.
    #[error("the text cannot be kept")]
    Text(#[source] TextError),
    /// The name cannot be kept.
    #[error("the name cannot be kept")]
    Name(#[source] NameError),
    /// Not the id of a record.
    #[error("this is not the id of a record")]
    Ref,
    /// Not a whole number that fits 64 bits.
    #[error("this is not a whole number")]
    Integer,
    /// Not a finite number.
    #[error("this is not a number")]
    Real,
    /// Not a time.
    #[error("this is not a time")]
    Window(#[source] WindowError),
    /// Not a position.
    #[error("this is not a position")]
    Region(#[source] RegionError),
    /// Not a code of the list.
    #[error("this is not a code of the list {list}")]
    Code {
        /// The list's code.
        list: String,
    },
    /// Not a web address.
    #[error("a web address starts with http:// or https:// and has no spaces")]
    Address,
    /// Values of tier S are sealed elsewhere, never typed.
    #[error("a sealed value cannot be typed in")]
    Sealed,
    /// A value of another type than the property takes.
    #[error("property {property} takes a value of another type")]
    Type {
        /// The property's code.
        property: String,
    },
}

impl Value {
    /// Reads what a person or a file wrote for this property. `lang` is the stated language of words and names.
    ///
    /// # Errors
    /// [`ValueError`] says why the writing does not fit.
    pub fn parse(property: &Property, written: &str, lang: Option<LangTag>) -> Result<Value, ValueError> {
        let line = written.trim();
        let value = match &property.value {
            ValueType::Text => Value::Text { text: written.to_owned(), lang },
            ValueType::Name => Value::Name(Name::new(written, lang, NameKind::full()).map_err(ValueError::Name)?),
            ValueType::Ref(_) => Value::Ref(NodeId::parse(line).map_err(|_| ValueError::Ref)?),
            ValueType::Integer => Value::Integer(line.parse().map_err(|_| ValueError::Integer)?),
            ValueType::Real => Value::Real(line.parse().map_err(|_| ValueError::Real)?),
            ValueType::Window => Value::Window(Window::parse(line).map_err(ValueError::Window)?),
            ValueType::Region => Value::Region(Region::parse(line).map_err(ValueError::Region)?),
            ValueType::Code(_) => Value::Code(line.to_owned()),
            ValueType::Address => Value::Address(line.to_owned()),
            ValueType::Sealed => return Err(ValueError::Sealed),
        };
        value.check(property)?;
        Ok(value)
    }

    /// Checks that the value fits the property and can be kept.
    ///
    /// # Errors
    /// [`ValueError`] says why not.
    pub fn check(&self, property: &Property) -> Result<(), ValueError> {
        match (self, &property.value) {
            (Value::Text { text, .. }, ValueType::Text) => text::check(text).map_err(ValueError::Text),
            (Value::Name(_), ValueType::Name)
            | (Value::Ref(_), ValueType::Ref(_))
            | (Value::Integer(_), ValueType::Integer)
            | (Value::Window(_), ValueType::Window)
            | (Value::Region(_), ValueType::Region)
            | (Value::Sealed(_), ValueType::Sealed) => Ok(()),
            (Value::Real(real), ValueType::Real) => real.is_finite().then_some(()).ok_or(ValueError::Real),
            (Value::Code(code), ValueType::Code(list)) => match vocab::list(list).and_then(|l| l.term(code)) {
                Some(_) => Ok(()),
                None => Err(ValueError::Code { list: list.to_string() }),
            },
            (Value::Address(address), ValueType::Address) => check_address(address),
            _ => Err(ValueError::Type { property: property.code.clone() }),
        }
    }

    /// The tier of the value: sealed bytes are S, everything else R.
    #[must_use]
    pub fn tier(&self) -> Tier {
        if matches!(self, Value::Sealed(_)) { Tier::S } else { Tier::R }
    }

    /// The value as [`Value::parse`] reads it; sealed bytes have no written form.
    #[must_use]
    pub fn written(&self) -> Option<String> {
        match self {
            Value::Text { text, .. } => Some(text.clone()),
            Value::Name(name) => Some(name.text().to_owned()),
            Value::Ref(id) => Some(id.to_string()),
            Value::Integer(n) => Some(n.to_string()),
            Value::Real(x) => Some(x.to_string()),
            Value::Window(window) => Some(window.to_string()),
            Value::Region(region) => Some(region.to_string()),
            Value::Code(text) | Value::Address(text) => Some(text.clone()),
            Value::Sealed(_) => None,
        }
    }
}

/// Only web addresses: another scheme (`javascript:`, `file:`) would become a link that acts on the reader.
fn check_address(address: &str) -> Result<(), ValueError> {
    let rest = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://")).unwrap_or_default();
    let fits = !rest.is_empty() && address.chars().count() <= MAX_ADDRESS_CHARS && !address.chars().any(|c| c.is_whitespace() || c.is_control());
    fits.then_some(()).ok_or(ValueError::Address)
}
