//! The five minutes of the README, as one walk: a person tells on a phone that runs no scripts; nothing of it is readable in the folder of the running demo;
//! one member alone opens nothing; two open it, the log line first; it is filed in three decisions; the answer is read on the phone; and whoever came last
//! week finds an empty book.
//!
//! Needs chromedriver and chromium, as the other browser tests do.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

#[path = "../../../desk/tests/browser/driver.rs"]
mod driver;

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use driver::{Driver, ENTER};
use serde_json::json;

const NAME: &str = "Зоряна Криворучко";
const ACCOUNT: &str = "Мене звати Зоряна Криворучко. Увечері 11 серпня мене затримали біля аптеки, у бусі били двоє в чорному.";
const ANSWER: &str = "Дякуємо. Чи бачили ви номер того буса?";
/// Longest wait for a round of collecting, which the demo does every ten seconds.
const ROUNDS: Duration = Duration::from_secs(60);

/// A running demo; it ends with the test.
struct Demo {
    child: Child,
    folder: tempfile::TempDir,
    desk: String,
    portal: String,
    words: String,
}

impl Demo {
    fn start() -> Demo {
        let folder = tempfile::tempdir().unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_kniha"))
            .args(["demo", "--port", "0", "--dir"])
            .arg(folder.path().join("book"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut addresses = BufReader::new(child.stdout.take().unwrap()).lines();
        let (desk, portal) = (addresses.next().unwrap().unwrap(), addresses.next().unwrap().unwrap());
        let mut said = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut line = || said.next().unwrap().unwrap();
        while !line().contains("the same eight words") {}
        let words = line().trim().to_owned();
        // What it says later must be read, or it waits.
        std::thread::spawn(move || said.for_each(drop));
        Demo { child, folder, desk: desk.trim_end_matches('/').to_owned(), portal: portal.trim_end_matches('/').to_owned(), words }
    }

    /// How often a text stands in any file of the folder.
    fn holds(&self, text: &str) -> usize {
        fn count(path: &Path, text: &[u8]) -> usize {
            if path.is_dir() {
                return std::fs::read_dir(path).unwrap().map(|entry| count(&entry.unwrap().path(), text)).sum();
            }
            let mut bytes = Vec::new();
            // A write-ahead log may go meanwhile.
            let Ok(mut file) = std::fs::File::open(path) else { return 0 };
            file.read_to_end(&mut bytes).unwrap();
            bytes.windows(text.len()).filter(|window| *window == text).count()
        }
        count(self.folder.path(), text.as_bytes())
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A person at a browser.
struct Person(Driver);

impl Person {
    fn press(&self, selector: &str) -> &Person {
        // Pages scroll gently: a button is pressed once it stands still.
        self.0.ask(&format!("document.querySelector({}).scrollIntoView({{block: 'center', behavior: 'instant'}})", json!(selector)));
        self.0.ask("document.documentElement.dataset.left = 1");
        self.0.press(selector);
        self.0.until("document.documentElement.dataset.left === undefined");
        self
    }

    fn write(&self, name: &str, text: &str) -> &Person {
        self.0.type_into(&format!("[name=\"{name}\"]"), text);
        self
    }

    fn go_on(&self) -> &Person {
        self.press("main button.primary")
    }

    fn sees(&self, text: &str) -> &Person {
        let page = self.0.text();
        assert!(page.contains(text), "{text} is not on {}:\n{page}", self.0.address());
        self
    }

    /// Somebody of the team, in a browser of their own, in English.
    fn of_the_team(demo: &Demo, login: &str) -> Person {
        let person = Person(Driver::start());
        person.0.go(&format!("{}/sign-in?lang=en", demo.desk));
        person.write("login", login).write("passphrase", &demo.words);
        person.0.chord(&[ENTER]);
        person.0.until("!location.pathname.startsWith('/sign-in')");
        person
    }

    fn goes(&self, demo: &Demo, path: &str) -> &Person {
        self.0.go(&format!("{}{path}", demo.desk));
        self
    }
}

fn browser() -> bool {
    let must = std::env::var("KNIHA_BROWSER").is_ok_and(|set| set == "1");
    let there = Command::new("chromedriver").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok();
    assert!(there || !must, "chromedriver is missing: `make test` installs it");
    if !there {
        eprintln!("not run: chromedriver is missing; `make test` installs it");
    }
    there
}

/// Waits for something that the next round of collecting brings.
fn until(mut there: impl FnMut() -> bool, what: &str) {
    let began = Instant::now();
    while !there() {
        assert!(began.elapsed() < ROUNDS, "{what} does not come");
        std::thread::sleep(Duration::from_secs(1));
    }
}

#[test]
fn a_person_tells_two_open_it_one_files_it_and_the_answer_is_read() {
    if !browser() {
        return;
    }
    let demo = Demo::start();

    // On a phone, without scripts.
    let phone = Person(Driver::with(&json!({"profile.managed_default_content_settings.javascript": 2})));
    phone.0.devtools("Emulation.setDeviceMetricsOverride", json!({"width": 360, "height": 740, "deviceScaleFactor": 1, "mobile": true}));
    phone.0.go(&format!("{}/uk", demo.portal));
    phone.go_on().write("tell/account", ACCOUNT).go_on();
    phone.0.press("label[for=\"door-team\"]");
    phone.0.press("main details summary");
    phone.0.press("label[for=\"door-write-yes\"]");
    phone.go_on();
    let words = phone.0.ask("return [...document.querySelectorAll('ol.words li')].map((li) => li.innerText).join(' ')").as_str().unwrap().to_owned();
    assert_eq!(words.split(' ').count(), 12, "{words}");
    phone.go_on().write("words", &words).go_on();

    // Nothing of it is readable, while everything runs. The control: what the portal shows everybody is found.
    assert_eq!((demo.holds(NAME), demo.holds("Криворучко"), demo.holds(&words)), (0, 0, 0));
    assert!(demo.holds("newcomer") > 0);

    // One looks at the cards: in the language it was told there is only one of a grown-up.
    let cards = "/inbox?lang-of=uk";
    let mine = "[...document.querySelectorAll('.in-cards > li')].find((li) => !/under 18/i.test(li.innerText))";
    let alena = Person::of_the_team(&demo, "alena");
    until(
        || {
            alena.goes(&demo, "/inbox");
            if alena.0.ask("return !!document.querySelector('form[action=\"/inbox/look\"]')") == json!(true) {
                alena.press("form[action=\"/inbox/look\"] button");
            }
            alena.goes(&demo, cards);
            alena.0.ask(&format!("return !!{mine}")) == json!(true)
        },
        "the card",
    );
    let drawn = alena.0.ask(&format!("return {mine}.innerText")).as_str().unwrap().to_owned();
    let statement = alena.0.ask(&format!("return new URL({mine}.querySelector('a.in-open').href).pathname")).as_str().unwrap().to_owned();
    let pick = alena.0.ask(&format!("return {mine}.querySelector('input').id")).as_str().unwrap().to_owned();

    // One alone opens nothing.
    alena.goes(&demo, &statement);
    assert!(!alena.0.text().contains("аптеки"), "nobody reads alone");

    // Of three who were drawn one offers it into their case, and another agrees, reading first what is written down.
    let of_three: Vec<&str> = ["alena", "taras", "vera", "mikita"].into_iter().filter(|login| drawn.contains(login)).collect();
    assert_eq!(of_three.len(), 3, "{drawn}");
    let (first, second) = (of_three[0], of_three[1]);
    let first = if first == "alena" { alena } else { Person::of_the_team(&demo, first) };
    first.goes(&demo, cards);
    first.0.press(&format!("label[for=\"{pick}\"]"));
    first.0.ask("document.getElementById('case').selectedIndex = [...document.getElementById('case').options].findIndex((o) => /Сведчанні/.test(o.text))");
    first.press("button[value=\"together\"]");
    first.goes(&demo, &statement);
    assert!(!first.0.text().contains("аптеки"), "not before another agreed");
    let second = Person::of_the_team(&demo, second);
    second.goes(&demo, "/inbox").press("#in-waits + ul a.name");
    assert_eq!(second.0.ask("return !!document.querySelector('.log-line')"), json!(true), "the log line comes first");
    assert!(!second.0.text().contains("аптеки"));
    second.go_on().sees("1 ");

    // Filed in three decisions.
    first.goes(&demo, &format!("{statement}?read=1")).sees("біля аптеки");
    first.goes(&demo, &format!("{statement}/file"));
    assert_eq!(first.0.ask("return !!document.querySelector('[name=incident][value=new]')"), json!(true), "{}", first.0.text());
    first.0.ask("document.querySelector('[name=incident][value=new]').checked = true");
    first.0.ask("document.getElementById('incident-title').value = ''");
    first.write("incident-title", "Бус біля аптеки");
    first.0.ask("document.querySelector('[name=violation]').checked = true");
    first.press("[data-file]");
    first.goes(&demo, "/search?q=%D0%B0%D0%BF%D1%82%D0%B5%D0%BA%D0%B8").sees("Бус біля аптеки");

    // The answer, read on the phone.
    first.goes(&demo, &format!("{statement}/letters")).write("text", ANSWER).go_on();
    until(
        || {
            phone.0.go(&format!("{}/uk", demo.portal));
            phone.press("main a[href$=\"/back\"]").write("words", &words).go_on();
            phone.0.text().contains("номер того буса")
        },
        "the answer",
    );
    assert_eq!((demo.holds(NAME), demo.holds("номер того буса"), demo.holds(&words)), (0, 0, 0), "nor is it now");

    // The auditor sees who, and no content; last week's newcomer sees nothing.
    let ira = Person::of_the_team(&demo, "ira");
    ira.goes(&demo, "/watch").sees("alena");
    assert!(!ira.0.text().contains("аптеки"));
    let spy = Person::of_the_team(&demo, "newcomer");
    spy.goes(&demo, "/search?q=%D0%B0%D0%BF%D1%82%D0%B5%D0%BA%D0%B8");
    assert!(!spy.0.text().contains("Бус біля"), "{}", spy.0.text());
    spy.goes(&demo, &statement);
    assert!(!spy.0.text().contains("аптеки"));
    spy.goes(&demo, "/statements");
    assert_eq!(spy.0.ask("return document.querySelectorAll('a[href^=\"/statement/\"]').length"), json!(0));
}
