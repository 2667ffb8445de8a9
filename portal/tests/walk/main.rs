//! The portal in a browser: a whole way of telling with scripts off, on a phone, in Belarusian; and every screen in four languages, wide and narrow,
//! light and dark, before axe-core and html-validate.
//!
//! Needs chromedriver, chromium, axe-core (`KNIHA_AXE` names its file) and html-validate (`KNIHA_HTML_VALIDATE` names its program). `make test` brings all
//! and sets `KNIHA_BROWSER=1`; then a missing one is a failure. Without that a missing one is said and the test ends.

#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

#[path = "../../../desk/tests/browser/driver.rs"]
mod driver;
mod person;
mod screens;
mod stage;

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Instant;

use kniha_core::lang::Lang;
use kniha_seal::mailbox::AnswerKind;
use kniha_seal::part::{Compartment, PartKind};
use kniha_seal::quorum::{CUSTODIANS, LAWYERS, TEAM, TRIAGE};
use serde_json::Value;

use person::{DESK, PHONE, Person, four_letters, typing};
use screens::ACCOUNT;
use stage::Served;

/// What the checks need that no crate brings.
struct Tools {
    /// The script of axe-core.
    axe: String,
    html_validate: PathBuf,
}

impl Tools {
    /// All of them, or nothing where one is missing and may be.
    fn find() -> Option<Tools> {
        let must = std::env::var("KNIHA_BROWSER").is_ok_and(|set| set == "1");
        let driver = Command::new("chromedriver").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok();
        let axe = std::env::var("KNIHA_AXE").ok().and_then(|path| std::fs::read_to_string(path).ok());
        let html_validate = std::env::var("KNIHA_HTML_VALIDATE").ok().map(PathBuf::from).filter(|path| path.exists());
        match (driver, axe, html_validate) {
            (true, Some(axe), Some(html_validate)) => Some(Tools { axe, html_validate }),
            _ if must => panic!("chromedriver, axe-core or html-validate is missing: `make test` installs them"),
            _ => {
                eprintln!("not run: chromedriver, axe-core or html-validate is missing; `make test` installs them");
                None
            }
        }
    }
}

#[test]
fn a_witness_without_scripts_tells_adds_a_file_reads_the_answer_and_takes_it_back() {
    let Some(_) = Tools::find() else { return };
    let served = Served::start();
    let person = Person::without_scripts(&served);
    let file = tempfile::Builder::new().suffix("фота.jpg").tempfile().unwrap();
    std::fs::write(file.path(), b"a photograph").unwrap();

    // Five screens: before, what happened, which door, the words, the words typed back.
    person.driver.go(&served.url("/"));
    person.press("a[hreflang=be]").sees("Экран 1 з 5").go_on().sees("Экран 2 з 5").write("tell/account", ACCOUNT);
    person.driver.press("details:has(#own-acts) > summary");
    person.write("own/acts", "Я стаяў у ланцугу.").go_on().sees("Экран 3 з 5").choose("door-team");
    person.driver.press("details:has(#contact-reach) > summary");
    person.write("contact/reach", "праз сястру").go_on().sees("Экран 4 з 5").sees(ACCOUNT);
    let words = person.words();
    assert_eq!(words.split(' ').count(), 12);
    assert_eq!(served.count(), 0, "nothing is kept before the last screen");
    person.go_on().sees("Экран 5 з 5").write("words", &four_letters(&words)).go_on().sees("Ваша паведамленне ў бяспецы");
    assert_eq!(served.count(), 4);

    person.driver.type_into("[name=file]", file.path().to_str().unwrap());
    person.write("about", "Зняў сам, з акна.").go_on().sees("фота.jpg").sees("a249e87e");
    assert_eq!(served.count(), 6);

    // Nobody has answered; then somebody has.
    person.come_back(&words).sees("Адказу тут няма");
    served.answer(&words, Lang::Be, 1, AnswerKind::Text, "Дзякуй. Мы вам верым.");
    person.come_back(&four_letters(&words).to_uppercase()).sees("Дзякуй. Мы вам верым.");
    person.press("form[action$=\"/back/add\"] button").write("add/text", "Аўтобус быў жоўты.").choose("door-team").go_on().sees("Атрымана");
    person.come_back(&words).press("form[action$=\"/back/withdraw\"] button").choose("withdraw-what-public").go_on().sees("Атрымана");

    let parts = served.parts();
    let part = |kind, compartment| parts.iter().find(|part| part.is(kind, compartment)).unwrap_or_else(|| panic!("no {kind:?} {compartment:?}"));
    let base = part(PartKind::Report, Compartment::Base);
    assert_eq!((base.quorum, base.told("tell", "account").as_deref()), (TEAM, Some(ACCOUNT)));
    let own = part(PartKind::Report, Compartment::OwnActs);
    assert_eq!((own.quorum, own.told("own", "acts").as_deref()), (LAWYERS, Some("Я стаяў у ланцугу.")));
    let contacts = part(PartKind::Report, Compartment::Contacts);
    assert_eq!((contacts.quorum, contacts.told("contact", "reach").as_deref()), (CUSTODIANS, Some("праз сястру")));
    assert_eq!(part(PartKind::Report, Compartment::Triage).quorum, TRIAGE);
    assert!(parts.iter().any(|part| part.content == b"a photograph" && part.quorum == TEAM), "the file opens for the team");
    assert_eq!(part(PartKind::Addition, Compartment::Base).told("add", "text").as_deref(), Some("Аўтобус быў жоўты."));
    assert_eq!(part(PartKind::Withdrawal, Compartment::Base).told("withdraw", "what").as_deref(), Some("public"));
}

/// Draws every screen into the folder that `KNIHA_PICTURES` names, for people to look at; `KNIHA_PICTURES_OF` is `be 360 light`, in other values.
#[test]
#[ignore = "draws pictures; scripts do not look at them"]
fn pictures() {
    let folder = PathBuf::from(std::env::var("KNIHA_PICTURES").unwrap());
    let of = std::env::var("KNIHA_PICTURES_OF").unwrap_or_else(|_| "be 360 light".to_owned());
    let [lang, width, scheme] = of.split(' ').collect::<Vec<_>>().try_into().unwrap();
    let size = if width == "360" { PHONE } else { DESK };
    let served = Served::start();
    let mut person = Person::with_scripts(&served);
    person.window(size, scheme);
    screens::every(&mut person, Lang::parse(lang).unwrap(), &mut |person, name| {
        let png = data_encoding::BASE64.decode(person.picture().as_bytes()).unwrap();
        std::fs::write(folder.join(format!("{name}.png")), png).unwrap();
    });
}
