//! Texts that show what they hold: nothing in them is invisible, moves a cursor, or turns the direction of writing.

use std::borrow::Cow;

/// What [`is_plain`] asks for, in words.
pub const PLAIN_RULE: &str =
    "without control characters, invisible characters or marks that turn the direction of writing";

/// Whether every character of `text` is seen where it stands, so that a name or reason cannot pose as another or as a line of a log.
#[must_use]
pub fn is_plain(text: &str) -> bool {
    !text.contains(is_odd)
}

/// `text` with U+FFFD (�) in place of each character that is not [plain](is_plain), for where people read it.
#[must_use]
pub fn plain(text: &str) -> Cow<'_, str> {
    if is_plain(text) { text.into() } else { text.replace(is_odd, "\u{fffd}").into() }
}

/// `text` with each of its lines [plain], and its line ends as they are.
#[must_use]
pub fn plain_lines(text: &str) -> String {
    text.split_inclusive('\n')
        .flat_map(|line| match line.strip_suffix('\n') {
            Some(line) => [plain(line), "\n".into()],
            None => [plain(line), "".into()],
        })
        .collect()
}

/// Control characters (Cc); line and paragraph separators and interlinear annotations; and what Unicode calls
/// `Default_Ignorable_Code_Point` (DerivedCoreProperties.txt of version 16), among them the marks of direction.
fn is_odd(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}'
                | '\u{34f}'
                | '\u{61c}'
                | '\u{115f}'..='\u{1160}'
                | '\u{17b4}'..='\u{17b5}'
                | '\u{180b}'..='\u{180f}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{3164}'
                | '\u{fe00}'..='\u{fe0f}'
                | '\u{feff}'
                | '\u{ffa0}'
                | '\u{fff0}'..='\u{fffb}'
                | '\u{1bca0}'..='\u{1bca3}'
                | '\u{1d173}'..='\u{1d17a}'
                | '\u{e0000}'..='\u{e0fff}'
        )
}

#[cfg(test)]
mod tests {
    use super::{is_plain, plain, plain_lines};

    #[test]
    fn lines_stay_lines() {
        assert_eq!(plain_lines("a\u{1b}[2Jb\n\u{202e}c\n\nd"), "a\u{fffd}[2Jb\n\u{fffd}c\n\nd");
    }

    #[test]
    fn what_is_seen_is_plain_and_what_is_not_is_shown_as_such() {
        for seen in ["", "run 7", "Größe", "語言模型", "e\u{301}", "عربي", "🚀", "a\u{a0}b"] {
            assert!(is_plain(seen) && plain(seen) == seen, "{seen:?}");
        }
        for odd in
            ["\0", "\n", "\t", "\u{1b}", "\u{7f}", "\u{9b}", "\u{ad}", "\u{61c}", "\u{200b}", "\u{200d}", "\u{202e}"]
        {
            assert!(!is_plain(odd) && plain(&format!("a{odd}b")) == "a\u{fffd}b", "{odd:?}");
        }
        for odd in ["\u{2028}", "\u{2066}", "\u{3164}", "\u{fe0f}", "\u{feff}", "\u{fff9}", "\u{e0041}"] {
            assert!(!is_plain(odd), "{odd:?}");
        }
    }
}
