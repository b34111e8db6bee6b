//! A server that speaks what of InfluxDB 2 the service uses, and answers as the recorded one does: nothing of a batch with a bad line is kept, a
//! point of the same series and time is written over, deletes include both ends, columns come in any order, an answer without rows is one line end.

use influxdb_line_protocol::{FieldValue, Series, parse_lines};
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// What the server does with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mood {
    /// As it should.
    Well,
    /// Answers every request with this status.
    Refuses(u16),
    /// Accepts connections and says nothing.
    Silent,
    /// Answers with the page of a proxy and 200.
    Garbage,
    /// Cuts every answer to a query in the middle.
    Cuts,
    /// Speaks the write API alone.
    OnlyWrites,
}

/// Measurement, node and device.
type Track = (String, Option<String>, Option<String>);
type Tags = BTreeMap<String, String>;
type Fields = BTreeMap<String, i64>;

/// Fields of a point, small: a month has millions of them.
struct Row {
    names: Arc<[String]>,
    values: Box<[i64]>,
}

impl Row {
    fn iter(&self) -> impl Iterator<Item = (&str, i64)> {
        self.names.iter().map(String::as_str).zip(self.values.iter().copied())
    }

    fn fields(&self) -> Fields {
        self.iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }
}

/// Of lines that begin alike: their track, their tags, and the fields of the first.
type KnownSeries = (Track, Arc<Tags>, Arc<[String]>);

#[derive(Default)]
struct Kept {
    /// By time in ms and tags.
    points: BTreeMap<Track, BTreeMap<(i64, Arc<Tags>), Row>>,
    /// By the beginning of their lines.
    series: HashMap<String, KnownSeries>,
    /// Names of fields as lines have them.
    names: BTreeSet<Arc<[String]>>,
    /// A text that makes a line one that cannot be kept.
    refused: Option<String>,
    writes: usize,
    deletes: usize,
    queries: usize,
}

/// A running server; its threads end with the process.
#[derive(Clone)]
pub(crate) struct InfluxDouble {
    address: SocketAddr,
    kept: Arc<Mutex<Kept>>,
    mood: Arc<Mutex<Mood>>,
}

impl InfluxDouble {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let server = Self { address, kept: Arc::default(), mood: Arc::new(Mutex::new(Mood::Well)) };
        let serving = server.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (serving, stream) = (serving.clone(), stream.unwrap());
                std::thread::spawn(move || serving.serve(stream));
            }
        });
        server
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn becomes(&self, mood: Mood) {
        *self.mood.lock().unwrap() = mood;
    }

    /// Sum of an integer field over a measurement.
    pub(crate) fn sum(&self, measurement: &str, field: &str) -> i64 {
        let kept = self.kept.lock().unwrap();
        let own = kept.points.iter().filter(|((name, _, _), _)| name == measurement);
        let fields = own.flat_map(|(_, points)| points.values().flat_map(Row::iter));
        fields.filter(|(name, _)| *name == field).map(|(_, value)| value).sum()
    }

    /// The points of a measurement: tags and fields.
    pub(crate) fn points(&self, measurement: &str) -> Vec<(Tags, Fields)> {
        let kept = self.kept.lock().unwrap();
        let own = kept.points.iter().filter(|((name, _, _), _)| name == measurement);
        own.flat_map(|(_, points)| points.iter().map(|((_, tags), row)| (Tags::clone(tags), row.fields()))).collect()
    }

    /// The names of tags and of fields that points of a measurement have together.
    pub(crate) fn shapes(&self, measurement: &str) -> BTreeSet<(BTreeSet<String>, BTreeSet<String>)> {
        let kept = self.kept.lock().unwrap();
        let own = kept.points.iter().filter(|((name, _, _), _)| name == measurement);
        let named =
            own.flat_map(|(_, points)| points.iter().map(|((_, tags), row)| (Arc::as_ptr(tags), tags, &row.names)));
        let named: BTreeMap<_, _> =
            named.map(|(place, tags, names)| ((place, Arc::as_ptr(names)), (tags, names))).collect();
        let shape = |(tags, names): (&Arc<Tags>, &Arc<[String]>)| {
            (tags.keys().cloned().collect(), names.iter().cloned().collect())
        };
        named.into_values().map(shape).collect()
    }

    /// The names of what is measured.
    pub(crate) fn measurements(&self) -> BTreeSet<String> {
        self.kept.lock().unwrap().points.keys().map(|(measurement, _, _)| measurement.clone()).collect()
    }

    /// From now on no batch is kept that has a line with `text` in it.
    pub(crate) fn refuses_lines_with(&self, text: &str) {
        self.kept.lock().unwrap().refused = Some(text.to_owned());
    }

    /// Forgets everything.
    pub(crate) fn empty(&self) {
        self.kept.lock().unwrap().points.clear();
    }

    /// Number of requests to write and to delete so far.
    pub(crate) fn requests(&self) -> (usize, usize) {
        let kept = self.kept.lock().unwrap();
        (kept.writes, kept.deletes)
    }

    /// Number of queries so far.
    pub(crate) fn queries(&self) -> usize {
        self.kept.lock().unwrap().queries
    }

    fn serve(&self, mut stream: TcpStream) {
        // Head and body of an answer go out apart; without this the second waits 40 ms for the first to be confirmed.
        stream.set_nodelay(true).unwrap();
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        while let Some((target, body)) = request(&mut reader) {
            let mood = *self.mood.lock().unwrap();
            let (status, answer) = match mood {
                Mood::Silent => {
                    // Until the client gives up.
                    let _ = reader.read(&mut [0]);
                    return;
                }
                Mood::Refuses(status) => (status, "{\"code\":\"x\",\"message\":\"refused\"}".to_owned()),
                Mood::Garbage => (200, "<html><body>Sign in</body></html>\n".to_owned()),
                Mood::OnlyWrites if !target.starts_with("/api/v2/write") => (404, "unsupported path".to_owned()),
                Mood::Well | Mood::Cuts | Mood::OnlyWrites => self.answer(&target, &body),
            };
            let cut =
                if mood == Mood::Cuts && target.starts_with("/api/v2/query") { answer.len() / 2 } else { answer.len() };
            let head = format!("HTTP/1.1 {status} x\r\ncontent-length: {}\r\n\r\n", answer.len());
            let sent = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&answer.as_bytes()[..cut]));
            if sent.is_err() || cut < answer.len() {
                return;
            }
        }
    }

    fn answer(&self, target: &str, body: &[u8]) -> (u16, String) {
        let mut kept = self.kept.lock().unwrap();
        let text = std::str::from_utf8(body).unwrap();
        if target.starts_with("/api/v2/write?") {
            assert!(
                target.contains("precision=ms") && target.contains("bucket=b") && target.contains("org=o"),
                "{target}"
            );
            kept.writes += 1;
            kept.write(text)
        } else if target.starts_with("/api/v2/delete?") {
            kept.deletes += 1;
            kept.delete(&serde_json::from_str(text).unwrap());
            (204, String::new())
        } else if target.starts_with("/api/v2/query?") {
            let asked: serde_json::Value = serde_json::from_str(text).unwrap();
            kept.queries += 1;
            (200, kept.query(asked["query"].as_str().unwrap()))
        } else {
            (404, "{\"code\":\"not found\",\"message\":\"path not found\"}".to_owned())
        }
    }
}

