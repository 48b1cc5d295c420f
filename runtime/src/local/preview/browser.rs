//! A browser on this machine, without a window, that draws a page.

use std::env;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};

use super::page::Theme;

/// The variable that names the program.
const VARIABLE: &str = "TRAILHOOK_BROWSER";
/// The names under which Chromium and Chrome are installed.
const NAMES: [&str; 6] =
    ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "chromium-headless-shell"];
/// How long one run may take.
const LIMIT: Duration = Duration::from_secs(60);
/// Pixels of a picture for each of the page.
const SCALE: &str = "2";

/// A Chromium, or one of its family.
pub(super) struct Browser {
    program: PathBuf,
}

/// The browser that the environment names, or the first on the path.
pub(super) fn find() -> anyhow::Result<Browser> {
    if let Some(program) = env::var_os(VARIABLE).filter(|program| !program.is_empty()) {
        return Ok(Browser { program: program.into() });
    }
    let path = env::var_os("PATH").unwrap_or_default();
    let found =
        env::split_paths(&path).flat_map(|folder| NAMES.map(|name| folder.join(name))).find(|file| file.is_file());
    let program = found.with_context(|| {
        format!(
            "a picture needs Chromium or Chrome: install one, or say where it is in the variable {VARIABLE}; in the repository, \
             `scripts/browser.sh --install` brings one"
        )
    })?;
    Ok(Browser { program })
}

impl Browser {
    /// A page of this width, as high as it is, as PNG.
    pub(super) fn draw(&self, page: &str, theme: Theme, width: u32) -> anyhow::Result<Vec<u8>> {
        let folder = tempfile::tempdir().context("making a folder for the browser")?;
        let file = folder.path().join("page.html");
        fs::write(&file, page).context("writing the page")?;
        let mut address =
            url::Url::from_file_path(&file).map_err(|()| anyhow::anyhow!("{} is no address", file.display()))?;
        address.set_fragment(Some(&format!("{}&width={width}", theme.name())));
        let run = |more: &[String]| {
            let mut command = Command::new(&self.program);
            command
                .args(["--headless", "--disable-gpu", "--hide-scrollbars", "--disable-dev-shm-usage", "--no-first-run"])
                .arg("--disable-extensions")
                .args(is_root().then_some("--no-sandbox"))
                .arg(format!("--user-data-dir={}", folder.path().join("profile").display()))
                .args(more)
                .arg(address.as_str());
            finish(&mut command, &folder.path().join("said"))
                .with_context(|| format!("running {}", self.program.display()))
        };
        let drawn = run(&[format!("--window-size={width},800"), "--dump-dom".to_owned()])?;
        let height = height(&drawn)?;
        let picture = folder.path().join("picture.png");
        run(&[
            format!("--force-device-scale-factor={SCALE}"),
            format!("--window-size={width},{height}"),
            format!("--screenshot={}", picture.display()),
        ])?;
        fs::read(&picture).with_context(|| format!("{} made no picture", self.program.display()))
    }
}

/// Whether this process belongs to root, for whom Chromium's sandbox does not work.
fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}

/// What the page says of itself when it is drawn. What does not fit, or is not known, would be seen wrong by people, too.
fn height(drawn: &str) -> anyhow::Result<u32> {
    let root = drawn.split_once("<html").and_then(|(_, rest)| rest.split_once('>')).map_or("", |(root, _)| root);
    let attribute = |name: &str| {
        let (_, rest) = root.split_once(&format!("data-{name}=\""))?;
        Some(rest.split_once('"')?.0)
    };
    if let Some(error) = attribute("error") {
        bail!("the page could not be drawn: {error}");
    }
    ensure!(attribute("ready") == Some("true"), "the browser did not draw the page");
    for (name, what) in [("unknown", "parts that are not known"), ("overflow", "parts that do not fit")] {
        let count = attribute(name).unwrap_or("0");
        ensure!(count == "0", "the message has {count} {what}");
    }
    attribute("height").and_then(|height| height.parse().ok()).context("the page does not say how high it is")
}

/// Runs a program to its end, or ends it. Gives what it said.
fn finish(command: &mut Command, said: &std::path::Path) -> anyhow::Result<String> {
    // Into a file: a pipe that nobody reads would stop it.
    let (file, complaints) = (fs::File::create(said)?, said.with_extension("err"));
    let errors = fs::File::create(&complaints)?;
    let mut child: Child = command.stdin(Stdio::null()).stdout(file).stderr(errors).spawn()?;
    let began = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            if !status.success() {
                let complaints = fs::read_to_string(&complaints).unwrap_or_default();
                bail!("it ended with {status}: {}", complaints.lines().last().unwrap_or("it said nothing"));
            }
            return Ok(String::from_utf8_lossy(&fs::read(said)?).into_owned());
        }
        if began.elapsed() > LIMIT {
            child.kill()?;
            child.wait()?;
            bail!("it did not end within {} s", LIMIT.as_secs());
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}
