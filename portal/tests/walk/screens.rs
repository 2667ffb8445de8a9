//! Every screen that the portal can show, each reached as a person reaches it.

use kniha_core::lang::Lang;
use kniha_seal::mailbox::AnswerKind;

use crate::person::Person;
use crate::stage::{Served, after};

/// An account as a person gives it: about 300 characters.
pub(crate) const ACCOUNT: &str = "Я ішоў дадому каля дзесяці вечара. Ля крамы стаяў аўтобус без нумароў, з яго выйшлі чацвёра ў чорным, твары былі закрытыя. \
Яны павалілі хлопца на асфальт і білі дубінкамі, ён не супраціўляўся. Адзін крычаў: «Ляжаць!» Потым яго зацягнулі ў аўтобус, і яны паехалі ў бок праспекта.";

/// What hostile or hurried people send: a turned direction, markup, a word that never ends.
const HOSTILE: &str =
    "\u{202e}gro.elpmaxe <script>alert(1)</script> Аааааааааааааааааааааааааааааааааааааааааааааааааааааааааааааааааааааааааа e\u{301}\u{302}";

/// Shows every screen in a language, one after the other, and hands the name of each to `look`.
pub(crate) fn every(person: &mut Person<'_>, lang: Lang, look: &mut dyn FnMut(&Person<'_>, &str)) {
    person.lang = lang;
    let person = &*person;
    let mut seen = |name: &str| look(person, name);
    person.driver.go(&person.served.url("/"));
    seen("home");
    for page in ["about", "danger", "genuine", "leave", "nowhere"] {
        person.open(&format!("/{page}"));
        seen(page);
    }

    let unfold = |inside: &str| person.driver.press(&format!("details:not([open]):has({inside}) > summary"));
    person.open("");
    seen("before");
    person.go_on();
    seen("account");
    person.go_on();
    seen("account-missing");
    unfold("#own-acts");
    seen("account-unfolded");
    person.write("tell/account", ACCOUNT).write("tell/where", HOSTILE).write("own/acts", HOSTILE).go_on();
    seen("door");
    person.go_on();
    seen("door-missing");
    unfold("#contact-reach");
    seen("door-unfolded");
    person.choose("door-lawyers").go_on();
    unfold("[value=one-way]");
    seen("check");
    let words = person.words();
    person.go_on();
    seen("type");
    person.write("words", "адно два").go_on();
    seen("type-wrong");
    person.write("words", &words).go_on();
    seen("got");
    person.go_on();
    seen("file-missing");
    let file = tempfile::Builder::new().suffix("фота.jpg").tempfile().unwrap();
    std::fs::write(file.path(), HOSTILE).unwrap();
    person.driver.type_into("[name=file]", file.path().to_str().unwrap());
    person.go_on();
    seen("file");

    person.open("/back");
    seen("back");
    person.write("words", "адно два").go_on();
    seen("back-wrong");
    person.come_back(&words);
    seen("mailbox-empty");
    answers(person.served, &words, lang);
    person.come_back(&words);
    seen("mailbox");
    for what in ["add", "withdraw", "delete"] {
        person.come_back(&words).press(&format!("form[action$=\"/back/{what}\"] button"));
        seen(what);
        person.go_on();
        seen(&format!("{what}-missing"));
    }
    person.choose("delete-confirm").go_on();
    seen("deleted");

    person.open("").choose("minor").choose("practice").go_on();
    seen("account-minor");
    let words = {
        person.write("tell/account", ACCOUNT).go_on();
        person.words()
    };
    person.send(&words);
    seen("practice");
}

/// A portal without a list in force.
pub(crate) fn closed() -> Served {
    Served::with(after, |_| ())
}

/// Puts one answer of each kind into a mailbox.
fn answers(served: &Served, words: &str, lang: Lang) {
    let kinds = [AnswerKind::Status, AnswerKind::Request, AnswerKind::Text];
    for (seq, (kind, text)) in (1..).zip(kinds.into_iter().zip(["Прачытана ў гэты тыдзень.", "Ці памятаеце вы колер аўтобуса?", "Дзякуй. Мы вам верым."]))
    {
        served.answer(words, lang, seq, kind, text);
    }
}
