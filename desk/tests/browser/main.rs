//! The desk in a browser: read, searched, added to and corrected by keyboard alone, with scripts and without; and every page before axe-core, in
//! four languages, light and dark, on a phone's width and a desk's.
//!
//! Needs chromedriver, chromium and axe-core (`KNIHA_AXE` names its file). `make test` brings all three and sets `KNIHA_BROWSER=1`; then a
//! missing one is a failure. Without that a missing one is said and the test ends.

#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

mod book;
mod driver;
mod house;

use std::process::{Command, Stdio};
use std::sync::Arc;

use book::{ACT, Book, EXHIBIT, INCIDENT, NOW, PERSON, POSTING, RECORDS, SOURCE, UNIT, id};
use driver::{CONTROL, Driver, ENTER, SPACE};
use house::FROZEN;
use kniha_core::id::{ClaimId, MemberId, NodeId};
use kniha_core::lang::Lang;
use kniha_core::vocab::NodeKind;
use kniha_desk::{Open, Rooms, serve};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;

/// The file of axe-core, or why there is no browser test.
fn axe() -> Option<String> {
    let must = std::env::var("KNIHA_BROWSER").is_ok_and(|set| set == "1");
    let driver = Command::new("chromedriver").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok();
    let file = std::env::var("KNIHA_AXE").ok().and_then(|path| std::fs::read_to_string(path).ok());
    let missing = if driver { "axe-core, whose file KNIHA_AXE names" } else { "chromedriver" };
    match file.filter(|_| driver) {
        Some(script) => Some(script),
        None if must => panic!("{missing}, is missing: `make test` installs it"),
        None => {
            eprintln!("not run: {missing}, is missing; `make test` installs it");
            None
        }
    }
}

/// A served desk that ends with the test.
struct Served {
    origin: String,
    book: Book,
    /// Everybody's words.
    words: String,
    /// Who asks to come in.
    asks: MemberId,
    stop: Option<oneshot::Sender<()>>,
    runtime: Runtime,
}

impl Served {
    fn start() -> Served {
        let runtime = Runtime::new().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let (origin, book, words, asks) = runtime.block_on(async {
            let book = Book::make().await;
            let house::Made { house, words, asks } = house::make(book.folder(), book.member).await;
            let store = book.store.clone();
            let open: Open = Arc::new(move |_| {
                let store = store.clone();
                Box::pin(async move { Ok(store) })
            });
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap();
            let origin = format!("http://{address}");
            let rooms = Rooms::new(house, open, Arc::new(|| NOW), Lang::En, address.port()).unwrap();
            tokio::spawn(async move { serve(rooms, listener, async { drop(stopped.await) }).await.unwrap() });
            (origin, book, words, asks)
        });
        Served { origin, book, words, asks, stop: Some(stop), runtime }
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }

    /// Signs the reader in by keyboard, at the front of the book.
    fn enter(&self, driver: &Driver) {
        self.enter_as(driver, "reader", "/book");
    }

    /// Signs somebody in by keyboard, who is led on to where they wanted to go. Each member once: a code works once, and the clock stands.
    fn enter_as(&self, driver: &Driver, login: &str, to: &str) {
        driver.go(&self.url(to));
        for (field, text) in [("#login", login), ("#passphrase", &self.words), ("#code", &house::code(NOW))] {
            driver.tab_to(field);
            driver.write(text);
        }
        driver.chord(&[ENTER]);
        driver.until(&format!("location.pathname === '{to}'"));
    }

    /// The newest claim of a record with this property.
    fn newest(&self, record: u8, property: &str) -> kniha_store::ClaimView {
        self.runtime.block_on(async {
            let mut tx = self.book.store.read().await.unwrap();
            let reader = kniha_store::reader(&mut tx, self.book.member).await.unwrap();
            let view = kniha_store::record(&mut tx, &reader, id(record)).await.unwrap().unwrap();
            view.claims.into_iter().rfind(|claim| claim.property.code == property).unwrap_or_else(|| panic!("no {property}"))
        })
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        drop(self.stop.take());
    }
}

fn record(n: u8) -> String {
    format!("/r/{}", id::<()>(n))
}

