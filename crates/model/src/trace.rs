//! The trace that a job belongs to.

use std::fmt;

/// Label of a job with a `traceparent` as it came.
const PARENT: &str = "traceparent";

/// Trace and span in which a job runs, as W3C Trace Context writes them: 32 and 16 hexadecimal digits in lower case, neither all zero.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TraceContext {
    trace_id: String,
    span_id: String,
}

/// Not a trace context.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotATrace(String);

impl fmt::Display for NotATrace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is not a W3C trace context: write 00-TRACE-SPAN-01 with 32 and 16 hexadecimal digits", self.0)
    }
}

impl std::error::Error for NotATrace {}

impl TraceContext {
    /// Label of a job with its trace.
    pub const TRACE_LABEL: &'static str = "trace_id";
    /// Label of a job with its span.
    pub const SPAN_LABEL: &'static str = "span_id";

    /// The context in a `traceparent` (source: W3C Trace Context, 3.2). Of later versions what is known is read.
    ///
    /// # Errors
    ///
    /// [`NotATrace`].
    pub fn of_parent(text: &str) -> Result<Self, NotATrace> {
        let unusable = || NotATrace(text.chars().take(80).collect());
        let mut parts = text.split('-');
        let (version, trace, span, flags) = (parts.next(), parts.next(), parts.next(), parts.next());
        let is_whole = match version {
            Some("00") => parts.next().is_none(),
            Some(version) => is_hex(version, 2) && version != "ff",
            None => false,
        };
        if !is_whole || !flags.is_some_and(|flags| is_hex(flags, 2)) {
            return Err(unusable());
        }
        Self::of(trace.unwrap_or_default(), span.unwrap_or_default()).ok_or_else(unusable)
    }

    /// The context that labels of a job tell, by `value` of a label's name: as trace and span, or as `traceparent`.
    pub fn of_labels<'a>(value: impl Fn(&str) -> Option<&'a str>) -> Option<Self> {
        let stated = value(Self::TRACE_LABEL).zip(value(Self::SPAN_LABEL));
        let known = stated.and_then(|(trace, span)| Self::of(trace, span));
        known.or_else(|| Self::of_parent(value(PARENT)?).ok())
    }

    fn of(trace: &str, span: &str) -> Option<Self> {
        let is_id = |text: &str, digits| is_hex(text, digits) && text.bytes().any(|digit| digit != b'0');
        let is_context = is_id(trace, 32) && is_id(span, 16);
        is_context.then(|| Self { trace_id: trace.to_owned(), span_id: span.to_owned() })
    }

    /// 32 hexadecimal digits.
    #[must_use]
    pub fn trace_id(&self) -> &str {
        &self.trace_id
    }

    /// 16 hexadecimal digits.
    #[must_use]
    pub fn span_id(&self) -> &str {
        &self.span_id
    }
}

fn is_hex(text: &str, digits: usize) -> bool {
    text.len() == digits && text.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
    const SPAN: &str = "00f067aa0ba902b7";

    #[test]
    fn only_what_the_standard_allows_is_a_trace_context() {
        let expected = TraceContext { trace_id: TRACE.to_owned(), span_id: SPAN.to_owned() };
        for (text, is_context) in [
            (format!("00-{TRACE}-{SPAN}-01"), true),
            (format!("00-{TRACE}-{SPAN}-00"), true),
            (format!("cc-{TRACE}-{SPAN}-01-what-comes-later"), true),
            (format!("00-{TRACE}-{SPAN}-01-more"), false),
            (format!("ff-{TRACE}-{SPAN}-01"), false),
            (format!("00-{}-{SPAN}-01", TRACE.to_uppercase()), false),
            (format!("00-{}-{SPAN}-01", "0".repeat(32)), false),
            (format!("00-{TRACE}-{}-01", "0".repeat(16)), false),
            (format!("00-{TRACE}-{SPAN}"), false),
            (format!("00-{TRACE}-{SPAN}-1"), false),
            (format!("0-{TRACE}-{SPAN}-01"), false),
            (format!(" 00-{TRACE}-{SPAN}-01"), false),
            (format!("00-{SPAN}-{TRACE}-01"), false),
            (String::new(), false),
        ] {
            assert_eq!(TraceContext::of_parent(&text).ok(), is_context.then(|| expected.clone()), "{text}");
        }
    }

    #[test]
    fn labels_tell_it_as_two_ids_or_as_it_came() {
        let parent = format!("00-{TRACE}-{SPAN}-01");
        for (labels, is_context) in [
            (vec![("trace_id", TRACE), ("span_id", SPAN)], true),
            (vec![("traceparent", parent.as_str())], true),
            (vec![("trace_id", "mine"), ("traceparent", parent.as_str())], true),
            (vec![("trace_id", TRACE)], false),
            (vec![("trace_id", TRACE), ("span_id", "17")], false),
            (vec![], false),
        ] {
            let labels: BTreeMap<&str, &str> = labels.into_iter().collect();
            let found = TraceContext::of_labels(|name| labels.get(name).copied());
            assert_eq!(found.map(|found| found.trace_id), is_context.then(|| TRACE.to_owned()), "{labels:?}");
        }
    }
}
