//! Asks the kubelet once.

use super::call;
use super::device::AllottedDevice;
use super::error::{KubeletError, WITHIN};
use super::messages::{AllocatableResourcesResponse, ContainerResources, ListPodResourcesResponse, NoFields};
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;
use tokio::runtime::{Builder, Runtime};

/// Where the kubelet serves, unless it was given another folder.
pub const KUBELET_SOCKET: &str = "/var/lib/kubelet/pod-resources/kubelet.sock";
/// Where the kubelet keeps the logs of pods.
pub const POD_LOGS: &str = "/var/log/pods";
/// A pod that devices of this node were given to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PodDevices {
    pub(crate) namespace: String,
    pub(crate) name: String,
    /// The kubelet's uid of the pod; `None` where its logs do not say it.
    pub(crate) uid: Option<String>,
    /// Names of its containers with devices.
    pub(crate) containers: Vec<String>,
    pub(crate) devices: Vec<AllottedDevice>,
}

/// The kubelet of this node.
#[derive(Debug)]
pub struct Kubelet {
    socket: PathBuf,
    pod_logs: PathBuf,
    runtime: Runtime,
}

impl Kubelet {
    /// The kubelet that serves at `socket` and keeps logs in `pod_logs`. Nothing is opened yet.
    ///
    /// # Errors
    ///
    /// The system refuses what waiting for an answer needs.
    pub fn new(socket: &Path, pod_logs: &Path) -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        Ok(Self { socket: socket.to_owned(), pod_logs: pod_logs.to_owned(), runtime })
    }

    /// The pods that were given devices of known forms.
    ///
    /// # Errors
    ///
    /// See [`KubeletError`].
    pub(crate) fn pods(&self) -> Result<Vec<PodDevices>, KubeletError> {
        let listed: ListPodResourcesResponse = self.call("/v1.PodResourcesLister/List")?;
        let uids = uids(&self.pod_logs);
        let pods = listed.pod_resources.into_iter().map(|pod| {
            let uid = uids.get(&(pod.namespace.clone(), pod.name.clone())).map(|(_, uid)| uid.clone());
            let with_devices = pod.containers.iter().map(|container| (&container.name, devices_of(container)));
            let with_devices: Vec<_> = with_devices.filter(|(_, devices)| !devices.is_empty()).collect();
            let containers = with_devices.iter().map(|(name, _)| (*name).clone()).collect();
            let mut devices: Vec<_> = with_devices.into_iter().flat_map(|(_, devices)| devices).collect();
            // A claim that several containers share is one allotment.
            devices.sort();
            devices.dedup();
            PodDevices { uid, containers, devices, namespace: pod.namespace, name: pod.name }
        });
        Ok(pods.filter(|pod| !pod.devices.is_empty()).collect())
    }

    /// How many devices of known forms device plugins offer on this node, held or not.
    ///
    /// # Errors
    ///
    /// See [`KubeletError`].
    pub(crate) fn allocatable(&self) -> Result<usize, KubeletError> {
        let offered: AllocatableResourcesResponse = self.call("/v1.PodResourcesLister/GetAllocatableResources")?;
        let ids = offered.devices.iter().flat_map(|devices| &devices.device_ids);
        Ok(ids.filter(|id| AllottedDevice::of_plugin(id).is_some()).count())
    }

    fn call<A: prost::Message + Default>(&self, method: &str) -> Result<A, KubeletError> {
        let called = async { tokio::time::timeout(WITHIN, call::unary(&self.socket, method, &NoFields {})).await };
        self.runtime.block_on(called).map_err(|_| KubeletError::Late)?
    }
}

fn devices_of(container: &ContainerResources) -> Vec<AllottedDevice> {
    let ids = container.devices.iter().flat_map(|devices| &devices.device_ids);
    let of_plugins = ids.filter_map(|id| AllottedDevice::of_plugin(id));
    let claimed = container.dynamic_resources.iter().flat_map(|claim| &claim.claim_resources);
    let of_claims = claimed.filter_map(|claimed| AllottedDevice::of_claim(&claimed.driver_name, &claimed.device_name));
    of_plugins.chain(of_claims).collect()
}

/// The uid of each pod by namespace and name, from the names of the folders of their logs; of several the newest.
fn uids(pod_logs: &Path) -> BTreeMap<(String, String), (SystemTime, String)> {
    let mut found: BTreeMap<(String, String), (SystemTime, String)> = BTreeMap::new();
    for entry in std::fs::read_dir(pod_logs).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let Some(parts) = name.to_str().map(|name| name.split('_').collect::<Vec<_>>()) else { continue };
        let [namespace, name, uid] = parts[..] else { continue };
        let made = entry.metadata().and_then(|folder| folder.modified()).unwrap_or(SystemTime::UNIX_EPOCH);
        let newest = found.entry((namespace.to_owned(), name.to_owned())).or_insert_with(|| (made, uid.to_owned()));
        if made > newest.0 {
            *newest = (made, uid.to_owned());
        }
    }
    found
}
