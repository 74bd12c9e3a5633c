judge::engine!(mx110, line: "1.1", frames: Some(judge::wire::FrameVersion::V2), drains_on_close: true);

fn main() -> std::process::ExitCode {
    judge::main::<Engine>()
}
