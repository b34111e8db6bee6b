//! Nodes and devices: where energy is metered.
use model::{BatchId, DeviceId, DeviceKind, DeviceUuid, GapReason, NodeName, SiteName, TokenId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// A machine whose devices an agent meters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NodeDocument {
    /// Name of the node, as its agent states it.
    pub name: NodeName,
    /// Program that last sent a batch for the node, with its version.
    pub software: String,
    /// When the last batch of the node arrived, RFC 3339.
    pub seen: String,
    /// Site of the node; `unassigned` until one is stated.
    pub site: SiteName,
    /// Id of the token that speaks for the node, the first of those that succeed one another; `null` until one does.
    pub token: Option<TokenId>,
}

/// A device whose energy an agent meters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeviceDocument {
    /// Number of the device, as `/devices/{id}/series` takes it.
    pub id: DeviceId,
    /// Node that the device is in.
    pub node: NodeName,
    /// Site of the node; `unassigned` until one is stated.
    pub site: SiteName,
    /// Identity of the device, as its driver states it.
    pub uuid: DeviceUuid,
    /// Product name of the device.
    pub name: String,
    /// Position among the devices of its kind in the node, from 0.
    pub index: u32,
    /// Whether it is an accelerator, a part of the host or the whole machine.
    pub kind: DeviceKind,
    /// Power limit of the device, mW.
    pub limit_mw: i64,
    /// UUID of the device whose energy already includes this one's; `null` if none does.
    pub counted_in: Option<DeviceUuid>,
}

/// Places a node at a site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AssignmentRequest {
    /// Site that the node stands at.
    pub site: SiteName,
    /// Since when it has stood there, a UTC date or RFC 3339; from the start if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
}

/// A time for which a device's readings are incomplete.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GapDocument {
    /// Node that the device is in.
    pub node: NodeName,
    /// Number of the device.
    pub device: DeviceId,
    /// Identity of the device, as its driver states it.
    pub uuid: DeviceUuid,
    /// First moment of the gap, RFC 3339.
    pub start: String,
    /// First moment after the gap, RFC 3339.
    pub end: String,
    /// Why there is a gap; with `merged`, windows were combined and no energy is missing.
    pub reason: GapReason,
    /// Number of the batch that reports the gap.
    pub batch: BatchId,
}

/// Which gaps to list. Every condition that is given has to hold.
#[derive(Debug, Clone, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct GapQuery {
    /// Only gaps that end after this moment, a UTC date or RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Only gaps that start before this moment, a UTC date or RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// Only gaps of this node.
    #[param(value_type = Option<String>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node: Option<NodeName>,
    /// Only gaps of the device with this number.
    #[param(value_type = Option<i64>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device: Option<DeviceId>,
}
