//! What the files look like: examples for the contract.

pub const MEMBERS_CSV: &str = "\
    id,source,reference,name,email,role,active,team,leads,deputises\n\
    019a6f2e-7c1d-7b64-9f30-2f1a5c7d8e94,crm,9,Ana Lima,ana@example.com,OWNER,true,North / Hamburg,,\n";
pub const MEMBERS_JSONL: &str = "\
    {\"id\":\"019a6f2e-7c1d-7b64-9f30-2f1a5c7d8e94\",\"source\":\"crm\",\"reference\":\"9\",\"name\":\"Ana Lima\",\
    \"email\":\"ana@example.com\",\"role\":\"OWNER\",\"active\":true,\"team\":\"North / Hamburg\",\"leads\":null,\"deputises\":null}\n";
pub const ACCOUNTS_CSV: &str = "\
    id,source,reference,name,domain,parent,territory,industry,segment,tier,lifecycle,annual_value,\
    renewal_on,health,owner,team,created_at,archived_at,merged_into,ownerships,collaborators,exclusions\n\
    019a6f2e-7c1d-7b64-9f30-2f1a5c7d8e90,crm,17,Globex,globex.example,,North,Manufacturing,Mid-market,\
    KEY,ACTIVE,125050,2027-03-31,72,ana@example.com,North / Hamburg,2025-11-03T08:00:00Z,,,\
    \"[{\"\"owner\"\":\"\"ana@example.com\"\",\"\"team\"\":\"\"North / Hamburg\"\",\"\"from\"\":\"\"2025-11-03T08:00:00Z\"\",\
    \"\"until\"\":null,\"\"source\"\":\"\"MANUAL\"\",\"\"reason\"\":null,\"\"by\"\":null}]\",,\n";
pub const ACCOUNTS_JSONL: &str = "\
    {\"id\":\"019a6f2e-7c1d-7b64-9f30-2f1a5c7d8e90\",\"source\":\"crm\",\"reference\":\"17\",\"name\":\"Globex\",\
    \"domain\":\"globex.example\",\"parent\":null,\"territory\":\"North\",\"industry\":\"Manufacturing\",\
    \"segment\":\"Mid-market\",\"tier\":\"KEY\",\"lifecycle\":\"ACTIVE\",\"annual_value\":125050,\
    \"renewal_on\":\"2027-03-31\",\"health\":72,\"owner\":\"ana@example.com\",\"team\":\"North / Hamburg\",\
    \"created_at\":\"2025-11-03T08:00:00Z\",\"archived_at\":null,\"merged_into\":null,\
    \"ownerships\":[{\"owner\":\"ana@example.com\",\"team\":\"North / Hamburg\",\"from\":\"2025-11-03T08:00:00Z\",\
    \"until\":null,\"source\":\"MANUAL\",\"reason\":null,\"by\":null}],\"collaborators\":null,\"exclusions\":null}\n";
pub const CONTACTS_CSV: &str = "\
    id,source,reference,account,name,email,title,roles,language,time_zone,mail_state,opted_out,\
    opted_out_at,muted,created_at,archived_at,merged_into\n\
    019a6f2e-7c1d-7b64-9f30-2f1a5c7d8e91,crm,C-204,019a6f2e-7c1d-7b64-9f30-2f1a5c7d8e90,Carla Reyes,\
    carla@globex.example,Head of Operations,DECISION_MAKER;CHAMPION,en,Europe/Berlin,OK,true,\
    2026-02-01T07:12:00Z,RELATIONSHIP;SERVICE_FEEDBACK,2025-11-03T08:00:00Z,,\n";
pub const CONTACTS_JSONL: &str = "\
    {\"id\":\"019a6f2e-7c1d-7b64-9f30-2f1a5c7d8e91\",\"source\":\"crm\",\"reference\":\"C-204\",\
    \"account\":\"019a6f2e-7c1d-7b64-9f30-2f1a5c7d8e90\",\"name\":\"Carla Reyes\",\
    \"email\":\"carla@globex.example\",\"title\":\"Head of Operations\",\"roles\":[\"DECISION_MAKER\",\"CHAMPION\"],\
    \"language\":\"en\",\"time_zone\":\"Europe/Berlin\",\"mail_state\":\"OK\",\"opted_out\":true,\
    \"opted_out_at\":\"2026-02-01T07:12:00Z\",\"muted\":[\"RELATIONSHIP\",\"SERVICE_FEEDBACK\"],\
    \"created_at\":\"2025-11-03T08:00:00Z\",\"archived_at\":null,\"merged_into\":null}\n";
