//! Which boards a command may use, from the variables that CUDA and the container runtime read.
//!
//! Boards are identified by UUID and ordered by PCI address, never by their position in NVML's list, which need not be CUDA's.
//! Naming a device that does not exist is an error, and selects neither all devices nor none.

use std::fmt;

/// A board as the driver describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Board {
    /// Index in NVML's list, which people and `NVIDIA_VISIBLE_DEVICES` use.
    pub index: u32,
    /// UUID of the board, `GPU-…`.
    pub uuid: String,
    /// Product name as the driver gives it.
    pub name: String,
    /// PCI address, `00000000:07:00.0`; empty if the driver does not give it.
    pub pci: String,
    /// UUIDs of the MIG instances on the board, `MIG-…`; empty if MIG is off. Power and energy exist only for the whole board.
    pub mig: Vec<String>,
}

/// The variables that select boards, as text; `None` for one that is not set.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Variables<'a> {
    /// `CUDA_VISIBLE_DEVICES`: indices in CUDA's order, `GPU-<uuid>` or `MIG-<uuid>`, or a unique beginning of one.
    pub cuda_visible_devices: Option<&'a str>,
    /// `CUDA_DEVICE_ORDER`: `PCI_BUS_ID`, or CUDA's default `FASTEST_FIRST`.
    pub cuda_device_order: Option<&'a str>,
    /// `NVIDIA_VISIBLE_DEVICES`: `all`, `none`, `void`, or a list. Used only if `CUDA_VISIBLE_DEVICES` is not set.
    pub nvidia_visible_devices: Option<&'a str>,
}

/// The boards that a command may use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VisibleBoards {
    /// Positions in the list of boards, in ascending order, each once. May be empty.
    pub positions: Vec<usize>,
    /// What a reader of the figures has to know about the selection.
    pub notes: Vec<VisibleNote>,
}

/// Something about a selection that affects what its energy means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VisibleNote {
    /// The board is split by MIG: the energy is that of the whole board, including other instances.
    WholeBoard {
        /// UUID of the board.
        uuid: String,
        /// How many instances share the board.
        instances: usize,
    },
    /// There are boards of several models and no `CUDA_DEVICE_ORDER=PCI_BUS_ID`, so that CUDA may order them in another way.
    OrderUnknown {
        /// The CUDA index that was counted in PCI order.
        index: usize,
    },
}

impl fmt::Display for VisibleNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WholeBoard { uuid, instances } => write!(
                f,
                "{uuid} is split into {instances} MIG instances; drivers do not measure them separately, so the energy is that of the whole board"
            ),
            Self::OrderUnknown { index } => write!(
                f,
                "CUDA device {index} was counted in PCI order, but CUDA may order boards of different models by speed; \
                 set CUDA_DEVICE_ORDER=PCI_BUS_ID or name the board by its UUID"
            ),
        }
    }
}

/// A variable names a device that cannot be identified.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VisibleError {
    /// There is no such device.
    #[error("{variable} names `{entry}`, which this machine does not have; it has {known}")]
    Unknown {
        /// Name of the variable.
        variable: &'static str,
        /// The entry that names no device.
        entry: String,
        /// All devices of the machine.
        known: String,
    },
    /// The entry is the beginning of more than one UUID.
    #[error("{variable} names `{entry}`, which matches more than one device; write more of the UUID: {known}")]
    Ambiguous {
        /// Name of the variable.
        variable: &'static str,
        /// The entry that matches several devices.
        entry: String,
        /// All devices of the machine.
        known: String,
    },
}

const CUDA: &str = "CUDA_VISIBLE_DEVICES";
const NVIDIA: &str = "NVIDIA_VISIBLE_DEVICES";

/// The boards among `boards` that a command with these `variables` may use: all if none of them is set.
///
/// # Errors
///
/// An entry names no device of this machine, or several.
pub fn select(boards: &[Board], variables: &Variables<'_>) -> Result<VisibleBoards, VisibleError> {
    let chosen = match (variables.cuda_visible_devices, variables.nvidia_visible_devices) {
        (Some(list), _) => cuda(boards, list)?,
        (None, Some(list)) => container(boards, list)?,
        (None, None) => everything(boards),
    };
    let by_pci = variables.cuda_device_order.is_some_and(|order| order.trim() == "PCI_BUS_ID");
    Ok(conclude(boards, &chosen, by_pci))
}

