//! A thread that makes the answers that take most memory, one after the other: what one of them leaves free in that thread's part of the heap, the next
//! one takes. On threads of a pool each would leave some of its own.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Sender, channel};
use tokio::sync::oneshot;

type Task = Box<dyn FnOnce() + Send>;

/// The thread, which ends when this is dropped.
#[derive(Debug)]
pub(super) struct OneByOne(Sender<Task>);

impl OneByOne {
    /// # Errors
    ///
    /// The system refuses a thread.
    pub(super) fn start() -> std::io::Result<Self> {
        let (sender, tasks) = channel::<Task>();
        std::thread::Builder::new().name("reports".to_owned()).spawn(move || {
            for task in tasks {
                // Whoever waits for the outcome learns that there is none.
                let _ = catch_unwind(AssertUnwindSafe(task));
            }
        })?;
        Ok(Self(sender))
    }

    /// Runs `task` after those that came before, unless nobody waits for it any more; `None` if it panicked.
    pub(super) async fn run<T: Send + 'static>(&self, task: impl FnOnce() -> T + Send + 'static) -> Option<T> {
        let (done, outcome) = oneshot::channel();
        let wanted = move || {
            if !done.is_closed() {
                // Nobody waits any more.
                let _ = done.send(task());
            }
        };
        self.0.send(Box::new(wanted)).ok()?;
        outcome.await.ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn tasks_run_one_at_a_time_and_one_that_panics_stops_no_other() {
        let (thread, running) = (OneByOne::start().unwrap(), Arc::new(AtomicUsize::new(0)));
        let task = |number: usize| {
            let running = Arc::clone(&running);
            move || {
                assert_eq!(running.fetch_add(1, Ordering::SeqCst), 0);
                std::thread::yield_now();
                running.fetch_sub(1, Ordering::SeqCst);
                assert_ne!(number, 3);
                number
            }
        };
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let outcomes = runtime.block_on(async {
            let asked: Vec<_> = (0..6).map(|number| thread.run(task(number))).collect();
            let mut outcomes = Vec::new();
            for outcome in asked {
                outcomes.push(outcome.await);
            }
            outcomes
        });
        assert_eq!(outcomes, [Some(0), Some(1), Some(2), None, Some(4), Some(5)]);
    }
}
