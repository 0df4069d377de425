//! What a request carries: its context, and loaders for what look-ahead cannot see.

use std::{
    future::poll_fn,
    pin::pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
    time::Duration,
};

use async_graphql::{Context as Place, Request, Result, dataloader::DataLoader};
use entity::{AccountId, MemberId, SurveyId, TeamId};
use futures_util::{StreamExt, future::BoxFuture, stream::FuturesUnordered, task::AtomicWaker};

use crate::{
    access::Action,
    account::{Account, AccountLoader, Want},
    contact::SeenLoader,
    ctx::{Ctx, failed},
    member::{Member, MemberLoader},
    program::{FunnelLoader, ProgramLoader},
    response::{AnswerLoader, QuestionLoader, VersionLoader},
    survey::{Survey, SurveyLoader},
    team::{Team, TeamLoader},
    visit::VisitLoader,
};

/// Puts the context and fresh loaders into a request.
pub fn with_ctx(request: Request, ctx: Ctx) -> Request {
    request
        .data(DataLoader::new(AccountLoader(ctx.clone()), later).delay(Duration::ZERO))
        .data(DataLoader::new(SeenLoader(ctx.clone()), later).delay(Duration::ZERO))
        .data(DataLoader::new(MemberLoader(ctx.clone()), later).delay(Duration::ZERO))
        .data(DataLoader::new(TeamLoader(ctx.clone()), later).delay(Duration::ZERO))
        .data(DataLoader::new(AnswerLoader(ctx.clone()), later).delay(Duration::ZERO))
        .data(DataLoader::new(QuestionLoader(ctx.clone()), later).delay(Duration::ZERO))
        .data(DataLoader::new(VersionLoader(ctx.clone()), later).delay(Duration::ZERO))
        .data(DataLoader::new(VisitLoader(ctx.clone()), later).delay(Duration::ZERO))
        .data(DataLoader::new(SurveyLoader(ctx.clone()), later).delay(Duration::ZERO))
        .data(DataLoader::new(FunnelLoader(ctx.clone()), later).delay(Duration::ZERO))
        .data(DataLoader::new(ProgramLoader(ctx.clone()), later).delay(Duration::ZERO))
        .data(ctx)
}

type Batch = BoxFuture<'static, ()>;

tokio::task_local! {
    static BATCHES: Arc<Mutex<Vec<Batch>>>;
}

/// Keeps a loader's batch until the request has asked for all it can ask for.
#[expect(clippy::disallowed_methods, reason = "a loader's batch ends with its request")]
fn later(batch: Batch) {
    let mut batch = Some(batch);
    let _ = BATCHES.try_with(|all| all.lock().unwrap_or_else(PoisonError::into_inner).extend(batch.take()));
    // Nobody drives a request that did not come by `with_batches`.
    if let Some(batch) = batch {
        tokio::spawn(batch);
    }
}

/// Whether a request can go on. Polling it gives way after a few rows of a list, woken at once; only
/// while it is not woken does it wait for something.
struct Awake {
    now: AtomicBool,
    task: AtomicWaker,
}

impl Wake for Awake {
    fn wake(self: Arc<Self>) {
        self.now.store(true, Ordering::Release);
        self.task.wake();
    }
}

/// Runs a request with its batches, in one task: a batch starts only when the request can go no
/// further, so the rows of one list come in one statement however slow the machine is.
pub async fn with_batches<F: Future>(request: F) -> F::Output {
    let batches = Arc::new(Mutex::new(Vec::new()));
    let mut request = pin!(BATCHES.scope(Arc::clone(&batches), request));
    let mut running = FuturesUnordered::<Batch>::new();
    let awake = Arc::new(Awake { now: AtomicBool::new(true), task: AtomicWaker::new() });
    let waker = Waker::from(Arc::clone(&awake));
    poll_fn(move |cx| {
        awake.task.register(cx.waker());
        loop {
            if awake.now.swap(false, Ordering::AcqRel) {
                if let Poll::Ready(output) = request.as_mut().poll(&mut Context::from_waker(&waker)) {
                    return Poll::Ready(output);
                }
                if awake.now.load(Ordering::Acquire) {
                    return Poll::Pending;
                }
            }
            running.extend(batches.lock().unwrap_or_else(PoisonError::into_inner).drain(..));
            let Poll::Ready(Some(())) = running.poll_next_unpin(cx) else { return Poll::Pending };
        }
    })
    .await
}

/// The account below another object; null where it is not in scope.
pub async fn account_of(cx: &Place<'_>, id: AccountId) -> Result<Option<Account>> {
    cx.data::<Ctx>()?.may(Action::ReadAccounts).map_err(failed)?;
    let want = Want::of(&cx.look_ahead()).map_err(failed)?;
    cx.data::<DataLoader<AccountLoader>>()?.load_one((id, want)).await.map_err(failed)
}

/// The member below another object.
pub async fn member_of(cx: &Place<'_>, id: Option<MemberId>) -> Result<Option<Member>> {
    let Some(id) = id else { return Ok(None) };
    cx.data::<DataLoader<MemberLoader>>()?.load_one(id).await.map_err(failed)
}

/// The team below another object.
pub async fn team_of(cx: &Place<'_>, id: Option<TeamId>) -> Result<Option<Team>> {
    let Some(id) = id else { return Ok(None) };
    cx.data::<DataLoader<TeamLoader>>()?.load_one(id).await.map_err(failed)
}

/// The survey below another object.
pub async fn survey_of(cx: &Place<'_>, id: SurveyId) -> Result<Option<Survey>> {
    let versions = cx.look_ahead().field("versions").exists();
    cx.data::<DataLoader<SurveyLoader>>()?.load_one((id, versions)).await.map_err(failed)
}
