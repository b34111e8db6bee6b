//! What one endpoint is still to be told: the difference between what needs attention and what it has been told.

use super::memory::ToldAlert;
use super::notice::{Notice, identity};
use crate::duty::Term;
use crate::moment;
use api::AttentionItem;
use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use units::{Span, Timestamp};

/// Most notices that wait; those that matter least are left out, and looked at again in the next look.
const WAITING_MAX: usize = 1_000;

/// What one endpoint has been told and is still to be told.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    /// By identity.
    told: BTreeMap<String, ToldAlert>,
    waiting: Vec<Notice>,
    sending: Vec<Notice>,
}

impl Outbox {
    pub(super) fn new(told: BTreeMap<String, ToldAlert>) -> Self {
        Self { told, ..Self::default() }
    }

    /// Notes what needs attention at `now`, what matters most first. What was told longer than `repeat_every` ago is told again. Returns how many
    /// alerts were dropped: for lack of room, or because they ended before they were told.
    pub(super) fn look(&mut self, listed: &[AttentionItem], now: Timestamp, repeat_every: Option<Span>) -> usize {
        let known: BTreeMap<String, Notice> = self.waiting.drain(..).map(|notice| (notice.id(), notice)).collect();
        let listed: BTreeMap<String, (usize, &AttentionItem)> =
            listed.iter().enumerate().map(|(place, item)| (identity(item), (place, item))).collect();
        let mut fresh = Vec::new();
        let mut repeated = Vec::new();
        for (id, (place, item)) in &listed {
            let item = (*item).clone();
            match self.told.get(id) {
                None => {
                    let starts = known.get(id).map_or_else(|| since(&item).unwrap_or(now), |notice| notice.starts);
                    fresh.push((*place, Notice { item, starts, ended: None }));
                }
                Some(told) if repeat_every.is_some_and(|every| told.sent <= now.before(every)) => {
                    repeated.push(Notice { item, starts: told.starts, ended: None });
                }
                Some(_) => {}
            }
        }
        let over = self.told.iter().filter(|(id, _)| !listed.contains_key(*id)).map(|(id, told)| {
            let ended = known.get(id).and_then(|notice| notice.ended).unwrap_or(now);
            Notice { item: told.item.clone(), starts: told.starts, ended: Some(ended) }
        });
        fresh.sort_by_key(|(place, _)| *place);
        self.waiting = fresh.into_iter().map(|(_, notice)| notice).chain(over).collect();
        let dropped = self.waiting.len().saturating_sub(WAITING_MAX);
        self.waiting.extend(repeated);
        self.waiting.truncate(WAITING_MAX);
        let is_lost = |(id, notice): &(&String, &Notice)| {
            let is_known = listed.contains_key(*id) || self.told.contains_key(*id);
            notice.ended.is_none() && !is_known && !self.sending.iter().any(|sending| sending.is_same(notice))
        };
        dropped + known.iter().filter(is_lost).count()
    }

    /// Notes that the endpoint has been told `notices`.
    fn settle(&mut self, notices: &[Notice], now: Timestamp) {
        self.sending.clear();
        self.waiting.retain(|notice| !notices.iter().any(|told| told.is_same(notice)));
        for notice in notices {
            let Notice { item, starts, ended } = notice.clone();
            match ended {
                Some(_) => drop(self.told.remove(&notice.id())),
                None => drop(self.told.insert(notice.id(), ToldAlert { item, starts, sent: now })),
            }
        }
    }
}

/// Since when an item has been so, if it says.
fn since(item: &AttentionItem) -> Option<Timestamp> {
    moment::parse(item.since.as_deref()?).ok()
}

/// An [`Outbox`] between the thread that looks and the thread that sends.
#[derive(Debug, Default)]
pub(super) struct Mailbox {
    inner: Mutex<MailboxState>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct MailboxState {
    outbox: Outbox,
    /// The term of duty in which it was filled; `None` before the first.
    term: Option<Term>,
    is_stopping: bool,
}

impl Mailbox {
    fn lock(&self) -> MutexGuard<'_, MailboxState> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins a term of duty, before which the endpoint has been `told`.
    pub(super) fn begin(&self, term: &Term, told: BTreeMap<String, ToldAlert>) {
        let mut state = self.lock();
        state.term = Some(term.clone());
        state.outbox = Outbox::new(told);
    }

    /// Forgets what waits, as another service tells it.
    pub(super) fn empty(&self) {
        self.lock().outbox = Outbox::default();
    }

    /// As [`Outbox::look`].
    pub(super) fn look(&self, listed: &[AttentionItem], now: Timestamp, repeat_every: Option<Span>) -> usize {
        let dropped = self.lock().outbox.look(listed, now, repeat_every);
        self.changed.notify_all();
        dropped
    }

    /// Waits for notices and takes at most `most` of them, with the term of duty in which they are to be told; `None` at the end of the service.
    pub(super) fn next(&self, most: usize) -> Option<(Term, Vec<Notice>)> {
        let idle =
            |state: &mut MailboxState| (state.outbox.waiting.is_empty() || state.term.is_none()) && !state.is_stopping;
        let mut inner = self.changed.wait_while(self.lock(), idle).unwrap_or_else(PoisonError::into_inner);
        let MailboxState { outbox, term, is_stopping } = &mut *inner;
        if *is_stopping {
            return None;
        }
        outbox.sending = outbox.waiting.iter().take(most).cloned().collect();
        Some((term.clone()?, outbox.sending.clone()))
    }

