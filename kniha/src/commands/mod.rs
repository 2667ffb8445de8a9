//! The commands of `kniha` and what they share.

mod backup;
mod case;
mod collect;
mod demo;
mod doctor;
mod examine;
mod exit_codes;
mod export;
mod import;
mod import_2020pb;
mod import_csv;
mod import_statements;
mod init;
mod keys;
mod member;
mod names;
mod open;
mod reindex;
mod reply;
mod restore;
mod restore_whole;
mod search;
mod serve;
mod show;
mod submit;
mod team;
mod team_draft;
mod team_portal;
mod team_publish;
mod team_show;
mod team_sign;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

/// What was written on the command line.
#[derive(Parser)]
#[command(
    name = "kniha",
    version,
    about = "A register of crimes: who, what, where, when, and on whose word",
    arg_required_else_help = true,
    after_help = "First steps:\n  kniha demo                                 look around in an invented book\n  kniha init                                 make a book in ./book\n  kniha import csv people.csv --map map.toml --preview\n  kniha serve desk                           read and write it in a browser\n\n`kniha help COMMAND` explains a command, `kniha help exit-codes` how they end."
)]
pub(crate) struct Cli {
    /// The book's folder [default: $KNIHA_BOOK, else ./book]
    #[arg(long, global = true, value_name = "DIR")]
    book: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Init(init::Raw),
    Serve(serve::Raw),
    Demo(demo::Raw),
    Import(import::Raw),
    Search(search::Raw),
    Show(show::Raw),
    Member(member::Raw),
    Case(case::Raw),
    Keys(keys::Raw),
    Team(team::Raw),
    Export(export::Raw),
    Restore(restore::Raw),
    Backup(backup::Raw),
    Doctor(doctor::Raw),
    Reindex(reindex::Raw),
    Names(names::Raw),
    Examine(examine::Raw),
    Submit(Box<submit::Raw>),
    Open(open::Raw),
    Collect(collect::Raw),
    Reply(reply::Raw),
    ExitCodes(exit_codes::Raw),
}

/// Runs the chosen command.
pub(crate) async fn run(cli: Cli) -> anyhow::Result<()> {
    let dir = crate::home::named(cli.book);
    let watch = crate::interrupt::watch();
    match cli.command {
        Command::Init(raw) => init::run(raw.check(dir)?).await,
        Command::Serve(raw) => serve::run(raw, dir, watch).await,
        Command::Demo(raw) => demo::run(raw, watch).await,
        Command::Import(raw) => import::run(raw, dir).await,
        Command::Search(raw) => search::run(raw, &dir).await,
        Command::Show(raw) => show::run(raw, &dir).await,
        Command::Member(raw) => member::run(raw, &dir).await,
        Command::Case(raw) => case::run(raw, &dir).await,
        Command::Keys(raw) => keys::run(raw),
        Command::Team(raw) => team::run(raw, &dir).await,
        Command::Export(raw) => export::run(raw, &dir).await,
        Command::Restore(raw) => restore::run(raw, &dir).await,
        Command::Backup(raw) => backup::run(raw, &dir).await,
        Command::Doctor(raw) => doctor::run(raw, &dir).await,
        Command::Reindex(raw) => reindex::run(raw, &dir).await,
        Command::Names(raw) => names::run(raw),
        Command::Examine(raw) => examine::run(raw).await,
        Command::Submit(raw) => tokio::task::block_in_place(|| submit::run(*raw)),
        Command::Open(raw) => open::run(raw, &dir).await,
        Command::Collect(raw) => collect::run(raw, &dir).await,
        Command::Reply(raw) => reply::run(&raw, &dir),
        Command::ExitCodes(_) => exit_codes::run(),
    }
}
