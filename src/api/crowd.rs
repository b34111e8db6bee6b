//! The open connections, by the address at their other end: no address has more than its part, and where there is no room, whoever has most and does
//! least makes room.

use super::peer::Peer;
use crate::config::Proxies;
use collectors::clock::Clock;
use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;
use units::Span;

/// How long a connection must have moved nothing before one of another address may take its place.
const STALE: Span = Span::from_seconds(1);

/// The open connections.
pub(super) struct Crowd {
    clock: Arc<dyn Clock>,
    /// The most that one address may have; proxies may have all.
    of_one_max: usize,
    proxies: Arc<Proxies>,
    next: AtomicU64,
    /// By address, then by number.
    open: Mutex<HashMap<String, BTreeMap<u64, Arc<Member>>>>,
}

/// One open connection.
pub(super) struct Member {
    clock: Arc<dyn Clock>,
    /// Monotonic time at which bytes last came or went.
    moved_ns: AtomicU64,
    /// Requests that are being worked on.
    asked: AtomicUsize,
    cut: Notify,
}

impl Member {
    pub(super) fn now(&self) -> Span {
        self.clock.monotonic()
    }

    /// Bytes came or went.
    pub(super) fn moves(&self) {
        self.moved_ns.store(self.now().nanoseconds(), Ordering::Relaxed);
    }

    /// A request is being worked on while the value lives.
    pub(super) fn asks(self: &Arc<Self>) -> Asking {
        self.asked.fetch_add(1, Ordering::Relaxed);
        Asking(Arc::clone(self))
    }

    /// Until another connection takes its place.
    pub(super) async fn is_cut(&self) {
        self.cut.notified().await;
    }

    /// For how long nothing came or went; `None` while a request is being worked on.
    fn idle(&self) -> Option<Span> {
        let moved = Span::from_nanoseconds(self.moved_ns.load(Ordering::Relaxed));
        (self.asked.load(Ordering::Relaxed) == 0).then(|| self.clock.monotonic().minus(moved))
    }
}

/// A request that is being worked on.
pub(super) struct Asking(Arc<Member>);

impl Drop for Asking {
    fn drop(&mut self) {
        self.0.asked.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The place of a connection in the crowd, given back when dropped.
pub(super) struct Membership {
    crowd: Arc<Crowd>,
    address: String,
    number: u64,
    pub(super) member: Arc<Member>,
}

impl Drop for Membership {
    fn drop(&mut self) {
        self.crowd.forget(&self.address, self.number);
    }
}

impl Crowd {
    pub(super) fn new(of_one_max: usize, proxies: Arc<Proxies>, clock: Arc<dyn Clock>) -> Arc<Self> {
        Arc::new(Self { clock, of_one_max, proxies, next: AtomicU64::new(0), open: Mutex::default() })
    }

    /// A place for a connection of `peer`. Where its address has its part already, the one of them that moved nothing for longest makes room; `None`
    /// if all of them are busy.
    pub(super) fn enter(self: &Arc<Self>, peer: Peer) -> Option<Membership> {
        let address = peer.counted_as();
        let mut open = self.open();
        let of_one = open.entry(address.clone()).or_default();
        if of_one.len() >= self.of_one_max && !self.proxies.has(peer.address()) && !cut_idlest(of_one, Span::ZERO) {
            return None;
        }
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let moved_ns = AtomicU64::new(self.clock.monotonic().nanoseconds());
        let (clock, asked, cut) = (Arc::clone(&self.clock), AtomicUsize::new(0), Notify::new());
        let member = Arc::new(Member { clock, moved_ns, asked, cut });
        of_one.insert(number, Arc::clone(&member));
        Some(Membership { crowd: Arc::clone(self), address, number, member })
    }

    /// Cuts a connection of the address that has most, if one of them moved nothing for a while.
    pub(super) fn make_room(&self) {
        if let Some(of_one) = self.open().values_mut().max_by_key(|of_one| of_one.len()) {
            cut_idlest(of_one, STALE);
        }
    }

    fn forget(&self, address: &str, number: u64) {
        let mut open = self.open();
        if let Some(of_one) = open.get_mut(address) {
            of_one.remove(&number);
            if of_one.is_empty() {
                open.remove(address);
            }
        }
    }

    fn open(&self) -> MutexGuard<'_, HashMap<String, BTreeMap<u64, Arc<Member>>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Cuts the connection that moved nothing for longest, and at least as long as `least`; returns whether there was one.
fn cut_idlest(of_one: &mut BTreeMap<u64, Arc<Member>>, least: Span) -> bool {
    let idle = of_one.iter().filter_map(|(number, member)| Some((member.idle()?, *number)));
    let Some((_, number)) = idle.max().filter(|(idle, _)| *idle >= least) else { return false };
    if let Some(member) = of_one.remove(&number) {
        member.cut.notify_one();
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use collectors::clock::VirtualClock;
    use std::net::IpAddr;

    fn peer(last: u8) -> Peer {
        Peer::of(IpAddr::from([192, 0, 2, last]))
    }

    fn is_cut(membership: &Membership) -> bool {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            tokio::time::timeout(std::time::Duration::ZERO, membership.member.is_cut()).await.is_ok()
        })
    }

    #[test]
    fn an_address_has_its_part_and_its_idlest_connection_makes_room() {
        let clock = Arc::new(VirtualClock::new(units::Timestamp::default()));
        let crowd = Crowd::new(2, Arc::default(), Arc::clone(&clock) as Arc<dyn Clock>);
        let first = crowd.enter(peer(1)).unwrap();
        clock.advance(Span::from_milliseconds(500));
        let second = crowd.enter(peer(1)).unwrap();
        assert!(crowd.enter(peer(2)).is_some(), "another address has its own part");
        clock.advance(Span::from_milliseconds(500));
        let asking = first.member.asks();
        let third = crowd.enter(peer(1)).unwrap();
        assert_eq!([is_cut(&first), is_cut(&second), is_cut(&third)], [false, true, false]);
        let also_asking = third.member.asks();
        assert!(crowd.enter(peer(1)).is_none(), "both work on a request");
        drop((asking, also_asking));
        drop((second, third));
        assert!(crowd.enter(peer(1)).is_some() && !is_cut(&first));
    }

    #[test]
    fn where_all_is_full_the_address_with_most_makes_room() {
        let clock = Arc::new(VirtualClock::new(units::Timestamp::default()));
        let crowd = Crowd::new(10, Arc::default(), Arc::clone(&clock) as Arc<dyn Clock>);
        let alone = crowd.enter(peer(1)).unwrap();
        let many: Vec<_> = (0..3).map(|_| crowd.enter(peer(2)).unwrap()).collect();
        crowd.make_room();
        assert!(!many.iter().any(is_cut), "nothing is idle yet");
        clock.advance(Span::from_seconds(2));
        many[1].member.moves();
        crowd.make_room();
        assert_eq!(
            (is_cut(&alone), many.iter().filter(|one| is_cut(one)).count(), is_cut(&many[1])),
            (false, 1, false)
        );
    }

    #[test]
    fn a_proxy_may_have_all_connections() {
        let clock = Arc::new(VirtualClock::new(units::Timestamp::default()));
        let proxies = Proxies { networks: vec!["192.0.2.0/24".parse().unwrap()], ..Proxies::default() };
        let crowd = Crowd::new(1, Arc::new(proxies), clock);
        let entered: Vec<_> = (0..5).filter_map(|_| crowd.enter(peer(1))).collect();
        assert_eq!(entered.len(), 5);
    }
}
