//! One narrow view per thing, so that a room can be handed the operations on what it needs and no others.

use super::StoreError;
use super::engine::Database;

/// One consistent state of the store, as narrow views. Inside [`Store::write`](super::Store::write) it may be changed.
#[derive(Debug)]
pub struct Tx<'a>(pub(super) Database<'a>);

impl Tx<'_> {
    /// What the database engine finds wrong with its own file; empty when it is sound.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn file_faults(&self) -> Result<Vec<String>, StoreError> {
        Ok(self.0.file_faults()?)
    }
}

macro_rules! views {
    ($($(#[$doc:meta])* $accessor:ident: $view:ident,)+) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone, Copy)]
            pub struct $view<'a>(pub(super) Database<'a>);
        )+

        impl<'a> Tx<'a> {
            $(
                $(#[$doc])*
                #[must_use]
                pub const fn $accessor(&self) -> $view<'a> {
                    $view(self.0)
                }
            )+
        }
    };
}

views! {
    /// What was administered: a chain of actions, and what each says of the rows that it wrote.
    actions: ActionStore,
    /// Admissions: what was asked, what was answered, and what became of it.
    admissions: AdmissionStore,
    /// What may need someone: underused devices, silent nodes, windows set aside, stale factors.
    attention: AttentionStore,
    /// What is spent of each budget, summed by day and open account and kept with what it sums.
    budget_sums: BudgetSumStore,
    /// Budgets, each with its policy as a document.
    budgets: BudgetStore,
    /// Decisions on budgets and admissions, chained, and how close estimates came.
    decisions: DecisionStore,
    /// Devices as their nodes declare them.
    devices: DeviceStore,
    /// Who is on duty among the services on one ledger, and what is remembered on duty.
    duty: DutyStore,
    /// Codes with which nodes get tokens of their own. No code is stored.
    enrolment_codes: EnrolmentCodeStore,
    /// Ledger entries and the head of their chain. Nothing here updates or deletes an entry.
    entries: EntryStore,
    /// Sums over ledger entries, for reports.
    entry_sums: EntrySumStore,
    /// Batches as they came, which time of which device they cover, and which of their windows are set aside.
    evidence: EvidenceStore,
    /// Carbon intensities as they were obtained: series, blocks of values, and the bytes that they were read from.
    factors: FactorStore,
    /// Gaps as agents report them.
    gaps: GapStore,
    /// How long jobs held accelerators, and for how much of it these did next to nothing.
    held_time: HeldTimeStore,
    /// Which job held which device when, as believed at a revision.
    holdings: HoldingStore,
    /// What admissions hold of budgets.
    holds: HoldStore,
    /// Jobs as the sum of what was stated about them.
    jobs: JobStore,
    /// Objects of Kubernetes that take accelerators.
    kubernetes: KubernetesStore,
    /// What the whole ledger says of each site and project.
    ledger_sums: LedgerSumStore,
    /// Nodes and the sites that they belong to.
    nodes: NodeStore,
    /// What the service noticed by itself.
    notices: NoticeStore,
    /// Overrides of budgets, and the requests for them.
    overrides: OverrideStore,
    /// Reporting periods and the versions of their numbers. Nothing here updates or deletes one.
    periods: PeriodStore,
    /// What batches moved: energy per account, never changed, only taken back by its negative.
    postings: PostingStore,
    /// What sites pay for energy.
    prices: PriceStore,
    /// Projects, which jobs, budgets and tokens belong to.
    projects: ProjectStore,
    /// Revisions: everything that can move attributed energy makes the next one.
    revisions: RevisionStore,
    /// Seals of rows that nothing else accounts for.
    seals: SealStore,
    /// Sessions of browsers, and links that sign in once. No secret is stored.
    sessions: SessionStore,
    /// Sites: their zone, posting period and PUE over time, and who acts on their idle energy.
    sites: SiteStore,
    /// What must hold between the rows of the tables.
    soundness: SoundnessStore,
    /// Which token speaks for which node.
    speakers: SpeakerStore,
    /// Steps and samples that training scripts report.
    steps: StepStore,
    /// Bearer tokens. No secret is stored.
    tokens: TokenStore,
}
