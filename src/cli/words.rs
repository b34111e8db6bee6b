//! The words that stand for the values of an enum of the API, as option values and in tables.

use clap::builder::{PossibleValuesParser, TypedValueParser};
use serde::Serialize;
use serde::de::value::Error;
use serde::de::{DeserializeOwned, IntoDeserializer};

/// An option that takes one of `words`, each the JSON word of a value of `T`, written with hyphens.
pub(super) fn one_of<T>(words: &'static [&'static str]) -> impl TypedValueParser<Value = T>
where
    T: DeserializeOwned + Clone + Send + Sync + 'static,
{
    PossibleValuesParser::new(words.iter().copied()).try_map(|word| {
        let word = word.replace('-', "_");
        T::deserialize(IntoDeserializer::<Error>::into_deserializer(word))
    })
}

/// The JSON word of `value`; a dash if it is not a word.
pub(super) fn word(value: &impl Serialize) -> String {
    let word = serde_json::to_value(value).ok().and_then(|word| word.as_str().map(str::to_owned));
    word.unwrap_or_else(dash)
}

/// A value as a cell of a table; a dash if there is none.
pub(super) fn or_dash(value: Option<&impl ToString>) -> String {
    value.map_or_else(dash, ToString::to_string)
}

/// What stands in a cell for a value that is unknown or not stated.
pub(super) fn dash() -> String {
    "-".to_owned()
}
