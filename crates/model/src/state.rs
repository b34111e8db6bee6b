//! What a thing can be, one word each: the same in the store, in JSON and on the command line.

use crate::words::words;

words! {
    /// What became of an admission.
    AdmissionState, "the state of an admission" {
        /// Allowed, and what the job may use is held.
        Held = "held",
        /// Not allowed: at least one budget that blocks has too little left.
        Denied = "denied",
        /// A dry run: answered, and nothing was held.
        Checked = "checked",
        /// Settled with what the caller stated as used.
        Committed = "committed",
        /// Settled with what the ledger has of the job.
        Settled = "settled",
        /// Cancelled by the caller before anything was used.
        Released = "released",
        /// Neither metered nor renewed in time.
        Expired = "expired",
    }
}

words! {
    /// How far an object of Kubernetes is known to exist.
    ObjectState, "the state of an object of Kubernetes" {
        /// Its creation was let in, and nothing was heard of it since.
        Pending = "pending",
        /// It exists: something was heard of it after its creation.
        Live = "live",
        /// Its deletion was asked for; whether it is gone is not known.
        Leaving = "leaving",
        /// It has ended, and pods that it made have not.
        Gone = "gone",
        /// A CronJob whose hold its first run took over.
        HandedOver = "handed_over",
    }
}

words! {
    /// What became of a request for an override.
    OverrideState, "the state of an override" {
        /// Asked for and not answered yet.
        Requested = "requested",
        /// Granted, until it expires.
        Approved = "approved",
        /// Refused by an administrator.
        Refused = "refused",
    }
}

words! {
    /// What a running job has been notified of since it was admitted; a job is not notified of the same thing twice.
    HoldNotice, "a notice about a hold" {
        /// Nothing: the job runs within its hold.
        Nothing = "",
        /// It has used more than it holds, and may go on.
        Breaking = "breaking",
        /// It has used more than it holds, and its budget asks it to stop.
        Stop = "stop",
    }
}

words! {
    /// Whether a job still runs.
    JobState, "the state of a job" {
        /// No end is known, or it is in the future.
        Running = "running",
        /// Its end is known and past.
        Ended = "ended",
        /// It has ended with an exit status other than 0.
        Failed = "failed",
    }
}

words! {
    /// Why a ledger entry exists.
    EntryKind, "a kind of ledger entry" {
        /// The first entry of its account.
        Original = "original",
        /// Energy that arrived after the account was posted.
        Supplement = "supplement",
        /// The negative of an earlier entry.
        Reversal = "reversal",
        /// The whole account once more, after its entries were reversed.
        Repost = "repost",
    }
}

words! {
    /// Why a window is kept as evidence and not posted.
    SetAsideReason, "a reason to set a window aside" {
        /// It has more energy than its device can draw in that time.
        Implausible = "implausible",
        /// Another window of the same device already covers part of its time.
        Overlap = "overlap",
    }
}

words! {
    /// What a token may do.
    Scope, "the scope of a token" {
        /// Post batches and announce jobs.
        Ingest = "ingest",
        /// Read everything within the boundary of its project.
        Read = "read",
        /// Ask whether a job may run.
        Admit = "admit",
        /// Administer; includes every other scope.
        Admin = "admin",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_and_text_have_the_same_word() {
        for state in AdmissionState::ALL {
            assert_eq!(serde_json::to_string(state).unwrap(), format!("\"{state}\""));
            assert_eq!(state.name().parse(), Ok(*state));
        }
        assert_eq!("".parse(), Ok(HoldNotice::Nothing));
    }

    #[test]
    fn an_unknown_word_is_refused_with_those_that_are_known() {
        let refused = "aproved".parse::<OverrideState>().unwrap_err().to_string();
        assert_eq!(refused, "`aproved` is not the state of an override: use one of requested, approved, refused");
    }
}
