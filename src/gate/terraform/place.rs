//! Where a resource runs: by its own attributes, those of its parent in the plan, its provider, or as the user states.

use super::configuration::{Configuration, PlanProvider};
use serde_json::Value;

/// Where a resource runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ResourcePlace {
    /// A cloud region, as `provider/region`.
    Region(String),
    /// Where its provider works, which is not constant in the plan.
    Open {
        /// The cloud, where the provider is one: `aws`, `gcp`, ...
        cloud: Option<&'static str>,
        /// The provider's key in the plan, such as `aws` or `aws.west`, where the plan says it.
        provider: Option<String>,
    },
}

/// Regions that the user states for what the plan leaves open.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StatedRegions(Vec<StatedRegion>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct StatedRegion {
    /// The provider that it is stated for, by key or alias; all providers of the cloud where there is none.
    provider: Option<String>,
    cloud: Option<String>,
    region: String,
}

/// Why stated regions cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StatedRegionError {
    /// It has no cloud and no provider.
    #[error(
        "--region {0:?} cannot be used with a plan: write CLOUD/REGION, such as aws/eu-north-1, or ALIAS=REGION for one provider"
    )]
    NoCloud(String),
    /// No resource of the plan uses the provider.
    #[error(
        "--region {asked:?}: no provider {alias:?} is used by a resource of the plan whose region it leaves open{open}"
    )]
    NoProvider {
        /// As given.
        asked: String,
        /// The provider that it names.
        alias: String,
        /// The providers that are open, for people; may be empty.
        open: String,
    },
}

impl StatedRegions {
    /// Reads `CLOUD/REGION`, `ALIAS=REGION` and `ALIAS=CLOUD/REGION`.
    ///
    /// # Errors
    ///
    /// A text of another form.
    pub fn read(texts: &[String]) -> Result<Self, StatedRegionError> {
        let read = |text: &String| {
            let (provider, region) = match text.split_once('=') {
                Some((provider, region)) => (Some(provider.trim().to_owned()), region.trim()),
                None => (None, text.trim()),
            };
            let (cloud, region) = match region.split_once('/') {
                Some((cloud, region)) => (Some(cloud.to_lowercase()), region),
                None => (None, region),
            };
            let is_whole =
                !region.is_empty() && (provider.as_ref().is_some_and(|name| !name.is_empty()) || cloud.is_some());
            is_whole
                .then(|| StatedRegion { provider, cloud, region: region.to_lowercase() })
                .ok_or_else(|| StatedRegionError::NoCloud(text.clone()))
        };
        texts.iter().map(read).collect::<Result<_, _>>().map(Self)
    }

    /// Whether nothing is stated.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Refuses a statement for a provider that none of these places leaves open.
    ///
    /// # Errors
    ///
    /// [`StatedRegionError::NoProvider`] with the first.
    pub fn expect_used<'a>(
        &self,
        places: impl Iterator<Item = &'a ResourcePlace> + Clone,
    ) -> Result<(), StatedRegionError> {
        for stated in &self.0 {
            let Some(alias) = &stated.provider else { continue };
            if !places.clone().any(|place| stated.fits(place)) {
                let mut open: Vec<&str> = places.filter_map(ResourcePlace::open_provider).collect();
                open.sort_unstable();
                open.dedup();
                let open = if open.is_empty() { String::new() } else { format!("; open are: {}", open.join(", ")) };
                let asked = format!("{alias}={}", stated.region);
                return Err(StatedRegionError::NoProvider { asked, alias: alias.clone(), open });
            }
        }
        Ok(())
    }

    /// What is stated for a place that the plan leaves open.
    #[must_use]
    pub fn stated_for(&self, place: &ResourcePlace) -> Option<String> {
        matches!(place, ResourcePlace::Open { .. }).then(|| self.region_of(place)).flatten()
    }

    /// The region of a place: its own, else what is stated for its provider, else for its cloud.
    pub(super) fn region_of(&self, place: &ResourcePlace) -> Option<String> {
        if let ResourcePlace::Region(region) = place {
            return Some(region.clone());
        }
        let fitting = || self.0.iter().filter(|stated| stated.fits(place));
        let stated = fitting().find(|stated| stated.provider.is_some()).or_else(|| fitting().next())?;
        let cloud = stated.cloud.as_deref().or_else(|| place.cloud())?;
        Some(format!("{cloud}/{}", stated.region))
    }
}

