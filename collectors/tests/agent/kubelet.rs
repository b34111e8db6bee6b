//! Pods, known from the kubelet: the real agent, and a gRPC server that speaks `v1.PodResourcesLister` as it is published.

use crate::holders::driver;
use crate::kill::wait_until;
use crate::occupants::{GpuNode, POD, UID};
use h2::server;
use http::{HeaderMap, Response};
use prost::Message;
use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use tokio::net::UnixListener;
use tokio::sync::oneshot;

/// The published messages, with fields that the agent passes over.
#[derive(Clone, PartialEq, Message)]
struct Listed {
    #[prost(message, repeated, tag = "1")]
    pods: Vec<Pod>,
}

#[derive(Clone, PartialEq, Message)]
struct Pod {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(string, tag = "2")]
    namespace: String,
    #[prost(message, repeated, tag = "3")]
    containers: Vec<Container>,
}

#[derive(Clone, PartialEq, Message)]
struct Container {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(message, repeated, tag = "2")]
    devices: Vec<Devices>,
    #[prost(int64, repeated, tag = "3")]
    cpu_ids: Vec<i64>,
    #[prost(message, repeated, tag = "5")]
    dynamic_resources: Vec<Claim>,
}

#[derive(Clone, PartialEq, Message)]
struct Devices {
    #[prost(string, tag = "1")]
    resource_name: String,
    #[prost(string, repeated, tag = "2")]
    device_ids: Vec<String>,
    #[prost(message, optional, tag = "3")]
    topology: Option<Topology>,
}

#[derive(Clone, PartialEq, Message)]
struct Topology {
    #[prost(message, repeated, tag = "1")]
    nodes: Vec<Numa>,
}

#[derive(Clone, PartialEq, Message)]
struct Numa {
    #[prost(int64, tag = "1")]
    id: i64,
}

#[derive(Clone, PartialEq, Message)]
struct Claim {
    #[prost(string, tag = "2")]
    claim_name: String,
    #[prost(string, tag = "3")]
    claim_namespace: String,
    #[prost(message, repeated, tag = "4")]
    resources: Vec<ClaimedDevice>,
}

#[derive(Clone, PartialEq, Message)]
struct ClaimedDevice {
    #[prost(message, repeated, tag = "1")]
    cdi: Vec<CdiDevice>,
    #[prost(string, tag = "2")]
    driver: String,
    #[prost(string, tag = "3")]
    pool: String,
    #[prost(string, tag = "4")]
    device: String,
}

#[derive(Clone, PartialEq, Message)]
struct CdiDevice {
    #[prost(string, tag = "1")]
    name: String,
}

/// A pod with one container that was given these devices by NVIDIA's plugin.
fn pod(namespace: &str, name: &str, ids: &[&str]) -> Pod {
    let devices = Devices {
        resource_name: "nvidia.com/gpu".to_owned(),
        device_ids: ids.iter().map(|id| (*id).to_owned()).collect(),
        topology: Some(Topology { nodes: vec![Numa { id: 1 }] }),
    };
    let main = Container {
        name: "main".to_owned(),
        devices: vec![devices],
        cpu_ids: vec![0, 1],
        dynamic_resources: Vec::new(),
    };
    Pod { name: name.to_owned(), namespace: namespace.to_owned(), containers: vec![main] }
}

/// A pod that a claim gave a device of NVIDIA's driver.
fn claiming(namespace: &str, name: &str, device: &str) -> Pod {
    let claimed = ClaimedDevice {
        cdi: vec![CdiDevice { name: format!("k8s.gpu.nvidia.com/device={device}") }],
        driver: "gpu.nvidia.com".to_owned(),
        pool: "n1".to_owned(),
        device: device.to_owned(),
    };
    let claim = Claim { claim_name: "one".to_owned(), claim_namespace: namespace.to_owned(), resources: vec![claimed] };
    let container = Container { name: "main".to_owned(), dynamic_resources: vec![claim], ..Container::default() };
    Pod { name: name.to_owned(), namespace: namespace.to_owned(), containers: vec![container] }
}

