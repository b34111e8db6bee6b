//! One call of another machine, and what it may cost.

use std::time::Duration;
use ureq::http::Method;

/// One call of another machine.
#[derive(Debug, Clone)]
pub struct Call<'a> {
    /// What is done.
    pub method: Method,
    /// Absolute address, `http` or `https`.
    pub url: &'a str,
    /// Bearer token to show; `None` or an empty one shows none.
    pub token: Option<&'a str>,
    /// Further headers, name and value.
    pub headers: &'a [(&'a str, &'a str)],
    /// What is sent; `None` sends no body.
    pub content: Option<Content<'a>>,
    /// How long to wait, and how much to read.
    pub limits: CallLimits,
}

/// The body of a call.
#[derive(Debug, Clone, Copy)]
pub struct Content<'a> {
    /// Value of `Content-Type`.
    pub media_type: &'a str,
    /// Value of `Content-Encoding`, if the bytes are encoded.
    pub encoding: Option<&'a str>,
    /// As they are sent.
    pub bytes: &'a [u8],
}

/// What a call may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallLimits {
    /// From the start of the call to the last byte of the answer.
    pub time: Duration,
    /// Bytes of the answer's body that are kept; a longer body is cut off there and marked as incomplete.
    pub answer_bytes: u64,
}
