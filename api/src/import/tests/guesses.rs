//! Mappings made from the names of columns.

use super::*;

fn guessed(kind: Kind, file: &str) -> Guess {
    guess(|| Ok(file.as_bytes()), kind, "crm", None).unwrap_or_else(|error| panic!("{error}"))
}

fn read<T: Row>(file: &str) -> Vec<T> {
    let guess = guessed(T::KIND, file);
    let (_, rows) = settled::<T>(map(T::KIND, &guess.toml), file.as_bytes()).unwrap();
    rows.into_iter().map(|row| row.unwrap_or_else(|trouble| panic!("{trouble}\n{}", guess.toml))).collect()
}

#[test]
fn likely_names_find_their_fields() {
    let file = "Account ID;Company Name;Website;Region;Account Owner;Annual Revenue;Renewal Date;Tier\n\
        17;Globex;g;North;ana@s.test;1250.50;31/03/2027;KEY\n18;Initech;i;South;ben@s.test;;01/04/2027;\n";
    let guess = guessed(Kind::Accounts, file);
    assert_eq!(
        guess.toml,
        "source = \"crm\"\n\n[columns]\nreference = \"Account ID\"\nname = \"Company Name\"\nterritory = \"Region\"\n\
         tier = \"Tier\"\nannual_value = \"Annual Revenue\"\nrenewal_on = \"Renewal Date\"\n\
         owner = { column = \"Account Owner\", by = \"email\" }\n"
    );
    assert_eq!(guess.unread, [("Website".to_owned(), "no field is called like it".to_owned())]);
    let owner = guess.fields.iter().find(|field| field.0 == "owner").unwrap();
    assert_eq!(owner.2, "ana@s.test · ben@s.test");
    let rows = read::<AccountRow>(file);
    assert_eq!((rows[0].annual_value, rows[1].annual_value), (Given::Value(125_050), Given::Blank));
    assert_eq!(rows[0].renewal_on.value().unwrap().to_string(), "2027-03-31");
}

#[test]
fn german_names_find_their_fields_too() {
    let file = "Kunden-Nr.;Firma;Branche;Gebiet;Betreuer;Vertragsende\n17;Müller;Stahl;Nord;ana@s.test;31.03.2027\n";
    let guess = guessed(Kind::Accounts, file);
    assert_eq!((guess.fields.len(), guess.unread.len()), (6, 0), "{}", guess.toml);
    let file = "Kundennummer;Ansprechpartner;E-Mail;Sprache\n17;Carl;carl@a.test;de\n";
    assert!(guessed(Kind::Contacts, file).toml.contains("account = \"Kundennummer\"\nname = \"Ansprechpartner\"\n"));
}

#[test]
fn what_points_at_others_does_so_by_reference_or_name() {
    for file in
        ["Number,Company,Parent\nA-1,Globex,\nA-2,Globex North,A-1\n", "Number,Company,Parent\n1,One,\n2,Two,One\n"]
    {
        let toml = guessed(Kind::Accounts, file).toml;
        assert!(toml.contains("parent = { column = \"Parent\", by = \"reference or name\" }\n"), "{toml}");
    }
    let toml = guessed(Kind::Accounts, "id,name,owner,parent id\n1,One,m1,\n").toml;
    assert!(toml.contains("owner = { column = \"owner\", by = \"reference or name\" }\n"), "{toml}");
}

#[test]
fn what_no_column_is_called_like_is_said_to_be_missing() {
    let guess = guessed(Kind::Interactions, "id,company,date,foo\n1,Globex,2026-01-01,x\n");
    assert_eq!(guess.missing, ["kind", "direction", "channel", "subject"]);
    assert!(guess.toml.contains("# kind = must be filled, and no column is called like it\n"), "{}", guess.toml);
    assert!(guess.toml.contains("account = { column = \"company\", by = \"reference or name\" }\n"), "{}", guess.toml);
    let guess = guessed(Kind::Responses, "id,company,date\n1,Globex,2026-01-01\n");
    assert_eq!(guess.missing, ["answers"]);
}

