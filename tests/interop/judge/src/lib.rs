//! The real engine behind one command line. Everything is generic over [`engine::Engine`], which the
//! [`engine!`] macro implements for one release; each binary is one call of it.

mod batch;
mod bench;
mod cli;
#[doc(hidden)]
pub mod engine;
mod failure;
mod read;
mod rows;
mod shapes;
pub mod wire;
mod write;

pub use cli::main;
