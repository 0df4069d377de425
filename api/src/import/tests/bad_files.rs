//! Files that are not what they should be.

use std::io::{BufRead, BufReader};

use super::*;

fn told(file: &[u8]) -> Vec<String> {
    troubles(accounts(file))
}

#[test]
fn a_truncated_quote_is_named_by_the_row_that_opens_it() {
    let file = b"id,name\n1,One\n2,\"Two\n3,Three\n";
    let rows = accounts(file);
    assert!(rows[0].is_ok());
    assert_eq!(rows.len(), 2);
    assert!(matches!(&rows[1], Err(Trouble::File(FileError::UnclosedQuote { row: 3 }))), "{:?}", rows[1]);
}

#[test]
fn nul_refuses_its_row_alone() {
    let rows = accounts(b"id,name\n1,A\0B\n2,Two\n");
    assert!(rows[1].is_ok());
    assert_eq!(troubles(rows), ["row 2, name: A\\u{0}B holds the character NUL, which no text may hold"]);
}

#[test]
fn latin_1_is_refused_with_the_offset_of_its_byte() {
    let rows = accounts(b"id,name\n1,One\n2,Caf\xE9\n");
    assert!(
        matches!(&rows[1], Err(Trouble::File(FileError::NotUtf8 { offset: 19, row: 3, byte: 0xE9 }))),
        "{:?}",
        rows[1]
    );
    let marked = accounts(b"\xEF\xBB\xBFid,name\n1,Caf\xE9\n");
    assert!(matches!(&marked[0], Err(Trouble::File(FileError::NotUtf8 { offset: 16, row: 2, byte: 0xE9 }))));
    assert!(marked[0].as_ref().unwrap_err().to_string().contains("--encoding"));
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_first_name() {
    assert_eq!(accounts(b"\xEF\xBB\xBFid,name\n1,One\n")[0].as_ref().unwrap().reference, "1");
}

#[test]
fn a_line_of_a_gigabyte_is_refused_after_one_mebibyte() {
    let reached = std::cell::Cell::new(0_u64);
    for start in [&b"id,name\n1,"[..], b"id,name\n1,\"", b""] {
        reached.set(0);
        let input = Counted(start.chain(std::io::repeat(b'a')).take(1 << 30), &reached);
        let error = match rows::<AccountRow, _>(input, map(Kind::Accounts, NAMES)) {
            Ok(mut rows) => rows.next().unwrap().unwrap_err(),
            Err(error) => error.into(),
        };
        assert!(matches!(error, Trouble::File(FileError::TooLong { .. })), "{error}");
        assert!(reached.get() < (1 << 20) + 65_536, "{} bytes read", reached.get());
    }
}

#[test]
fn a_record_of_just_one_mebibyte_is_read() {
    let mut file = b"id,name\n1,".to_vec();
    file.resize(file.len() + (1 << 20) - 2, b'a');
    assert_eq!(told(&file).len(), 1);
    assert!(told(&file)[0].starts_with("row 2, name: aaaa"), "{}", told(&file)[0]);
    file.push(b'a');
    assert_eq!(told(&file), ["row 2 is longer than 1 MiB; is a quote in it not closed, or a line end missing?"]);
}

#[test]
fn faults_of_the_header_come_together() {
    assert_eq!(
        told(b"id,name,id,x,x\n"),
        ["column id: is named twice, as columns 1 and 3; each column needs a name of its own\n\
          column x: is named twice, as columns 4 and 5; each column needs a name of its own"]
    );
    assert_eq!(
        told(b"Id,nome\n"),
        ["column id: is read by the mapping but not in the file, whose columns are Id, nome\n\
          column name: is read by the mapping but not in the file, whose columns are Id, nome"]
    );
    assert!(told(b"id;name\n1;One\n")[0].ends_with("is separator right?"));
    assert_eq!(told(b""), ["the file is empty; the first line of CSV must name the columns"]);
    assert_eq!(told(b"\n\r\n"), ["the file is empty; the first line of CSV must name the columns"]);
}

#[test]
fn a_thousand_columns_are_taken_and_no_more() {
    let wide = |count: usize| {
        let mut names: Vec<String> = (0..count - 2).map(|n| format!("c{n}")).collect();
        names.extend(["id".to_owned(), "name".to_owned()]);
        format!("{}\n{}\n", names.join(","), vec!["1"; count].join(","))
    };
    assert!(accounts(wide(1_000).as_bytes())[0].is_ok());
    assert_eq!(told(wide(1_001).as_bytes()), ["header: names more than 1000 columns"]);
    assert_eq!(told(wide(5_000).as_bytes()), ["header: names more than 1000 columns"]);
}

#[test]
fn rows_of_another_width_are_refused_alone() {
    let rows = accounts(b"id,name\n1\n2,Two\n3,Three,x\n4,Four\n");
    assert_eq!(rows.iter().filter(|row| row.is_ok()).count(), 2);
    assert_eq!(
        troubles(rows),
        ["row 2: must have 2 cells like the header, not 1", "row 4: must have 2 cells like the header, not 3"]
    );
    let wide = format!("id,name\n{}\n", "x,".repeat(3_000));
    assert_eq!(told(wide.as_bytes()), ["row 2: must have 2 cells like the header, not more than 1000"]);
}

#[test]
fn rows_are_counted_as_a_spreadsheet_does() {
    for end in ["\n", "\r\n", "\r"] {
        let file = ["id,name", "1,\"One\nand\r\nmore\"", "", "2,", "3,\"said \"\"three\"\"\"", "", ""].join(end);
        let rows = accounts(file.as_bytes());
        let numbers: Vec<_> = rows
            .iter()
            .map(|row| match row {
                Ok(row) => row.row,
                Err(Trouble::Row(refusal)) => refusal.row,
                Err(other) => panic!("{other}"),
            })
            .collect();
        assert_eq!(numbers, [2, 4, 5], "{end:?}");
        assert_eq!(rows[2].as_ref().unwrap().name, "said \"three\"");
        let told = troubles(rows);
        assert!(told[0].starts_with("row 2, name: One\\u{a}and"), "{}", told[0]);
        assert_eq!(told[1], "row 4, name: is blank, but name must be filled");
    }
}

#[test]
fn the_cutter_and_the_splitter_agree_on_odd_quotes() {
    for (line, name) in [
        ("1,a\"b", Some("a\"b")),
        ("1,\"a\"b", Some("ab")),
        ("1,\"a\"\"b\"", Some("a\"b")),
        ("1, \"a\" ", Some("\"a\"")),
        ("1,\"a,b\"", Some("a,b")),
        ("1,\"a\"\"\"", Some("a\"")),
        ("1,\"\"", None),
    ] {
        let file = format!("id,name\n{line}\n2,Two\n");
        let rows = accounts(file.as_bytes());
        assert_eq!(rows.len(), 2, "{line}");
        assert_eq!(rows[0].as_ref().ok().map(|row| row.name.as_str()), name, "{line}");
        assert_eq!(rows[1].as_ref().unwrap().name, "Two", "{line}");
    }
}

#[test]
fn small_reads_change_nothing() {
    struct Drip<'a>(&'a [u8]);
    impl Read for Drip<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let count = buffer.len().min(1);
            self.0.read(&mut buffer[..count])
        }
    }
    let file = b"id,name\r\n1,\"O\r\nne\"\r\n\r\n2,Two";
    let mut whole = BufReader::new(&file[..]);
    let expected: Vec<_> =
        accounts(whole.fill_buf().unwrap()).into_iter().map(|row| row.map_err(|e| e.to_string())).collect();
    let dripped: Vec<_> = rows::<AccountRow, _>(Drip(file), map(Kind::Accounts, NAMES))
        .unwrap()
        .map(|row| row.map_err(|e| e.to_string()))
        .collect();
    assert_eq!(dripped, expected);
    assert_eq!(dripped.len(), 2);
}

