//! The one statement that says who a session is: role, active or not, what it sees.
//!
//! Read at each request, so that a change of rights or of owner acts on the next one.

use std::sync::OnceLock;

use entity::{AccountId, ContactId, KeyId, MemberId, MemberRole, SessionId, TeamId, Time};
use sea_orm::{Statement, Value};
use serde::Deserialize;

use super::{Db, Engine};
use crate::{
    access::{Actor, Credit, KeyScope, Role, Rows, Scope, Viewer},
    base::{Error, Result},
};

/// Who a token speaks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    Member(MemberId),
    Contact(ContactId),
    Key(KeyId),
}

/// In the order in which the statement gives them.
#[derive(Debug, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "as many as the statement finds out")]
struct Row {
    expires_at: Option<Time>,
    revoked_at: Option<Time>,
    member_id: Option<MemberId>,
    role: Option<MemberRole>,
    active: bool,
    must_change: bool,
    contact_id: Option<ContactId>,
    contact_account: Option<AccountId>,
    contact_archived: Option<Time>,
    key_id: Option<KeyId>,
    key_scopes: Option<String>,
    key_source: Option<String>,
    key_team: Option<TeamId>,
    key_expires: Option<Time>,
    key_revoked: Option<Time>,
    led: Vec<TeamId>,
    below: Vec<TeamId>,
    covered: Vec<MemberId>,
    granted: bool,
    apart: bool,
}

