//! Sites, the nodes assigned to them, and the devices of nodes.

use super::{StoreError, Tx};
use rusqlite::{OptionalExtension, Row};
use std::collections::{BTreeMap, HashMap};
use units::{Pue, Span, Timestamp};

/// A place that draws from one grid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteRow {
    /// Number in the store; 0 is where nodes without a site are counted.
    pub site: i64,
    /// Its name.
    pub name: String,
    /// Grid zone that it was made with.
    pub zone: String,
    /// Length of a posting period; divides the hour.
    pub period: Span,
}

/// A site's PUE from a moment on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PueStep {
    /// From when.
    pub since: Timestamp,
    /// The value.
    pub pue: Pue,
}

/// A site's zone from a moment on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ZoneStep {
    /// Number of the site.
    pub site: i64,
    /// From when.
    pub since: Timestamp,
    /// The zone.
    pub zone: String,
}

/// A node as last seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeRow {
    /// Number in the store.
    pub node: i64,
    /// Its name.
    pub name: String,
    /// Program and version that last spoke for it.
    pub software: String,
    /// When a batch of it last arrived.
    pub seen: Timestamp,
    /// Name of the newest site that it was assigned to.
    pub site: String,
    /// Where its latest window ends.
    pub reached: Timestamp,
}

/// A device as last declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceRow {
    /// Number in the store.
    pub device: i64,
    /// Name of its node.
    pub node: String,
    /// Name of the newest site that its node was assigned to.
    pub site: String,
    /// Its identity within the node.
    pub uuid: String,
    /// Product name.
    pub name: String,
    /// Number for people.
    pub index: u32,
    /// `accelerator`, `host` or `platform`.
    pub kind: String,
    /// Power that it cannot exceed, mW.
    pub limit_mw: i64,
    /// The device whose energy contains this one's.
    pub counted_in: Option<String>,
}

/// A node belongs to a site since a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Assigned {
    /// Since when.
    pub since: Timestamp,
    /// The site.
    pub site: i64,
    /// Length of its posting periods, ns.
    pub period_ns: i64,
}

