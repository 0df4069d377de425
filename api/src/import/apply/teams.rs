//! The tree of teams, as it stands and as rows of a chunk let it grow.
//!
//! Paths start below the team at the top, the company itself, which a path may also name. Names are
//! compared as everywhere: without regard to case and spaces. Of namesakes below one team the oldest counts.

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
    fresh: Vec<(TeamId, String, TeamId)>,
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

    /// How far down a path stands already, and the names that are left.
    fn walk<'p>(&self, path: &'p [String]) -> (TeamId, &'p [String]) {
        let mut at = self.top;
        let mut left = path;
        if let Some((first, rest)) = path.split_first() {
            let word = key(first);
            let below = self.children.get(&(Some(self.top), word.clone()));
            if let Some(id) = below.or_else(|| self.children.get(&(None, word.clone()))) {
                (at, left) = (*id, rest);
            } else if word == self.top_key {
                left = rest;
            }
        }
        while let Some((first, rest)) = left.split_first() {
            let Some(id) = self.children.get(&(Some(at), key(first))) else { break };
            (at, left) = (*id, rest);
        }
        (at, left)
    }

    pub fn find(&self, path: &TeamPath) -> Option<TeamId> {
        let (id, left) = self.walk(path);
        left.is_empty().then_some(id)
    }

    /// The team of a path; what is missing of it will be made.
    pub fn plant(&mut self, tx: &Tx, path: &TeamPath) -> TeamId {
        let (mut at, left) = self.walk(path);
        for name in left {
            let id = tx.id();
            self.fresh.push((id, name.clone(), at));
            self.children.insert((Some(at), key(name)), id);
            self.parents.insert(id, Some(at));
            self.leads.insert(id, None);
            at = id;
        }
        at
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
        for (_, _, parent) in self.fresh.iter().filter(|(_, _, parent)| self.rows.contains_key(parent)) {
            above.insert(*parent, self.path(*parent));
        }
        let nodes: Vec<Node> =
            self.fresh.iter().map(|(id, _, parent)| Node { id: *id, parent_id: Some(*parent) }).collect();
        let fresh = self.fresh.into_iter().map(|(id, name, parent)| team::Model {
            id,
            name_key: key(&name),
            name,
            parent_id: Some(parent),
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
        tx.rewrite::<team::Entity>(changed).await?;
        Ok(())
    }

    fn path(&self, id: TeamId) -> Vec<TeamId> {
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
