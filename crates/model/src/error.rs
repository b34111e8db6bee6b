use std::fmt;

/// A text that was to be a number by which something is identified, and is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotANumber {
    /// What was to be identified, with its article: "a budget".
    pub what: &'static str,
    /// The text as it was given.
    pub text: String,
}

impl fmt::Display for NotANumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` does not identify {}: give its number, a whole number as lists show it", self.text, self.what)
    }
}

impl std::error::Error for NotANumber {}

/// A text that was to be one of a few words, and is none of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownWord {
    /// What the word was to say, with its article: "the state of an admission".
    pub what: &'static str,
    /// The text as it was given.
    pub text: String,
    /// Every word that it can be.
    pub words: &'static [&'static str],
}

impl fmt::Display for UnknownWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not {}: use one of {}", self.text, self.what, self.words.join(", "))
    }
}

impl std::error::Error for UnknownWord {}
