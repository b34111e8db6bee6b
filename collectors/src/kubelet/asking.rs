//! Asks the kubelet again and again, and goes on when it is away.

use super::error::KubeletError;
use super::lister::{Kubelet, PodDevices};
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

/// Time between two questions.
const EVERY: Duration = Duration::from_secs(1);
/// How often it is looked whether to end.
const STEP: Duration = Duration::from_millis(100);

/// A thread that asks until this is dropped.
pub(crate) struct KubeletThread(Arc<AtomicBool>);

impl KubeletThread {
    /// Calls `take` with each answer; it ends when that returns `false`.
    ///
    /// # Errors
    ///
    /// No thread can be started.
    pub(crate) fn start(
        kubelet: Kubelet,
        mut take: impl FnMut(Vec<PodDevices>) -> bool + Send + 'static,
    ) -> io::Result<Self> {
        let is_over = Arc::new(AtomicBool::new(false));
        let ends = Arc::clone(&is_over);
        thread::Builder::new().name("kubelet".to_owned()).spawn(move || {
            let mut was_there = false;
            while !ends.load(Ordering::Relaxed) {
                let is_taken = match kubelet.pods() {
                    Ok(pods) => {
                        if !was_there {
                            tell(&kubelet);
                        }
                        was_there = true;
                        take(pods)
                    }
                    // Most nodes have none, and one that is restarted is back soon.
                    Err(KubeletError::Unreachable(_)) if !was_there => true,
                    Err(error) => {
                        if was_there {
                            tracing::warn!("kubelet: {error}; pods keep what they hold until it answers again");
                        }
                        was_there = false;
                        true
                    }
                };
                if !is_taken {
                    break;
                }
                wait(&ends);
            }
        })?;
        Ok(Self(is_over))
    }
}

/// Says what the kubelet has, which it may refuse to say although it lists pods.
fn tell(kubelet: &Kubelet) {
    match kubelet.allocatable() {
        Ok(offered) => tracing::info!("the kubelet answers, and offers {offered} GPUs, or parts of them, to pods"),
        Err(error) => tracing::info!("the kubelet answers, and does not say what it offers to pods: {error}"),
    }
}

fn wait(ends: &AtomicBool) {
    let mut left = EVERY;
    while !left.is_zero() && !ends.load(Ordering::Relaxed) {
        thread::sleep(STEP);
        left = left.saturating_sub(STEP);
    }
}

impl Drop for KubeletThread {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
