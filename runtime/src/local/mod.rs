//! The local tool, `trailhook`: the function's engine, reader and renderer, with no AWS needed.

mod check;
mod eval;
mod explain;
mod input;
mod output;
mod packs;
mod played;
mod preview;
mod replay;
mod rules;
mod terraform;
mod test;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{ArgGroup, Args, Parser, Subcommand};

use rules::Sources;

/// Check and try CloudTrail alert rules without AWS.
#[derive(Debug, Parser)]
#[command(name = "trailhook", version, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Parse and check rules, with the diagnostics of `terraform plan`
    ///
    /// Exit code 0: no error; 1: a rule has one; 2: the rules cannot be read.
    Check(CheckArguments),
    /// Run the `test` blocks of rules, as `terraform validate` does
    ///
    /// Exit code 0: all pass; 1: one fails, or cannot be run; 2: the rules cannot be read, or have no tests.
    Test(TestArguments),
    /// Evaluate rules over events, one case a line
    ///
    /// Reads {"id", "expression", "event"} lines and answers {"id", "outcome"} lines in their order.
    Eval(EvalArguments),
    /// Show which clauses of a rule were true or false for an event, with the values that they read
    ///
    /// Exit code 0: a rule matches; 1: none does, or one has an error; 2: the rules or the event cannot be read.
    Explain(ExplainArguments),
    /// Show the message of an event as people will see it: in the terminal, with a link to Slack's builder, or as a picture
    ///
    /// Exit code 0: it is shown; 1: there is no message, such as of an event that no rule matches; 2: the rules or the event cannot be read, or there is no browser.
    Preview(PreviewArguments),
    /// List the rule packs, or show one with its rules
    ///
    /// Exit code 0; 2: there is no such pack.
    Packs(PacksArguments),
    /// Run rules over CloudTrail log files and show the alerts that people would get
    ///
    /// Exit code 0: all logs were read; 1: one could not be; 2: the rules cannot be read.
    Replay(ReplayArguments),
}

#[derive(Debug, Args)]
struct CheckArguments {
    /// Rules: a .tf file, a folder of them, or a .jsonl file of {"name", "expression"} lines
    #[arg(required_unless_present_any = ["jsonl", "pack"], conflicts_with = "jsonl")]
    rules: Vec<PathBuf>,
    /// Rules of a pack: its name, or NAME@VERSION for a version that is not the newest; may be repeated
    #[arg(long, conflicts_with = "jsonl", value_name = "NAME")]
    pack: Vec<String>,
    /// Read {"id", "expression"} lines from standard input and answer {"id", "diagnostics", "fields"} lines
    #[arg(long)]
    jsonl: bool,
    /// Answer in JSON, one line a rule
    #[arg(long, conflicts_with = "jsonl")]
    json: bool,
}

#[derive(Debug, Args)]
struct TestArguments {
    /// Rules: a .tf file, or a folder of them
    #[arg(required = true)]
    rules: Vec<PathBuf>,
    /// The tests of the rule of this name; without it, of all
    #[arg(long, value_name = "NAME")]
    rule: Option<String>,
    /// Answer in JSON, one line a test
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct EvalArguments {
    /// Read cases from standard input and answer on standard output, one JSON object a line
    #[arg(long, required = true)]
    jsonl: bool,
}

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("explained").required(true).multiple(true).args(["rules", "pack", "expression"]))]
struct ExplainArguments {
    /// Rules: a .tf file, a folder of them, or a .jsonl file of {"name", "expression"} lines; may be repeated
    #[arg(long, value_name = "PATH")]
    rules: Vec<PathBuf>,
    /// Rules of a pack: its name, or NAME@VERSION for a version that is not the newest; may be repeated
    #[arg(long, value_name = "NAME")]
    pack: Vec<String>,
    /// The rule of this name; without it, all of them
    #[arg(long, value_name = "NAME", conflicts_with = "expression")]
    rule: Option<String>,
    /// An expression, instead of rules
    #[arg(long, conflicts_with_all = ["rules", "pack"])]
    expression: Option<String>,
    /// The event of a log with this `eventID`; it can be left out if there is but one
    #[arg(long, value_name = "ID")]
    event_id: Option<String>,
    /// Answer in JSON, one line a rule
    #[arg(long)]
    json: bool,
    /// One CloudTrail record, or a log file (.json or .json.gz); - for standard input
    event: PathBuf,
}

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("previewed").required(true).multiple(true).args(["rules", "pack", "messages"]))]
struct PreviewArguments {
    /// Rules: a .tf file, a folder of them, or a .jsonl file of {"name", "expression"} lines; may be repeated
    #[arg(long, value_name = "PATH", requires = "event")]
    rules: Vec<PathBuf>,
    /// Rules of a pack: its name, or NAME@VERSION for a version that is not the newest; may be repeated
    #[arg(long, value_name = "NAME", requires = "event")]
    pack: Vec<String>,
    /// The rule of this name; without it, all that match
    #[arg(long, value_name = "NAME")]
    rule: Option<String>,
    /// The event of a log with this `eventID`; it can be left out if there is but one
    #[arg(long, value_name = "ID")]
    event_id: Option<String>,
    /// Messages as they are sent, instead of an event: one in JSON, a list, or the lines of `trailhook replay --json`; - for standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["rules", "pack", "rule", "event_id", "full", "mention", "alias", "redact", "no_link", "event"])]
    messages: Option<PathBuf>,
    /// All request parameters, as a route with `detail = "full"` shows them
    #[arg(long)]
    full: bool,
    /// Who is called, as the `mention` of a route: here, channel, or an id of Slack
    #[arg(long, value_name = "WHOM")]
    mention: Option<String>,
    /// A name of an account, as the settings give it; may be repeated
    #[arg(long, value_name = "ACCOUNT=NAME", value_parser = preview::alias)]
    alias: Vec<(String, String)>,
    /// A pattern of fields whose values are not shown, as the settings give it; may be repeated
    #[arg(long, value_name = "PATTERN")]
    redact: Vec<String>,
    /// No button to the event in the console
    #[arg(long)]
    no_link: bool,
    /// Answer in JSON, with the body that is sent
    #[arg(long, conflicts_with = "picture")]
    json: bool,
    /// Draw a PNG as Slack shows it, with a Chromium or Chrome that is installed
    #[arg(long, value_name = "FILE")]
    picture: Option<PathBuf>,
    /// The colours of the picture
    #[arg(long, value_enum, default_value = "light", requires = "picture")]
    theme: preview::Theme,
    /// The width of the picture, 320 to 1600: that of a phone is about 380
    #[arg(long, value_name = "PIXELS", default_value = "640", value_parser = clap::value_parser!(u32).range(320..=1600), requires = "picture")]
    width: u32,
    /// One CloudTrail record, or a log file (.json or .json.gz); - for standard input
    event: Option<PathBuf>,
}

