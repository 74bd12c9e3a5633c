//! Commands that change a database through the engine.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use clap::Args;
use fastrand::Rng;
use serde::Deserialize;
use serde_json::json;

use crate::cli::Place;
use crate::engine::{Aol, Compress, Engine, Fsync, Ops};
use crate::failure::{Failure, guard, open};
use crate::read::length_of;
use crate::rows::{self, Row};
use crate::shapes::{self, Shape};

const RECORDS_PER_COMMIT_MAX: usize = 6;
const DELETES_PERCENT: u8 = 20;
/// A log that has not grown for this long has no asynchronous commit waiting.
const QUIET: Duration = Duration::from_millis(200);

#[derive(Args)]
pub struct WriteArgs {
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Transactions, over all writers
    #[arg(long, default_value_t = 100)]
    commits: u64,
    /// Different keys
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u64).range(1..))]
    keys: u64,
    #[arg(long, default_value = "sync")]
    mode: Aol,
    /// never, every (append), or milliseconds between syncs
    #[arg(long, default_value = "never")]
    fsync: Fsync,
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..))]
    writers: u64,
    /// Take a snapshot after every so many transactions; 0 for never
    #[arg(long, default_value_t = 0)]
    snapshot_every: u64,
    #[arg(long, default_value = "none")]
    compress: Compress,
    #[arg(long, default_value = "text")]
    shape: Shape,
    /// Greatest length of a value
    #[arg(long, default_value_t = 200)]
    value_size: usize,
    /// Print each transaction once the engine has acknowledged it
    #[arg(long)]
    acks: bool,
    /// Close at once in async mode: lines up to 0.27 then lose what is still queued
    #[arg(long)]
    no_settle: bool,
}

pub fn write<E: Engine>(place: &Place, args: &WriteArgs) -> Result<(), Failure> {
    let database: E = open(&place.setup(args.mode, args.fsync, args.compress, true))?;
    guard(|| {
        let run = Run {
            database: &database,
            args,
            committed: AtomicU64::new(0),
            snapshot: Mutex::new(()),
        };
        thread::scope(|scope| {
            let run = &run;
            let writers: Vec<_> = (0..args.writers)
                .map(|n| scope.spawn(move || run.writer(n)))
                .collect();
            writers.into_iter().try_for_each(|writer| {
                writer
                    .join()
                    .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            })
        })?;
        if args.mode == Aol::Async && !E::DRAINS_ON_CLOSE && !args.no_settle {
            settle(place);
        }
        Ok(())
    })
}

struct Run<'a, E> {
    database: &'a E,
    args: &'a WriteArgs,
    committed: AtomicU64,
    /// Up to 0.27 two snapshots at once write the same temporary file.
    snapshot: Mutex<()>,
}

impl<E: Engine> Run<'_, E> {
    fn writer(&self, writer: u64) -> Result<(), Failure> {
        let args = self.args;
        let mut rng = Rng::with_seed(args.seed.wrapping_add(writer << 32));
        let commits = (writer..args.commits)
            .step_by(args.writers as usize)
            .count();
        for commit in 0..commits {
            let ops = self.transaction(&mut rng);
            self.database.commit(&ops)?;
            if args.acks {
                let ack = json!({"writer": writer, "commit": commit, "ops": rows::rows_of(&ops)});
                let mut output = io::stdout().lock();
                writeln!(output, "{ack}")?;
                output.flush()?;
            }
            let committed = self.committed.fetch_add(1, Ordering::Relaxed) + 1;
            if args.snapshot_every > 0 && committed.is_multiple_of(args.snapshot_every) {
                let _alone = self.snapshot.lock();
                self.database.snapshot()?;
            }
        }
        Ok(())
    }

    fn transaction(&self, rng: &mut Rng) -> Ops {
        let args = self.args;
        (0..rng.usize(1..=RECORDS_PER_COMMIT_MAX))
            .map(|_| {
                let key = shapes::key(args.shape, rng.u64(0..args.keys));
                let delete = rng.u8(0..100) < DELETES_PERCENT;
                let value = || shapes::value(args.shape, E::FRAMES, rng, args.value_size);
                (key, (!delete).then(value))
            })
            .collect()
    }
}

/// Waits until the log has stopped growing, and says when it last did.
pub fn settle(place: &Place) -> Instant {
    let (mut length, mut grew) = (length_of(&place.log()), Instant::now());
    while grew.elapsed() < QUIET {
        thread::sleep(Duration::from_millis(5));
        let now = length_of(&place.log());
        if now != length {
            (length, grew) = (now, Instant::now());
        }
    }
    grew
}

#[derive(Args)]
pub struct ApplyArgs {
    /// NDJSON, {"ops":[{"key_b64":..,"value_b64":..|null},..]} or {"snapshot":true} a line; - for
    /// standard input
    #[arg(long)]
    ops: PathBuf,
    /// Take a snapshot at the end
    #[arg(long)]
    snapshot: bool,
    #[arg(long, default_value = "sync")]
    aol: Aol,
    /// never, every (append), or milliseconds between syncs
    #[arg(long, default_value = "never")]
    fsync: Fsync,
    #[arg(long, default_value = "none")]
    compress: Compress,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Step {
    Commit { ops: Vec<Row> },
    Snapshot { snapshot: bool },
}

pub fn apply<E: Engine>(place: &Place, args: &ApplyArgs) -> Result<(), Failure> {
    let steps: Box<dyn BufRead> = match args.ops.to_str() {
        Some("-") => Box::new(io::stdin().lock()),
        _ => Box::new(BufReader::new(File::open(&args.ops)?)),
    };
    let database: E = open(&place.setup(args.aol, args.fsync, args.compress, true))?;
    guard(|| {
        let (mut commits, mut snapshots) = (0, 0);
        for line in steps.lines() {
            match serde_json::from_str(&line?).map_err(io::Error::from)? {
                Step::Commit { ops } => {
                    let ops: Result<Ops, String> = ops.iter().map(Row::decode).collect();
                    database.commit(&ops?)?;
                    commits += 1;
                }
                Step::Snapshot { snapshot: true } => {
                    database.snapshot()?;
                    snapshots += 1;
                }
                Step::Snapshot { snapshot: false } => {}
            }
        }
        if args.snapshot {
            database.snapshot()?;
            snapshots += 1;
        }
        if args.aol == Aol::Async && !E::DRAINS_ON_CLOSE {
            settle(place);
        }
        println!(
            "{}",
            json!({"opens": true, "commits": commits, "snapshots": snapshots})
        );
        Ok(())
    })
}
