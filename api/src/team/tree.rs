//! The closure of the tree, and the teams' places in it.

use std::collections::HashMap;

use entity::{PlaceId, TeamId, Time, team, team_place, team_tree};
use sea_orm::{
    ColumnTrait,
    sea_query::{Condition, Expr},
};

use crate::{
    base::{Error, Result},
    store::{Tx, among},
};

/// A team and the one above it.
#[derive(Clone, Copy, Debug)]
pub struct Node {
    pub id: TeamId,
    pub parent_id: Option<TeamId>,
}

/// The ways from the root down to some teams.
pub type Paths = HashMap<TeamId, Vec<TeamId>>;

/// Closure and places of new teams, parents before children; `above` knows the paths of teams that stand already.
pub async fn insert_tree(tx: &Tx, nodes: &[Node], above: &Paths, now: Time) -> Result<HashMap<TeamId, PlaceId>> {
    let mut paths = above.clone();
    let (mut closure, mut places) = (Vec::new(), Vec::new());
    for node in nodes {
        let mut path = match node.parent_id {
            Some(parent) => paths.get(&parent).cloned().ok_or(Error::NotFound("parent team"))?,
            None => Vec::new(),
        };
        path.push(node.id);
        closure.extend(path.iter().map(|ancestor_id| team_tree::Model { ancestor_id: *ancestor_id, team_id: node.id }));
        places.push(place(tx, node.id, &path, now));
        paths.insert(node.id, path);
    }
    let ids = places.iter().map(|place| (place.team_id, place.id)).collect();
    tx.insert_all::<team_tree::Entity>(closure).await?;
    tx.insert_all::<team_place::Entity>(places).await?;
    Ok(ids)
}

fn place(tx: &Tx, team_id: TeamId, path: &[TeamId], from_at: Time) -> team_place::Model {
    let path = path.iter().fold(String::new(), |path, id| path + &id.to_string() + "/");
    team_place::Model { id: tx.id(), team_id, path, from_at, until_at: None }
}

/// From the root down to the team itself.
pub(super) async fn path(tx: &Tx, id: TeamId) -> Result<Vec<TeamId>> {
    let place = tx
        .find::<team_place::Entity>()
        .filter(team_place::Column::TeamId.eq(id))
        .filter(team_place::Column::UntilAt.is_null())
        .one("team")
        .await?;
    place.path.split_terminator('/').map(|id| id.parse().map_err(Error::internal)).collect()
}

/// The place a team stands at now.
pub async fn place_of(tx: &Tx, id: TeamId) -> Result<PlaceId> {
    let place = tx
        .find::<team_place::Entity>()
        .filter(team_place::Column::TeamId.eq(id))
        .filter(team_place::Column::UntilAt.is_null())
        .one("team")
        .await?;
    Ok(place.id)
}

/// Moves a team and all below it; they get new places, the old ones are closed.
pub(super) async fn shift(tx: &Tx, id: TeamId, parent: Option<TeamId>, now: Time) -> Result<()> {
    let below: Vec<TeamId> = tx
        .find::<team_tree::Entity>()
        .filter(team_tree::Column::AncestorId.eq(id))
        .all()
        .await?
        .iter()
        .map(|row| row.team_id)
        .collect();
    if parent.is_some_and(|parent| below.contains(&parent)) {
        return Err(Error::invalid("/parentId", "must not be the team itself or one below it"));
    }
    let rows = tx.find::<team::Entity>().filter(among::<team::Entity, _>(team::Column::Id, &below)).all().await?;
    let mut above = HashMap::new();
    if let Some(parent) = parent {
        above.insert(parent, path(tx, parent).await?);
    }
    tx.remove::<team_tree::Entity>(Condition::all().add(team_tree::Column::TeamId.is_in(below.iter().copied())))
        .await?;
    let open = Condition::all()
        .add(team_place::Column::TeamId.is_in(below.iter().copied()))
        .add(team_place::Column::UntilAt.is_null());
    tx.set::<team_place::Entity>(open, vec![(team_place::Column::UntilAt, Expr::val(now))]).await?;
    let parents: HashMap<TeamId, Option<TeamId>> =
        rows.iter().map(|row| (row.id, if row.id == id { parent } else { row.parent_id })).collect();
    insert_tree(tx, &from_the_top(id, &parents), &above, now).await?;
    Ok(())
}

/// A subtree, parents before children.
fn from_the_top(root: TeamId, parents: &HashMap<TeamId, Option<TeamId>>) -> Vec<Node> {
    let mut nodes = vec![Node { id: root, parent_id: parents.get(&root).copied().flatten() }];
    let mut next = 0;
    while let Some(node) = nodes.get(next).copied() {
        next += 1;
        nodes.extend(
            parents
                .iter()
                .filter(|(id, parent)| **id != root && **parent == Some(node.id))
                .map(|(id, parent)| Node { id: *id, parent_id: *parent }),
        );
    }
    nodes
}