/// UUID of a board of the fake driver.
fn board(number: u32) -> String {
    format!("GPU-{number:08x}-fa4e-4000-8000-000000000000")
}

/// A kubelet, which ends when this is dropped.
struct Kubelet {
    pods: Arc<Mutex<Listed>>,
    socket: PathBuf,
    _ends: oneshot::Sender<()>,
}

impl Kubelet {
    fn start(socket: PathBuf, pods: Vec<Pod>) -> Self {
        let pods = Arc::new(Mutex::new(Listed { pods }));
        let (listed, path) = (Arc::clone(&pods), socket.clone());
        let (ends, over) = oneshot::channel();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let _ = fs::remove_file(&path);
                let listener = UnixListener::bind(&path).unwrap();
                tokio::select! {
                    () = accept(&listener, &listed) => {}
                    _ = over => {}
                }
            });
        });
        wait_until("the kubelet", || socket.exists());
        Self { pods, socket, _ends: ends }
    }

    fn list(&self, pods: Vec<Pod>) {
        self.pods.lock().unwrap().pods = pods;
    }
}

impl Drop for Kubelet {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.socket);
    }
}

async fn accept(listener: &UnixListener, listed: &Arc<Mutex<Listed>>) {
    while let Ok((stream, _)) = listener.accept().await {
        let Ok(mut connection) = server::handshake(stream).await else { continue };
        while let Some(Ok((request, mut respond))) = connection.accept().await {
            let is_list = request.uri().path() == "/v1.PodResourcesLister/List";
            let message = if is_list { listed.lock().unwrap().encode_to_vec() } else { Vec::new() };
            let head = Response::builder().header("content-type", "application/grpc").body(()).unwrap();
            let mut body = respond.send_response(head, false).unwrap();
            let mut framed = vec![0];
            framed.extend_from_slice(&u32::try_from(message.len()).unwrap().to_be_bytes());
            framed.extend_from_slice(&message);
            body.send_data(framed.into(), false).unwrap();
            let mut trailers = HeaderMap::new();
            trailers.insert("grpc-status", if is_list { "0" } else { "12" }.parse().unwrap());
            body.send_trailers(trailers).unwrap();
        }
    }
}

/// A node of Kubernetes: the settings name its socket and its logs.
struct KubernetesNode(GpuNode);

impl KubernetesNode {
    fn new(machine: &str) -> Self {
        let node = Self(GpuNode::new(machine));
        fs::create_dir(node.logs()).unwrap();
        driver(node.0.slurm.folder.path());
        node
    }

    fn socket(&self) -> PathBuf {
        self.0.slurm.folder.path().join("kubelet.sock")
    }

    fn logs(&self) -> PathBuf {
        self.0.slurm.folder.path().join("pods")
    }

    fn agent(&self) -> crate::kill::Running {
        let of_kubernetes = format!(
            "[kubernetes]\nsocket = {:?}\npod_logs = {:?}\nprojects.ml = \"atlas\"\n",
            self.socket(),
            self.logs()
        );
        self.0.start_with(&of_kubernetes)
    }

    /// The kubelet made the folder of a pod's logs.
    fn logs_of(&self, namespace: &str, name: &str, uid: &str) {
        fs::create_dir(self.logs().join(format!("{namespace}_{name}_{uid}"))).unwrap();
    }
}

const OTHER: &str = "0a1b2c3d-0000-4000-8000-000000000001";

