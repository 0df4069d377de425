//! Mappings: all faults together, each by its key.

use super::*;

fn faults(kind: Kind, text: &str) -> Vec<String> {
    Mapping::parse(kind, text).unwrap_err().0.iter().map(ToString::to_string).collect()
}

#[test]
fn all_faults_are_told_together() {
    let told = faults(
        Kind::Accounts,
        r#"
        sorce = "crm"
        separator = "ab"
        time_zone = "Mars"
        repeats = "twice"
        [columns]
        reference = 7
        tier = { constant = "GOLD" }
        owner = { column = "o", by = "phone" }
        annual_value = { column = "v", scale = 0, date_format = "%Y" }
        renewal_on = { column = "r", date_format = "%Q" }
        lifecycle = { column = "l", values = { "x" = "GONE" }, blank = "0" }
        domain = { column = "d", constant = "e.example" }
        segment = { template = "{a" }
        colour = "c"
        leads = ["x"]
        "#,
    );
    let expected = [
        "source: is missing",
        "separator: must be one character such as , ; | or \\t",
        "time_zone: is not a time zone like Europe/Berlin",
        "repeats: must be update or skip",
        "columns.leads: is not a field of accounts",
        "columns.reference: must be a column's name in quotes or a table like { column = \"Name\" }",
        "columns.domain: must have exactly one of column, constant, template",
        "columns.segment.template: has a single {; write {column}, or {{ for the brace itself",
        "columns.tier: GOLD must be one of STRATEGIC, KEY, STANDARD",
        "columns.lifecycle.blank: must be a list of texts in quotes, like [\"11\", \"Blank\"]",
        "columns.lifecycle: GONE must be one of PROSPECT, ONBOARDING, ACTIVE, CHURNED",
        "columns.annual_value.scale: must be above 0: minor units in one of the file's units",
        "columns.annual_value.date_format: is not a key here; known are blank, column, constant, decimal, default, scale, template, values",
        "columns.renewal_on.date_format: is not a format like %d/%m/%Y or %Y-%m-%d %H:%M:%S",
        "columns.owner.by: must be one of reference, name, email, id, reference or name",
        "columns.name: is missing; the field must be filled",
        "sorce: is not a key here; known are columns, encoding, repeats, separator, skip_blank, source, time_zone, unquote_formulas",
    ];
    for fault in expected {
        assert!(told.iter().any(|found| found == fault), "{fault}\nis not among\n{}", told.join("\n"));
    }
    assert!(told.iter().any(|found| {
        found.starts_with("columns.colour: is not a key here; known are annual_value, archived_at, collaborators")
    }));
    assert_eq!(told.len(), expected.len() + 1, "{}", told.join("\n"));
}

#[test]
fn rows_are_left_out_where_a_column_holds_nothing_or_a_code_for_it() {
    let text = "source = \"s\"\nskip_blank = [\"name\", { column = \"kind\", blank = [\"x\", \"y\"] }]\n\
        columns = { reference = \"id\", name = \"name\" }\n";
    let file = b"id,name,kind\n1,One,a\n2,,a\n3,Three,x\n4,Four,y\n5,Five,\n6,Six,b\n";
    let mut iteration = rows::<AccountRow, _>(&file[..], map(Kind::Accounts, text)).unwrap();
    let names: Vec<String> = iteration.by_ref().map(|row| row.unwrap().name).collect();
    assert_eq!((names, iteration.skipped()), (vec!["One".to_owned(), "Six".to_owned()], 4));
    let told = faults(
        Kind::Accounts,
        "source = \"s\"\nskip_blank = \"name\"\ncolumns = { reference = \"id\", name = \"name\" }\n",
    );
    assert_eq!(
        told,
        ["skip_blank: must be a list of columns, or of tables like { column = \"Name\", blank = [\"-\"] }"]
    );
}

#[test]
fn what_is_no_toml_is_named_by_line() {
    let told = faults(Kind::Accounts, "source = \"s\"\n[columns\n");
    assert_eq!(told.len(), 1);
    assert!(told[0].starts_with("line 2: "), "{}", told[0]);
}

