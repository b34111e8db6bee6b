//! The bytes of a batch: JSON, compressed with gzip; and the checksum of a row.

use super::SpoolError;
use std::io;
use wire::Batch;

/// Compresses a batch.
pub(super) fn encode(batch: &Batch) -> Result<Vec<u8>, SpoolError> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    io::Write::write_all(&mut encoder, &batch.to_json()?)?;
    Ok(encoder.finish()?)
}

/// Reads and checks a compressed batch.
pub(super) fn decode(body: &[u8]) -> Result<Batch, SpoolError> {
    decode_within(body, u64::try_from(wire::BODY_BYTES_MAX).unwrap_or(u64::MAX))
}

/// The same, without decompressing more than `most` bytes; what is longer is cut off, and so cannot be read.
pub(super) fn decode_within(body: &[u8], most: u64) -> Result<Batch, SpoolError> {
    let mut json = Vec::new();
    io::Read::read_to_end(&mut io::Read::take(flate2::read::GzDecoder::new(body), most), &mut json)?;
    Ok(Batch::parse(&json)?)
}

/// CRC-32 of the content of a row.
pub(super) fn checksum(parts: &[&[u8]]) -> i64 {
    let mut hasher = crc32fast::Hasher::new();
    for part in parts {
        hasher.update(part);
    }
    i64::from(hasher.finalize())
}
