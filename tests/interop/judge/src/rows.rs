//! Rows and transactions as text, and the fingerprint of a database.

use std::io::{self, Write};

use base64::prelude::{BASE64_STANDARD, Engine as _};
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::Xxh3;

use crate::engine::{Engine, Ops};

/// One row, or one record of a transaction, where no value means a delete.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    key_b64: String,
    value_b64: Option<String>,
}

impl Row {
    pub fn new(key: &[u8], value: Option<&[u8]>) -> Self {
        Self {
            key_b64: BASE64_STANDARD.encode(key),
            value_b64: value.map(|value| BASE64_STANDARD.encode(value)),
        }
    }

    pub fn decode(&self) -> Result<(Vec<u8>, Option<Vec<u8>>), String> {
        let bytes = |text: &String| {
            BASE64_STANDARD
                .decode(text)
                .map_err(|error| error.to_string())
        };
        Ok((
            bytes(&self.key_b64)?,
            self.value_b64.as_ref().map(bytes).transpose()?,
        ))
    }
}

pub fn rows_of(ops: &Ops) -> Vec<Row> {
    ops.iter()
        .map(|(key, value)| Row::new(key, value.as_deref()))
        .collect()
}

pub fn write_rows<E: Engine>(database: &E, output: &mut impl Write) -> io::Result<()> {
    database.for_each_row(&mut |key, value| {
        serde_json::to_writer(&mut *output, &Row::new(key, Some(value)))?;
        output.write_all(b"\n")
    })
}

/// The number of live rows and, whatever the files' layout, the same digest for the same rows:
/// XXH3-128 over length, key, length, value of each, lengths as u64 little endian.
pub fn fingerprint<E: Engine>(database: &E) -> io::Result<(u64, String)> {
    let (mut rows, mut hash) = (0, Xxh3::new());
    database.for_each_row(&mut |key, value| {
        rows += 1;
        for bytes in [key, value] {
            hash.update(&(bytes.len() as u64).to_le_bytes());
            hash.update(bytes);
        }
        Ok(())
    })?;
    Ok((rows, format!("xxh3-128:{:032x}", hash.digest128())))
}
