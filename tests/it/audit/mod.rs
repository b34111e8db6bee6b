//! `verify` reads everything that a figure or a decision depends on: whatever is changed behind the program's back is found.
#![allow(clippy::print_stdout, reason = "seeds and counts are to be seen")]

mod columns;
mod everything;
mod large;
mod spoken;
mod tampering;
