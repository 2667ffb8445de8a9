//! `kniha`: the command line of the book.
//!
//! Each command is one file in `commands/`: what was written (clap), what that means once checked, and the run. [`main`] only chooses the
//! command and turns its end into an exit code and three sentences. [`intake`] is open to others too: what its readers make of a file; [`team`]: whose
//! keys a book has; and [`sandbox`]: the walls around a hostile file.

mod ask;
mod clock;
mod commands;
mod demo;
mod exit;
mod home;
pub mod intake;
mod interrupt;
mod lanes;
mod names;
pub mod sandbox;
mod say;
pub mod team;

use std::process::ExitCode;

use clap::Parser;

/// Runs the command that the program was started with.
#[must_use]
pub fn main() -> ExitCode {
    // Before there is a thread, a setting or a look at the machine.
    if let Some(code) = sandbox::entered(sandbox::examine) {
        return code;
    }
    let cli = commands::Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            say::note(&format!("kniha: the machine gives no threads: {error}"));
            return ExitCode::from(exit::Exit::Database as u8);
        }
    };
    match runtime.block_on(commands::run(cli)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if say::is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            let (code, text) = exit::explain(&error);
            say::note(&format!("kniha: {}", text.lines().map(say::visible).collect::<Vec<_>>().join("\n")));
            ExitCode::from(code as u8)
        }
    }
}
