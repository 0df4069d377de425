//! JSON lines: the same rows as of CSV, and lines that are not what they should be.

use super::*;

/// Reads a file of accounts by the least of mappings, as it would be imported.
fn read(file: &[u8]) -> Result<Vec<Result<AccountRow, Trouble>>, String> {
    settled(map(Kind::Accounts, NAMES), file).map(|(_, rows)| rows).map_err(|error| error.to_string())
}

/// What is refused of a file whose first line is good.
fn told(lines: &[u8]) -> Vec<String> {
    match read(&[b"{\"id\":1,\"name\":\"One\"}\n", lines].concat()) {
        Ok(rows) => troubles(rows),
        Err(error) => vec![error],
    }
}

/// The cells of a file, by column.
fn cells(file: &str) -> Vec<Vec<(String, String)>> {
    let mut mapping = map(Kind::Accounts, &format!("unquote_formulas = true\n{NAMES}"));
    settle(|| Ok(file.as_bytes()), &mut mapping).unwrap();
    let mut reader = Reader::open(file.as_bytes(), mapping.written()).unwrap();
    let mut rows = Vec::new();
    while let Some(record) = reader.next_record() {
        let record = record.unwrap();
        let cell = |(at, name): (usize, &String)| (name.clone(), record.get(at).to_owned());
        rows.push(reader.header().names().iter().enumerate().map(cell).collect());
    }
    rows
}

fn one(value: &str) -> String {
    cells(&format!("{{\"x\":{value}}}")).remove(0).remove(0).1
}

#[test]
fn the_same_mapping_reads_the_same_rows_of_both() {
    let csv = "id,name,tier,value,renewal\n1,\"Zoë, \"\"x\"\"\",KEY,1250.5,31/03/2027\n2,Two,,,01/04/2027\n";
    let lines = "{\"id\":1,\"name\":\"Zoë, \\\"x\\\"\",\"tier\":\"KEY\",\"value\":1250.50,\"renewal\":\"31/03/2027\"}\n\
        {\"renewal\":\"01/04/2027\",\"tier\":null,\"name\":\"Two\",\"id\":\"2\"}";
    let mapping = "source = \"s\"\nseparator = \",\"\n[columns]\nreference = \"id\"\nname = \"name\"\ntier = \"tier\"\nannual_value = { column = \"value\", scale = 100 }\nrenewal_on = \"renewal\"\n";
    let both = [csv, lines].map(|file| {
        let (found, rows) = settled::<AccountRow>(map(Kind::Accounts, mapping), file.as_bytes()).unwrap();
        let rows: Vec<_> = rows.into_iter().map(|row| AccountRow { row: 0, ..row.unwrap() }).collect();
        (found.to_string(), rows)
    });
    assert_eq!(both[0].1, both[1].1);
    assert_eq!(both[1].1[0].annual_value, Given::Value(125_050));
    assert_eq!(both[0].0, "UTF-8, cells separated by ,; columns.renewal_on written %d/%m/%Y");
    assert_eq!(both[1].0, "UTF-8, JSON lines; columns.renewal_on written %d/%m/%Y");
}

#[test]
fn a_guess_is_the_same_for_both() {
    let csv = "id,reference,name,annual_value,owner\n1,r1,'=Acme,125050,ana@s.test\n";
    let lines = "{\"id\":1,\"reference\":\"r1\",\"name\":\"=Acme\"}\n{\"id\":2,\"annual_value\":125050,\"owner\":\"ana@s.test\"}\n";
    let [csv, lines] = [csv, lines].map(|file| guess(|| Ok(file.as_bytes()), Kind::Accounts, "s", None).unwrap());
    assert_eq!((&csv.toml, &csv.unread), (&lines.toml, &lines.unread));
    assert_eq!(lines.fields[1].2, "=Acme");
    assert!(lines.toml.contains("{ column = \"owner\", by = \"email\" }"), "{}", lines.toml);
}

