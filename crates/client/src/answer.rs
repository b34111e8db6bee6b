use crate::call::CallLimits;
use std::fmt;
use std::io::Read;
use std::time::{Duration, SystemTime};
use units::Timestamp;
use ureq::Body;
use ureq::http::{HeaderMap, Response};

/// Longest time that `Retry-After` may ask for.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(3_600);

/// What another machine answered.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// The header `Retry-After` as it came.
    pub retry_after: Option<String>,
    /// The header `Location` as it came.
    pub location: Option<String>,
    /// All headers.
    pub headers: HeaderMap,
    /// The body, or as much of it as came and was allowed.
    pub body: Vec<u8>,
    /// Why the body is not whole; `None` where it is.
    pub incomplete: Option<String>,
}

impl Answer {
    pub(crate) fn read(mut response: Response<Body>, limits: CallLimits) -> Self {
        let headers = response.headers().clone();
        let header = |name| Some(headers.get(name)?.to_str().ok()?.to_owned());
        let (retry_after, location) = (header("retry-after"), header("location"));
        let status = response.status().as_u16();
        let mut body = Vec::new();
        let read = response.body_mut().as_reader().take(limits.answer_bytes.saturating_add(1)).read_to_end(&mut body);
        let most = usize::try_from(limits.answer_bytes).unwrap_or(usize::MAX);
        let incomplete = match read {
            Err(error) => Some(error.to_string()),
            Ok(_) if body.len() > most => Some(format!("it is longer than {most} bytes")),
            Ok(_) => None,
        };
        body.truncate(most);
        Self { status, retry_after, location, headers, body, incomplete }
    }

    /// The header `name`, if it came as text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// How long to wait before the next attempt, where the answer says so, as seconds or as a date: at most an hour.
    #[must_use]
    pub fn retry_after(&self, now: Timestamp) -> Option<Duration> {
        let text = self.retry_after.as_deref()?.trim();
        let wait = match text.parse::<u64>() {
            Ok(seconds) => Duration::from_secs(seconds),
            Err(_) => {
                let then = httpdate::parse_http_date(text).ok()?.duration_since(SystemTime::UNIX_EPOCH).ok()?;
                let now_s = u64::try_from(now.nanoseconds() / 1_000_000_000).unwrap_or(0);
                Duration::from_secs(then.as_secs().saturating_sub(now_s))
            }
        };
        Some(wait.min(RETRY_AFTER_MAX))
    }
}

impl fmt::Display for Answer {
    /// The status and the beginning of the body, for a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let body = String::from_utf8_lossy(&self.body);
        let shown: String = body.chars().take(300).flat_map(char::escape_debug).collect();
        write!(f, "status {}: {shown}", self.status)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_seconds_or_a_date_and_at_most_an_hour() {
        let check = |text: &str, expected: Option<u64>| {
            let answer = Answer { status: 429, retry_after: Some(text.to_owned()), ..Answer::default() };
            let now = Timestamp::from_seconds(1_445_412_480).unwrap();
            assert_eq!(answer.retry_after(now), expected.map(Duration::from_secs), "{text}");
        };
        check("7", Some(7));
        check(" 0 ", Some(0));
        check("Wed, 21 Oct 2015 07:28:30 GMT", Some(30));
        check("Wednesday, 21-Oct-15 07:28:30 GMT", Some(30));
        check("Wed, 21 Oct 2015 07:27:00 GMT", Some(0));
        check("999999999", Some(3_600));
        check("-1", None);
        check("soon", None);
    }
}