impl Kept {
    fn write(&mut self, text: &str) -> (u16, String) {
        let mut new = Vec::new();
        if self.refused.as_ref().is_some_and(|refused| text.contains(refused)) {
            return (400, "{\"code\":\"invalid\",\"message\":\"unable to parse\"}".to_owned());
        }
        for raw in text.lines() {
            let beginning = beginning(raw);
            if let Some((track, tags, names)) = self.series.get(beginning)
                && let Some((values, at)) = raw.get(beginning.len() + 1..).and_then(|rest| values(rest, names))
            {
                let row = Row { names: Arc::clone(names), values };
                new.push((track.clone(), (at, Arc::clone(tags)), row));
                continue;
            }
            let Some(Ok(line)) = parse_lines(raw).next() else {
                return (400, "{\"code\":\"invalid\",\"message\":\"unable to parse\"}".to_owned());
            };
            let (mut names, mut values) = (Vec::new(), Vec::new());
            for (name, value) in &line.field_set {
                let FieldValue::I64(value) = value else { panic!("{name} is {value:?}, not an integer") };
                names.push(name.to_string());
                values.push(*value);
            }
            let names = self.names.get(names.as_slice()).cloned().unwrap_or_else(|| names.into());
            self.names.insert(Arc::clone(&names));
            let (track, tags) = series(&line.series);
            self.series.insert(beginning.to_owned(), (track.clone(), Arc::clone(&tags), Arc::clone(&names)));
            new.push((track, (line.timestamp.unwrap(), tags), Row { names, values: values.into() }));
        }
        for (track, place, row) in new {
            match self.points.entry(track).or_default().entry(place) {
                Entry::Vacant(free) => drop(free.insert(row)),
                Entry::Occupied(mut known) => {
                    let mut fields = known.get().fields();
                    fields.extend(row.fields());
                    let (names, values): (Vec<_>, Vec<_>) = fields.into_iter().unzip();
                    known.insert(Row { names: names.into(), values: values.into() });
                }
            }
        }
        (204, String::new())
    }

    fn delete(&mut self, asked: &serde_json::Value) {
        let [start, stop] = ["start", "stop"].map(|end| milliseconds(asked[end].as_str().unwrap()));
        let terms: Vec<(String, String)> = asked["predicate"].as_str().unwrap().split(" AND ").map(term).collect();
        for ((measurement, _, _), points) in &mut self.points {
            let holds = |tags: &Tags, (name, value): &(String, String)| match name.as_str() {
                "_measurement" => measurement == value,
                tag => tags.get(tag) == Some(value),
            };
            points.retain(|(at, tags), _| !((start..=stop).contains(at) && terms.iter().all(|term| holds(tags, term))));
        }
    }

