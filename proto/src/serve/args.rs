//! The arguments of the process.

use std::ffi::OsString;

/// What the process was started for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Mode {
    Plugin,
    Debug,
    Version,
    Help,
    Unknown(String),
}

/// Reads the arguments after the program's name. One dash is fine too: other providers take `-debug`.
pub(super) fn parse(arguments: impl Iterator<Item = OsString>) -> Mode {
    let mut mode = Mode::Plugin;
    for argument in arguments {
        mode = match argument.to_str() {
            Some("--debug" | "-debug") => Mode::Debug,
            Some("--version" | "-version") => Mode::Version,
            Some("--help" | "-help" | "-h") => Mode::Help,
            _ => return Mode::Unknown(argument.to_string_lossy().into_owned()),
        };
    }
    mode
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse_all(arguments: &[&str]) -> Mode {
        parse(arguments.iter().map(OsString::from))
    }

    #[test]
    fn terraform_gives_none() {
        assert_eq!(parse_all(&[]), Mode::Plugin);
    }

    #[test]
    fn people_give_one() {
        assert_eq!(parse_all(&["-debug"]), Mode::Debug);
        assert_eq!(parse_all(&["--version"]), Mode::Version);
        assert_eq!(parse_all(&["--verbose"]), Mode::Unknown("--verbose".into()));
    }
}
