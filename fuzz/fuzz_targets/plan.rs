//! The reader of Terraform plans: `cargo +nightly fuzz run plan fuzz/corpus/plan tests/it/terraform/cases -- -max_total_time=600
//! -rss_limit_mb=512`.

#![no_main]

use libfuzzer_sys::fuzz_target;
use std::sync::OnceLock;
use wattledger::grid::Library;

#[path = "../common/plan.rs"]
mod plan;

fuzz_target!(|bytes: &[u8]| {
    static LIBRARY: OnceLock<Option<Library>> = OnceLock::new();
    if let Some(library) = LIBRARY.get_or_init(|| Library::bundled().ok()) {
        plan::weigh(bytes, library);
    }
});