/// A board, and the CUDA index that named it, if one did.
#[derive(Debug, Clone, Copy)]
struct NamedBoard {
    position: usize,
    cuda_index: Option<usize>,
}

impl From<usize> for NamedBoard {
    fn from(position: usize) -> Self {
        Self { position, cuda_index: None }
    }
}

fn everything(boards: &[Board]) -> Vec<NamedBoard> {
    (0..boards.len()).map(NamedBoard::from).collect()
}

/// Boards that `CUDA_VISIBLE_DEVICES` names: the entries before the first negative index; none for an empty list and for
/// Slurm's `NoDevFiles`.
fn cuda(boards: &[Board], list: &str) -> Result<Vec<NamedBoard>, VisibleError> {
    let in_pci_order = pci_order(boards);
    let mut chosen = Vec::new();
    for entry in list.split(',').map(str::trim) {
        if (entry.is_empty() && list.trim().is_empty()) || entry == "NoDevFiles" {
            break;
        }
        chosen.push(match entry.parse::<i64>() {
            Ok(..0) => break,
            Ok(index) => {
                let index = usize::try_from(index).unwrap_or(usize::MAX);
                let position = in_pci_order.get(index).copied().ok_or_else(|| unknown(boards, CUDA, entry))?;
                NamedBoard { position, cuda_index: Some(index) }
            }
            Err(_) => by_uuid(boards, CUDA, entry)?.into(),
        });
    }
    Ok(chosen)
}

/// Boards that `NVIDIA_VISIBLE_DEVICES` names. The container runtime has already hidden the other devices, so that `all`, `void`
/// (devices are made visible by other means) and a list as long as the visible devices change nothing. Indices are those of
/// NVML; `1:0` is an instance on board 1.
fn container(boards: &[Board], list: &str) -> Result<Vec<NamedBoard>, VisibleError> {
    let entries: Vec<&str> = list.split(',').map(str::trim).filter(|entry| !entry.is_empty()).collect();
    match entries[..] {
        [] | ["all" | "void"] => return Ok(everything(boards)),
        ["none"] => return Ok(Vec::new()),
        _ => {}
    }
    let is_index = |entry: &&str| entry.starts_with(|first: char| first.is_ascii_digit());
    if entries.len() == boards.len() && entries.iter().all(is_index) {
        return Ok(everything(boards));
    }
    entries
        .iter()
        .map(|entry| {
            let board = entry.split(':').next().unwrap_or(entry);
            match board.parse::<u32>() {
                Ok(index) => boards.iter().position(|board| board.index == index),
                Err(_) => return by_uuid(boards, NVIDIA, entry).map(NamedBoard::from),
            }
            .map(NamedBoard::from)
            .ok_or_else(|| unknown(boards, NVIDIA, entry))
        })
        .collect()
}

/// Position of the board whose UUID, or the UUID of one of whose instances, begins with `entry`.
fn by_uuid(boards: &[Board], variable: &'static str, entry: &str) -> Result<usize, VisibleError> {
    let identities = || {
        boards.iter().enumerate().flat_map(|(position, board)| {
            std::iter::once(&board.uuid).chain(&board.mig).map(move |uuid| (position, uuid.as_str()))
        })
    };
    if let Some((position, _)) = identities().find(|(_, uuid)| uuid.eq_ignore_ascii_case(entry)) {
        return Ok(position);
    }
    // "GPU-" alone names no board, even if there is only one.
    let begins = |uuid: &str| {
        entry.len() > "GPU-".len() && uuid.get(..entry.len()).is_some_and(|start| start.eq_ignore_ascii_case(entry))
    };
    let mut fitting = identities().filter(|(_, uuid)| begins(uuid)).map(|(position, _)| position);
    match (fitting.next(), fitting.next()) {
        (Some(position), None) => Ok(position),
        (None, _) => Err(unknown(boards, variable, entry)),
        (Some(_), Some(_)) => Err(VisibleError::Ambiguous { variable, entry: entry.to_owned(), known: list(boards) }),
    }
}

