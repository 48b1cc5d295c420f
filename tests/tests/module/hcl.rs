//! The module's own tests, and the examples as they are: `terraform test` and `terraform validate`, without an account.

use trailhook_tests::require;

use crate::Files;

const EXAMPLES: [&str; 7] =
    ["complete", "existing-trail", "organisation", "realtime", "slack-app", "backfill", "migrate-from-fivexl/after"];

#[tokio::test]
async fn the_modules_own_tests_pass() {
    let files = require!(Files::copied("http://127.0.0.1:1").await);
    for (folder, least) in [("module", 40), ("module/forwarder", 3)] {
        require!(files.init(folder).await);
        let run = files.run(folder, &["test", "-no-color"]).await.success().unwrap();
        let passed =
            run.stdout.lines().find_map(|line| line.strip_prefix("Success! ")?.split_once(" passed, 0 failed"));
        let passed: u32 = passed.unwrap_or_else(|| panic!("{}", run.stdout)).0.parse().unwrap();
        assert!(passed >= least, "{folder}: {passed}");
    }
}

#[tokio::test]
async fn each_example_is_valid_as_it_is() {
    let files = require!(Files::copied("http://127.0.0.1:1").await);
    for example in EXAMPLES {
        let folder = format!("examples/{example}");
        require!(files.init(&folder).await);
        let run = files.run(&folder, &["validate", "-no-color"]).await.success().unwrap();
        assert!(run.stdout.contains("The configuration is valid"), "{example}: {}", run.stdout);
        assert!(!run.diagnostics().contains("Warning"), "{example}: {}", run.stdout);
    }
}
