//! A field for the value of one property, fitting its type, with an example of the written form. Does no I/O.

use kniha_core::name::{LangTag, Name, NameKind};
use kniha_core::value::{Value, ValueError};
use kniha_core::vocab::{Property, ValueType};

use super::Problems;
use super::choice::Choices;
use super::find::Finder;
use crate::error::value_reason;
use crate::fields::Fields;
use crate::lang::Tongue;
use crate::page::capital;

/// Text properties that hold whole sentences; the others are one line.
const PROSE: [&str; 12] = [
    "person.appearance",
    "person.reply",
    "person.same_doubt",
    "incident.summary",
    "act.stated_reason",
    "act.result",
    "injury.said_cause",
    "exhibit.description",
    "exhibit.shows",
    "place.address",
    "incident.date_text",
    "act.law",
];

/// A field for a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ValueField {
    /// The name of the field.
    pub(crate) name: String,
    /// The property.
    pub(crate) property: &'static Property,
    /// What it is called.
    pub(crate) label: String,
    /// An example of the written form.
    pub(crate) hint: Option<String>,
    /// Whether it must be filled.
    pub(crate) required: bool,
    /// What was typed.
    pub(crate) written: String,
    /// How it is asked.
    pub(crate) input: Input,
}

/// How a value is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Input {
    /// One line.
    Line {
        /// What a phone's keyboard should offer.
        mode: &'static str,
    },
    /// A line of words with their language.
    Said(Choices),
    /// Sentences with their language.
    Prose(Choices),
    /// A name with its language and kind.
    Name(Choices, Choices),
    /// A term of a list.
    Code(Choices),
    /// A record.
    Record(Finder),
}

impl ValueField {
    /// Reads the field; `None` for a property whose values are sealed and never typed.
    pub(crate) fn read(t: Tongue, name: &str, property: &'static Property, required: bool, fields: &Fields) -> Option<ValueField> {
        let written = fields.get(name).to_owned();
        let languages = || Choices::languages(t, &format!("{name}-lang"), fields.get(&format!("{name}-lang")));
        let (input, hint) = match property.value {
            ValueType::Text if is_prose(property) => (Input::Prose(languages()), None),
            ValueType::Text => (Input::Said(languages()), None),
            ValueType::Name => {
                let kind = fields.filled(&format!("{name}-kind")).unwrap_or(NameKind::full().code()).to_owned();
                (Input::Name(languages(), Choices::list(t, &format!("{name}-kind"), "name_kind", &kind)), Some(t.get("f-hint-name")))
            }
            ValueType::Ref(kind) => (Input::Record(Finder::read(t, name, kind, fields)), None),
            ValueType::Integer => (Input::Line { mode: "numeric" }, Some(t.get("f-hint-integer"))),
            ValueType::Real => (Input::Line { mode: "decimal" }, Some(t.get("f-hint-real"))),
            ValueType::Window => (Input::Line { mode: "text" }, Some(t.get("f-hint-window"))),
            ValueType::Region => (Input::Line { mode: "text" }, Some(t.get("f-hint-region"))),
            ValueType::Code(list) => (Input::Code(Choices::list(t, name, list, &written)), None),
            ValueType::Address => (Input::Line { mode: "url" }, Some(t.get("f-hint-address"))),
            ValueType::Sealed => return None,
        };
        let label = capital(property.text.get(t.lang()));
        Some(ValueField { name: name.to_owned(), property, label, hint, required, written, input })
    }

    /// The value, or what is wrong with it; `None` without a problem where nothing was typed and nothing must be.
    pub(crate) fn value(&self, t: Tongue, fields: &Fields, problems: &mut Problems) -> Option<Value> {
        let written = self.written.trim();
        if written.is_empty() {
            if self.required {
                let key = if matches!(self.input, Input::Code(_) | Input::Record(_)) { "f-why-choose" } else { "why-empty" };
                problems.add(self.anchor(), &self.label, t.get(key));
            }
            return None;
        }
        match self.parse(written, fields) {
            Ok(value) => Some(value),
            Err(error) => {
                problems.add(self.anchor(), &self.label, value_reason(t, &error));
                None
            }
        }
    }