#[test]
fn a_person_reads_searches_adds_and_corrects_by_keyboard_alone() {
    let Some(_) = axe() else { return };
    let (served, driver) = (Served::start(), Driver::start());
    served.enter(&driver);

    // Search, from anywhere, in another spelling.
    driver.write("/");
    driver.until("document.activeElement.id === 'q'");
    driver.write("Veras");
    driver.chord(&[ENTER]);
    driver.until("location.pathname === '/search'");
    driver.tab_to(&format!("main a[href=\"{}\"]", record(PERSON)));
    driver.chord(&[ENTER]);
    driver.until(&format!("location.pathname === '{}'", record(PERSON)));
    assert!(driver.text().contains("1986"), "the record is read");

    // Add: the key n opens the chooser; everything else is Tab, typing, Space and Enter.
    driver.write("n");
    driver.until("location.pathname.endsWith('/add')");
    fill_and_save(&served, &driver);

    // Correct what was just added.
    let added = served.newest(PERSON, "person.occupation");
    let line = format!("#c-{}", added.id);
    reach(&driver, &line, "correct");
    driver.until("location.pathname.endsWith('/correct')");
    driver.tab_to("#value");
    driver.chord(&[CONTROL, "a"]);
    driver.write("master miller");
    driver.chord(&[ENTER]);
    driver.until("location.search.includes('done=corrected')");
    assert!(driver.text().contains("master miller"));
    let corrected = served.newest(PERSON, "person.occupation");
    assert_eq!(corrected.value.unwrap().written().unwrap(), "master miller");
    assert_eq!(corrected.citations[0].words.as_deref(), Some("with flour on his coat"), "the correction keeps the source");

    // Decide: withdraw asks why, the error takes the focus, and mending it saves.
    reach(&driver, &format!("#c-{}", corrected.id), "withdraw");
    driver.until("location.pathname.endsWith('/withdraw')");
    driver.tab_to("main button");
    driver.chord(&[ENTER]);
    driver.until("document.querySelector('.problems')");
    assert!(driver.focused(".problems"), "the summary has the focus");
    driver.tab_to(".problems a");
    driver.chord(&[ENTER]);
    driver.until("document.activeElement.id === 'reason'");
    driver.write("a mistake");
    driver.tab_to("main button");
    driver.chord(&[ENTER]);
    driver.until("location.search.includes('done=withdraw')");
}

#[test]
fn the_same_works_without_scripts() {
    let Some(_) = axe() else { return };
    let (served, driver) = (Served::start(), Driver::start());
    driver.devtools("Emulation.setScriptExecutionDisabled", json!({"value": true}));
    served.enter(&driver);
    driver.write("/");
    assert!(!driver.focused("#q"), "scripts are off");
    driver.tab_to("#q");
    driver.write("Верас");
    driver.chord(&[ENTER]);
    driver.until("location.pathname === '/search'");
    driver.tab_to(&format!("main a[href=\"{}\"]", record(PERSON)));
    driver.chord(&[ENTER]);
    driver.until(&format!("location.pathname === '{}'", record(PERSON)));
    driver.tab_to("main a[href$=\"/add\"]");
    driver.chord(&[ENTER]);
    driver.until("location.pathname.endsWith('/add')");
    fill_and_save(&served, &driver);
    let added = served.newest(PERSON, "person.occupation");
    reach(&driver, &format!("#c-{}", added.id), "correct");
    driver.until("location.pathname.endsWith('/correct')");
    driver.tab_to("#value");
    driver.chord(&[CONTROL, "a"]);
    driver.write("master miller");
    driver.chord(&[ENTER]);
    driver.until("location.search.includes('done=corrected')");
    assert_eq!(served.newest(PERSON, "person.occupation").value.unwrap().written().unwrap(), "master miller");
}

