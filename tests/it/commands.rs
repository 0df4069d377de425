//! What the program says of itself: completions, the manual page, its settings.

use std::{
    collections::BTreeSet,
    path::Path,
    process::{Command, Output},
};

use api::config::{SETTINGS, Settings, Source, markdown};
use serde_json::{Value, json};
use tests::{
    app::{SECRET, TestApp, URL},
    both,
    process::{self, CURE},
    skip::skip,
};

/// Runs the program in a folder with these settings and no others; nothing where it was not built.
fn steward(folder: &Path, arguments: &[&str], settings: &[(&str, &str)]) -> Option<Output> {
    let Some(program) = process::steward() else {
        skip("the program steward", CURE);
        return None;
    };
    let mut command = Command::new(program);
    Some(command.args(arguments).env_clear().envs(settings.iter().copied()).current_dir(folder).output().unwrap())
}

fn said(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// Every command, as it is written, by what `--help` lists.
fn commands(folder: &Path) -> Option<Vec<String>> {
    let mut found = Vec::new();
    let mut open = vec!["steward".to_owned()];
    while let Some(command) = open.pop() {
        let words: Vec<&str> = command.split(' ').skip(1).chain(["--help"]).collect();
        let help = said(&steward(folder, &words, &[])?);
        let listed = help.split_once("\nCommands:\n").map_or("", |(_, rest)| rest.split("\n\n").next().unwrap());
        let names = listed.lines().filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help");
        open.extend(names.map(|name| format!("{command} {name}")));
        found.push(command);
    }
    Some(found)
}

#[test]
fn shells_can_complete_every_command() {
    let folder = tempfile::tempdir().unwrap();
    let Some(all) = commands(folder.path()) else { return };
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = said(&steward(folder.path(), &["completions", shell], &[]).unwrap());
        for command in &all {
            let last = command.rsplit(' ').next().unwrap();
            assert!(script.contains(last), "{command} is not completed in {shell}");
        }
        if shell == "bash" {
            let path = folder.path().join("steward.bash");
            std::fs::write(&path, script).unwrap();
            // Read as bash reads it, and asked as bash asks.
            let ask = "set -eu; bash -n \"$0\"; source \"$0\"; COMP_WORDS=(steward conf) COMP_CWORD=1; \
                       _steward steward conf steward; echo \"${COMPREPLY[@]}\"";
            let asked = Command::new("bash").args(["-c", ask]).arg(&path).output().unwrap();
            assert_eq!(said(&asked).trim(), "config");
        }
    }
}

#[test]
fn the_manual_page_tells_every_command_and_every_setting() {
    // What a page is made of: macros of man(7), and the two requests by which a quote is written.
    const REQUESTS: [&str; 11] = [".TH", ".SH", ".SS", ".PP", ".TP", ".IP", ".RS", ".RE", ".br", ".ie", ".el"];
    let folder = tempfile::tempdir().unwrap();
    let Some(all) = commands(folder.path()) else { return };
    let check = |page: &str, name: &str| {
        let first =
            page.lines().find(|line| line.starts_with('.') && !line.starts_with(".ie") && !line.starts_with(".el"));
        assert!(first.is_some_and(|line| line.starts_with(".TH ")), "{name}");
        assert!(page.is_ascii(), "{name}");
        for line in page.lines().filter(|line| line.starts_with(['.', '\''])) {
            let request = line.split(' ').next().unwrap();
            assert!(REQUESTS.contains(&request), "{name}: {line}");
        }
    };
    let whole = said(&steward(folder.path(), &["man"], &[]).unwrap());
    check(&whole, "steward");
    // Dashes are written so that they stay dashes.
    let plain = whole.replace("\\-", "-");
    for command in all.iter().filter(|command| command.contains(' ')) {
        assert!(plain.contains(&format!(".SS \"{command}\"")), "{command} is not told");
    }
    let help = said(&steward(folder.path(), &["--help"], &[]).unwrap());
    let listed: BTreeSet<&str> = help.lines().filter_map(|line| line.strip_prefix("  STEWARD_")).collect();
    assert_eq!(listed.len(), SETTINGS.len());
    for name in listed.iter().map(|line| line.split(' ').next().unwrap()) {
        assert!(plain.contains(&format!("\\fBSTEWARD_{name}\\fR")), "{name} is not told");
    }
    let pages = folder.path().join("man1");
    said(&steward(folder.path(), &["man", "--dir", pages.to_str().unwrap()], &[]).unwrap());
    for command in &all {
        let page = pages.join(format!("{}.1", command.replace(' ', "-")));
        check(&std::fs::read_to_string(&page).unwrap_or_else(|_| panic!("no page for {command}")), command);
    }
    assert_eq!(std::fs::read_dir(&pages).unwrap().count(), all.len());
    let wrong = steward(folder.path(), &["man", "--dir", pages.join("steward.1").to_str().unwrap()], &[]).unwrap();
    let told = String::from_utf8(wrong.stderr).unwrap();
    assert!(wrong.status.code() == Some(1) && told.contains("is a file; --dir takes a folder"), "{told}");
}

