//! The machine behind the fake driver: its boards, its clock, and what goes wrong with them.

use std::time::Instant;

/// What an NVML function returns, `nvmlReturn_t`.
pub(crate) type Return = u32;
pub(crate) const SUCCESS: Return = 0;
pub(crate) const UNINITIALIZED: Return = 1;
pub(crate) const INVALID_ARGUMENT: Return = 2;
pub(crate) const NOT_SUPPORTED: Return = 3;
pub(crate) const NO_PERMISSION: Return = 4;
pub(crate) const NOT_FOUND: Return = 6;
pub(crate) const INSUFFICIENT_SIZE: Return = 7;
pub(crate) const GPU_IS_LOST: Return = 15;

/// A machine with boards. Energy is kept in pJ, which is mW × ns, so that nothing is rounded before it is asked for.
pub(crate) struct Machine {
    started: Instant,
    /// ns; set by a test, which then owns the time.
    set_clock: Option<u64>,
    pub(crate) driver: String,
    /// What initialising returns; 0 for success.
    pub(crate) init_error: Return,
    /// Initialised and not shut down, as often.
    pub(crate) clients: u32,
    /// Driver loads. Handles of an earlier one are void.
    pub(crate) load: u32,
    pub(crate) boards: Vec<Board>,
}

#[derive(Clone)]
pub(crate) struct Board {
    pub(crate) name: String,
    pub(crate) architecture: u32,
    /// PCI bus number.
    pub(crate) bus: u32,
    /// N of `/dev/nvidiaN`.
    pub(crate) minor: u32,
    pub(crate) gpu_mw: u64,
    pub(crate) limit_mw: u64,
    /// GH200: power and limit of the module, which the counter then covers.
    pub(crate) module_mw: Option<u64>,
    pub(crate) module_limit_mw: u64,
    pub(crate) has_counter: bool,
    pub(crate) has_power: bool,
    pub(crate) mig: u32,
    pub(crate) lost: bool,
    pub(crate) lost_at_index: bool,
    pub(crate) denied: bool,
    /// Answered instead of the real value.
    pub(crate) power_answer: Option<u64>,
    pub(crate) counter_answer: Option<u64>,
    frozen: bool,
    update_ns: u64,
    /// Counter value at driver load, mJ.
    start_mj: u64,
    integrated_to: u64,
    since_load_pj: u128,
    published_pj: u128,
    truth_pj: u128,
    /// With a context of their own, and through the MPS server.
    pub(crate) processes: Vec<u32>,
    pub(crate) mps: Vec<u32>,
    /// (pid, µs, SM %)
    pub(crate) samples: Vec<(u32, u64, u32)>,
}

impl Default for Board {
    fn default() -> Self {
        Self {
            name: "NVIDIA H100 80GB HBM3".to_owned(),
            architecture: 9,
            bus: 0,
            minor: 0,
            gpu_mw: 300_000,
            limit_mw: 700_000,
            module_mw: None,
            module_limit_mw: 1_000_000,
            has_counter: true,
            has_power: true,
            mig: 0,
            lost: false,
            lost_at_index: false,
            denied: false,
            power_answer: None,
            counter_answer: None,
            frozen: false,
            update_ns: 100_000_000,
            start_mj: 987_654_321,
            integrated_to: 0,
            since_load_pj: 0,
            published_pj: 0,
            truth_pj: 0,
            processes: Vec::new(),
            mps: Vec::new(),
            samples: Vec::new(),
        }
    }
}

impl Machine {
    /// The machine that `spec` describes, see the crate's documentation; `None` if it is not understood.
    pub(crate) fn new(spec: &str) -> Option<Self> {
        #[allow(clippy::disallowed_methods)] // the driver of a real machine has its own clock, too
        let started = Instant::now();
        let mut machine = Self {
            started,
            set_clock: None,
            driver: "580.65.06".to_owned(),
            init_error: SUCCESS,
            clients: 0,
            load: 0,
            boards: Vec::new(),
        };
        machine.set_boards(1);
        machine.apply(spec).then_some(machine)
    }

    /// Carries out `spec`; `false` at the first part that is not understood.
    pub(crate) fn apply(&mut self, spec: &str) -> bool {
        self.integrate();
        spec.split(',').map(str::trim).filter(|part| !part.is_empty()).all(|part| self.apply_part(part).is_some())
    }

    fn apply_part(&mut self, part: &str) -> Option<()> {
        if part == "reload" {
            self.reload();
            return Some(());
        }
        let (key, value) = part.split_once('=')?;
        match key {
            "gpus" => self.set_boards(value.parse().ok()?),
            "driver" => self.driver = value.to_owned(),
            "init_error" => self.init_error = value.parse().ok()?,
            "clock_ms" => self.set_clock(value.parse::<u64>().ok()?.checked_mul(1_000_000)?),
            _ => match key.split_once('.') {
                Some((board, key)) => self.boards.get_mut(board.parse::<usize>().ok()?)?.set(key, value)?,
                None => self.boards.iter_mut().try_for_each(|board| board.set(key, value))?,
            },
        }
        Some(())
    }

