//! The order of day, month and year: found where a column shows it, asked for where it does not.

use std::fmt::Write;

use super::*;

const HEAD: &str = "source = \"s\"\n";

fn mapping(date: &str) -> Mapping {
    map(Kind::Accounts, &format!("{HEAD}[columns]\nreference = \"id\"\nname = \"id\"\nrenewal_on = {date}\n"))
}

/// The days of a column, or why it is not read.
fn days(date: &str, values: &[&str]) -> Result<Vec<String>, String> {
    let mut file = "id,day,land\n".to_owned();
    for (at, value) in values.iter().enumerate() {
        let land = if at % 2 == 0 { "US" } else { "UK" };
        let _ = writeln!(file, "{at},{value},{land}");
    }
    let (_, rows) = settled::<AccountRow>(mapping(date), file.as_bytes()).map_err(|error| error.to_string())?;
    let day = |row: AccountRow| row.renewal_on.value().map_or_else(String::new, |day| day.to_string());
    Ok(rows.into_iter().map(|row| row.map_or_else(|trouble| trouble.to_string(), day)).collect())
}

#[test]
fn one_order_that_fits_all_is_taken() {
    for (values, expected) in [
        (&["31/01/2022", "", "01/02/2022"][..], &["2022-01-31", "", "2022-02-01"][..]),
        (&["1/31/2022", "2/1/2022"], &["2022-01-31", "2022-02-01"]),
        (&["31.1.22", "1.2.22"], &["2022-01-31", "2022-02-01"]),
        (&["99-12-31", "22-02-01"], &["1999-12-31", "2022-02-01"]),
        (&["2022/1/31", "2022/2/1"], &["2022-01-31", "2022-02-01"]),
        (&["2022-01-31", "2022-02-01"], &["2022-01-31", "2022-02-01"]),
        (&["31/01/2022 10:15", "01/02/2022", "03/02/2022 9:00:01"], &["2022-01-31", "2022-02-01", "2022-02-03"]),
        (&["1/31/2022 10:15 PM", "2/1/2022 9:00 am"], &["2022-01-31", "2022-02-01"]),
        // One day whichever way it is read, and forms that cannot be mistaken for each other.
        (&["05/05/2022", "06/06/2022"], &["2022-05-05", "2022-06-06"]),
        (&["2022-03-04", "31.12.2022"], &["2022-03-04", "2022-12-31"]),
    ] {
        assert_eq!(days("\"day\"", values).as_deref(), Ok(expected.map_strings().as_slice()), "{values:?}");
    }
    let (found, _) = settled::<AccountRow>(mapping("\"day\""), b"id,day\n1,31/01/2022\n").unwrap();
    assert_eq!(found.dates["columns.renewal_on"], ["%d/%m/%Y"]);
}

trait Strings {
    fn map_strings(&self) -> Vec<String>;
}
impl Strings for [&str] {
    fn map_strings(&self) -> Vec<String> {
        self.iter().map(ToString::to_string).collect()
    }
}

#[test]
fn two_orders_in_one_column_are_refused_with_the_rows_that_show_it() {
    let told = days("\"day\"", &["31/01/2022", "1/14/2022", "02/03/2022", "12/25/2022", "05/05/2022"]).unwrap_err();
    assert!(
        told.starts_with(
            "columns.renewal_on.date_format: column day: the dates have several orders: 1 only fit %d/%m/%Y (rows 2), \
             2 only fit %m/%d/%Y (rows 3, 5), 1 fit several (rows 4); tell it: date_format = \"%d/%m/%Y\""
        ),
        "{told}"
    );
    let many: Vec<String> =
        (1..=9).flat_map(|day| [format!("{}/01/2022", day + 12), format!("1/{}/2022", day + 12)]).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let told = days("\"day\"", &many).unwrap_err();
    assert!(
        told.contains("9 only fit %d/%m/%Y (rows 2, 4, 6, 8, 10 … 18), 9 only fit %m/%d/%Y (rows 3, 5, 7, 9, 11 … 19)"),
        "{told}"
    );
}

