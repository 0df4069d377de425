//! Typed rows from small files: entries, leads, answers, periods, repeats.

use entity::Time;

use super::*;

fn at(day: u32) -> Time {
    Time::parse(&format!("2026-01-{day:02}T00:00:00Z")).unwrap()
}

fn told(entries: &[(&'static str, &'static str, u32)]) -> Vec<(&'static str, &'static str, Time, Option<Time>)> {
    let periods = periods(entries.iter().map(|(account, member, day)| (*account, *member, at(*day))));
    periods.into_iter().map(|period| (period.account, period.member, period.from, period.until)).collect()
}

#[test]
fn the_member_of_the_latest_entry_owns_until_the_next_ones() {
    assert_eq!(
        told(&[("b", "ana", 9), ("a", "bo", 5), ("a", "ana", 1), ("a", "ana", 3), ("a", "cy", 8)]),
        [
            ("a", "ana", at(1), Some(at(5))),
            ("a", "bo", at(5), Some(at(8))),
            ("a", "cy", at(8), None),
            ("b", "ana", at(9), None),
        ]
    );
}

#[test]
fn of_entries_at_one_instant_the_last_in_the_file_counts() {
    assert_eq!(told(&[("a", "ana", 1), ("a", "bo", 1)]), [("a", "bo", at(1), None)]);
    assert_eq!(told(&[("a", "ana", 1), ("a", "bo", 2), ("a", "ana", 2)]), [("a", "ana", at(1), None)]);
    assert!(told(&[]).is_empty());
}

#[test]
fn a_lead_comes_once_before_the_first_member_of_the_team() {
    let mapping = map(
        Kind::Members,
        r#"
        source = "s"
        columns = { reference = "who", name = "who", email = { template = "{who|dots}@x.example" }, team = ["{region}", "{boss}"] }
        lead = { reference = "boss", name = "boss", email = { template = "{boss|dots}@x.example" } }
        "#,
    );
    let file = "who,boss,region\nAna,Zoe,N\nBo,Zoe,N\nCy,Zoe,S\nDi,,S\n";
    let rows: Vec<_> = rows::<MemberRow, _>(file.as_bytes(), mapping).unwrap().map(Result::unwrap).collect();
    let names: Vec<_> = rows.iter().map(|row| (row.row, row.name.as_str(), row.derived)).collect();
    assert_eq!(
        names,
        [(2, "Zoe", true), (2, "Ana", false), (3, "Bo", false), (4, "Zoe", true), (4, "Cy", false), (5, "Di", false)]
    );
    let path = |region: &str| Given::Value(vec![region.to_owned(), "Zoe".to_owned()]);
    let led = |region: &str| Given::Value(path(region).value().into_iter().collect::<Vec<_>>());
    assert_eq!((&rows[0].team, &rows[0].leads), (&path("N"), &led("N")));
    assert_eq!((&rows[3].team, &rows[3].leads), (&Given::Unmapped, &led("S")));
    assert_eq!((&rows[5].team, &rows[5].leads), (&Given::Blank, &Given::Unmapped));
}

#[test]
fn a_bad_answer_costs_only_itself() {
    let mapping = map(
        Kind::Responses,
        r#"
        source = "s"
        columns = { reference = "id", account = "acc", answered_at = "day", contact = { column = "mail", by = "email" } }
        [[answers]]
        survey = "NPS"
        kind = "NPS"
        score = "n"
        comment = "words"
        [[answers]]
        survey = "Effort"
        kind = "CES"
        score = { column = "e", blank = ["", "x"], values = { "low" = "7" } }
        "#,
    );
    let file = "id,acc,day,mail,n,words,e\n1,A,2026-01-02,a@x.example,11,hm,low\n2,A,2026-01-02,,9,\"two\nlines\",x\n3,A,yesterday,,9,,\n4,A,2026-01-02,,,,\n";
    let rows: Vec<_> = rows::<ResponseRow, _>(file.as_bytes(), mapping).unwrap().collect();
    let first = rows[0].as_ref().unwrap();
    assert_eq!(first.answers[0].as_ref().unwrap_err().to_string(), "row 2, n: 11 is not between 0 and 10");
    assert_eq!(first.answers[1].as_ref().unwrap().score, 7);
    assert_eq!(first.contact.as_ref().unwrap().by, By::Email);
    let second = rows[1].as_ref().unwrap();
    assert_eq!(second.answers.len(), 1);
    assert_eq!(second.answers[0].as_ref().unwrap().comment.as_deref(), Some("two\nlines"));
    assert!(rows[2].as_ref().unwrap_err().to_string().starts_with("row 4, day: yesterday must be an instant"));
    let fourth = rows[3].as_ref().unwrap();
    assert_eq!(
        fourth.answers[0].as_ref().unwrap_err().to_string(),
        "row 5, n: is blank; list \"\" under blank if that means no answer"
    );
}

#[test]
fn repeats_and_blank_rows_are_left_out_where_the_mapping_says_so() {
    let text = "source = \"s\"\nrepeats = \"skip\"\nskip_blank = [\"name\"]\ncolumns = { reference = \"id\", name = \"name\" }\n";
    let mut rows =
        rows::<AccountRow, _>(&b"id,name\n1,One\n1,Uno\n2,\n3,Three\n"[..], map(Kind::Accounts, text)).unwrap();
    let names: Vec<_> = rows.by_ref().map(|row| row.unwrap().name).collect();
    assert_eq!(names, ["One", "Three"]);
    assert_eq!((rows.read(), rows.skipped()), (4, 2));
}

#[test]
fn contacts_are_read() {
    let mapping = map(
        Kind::Contacts,
        "source = \"s\"\ncolumns = { reference = \"id\", account = { column = \"acc\", by = \"domain\" }, name = \"name\", email = \"mail\", roles = \"roles\", language = \"lang\", opted_out = \"no\" }\n",
    );
    let file = "id,acc,name,mail,roles,lang,no\n1,acme.example,Ana,ana@acme.example,user|billing,de,\n2,acme.example,Bo,bo,boss,english,never\n";
    let rows: Vec<_> = rows::<ContactRow, _>(file.as_bytes(), mapping).unwrap().collect();
    let ana = rows[0].as_ref().unwrap();
    assert_eq!((&ana.account.text, ana.account.by), (&"acme.example".to_owned(), By::Domain));
    assert_eq!((&ana.opted_out, &ana.title), (&Given::Blank, &Given::Unmapped));
    let Err(Trouble::Row(refusal)) = &rows[1] else { panic!("taken") };
    let columns: Vec<_> = refusal.faults.iter().map(|fault| fault.column.as_str()).collect();
    assert_eq!(columns, ["mail", "roles", "lang", "no"]);
}

#[test]
fn given_tells_unmapped_from_blank() {
    assert_eq!(Given::Unmapped.over(Some(1)), Some(1));
    assert_eq!(Given::Blank.over(Some(1)), None);
    assert_eq!(Given::Value(2).over(Some(1)), Some(2));
}
