//! A browser driven as a person drives it: by keys. Speaks WebDriver (W3C) with Debian's chromedriver over plain HTTP/1.1 on loopback; what
//! WebDriver has no word for (colour scheme, width, scripts off) goes through its Chromium extension. Blocking; starts and ends one process.
//! The portal's `walk` uses it too.

#![allow(dead_code, reason = "each of the two tests calls what it needs")]

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// Longest wait for the browser's answer.
const PATIENCE: Duration = Duration::from_secs(60);

/// Keys without a letter (WebDriver § 17.4.2).
pub(crate) const ENTER: &str = "\u{e007}";
pub(crate) const TAB: &str = "\u{e004}";
pub(crate) const CONTROL: &str = "\u{e009}";
pub(crate) const SPACE: &str = " ";

/// One browser with one window.
pub(crate) struct Driver {
    child: Child,
    port: u16,
    session: String,
    _profile: tempfile::TempDir,
}

impl Driver {
    /// Starts chromedriver on a free port and a browser with an empty profile.
    pub(crate) fn start() -> Driver {
        Driver::with(&json!({}))
    }

    /// The same with these preferences of Chromium.
    pub(crate) fn with(preferences: &Value) -> Driver {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut command = Command::new("chromedriver");
        command.arg(format!("--port={port}")).stdout(Stdio::null()).stderr(Stdio::null());
        let child = command.spawn().unwrap_or_else(|error| panic!("chromedriver does not start: {error}"));
        let profile = tempfile::tempdir().unwrap();
        let mut driver = Driver { child, port, session: String::new(), _profile: profile };
        let began = Instant::now();
        while driver.send("GET", "/status", None).is_none_or(|status| status["ready"] != true) {
            assert!(began.elapsed() < PATIENCE, "chromedriver is not ready after {PATIENCE:?}");
            std::thread::sleep(Duration::from_millis(50));
        }
        let arguments = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-default-apps",
            "--disable-sync",
            "--no-first-run",
            "--no-default-browser-check",
            "--window-size=1280,900",
            &format!("--user-data-dir={}", driver._profile.path().display()),
        ];
        let wanted = json!({"capabilities": {"alwaysMatch": {"browserName": "chrome", "goog:chromeOptions": {"args": arguments, "prefs": preferences}}}});
        let session = driver.send("POST", "/session", Some(&wanted)).unwrap_or_else(|| panic!("the browser does not start"));
        session["sessionId"].as_str().unwrap_or_else(|| panic!("the browser does not start: {session}")).clone_into(&mut driver.session);
        driver
    }

    fn send(&self, method: &str, path: &str, body: Option<&Value>) -> Option<Value> {
        let body = body.map(Value::to_string).unwrap_or_default();
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).ok()?;
        stream.set_read_timeout(Some(PATIENCE)).ok()?;
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            self.port,
            body.len()
        );
        stream.write_all(head.as_bytes()).ok()?;
        stream.write_all(body.as_bytes()).ok()?;
        let mut answer = Vec::new();
        let mut block = [0; 65536];
        loop {
            if let Some(value) = whole(&answer) {
                return Some(value["value"].clone());
            }
            match stream.read(&mut block).ok()? {
                0 => return None,
                n => answer.extend_from_slice(&block[..n]),
            }
        }
    }

    /// One command of the session. An error of the browser ends the test.
    fn call(&self, path: &str, body: Value) -> Value {
        let value = self.send("POST", &format!("/session/{}{path}", self.session), Some(&body)).unwrap_or_else(|| panic!("no answer to {path}"));
        assert!(value.get("error").is_none(), "{path}: {} {}", value["error"], value["message"]);
        value
    }

    /// Opens an address, as typing it into the address bar does.
    pub(crate) fn go(&self, url: &str) {
        self.call("/url", json!({"url": url}));
    }

    /// What a script in the page returns.
    pub(crate) fn ask(&self, script: &str) -> Value {
        self.call("/execute/sync", json!({"script": script, "args": []}))
    }

    /// What a script hands to its last argument, once it does.
    pub(crate) fn wait_for(&self, script: &str) -> Value {
        self.call("/execute/async", json!({"script": script, "args": []}))
    }

    /// A command of the DevTools protocol.
    pub(crate) fn devtools(&self, command: &str, parameters: Value) -> Value {
        self.call("/goog/cdp/execute", json!({"cmd": command, "params": parameters}))
    }

    /// The first element that this selects.
    fn element(&self, selector: &str) -> String {
        let found = self.call("/element", json!({"using": "css selector", "value": selector}));
        found.as_object().and_then(|found| found.values().next()).and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    /// Presses on it as a finger does; a page that this opens is whole when it returns.
    pub(crate) fn press(&self, selector: &str) {
        self.call(&format!("/element/{}/click", self.element(selector)), json!({}));
    }

    /// Presses twice, as fast as an impatient hand does: the second press comes while the first is under way.
    pub(crate) fn press_twice(&self, selector: &str) {
        let at = json!({"element-6066-11e4-a52e-4f735466cecf": self.element(selector)});
        let to = json!({"type": "pointerMove", "duration": 0, "origin": at, "x": 0, "y": 0});
        let [down, up] = ["pointerDown", "pointerUp"].map(|what| json!({"type": what, "button": 0}));
        let pause = json!({"type": "pause", "duration": 40});
        let actions = json!([to, down, up, pause, down, up]);
        self.call("/actions", json!({"actions": [{"type": "pointer", "id": "mouse", "parameters": {"pointerType": "mouse"}, "actions": actions}]}));
    }

    /// Types into a box, or names a file for it.
    pub(crate) fn type_into(&self, selector: &str, text: &str) {
        self.call(&format!("/element/{}/value", self.element(selector)), json!({"text": text}));
    }

    /// The browser's Back.
    pub(crate) fn back(&self) {
        self.call("/back", json!({}));
    }

    /// The browser's Reload; a page that was sent for by a form is sent for again.
    pub(crate) fn reload(&self) {
        self.call("/refresh", json!({}));
    }

    /// A window beside this one, and now in it; what is returned leads back.
    pub(crate) fn another_tab(&self) -> String {
        let here = self.send("GET", &format!("/session/{}/window", self.session), None).unwrap_or_default();
        let new = self.call("/window/new", json!({"type": "tab"}));
        self.to_tab(new["handle"].as_str().unwrap_or_default());
        here.as_str().unwrap_or_default().to_owned()
    }

    /// Goes to a window.
    pub(crate) fn to_tab(&self, tab: &str) {
        self.call("/window", json!({"handle": tab}));
    }

    /// Presses keys together, as Control and A.
    pub(crate) fn chord(&self, keys: &[&str]) {
        let down = keys.iter().map(|key| json!({"type": "keyDown", "value": key}));
        let up = keys.iter().rev().map(|key| json!({"type": "keyUp", "value": key}));
        self.act(down.chain(up).collect());
    }

    /// Types a text key by key.
    pub(crate) fn write(&self, text: &str) {
        let keys = text.chars().flat_map(|c| [json!({"type": "keyDown", "value": c.to_string()}), json!({"type": "keyUp", "value": c.to_string()})]);
        self.act(keys.collect());
    }

    fn act(&self, actions: Vec<Value>) {
        self.call("/actions", json!({"actions": [{"type": "key", "id": "keyboard", "actions": actions}]}));
    }

    /// Presses Tab until the focus is on this, as a person without a mouse does.
    pub(crate) fn tab_to(&self, selector: &str) {
        let mut way = Vec::new();
        for _ in 0..400 {
            if self.focused(selector) {
                return;
            }
            self.chord(&[TAB]);
            way.push(self.ask("const a = document.activeElement; return a.tagName + '#' + a.id + '.' + a.className"));
        }
        panic!("{selector} cannot be reached by Tab on {}; the last stops were {:?}", self.address(), &way[way.len().saturating_sub(40)..]);
    }

    /// Whether the focus is on this.
    pub(crate) fn focused(&self, selector: &str) -> bool {
        self.ask(&format!("return document.activeElement.matches({})", json!(selector))) == true
    }

    /// Waits until the page says yes.
    pub(crate) fn until(&self, condition: &str) {
        let began = Instant::now();
        // While a page is being left, asking it may fail; only a lasting no is one.
        while self.send(
            "POST",
            &format!("/session/{}/execute/sync", self.session),
            Some(&json!({"script": format!("return document.readyState === 'complete' && Boolean({condition})"), "args": []})),
        ) != Some(json!(true))
        {
            assert!(began.elapsed() < Duration::from_secs(20), "{condition} does not come true on {}:\n{}", self.address(), self.text());
            std::thread::sleep(Duration::from_millis(30));
        }
    }

    /// The address of the page.
    pub(crate) fn address(&self) -> String {
        self.ask("return location.href").as_str().unwrap_or_default().to_owned()
    }

    /// The words of the page.
    pub(crate) fn text(&self) -> String {
        self.ask("return document.body.innerText").as_str().unwrap_or_default().to_owned()
    }
}

/// The body of a whole answer.
fn whole(answer: &[u8]) -> Option<Value> {
    let at = answer.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&answer[..at]).ok()?.to_ascii_lowercase();
    let length: usize = head.split("\r\n").find_map(|line| line.strip_prefix("content-length:"))?.trim().parse().ok()?;
    serde_json::from_slice(answer.get(at + 4..at + 4 + length)?).ok()
}

impl Drop for Driver {
    fn drop(&mut self) {
        // The session first, or its browser outlives it; then the process that was started here.
        let _ = self.send("DELETE", &format!("/session/{}", self.session), None);
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