pub const INTERACTIONS_CSV: &str = "\
    id,source,reference,account,contact,member,kind,direction,channel,occurred_at,subject,body,\
    customer_visible,created_at\n\
    019a6f2e-7c1d-7b64-9f30-2f1a5c7d8e92,crm,call-5521,019a6f2e-7c1d-7b64-9f30-2f1a5c7d8e90,,\
    ana@example.com,CALL,OUTBOUND,CALL,2026-01-31T09:30:00Z,Went through the open points,,false,2026-01-31T10:02:11Z\n";
pub const INTERACTIONS_JSONL: &str = "\
    {\"id\":\"019a6f2e-7c1d-7b64-9f30-2f1a5c7d8e92\",\"source\":\"crm\",\"reference\":\"call-5521\",\
    \"account\":\"019a6f2e-7c1d-7b64-9f30-2f1a5c7d8e90\",\"contact\":null,\"member\":\"ana@example.com\",\
    \"kind\":\"CALL\",\"direction\":\"OUTBOUND\",\"channel\":\"CALL\",\"occurred_at\":\"2026-01-31T09:30:00Z\",\
    \"subject\":\"Went through the open points\",\"body\":null,\"customer_visible\":false,\
    \"created_at\":\"2026-01-31T10:02:11Z\"}\n";
pub const RESPONSES_CSV: &str = "\
    id,source,reference,account,contact,survey,kind,question,score,comment,answers,language,answered_at,\
    completed_at,amended_at,owner,team,team_stood,territory,segment,tier,decision_maker,inherited,earlier\n\
    019a6f2e-7c1d-7b64-9f30-2f1a5c7d8e93,,,019a6f2e-7c1d-7b64-9f30-2f1a5c7d8e90,\
    019a6f2e-7c1d-7b64-9f30-2f1a5c7d8e91,NPS,NPS,nps,9,Quick and friendly.,,en,2026-01-31T09:30:00Z,\
    2026-01-31T09:30:00Z,,ana@example.com,North / Hamburg,,North,Mid-market,KEY,true,false,\n";
pub const RESPONSES_JSONL: &str = "\
    {\"id\":\"019a6f2e-7c1d-7b64-9f30-2f1a5c7d8e93\",\"source\":null,\"reference\":null,\
    \"account\":\"019a6f2e-7c1d-7b64-9f30-2f1a5c7d8e90\",\"contact\":\"019a6f2e-7c1d-7b64-9f30-2f1a5c7d8e91\",\
    \"survey\":\"NPS\",\"kind\":\"NPS\",\"question\":\"nps\",\"score\":9,\"comment\":\"Quick and friendly.\",\
    \"answers\":null,\"language\":\"en\",\"answered_at\":\"2026-01-31T09:30:00Z\",\
    \"completed_at\":\"2026-01-31T09:30:00Z\",\"amended_at\":null,\"owner\":\"ana@example.com\",\
    \"team\":\"North / Hamburg\",\"team_stood\":null,\"territory\":\"North\",\"segment\":\"Mid-market\",\"tier\":\"KEY\",\
    \"decision_maker\":true,\"inherited\":false,\"earlier\":null}\n";

#[cfg(test)]
mod tests {
    use entity::{account, contact, interaction, member, response};

    use super::{super::Line, *};

    fn columns<L: Line>(csv: &str, json: &str) {
        assert_eq!(csv.lines().next(), Some(L::COLUMNS.join(",").as_str()));
        let mut at = 0;
        for column in L::COLUMNS {
            at += json[at..].find(&format!("\"{column}\":")).unwrap_or_else(|| panic!("{column} of {json}"));
        }
    }

    #[test]
    fn examples_have_the_columns() {
        columns::<member::Entity>(MEMBERS_CSV, MEMBERS_JSONL);
        columns::<account::Entity>(ACCOUNTS_CSV, ACCOUNTS_JSONL);
        columns::<contact::Entity>(CONTACTS_CSV, CONTACTS_JSONL);
        columns::<interaction::Entity>(INTERACTIONS_CSV, INTERACTIONS_JSONL);
        columns::<response::Entity>(RESPONSES_CSV, RESPONSES_JSONL);
    }
}
