//! Random keys and values in the shapes that are hard for readers of logs.

use clap::ValueEnum;
use fastrand::Rng;

use crate::wire::{self, FrameVersion};

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Shape {
    /// Keys like user:000000000007, values of words and numbers
    Text,
    /// Keys of big-endian numbers (the first one empty) with a tail, values of random bytes
    Binary,
    /// Keys above 250 bytes, values as long as allowed or at a length where the varint grows
    Long,
    /// Keys of 1 to 40 random bytes, values of random bytes, mostly short
    Random,
    /// Keys and values of one repeated byte each
    Char,
    /// Values that hold records, frames and headers of the engine's own log
    Logs,
}

const WORDS: [&str; 12] = [
    "alpha",
    "bravo",
    "charlie",
    "delta",
    "echo",
    "foxtrot",
    "golf",
    "{\"name\":",
    "\"city\":",
    "}",
    ",",
    " ",
];

/// The key of an index; always the same one.
pub fn key(shape: Shape, index: u64) -> Vec<u8> {
    let mut rng = Rng::with_seed(index);
    match shape {
        Shape::Text | Shape::Logs => format!("user:{index:012}").into_bytes(),
        Shape::Binary if index == 0 => Vec::new(),
        Shape::Binary => [
            &index.to_be_bytes()[..],
            &bytes(&mut rng, index as usize % 7),
        ]
        .concat(),
        Shape::Long => {
            let length = 251 + rng.usize(0..2000);
            [&bytes(&mut rng, length)[..], &index.to_be_bytes()].concat()
        }
        Shape::Random => {
            let length = rng.usize(1..=40);
            bytes(&mut rng, length)
        }
        Shape::Char => vec![index as u8; index as usize / 256 + 1],
    }
}

/// A random value of at most `max` bytes.
pub fn value(shape: Shape, frames: Option<FrameVersion>, rng: &mut Rng, max: usize) -> Vec<u8> {
    match shape {
        Shape::Text => text(rng, max),
        Shape::Binary => {
            let length = rng.usize(0..=max);
            bytes(rng, length)
        }
        Shape::Long => {
            let length = rng
                .choice([250, 251, 252, 65_535, 65_536, max / 2, max])
                .unwrap_or(max);
            bytes(rng, length.min(max))
        }
        Shape::Random => {
            let length = rng.usize(0..=max) >> rng.u32(0..8);
            bytes(rng, length)
        }
        Shape::Char => vec![rng.u8(..); rng.usize(0..=max)],
        Shape::Logs => log(frames, rng, max),
    }
}

fn bytes(rng: &mut Rng, length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    rng.fill(&mut bytes);
    bytes
}

fn text(rng: &mut Rng, max: usize) -> Vec<u8> {
    let length = rng.usize(0..=max);
    let mut text = Vec::new();
    while text.len() < length {
        text.extend(WORDS[rng.usize(..WORDS.len())].as_bytes());
        text.extend(rng.u32(0..1000).to_string().as_bytes());
    }
    text.truncate(length);
    text
}

/// Whole commits as they lie in a log, now and then a header before or a cut behind them. A reader
/// that looks for commits byte by byte must not take these for its own.
fn log(frames: Option<FrameVersion>, rng: &mut Rng, max: usize) -> Vec<u8> {
    let mut log = Vec::new();
    if let Some(version) = frames.filter(|_| rng.u8(0..4) == 0) {
        log.extend(wire::log_header(version));
    }
    let first_version = match frames {
        None if rng.bool() => 1_790_000_000_000_000_000, // nanoseconds, as up to 0.22
        _ => rng.u64(1..2000),
    };
    for n in 0..rng.u64(1..=4) {
        let commit = commit(rng, first_version + n, max / 8);
        match frames {
            Some(version) => log.extend(wire::frame(version, &commit, rng.u64(0..1 << 20))),
            None => log.extend(commit),
        }
    }
    if rng.u8(0..4) == 0 {
        log.truncate(rng.usize(0..=log.len()));
    }
    log.truncate(max);
    log
}

fn commit(rng: &mut Rng, version: u64, max: usize) -> Vec<u8> {
    let mut commit = Vec::new();
    let mut index = rng.u64(0..50);
    for _ in 0..rng.u8(1..=3) {
        let value = rng.bool().then(|| text(rng, max));
        wire::record(
            &mut commit,
            &key(Shape::Text, index),
            version,
            value.as_deref(),
        );
        index += rng.u64(1..5);
    }
    commit
}