/// A member who is looked up without a session: somebody else has said who they are.
#[derive(Clone, Copy, Debug)]
pub enum Sought<'a> {
    Id(MemberId),
    /// The mail address in small letters.
    Email(&'a str),
    /// The reference; of no source, so it names nobody where two have it.
    Reference(&'a str),
}

/// The session behind a token, as it stands now.
#[derive(Debug)]
pub struct Principal(Row);

const FROM: &str = "FROM session s LEFT JOIN member m ON m.id = s.member_id LEFT JOIN contact c ON c.id = s.contact_id \
    LEFT JOIN account ca ON ca.id = c.account_id LEFT JOIN api_key k ON k.id = s.key_id WHERE s.id = $1";

/// Teams somebody leads or deputises in; one may come twice, since to tell costs more than to hear it again.
const LED: &str = "SELECT t.id FROM team t WHERE t.lead_id = s.member_id UNION ALL SELECT d.team_id FROM team_deputy d WHERE d.member_id = s.member_id";

/// Members somebody stands in for now. What these cover themselves, see by leading or by a grant does not come along.
const COVERED: &str = "SELECT cv.member_id FROM cover cv \
    WHERE cv.stand_in_id = s.member_id AND cv.until_at > $2 AND cv.from_at <= $2 AND cv.ended_at IS NULL";

/// What stands for a session where there is none.
const OUTSIDE: &str = "FROM (SELECT o.id AS member_id, 0 AS generation, CAST(NULL AS timestamptz) AS expires_at, \
    CAST(NULL AS timestamptz) AS revoked_at, CAST(NULL AS uuid) AS contact_id, CAST(NULL AS uuid) AS key_id \
    FROM member o WHERE $which) s ";

/// The text of a statement that gives a [`Row`] as one value.
fn sql(engine: Engine, sought: Option<Sought>) -> String {
    let which = sought.map(|sought| match sought {
        Sought::Id(_) => "o.id = $1",
        Sought::Email(_) => "o.email_key = $1",
        Sought::Reference(_) => "o.reference = $1 AND (SELECT count(*) FROM member p WHERE p.reference = $1) = 1",
    });
    let from = match which {
        None => FROM.to_owned(),
        Some(which) => {
            FROM.replace("FROM session s ", &OUTSIDE.replace("$which", which)).replace(" WHERE s.id = $1", "")
        }
    };
    let roots = format!("{LED} UNION ALL SELECT k.team_id WHERE k.team_id IS NOT NULL");
    let below = format!("SELECT tt.team_id FROM team_tree tt WHERE tt.ancestor_id IN ({roots})");
    let granted = "s.member_id IS NOT NULL AND EXISTS \
        (SELECT 1 FROM account_grant g WHERE g.member_id = s.member_id AND g.until_at IS NULL)";
    let apart = format!(
        "m.role = 'MANAGER' AND EXISTS (SELECT 1 FROM account a WHERE a.owner_id = s.member_id AND a.team_id NOT IN ({below}))"
    );
    let plain = str::to_owned;
    let id = |column: &str| match engine {
        Engine::Sqlite => format!("nullif(hex({column}), '')"),
        Engine::Postgres => plain(column),
    };
    let truth = |of: &str| match engine {
        Engine::Sqlite => format!("json(iif({of}, 'true', 'false'))"),
        Engine::Postgres => format!("coalesce({of}, false)"),
    };
    let list = |column: &str, rows: &str| match engine {
        Engine::Sqlite => format!("(SELECT json_group_array(hex(l.{column})) FROM ({rows}) l)"),
        Engine::Postgres => format!("(SELECT coalesce(json_agg(l.{column}), '[]') FROM ({rows}) l)"),
    };
    let values = [
        plain("s.expires_at"),
        plain("s.revoked_at"),
        id("s.member_id"),
        plain("m.role"),
        truth("m.active"),
        truth("s.generation > 0 AND m.password_must_change"),
        id("s.contact_id"),
        id("c.account_id"),
        plain("COALESCE(c.archived_at, ca.archived_at)"),
        id("s.key_id"),
        plain("k.scopes"),
        plain("k.source"),
        id("k.team_id"),
        plain("k.expires_at"),
        plain("k.revoked_at"),
        list("id", LED),
        list("team_id", &below),
        list("member_id", COVERED),
        truth(granted),
        truth(&apart),
    ];
    let values = values.join(", ");
    match engine {
        Engine::Sqlite => format!("SELECT json_array({values}) {from}").replace('$', "?"),
        Engine::Postgres => format!("SELECT json_build_array({values})::text {from}"),
    }
}

impl Db {
    /// Looks a session up. The caller has checked the token's signature.
    pub async fn principal(&self, session: SessionId) -> Result<Option<Principal>> {
        self.look_up(Principal::statement(self.engine()), session.into()).await
    }

    /// Looks a member up whom somebody else has named, and gives what they may, by the same statement as for a session.
    /// Nothing where there is none, or none who is active.
    pub async fn member(&self, sought: Sought<'_>) -> Result<Option<Viewer>> {
        static TEXTS: [OnceLock<String>; 6] = [const { OnceLock::new() }; 6];
        let (place, value): (usize, Value) = match sought {
            Sought::Id(id) => (0, id.into()),
            Sought::Email(key) => (2, key.into()),
            Sought::Reference(text) => (4, text.into()),
        };
        let text = &TEXTS[place + usize::from(self.engine() == Engine::Postgres)];
        let found = self.look_up(text.get_or_init(|| sql(self.engine(), Some(sought))), value).await?;
        Ok(found.and_then(Principal::member))
    }

    async fn look_up(&self, text: &str, who: Value) -> Result<Option<Principal>> {
        let conn = self.reader();
        let statement = Statement::from_sql_and_values(conn.backend(), text, [who, self.clock().now().into()]);
        conn.text(statement, |text| serde_json::from_str(text).map(Principal).map_err(Error::internal)).await
    }
}

impl Principal {
    /// The one statement, of a session and an instant.
    pub fn statement(engine: Engine) -> &'static str {
        static TEXT: [OnceLock<String>; 2] = [const { OnceLock::new() }; 2];
        TEXT[usize::from(engine == Engine::Postgres)].get_or_init(|| sql(engine, None))
    }

    /// Who asks, if the session is alive and speaks for `subject`.
    pub fn viewer(self, session: SessionId, subject: uuid::Uuid, now: Time) -> Result<Viewer> {
        const ENDED: Error = Error::Unauthenticated("this sign-in has ended; sign in again");
        let mut row = self.0;
        if row.revoked_at.is_some() || row.expires_at.is_none_or(|at| at <= now) {
            return Err(ENDED);
        }
        let keys = row.key_scopes.as_deref().map(KeyScope::list).unwrap_or_default();
        let (source, must_change_password) = (row.key_source.take(), row.must_change);
        let (actor, role, scope) = match (row.member_id, row.contact_id, row.key_id) {
            (Some(id), _, _) if row.active && id.0 == subject => {
                let (role, scope) = row.staff(id);
                (Actor::Member(id), role, scope)
            }
            (_, Some(id), _) if row.contact_archived.is_none() && id.0 == subject => {
                let accounts = row.contact_account.into_iter().collect();
                (Actor::Contact(id), Role::Customer, Scope::customer(id, accounts))
            }
            (_, _, Some(id))
                if id.0 == subject && row.key_revoked.is_none() && row.key_expires.is_none_or(|at| at > now) =>
            {
                let rows = match row.key_team {
                    Some(_) => Rows::Staff { owners: Vec::new(), teams: list(row.below), granted: Vec::new() },
                    None => Rows::All,
                };
                let credit = row.key_team.map_or(Credit::All, |team| Credit::Teams(vec![team]));
                (Actor::Key(id), Role::Integration, Scope::staff(rows, credit))
            }
            _ => return Err(ENDED),
        };
        Ok(Viewer { actor, role, session: Some(session), keys, source, scope, must_change_password })
    }

    /// Who asks, where they are a member and active. There is no password that they could have to replace.
    fn member(self) -> Option<Viewer> {
        let row = self.0;
        let (Some(id), true) = (row.member_id, row.active) else { return None };
        let (role, scope) = row.staff(id);
        Some(Viewer { actor: Actor::Member(id), role, scope, ..Viewer::nobody() })
    }
}

impl Row {
    fn staff(self, me: MemberId) -> (Role, Scope) {
        let granted = if self.granted { vec![me] } else { Vec::new() };
        let mine = self.role != Some(MemberRole::Manager) || self.apart;
        // Whose accounts are in sight: one's own, and of whom one stands in for.
        let owners = list(self.covered.into_iter().chain(mine.then_some(me)));
        match self.role {
            Some(MemberRole::Admin) => (Role::Admin, Scope::staff(Rows::All, Credit::All)),
            Some(MemberRole::Manager) => {
                let rows = Rows::Staff { owners, teams: list(self.below), granted };
                (Role::Manager, Scope::staff(rows, Credit::Teams(list(self.led))))
            }
            _ => (Role::Owner, Scope::staff(Rows::Staff { owners, teams: Vec::new(), granted }, Credit::Owner(me))),
        }
    }
}

/// Each once and in a fixed order, so that two looks can be compared.
fn list<T: Ord>(rows: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut list: Vec<T> = rows.into_iter().collect();
    list.sort_unstable();
    list.dedup();
    list
}
