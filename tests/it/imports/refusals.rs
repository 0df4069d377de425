//! Bad files stop before the first row; bad rows are refused alone, named, and leave nothing behind.

use api::import::{Kind, Stopped};
use entity::{account, contact, interaction, member, ownership, response, team};
use tests::{app::TestApp, both, imports::import_text};

use super::{
    counts, faults,
    rules::{ACCOUNTS, ANSWERS, ENTRIES, MEMBERS, take},
};

const CONTACTS: &str = "source = \"s\"\n[columns]\nreference = \"id\"\naccount = \"account\"\nname = \"name\"\nemail = \"email\"\nopted_out = \"out\"\n";

/// How many rows there are of everything an import can write.
async fn census(app: &TestApp) -> [i64; 7] {
    let system = app.system();
    [
        system.find::<account::Entity>().count().await.unwrap(),
        system.find::<member::Entity>().count().await.unwrap(),
        system.find::<team::Entity>().count().await.unwrap(),
        system.find::<contact::Entity>().count().await.unwrap(),
        system.find::<interaction::Entity>().count().await.unwrap(),
        system.find::<ownership::Entity>().count().await.unwrap(),
        system.find::<response::Entity>().count().await.unwrap(),
    ]
}

async fn company(app: &TestApp) {
    let people = "id,name,email,role,active,team,leads\n1,Ana,ana@s.test,,,North,\n2,Ben,ben@s.test,,no,North,\n3,Cleo,cleo@s.test,,,,\n";
    take(app, Kind::Members, MEMBERS, people).await;
    take(app, Kind::Accounts, ACCOUNTS, "id,name,parent,owner,segment,team\na,Acme,,1,,\nb,Beta,a,,,\n").await;
}

both! {
    async fn a_bad_file_writes_nothing(app: TestApp) {
        company(&app).await;
        let before = census(&app).await;
        // More than one chunk of good rows before the fault.
        let good: String = (0..1_500).map(|n| format!("x{n},Name {n},,,,\n")).collect();
        let file = |tail: &[u8]| [b"id,name,parent,owner,segment,team\n", good.as_bytes(), tail].concat();
        for (tail, fault) in [(&b"y,\"Open,,,,\n"[..], "never closed"), (&b"y,Caf\xC3\xA9,,,,\nz,Caf\xE9,,,,\n"[..], "row 1502 is UTF-8, row 1503 is not")] {
            let stopped = import_text(&app, Kind::Accounts, ACCOUNTS, &file(tail), false).await.unwrap_err();
            assert!(matches!(stopped, Stopped::File(_)) && stopped.to_string().contains(fault), "{stopped}");
        }
        let missing = import_text(&app, Kind::Accounts, ACCOUNTS, b"id,name\n1,A\n", false).await.unwrap_err();
        assert!(missing.to_string().contains("column segment: is read by the mapping but not in the file"), "{missing}");
        let text = b"id,account,owner,at,score\n1,a,,2025-01-31,1\n";
        for (from, to, fault) in [
            ("survey = \"nps\"", "survey = \"mood\"", "answers[0].survey: mood is no survey; there are "),
            ("kind = \"NPS\"", "kind = \"CSAT\"", "answers[0].kind: is CSAT, but the survey Net Promoter Score is NPS"),
        ] {
            let stopped = import_text(&app, Kind::Responses, &ANSWERS.replace(from, to), text, false).await.unwrap_err();
            assert!(stopped.to_string().contains(fault), "{stopped}");
        }
        assert_eq!(census(&app).await, before);
    }
}