#[test]
fn the_readme_has_the_table_of_settings() {
    let readme = include_str!("../../README.md");
    assert!(readme.contains(&markdown()), "the table of settings in README.md is to be:\n\n{}", markdown());
}

#[test]
fn the_table_tells_what_holds_where_nothing_is_set() {
    let all = SETTINGS
        .iter()
        .filter_map(|setting| Some((format!("STEWARD_{}", setting.name), setting.default()?.to_owned())));
    let all: Vec<_> = all.collect();
    assert!(all.len() > 10);
    let read = |values: Vec<(String, String)>| format!("{:?}", Settings::read(Source::of(values)).unwrap());
    assert_eq!(read(all), read(Vec::new()));
}

/// What `config check --json` says, and how it ends.
fn checked(folder: &Path, settings: &[(&str, &str)]) -> Option<(i32, Value, String)> {
    let output = steward(folder, &["config", "check", "--json"], settings)?;
    let text = String::from_utf8(output.stdout).unwrap();
    let words = steward(folder, &["config", "check"], settings)?;
    assert_eq!(words.status, output.status);
    let words = String::from_utf8(words.stdout).unwrap();
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), 0, "something was made");
    Some((output.status.code().unwrap(), serde_json::from_str(&text).unwrap(), words))
}

/// The settings that are warned of.
fn warned(report: &Value) -> Vec<&str> {
    let all = report["warnings"].as_array().unwrap().iter();
    all.map(|one| one["setting"].as_str().unwrap().trim_start_matches("STEWARD_")).collect()
}

fn setting<'r>(report: &'r Value, name: &str) -> (&'r str, Option<&'r str>) {
    let all = report["settings"].as_array().unwrap();
    let one = all.iter().find(|one| one["name"] == format!("STEWARD_{name}")).unwrap();
    (one["from"].as_str().unwrap(), one["value"].as_str())
}

#[test]
fn settings_are_shown_with_where_they_come_from_and_no_secret() {
    const SECRET: &str = "nobody-reads-this-secret-of-many-bytes";
    let (folder, kept) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let file = kept.path().join("secret");
    std::fs::write(&file, format!("{SECRET}\n")).unwrap();
    #[cfg(unix)]
    std::fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let file = file.to_str().unwrap();
    let Some((code, report, words)) = checked(folder.path(), &[]) else { return };
    assert_eq!((code, &report["ok"], warned(&report)), (0, &Value::Bool(true), vec![]), "{report}");
    assert_eq!(report["settings"].as_array().unwrap().len(), SETTINGS.len());
    assert_eq!(setting(&report, "DATABASE_URL"), ("default", Some("sqlite:steward.db")));
    assert_eq!(setting(&report, "PUBLIC_URL"), ("default", Some("http://127.0.0.1:8080")));
    assert_eq!(setting(&report, "SECRET"), ("default", None));
    assert!(words.contains("STEWARD_LISTEN ") && words.contains("unset"), "{words}");
    let fine = [
        ("STEWARD_DATABASE_URL", "postgres://ana:passw0rd@127.0.0.1:1/steward"),
        ("STEWARD_SECRET_FILE", file),
        ("STEWARD_PUBLIC_URL", "https://steward.example.com/"),
        ("STEWARD_SMTP_URL", "smtps://ana:passw0rd@mail.example.com"),
        ("STEWARD_MAIL_FROM", "surveys@example.com"),
        ("STEWARD_COMPANY", "Acme"),
        ("STEWARD_TRUSTED_PROXIES", "127.0.0.1"),
        ("STEWARD_ALLOWED_ORIGINS", "https://App.example.com:443"),
        ("STEWARD_ADMIN_PASSWORD", SECRET),
    ];
    let (code, report, words) = checked(folder.path(), &fine).unwrap();
    assert_eq!((code, warned(&report)), (0, vec![]), "{report}");
    let from = format!("file {file}");
    assert_eq!(setting(&report, "SECRET"), (from.as_str(), Some("set")));
    assert_eq!(setting(&report, "ADMIN_PASSWORD"), ("environment", Some("set")));
    assert_eq!(setting(&report, "SMTP_URL"), ("environment", Some("smtps://ana:…@mail.example.com")));
    assert_eq!(setting(&report, "DATABASE_URL").1, Some("postgres://ana:…@127.0.0.1:1/steward"));
    assert_eq!(setting(&report, "SIGNIN_URL").1, Some("https://steward.example.com/signin/{token}"));
    assert_eq!(report["origins"], serde_json::json!(["https://app.example.com", "https://steward.example.com"]));
    for text in [words, report.to_string()] {
        assert!(!text.contains(SECRET) && !text.contains("passw0rd"), "{text}");
    }
}

