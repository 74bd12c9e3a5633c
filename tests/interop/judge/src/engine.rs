//! What the judge needs of a release, and the macro that gets it from one.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use clap::ValueEnum;

use crate::wire::FrameVersion;

/// The records of one transaction: a key and its new value, or `None` for a delete.
pub type Ops = BTreeMap<Vec<u8>, Option<Vec<u8>>>;

/// An end for range scans, which the engine offers half-open only. Keys above it are not seen.
pub fn last_key() -> Vec<u8> {
    vec![0xFF; 64 << 10]
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Aol {
    Never,
    Sync,
    Async,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Compress {
    None,
    Lz4,
}

/// `never`, `every` append, or an interval in milliseconds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Fsync {
    Never,
    Every,
    Interval(Duration),
}

impl FromStr for Fsync {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "never" => Ok(Self::Never),
            "every" => Ok(Self::Every),
            _ => text
                .parse()
                .map(|ms| Self::Interval(Duration::from_millis(ms)))
                .map_err(|_| "expected never, every or milliseconds".into()),
        }
    }
}

pub struct Setup {
    pub dir: PathBuf,
    pub aol_path: Option<PathBuf>,
    pub snapshot_path: Option<PathBuf>,
    pub aol: Aol,
    pub fsync: Fsync,
    pub compress: Compress,
    /// The engine's background workers (garbage collection, clean-up of old transactions).
    pub workers: bool,
}

/// What is done with a key and its value.
pub type EachRow<'a> = &'a mut dyn FnMut(&[u8], &[u8]) -> io::Result<()>;

pub enum CommitError {
    /// Another transaction wrote the same keys: try again.
    Conflict,
    Failed(String),
}

pub trait Engine: Sized + Sync {
    /// The release line, as `--to` and the fixtures' folders name it.
    const LINE: &'static str;
    /// How the line frames the commits in its log; `None` where the log is bare records.
    const FRAMES: Option<FrameVersion>;
    /// Whether closing writes the asynchronous commits that are still queued.
    const DRAINS_ON_CLOSE: bool;

    fn open(setup: &Setup) -> io::Result<Self>;
    /// Calls `each` with every live row, keys ascending.
    fn for_each_row(&self, each: EachRow) -> io::Result<()>;
    fn try_commit(&self, ops: &Ops) -> Result<(), CommitError>;
    fn snapshot(&self) -> Result<(), String>;

    fn commit(&self, ops: &Ops) -> Result<(), String> {
        loop {
            match self.try_commit(ops) {
                Ok(()) => return Ok(()),
                Err(CommitError::Conflict) => std::thread::yield_now(),
                Err(CommitError::Failed(error)) => return Err(error),
            }
        }
    }
}

/// Defines `Engine` for one release; the releases' types differ, the calls made here read the same.
#[macro_export]
macro_rules! engine {
    ($mx:ident, line: $line:literal, frames: $frames:expr, drains_on_close: $drains:literal) => {
        pub struct Engine($mx::Database);

        impl $crate::engine::Engine for Engine {
            const LINE: &'static str = $line;
            const FRAMES: Option<$crate::wire::FrameVersion> = $frames;
            const DRAINS_ON_CLOSE: bool = $drains;

            fn open(setup: &$crate::engine::Setup) -> std::io::Result<Self> {
                use $crate::engine::{Aol, Compress, Fsync};
                let mut options = $mx::PersistenceOptions::new(&setup.dir)
                    .with_snapshot_mode($mx::SnapshotMode::Never)
                    .with_aol_mode(match setup.aol {
                        Aol::Never => $mx::AolMode::Never,
                        Aol::Sync => $mx::AolMode::SynchronousOnCommit,
                        Aol::Async => $mx::AolMode::AsynchronousAfterCommit,
                    })
                    .with_fsync_mode(match setup.fsync {
                        Fsync::Never => $mx::FsyncMode::Never,
                        Fsync::Every => $mx::FsyncMode::EveryAppend,
                        Fsync::Interval(interval) => $mx::FsyncMode::Interval(interval),
                    })
                    .with_compression(match setup.compress {
                        Compress::None => $mx::CompressionMode::None,
                        Compress::Lz4 => $mx::CompressionMode::Lz4,
                    });
                options.aol_path = setup.aol_path.clone();
                options.snapshot_path = setup.snapshot_path.clone();
                let mut database = $mx::DatabaseOptions::default();
                if !setup.workers {
                    database = database.with_all_workers_disabled();
                }
                $mx::Database::new_with_persistence(database, options).map(Self)
            }

            fn for_each_row(&self, each: $crate::engine::EachRow) -> std::io::Result<()> {
                let everything = Vec::new()..$crate::engine::last_key();
                let rows = self.0.transaction(false).scan(everything, None, None);
                for (key, value) in rows.map_err(std::io::Error::other)? {
                    each(&key, &value)?;
                }
                Ok(())
            }

            fn try_commit(
                &self,
                ops: &$crate::engine::Ops,
            ) -> Result<(), $crate::engine::CommitError> {
                use $crate::engine::CommitError;
                let failed = |error: $mx::Error| match error {
                    $mx::Error::KeyReadConflict | $mx::Error::KeyWriteConflict => {
                        CommitError::Conflict
                    }
                    $mx::Error::TxCommitNotPersisted(cause) => {
                        CommitError::Failed(format!("transaction is not persistent: {cause}"))
                    }
                    error => CommitError::Failed(error.to_string()),
                };
                let mut transaction = self.0.transaction(true);
                for (key, value) in ops {
                    match value {
                        Some(value) => transaction.set(key, value),
                        None => transaction.del(key),
                    }
                    .map_err(failed)?;
                }
                transaction.commit().map_err(failed)
            }

            fn snapshot(&self) -> Result<(), String> {
                let persistence = self.0.persistence().expect("opened with persistence");
                persistence.snapshot().map_err(|error| error.to_string())
            }
        }
    };
}
