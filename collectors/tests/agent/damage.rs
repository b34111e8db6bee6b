//! Flipped bits and truncated files: a damaged spool is moved aside, and the agent goes on.

use crate::samples::{CLOCK, Store, drain, open, round};
use collectors::spool::{DamagedSpool, Order};
use std::fs;

#[test]
fn a_damaged_spool_is_noticed_and_moved_aside_and_nothing_is_invented() {
    let mut random = fastrand::Rng::with_seed(crate::seed());
    let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap();
    let whole = folder.path().join("whole");
    let mut issued = Vec::new();
    {
        let mut spool = open(&whole, 8, 1).spool;
        for seconds in (0..400).step_by(10) {
            spool.append(&round(4, seconds)).unwrap();
            issued.extend(round(4, seconds).windows);
            if seconds % 100 == 0 {
                let key = spool.seal(Order::Oldest, 8, CLOCK).unwrap().unwrap().key;
                if seconds == 100 {
                    spool.quarantine(key, crate::samples::at(0)).unwrap();
                }
            }
        }
    }
    let bytes = fs::read(&whole).unwrap();
    let (mut aside, trials) = (0, crate::trials("WATTLEDGER_DAMAGES", 300));
    for trial in 0..trials {
        let mut damaged = bytes.clone();
        match trial % 3 {
            0 => damaged.truncate(random.usize(0..bytes.len())),
            1 => damaged[random.usize(0..bytes.len())] ^= 1 << random.u8(0..8),
            _ => {
                let start = random.usize(0..bytes.len() - 512);
                random.fill(&mut damaged[start..start + 512]);
            }
        }
        let path = folder.path().join(format!("spool-{trial}"));
        fs::write(&path, &damaged).unwrap();
        let opened = open(&path, 8, 2);
        let mut spool = opened.spool;
        if let Some(DamagedSpool { moved_to: place, damage }) = opened.damaged {
            aside += 1;
            assert_eq!(fs::read(&place).unwrap(), damaged, "the damaged file is kept as it was");
            assert!(damage.to_string().starts_with("the spool is damaged: "), "{damage}");
        }
        spool.append(&round(4, 400)).unwrap();
        let mut store = Store::default();
        drain(&mut spool, &mut store);
        let stored = store.windows();
        let live = round(4, 400).windows;
        assert!(
            live.iter().all(|window| stored.contains(window)),
            "trial {trial}: what is metered after the damage is kept"
        );
        let invented = stored.iter().find(|window| !issued.contains(window) && !live.contains(window));
        assert_eq!(invented, None, "trial {trial}");
    }
    println!("{aside} of {trials} damaged files were moved aside; the others were whole where it matters");
    assert!(aside > trials / 2);
}
