//! Measures a parsed document without expanding it: every fragment is summed up once per
//! operation, and a spread adds its sum.
//!
//! Each sum only grows, so a limit passed anywhere is passed by the whole, and the walk stops
//! there. The walk visits no more nodes than the limit of expanded fields, and goes no deeper
//! than the limit of levels.

use std::collections::HashMap;

use async_graphql::{
    IntrospectionMode, Name, Pos, Request, Value, Variables,
    parser::types::{ExecutableDocument, Field, OperationDefinition, Selection, SelectionSet},
};

use super::{Limits, Refusal};

/// What a document asks for. Counts are of expanded fragments; over several operations `fields`
/// is their sum and the others are those of the greatest operation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Measure {
    /// Fields, spreads and inline fragments.
    pub fields: u64,
    /// Fields inside one another.
    pub depth: u64,
    /// Aliases.
    pub aliases: u64,
    /// Directives.
    pub directives: u64,
    /// Root fields.
    pub root_fields: u64,
    /// Fields that may be resolved, rows of pages multiplied.
    pub cost: u64,
    /// Nodes looked at while measuring: never more than twice the limit of fields.
    pub visited: u64,
}

/// Lists of the introspection types that lead from one type to the next.
const TYPE_LISTS: [&str; 4] = ["fields", "inputFields", "interfaces", "possibleTypes"];

/// A field that judges a whole audience, and how many fields it counts for.
const DEAR: (&str, u64) = ("dryRunProgram", 5_000);

/// Measures every operation and every fragment, used or not: validation walks them all.
pub(super) fn document(document: &ExecutableDocument, request: &Request, limits: &Limits) -> Result<Measure, Refusal> {
    let mut whole = Measure::default();
    for (_, operation) in document.operations.iter() {
        let mut walk = Walk::new(document, request, limits, Some(&operation.node));
        let sum = walk.selections(&operation.node.selection_set.node, 0)?;
        whole.visited += walk.visited;
        whole.fields += sum.nodes;
        whole.depth = whole.depth.max(sum.depth);
        whole.aliases = whole.aliases.max(sum.aliases);
        whole.directives = whole.directives.max(sum.directives);
        whole.root_fields = whole.root_fields.max(sum.roots);
        whole.cost = whole.cost.max(sum.cost);
        if sum.roots > limits.root_fields {
            let at = operation.node.selection_set.pos;
            return Err(Refusal::too_many("root fields", limits.root_fields, Some(at)));
        }
        if whole.fields > limits.fields {
            return Err(Refusal::too_many("fields", limits.fields, Some(operation.pos)));
        }
    }
    let mut walk = Walk::new(document, request, limits, None);
    for (name, fragment) in &document.fragments {
        walk.fragment(name, fragment.pos, 0)?;
    }
    whole.visited += walk.visited;
    Ok(whole)
}

/// What a selection set asks for, fragments expanded.
#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    nodes: u64,
    depth: u64,
    levels: u64,
    aliases: u64,
    directives: u64,
    cost: u64,
    /// Fields at the top of the set.
    roots: u64,
    /// Whether the set reads a page (`edges` or `nodes`), so that what holds it is a list.
    paged: bool,
    /// [`TYPE_LISTS`] inside one another.
    type_lists: u64,
}

impl Sum {
    /// Puts another part beside this one.
    fn add(&mut self, other: Self) {
        self.nodes = self.nodes.saturating_add(other.nodes);
        self.depth = self.depth.max(other.depth);
        self.levels = self.levels.max(other.levels);
        self.aliases = self.aliases.saturating_add(other.aliases);
        self.directives = self.directives.saturating_add(other.directives);
        self.cost = self.cost.saturating_add(other.cost);
        self.roots = self.roots.saturating_add(other.roots);
        self.paged |= other.paged;
        self.type_lists = self.type_lists.max(other.type_lists);
    }
}

struct Walk<'a> {
    document: &'a ExecutableDocument,
    request: &'a Request,
    limits: &'a Limits,
    operation: Option<&'a OperationDefinition>,
    /// The sum of each fragment seen; `None` while it is being summed up.
    fragments: HashMap<&'a str, Option<Sum>>,
    visited: u64,
}

impl<'a> Walk<'a> {
    fn new(
        document: &'a ExecutableDocument,
        request: &'a Request,
        limits: &'a Limits,
        operation: Option<&'a OperationDefinition>,
    ) -> Self {
        let fragments = HashMap::new();
        Self { document, request, limits, operation, fragments, visited: 0 }
    }

    fn selections(&mut self, set: &'a SelectionSet, level: u64) -> Result<Sum, Refusal> {
        let mut whole = Sum::default();
        for selection in &set.items {
            self.visited += 1;
            let mut part = match &selection.node {
                Selection::Field(field) => self.field(&field.node, field.pos, level)?,
                Selection::InlineFragment(inline) => {
                    self.inside(&inline.node.selection_set.node, selection.pos, level)?
                }
                Selection::FragmentSpread(spread) => {
                    self.fragment(&spread.node.fragment_name.node, selection.pos, level)?
                }
            };
            part.nodes = part.nodes.saturating_add(1);
            let directives = selection.node.directives().len() as u64;
            part.directives = part.directives.saturating_add(directives);
            whole.add(part);
            self.check(&whole, selection.pos)?;
        }
        Ok(whole)
    }

