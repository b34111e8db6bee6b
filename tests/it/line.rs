//! One keep-alive HTTP connection, so that a test can send thousands of requests, and can see a connection break.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Lower case.
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// A client that connects again when its connection is gone.
pub(crate) struct Line {
    token: String,
    stream: Option<(SocketAddr, BufReader<TcpStream>)>,
}

impl Line {
    pub(crate) fn new(token: &str) -> Self {
        Self { token: token.to_owned(), stream: None }
    }

    /// Sends one request to `address`; `target` is method and path. An error means that nothing is known of what became of it.
    pub(crate) fn send(
        &mut self,
        address: SocketAddr,
        target: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> io::Result<Answer> {
        let mut head = format!(
            "{target} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nContent-Length: {}\r\n",
            self.token,
            body.len()
        );
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        let mut whole = (head + "\r\n").into_bytes();
        whole.extend_from_slice(body);
        let outcome = self.exchange(address, &whole);
        if !matches!(&outcome, Ok(answer) if answer.header("connection") != Some("close")) {
            self.stream = None;
        }
        outcome
    }

    pub(crate) fn post(&mut self, address: SocketAddr, path: &str, body: &[u8]) -> io::Result<Answer> {
        self.send(address, &format!("POST {path}"), &[("Content-Type", "application/json")], body)
    }

    fn exchange(&mut self, address: SocketAddr, whole: &[u8]) -> io::Result<Answer> {
        let stream = match self.stream.take() {
            Some((known, stream)) if known == address => stream,
            _ => {
                let stream = TcpStream::connect_timeout(&address, Duration::from_secs(30))?;
                stream.set_nodelay(true)?;
                stream.set_read_timeout(Some(Duration::from_secs(60)))?;
                BufReader::new(stream)
            }
        };
        let (_, stream) = self.stream.insert((address, stream));
        // A refusal may come before all of it was taken; then the answer is what counts.
        let sent = stream.get_mut().write_all(whole);
        let answer = receive(stream);
        if answer.is_err() { sent.and(answer) } else { answer }
    }
}

fn receive(stream: &mut BufReader<TcpStream>) -> io::Result<Answer> {
    let mut head = String::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if line == "\r\n" {
            break;
        }
        head.push_str(line.trim_end());
        head.push('\n');
    }
    let broken = || io::Error::from(io::ErrorKind::InvalidData);
    let status = head.get(9..12).and_then(|status| status.parse().ok()).ok_or_else(broken)?;
    let head = head.lines().map(|line| match line.split_once(':') {
        Some((name, value)) => format!("{}:{value}\n", name.to_ascii_lowercase()),
        None => format!("{line}\n"),
    });
    let mut answer = Answer { status, head: head.collect(), body: Vec::new() };
    let length = answer.header("content-length").unwrap_or("0").parse().map_err(|_| broken())?;
    answer.body.resize(length, 0);
    stream.read_exact(&mut answer.body)?;
    Ok(answer)
}
