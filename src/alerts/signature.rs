//! The signature of a request, with which its receiver tells that it is from this service, whole and fresh.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::fmt::Write;
use units::Timestamp;

/// Name of the header.
pub(super) const HEADER: &str = "Wattledger-Signature";

/// The value of the header: `t=SECONDS,v1=HEX`, where HEX is the HMAC-SHA256 under `key` of the seconds since 1970, a full stop and `body`.
pub(super) fn signature(key: &[u8], at: Timestamp, body: &[u8]) -> String {
    let seconds = at.nanoseconds().div_euclid(1_000_000_000);
    let mut shown = format!("t={seconds},v1=");
    // An HMAC takes a key of any length.
    if let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) {
        mac.update(format!("{seconds}.").as_bytes());
        mac.update(body);
        for byte in mac.finalize().into_bytes() {
            // Writing to a text cannot fail.
            let _ = write!(shown, "{byte:02x}");
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_that_of_openssl() {
        // printf '1800000000.{"version":1}' | openssl dgst -sha256 -hmac 0123456789abcdef
        let at = Timestamp::from_seconds(1_800_000_000).unwrap();
        let shown = signature(b"0123456789abcdef", at, br#"{"version":1}"#);
        assert_eq!(shown, "t=1800000000,v1=7d4d4d8168d982d07c6225c0944f1a6dabe77badfb1c3adfc18c120afa85150c");
    }
}
