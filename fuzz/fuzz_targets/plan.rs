//! The reader of Terraform plans, on any bytes; CONTRIBUTING.md has the command. It begins with the plans of `tests/it/terraform`.

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