impl StatedRegion {
    fn fits(&self, place: &ResourcePlace) -> bool {
        let ResourcePlace::Open { cloud, provider } = place else { return false };
        match &self.provider {
            Some(asked) => provider.as_deref().is_some_and(|key| {
                let own = key.rsplit(':').next().unwrap_or(key);
                key == asked || own == asked || own.split_once('.').is_some_and(|(_, alias)| alias == asked)
            }),
            None => cloud.is_some() && self.cloud.as_deref() == *cloud,
        }
    }
}

impl ResourcePlace {
    /// Where the resource of `kind` at `address` with these attributes runs.
    pub(super) fn of(address: &str, kind: &str, values: &Value, configuration: &Configuration<'_>) -> Self {
        let Some(cloud) = cloud_of(kind) else { return Self::Open { cloud: None, provider: None } };
        let own = region(cloud, values).or_else(|| region_of_parent(address, kind, cloud, values, configuration));
        if let Some(region) = own {
            return Self::Region(format!("{cloud}/{region}"));
        }
        let PlanProvider { key, region } = configuration.provider(address, kind);
        // Azure's provider has no region.
        match region.filter(|_| cloud != "azure").and_then(|text| region_of_provider(cloud, &text)) {
            Some(region) => Self::Region(format!("{cloud}/{region}")),
            None => Self::Open { cloud: Some(cloud), provider: key },
        }
    }

    fn open_provider(&self) -> Option<&str> {
        match self {
            Self::Open { provider, .. } => provider.as_deref(),
            Self::Region(_) => None,
        }
    }

    fn cloud(&self) -> Option<&str> {
        match self {
            Self::Region(region) => region.split('/').next(),
            Self::Open { cloud, .. } => *cloud,
        }
    }
}

/// The cloud of a type of resource, as the table of regions names it.
pub(super) fn cloud_of(kind: &str) -> Option<&'static str> {
    match kind.split('_').next() {
        Some("aws" | "awscc") => Some("aws"),
        Some("google") => Some("gcp"),
        Some("azurerm" | "azapi") => Some("azure"),
        Some("oci") => Some("oci"),
        Some("alicloud") => Some("alibaba"),
        _ => None,
    }
}

/// The region that a resource's own attributes name.
fn region(cloud: &str, values: &Value) -> Option<String> {
    let named = |field: &str| values[field].as_str().filter(|text| !text.is_empty());
    let first = |field: &str| values[field][0].as_str().filter(|text| !text.is_empty());
    match cloud {
        "aws" => {
            let zone = named("availability_zone").or_else(|| first("availability_zones"));
            let of_zone = || region_of_aws_zone(zone?);
            named("region").map(str::to_owned).or_else(of_zone).or_else(|| region_of_arn(named("arn")?))
        }
        "gcp" => {
            let text = named("region").or_else(|| named("zone")).or_else(|| named("location"));
            region_of_google(text.or_else(|| first("node_locations")).or_else(|| first("distribution_policy_zones"))?)
        }
        "azure" => named("location").map(|location| location.replace(' ', "").to_lowercase()),
        "alibaba" => {
            let zone = named("availability_zone").or_else(|| named("zone_id"))?;
            zone.rsplit_once('-').map(|(region, _)| region.to_owned())
        }
        _ => named("region").map(str::to_owned),
    }
}

