//! What separates cells: told, found, or asked for.

use super::*;

fn read(head: &str, file: &str) -> Result<(String, Vec<String>), String> {
    let mapping = map(Kind::Accounts, &format!("{head}\n{NAMES}"));
    let (found, rows) = settled::<AccountRow>(mapping, file.as_bytes()).map_err(|error| error.to_string())?;
    Ok((
        found.separator.unwrap_or_default(),
        rows.into_iter().map(|row| row.map_or_else(|e| e.to_string(), |row| row.name)).collect(),
    ))
}

#[test]
fn the_separator_is_the_one_whose_header_the_mapping_knows() {
    for (separator, shown) in [(",", ","), (";", ";"), ("\t", "tab"), ("|", "|")] {
        let file =
            format!("id{separator}name{separator}a,b;c|d\te\n1{separator}One{separator}\n").replace("a,b;c|d\te", "x");
        assert_eq!(read("", &file), Ok((shown.to_owned(), vec!["One".to_owned()])));
    }
    // Decimal commas in every row do not mislead.
    assert_eq!(read("", "id;name;value,x\n1;One;1,5\n2;Two;2,5\n").unwrap().0, ";");
    assert_eq!(read("", "\"id\";\"name\"\n1;\"a;b, c\"\n"), Ok((";".to_owned(), vec!["a;b, c".to_owned()])));
}

#[test]
fn what_is_told_wins() {
    assert_eq!(
        read("", "sep=;\nid;name\n1;One\n2\n"),
        Ok((";".to_owned(), vec!["One".to_owned(), "row 3: must have 2 cells like the header, not 1".to_owned()]))
    );
    let told = read("separator = \",\"", "id;name\n1;One\n").unwrap_err();
    assert!(told.contains("is separator right?"), "{told}");
    assert_eq!(read("separator = \":\"", "id:name\n1:One\n"), Ok((":".to_owned(), vec!["One".to_owned()])));
}

#[test]
fn without_a_mapping_the_rows_decide_or_nobody() {
    let separator = |text: &str| {
        let guess = guess(|| Ok(text.as_bytes()), Kind::Accounts, "s", None);
        guess.map(|guess| guess.unread.len()).map_err(|error| error.to_string())
    };
    assert_eq!(separator("a;b;c,d\n1;2;3\n4,4;5;6,6\n"), Ok(3));
    assert_eq!(
        separator("a,b|c\n1,2|3\n4,5|6\n"),
        Err("separator: may be , or |; every row fits; tell it, like separator = \",\"".to_owned())
    );
    assert_eq!(separator("a\n1\n"), Ok(1));
}