impl Tx<'_> {
    /// Makes a site; `false` when the name is taken.
    ///
    /// # Errors
    ///
    /// The database.
    pub fn add_site(&self, name: &str, zone: &str, period: Span, pue: Pue) -> Result<bool, StoreError> {
        let sql = "INSERT OR IGNORE INTO sites (name, zone, period_ns) VALUES (?1, ?2, ?3)";
        if self.0.execute(sql, (name, zone, integer(period.nanoseconds())))? == 0 {
            return Ok(false);
        }
        self.set_pue(self.0.last_insert_rowid(), Timestamp::from_nanoseconds(0), pue)?;
        Ok(true)
    }

    /// States the PUE of a site from `since` on.
    ///
    /// # Errors
    ///
    /// The database.
    pub fn set_pue(&self, site: i64, since: Timestamp, pue: Pue) -> Result<(), StoreError> {
        let sql = "INSERT OR REPLACE INTO site_pue (site, since_ns, ppm) VALUES (?1, ?2, ?3)";
        self.0.execute(sql, (site, since.nanoseconds(), pue.parts_per_million()))?;
        Ok(())
    }

    /// PUE of a site at `at`: the newest statement up to then; 1.0 where nothing is stated.
    ///
    /// # Errors
    ///
    /// The database.
    pub fn pue(&self, site: i64, at: Timestamp) -> Result<Pue, StoreError> {
        let sql = "SELECT ppm FROM site_pue WHERE site = ?1 AND since_ns <= ?2 ORDER BY since_ns DESC LIMIT 1";
        let mut statement = self.0.prepare_cached(sql)?;
        let ppm: Option<u32> = statement.query_row((site, at.nanoseconds()), |row| row.get(0)).optional()?;
        Ok(ppm.and_then(Pue::from_parts_per_million).unwrap_or(Pue::ONE))
    }

    /// Every statement of a site's PUE, oldest first.
    ///
    /// # Errors
    ///
    /// The database.
    pub fn pue_history(&self, site: i64) -> Result<Vec<PueStep>, StoreError> {
        let mut statement =
            self.0.prepare_cached("SELECT since_ns, ppm FROM site_pue WHERE site = ?1 ORDER BY since_ns")?;
        let steps = statement.query_map([site], |row| {
            let pue = Pue::from_parts_per_million(row.get(1)?).unwrap_or(Pue::ONE);
            Ok(PueStep { since: moment(row, 0)?, pue })
        })?;
        Ok(steps.collect::<Result<_, _>>()?)
    }

    /// States the zone of a site from `since` on.
    ///
    /// # Errors
    ///
    /// The database.
    pub fn set_zone(&self, site: i64, since: Timestamp, zone: &str) -> Result<(), StoreError> {
        let sql = "INSERT OR REPLACE INTO site_zones (site, since_ns, zone) VALUES (?1, ?2, ?3)";
        self.0.execute(sql, (site, since.nanoseconds(), zone))?;
        Ok(())
    }

    /// The zones of every site, each from the one that it was made with, oldest first.
    ///
    /// # Errors
    ///
    /// The database.
    pub fn zone_history(&self) -> Result<Vec<ZoneStep>, StoreError> {
        let sql = "SELECT site, since_ns, zone FROM site_zones
            UNION ALL SELECT site, 0, zone FROM sites AS made WHERE NOT EXISTS
                (SELECT 1 FROM site_zones WHERE site = made.site AND since_ns <= 0)
            ORDER BY site, since_ns";
        let mut statement = self.0.prepare_cached(sql)?;
        let rows = statement
            .query_map((), |row| Ok(ZoneStep { site: row.get(0)?, since: moment(row, 1)?, zone: row.get(2)? }))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Every site, by name.
    ///
    /// # Errors
    ///
    /// The database.
    pub fn sites(&self) -> Result<Vec<SiteRow>, StoreError> {
        let mut statement = self.0.prepare_cached("SELECT site, name, zone, period_ns FROM sites ORDER BY name")?;
        let rows = statement.query_map((), |row| {
            let period = Span::from_nanoseconds(row.get::<_, i64>(3)?.unsigned_abs());
            Ok(SiteRow { site: row.get(0)?, name: row.get(1)?, zone: row.get(2)?, period })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Notes that a node spoke, and returns its number and until when its windows are known to reach at most.
    ///
    /// # Errors
    ///
    /// The database.
    pub fn note_node(&self, name: &str, software: &str, seen: Timestamp) -> Result<(i64, Timestamp), StoreError> {
        let sql = "INSERT INTO nodes (name, software, seen_ns) VALUES (?1, ?2, ?3)
            ON CONFLICT (name) DO UPDATE SET software = excluded.software, seen_ns = max(seen_ns, excluded.seen_ns)
            RETURNING node, reached_ns";
        let mut statement = self.0.prepare_cached(sql)?;
        Ok(statement.query_row((name, software, seen.nanoseconds()), |row| Ok((row.get(0)?, moment(row, 1)?)))?)
    }

    /// Number of a node.
    ///
    /// # Errors
    ///
    /// The database.
    pub fn node(&self, name: &str) -> Result<Option<i64>, StoreError> {
        let mut statement = self.0.prepare_cached("SELECT node FROM nodes WHERE name = ?1")?;
        Ok(statement.query_row([name], |row| row.get(0)).optional()?)
    }

    /// Up to `limit` nodes after the name `after`.
    ///
    /// # Errors
    ///
    /// The database.
    pub fn nodes(&self, after: &str, limit: u32) -> Result<Vec<NodeRow>, StoreError> {
        let sql =
            "SELECT node, name, software, seen_ns, coalesce((SELECT sites.name FROM node_sites JOIN sites USING (site)
                WHERE node_sites.node = nodes.node AND void IS NULL ORDER BY since_ns DESC LIMIT 1), 'unassigned'), reached_ns
            FROM nodes WHERE name > ?1 ORDER BY name LIMIT ?2";
        let mut statement = self.0.prepare_cached(sql)?;
        let rows = statement.query_map((after, limit), |row| {
            let (node, name, software) = (row.get(0)?, row.get(1)?, row.get(2)?);
            let (seen, site, reached) = (moment(row, 3)?, row.get(4)?, moment(row, 5)?);
            Ok(NodeRow { node, name, software, seen, site, reached })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Notes the devices of a node as declared, and returns their numbers by identity.
    ///
    /// # Errors
    ///
    /// The database.
    pub fn note_devices<'d>(
        &self,
        node: i64,
        declared: &'d [wire::Device],
    ) -> Result<BTreeMap<&'d str, i64>, StoreError> {
        let known = self.devices_of(node)?;
        let mut numbers = BTreeMap::new();
        for device in declared {
            // Nearly always nothing is new, and looking is far cheaper than writing.
            let number = match known.get(&device.uuid) {
                Some((number, row)) if *row == stated(device) => *number,
                _ => self.state_device(node, device)?,
            };
            numbers.insert(device.uuid.as_str(), number);
        }
        Ok(numbers)
    }

    fn state_device(&self, node: i64, device: &wire::Device) -> Result<i64, StoreError> {
        let sql = "INSERT INTO devices (node, uuid, name, number, kind, limit_mw, counted_in)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
            ON CONFLICT (node, uuid) DO UPDATE SET name = excluded.name, number = excluded.number, kind = excluded.kind,
                limit_mw = excluded.limit_mw, counted_in = excluded.counted_in RETURNING device";
        let (name, index, kind, limit, contained) = stated(device);
        let values = (node, &device.uuid, name, index, kind, limit, contained);
        Ok(self.0.prepare_cached(sql)?.query_row(values, |row| row.get(0))?)
    }

    /// The devices of a node as last declared, by identity: number and what is stated.
    fn devices_of(&self, node: i64) -> Result<HashMap<String, (i64, Stated)>, StoreError> {
        let sql = "SELECT uuid, device, name, number, kind, limit_mw, counted_in FROM devices WHERE node = ?1";
        let mut statement = self.0.prepare_cached(sql)?;
        let rows = statement.query_map([node], |row| {
            let stated = (row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?, row.get(6)?);
            Ok((row.get(0)?, (row.get(1)?, stated)))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Numbers of those of `declared` that a node has, by identity.
    ///
    /// # Errors
    ///
    /// The database.
    pub fn device_numbers<'d>(
        &self,
        node: i64,
        declared: &'d [wire::Device],
    ) -> Result<BTreeMap<&'d str, i64>, StoreError> {
        let known = self.devices_of(node)?;
        let number = |device: &'d wire::Device| Some((device.uuid.as_str(), known.get(&device.uuid)?.0));
        Ok(declared.iter().filter_map(number).collect())
    }

    /// Up to `limit` devices with numbers above `after`.
    ///
    /// # Errors
    ///
    /// The database.
    pub fn devices(&self, after: i64, limit: u32) -> Result<Vec<DeviceRow>, StoreError> {
        let sql = "SELECT device, nodes.name, uuid, devices.name, number, kind, limit_mw, counted_in,
                coalesce((SELECT sites.name FROM node_sites JOIN sites USING (site)
                WHERE node_sites.node = nodes.node AND void IS NULL ORDER BY since_ns DESC LIMIT 1), 'unassigned')
            FROM devices JOIN nodes USING (node) WHERE device > ?1 ORDER BY device LIMIT ?2";
        let mut statement = self.0.prepare_cached(sql)?;
        let rows = statement.query_map((after, limit), |row| {
            Ok(DeviceRow {
                device: row.get(0)?,
                node: row.get(1)?,
                uuid: row.get(2)?,
                name: row.get(3)?,
                index: row.get(4)?,
                kind: row.get(5)?,
                limit_mw: row.get(6)?,
                counted_in: row.get(7)?,
                site: row.get(8)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Node and identity of a device that is not as it was last declared, by number of the node and identity.
    ///
    /// # Errors
    ///
    /// The database.
    pub fn device_declared_otherwise(
        &self,
        declared: &HashMap<(i64, String), wire::Device>,
    ) -> Result<Option<(String, String)>, StoreError> {
        let nodes = self
            .0
            .prepare("SELECT node, name FROM nodes ORDER BY node")?
            .query_map((), |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)))?
            .collect::<Result<Vec<_>, _>>()?;
        for (node, name) in nodes {
            for (uuid, (_, row)) in self.devices_of(node)? {
                if declared.get(&(node, uuid.clone())).is_none_or(|device| stated(device) != row) {
                    return Ok(Some((name, uuid)));
                }
            }
        }
        Ok(None)
    }

    /// Numbers of the devices with this identity, on `node` or on any.
    ///
    /// # Errors
    ///
    /// The database.
    pub fn devices_named(&self, node: Option<&str>, uuid: &str) -> Result<Vec<i64>, StoreError> {
        let sql =
            "SELECT device FROM devices JOIN nodes USING (node) WHERE uuid = ?1 AND (?2 IS NULL OR nodes.name = ?2)";
        let mut statement = self.0.prepare_cached(sql)?;
        Ok(statement.query_map((uuid, node), |row| row.get(0))?.collect::<Result<_, _>>()?)
    }

    /// Assigns a node to a site since `since`, and returns the number of the assignment; what was stated for the same moment is void from `revision` on.
    ///
    /// # Errors
    ///
    /// The database.
    pub fn assign(&self, node: i64, site: i64, since: Timestamp, revision: i64) -> Result<i64, StoreError> {
        let since = since.nanoseconds();
        let sql = "UPDATE node_sites SET void = ?3 WHERE node = ?1 AND since_ns = ?2 AND void IS NULL";
        self.0.execute(sql, (node, since, revision))?;
        let sql = "INSERT INTO node_sites (node, site, since_ns, made) VALUES (?1, ?2, ?3, ?4)";
        Ok(self.0.prepare_cached(sql)?.insert((node, site, since, revision))?)
    }

    /// To which sites a node belonged, oldest first, as believed at `revision`.
    ///
    /// # Errors
    ///
    /// The database.
    pub fn assignments(&self, node: i64, revision: i64) -> Result<Vec<Assigned>, StoreError> {
        let sql = "SELECT since_ns, site, period_ns FROM node_sites JOIN sites USING (site)
            WHERE node = ?1 AND made <= ?2 AND (void IS NULL OR void > ?2) ORDER BY since_ns";
        let mut statement = self.0.prepare_cached(sql)?;
        let rows = statement.query_map((node, revision), |row| {
            Ok(Assigned { since: moment(row, 0)?, site: row.get(1)?, period_ns: row.get(2)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

/// What is stated of a device: name, number for people, kind, limit in mW, what contains it.
type Stated = (String, u32, String, i64, Option<String>);

fn stated(device: &wire::Device) -> Stated {
    let (kind, limit) = (kind(device.kind).to_owned(), integer(device.limit.milliwatts()));
    (device.name.clone(), device.index, kind, limit, device.counted_in.clone())
}

/// The word for a kind of device in the store and in documents.
pub(crate) fn kind(kind: wire::Kind) -> &'static str {
    match kind {
        wire::Kind::Accelerator => "accelerator",
        wire::Kind::Host => "host",
        wire::Kind::Platform => "platform",
    }
}

pub(super) fn moment(row: &Row<'_>, column: usize) -> rusqlite::Result<Timestamp> {
    row.get(column).map(Timestamp::from_nanoseconds)
}

/// SQLite has no unsigned integers; what is larger than its largest is shown as that.
pub(super) fn integer(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}
