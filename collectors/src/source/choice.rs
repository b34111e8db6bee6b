//! Which sources are taken, which are left, and why.

use super::Source;
use super::modelled::{self, ModelledSource};
use super::nvml::NvmlSource;
use super::rapl::{self, RaplSource};
use super::replay::{self, ReplaySource};
use super::synthetic::{self, SyntheticSource};
use super::visible::{Board, Variables, VisibleError, select};
use std::ffi::OsString;
use std::path::PathBuf;
use std::str::FromStr;

/// What `--source` names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Spec {
    /// Every sensor that is there.
    Auto,
    /// NVIDIA GPUs.
    Nvml,
    /// RAPL zones.
    Rapl,
    /// A recorded log.
    Replay(replay::Spec),
    /// Devices with a known load.
    Synthetic(synthetic::Spec),
    /// CPU utilisation × TDP, where nothing measures.
    Modelled(modelled::Spec),
}

/// Why a `--source` cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SpecError {
    /// The word before the colon is not a source.
    #[error(
        "`{0}` is not a source; known are auto, nvml, rapl, replay:FILE, synthetic:SPEC and modelled:SPEC, for example synthetic:gpus=8,watts=300"
    )]
    Unknown(String),
    /// See [`synthetic::SpecError`].
    #[error(transparent)]
    Synthetic(#[from] synthetic::SpecError),
    /// See [`modelled::SpecError`].
    #[error(transparent)]
    Modelled(#[from] modelled::SpecError),
}

impl FromStr for Spec {
    type Err = SpecError;

    fn from_str(text: &str) -> Result<Self, SpecError> {
        match text.split_once(':') {
            None if text == "auto" => Ok(Self::Auto),
            None if text == "nvml" => Ok(Self::Nvml),
            None if text == "rapl" => Ok(Self::Rapl),
            Some(("replay", spec)) if !spec.is_empty() => Ok(Self::Replay(replay::Spec::parse(spec))),
            Some(("synthetic", spec)) => Ok(Self::Synthetic(spec.parse()?)),
            Some(("modelled", spec)) => Ok(Self::Modelled(spec.parse()?)),
            None if text == "synthetic" => Ok(Self::Synthetic("".parse()?)),
            None if text == "modelled" => Ok(Self::Modelled("".parse()?)),
            _ => Err(SpecError::Unknown(text.to_owned())),
        }
    }
}

/// Where the machine shows its sensors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places {
    /// Powercap tree.
    pub powercap: PathBuf,
    /// Process file system.
    pub proc: PathBuf,
    /// NVML library, where it is not the installed driver's.
    pub nvml_library: Option<OsString>,
}

impl Default for Places {
    fn default() -> Self {
        Self { powercap: PathBuf::from(rapl::POWERCAP), proc: PathBuf::from("/proc"), nvml_library: None }
    }
}

/// A source that is not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// Name of the source.
    pub source: &'static str,
    /// Why.
    pub reason: String,
    /// What would add it: commands, one a line, with comments after `#`.
    pub remedy: Option<String>,
}

/// Why sources cannot be chosen: something was named that is not there.
#[derive(Debug, thiserror::Error)]
pub enum ChoiceError {
    /// A GPU.
    #[error(transparent)]
    Visible(#[from] VisibleError),
    /// A log.
    #[error(transparent)]
    Replay(#[from] replay::OpenError),
}

/// The sources that were opened, and those that were not.
#[derive(Default)]
pub struct Choice {
    /// Opened, each once.
    pub sources: Vec<Box<dyn Source>>,
    /// Not opened.
    pub left: Vec<Left>,
    /// What the reader of a figure must know about the devices that were chosen.
    pub notes: Vec<String>,
}

impl Choice {
    /// Opens what `specs` name; nothing named is [`Spec::Auto`]. A sensor that is not there is left with its reason, not
    /// an error: metering must not keep a command from running. Of GPUs, those that `variables` show. A model is taken
    /// only when nothing measures.
    ///
    /// # Errors
    ///
    /// See [`ChoiceError`].
    pub fn open(specs: &[Spec], places: &Places, variables: &Variables<'_>) -> Result<Self, ChoiceError> {
        let mut choice = Self::default();
        let named = if specs.is_empty() { &[Spec::Auto] } else { specs };
        for spec in named {
            match spec {
                Spec::Auto | Spec::Nvml => choice.take_nvml(places),
                Spec::Replay(spec) => choice.sources.push(Box::new(ReplaySource::open(spec)?)),
                Spec::Synthetic(spec) => choice.sources.push(Box::new(SyntheticSource::open(spec.clone()))),
                Spec::Rapl | Spec::Modelled(_) => {}
            }
        }
        choice.keep_visible(variables)?;
        if named.iter().any(|spec| matches!(spec, Spec::Auto | Spec::Rapl)) {
            choice.take_rapl(places);
        }
        for spec in named {
            if let Spec::Modelled(spec) = spec {
                choice.take_model(*spec, places);
            }
        }
        Ok(choice)
    }

    fn take_nvml(&mut self, places: &Places) {
        let is_nvml = |name: &str| name == "nvml";
        if self.sources.iter().any(|source| is_nvml(source.name())) || self.left.iter().any(|left| is_nvml(left.source))
        {
            return;
        }
        match NvmlSource::open(places.nvml_library.as_deref()) {
            Ok(source) => self.sources.push(Box::new(source)),
            Err(error) => self.leave("nvml", error.to_string(), Some(error.remedy().to_owned())),
        }
    }

    /// Beside other devices the platform zone is left: on some machines it contains them.
    fn take_rapl(&mut self, places: &Places) {
        let source = match RaplSource::open(&places.powercap) {
            Ok(source) => source,
            Err(error) => return self.leave("rapl", error.to_string(), error.remedy()),
        };
        if self.sources.is_empty() {
            return self.sources.push(Box::new(source));
        }
        self.sources.push(Box::new(source.without_platform()));
    }

    fn take_model(&mut self, spec: modelled::Spec, places: &Places) {
        if self.sources.is_empty() {
            self.sources.push(Box::new(ModelledSource::open(spec, &places.proc)));
        } else {
            let reason = "there are sensors, and a model is taken only when nothing measures";
            self.leave("modelled", reason.to_owned(), None);
        }
    }

    /// Without a source that has boards there is nothing to hold the variables against.
    fn keep_visible(&mut self, variables: &Variables<'_>) -> Result<(), VisibleError> {
        let boards: Vec<Board> = self.sources.iter().flat_map(|source| source.boards()).cloned().collect();
        if boards.is_empty() {
            return Ok(());
        }
        // What a container shows is about real GPUs only.
        let real = self.sources.iter().any(|source| source.name() == "nvml");
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
                    source.name(),
                    "the command is shown none of its devices (CUDA_VISIBLE_DEVICES, NVIDIA_VISIBLE_DEVICES)"
                        .to_owned(),
                    None,
                );
            } else {
                self.notes.push(format!("{} of the {count} devices of {} are visible", kept.len(), source.name()));
                source.keep(&kept);
                self.sources.push(source);
            }
        }
        Ok(())
    }

    fn leave(&mut self, source: &'static str, reason: String, remedy: Option<String>) {
        self.left.push(Left { source, reason, remedy });
    }
}
