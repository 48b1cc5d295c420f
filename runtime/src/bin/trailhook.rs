//! The local tool's executable.

fn main() -> std::process::ExitCode {
    trailhook_runtime::local::run()
}