#[test]
fn a_guess_is_made_of_a_line_that_is_longer_than_what_is_looked_at() {
    let file =
        format!("{{\"id\":1,\"name\":\"One\",\"fax\":0,\"notes\":\"{}\",\"tier\":\"KEY\"}}\n", "a".repeat(100_000));
    let guess = guess(|| Ok(file.as_bytes()), Kind::Accounts, "s", None).unwrap();
    let unread: Vec<&str> = guess.unread.iter().map(|(column, _)| column.as_str()).collect();
    assert_eq!((guess.missing.len(), unread), (0, vec!["fax", "notes"]));
}

#[test]
fn values_are_the_cells_that_csv_would_hold() {
    for (value, cell) in [
        ("null", ""),
        ("true", "true"),
        ("12345678901234567890123", "12345678901234567890123"),
        ("1250.50", "1250.50"),
        ("-1e3", "-1e3"),
        ("\" a \"", "a"),
        ("\"\\u00e9\\n\\ud83d\\ude00\"", "é\n😀"),
        ("[\"CHAMPION\",\"USER\"]", "CHAMPION;USER"),
        ("[]", ""),
        ("[1, true, null, \"x\"]", "1;true;;x"),
        ("[[1],\"x\"]", "[[1],\"x\"]"),
        ("{\"amount\": 1.50, \"deep\": {\"x\": []}}", "{\"amount\": 1.50, \"deep\": {\"x\": []}}"),
        // No apostrophe stands before a formula here, so one that stands there is meant.
        ("\"'=1+1\"", "'=1+1"),
        ("\"=1+1\"", "=1+1"),
    ] {
        assert_eq!(one(value), cell, "{value}");
    }
}

#[test]
fn keys_are_columns_wherever_they_come_first() {
    let file = "{\"b\":1,\"a\":2}\r\n\r\n  \n{\" c \":3,\"a\":4,\"\":5}\n{}\n";
    let row = |cells: [&str; 3]| ["b", "a", "c"].into_iter().map(String::from).zip(cells.map(String::from)).collect();
    let expected: Vec<Vec<_>> = vec![row(["1", "2", ""]), row(["", "4", "3"]), row(["", "", ""])];
    assert_eq!(cells(file), expected);
    // A key that only a late line has is still one.
    let mut late = "{\"id\":1,\"name\":\"x\"}\n".repeat(5_000);
    late.push_str("{\"id\":2,\"name\":\"y\",\"tier\":\"KEY\"}\n");
    let mapping = map(Kind::Accounts, &NAMES.replace(" }", ", tier = \"tier\" }"));
    let (_, rows) = settled::<AccountRow>(mapping, late.as_bytes()).unwrap();
    assert_eq!(rows[5_000].as_ref().unwrap().tier, Given::Value(entity::Tier::Key));
    assert_eq!(rows[0].as_ref().unwrap().tier, Given::Blank);
    let missing = read(b"{\"id\":1,\"nome\":\"x\"}\n").unwrap_err();
    assert_eq!(missing, "column name: is read by the mapping but not in the file, whose columns are id, nome");
}

#[test]
fn rows_are_counted_as_lines() {
    for end in ["\n", "\r\n"] {
        let file = ["{\"id\":1,\"name\":\"a\\nb\"}", "", "{\"id\":2}", "{\"id\":3,\"name\":\"c\"}", "", ""].join(end);
        let rows = read(file.as_bytes()).unwrap();
        assert_eq!(rows.last().unwrap().as_ref().unwrap().row, 4);
        let told = troubles(rows);
        assert!(told[0].starts_with("row 1, name: a\\u{a}b"), "{told:?}");
        assert_eq!(told[1..], ["row 3, name: is blank, but name must be filled"]);
    }
}