    fn set_boards(&mut self, count: u8) {
        let now = self.now();
        let board = |index| Board {
            bus: 0x10 + u32::from(index),
            minor: u32::from(index),
            integrated_to: now,
            ..Board::default()
        };
        self.boards = (0..count).map(board).collect();
    }

    /// The first time, what the real clock has counted so far is forgotten.
    fn set_clock(&mut self, ns: u64) {
        if self.set_clock.replace(ns).is_none() {
            for board in &mut self.boards {
                (board.integrated_to, board.since_load_pj, board.published_pj, board.truth_pj) = (ns, 0, 0, 0);
            }
        }
        self.integrate();
    }

    /// The driver is unloaded and loaded again: every client and handle is void, counters start at zero.
    fn reload(&mut self) {
        self.clients = 0;
        self.load += 1;
        for board in &mut self.boards {
            (board.start_mj, board.since_load_pj, board.published_pj) = (0, 0, 0);
        }
    }

    fn now(&self) -> u64 {
        self.set_clock.unwrap_or_else(|| u64::try_from(self.started.elapsed().as_nanos()).unwrap_or(u64::MAX))
    }

    /// Brings every board's energy up to now.
    pub(crate) fn integrate(&mut self) {
        let now = self.now();
        for board in &mut self.boards {
            board.integrate(now);
        }
    }
}

impl Board {
    fn set(&mut self, key: &str, value: &str) -> Option<()> {
        if key == "name" {
            value.clone_into(&mut self.name);
            return Some(());
        }
        if key == "sample" {
            let mut parts = value.split(':');
            let sample = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
            self.samples.push(sample);
            return Some(());
        }
        if let Some(list) = match key {
            "processes" => Some(&mut self.processes),
            "mps" => Some(&mut self.mps),
            _ => None,
        } {
            let pids = value.split(':').filter(|pid| !pid.is_empty()).map(|pid| pid.parse().ok());
            *list = pids.collect::<Option<_>>()?;
            return Some(());
        }
        let number: u64 = value.parse().ok()?;
        let small = u32::try_from(number);
        let milliwatts = number.checked_mul(1_000);
        match key {
            "watts" => self.gpu_mw = milliwatts?,
            "limit" => self.limit_mw = milliwatts?,
            "module_watts" => self.module_mw = Some(milliwatts?),
            "module_limit" => self.module_limit_mw = milliwatts?,
            "arch" => self.architecture = small.ok()?,
            "pci" => self.bus = small.ok()?,
            "minor" => self.minor = small.ok()?,
            "mig" => self.mig = small.ok()?,
            "counter" => self.has_counter = number > 0,
            "power" => self.has_power = number > 0,
            "lost" => self.lost = number > 0,
            "lost_at_index" => self.lost_at_index = number > 0,
            "denied" => self.denied = number > 0,
            "frozen" => self.frozen = number > 0,
            "update_ms" => self.update_ns = number.checked_mul(1_000_000)?,
            "counter_mj" => self.start_mj = number,
            "power_answer" => self.power_answer = Some(number),
            "counter_answer" => self.counter_answer = Some(number),
            "honest" => (self.power_answer, self.counter_answer) = (None, None),
            _ => return None,
        }
        Some(())
    }

    /// Adds the energy up to `now`, and publishes what the counter's last update saw of it.
    fn integrate(&mut self, now: u64) {
        let milliwatts = u128::from(self.module_mw.unwrap_or(self.gpu_mw));
        let energy = |from: u64, to: u64| milliwatts * u128::from(to.saturating_sub(from));
        let updated = now - now.checked_rem(self.update_ns).unwrap_or(0);
        if updated >= self.integrated_to && !self.frozen {
            self.published_pj = self.since_load_pj + energy(self.integrated_to, updated);
        }
        self.since_load_pj += energy(self.integrated_to, now);
        self.truth_pj += energy(self.integrated_to, now);
        self.integrated_to = self.integrated_to.max(now);
    }

    /// The energy counter, mJ.
    pub(crate) fn counter_mj(&self) -> u64 {
        let since_load = u64::try_from(self.published_pj / 1_000_000_000).unwrap_or(u64::MAX);
        self.counter_answer.unwrap_or(self.start_mj.saturating_add(since_load))
    }

    /// All energy since the machine was made, mJ, whatever the counter says.
    pub(crate) fn truth_mj(&self) -> u64 {
        u64::try_from(self.truth_pj / 1_000_000_000).unwrap_or(u64::MAX)
    }
}
