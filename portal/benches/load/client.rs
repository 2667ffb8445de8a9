//! A client as lean as can be, since it shares the processors with what it measures: a connection for each request, as the portal wants it.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Bytes of a file that are written at once.
const PIECE: usize = 256 * 1024;
const BOUNDARY: &str = "----WebKitFormBoundaryq8Yv2cXn5RtL0mZd";

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

/// A request for a page.
pub(crate) fn get(path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: portal.example\r\nAccept: text/html\r\n\r\n").into_bytes()
}

/// A request that sends something.
pub(crate) fn post(path: &str, kind: &str, cookie: Option<&str>, body: &[u8]) -> Vec<u8> {
    let mut request = head_of_post(path, kind, cookie, body.len()).into_bytes();
    request.extend_from_slice(body);
    request
}

fn head_of_post(path: &str, kind: &str, cookie: Option<&str>, len: usize) -> String {
    let cookie = cookie.map_or_else(String::new, |cookie| format!("Cookie: {cookie}\r\n"));
    format!("POST {path} HTTP/1.1\r\nHost: portal.example\r\nOrigin: null\r\nContent-Type: {kind}\r\n{cookie}Content-Length: {len}\r\n\r\n")
}

/// One request, over a connection of its own.
pub(crate) async fn ask(address: SocketAddr, request: &[u8]) -> io::Result<Answer> {
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(request).await?;
    answer(stream).await
}

async fn answer(mut stream: TcpStream) -> io::Result<Answer> {
    let mut bytes = Vec::with_capacity(32 * 1024);
    stream.read_to_end(&mut bytes).await?;
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").ok_or(io::ErrorKind::UnexpectedEof)?;
    let body = bytes.split_off(end + 4);
    let head = String::from_utf8_lossy(&bytes).into_owned();
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).ok_or(io::ErrorKind::InvalidData)?;
    Ok(Answer { status, head, body })
}

/// What many requests met.
#[derive(Default)]
pub(crate) struct Load {
    waits: Vec<Duration>,
    wall: Duration,
    pub(crate) refused: usize,
}

impl Load {
    pub(crate) fn add(&mut self, other: Load) {
        self.waits.extend(other.waits);
        self.waits.sort_unstable();
        self.wall += other.wall;
        self.refused += other.refused;
    }

    pub(crate) fn per_second(&self) -> f64 {
        self.waits.len() as f64 / self.wall.as_secs_f64()
    }

    pub(crate) fn p99_ms(&self) -> f64 {
        self.at(99)
    }

    fn at(&self, percent: usize) -> f64 {
        self.waits.get((self.waits.len().saturating_sub(1)) * percent / 100).map_or(0.0, |wait| wait.as_secs_f64() * 1e3)
    }
}

impl fmt::Display for Load {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.0}/s, p50 {:.1} ms, p99 {:.1} ms", self.per_second(), self.at(50), self.p99_ms())?;
        if self.refused > 0 { write!(f, ", {} REFUSED", self.refused) } else { Ok(()) }
    }
}

/// Sends each request once, or all in turn for so long; so many at once.
pub(crate) async fn load(address: SocketAddr, requests: Arc<Vec<Vec<u8>>>, at_once: usize, time: Option<Duration>) -> Load {
    let next = Arc::new(AtomicUsize::new(0));
    let began = Instant::now();
    let lanes: Vec<_> = (0..at_once)
        .map(|_| {
            let (requests, next) = (requests.clone(), next.clone());
            tokio::spawn(async move {
                let (mut waits, mut refused) = (Vec::new(), 0);
                loop {
                    let i = next.fetch_add(1, Ordering::Relaxed);
                    let more = time.map_or(i < requests.len(), |time| began.elapsed() < time);
                    if !more {
                        return (waits, refused);
                    }
                    let one = Instant::now();
                    match ask(address, &requests[i % requests.len()]).await {
                        Ok(Answer { status: 200, .. }) => waits.push(one.elapsed()),
                        Ok(_) | Err(_) => refused += 1,
                    }
                }
            })
        })
        .collect();
    let mut all = Load::default();
    for lane in lanes {
        let (waits, refused) = lane.await.unwrap();
        all.waits.extend(waits);
        all.refused += refused;
    }
    all.wall = began.elapsed();
    all.waits.sort_unstable();
    all
}

