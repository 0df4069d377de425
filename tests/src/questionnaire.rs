//! A survey of one's own: a copy of the ready-made NPS with further questions, made at the GraphQL door.

use entity::{AccountId, ContactId, SurveyId, SurveyKind};
use serde_json::{Value, json};

use crate::app::{Reply, TestApp, link_token};

/// Every field of a definition, to be read and sent back.
pub const DEFINITION: &str = "scale{min max satisfiedFrom lowIsGood} \
    further{key kind required showFrom showTo scale{min max satisfiedFrom lowIsGood} options multiple} \
    texts{language question low high comment{any high middle low} subject intro reminderSubject reminderIntro thanks \
    further{key text low high options{key text}}}";

/// A survey as the tests change it.
#[derive(Clone, Debug)]
pub struct Questionnaire {
    pub id: SurveyId,
    pub version: i32,
    pub token: String,
}

/// An NPS survey in English and German. A rating for everybody, low is good; a choice that detractors must
/// make; words of promoters.
pub fn definition() -> Value {
    let scale = |min: i16, max: i16, from: i16, low: bool| json!({ "min": min, "max": max, "satisfiedFrom": from, "lowIsGood": low });
    let words = |language: &str, question: &str, effort: &str, reason: &str, price: &str, speed: &str, praise: &str| {
        json!({
            "language": language, "question": question, "low": "0", "high": "10",
            "further": [
                { "key": "effort", "text": effort, "low": "1", "high": "5" },
                { "key": "reason", "text": reason, "options": [{ "key": "price", "text": price }, { "key": "speed", "text": speed }] },
                { "key": "praise", "text": praise },
            ],
        })
    };
    json!({
        "scale": scale(0, 10, 9, false),
        "further": [
            { "key": "effort", "kind": "RATING", "scale": scale(1, 5, 2, true) },
            { "key": "reason", "kind": "CHOICE", "required": true, "showTo": 6, "options": ["price", "speed"], "multiple": true },
            { "key": "praise", "kind": "TEXT", "showFrom": 9 },
        ],
        "texts": [
            words("en", "Would you recommend us?", "How much work was it?", "Why?", "The price", "The speed", "What was best?"),
            words("de", "Empfehlen Sie uns?", "Wie viel Arbeit war es?", "Warum?", "Der Preis", "Das Tempo", "Was war am besten?"),
        ],
    })
}

impl TestApp {
    /// A copy of a ready-made survey, not published yet; `question` is the key of its score.
    ///
    /// # Panics
    /// Where the door refuses.
    pub async fn questionnaire(&self, kind: SurveyKind, question: Option<&str>) -> Questionnaire {
        let token = self.admin(&format!("Admin {}", self.app.env.db.random().id(self.now()))).await.token;
        let input = json!({ "name": "Own", "copyOf": self.survey(kind).await, "question": question });
        let ask = "mutation($input:CreateSurvey!){createSurvey(input:$input){id version}}";
        let made = self.gql(Some(&token), ask, json!({ "input": input })).await;
        let made = &made["data"]["createSurvey"];
        Questionnaire { id: made["id"].as_str().unwrap().parse().unwrap(), version: 1, token }
    }

    /// Keeps a draft; gives the whole answer.
    pub async fn draft(&self, survey: &mut Questionnaire, draft: &Value) -> Value {
        let input = json!({ "id": survey.id, "version": survey.version, "draft": draft });
        let ask = "mutation($input:UpdateSurvey!){updateSurvey(input:$input){version}}";
        let kept = self.gql(Some(&survey.token), ask, json!({ "input": input })).await;
        survey.version += i32::from(kept["errors"].is_null());
        kept
    }

    /// Publishes the draft; gives the whole answer.
    pub async fn publish(&self, survey: &mut Questionnaire) -> Value {
        let input = json!({ "id": survey.id, "version": survey.version });
        let ask = "mutation($input:SurveyAt!){publishSurvey(input:$input){version number}}";
        let published = self.gql(Some(&survey.token), ask, json!({ "input": input })).await;
        survey.version += i32::from(published["errors"].is_null());
        published
    }

    /// A published survey with [`definition`]s further questions, on a key of its own.
    ///
    /// # Panics
    /// Where a door refuses.
    pub async fn further(&self) -> Questionnaire {
        let mut survey = self.questionnaire(SurveyKind::Nps, Some("loyalty")).await;
        let kept = self.draft(&mut survey, &definition()).await;
        assert!(kept["errors"].is_null(), "{kept}");
        let published = self.publish(&mut survey).await;
        assert_eq!(published["data"]["publishSurvey"]["number"], 1, "{published}");
        survey
    }

    /// Sends a survey to a contact; gives the token of the link.
    ///
    /// # Panics
    /// Where no mail leaves.
    pub async fn send_to(&self, survey: SurveyId, contact: ContactId) -> String {
        let before = self.outbox().len();
        let input = api::program::SendSurvey {
            contact_ids: Some(vec![contact]),
            reminders: Some(Vec::new()),
            ..Default::default()
        };
        api::program::send(&self.system(), survey, input).await.unwrap();
        self.run_jobs().await;
        link_token(self.outbox()[before..].iter().find(|letter| letter.unsubscribe.is_some()).unwrap())
    }

    /// A new contact of an account who is asked.
    pub async fn ask_new(&self, survey: SurveyId, account: AccountId, name: &str) -> String {
        let contact = self.contact(account, name).await;
        self.send_to(survey, contact.id).await
    }

    /// An answer at the JSON door, or with a version its change.
    pub async fn respond(&self, link: &str, answer: Value, version: Option<i32>) -> Reply {
        let version = version.map(|version| format!("\"{version}\""));
        self.put(&format!("/api/v1/invitations/{link}/response"), &answer, version.as_deref()).await
    }
}

/// The faults of a refused GraphQL request: field and rule.
pub fn faults(answer: &Value) -> Vec<(String, String)> {
    let list = answer["errors"][0]["extensions"]["errors"].as_array().unwrap_or_else(|| panic!("{answer}"));
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    list.iter().map(|fault| (text(&fault["pointer"]), text(&fault["detail"]))).collect()
}
