//! A task as a line, a last day as a chip, and the gap that becomes a task with one press. Does no I/O.

use askama::Template;
use kniha_core::day::Day;
use kniha_core::time::UtcMicros;
use kniha_store::TaskView;

use super::clock::words;
use super::when::day as day_words;
use crate::href;
use crate::lang::Tongue;

/// A day on which something ends: "12 days left · 3 December 2026".
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "parts/due.html")]
pub(crate) struct Due {
    /// How long it is.
    pub(crate) words: String,
    /// The day.
    pub(crate) day: String,
    /// Whether it is within a week.
    pub(crate) soon: bool,
    /// Whether it is over.
    pub(crate) over: bool,
}

/// A task in a list.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "parts/task.html")]
pub(crate) struct TaskLine {
    pub(crate) t: Tongue,
    /// Its page.
    pub(crate) href: String,
    /// What is to be done.
    pub(crate) words: String,
    /// The case and its page; `None` on the case's own page.
    pub(crate) case: Option<(String, String)>,
    /// Who does it; `None` where the reader does.
    pub(crate) who: Option<String>,
    /// Nobody was named.
    pub(crate) anybody: bool,
    /// The last day.
    pub(crate) due: Option<Due>,
    /// Who did it and when.
    pub(crate) done: Option<String>,
    /// Where "done" is posted, with the token.
    pub(crate) post: Option<(String, String)>,
}

html!(Due, TaskLine);

impl Due {
    pub(crate) fn of(t: Tongue, now: UtcMicros, on: Day) -> Due {
        Due::in_days(t, on, on.0.saturating_sub(Day::of(now).0))
    }

    /// The day with as many days left as were counted otherwise.
    pub(crate) fn in_days(t: Tongue, on: Day, days: i64) -> Due {
        Due { words: words(t, days), day: day_words(t, on.start()), soon: (0..=7).contains(&days), over: days < 0 }
    }
}

impl TaskLine {
    /// `mine` leaves out whose it is, `here` which case it belongs to.
    pub(crate) fn of(t: Tongue, now: UtcMicros, token: &str, task: &TaskView, mine: bool, here: bool) -> TaskLine {
        TaskLine {
            t,
            href: href::task(task.id),
            words: task.words.clone(),
            case: (!here).then(|| (task.case.title.clone(), href::case(task.case.id))),
            who: task.who.as_ref().filter(|_| !mine).map(|(_, name)| name.clone()),
            anybody: task.who.is_none(),
            due: task.due.filter(|_| task.done.is_none()).map(|day| Due::of(t, now, day)),
            done: task.done.as_ref().map(|(by, at)| t.with("task-done-by", &[("who", by), ("day", &day_words(t, *at))])),
            post: task.done.is_none().then(|| (href::task(task.id), token.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use kniha_core::lang::Lang;

    use super::*;
    use crate::parts::samples::NOW;

    #[test]
    fn a_day_is_due_until_it_is_over() {
        let today = Day::of(NOW);
        let due = |days: i64| Due::of(Tongue(Lang::En), NOW, today.plus(days));
        assert_eq!(due(0).words, "ends today");
        assert!(due(0).soon && !due(0).over && due(-1).over && !due(8).soon);
        assert_eq!(due(12).words, "12 days left");
    }
}
