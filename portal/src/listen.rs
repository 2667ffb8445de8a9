//! Connections: few, short, one request each.
//!
//! One request a connection: what follows on it is never read as a request, so that nothing can be smuggled behind another and nobody holds a place for
//! nothing. A head has ten seconds, an answer thirty seconds for each piece that is taken; at most [`VISITORS`] or [`DESKS`] at once, others wait in the kernel.
//! No address of a peer is read, kept or written.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{Instant, Sleep, sleep, sleep_until, timeout};
use zeroize::Zeroizing;

use crate::head;

/// Most connections at once of those who tell.
pub(crate) const VISITORS: u32 = 512;
/// Most connections at once of the desk, which makes one.
pub(crate) const DESKS: u32 = 8;
/// Longest time for a head.
const HEAD_TIME: Duration = Duration::from_secs(10);
/// Longest time for the peer to take a piece of an answer.
const WRITE_TIME: Duration = Duration::from_secs(30);
/// After an answer what the peer still sends is read and dropped, for so long and so much: a connection that is reset under a browser shows no page.
const LINGER_TIME: Duration = Duration::from_secs(10);
const LINGER_BYTES: usize = 16 << 20;
/// How long answers under way have when the portal stops.
const GRACE: Duration = Duration::from_secs(20);

/// Serves until `shutdown` resolves; requests under way have some seconds to end.
pub(crate) async fn serve(router: Router, listener: TcpListener, most: u32, shutdown: impl Future<Output = ()>) {
    let slots = Arc::new(Semaphore::new(most as usize));
    tokio::pin!(shutdown);
    loop {
        let accepted = async {
            // The semaphore is never closed.
            let slot = slots.clone().acquire_owned().await.ok();
            (slot, listener.accept().await)
        };
        let (slot, stream) = tokio::select! {
            () = &mut shutdown => break,
            accepted = accepted => accepted,
        };
        match stream {
            Ok((stream, _)) => {
                let router = router.clone();
                tokio::spawn(async move {
                    talk(router, stream).await;
                    drop(slot);
                });
            }
            // A peer that went away, or no file descriptors: others have them, and will give them back.
            Err(_) => sleep(Duration::from_millis(50)).await,
        }
    }
    drop(listener);
    let _ = timeout(GRACE, slots.acquire_many(most)).await;
}

/// One request and its answer.
async fn talk(router: Router, mut stream: TcpStream) {
    let _ = stream.set_nodelay(true);
    let begun = match timeout(HEAD_TIME, read_head(&mut stream)).await {
        Ok(Ok(begun)) => begun,
        Ok(Err(None)) => return,
        Ok(Err(Some(status))) => return refuse(stream, status).await,
        Err(_) => return refuse(stream, "408 Request Timeout").await,
    };
    let io = TokioIo::new(Began { begun, taken: 0, stream, stuck: None });
    let mut server = http1::Builder::new();
    server.keep_alive(false).half_close(false).max_buf_size(head::MOST_BYTES * 4);
    if let Ok(parts) = server.serve_connection(io, TowerToHyperService::new(router)).without_shutdown().await {
        linger(parts.io.into_inner().stream).await;
    }
}

/// Reads until the head is whole and checks it: what was read, or the status of the refusal, or nothing where the peer went away.
async fn read_head(stream: &mut TcpStream) -> Result<Zeroizing<Vec<u8>>, Option<&'static str>> {
    let mut read = Zeroizing::new(Vec::with_capacity(head::MOST_BYTES));
    loop {
        let before = read.len().saturating_sub(3);
        if stream.read_buf(&mut *read).await.map_err(|_| None)? == 0 {
            return Err(None);
        }
        if let Some(end) = head::end(&read[before..]) {
            return if head::check(&read[..before + end]).is_ok() { Ok(read) } else { Err(Some("400 Bad Request")) };
        }
        if read.len() >= head::MOST_BYTES {
            return Err(Some("431 Request Header Fields Too Large"));
        }
    }
}

/// A bare refusal: no browser sends such a head.
async fn refuse(mut stream: TcpStream, status: &str) {
    let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\ncache-control: no-store\r\n\r\n");
    if matches!(timeout(WRITE_TIME, stream.write_all(answer.as_bytes())).await, Ok(Ok(()))) {
        linger(stream).await;
    }
}

async fn linger(mut stream: TcpStream) {
    if stream.shutdown().await.is_err() {
        return;
    }
    let drained = async {
        let (mut dropped, mut buffer) = (0, vec![0; 16 * 1024]);
        while let Ok(read @ 1..) = stream.read(&mut buffer).await {
            dropped += read;
            if dropped > LINGER_BYTES {
                break;
            }
        }
    };
    let _ = timeout(LINGER_TIME, drained).await;
}

