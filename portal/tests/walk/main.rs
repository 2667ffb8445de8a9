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
use serde_json::{Value, json};

use driver::{Driver, ENTER, SPACE, TAB};
use person::{DESK, PHONE, Person, four_letters, typing};
use screens::ACCOUNT;
use stage::{Served, now};

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
    // What vouches for a file is an addition too.
    let mut additions = parts.iter().filter(|part| part.is(PartKind::Addition, Compartment::Base));
    assert!(additions.any(|part| part.told("add", "text").as_deref() == Some("Аўтобус быў жоўты.")));
    assert_eq!(part(PartKind::Withdrawal, Compartment::Base).told("withdraw", "what").as_deref(), Some("public"));
}

/// What a page says, as it came over the wire, and where it was shown.
struct Seen {
    name: String,
    html: String,
}

/// What axe-core, which the page already holds, has against it.
fn violations(driver: &Driver) -> Vec<String> {
    let run = "const done = arguments[arguments.length - 1];
        axe.run(document, {resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})
            .then((result) => done(result.violations.map((v) => v.id + ': ' + v.help + ' — ' + v.nodes.slice(0, 3).map((n) => n.html.slice(0, 160)).join(' | '))),
                (error) => done(['axe failed: ' + error]));";
    let Value::Array(violations) = driver.wait_for(run) else { panic!("axe-core gives no list") };
    violations.iter().map(|violation| violation.as_str().unwrap_or_default().to_owned()).collect()
}

/// axe-core on the page as it stands, and whether it fits 320 px; what is wrong goes to `found`.
fn check(person: &Person<'_>, axe: &str, name: &str, found: &mut Vec<String>) {
    let driver = &person.driver;
    driver.ask(axe);
    for (size, scheme) in [(DESK, "light"), (PHONE, "dark")] {
        person.window(size, scheme);
        found.extend(violations(driver).into_iter().map(|violation| format!("{name} {size:?} {scheme}: {violation}")));
    }
    // A phone of 320 px is also a desk's 1,280 px at 400 %: then 256 px high, where nothing may stick over the text.
    person.window((320, 256), "light");
    let over = driver.ask("return document.documentElement.scrollWidth - document.documentElement.clientWidth").as_i64().unwrap_or(0);
    if over > 0 {
        found.push(format!("{name}: {over} px wider than 320"));
    }
    // Links within a sentence are as high as its line; all else is for a thumb.
    let small = "return [...document.querySelectorAll('button, summary, textarea, input:not([type=hidden]), header a, footer a, a.button, a.big, a.number')]
        .filter((e) => e.checkVisibility()).map((e) => [e, (e.labels?.length && /radio|checkbox/.test(e.type) ? e.closest('.choice') : e).getBoundingClientRect()])
        .filter(([, r]) => r.height < 44 || r.width < 44).map(([e, r]) => e.outerHTML.slice(0, 80) + ' ' + r.width + '×' + r.height)";
    let Value::Array(small) = driver.ask(small) else { panic!("no list of targets") };
    found.extend(small.iter().map(|target| format!("{name}: too small for a thumb: {target}")));
    if driver.ask("return getComputedStyle(document.querySelector('header')).position") != "static" {
        found.push(format!("{name}: the header covers a low window"));
    }
    person.window(PHONE, "light");
    driver.ask("scrollTo(0, document.body.scrollHeight)");
    let leave =
        driver.ask("const r = document.querySelector('a.leave').getBoundingClientRect(); return r.top >= 0 && r.bottom <= innerHeight && r.height >= 44");
    driver.ask("scrollTo(0, 0)");
    if leave != true {
        found.push(format!("{name}: Leave now is out of sight at the bottom"));
    }
    if driver.ask("return document.querySelectorAll('main .primary').length > 1") == true {
        found.push(format!("{name}: two main buttons"));
    }
}