#[test]
fn a_bad_line_is_refused_alone_by_its_row() {
    for (line, rule) in [
        ("[1,2]", "row 2: [1,2] is no JSON object: it begins with no {"),
        ("null", "row 2: null is no JSON object: it begins with no {"),
        (
            "{\"id\":2 \"name\":\"x\"}",
            "row 2: {\"id\":2 \"name\":\"x\"} is no JSON object: expected `,` or `}` (byte 9)",
        ),
        ("{\"id\":2}{\"id\":3}", "row 2: {\"id\":2}{\"id\":3} is no JSON object: trailing characters (byte 9)"),
        ("{id:2}", "row 2: {id:2} is no JSON object: key must be a string (byte 2)"),
        ("{\"id\":2,}", "row 2: {\"id\":2,} is no JSON object: trailing comma (byte 9)"),
        ("{\"id\":NaN}", "row 2: {\"id\":NaN} is no JSON object: expected value (byte 7)"),
        ("{\"id\":2,\"id\":2,\"name\":\"x\"}", "row 2, id: is told twice"),
        ("{\"id\":2,\"name\":\"\\ud800\"}", "row 2, name: is no text: unexpected end of hex escape (byte 8)"),
        ("{\"id\":2,\"name\":\"a\\u0000b\"}", "row 2, name: a\\u{0}b holds the character NUL, which no text may hold"),
    ] {
        assert_eq!(told(format!("{line}\n{{\"id\":3,\"name\":\"Three\"}}\n").as_bytes()), [rule], "{line}");
    }
    let nul = told(b"{\"id\":2,\"name\":\"a\0b\"}\n");
    assert!(nul[0].ends_with("control character (\\u0000-\\u001F) found while parsing a string (byte 17)"), "{nul:?}");
    // Whatever a line holds, what is said of it stays short.
    let long = told(format!("\"{}\"\n", "x".repeat(500_000)).as_bytes());
    assert!(long[0].len() < 200, "{}", long[0].len());
}

#[test]
fn a_file_that_ends_inside_a_line_is_cut_off() {
    for line in ["{\"id\":2,\"na", "{", "{\"id\":2,\"name\":\"x\"", "{\"id\":2,\"name\":\"Zo\u{eb}"] {
        assert_eq!(told(line.as_bytes()), ["row 2 ends inside its JSON object: the file is cut off"], "{line}");
    }
    assert_eq!(told(b"{\"id\":2,\"name\":\"Zo\xC3"), ["row 2 ends inside its JSON object: the file is cut off"]);
    assert!(told(b"{\"id\":2,\"name\":\"Two\"}").is_empty(), "the last line needs no end");
}

#[test]
fn json_of_another_form_is_told_how_to_become_lines() {
    for (file, why) in [
        (
            "[{\"id\":1}]",
            "the file is neither CSV nor JSON lines but one JSON array; make lines of it: jq -c '.[]' FILE",
        ),
        (
            "\u{feff}\n[\n  {\n",
            "the file is neither CSV nor JSON lines but one JSON array; make lines of it: jq -c '.[]' FILE",
        ),
        (
            "{\n  \"id\": 1\n}\n",
            "row 1 is no JSON object on one line: EOF while parsing an object (byte 1); of other JSON make such lines: jq -c . FILE",
        ),
        (
            "{\"id\"},name\n1,One\n",
            "row 1 is no JSON object on one line: expected `:` (byte 6); of other JSON make such lines: jq -c . FILE",
        ),
        ("", "the file is empty; the first line of CSV must name the columns"),
        (
            "\n \n",
            "column id: is read by the mapping but not in the file, whose columns are ; is separator right?\ncolumn name: is read by the mapping but not in the file, whose columns are ; is separator right?",
        ),
        (
            "{}\n",
            "column id: is read by the mapping but not in the file, whose columns are \ncolumn name: is read by the mapping but not in the file, whose columns are ",
        ),
    ] {
        assert_eq!(read(file.as_bytes()).unwrap_err(), why, "{file}");
    }
    // Braces and brackets alone make no JSON.
    let mapping = "source = \"s\"\ncolumns = { reference = \"{id}\", name = \"[name]\" }\n";
    for file in ["{id},[name]\n1,One\n", "[name],{id}\nOne,1\n"] {
        let (_, rows) = settled::<AccountRow>(map(Kind::Accounts, mapping), file.as_bytes()).unwrap();
        assert_eq!(rows[0].as_ref().unwrap().name, "One");
    }
}

