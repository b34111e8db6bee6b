//! The reader of power logs, on any bytes; CONTRIBUTING.md has the command. It begins with the logs of
//! `collectors/src/powerlog/tests/cases`.

#![no_main]

use collectors::powerlog::{Options, PowerLog};
use std::ops::ControlFlow;

libfuzzer_sys::fuzz_target!(|log: &[u8]| {
    if let Ok(mut log) = PowerLog::open(log, &Options::default()) {
        let _ = log.read(&mut |_, _, _| ControlFlow::Continue(()));
    }
});
