//! The program `kniha`; all of it stands in the library beside it, so that tests and fuzzing reach what reads outside bytes.

fn main() -> std::process::ExitCode {
    kniha::main()
}
