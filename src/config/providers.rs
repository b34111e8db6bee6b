//! Live providers of grid factors: `[grid.providers.NAME]`.

use super::error::ServiceConfigError;
use crate::grid::provider::{FactorProvider, ProviderAccess, ProviderChoice, ProviderZone, WattTimeSignal, provider};
use crate::grid::{Basis, Library};
use client::{check_address, is_loopback};
use model::{ProviderName, ZoneId};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// A provider that the service asks for factors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderSettings {
    /// Which one.
    pub name: ProviderName,
    /// The zones that it is asked for, at least one.
    pub zones: Vec<ProviderZone>,
    /// File with its key in one line; always there where the provider needs one.
    pub key_file: Option<PathBuf>,
    /// Another address to ask instead of the provider's own, without a slash at its end: https, or http on this machine.
    pub base_url: Option<String>,
    /// PEM file with the certificates to trust instead of the public authorities.
    pub ca_file: Option<PathBuf>,
    /// Whether the host of `base_url` may have an address that is not public; this machine always may.
    pub allow_private: bool,
    /// What it is asked for, where it has more than one kind of value.
    pub choice: ProviderChoice,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub(super) struct GridSection {
    providers: BTreeMap<ProviderName, ProviderTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProviderTable {
    zones: ZonesDocument,
    key_file: Option<PathBuf>,
    base_url: Option<String>,
    ca_file: Option<PathBuf>,
    #[serde(default)]
    allow_private: bool,
    basis: Option<Basis>,
    signal: Option<WattTimeSignal>,
}

/// Zones alone, or each with the provider's code.
#[derive(Deserialize)]
#[serde(untagged)]
enum ZonesDocument {
    Known(Vec<ZoneId>),
    Mapped(BTreeMap<ZoneId, String>),
}

impl GridSection {
    pub(super) fn validate(self) -> Result<Vec<ProviderSettings>, ServiceConfigError> {
        let settings = self.providers.into_iter().map(|(name, document)| {
            document.validate(name).map_err(|reason| ServiceConfigError::Provider { name, reason })
        });
        settings.collect()
    }
}

impl ProviderTable {
    fn validate(self, name: ProviderName) -> Result<ProviderSettings, String> {
        let Self { zones, key_file, base_url, ca_file, allow_private, basis, signal } = self;
        if basis.is_some() && name != ProviderName::ElectricityMaps {
            return Err("basis can be chosen for electricity_maps alone; the others have one, or give both".to_owned());
        }
        if signal.is_some() && name != ProviderName::WattTime {
            return Err("signal can be chosen for watttime alone".to_owned());
        }
        let default = ProviderChoice::default();
        let choice = ProviderChoice { basis: basis.unwrap_or(default.basis), signal: signal.unwrap_or(default.signal) };
        let provider = provider(name, choice);
        match (provider.access(), &key_file) {
            (ProviderAccess::Open, Some(_)) => return Err("it needs no key: remove key_file".to_owned()),
            (ProviderAccess::Login(_), None) => {
                return Err("it needs key_file, a file with USER:PASSWORD in one line".to_owned());
            }
            (ProviderAccess::Header(_) | ProviderAccess::Query(_) | ProviderAccess::Bearer, None) => {
                return Err("it needs key_file, a file with its key in one line".to_owned());
            }
            _ => {}
        }
        if base_url.is_none() && allow_private {
            return Err("allow_private is for another base_url than the provider's own".to_owned());
        }
        let base_url = base_url.map(|url| checked_base_url(&url)).transpose()?;
        let zones = checked_zones(zones, provider.as_ref())?;
        Ok(ProviderSettings { name, zones, key_file, base_url, ca_file, allow_private, choice })
    }
}

fn checked_base_url(url: &str) -> Result<String, String> {
    let rule = "write https://HOST, or http to this machine";
    let uri = check_address(url, false).map_err(|_| format!("base_url is not an address: {rule}"))?;
    if uri.scheme_str() != Some("https") && !uri.host().is_some_and(is_loopback) {
        return Err(format!("base_url is not https: {rule}"));
    }
    if uri.query().is_some() || uri.authority().is_some_and(|authority| authority.as_str().contains('@')) {
        return Err(format!("base_url has a query or a user; {rule}, and the key in key_file"));
    }
    Ok(url.trim_end_matches('/').to_owned())
}

fn checked_zones(zones: ZonesDocument, provider: &dyn FactorProvider) -> Result<Vec<ProviderZone>, String> {
    let library = Library::bundled().map_err(|defect| defect.to_string())?;
    let known = |zone: &ZoneId| {
        let found = library.choose(zone.as_str(), None).map_err(|unknown| format!("zones: {unknown}"))?;
        Ok::<_, String>(ZoneId::from(found.asked))
    };
    let mut found = Vec::new();
    match zones {
        ZonesDocument::Known(zones) => {
            for zone in zones {
                let zone = known(&zone)?;
                let code = provider.code(&zone).ok_or_else(|| {
                    format!(
                        "zones: it is not known what the provider calls {zone}: write zones = {{ \"{zone}\" = \"CODE\" }} with its own code, or remove the zone"
                    )
                })?;
                found.push(ProviderZone { zone, code });
            }
        }
        ZonesDocument::Mapped(zones) => {
            for (zone, code) in zones {
                if code.is_empty()
                    || !code.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_.".contains(letter))
                {
                    return Err(format!("zones: {code:?} for {zone} is not a code, which has letters, digits and -_."));
                }
                found.push(ProviderZone { zone: known(&zone)?, code });
            }
        }
    }
    found.sort();
    found.dedup();
    if found.is_empty() {
        return Err("zones is empty: name at least one, such as zones = [\"DE\"]".to_owned());
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Vec<ProviderSettings>, String> {
        let section: GridSection = toml::from_str(text).map_err(|error| error.to_string())?;
        section.validate().map_err(|error| error.to_string())
    }

    #[test]
    fn a_provider_without_key_takes_two_lines() {
        let found = parse("[providers.uk_carbon_intensity]\nzones = [\"gb\"]").unwrap();
        let [found] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!(found.zones, [ProviderZone { zone: "GB".into(), code: "GB".to_owned() }]);
        assert!(found.base_url.is_none() && found.key_file.is_none() && !found.allow_private);
    }

    #[test]
    fn zones_are_the_providers_by_their_own_codes() {
        for (name, zone, code) in [
            ("electricity_maps", "US-CAL-CISO", "US-CAL-CISO"),
            ("watttime", "US-CAL-CISO", "CAISO_NORTH"),
            ("entsoe", "DE", "10Y1001A1001A83F"),
            ("entsoe", "SE-SE3", "10Y1001A1001A46L"),
            ("eia", "US-TEX-ERCO", "ERCO"),
            ("eia", "US-MIDA-PJM", "PJM"),
            ("energinet", "DK-DK2", "DK2"),
            ("rte", "FR", "France"),
            ("open_electricity", "AU-VIC", "VIC1"),
            ("ember", "BR", "BRA"),
        ] {
            let is_open = ["energinet", "rte"].contains(&name);
            let key = if is_open { "" } else { "key_file = \"k\"" };
            let found = parse(&format!("[providers.{name}]\nzones = [\"{zone}\"]\n{key}")).unwrap();
            assert_eq!(found[0].zones[0].code, code, "{name}");
        }
        let text =
            "[providers.watttime]\nzones = { \"US-MIDA-PJM\" = \"PJM_NJ\" }\nkey_file = \"k\"\nsignal = \"co2_aoer\"";
        let found = parse(text).unwrap();
        assert_eq!((found[0].zones[0].code.as_str(), found[0].choice.signal), ("PJM_NJ", WattTimeSignal::Average));
    }

    #[test]
    fn what_cannot_be_used_is_named_with_the_way_out() {
        let uk = |more: &str| parse(&format!("[providers.uk_carbon_intensity]\nzones = [\"GB\"]\n{more}"));
        for (found, expected) in [
            (parse("[providers.uk]\nzones = [\"GB\"]"), "unknown variant `uk`"),
            (parse("[providers.uk_carbon_intensity]"), "missing field `zones`"),
            (parse("[providers.rte]\nzones = []"), "[grid.providers.rte]: zones is empty"),
            (
                parse("[providers.rte]\nzones = [\"GB\"]"),
                "what the provider calls GB: write zones = { \"GB\" = \"CODE\" }",
            ),
            (parse("[providers.rte]\nzones = [\"FRX\"]"), "unknown grid zone \"FRX\""),
            (parse("[providers.rte]\nzones = { FR = \"a b\" }"), "\"a b\" for FR is not a code"),
            (parse("[providers.entsoe]\nzones = [\"DE\"]"), "[grid.providers.entsoe]: it needs key_file"),
            (parse("[providers.watttime]\nzones = [\"US-CAL-CISO\"]"), "USER:PASSWORD"),
            (uk("key_file = \"k\""), "it needs no key"),
            (uk("key = \"secret\""), "unknown field `key`"),
            (uk("basis = \"direct\""), "electricity_maps alone"),
            (uk("signal = \"co2_moer\""), "watttime alone"),
            (uk("allow_private = true"), "another base_url"),
        ] {
            let message = found.unwrap_err();
            assert!(message.contains(expected), "{expected}: {message}");
        }
    }

    #[test]
    fn another_address_is_https_or_this_machine() {
        let at = |url: &str| parse(&format!("[providers.rte]\nzones = [\"FR\"]\nbase_url = {url:?}"));
        for url in [
            "https://mirror.example",
            "https://mirror.example:8443/rte/",
            "http://127.0.0.1:9",
            "http://localhost:9",
            "http://[::1]:9",
        ] {
            assert_eq!(at(url).unwrap()[0].base_url.as_deref(), Some(url.trim_end_matches('/')));
        }
        for url in [
            "http://mirror.example",
            "http://169.254.169.254",
            "http://2130706433",
            "http://127.1",
            "http://0x7f.0.0.1",
            "http://0.0.0.0:80",
            "http://[::ffff:127.0.0.1]",
            "http://localhost.example",
            "http://127.0.0.1.example",
            "http://10.0.0.1",
            "https://user:secret@mirror.example",
            "http://127.0.0.1@mirror.example",
            "https://mirror.example?key=secret",
            "file:///etc/passwd",
            "ftp://mirror.example",
            "gopher://mirror.example",
            "mirror.example",
            "//mirror.example",
            "",
            "https://",
        ] {
            let message = at(url).unwrap_err();
            assert!(message.contains("base_url") && !message.contains("secret"), "{url}: {message}");
        }
    }
}