    /// Notes that the endpoint has been told `notices`; returns all that it has been told.
    pub(super) fn settle(&self, notices: &[Notice], now: Timestamp) -> BTreeMap<String, ToldAlert> {
        let mut inner = self.lock();
        inner.outbox.settle(notices, now);
        inner.outbox.told.clone()
    }

    /// Notes that what was taken last could not be sent, and waits for `time`, or for the end of the service.
    pub(super) fn pause(&self, time: Duration) {
        let mut inner = self.lock();
        inner.outbox.sending.clear();
        drop(self.changed.wait_timeout_while(inner, time, |state| !state.is_stopping));
    }

    /// Ends every wait, now and from now on.
    pub(super) fn stop(&self) {
        self.lock().is_stopping = true;
        self.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::{Severity, Subject};
    use model::{AttentionKind, SubjectKind};

    fn item(name: &str, severity: Severity) -> AttentionItem {
        AttentionItem::new(AttentionKind::AgentLate, severity, Subject::of(SubjectKind::Node, name), "late".to_owned())
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(1_800_000_000 + seconds).unwrap()
    }

    /// What waits: `+` for what needs attention, `-` for what has ended.
    fn waiting(outbox: &Outbox) -> Vec<String> {
        let sign = |notice: &Notice| if notice.ended.is_some() { "-" } else { "+" };
        outbox.waiting.iter().map(|notice| format!("{}{}", sign(notice), notice.item.subject.id)).collect()
    }

    fn send_all(outbox: &mut Outbox, now: Timestamp) {
        let notices = outbox.waiting.clone();
        outbox.settle(&notices, now);
    }

    #[test]
    fn each_thing_is_told_once_and_its_end_once() {
        let mut outbox = Outbox::default();
        let both = [item("a", Severity::Bad), item("b", Severity::Warn)];
        assert_eq!(outbox.look(&both, at(0), None), 0);
        assert_eq!(outbox.look(&both, at(60), None), 0, "it waits");
        assert_eq!(waiting(&outbox), ["+a", "+b"]);
        assert_eq!(outbox.waiting[0].starts, at(0), "it was seen then");
        send_all(&mut outbox, at(61));
        outbox.look(&both, at(120), None);
        assert_eq!(waiting(&outbox), [""; 0]);
        outbox.look(&both[1..], at(180), None);
        outbox.look(&both[1..], at(240), None);
        assert_eq!(waiting(&outbox), ["-a"]);
        assert_eq!(outbox.waiting[0].ended, Some(at(180)), "it was seen then");
        // Before its end is told it needs attention again: nothing has changed for the endpoint.
        outbox.look(&both, at(300), None);
        assert_eq!(waiting(&outbox), [""; 0]);
    }

    #[test]
    fn what_becomes_worse_is_told() {
        let mut outbox = Outbox::default();
        outbox.look(&[item("a", Severity::Warn)], at(0), None);
        send_all(&mut outbox, at(0));
        outbox.look(&[item("a", Severity::Bad)], at(60), None);
        assert_eq!(waiting(&outbox), ["+a", "-a"]);
    }

    #[test]
    fn what_ends_untold_is_dropped_unless_it_is_being_told() {
        let mut outbox = Outbox::default();
        let a = [item("a", Severity::Warn)];
        outbox.look(&a, at(0), None);
        assert_eq!(outbox.look(&[], at(60), None), 1);
        assert_eq!(waiting(&outbox), [""; 0]);
        outbox.look(&a, at(120), None);
        outbox.sending = outbox.waiting.clone();
        assert_eq!(outbox.look(&[], at(180), None), 0);
        let sent = outbox.sending.clone();
        outbox.settle(&sent, at(181));
        outbox.look(&[], at(240), None);
        assert_eq!(waiting(&outbox), ["-a"]);
    }

    #[test]
    fn what_finds_no_room_is_counted_and_told_later() {
        let mut outbox = Outbox::default();
        let many: Vec<_> = (0..WAITING_MAX + 5).map(|number| item(&format!("{number:04}"), Severity::Warn)).collect();
        assert_eq!(outbox.look(&many, at(0), None), 5);
        assert_eq!(outbox.waiting.len(), WAITING_MAX);
        send_all(&mut outbox, at(1));
        assert_eq!(outbox.look(&many, at(60), None), 0);
        assert_eq!(waiting(&outbox), ["+1000", "+1001", "+1002", "+1003", "+1004"]);
    }

    #[test]
    fn what_still_needs_attention_is_repeated_where_the_format_asks() {
        let mut outbox = Outbox::default();
        let every = Some(Span::from_seconds(240));
        let a = [item("a", Severity::Warn)];
        outbox.look(&a, at(0), every);
        send_all(&mut outbox, at(0));
        outbox.look(&a, at(239), every);
        assert_eq!(waiting(&outbox), [""; 0]);
        outbox.look(&a, at(240), every);
        assert_eq!(waiting(&outbox), ["+a"]);
        assert_eq!(outbox.waiting[0].starts, at(0));
    }
}
