//! Programmes, waves, exclusions and sending by hand at the GraphQL door.

use async_graphql::{ComplexObject, Context, Object, Result, dataloader::DataLoader};
use entity::{AccountId, ExclusionId, ProgramId, SurveyId, WaveId, WaveState};

use super::{
    Change, CreateExclusion, CreateProgram, DryRun, Exclusion, FunnelLoader, ListWaves, Program, ProgramLoader,
    SendSurvey, Sent, UpdateProgram, Wave, change, create, create_exclusion, dry_run, exclusion, exclusions, get,
    lift_exclusion, list, run, send, set_wave, update, wave, waves,
};
use crate::{
    access::Action,
    ctx::{Ctx, May, failed},
    graph::{Connection, Paging, member_of, survey_of, team_of},
    invitation::Funnel,
    member::Member,
    survey::Survey,
    team::Team,
};

#[derive(Default)]
pub struct ProgramQuery;

#[Object]
impl ProgramQuery {
    /// One programme.
    async fn program(&self, cx: &Context<'_>, id: ProgramId) -> Result<Option<Program>> {
        get(cx.data::<Ctx>()?, id).await.map(Some).map_err(failed)
    }

    /// The programmes you see, the newest first: of your teams and those below.
    async fn programs(
        &self,
        cx: &Context<'_>,
        #[graphql(desc = "At most 100; 25 where absent.")] first: Option<i32>,
        #[graphql(desc = "The `endCursor` of the page before.")] after: Option<String>,
        #[graphql(desc = "The rows before `before`, at most 100; walks back. Not with `first` or `after`.")]
        last: Option<i32>,
        #[graphql(desc = "The `startCursor` of the page after.")] before: Option<String>,
    ) -> Result<Option<Connection<Program>>> {
        let paging = Paging::of(&cx.look_ahead(), first, after, last, before);
        let (page, total) = list(cx.data::<Ctx>()?, &paging.args, paging.count).await.map_err(failed)?;
        Ok(Some(Connection::of(page, total)))
    }

    /// Whom a programme would ask if it made a wave now, and whom not and why. Changes nothing.
    async fn dry_run_program(&self, cx: &Context<'_>, id: ProgramId) -> Result<Option<DryRun>> {
        dry_run(cx.data::<Ctx>()?, id).await.map(Some).map_err(failed)
    }

    /// One wave.
    async fn wave(&self, cx: &Context<'_>, id: WaveId) -> Result<Option<Wave>> {
        wave(cx.data::<Ctx>()?, id).await.map(Some).map_err(failed)
    }

    /// The waves of programmes you see, your own sendings, and whatever else asked at accounts you see; the newest first.
    async fn waves(
        &self,
        cx: &Context<'_>,
        #[graphql(desc = "Only waves of this programme.")] program_id: Option<ProgramId>,
        #[graphql(desc = "At most 100; 25 where absent.")] first: Option<i32>,
        #[graphql(desc = "The `endCursor` of the page before.")] after: Option<String>,
        #[graphql(desc = "The rows before `before`, at most 100; walks back. Not with `first` or `after`.")]
        last: Option<i32>,
        #[graphql(desc = "The `startCursor` of the page after.")] before: Option<String>,
    ) -> Result<Option<Connection<Wave>>> {
        let paging = Paging::of(&cx.look_ahead(), first, after, last, before);
        let ask = ListWaves { program_id, page: paging.args.clone() };
        let (page, total) = waves(cx.data::<Ctx>()?, &ask, paging.count).await.map_err(failed)?;
        Ok(Some(Connection::of(page, total)))
    }

    /// Who is kept out of surveys for now, the newest first (at most 200).
    async fn exclusions(
        &self,
        cx: &Context<'_>,
        #[graphql(desc = "Only of this account.")] account_id: Option<AccountId>,
        #[graphql(default, desc = "Those that are over too.")] all: bool,
    ) -> Result<Option<Vec<Exclusion>>> {
        exclusions(cx.data::<Ctx>()?, account_id, all).await.map(Some).map_err(failed)
    }
}

#[derive(Default)]
pub struct ProgramMutation;

#[Object]
impl ProgramMutation {
    /// Sends a survey by mail: to named contacts, to all eligible contacts of an account, or to an audience.
    async fn send_survey(
        &self,
        cx: &Context<'_>,
        #[graphql(desc = "The survey to send.")] survey_id: SurveyId,
        input: SendSurvey,
    ) -> Result<Option<Sent>> {
        send(cx.data::<Ctx>()?, survey_id, input).await.map(Some).map_err(failed)
    }

    /// Makes a programme, as a draft.
    async fn create_program(&self, cx: &Context<'_>, input: CreateProgram) -> Result<Option<Program>> {
        let ctx = cx.data::<Ctx>()?;
        let id = create(ctx, input).await.map_err(failed)?;
        get(ctx, id).await.map(Some).map_err(failed)
    }

    /// Changes a programme from its next wave on.
    async fn update_program(&self, cx: &Context<'_>, input: UpdateProgram) -> Result<Option<Program>> {
        let ctx = cx.data::<Ctx>()?;
        let id = update(ctx, input).await.map_err(failed)?;
        get(ctx, id).await.map(Some).map_err(failed)
    }

    /// Starts a draft. A recurring programme, or one before renewals, looks at once who is due.
    async fn activate_program(&self, cx: &Context<'_>, id: ProgramId) -> Result<Option<Program>> {
        changed(cx, id, Change::Activate).await
    }

    /// Stops a programme for now: it makes no wave, and the mails of its waves wait.
    async fn pause_program(&self, cx: &Context<'_>, id: ProgramId) -> Result<Option<Program>> {
        changed(cx, id, Change::Pause).await
    }

