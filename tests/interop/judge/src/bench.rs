//! Measurements of the engine, a JSON line each.

use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use clap::{Args, Subcommand};
use fastrand::Rng;
use serde_json::json;

use crate::cli::Place;
use crate::engine::{Aol, Compress, Engine, Fsync, Ops};
use crate::failure::{Failure, guard, open};
use crate::read::{length_of, reading};
use crate::rows;
use crate::write::settle;

/// Different keys a writer of `bench append` uses; writers share none.
const KEYS_PER_WRITER: u64 = 100_000;

#[derive(Subcommand)]
pub enum Bench {
    /// Seconds to open, without changing log or snapshot
    Load {
        #[command(flatten)]
        place: Place,
        #[arg(long, default_value_t = 5)]
        runs: usize,
    },
    /// Commits per second
    Append {
        #[command(flatten)]
        place: Place,
        #[command(flatten)]
        args: AppendArgs,
    },
    /// Seconds to write a snapshot and cut the log
    Snapshot {
        #[command(flatten)]
        place: Place,
        #[arg(long, default_value = "none")]
        compress: Compress,
    },
}

#[derive(Args)]
pub struct AppendArgs {
    #[arg(long, default_value_t = 1)]
    writers: u64,
    /// never, every (append), or milliseconds between syncs
    #[arg(long, default_value = "every")]
    fsync: Fsync,
    #[arg(long, default_value = "sync")]
    aol: Aol,
    #[arg(long, default_value_t = 5.0)]
    seconds: f64,
    #[arg(long, default_value_t = 100)]
    value_size: usize,
    /// Keys a commit
    #[arg(long, default_value_t = 1)]
    ops: u64,
}

pub fn run<E: Engine>(bench: &Bench) -> Result<(), Failure> {
    match bench {
        Bench::Load { place, runs } => load::<E>(place, *runs),
        Bench::Append { place, args } => append::<E>(place, args),
        Bench::Snapshot { place, compress } => snapshot::<E>(place, *compress),
    }
}

fn load<E: Engine>(place: &Place, runs: usize) -> Result<(), Failure> {
    let setup = reading(place)?;
    let (mut best, mut rows) = (f64::INFINITY, 0);
    for _ in 0..runs.max(1) {
        let begin = Instant::now();
        let database: E = open(&setup)?;
        best = best.min(begin.elapsed().as_secs_f64());
        (rows, _) = guard(|| Ok(rows::fingerprint(&database)?))?;
    }
    println!(
        "{}",
        json!({"bench": "load", "line": E::LINE, "seconds": best, "rows": rows})
    );
    Ok(())
}

fn append<E: Engine>(place: &Place, args: &AppendArgs) -> Result<(), Failure> {
    let database: E = open(&place.setup(args.aol, args.fsync, Compress::None, true))?;
    let commits = AtomicU64::new(0);
    let begin = Instant::now();
    let end = begin + Duration::from_secs_f64(args.seconds);
    guard(|| {
        thread::scope(|scope| {
            let (database, commits) = (&database, &commits);
            let writers: Vec<_> = (0..args.writers)
                .map(|n| scope.spawn(move || commit_until(end, database, n, args, commits)))
                .collect();
            writers.into_iter().try_for_each(|writer| {
                writer
                    .join()
                    .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            })
        })
    })?;
    let seconds = begin.elapsed().as_secs_f64();
    // What an asynchronous commit really takes shows only once its record is in the file.
    let logged = match args.aol {
        Aol::Async => (settle(place) - begin).as_secs_f64().max(seconds),
        _ => seconds,
    };
    drop(database);
    let commits = commits.into_inner();
    let result = json!({
        "bench": "append", "line": E::LINE, "commits": commits, "seconds": seconds,
        "commits_per_second": commits as f64 / seconds,
        "logged_per_second": commits as f64 / logged,
        "log_bytes": length_of(&place.log()),
    });
    println!("{result}");
    Ok(())
}

fn commit_until<E: Engine>(
    end: Instant,
    database: &E,
    writer: u64,
    args: &AppendArgs,
    commits: &AtomicU64,
) -> Result<(), Failure> {
    let mut rng = Rng::with_seed(writer);
    while Instant::now() < end {
        let ops: Ops = (0..args.ops)
            .map(|_| {
                let key = format!("bench:{writer:04}:{:012}", rng.u64(0..KEYS_PER_WRITER));
                let mut value = vec![0; args.value_size];
                rng.fill(&mut value);
                (key.into_bytes(), Some(value))
            })
            .collect();
        database.commit(&ops)?;
        commits.fetch_add(1, Ordering::Relaxed);
    }
    Ok(())
}

fn snapshot<E: Engine>(place: &Place, compress: Compress) -> Result<(), Failure> {
    place.must_exist()?;
    let database: E = open(&place.setup(Aol::Sync, Fsync::Never, compress, true))?;
    let seconds = guard(|| {
        let begin = Instant::now();
        database.snapshot()?;
        Ok(begin.elapsed().as_secs_f64())
    })?;
    let (rows, _) = guard(|| Ok(rows::fingerprint(&database)?))?;
    let result = json!({
        "bench": "snapshot", "line": E::LINE, "seconds": seconds, "rows": rows,
        "snapshot_bytes": length_of(&place.snapshot()),
    });
    println!("{result}");
    Ok(())
}
