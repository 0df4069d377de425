//! A whole row as the audit tells of it: short, since one is kept of every row that is made.

use std::fmt::Display;

use serde::{
    Serialize, Serializer,
    ser::{Error as _, Impossible, SerializeStruct},
};
use serde_json::Error;

/// What stands beside it, in columns of the entry; what every new row has alike; what follows from another column.
const BESIDE: [&str; 7] = ["id", "account_id", "created_at", "updated_at", "version", "name_key", "email_key"];

/// What a column holds that holds nothing: no, never.
const BLANK: [&[u8]; 3] = [b"null", b"false", b"\"1970-01-01T00:00:00Z\""];

/// A row as a JSON object, without what stands beside it and what is blank. Fails where `row` is no struct.
pub(super) fn brief(row: &impl Serialize) -> Result<String, Error> {
    row.serialize(Brief)
}

struct Brief;

/// The object so far.
struct Object(Vec<u8>);

impl SerializeStruct for Object {
    type Ok = String;
    type Error = Error;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Error> {
        if BESIDE.contains(&name) {
            return Ok(());
        }
        let Self(text) = self;
        let begin = text.len();
        text.extend_from_slice(if begin == 0 { b"{\"" } else { b",\"" });
        text.extend_from_slice(name.as_bytes());
        text.extend_from_slice(b"\":");
        let value_at = text.len();
        serde_json::to_writer(&mut *text, value)?;
        if BLANK.contains(&&text[value_at..]) {
            text.truncate(begin);
        }
        Ok(())
    }

    fn end(self) -> Result<String, Error> {
        let Self(mut text) = self;
        text.extend_from_slice(if text.is_empty() { b"{}" } else { b"}" });
        String::from_utf8(text).map_err(Error::custom)
    }
}

fn none<T>() -> Result<T, Error> {
    Err(Error::custom("this is no row"))
}

macro_rules! none {
    ($($name:ident($($argument:ty),*)),+ $(,)?) => {
        $(fn $name(self, $(_: $argument),*) -> Result<String, Error> { none() })+
    };
}

macro_rules! none_of {
    ($($name:ident($($argument:ty),*) -> $compound:ident),+ $(,)?) => {
        $(fn $name(self, $(_: $argument),*) -> Result<Self::$compound, Error> { none() })+
    };
}

impl Serializer for Brief {
    type Ok = String;
    type Error = Error;
    type SerializeStruct = Object;
    type SerializeSeq = Impossible<String, Error>;
    type SerializeTuple = Impossible<String, Error>;
    type SerializeTupleStruct = Impossible<String, Error>;
    type SerializeTupleVariant = Impossible<String, Error>;
    type SerializeMap = Impossible<String, Error>;
    type SerializeStructVariant = Impossible<String, Error>;

    fn serialize_struct(self, _: &'static str, fields: usize) -> Result<Object, Error> {
        Ok(Object(Vec::with_capacity(fields * 24)))
    }

    fn serialize_some<T: Serialize + ?Sized>(self, row: &T) -> Result<String, Error> {
        row.serialize(self)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, row: &T) -> Result<String, Error> {
        row.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<String, Error> {
        none()
    }

    fn collect_str<T: Display + ?Sized>(self, _: &T) -> Result<String, Error> {
        none()
    }

    none! {
        serialize_bool(bool), serialize_i8(i8), serialize_i16(i16), serialize_i32(i32), serialize_i64(i64),
        serialize_u8(u8), serialize_u16(u16), serialize_u32(u32), serialize_u64(u64), serialize_f32(f32),
        serialize_f64(f64), serialize_char(char), serialize_str(&str), serialize_bytes(&[u8]), serialize_none(),
        serialize_unit(), serialize_unit_struct(&'static str), serialize_unit_variant(&'static str, u32, &'static str),
    }

    none_of! {
        serialize_seq(Option<usize>) -> SerializeSeq,
        serialize_tuple(usize) -> SerializeTuple,
        serialize_tuple_struct(&'static str, usize) -> SerializeTupleStruct,
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> SerializeTupleVariant,
        serialize_map(Option<usize>) -> SerializeMap,
        serialize_struct_variant(&'static str, u32, &'static str, usize) -> SerializeStructVariant,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize)]
    struct Row {
        id: u8,
        score: u8,
        name: String,
        name_key: String,
        seen: Option<u8>,
        inherited: bool,
        at: entity::Time,
    }

    #[test]
    fn it_tells_what_a_row_holds_and_nothing_twice() {
        let (name, name_key) = ("Ä \"b\"".to_owned(), "ä".to_owned());
        let row = Row { id: 7, score: 0, name, name_key, seen: None, inherited: false, at: entity::Time::NEVER };
        assert_eq!(brief(&row).unwrap(), r#"{"score":0,"name":"Ä \"b\""}"#);
        let row = Row { seen: Some(0), inherited: true, ..row };
        assert_eq!(brief(&row).unwrap(), r#"{"score":0,"name":"Ä \"b\"","seen":0,"inherited":true}"#);
        assert!(brief(&"text").is_err() && brief(&[1]).is_err());
    }
}