#[test]
fn a_pod_holds_what_the_kubelet_gave_it_from_the_allocation_on() {
    let node = KubernetesNode::new("gpus=4");
    node.logs_of("ml", "train-0", UID);
    node.logs_of("ml", "notebook", OTHER);
    let kubelet = Kubelet::start(node.socket(), vec![pod("ml", "train-0", &[&board(0), &board(1)])]);
    let agent = node.agent();
    // Held without a process, too.
    node.0.until_held(&[(0, UID, false), (1, UID, false)]);
    let said = node.0.slurm.said();
    let first = &said[UID][0];
    assert_eq!((first.project.as_ref().unwrap().as_str(), first.name.as_deref()), ("atlas", Some("train-0")));
    assert_eq!((first.labels["evidence"].as_str(), first.labels["containers"].as_str()), ("kubelet", "main"));
    // Its own process is no second holder; another pod is given a device by a claim, and one shares by two replicas of three.
    node.0.process(101, 1, "python", POD);
    node.0.tell("0.processes=101");
    let (share, shares) = (format!("{}::0", board(3)), [format!("{}::1", board(3)), format!("{}::2", board(3))]);
    kubelet.list(vec![
        pod("ml", "train-0", &[&board(0), &board(1), &share]),
        claiming("ml", "notebook", "gpu-2"),
        pod("web", "infer", &[&shares[0], &shares[1]]),
    ]);
    node.logs_of("web", "infer", "0a1b2c3d-0000-4000-8000-000000000002");
    let infer = "0a1b2c3d-0000-4000-8000-000000000002";
    node.0.until_held(&[(0, UID, false), (1, UID, false), (2, OTHER, false), (3, infer, false), (3, UID, false)]);
    let weight = |job: &str| {
        let held = node
            .0
            .slurm
            .holdings()
            .into_iter()
            .find(|held| held.device.as_str() == board(3) && held.job.as_str() == job);
        held.unwrap().weight
    };
    assert_eq!((weight(UID), weight(infer)), (1, 2));
    assert!(node.0.unclear().is_empty(), "{:?}", node.0.unclear());
    drop((agent, kubelet));
}

#[test]
fn a_pod_outlives_a_restart_of_the_kubelet_and_ends_when_it_is_gone() {
    let node = KubernetesNode::new("gpus=2");
    node.logs_of("ml", "train-0", UID);
    node.0.process(101, 1, "pause", POD);
    let agent = node.agent();
    // There is no socket yet.
    let kubelet = Kubelet::start(node.socket(), vec![pod("ml", "train-0", &["nvidia1"])]);
    node.0.until_held(&[(1, UID, false)]);
    let newest = || node.0.slurm.store.lock().unwrap().newest.map(units::Timestamp::nanoseconds);
    let wait = |why: &str| {
        let before = newest();
        wait_until(why, || newest() > before.map(|before| before + 2_500_000_000));
    };
    drop(kubelet);
    wait("windows without a kubelet");
    // After its start it lists nothing for a while.
    let kubelet = Kubelet::start(node.socket(), Vec::new());
    wait("windows with a kubelet that knows no pods yet");
    node.0.until_held(&[(1, UID, false)]);
    kubelet.list(vec![pod("ml", "train-0", &["nvidia1"])]);
    wait("windows");
    // A pod that has ended is listed by older kubelets until it is deleted.
    node.0.ends(101);
    node.0.until_held(&[(1, UID, true)]);
    wait_until("the end of the job", || node.0.slurm.said()[UID].iter().any(|job| job.ended.is_some()));
    drop((agent, kubelet));
}

#[test]
fn a_mig_instance_is_named_with_its_pod_and_its_energy_is_idle() {
    let node = KubernetesNode::new("gpus=1,mig=2");
    let kubelet =
        Kubelet::start(node.socket(), vec![pod("ml", "slice", &["MIG-00000000-fa4e-5000-8000-000000000001"])]);
    node.logs_of("ml", "slice", UID);
    let agent = node.agent();
    wait_until("the instance", || node.0.unclear().iter().any(|says| says.contains("ml/slice was given MIG-00000000")));
    assert_eq!(node.0.slurm.holdings(), []);
    drop((agent, kubelet));
}