/// From the chooser of properties to the saved claim: an occupation, its source found in the book, and the source's words.
fn fill_and_save(served: &Served, driver: &Driver) {
    driver.tab_to("main a[href*=\"person.occupation\"]");
    driver.chord(&[ENTER]);
    driver.until("document.querySelector('#value')");
    driver.tab_to("#value");
    driver.write("miller");
    driver.tab_to("#source-find");
    driver.write("watch");
    // Enter in any field runs a search that was typed and not run yet, before anything is saved.
    driver.chord(&[ENTER]);
    driver.until("document.querySelector('.offers')");
    assert!(driver.focused(&format!(".offers input[value=\"{}\"]", id::<()>(SOURCE))), "what was found has the focus");
    driver.chord(&[SPACE]);
    driver.tab_to("#words");
    driver.write("with flour on his coat");
    driver.tab_to(".buttons button.primary");
    driver.chord(&[ENTER]);
    driver.until("location.search.includes('done=added')");
    assert!(driver.text().contains("miller"));
    assert_eq!(served.newest(PERSON, "person.occupation").value.unwrap().written().unwrap(), "miller");
}

/// Goes to something that can be done with a claim. It may be folded away: then its summary is opened first.
fn reach(driver: &Driver, line: &str, what: &str) {
    let link = format!("{line} a[href$=\"/{what}\"]");
    if driver.ask(&format!("return document.querySelector({}).checkVisibility()", json!(link))) == false {
        driver.tab_to(&format!("{line} details:has(a[href$=\"/{what}\"]) > summary"));
        driver.chord(&[ENTER]);
    }
    driver.tab_to(&link);
    driver.chord(&[ENTER]);
}

/// Every page, by its address.
fn pages() -> Vec<String> {
    let claim = |n: u8| format!("/c/{}", id::<()>(n));
    let lists = ["people", "units", "incidents", "acts", "injuries", "places", "exhibits", "sources", "postings", "commands", "positionings", "involvements"];
    let mut pages: Vec<String> = ["/book", "/keys", "/new", "/search?q=Veras", "/search?q=zzzz", "/search", "/nowhere"].map(str::to_owned).into();
    pages.extend(lists.map(|list| format!("/{list}")));
    pages.extend(["/incidents?q=nothing-like-this".to_owned(), "/incidents/map".to_owned(), "/places/map".to_owned()]);
    pages.extend(RECORDS.map(|(n, _)| record(n)));
    pages.extend([record(PERSON) + "/history", record(UNIT) + "/structure", record(SOURCE) + "/cited"]);
    pages.extend(NodeKind::ALL.map(|kind| format!("/new/{}", kind.code())));
    pages.extend([PERSON, INCIDENT, ACT, EXHIBIT, POSTING].map(|n| record(n) + "/add"));
    for (n, property) in [
        (PERSON, "person.name"),
        (PERSON, "person.sex"),
        (PERSON, "person.note"),
        (INCIDENT, "incident.when"),
        (INCIDENT, "incident.where"),
        (INCIDENT, "incident.place"),
        (ACT, "act.violation"),
        (EXHIBIT, "exhibit.bytes"),
        (EXHIBIT, "exhibit.address"),
    ] {
        pages.push(format!("{}/add?property={property}", record(n)));
    }
    // Claims are numbered from 101 in the order of the story: 104 is a name, 103 an address.
    pages.extend(["correct", "accept", "question", "withdraw", "erase"].map(|what| format!("{}/{what}", claim(104))));
    pages.push(format!("{}/leave", claim(103)));
    pages
}

#[test]
fn no_page_shuts_anybody_out() {
    let Some(axe) = axe() else { return };
    let (served, driver) = (Served::start(), Driver::start());
    driver.go(&served.url("/sign-in"));
    let mut found = Vec::new();
    let mut checks = 0;
    checks += each_language(&served, &driver, &axe, &["/sign-in".to_owned(), "/join".to_owned(), format!("/join/{}", served.asks)], &mut found);
    served.enter(&driver);
    checks += each_language(&served, &driver, &axe, &["/me".to_owned(), "/me/code".to_owned()], &mut found);
    checks += each_language(&served, &driver, &axe, &pages(), &mut found);
    // Pages that only a form leads to: what was found, and what is wrong.
    for lang in Lang::ALL {
        driver.go(&served.url(&format!("{}/add?property=incident.place&lang={lang}", record(INCIDENT))));
        for (button, name) in [("button[value=\"find:value\"]", "found"), (".buttons button.primary", "wrong")] {
            driver.tab_to(button);
            driver.chord(&[ENTER]);
            driver.until("document.querySelector('.offers, .problems')");
            checks += check(&driver, &axe, &format!("form {name} {lang}"), &mut found);
        }
    }
    assert!(found.is_empty(), "{} violations:\n{}", found.len(), found.join("\n"));
    assert!(checks > 1000, "{checks} checks");
}

