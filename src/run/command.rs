//! Runs a command as a child process: passes signals on to it and waits for its end.
//!
//! The command stays in this process's group, so that it owns the terminal as if it had been started alone. Ctrl-C,
//! Ctrl-\ and a lost terminal therefore reach it from the kernel; passing those on would deliver them twice. What another
//! process sends to this one (`kill`, a batch system) is passed on. Signals that were ignored at start stay ignored, for
//! both (`nohup`). Nothing ties the command's life to this process: a killed Wattledger leaves it running.

use rustix::process::{Pid, Signal, getpid, kill_process};
use signal_hook::consts::{
    SIGALRM, SIGCHLD, SIGCONT, SIGHUP, SIGINT, SIGIO, SIGPROF, SIGQUIT, SIGTERM, SIGTSTP, SIGURG, SIGUSR1, SIGUSR2,
    SIGVTALRM, SIGWINCH, SIGXCPU, SIGXFSZ,
};
use signal_hook::iterator::SignalsInfo;
use signal_hook::iterator::exfiltrator::origin::WithOrigin;
use signal_hook::low_level::siginfo::{Cause, Origin};
use std::ffi::OsString;
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, ExitStatus};
use std::sync::{Arc, Mutex, PoisonError};

/// Every signal that another process may mean for the command; batch systems also warn by `SIGXCPU`, `SIGURG` or
/// `SIGALRM`. Left out are faults of this process itself, what job control sends to it alone, and what cannot be caught.
const PASSED_ON: [i32; 16] = [
    SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGTSTP, SIGCONT, SIGALRM, SIGVTALRM, SIGPROF, SIGIO, SIGURG,
    SIGXCPU, SIGXFSZ, SIGWINCH,
];

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ended {
    /// Exit status as shells report it: the command's own, or 128 + n if signal n killed it.
    pub exit_status: u8,
    /// Name of the signal that killed it, such as `SIGTERM`.
    pub signal: Option<&'static str>,
}

impl Ended {
    /// The exit status as it is reported to a service: for a signal, its negative number.
    #[must_use]
    pub fn wire_status(&self) -> i32 {
        let status = i32::from(self.exit_status);
        if self.signal.is_some() { 128 - status } else { status }
    }
}

impl From<ExitStatus> for Ended {
    fn from(status: ExitStatus) -> Self {
        let number = status.signal();
        let code = status.code().or(number.map(|number| 128 + number));
        Self {
            exit_status: code.and_then(|code| u8::try_from(code).ok()).unwrap_or(u8::MAX),
            signal: number.map(|number| signal_hook::low_level::signal_name(number).unwrap_or("an unnamed signal")),
        }
    }
}

/// Why a command did not start or cannot be watched.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// The command does not exist; exit status 127.
    #[error("{0}: command not found")]
    NotFound(String),
    /// The command cannot be executed; exit status 126.
    #[error("{command}: cannot be executed: {cause}")]
    NotExecutable {
        /// The command's first word.
        command: String,
        /// Error of the system.
        cause: io::Error,
    },
    /// The system refuses to report signals or the end of the child.
    #[error("the command cannot be watched: {0}")]
    Watch(#[from] io::Error),
}

impl CommandError {
    /// The exit status that shells use for this error.
    #[must_use]
    pub fn exit_status(&self) -> u8 {
        match self {
            Self::NotFound(_) => 127,
            Self::NotExecutable { .. } => 126,
            Self::Watch(_) => 1,
        }
    }
}

/// A handle by which other threads can stop the command until it has ended.
#[derive(Debug, Clone, Default)]
pub struct CommandHandle(Arc<Mutex<Option<Pid>>>);

impl CommandHandle {
    /// Sends `SIGTERM`, or `SIGKILL` if `is_final`. Returns whether the command was still running.
    #[must_use]
    pub fn stop(&self, is_final: bool) -> bool {
        // Held while sending, so that the process id is still the command's.
        let held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let signal = if is_final { Signal::KILL } else { Signal::TERM };
        held.is_some_and(|pid| kill_process(pid, signal).is_ok())
    }

    fn set(&self, pid: Option<Pid>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = pid;
    }
}

/// Receives signals from now on, for a command that is about to start.
pub struct Relay {
    signals: SignalsInfo<WithOrigin>,
}

impl Relay {
    /// Takes over the signals that are passed on, except those that this process was told to ignore.
    ///
    /// # Errors
    ///
    /// When the system refuses a handler.
    pub fn listen() -> io::Result<Self> {
        let ignored = ignored_at_start();
        let wanted = PASSED_ON.into_iter().filter(|signal| ignored & (1 << (signal - 1)) == 0);
        Ok(Self { signals: SignalsInfo::new(wanted.chain([SIGCHLD]))? })
    }

    /// Starts `command` with `variables` added to its environment, and waits for its end; until then `handle` stands for it.
    ///
    /// # Errors
    ///
    /// See [`CommandError`].
    pub fn supervise(
        mut self,
        command: &[OsString],
        variables: &[(&str, String)],
        handle: &CommandHandle,
    ) -> Result<Ended, CommandError> {
        let mut child = start(command, variables)?;
        let pid = Pid::from_child(&child);
        handle.set(Some(pid));
        loop {
            // Reaped here and nowhere else, so the process id stays the child's while signals are sent to it.
            let ended = {
                let mut held = handle.0.lock().unwrap_or_else(PoisonError::into_inner);
                let ended = child.try_wait()?;
                if ended.is_some() {
                    *held = None;
                }
                ended
            };
            if let Some(status) = ended {
                return Ok(status.into());
            }
            for origin in self.signals.wait() {
                pass_on(&origin, pid)?;
            }
        }
    }
}

fn start(command: &[OsString], variables: &[(&str, String)]) -> Result<Child, CommandError> {
    let [program, arguments @ ..] = command else { return Err(CommandError::NotFound(String::new())) };
    let started = Command::new(program).args(arguments).envs(variables.iter().cloned()).spawn();
    started.map_err(|cause| {
        let command = program.to_string_lossy().into_owned();
        match cause.kind() {
            io::ErrorKind::NotFound => CommandError::NotFound(command),
            _ => CommandError::NotExecutable { command, cause },
        }
    })
}

fn pass_on(origin: &Origin, child: Pid) -> io::Result<()> {
    let from_terminal = matches!(origin.cause, Cause::Kernel);
    let Some(signal) = Signal::from_named_raw(origin.signal).filter(|signal| *signal != Signal::CHILD) else {
        return Ok(());
    };
    if !from_terminal {
        // The child may have ended meanwhile; its status is fetched next.
        let _ = kill_process(child, signal);
    }
    if signal == Signal::TSTP {
        // The shell takes the terminal back only when this process stops too.
        kill_process(getpid(), Signal::STOP)?;
    }
    Ok(())
}

/// Bit n − 1 for every signal n that is ignored.
fn ignored_at_start() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0)
}
