//! Enums: text of at most 24 letters in the database, the same word in GraphQL, REST and files.

use async_graphql::Enum;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

macro_rules! choice {
    ($(#[doc = $doc:literal])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:tt),+ $(,)? }) => {
        $(#[doc = $doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, EnumIter, DeriveActiveEnum, Enum, Serialize, Deserialize)]
        #[sea_orm(rs_type = "String", db_type = "String(StringLen::N(24))")]
        pub enum $name {
            $($(#[$vdoc])* #[sea_orm(string_value = $text)] #[serde(rename = $text)] #[graphql(name = $text)] $variant,)+
        }

        // By hand: the derive does not see the words behind a macro's variables.
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::schema::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .description(Some(concat!($($doc, "\n"),*).trim()))
                    .enum_values(Some([$($text),+]))
                    .into()
            }
        }

        impl utoipa::ToSchema for $name {}

        impl $name {
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }
        }

        impl crate::blank::Blank for $name {
            fn blank() -> Self {
                Self::ALL[0]
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = String;
            /// Takes the word in any case, with spaces or dashes for underscores.
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let word = text.trim().to_ascii_uppercase().replace([' ', '-'], "_");
                Self::ALL.iter().copied().find(|c| c.as_str() == word).ok_or_else(|| {
                    let known: Vec<_> = Self::ALL.iter().map(|c| c.as_str()).collect();
                    format!("must be one of {}", known.join(", "))
                })
            }
        }
    };
}

choice!(
    /// What a member may do. A manager is whoever leads or deputises in a team.
    MemberRole {
        /// Sees and may do everything.
        Admin = "ADMIN",
        /// Leads or deputises in a team.
        Manager = "MANAGER",
        /// Owns accounts, leads no team.
        Owner = "OWNER",
    }
);
choice!(
    /// How important an account is to the company.
    Tier {
        /// Among the few that carry the company.
        Strategic = "STRATEGIC",
        /// Important.
        Key = "KEY",
        /// All others.
        Standard = "STANDARD",
    }
);
choice!(
    /// Where an account stands in its life with the company.
    Lifecycle {
        /// Not a client yet.
        Prospect = "PROSPECT",
        /// New, being brought in.
        Onboarding = "ONBOARDING",
        /// A client.
        Active = "ACTIVE",
        /// No client any more.
        Churned = "CHURNED",
    }
);
choice!(
    /// How a period of ownership came about.
    OwnershipSource {
        /// Somebody assigned it.
        Manual = "MANUAL",
        /// A rule assigned it; reserved.
        Rule = "RULE",
        /// A handoff was accepted; reserved.
        Handoff = "HANDOFF",
        /// It came with imported history.
        Import = "IMPORT",
    }
);
choice!(
    /// Why a member who does not own an account sees it.
    GrantKind {
        /// On the account team.
        Collaborator = "COLLAB",
        /// In a handoff to them; reserved.
        Handoff = "HANDOFF",
        /// Stands in for an absent colleague; reserved.
        Cover = "COVER",
    }
);
choice!(
    /// What a collaborator does on the account team.
    TeamRole {
        /// Stands in for the owner.
        Backup = "BACKUP",
        /// Senior, for matters that need weight.
        Sponsor = "SPONSOR",
        /// Helps with questions and faults.
        Support = "SUPPORT",
        /// Offers and invoices.
        Finance = "FINANCE",
        /// Contracts.
        Legal = "LEGAL",
        /// Teaches.
        Training = "TRAINING",
        /// Tells and shows.
        Marketing = "MARKETING",
    }
);
choice!(
    /// What a contact is to their company's dealings with us.
    ContactRole {
        /// Backs us at the top.
        ExecutiveSponsor = "EXECUTIVE_SPONSOR",
        /// Signs.
        DecisionMaker = "DECISION_MAKER",
        /// Speaks for us.
        Champion = "CHAMPION",
        /// Is listened to.
        Influencer = "INFLUENCER",
        /// Pays.
        Billing = "BILLING",
        /// Works with what we deliver.
        User = "USER",
    }
);
choice!(
    /// Whether mail reaches a contact.
    MailState {
        /// Fine.
        Ok = "OK",
        /// Refused for good.
        Bounced = "BOUNCED",
        /// They asked for no more.
        Unsubscribed = "UNSUBSCRIBED",
    }
);
choice!(
    /// What an entry of the timeline is about.
    InteractionType {
        /// A call.
        Call = "CALL",
        /// A meeting, by video too.
        Meeting = "MEETING",
        /// A mail.
        Mail = "MAIL",
        /// A note for ourselves.
        Note = "NOTE",
        /// An offer, an order, a sale.
        Deal = "DEAL",
        /// Written by Steward when a survey's mail has left.
        SurveySent = "SURVEY_SENT",
        /// Written by Steward when an identified answer arrives.
        SurveyAnswered = "SURVEY_ANSWERED",
        /// Written by Steward when an account changes hands.
        OwnerChanged = "OWNER_CHANGED",
        /// Anything else.
        Other = "OTHER",
    }
);
choice!(
    /// Who spoke: the customer (`INBOUND`), we (`OUTBOUND`), or nobody to anybody (`INTERNAL`).
    Direction {
        /// The customer turned to us.
        Inbound = "INBOUND",
        /// We turned to the customer.
        Outbound = "OUTBOUND",
        /// Among ourselves.
        Internal = "INTERNAL",
    }
);
choice!(
    /// How people met. Call, meeting, video and visit are live; the others are asynchronous.
    Channel {
        /// By phone; live.
        Call = "CALL",
        /// In one room; live.
        Meeting = "MEETING",
        /// By video; live.
        Video = "VIDEO",
        /// At their place or ours; live.
        Visit = "VISIT",
        /// By mail.
        Mail = "MAIL",
        /// By chat.
        Chat = "CHAT",
        /// In a portal.
        Portal = "PORTAL",
        /// By a survey.
        Survey = "SURVEY",
        /// Written by Steward or another system.
        System = "SYSTEM",
    }
);
choice!(
    /// What a survey measures.
    SurveyKind {
        /// Net Promoter Score, 0 to 10.
        Nps = "NPS",
        /// Satisfaction, 1 to 5.
        Csat = "CSAT",
        /// Customer effort, 1 to 7.
        Ces = "CES",
        /// A longer questionnaire on the relationship; reserved.
        Relationship = "RELATIONSHIP",
        /// Our own staff's view; reserved.
        SelfAssessment = "SELF_ASSESSMENT",
    }
);
choice!(
    /// What becomes of who answered a survey.
    SurveyMode {
        /// Staff who see the account see each answer, and who gave it.
        Identified = "IDENTIFIED",
        /// Answers are shown only together with others, never with a name. They can be changed for a day.
        Confidential = "CONFIDENTIAL",
        /// Answers are kept without a name from the start, and are final at once.
        Anonymous = "ANONYMOUS",
    }
);
choice!(
    /// Where an invitation stands.
    InvitationStatus {
        /// Its mail waits in the queue.
        Queued = "QUEUED",
        /// Its mail was handed over to the mail server.
        Sent = "SENT",
        /// Nobody was asked; the reason is kept.
        Suppressed = "SUPPRESSED",
        /// The mail server refused it for good, or it was tried too often.
        Failed = "FAILED",
        /// The link was withdrawn.
        Revoked = "REVOKED",
    }
);
choice!(
    /// Why a contact was not asked.
    Suppression {
        /// Asked too recently, as this or another contact with the same address.
        Quarantine = "QUARANTINE",
        /// They unsubscribed.
        OptedOut = "OPTED_OUT",
        /// Mail to the address was refused for good.
        Bounced = "BOUNCED",
        /// No mail address is known.
        NoAddress = "NO_ADDRESS",
        /// The same person is already asked by this sending.
        Duplicate = "DUPLICATE",
        /// The address belongs to a member of our own staff.
        StaffAddress = "STAFF_ADDRESS",
        /// Kept out for a while, with a reason.
        Excluded = "EXCLUDED",
        /// Enough contacts of this account are asked by this wave.
        OverCap = "OVER_CAP",
        /// The wave was cancelled, or the account left the programme's teams, before the mail left.
        Cancelled = "CANCELLED",
        /// The mail could not leave while the link would have worked.
        Expired = "EXPIRED",
    }
);
choice!(
    /// Where a programme stands.
    ProgramState {
        /// Being written; sends nothing.
        Draft = "DRAFT",
        /// Runs.
        Active = "ACTIVE",
        /// Stopped for now.
        Paused = "PAUSED",
        /// Over for good.
        Ended = "ENDED",
    }
);
choice!(
    /// Where a wave stands.
    WaveState {
        /// Its mails leave when they are due.
        Running = "RUNNING",
        /// Its mails wait.
        Paused = "PAUSED",
        /// What had not left by then does not leave.
        Cancelled = "CANCELLED",
    }
);
choice!(
    /// What a mail is about, as far as a contact may say no to it. Service mail is not among them: it goes on.
    MessageClass {
        /// Surveys about the relationship: NPS.
        Relationship = "RELATIONSHIP",
        /// Surveys after a service: CSAT and CES.
        ServiceFeedback = "SERVICE_FEEDBACK",
    }
);
choice!(
    /// By which cut `score_slice` counts.
    SliceDim { Territory = "TERRITORY", Segment = "SEGMENT", Survey = "SURVEY" }
);
choice!(
    /// Where a job stands.
    JobState { Ready = "READY", Leased = "LEASED", Done = "DONE", Dead = "DEAD" }
);
choice!(
    /// Who did something.
    ActorKind {
        /// One of our staff.
        Member = "MEMBER",
        /// Somebody at an account, signed in.
        Contact = "CONTACT",
        /// A program with a key.
        Integration = "INTEGRATION",
        /// Whoever opened a link in a mail.
        LinkHolder = "LINK_HOLDER",
        /// The server itself, in a job or on its command line.
        System = "SYSTEM",
    }
);
choice!(
    /// What the rows of a file are.
    ImportKind {
        /// Our staff, with the teams they are in and lead.
        Members = "MEMBERS",
        /// Client companies.
        Accounts = "ACCOUNTS",
        /// People at accounts.
        Contacts = "CONTACTS",
        /// Entries of timelines.
        Interactions = "INTERACTIONS",
        /// What was raised at accounts, open or settled.
        Escalations = "ESCALATIONS",
        /// Answers to surveys asked elsewhere.
        Responses = "RESPONSES",
    }
);
choice!(
    /// Where an import stands.
    ImportState {
        /// It waits for its file.
        Empty = "EMPTY",
        /// The file is there; it waits to be started.
        Ready = "READY",
        /// It waits for a worker, or is being run.
        Running = "RUNNING",
        /// All rows are judged.
        Done = "DONE",
        /// It stopped; `error` says why. What was written stays, and starting it again completes it.
        Failed = "FAILED",
        /// Somebody stopped it. What was written stays.
        Cancelled = "CANCELLED",
    }
);
choice!(
    /// What a kept piece is part of.
    ImportPart { File = "FILE", Faults = "FAULTS" }
);
choice!(
    /// What happened to a row.
    AuditAction {
        /// A new row.
        Create = "CREATE",
        /// A row with other values.
        Update = "UPDATE",
        /// A row that is gone.
        Delete = "DELETE",
        /// A row of which somebody took all that is held.
        Read = "READ",
    }
);

impl SurveyMode {
    /// As figures count by it.
    pub const fn code(self) -> i16 {
        match self {
            Self::Identified => 0,
            Self::Confidential => 1,
            Self::Anonymous => 2,
        }
    }

    /// Whether nobody is to learn who answered what.
    pub const fn is_quiet(self) -> bool {
        !matches!(self, Self::Identified)
    }
}

impl InteractionType {
    /// Whether Steward alone writes entries of this type.
    pub const fn is_ours(self) -> bool {
        matches!(self, Self::SurveySent | Self::SurveyAnswered | Self::OwnerChanged)
    }
}

impl Channel {
    /// Whether two people were present at the same time.
    pub const fn is_live(self) -> bool {
        matches!(self, Self::Call | Self::Meeting | Self::Video | Self::Visit)
    }
}

impl SurveyKind {
    /// What its mails are about.
    pub const fn class(self) -> MessageClass {
        match self {
            Self::Nps | Self::Relationship | Self::SelfAssessment => MessageClass::Relationship,
            Self::Csat | Self::Ces => MessageClass::ServiceFeedback,
        }
    }
}

choice!(
    /// Why an opening of a link is held to be a machine's, such as a mail gateway's. The first that holds.
    Machine {
        /// Only the head was asked for.
        Head = "HEAD",
        /// Fetched beforehand, not opened.
        Prefetch = "PREFETCH",
        /// The program says itself that it is none that people read with.
        Agent = "AGENT",
        /// It reads no language; a browser names its reader's.
        NoLanguage = "NO_LANGUAGE",
        /// Within 10 seconds of the mail.
        TooSoon = "TOO_SOON",
        /// Several scores of one link within 2 seconds.
        ManyScores = "MANY_SCORES",
    }
);
choice!(
    /// What an answer says of its author.
    Category {
        /// NPS of 9 or 10.
        Promoter = "PROMOTER",
        /// NPS of 7 or 8.
        Passive = "PASSIVE",
        /// NPS of 0 to 6.
        Detractor = "DETRACTOR",
        /// CSAT or CES that counts as satisfied, by the question's own scale.
        Satisfied = "SATISFIED",
        /// CSAT or CES that does not.
        Dissatisfied = "DISSATISFIED",
    }
);
choice!(
    /// What a link lets somebody do, once.
    LinkPurpose {
        /// A contact signs in.
        SignIn = "SIGN_IN",
        /// A member takes up their place.
        Invite = "INVITE",
        /// A member chooses a new password.
        Reset = "RESET",
    }
);