#[test]
fn settings_that_are_allowed_and_hardly_meant_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let with = |more: &[(&str, &str)]| {
        let mut all = vec![
            ("STEWARD_PUBLIC_URL", "https://steward.example.com"),
            ("STEWARD_TRUSTED_PROXIES", "127.0.0.1"),
            ("STEWARD_SMTP_URL", "smtp://127.0.0.1"),
            ("STEWARD_MAIL_FROM", "surveys@example.com"),
            ("STEWARD_COMPANY", "Acme"),
        ];
        all.retain(|(name, _)| more.iter().all(|(other, _)| other != name));
        all.extend(more.iter().filter(|(_, value)| !value.is_empty()));
        checked(folder.path(), &all)
    };
    for (name, value) in [
        ("PUBLIC_URL", "http://steward.example.com"),
        ("ALLOWED_ORIGINS", "http://steward.example.com"),
        ("ALLOWED_ORIGINS", "http://localhost:*"),
        ("TRUSTED_PROXIES", ""),
        ("TRUSTED_PROXIES", "10.0.0.0/8 0.0.0.0/0"),
        ("SMTP_URL", ""),
        ("COMPANY", ""),
        ("RATE_LIMIT", "off"),
        ("GRAPHQL_INTROSPECTION", "anyone"),
        ("METRICS_LISTEN", "0.0.0.0:9464"),
        ("LANGUAGE", "tlh"),
        ("SECRET", "change me before real use, at least 32 bytes"),
        ("ADMIN_PASSWORD", "change me before the first start"),
    ] {
        let Some((code, report, words)) = with(&[(&format!("STEWARD_{name}"), value)]) else { return };
        assert_eq!((code, warned(&report)), (0, vec![name]), "{name}={value}: {report}");
        assert!(words.contains(&format!("warning  STEWARD_{name} ")), "{words}");
    }
    let compose = include_str!("../../compose.yaml");
    for example in ["change me before real use, at least 32 bytes", "change me before the first start"] {
        assert!(compose.contains(&format!("\"{example}\"")), "{compose}");
    }
    let open = [("STEWARD_PUBLIC_URL", ""), ("STEWARD_LISTEN", "0.0.0.0:8080")];
    assert_eq!(warned(&with(&open).unwrap().1), ["PUBLIC_URL"]);
    // All contradictions at once, and what was meant.
    let wrong = [
        ("STEWARD_PUBLIC_URL", "http://steward.example.com"),
        ("STEWARD_SMTP_URL", "smtp://mail.example.com"),
        ("STEWARD_MAIL_FROM", ""),
        ("STEWARD_METRICS_LISTEN", "127.0.0.1:8080"),
        ("STEWARD_SECRET_PREVIOUS", "nobody-reads-this-secret-of-many-bytes"),
        ("STEWARD_ALLOWED_ORIGINS", "https://steward.example.com/"),
        ("STEWARD_SECERT", "nobody-reads-this-secret-of-many-bytes"),
    ];
    let (code, report, words) = with(&wrong).unwrap();
    let faults: Vec<&str> = report["faults"].as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect();
    assert_eq!((code, faults.len(), &report["ok"]), (2, 6, &Value::Bool(false)), "{report}");
    assert!(faults.contains(&"STEWARD_SECERT is not a setting; did you mean STEWARD_SECRET?"), "{faults:?}");
    for fault in faults {
        assert!(words.contains(&format!("wrong    {fault}")), "{words}");
    }
    assert!(!words.contains("nobody-reads") && !report.to_string().contains("nobody-reads"), "{words}");
}

