//! Identities that are numbers. Each is a type of its own around the same `i64`, which costs nothing at run time.

use crate::NotANumber;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

macro_rules! number {
    ($(#[$doc:meta])* $name:ident, $what:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(i64);

        impl $name {
            /// The identity with this number.
            #[must_use]
            pub const fn new(number: i64) -> Self {
                Self(number)
            }

            /// The number that it stands for.
            #[must_use]
            pub const fn number(self) -> i64 {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = NotANumber;

            fn from_str(text: &str) -> Result<Self, NotANumber> {
                text.parse().map(Self).map_err(|_| NotANumber { what: $what, text: text.to_owned() })
            }
        }
    };
    ($(#[$doc:meta])* $name:ident, $what:literal, as number) => {
        number!($(#[$doc])* #[derive(Serialize, Deserialize)] #[serde(transparent)]
            #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))] $name, $what);
    };
    ($(#[$doc:meta])* $name:ident, $what:literal, as text) => {
        number!($(#[$doc])* #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = String))] $name, $what);

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

number! {
    /// Identifies a budget: its number, from 1. JSON has it as a string of digits.
    BudgetId, "a budget", as text
}

number! {
    /// Identifies an admission: its number, from 1. JSON has it as a string of digits.
    AdmissionId, "an admission", as text
}

number! {
    /// Identifies an override or the request for one: its number, from 1. JSON has it as a string of digits.
    OverrideId, "an override", as text
}

number! {
    /// Identifies a ledger entry: its number, from 1 without a gap.
    EntryId, "a ledger entry", as number
}

number! {
    /// Identifies a posting: its number, ascending in the order in which postings were made.
    PostingId, "a posting", as number
}

number! {
    /// Identifies a stored batch: the number of the revision that it made.
    BatchId, "a batch", as number
}

number! {
    /// How the store refers to a series of factors, ascending in the order in which series came.
    SeriesNumber, "a series of factors", as number
}

number! {
    /// How the store refers to what one file or reply added to a series, ascending in the order in which it came.
    BlockNumber, "a block of factors", as number
}

number! {
    /// Identifies a device: its number, from 1 in the order in which devices were first declared.
    DeviceId, "a device", as number
}

number! {
    /// Identifies a reporting period: its number, from 1.
    PeriodId, "a reporting period", as number
}

number! {
    /// Identifies a recorded action of administration: its number, from 1 without a gap.
    ActionId, "an action", as number
}

number! {
    /// Identifies a recorded decision on a budget or an admission: its number, from 1 without a gap.
    DecisionId, "a decision", as number
}

number! {
    /// Identifies a gap that an agent reported: its number, from 1.
    GapId, "a gap", as number
}

number! {
    /// How the store refers to a job, ascending in the order of first mention. Elsewhere a job is known by its [`JobId`](crate::JobId).
    JobNumber, "a job"
}

impl JobNumber {
    /// Number 0: what nobody held, idle.
    pub const IDLE: Self = Self(0);

    /// Whether this is idle, not a job.
    #[must_use]
    pub const fn is_idle(self) -> bool {
        self.0 == 0
    }
}

number! {
    /// How the store refers to a node. Elsewhere a node is known by its [`NodeName`](crate::NodeName).
    NodeNumber, "a node"
}

number! {
    /// How the store refers to a site. Elsewhere a site is known by its [`SiteName`](crate::SiteName).
    SiteNumber, "a site"
}

impl SiteNumber {
    /// Number 0: the site of nodes that are assigned to none.
    pub const UNASSIGNED: Self = Self(0);
}

number! {
    /// How the store refers to a statement of what a site pays for energy; the last one made before a period was closed is part of its figures.
    PriceNumber, "a price"
}

number! {
    /// Everything that can move attributed energy makes the next revision; what is written under its number was believed from then on.
    /// 0 is the state before the first.
    Revision, "a revision"
}

impl BatchId {
    /// The revision that this batch made.
    #[must_use]
    pub const fn revision(self) -> Revision {
        Revision(self.0)
    }
}

impl Revision {
    /// The batch that made this revision, if a batch did.
    #[must_use]
    pub const fn batch(self) -> BatchId {
        BatchId(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_has_budgets_as_text_and_entries_as_numbers() {
        assert_eq!(serde_json::to_string(&BudgetId::new(17)).unwrap(), "\"17\"");
        assert_eq!(serde_json::from_str::<BudgetId>("\"17\"").unwrap(), BudgetId::new(17));
        assert_eq!(serde_json::to_string(&EntryId::new(17)).unwrap(), "17");
        assert_eq!(serde_json::from_str::<EntryId>("17").unwrap(), EntryId::new(17));
        assert!(serde_json::from_str::<BudgetId>("17").is_err());
    }

    #[test]
    fn what_is_no_number_is_refused_with_what_to_give() {
        let refused = "seventeen".parse::<AdmissionId>().unwrap_err().to_string();
        assert_eq!(
            refused,
            "`seventeen` does not identify an admission: give its number, a whole number as lists show it"
        );
    }
}
