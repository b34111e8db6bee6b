//! Which devices the kubelet of this node gave to which pods, as it says on its pod-resources socket.
//!
//! `v1.PodResourcesLister` of the kubelet tells of device plugins (1.20 and later) and of resource claims (1.27 and later). It names pods by
//! namespace and name; the folders in which it keeps their logs, `NAMESPACE_NAME_UID`, add the uid.

mod asking;
mod call;
mod device;
mod error;
mod lister;
mod messages;

pub(crate) use asking::KubeletThread;
pub(crate) use device::BoardName;
pub use error::KubeletError;
pub(crate) use lister::PodDevices;
pub use lister::{KUBELET_SOCKET, Kubelet, POD_LOGS};