    /// Lets a paused programme go on.
    async fn resume_program(&self, cx: &Context<'_>, id: ProgramId) -> Result<Option<Program>> {
        changed(cx, id, Change::Resume).await
    }

    /// Ends a programme for good. What its waves hold still leaves, unless they are cancelled.
    async fn end_program(&self, cx: &Context<'_>, id: ProgramId) -> Result<Option<Program>> {
        changed(cx, id, Change::End).await
    }

    /// Makes a wave of an active programme now. It is filled by a job: `madeAt` says when it is whole.
    async fn run_program(&self, cx: &Context<'_>, id: ProgramId) -> Result<Option<Wave>> {
        let ctx = cx.data::<Ctx>()?;
        let id = run(ctx, id).await.map_err(failed)?;
        wave(ctx, id).await.map(Some).map_err(failed)
    }

    /// Lets the mails of a wave wait, reminders too. Their links go on working.
    async fn pause_wave(&self, cx: &Context<'_>, id: WaveId) -> Result<Option<Wave>> {
        set(cx, id, WaveState::Paused).await
    }

    /// Lets a paused wave go on, within a quarter of an hour.
    async fn resume_wave(&self, cx: &Context<'_>, id: WaveId) -> Result<Option<Wave>> {
        set(cx, id, WaveState::Running).await
    }

    /// Ends a wave: mails that have not left never do, and nobody is reminded. Links that are out go on working.
    async fn cancel_wave(&self, cx: &Context<'_>, id: WaveId) -> Result<Option<Wave>> {
        set(cx, id, WaveState::Cancelled).await
    }

    /// Keeps an account out of surveys for a while, which its owner may; or one of its contacts, which managers may.
    async fn create_exclusion(&self, cx: &Context<'_>, input: CreateExclusion) -> Result<Option<Exclusion>> {
        let ctx = cx.data::<Ctx>()?;
        let id = create_exclusion(ctx, input).await.map_err(failed)?;
        exclusion::get(ctx, id).await.map(Some).map_err(failed)
    }

    /// Takes an exclusion back before its end: one's own, or a manager any. Again changes nothing.
    async fn lift_exclusion(&self, cx: &Context<'_>, id: ExclusionId) -> Result<Option<Exclusion>> {
        let ctx = cx.data::<Ctx>()?;
        let id = lift_exclusion(ctx, id).await.map_err(failed)?;
        exclusion::get(ctx, id).await.map(Some).map_err(failed)
    }
}

async fn changed(cx: &Context<'_>, id: ProgramId, to: Change) -> Result<Option<Program>> {
    let ctx = cx.data::<Ctx>()?;
    let id = change(ctx, id, to).await.map_err(failed)?;
    get(ctx, id).await.map(Some).map_err(failed)
}

async fn set(cx: &Context<'_>, id: WaveId, to: WaveState) -> Result<Option<Wave>> {
    let ctx = cx.data::<Ctx>()?;
    let id = set_wave(ctx, id, to).await.map_err(failed)?;
    wave(ctx, id).await.map(Some).map_err(failed)
}

#[ComplexObject]
impl Program {
    /// The team whose accounts it reaches, and those below; all accounts where null.
    async fn team(&self, cx: &Context<'_>) -> Result<Option<Team>> {
        team_of(cx, self.team_id).await
    }

    /// The survey it sends.
    async fn survey(&self, cx: &Context<'_>) -> Result<Option<Survey>> {
        survey_of(cx, self.survey_id).await
    }
}

#[ComplexObject]
impl Wave {
    /// How far it has come, at the accounts you see.
    #[graphql(guard = "May(Action::ReadInvitations)")]
    async fn funnel(&self, cx: &Context<'_>) -> Result<Option<Funnel>> {
        let found = cx.data::<DataLoader<FunnelLoader>>()?.load_one(self.id).await.map_err(failed)?;
        Ok(Some(found.unwrap_or_default()))
    }

    /// The programme that made it; null where somebody sent the survey by hand, or where you do not see it.
    async fn program(&self, cx: &Context<'_>) -> Result<Option<Program>> {
        self.seen(cx).await
    }

    /// The id of the programme that made it; null where somebody sent the survey by hand, or where you do not see it.
    async fn program_id(&self, cx: &Context<'_>) -> Result<Option<ProgramId>> {
        Ok(self.seen(cx).await?.map(|program| program.id))
    }

    /// Contacts whom the sample passed over, at all accounts; null where you do not see the programme.
    async fn not_drawn(&self, cx: &Context<'_>) -> Result<Option<i32>> {
        let all = self.program_id.is_none() || self.seen(cx).await?.is_some();
        Ok(all.then_some(self.not_drawn))
    }

    /// The survey that was sent.
    async fn survey(&self, cx: &Context<'_>) -> Result<Option<Survey>> {
        survey_of(cx, self.survey_id).await
    }
}

impl Wave {
    /// The programme that made it, where the viewer reads programmes and sees this one.
    async fn seen(&self, cx: &Context<'_>) -> Result<Option<Program>> {
        match self.program_id {
            Some(id) if cx.data::<Ctx>()?.may(Action::ReadPrograms).is_ok() => {
                cx.data::<DataLoader<ProgramLoader>>()?.load_one(id).await.map_err(failed)
            }
            _ => Ok(None),
        }
    }
}

#[ComplexObject]
impl Exclusion {
    /// Who made it; null where that was no member.
    async fn by(&self, cx: &Context<'_>) -> Result<Option<Member>> {
        member_of(cx, self.by_id).await
    }
}
