//! Fifty people tell, and others deposit, come back, break off and are refused. Everything they say is noted down by the test and by nobody else.

use std::net::SocketAddr;

use kniha_core::lang::Lang;
use kniha_inbox::Inbox;
use kniha_seal::mailbox::{Answer, AnswerKind, Block};
use kniha_seal::source::Source;
use kniha_seal::words::Words;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::search::{Content, Planted};
use crate::team::{BOOK, Team};
use crate::visitor::{Kept, Visitor};
use crate::{random, today};

/// How many people report: each report is four parts.
pub(crate) const REPORTS: usize = 50;
pub(crate) const DEPOSITS: usize = 6;
/// How many come back to read an answer.
const BACK: usize = 4;
const LARGE: usize = 30 << 20;
/// How many tell at the same time.
const AT_ONCE: usize = 5;

const LANGS: [(&str, Lang); 4] = [("be", Lang::Be), ("ru", Lang::Ru), ("uk", Lang::Uk), ("en", Lang::En)];

/// What the test knows of what was told.
#[derive(Default)]
pub(crate) struct Told {
    /// Texts, and keys that grow from words.
    pub(crate) planted: Vec<Planted>,
    /// States of all pages.
    pub(crate) kept: Vec<Kept>,
    /// The words of deposits.
    pub(crate) deposits: Vec<Source>,
    /// Words of those who come back, with the answer that waits.
    waiting: Vec<(Words, String)>,
}

