//! One verdict a line for many directories. They are opened in a worker process: an engine that
//! aborts takes only the worker along, and the lines up to 0.27, which never free a closed database,
//! get a fresh one now and then.

use std::io::{self, BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use crate::cli::Place;
use crate::failure::Failure;

const DIRECTORIES_PER_WORKER: usize = 200;

/// In the worker: judges each directory as it is named.
pub fn work(judge: impl Fn(&Place) -> Result<Value, Failure>) -> Result<(), Failure> {
    for dir in io::stdin().lock().lines() {
        let dir = dir?;
        let verdict = judge(&Place::of(&dir)).or_else(|failure| match failure {
            Failure::Failed(error) => Ok(json!({"opens": false, "error": error})),
            failure => failure.verdict().ok_or("no verdict".to_string()),
        })?;
        print_verdict(&dir, verdict)?;
    }
    Ok(())
}

/// In the parent: hands the directories on standard input to workers, one at a time.
pub fn supervise() -> Result<(), Failure> {
    let mut worker = None;
    for (n, dir) in io::stdin().lock().lines().enumerate() {
        let dir = dir?;
        if n % DIRECTORIES_PER_WORKER == 0 {
            worker = None;
        }
        let busy = match &mut worker {
            Some(worker) => worker,
            None => worker.insert(Worker::start()?),
        };
        match busy.ask(&dir)? {
            Some(line) => {
                let mut output = io::stdout().lock();
                output.write_all(line.as_bytes())?;
                output.flush()?;
            }
            None => {
                let status = busy.process.wait()?.to_string();
                print_verdict(&dir, json!({"opens": false, "aborted": status}))?;
                worker = None;
            }
        }
    }
    Ok(())
}

fn print_verdict(dir: &str, verdict: Value) -> io::Result<()> {
    let mut line = json!({"dir": dir});
    if let (Value::Object(line), Value::Object(verdict)) = (&mut line, verdict) {
        line.extend(verdict);
    }
    let mut output = io::stdout().lock();
    writeln!(output, "{line}")?;
    output.flush()
}

struct Worker {
    process: Child,
    answers: BufReader<std::process::ChildStdout>,
}

impl Worker {
    fn start() -> io::Result<Self> {
        let mut process = Command::new(std::env::current_exe()?)
            .args(std::env::args_os().skip(1))
            .arg("--worker")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let answers = BufReader::new(process.stdout.take().expect("piped"));
        Ok(Self { process, answers })
    }

    /// The worker's line about the directory, or `None` if it died over it.
    fn ask(&mut self, dir: &str) -> io::Result<Option<String>> {
        writeln!(self.process.stdin.as_ref().expect("piped"), "{dir}")?;
        let mut line = String::new();
        let whole = self.answers.read_line(&mut line)? > 0 && line.ends_with('\n');
        Ok(whole.then_some(line))
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}