/// A stream of which the head was read already, and which gives up on a peer that takes nothing.
struct Began {
    /// The first bytes of a body may be in it.
    begun: Zeroizing<Vec<u8>>,
    taken: usize,
    stream: TcpStream,
    stuck: Option<Pin<Box<Sleep>>>,
}

impl Began {
    /// What a write gave, or an error once it has waited too long.
    fn patient<T>(&mut self, cx: &mut Context<'_>, wrote: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if wrote.is_ready() {
            self.stuck = None;
            return wrote;
        }
        let stuck = self.stuck.get_or_insert_with(|| Box::pin(sleep_until(Instant::now() + WRITE_TIME)));
        stuck.as_mut().poll(cx).map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for Began {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if self.taken < self.begun.len() {
            let some = buffer.remaining().min(self.begun.len() - self.taken);
            buffer.put_slice(&self.begun[self.taken..self.taken + some]);
            self.taken += some;
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Began {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let wrote = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.patient(cx, wrote)
    }

    fn poll_write_vectored(mut self: Pin<&mut Self>, cx: &mut Context<'_>, pieces: &[io::IoSlice<'_>]) -> Poll<io::Result<usize>> {
        let wrote = Pin::new(&mut self.stream).poll_write_vectored(cx, pieces);
        self.patient(cx, wrote)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use std::net::SocketAddr;

    use super::*;
    use crate::stage::Stage;

    async fn served(stage: &Stage) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(serve(crate::router(stage.portal.clone()), listener, VISITORS, std::future::pending()));
        address
    }

    /// Everything that comes back for these bytes.
    async fn says(address: SocketAddr, bytes: &[u8]) -> String {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(bytes).await.unwrap();
        let mut back = Vec::new();
        stream.read_to_end(&mut back).await.unwrap();
        String::from_utf8_lossy(&back).into_owned()
    }

    #[tokio::test]
    async fn one_request_is_answered_and_what_follows_it_is_not() {
        let stage = Stage::set().await;
        let address = served(&stage).await;
        let twice = "GET /be/about HTTP/1.1\r\nHost: a\r\n\r\nGET /keys HTTP/1.1\r\nHost: a\r\n\r\n";
        let said = says(address, twice.as_bytes()).await;
        assert!(said.starts_with("HTTP/1.1 200 OK") && said.contains("connection: close") && said.contains("</html>"), "{said}");
        assert_eq!((said.matches("HTTP/1.1").count(), said.contains("kniha-keys")), (1, false), "{said}");
    }

    #[tokio::test]
    async fn a_head_with_two_meanings_is_refused_before_anything_reads_it() {
        let stage = Stage::set().await;
        let address = served(&stage).await;
        for bad in [
            "POST /be HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "POST /be HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nContent-Length: 4\r\n\r\nabcd",
            "GET /be HTTP/1.1\r\nHost: a\nX: y\r\n\r\n",
            "GET http://a/be HTTP/1.1\r\nHost: a\r\n\r\n",
        ] {
            let said = says(address, bad.as_bytes()).await;
            assert!(said.starts_with("HTTP/1.1 400") && said.matches("HTTP/1.1").count() == 1, "{bad:?}: {said}");
        }
        let long = format!("GET /be HTTP/1.1\r\nHost: a\r\nX: {}", "y".repeat(head::MOST_BYTES));
        assert!(says(address, long.as_bytes()).await.starts_with("HTTP/1.1 431"));
    }

    #[tokio::test]
    async fn a_form_that_is_too_large_gets_its_page_and_not_a_broken_connection() {
        let stage = Stage::set().await;
        let address = served(&stage).await;
        let large = 3 << 20;
        let head = format!("POST /be/about HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {large}\r\n\r\n");
        let said = says(address, &[head.as_bytes(), &vec![b'a'; large]].concat()).await;
        assert!(said.contains("</html>"), "{said}");
    }

    #[tokio::test]
    async fn a_slow_head_is_given_up() {
        let stage = Stage::set().await;
        let address = served(&stage).await;
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(b"GET /be HTTP/1.1\r\nHost: a\r\n").await.unwrap();
        tokio::task::yield_now().await;
        tokio::time::pause();
        let mut back = Vec::new();
        stream.read_to_end(&mut back).await.unwrap();
        assert!(back.starts_with(b"HTTP/1.1 408"), "{}", String::from_utf8_lossy(&back));
    }
}
