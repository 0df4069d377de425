//! Members: the company's own staff.
//!
//! A member is in one team; membership is dated. An owner who changes team takes their accounts
//! along. Nobody who owns accounts or leads a team is deactivated. Admins change members.

mod graphql;
mod loader;
mod model;
mod moves;
mod service;

pub use graphql::{MemberMutation, MemberQuery};
pub use loader::MemberLoader;
pub use model::{CreateMember, Member, Person, UpdateMember};
pub use moves::{end_covers, follow};
pub use service::{ListMembers, create, list, update};
