//! A receiver of samples over HTTP that answers as a test wants, and a reader of protobuf that shares nothing with the code that wrote it.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// A request as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Posted {
    pub(crate) target: String,
    /// Names in lower case.
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Vec<u8>,
}

/// Status, further header lines and body of an answer; `None` says nothing.
pub(crate) type Answering = Option<(u16, String, Vec<u8>)>;
type Answers = Box<dyn FnMut(&Posted) -> Answering + Send>;

/// A running receiver; its threads end with the process.
#[derive(Clone)]
pub(crate) struct SampleReceiver {
    address: SocketAddr,
    /// Requests that were answered with 2xx.
    taken: Arc<Mutex<Vec<Posted>>>,
    /// Statuses of all answers.
    statuses: Arc<Mutex<Vec<u16>>>,
    answers: Arc<Mutex<Answers>>,
}

impl SampleReceiver {
    pub(crate) fn start(answers: impl FnMut(&Posted) -> Answering + Send + 'static) -> Self {
        Self::at(TcpListener::bind("127.0.0.1:0").unwrap(), answers)
    }

    pub(crate) fn at(listener: TcpListener, answers: impl FnMut(&Posted) -> Answering + Send + 'static) -> Self {
        let address = listener.local_addr().unwrap();
        let answers: Arc<Mutex<Answers>> = Arc::new(Mutex::new(Box::new(answers)));
        let receiver = Self { address, taken: Arc::default(), statuses: Arc::default(), answers };
        let serving = receiver.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (serving, stream) = (serving.clone(), stream.unwrap());
                std::thread::spawn(move || serving.serve(stream));
            }
        });
        receiver
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn answers(&self, answers: impl FnMut(&Posted) -> Answering + Send + 'static) {
        *self.answers.lock().unwrap() = Box::new(answers);
    }

    pub(crate) fn taken(&self) -> Vec<Posted> {
        self.taken.lock().unwrap().clone()
    }

    /// How often it answered with `status`.
    pub(crate) fn answered(&self, status: u16) -> usize {
        self.statuses.lock().unwrap().iter().filter(|found| **found == status).count()
    }

    fn serve(&self, mut stream: TcpStream) {
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        while let Some(posted) = request(&mut reader) {
            let answer = (self.answers.lock().unwrap())(&posted);
            let Some((status, headers, body)) = answer else {
                // Until the client gives up.
                let _ = reader.read(&mut [0]);
                return;
            };
            if (200..300).contains(&status) {
                self.taken.lock().unwrap().push(posted);
            }
            self.statuses.lock().unwrap().push(status);
            let head = format!("HTTP/1.1 {status} x\r\n{headers}content-length: {}\r\n\r\n", body.len());
            if stream.write_all(&[head.into_bytes(), body].concat()).is_err() {
                return;
            }
        }
    }
}

fn request(reader: &mut impl BufRead) -> Option<Posted> {
    let mut first = String::new();
    reader.read_line(&mut first).ok().filter(|read| *read > 0)?;
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim().split_once(':') else { break };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let mut body = vec![0; headers.get("content-length")?.parse().unwrap()];
    reader.read_exact(&mut body).ok()?;
    Some(Posted { target: first.split_whitespace().nth(1)?.to_owned(), headers, body })
}

/// A value of a message: a number, or bytes that are a text, a message or packed numbers.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Value<'a> {
    Number(u64),
    Bytes(&'a [u8]),
}

impl<'a> Value<'a> {
    pub(crate) fn number(self) -> u64 {
        let Value::Number(number) = self else { panic!("{self:?} is no number") };
        number
    }

    pub(crate) fn double(self) -> f64 {
        f64::from_bits(self.number())
    }

    pub(crate) fn bytes(self) -> &'a [u8] {
        let Value::Bytes(bytes) = self else { panic!("{self:?} is no message") };
        bytes
    }

    pub(crate) fn text(self) -> &'a str {
        std::str::from_utf8(self.bytes()).unwrap()
    }

    /// The values of a packed field.
    pub(crate) fn packed(self) -> Vec<u64> {
        let (mut rest, mut found) = (self.bytes(), Vec::new());
        while !rest.is_empty() {
            found.push(varint(&mut rest));
        }
        found
    }
}

/// The fields of a message in their order, each with its number. Encoding: protobuf.dev/programming-guides/encoding.
pub(crate) fn message(mut rest: &[u8]) -> Vec<(u64, Value<'_>)> {
    let mut fields = Vec::new();
    while !rest.is_empty() {
        let key = varint(&mut rest);
        let value = match key & 7 {
            0 => Value::Number(varint(&mut rest)),
            1 => Value::Number(u64::from_le_bytes(take(&mut rest, 8).try_into().unwrap())),
            2 => {
                let length = varint(&mut rest);
                Value::Bytes(take(&mut rest, usize::try_from(length).unwrap()))
            }
            other => panic!("field {} is of wire type {other}", key >> 3),
        };
        fields.push((key >> 3, value));
    }
    fields
}

/// All values of the field `number`.
pub(crate) fn every<'a>(fields: &[(u64, Value<'a>)], number: u64) -> Vec<Value<'a>> {
    fields.iter().filter(|(found, _)| *found == number).map(|(_, value)| *value).collect()
}

/// The value of the field `number`, which is there once.
pub(crate) fn one<'a>(fields: &[(u64, Value<'a>)], number: u64) -> Value<'a> {
    let found = every(fields, number);
    assert_eq!(found.len(), 1, "field {number} in {fields:?}");
    found[0]
}

fn take<'a>(rest: &mut &'a [u8], length: usize) -> &'a [u8] {
    let (taken, left) = rest.split_at(length);
    *rest = left;
    taken
}

fn varint(rest: &mut &[u8]) -> u64 {
    let mut number = 0;
    for place in 0.. {
        let (byte, left) = rest.split_first().unwrap();
        *rest = left;
        number |= u64::from(byte & 0x7f) << (7 * place);
        if byte & 0x80 == 0 {
            break;
        }
    }
    number
}
