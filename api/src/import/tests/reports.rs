//! Reports as text, as JSON, and the file of faults.

use super::*;

#[test]
fn a_report_counts_lists_a_hundred_faults_and_files_all() {
    let mut file = Vec::new();
    let mut report = Report::new(Kind::Responses, None, true, Some(&mut file));
    report.count(Outcome::Created);
    report.count(Outcome::Unchanged);
    report.refuse(&Refusal::from(RowError::new(2, "=cmd", "=1+1", "must be a day"))).unwrap();
    report
        .refuse(&Refusal {
            row: 3,
            faults: vec![RowError::new(3, "a", "-5", "x"), RowError::new(3, "b", "", "is blank")],
        })
        .unwrap();
    for row in 4..154 {
        report.refuse_answer(&RowError::new(row, "NETPRO", "11", "is not between 0 and 10")).unwrap();
    }
    let summary = report.finish(200, 5).unwrap();
    assert_eq!(
        (summary.refused, summary.refused_answers, summary.fault_count, summary.faults.len()),
        (2, 150, 153, 100)
    );
    let text = summary.to_string();
    assert!(text.starts_with("responses: read 200, nothing written\n  created 1, updated 0, unchanged 1\n  left out 5, refused 2, answers refused 150\n  row 2, =cmd: =1+1 must be a day\n"), "{text}");
    assert!(text.ends_with("  row 100, NETPRO: 11 is not between 0 and 10\n  … and 53 more"), "{text}");
    let json = serde_json::to_value(&summary).unwrap();
    assert_eq!((&json["kind"], &json["dryRun"], &json["faultCount"]), (&"responses".into(), &true.into(), &153.into()));
    assert_eq!(json["faults"][0]["row"], 2);
    let file = String::from_utf8(file).unwrap();
    let lines: Vec<_> = file.lines().collect();
    assert_eq!(lines.len(), 154);
    assert_eq!(&lines[..4], ["row,column,value,rule", "2,'=cmd,'=1+1,must be a day", "3,a,-5,x", "3,b,,is blank"]);
}

#[test]
fn without_faults_the_file_stays_empty() {
    let mut file = Vec::new();
    let summary = Report::new(Kind::Accounts, None, false, Some(&mut file)).finish(1, 0).unwrap();
    assert_eq!(summary.to_string(), "accounts: read 1\n  created 0, updated 0, unchanged 0\n  left out 0, refused 0");
    assert!(file.is_empty());
}
