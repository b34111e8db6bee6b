//! How a label is written wherever one is asked for.

/// Says how, to whoever wrote it otherwise.
pub const LABEL_RULE: &str = "write KEY=VALUE, such as team=vision";

/// `KEY=VALUE` apart. No key contains `=`, so that the first one divides; a colon may stand in both.
#[must_use]
pub fn label(text: &str) -> Option<(String, String)> {
    let (key, value) = text.split_once('=')?;
    (!key.is_empty()).then(|| (key.to_owned(), value.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::label;

    #[test]
    fn the_first_equals_sign_divides() {
        let pair = |key: &str, value: &str| Some((key.to_owned(), value.to_owned()));
        for (text, expected) in [
            ("team=vision", pair("team", "vision")),
            ("gpu:model=h100:sxm", pair("gpu:model", "h100:sxm")),
            ("note=a=b", pair("note", "a=b")),
            ("note=", pair("note", "")),
            ("=vision", None),
            ("team", None),
            ("team:vision", None),
        ] {
            assert_eq!(label(text), expected, "{text}");
        }
    }
}
