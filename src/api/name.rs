//! Names of projects, jobs, sites and labels, as in the wire format.

/// What [`is_name`] asks for, in words.
pub(super) const NAME_RULE: &str = "1 to 128 of A-Z a-z 0-9 . _ : @ + -";

/// Whether `text` is a *name*, as in the wire format.
pub(super) fn is_name(text: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._:@+-".contains(&byte);
    (1..=128).contains(&text.len()) && text.bytes().all(is_allowed)
}