    /// Understands the one query that the service asks.
    fn query(&self, flux: &str) -> String {
        let between = |from: &str, to: &str| {
            let (_, rest) = flux.split_once(from).unwrap_or_else(|| panic!("{from} in {flux}"));
            rest.split_once(to).unwrap_or_else(|| panic!("{to} in {flux}")).0.to_owned()
        };
        assert_eq!(between("from(bucket: ", ")"), "\"b\"");
        let text = |from: &str, to: &str| serde_json::from_str::<String>(&between(from, to)).unwrap();
        let (start, stop) = (text("start: time(v: ", ")"), text("stop: time(v: ", ")"));
        let measurement = text("r._measurement == ", " and ((");
        let devices = between(" and ((", ")))\n");
        let range = (milliseconds(&start), Arc::default())..(milliseconds(&stop), Arc::default());
        let own = devices.split(") or (").flat_map(|device| {
            let (node, name) = device.strip_prefix("r.node == ").unwrap().split_once(" and r.device == ").unwrap();
            let [node, name] = [node, name].map(|text| Some(serde_json::from_str::<String>(text).unwrap()));
            let points = self.points.get(&(measurement.clone(), node, name)).into_iter();
            points.flat_map(|points| points.range(range.clone()))
        });
        let mut answer = String::new();
        let mut shape_before = None;
        for (number, ((_, tags), row)) in own.enumerate() {
            let (fields, count) = (row.names.len(), row.names.len() + tags.len());
            // The order changes now and then, and the header with it.
            let order = (0..count).map(|place| (place + number / 50) % count);
            let tag = |place: usize| tags.iter().nth(place - fields).unwrap();
            let shape = (number / 50 % count, Arc::as_ptr(tags), Arc::as_ptr(&row.names));
            if shape_before.replace(shape) != Some(shape) {
                let column = |place: usize| match row.names.get(place) {
                    Some(name) => ("long", name.as_str()),
                    None => ("string", tag(place).0.as_str()),
                };
                let columns: Vec<(&str, &str)> = order.clone().map(column).collect();
                let joined = |of: fn(&(&str, &str)) -> String| columns.iter().map(of).collect::<Vec<_>>().join(",");
                let (kinds, names) = (joined(|own| own.0.to_owned()), joined(|own| own.1.to_owned()));
                let none = ",".repeat(count);
                answer += &format!(
                    "\r\n#datatype,string,long,{kinds}\r\n#group,false,false{none}\r\n#default,_result,{none}\r\n,result,table,{names}\r\n"
                );
            }
            answer += ",,0";
            for place in order {
                match row.values.get(place) {
                    Some(value) => write!(answer, ",{value}").unwrap(),
                    None => write!(answer, ",\"{}\"", tag(place).1.replace('"', "\"\"")).unwrap(),
                }
            }
            answer += "\r\n";
        }
        answer + "\r\n"
    }
}

/// A line up to the first space that is not escaped.
fn beginning(line: &str) -> &str {
    let mut is_escaped = false;
    let end = line.find(|character| {
        let ends = character == ' ' && !is_escaped;
        is_escaped = character == '\\' && !is_escaped;
        ends
    });
    &line[..end.unwrap_or(line.len())]
}

/// Values and time after the beginning of a line whose fields have these names: what the parser says of it, in a tenth of the time.
fn values(rest: &str, names: &[String]) -> Option<(Box<[i64]>, i64)> {
    let (fields, at) = rest.split_once(' ')?;
    let value = |(field, name): (&str, &String)| {
        field.strip_prefix(name.as_str())?.strip_prefix('=')?.strip_suffix('i')?.parse().ok()
    };
    let values = fields.split(',').zip(names).map(value).collect::<Option<Box<[i64]>>>()?;
    (values.len() == names.len() && fields.split(',').count() == names.len()).then_some(())?;
    Some((values, at.parse().ok()?))
}

/// The track and the tags of a line.
fn series(line: &Series<'_>) -> (Track, Arc<Tags>) {
    let tags = line.tag_set.iter().flatten();
    let tags: Tags = tags.map(|(name, value)| (name.to_string(), value.to_string())).collect();
    let of = |tag: &str| tags.get(tag).cloned();
    ((line.measurement.to_string(), of("node"), of("device")), Arc::new(tags))
}

/// `name="value"` of a predicate.
fn term(text: &str) -> (String, String) {
    let (name, value) = text.split_once('=').unwrap();
    (name.to_owned(), serde_json::from_str(value).unwrap())
}

fn milliseconds(rfc3339: &str) -> i64 {
    chrono::DateTime::parse_from_rfc3339(rfc3339).unwrap().timestamp_millis()
}

/// Target and body of the next request.
fn request(reader: &mut impl BufRead) -> Option<(String, Vec<u8>)> {
    let (mut first, mut length) = (String::new(), 0);
    reader.read_line(&mut first).ok().filter(|read| *read > 0)?;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let line = line.trim().to_ascii_lowercase();
        assert!(!line.starts_with("transfer-encoding"), "a body of stated length: {line}");
        if let Some(stated) = line.strip_prefix("content-length:") {
            length = stated.trim().parse().unwrap();
        }
        if line.is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some((first.split_whitespace().nth(1)?.to_owned(), body))
}