#[test]
fn an_error_shows_at_most_80_letters() {
    let file = format!("id,name\n1,{}\n", "é".repeat(300));
    let Err(Trouble::Row(refusal)) = &accounts(file.as_bytes())[0] else { panic!("taken") };
    assert_eq!(refusal.faults[0].value.chars().count(), 81);
    assert_eq!(refusal.faults[0].rule, "must have at most 200 characters, not 300");
}

#[test]
fn every_fault_of_a_row_is_told() {
    let mapping = map(
        Kind::Accounts,
        "source = \"s\"\n[columns]\nreference = \"id\"\nname = \"name\"\ntier = \"tier\"\nhealth = \"health\"\n",
    );
    let file = b"id,name,tier,health\n1,,gold,101\n";
    let told = troubles(rows::<AccountRow, _>(&file[..], mapping).unwrap().collect());
    assert_eq!(
        told,
        ["row 2, name: is blank, but name must be filled\n\
          row 2, tier: gold must be one of STRATEGIC, KEY, STANDARD\n\
          row 2, health: 101 is not between 0 and 100"]
    );
}

/// Files of the characters that matter, against a reader that never looks at line ends by itself.
#[test]
fn random_files_are_cut_as_another_reader_cuts_them() {
    let mut state = 7_u64;
    let mut random = move |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % below
    };
    let parts = ["a", ",", "\"", "\n", "\r\n", "\r", "\"b\"", "\"\"", "é", ",\"", "\","];
    let (mut agreed, mut open) = (0, 0);
    for _ in 0..4_000 {
        let file: String = "h,i\n"
            .chars()
            .map(String::from)
            .chain((0..random(24)).map(|_| parts[random(parts.len())].to_owned()))
            .collect();
        let mut ours = Reader::open(file.as_bytes(), Written::default()).unwrap();
        let theirs =
            csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(file.as_bytes()).into_records();
        for record in theirs.map(Result::unwrap) {
            match ours.next_record().unwrap() {
                Ok(found) => assert!(record.iter().eq((0..found.len()).map(|place| found.get(place))), "{file:?}"),
                Err(Trouble::Row(_)) => assert_ne!(record.len(), 2, "{file:?}"),
                Err(Trouble::File(FileError::UnclosedQuote { .. })) => {
                    open += 1;
                    break;
                }
                Err(other) => panic!("{file:?}: {other}"),
            }
            agreed += 1;
        }
    }
    assert!(agreed > 4_000 && open > 400, "{agreed} {open}");
}

#[test]
fn ten_thousand_columns_and_a_long_first_line_are_refused_when_the_file_is_looked_at() {
    let wide = format!("{}\n", "c,".repeat(10_000));
    let told = settled::<AccountRow>(map(Kind::Accounts, NAMES), wide.as_bytes()).unwrap_err();
    assert!(
        matches!(&told, FileError::Header(_)) && told.to_string().contains("names more than 1000 columns"),
        "{told}"
    );
    let reached = std::cell::Cell::new(0_u64);
    for start in [&b"id,name\n1,"[..], b"id,name\n1,\"", b""] {
        reached.set(0);
        let open = || Ok(Counted(start.chain(std::io::repeat(b'a')).take(1 << 30), &reached));
        let told = settle(open, &mut map(Kind::Accounts, NAMES)).unwrap_err();
        assert!(matches!(told, FileError::TooLong { .. }), "{told}");
        // The first look, and one record.
        assert!(reached.get() < (1 << 20) + 200_000, "{} bytes read", reached.get());
    }
}
