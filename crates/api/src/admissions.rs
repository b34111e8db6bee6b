//! Admissions: may a job run, what is held for it, and what it used in the end.

use crate::{DecisionDocument, EstimateDocument, EstimateRequest, Mode, Unit, Weight};
use model::{AdmissionId, AdmissionState, BudgetId, HoldNotice, JobId, ProjectName, SiteName};
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeSeed, IntoDeserializer, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use std::fmt;
use utoipa::openapi::{RefOr, Schema};
use utoipa::{IntoParams, PartialSchema, ToSchema};

/// In what way an option differs from the job that was denied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FitKind {
    /// The same job on fewer accelerators.
    FewerAccelerators,
    /// The same job with a shorter wall time limit.
    ShorterLimit,
    /// The same job at an hour in which the grid emits less.
    GreenerStart,
    /// The same job at another site.
    OtherSite,
    /// The same job in the next period of the budget.
    NextPeriod,
}

/// A variant of a denied job that the budgets would admit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FitOption {
    /// In what way it differs from the job that was denied.
    pub kind: FitKind,
    /// The variant in words, with what it would hold.
    pub title: String,
    /// Number of accelerators that the variant takes.
    pub count: u64,
    /// Wall time limit, hours.
    pub hours: f64,
    /// When it starts, RFC 3339; `null` for now.
    pub start: Option<String>,
    /// Site that it runs at; `null` where the request names none and any will do.
    pub site: Option<SiteName>,
    /// What it would hold.
    pub p95: Weight,
    /// The `wattledger check` command that asks for it.
    pub command: String,
}

/// How one budget stands to a job. Amounts are in the budget's unit: mJ or µg.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BudgetShare {
    /// Number of the budget.
    pub budget: BudgetId,
    /// Name of the budget.
    pub name: String,
    /// What the budget counts; `null` if its policy cannot be read.
    pub unit: Option<Unit>,
    /// What the budget does with a job that does not fit; `null` if its policy cannot be read.
    pub mode: Option<Mode>,
    /// Amount that the job needs (p95).
    pub needed: i64,
    /// Limit in the period, with what was carried over from the last one.
    pub limit: i64,
    /// Amount spent before this job.
    pub spent: i64,
    /// Amount held before this job, for others.
    pub held: i64,
    /// Amount free before this job; negative after an overrun.
    pub free: i64,
    /// End of the budget's period, RFC 3339; empty if its policy cannot be read.
    pub until: String,
    /// Whether what the job needs is free.
    pub fits: bool,
    /// All of this in one sentence.
    pub words: String,
}

/// The answer to a job that asks whether it may run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Decision {
    /// Whether the job may run.
    pub allowed: bool,
    /// Number of the admission; `null` if nothing was stored, as for a dry run.
    pub id: Option<AdmissionId>,
    /// Submission key of the request; `null` if it had none.
    pub key: Option<String>,
    /// The reason for people: what is needed, what is free, and until when.
    pub reason: String,
    /// Variants of the job that would be admitted; empty if the job itself is.
    pub options: Vec<FitOption>,
    /// The estimate that was compared with the budgets.
    pub estimate: EstimateDocument,
    /// Every budget that applies to the job.
    pub budgets: Vec<BudgetShare>,
    /// What should be known even though the job is allowed.
    pub warnings: Vec<String>,
    /// Whether the job's p95 is held now.
    pub held: bool,
}

/// A job that asks whether it may run. In JSON the fields of `job` stand beside the others.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AdmissionRequest {
    /// Submission key: the same key with the same job gets the same answer and holds once. A job that is to hold something needs one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Whether to answer without holding or storing anything.
    pub dry_run: bool,
    /// Whether to hold the p95 of the estimate if the job may run. If not, the key stands for the job from now on, and nothing is held.
    pub reserve: bool,
    /// The job that asks.
    #[serde(flatten)]
    pub job: EstimateRequest,
}

