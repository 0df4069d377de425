//! Teams: a tree of staff groups, each with a lead and deputies.
//!
//! The closure of the tree and the teams' places are kept in the transaction of the change. Whoever
//! leads or deputises is a manager, as long as they do. Admins change teams; all staff see them.

mod graphql;
mod loader;
mod model;
mod service;
mod tree;

pub use graphql::{TeamMutation, TeamQuery};
pub use loader::TeamLoader;
pub use model::{CreateTeam, Team, UpdateTeam};
pub use service::{create, list, update};
pub use tree::{Node, insert_tree, place_of};
