//! What every provider has in common: what it is asked, and how its answer becomes factors.

use super::super::{Basis, FactorReading};
use model::ZoneId;
use std::time::Duration;
use units::{Interval, Span, Timestamp};

/// A publisher of carbon intensities on the internet: what to ask it, and how its answers are read. It opens no connection by itself.
pub trait FactorProvider: Send + Sync {
    /// Address of the service, without a slash at its end.
    fn base_url(&self) -> &'static str;

    /// How the key is shown.
    fn access(&self) -> ProviderAccess;

    /// How often, how far back and how fast it is asked.
    fn pace(&self) -> ProviderPace;

    /// What it calls `zone`; `None` if it is not known to have it.
    fn code(&self, zone: &ZoneId) -> Option<String>;

    /// What to ask so as to learn the factors of `zone` over a time; nothing of it lies in the future but what is predicted.
    fn inquiries(&self, zone: &ProviderZone, during: Interval) -> Vec<Inquiry>;

    /// The path of the page after `pages`, if the answer has more.
    ///
    /// # Errors
    ///
    /// The last page cannot be read.
    fn next_page(&self, inquiry: &Inquiry, pages: &[Vec<u8>]) -> Result<Option<String>, ReplyError> {
        let _ = (inquiry, pages);
        Ok(None)
    }

    /// The factors in all pages of an answer, obtained at `now`.
    ///
    /// # Errors
    ///
    /// [`ReplyError`]: nothing of it can be used. What can be used in part is a reading that names what was not taken.
    fn read(&self, inquiry: &Inquiry, pages: &[Vec<u8>], now: Timestamp) -> Result<FactorReading, ReplyError>;
}

/// A zone under both of its names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ProviderZone {
    /// The zone as factors name it.
    pub zone: ZoneId,
    /// What the provider calls it.
    pub code: String,
}

/// One question to a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inquiry {
    /// The zone.
    pub zone: ProviderZone,
    /// The time that is asked for.
    pub during: Interval,
    /// Path and query below the address of the service, without the key.
    pub path: String,
    /// The basis that is asked for, where a provider has both and does not say which it answers with.
    pub basis: Basis,
    /// Whether the time is still to come.
    pub is_forecast: bool,
}

/// How a provider is shown the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProviderAccess {
    /// It needs none.
    Open,
    /// In a header of this name.
    Header(&'static str),
    /// As a parameter of the query with this name.
    Query(&'static str),
    /// As a bearer token.
    Bearer,
    /// `USER:PASSWORD` is exchanged at this path for a bearer token that ends after a while.
    Login(&'static str),
}

/// How often, how far back and how fast a provider is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProviderPace {
    /// Between two rounds.
    pub every: Duration,
    /// Shortest time between two requests, which keeps below the provider's limit.
    pub gap: Duration,
    /// How far back the first round asks.
    pub first: Span,
    /// How far before the newest value each round asks again, as values are revised.
    pub overlap: Span,
    /// Longest time that one inquiry covers.
    pub longest: Span,
    /// After this much time without a new value it is stale.
    pub stale: Span,
}

/// Why a whole answer cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReplyError {
    /// It is not the document that the provider is known for.
    #[error("the answer cannot be read: {0}")]
    Malformed(String),
    /// It says that there is an error.
    #[error("the provider reports: {0}")]
    Reported(String),
    /// It says that it has nothing for that zone and time.
    #[error("the provider has no data: {0}")]
    NoData(String),
    /// It is about another zone, type or time than what was asked for.
    #[error("the answer has {found} where {expected} was asked for")]
    Other {
        /// What the answer is about.
        found: String,
        /// What was asked for.
        expected: String,
    },
}