#[test]
fn names_in_two_columns_and_a_missing_reference_are_made_up_for() {
    let file = "First name,Last name,Mail address,Company\nCarl,Cole,carl@a.test,Globex\n";
    let rows = read::<ContactRow>(file);
    assert_eq!((rows[0].name.as_str(), rows[0].reference.as_str()), ("Carl Cole", "carl@a.test"));
    assert_eq!(read::<AccountRow>("Company,Sector\nGlobex,Steel\n")[0].reference, "Globex");
}

#[test]
fn an_optional_column_that_cannot_be_read_is_left_out() {
    let guess = guessed(Kind::Accounts, "id,name,status,class,account id\n1,One,Won,A,1\n2,Two,Lost,B,2\n");
    let why = |column: &str| guess.unread.iter().find(|(name, _)| name == column).unwrap().1.as_str();
    assert!(why("status").starts_with("is called like lifecycle, which must be "), "{:?}", guess.unread);
    assert!(why("class").starts_with("is called like tier, which must be "), "{:?}", guess.unread);
    assert_eq!((why("account id"), guess.unread.len()), ("reference is read from id", 3));
}

#[test]
fn our_own_files_are_read_field_by_field() {
    let accounts =
        "reference,name,domain,parent,territory,owner,team,source\na,'=Acme,a.test,,North,o1,North / Key / '+1,crm\n";
    assert!(guessed(Kind::Accounts, accounts).toml.contains("unquote_formulas = true\n"));
    let rows = read::<AccountRow>(accounts);
    assert_eq!(rows[0].name, "=Acme");
    assert_eq!(rows[0].team, Given::Value(vec!["North".to_owned(), "Key".to_owned(), "'+1".to_owned()]));
    let Given::Value(owner) = &rows[0].owner else { panic!("no owner") };
    assert_eq!((owner.by, owner.text.as_str()), (By::Reference, "o1"));
    assert!(guessed(Kind::Accounts, "reference,name,annual_value\n1,One,125050\n").toml.contains("scale = 1"));
    let responses = "reference,account,contact,owner,answered_at,language,territory,survey,kind,score,comment\n\
        1,a,c1,o1,2026-01-31T09:30:00Z,en,North,nps,NPS,9,''=x\n2,a,,,2026-01-31T09:30:00Z,,,csat,CSAT,2,\n";
    let rows = read::<ResponseRow>(responses);
    let answers: Vec<_> = rows.iter().flat_map(|row| &row.answers).map(|answer| answer.as_ref().unwrap()).collect();
    assert_eq!((&*answers[0].survey, answers[0].score, answers[0].comment.as_deref()), ("nps", 9, Some("'=x")));
    assert_eq!((&*answers[1].survey, answers[1].kind), ("csat", entity::SurveyKind::Csat));
}

#[test]
fn scores_by_kind_become_answers() {
    let file = "Response ID,Company,Date,NPS,CSAT,Feedback\n1,Globex,2026-01-31,9,,good\n";
    let rows = read::<ResponseRow>(file);
    assert_eq!(rows[0].answers.len(), 1);
    assert_eq!(rows[0].answers[0].as_ref().unwrap().comment.as_deref(), Some("good"));
}

const ONE: &str = "019a6f2e-7c1d-7b64-9f30-2f1a5c7d8e90";
const TWO: &str = "019a6f2e-7c1d-7b64-9f30-2f1a5c7d8e91";

