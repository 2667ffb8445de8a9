//! Asking a portal: one request at a time, bounded answers, no redirects, nothing that tells one client from another.
//!
//! Proxies named in the environment are not used; only the one that the command line named is. Network.

use std::io::Read;
use std::time::Duration;

use ureq::config::AutoHeaderValue;
use ureq::{Agent, Proxy, SendBody};

use super::address::Address;
use crate::exit::{Exit, Failure};

/// Building a circuit to an onion can take a while.
const CONNECT: Duration = Duration::from_secs(90);
/// A connection that is silent for so long is dead.
const SILENT: Duration = Duration::from_secs(180);

/// A portal that can be asked.
pub(crate) struct Client {
    agent: Agent,
    address: Address,
}

/// What the portal answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

/// What is sent.
pub(crate) enum Body<'b> {
    /// Bytes in memory.
    Bytes(&'b [u8]),
    /// Bytes as they come; of this length, where it is known.
    Reader(&'b mut dyn Read, Option<u64>),
}

impl Answer {
    /// Whether it was taken.
    pub(crate) fn good(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

impl Client {
    pub(crate) fn new(address: Address) -> anyhow::Result<Client> {
        let proxy = address.socks().map(|socks| Proxy::new(&socks)).transpose()?;
        let config = Agent::config_builder()
            .proxy(proxy)
            .max_redirects(0)
            .max_idle_connections(0)
            .http_status_as_error(false)
            .user_agent(AutoHeaderValue::None)
            .accept(AutoHeaderValue::None)
            .accept_encoding(AutoHeaderValue::None)
            .timeout_connect(Some(CONNECT))
            .timeout_per_read(Some(SILENT))
            .timeout_per_write(Some(SILENT))
            .build();
        Ok(Client { agent: config.into(), address })
    }

    /// Asks for a page of at most `most` bytes.
    pub(crate) fn get(&self, path: &str, most: u64) -> anyhow::Result<Answer> {
        self.read(self.agent.get(self.address.page(path)).call(), most)
    }

    /// Sends something; headers are the caller's.
    pub(crate) fn post(&self, path: &str, headers: &[(&str, &str)], body: Body<'_>, most: u64) -> anyhow::Result<Answer> {
        let mut request = self.agent.post(self.address.page(path)).header("content-type", "application/octet-stream");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let sent = match body {
            Body::Bytes(bytes) => request.send(bytes),
            Body::Reader(reader, None) => request.send(SendBody::from_reader(reader)),
            Body::Reader(reader, Some(len)) => request.header("content-length", len).send(SendBody::from_reader(reader)),
        };
        self.read(sent, most)
    }

    /// Sends bytes and gives the status and the answer as it comes, cut off after `most` bytes.
    pub(crate) fn stream(&self, path: &str, bytes: &[u8], most: u64) -> anyhow::Result<(u16, impl Read + use<>)> {
        let answered = self.agent.post(self.address.page(path)).header("content-type", "application/octet-stream").send(bytes);
        let answer = answered.map_err(|error| unreachable(&error))?;
        Ok((answer.status().as_u16(), answer.into_body().into_reader().take(most)))
    }

    fn read(&self, answered: Result<ureq::http::Response<ureq::Body>, ureq::Error>, most: u64) -> anyhow::Result<Answer> {
        let mut answer = answered.map_err(|error| unreachable(&error))?;
        let status = answer.status().as_u16();
        let body = answer.body_mut().with_config().limit(most).read_to_vec().map_err(|error| unreachable(&error))?;
        Ok(Answer { status, body })
    }
}

fn unreachable(error: &ureq::Error) -> Failure {
    Failure::new(
        Exit::Database,
        format!("The portal did not answer: {error}."),
        "What it had not confirmed counts as not sent.",
        "See that the address is right and the portal (or Tor) runs, then run the same command again.",
    )
}
