//! The hash chain: each entry's hash covers its own content and the previous hash.

use crate::store::Entry;
use model::EntryId;
use sha2::{Digest, Sha256};

/// What precedes the first entry.
pub(super) const GENESIS: [u8; 32] = [0; 32];

/// SHA-256 of the previous hash and the entry's canonical form: every field but the hash in this order, as decimal or UTF-8 text, each
/// preceded by its length in bytes (`u64`, little endian).
pub(super) fn hash(previous: &[u8], entry: &Entry) -> Vec<u8> {
    let (key, part) = (&entry.key, &entry.part);
    let texts = [entry.kind.name(), &entry.reason, &key.component, &entry.factor];
    let numbers = [
        entry.id.number(),
        entry.reverses.map_or(0, EntryId::number),
        key.job.number(),
        key.node.number(),
        key.site.number(),
        key.period_start.nanoseconds(),
        key.period_end.nanoseconds(),
        part.start.nanoseconds(),
        part.end.nanoseconds(),
        part.energy.millijoules(),
        entry.overhead.millijoules(),
        i64::from(entry.pue.parts_per_million()),
        i64::from(entry.intensity.milligrams_per_kwh()),
        entry.co2e.micrograms(),
        entry.overhead_co2e.micrograms(),
        i64::from(entry.provisional),
        part.modelled.millijoules(),
        part.covered.saturating_nanoseconds(),
        part.span.saturating_nanoseconds(),
        entry.first_posting.number(),
        entry.last_posting.number(),
        entry.posted.nanoseconds(),
    ];
    let mut sha256 = Sha256::new();
    sha256.update(previous);
    for text in texts.into_iter().map(str::to_owned).chain(numbers.map(|number| number.to_string())) {
        sha256.update(text.len().to_le_bytes());
        sha256.update(text);
    }
    sha256.finalize().to_vec()
}