both! {
    async fn bad_rows_are_refused_alone(app: TestApp) {
        company(&app).await;
        let before = census(&app).await;
        for (kind, map, text, expected) in [
            (
                Kind::Accounts,
                ACCOUNTS,
                "id,name,parent,owner,segment,team\na,Acme,b,1,,\nc,C,d,,,\nd,D,c,,,\ne,E,nobody,,,\nf,F,,2,,\ng,G,,3,,\nh,H,,9,,\ni,I,,,,Nowhere\n",
                vec![
                    "row 2, parent: b is the account itself or one below it",
                    "row 5, parent: nobody is the reference of no account",
                    "row 6, owner: 2 is not active and cannot own an account",
                    "row 7, owner: 3 is in no team and cannot own an account",
                    "row 8, owner: 9 is the reference of no member",
                    "row 9, team: Nowhere is no team; import the members first, or create it",
                    "row 3, parent: d was refused itself, or is the account itself or one below it",
                    "row 4, parent: c was refused itself, or is the account itself or one below it",
                ],
            ),
            (
                Kind::Members,
                MEMBERS,
                "id,name,email,role,active,team,leads\n1,Ana,ana@s.test,,no,,\n7,New,Ben@S.test,,,East,\n8,Now,now@s.test,,no,East,East\n1,Ana,ana@s.test,,,,\n",
                vec![
                    "row 2, active: cannot be no for somebody who owns accounts; give these to others first",
                    "row 3, email: Ben@S.test is the address of another member",
                    "row 4, active: cannot be no for somebody who leads a team",
                    "row 5, team: cannot be blank for somebody who owns accounts",
                ],
            ),
            (
                Kind::Interactions,
                ENTRIES,
                "id,account,member,at\n1,z,1,2025-01-01\n2,a,9,2025-01-01\n3,a,1,2026-03-03\n4,a,3,2025-01-01\n",
                vec![
                    "row 2, account: z is the reference of no account",
                    "row 3, member: 9 is the reference of no member",
                    "row 4, occurred_at: 2026-03-03T12:00:00Z lies in the future",
                    "row 5, member: 3 is in no team and cannot own an account",
                ],
            ),
            (
                Kind::Responses,
                ANSWERS,
                "id,account,owner,at,score\n1,z,,2025-01-01,3\n2,a,9,2025-01-01,3\n3,a,,2027-01-01,3\n",
                vec![
                    "row 2, account: z is the reference of no account",
                    "row 3, owner: 9 is the reference of no member",
                    "row 4, answered_at: 2027-01-01T12:00:00Z lies in the future",
                ],
            ),
        ] {
            let summary = import_text(&app, kind, map, text.as_bytes(), false).await.unwrap();
            assert_eq!((faults(&summary), counts(&summary).0, counts(&summary).1), (expected.into_iter().map(str::to_owned).collect(), 0, 0));
            assert_eq!(census(&app).await, before, "{kind:?}");
        }
    }
}

both! {
    async fn contacts_keep_their_account_their_address_and_their_no(app: TestApp) {
        company(&app).await;
        let text = "id,account,name,email,out\n1,a,Carl,carl@a.test,yes\n2,b,Carl,carl@a.test,\n3,a,Dora,dora@a.test,\n";
        assert_eq!(take(&app, Kind::Contacts, CONTACTS, text).await, (3, 0, 0, 0));
        let text = "id,account,name,email,out\n1,a,Carl C.,carl@a.test,no\n2,a,Carl,carl@a.test,\n4,a,Eva,Dora@A.test,\n5,x,Fritz,,\n6,a,Gerd,,\n";
        let summary = import_text(&app, Kind::Contacts, CONTACTS, text.as_bytes(), false).await.unwrap();
        assert_eq!(counts(&summary), (1, 1, 0, 3));
        assert_eq!(faults(&summary), [
            "row 3, account: a is not the account this contact is at; a contact stays with its account",
            "row 4, email: Dora@A.test is the address of another contact of this account",
            "row 5, account: x is the reference of no account",
        ]);
        let rows = app.system().find::<contact::Entity>().all().await.unwrap();
        let carl = rows.iter().find(|row| row.name == "Carl C.").unwrap();
        assert!(carl.opted_out_at.is_some());
    }
}

both! {
    async fn a_dry_run_counts_and_leaves_nothing(app: TestApp) {
        company(&app).await;
        let before = census(&app).await;
        let file: String = (0..1_200).map(|n| format!("x{n},Name {n},{},1,,\n", if n == 3 { "x1100" } else { "" })).collect();
        let file = format!("id,name,parent,owner,segment,team\na,Renamed,,1,,\n{file}z,Z,nobody,,,\n");
        let rehearsed = import_text(&app, Kind::Accounts, ACCOUNTS, file.as_bytes(), true).await.unwrap();
        assert!(rehearsed.dry_run);
        assert_eq!(counts(&rehearsed), (1_200, 1, 0, 1));
        assert_eq!(census(&app).await, before);
        let done = import_text(&app, Kind::Accounts, ACCOUNTS, file.as_bytes(), false).await.unwrap();
        assert_eq!((counts(&done), faults(&done)), (counts(&rehearsed), faults(&rehearsed)));
    }
}
