//! Commands that ask what the engine makes of a directory.

use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use serde_json::{Value, json};

use crate::cli::{Place, StartArgs};
use crate::engine::{Aol, Compress, Engine, Fsync, Setup};
use crate::failure::{Failure, guard, open};
use crate::rows;

/// The only way to open that leaves log and snapshot alone in every release.
pub fn reading(place: &Place) -> Result<Setup, Failure> {
    place.must_exist()?;
    Ok(place.setup(Aol::Never, Fsync::Never, Compress::None, false))
}

pub fn dump<E: Engine>(place: &Place) -> Result<(), Failure> {
    let database: E = open(&reading(place)?)?;
    guard(|| {
        let mut output = BufWriter::new(io::stdout().lock());
        rows::write_rows(&database, &mut output)?;
        Ok(output.flush()?)
    })
}

/// The verdict on one directory that `batch-dump` prints.
pub fn examine<E: Engine>(place: &Place) -> Result<Value, Failure> {
    let database: E = open(&reading(place)?)?;
    let (rows, fingerprint) = guard(|| Ok(rows::fingerprint(&database)?))?;
    Ok(json!({"opens": true, "rows": rows, "rows_fingerprint": fingerprint}))
}

/// Opens as a server would, with everything that does to the files, and closes again.
pub fn start<E: Engine>(place: &Place, args: &StartArgs) -> Result<Value, Failure> {
    place.must_exist()?;
    let database: E = open(&place.setup(args.aol, args.fsync, Compress::None, true))?;
    let (rows, fingerprint) = guard(|| Ok(rows::fingerprint(&database)?))?;
    drop(database);
    Ok(json!({
        "opens": true, "rows": rows, "fingerprint": fingerprint,
        "log_bytes": length_of(&place.log()), "snapshot_bytes": length_of(&place.snapshot()),
    }))
}

/// `None` where there is no such file.
pub fn length_of(path: &Path) -> Option<u64> {
    fs::metadata(path).ok().map(|file| file.len())
}