#[test]
fn no_screen_shuts_anybody_out() {
    let Some(tools) = Tools::find() else { return };
    let (served, closed) = (Served::start(), screens::closed());
    let mut person = Person::with_scripts(&served);
    let (mut found, mut seen) = (Vec::new(), Vec::new());
    for lang in Lang::ALL {
        let mut look = |person: &Person<'_>, name: &str| {
            let name = format!("{name}-{lang}");
            check(person, &tools.axe, &name, &mut found);
            seen.push(Seen { name, html: person.source() });
        };
        screens::every(&mut person, lang, &mut look);
        person.served = &closed;
        look(person.open(""), "closed");
        person.served = &served;
    }
    let count = seen.len();
    for page in &seen {
        assert!(page.html.starts_with("<!doctype html>"), "{}: {}", page.name, page.html);
        if page.html.len() > 30_000 {
            found.push(format!("{}: {} bytes", page.name, page.html.len()));
        }
    }
    found.extend(valid(&tools, &seen));
    assert!(found.is_empty(), "{} faults:\n{}", found.len(), found.join("\n"));
    assert!(count > 4 * 30, "{count} screens");
    // The mailbox is as long with answers as without.
    let bytes = |name: &str| seen.iter().filter(|page| page.name.starts_with(name)).map(|page| page.html.len()).max().unwrap();
    let most = seen.iter().filter(|page| !page.name.starts_with("mailbox")).max_by_key(|page| page.html.len()).unwrap();
    println!("{count} screens; the longest is {} with {} bytes; the mailbox has {}", most.name, most.html.len(), bytes("mailbox"));
    assert_eq!(bytes("mailbox-empty"), bytes("mailbox"));
}