#[test]
fn an_export_points_by_id_and_at_members_by_address() {
    let accounts = format!(
        "id,source,reference,name,domain,parent,territory,industry,segment,tier,lifecycle,annual_value,renewal_on,health,owner,team,created_at,archived_at\n\
         {ONE},crm,a,Acme,,,,,,KEY,ACTIVE,125050,2027-03-31,70,ana@s.test,North / A\\/B / C\\\\D,2025-01-31T09:30:00.123456Z,\n\
         {TWO},,,Beta,,{ONE},,,,KEY,ACTIVE,,,,,/,2025-01-31T09:30:00Z,2026-01-31T09:30:00Z\n"
    );
    let rows = read::<AccountRow>(&accounts);
    assert_eq!((rows[0].reference.as_str(), rows[1].reference.as_str()), ("a", ""));
    let kept = |row: &AccountRow| {
        (row.kept.id.unwrap().to_string(), row.kept.source.clone(), row.kept.archived_at.value().is_some())
    };
    assert_eq!(kept(&rows[0]), (ONE.to_owned(), Some("crm".to_owned()), false));
    assert_eq!(kept(&rows[1]), (TWO.to_owned(), None, true));
    assert_eq!(rows[0].kept.created_at.unwrap().to_string(), "2025-01-31T09:30:00.123456Z");
    assert_eq!(rows[0].annual_value, Given::Value(125_050));
    assert_eq!(rows[0].team, Given::Value(vec!["North".to_owned(), "A/B".to_owned(), "C\\D".to_owned()]));
    assert_eq!(rows[1].team, Given::Value(vec![String::new()]));
    let (Given::Value(owner), Given::Value(parent)) = (&rows[0].owner, &rows[1].parent) else { panic!("no pointers") };
    assert_eq!(
        ((owner.by, owner.text.as_str()), (parent.by, parent.text.as_str())),
        ((By::Email, "ana@s.test"), (By::Id, ONE))
    );
    let nobody =
        "id,source,reference,account,contact,member,kind,direction,channel,occurred_at,subject,body,customer_visible\n";
    assert!(guessed(Kind::Interactions, nobody).toml.contains("member = { column = \"member\", by = \"email\" }\n"));
    // Ids of others are references.
    let theirs = guessed(Kind::Accounts, "id,name,source\n17,Globex,Fair\n");
    assert!(theirs.toml.contains("reference = \"id\"\n"), "{}", theirs.toml);
    assert_eq!(theirs.unread, [("source".to_owned(), "no field is called like it".to_owned())]);
}

#[test]
fn an_export_tells_all_teams_of_a_member() {
    let file = format!(
        "id,source,reference,name,email,role,active,team,leads,deputises\n\
         {ONE},,,Ana,ana@s.test,MANAGER,true,/ East / A\\;B,A\\;B / C\\\\; / East; D,\n"
    );
    let rows = read::<MemberRow>(&file);
    let path = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    assert_eq!(rows[0].team, Given::Value(path(&["", "East", "A;B"])));
    assert_eq!(rows[0].leads, Given::Value(vec![path(&["A;B", "C\\"]), path(&["", "East"]), path(&["D"])]));
    assert_eq!(rows[0].deputises, Given::Blank);
}

#[test]
fn what_an_export_holds_in_one_cell_is_checked() {
    let file =
        |cell: &str| format!("id,source,reference,name,ownerships\n{ONE},,,Acme,\"{}\"\n", cell.replace('"', "\"\""));
    let refused = |cell: &str| {
        let guess = guessed(Kind::Accounts, &file("[]"));
        let (_, rows) = settled::<AccountRow>(map(Kind::Accounts, &guess.toml), file(cell).as_bytes()).unwrap();
        rows.into_iter().next().unwrap().unwrap_err().to_string()
    };
    let term = |from: &str, until: &str| {
        format!(
            r#"{{"owner":"a@s.test","team":"/","from":"2026-01-{from}T00:00:00Z","until":{until},"source":"MANUAL","reason":null,"by":null}}"#
        )
    };
    for (cell, why) in [
        ("nothing".to_owned(), "must be JSON as Steward exports it"),
        (r#"[{"owner":1}]"#.to_owned(), "is not what Steward exports there: "),
        (
            format!("[{},{}]", term("01", "null"), term("02", "null")),
            "has periods that overlap at 2026-01-02T00:00:00Z",
        ),
        (format!("[{}]", term("02", "\"2026-01-01T00:00:00Z\"")), "has a period that ends before it begins"),
    ] {
        let told = refused(&cell);
        assert!(told.contains(why), "{told}");
    }
}
