//! Text of others, made fit for a line that people read.

/// `text` as one line of at most `most` characters. Line breaks, control characters and marks that turn the direction of writing become
/// spaces: names and reasons are chosen by users, and must not look like lines of Wattledger.
pub(super) fn line(text: &str, most: usize) -> String {
    let is_odd = |c: char| {
        c.is_control() || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}')
    };
    let mut clean = text.chars().map(|c| if is_odd(c) { ' ' } else { c });
    let mut short: String = clean.by_ref().take(most).collect();
    if clean.next().is_some() {
        short.pop();
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_one_line_and_not_too_long() {
        for (text, most, expected) in [
            ("n1", 9, "n1"),
            ("a\nb\r\u{1b}[1mc", 99, "a b  [1mc"),
            ("\u{202e}txt\u{2069}", 99, " txt "),
            ("abcdef", 6, "abcdef"),
            ("abcdefg", 6, "abcde…"),
            ("éééé", 3, "éé…"),
        ] {
            assert_eq!(line(text, most), expected);
        }
    }
}
