//! What was opened, in words for people and in JSON. Characters that act on a terminal are made visible. Does no I/O.

use kniha_core::telling::Answers;
use kniha_seal::part::{Compartment, Cover, PartKind};
use serde_json::json;

use super::checks::Verdict;
use super::opening::Opened;
use super::quorum_name;
use crate::{say, team};

/// The form's questions, in the order of its fields.
const QUESTIONS: [(&str, &str, &str); 26] = [
    ("tell", "minor", "Is under 18"),
    ("tell", "account", "What happened"),
    ("tell", "where", "Where"),
    ("tell", "when", "When"),
    ("tell", "heard", "How they know: seen or heard from others"),
    ("tell", "later", "What they remembered later"),
    ("tell", "help", "What help they need"),
    ("own", "acts", "What they did themselves"),
    ("door", "door", "Who may open it"),
    ("door", "custodians", "Custodians may open it too"),
    ("door", "write", "May be written to"),
    ("door", "never", "What must never be done with it"),
    ("door", "silent", "If they are silent for long"),
    ("door", "closed", "If the team ends its work"),
    ("contact", "reach", "How else they can be reached"),
    ("triage", "urgent", "Urgent: somebody is in danger now"),
    ("triage", "minor", "Is under 18"),
    ("triage", "lang", "Language"),
    ("triage", "length", "Length of the account"),
    ("triage", "own-acts", "Says what they did themselves"),
    ("triage", "contact", "Says how to reach them"),
    ("add", "text", "What they add"),
    ("file", "about", "About the file"),
    ("withdraw", "what", "What they take back"),
    ("withdraw", "text", "What they say about that"),
    ("delete", "confirm", "Wants everything destroyed"),
];

/// A kind in words.
pub(super) fn kind(kind: PartKind) -> &'static str {
    match kind {
        PartKind::Report => "report",
        PartKind::Addition => "addition",
        PartKind::File => "file",
        PartKind::Withdrawal => "withdrawal",
        PartKind::Deletion => "wish to be forgotten",
    }
}

/// A compartment in words.
pub(super) fn compartment(compartment: Compartment) -> &'static str {
    match compartment {
        Compartment::Base => "account",
        Compartment::Identity => "identity",
        Compartment::Contacts => "contacts",
        Compartment::OwnActs => "own acts",
        Compartment::Witnesses => "witnesses",
        Compartment::File => "file",
        Compartment::Triage => "triage card",
    }
}

fn answered(answers: &Answers) -> impl Iterator<Item = (&'static str, String, &str)> {
    answers.all().filter_map(|(field, answer)| {
        let question = QUESTIONS.iter().find(|(block, name, _)| (*block, *name) == (field.block, field.name)).map_or("", |(_, _, question)| question);
        Some((question, format!("{}/{}", field.block, field.name), answer?))
    })
}

/// One line about a part, without what it says.
pub(super) fn line(part: &Opened) -> String {
    let cover = &part.cover;
    let said = part.answers.as_ref().map_or_else(|| format!("{} bytes", part.content_len), |answers| format!("{} answers", answered(answers).count()));
    format!(
        "{}  opened  {}: {}, {said}, sent {}, by {} {}",
        cover.part,
        kind(cover.kind),
        compartment(cover.compartment),
        team::day_text(cover.day),
        part.quorum,
        quorum_name(part.quorum)
    )
}

/// The same in JSON.
pub(super) fn json(part: &Opened) -> serde_json::Value {
    let cover = &part.cover;
    json!({
        "part": cover.part.to_string(),
        "submission": cover.submission.to_string(),
        "kind": kind(cover.kind),
        "compartment": compartment(cover.compartment),
        "quorum": part.quorum.0,
        "day": team::day_text(cover.day),
        "bytes": part.content_len,
        "answers": part.answers.as_ref().map(|answers| answered(answers).count()),
        "sha256": part.content_sha256.to_string(),
    })
}

/// The answers in JSON, for the report that is written.
pub(super) fn answers_json(part: &Opened) -> Option<serde_json::Value> {
    let answers = part.answers.as_ref()?;
    Some(answered(answers).map(|(_, path, answer)| (path, serde_json::Value::from(answer))).collect::<serde_json::Map<_, _>>().into())
}

/// The text of one submission. `files` are the names under which its files were written.
pub(super) fn text(parts: &[&Opened], verdicts: &[&Verdict], files: &[(String, String)]) -> zeroize::Zeroizing<String> {
    let mut text = zeroize::Zeroizing::new(String::with_capacity(64 * 1024));
    let Some(first) = parts.first() else { return text };
    push(&mut text, &format!("Submission {}", first.cover.submission));
    for part in parts.iter().filter(|part| part.cover.compartment != Compartment::File) {
        let cover = &part.cover;
        push(&mut text, "");
        push(&mut text, &format!("== {} of the {}, opened by {}", compartment(cover.compartment), kind(cover.kind), quorum_name(part.quorum)));
        push(&mut text, &facts(cover));
        for file in &cover.files {
            push(
                &mut text,
                &format!("vouches for file {}: {} bytes, SHA-256 {}, called {}", file.part, file.content_len, file.content_sha256, say::visible(&file.name)),
            );
        }
        match &part.answers {
            Some(answers) if answers.is_empty() => push(&mut text, "Nothing was said here."),
            Some(answers) => {
                for (question, path, answer) in answered(answers) {
                    push(&mut text, "");
                    push(&mut text, &format!("{question} [{path}]"));
                    answer.split('\n').for_each(|line| push(&mut text, &format!("    {}", say::visible(line))));
                }
            }
            None => push(&mut text, "What it says cannot be read here; the checks below say why."),
        }
    }
    if !files.is_empty() {
        push(&mut text, "\n== Files, not looked into: open them only where nothing else is");
        files.iter().for_each(|(name, what)| push(&mut text, &format!("{name}  {what}")));
    }
    push(&mut text, "\n== What was checked");
    verdicts.iter().for_each(|v| push(&mut text, &format!("{} {}  {}: {}", if v.bad { "FAULT" } else { "ok   " }, v.part, v.what, say::visible(&v.said))));
    text
}

fn facts(cover: &Cover) -> String {
    let source = if cover.source.is_some() { "can be answered" } else { "holds no way to answer" };
    format!(
        "part {}, sent {} by the sender's clock, form {} in {}, key list {}, {source}",
        cover.part,
        team::day_text(cover.day),
        cover.form_version,
        say::visible(&cover.lang),
        cover.list_no
    )
}

/// Grows by one line; what the text was copied from is wiped.
fn push(text: &mut zeroize::Zeroizing<String>, line: &str) {
    if text.capacity() < text.len() + line.len() + 1 {
        let mut longer = zeroize::Zeroizing::new(String::with_capacity(2 * (text.len() + line.len() + 1)));
        longer.push_str(text);
        *text = longer;
    }
    text.push_str(line);
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use kniha_core::telling::FIELDS;

    use super::*;

    #[test]
    fn every_field_of_the_form_has_a_question() {
        for (field, (block, name, question)) in FIELDS.iter().zip(QUESTIONS) {
            assert_eq!((field.block, field.name), (block, name));
            assert!(!question.is_empty());
        }
    }
}