/// A person on the way through the screens.
type Fields = Vec<(&'static str, String)>;

impl Told {
    /// A text that stands nowhere else: 24 letters, Latin and Cyrillic in turn.
    fn text(&mut self, kind: &'static str) -> String {
        let letters: Vec<char> = if self.planted.len().is_multiple_of(2) { ('a'..='z').collect() } else { ('а'..='я').collect() };
        let mut bytes = [0; 24];
        rand_core::Rng::fill_bytes(&mut random(), &mut bytes);
        let text: String = bytes.iter().map(|byte| letters[usize::from(*byte) % letters.len()]).collect();
        self.planted.push(Planted { kind, content: Content::Text(text.clone()) });
        text
    }

    /// Words that were shown, as pages and forms write them, and what grows from them.
    fn words(&mut self, text: &str, lang: Lang) -> Source {
        let words = Words::parse(text, lang).unwrap();
        let list: Vec<&str> = text.split(' ').collect();
        let percent: Vec<String> = list.iter().map(|word| utf8_percent_encode(word, NON_ALPHANUMERIC).to_string()).collect();
        for at in [0, 4, 9] {
            for written in [list[at..at + 3].join(" "), list[at..at + 3].join("</li><li>"), percent[at..at + 3].join("+")] {
                self.planted.push(Planted { kind: "three words", content: Content::Whole(written) });
            }
        }
        let source = Source::new(&BOOK, &words);
        let voice = source.voice();
        let (ed25519, mldsa) = voice.seeds();
        let (root, _) = hkdf::Hkdf::<sha2::Sha256>::extract(Some(&BOOK), words.bits().expose());
        let mut key = |kind, bytes: &[u8]| self.planted.push(Planted { kind, content: Content::Key(bytes.to_vec()) });
        key("bits of words", words.bits().expose());
        key("root of words", &root);
        key("reply key", source.reply().seed().expose());
        key("deposit key", source.deposit().seed().expose());
        key("voice key", ed25519.expose());
        key("voice key", mldsa.expose());
        key("capsule key", source.capsule_key().expose());
        source
    }

    /// A visit is over: what its pages kept, and the half that its cookie held.
    fn over(&mut self, visitor: &Visitor) {
        self.kept.extend(visitor.kept());
        let half = visitor.half();
        let raw = data_encoding::BASE64URL_NOPAD.decode(half.as_bytes()).unwrap();
        self.planted.push(Planted { kind: "cookie", content: Content::Whole(half) });
        self.planted.push(Planted { kind: "half in the cookie", content: Content::Key(raw) });
    }

    /// Puts answers of the team into the inbox, for words that are given out later.
    pub(crate) async fn answers(&mut self, team: &Team, inbox: &Inbox) {
        for i in 0..BACK {
            let (words, text) = (Words::random(&mut random()), self.text("answer of the team"));
            let source = Source::new(&BOOK, &words);
            let answer = Answer { seq: 1, kind: AnswerKind::Text, lang: "be".to_owned(), day: today(), list_no: 1, text: text.clone() };
            let block = Block::seal(&BOOK, &source.mailbox(), &source.reply().public(), &answer, &team.reply, &mut random()).unwrap();
            inbox.put_block(source.mailbox().0, [u8::try_from(i).unwrap(); 16], 12 * 200, block.bytes()).await.unwrap();
            self.waiting.push((words, text));
        }
    }

    /// Everybody's visits.
    pub(crate) fn tell(&mut self, address: SocketAddr) {
        let reports = |first: usize| {
            let mut told = Told::default();
            (first..REPORTS).step_by(AT_ONCE).for_each(|i| told.report(address, i));
            told
        };
        std::thread::scope(|scope| {
            let visits: Vec<_> = (0..AT_ONCE).map(|first| scope.spawn(move || reports(first))).collect();
            for visit in visits {
                let mut told = visit.join().unwrap();
                self.planted.append(&mut told.planted);
                self.kept.append(&mut told.kept);
            }
        });
        for i in 0..DEPOSITS {
            self.deposit(address, i);
        }
        for (words, answer) in std::mem::take(&mut self.waiting) {
            self.comes_back(address, &words, &answer);
        }
        self.never_sent(address);
        self.refused(address);
    }

    fn account(&mut self, i: usize) -> Fields {
        let account = self.text("account");
        // Some are long: they fill buffers of every size.
        let around = "Былі там удзень, нікога не было. ".repeat(if i % 7 == 3 { 500 } else { i % 5 });
        let mut fields = vec![("tell/account", format!("{around}\r\n{account} ля ракі"))];
        let more = [("tell/where", 5, 0), ("tell/when", 5, 1), ("tell/heard", 5, 2), ("own/acts", 3, 0), ("tell/later", 5, 3), ("tell/help", 5, 4)];
        for (name, every, at) in more {
            if i % every == at {
                fields.push((name, self.text(name)));
            }
        }
        if i.is_multiple_of(4) {
            fields.push(("triage/urgent", "yes".to_owned()));
        }
        fields
    }

    fn door(&mut self, i: usize, door: &str) -> Fields {
        let mut fields = vec![("door/door", door.to_owned()), ("door/silent", "court".to_owned())];
        if i.is_multiple_of(2) {
            fields.push(("contact/reach", format!("праз сястру, {}", self.text("contact/reach"))));
        }
        if i % 5 == 1 {
            fields.push(("door/never", self.text("door/never")));
        }
        if i % 5 == 2 {
            fields.extend([("prove", "yes".to_owned()), ("statement", self.text("statement"))]);
        }
        fields
    }

    fn as_far_as_words(&mut self, visitor: &mut Visitor, i: usize, door: &str) {
        visitor.get(&format!("/{}", visitor.lang)).post("/tell", &[("at", "before"), ("go", "next")]);
        let (account, wishes) = (self.account(i), self.door(i, door));
        visitor.go("account", "next", &borrowed(&account)).go("door", "next", &borrowed(&wishes));
    }

    fn report(&mut self, address: SocketAddr, i: usize) {
        let (code, lang) = LANGS[i % 4];
        let mut visitor = Visitor::new(address, code);
        if i % 10 == 9 {
            visitor.get(&format!("/{code}")).post("/tell", &[("at", "before"), ("tell/minor", "yes")]);
            let (account, help) = (self.text("account"), self.text("tell/help"));
            visitor.go("account", "next", &[("tell/account", &account), ("tell/help", &help), ("tell/minor", "yes")]);
        } else {
            self.as_far_as_words(&mut visitor, i, if i.is_multiple_of(2) { "team" } else { "lawyers" });
        }
        let words = visitor.words();
        self.words(&words, lang);
        if i % 10 == 4 {
            visitor.go("check", "one-way", &[]);
        } else {
            visitor.go("check", "next", &[]);
            if i % 10 == 5 {
                visitor.go("type", "send", &[("words", words.rsplit_once(' ').unwrap().0)]);
                assert_eq!(visitor.status, 422);
            }
            visitor.go("type", "send", &[("words", &words)]);
        }
        assert_eq!(visitor.status, 200, "{}", visitor.page);
        if i % 4 == 1 {
            self.file(&mut visitor, i);
        }
        self.over(&visitor);
    }

    /// A file: its name, what is said about it, and what is in it again and again. One lies in its row, others are objects, one is large.
    fn file(&mut self, visitor: &mut Visitor, i: usize) {
        let length = match i {
            1 => LARGE,
            5 => 100_000,
            _ => 500 * i,
        };
        let (name, about, line) = (self.text("file name"), self.text("file/about"), self.text("file content"));
        let content: Vec<u8> = format!("{line} радок\n").bytes().cycle().take(length).collect();
        visitor.upload(&format!("{name}.jpg"), &content, &about);
        assert!(visitor.status == 200 && visitor.page.contains(&name), "{}", visitor.page);
    }

    fn deposit(&mut self, address: SocketAddr, i: usize) {
        let (code, lang) = LANGS[i % 4];
        let mut visitor = Visitor::new(address, code);
        self.as_far_as_words(&mut visitor, 10 * i, "deposit");
        let words = visitor.words();
        let source = self.words(&words, lang);
        visitor.go("check", "next", &[]).go("type", "send", &[("words", &words)]);
        assert_eq!(visitor.status, 200, "{}", visitor.page);
        self.deposits.push(source);
        self.over(&visitor);
    }

    fn comes_back(&mut self, address: SocketAddr, words: &Words, answer: &str) {
        let mut visitor = Visitor::new(address, "be");
        let text = words.text(Lang::Be).to_string();
        self.words(&text, Lang::Be);
        visitor.get("/be/back").post("/back", &[("words", &text)]);
        assert!(visitor.status == 200 && visitor.page.contains(answer), "{}", visitor.page);
        let state = visitor.hidden("state");
        let (more, own) = (self.text("add/text"), self.text("own/acts"));
        visitor.post("/back/add", &[("state", &state), ("add/text", &more), ("own/acts", &own), ("door/door", "lawyers")]);
        assert_eq!(visitor.status, 200, "{}", visitor.page);
        let why = self.text("withdraw/text");
        visitor.post("/back/withdraw", &[("state", &state), ("withdraw/what", "public"), ("withdraw/text", &why)]);
        assert_eq!(visitor.status, 200, "{}", visitor.page);
        self.over(&visitor);
    }

    /// Practice, and what was typed but never sent.
    fn never_sent(&mut self, address: SocketAddr) {
        for i in 0..3 {
            let (code, lang) = LANGS[i % 4];
            let mut visitor = Visitor::new(address, code);
            let practice = self.text("practice");
            visitor.post("/tell", &[("at", "before"), ("practice", "yes")]).go("account", "next", &[("practice", "yes"), ("tell/account", &practice)]);
            visitor.go("door", "next", &[("door/door", "team")]);
            let words = visitor.words();
            self.words(&words, lang);
            visitor.go("check", "next", &[]).go("type", "send", &[("words", &words)]);
            assert_eq!(visitor.status, 200, "{}", visitor.page);
            self.over(&visitor);
            let mut visitor = Visitor::new(address, code);
            self.as_far_as_words(&mut visitor, i, "team");
            // Another language, and back to the account.
            visitor.lang = LANGS[(i + 1) % 4].0;
            visitor.go("check", "account", &[]).go("account", "next", &[("stay", "1")]);
            self.over(&visitor);
        }
    }

    /// What is refused, and what breaks off in the middle.
    fn refused(&mut self, address: SocketAddr) {
        let mut visitor = Visitor::new(address, "en");
        self.as_far_as_words(&mut visitor, 11, "team");
        let words = visitor.words();
        self.words(&words, Lang::En);
        visitor.go("check", "one-way", &[]);
        let (name, content) = (self.text("name of a file that broke off"), self.text("file that broke off"));
        let (head, before, _) = visitor.upload_head(&name, 5 << 20, "");
        visitor.breaks_off(&[head.as_bytes(), before.as_bytes(), content.repeat(20_000).as_bytes()].concat());
        let (large, nul, mislabelled, half) =
            (self.text("form too large"), self.text("form with NUL"), self.text("mislabelled form"), self.text("form that broke off"));
        visitor.post_body("/tell", format!("at=account&tell/account={}", large.repeat(20_000)).as_bytes());
        assert_eq!(visitor.status, 413);
        visitor.post_body("/tell", format!("at=account&tell/account={nul}%00").as_bytes());
        assert_eq!(visitor.status, 400);
        visitor.post("/tell", &[("at", &mislabelled), ("state", &mislabelled)]);
        assert_eq!(visitor.status, 400);
        let head = visitor.head("POST", "/en/tell", "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 4000\r\n");
        visitor.breaks_off(format!("{head}at=account&tell/account={half}").as_bytes());
        let (path, header, folded) = (self.text("address"), self.text("header"), self.text("malformed head"));
        let ascii = utf8_percent_encode(&path, NON_ALPHANUMERIC).to_string();
        visitor.get(&format!("/en/{ascii}?{ascii}"));
        assert_eq!(visitor.status, 404);
        let head = visitor.head("GET", "/en/about", &format!("X-Seen: {header}\r\n"));
        visitor.raw(&[head.as_bytes()]);
        let head = visitor.head("GET", "/en/about", &format!(" folded {folded}\r\n"));
        visitor.raw(&[head.as_bytes()]);
        assert_eq!(visitor.status, 400);
        self.over(&visitor);
    }
}

fn borrowed(fields: &Fields) -> Vec<(&'static str, &str)> {
    fields.iter().map(|(name, value)| (*name, value.as_str())).collect()
}
