//! Puts what objects take into the words of the budgets.

use super::forest::RootChange;
use super::object::KubernetesObject;
use super::takes::AcceleratorUse;
use crate::budget::{BudgetError, Demand, Desk, Hardware, JobClaim, PowerError};
use crate::config::Kubernetes;
use model::{JobId, ProjectName};
use std::collections::BTreeMap;

/// What every accelerator of an object in `namespace` has in common, but for its project.
pub(super) fn demand_of(
    settings: &Kubernetes,
    namespace: &str,
    kind: &str,
    labels: &BTreeMap<String, String>,
) -> Demand {
    let mut labels = labels.clone();
    labels.insert("namespace".to_owned(), namespace.to_owned());
    labels.insert("kind".to_owned(), kind.to_owned());
    let project = settings.projects.get(namespace).cloned().unwrap_or_else(|| ProjectName::from(namespace));
    Demand { project, site: settings.site.clone(), labels, ..Demand::default() }
}

/// Puts what is to be held into the words of the budgets.
pub(super) struct Asker<'a> {
    pub(super) desk: &'a Desk<'a>,
    pub(super) settings: &'a Kubernetes,
    /// Namespace of what is asked about.
    pub(super) namespace: &'a str,
    /// Who asks.
    pub(super) user: Option<String>,
    /// Objects of which more is known than is stored, by uid.
    pub(super) shown: BTreeMap<String, &'a KubernetesObject>,
}

impl Asker<'_> {
    /// A demand in the namespace of the review, of nothing yet.
    pub(super) fn whole(&self) -> Result<Demand, BudgetError> {
        let mut demand =
            self.in_project(demand_of(self.settings, self.namespace, "", &BTreeMap::new()), self.namespace)?;
        demand.labels.remove("kind");
        demand.user = self.user.clone();
        Ok(demand)
    }

    /// A namespace that no project has the name of is charged to none.
    fn in_project(&self, demand: Demand, namespace: &str) -> Result<Demand, BudgetError> {
        let is_known =
            self.settings.projects.contains_key(namespace) || self.desk.tx().projects().exists(&demand.project)?;
        Ok(if is_known { demand } else { Demand { project: ProjectName::default(), ..demand } })
    }

    pub(super) fn claim(
        &self,
        change: RootChange,
        have_run: &[String],
        succession: Option<&(String, String)>,
    ) -> Result<JobClaim, BudgetError> {
        let RootChange { root, is_over } = change;
        let shown = self.shown.get(&root.uid);
        let labels = shown.map(|object| object.labels.clone()).unwrap_or_default();
        let mut whole =
            self.in_project(demand_of(self.settings, &root.namespace, &root.kind, &labels), &root.namespace)?;
        let base = shown.map_or(&root.name, |object| &object.base_name);
        whole.job_name = Some(base.clone()).filter(|name| !name.is_empty());
        whole.user = self.user.clone();
        let whole = Demand { job: Some(JobId::new(&root.uid)), ..whole.made_plain() };
        let uses = if is_over { &[][..] } else { &root.counted.0 };
        let owner = root.owner.as_deref().unwrap_or_default();
        Ok(JobClaim {
            successor_of: succession.filter(|(new, _)| *new == root.uid).map(|(_, old)| JobId::new(old)),
            demands: uses.iter().map(|used| of_use(&whole, used)).collect::<Result<_, _>>()?,
            asked_as: format!("{}/{}/{base}@{owner}", root.namespace, root.kind),
            has_run: have_run.contains(&root.uid),
            job: JobId::new(root.uid),
        })
    }
}

fn of_use(whole: &Demand, used: &AcceleratorUse) -> Result<Demand, BudgetError> {
    let accelerator = &used.accelerator;
    let mut demand =
        Demand { accelerator: accelerator.name.clone(), count: used.count, nanohours: used.nanohours, ..whole.clone() };
    if !accelerator.is_whole() {
        demand.labels.insert("slice".to_owned(), format!("{}/{}", accelerator.slices, accelerator.of));
    }
    let hardware =
        Hardware { accelerator: &accelerator.name, instance: None, count: 1, nanowatts: None, utilisation_ppm: None };
    let of_slice = |nanowatts: u64| nanowatts.saturating_mul(accelerator.slices).div_ceil(accelerator.of.max(1));
    match (hardware.power(), accelerator.nanowatts) {
        // What is stated makes it no less than what the table says.
        (Ok(power), stated) if !accelerator.is_whole() || stated.is_some_and(|watts| watts > power.nanowatts) => {
            demand.nanowatts = Some(stated.unwrap_or(0).max(of_slice(power.nanowatts)));
            demand.spread_ppm = Some(power.spread_ppm);
        }
        // What is not known is said when it is estimated.
        (Ok(_) | Err(PowerError::Hardware(_)), None) | (Ok(_), Some(_)) => {}
        (Err(PowerError::Hardware(_)), Some(stated)) => demand.nanowatts = Some(stated),
        (Err(PowerError::Overflow(error)), _) => return Err(error.into()),
    }
    Ok(demand)
}
