//! What the machine gives in the same minute to something that does almost nothing.

use std::convert::Infallible;
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use axum::body::{Body, Bytes};
use axum::http::Response;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

/// Ends when dropped.
pub(crate) struct Hello(Child);

impl Drop for Hello {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A process that answers every request with so many bytes, one request a connection.
pub(crate) async fn start_hello(len: usize) -> (Hello, SocketAddr) {
    let mut child = Command::new(std::env::current_exe().unwrap()).env("KNIHA_LOAD_HELLO", len.to_string()).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    (Hello(child), line.trim().parse().unwrap())
}

/// What that process does.
pub(crate) async fn hello(len: usize) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    println!("{}", listener.local_addr().unwrap());
    let body = Bytes::from(vec![b'a'; len]);
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        let body = body.clone();
        tokio::spawn(async move {
            let answer = service_fn(move |_| {
                let body = body.clone();
                async move { Ok::<_, Infallible>(Response::new(Body::from(body))) }
            });
            let _ = http1::Builder::new().keep_alive(false).serve_connection(TokioIo::new(stream), answer).await;
        });
    }
}

/// So many bytes appended to one file and flushed, over and over for two seconds: times a second and the slowest of a hundred.
pub(crate) fn flushes(folder: &Path, bytes: usize) -> String {
    let path = folder.join("control");
    let (mut file, piece) = (File::create(&path).unwrap(), vec![1; bytes]);
    let (began, mut waits) = (Instant::now(), Vec::new());
    while began.elapsed() < Duration::from_secs(2) {
        let one = Instant::now();
        file.write_all(&piece).unwrap();
        file.sync_data().unwrap();
        waits.push(one.elapsed());
    }
    std::fs::remove_file(path).unwrap();
    waits.sort_unstable();
    format!("{:.0}/s, p99 {:.1} ms", waits.len() as f64 / began.elapsed().as_secs_f64(), waits[(waits.len() - 1) * 99 / 100].as_secs_f64() * 1e3)
}

/// So many files of so many bytes at once, written and flushed: MB a second in all.
pub(crate) fn files(folder: &Path, at_once: usize, bytes: usize) -> f64 {
    let began = Instant::now();
    std::thread::scope(|scope| {
        for i in 0..at_once {
            scope.spawn(move || {
                let (path, piece) = (folder.join(format!("control-{i}")), vec![1; 1 << 20]);
                let mut file = File::create(&path).unwrap();
                for _ in 0..bytes >> 20 {
                    file.write_all(&piece).unwrap();
                }
                file.sync_all().unwrap();
            });
        }
    });
    let rate = ((at_once * (bytes >> 20)) << 20) as f64 / 1e6 / began.elapsed().as_secs_f64();
    (0..at_once).for_each(|i| std::fs::remove_file(folder.join(format!("control-{i}"))).unwrap());
    rate
}
