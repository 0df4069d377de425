//! A company's real accounts, people and deals.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    path::Path,
};

use api::{import::Kind, store::Visible};
use entity::{MemberRole, OwnershipSource, account, interaction, member, ownership, team};
use tests::{app::TestApp, both, imports};

use super::counts;

/// Members, accounts and deals; gives nothing where the files are missing.
pub async fn load(app: &TestApp) -> Option<Deals> {
    let folder = imports::crm()?;
    for (kind, map, file, rows) in STEPS {
        let summary = imports::import_file(app, kind, map, &folder.join(file)).await;
        assert_eq!(counts(&summary), (rows, 0, 0, 0), "{summary}");
    }
    Some(Deals::read(&folder))
}

const STEPS: [(Kind, &str, &str, u64); 3] = [
    (Kind::Members, "crm_members", "crm_sales_teams.csv", 41),
    (Kind::Accounts, "crm_accounts", "crm_accounts.csv", 85),
    (Kind::Interactions, "crm_interactions", "crm_sales_pipeline.csv", 13_923),
];

/// The files told naively.
pub struct Deals {
    /// Region and manager by agent.
    pub agents: BTreeMap<String, (String, String)>,
    /// Who became owner on which day, by account, in the order of days.
    pub owners: BTreeMap<String, Vec<(String, String)>>,
}

impl Deals {
    fn read(folder: &Path) -> Self {
        let rows = |name: &str| -> Vec<HashMap<String, String>> {
            csv::Reader::from_path(folder.join(name)).unwrap().deserialize().map(Result::unwrap).collect()
        };
        let agents = rows("crm_sales_teams.csv")
            .into_iter()
            .map(|row| (row["sales_agent"].clone(), (row["regional_office"].clone(), row["manager"].clone())));
        let mut days: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
        for row in rows("crm_sales_pipeline.csv") {
            if !row["account"].is_empty() && !row["engage_date"].is_empty() {
                days.entry(row["account"].clone())
                    .or_default()
                    .insert(row["engage_date"].clone(), row["sales_agent"].clone());
            }
        }
        let owners = days.into_iter().map(|(account, days)| {
            let mut heads: Vec<(String, String)> = Vec::new();
            for (day, agent) in days {
                if heads.last().is_none_or(|(_, last)| *last != agent) {
                    heads.push((day, agent));
                }
            }
            (account, heads)
        });
        Self { agents: agents.collect(), owners: owners.collect() }
    }

    /// Who owns an account in the end.
    pub fn owner(&self, account: &str) -> &str {
        &self.owners[account].last().unwrap().1
    }

    /// Every account with who owns it in the end.
    pub fn last_owners(&self) -> BTreeMap<String, String> {
        self.owners.keys().map(|account| (account.clone(), self.owner(account).to_owned())).collect()
    }

    /// Whether an owner's accounts are a member's too: their own, those of a team they lead, or all.
    pub fn are_of(&self, owner: &str, member: &member::Model) -> bool {
        match member.role {
            MemberRole::Admin => true,
            MemberRole::Manager => self.agents[owner].1 == member.name,
            _ => owner == member.name,
        }
    }
}

async fn all<E: api::store::Owned>(app: &TestApp) -> Vec<E::Model>
where
    E::Model: sea_orm::FromQueryResult,
{
    app.system().find::<E>().all().await.unwrap().into_iter().map(Visible::into_inner).collect()
}

both! {
    async fn company_stands_as_its_files_say(app: TestApp) {
        let Some(deals) = load(&app).await else { return };
        let members = all::<member::Entity>(&app).await;
        let teams: HashMap<_, _> = all::<team::Entity>(&app).await.into_iter().map(|row| (row.id, row)).collect();
        let role = |wanted| members.iter().filter(|row| row.role == wanted).count();
        assert_eq!((role(MemberRole::Owner), role(MemberRole::Manager), role(MemberRole::Admin)), (35, 6, 0));
        assert_eq!(teams.len(), 1 + 3 + 6);
        let name = |id| members.iter().find(|row| row.id == id).unwrap().name.clone();
        for (agent, (region, manager)) in &deals.agents {
            let row = members.iter().find(|row| row.name == *agent).unwrap();
            let team = &teams[&row.team_id.unwrap()];
            assert_eq!((team.lead_id.map(name), &teams[&team.parent_id.unwrap()].name), (Some(manager.clone()), region));
        }

        let accounts = all::<account::Entity>(&app).await;
        assert_eq!((accounts.len(), accounts.iter().filter(|row| row.parent_id.is_some()).count()), (85, 15));
        assert!(accounts.iter().all(|row| row.territory.is_some()));
        let entries = all::<interaction::Entity>(&app).await;
        assert_eq!(entries.len(), 13_923);

        let mut periods = all::<ownership::Entity>(&app).await;
        periods.sort_by_key(|row| (row.account_id, row.from_at));
        for account in &accounts {
            let own: Vec<_> = periods.iter().filter(|row| row.account_id == account.id).collect();
            let heads = &deals.owners[&account.name];
            let found: Vec<_> =
                own.iter().map(|row| (row.from_at.to_string()[..10].to_owned(), name(row.member_id))).collect();
            assert_eq!(found, *heads, "{}", account.name);
            let ends: Vec<_> = own.iter().map(|row| row.until_at).collect();
            let starts: Vec<_> = own.iter().skip(1).map(|row| Some(row.from_at)).chain([None]).collect();
            assert_eq!(ends, starts, "{}", account.name);
            let open = own.last().unwrap();
            assert_eq!((account.owner_id, account.team_id, account.unowned_since), (Some(open.member_id), open.team_id, None));
            let engaged = entries.iter().filter(|row| row.account_id == account.id && row.subject.starts_with("Deal engaged"));
            let last = engaged.map(|row| row.occurred_at).max().unwrap();
            assert_eq!((account.last_live_at, account.last_outbound_at), (last, last));
        }
        let team_of: HashMap<_, _> = members.iter().map(|row| (row.id, row.team_id)).collect();
        assert!(periods.iter().all(|row| row.source == OwnershipSource::Import && team_of[&row.member_id] == Some(row.team_id)));
        assert_eq!(periods.len(), deals.owners.values().map(Vec::len).sum::<usize>());
    }
}

both! {
    async fn the_same_files_again_change_nothing(app: TestApp) {
        if load(&app).await.is_none() {
            return;
        }
        let before = (all::<account::Entity>(&app).await, all::<ownership::Entity>(&app).await, all::<member::Entity>(&app).await);
        let audits = all::<entity::audit::Entity>(&app).await.len();
        let folder = imports::crm().unwrap();
        for (kind, map, file, rows) in STEPS {
            let summary = imports::import_file(&app, kind, map, &folder.join(file)).await;
            assert_eq!(counts(&summary), (0, 0, rows, 0), "{summary}");
        }
        let after = (all::<account::Entity>(&app).await, all::<ownership::Entity>(&app).await, all::<member::Entity>(&app).await);
        let ids = |rows: &[account::Model]| rows.iter().map(|row| (row.id, row.version)).collect::<BTreeSet<_>>();
        assert_eq!(ids(&before.0), ids(&after.0));
        assert!(before.1.iter().all(|row| after.1.contains(row)) && before.1.len() == after.1.len());
        assert!(before.2.iter().all(|row| after.2.contains(row)) && before.2.len() == after.2.len());
        assert_eq!(all::<entity::audit::Entity>(&app).await.len(), audits);
    }
}
