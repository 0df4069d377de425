//! A checksum of rows that is the same on both engines, in whatever order the rows come.

use std::fmt;

use aws_lc_rs::digest::{SHA256, digest};
use sea_orm::{DbErr, Value};

/// How many rows, and the SHA-256 of each row's values added up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Sum {
    pub rows: u64,
    parts: [u64; 4],
}

impl Sum {
    pub fn add(&mut self, row: &[Value]) -> Result<(), DbErr> {
        let mut text = Vec::new();
        for value in row {
            write(&mut text, value)?;
        }
        let digest = digest(&SHA256, &text);
        for (part, bytes) in self.parts.iter_mut().zip(digest.as_ref().as_chunks().0) {
            *part = part.wrapping_add(u64::from_be_bytes(*bytes));
        }
        self.rows += 1;
        Ok(())
    }
}

/// The checksum alone, as 64 hex digits.
impl fmt::Display for Sum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.parts.iter().try_for_each(|part| write!(f, "{part:016x}"))
    }
}

/// A value in bytes: nothing is told from what is empty, and where a value ends is told before it begins.
fn write(text: &mut Vec<u8>, value: &Value) -> Result<(), DbErr> {
    let bytes = match value {
        Value::Uuid(value) => value.map(|value| value.as_bytes().to_vec()),
        Value::String(value) => value.as_ref().map(|value| value.as_bytes().to_vec()),
        Value::SmallInt(value) => value.map(|value| whole(i64::from(value))),
        Value::Int(value) => value.map(|value| whole(i64::from(value))),
        Value::BigInt(value) => value.map(whole),
        Value::Bool(value) => value.map(|value| vec![u8::from(value)]),
        Value::ChronoDate(value) => value.map(|value| value.to_string().into_bytes()),
        // PostgreSQL keeps microseconds.
        Value::ChronoDateTimeUtc(value) => value.map(|value| whole(value.timestamp_micros())),
        // Its keys come in their order.
        Value::Json(value) => {
            value.as_ref().map(serde_json::to_vec).transpose().map_err(|error| DbErr::Json(error.to_string()))?
        }
        Value::Bytes(value) => value.clone(),
        other => return Err(DbErr::Type(format!("no checksum is known of {other:?}"))),
    };
    match bytes {
        None => text.push(0),
        Some(bytes) => {
            text.push(1);
            text.extend(bytes.len().to_be_bytes());
            text.extend(bytes);
        }
    }
    Ok(())
}

fn whole(number: i64) -> Vec<u8> {
    number.to_be_bytes().to_vec()
}

#[cfg(test)]
mod tests {
    use sea_orm::Value;

    use super::Sum;

    fn sum(rows: &[Vec<Value>]) -> String {
        let mut sum = Sum::default();
        for row in rows {
            sum.add(row).unwrap();
        }
        sum.to_string()
    }

    #[test]
    fn any_order_is_one_sum_and_any_other_row_is_another() {
        let row = |one: &str, other: &str| vec![Value::from(one), Value::from(other)];
        let both = sum(&[row("a", "b"), row("c", "d")]);
        assert_eq!(both, sum(&[row("c", "d"), row("a", "b")]));
        assert_eq!(both.len(), 64);
        let others = [
            vec![row("a", "d"), row("c", "b")],
            vec![row("a", "b")],
            vec![row("a", "b"), row("c", "d"), row("c", "d")],
            vec![row("ab", ""), row("c", "d")],
            vec![row("a", "b"), vec![Value::from("c"), Value::String(None)]],
        ];
        for other in others {
            assert_ne!(both, sum(&other), "{other:?}");
        }
        assert_ne!(sum(&[row("", "")]), sum(&[vec![Value::String(None), Value::from("")]]));
    }
}
