//! A service on loopback that answers as a test says.

use crate::samples::{Store, acknowledgement};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// What the stub does with a request.
#[derive(Debug, Clone)]
pub(crate) enum Reply {
    /// Status, further headers (each with its line end), body.
    Answer(u16, String, Vec<u8>),
    /// Bytes that are no HTTP.
    Raw(Vec<u8>),
    /// Nothing, until the client leaves.
    Silence,
    /// The connection ends without an answer.
    Close,
    /// 200 and a body of 1 GB.
    Endless,
    /// 200 and one byte of body every 50 ms, for ever.
    Trickle,
}

impl Reply {
    pub(crate) fn status(status: u16) -> Self {
        Self::Answer(status, String::new(), Vec::new())
    }

    /// 200 with the acknowledgement of the batch that `body` holds.
    pub(crate) fn acknowledge(body: &[u8]) -> Self {
        Self::Answer(200, String::new(), acknowledgement(body))
    }
}

/// A request that came.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

/// Serves until the process ends; its address.
pub(crate) fn serve(answer: impl Fn(Request) -> Reply + Send + Sync + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let answer = Arc::new(answer);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let answer = Arc::clone(&answer);
            // A client that goes away is the end of its thread alone.
            thread::spawn(move || drop(converse(stream, &*answer)));
        }
    });
    address
}

/// Serves, until the process ends, as a service that takes every batch into `store`; its address.
pub(crate) fn serve_into(store: &Arc<Mutex<Store>>) -> SocketAddr {
    let shelf = Arc::clone(store);
    serve(move |request: Request| {
        shelf.lock().unwrap().take(&request.body);
        Reply::acknowledge(&request.body)
    })
}

fn converse(stream: TcpStream, answer: &dyn Fn(Request) -> Reply) -> io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(60)))?;
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream.try_clone()?);
    while let Some(request) = receive(&mut reader)? {
        if !reply(&stream, answer(request))? {
            break;
        }
    }
    Ok(())
}

fn receive(reader: &mut BufReader<TcpStream>) -> io::Result<Option<Request>> {
    let mut head = String::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        if line == "\r\n" {
            break;
        }
        head.push_str(&line.to_ascii_lowercase());
    }
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:")).unwrap_or("0");
    let mut body = vec![0; length.trim().parse().unwrap()];
    reader.read_exact(&mut body)?;
    Ok(Some(Request { head, body }))
}

/// Whether the connection goes on.
fn reply(mut stream: &TcpStream, reply: Reply) -> io::Result<bool> {
    match reply {
        Reply::Answer(status, headers, body) => {
            write!(stream, "HTTP/1.1 {status} x\r\ncontent-length: {}\r\n{headers}\r\n", body.len())?;
            stream.write_all(&body)?;
            return Ok(true);
        }
        Reply::Raw(bytes) => stream.write_all(&bytes)?,
        Reply::Silence => drop(stream.read(&mut [0])?),
        Reply::Close => {}
        Reply::Endless => {
            write!(stream, "HTTP/1.1 200 x\r\ncontent-length: 1000000000\r\n\r\n")?;
            for _ in 0..1_000 {
                stream.write_all(&[b'x'; 1_000_000])?;
            }
        }
        Reply::Trickle => {
            write!(stream, "HTTP/1.1 200 x\r\ncontent-length: 1000000\r\n\r\n")?;
            loop {
                stream.write_all(b" ")?;
                thread::sleep(Duration::from_millis(50));
            }
        }
    }
    Ok(false)
}
