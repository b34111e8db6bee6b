//! What the gate notes on an admission for a later review: a scale subresource shows no pods, so the number of devices that one replica takes is kept as
//! a label of the demand. The label's name and form are stored, and stay.

use crate::budget::Demand;

const DEVICES_PER_REPLICA: &str = "devices_per_replica";

/// Notes how many devices one replica takes; 0 where replicas cannot be scaled alone, which notes nothing.
pub(super) fn set_devices_per_replica(demand: &mut Demand, devices: u64) {
    if devices > 0 {
        demand.labels.insert(DEVICES_PER_REPLICA.to_owned(), devices.to_string());
    }
}

/// How many devices one replica takes, where it was noted.
pub(super) fn devices_per_replica(demand: &Demand) -> Option<u64> {
    demand.labels.get(DEVICES_PER_REPLICA)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_of_an_earlier_version_is_read() {
        let row = r#"{"project":"p","accelerator":"a100","count":4,"nanohours":1,"labels":{"devices_per_replica":"2","kind":"Deployment"}}"#;
        assert_eq!(devices_per_replica(&crate::budget::stored_demand(row).unwrap()), Some(2));
        let mut demand = Demand::default();
        set_devices_per_replica(&mut demand, 0);
        assert_eq!(devices_per_replica(&demand), None);
        set_devices_per_replica(&mut demand, 3);
        assert_eq!(devices_per_replica(&demand), Some(3));
    }
}