/// The fields of an [`AdmissionRequest`] beside those of its job.
#[derive(ToSchema)]
struct OwnFields {
    /// Submission key, 1 to 256 characters: the same key with the same job gets the same answer and holds once; another job with the same key is
    /// refused. A job that is to hold something needs one.
    key: Option<String>,
    /// Whether to answer without holding or storing anything; `false` if absent.
    #[schema(required = false)]
    dry_run: bool,
    /// Whether to hold the p95 of the estimate if the job may run; `true` if absent. If `false`, the key stands for the job from now on, and nothing
    /// is held.
    #[schema(required = false)]
    reserve: bool,
}

// Derived with `flatten`, it would read everything into memory first, and an error would no longer say in which field it is.
impl<'de> Deserialize<'de> for AdmissionRequest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(RequestVisitor)
    }
}

struct RequestVisitor;

impl<'de> Visitor<'de> for RequestVisitor {
    type Value = AdmissionRequest;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a job that asks whether it may run")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<AdmissionRequest, A::Error> {
        let mut own = OwnFields { key: None, dry_run: false, reserve: true };
        let job = EstimateRequest::deserialize(MapAccessDeserializer::new(JobFields { map, own: &mut own }))?;
        let OwnFields { key, dry_run, reserve } = own;
        Ok(AdmissionRequest { key, dry_run, reserve, job })
    }
}

/// The fields of the job: takes those of the request out on the way.
struct JobFields<'a, A> {
    map: A,
    own: &'a mut OwnFields,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for JobFields<'_, A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, mut seed: K) -> Result<Option<K::Value>, A::Error> {
        loop {
            seed = match self.map.next_key_seed(FieldSeed(seed))? {
                None => return Ok(None),
                Some(Field::Job(name)) => return Ok(Some(name)),
                Some(Field::Key(seed)) => {
                    self.own.key = self.map.next_value()?;
                    seed
                }
                Some(Field::DryRun(seed)) => {
                    self.own.dry_run = self.map.next_value()?;
                    seed
                }
                Some(Field::Reserve(seed)) => {
                    self.own.reserve = self.map.next_value()?;
                    seed
                }
            };
        }
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        self.map.next_value_seed(seed)
    }
}

/// Whose field comes next; the request's own give back the seed for the next name.
enum Field<S, N> {
    Key(S),
    DryRun(S),
    Reserve(S),
    Job(N),
}

struct FieldSeed<S>(S);

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for FieldSeed<S> {
    type Value = Field<S, S::Value>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        let name = String::deserialize(deserializer)?;
        match name.as_str() {
            "key" => Ok(Field::Key(self.0)),
            "dry_run" => Ok(Field::DryRun(self.0)),
            "reserve" => Ok(Field::Reserve(self.0)),
            _ => self.0.deserialize(name.into_deserializer()).map(Field::Job),
        }
    }
}

impl PartialSchema for AdmissionRequest {
    fn schema() -> RefOr<Schema> {
        let (mut own, job) = (OwnFields::schema(), EstimateRequest::schema());
        if let (RefOr::T(Schema::Object(own)), RefOr::T(Schema::Object(job))) = (&mut own, job) {
            own.description = Some("A job that asks whether it may run.".to_owned());
            own.properties.extend(job.properties);
            own.required.extend(job.required);
            own.additional_properties = job.additional_properties;
        }
        own
    }
}

impl ToSchema for AdmissionRequest {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        EstimateRequest::schemas(schemas);
    }
}

/// States what a job used.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CommitRequest {
    /// Facility energy of the job, mJ, 0 or more; what the ledger has of the job if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub energy_mj: Option<i64>,
    /// Location-based CO2e of the job, µg, 0 or more; its energy at the intensity of the estimate if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub co2e_ug: Option<i64>,
}

/// Names the job that an admission let in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AdmissionJobRequest {
    /// Id of the job whose energy settles the admission.
    #[schema(value_type = String)]
    pub job: JobId,
}

/// What an admission holds of one budget, in the budget's unit: mJ or µg.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HoldDocument {
    /// Number of the budget.
    pub budget: BudgetId,
    /// Amount that was reserved.
    pub reserved: i64,
    /// Amount that is still held.
    pub held: i64,
    /// Amount that was stated as used and is not in the ledger.
    pub settled: i64,
}