/// What belongs to something else is where that is, if it is in the plan.
fn region_of_parent(
    address: &str,
    kind: &str,
    cloud: &str,
    values: &Value,
    configuration: &Configuration<'_>,
) -> Option<String> {
    let parents: &[(&str, &str)] = match kind {
        "google_container_node_pool" => &[("google_container_cluster", "cluster")],
        "azurerm_kubernetes_cluster_node_pool" => &[("azurerm_kubernetes_cluster", "kubernetes_cluster_id")],
        "azurerm_machine_learning_compute_cluster" | "azurerm_machine_learning_compute_instance" => {
            &[("azurerm_machine_learning_workspace", "machine_learning_workspace_id")]
        }
        "azurerm_mssql_database" => &[("azurerm_mssql_server", "server_id")],
        "aws_autoscaling_group" => &[("aws_subnet", "vpc_zone_identifier")],
        "aws_eks_node_group" => &[("aws_subnet", "subnet_ids"), ("aws_eks_cluster", "cluster_name")],
        "alicloud_instance" => &[("alicloud_vswitch", "vswitch_id")],
        "alicloud_cs_kubernetes_node_pool" => &[("alicloud_vswitch", "vswitch_ids")],
        _ if cloud == "aws" => &[("aws_subnet", "subnet_id"), ("aws_subnet", "subnets"), ("aws_subnet", "subnet_ids")],
        _ => &[],
    };
    parents.iter().find_map(|(parent, field)| {
        let names: Vec<&str> = match &values[*field] {
            Value::Array(values) => values.iter().filter_map(Value::as_str).collect(),
            value => value.as_str().into_iter().collect(),
        };
        let found = configuration.all_referred("after", address, parent, &names);
        let mut regions = found.into_iter().map(|attributes| region(cloud, attributes));
        let first = regions.next()??;
        regions.all(|region| region.as_ref() == Some(&first)).then_some(first)
    })
}

/// A region as a provider states it, where it has the form of one: a function of a variable may be anything.
fn region_of_provider(cloud: &str, text: &str) -> Option<String> {
    match cloud {
        "aws" => region_of_aws_zone(text).filter(|region| region == text),
        "gcp" => region_of_google(text),
        _ => Some(text.to_lowercase()).filter(|text| text.contains('-')),
    }
}

/// `us-east-1` of `us-east-1`, of the zone `us-east-1a`, of the local zone `us-east-1-bos-1a` and of `us-east-1-wl1-bos-wlz-1`.
fn region_of_aws_zone(zone: &str) -> Option<String> {
    let mut parts = Vec::new();
    for part in zone.split('-') {
        let digits = part.len() - part.trim_start_matches(|letter: char| letter.is_ascii_digit()).len();
        if digits > 0 {
            parts.push(&part[..digits]);
            return (parts.len() >= 3).then(|| parts.join("-"));
        }
        let is_word = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase());
        if !is_word {
            return None;
        }
        parts.push(part);
    }
    None
}

/// `ap-south-1` of `arn:aws:ec2:ap-south-1:123456789012:instance/i-1`.
fn region_of_arn(arn: &str) -> Option<String> {
    arn.strip_prefix("arn:")?.split(':').nth(2).filter(|region| !region.is_empty()).map(str::to_owned)
}

/// `us-central1` of itself, of its zone `us-central1-a`, and of a whole address of either.
pub(super) fn region_of_google(place: &str) -> Option<String> {
    let place = place.rsplit('/').next().unwrap_or(place);
    let mut parts = place.split('-');
    let (area, region) = (parts.next()?, parts.next()?);
    region.ends_with(|letter: char| letter.is_ascii_digit()).then(|| format!("{area}-{region}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_are_in_their_regions() {
        for (zone, region) in [
            ("us-east-1a", Some("us-east-1")),
            ("us-east-1", Some("us-east-1")),
            ("us-east-1-bos-1a", Some("us-east-1")),
            ("us-west-2-lax-1b", Some("us-west-2")),
            ("us-east-1-wl1-bos-wlz-1", Some("us-east-1")),
            ("us-gov-west-1a", Some("us-gov-west-1")),
            ("ap-southeast-5c", Some("ap-southeast-5")),
            ("true", None),
            ("1", None),
            ("eu", None),
        ] {
            assert_eq!(region_of_aws_zone(zone).as_deref(), region, "{zone}");
        }
        for (place, region) in [
            ("europe-west4", Some("europe-west4")),
            ("europe-west4-a", Some("europe-west4")),
            ("us-central1-ai1a", Some("us-central1")),
            ("projects/p/zones/us-central1-b", Some("us-central1")),
            ("eu", None),
            ("us-multi", None),
        ] {
            assert_eq!(region_of_google(place).as_deref(), region, "{place}");
        }
    }
}
