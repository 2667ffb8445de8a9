//! A portal's second listener, reached over HTTP with requests that the desk signs.

use std::io::Read;
use std::path::Path;

use kniha_seal::collect::{Ask, Greeting};
use kniha_seal::keylist::Trusted;

use super::fetching::Portal;
use crate::exit::{Exit, Failure};
use crate::lanes::address::Address;
use crate::lanes::client::{Body, Client};
use crate::team::{self, DeskKeys};

const ASK: &str = "/collect";
const LIST: &str = "/collect/list";
/// Of a refusal no more is read.
const MOST_ANSWER: u64 = 1024;
/// A page that is met in place of a greeting.
const MOST_PAGE: u64 = 256 * 1024;

/// A portal that answers at an address.
pub(super) struct Remote {
    client: Client,
    book: [u8; 32],
    keys: DeskKeys,
    /// Its run and the last number used, once it has greeted.
    greeting: Option<Greeting>,
}

impl Remote {
    /// Reads the desk's keys and the newest list of the book.
    pub(super) fn new(book: &Path, address: Address) -> anyhow::Result<Remote> {
        let newest: Trusted = team::current(book)?.ok_or_else(|| {
            Failure::refused("This book has no key list yet, so no portal can know its desk.", "Make one with `kniha team draft`, sign and publish it.")
        })?;
        Ok(Remote { client: Client::new(address)?, book: newest.list().book, keys: DeskKeys::read(book)?, greeting: None })
    }

    fn greet(&mut self) -> anyhow::Result<Greeting> {
        let answer = tokio::task::block_in_place(|| self.client.get(ASK, MOST_PAGE))?;
        let greeting = Greeting::decode(&answer.body).ok().filter(|_| answer.good()).ok_or_else(|| {
            Failure::new(
                Exit::Refused,
                "What answers at this address is not a portal's door for the desk.",
                "Nothing was asked of it and nothing given.",
                "Name the portal's second listener (`collect` in its portal.toml), not the address of its pages.",
            )
        })?;
        self.greeting = Some(greeting);
        Ok(greeting)
    }
}

impl Portal for Remote {
    fn newest_list(&mut self) -> anyhow::Result<u32> {
        Ok(self.greet()?.list_no)
    }

    fn put_list(&mut self, bytes: &[u8]) -> anyhow::Result<()> {
        let answer = tokio::task::block_in_place(|| self.client.post(LIST, &[], Body::Bytes(bytes), MOST_ANSWER))?;
        if answer.good() { Ok(()) } else { Err(turned_away(answer.status).into()) }
    }

    fn ask(&mut self, ask: &Ask, most: u64) -> anyhow::Result<Box<dyn Read + '_>> {
        for again in [true, false] {
            let mut greeting = match self.greeting {
                Some(greeting) => greeting,
                None => self.greet()?,
            };
            let request = greeting.request(&self.book, ask, &self.keys.collect);
            self.greeting = Some(greeting);
            let (status, answer) = tokio::task::block_in_place(|| self.client.stream(ASK, &request, most))?;
            match status {
                200 => return Ok(Box::new(answer)),
                // It was started anew, or another desk asked meanwhile.
                409 if again => self.greeting = None,
                status => return Err(turned_away(status).into()),
            }
        }
        Err(turned_away(409).into())
    }
}

fn turned_away(status: u16) -> Failure {
    let (happened, next) = match status {
        403 => (
            "The portal does not know this desk: its newest key list names another collect key, or it keeps another book.".to_owned(),
            "If desk.keys was made anew, publish the key list that was drafted with it. Otherwise see that the address is that of your own portal.",
        ),
        409 => ("The portal says that the request is an old one.".to_owned(), "See that no other desk collects from it at the same time."),
        422 => (
            "The portal does not believe a key list of this book.".to_owned(),
            "Compare `first_list` in its portal.toml with keylists/first here. If they are the same, its database was changed by somebody: take it for captured.",
        ),
        507 => ("The portal has no room.".to_owned(), "Look at its disk."),
        status => (format!("The portal did not do what was asked ({status})."), "Look at its log, and run the same command again."),
    };
    Failure::new(Exit::Database, happened, "What was taken is durable here; nothing was deleted there that is not.", next)
}
