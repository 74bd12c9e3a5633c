//! The command line.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::engine::{Aol, Compress, Engine, Fsync, Setup};
use crate::failure::Failure;
use crate::{batch, bench, read, write};

/// Runs the real engine on a database directory, as the reference that other implementations are
/// held against. Exit codes: 0 success, 1 failed, 2 wrong usage, 3 the engine refuses the database,
/// 4 the engine panicked.
#[derive(Parser)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Print every live row as NDJSON, without changing log or snapshot
    Dump(Place),
    /// Print a verdict for each directory named on standard input, without changing its files
    BatchDump(BatchArgs),
    /// Open as a server does, print what came of it, close
    Start {
        #[command(flatten)]
        place: Place,
        #[command(flatten)]
        args: StartArgs,
    },
    /// Start in each directory named on standard input
    BatchStart {
        #[command(flatten)]
        batch: BatchArgs,
        #[command(flatten)]
        args: StartArgs,
    },
    /// Commit random transactions
    Write {
        #[command(flatten)]
        place: Place,
        #[command(flatten)]
        args: write::WriteArgs,
    },
    /// Commit given transactions
    Apply {
        #[command(flatten)]
        place: Place,
        #[command(flatten)]
        args: write::ApplyArgs,
    },
    /// Measure the engine
    #[command(subcommand)]
    Bench(bench::Bench),
}

#[derive(Args)]
struct BatchArgs {
    /// Judge in this process (what the parent starts; it restarts one that aborts)
    #[arg(long, hide = true)]
    worker: bool,
}

#[derive(Args)]
pub struct StartArgs {
    #[arg(long, default_value = "sync")]
    pub aol: Aol,
    /// never, every (append), or milliseconds between syncs
    #[arg(long, default_value = "never")]
    pub fsync: Fsync,
}

/// Where a database is.
#[derive(Args)]
pub struct Place {
    pub dir: PathBuf,
    /// The log, relative to DIR or absolute, if it is not aol.bin
    #[arg(long)]
    aol_path: Option<PathBuf>,
    /// The snapshot, relative to DIR or absolute, if it is not snapshot.bin
    #[arg(long)]
    snapshot_path: Option<PathBuf>,
}

impl Place {
    pub fn of(dir: &str) -> Self {
        Self {
            dir: dir.into(),
            aol_path: None,
            snapshot_path: None,
        }
    }

    pub fn log(&self) -> PathBuf {
        self.dir
            .join(self.aol_path.as_deref().unwrap_or(Path::new("aol.bin")))
    }

    pub fn snapshot(&self) -> PathBuf {
        self.dir.join(
            self.snapshot_path
                .as_deref()
                .unwrap_or(Path::new("snapshot.bin")),
        )
    }

    /// The engine would make a missing directory, and find it empty.
    pub fn must_exist(&self) -> Result<(), Failure> {
        match self.dir.is_dir() {
            true => Ok(()),
            false => Err(Failure::Failed(format!(
                "{}: no such directory",
                self.dir.display()
            ))),
        }
    }

    pub fn setup(&self, aol: Aol, fsync: Fsync, compress: Compress, workers: bool) -> Setup {
        Setup {
            dir: self.dir.clone(),
            aol_path: self.aol_path.clone(),
            snapshot_path: self.snapshot_path.clone(),
            aol,
            fsync,
            compress,
            workers,
        }
    }
}

pub fn main<E: Engine>() -> ExitCode {
    // Every panic shows, those of the engine's own threads too; the caught ones become a verdict.
    std::panic::set_hook(Box::new(|panic| eprintln!("judge: {panic}")));
    match run::<E>(Cli::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

fn run<E: Engine>(command: Command) -> Result<(), Failure> {
    match command {
        Command::Dump(place) => read::dump::<E>(&place),
        Command::BatchDump(BatchArgs { worker: true }) => batch::work(read::examine::<E>),
        Command::BatchStart {
            batch: BatchArgs { worker: true },
            args,
        } => batch::work(|place| read::start::<E>(place, &args)),
        Command::BatchDump(_) | Command::BatchStart { .. } => batch::supervise(),
        Command::Start { place, args } => {
            println!("{}", read::start::<E>(&place, &args)?);
            Ok(())
        }
        Command::Write { place, args } => write::write::<E>(&place, &args),
        Command::Apply { place, args } => write::apply::<E>(&place, &args),
        Command::Bench(bench) => bench::run::<E>(&bench),
    }
}
