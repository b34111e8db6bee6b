//! Devices as their nodes declare them.

use super::engine::{self, DataRow, OptionalExtension};
use super::row::{integer, power, word};
use super::{DeviceStore, StoreError};
use model::{DeviceId, DeviceKind, DeviceUuid, NodeName, NodeNumber, SiteName};
use std::collections::{BTreeMap, HashMap, HashSet};
use units::Power;

/// A device with its node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MeteredDevice {
    /// Number of the device.
    pub device: DeviceId,
    /// The node that it is in.
    pub node: NodeNumber,
    /// Name of that node.
    pub node_name: NodeName,
    /// Identity of the device within its node.
    pub uuid: DeviceUuid,
    /// Product name, such as `NVIDIA H100 80GB HBM3`.
    pub name: String,
    /// Index that people know the device by, such as 0 for `GPU 0`.
    pub index: u32,
    /// Which part of the machine it is.
    pub kind: DeviceKind,
}

const DEVICE: &str = "device, node, nodes.name, uuid, devices.name, number, kind FROM devices JOIN nodes USING (node)";

/// A device as last declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceRow {
    /// Number of the device.
    pub device: DeviceId,
    /// Name of the node that it is in.
    pub node: NodeName,
    /// Name of the site that its node was last assigned to.
    pub site: SiteName,
    /// Identity of the device within its node.
    pub uuid: DeviceUuid,
    /// Product name, such as `NVIDIA H100 80GB HBM3`.
    pub name: String,
    /// Index that people know the device by, such as 0 for `GPU 0`.
    pub index: u32,
    /// Which part of the machine it is.
    pub kind: DeviceKind,
    /// Power that it cannot exceed.
    pub limit: Power,
    /// Identity of the device whose energy includes that of this one, if there is one.
    pub counted_in: Option<DeviceUuid>,
}

/// What is stated of a device: name, number for people, kind, limit in mW, what contains it.
type Stated = (String, u32, String, i64, Option<DeviceUuid>);

