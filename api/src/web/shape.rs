//! The last touches on the document, so that clients made from it read well: pages and alternatives have names of
//! their own, and an answer promises every field that it always holds.

use std::collections::BTreeMap;

use utoipa::openapi::{
    Components, Content, Discriminator, OpenApi, Ref, RefOr, Schema,
    path::{Operation, PathItem},
    schema::{AdditionalProperties, ArrayItems, Object, SchemaType, Type},
    security::SecurityRequirement,
};

type Schemas = BTreeMap<String, RefOr<Schema>>;

/// What a page of a generic list is called before.
const PAGED: &str = "Paged_";

/// Puts the last touches on the document.
pub fn finish(document: &mut OpenApi) {
    if let Some(Components { schemas, .. }) = document.components.as_mut() {
        name_pages(schemas);
        name_alternatives(schemas);
        for schema in schemas.values_mut() {
            if let RefOr::T(Schema::Object(object)) = schema {
                promise(object);
            }
        }
    }
    for operation in document.paths.paths.values_mut().flat_map(operations) {
        // Open to everybody: in the words that generators of clients understand.
        if operation.security.as_ref().is_some_and(|ways| ways.iter().all(|way| *way == SecurityRequirement::default()))
        {
            operation.security = Some(Vec::new());
        }
    }
    let contents = document.paths.paths.values_mut().flat_map(operations).flat_map(|operation| {
        operation.responses.responses.values_mut().filter_map(|response| match response {
            RefOr::T(response) => Some(&mut response.content),
            RefOr::Ref(_) => None,
        })
    });
    for content in contents.flat_map(|content| content.values_mut()) {
        if let RefOr::T(Content { schema: Some(RefOr::Ref(schema)), .. }) = content
            && let Some(row) = schema.ref_location.strip_prefix(&format!("#/components/schemas/{PAGED}"))
        {
            *schema = Ref::from_schema_name(page(row));
        }
    }
}

/// Every operation at an address.
pub fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.put, &mut item.post, &mut item.delete].into_iter().flatten()
}

fn page(row: &str) -> String {
    format!("{row}Page")
}

/// `Paged_Account`, which holds a copy of `Account`, becomes `AccountPage`, which refers to it.
fn name_pages(schemas: &mut Schemas) {
    let pages: Vec<String> = schemas.keys().filter(|name| name.starts_with(PAGED)).cloned().collect();
    for name in pages {
        let (Some(mut schema), Some(row)) = (schemas.remove(&name), name.strip_prefix(PAGED)) else { continue };
        if let RefOr::T(Schema::Object(object)) = &mut schema
            && let Some(RefOr::T(Schema::Array(data))) = object.properties.get_mut("data")
        {
            data.items = ArrayItems::RefOrSchema(Box::new(Ref::from_schema_name(row).into()));
        }
        schemas.insert(page(row), schema);
    }
}

/// One of several objects, told apart by one word of each: every object gets a name made of its word.
fn name_alternatives(schemas: &mut Schemas) {
    let mut named = Schemas::new();
    for (name, schema) in schemas.iter_mut() {
        let RefOr::T(Schema::OneOf(of)) = schema else { continue };
        let mut mapping = BTreeMap::new();
        let mut tag = None;
        for item in &mut of.items {
            let RefOr::T(Schema::Object(object)) = &mut *item else { continue };
            let Some((property, word)) =
                object.properties.iter().find_map(|(property, schema)| Some((property.clone(), only(schema)?)))
            else {
                continue;
            };
            object.additional_properties = Some(Box::new(AdditionalProperties::FreeForm(false)));
            if let Some(RefOr::T(Schema::Object(tag))) = object.properties.get_mut(&property) {
                tag.description = Some("Which of them this is.".to_owned());
            }
            let own = format!("{}{name}", word.split('_').map(raised).collect::<String>());
            mapping.insert(word, format!("#/components/schemas/{own}"));
            tag = Some(property);
            let object = std::mem::replace(item, Ref::from_schema_name(&own).into());
            named.insert(own, object);
        }
        if let Some(property) = tag {
            let mut discriminator = Discriminator::new(property);
            discriminator.mapping = mapping;
            of.discriminator = Some(discriminator);
        }
    }
    schemas.append(&mut named);
}

fn raised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// The one word that a field can be.
fn only(schema: &RefOr<Schema>) -> Option<String> {
    let RefOr::T(Schema::Object(object)) = schema else { return None };
    match object.enum_values.as_deref() {
        Some([word]) => word.as_str().map(str::to_owned),
        _ => None,
    }
}

/// In an answer a field that has nothing to tell is null, never absent. Requests, where it may be absent, refuse
/// fields that they do not know.
fn promise(object: &mut Object) {
    if matches!(object.additional_properties.as_deref(), Some(AdditionalProperties::FreeForm(false))) {
        return;
    }
    for (name, schema) in &object.properties {
        if may_be_null(schema) && !object.required.contains(name) {
            object.required.push(name.clone());
        }
    }
}

fn may_be_null(schema: &RefOr<Schema>) -> bool {
    let null = |kind: &SchemaType| match kind {
        SchemaType::Array(kinds) => kinds.contains(&Type::Null),
        SchemaType::Type(kind) => *kind == Type::Null,
        SchemaType::AnyValue => false,
    };
    match schema {
        RefOr::T(Schema::Object(object)) => null(&object.schema_type),
        RefOr::T(Schema::Array(array)) => null(&array.schema_type),
        RefOr::T(Schema::OneOf(of)) => of.items.iter().any(may_be_null),
        _ => false,
    }
}
