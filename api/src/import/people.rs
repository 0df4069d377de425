//! Members of a row: the member it describes, and the lead of their team where columns name one.

use super::build::Fields;
use super::mapping::Rules;
use super::rows::Seen;
use super::targets::read;
use super::{Given, Mapping, MemberRow, Record, Refusal};

/// The lead comes first, once for each team, so that a team has its lead before its members.
pub(super) fn members(mapping: &Mapping, record: &Record, seen: &mut Seen) -> Vec<Result<MemberRow, Refusal>> {
    let mut made = Vec::new();
    if let Some(rules) = &mapping.lead
        && let Some(lead) = lead(rules, mapping, record, seen)
    {
        made.push(lead);
    }
    made.push(member(&mapping.rules, mapping, record));
    made
}

fn member(rules: &Rules, mapping: &Mapping, record: &Record) -> Result<MemberRow, Refusal> {
    let mut fields = Fields::new(rules, record);
    let ((kept, reference), name) = (fields.origin(), fields.must("name", read::line));
    let email = fields.must("email", read::email);
    let (role, active) = (fields.given("role", read::choice), fields.given("active", read::flag));
    let (team, leads) = (fields.path(&mapping.team), fields.paths(&mapping.leads));
    let deputises = fields.paths(&mapping.deputises);
    fields.done(|| {
        Some(MemberRow {
            row: record.row(),
            kept,
            reference: reference?,
            name: name?,
            email: email?,
            role,
            active,
            team,
            leads,
            deputises,
            derived: false,
        })
    })
}

/// None where the row names no lead, or one told before. A lead of several teams is a member of the first.
fn lead(rules: &Rules, mapping: &Mapping, record: &Record, seen: &mut Seen) -> Option<Result<MemberRow, Refusal>> {
    let named = Fields::new(rules, record).given("reference", read::line).value();
    named.as_ref()?;
    let mut lead = match member(rules, mapping, record) {
        Ok(lead) => lead,
        Err(refusal) => return Some(Err(refusal)),
    };
    let Given::Value(path) = lead.team.clone() else { return None };
    let known = seen.leads.entry(lead.reference.clone()).or_default();
    if known.contains(&path) {
        return None;
    }
    if !known.is_empty() {
        lead.team = Given::Unmapped;
    }
    known.push(path.clone());
    lead.leads = Given::Value(vec![path]);
    lead.derived = true;
    Some(Ok(lead))
}
