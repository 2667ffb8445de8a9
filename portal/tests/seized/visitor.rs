//! A browser without script: keeps its cookie and the page it is on, sends forms over a connection of their own.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

/// A sealed state that stood in a page, as a browser's cache or a screenshot of the source could keep it.
#[derive(Clone)]
pub(crate) struct Kept {
    pub(crate) purpose: &'static str,
    pub(crate) state: String,
    /// The cookie of the visit, which is in another place of the same phone.
    half: String,
}

impl Kept {
    pub(crate) fn half(&self) -> [u8; 16] {
        data_encoding::BASE64URL_NOPAD.decode(self.half.as_bytes()).unwrap().try_into().unwrap()
    }
}

pub(crate) struct Visitor {
    address: SocketAddr,
    pub(crate) lang: &'static str,
    pub(crate) cookie: Option<String>,
    pub(crate) page: String,
    pub(crate) status: u16,
    /// Every page that this visit was shown.
    pub(crate) pages: Vec<String>,
}

impl Visitor {
    pub(crate) fn new(address: SocketAddr, lang: &'static str) -> Visitor {
        Visitor { address, lang, cookie: None, page: String::new(), status: 0, pages: Vec::new() }
    }

    pub(crate) fn hidden(&self, name: &str) -> String {
        let mark = format!("name=\"{name}\" value=\"");
        let at = self.page.find(&mark).unwrap_or_else(|| panic!("no {name} in {} {}", self.status, self.page)) + mark.len();
        self.page[at..].split('"').next().unwrap().to_owned()
    }

    /// The head of a request, as Tor Browser sends it.
    pub(crate) fn head(&self, method: &str, path: &str, more: &str) -> String {
        let cookie = self.cookie.iter().map(|cookie| format!("Cookie: {cookie}\r\n")).collect::<String>();
        format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nUser-Agent: Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0\r\nAccept: text/html,application/xhtml+xml\r\n\
             Accept-Language: en-US,en;q=0.5\r\nAccept-Encoding: gzip, deflate, br, zstd\r\n{cookie}{more}\r\n",
            self.address
        )
    }

    /// Sends bytes, reads the answer to its end and takes it as the page.
    pub(crate) fn raw(&mut self, pieces: &[&[u8]]) -> &mut Visitor {
        let mut stream = TcpStream::connect(self.address).unwrap();
        for piece in pieces {
            // The portal may have answered and closed before it read all.
            if stream.write_all(piece).is_err() {
                break;
            }
        }
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_default();
        self.status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
        let set = head.lines().find_map(|line| line.strip_prefix("set-cookie: "));
        if let Some(set) = set {
            self.cookie = Some(set.split(';').next().unwrap().to_owned());
        }
        self.page = body.to_owned();
        self.pages.push(self.page.clone());
        self
    }

    /// Goes away in the middle of a request.
    pub(crate) fn breaks_off(&self, bytes: &[u8]) {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.write_all(bytes).unwrap();
        std::thread::sleep(std::time::Duration::from_millis(100));
        let _ = stream.shutdown(Shutdown::Both);
    }

    pub(crate) fn get(&mut self, path: &str) -> &mut Visitor {
        let head = self.head("GET", path, "");
        self.raw(&[head.as_bytes()])
    }

    pub(crate) fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> &mut Visitor {
        let body = fields.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect::<Vec<_>>().join("&");
        self.post_body(path, body.as_bytes())
    }

    pub(crate) fn post_body(&mut self, path: &str, body: &[u8]) -> &mut Visitor {
        let more = format!("Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\nOrigin: null\r\n", body.len());
        let head = self.head("POST", &format!("/{}{path}", self.lang), &more);
        self.raw(&[head.as_bytes(), body])
    }

    /// Sends the screen the visitor is on.
    pub(crate) fn go(&mut self, at: &str, go: &str, fields: &[(&str, &str)]) -> &mut Visitor {
        let state = self.hidden("state");
        let all = [&[("at", at), ("state", &state), ("go", go)], fields].concat();
        self.post("/tell", &all)
    }

    /// The words on the page.
    pub(crate) fn words(&self) -> String {
        let list = self.page.split("<ol class=\"words").nth(1).unwrap_or_else(|| panic!("no words in {}", self.page)).split("</ol>").next().unwrap();
        list.split("<li>").skip(1).map(|item| item.split("</li>").next().unwrap()).collect::<Vec<_>>().join(" ")
    }

    pub(crate) fn upload(&mut self, name: &str, content: &[u8], about: &str) -> &mut Visitor {
        let (head, before, after) = self.upload_head(name, content.len(), about);
        self.raw(&[head.as_bytes(), before.as_bytes(), content, after])
    }

    /// The head of an upload, and its body before and after the file.
    pub(crate) fn upload_head(&self, name: &str, length: usize, about: &str) -> (String, String, &'static [u8]) {
        let field = |name: &str, value: &str| format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        let before = format!(
            "{}{}--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: application/octet-stream\r\n\r\n",
            field("state", &self.hidden("state")),
            field("about", about)
        );
        let after = b"\r\n--edge--\r\n";
        let length = before.len() + length + after.len();
        let more = format!("Content-Type: multipart/form-data; boundary=edge\r\nContent-Length: {length}\r\nOrigin: null\r\n");
        (self.head("POST", &format!("/{}/file", self.lang), &more), before, after)
    }

    pub(crate) fn half(&self) -> String {
        self.cookie.as_ref().unwrap().split_once('=').unwrap().1.to_owned()
    }

    /// The sealed states of all pages.
    pub(crate) fn kept(&self) -> Vec<Kept> {
        let states = self.pages.iter().filter_map(|page| Some((page, page.split("name=\"state\" value=\"").nth(1)?.split('"').next()?)));
        let of = |(page, state): (&String, &str)| {
            let purpose = if page.contains("multipart/form-data") {
                "file"
            } else if page.contains("/back/") {
                "back"
            } else {
                "tell"
            };
            Kept { purpose, state: state.to_owned(), half: self.half() }
        };
        states.map(of).collect()
    }
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string().replace("%20", "+")
}
