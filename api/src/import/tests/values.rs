//! Single values: what is taken, and the rule of what is not.

use entity::{ContactRoles, SurveyKind};

use super::super::{value, when};

#[test]
fn scores_keep_to_the_scale_of_their_kind() {
    for (kind, low, high) in [(SurveyKind::Nps, 0, 10), (SurveyKind::Csat, 1, 5), (SurveyKind::Ces, 1, 7)] {
        for score in -2..=12_i16 {
            let (least, most) = value::scale(kind).unwrap();
            let taken = value::whole(&score.to_string(), least, most).is_ok();
            assert_eq!(taken, (low..=high).contains(&score), "{kind} {score}");
        }
    }
    assert_eq!(value::whole("11", 0, 10).unwrap_err(), "is not between 0 and 10");
    for odd in ["", "9.0", "1e1", "+9", "nine", "٣", "99999999999", "-0x1", "9 ", "--1"] {
        assert!(value::whole(odd, 0, 10).is_err(), "{odd}");
    }
    assert!(value::scale(SurveyKind::Relationship).is_none());
}

#[test]
fn amounts_are_exact_or_refused() {
    assert_eq!(value::money("1100.04", 100_000_000, None), Ok(110_004_000_000));
    assert_eq!(value::money("0", 100, None), Ok(0));
    assert_eq!(value::money("12.50", 100, None), Ok(1250));
    assert_eq!(value::money("12.5000", 100, None), Ok(1250));
    assert_eq!(value::money("90071992547409.91", 100, None), Ok(9_007_199_254_740_991));
    for odd in [
        "12.505",
        "12.000",
        "90071992547409.92",
        "1,100.04",
        "-1",
        "+1",
        "1e400",
        "",
        ".",
        "5.",
        ".5",
        "€5",
        "NaN",
        "9999999999999999999999999999999999999999999",
    ] {
        assert!(value::money(odd, 100, None).is_err(), "{odd}");
    }
    let long = format!("1.{}1", "0".repeat(400));
    assert!(value::money(&long, 100, None).is_err());
}

#[test]
fn amounts_are_read_by_the_sign_before_their_decimals() {
    assert!(value::money("12.000", 100, None).unwrap_err().contains("may be 12000 or 12;"));
    for (raw, decimal, amount) in [
        ("12.000", ',', 1_200_000),
        ("12.000", '.', 1200),
        ("1.250,50", ',', 125_050),
        ("99,00", ',', 9900),
        ("1,250.5", '.', 125_050),
        ("1'234'567", '.', 123_456_700),
        ("1 234 567,8", ',', 123_456_780),
    ] {
        assert_eq!(value::money(raw, 100, Some(decimal)), Ok(amount), "{raw}");
    }
    for (raw, decimal) in [
        ("1.25,50", ','),
        ("1.2500", ','),
        ("1,2", '.'),
        (".500", ','),
        ("1.000'000", ','),
        ("1,", ','),
        ("1,2,3", ','),
    ] {
        assert!(value::money(raw, 100, Some(decimal)).is_err(), "{raw}");
    }
}

fn formats(format: Option<&str>) -> Vec<String> {
    format.map(str::to_owned).into_iter().collect()
}

#[test]
fn days_follow_their_format_and_are_never_guessed() {
    let day = |raw: &str, format: Option<&str>| when::day(raw, &formats(format));
    assert_eq!(day("2026-01-31", None).unwrap().to_string(), "2026-01-31");
    assert_eq!(day("31/01/2026", Some("%d/%m/%Y")).unwrap().to_string(), "2026-01-31");
    assert_eq!(day("31/01/2026 10:30", Some("%d/%m/%Y %H:%M")).unwrap().to_string(), "2026-01-31");
    for (raw, format) in [
        ("31/01/2026", None),
        ("2026-1-31", None),
        ("2026-02-30", None),
        ("0001-01-01", None),
        ("9999-12-31", None),
        ("01/31/2026", Some("%d/%m/%Y")),
        ("1/5/17", Some("%d/%m/%Y")),
        ("2017-05-32", Some("%Y-%m-%d")),
    ] {
        assert!(day(raw, format).is_err(), "{raw}");
    }
}

