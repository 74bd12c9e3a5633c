judge::engine!(mx027, line: "0.27", frames: None, drains_on_close: false);

fn main() -> std::process::ExitCode {
    judge::main::<Engine>()
}
