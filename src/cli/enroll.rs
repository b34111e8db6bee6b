//! `wattledger enroll`: a node gets a token of its own.

use super::client::ServerArguments;
use super::failure::Failure;
use super::{environment, print};
use api::{EnrolmentCodeRequest, EnrolmentRequest, NewEnrolmentCode, NewToken, TokenRequest};
use clap::Args;
use model::{NodeName, ProjectName, Scope};
use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// Give a node a token of its own, which speaks for this node alone
///
/// As an administrator, for any node; or on the node itself with a code that an administrator made: `--code-file`, or WATTLEDGER_ENROLMENT_CODE.
#[derive(Args)]
pub(crate) struct EnrollArguments {
    /// Name of the node, as its agent states it: what `uname -n` prints there, unless agent.toml says otherwise
    node: String,
    /// File that holds the code, for nodes without an administrator's token
    #[arg(long, value_name = "FILE")]
    code_file: Option<PathBuf>,
    /// Write the token into this new file, which only its owner may read, such as /etc/wattledger/agent.token; by default it is printed
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Restrict the token to this project
    #[arg(long, value_name = "P", conflicts_with = "code_file")]
    project: Option<String>,
    #[command(flatten)]
    server: ServerArguments,
}

/// Create a code with which nodes get tokens of their own, and print it; it is never shown again
#[derive(Args)]
pub(crate) struct CreateCode {
    /// What the code is for
    name: String,
    /// How many nodes may use it
    #[arg(long, value_name = "N", default_value_t = 1)]
    uses: u32,
    /// When the code expires, such as 2026-12-31; within 31 days
    #[arg(long, value_name = "TIME", value_parser = super::token::expiry)]
    expires: String,
    /// Restrict the tokens that it makes to this project
    #[arg(long, value_name = "P")]
    project: Option<String>,
    #[command(flatten)]
    server: ServerArguments,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Runs `wattledger enroll`.
pub(crate) fn run(arguments: &EnrollArguments) -> Result<(), Failure> {
    let node = NodeName::from(arguments.node.as_str());
    // Before a code is used up.
    let file = arguments.out.as_deref().map(|path| create(path).map(|file| (path, file))).transpose()?;
    let made = ask(arguments, node).inspect_err(|_| {
        if let Some((path, _)) = &file {
            // What stays is empty, and the next try names it.
            drop(std::fs::remove_file(path));
        }
    })?;
    let NewToken { token, .. } = made;
    let Some((path, mut file)) = file else { return print::text(&format!("{token}\n")) };
    writeln!(file, "{token}").map_err(|cause| unwritable(path, &cause))
}

fn ask(arguments: &EnrollArguments, node: NodeName) -> Result<NewToken, Failure> {
    match code(arguments)? {
        Some(code) => arguments.server.client()?.post("/enrolments", &EnrolmentRequest { code, node }),
        None => by_administrator(arguments, node),
    }
}

fn code(arguments: &EnrollArguments) -> Result<Option<String>, Failure> {
    let read = |path: &PathBuf| {
        std::fs::read_to_string(path).map_err(|cause| Failure::Usage(format!("{}: {cause}", path.display())))
    };
    let code = match &arguments.code_file {
        Some(path) => Some(read(path)?),
        None => environment::variable("WATTLEDGER_ENROLMENT_CODE"),
    };
    Ok(code.map(|code| code.trim().to_owned()))
}

fn by_administrator(arguments: &EnrollArguments, node: NodeName) -> Result<NewToken, Failure> {
    let request = TokenRequest {
        name: node.to_string(),
        scopes: vec![Scope::Ingest],
        project: arguments.project.as_deref().map(ProjectName::from),
        expires: None,
        succeeds: None,
        nodes: Some(vec![node]),
        holders_only: false,
    };
    arguments.server.client()?.post("/tokens", &request)
}

fn create(path: &Path) -> Result<std::fs::File, Failure> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(|cause| unwritable(path, &cause))
}

fn unwritable(path: &Path, cause: &std::io::Error) -> Failure {
    Failure::Usage(format!(
        "{}: {cause}; name a file that is not there yet, in a directory that you may write",
        path.display()
    ))
}

/// Runs `wattledger token code`.
pub(crate) fn make_code(arguments: &CreateCode) -> Result<(), Failure> {
    let request = EnrolmentCodeRequest {
        name: arguments.name.clone(),
        uses: arguments.uses,
        expires: arguments.expires.clone(),
        project: arguments.project.as_deref().map(ProjectName::from),
    };
    let made: NewEnrolmentCode = arguments.server.client()?.post("/enrolment-codes", &request)?;
    if arguments.json { print::json(&made) } else { print::text(&format!("{}\n", made.code)) }
}