#[test]
fn instants_know_their_zone() {
    let la = chrono_tz::America::Los_Angeles;
    let utc = chrono_tz::UTC;
    let told =
        |raw: &str, format: Option<&str>, zone| when::instant(raw, &formats(format), zone).map(|time| time.to_string());
    assert_eq!(told("2017-05-13T01:00:00+02:00", None, la).unwrap(), "2017-05-12T23:00:00Z");
    assert_eq!(told("2017-05-13", None, la).unwrap(), "2017-05-13T19:00:00Z");
    assert_eq!(told("2017-05-13", None, utc).unwrap(), "2017-05-13T12:00:00Z");
    assert_eq!(told("13.05.2017 08:30", Some("%d.%m.%Y %H:%M"), la).unwrap(), "2017-05-13T15:30:00Z");
    assert_eq!(told("13.05.2017 08:30 +0000", Some("%d.%m.%Y %H:%M %z"), la).unwrap(), "2017-05-13T08:30:00Z");
    assert_eq!(told("13.05.2017", Some("%d.%m.%Y"), utc).unwrap(), "2017-05-13T12:00:00Z");
    assert!(told("2017-03-12 02:30", Some("%Y-%m-%d %H:%M"), la).unwrap_err().contains("leapt over"));
    assert_eq!(told("2017-11-05 01:30", Some("%Y-%m-%d %H:%M"), la).unwrap(), "2017-11-05T08:30:00Z");
    for odd in ["", "now", "2017-05-13 10:00", "0017-05-13T00:00:00Z", "1969-13-01", "99999-01-01T00:00:00Z"] {
        assert!(told(odd, None, utc).is_err(), "{odd}");
    }
}

#[test]
fn text_has_one_treatment() {
    assert_eq!(value::line("  Ca\u{301}fe \u{a0}", 10).unwrap(), "C\u{e1}fe");
    assert_eq!(value::prose("a\r\nb\rc\td", 10).unwrap(), "a\nb\nc\td");
    for odd in ["a\nb", "a\tb", "a\0b", "\u{1b}[2J", "a\u{202e}b", "a\u{2066}b", "a\u{85}b"] {
        assert!(value::line(odd, 10).is_err(), "{odd:?}");
    }
    for odd in ["a\0b", "a\u{202e}b", "\u{1b}"] {
        assert!(value::prose(odd, 10).is_err(), "{odd:?}");
    }
    assert!(value::line(&"é".repeat(10), 10).is_ok());
    assert!(value::line(&"é".repeat(11), 10).is_err());
}

#[test]
fn addresses_flags_languages_and_roles() {
    assert!(value::email("mei-mei.johns@crm.example").is_ok());
    for odd in
        ["a", "a@b", "@b.example", "a b@c.example", "a@b..example", ".a@b.example", "a@b.example\nBcc: x@y.example"]
    {
        assert!(value::email(odd).is_err(), "{odd}");
    }
    assert_eq!(value::domain("ACME.example").unwrap(), "acme.example");
    for odd in ["acme", "https://acme.example", "-a.example", "a_b.example", "a..example"] {
        assert!(value::domain(odd).is_err(), "{odd}");
    }
    assert_eq!((value::flag("Yes"), value::flag("0")), (Ok(true), Ok(false)));
    assert!(value::flag("maybe").is_err());
    assert!(value::language("pt-BR").is_ok() && value::language("English").is_err());
    assert!(value::time_zone("Europe/Berlin").is_ok() && value::time_zone("Berlin").is_err());
    let roles = value::choices::<_, ContactRoles>("champion; Decision maker").unwrap().list();
    assert_eq!(roles, [entity::ContactRole::DecisionMaker, entity::ContactRole::Champion]);
    assert!(value::choices::<_, ContactRoles>("boss").unwrap_err().starts_with("must be one of EXECUTIVE_SPONSOR"));
}

#[test]
fn secrets_of_links_are_long_and_of_many_letters() {
    for good in [
        "b2955c1b756d2cd8674e571cbd37ad50",
        "0b1a7c1e-54f6-4f2c-9f0d-2f6f0a9b7c3d",
        "V1StGXR8_Z5jdHi6B-myT",
        "tz4a98xxat96iws9zmbrgj3a",
        "Xy8kq0ZbV3mT1nS5uR7wPa9cE2d",
        "90071992547409919007199254740992123456",
    ] {
        assert_eq!(value::token(good), Ok(crate::secure::digest(good)), "{good}");
    }
    for bad in [
        "",
        "-._~-._~-._~-._~-._~-._~-._~-._~",
        "b2955c1b756d2cd8674e571cbd37a",
        "00000000000000000000000000000001",
        "123456789012345678901234567890123456",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "V1StGXR8_Z5jdHi6B-m",
        "V1StGXR8/Z5jdHi6B+myT",
        "V1StGXR8_Z5jdHi6B-myT ",
        &"V1StGXR8_Z5jdHi6B-myT".repeat(10),
    ] {
        assert!(value::token(bad).is_err(), "{bad}");
    }
}
