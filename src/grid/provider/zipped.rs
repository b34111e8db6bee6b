//! Answers that came as a ZIP archive.

use super::factor_provider::ReplyError;
use std::io::{Cursor, Read};
use zip::ZipArchive;

/// Bytes of all documents of an archive together: an archive of few bytes can hold any number.
const UNZIPPED_MAX: u64 = 128 << 20;

/// The documents in `bytes`: themselves, or those of the archive that they are.
pub(super) fn documents(bytes: &[u8]) -> Result<Vec<String>, ReplyError> {
    if !bytes.starts_with(b"PK") {
        return Ok(vec![text(bytes.to_vec())?]);
    }
    let broken = |error: &dyn std::fmt::Display| ReplyError::Malformed(format!("the archive is broken: {error}"));
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| broken(&error))?;
    let (mut found, mut left) = (Vec::new(), UNZIPPED_MAX);
    for number in 0..archive.len() {
        let file = archive.by_index(number).map_err(|error| broken(&error))?;
        let mut unzipped = Vec::new();
        file.take(left + 1).read_to_end(&mut unzipped).map_err(|error| broken(&error))?;
        left = left
            .checked_sub(unzipped.len() as u64)
            .ok_or_else(|| ReplyError::Malformed(format!("the archive holds more than {} MiB", UNZIPPED_MAX >> 20)))?;
        found.push(text(unzipped)?);
    }
    Ok(found)
}

fn text(bytes: Vec<u8>) -> Result<String, ReplyError> {
    String::from_utf8(bytes).map_err(|_| ReplyError::Malformed("it is not UTF-8".to_owned()))
}
