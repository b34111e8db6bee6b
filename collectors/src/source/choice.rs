//! Opens the sources that `--source` names, and says which of them cannot be read and why.

use super::exporter::{ExporterAddress, ExporterAddressError, ExporterSource, is_of_host};
use super::modelled::{self, ModelledSource};
use super::nvml::NvmlSource;
use super::rapl::{self, RaplSource};
use super::replay::{self, ReplaySource};
use super::synthetic::{self, SyntheticSource};
use super::visible::{Board, Variables, VisibleError, select};
use super::{Source, SourceKind};
use std::ffi::OsString;
use std::path::PathBuf;
use std::str::FromStr;

/// A source as `--source` names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SourceSpec {
    /// Every sensor of the machine.
    Auto,
    /// NVIDIA GPUs, through NVML.
    Nvml,
    /// CPUs and memory, through RAPL.
    Rapl,
    /// What a Prometheus exporter on this node serves.
    Prometheus(ExporterAddress),
    /// A recorded log, replayed as if it happened now.
    Replay(replay::ReplaySpec),
    /// Simulated devices with a known load.
    Synthetic(synthetic::SyntheticSpec),
    /// CPU utilisation × TDP, for machines without a sensor.
    Modelled(modelled::ModelledSpec),
}

/// Why the text of a `--source` cannot be parsed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SourceSpecError {
    /// There is no source with this name.
    #[error(
        "`{0}` is not a source; the sources are auto, nvml, rapl, prometheus:URL, replay:FILE, synthetic:SPEC and modelled:SPEC, for example synthetic:gpus=8,watts=300"
    )]
    Unknown(String),
    /// The address after `prometheus:` is wrong.
    #[error(transparent)]
    Exporter(#[from] ExporterAddressError),
    /// The specification after `synthetic:` is wrong.
    #[error(transparent)]
    Synthetic(#[from] synthetic::SyntheticSpecError),
    /// The specification after `modelled:` is wrong.
    #[error(transparent)]
    Modelled(#[from] modelled::ModelledSpecError),
}

impl FromStr for SourceSpec {
    type Err = SourceSpecError;

    fn from_str(text: &str) -> Result<Self, SourceSpecError> {
        match text.split_once(':') {
            None if text == "auto" => Ok(Self::Auto),
            None if text == "nvml" => Ok(Self::Nvml),
            None if text == "rapl" => Ok(Self::Rapl),
            Some(("prometheus", address)) => Ok(Self::Prometheus(address.parse()?)),
            Some(("replay", spec)) if !spec.is_empty() => Ok(Self::Replay(replay::ReplaySpec::parse(spec))),
            Some(("synthetic", spec)) => Ok(Self::Synthetic(spec.parse()?)),
            Some(("modelled", spec)) => Ok(Self::Modelled(spec.parse()?)),
            None if text == "synthetic" => Ok(Self::Synthetic("".parse()?)),
            None if text == "modelled" => Ok(Self::Modelled("".parse()?)),
            _ => Err(SourceSpecError::Unknown(text.to_owned())),
        }
    }
}

/// Where the sensors of the machine are found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places {
    /// Directory of the powercap zones.
    pub powercap: PathBuf,
    /// Directory of the process file system.
    pub proc: PathBuf,
    /// Path of the NVML library; `None` for that of the installed driver.
    pub nvml_library: Option<OsString>,
}

impl Default for Places {
    fn default() -> Self {
        Self { powercap: PathBuf::from(rapl::POWERCAP), proc: PathBuf::from("/proc"), nvml_library: None }
    }
}

/// A source that was not opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// The source that was not opened.
    pub source: SourceKind,
    /// Why it was not opened.
    pub reason: String,
    /// Commands that would add the source, one per line, with comments after `#`; `None` if there is nothing to do.
    pub remedy: Option<String>,
}

