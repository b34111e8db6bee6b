//! What waits for the writer. What somebody stands at a gate for goes before what agents deliver, and never keeps it from going on.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Most changes that share one fsync.
const GROUP_MAX: usize = 512;

/// Deliveries that still join a group in which somebody waits at a gate, so that ingest goes on however often gates ask.
const JOINING_MAX: usize = 8;

/// Changes of type `C`, in two lanes.
pub(super) struct Queue<C> {
    lanes: Mutex<Lanes<C>>,
    arrived: Condvar,
}

struct Lanes<C> {
    prompt: VecDeque<C>,
    delivered: VecDeque<C>,
    is_closed: bool,
}

impl<C> fmt::Debug for Queue<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Queue").finish_non_exhaustive()
    }
}

/// Where a change waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lane {
    /// Before all deliveries: somebody waits for the answer.
    Prompt,
    /// Behind what is prompt: an agent keeps it until it is acknowledged.
    Delivered,
}

impl<C> Default for Queue<C> {
    fn default() -> Self {
        let lanes = Lanes { prompt: VecDeque::new(), delivered: VecDeque::new(), is_closed: false };
        Self { lanes: Mutex::new(lanes), arrived: Condvar::new() }
    }
}

impl<C> Queue<C> {
    /// Adds a change to its lane.
    ///
    /// # Errors
    ///
    /// The queue is closed; the change is given back.
    pub(super) fn push(&self, change: C, lane: Lane) -> Result<(), C> {
        let mut lanes = self.lanes();
        if lanes.is_closed {
            return Err(change);
        }
        match lane {
            Lane::Prompt => lanes.prompt.push_back(change),
            Lane::Delivered => lanes.delivered.push_back(change),
        }
        self.arrived.notify_one();
        Ok(())
    }

    /// Takes no more changes; what waits is still taken out.
    pub(super) fn close(&self) {
        self.lanes().is_closed = true;
        self.arrived.notify_all();
    }

    /// Closes, and gives up what waits.
    pub(super) fn abandon(&self) {
        let mut lanes = self.lanes();
        lanes.is_closed = true;
        let waiting = (std::mem::take(&mut lanes.prompt), std::mem::take(&mut lanes.delivered));
        drop(lanes);
        drop(waiting);
    }

    /// Waits for a change, and begins a group; `None` once the queue is closed and empty.
    pub(super) fn group(&self) -> Option<Group<'_, C>> {
        let lanes = self.lanes();
        let is_idle = |lanes: &mut Lanes<C>| lanes.prompt.is_empty() && lanes.delivered.is_empty() && !lanes.is_closed;
        let lanes = self.arrived.wait_while(lanes, is_idle).unwrap_or_else(PoisonError::into_inner);
        let is_over = lanes.prompt.is_empty() && lanes.delivered.is_empty();
        (!is_over).then_some(Group { queue: self, taken: 0, joining: None })
    }

    fn lanes(&self) -> MutexGuard<'_, Lanes<C>> {
        self.lanes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The changes that share one fsync, each taken when the one before is applied: what becomes prompt meanwhile still joins.
pub(super) struct Group<'q, C> {
    queue: &'q Queue<C>,
    taken: usize,
    /// Deliveries since the first prompt change; `None` before that.
    joining: Option<usize>,
}

impl<C> Iterator for Group<'_, C> {
    type Item = C;

    fn next(&mut self) -> Option<C> {
        if self.taken == GROUP_MAX {
            return None;
        }
        let mut lanes = self.queue.lanes();
        let change = match lanes.prompt.pop_front() {
            Some(prompt) => {
                self.joining.get_or_insert(0);
                prompt
            }
            None if self.joining == Some(JOINING_MAX) => return None,
            None => {
                let delivered = lanes.delivered.pop_front()?;
                self.joining = self.joining.map(|count| count + 1);
                delivered
            }
        };
        self.taken += 1;
        Some(change)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn queue(prompt: usize, delivered: usize) -> Queue<(Lane, usize)> {
        let queue = Queue::default();
        (0..delivered).for_each(|n| queue.push((Lane::Delivered, n), Lane::Delivered).unwrap());
        (0..prompt).for_each(|n| queue.push((Lane::Prompt, n), Lane::Prompt).unwrap());
        queue
    }

    #[test]
    fn deliveries_alone_share_a_large_group_in_their_order() {
        let queue = queue(0, GROUP_MAX + 3);
        let first: Vec<_> = queue.group().unwrap().collect();
        assert_eq!(first, (0..GROUP_MAX).map(|n| (Lane::Delivered, n)).collect::<Vec<_>>());
        assert_eq!(queue.group().unwrap().count(), 3);
    }

    #[test]
    fn what_is_prompt_goes_first_and_waits_for_few_deliveries() {
        let queue = queue(2, 100);
        let group: Vec<_> = queue.group().unwrap().collect();
        assert_eq!(group[..2], [(Lane::Prompt, 0), (Lane::Prompt, 1)]);
        assert_eq!(group[2..], (0..JOINING_MAX).map(|n| (Lane::Delivered, n)).collect::<Vec<_>>());
        // What comes while deliveries are applied joins them.
        let mut group = queue.group().unwrap();
        assert_eq!(group.next(), Some((Lane::Delivered, JOINING_MAX)));
        queue.push((Lane::Prompt, 2), Lane::Prompt).unwrap();
        assert_eq!(group.next(), Some((Lane::Prompt, 2)));
        assert_eq!(group.count(), JOINING_MAX);
    }

    #[test]
    fn deliveries_go_on_however_often_gates_ask() {
        let queue = queue(0, 10 * JOINING_MAX);
        let groups = (0..10).map(|n| {
            queue.push((Lane::Prompt, n), Lane::Prompt).unwrap();
            queue.group().unwrap().filter(|(lane, _)| *lane == Lane::Delivered).count()
        });
        assert!(groups.into_iter().all(|count| count == JOINING_MAX));
    }

    #[test]
    fn a_closed_queue_is_emptied_and_takes_nothing_more() {
        let queue = queue(1, 1);
        queue.close();
        assert!(queue.push((Lane::Prompt, 9), Lane::Prompt).is_err());
        assert_eq!(queue.group().unwrap().count(), 2);
        assert!(queue.group().is_none());
        let abandoned = super::tests::queue(1, 1);
        abandoned.abandon();
        assert!(abandoned.group().is_none());
    }
}
