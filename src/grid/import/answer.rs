//! Answers of providers that were saved as files, read as a live provider's are.

use super::terms::{FileReading, ImportError, ImportTerms};
use crate::grid::FactorReading;
use crate::grid::provider::{Inquiry, ProviderChoice, ProviderZone, provider};
use model::ProviderName;
use units::{Interval, Timestamp};

/// Reads an answer of ENTSO-E (XML, or an archive of it) or of EIA (JSON); `None` if the bytes are neither.
pub(super) fn read(bytes: &[u8], terms: &ImportTerms) -> Option<Result<FileReading, ImportError>> {
    let (name, form) = match bytes.iter().find(|byte| !byte.is_ascii_whitespace())? {
        b'<' => (ProviderName::Entsoe, "an XML file is read as document A75 of ENTSO-E"),
        b'P' if bytes.starts_with(b"PK\x03\x04") => {
            (ProviderName::Entsoe, "an archive is read as documents A75 of ENTSO-E")
        }
        b'{' => (ProviderName::Eia, "a JSON file is read as an answer of version 2 of EIA's API"),
        _ => return None,
    };
    Some(answer(name, form, bytes, terms))
}

fn answer(name: ProviderName, form: &str, bytes: &[u8], terms: &ImportTerms) -> Result<FileReading, ImportError> {
    let provider = provider(name, ProviderChoice::default());
    let zone = terms.stated_zone()?;
    terms.refuse_type(form)?;
    terms.refuse_year()?;
    let code = provider.code(&zone);
    let code = code.ok_or_else(|| ImportError::Terms(format!("{form}, which is not known to have zone {zone}")))?;
    let now = terms.obtained.unwrap_or(Timestamp::from_nanoseconds(i64::MAX));
    let (start, end) = (Timestamp::from_nanoseconds(0), now);
    let during = Interval::new(start, end).ok_or_else(|| ImportError::Terms("obtained before 1970".to_owned()))?;
    let basis = terms.basis.unwrap_or(crate::grid::Basis::Lifecycle);
    let inquiry = Inquiry { zone: ProviderZone { zone, code }, during, path: String::new(), basis, is_forecast: false };
    let reading = provider.read(&inquiry, &[bytes.to_vec()], now);
    let FactorReading { series, refused } =
        reading.map_err(|error| ImportError::Terms(format!("{form}, but {error}")))?;
    let reading = FactorReading { series: terms.applied(series), refused };
    Ok(FileReading { reading, ..FileReading::default() })
}
