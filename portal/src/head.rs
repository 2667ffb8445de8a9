//! The head of a request, looked at before any library reads it: one meaning, whoever reads it.
//!
//! A front proxy and a server that read a head differently let one person's request be smuggled into another's (RFC 9112 §11.2). So: lines end with CR LF
//! and nothing else; the target is a path; `Host`, `Content-Length` and `Transfer-Encoding` stand at most once, the last two never together; no folded
//! lines, no space before a colon, no NUL. Together with one request a connection nothing can follow a request unseen. Does no I/O.

/// Longest head, in bytes: a browser's is below 2 KiB.
pub(crate) const MOST_BYTES: usize = 16 * 1024;
/// Most header lines.
const MOST_LINES: usize = 64;

/// Why a head is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum HeadError {
    /// A line that ends otherwise than with CR LF, or a NUL.
    #[error("a line of the head does not end with CR LF")]
    Lines,
    /// Not `METHOD /path HTTP/1.1`.
    #[error("the request line is not one")]
    RequestLine,
    /// Not `Name: value`.
    #[error("a header line is not one")]
    HeaderLine,
    /// Too many of them.
    #[error("there are more than {MOST_LINES} header lines")]
    TooMany,
    /// No host, or several.
    #[error("the request does not name one host")]
    Host,
    /// A length said twice, in two ways, or in an unknown one.
    #[error("the length of the body is not said once")]
    Length,
}

/// Where the head ends, if all of it is here.
pub(crate) fn end(bytes: &[u8]) -> Option<usize> {
    bytes.windows(4).position(|four| four == b"\r\n\r\n").map(|at| at + 4)
}

/// Checks a whole head, its empty line included.
pub(crate) fn check(head: &[u8]) -> Result<(), HeadError> {
    for (i, byte) in head.iter().enumerate() {
        let whole = match byte {
            b'\n' => i > 0 && head[i - 1] == b'\r',
            b'\r' => head.get(i + 1) == Some(&b'\n'),
            byte => *byte != 0,
        };
        if !whole {
            return Err(HeadError::Lines);
        }
    }
    let head = head.strip_suffix(b"\r\n\r\n").ok_or(HeadError::Lines)?;
    let mut lines = head.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let newer = request_line(lines.next().unwrap_or_default())?;
    let (mut hosts, mut lengths, mut codings) = (0, 0, 0);
    for (i, line) in lines.enumerate() {
        if i == MOST_LINES {
            return Err(HeadError::TooMany);
        }
        let colon = line.iter().position(|byte| *byte == b':').ok_or(HeadError::HeaderLine)?;
        let (name, value) = (&line[..colon], line[colon + 1..].trim_ascii());
        if name.is_empty() || !name.iter().copied().all(is_token) {
            return Err(HeadError::HeaderLine);
        }
        if name.eq_ignore_ascii_case(b"host") {
            hosts += 1;
        } else if name.eq_ignore_ascii_case(b"content-length") {
            lengths += if (1..=15).contains(&value.len()) && value.iter().all(u8::is_ascii_digit) { 1 } else { 2 };
        } else if name.eq_ignore_ascii_case(b"transfer-encoding") {
            codings += if newer && value.eq_ignore_ascii_case(b"chunked") { 1 } else { 2 };
        }
    }
    if hosts > 1 || (newer && hosts == 0) {
        return Err(HeadError::Host);
    }
    if lengths + codings > 1 { Err(HeadError::Length) } else { Ok(()) }
}

/// Whether it is HTTP/1.1.
fn request_line(line: &[u8]) -> Result<bool, HeadError> {
    let mut parts = line.split(|byte| *byte == b' ');
    let (Some(method), Some(target), Some(version), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        return Err(HeadError::RequestLine);
    };
    let plain = !method.is_empty() && method.iter().copied().all(is_token) && target.first() == Some(&b'/') && target.iter().all(u8::is_ascii_graphic);
    match version {
        b"HTTP/1.1" if plain => Ok(true),
        b"HTTP/1.0" if plain => Ok(false),
        _ => Err(HeadError::RequestLine),
    }
}

/// RFC 9110 §5.6.2.
fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_heads_of_browsers_pass() {
        for good in [
            "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET /be HTTP/1.0\r\n\r\n",
            "POST /be/tell?x=1 HTTP/1.1\r\nhost: a.onion\r\nContent-Length: 12\r\nCookie: a=b; c=d\r\n\r\n",
            "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nX: \u{e9}\r\n\r\n",
        ] {
            assert_eq!(check(good.as_bytes()), Ok(()), "{good}");
        }
    }

    #[test]
    fn a_head_that_two_readers_could_read_differently_is_refused() {
        let many = format!("GET / HTTP/1.1\r\nHost: a\r\n{}\r\n", "X: y\r\n".repeat(MOST_LINES));
        for (bad, why) in [
            ("GET / HTTP/1.1\nHost: a\r\n\r\n", HeadError::Lines),
            ("GET / HTTP/1.1\r\nHost: a\r\nX: b\nTransfer-Encoding: chunked\r\n\r\n", HeadError::Lines),
            ("GET / HTTP/1.1\r\nHost: a\rX: b\r\n\r\n", HeadError::Lines),
            ("GET / HTTP/1.1\r\nHost: a\0\r\n\r\n", HeadError::Lines),
            ("GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n", HeadError::RequestLine),
            ("GET //a HTTP/1.1 \r\nHost: a\r\n\r\n", HeadError::RequestLine),
            ("CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n", HeadError::RequestLine),
            ("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", HeadError::RequestLine),
            ("GET  / HTTP/1.1\r\nHost: a\r\n\r\n", HeadError::RequestLine),
            ("GET / HTTP/2.0\r\nHost: a\r\n\r\n", HeadError::RequestLine),
            ("PRI * HTTP/2.0\r\n\r\n", HeadError::RequestLine),
            ("\r\n\r\n", HeadError::RequestLine),
            ("GET / HTTP/1.1\r\nHost : a\r\n\r\n", HeadError::HeaderLine),
            ("GET / HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n", HeadError::HeaderLine),
            ("GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n", HeadError::HeaderLine),
            ("GET / HTTP/1.1\r\n\r\n", HeadError::Host),
            ("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", HeadError::Host),
            ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n", HeadError::Length),
            ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1, 1\r\n\r\n", HeadError::Length),
            ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\n", HeadError::Length),
            ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\n", HeadError::Length),
            ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", HeadError::Length),
            ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n", HeadError::Length),
            ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", HeadError::Length),
            ("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", HeadError::Length),
            (&many, HeadError::TooMany),
        ] {
            assert_eq!(check(bad.as_bytes()), Err(why), "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_break_the_check(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = check(&bytes);
            let _ = end(&bytes);
        }
    }
}
