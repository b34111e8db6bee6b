//! What needs attention of clusters of Kubernetes.

use super::item::Since;
use super::nodes::LATE;
use crate::moment;
use crate::store::{StoreError, Tx};
use api::{AttentionItem, Severity, Subject};
use model::{AttentionKind, SubjectKind};
use units::Timestamp;

/// The webhook of a cluster and its reader, of which each was heard once and may be silent now.
pub(super) fn kubernetes(tx: &Tx<'_>, now: Timestamp, found: &mut Vec<AttentionItem>) -> Result<(), StoreError> {
    let advice = |who: &str| match who {
        "webhook" => {
            "objects may be let in unseen: look whether the gate runs, reaches this service and has a token that is valid (deploy/kubernetes)"
        }
        _ => {
            "what came while the webhook was away is not counted: look whether the reader runs and has a token that is valid (deploy/kubernetes)"
        }
    };
    for who in ["webhook", "reader"] {
        let Some((last, detail)) = tx.kubernetes().heard(who)? else { continue };
        let message = if last < now.before(LATE) {
            format!("the {who} of Kubernetes was last seen at {}; {}", moment::show(last), advice(who))
        } else if !detail.is_empty() {
            format!("the {who} of Kubernetes cannot list everything, and what it does not see is not counted: {detail}")
        } else {
            continue;
        };
        let subject = Subject::of(SubjectKind::Service, format!("kubernetes {who}"));
        let item = AttentionItem::new(AttentionKind::KubernetesSilent, Severity::Warn, subject, message);
        found.push(item.since(Some(last).filter(|last| *last < now.before(LATE))));
    }
    Ok(())
}