/// Why sources cannot be opened: one was named that does not exist.
#[derive(Debug, thiserror::Error)]
pub enum ChoiceError {
    /// A variable names a GPU that does not exist.
    #[error(transparent)]
    Visible(#[from] VisibleError),
    /// A log cannot be replayed.
    #[error(transparent)]
    Replay(#[from] replay::ReplayOpenError),
}

/// The sources that were opened, and those that were not.
#[derive(Default)]
pub struct SourceChoice {
    /// The sources that were opened, each once.
    pub sources: Vec<Box<dyn Source>>,
    /// The sources that were not opened.
    pub left: Vec<Left>,
    /// What a reader of the figures has to know about the choice of devices.
    pub notes: Vec<String>,
    /// What may make the figures wrong.
    pub warnings: Vec<String>,
}

impl SourceChoice {
    /// Opens the sources that `specs` names, or [`SourceSpec::Auto`] if it is empty.
    ///
    /// A sensor that does not exist is left out with its reason and is not an error, since metering must not keep a command
    /// from running. Of the GPUs, those are read that `variables` make visible. A model is used only if there is no sensor.
    ///
    /// # Errors
    ///
    /// See [`ChoiceError`].
    pub fn open(specs: &[SourceSpec], places: &Places, variables: &Variables<'_>) -> Result<Self, ChoiceError> {
        let mut choice = Self::default();
        let named = if specs.is_empty() { &[SourceSpec::Auto] } else { specs };
        for spec in named {
            match spec {
                SourceSpec::Auto | SourceSpec::Nvml => choice.take_nvml(places),
                SourceSpec::Replay(spec) => choice.take_replay(spec)?,
                SourceSpec::Synthetic(spec) => choice.sources.push(Box::new(SyntheticSource::open(spec.clone()))),
                SourceSpec::Prometheus(_) | SourceSpec::Rapl | SourceSpec::Modelled(_) => {}
            }
        }
        for spec in named {
            if let SourceSpec::Prometheus(address) = spec {
                choice.take_exporter(address);
            }
        }
        choice.keep_visible(variables)?;
        if named.iter().any(|spec| matches!(spec, SourceSpec::Auto | SourceSpec::Rapl)) {
            choice.take_rapl(places);
        }
        for spec in named {
            if let SourceSpec::Modelled(spec) = spec {
                choice.take_model(*spec, places);
            }
        }
        Ok(choice)
    }

    fn take_nvml(&mut self, places: &Places) {
        let mut tried = self.sources.iter().map(|source| source.kind()).chain(self.left.iter().map(|left| left.source));
        if tried.any(|kind| kind == SourceKind::Nvml) {
            return;
        }
        match NvmlSource::open(places.nvml_library.as_deref()) {
            Ok(source) => self.sources.push(Box::new(source)),
            Err(error) => self.leave(SourceKind::Nvml, error.to_string(), Some(error.remedy().to_owned())),
        }
    }

    fn take_replay(&mut self, spec: &replay::ReplaySpec) -> Result<(), replay::ReplayOpenError> {
        let source = ReplaySource::open(spec)?;
        let of_file = |warning: &String| format!("replay:{}: {warning}", spec.file.display());
        self.warnings.extend(source.warnings().iter().map(of_file));
        self.sources.push(Box::new(source));
        Ok(())
    }

    /// Takes the devices of an exporter that no other source reads.
    fn take_exporter(&mut self, address: &ExporterAddress) {
        let mut source = match ExporterSource::open(address) {
            Ok(source) => source,
            Err(error) => return self.leave(SourceKind::Exporter, error.to_string(), None),
        };
        let is_new =
            |uuid: &str| !self.sources.iter().flat_map(|other| other.devices()).any(|known| known.uuid == uuid);
        let devices = source.devices();
        let new: Vec<usize> = (0..devices.len()).filter(|at| is_new(&devices[*at].uuid)).collect();
        match (new.len(), devices.len()) {
            (0, _) => {
                let reason = format!("{}; all of its devices are read by another source", source.note());
                return self.leave(SourceKind::Exporter, reason, None);
            }
            (some, all) if some < all => {
                self.notes.push(format!(
                    "{}; {} of its {all} devices are read by another source",
                    source.note(),
                    all - some
                ));
                source.keep(&new);
            }
            _ => self.notes.push(source.note()),
        }
        if source.boards().is_empty() {
            self.notes.push(
                "prometheus: which of its devices the command may use is not known; all of them are read".to_owned(),
            );
        }
        self.sources.push(Box::new(source));
    }

    /// Leaves the platform zone out if there are other devices, which it contains on some machines, and everything if an exporter
    /// shows the processors.
    fn take_rapl(&mut self, places: &Places) {
        let mut devices = self.sources.iter().flat_map(|source| source.devices());
        if devices.any(|device| is_of_host(&device.uuid)) {
            let reason = "an exporter that is read shows the processors".to_owned();
            return self.leave(SourceKind::Rapl, reason, None);
        }
        let source = match RaplSource::open(&places.powercap) {
            Ok(source) => source,
            Err(error) => return self.leave(SourceKind::Rapl, error.to_string(), error.remedy()),
        };
        if self.sources.is_empty() {
            return self.sources.push(Box::new(source));
        }
        self.sources.push(Box::new(source.without_platform()));
    }

    fn take_model(&mut self, spec: modelled::ModelledSpec, places: &Places) {
        if self.sources.is_empty() {
            self.sources.push(Box::new(ModelledSource::open(spec, &places.proc)));
        } else {
            let reason = "there are sensors, and a model is used only where there are none";
            self.leave(SourceKind::Modelled, reason.to_owned(), None);
        }
    }

    /// Keeps the boards that the variables make visible.
    fn keep_visible(&mut self, variables: &Variables<'_>) -> Result<(), VisibleError> {
        let boards: Vec<Board> = self.sources.iter().flat_map(|source| source.boards()).cloned().collect();
        if boards.is_empty() {
            return Ok(());
        }
        // What a container runtime makes visible applies to real GPUs only.
        let real = self.sources.iter().any(|source| source.kind() == SourceKind::Nvml);
        let shown = variables.nvidia_visible_devices.filter(|_| real);
        let selection = select(&boards, &Variables { nvidia_visible_devices: shown, ..*variables })?;
        self.notes.extend(selection.notes.iter().map(ToString::to_string));
        let mut first = 0;
        for mut source in std::mem::take(&mut self.sources) {
            let count = source.boards().len();
            let here = selection.positions.iter().filter(|position| (first..first + count).contains(position));
            let kept: Vec<usize> = here.map(|position| position - first).collect();
            first += count;
            if kept.len() == count {
                self.sources.push(source);
            } else if kept.is_empty() {
                self.leave(
                    source.kind(),
                    "none of its devices is visible to the command (CUDA_VISIBLE_DEVICES, NVIDIA_VISIBLE_DEVICES)"
                        .to_owned(),
                    None,
                );
            } else {
                self.notes.push(format!("{} of the {count} devices of {} are visible", kept.len(), source.kind()));
                source.keep(&kept);
                self.sources.push(source);
            }
        }
        Ok(())
    }

    fn leave(&mut self, source: SourceKind, reason: String, remedy: Option<String>) {
        self.left.push(Left { source, reason, remedy });
    }
}
