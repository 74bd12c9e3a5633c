//! The ways a command can end without success, and their exit codes.

use std::any::Any;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use serde_json::{Value, json};

use crate::engine::{Engine, Setup};

pub enum Failure {
    /// The engine would not open the database: exit 3.
    Refused(String),
    /// The engine panicked, while it opened the database or later: exit 4.
    Panicked { opens: bool, message: String },
    /// Anything else, of the judge or its input: exit 1.
    Failed(String),
}

impl Failure {
    /// The verdict as JSON; `None` when it says nothing about the database.
    pub fn verdict(&self) -> Option<Value> {
        match self {
            Self::Refused(error) => Some(json!({"opens": false, "error": error})),
            Self::Panicked { opens, message } => Some(json!({"opens": opens, "panic": message})),
            Self::Failed(_) => None,
        }
    }

    pub fn report(self) -> ExitCode {
        if let Some(verdict) = self.verdict() {
            println!("{verdict}");
        }
        match self {
            Self::Refused(_) => ExitCode::from(3),
            Self::Panicked { .. } => ExitCode::from(4),
            Self::Failed(error) => {
                eprintln!("judge: {error}");
                ExitCode::FAILURE
            }
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<String> for Failure {
    fn from(error: String) -> Self {
        Self::Failed(error)
    }
}

/// Opens the database, turning what the engine says or how it fails into a verdict.
pub fn open<E: Engine>(setup: &Setup) -> Result<E, Failure> {
    match catch_unwind(AssertUnwindSafe(|| E::open(setup))) {
        Ok(opened) => opened.map_err(|error| Failure::Refused(error.to_string())),
        Err(panic) => Err(Failure::Panicked {
            opens: false,
            message: message_of(&*panic),
        }),
    }
}

/// Runs what works on an open database.
pub fn guard<T>(work: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        Err(Failure::Panicked {
            opens: true,
            message: message_of(&*panic),
        })
    })
}

fn message_of(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| text.to_string());
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_default()
}
