//! Which boards a command may use, from the variables that CUDA and the container runtime read.
//!
//! Boards are told apart by UUID and ordered by PCI address, never by their place in NVML's list, which need not be
//! CUDA's. Whoever names a device that is not there gets an error: neither all devices nor none.

use std::fmt;

/// A board as the driver describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Board {
    /// NVML's index, for people and for `NVIDIA_VISIBLE_DEVICES`.
    pub index: u32,
    /// `GPU-…`.
    pub uuid: String,
    /// Product name.
    pub name: String,
    /// PCI address, `00000000:07:00.0`; empty where the driver does not tell it.
    pub pci: String,
    /// `MIG-…` of the instances on it; empty where MIG is off. Power and energy exist for the whole board only.
    pub mig: Vec<String>,
}

/// The variables that decide, as text; `None` where one is not set.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Variables<'a> {
    /// `CUDA_VISIBLE_DEVICES`: indices in CUDA's order, `GPU-<uuid>` or `MIG-<uuid>`, or a unique beginning of one.
    pub cuda_visible_devices: Option<&'a str>,
    /// `CUDA_DEVICE_ORDER`: `PCI_BUS_ID`, or CUDA's default `FASTEST_FIRST`.
    pub cuda_device_order: Option<&'a str>,
    /// `NVIDIA_VISIBLE_DEVICES`, looked at only without the first: `all`, `none`, `void`, or a list.
    pub nvidia_visible_devices: Option<&'a str>,
}

/// The boards that a command may use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    /// Positions in the list of boards, ascending, each once. May be empty.
    pub positions: Vec<usize>,
    /// What the reader of a figure must know about the choice.
    pub notes: Vec<Note>,
}

/// Something about a selection that changes what its energy means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// The board is split by MIG: the energy is the board's, with what other instances use.
    WholeBoard {
        /// The board.
        uuid: String,
        /// How many instances share it.
        instances: usize,
    },
    /// Boards of several models and no `CUDA_DEVICE_ORDER=PCI_BUS_ID`: CUDA may count in another order.
    OrderUnknown {
        /// The entry that was taken in PCI order.
        index: usize,
    },
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WholeBoard { uuid, instances } => write!(
                f,
                "{uuid} is split into {instances} MIG instances; no driver measures them apart, so the energy is the whole board's"
            ),
            Self::OrderUnknown { index } => write!(
                f,
                "CUDA device {index} was taken in PCI order, but CUDA may order boards of different models by speed; \
                 set CUDA_DEVICE_ORDER=PCI_BUS_ID or name the board by its UUID"
            ),
        }
    }
}

/// A variable names a device that cannot be told.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VisibleError {
    /// No such device.
    #[error("{variable} names `{entry}`, which this machine does not have; it has {known}")]
    Unknown {
        /// The variable.
        variable: &'static str,
        /// What it names.
        entry: String,
        /// Every device there is.
        known: String,
    },
    /// A beginning of more than one UUID.
    #[error("{variable} names `{entry}`, which fits more than one device; give more of its UUID: {known}")]
    Ambiguous {
        /// The variable.
        variable: &'static str,
        /// What it names.
        entry: String,
        /// Every device there is.
        known: String,
    },
}

const CUDA: &str = "CUDA_VISIBLE_DEVICES";
const NVIDIA: &str = "NVIDIA_VISIBLE_DEVICES";

/// The boards among `boards` that a command under these `variables` may use: all without any variable.
///
/// # Errors
///
/// An entry that is no device of this machine, or the beginning of several UUIDs.
pub fn select(boards: &[Board], variables: &Variables<'_>) -> Result<Selection, VisibleError> {
    let chosen = match (variables.cuda_visible_devices, variables.nvidia_visible_devices) {
        (Some(list), _) => cuda(boards, list)?,
        (None, Some(list)) => container(boards, list)?,
        (None, None) => everything(boards),
    };
    let by_pci = variables.cuda_device_order.is_some_and(|order| order.trim() == "PCI_BUS_ID");
    Ok(conclude(boards, &chosen, by_pci))
}

/// A board, and the CUDA index that named it.
#[derive(Debug, Clone, Copy)]
struct Choice {
    position: usize,
    cuda_index: Option<usize>,
}

impl From<usize> for Choice {
    fn from(position: usize) -> Self {
        Self { position, cuda_index: None }
    }
}

fn everything(boards: &[Board]) -> Vec<Choice> {
    (0..boards.len()).map(Choice::from).collect()
}

/// CUDA shows what stands before a negative index; an empty list and Slurm's `NoDevFiles` show nothing.
fn cuda(boards: &[Board], list: &str) -> Result<Vec<Choice>, VisibleError> {
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
                Choice { position, cuda_index: Some(index) }
            }
            Err(_) => by_uuid(boards, CUDA, entry)?.into(),
        });
    }
    Ok(chosen)
}

