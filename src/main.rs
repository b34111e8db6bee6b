//! The `wattledger` binary: see `wattledger --help`.

fn main() -> std::process::ExitCode {
    wattledger::cli::main()
}