    fn parse(&self, written: &str, fields: &Fields) -> Result<Value, ValueError> {
        let lang = fields.filled(&format!("{}-lang", self.name)).map(LangTag::parse).transpose().map_err(ValueError::Name)?;
        if self.property.value == ValueType::Name {
            let kind = fields.filled(&format!("{}-kind", self.name)).map_or_else(|| Ok(NameKind::full()), NameKind::parse).map_err(ValueError::Name)?;
            return Name::new(written, lang, kind).map(Value::Name).map_err(ValueError::Name);
        }
        Value::parse(self.property, written, lang)
    }

    /// The id of the control that an error leads to.
    pub(crate) fn anchor(&self) -> String {
        match &self.input {
            Input::Code(choices) => choices.anchor(),
            Input::Record(finder) => finder.anchor(),
            _ => self.name.clone(),
        }
    }

    /// The finder, where the value is a record.
    pub(crate) fn finder(&mut self) -> Option<&mut Finder> {
        if let Input::Record(finder) = &mut self.input { Some(finder) } else { None }
    }
}

fn is_prose(property: &Property) -> bool {
    PROSE.contains(&property.code.as_str()) || property.code.ends_with(".note")
}

/// A claim's value as the fields that would make it.
pub(crate) fn as_fields(name: &str, value: &Value) -> Vec<(String, String)> {
    let mut fields = vec![(name.to_owned(), value.written().unwrap_or_default())];
    let lang = match value {
        Value::Text { lang, .. } => lang.as_ref(),
        Value::Name(given) => {
            fields.push((format!("{name}-kind"), given.kind().code().to_owned()));
            given.lang()
        }
        _ => None,
    };
    fields.extend(lang.map(|lang| (format!("{name}-lang"), lang.as_str().to_owned())));
    fields
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use kniha_core::lang::Lang;
    use kniha_core::vocab;

    use super::*;

    const T: Tongue = Tongue(Lang::En);

    fn value(property: &str, pairs: &[(&str, &str)]) -> (Option<Value>, Problems) {
        let fields = Fields::of(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect());
        let field = ValueField::read(T, "value", vocab::property(property).unwrap(), true, &fields).unwrap();
        let mut problems = Problems::default();
        (field.value(T, &fields, &mut problems), problems)
    }

    #[test]
    fn every_value_of_a_claim_comes_back_from_its_form() {
        let lang = || Some(LangTag::parse("be").unwrap());
        let name = Name::new("Ян", lang(), NameKind::parse("transliteration").unwrap()).unwrap();
        let samples = [
            ("person.name", Value::Name(name)),
            ("incident.summary", Value::Text { text: "a\nb".to_owned(), lang: lang() }),
            ("incident.when", Value::Window("~2020-08-09T21:00..2020-08-10T03:00 +03:00".parse_window())),
            ("place.where", Value::parse(vocab::property("place.where").unwrap(), "53.9006, 27.559 ±100m", None).unwrap()),
            ("exhibit.bytes", Value::Integer(-5)),
            ("injury.size_mm", Value::Real(12.5)),
        ];
        for (property, sample) in samples {
            let fields = as_fields("value", &sample);
            let pairs: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            assert_eq!(value(property, &pairs), (Some(sample), Problems::default()), "{property}");
        }
    }

    trait ParseWindow {
        fn parse_window(&self) -> kniha_core::time::Window;
    }
    impl ParseWindow for str {
        fn parse_window(&self) -> kniha_core::time::Window {
            kniha_core::time::Window::parse(self).unwrap()
        }
    }

    #[test]
    fn what_does_not_fit_says_why_and_leads_to_its_control() {
        for (property, written, at, word) in [
            ("incident.when", "2021..2020", "value", "before the start"),
            ("place.where", "91, 0", "value", "Latitude"),
            ("person.name", "a\0b", "value", "U+0000"),
            ("person.name", "", "value", "empty"),
            ("person.sex", "x", "value-0", "list"),
            ("incident.place", "x", "value-find", "id"),
            ("exhibit.address", "javascript:alert(1)", "value", "http"),
        ] {
            let (none, problems) = value(property, &[("value", written)]);
            let problem = problems.iter().next().unwrap();
            assert!(none.is_none() && problem.at == at && problem.say.contains(word), "{property}: {problem:?}");
        }
    }

    #[test]
    fn sealed_values_are_never_typed() {
        let property = vocab::property("person.contact").unwrap();
        assert_eq!(ValueField::read(T, "value", property, true, &Fields::default()), None);
    }
}
