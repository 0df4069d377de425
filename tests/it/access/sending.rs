//! The table of sending: programmes, waves, exclusions, single invitations.

use super::Row;

/// As in [`super::GRAPHQL`]; a programme here is of the manager's team.
pub static SENDING: [Row; 23] = [
    ("program", "{program(id:\"$active\"){id}}", "UUFFF.N..F"),
    ("programs", "{programs{nodes{id}}}", "UUFFF....F"),
    ("dryRunProgram", "{dryRunProgram(id:\"$active\"){queued contacts{name}}}", "UUFFF.N..F"),
    ("wave", "{wave(id:\"$wave\"){id}}", "UUFNN.N..F"),
    ("waves", "{waves{nodes{id}}}", "UUF......F"),
    ("exclusions", "{exclusions{id}}", "UUF.....FF"),
    ("invitations", "{invitations{nodes{id dueAt error visits{machine} contact{id}}}}", "UUF......F"),
    ("funnel", "{funnel(groupBy:WAVE){waveId funnel{sent suppressed{count}}}}", "UUF......F"),
    (
        "createProgram",
        "mutation{createProgram(input:{name:\"P\",surveyId:\"$survey\",teamId:\"$team\",plan:{}}){id}}",
        "UUFFF.N.FF",
    ),
    ("updateProgram", "mutation{updateProgram(input:{id:\"$active\",version:2,name:\"Q\"}){id}}", "UUFFF.N.FF"),
    ("activateProgram", "mutation{activateProgram(id:\"$active\"){id}}", "UUFFF.N.FF"),
    ("pauseProgram", "mutation{pauseProgram(id:\"$active\"){id}}", "UUFFF.N.FF"),
    ("resumeProgram", "mutation{resumeProgram(id:\"$active\"){id}}", "UUFFF.N.FF"),
    ("endProgram", "mutation{endProgram(id:\"$active\"){id}}", "UUFFF.N.FF"),
    ("runProgram", "mutation{runProgram(id:\"$active\"){id}}", "UUFFF.N..F"),
    ("pauseWave", "mutation{pauseWave(id:\"$wave\"){id}}", "UUFNN.N..F"),
    ("resumeWave", "mutation{resumeWave(id:\"$wave\"){id}}", "UUFNN.N..F"),
    ("cancelWave", "mutation{cancelWave(id:\"$wave\"){id}}", "UUFNN.N..F"),
    (
        "createExclusion",
        "mutation{createExclusion(input:{accountId:\"$fresh\",reason:\"x\",until:\"2026-03-03T00:00:00Z\"}){id}}",
        "UUF.N.N.FF",
    ),
    ("liftExclusion", "mutation{liftExclusion(id:\"$exclusion\"){id}}", "UUFFN.N.FF"),
    ("resendInvitation", "mutation{resendInvitation(id:\"$failed\"){id}}", "UUFFF.N..F"),
    ("revokeInvitation", "mutation{revokeInvitation(id:\"$failed\"){id}}", "UUFFF.N..F"),
    (
        "sendSurvey",
        "mutation{sendSurvey(surveyId:\"$survey\",input:{audience:{},dryRun:true}){queued contacts{name}}}",
        "UUFFF....F",
    ),
];
