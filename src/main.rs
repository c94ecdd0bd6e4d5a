use std::process::ExitCode;

fn main() -> ExitCode {
    huzheng::cli::run()
}