/// A browser: keeps a cookie and the page it is on.
pub(crate) struct Visitor {
    address: SocketAddr,
    lang: &'static str,
    cookie: Option<String>,
    pub(crate) page: String,
    state: Option<String>,
}

impl Visitor {
    pub(crate) fn new(address: SocketAddr, lang: &'static str) -> Visitor {
        Visitor { address, lang, cookie: None, page: String::new(), state: None }
    }

    pub(crate) async fn begin(&mut self) -> &mut Visitor {
        self.state = Some(String::new());
        self.go("before", &[("go", "next")]).await
    }

    /// The hidden state of the page.
    pub(crate) fn state(&self) -> String {
        self.state.clone().unwrap_or_else(|| {
            let mark = "name=\"state\" value=\"";
            let at = self.page.find(mark).unwrap_or_else(|| panic!("no state in {}", self.page)) + mark.len();
            self.page[at..].split('"').next().unwrap().to_owned()
        })
    }

    /// As if an older page were open.
    pub(crate) fn put_state(&mut self, state: &str) -> &mut Visitor {
        self.state = Some(state.to_owned());
        self
    }

    pub(crate) fn words(&self) -> String {
        let list = self.page.split("<ol class=\"words").nth(1).unwrap_or_else(|| panic!("no words in {}", self.page)).split("</ol>").next().unwrap();
        list.split("<li>").skip(1).map(|item| item.split("</li>").next().unwrap()).collect::<Vec<_>>().join(" ")
    }

    /// What a press on this screen sends.
    pub(crate) fn request(&self, at: &str, fields: &[(&str, &str)]) -> Vec<u8> {
        let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        let state = self.state();
        let all = [&[("at", at), ("state", &state)], fields].concat();
        let body = all.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect::<Vec<_>>().join("&");
        post(&format!("/{}/tell", self.lang), "application/x-www-form-urlencoded", self.cookie.as_deref(), body.as_bytes())
    }

    pub(crate) async fn go(&mut self, at: &str, fields: &[(&str, &str)]) -> &mut Visitor {
        let answer = ask(self.address, &self.request(at, fields)).await.unwrap();
        assert_eq!(answer.status, 200, "{at}: {}", String::from_utf8_lossy(&answer.body));
        let cookie = answer.head.lines().find_map(|line| line.strip_prefix("set-cookie: ")).and_then(|set| set.split(';').next());
        self.cookie = cookie.map(str::to_owned).or(self.cookie.take());
        self.page = String::from_utf8(answer.body).unwrap();
        self.state = None;
        self
    }

    /// A whole report, as far as the page of files.
    pub(crate) async fn report(&mut self, account: &str) {
        self.begin().await.go("account", &[("go", "next"), ("tell/account", account)]).await.go("door", &[("go", "next"), ("door/door", "team")]).await;
        let words = self.words();
        self.go("check", &[("go", "next")]).await.go("type", &[("go", "send"), ("words", &words)]).await;
    }

    /// Sends a file of so many bytes; whether the page says its hash.
    pub(crate) async fn upload(&self, bytes: usize) -> bool {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        let mut piece = vec![0; PIECE];
        getrandom::fill(&mut piece).unwrap();
        let part = |name: &str, rest: &str| format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"{rest}\r\n\r\n");
        let first =
            format!("{}{}\r\n{}\r\n{}", part("state", ""), self.state(), part("about", ""), part("file", "; filename=\"a.mp4\"\r\nContent-Type: video/mp4"));
        let last = format!("\r\n--{BOUNDARY}--\r\n");
        let kind = format!("multipart/form-data; boundary={BOUNDARY}");
        let head = head_of_post(&format!("/{}/file", self.lang), &kind, self.cookie.as_deref(), first.len() + bytes + last.len());
        stream.write_all((head + &first).as_bytes()).await.unwrap();
        let mut left = bytes;
        while left > 0 {
            let now = left.min(PIECE);
            stream.write_all(&piece[..now]).await.unwrap();
            left -= now;
        }
        stream.write_all(last.as_bytes()).await.unwrap();
        let answer = answer(stream).await.unwrap();
        let page = String::from_utf8_lossy(&answer.body);
        answer.status == 200 && page.contains(&bytes.to_string()) && page.split(|c: char| !c.is_ascii_hexdigit()).any(|digits| digits.len() == 64)
    }
}