/// The container runtime has already hidden what it does not show: a list as long as what is visible, `all`, and `void`
/// (devices are injected by other means) change nothing. Indices are NVML's, `1:0` is an instance on board 1.
fn container(boards: &[Board], list: &str) -> Result<Vec<Choice>, VisibleError> {
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
                Err(_) => return by_uuid(boards, NVIDIA, entry).map(Choice::from),
            }
            .map(Choice::from)
            .ok_or_else(|| unknown(boards, NVIDIA, entry))
        })
        .collect()
}

/// The board whose UUID, or one of whose instances' UUIDs, begins with `entry`.
fn by_uuid(boards: &[Board], variable: &'static str, entry: &str) -> Result<usize, VisibleError> {
    let identities = || {
        boards.iter().enumerate().flat_map(|(position, board)| {
            std::iter::once(&board.uuid).chain(&board.mig).map(move |uuid| (position, uuid.as_str()))
        })
    };
    if let Some((position, _)) = identities().find(|(_, uuid)| uuid.eq_ignore_ascii_case(entry)) {
        return Ok(position);
    }
    // "GPU-" alone says nothing, even where there is one board.
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

/// `0 = GPU-… (NVIDIA H100), 1 = GPU-… (NVIDIA A100) with MIG-…`, indices in CUDA's PCI order.
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

/// Positions by PCI address; boards without one last.
fn pci_order(boards: &[Board]) -> Vec<usize> {
    let mut ordered: Vec<(bool, String, u32, usize)> = boards
        .iter()
        .enumerate()
        .map(|(position, board)| (board.pci.is_empty(), board.pci.to_ascii_lowercase(), board.index, position))
        .collect();
    ordered.sort();
    ordered.into_iter().map(|(.., position)| position).collect()
}

fn conclude(boards: &[Board], chosen: &[Choice], by_pci: bool) -> Selection {
    let mut positions: Vec<usize> = chosen.iter().map(|choice| choice.position).collect();
    positions.sort_unstable();
    positions.dedup();
    let several_models = boards.iter().any(|board| Some(&board.name) != boards.first().map(|first| &first.name));
    let order_matters = several_models && !by_pci && positions.len() < boards.len();
    let mut notes = Vec::new();
    if order_matters {
        notes.extend(chosen.iter().filter_map(|choice| choice.cuda_index).map(|index| Note::OrderUnknown { index }));
    }
    let split = positions.iter().filter_map(|position| boards.get(*position)).filter(|board| !board.mig.is_empty());
    notes.extend(split.map(|board| Note::WholeBoard { uuid: board.uuid.clone(), instances: board.mig.len() }));
    Selection { positions, notes }
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
    fn t36_the_devices_that_are_named_and_no_others() {
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
    fn t36_an_unknown_device_is_an_error_that_lists_the_known() {
        for entry in ["3", "GPU-dddd", "MIG-9", "GPU-", "all", "0x1", "0,,1"] {
            let message = cuda(entry).unwrap_err();
            let named = if entry == "0,,1" { "" } else { entry };
            let expected =
                format!("CUDA_VISIBLE_DEVICES names `{named}`, which this machine does not have; it has {KNOWN}");
            assert_eq!(message, expected);
        }
        let expected = format!(
            "CUDA_VISIBLE_DEVICES names `GPU-aaaa`, which fits more than one device; give more of its UUID: {KNOWN}"
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
    fn t37_an_index_of_mixed_boards_is_certain_only_in_pci_order() {
        let mut boards = three();
        boards[0].name = "T4".into();
        let notes = |list, order| {
            let variables =
                Variables { cuda_visible_devices: Some(list), cuda_device_order: order, ..Variables::default() };
            select(&boards, &variables).map(|selection| selection.notes)
        };
        assert_eq!(notes("0", None), Ok(vec![Note::OrderUnknown { index: 0 }]));
        assert_eq!(notes("0", Some("FASTEST_FIRST")), Ok(vec![Note::OrderUnknown { index: 0 }]));
        assert_eq!(notes("0", Some("PCI_BUS_ID")), Ok(vec![]));
        assert_eq!(notes("GPU-cccc", None), Ok(vec![]));
        let whole_board = Note::WholeBoard { uuid: "GPU-aaaa2222".into(), instances: 2 };
        // All of them are the same set in any order.
        assert_eq!(notes("0,1,2", None), Ok(vec![whole_board.clone()]));
        assert_eq!(notes("MIG-1111aaaa", None), Ok(vec![whole_board]));
    }
}