/// What html-validate has against the pages.
fn valid(tools: &Tools, seen: &[Seen]) -> Option<String> {
    let folder = tempfile::tempdir().unwrap();
    for page in seen {
        std::fs::write(folder.path().join(format!("{}.html", page.name)), &page.html).unwrap();
    }
    // Void elements are written as HTML has them; a doctype in small letters is one; sizes of inline white space are nobody's.
    let rules = r#"{"root": true, "extends": ["html-validate:recommended"], "rules": {"void-style": ["error", {"style": "omit"}], "doctype-style": "off", "no-trailing-whitespace": "off", "long-title": "off", "tel-non-breaking": ["error", {"ignoreClasses": ["number"]}]}}"#;
    std::fs::write(folder.path().join(".htmlvalidate.json"), rules).unwrap();
    let output = Command::new(&tools.html_validate).args(["--formatter", "text", "."]).current_dir(folder.path()).output().unwrap();
    (!output.status.success()).then(|| format!("html-validate: {}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr)))
}

#[test]
fn what_hurried_people_do_loses_nothing_and_doubles_nothing() {
    let Some(_) = Tools::find() else { return };
    let served = Served::start();
    let mut person = Person::without_scripts(&served);

    // Another language in the middle: the text stays.
    person.begin().write("tell/account", ACCOUNT).press("button[lang=uk]").sees("Що сталося?");
    let kept = person.driver.ask("return document.querySelector('#tell-account').value");
    assert_eq!(kept, ACCOUNT);
    person.press("button[lang=be]").go_on().choose("door-team").go_on();
    let words = person.words();
    person.go_on().write("words", &words);

    person.driver.press_twice("main button.primary");
    person.driver.until("!document.querySelector('#words')");
    assert_eq!(served.count(), 4, "a double press is one report");

    // Back after sending, and sending again.
    person.driver.back();
    // Pages are not kept by the browser: it asks whether to send for it again, and Reload is yes.
    person.driver.reload();
    person.driver.until("document.querySelector('#words')");
    person.write("words", &words).go_on().sees("Гэта ўжо атрымана раней");
    assert_eq!(served.count(), 4, "Back and again is the same report");

    // Two windows: each tells its own, neither hinders the other.
    let first = person.as_far_as_words("Першае акно");
    let here = person.driver.another_tab();
    let second = person.as_far_as_words("Другое акно");
    person.send(&second).sees("Ваша паведамленне ў бяспецы");
    person.driver.to_tab(&here);
    person.send(&first).sees("Ваша паведамленне ў бяспецы");
    assert_eq!(served.count(), 12);
    let told: Vec<_> =
        served.parts().iter().filter(|part| part.is(PartKind::Report, Compartment::Base)).filter_map(|part| part.told("tell", "account")).collect();
    assert!(["Першае акно", "Другое акно", ACCOUNT].iter().all(|text| told.iter().any(|told| told == text)), "{told:?}");

    // A practice run keeps nothing.
    person.lang = Lang::En;
    person.open("").choose("practice").go_on().write("tell/account", "practice").go_on().choose("door-team").go_on();
    let words = person.words();
    person.send(&words).sees("Nothing was sent or kept");
    assert_eq!(served.count(), 12);
}

#[test]
fn by_keyboard_alone_to_words_that_are_printed_without_the_report() {
    let Some(_) = Tools::find() else { return };
    let served = Served::start();
    let person = Person::without_scripts(&served);
    let driver = &person.driver;
    person.open("");
    for stop in ["a.skip", "a.house", "a.leave"] {
        driver.chord(&[TAB]);
        assert!(driver.focused(stop), "Tab does not come to {stop}");
        let ring = driver.ask("const s = getComputedStyle(document.activeElement); return s.outlineStyle === 'solid' && parseFloat(s.outlineWidth) >= 3");
        assert_eq!(ring, true, "the focus on {stop} is not seen");
    }
    let press = |selector: &str, key: &str, then: &str| {
        driver.tab_to(selector);
        driver.chord(&[key]);
        driver.until(then);
    };
    press("main .primary", ENTER, "document.querySelector('#tell-account')");
    driver.tab_to("#tell-account");
    driver.write("Bačyŭ usio.");
    press("main .primary", ENTER, "document.querySelector('#door-team')");
    press("#door-team", SPACE, "document.querySelector('#door-team:checked')");
    press("main .primary", ENTER, "document.querySelector('ol.words')");
    driver.devtools("Emulation.setEmulatedMedia", json!({"media": "print"}));
    let printed = |selector: &str| driver.ask(&format!("return document.querySelector('{selector}').checkVisibility()")) == true;
    assert!(printed("ol.words") && !printed(".told") && !printed("main button") && !printed("footer"));
}

/// The folder of the page that seals in the browser, as `scripts/sealed_page.sh build` leaves it.
fn sealed_site() -> Option<PathBuf> {
    let site = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../target/sealed-page/site");
    let there = site.join("index.html").exists();
    assert!(there || std::env::var("KNIHA_BROWSER").is_err(), "{} is not there: scripts/sealed_page.sh build makes it", site.display());
    there.then_some(site)
}

#[test]
fn a_browser_with_scripts_seals_a_report_and_a_file_itself() {
    let (Some(tools), Some(site)) = (Tools::find(), sealed_site()) else { return };
    let served = Served::with(now, |config| config.sealed_page = Some(site));
    let person = Person::with_scripts(&served);
    let driver = &person.driver;
    let file = tempfile::Builder::new().suffix("фота.jpg").tempfile().unwrap();
    std::fs::write(file.path(), b"a photograph").unwrap();
    let onward = || {
        driver.ask("document.querySelector('h1').dataset.left = 1");
        driver.press("#next");
        driver.until("document.querySelector('h1').dataset.left === undefined");
    };
    person.open("").press("main a[href$=\"/be/sealed\"]");
    driver.until("document.querySelector('#next')");
    let mut found = Vec::new();
    check_sealed(&person, &tools.axe, "sealed-start", &mut found);
    onward();
    driver.type_into("[id=\"tell/account\"]", ACCOUNT);
    check_sealed(&person, &tools.axe, "sealed-account", &mut found);
    for _ in ["account", "where", "heard"] {
        onward();
    }
    driver.type_into("[id=\"own/acts\"]", "Я стаяў у ланцугу.");
    for _ in ["own", "reach"] {
        onward();
    }
    check_sealed(&person, &tools.axe, "sealed-door", &mut found);
    for _ in ["door", "wishes"] {
        onward();
    }
    driver.type_into("#files", file.path().to_str().unwrap());
    onward();
    let words = driver.ask("return [...document.querySelectorAll('#words li')].map((li) => li.innerText).join(' ')");
    check_sealed(&person, &tools.axe, "sealed-words", &mut found);
    onward();
    driver.type_into("#typed", words.as_str().unwrap());
    driver.press("#next");
    driver.until("document.querySelector('#files-sent code')");
    person.sees("a249e87e");
    check_sealed(&person, &tools.axe, "sealed-got", &mut found);
    assert!(found.is_empty(), "{} faults:\n{}", found.len(), found.join("\n"));
    let parts = served.parts();
    let told = |compartment, block, name| parts.iter().filter(|part| part.is(PartKind::Report, compartment)).find_map(|part| part.told(block, name));
    assert_eq!(told(Compartment::Base, "tell", "account").as_deref(), Some(ACCOUNT));
    assert_eq!(told(Compartment::OwnActs, "own", "acts").as_deref(), Some("Я стаяў у ланцугу."));
    assert!(parts.iter().any(|part| part.content == b"a photograph" && part.quorum == TEAM), "the file opens for the team");
    // The mailbox is the same, whichever page was used.
    served.answer(words.as_str().unwrap(), Lang::Be, 1, AnswerKind::Text, "Дзякуй. Мы вам верым.");
    person.come_back(words.as_str().unwrap()).sees("Дзякуй. Мы вам верым.");
}

/// axe-core on a screen of the page that seals, and its width.
fn check_sealed(person: &Person<'_>, axe: &str, name: &str, found: &mut Vec<String>) {
    let driver = &person.driver;
    driver.ask(axe);
    for (size, scheme) in [((320, 740), "light"), (DESK, "dark")] {
        person.window(size, scheme);
        found.extend(violations(driver).into_iter().map(|violation| format!("{name} {size:?}: {violation}")));
        if let Ok(folder) = std::env::var("KNIHA_PICTURES") {
            let png = data_encoding::BASE64.decode(person.picture().as_bytes()).unwrap();
            std::fs::write(PathBuf::from(folder).join(format!("{name}-{}.png", size.0)), png).unwrap();
        }
        if driver.ask("return document.documentElement.scrollWidth > document.documentElement.clientWidth") == true {
            found.push(format!("{name}: wider than {}", size.0));
        }
    }
}

/// From the first screen to the words as a person types, at five characters a second, and at the pace of one who reads each screen at 1,000 characters a
/// minute. Three minutes are promised for the first.
#[test]
#[ignore = "takes minutes: a person types"]
fn from_start_to_words_takes_five_screens_and_three_minutes() {
    let Some(_) = Tools::find() else { return };
    let served = Served::start();
    let person = Person::without_scripts(&served);
    let (began, mut screens, mut read) = (Instant::now(), 0, 0);
    let mut turn = |person: &Person<'_>| {
        screens += 1;
        read += person.driver.ask("return document.querySelector('main').innerText").as_str().unwrap().chars().count();
    };
    turn(person.open(""));
    turn(person.go_on());
    for key in ACCOUNT.chars() {
        person.driver.type_into("#tell-account", &key.to_string());
        typing(key);
    }
    turn(person.go_on());
    turn(person.choose("door-team").go_on());
    let took = began.elapsed();
    assert_eq!(person.words().split(' ').count(), 12);
    println!(
        "{screens} screens, {} characters typed, {took:.0?}; {read} characters to read, {} s at 1,000 a minute",
        ACCOUNT.chars().count(),
        read * 60 / 1000
    );
    assert!(screens <= 5 && took.as_secs() <= 180, "{screens} screens, {took:?}");
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

/// What wapiti says of every site that is made like this one, and why it is so.
const EXPLAINED: [(&str, &str); 4] = [
    (
        "Lack of anti CSRF token",
        "it knows tokens by name; here `state` is one, sealed to a strict cookie, and other sites' forms are refused by origin and fetch metadata",
    ),
    ("X-XSS-Protection is not set", "browsers have dropped it; the content security policy lets no script run"),
    ("Strict-Transport-Security is not set", "it would write the visit into the browser's profile, where it outlives the history"),
    ("Secure flag is not set in the cookie", "it is set where portal.toml says https; this test speaks plain HTTP, as an onion service does"),
];

/// Debian's wapiti against every page and form that it finds. `scripts/wapiti.sh` installs it and runs this.
#[test]
#[ignore = "takes minutes, and wapiti, which scripts/wapiti.sh installs"]
fn wapiti_finds_nothing() {
    let served = Served::start();
    let folder = tempfile::tempdir().unwrap();
    let report = folder.path().join("report.json");
    let sessions = folder.path().join("sessions");
    let mut wapiti = Command::new("wapiti");
    // What it learns of sites it keeps in the home folder.
    wapiti.env("HOME", folder.path());
    wapiti.args([
        "--scope",
        "domain",
        "--module",
        "all",
        "--max-scan-time",
        "240",
        "--max-attack-time",
        "60",
        "--flush-session",
        "--format",
        "json",
        "--output",
    ]);
    wapiti.arg(&report).arg("--store-session").arg(&sessions).args(["--url", &served.url("/be"), "--start", &served.url("/")]);
    let output = wapiti.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let found: Value = serde_json::from_slice(&std::fs::read(&report).unwrap_or_else(|error| panic!("no report: {error}\n{said}"))).unwrap();
    let mut findings = Vec::new();
    for kind in ["vulnerabilities", "anomalies"] {
        for (name, cases) in found[kind].as_object().unwrap() {
            findings.extend(cases.as_array().unwrap().iter().map(|case| format!("{name}: {} {} {}", case["method"], case["path"], case["info"])));
        }
    }
    assert!(findings.iter().any(|finding| finding.contains("/uk/tell")), "it did not get as far as the forms: {findings:?}");
    for (what, why) in EXPLAINED {
        let count = findings.len();
        findings.retain(|finding| !finding.contains(what));
        println!("{} × {what}: {why}", count - findings.len());
    }
    assert!(findings.is_empty(), "{} findings:\n{}", findings.len(), findings.join("\n"));
}
