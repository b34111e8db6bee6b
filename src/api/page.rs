//! Lists in pages: `?limit&cursor` in, `{items, next_cursor}` out.

use super::problem::Problem;
use super::state::State;
use api::PageQuery;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

const LIMIT_DEFAULT: u32 = 100;
const LIMIT_MAX: u32 = 1_000;

/// What a [`PageQuery`] asks for.
pub(crate) trait Paging {
    /// Most items on the page.
    fn limit(&self) -> Result<u32, Problem>;

    /// Key of the item before the page, for lists that are ordered by a text.
    fn after(&self) -> Option<&str>;

    /// Number of the item before the page, for lists that are ordered by a number.
    fn after_number(&self) -> Result<Option<i64>, Problem>;
}

impl Paging for PageQuery {
    fn limit(&self) -> Result<u32, Problem> {
        match self.limit.unwrap_or(LIMIT_DEFAULT) {
            limit @ 1..=LIMIT_MAX => Ok(limit),
            limit => Err(Problem::field("limit", format!("{limit} is not between 1 and {LIMIT_MAX}"))),
        }
    }

    fn after(&self) -> Option<&str> {
        self.cursor.as_deref()
    }

    fn after_number(&self) -> Result<Option<i64>, Problem> {
        self.cursor.as_deref().map(str::parse).transpose().map_err(|_| foreign_cursor())
    }
}

/// Refuses a cursor that no page of the list has given.
pub(crate) fn foreign_cursor() -> Problem {
    Problem::field("cursor", "not a cursor of this list: copy next_cursor of the previous page unchanged")
}

/// The query string as a `T`; what does not fit is a problem document.
pub(crate) struct Query<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequestParts<State> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, Problem> {
        match axum::extract::Query::<T>::from_request_parts(parts, state).await {
            Ok(axum::extract::Query(value)) => Ok(Self(value)),
            Err(rejection) => Err(Problem::field("query", rejection.body_text())),
        }
    }
}

/// The one variable part of a path: what it identifies, or text where that is not any text.
pub(crate) struct Id<T = String>(pub(crate) T);

impl<T: From<String>> FromRequestParts<State> for Id<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, Problem> {
        match axum::extract::Path::<String>::from_request_parts(parts, state).await {
            Ok(axum::extract::Path(id)) => Ok(Self(id.into())),
            Err(rejection) => Err(Problem::field("id", rejection.body_text())),
        }
    }
}