/// The pages of casework, by their address.
fn casework() -> Vec<String> {
    let (case, task) = (format!("/cases/{}", id::<()>(2)), format!("/tasks/{}", id::<()>(1)));
    let of_case = ["", "/question", "/hypothesis", "/elements", "/task"].map(|path| format!("{case}{path}"));
    let mut pages: Vec<String> = ["/today", "/clocks", "/tasks", "/tasks?show=done", "/cases"].map(str::to_owned).into();
    pages.extend(of_case);
    pages.push(format!("{case}/support?element={}&q=mill", id::<()>(10)));
    pages.push(format!("{case}/back/{}", id::<()>(2)));
    pages.extend([task, record(EXHIBIT), record(EXHIBIT) + "/custody", record(SOURCE) + "/erase", record(ACT)]);
    pages
}

#[test]
fn no_page_of_casework_shuts_anybody_out() {
    let Some(axe) = axe() else { return };
    let (served, driver, mut found) = (Served::start(), Driver::start(), Vec::new());
    served.enter(&driver);
    let checks = each_language(&served, &driver, &axe, &casework(), &mut found);
    assert!(found.is_empty(), "{} violations:\n{}", found.len(), found.join("\n"));
    assert!(checks > 200, "{checks} checks");
    // A gap becomes a task with one key.
    driver.go(&served.url(&format!("/cases/{}", id::<()>(2))));
    let row = format!("document.querySelector('#e-{}')", id::<()>(11));
    driver.ask(&format!("{row}.querySelector('a[data-open]').focus(); {row}.classList.add('picked')"));
    driver.write("1");
    driver.until("location.search.includes('done=task-made')");
    assert!(driver.text().contains("there is a task"));
}

/// Pictures of casework into the folder that `KNIHA_PICTURES` names.
#[test]
#[ignore = "draws pictures"]
fn pictures() {
    let (served, driver) = (Served::start(), Driver::start());
    let folder = std::path::PathBuf::from(std::env::var("KNIHA_PICTURES").unwrap());
    served.enter(&driver);
    let case = format!("/cases/{}", id::<()>(2));
    let support = format!("{case}/support?element={}&q=mill", id::<()>(10));
    for (name, path, lang, width, scheme) in [
        ("desk-today", "/today", "en", 1280, "light"),
        ("desk-today-phone", "/today", "be", 390, "light"),
        ("desk-clocks", "/clocks", "en", 1280, "light"),
        ("desk-cases", "/cases", "uk", 1280, "light"),
        ("desk-case", &case, "en", 1280, "light"),
        ("desk-case-dark", &case, "ru", 1280, "dark"),
        ("desk-case-phone", &case, "be", 390, "light"),
        ("desk-support", &support, "en", 1280, "light"),
        ("desk-elements", &format!("{case}/elements"), "be", 1280, "light"),
        ("desk-custody", &format!("{}/custody", record(EXHIBIT)), "en", 1280, "light"),
        ("desk-exhibit", &record(EXHIBIT), "en", 1280, "light"),
        ("desk-falling", &format!("{}/erase", record(SOURCE)), "en", 1280, "light"),
    ] {
        driver.devtools("Emulation.setDeviceMetricsOverride", json!({"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 800}));
        driver.devtools("Emulation.setEmulatedMedia", json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]}));
        driver.go(&served.url(&format!("{path}{}lang={lang}", if path.contains('?') { '&' } else { '?' })));
        let taken = driver.devtools("Page.captureScreenshot", json!({"captureBeyondViewport": true}));
        let bytes = data_encoding::BASE64.decode(taken["data"].as_str().unwrap().as_bytes()).unwrap();
        std::fs::write(folder.join(format!("{name}.png")), bytes).unwrap();
    }
}

