//! Random numbers from the operating system.

use std::io;
use wire::Boot;

/// A boot that no other start of an agent has.
///
/// # Errors
///
/// The system has no random bits.
pub(crate) fn boot() -> io::Result<Boot> {
    Ok(Boot::from_bits(bits()?))
}

/// 64 random bits.
///
/// # Errors
///
/// The system has no random bits.
pub(crate) fn seed() -> io::Result<u64> {
    Ok(u64::try_from(bits()? >> 64).unwrap_or_default())
}

fn bits() -> io::Result<u128> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| io::Error::other(error.to_string()))?;
    Ok(u128::from_le_bytes(bytes))
}