    /// Refuses a sum that is already too great.
    fn check(&self, sum: &Sum, at: Pos) -> Result<(), Refusal> {
        let limits = self.limits;
        let passed = [
            (sum.nodes, limits.fields, "fields"),
            (sum.depth, limits.depth, "fields inside one another"),
            (sum.aliases, limits.aliases, "aliases"),
            (sum.directives, limits.directives, "directives"),
            (sum.cost, limits.cost, "fields over all rows of its pages"),
        ];
        match passed.into_iter().find(|(value, most, _)| value > most) {
            Some((_, most, what)) => Err(Refusal::too_many(what, most, Some(at))),
            None => Ok(()),
        }
    }

    /// A selection set one level further in.
    fn inside(&mut self, set: &'a SelectionSet, at: Pos, level: u64) -> Result<Sum, Refusal> {
        if set.items.is_empty() {
            return Ok(Sum::default());
        }
        self.deeper(level + 1, at)?;
        let mut sum = self.selections(set, level + 1)?;
        sum.levels += 1;
        Ok(sum)
    }

    fn deeper(&self, level: u64, at: Pos) -> Result<(), Refusal> {
        if level > self.limits.levels {
            return Err(Refusal::too_many("selections inside one another", self.limits.levels, Some(at)));
        }
        Ok(())
    }

    fn fragment(&mut self, name: &'a Name, at: Pos, level: u64) -> Result<Sum, Refusal> {
        // A spread of nothing is for validation to name.
        let Some(fragment) = self.document.fragments.get(name) else {
            return Ok(Sum::default());
        };
        match self.fragments.get(name.as_str()) {
            Some(Some(sum)) => {
                let sum = *sum;
                self.deeper(level + sum.levels, at)?;
                Ok(sum)
            }
            Some(None) => {
                let name = super::shortened(name);
                Err(Refusal::invalid(format!("The fragment `{name}` holds itself."), Some(at)))
            }
            None => {
                self.fragments.insert(name, None);
                let sum = self.inside(&fragment.node.selection_set.node, at, level)?;
                self.fragments.insert(name, Some(sum));
                Ok(sum)
            }
        }
    }

    fn field(&mut self, field: &'a Field, at: Pos, level: u64) -> Result<Sum, Refusal> {
        let below = self.inside(&field.selection_set.node, at, level)?;
        let name = field.name.node.as_str();
        let type_lists = below.type_lists + u64::from(TYPE_LISTS.contains(&name));
        if name == "__schema" || name == "__type" {
            self.introspection(name, below.type_lists, at)?;
        }
        let said = self.rows(field);
        let otherwise = if below.paged { self.limits.page } else { 1 };
        let rows = said.unwrap_or(otherwise).max(1);
        // A page of bare values costs its rows too.
        let row = below.cost.max(u64::from(said.is_some()));
        Ok(Sum {
            nodes: below.nodes,
            depth: below.depth + 1,
            levels: below.levels,
            aliases: below.aliases + u64::from(field.alias.is_some()),
            directives: below.directives,
            cost: row.saturating_mul(rows).saturating_add(if name == DEAR.0 { DEAR.1 } else { 1 }),
            roots: 1,
            paged: name == "edges" || name == "nodes",
            type_lists,
        })
    }

    /// How many rows the field is asked for, where the query says so.
    fn rows(&self, field: &Field) -> Option<u64> {
        let said = ["first", "last"].into_iter().filter_map(|name| {
            let value = field.get_argument(name)?.node.clone();
            let value = value.into_const_with(|name| Ok::<_, ()>(self.variable(&name))).ok()?;
            number(&value)
        });
        said.max()
    }

    /// The value of a variable: from the request, else the default the operation declares.
    fn variable(&self, name: &Name) -> Value {
        let given: &Variables = &self.request.variables;
        let declared = || {
            let definitions = &self.operation?.variable_definitions;
            let definition = definitions.iter().find(|one| one.node.name.node == *name)?;
            definition.node.default_value()
        };
        given.get(name).or_else(declared).cloned().unwrap_or_default()
    }

    fn introspection(&self, name: &str, type_lists: u64, at: Pos) -> Result<(), Refusal> {
        // `__type` stays: without leave it answers null, as for a type that does not exist.
        let off = self.request.introspection_mode == IntrospectionMode::Disabled;
        if off && name == "__schema" {
            return Err(Refusal::forbidden("The schema cannot be read with this token.", at));
        }
        if type_lists > self.limits.introspection_lists {
            let most = self.limits.introspection_lists;
            return Err(Refusal::too_many("lists of types inside one another", most, Some(at)));
        }
        Ok(())
    }
}

/// A count of rows. What is no whole number of 64 bits is taken as the greatest; what is no
/// number at all is for validation to refuse.
fn number(value: &Value) -> Option<u64> {
    let Value::Number(number) = value else {
        return None;
    };
    let negative = number.as_i64().is_some_and(|number| number < 0);
    Some(if negative { 0 } else { number.as_u64().unwrap_or(u64::MAX) })
}
