//! The parts of forms, each a small template: a page holds them as values and shows them with `{{ part }}`.
//!
//! Patterns follow the GOV.UK Design System: a label or legend above, a hint below it, an error in words between the hint and the box and again in the
//! summary on top, which links to the box. Everything is whole without script, style sheet or colour. Does no I/O.

use askama::Template;
use askama::filters::HtmlSafe;

use crate::lang::Tongue;

/// A text box of one line or several.
#[derive(Debug, Clone, Template)]
#[template(path = "parts/text.html")]
pub struct TextBox {
    /// Field name and id.
    pub name: &'static str,
    /// The question.
    pub label: String,
    /// What helps to answer, in a sentence or two.
    pub hint: Option<String>,
    /// Why it is asked and what happens to the answer, behind *Why do we ask?*
    pub why: Option<String>,
    /// What is wrong with the answer.
    pub error: Option<String>,
    /// What was answered.
    pub value: String,
    /// Lines shown; 1 is an input.
    pub rows: u8,
    /// Most characters: said below the box, since without script nothing can count as one types.
    pub most: Option<usize>,
    /// The language of the page.
    pub t: Tongue,
}

/// One of several answers.
#[derive(Debug, Clone, Template)]
#[template(path = "parts/radios.html")]
pub struct Radios {
    /// Field name; ids are `name-1`, `name-2`, ….
    pub name: &'static str,
    /// The question.
    pub legend: String,
    /// What helps to answer.
    pub hint: Option<String>,
    /// Why it is asked.
    pub why: Option<String>,
    /// What is wrong with the answer.
    pub error: Option<String>,
    /// The answers.
    pub options: Vec<Choice>,
    /// The value that is chosen.
    pub chosen: String,
    /// The language of the page.
    pub t: Tongue,
}

/// Any of several answers.
#[derive(Debug, Clone, Template)]
#[template(path = "parts/boxes.html")]
pub struct Boxes {
    /// The question.
    pub legend: String,
    /// What helps to answer.
    pub hint: Option<String>,
    /// What is wrong with the answer.
    pub error: Option<String>,
    /// The boxes: value is the field name; it is sent as `1`.
    pub options: Vec<Choice>,
    /// Names of those that are ticked.
    pub ticked: Vec<String>,
}

/// One answer of several.
#[derive(Debug, Clone, Default)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What is shown.
    pub label: String,
    /// What it means.
    pub hint: Option<String>,
}

/// The one main button of a page.
#[derive(Debug, Clone, Template)]
#[template(path = "parts/button.html")]
pub struct Button {
    /// Field name, if the page has several buttons.
    pub name: Option<&'static str>,
    /// What it does, as a verb.
    pub label: String,
    /// Whether it is the main one.
    pub primary: bool,
}

/// What is wrong with a form, on top of it, with a link to each field. Empty where nothing is.
#[derive(Debug, Clone, Template)]
#[template(path = "parts/problems.html")]
pub struct Problems {
    /// Field id and what is wrong.
    pub list: Vec<(&'static str, String)>,
    /// The language of the page.
    pub t: Tongue,
}

/// How much is left, in words.
#[derive(Debug, Clone, Template)]
#[template(source = r#"<p class="progress">{{ t.count("progress", left.clone()) }}</p>"#, ext = "html")]
pub struct Progress {
    /// Screens after this one.
    pub left: usize,
    /// The language of the page.
    pub t: Tongue,
}

/// Something to know before going on.
#[derive(Debug, Clone, Template)]
#[template(source = r#"<div class="notice" role="note"><p>{{ text }}</p></div>"#, ext = "html")]
pub struct Notice {
    /// What.
    pub text: String,
}

// Each is a template that escapes what it shows.
impl HtmlSafe for TextBox {}
impl HtmlSafe for Radios {}
impl HtmlSafe for Boxes {}
impl HtmlSafe for Button {}
impl HtmlSafe for Problems {}
impl HtmlSafe for Progress {}
impl HtmlSafe for Notice {}

impl TextBox {
    /// An empty box of so many lines.
    #[must_use]
    pub fn new(t: Tongue, name: &'static str, label: impl Into<String>, rows: u8) -> TextBox {
        TextBox { name, label: label.into(), hint: None, why: None, error: None, value: String::new(), rows, most: None, t }
    }

    fn describes(&self) -> String {
        described(self.name, self.hint.is_some(), self.error.is_some(), self.most.is_some())
    }
}

impl Radios {
    /// A question with these answers, none chosen.
    #[must_use]
    pub fn new(t: Tongue, name: &'static str, legend: impl Into<String>, options: Vec<Choice>) -> Radios {
        Radios { name, legend: legend.into(), hint: None, why: None, error: None, options, chosen: String::new(), t }
    }