/// The pages of whoever is not a reader, each as the one who goes there.
#[test]
fn no_page_of_the_house_shuts_anybody_out() {
    let Some(axe) = axe() else { return };
    let (served, mut found) = (Served::start(), Vec::new());
    let member = |n: u8, what: &str| format!("/members/{}{what}", id::<()>(n));
    let operator =
        vec!["/members".to_owned(), format!("/members/{}", served.asks), member(1, ""), member(1, "/arrested"), member(FROZEN, ""), "/decide".to_owned()];
    for (login, first, paths) in [("operator", "/members", operator), ("auditor", "/watch", vec!["/watch".to_owned(), "/decide".to_owned()])] {
        let driver = Driver::start();
        served.enter_as(&driver, login, first);
        each_language(&served, &driver, &axe, &paths, &mut found);
    }
    // Words that are shown, typed back wrong; and a reader who signs by key.
    let driver = Driver::start();
    driver.go(&served.url("/join"));
    driver.tab_to("#login");
    driver.write("new.one");
    driver.tab_to("button.primary");
    driver.chord(&[ENTER]);
    driver.until("document.querySelector('.eight')");
    check(&driver, &axe, "words", &mut found);
    driver.tab_to("#passphrase");
    driver.write("one two three");
    driver.chord(&[ENTER]);
    driver.until("document.querySelector('.problems')");
    check(&driver, &axe, "wrong words", &mut found);
    served.enter_as(&driver, "reader", "/decide");
    driver.write("j");
    driver.write("1");
    driver.until("location.search.includes('done=carried-out')");
    assert!(driver.text().contains("Signed by two and carried out."));
    assert!(found.is_empty(), "{} violations:\n{}", found.len(), found.join("\n"));
}

/// Each page in each language.
fn each_language(served: &Served, driver: &Driver, axe: &str, paths: &[String], found: &mut Vec<String>) -> usize {
    let mut checks = 0;
    for path in paths {
        for lang in Lang::ALL {
            let mark = if path.contains('?') { '&' } else { '?' };
            driver.go(&served.url(&format!("{path}{mark}lang={lang}")));
            checks += check(driver, axe, &format!("{path} {lang}"), found);
        }
        driver.go(&served.url(&format!("{path}?lang=en")));
    }
    checks
}

/// The page as it stands, light and dark, wide and narrow, before axe-core; and whether it fits its width.
fn check(driver: &Driver, axe: &str, page: &str, found: &mut Vec<String>) -> usize {
    driver.ask(axe);
    let mut checks = 0;
    for (width, scheme) in [(1280, "light"), (1280, "dark"), (390, "dark"), (390, "light")] {
        let height = 900;
        driver.devtools("Emulation.setDeviceMetricsOverride", json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 800}));
        driver.devtools("Emulation.setEmulatedMedia", json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]}));
        let run = "const done = arguments[arguments.length - 1];
            axe.run(document, {resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})
                .then((result) => done(result.violations.map((v) => v.id + ': ' + v.help + ' — ' + v.nodes.slice(0, 3).map((n) => n.html.slice(0, 160)).join(' | '))),
                    (error) => done(['axe failed: ' + error]));";
        let Value::Array(violations) = driver.wait_for(run) else { panic!("axe-core gives no list") };
        found.extend(violations.iter().map(|violation| format!("{page} {width} {scheme}: {}", violation.as_str().unwrap_or_default())));
        let over = driver.ask("return document.documentElement.scrollWidth - document.documentElement.clientWidth").as_i64().unwrap_or(0);
        if over > 0 {
            found.push(format!("{page} {width} {scheme}: {over} px wider than the window"));
        }
        checks += 1;
    }
    driver.devtools("Emulation.clearDeviceMetricsOverride", json!({}));
    checks
}

/// What the addresses above are made of is what the desk makes.
#[test]
fn addresses_are_made_of_ids() {
    assert_eq!(record(PERSON), format!("/r/{}", NodeId::from_random([PERSON; 16])));
    assert_eq!(id::<()>(104).to_string(), ClaimId::from_random([104; 16]).to_string());
}
