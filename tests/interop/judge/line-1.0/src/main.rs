judge::engine!(mx100, line: "1.0", frames: Some(judge::wire::FrameVersion::V1), drains_on_close: true);

fn main() -> std::process::ExitCode {
    judge::main::<Engine>()
}