#[test]
fn entries_and_answers_are_checked_too() {
    let told = faults(
        Kind::Responses,
        "source = \"s\"\ncolumns = { reference = \"r\", account = \"a\", answered_at = \"t\" }\n",
    );
    assert_eq!(told, ["answers: is missing; each answer of a row needs one [[answers]]"]);
    let told = faults(
        Kind::Responses,
        "source = \"s\"\ncolumns = { reference = \"r\", account = \"a\", answered_at = \"t\" }\n[[answers]]\nkind = \"RELATIONSHIP\"\nscor = \"s\"\n",
    );
    assert_eq!(
        told,
        [
            "answers[0].survey: is missing",
            "answers[0].kind: RELATIONSHIP must be NPS, CSAT or CES",
            "answers[0].score: is missing; it names the column of the answers",
            "answers[0].scor: is not a key here; known are comment, kind, question, score, survey",
        ]
    );
    let told = faults(
        Kind::Interactions,
        "source = \"s\"\ncolumns = { account = \"a\" }\n[[entries]]\nowns = true\nwhen = 1\nreference = \"r\"\nkind = { constant = \"OWNER_CHANGED\" }\nchannel = { constant = \"CALL\" }\ndirection = { constant = \"INBOUND\" }\noccurred_at = \"t\"\n",
    );
    assert_eq!(
        told,
        [
            "entries[0].when: must be a text in quotes",
            "entries[0].kind: OWNER_CHANGED is written by Steward alone",
            "entries[0].subject: is missing; the field must be filled",
            "entries[0].owns: needs the field member, who owns the account from then on",
        ]
    );
    let told = faults(
        Kind::Members,
        "source = \"s\"\ncolumns = { reference = \"r\", name = \"n\", email = \"e\" }\nlead = { reference = \"m\" }\n",
    );
    assert_eq!(
        told,
        [
            "lead.name: is missing; the field must be filled",
            "lead.email: is missing; the field must be filled",
            "lead: needs columns.team, the team that is led",
        ]
    );
}

#[test]
fn a_mapping_of_another_kind_is_refused() {
    let mapping = map(Kind::Accounts, NAMES);
    let error = rows::<MemberRow, _>(&b"id,name\n"[..], mapping).err().unwrap();
    assert_eq!(error.to_string(), "mapping: was read as a mapping of accounts, but the rows are members");
}

#[test]
fn columns_nobody_reads_are_known() {
    let rows = rows::<AccountRow, _>(&b"id,x,name,,y\n"[..], map(Kind::Accounts, NAMES)).unwrap();
    assert_eq!(rows.mapping().unmapped(rows.header()), ["x", "y"]);
}

#[test]
fn templates_filters_codes_and_defaults() {
    let mapping = map(
        Kind::Accounts,
        r#"
        source = "s"
        separator = ";"
        [columns]
        reference = { template = "{{{id|slug}}}" }
        name = { template = "{first} {last}", values = { "J." = "Jo" } }
        domain = { template = "{last|slug}.example" }
        segment = { column = "seg", blank = ["-"], default = "other" }
        tier = { column = "tier", blank = ["-"] }
        parent = { column = "up", by = "name" }
        team = ["{seg}", "{last}'s team"]
        "#,
    );
    let file = "id;first;last;seg;tier;up\n Ä  1/x ;J.;Müller;-;key;Acme\n2;Bo;Li;big;-;\n";
    let rows: Vec<_> = rows::<AccountRow, _>(file.as_bytes(), mapping).unwrap().map(Result::unwrap).collect();
    let first = &rows[0];
    assert_eq!((first.reference.as_str(), first.name.as_str()), ("{a-1-x}", "Jo Müller"));
    assert_eq!(first.domain, Given::Value("muller.example".to_owned()));
    assert_eq!(first.segment, Given::Value("other".to_owned()));
    assert_eq!(first.tier, Given::Value(entity::Tier::Key));
    assert_eq!(first.team, Given::Value(vec!["-".to_owned(), "Müller's team".to_owned()]));
    assert_eq!(first.lifecycle, Given::Unmapped);
    let Given::Value(parent) = &first.parent else { panic!("no parent") };
    assert_eq!(
        (parent.by, parent.error(2, "is not known").to_string().as_str()),
        (By::Name, "row 2, up: Acme is not known")
    );
    assert_eq!((&rows[1].tier, &rows[1].parent), (&Given::Blank, &Given::Blank));
}