#[test]
fn what_cannot_be_meant_is_refused_with_a_reason() {
    let faults = |name: &str, value: &str| {
        let all = [("STEWARD_SECRET", "nobody-reads-this-secret-of-many-bytes"), (name, value)];
        let all = all.map(|(name, value)| (name.to_owned(), value.to_owned()));
        Settings::read(Source::of(all)).err().map_or_else(Vec::new, |faults| faults.0)
    };
    for (name, value, rule) in [
        ("LOG", "verbose", "must be error, warn, info, debug"),
        ("LOG", "info,loud", "must be error, warn"),
        ("LOG", "loud=very=much", "must be error, warn"),
        ("ADMIN_EMAIL", "ana", "must be a mail address"),
        ("ADMIN_EMAIL", "ana@here", "must be a mail address"),
        ("PUBLIC_URL", "https://steward.example.com/?a=b", "without user (@), query (?)"),
        ("DATABASE_URL", "sqlite:", "must be sqlite:PATH"),
        ("DATABASE_URL", "steward.db", "must be sqlite:PATH"),
        ("DATABASE_URL", "sqlite::memory:", "must name a file"),
        ("DATABASE_URL", "sqlite:steward.db?mode=memory", "must name a file"),
        ("DATABASE_URL", "host=db user=ana", "must be sqlite:PATH or postgres://USER:PASSWORD@HOST/DATABASE"),
        ("DATABASE_URL", "postgres://ana:se#cret@db/steward", "(invalid port number); in user and password write"),
        ("DATABASE_URL", "postgres://ana@db/steward?sslmode=maybe", "must be like postgres://"),
    ] {
        let faults = faults(&format!("STEWARD_{name}"), value);
        assert!(faults.len() == 1 && faults[0].starts_with(&format!("STEWARD_{name} ")), "{value}: {faults:?}");
        assert!(faults[0].contains(rule) && !faults[0].contains("cret"), "{value}: {faults:?}");
    }
    for (name, value) in [
        ("LOG", "WARN"),
        ("LOG", "off"),
        ("LOG", "info,api::mail=debug"),
        ("LOG", "api::mail=debug"),
        ("ADMIN_EMAIL", "ana@localhost"),
        ("PUBLIC_URL", "https://example.com/steward/"),
        ("DATABASE_URL", "sqlite:///var/lib/steward/steward.db?mode=rwc"),
        ("DATABASE_URL", "postgresql:///steward?host=/run/postgresql"),
        ("SECRET", ""),
    ] {
        assert_eq!(faults(&format!("STEWARD_{name}"), value), Vec::<String>::new(), "{name}={value}");
    }
}

#[cfg(unix)]
#[test]
fn a_secret_that_everybody_can_read_is_told() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, kept) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let file = kept.path().join("secret");
    std::fs::write(&file, "nobody-reads-this-secret-of-many-bytes").unwrap();
    for (mode, warnings) in [(0o644, vec!["SECRET"]), (0o640, vec![]), (0o600, vec![])] {
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
        // What is set to nothing is not set.
        let settings = [("STEWARD_SECRET_FILE", file.to_str().unwrap()), ("STEWARD_SECRET", "")];
        let Some((code, report, _)) = checked(folder.path(), &settings) else { return };
        assert_eq!((code, warned(&report)), (0, warnings), "{mode:o}: {report}");
    }
}

both! {
    async fn a_token_for_each_of_many_members(app: TestApp) {
        let folder = tempfile::tempdir().unwrap();
        let ada = app.newcomer("ada", "a password of many letters").await;
        let ben = app.newcomer("ben", "a password of many letters").await;
        let file = folder.path().join("members.txt");
        let url = app.database.url().to_owned();
        let settings =
            [("STEWARD_DATABASE_URL", url.as_str()), ("STEWARD_SECRET", SECRET), ("STEWARD_PUBLIC_URL", URL)];
        let asked = ["token", "--members", file.to_str().unwrap(), "--ttl", "12h", "--json"];
        std::fs::write(&file, "Ada@acme.test\n\nben@acme.test\nnobody@acme.test\n").unwrap();
        let Some(refused) = steward(folder.path(), &asked, &settings) else { return };
        assert_eq!((refused.status.code(), refused.stdout.len()), (Some(1), 0));
        assert!(String::from_utf8_lossy(&refused.stderr).contains("nobody@acme.test"));
        std::fs::write(&file, "Ada@acme.test\n\nben@acme.test\n").unwrap();
        let told = said(&steward(folder.path(), &asked, &settings).unwrap());
        let lines: Vec<Value> = told.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines.len(), 2);
        // The program goes by the clock on the wall.
        app.forward(chrono::Utc::now() - app.now().0);
        for (line, (address, id)) in lines.iter().zip([("Ada@acme.test", ada), ("ben@acme.test", ben)]) {
            assert_eq!(line["member"], json!(address));
            assert!((43_190..=43_200).contains(&line["expiresIn"].as_i64().unwrap()), "{line}");
            let token = line["accessToken"].as_str().unwrap();
            let me = app.gql(Some(token), "{ me { member { id } } }", json!({})).await;
            assert_eq!(me["data"]["me"]["member"]["id"], json!(id), "{me}");
        }
    }
}