fn unknown(boards: &[Board], variable: &'static str, entry: &str) -> VisibleError {
    VisibleError::Unknown { variable, entry: entry.to_owned(), known: list(boards) }
}

/// All boards for messages, with indices in CUDA's PCI order: `0 = GPU-… (NVIDIA H100), 1 = GPU-… (NVIDIA A100) with MIG-…`.
fn list(boards: &[Board]) -> String {
    if boards.is_empty() {
        return "no NVIDIA device".to_owned();
    }
    let describe = |(index, board): (usize, &Board)| {
        let instances = if board.mig.is_empty() { String::new() } else { format!(" with {}", board.mig.join(" ")) };
        format!("{index} = {} ({}){instances}", board.uuid, board.name)
    };
    let ordered = pci_order(boards).into_iter().filter_map(|position| boards.get(position));
    ordered.enumerate().map(describe).collect::<Vec<_>>().join(", ")
}

/// Positions of the boards in the order of their PCI addresses, with boards without an address last.
fn pci_order(boards: &[Board]) -> Vec<usize> {
    let mut ordered: Vec<(bool, String, u32, usize)> = boards
        .iter()
        .enumerate()
        .map(|(position, board)| (board.pci.is_empty(), board.pci.to_ascii_lowercase(), board.index, position))
        .collect();
    ordered.sort();
    ordered.into_iter().map(|(.., position)| position).collect()
}

