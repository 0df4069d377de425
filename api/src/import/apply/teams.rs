//! The tree of teams, as it stands and as rows of a chunk let it grow.
//!
//! Paths start below the team at the top, the company itself, which a path may also name; those of an export never
//! do, and begin with an empty name where they start beside it. Names are compared as everywhere: without regard to
//! case and spaces. Of namesakes below one team the oldest counts.

use std::collections::{BTreeMap, HashMap};

use entity::{MemberId, TeamId, team};
use sea_orm::sea_query::Order;

use crate::{
    base::{Error, Result, key},
    import::TeamPath,
    store::{Tx, Visible},
    team::{Node, insert_tree},
};

pub(super) struct Teams {
    rows: BTreeMap<TeamId, Visible<team::Model>>,
    children: HashMap<(Option<TeamId>, String), TeamId>,
    parents: HashMap<TeamId, Option<TeamId>>,
    /// To be made, parents before children.
    fresh: Vec<(TeamId, String, Option<TeamId>)>,
    leads: BTreeMap<TeamId, Option<MemberId>>,
    top: TeamId,
    top_key: String,
    home: TeamId,
}

impl Teams {
    /// All teams, in one statement: there are few.
    pub async fn load(tx: &Tx) -> Result<Self> {
        let all = tx.find::<team::Entity>().order(team::Column::Id, Order::Asc).all().await?;
        let top = all.iter().find(|row| row.parent_id.is_none()).ok_or(Error::NotFound("team"))?;
        let (top, top_key) = (top.id, top.name_key.clone());
        let home = tx.viewer().home().unwrap_or(top);
        let mut children = HashMap::new();
        for row in &all {
            children.entry((row.parent_id, row.name_key.clone())).or_insert(row.id);
        }
        let parents = all.iter().map(|row| (row.id, row.parent_id)).collect();
        let leads = all.iter().map(|row| (row.id, row.lead_id)).collect();
        let rows = all.into_iter().map(|row| (row.id, row)).collect();
        Ok(Self { rows, children, parents, fresh: Vec::new(), leads, top, top_key, home })
    }

    /// Where accounts without owner and team wait.
    pub const fn home(&self) -> TeamId {
        self.home
    }

    /// How far down a path stands already, and the names that are left. `exact`: it is an export's.
    fn walk<'p>(&self, path: &'p [String], exact: bool) -> (Option<TeamId>, &'p [String]) {
        let (mut at, mut left) = (Some(self.top), path);
        if let Some((_, rest)) = path.split_first().filter(|(first, _)| first.is_empty()) {
            (at, left) = (if rest.is_empty() { at } else { None }, rest);
        } else if let Some((first, rest)) = path.split_first().filter(|_| !exact) {
            let word = key(first);
            let below = self.children.get(&(Some(self.top), word.clone()));
            if let Some(id) = below.or_else(|| self.children.get(&(None, word.clone()))) {
                (at, left) = (Some(*id), rest);
            } else if word == self.top_key {
                left = rest;
            }
        }
        while let Some((first, rest)) = left.split_first() {
            let Some(id) = self.children.get(&(at, key(first))) else { break };
            (at, left) = (Some(*id), rest);
        }
        (at, left)
    }

    pub fn find(&self, path: &TeamPath) -> Option<TeamId> {
        let (id, left) = self.walk(path, false);
        id.filter(|_| left.is_empty())
    }

    /// The team of a path; what is missing of it will be made. `exact`: the path is an export's.
    pub fn plant(&mut self, tx: &Tx, path: &TeamPath, exact: bool) -> TeamId {
        let (mut at, left) = self.walk(path, exact);
        for name in left {
            let id = tx.id();
            self.fresh.push((id, name.clone(), at));
            self.children.insert((at, key(name)), id);
            self.parents.insert(id, at);
            self.leads.insert(id, None);
            at = Some(id);
        }
        at.unwrap_or(self.top)
    }

    pub fn leads(&self, member: MemberId) -> bool {
        self.leads.values().any(|lead| *lead == Some(member))
    }

    /// Gives a team a lead; gives who led it before.
    pub fn lead(&mut self, team: TeamId, member: MemberId) -> Option<MemberId> {
        self.leads.insert(team, Some(member)).flatten()
    }

    /// A member leads nothing any more; says whether they did.
    pub fn relieve(&mut self, member: MemberId) -> bool {
        let mut did = false;
        for lead in self.leads.values_mut().filter(|lead| **lead == Some(member)) {
            *lead = None;
            did = true;
        }
        did
    }

    /// Writes new teams with their closure and places, and new leads.
    pub async fn write(self, tx: &Tx, source: &str) -> Result<()> {
        let now = tx.now();
        let mut above = HashMap::new();
        for parent in self.fresh.iter().filter_map(|(_, _, parent)| *parent).filter(|id| self.rows.contains_key(id)) {
            above.insert(parent, self.path(parent));
        }
        let nodes: Vec<Node> =
            self.fresh.iter().map(|(id, _, parent_id)| Node { id: *id, parent_id: *parent_id }).collect();
        let fresh = self.fresh.into_iter().map(|(id, name, parent_id)| team::Model {
            id,
            name_key: key(&name),
            name,
            parent_id,
            lead_id: self.leads.get(&id).copied().flatten(),
            territories: None,
            source: Some(source.to_owned()),
            reference: None,
            version: 1,
            created_at: now,
            updated_at: now,
        });
        let fresh: Vec<_> = fresh.collect();
        if !fresh.is_empty() {
            tx.insert_all::<team::Entity>(fresh).await?;
            insert_tree(tx, &nodes, &above, now).await?;
        }
        let mut changed = Vec::new();
        for (id, row) in self.rows {
            let lead_id = self.leads.get(&id).copied().flatten();
            if lead_id != row.lead_id {
                let old = team::Model::clone(&row);
                let version = old.version + 1;
                changed.push((row, team::Model { lead_id, version, updated_at: now, ..old }));
            }
        }
        tx.rewrite::<team::Entity>(changed).await.map(drop)
    }

    /// The ids from the top of the tree down to a team, itself included.
    pub fn path(&self, id: TeamId) -> Vec<TeamId> {
        let mut path = vec![id];
        let mut at = id;
        while let Some(Some(parent)) = self.parents.get(&at) {
            path.push(*parent);
            at = *parent;
        }
        path.reverse();
        path
    }
}