impl DeviceStore<'_> {
    /// The device with this number.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn get(&self, device: DeviceId) -> Result<Option<MeteredDevice>, StoreError> {
        let mut statement = self.0.prepare_cached(&format!("SELECT {DEVICE} WHERE device = ?1"))?;
        Ok(statement.query_row([device.number()], metered).optional()?)
    }

    /// Every device, of one node or of all, by number.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn metered(&self, node: Option<NodeNumber>) -> Result<Vec<MeteredDevice>, StoreError> {
        let mut statement =
            self.0.prepare_cached(&format!("SELECT {DEVICE} WHERE ?1 IS NULL OR node = ?1 ORDER BY device"))?;
        Ok(statement.query_map([node.map(NodeNumber::number)], metered)?.collect::<Result<_, _>>()?)
    }

    /// Product names of the accelerators that were metered.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn accelerator_names(&self) -> Result<Vec<String>, StoreError> {
        let sql = "SELECT DISTINCT name FROM devices WHERE kind = 'accelerator'";
        let mut statement = self.0.prepare_cached(sql)?;
        Ok(statement.query_map((), |row| row.get(0))?.collect::<Result<_, _>>()?)
    }

    /// Notes the devices of a node as declared, and returns their numbers by identity.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn note<'d>(
        &self,
        node: NodeNumber,
        declared: &'d [wire::Device],
    ) -> Result<BTreeMap<&'d DeviceUuid, DeviceId>, StoreError> {
        let known = self.of_node(node)?;
        let mut numbers = BTreeMap::new();
        for device in declared {
            // Nearly always nothing is new, and looking is far cheaper than writing.
            let number = match known.get(&device.uuid) {
                Some((number, row)) if *row == stated(device) => *number,
                _ => self.state(node, device)?,
            };
            numbers.insert(&device.uuid, number);
        }
        Ok(numbers)
    }

    fn state(&self, node: NodeNumber, device: &wire::Device) -> Result<DeviceId, StoreError> {
        let sql = "INSERT INTO devices (node, uuid, name, number, kind, limit_mw, counted_in)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
            ON CONFLICT (node, uuid) DO UPDATE SET name = excluded.name, number = excluded.number, kind = excluded.kind,
                limit_mw = excluded.limit_mw, counted_in = excluded.counted_in RETURNING device";
        let (name, index, kind, limit, contained) = stated(device);
        let values = (node.number(), &device.uuid, name, index, kind, limit, contained);
        Ok(DeviceId::new(self.0.prepare_cached(sql)?.query_row(values, |row| row.get(0))?))
    }

    /// The devices of a node as last declared, by identity: number and what is stated.
    fn of_node(&self, node: NodeNumber) -> Result<HashMap<DeviceUuid, (DeviceId, Stated)>, StoreError> {
        let sql = "SELECT uuid, device, name, number, kind, limit_mw, counted_in FROM devices WHERE node = ?1";
        let mut statement = self.0.prepare_cached(sql)?;
        let rows = statement.query_map([node.number()], |row| {
            let stated = (row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?, row.get(6)?);
            Ok((row.get(0)?, (DeviceId::new(row.get(1)?), stated)))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Numbers of those of `declared` that a node has, by identity.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn numbers<'d>(
        &self,
        node: NodeNumber,
        declared: &'d [wire::Device],
    ) -> Result<BTreeMap<&'d DeviceUuid, DeviceId>, StoreError> {
        let known = self.of_node(node)?;
        let number = |device: &'d wire::Device| Some((&device.uuid, known.get(&device.uuid)?.0));
        Ok(declared.iter().filter_map(number).collect())
    }

    /// Up to `limit` devices with numbers above `after`.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn list(&self, after: DeviceId, limit: u32) -> Result<Vec<DeviceRow>, StoreError> {
        let sql = "SELECT device, nodes.name, uuid, devices.name, number, kind, limit_mw, counted_in,
                coalesce((SELECT sites.name FROM node_sites JOIN sites USING (site)
                WHERE node_sites.node = nodes.node AND void IS NULL ORDER BY since_ns DESC LIMIT 1), 'unassigned')
            FROM devices JOIN nodes USING (node) WHERE device > ?1 ORDER BY device LIMIT ?2";
        let mut statement = self.0.prepare_cached(sql)?;
        let rows = statement.query_map((after.number(), limit), |row| {
            Ok(DeviceRow {
                device: DeviceId::new(row.get(0)?),
                node: row.get(1)?,
                uuid: row.get(2)?,
                name: row.get(3)?,
                index: row.get(4)?,
                kind: word(row, 5)?,
                limit: power(row, 6)?,
                counted_in: row.get(7)?,
                site: row.get(8)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Node and identity of a device that is missing or not as it was last declared, by number of the node and identity.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn first_declared_otherwise(
        &self,
        declared: &HashMap<(NodeNumber, DeviceUuid), wire::Device>,
    ) -> Result<Option<(NodeName, DeviceUuid)>, StoreError> {
        let nodes = self
            .0
            .prepare("SELECT node, name FROM nodes ORDER BY node")?
            .query_map((), |row| Ok((NodeNumber::new(row.get(0)?), row.get::<NodeName>(1)?)))?
            .collect::<Result<Vec<_>, _>>()?;
        let mut unseen: HashSet<&(NodeNumber, DeviceUuid)> = declared.keys().collect();
        for (node, name) in &nodes {
            for (uuid, (_, row)) in self.of_node(*node)? {
                let key = (*node, uuid);
                if declared.get(&key).is_none_or(|device| stated(device) != row) {
                    return Ok(Some((name.clone(), key.1)));
                }
                unseen.remove(&key);
            }
        }
        let missing = unseen.into_iter().min_by_key(|(node, _)| *node);
        let name_of = |missing: NodeNumber| nodes.iter().find(|(node, _)| *node == missing);
        Ok(missing.and_then(|(node, uuid)| Some((name_of(*node)?.1.clone(), uuid.clone()))))
    }

    /// Numbers of the devices with this identity, on `node` or on any.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn named(&self, node: Option<&NodeName>, uuid: &DeviceUuid) -> Result<Vec<DeviceId>, StoreError> {
        let sql =
            "SELECT device FROM devices JOIN nodes USING (node) WHERE uuid = ?1 AND (?2 IS NULL OR nodes.name = ?2)";
        let mut statement = self.0.prepare_cached(sql)?;
        Ok(statement.query_map((uuid, node), |row| row.get(0).map(DeviceId::new))?.collect::<Result<_, _>>()?)
    }
}

fn metered(row: &DataRow<'_>) -> engine::Result<MeteredDevice> {
    Ok(MeteredDevice {
        device: DeviceId::new(row.get(0)?),
        node: NodeNumber::new(row.get(1)?),
        node_name: row.get(2)?,
        uuid: row.get(3)?,
        name: row.get(4)?,
        index: row.get(5)?,
        kind: word(row, 6)?,
    })
}

fn stated(device: &wire::Device) -> Stated {
    let (kind, limit) = (device.kind.name().to_owned(), integer(device.limit.milliwatts()));
    (device.name.clone(), device.index, kind, limit, device.counted_in.clone())
}
