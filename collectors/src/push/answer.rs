use crate::spool::Key;
use std::fmt;
use std::time::Duration;
use units::Timestamp;

/// Longest time that `Retry-After` may ask for.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(3_600);

/// What a service answered.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// `Retry-After` as it came.
    pub retry_after: Option<String>,
    /// The first 64 KiB of the body.
    pub body: Vec<u8>,
    /// Whether the body came without breaking off.
    pub whole: bool,
}

/// What an answer means for the batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// On the service's disk.
    Acknowledged,
    /// Will never be taken.
    Refused,
    /// Its number was used for other bytes.
    Conflict,
    /// Too large.
    TooLarge,
    /// Token, rights or address are wrong: nothing will be taken until somebody repairs that.
    Misconfigured,
    /// May be taken later.
    NotNow,
}

impl Answer {
    /// What the answer means for batch `key`. A success counts only with an acknowledgement that names the batch: an empty
    /// body, the page of a captive portal, half a reply, or the acknowledgement of another batch acknowledge nothing.
    #[must_use]
    pub fn verdict(&self, key: Key) -> Verdict {
        match self.status {
            200 | 201 if self.whole && self.acknowledges(key) => Verdict::Acknowledged,
            300..=399 | 401 | 403 | 404 | 407 => Verdict::Misconfigured,
            409 => Verdict::Conflict,
            413 => Verdict::TooLarge,
            408 | 421 | 425 | 429 => Verdict::NotNow,
            400..=499 => Verdict::Refused,
            _ => Verdict::NotNow,
        }
    }

    fn acknowledges(&self, key: Key) -> bool {
        serde_json::from_slice::<wire::Acknowledgement>(&self.body)
            .is_ok_and(|said| said.boot == key.boot && said.sequence == key.sequence)
    }

    /// How long to wait before the next attempt, where the service says so: at most an hour.
    #[must_use]
    pub fn retry_after(&self, now: Timestamp) -> Option<Duration> {
        let text = self.retry_after.as_deref()?.trim();
        let wait = match text.parse::<u64>() {
            Ok(seconds) => Duration::from_secs(seconds),
            Err(_) => {
                let then = chrono::DateTime::parse_from_rfc2822(text).ok()?;
                let seconds = then.timestamp().saturating_sub(now.nanoseconds() / 1_000_000_000);
                Duration::from_secs(u64::try_from(seconds).unwrap_or(0))
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
    use wire::Boot;

    const KEY: Key = Key { boot: Boot::from_bits(0xab), sequence: 3 };

    #[test]
    fn only_an_acknowledgement_that_names_the_batch_acknowledges() {
        let check = |status: u16, body: &str, expected: Verdict| {
            let answer = Answer { status, retry_after: None, body: body.as_bytes().to_vec(), whole: true };
            assert_eq!(answer.verdict(KEY), expected, "{status} {body}");
        };
        let named = format!(
            r#"{{"result":"accepted","agent":"node","boot":"{}","sequence":3,"received_ns":1,"further":null}}"#,
            KEY.boot
        );
        check(200, &named, Verdict::Acknowledged);
        check(201, &named, Verdict::Acknowledged);
        check(201, &named.replace("accepted", "duplicate"), Verdict::Acknowledged);
        check(200, "", Verdict::NotNow);
        check(200, "{}", Verdict::NotNow);
        check(200, &named[..named.len() - 1], Verdict::NotNow);
        check(200, &named.replace(":3,", ":4,"), Verdict::NotNow);
        check(200, &named.replace("ab", "ac"), Verdict::NotNow);
        check(200, &named.replace("accepted", "maybe"), Verdict::NotNow);
        check(200, "<html>please sign in</html>", Verdict::NotNow);
        check(202, &named, Verdict::NotNow);
        check(204, "", Verdict::NotNow);
        check(207, &named, Verdict::NotNow);
        check(302, "", Verdict::Misconfigured);
    }

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
        check("Wed, 21 Oct 2015 07:27:00 GMT", Some(0));
        check("999999999", Some(3_600));
        check("-1", None);
        check("soon", None);
    }
}
