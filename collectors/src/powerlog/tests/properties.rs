//! Laws over arbitrary input.

use super::read;
use crate::powerlog::{Options, PowerLogFormat};
use proptest::prelude::*;
use std::io::Read;
use std::str::FromStr;
use units::Span;

/// Hands out its bytes in pieces of the given sizes, over and over.
struct Chunks<'a> {
    bytes: &'a [u8],
    sizes: &'a [usize],
    next: usize,
}

impl Read for Chunks<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let size = self.sizes[self.next % self.sizes.len()].min(into.len()).min(self.bytes.len());
        self.next += 1;
        into[..size].copy_from_slice(&self.bytes[..size]);
        self.bytes = &self.bytes[size..];
        Ok(size)
    }
}

fn utf16(text: &str, little_endian: bool) -> Vec<u8> {
    let units = std::iter::once(0xfeff).chain(text.encode_utf16());
    units.flat_map(|unit| if little_endian { unit.to_le_bytes() } else { unit.to_be_bytes() }).collect()
}

/// A log of `rows` cycles of two GPUs, with CRLF and LF mixed and a character outside the basic plane.
fn two_gpus(rows: &[u16]) -> String {
    let mut text = "timestamp, name, index, power.draw [W], temperature [°C]\r\n".to_owned();
    for (row, power) in rows.iter().enumerate() {
        let (minute, second) = (row / 60 % 60, row % 60);
        text += &format!("2025/03/10 09:{minute:02}:{second:02}.000, 🔥, 0, {power}.25 W, 40\n");
        text += &format!("2025/03/10 09:{minute:02}:{second:02}.001, 🔥, 1, {power}.75 W, 41\r\n");
    }
    text
}

proptest! {
    #[test]
    fn neither_chunks_nor_encoding_change_a_reading(
        rows in prop::collection::vec(10_u16..700, 2..40),
        sizes in prop::collection::vec(1_usize..50, 1..8),
    ) {
        let text = two_gpus(&rows);
        let whole = read(text.as_bytes(), &Options::default()).unwrap();
        prop_assert_eq!(whole.readings.iter().map(Vec::len).sum::<usize>(), rows.len() * 2);
        let with_mark = format!("\u{feff}{text}").into_bytes();
        for bytes in [text.clone().into_bytes(), with_mark, utf16(&text, true), utf16(&text, false)] {
            let chunked = read(Chunks { bytes: &bytes, sizes: &sizes, next: 0 }, &Options::default()).unwrap();
            prop_assert_eq!(&chunked.readings, &whole.readings);
            prop_assert_eq!(&chunked.devices, &whole.devices);
            prop_assert_eq!(&chunked.notes, &whole.notes);
        }
    }

    #[test]
    fn doubled_rows_change_nothing(rows in prop::collection::vec(10_u16..700, 2..40)) {
        let text = two_gpus(&rows);
        let doubled: String = text.lines().flat_map(|line| [line, "\n", line, "\n"]).collect();
        let (once, twice) = (read(text.as_bytes(), &Options::default()).unwrap(), read(doubled.as_bytes(), &Options::default()).unwrap());
        prop_assert_eq!(once.readings, twice.readings);
    }

    #[test]
    fn no_input_makes_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..400), name in 0_usize..30) {
        let format = PowerLogFormat::names().split(", ").nth(name).map(|name| PowerLogFormat::from_str(name).unwrap());
        let options = Options { format, interval: Some(Span::from_seconds(1)), ..Options::default() };
        let _ = read(&bytes[..], &options);
    }

    #[test]
    fn no_text_of_log_like_pieces_makes_it_panic(
        pieces in prop::collection::vec(
            prop::sample::select(vec![
                "timestamp", "power.draw [W]", "gpu", "uuid", ",", ",", ", ", ";", "\t", " ", "\n", "\n", "\r\n", "#", "\"", "{", "}",
                "=", "[N/A]", "2025/03/10 09:00:00.123", "2025-03-10T09:00:00+08:00", "23:59:59", "1741597200", "9223372036854775807",
                "-9223372036854775808", "1e400", "-1e-400", "99999999999999999999", "0.5", "W", "kWh", "GPU[0] : Power (W): 1",
                "DCGM_FI_DEV_POWER_USAGE", "gpu=\"0\"", "energy_j", "total_power_w", "gpu0_power_w", "é", "30,3",
            ]),
            0..80,
        ),
        has_zone in any::<bool>(),
    ) {
        let timezone = has_zone.then_some(chrono_tz::Europe::Berlin);
        let _ = read(pieces.concat().as_bytes(), &Options { timezone, ..Options::default() });
    }
}
