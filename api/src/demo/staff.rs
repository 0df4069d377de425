//! The company: a tree of teams, who leads them, who owns accounts in them.

use std::sync::Arc;

use entity::{MemberId, MemberRole, TeamId, Time, member, team, team_member};

use crate::{
    base::{Random, key},
    team::Node,
};

/// A region with its lead.
const REGIONS: [(&str, &str); 3] =
    [("Region North", "Greta Solberg"), ("Region South", "Matteo Ricci"), ("Region West", "Fiona Byrne")];

/// A team: name, region, territory, lead, owners.
const TEAMS: [(&str, usize, &str, &str, &[&str]); 6] = [
    ("Team Oslo", 0, "Nordics", "Henrik Aas", &["Sanna Virtanen", "Erik Lund", "Pia Nyberg"]),
    ("Team Hamburg", 0, "Germany", "Jana Petersen", &["Felix Brandt", "Leonie Kraus"]),
    ("Team Milan", 1, "Italy", "Paolo Greco", &["Giulia Conti", "Luca Ferri"]),
    ("Team Lyon", 1, "France", "Claire Dubois", &["Hugo Lambert", "Manon Roux", "Theo Girard"]),
    ("Team Dublin", 2, "Ireland", "Aoife Kelly", &["Sean Murphy", "Niamh Walsh"]),
    ("Team Bristol", 2, "United Kingdom", "Oliver Hart", &["Amelia Stone", "Jack Turner"]),
];

/// Who has left: their accounts went to others.
const LEFT: &str = "Tom Ashby";

/// The team that owns accounts in one territory.
pub struct Desk {
    pub team_id: TeamId,
    pub territory: &'static str,
    pub lead: MemberId,
    pub owners: Vec<MemberId>,
}

/// All rows of the staff, and where they sit.
pub struct Staff {
    pub teams: Vec<team::Model>,
    pub nodes: Vec<Node>,
    pub members: Vec<member::Model>,
    pub spells: Vec<team_member::Model>,
    pub desks: Vec<Desk>,
    /// Owned accounts of the last team until they left.
    pub left: MemberId,
}

impl Staff {
    pub fn named(&self, id: MemberId) -> Option<&member::Model> {
        self.members.iter().find(|row| row.id == id)
    }

    /// Teams below `top`, since `from`; every member signs in with the password behind `hash`.
    pub fn hire(random: &Arc<dyn Random>, top: TeamId, from: Time, hash: Option<&str>) -> Self {
        let mut hiring = Hiring {
            random,
            from,
            hash,
            staff: Self {
                teams: Vec::new(),
                nodes: Vec::new(),
                members: Vec::new(),
                spells: Vec::new(),
                desks: Vec::new(),
                left: MemberId::NOBODY,
            },
        };
        let mut regions = Vec::new();
        for (name, lead) in REGIONS {
            regions.push(hiring.team(name, Some(top), lead).0);
        }
        for (name, region, territory, lead, owners) in TEAMS {
            let (team_id, lead) = hiring.team(name, regions.get(region).copied(), lead);
            let owners = owners.iter().map(|name| hiring.member(name, team_id, MemberRole::Owner)).collect();
            hiring.staff.desks.push(Desk { team_id, territory, lead, owners });
        }
        if let Some(last) = hiring.staff.desks.last().map(|desk| desk.team_id) {
            hiring.staff.left = hiring.member(LEFT, last, MemberRole::Owner);
        }
        if let Some(row) = hiring.staff.members.last_mut() {
            row.active = false;
        }
        hiring.staff
    }
}

struct Hiring<'a> {
    random: &'a Arc<dyn Random>,
    from: Time,
    hash: Option<&'a str>,
    staff: Staff,
}

impl Hiring<'_> {
    fn team(&mut self, name: &str, parent_id: Option<TeamId>, lead: &str) -> (TeamId, MemberId) {
        let id = TeamId(self.random.id(self.from));
        let lead = self.member(lead, id, MemberRole::Manager);
        self.staff.nodes.push(Node { id, parent_id });
        self.staff.teams.push(team::Model {
            id,
            name: name.to_owned(),
            name_key: key(name),
            parent_id,
            lead_id: Some(lead),
            territories: None,
            source: None,
            reference: None,
            version: 1,
            created_at: self.from,
            updated_at: self.from,
        });
        (id, lead)
    }

    fn member(&mut self, name: &str, team_id: TeamId, role: MemberRole) -> MemberId {
        let id = MemberId(self.random.id(self.from));
        let email = format!("{}@larkfield.example", name.to_lowercase().replace(' ', "."));
        self.staff.members.push(member::Model {
            id,
            name: name.to_owned(),
            name_key: key(name),
            email_key: key(&email),
            email,
            role,
            active: true,
            team_id: Some(team_id),
            password_hash: self.hash.map(str::to_owned),
            password_must_change: false,
            source: None,
            reference: None,
            version: 1,
            created_at: self.from,
            updated_at: self.from,
        });
        self.staff.spells.push(team_member::Model {
            id: self.random.id(self.from).into(),
            team_id,
            member_id: id,
            from_at: self.from,
            until_at: None,
        });
        id
    }
}