#[test]
fn lines_are_read_in_each_encoding() {
    let text = "{\"id\":1,\"name\":\"Zoë\"}\n{\"id\":2,\"name\":\"Łódź\"}\n";
    let wide = |big: bool, mark: bool| -> Vec<u8> {
        let text = if mark { format!("\u{feff}{text}") } else { text.to_owned() };
        text.encode_utf16().flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
    };
    for (file, encoding) in [
        (text.as_bytes().to_vec(), "UTF-8"),
        ([b"\xEF\xBB\xBF", text.as_bytes()].concat(), "UTF-8"),
        (wide(false, true), "UTF-16LE"),
        (wide(true, true), "UTF-16BE"),
        (wide(false, false), "UTF-16LE"),
    ] {
        let (found, rows) = settled::<AccountRow>(map(Kind::Accounts, NAMES), &file).unwrap();
        let names: Vec<_> = rows.into_iter().map(|row| row.unwrap().name).collect();
        assert_eq!((found.encoding.as_str(), names), (encoding, vec!["Zoë".to_owned(), "Łódź".to_owned()]));
        assert!(is_lines(&file[..]).unwrap());
    }
    let (found, rows) = settled::<AccountRow>(map(Kind::Accounts, NAMES), b"{\"id\":1,\"name\":\"Zo\xEB\"}\n").unwrap();
    assert_eq!((found.encoding.as_str(), rows[0].as_ref().unwrap().name.as_str()), ("windows-1252", "Zoë"));
    let mixed = told(b"{\"id\":2,\"name\":\"Zo\xC3\xAB\"}\n{\"id\":3,\"name\":\"Zo\xEB\"}\n");
    assert!(mixed[0].starts_with("the file mixes encodings: row 2 is UTF-8, row 3 is not;"), "{mixed:?}");
    let mapping = map(Kind::Accounts, &format!("encoding = \"utf-8\"\n{NAMES}"));
    let error =
        settled::<AccountRow>(mapping, b"{\"id\":1,\"name\":\"One\"}\n{\"id\":2,\"name\":\"\xEB\"}\n").unwrap_err();
    assert!(matches!(error, FileError::NotUtf8 { offset: 38, row: 2, byte: 0xEB }), "{error}");
}

#[test]
fn a_line_of_a_gigabyte_is_refused_after_one_mebibyte() {
    let reached = std::cell::Cell::new(0_u64);
    for (start, row) in
        [(&b"{\"id\":1,\"name\":\"x\"}\n{\"id\":\""[..], 2), (b"{\"", 1), (b"{\"id\":[[[[", 1), (b"{}\n    ", 2)]
    {
        for fill in *b"a[ " {
            reached.set(0);
            let open = || Ok(Counted(start.chain(std::io::repeat(fill)).take(1 << 30), &reached));
            let told = settle(open, &mut map(Kind::Accounts, NAMES)).unwrap_err();
            assert!(matches!(told, FileError::TooLong { row: at } if at == row), "{told}");
            assert!(reached.get() < (1 << 20) + 200_000, "{} bytes read", reached.get());
        }
    }
}