fn conclude(boards: &[Board], chosen: &[NamedBoard], by_pci: bool) -> VisibleBoards {
    let mut positions: Vec<usize> = chosen.iter().map(|choice| choice.position).collect();
    positions.sort_unstable();
    positions.dedup();
    let several_models = boards.iter().any(|board| Some(&board.name) != boards.first().map(|first| &first.name));
    let order_matters = several_models && !by_pci && positions.len() < boards.len();
    let mut notes = Vec::new();
    if order_matters {
        notes.extend(
            chosen.iter().filter_map(|choice| choice.cuda_index).map(|index| VisibleNote::OrderUnknown { index }),
        );
    }
    let split = positions.iter().filter_map(|position| boards.get(*position)).filter(|board| !board.mig.is_empty());
    notes.extend(split.map(|board| VisibleNote::WholeBoard { uuid: board.uuid.clone(), instances: board.mig.len() }));
    VisibleBoards { positions, notes }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn board(index: u32, uuid: &str, name: &str, pci: &str, mig: &[&str]) -> Board {
        let mig = mig.iter().map(|uuid| (*uuid).to_owned()).collect();
        Board { index, uuid: uuid.into(), name: name.into(), pci: pci.into(), mig }
    }

    /// NVML counts them 0 1 2; by PCI address they are 2 0 1.
    fn three() -> Vec<Board> {
        vec![
            board(0, "GPU-aaaa1111", "H100", "00000000:07:00.0", &[]),
            board(1, "GPU-aaaa2222", "H100", "00000000:0A:00.0", &["MIG-1111aaaa", "MIG-2222bbbb"]),
            board(2, "GPU-cccc3333", "H100", "00000000:01:00.0", &[]),
        ]
    }

    fn positions(variables: Variables<'_>) -> Result<Vec<usize>, String> {
        select(&three(), &variables).map(|selection| selection.positions).map_err(|error| error.to_string())
    }

    fn cuda(list: &str) -> Result<Vec<usize>, String> {
        positions(Variables { cuda_visible_devices: Some(list), ..Variables::default() })
    }

    const KNOWN: &str =
        "0 = GPU-cccc3333 (H100), 1 = GPU-aaaa1111 (H100), 2 = GPU-aaaa2222 (H100) with MIG-1111aaaa MIG-2222bbbb";

    #[test]
    fn the_devices_that_are_named_and_no_others() {
        for (list, expected) in [
            ("GPU-aaaa1111", &[0][..]),
            ("GPU-c", &[2]),
            ("gpu-CCCC3333", &[2]),
            ("MIG-2222bbbb", &[1]),
            ("MIG-2", &[1]),
            ("MIG-1111aaaa,MIG-2222bbbb", &[1]),
            ("0", &[2]),
            (" 1 , 2 ", &[0, 1]),
            ("2,2,GPU-aaaa2222", &[1]),
            ("0,-1,1", &[2]),
            ("-1", &[]),
            ("", &[]),
            ("NoDevFiles", &[]),
        ] {
            assert_eq!(cuda(list).as_deref(), Ok(expected), "{list:?}");
        }
    }

    #[test]
    fn an_unknown_device_is_an_error_that_lists_the_known() {
        for entry in ["3", "GPU-dddd", "MIG-9", "GPU-", "all", "0x1", "0,,1"] {
            let message = cuda(entry).unwrap_err();
            let named = if entry == "0,,1" { "" } else { entry };
            let expected =
                format!("CUDA_VISIBLE_DEVICES names `{named}`, which this machine does not have; it has {KNOWN}");
            assert_eq!(message, expected);
        }
        let expected = format!(
            "CUDA_VISIBLE_DEVICES names `GPU-aaaa`, which matches more than one device; write more of the UUID: {KNOWN}"
        );
        assert_eq!(cuda("GPU-aaaa"), Err(expected));
    }

    #[test]
    fn a_machine_without_boards_knows_no_device() {
        let variables = Variables { cuda_visible_devices: Some("0"), ..Variables::default() };
        let message = select(&[], &variables).unwrap_err().to_string();
        assert_eq!(
            message,
            "CUDA_VISIBLE_DEVICES names `0`, which this machine does not have; it has no NVIDIA device"
        );
    }

    #[test]
    fn without_cuda_visible_devices_the_container_decides() {
        let container = |list| positions(Variables { nvidia_visible_devices: Some(list), ..Variables::default() });
        for (list, expected) in [
            ("all", &[0, 1, 2][..]),
            ("void", &[0, 1, 2]),
            ("", &[0, 1, 2]),
            ("none", &[]),
            ("2", &[2]),
            ("0,GPU-cccc3333", &[0, 2]),
            ("1:0", &[1]),
            ("MIG-1111aaaa", &[1]),
            // Host indices, of which the runtime shows exactly these three.
            ("4,5,7", &[0, 1, 2]),
        ] {
            assert_eq!(container(list).as_deref(), Ok(expected), "{list:?}");
        }
        let expected = format!("NVIDIA_VISIBLE_DEVICES names `5`, which this machine does not have; it has {KNOWN}");
        assert_eq!(container("5"), Err(expected));
        assert_eq!(positions(Variables::default()), Ok(vec![0, 1, 2]));
        let both =
            Variables { cuda_visible_devices: Some("0"), nvidia_visible_devices: Some("all"), ..Variables::default() };
        assert_eq!(positions(both), Ok(vec![2]));
    }

    #[test]
    fn an_index_of_mixed_boards_is_certain_only_in_pci_order() {
        let mut boards = three();
        boards[0].name = "T4".into();
        let notes = |list, order| {
            let variables =
                Variables { cuda_visible_devices: Some(list), cuda_device_order: order, ..Variables::default() };
            select(&boards, &variables).map(|selection| selection.notes)
        };
        assert_eq!(notes("0", None), Ok(vec![VisibleNote::OrderUnknown { index: 0 }]));
        assert_eq!(notes("0", Some("FASTEST_FIRST")), Ok(vec![VisibleNote::OrderUnknown { index: 0 }]));
        assert_eq!(notes("0", Some("PCI_BUS_ID")), Ok(vec![]));
        assert_eq!(notes("GPU-cccc", None), Ok(vec![]));
        let whole_board = VisibleNote::WholeBoard { uuid: "GPU-aaaa2222".into(), instances: 2 };
        // All of them are the same set in any order.
        assert_eq!(notes("0,1,2", None), Ok(vec![whole_board.clone()]));
        assert_eq!(notes("MIG-1111aaaa", None), Ok(vec![whole_board]));
    }
}
