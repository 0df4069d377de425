//! GraphQL schemas.

use std::collections::BTreeMap;

use async_graphql::{
    Name,
    parser::{
        Positioned, parse_schema,
        types::{
            BaseType, ConstDirective, FieldDefinition, InputValueDefinition, Type, TypeDefinition, TypeKind,
            TypeSystemDefinition,
        },
    },
};

type Types = BTreeMap<String, TypeDefinition>;

/// What `new` takes away from clients of `old`.
///
/// # Panics
/// Where one of them is no schema.
pub fn graphql(old: &str, new: &str) -> Vec<String> {
    let (old, new) = (types(old), types(new));
    let mut found = Vec::new();
    for (name, was) in &old {
        match new.get(name) {
            Some(is) => type_of(name, was, is, &mut found),
            None => found.push(format!("{name} is gone")),
        }
    }
    found
}

fn types(text: &str) -> Types {
    let document = parse_schema(text).expect("a schema");
    let types = document.definitions.into_iter().filter_map(|definition| match definition {
        TypeSystemDefinition::Type(of) => Some((of.node.name.node.to_string(), of.node)),
        _ => None,
    });
    types.collect()
}

fn type_of(name: &str, old: &TypeDefinition, new: &TypeDefinition, found: &mut Vec<String>) {
    match (&old.kind, &new.kind) {
        (TypeKind::Scalar, TypeKind::Scalar) => {}
        (TypeKind::Object(old), TypeKind::Object(new)) => {
            fields(name, &old.fields, &new.fields, found);
            gone(name, "the interface", &old.implements, &new.implements, found);
        }
        (TypeKind::Interface(old), TypeKind::Interface(new)) => {
            fields(name, &old.fields, &new.fields, found);
            gone(name, "the interface", &old.implements, &new.implements, found);
        }
        (TypeKind::Union(old), TypeKind::Union(new)) => gone(name, "the member", &old.members, &new.members, found),
        (TypeKind::Enum(old), TypeKind::Enum(new)) => {
            let words = |of: &[Positioned<async_graphql::parser::types::EnumValueDefinition>]| {
                of.iter().map(|value| value.node.value.clone()).collect::<Vec<_>>()
            };
            gone(name, "the word", &words(&old.values), &words(&new.values), found);
        }
        (TypeKind::InputObject(was), TypeKind::InputObject(is)) => {
            inputs(name, &was.fields, &is.fields, found);
            if one_of(&new.directives) && !one_of(&old.directives) {
                found.push(format!("{name} takes only one of its fields now"));
            }
        }
        _ => found.push(format!("{name} is of another kind")),
    }
}

fn one_of(directives: &[Positioned<ConstDirective>]) -> bool {
    directives.iter().any(|directive| directive.node.name.node.as_str() == "oneOf")
}

fn gone(name: &str, what: &str, old: &[Positioned<Name>], new: &[Positioned<Name>], found: &mut Vec<String>) {
    let lost = old.iter().filter(|was| !new.iter().any(|is| is.node == was.node));
    found.extend(lost.map(|was| format!("{name} lost {what} {}", was.node)));
}

fn fields(
    name: &str,
    old: &[Positioned<FieldDefinition>],
    new: &[Positioned<FieldDefinition>],
    found: &mut Vec<String>,
) {
    for was in old.iter().map(|field| &field.node) {
        let at = format!("{name}.{}", was.name.node);
        let Some(is) = new.iter().map(|field| &field.node).find(|is| is.name.node == was.name.node) else {
            found.push(format!("{at} is gone"));
            continue;
        };
        // What comes must be what was said, or stricter.
        if !fits(&is.ty.node, &was.ty.node) {
            found.push(format!("{at} is {} now, not {}", is.ty.node, was.ty.node));
        }
        inputs(&at, &was.arguments, &is.arguments, found);
    }
}

fn inputs(
    at: &str,
    old: &[Positioned<InputValueDefinition>],
    new: &[Positioned<InputValueDefinition>],
    found: &mut Vec<String>,
) {
    for was in old.iter().map(|input| &input.node) {
        let at = format!("{at}.{}", was.name.node);
        let Some(is) = new.iter().map(|input| &input.node).find(|is| is.name.node == was.name.node) else {
            found.push(format!("{at} is gone"));
            continue;
        };
        // What was sent must be taken.
        if !fits(&was.ty.node, &is.ty.node) {
            found.push(format!("{at} takes {} now, not {}", is.ty.node, was.ty.node));
        }
        let default = |of: &InputValueDefinition| of.default_value.as_ref().map(|value| value.node.to_string());
        if default(was) != default(is) {
            found.push(format!("{at} has another default"));
        }
    }
    for is in new.iter().map(|input| &input.node) {
        let is_new = !old.iter().any(|was| was.node.name.node == is.name.node);
        if is_new && !is.ty.node.nullable && is.default_value.is_none() {
            found.push(format!("{at}.{} must be given now", is.name.node));
        }
    }
}

/// Whether every value of one type is one of another.
fn fits(of: &Type, to: &Type) -> bool {
    let base = match (&of.base, &to.base) {
        (BaseType::Named(of), BaseType::Named(to)) => of == to,
        (BaseType::List(of), BaseType::List(to)) => fits(of, to),
        _ => false,
    };
    base && (to.nullable || !of.nullable)
}
