//! `wattledger project`: projects, to which jobs are charged.

use super::client::{ServerArguments, Verbatim};
use super::failure::Failure;
use super::print;
use api::Project;
use clap::{Args, Subcommand};
use model::ProjectName;

/// Create and list projects, to which jobs are charged
#[derive(Subcommand)]
pub(crate) enum ProjectCommand {
    /// Create a project
    #[command(visible_alias = "add")]
    Create(CreateProject),
    /// List the projects
    List(ListProjects),
}

#[derive(Args)]
pub(crate) struct CreateProject {
    /// Name of the project
    name: String,
    #[command(flatten)]
    server: ServerArguments,
}

#[derive(Args)]
pub(crate) struct ListProjects {
    #[command(flatten)]
    server: ServerArguments,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Runs the subcommand.
pub(crate) fn run(command: &ProjectCommand) -> Result<(), Failure> {
    match command {
        ProjectCommand::Create(CreateProject { name, server }) => {
            let asked = Project { name: ProjectName::from(name.as_str()) };
            let made: Project = server.client()?.post("/projects", &asked)?;
            print::text(&format!("project {} was created\n", made.name))
        }
        ProjectCommand::List(ListProjects { server, json: true }) => {
            print::json(&server.client()?.list::<Verbatim>("/projects")?)
        }
        ProjectCommand::List(ListProjects { server, json: false }) => list(server),
    }
}

fn list(server: &ServerArguments) -> Result<(), Failure> {
    let projects: Vec<Project> = server.client()?.list("/projects")?;
    if projects.is_empty() {
        return print::text("no projects: `wattledger project create NAME` creates one\n");
    }
    print::text(&projects.iter().map(|project| format!("{}\n", project.name)).collect::<String>())
}
