//! Identities that are texts from outside.

use serde::{Deserialize, Serialize};
use std::borrow::Borrow;
use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

macro_rules! text {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        pub struct $name(String);

        impl $name {
            /// The identity with this text, as it is.
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// The text that it stands for.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// This identity as `project` names things for itself, which nobody else can name: `~` is in no *name*.
            #[must_use]
            pub fn within(&self, project: &ProjectName) -> Self {
                Self(format!("{}~{}", self.0, project.0))
            }

            /// Whether the text is empty, which stands for none.
            #[must_use]
            pub fn is_empty(&self) -> bool {
                self.0.is_empty()
            }

            /// The text that it stands for, without copying it.
            #[must_use]
            pub fn into_string(self) -> String {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }

        // As of a text, so that a message can quote it.
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&self.0, f)
            }
        }

        impl FromStr for $name {
            type Err = Infallible;

            fn from_str(text: &str) -> Result<Self, Infallible> {
                Ok(Self(text.to_owned()))
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        // Finds a key of a map without making one: comparison, order and hash are those of the text.
        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl PartialEq<str> for $name {
            fn eq(&self, other: &str) -> bool {
                self.0 == other
            }
        }

        impl PartialEq<&str> for $name {
            fn eq(&self, other: &&str) -> bool {
                self.0 == *other
            }
        }

        #[cfg(feature = "sqlite")]
        impl rusqlite::ToSql for $name {
            fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
                self.0.to_sql()
            }
        }

        #[cfg(feature = "sqlite")]
        impl rusqlite::types::FromSql for $name {
            fn column_result(value: rusqlite::types::ValueRef<'_>) -> rusqlite::types::FromSqlResult<Self> {
                String::column_result(value).map(Self)
            }
        }
    };
}

text! {
    /// Identifies a job: what its scheduler or `wattledger run` calls it, unique in a ledger.
    JobId
}

text! {
    /// Identifies a token: 16 hexadecimal digits, no secret. Empty where the service itself acts.
    TokenId
}

impl TokenId {
    /// In place of a token where the service itself acts: empty.
    pub const SERVICE: Self = Self(String::new());
}

text! {
    /// Identifies the session of a browser: 16 hexadecimal digits, no secret.
    SessionId
}

text! {
    /// Identifies a project by its name.
    ProjectName
}

text! {
    /// Identifies a node by its name: what its agent calls it, unique in a ledger.
    NodeName
}

text! {
    /// Identifies a site by its name.
    SiteName
}

text! {
    /// Identifies a zone of the electricity grid, such as `DE` or `US-CAL-CISO`.
    ZoneId
}

text! {
    /// Identifies a device on its node: what its driver calls it, such as `GPU-8f2a…`.
    DeviceUuid
}

text! {
    /// Identifies an agent, which numbers its batches.
    AgentId
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn json_has_the_text_and_nothing_else() {
        let job = JobId::from("llm-7b");
        assert_eq!(serde_json::to_string(&job).unwrap(), "\"llm-7b\"");
        assert_eq!(serde_json::from_str::<JobId>("\"llm-7b\"").unwrap(), job);
    }

    #[test]
    fn what_a_project_names_is_named_by_no_other() {
        let named = |job: &str, project: &str| JobId::from(job).within(&project.into());
        assert_eq!(named("train", "vision").as_str(), "train~vision");
        assert_ne!(named("a", "b@c"), named("a@b", "c"));
    }

    #[test]
    fn a_map_is_asked_with_a_plain_text() {
        let found = BTreeMap::from([(ZoneId::from("DE"), 1)]);
        assert_eq!(found.get("DE"), Some(&1));
    }
}