#[test]
fn a_line_of_just_one_mebibyte_is_read() {
    for end in ["", "\n", "\r\n"] {
        let line = |bytes: usize| {
            let rest = "{\"id\":2,\"name\":\"\"}".len();
            format!("{{\"id\":2,\"name\":\"{}\"}}{end}", "a".repeat(bytes - rest))
        };
        assert!(told(line(1 << 20).as_bytes())[0].starts_with("row 2, name: aaaa"));
        let long = told(line((1 << 20) + 1).as_bytes());
        assert_eq!(long, ["row 2 is longer than 1 MiB; is a quote in it not closed, or a line end missing?"]);
    }
}

#[test]
fn nesting_of_any_depth_is_passed_over() {
    for (open, close) in [("[", "]"), ("{\"x\":", "}")] {
        let (deep, half) = (100_000, 50_000);
        let value = |levels: usize| format!("{}1{}", open.repeat(levels), close.repeat(levels));
        let line = |value: String| format!("{{\"id\":2,\"name\":\"Two\",\"junk\":{value}}}\n");
        assert!(told(line(value(deep)).as_bytes()).is_empty());
        assert!(told(line(format!("[{},{}]", value(half), value(half))).as_bytes()).is_empty());
        let named = format!("{{\"id\":2,\"name\":{}}}\n", value(deep));
        assert!(told(named.as_bytes())[0].contains("must have at most 200 characters"));
    }
}

#[test]
fn a_thousand_keys_are_taken_and_no_more() {
    let wide = |from: usize, keys: usize| {
        let keys: Vec<String> = (from..from + keys).map(|n| format!("\"k{n}\":1")).collect();
        format!("{{\"id\":2,\"name\":\"Two\",{}}}\n", keys.join(","))
    };
    assert!(told(wide(0, 998).as_bytes()).is_empty());
    let refused = ["row 2: brings the keys of the file to more than 1000"];
    assert_eq!(told(wide(0, 999).as_bytes()), refused);
    assert_eq!(told(wide(0, 10_000).as_bytes()), refused);
    let lines: String = (0..2_000).map(|at| wide(at, 1)).collect();
    assert_eq!(told(lines.as_bytes()), ["row 1000: brings the keys of the file to more than 1000"]);
    // Nor may they be of any length: all of them are kept.
    let long: Vec<String> = (0..10).map(|at| format!("{{\"{at}{}\":1}}\n", "k".repeat(200_000))).collect();
    assert_eq!(told(long.concat().as_bytes()), ["row 7: brings the keys of the file to more than 1000"]);
}

/// Random cells, against the reading of the same as CSV.
#[test]
fn every_cell_is_the_one_that_csv_holds() {
    let mut state = 11_u64;
    let mut random = move |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % below
    };
    let parts = ["a", ",", "\"", "\\", "\n", "é", "😀", "{", "}", "[", ":", "'", "\u{7f}", "\t", " ", "u0041"];
    let (mut csv, mut lines) = (csv::Writer::from_writer(Vec::new()), String::new());
    csv.write_record(["id", "name", "x"]).unwrap();
    for _ in 0..500 {
        let row: Vec<String> = (0..3).map(|_| (0..random(8)).map(|_| parts[random(parts.len())]).collect()).collect();
        csv.write_record(&row).unwrap();
        let mut keys: Vec<_> = ["id", "name", "x"].into_iter().zip(&row).collect();
        // The first line tells the order of the columns.
        if !lines.is_empty() {
            keys.rotate_left(random(3));
        }
        let keys: Vec<_> = keys.iter().map(|(key, cell)| format!("\"{key}\":{}", serde_json::json!(cell))).collect();
        lines.extend(["{", &keys.join(","), "}\n"]);
    }
    let csv = String::from_utf8(csv.into_inner().unwrap()).unwrap();
    let mut theirs = Reader::open(csv.as_bytes(), Written::default()).unwrap();
    for row in cells(&lines) {
        let record = theirs.next_record().unwrap().unwrap();
        assert!(row.iter().enumerate().all(|(at, (_, cell))| record.get(at) == cell), "{row:?} {record:?}");
    }
    assert!(theirs.next_record().is_none());
}
