//! Addresses of one service, of which one is used as long as it answers.

use crate::address::{AddressError, check_address};
use crate::answer::Answer;
use crate::call::CallLimits;
use crate::client::SendError;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The addresses of one service: that of each of its replicas, or the only one. A clone goes on where the other is.
#[derive(Debug, Clone)]
pub struct Servers {
    /// Without a slash at the end; at least one.
    addresses: Arc<[String]>,
    /// Which of them answered last.
    current: Arc<AtomicUsize>,
}

/// What a call does when it is made twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeated {
    /// It counts once, or changes nothing.
    CountsOnce,
    /// It counts twice: it is made at another address only where the first was not reached.
    CountsTwice,
}

impl fmt::Display for Servers {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.addresses.join(", "))
    }
}

impl Servers {
    /// The addresses in `text`, `https://a.example, https://b.example`.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let named = text.split(',').map(|address| address.trim().trim_end_matches('/').to_owned());
        let mut addresses: Vec<String> = named.filter(|address| !address.is_empty()).collect();
        if addresses.is_empty() {
            addresses.push(String::new());
        }
        Self { addresses: addresses.into(), current: Arc::default() }
    }

    /// Refuses addresses that cannot be called, or over which a token would go unencrypted.
    ///
    /// # Errors
    ///
    /// [`AddressError`] of the first such address.
    pub fn check(&self, has_token: bool) -> Result<(), AddressError> {
        self.addresses.iter().try_for_each(|address| check_address(address, has_token).map(drop))
    }

    /// Each of them.
    pub fn all(&self) -> impl Iterator<Item = &str> {
        self.addresses.iter().map(String::as_str)
    }

    /// The one that answered last; before the first answer, the first.
    #[must_use]
    pub fn current(&self) -> &str {
        self.at(self.current.load(Ordering::Relaxed))
    }

    /// Makes a call with `send`, which is given an address and what the call may cost there: first where it was answered last, and where nothing
    /// answers there or the answer is 503, at the others in turn. All together take no longer than `limits` allow.
    ///
    /// # Errors
    ///
    /// There was no answer from any of them; why from the last.
    pub fn call(
        &self,
        repeated: Repeated,
        limits: CallLimits,
        mut send: impl FnMut(&str, CallLimits) -> Result<Answer, SendError>,
    ) -> Result<Answer, SendError> {
        let count = self.addresses.len();
        let share = CallLimits { time: limits.time / u32::try_from(count).unwrap_or(u32::MAX), ..limits };
        let first = self.current.load(Ordering::Relaxed);
        let mut found = send(self.at(first), share);
        for place in (first + 1..first + count).map(|place| place % count) {
            if !goes_on(&found, repeated) {
                break;
            }
            let next = send(self.at(place), share);
            if !goes_on(&next, repeated) {
                self.current.store(place, Ordering::Relaxed);
            }
            // What a service says is worth more than that another cannot be reached.
            if next.is_ok() || found.is_err() {
                found = next;
            }
        }
        found
    }

    fn at(&self, place: usize) -> &str {
        self.addresses.get(place).map_or("", String::as_str)
    }
}

/// Whether another address may do better.
const fn goes_on(outcome: &Result<Answer, SendError>, repeated: Repeated) -> bool {
    let counts_once = matches!(repeated, Repeated::CountsOnce);
    match outcome {
        Ok(answer) => counts_once && answer.status == 503,
        Err(SendError::Unreached(_)) => true,
        Err(SendError::Late(_) | SendError::Connection(_)) => counts_once,
        Err(SendError::Address(_) | SendError::Request(_) | SendError::Certificate(_)) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    const LIMITS: CallLimits = CallLimits { time: Duration::from_secs(6), answer_bytes: 8 };

    fn unreached() -> Result<Answer, SendError> {
        Err(SendError::Unreached("refused".to_owned()))
    }

    fn answer(status: u16) -> Result<Answer, SendError> {
        Ok(Answer { status, ..Answer::default() })
    }

    /// The addresses that are called, and the status that came, where each says what `say` has for it.
    fn called(servers: &Servers, repeated: Repeated, say: impl Fn(&str) -> Result<Answer, SendError>) -> (String, u16) {
        let mut asked = Vec::new();
        let answer = servers.call(repeated, LIMITS, |address, limits| {
            assert_eq!(limits.time, Duration::from_secs(2));
            asked.push(address.to_owned());
            say(address)
        });
        (asked.join(" "), answer.map_or(0, |answer| answer.status))
    }

    #[test]
    fn the_next_address_is_called_where_one_does_not_answer_and_kept_then() {
        let servers = Servers::of("a/, b ,c");
        let without =
            |gone: &'static str| move |address: &str| if gone.contains(address) { unreached() } else { answer(200) };
        assert_eq!(called(&servers, Repeated::CountsTwice, without("a")), ("a b".to_owned(), 200));
        assert_eq!(called(&servers, Repeated::CountsTwice, without("")), ("b".to_owned(), 200));
        assert_eq!(called(&servers, Repeated::CountsTwice, without("abc")), ("b c a".to_owned(), 0));
        assert_eq!((servers.current(), servers.to_string().as_str()), ("b", "a, b, c"));
        let busy = |address: &str| if address == "b" { answer(503) } else { unreached() };
        assert_eq!(called(&servers, Repeated::CountsOnce, busy), ("b c a".to_owned(), 503));
    }

    #[test]
    fn what_counts_twice_is_not_repeated_where_it_may_have_been_heard() {
        for (outcome, repeated, asked) in [
            (503, Repeated::CountsTwice, "a"),
            (503, Repeated::CountsOnce, "a b c"),
            (0, Repeated::CountsTwice, "a"),
            (0, Repeated::CountsOnce, "a b c"),
            (500, Repeated::CountsOnce, "a"),
        ] {
            let say = |_: &str| if outcome == 0 { Err(SendError::Late(LIMITS.time)) } else { answer(outcome) };
            assert_eq!(called(&Servers::of("a,b,c"), repeated, say).0, asked, "{outcome} {repeated:?}");
        }
    }
}
