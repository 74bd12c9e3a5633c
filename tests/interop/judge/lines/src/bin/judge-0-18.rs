judge::engine!(mx018, line: "0.18", frames: None, drains_on_close: false);

fn main() -> std::process::ExitCode {
    judge::main::<Engine>()
}
