//! The reader of power logs, on any bytes: `cargo +nightly fuzz run powerlog -- -max_total_time=600 -rss_limit_mb=64`. A good corpus
//! is `collectors/src/powerlog/tests/cases`.

#![no_main]

use collectors::powerlog::{Options, PowerLog};
use std::ops::ControlFlow;

libfuzzer_sys::fuzz_target!(|log: &[u8]| {
    if let Ok(mut log) = PowerLog::open(log, &Options::default()) {
        let _ = log.read(&mut |_, _, _| ControlFlow::Continue(()));
    }
});
