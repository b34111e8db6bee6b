//! Power over time, for charts: a copy of the windows that count, and what is read from it.
//!
//! [`Follower`] takes batches from the evidence after they are acknowledged and hands what counts to a [`SeriesStore`]; the ledger never reads it back.
//! The copy knows the last batch that it has taken, so that it can be killed, deleted or fall behind, and is complete again by itself.
//! `pieces` cuts and shares windows as the ledger does, with the same code, so that charts add up to it as integers.

mod bucket;
mod columns;
mod divided;
mod edition;
mod editions;
mod embedded;
mod export;
mod follow;
mod handover;
mod influx;
mod intensity;
mod newest;
mod pieces;
mod power;
mod standing;
mod store;
mod sums;
mod window;

pub use crate::ingest::HELD_IDLE_PERCENT;
pub use bucket::{Bucket, Grid, GridError, POINTS_MAX};
pub use edition::{Edition, EditionGap, EditionKind};
pub use editions::{FactorGap, ZoneEditions, editions};
pub use embedded::Embedded;
pub use export::{ExportCounts, ExportError, ExportReceiver, ExportSource, Exporter};
pub use follow::{Follower, behind, catch_up, rebuild, settle};
pub use handover::{HandedBatches, Handover};
pub use influx::{Influx, InfluxServer, MirrorCounts};
pub use intensity::{IntensityBucket, IntensitySeries, intensity};
pub use newest::NewestPower;
pub use power::{
    DeviceSeries, GroupBucket, GroupSeries, JobUse, PowerGroup, PowerSeries, accelerators, device, fleet, job,
    job_devices, job_use, life, node,
};
pub use standing::StandingInWords;
pub use store::{Holder, Recount, SeriesChange, SeriesDevice, SeriesError, SeriesStore, Watermark, WindowShare};
pub use window::SeriesWindow;
