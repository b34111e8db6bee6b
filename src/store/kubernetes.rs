//! Objects of Kubernetes that take accelerators, as far as reviews and the reader spoke of them.

use super::engine::{self, DataRow, OptionalExtension, Params};
use super::row::{moment, optional, word};
use super::{KubernetesStore, StoreError};
use model::ObjectState;
use units::Timestamp;

/// An object of Kubernetes as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectRow {
    /// Its uid.
    pub uid: String,
    /// Its API group; empty for the core group.
    pub group: String,
    /// Its kind.
    pub kind: String,
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// Uid of the controller that made it, whether that object is known or not.
    pub owner: Option<String>,
    /// How far it is known to exist.
    pub state: ObjectState,
    /// What it asks for in all: a JSON list of accelerators.
    pub declared: String,
    /// What the pods below it take together: a JSON list of accelerators.
    pub pods: String,
    /// What is held in its name: a JSON list of accelerators, empty where its owner holds.
    pub counted: String,
    /// When a review last said something else of what it asks for.
    pub changed: Timestamp,
    /// Since when its first sign, or that of its end, has been awaited.
    pub waits_since: Option<Timestamp>,
}

const COLUMNS: &str =
    "uid, api_group, kind, namespace, name, owner, state, declared, pods, counted, changed_ns, waits_since_ns";

impl KubernetesStore<'_> {
    /// Stores an object, or stores it anew.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn put(&self, row: &ObjectRow) -> Result<(), StoreError> {
        let sql = format!(
            "INSERT INTO kubernetes_objects ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
            ON CONFLICT (uid) DO UPDATE SET api_group = ?2, kind = ?3, namespace = ?4, name = ?5, owner = ?6, state = ?7, declared = ?8, pods = ?9,
                counted = ?10, changed_ns = ?11, waits_since_ns = ?12"
        );
        self.0.prepare_cached(&sql)?.execute((
            &row.uid,
            &row.group,
            &row.kind,
            &row.namespace,
            &row.name,
            &row.owner,
            row.state.name(),
            &row.declared,
            &row.pods,
            &row.counted,
            row.changed.nanoseconds(),
            row.waits_since.map(Timestamp::nanoseconds),
        ))?;
        Ok(())
    }

    /// Forgets an object.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn remove(&self, uid: &str) -> Result<(), StoreError> {
        self.0.prepare_cached("DELETE FROM kubernetes_objects WHERE uid = ?1")?.execute([uid])?;
        Ok(())
    }

    /// The object with this uid.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn get(&self, uid: &str) -> Result<Option<ObjectRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM kubernetes_objects WHERE uid = ?1");
        Ok(self.0.prepare_cached(&sql)?.query_row([uid], object_row).optional()?)
    }

    /// The objects of this namespace, kind and name, whatever their uid.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn at_place(&self, namespace: &str, kind: &str, name: &str) -> Result<Vec<ObjectRow>, StoreError> {
        self.list("namespace = ?1 AND kind = ?2 AND name = ?3 ORDER BY uid", (namespace, kind, name))
    }

    /// The objects that this one owns.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn owned_by(&self, uid: &str) -> Result<Vec<ObjectRow>, StoreError> {
        self.list("owner = ?1 ORDER BY uid", [uid])
    }

    /// The objects of this owner that no sign has been heard of, the oldest first.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn unconfirmed_of(&self, owner: &str) -> Result<Vec<ObjectRow>, StoreError> {
        self.list("owner = ?1 AND state = 'pending' ORDER BY waits_since_ns, uid", [owner])
    }

    /// The objects whose first sign, or that of their end, has been awaited since `before` or longer.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn waiting_since(&self, before: Timestamp) -> Result<Vec<ObjectRow>, StoreError> {
        self.list("waits_since_ns <= ?1 ORDER BY waits_since_ns, uid", [before.nanoseconds()])
    }

    /// Every object, by uid.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn all(&self) -> Result<Vec<ObjectRow>, StoreError> {
        self.list("true ORDER BY uid", ())
    }

    /// Notes that `who` was heard of, and what it said of itself.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn hear(&self, who: &str, at: Timestamp, detail: &str) -> Result<(), StoreError> {
        let sql = "INSERT INTO kubernetes_heard (who, last_ns, detail) VALUES (?1, ?2, ?3)
            ON CONFLICT (who) DO UPDATE SET last_ns = ?2, detail = ?3";
        self.0.prepare_cached(sql)?.execute((who, at.nanoseconds(), detail))?;
        Ok(())
    }

    /// When `who` was last heard of, and what it said of itself.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn heard(&self, who: &str) -> Result<Option<(Timestamp, String)>, StoreError> {
        let sql = "SELECT last_ns, detail FROM kubernetes_heard WHERE who = ?1";
        let found = self.0.prepare_cached(sql)?.query_row([who], |row| Ok((moment(row, 0)?, row.get(1)?)));
        Ok(found.optional()?)
    }

    fn list(&self, condition: &str, values: impl Params) -> Result<Vec<ObjectRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM kubernetes_objects WHERE {condition}");
        let mut statement = self.0.prepare_cached(&sql)?;
        Ok(statement.query_map(values, object_row)?.collect::<Result<_, _>>()?)
    }
}

fn object_row(row: &DataRow<'_>) -> engine::Result<ObjectRow> {
    Ok(ObjectRow {
        uid: row.get(0)?,
        group: row.get(1)?,
        kind: row.get(2)?,
        namespace: row.get(3)?,
        name: row.get(4)?,
        owner: row.get(5)?,
        state: word(row, 6)?,
        declared: row.get(7)?,
        pods: row.get(8)?,
        counted: row.get(9)?,
        changed: moment(row, 10)?,
        waits_since: optional(row, 11)?,
    })
}
