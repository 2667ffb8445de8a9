//! A person at a browser: opens, types, presses, reads.

use std::time::Duration;

use kniha_core::lang::Lang;
use serde_json::{Value, json};

use crate::driver::Driver;
use crate::stage::Served;

/// A phone's width and height, in CSS pixels.
pub(crate) const PHONE: (u32, u32) = (360, 740);
/// A desk's.
pub(crate) const DESK: (u32, u32) = (1280, 900);

/// The Chromium preference of somebody who switched scripts off for all sites.
fn no_scripts() -> Value {
    json!({"profile.managed_default_content_settings.javascript": 2})
}

/// A person, their browser and the portal they visit.
pub(crate) struct Person<'s> {
    pub(crate) driver: Driver,
    pub(crate) served: &'s Served,
    pub(crate) lang: Lang,
}

impl<'s> Person<'s> {
    /// With a phone that runs no scripts.
    pub(crate) fn without_scripts(served: &'s Served) -> Person<'s> {
        let driver = Driver::with(&no_scripts());
        driver.go("data:text/html,<noscript>off</noscript>");
        assert_eq!(driver.text(), "off", "scripts run");
        Person::at(driver, served)
    }

    /// With a browser that runs scripts.
    pub(crate) fn with_scripts(served: &'s Served) -> Person<'s> {
        Person::at(Driver::start(), served)
    }

    fn at(driver: Driver, served: &'s Served) -> Person<'s> {
        let person = Person { driver, served, lang: Lang::Be };
        person.window(PHONE, "light");
        person
    }

    /// Gives the window this size and colour scheme.
    pub(crate) fn window(&self, (width, height): (u32, u32), scheme: &str) {
        self.driver.devtools("Emulation.setDeviceMetricsOverride", json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 800}));
        self.driver.devtools("Emulation.setEmulatedMedia", json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]}));
    }

    /// Opens a page of the portal in the person's language.
    pub(crate) fn open(&self, path: &str) -> &Self {
        self.driver.go(&self.served.url(&format!("/{}{path}", self.lang.code())));
        self
    }

    pub(crate) fn write(&self, name: &str, text: &str) -> &Self {
        self.driver.type_into(&format!("[name=\"{name}\"]"), text);
        self
    }

    /// Chooses an answer or ticks a box, by its label: the whole line is the target.
    pub(crate) fn choose(&self, id: &str) -> &Self {
        self.driver.press(&format!("label[for=\"{id}\"]"));
        self
    }

    /// Presses a button or link, and waits for the page that it leads to.
    pub(crate) fn press(&self, selector: &str) -> &Self {
        self.driver.ask("document.documentElement.dataset.left = 1");
        self.driver.press(selector);
        self.driver.until("document.documentElement.dataset.left === undefined");
        self
    }

    /// Presses the main button.
    pub(crate) fn go_on(&self) -> &Self {
        self.press("main button.primary")
    }

    /// From the first screen to the second.
    pub(crate) fn begin(&self) -> &Self {
        self.open("").go_on()
    }

    /// As far as the words, by the shortest way; gives them.
    pub(crate) fn as_far_as_words(&self, account: &str) -> String {
        self.begin().write("tell/account", account).go_on().choose("door-team").go_on().words()
    }

    /// The words on the screen.
    pub(crate) fn words(&self) -> String {
        let words = self.driver.ask("return [...document.querySelectorAll('ol.words li')].map((li) => li.innerText).join(' ')");
        words.as_str().unwrap_or_default().to_owned()
    }

    /// Types words back and sends.
    pub(crate) fn send(&self, words: &str) -> &Self {
        self.go_on().write("words", words).go_on()
    }

    /// Comes back with words, from the first screen.
    pub(crate) fn come_back(&self, words: &str) -> &Self {
        self.open("").press("main a[href$=\"/back\"]").write("words", words).go_on()
    }

    /// What the page says.
    pub(crate) fn reads(&self) -> String {
        self.driver.text()
    }

    /// Fails unless the page says this.
    pub(crate) fn sees(&self, text: &str) -> &Self {
        let page = self.reads();
        assert!(page.contains(text), "{text} is not on {}:\n{page}", self.driver.address());
        self
    }

    /// The page as it came over the wire.
    pub(crate) fn source(&self) -> String {
        self.served.heard.lock().unwrap().clone()
    }

    /// The whole page as a PNG in base64, however long it is.
    pub(crate) fn picture(&self) -> String {
        // Else what sticks to the window stands in the middle.
        self.driver.ask("scrollTo(0, 0)");
        let shot = self.driver.devtools("Page.captureScreenshot", json!({"captureBeyondViewport": true}));
        shot["data"].as_str().unwrap_or_default().to_owned()
    }
}

/// The first four letters of each word, as somebody in a hurry types them.
pub(crate) fn four_letters(words: &str) -> String {
    words.split(' ').map(|word| word.chars().take(4).collect::<String>()).collect::<Vec<_>>().join(" ")
}

/// Waits after a key as somebody does who types five characters a second; what the browser took is within.
pub(crate) fn typing(_: char) {
    std::thread::sleep(Duration::from_millis(200));
}