#[derive(Debug, Args)]
struct PacksArguments {
    /// The pack to show: its name, or NAME@VERSION for a version that is not the newest
    #[arg(value_name = "NAME")]
    pack: Option<String>,
    /// Answer in JSON, one line a pack
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct ReplayArguments {
    /// Rules: a .tf file, a folder of them, or a .jsonl file of {"name", "expression"} lines; may be repeated
    #[arg(long, required_unless_present = "pack")]
    rules: Vec<PathBuf>,
    /// Rules of a pack: its name, or NAME@VERSION for a version that is not the newest; may be repeated
    #[arg(long, value_name = "NAME")]
    pack: Vec<String>,
    /// Show the summary alone
    #[arg(long, conflicts_with = "json")]
    quiet: bool,
    /// One JSON line an alert, with the Slack message, and one for the summary
    #[arg(long)]
    json: bool,
    /// CloudTrail log files (.json or .json.gz), or folders of them
    #[arg(required = true)]
    logs: Vec<PathBuf>,
}

/// What a command has to say by its exit code.
enum End {
    /// All is well.
    Well,
    /// Something was found: 1.
    Findings,
}

/// Runs the tool with the arguments of the process.
#[must_use]
pub fn run() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Check(CheckArguments { jsonl: true, .. }) => check::lines(),
        Command::Check(arguments) => {
            check::rules(&Sources { paths: arguments.rules, packs: arguments.pack }, arguments.json)
        }
        Command::Test(arguments) => test::run(&arguments.rules, arguments.rule.as_deref(), arguments.json),
        Command::Eval(EvalArguments { jsonl: _ }) => eval::lines(),
        Command::Explain(arguments) => {
            let ExplainArguments { rules, pack, rule, expression, event_id, json, event } = arguments;
            let which = match expression {
                Some(expression) => explain::Which::Expression(expression),
                None => explain::Which::Rules { sources: Sources { paths: rules, packs: pack }, name: rule },
            };
            explain::run(&which, &event, event_id.as_deref(), json)
        }
        Command::Replay(arguments) => {
            let show = match (arguments.quiet, arguments.json) {
                (true, _) => replay::Show::Summary,
                (_, true) => replay::Show::Json,
                _ => replay::Show::Alerts,
            };
            replay::run(&Sources { paths: arguments.rules, packs: arguments.pack }, &arguments.logs, show)
        }
        Command::Preview(arguments) => preview(arguments),
        Command::Packs(arguments) => packs::run(arguments.pack.as_deref(), arguments.json),
    };
    match outcome {
        Ok(End::Well) => ExitCode::SUCCESS,
        Ok(End::Findings) => ExitCode::from(1),
        Err(error) if output::is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            output::error(&format!("error: {error:#}"));
            ExitCode::from(2)
        }
    }
}

fn preview(arguments: PreviewArguments) -> anyhow::Result<End> {
    let PreviewArguments { rules, pack, rule, event_id, messages, picture, theme, width, json, event, .. } = arguments;
    let subject = match (messages, event) {
        (Some(messages), _) => preview::Subject::Messages(messages),
        (None, event) => preview::Subject::Event {
            event: event.unwrap_or_else(|| "-".into()),
            event_id,
            sources: Sources { paths: rules, packs: pack },
            rule,
            options: preview::Options {
                is_full: arguments.full,
                mention: arguments.mention,
                aliases: arguments.alias,
                redact: arguments.redact,
                has_no_link: arguments.no_link,
            },
        },
    };
    let show = match (picture, json) {
        (Some(file), _) => preview::Show::Picture { file, theme, width },
        (None, true) => preview::Show::Json,
        (None, false) => preview::Show::Terminal,
    };
    preview::run(&subject, &show)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_arguments_are_consistent() {
        use clap::CommandFactory as _;
        super::Cli::command().debug_assert();
    }
}