#[test]
fn a_column_that_fits_two_orders_throughout_is_refused() {
    let told = days("\"day\"", &["01/02/2022", "", "03/04/2022"]).unwrap_err();
    assert!(told.contains("every date can be read as %d/%m/%Y and as %m/%d/%Y (rows 2, 4); tell it"), "{told}");
    assert!(days("\"day\"", &["01-02-03"]).unwrap_err().contains("as %d-%m-%y and as %m-%d-%y and as %y-%m-%d"));
}

#[test]
fn what_is_told_is_kept_to() {
    let values = ["31/01/2022", "1/14/2022", "02/03/2022", "05/05/2022"];
    let one = days("{ column = \"day\", date_format = \"%d/%m/%Y\" }", &values).unwrap();
    assert_eq!(
        one,
        ["2022-01-31", "row 3, day: 1/14/2022 must be a day written as %d/%m/%Y", "2022-03-02", "2022-05-05"]
    );
    let list = days("{ column = \"day\", date_format = [\"%d/%m/%Y\", \"%m/%d/%Y\"] }", &values).unwrap();
    assert_eq!(
        list,
        [
            "2022-01-31",
            "2022-01-14",
            "row 4, day: 02/03/2022 is 2022-03-02 by %d/%m/%Y and 2022-02-03 by %m/%d/%Y; nothing tells which",
            "2022-05-05",
        ]
    );
    let by_row = "{ column = \"day\", date_format = { \"3-4\" = \"%m/%d/%Y\", else = \"%d/%m/%Y\" } }";
    assert_eq!(days(by_row, &values).unwrap(), ["2022-01-31", "2022-01-14", "2022-02-03", "2022-05-05"]);
    let by_cell = "{ column = \"day\", date_format = { by = \"land\", UK = \"%m/%d/%Y\", US = \"%d/%m/%Y\" } }";
    assert_eq!(days(by_cell, &values).unwrap(), ["2022-01-31", "2022-01-14", "2022-03-02", "2022-05-05"]);
    let no_else = "{ column = \"day\", date_format = { \"2\" = \"%d/%m/%Y\", \"4-9\" = \"%d/%m/%Y\" } }";
    assert_eq!(
        days(no_else, &values).unwrap()[1],
        "row 3, day: 1/14/2022 has no date_format for row 3, and there is no else"
    );
}

#[test]
fn groups_are_checked_with_the_mapping() {
    for (date, rule) in [
        ("{ \"9-2\" = \"%d/%m/%Y\" }", "9-2 is no row or range of rows like 2-100"),
        ("{ \"2-9\" = \"%d/%m/%Y\", \"9\" = \"%m/%d/%Y\" }", "tells row 9 twice"),
        ("{ else = \"%d/%m/%Y\" }", "must name rows like"),
        ("{ by = 1, UK = \"%d/%m/%Y\" }", "by must name a column"),
        ("[\"%d/%m/%Y\", \"%Q\"]", "is not a format like"),
        ("[]", "must be a format like"),
    ] {
        let text = format!(
            "{HEAD}columns = {{ reference = \"id\", name = \"id\", renewal_on = {{ column = \"day\", date_format = {date} }} }}\n"
        );
        let told = Mapping::parse(Kind::Accounts, &text).unwrap_err().to_string();
        assert!(told.starts_with("columns.renewal_on.date_format: ") && told.contains(rule), "{told}");
    }
    let unknown = mapping("{ column = \"day\", date_format = { by = \"Land\", UK = \"%d/%m/%Y\" } }");
    let told = settled::<AccountRow>(unknown, b"id,day,land\n1,1/1/2022,UK\n").unwrap_err().to_string();
    assert!(told.starts_with("column Land: is read by the mapping but not in the file"), "{told}");
}

#[test]
fn what_is_no_date_is_left_to_its_row() {
    let told = days("\"day\"", &["31/01/2022", "soon", "32/01/2022"]).unwrap();
    assert_eq!(told[0], "2022-01-31");
    assert_eq!(told[1], "row 3, day: soon must be a day written as %d/%m/%Y");
    assert_eq!(told[2], "row 4, day: 32/01/2022 must be a day written as %d/%m/%Y");
}