/// An admission and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AdmissionDocument {
    /// Number of the admission.
    pub id: AdmissionId,
    /// Submission key of the request; `null` if it had none.
    pub key: Option<String>,
    /// Project that the job is charged to; empty if it has none.
    pub project: ProjectName,
    /// Id of the job whose energy settles the admission; `null` if none was stated.
    pub job: Option<JobId>,
    /// What became of it.
    pub state: AdmissionState,
    /// When it was decided, RFC 3339.
    pub decided: String,
    /// When the hold expires unless the job is metered or the hold is renewed, RFC 3339.
    pub expires: String,
    /// When it was settled, released or expired, RFC 3339; `null` while it holds something.
    pub resolved: Option<String>,
    /// Amount that was expected (p50).
    pub p50: Weight,
    /// Amount that was reserved.
    pub p95: Weight,
    /// IT energy of the job in the ledger, mJ.
    pub metered_mj: i64,
    /// Facility energy that the job used, mJ; `null` until that is known.
    pub actual_mj: Option<i64>,
    /// Facility energy that the job used above its hold, mJ; `null` until that is known.
    pub overrun_mj: Option<i64>,
    /// What the job was notified of: `breaking` if it will use more than it holds, `stop` if it has to stop for that reason; empty if nothing.
    // A string in OpenAPI: utoipa has no empty word in an enumeration.
    #[schema(value_type = String)]
    pub told: HoldNotice,
    /// Seconds between SIGTERM and SIGKILL for a job that has to stop; `null` for any other job.
    pub stop_after_s: Option<u32>,
    /// What is held, by budget.
    pub holds: Vec<HoldDocument>,
    /// The answer to the request.
    pub answer: Decision,
    /// Every decision on the admission, oldest first; empty in lists.
    pub decisions: Vec<DecisionDocument>,
}

/// Which admissions to list. Every condition that is given has to hold.
#[derive(Debug, Clone, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AdmissionQuery {
    /// Only admissions of this project.
    #[param(value_type = Option<String>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project: Option<ProjectName>,
    /// Only admissions in this state.
    #[param(inline)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<AdmissionState>,
    /// Only admissions that this job settles.
    #[param(value_type = Option<String>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub job: Option<JobId>,
    /// Only admissions that hold something of the budget with this number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub budget: Option<i64>,
    /// Most items on the page, 1 to 1000; 100 if absent.
    #[param(minimum = 1, maximum = 1000)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// `next_cursor` of the page before; the first page if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_fields_of_the_job_stand_beside_those_of_the_request() {
        let text = json!({ "accelerator": "H100", "key": "a", "count": 8, "dry_run": true, "hours": 1.5 });
        let request: AdmissionRequest = serde_json::from_value(text).unwrap();
        assert_eq!((request.key.as_deref(), request.dry_run, request.reserve), (Some("a"), true, true));
        assert_eq!((request.job.accelerator.as_str(), request.job.count), ("H100", 8));
        let again = serde_json::to_value(&request).unwrap();
        assert_eq!(
            again,
            json!({ "key": "a", "dry_run": true, "reserve": true, "accelerator": "H100", "count": 8, "hours": 1.5 })
        );
        assert_eq!(serde_json::from_value::<AdmissionRequest>(again).unwrap(), request);
    }

    #[test]
    fn an_unknown_field_is_refused_by_name() {
        let unknown = json!({ "key": "a", "accelerator": "H100", "count": 1, "hurry": true });
        let refused = serde_json::from_value::<AdmissionRequest>(unknown).unwrap_err().to_string();
        assert!(refused.contains("unknown field `hurry`"), "{refused}");
    }

    #[test]
    fn its_schema_has_the_fields_of_both() {
        let schema = serde_json::to_value(AdmissionRequest::schema()).unwrap();
        for field in ["key", "dry_run", "reserve", "accelerator", "count", "job"] {
            assert!(schema["properties"][field].is_object(), "{field}");
        }
        assert_eq!(schema["required"], json!(["accelerator", "count"]));
        assert_eq!(schema["additionalProperties"], json!(false));
    }
}
