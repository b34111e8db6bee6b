//! Pure energy accounting: no I/O, no clock, no floating point.
#![forbid(unsafe_code)]
#![deny(
    clippy::float_arithmetic,
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss
)]

pub mod attribute;
pub mod meter;
