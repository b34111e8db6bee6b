//! How a report is grouped, and the calendar of a time zone.

use super::bound::Bound;
use chrono::DateTime;
use chrono_tz::Tz;
use rusqlite::functions::FunctionFlags;
use units::Timestamp;

/// What the rows of a report are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GroupBy {
    /// One row per project.
    Project,
    /// One row per job.
    Job,
    /// One row per value of this label.
    Label(String),
    /// One row per node.
    Node,
    /// One row per site.
    Site,
    /// One row per hour, day or month by the clocks of a time zone.
    Calendar(CalendarUnit, Tz),
}

/// A unit of the calendar of a time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CalendarUnit {
    /// An hour, such as `2026-03-29T01:00+01:00`; the offset tells the two apart that clocks show twice.
    Hour,
    /// A day, such as `2026-03-29`.
    Day,
    /// A month, such as `2026-03`.
    Month,
}

impl CalendarUnit {
    /// The unit that `at` lies in.
    #[must_use]
    pub fn of(self, at: Timestamp, zone: Tz) -> String {
        let local = DateTime::from_timestamp_nanos(at.nanoseconds()).with_timezone(&zone);
        match self {
            Self::Hour => local.format("%Y-%m-%dT%H:00%:z").to_string(),
            Self::Day => local.format("%Y-%m-%d").to_string(),
            Self::Month => local.format("%Y-%m").to_string(),
        }
    }

    /// `hour`, `day` or `month`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Month => "month",
        }
    }
}

/// Gives `connection` the function `calendar(ns, 'day Europe/Berlin')`.
pub(super) fn add_functions(connection: &rusqlite::Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection.create_scalar_function("calendar", 2, flags, |context| {
        let (at, asked): (i64, String) = (context.get(0)?, context.get(1)?);
        let unknown = || rusqlite::Error::UserFunctionError(format!("calendar of {asked:?}").into());
        let (unit, zone) = asked.split_once(' ').ok_or_else(unknown)?;
        let units = [CalendarUnit::Hour, CalendarUnit::Day, CalendarUnit::Month];
        let unit = units.into_iter().find(|known| known.name() == unit).ok_or_else(unknown)?;
        Ok(unit.of(Timestamp::from_nanoseconds(at), zone.parse().map_err(|_| unknown())?))
    })
}

impl GroupBy {
    /// The expression that names the group of `part`.
    pub(super) fn expression(&self, bound: &mut Bound) -> String {
        match self {
            Self::Project => "jobs.project".to_owned(),
            Self::Job => "jobs.id".to_owned(),
            Self::Label(label) => {
                format!("(SELECT value FROM json_each(jobs.labels) WHERE key = {})", bound.bind(label.clone()))
            }
            Self::Node => "nodes.name".to_owned(),
            Self::Site => "sites.name".to_owned(),
            Self::Calendar(unit, zone) => {
                format!("calendar(part.start_ns, {})", bound.bind(format!("{} {}", unit.name(), zone.name())))
            }
        }
    }

    /// The time zone of its calendar; UTC where it has none.
    #[must_use]
    pub const fn zone(&self) -> Tz {
        match self {
            Self::Calendar(_, zone) => *zone,
            _ => Tz::UTC,
        }
    }
}