    fn describes(&self) -> String {
        described(self.name, self.hint.is_some(), self.error.is_some(), false)
    }
}

impl Choice {
    /// An answer without a hint.
    #[must_use]
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Choice {
        Choice { value: value.into(), label: label.into(), hint: None }
    }
}

impl Button {
    /// The main button.
    #[must_use]
    pub fn primary(label: impl Into<String>) -> Button {
        Button { name: None, label: label.into(), primary: true }
    }

    /// Another button, known by its name.
    #[must_use]
    pub fn other(name: &'static str, label: impl Into<String>) -> Button {
        Button { name: Some(name), label: label.into(), primary: false }
    }
}

/// The `aria-describedby` of a field.
fn described(name: &str, hint: bool, error: bool, count: bool) -> String {
    let parts = [(hint, "hint"), (error, "error"), (count, "count")];
    parts.into_iter().filter(|(there, _)| *there).map(|(_, part)| format!("{name}-{part}")).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use kniha_core::lang::Lang;

    use super::*;

    const T: Tongue = Tongue(Lang::En);

    #[test]
    fn a_text_box_is_tied_to_its_label_hint_and_error_and_escapes_what_was_typed() {
        let plain = TextBox::new(T, "account", "What happened?", 8).render().unwrap();
        assert!(
            plain.contains("<label for=\"account\">What happened?</label>") && plain.contains("<textarea id=\"account\" name=\"account\" rows=\"8\""),
            "{plain}"
        );
        assert!(!plain.contains("aria-"), "{plain}");
        let mut full = TextBox::new(T, "where", "Where?", 1);
        full.hint = Some("In your words".to_owned());
        full.why = Some("To find the place".to_owned());
        full.error = Some("Too long".to_owned());
        full.most = Some(100);
        full.value = "\"><b>\n".to_owned();
        let html = full.render().unwrap();
        for part in [
            "aria-describedby=\"where-hint where-error where-count\"",
            "aria-invalid=\"true\"",
            "value=\"&#34;&#62;&#60;b&#62;\n\"",
            "<p id=\"where-error\" class=\"error\">",
            "<details class=\"why\"><summary>",
            "100",
        ] {
            assert!(html.contains(part), "{part}: {html}");
        }
        full.rows = 4;
        assert!(full.render().unwrap().contains(">\n&#34;&#62;&#60;b&#62;\n</textarea>"), "a first line break is not eaten");
    }

    #[test]
    fn radios_are_one_group_with_one_answer_chosen() {
        let mut radios = Radios::new(T, "door", "Which door?", vec![Choice::new("team", "The team"), Choice::new("lawyers", "Lawyers")]);
        radios.chosen = "lawyers".to_owned();
        let html = radios.render().unwrap();
        assert!(html.contains("<fieldset") && html.contains("<legend>Which door?</legend>"), "{html}");
        assert_eq!(html.matches(" checked").count(), 1);
        assert!(html.contains("id=\"door-2\" value=\"lawyers\" checked"), "{html}");
    }

    #[test]
    fn boxes_are_sent_by_their_own_names() {
        let boxes =
            Boxes { legend: "May we".to_owned(), hint: None, error: None, options: vec![Choice::new("write", "Write here")], ticked: vec!["write".to_owned()] };
        let html = boxes.render().unwrap();
        assert!(html.contains("type=\"checkbox\" name=\"write\" id=\"write\" value=\"1\" checked"), "{html}");
    }

    #[test]
    fn problems_link_to_their_fields_and_nothing_is_shown_without_them() {
        let none = Problems { list: Vec::new(), t: T };
        assert_eq!(none.render().unwrap().trim(), "");
        let html = Problems { list: vec![("account", "Write something".to_owned())], t: T }.render().unwrap();
        assert!(html.contains("role=\"alert\"") && html.contains("<a href=\"#account\">Write something</a>"), "{html}");
    }

    #[test]
    fn buttons_notices_and_progress_are_plain() {
        assert_eq!(Button::primary("Go on").render().unwrap(), "<button class=\"primary\">Go on</button>");
        assert_eq!(Button::other("back", "Back").render().unwrap(), "<button name=\"back\" value=\"1\">Back</button>");
        assert!(Notice { text: "a<b".to_owned() }.render().unwrap().contains("a&#60;b"));
        for (left, said) in [(0, "last"), (1, "one more"), (3, "three more")] {
            let html = Progress { left, t: T }.render().unwrap();
            assert!(html.contains(said), "{html}");
        }
    }
}
