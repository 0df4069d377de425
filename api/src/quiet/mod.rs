//! Answers of confidential and anonymous surveys: quiet until they are counted, and counted only together.
//!
//! Always holds: no row of such an answer is seen by staff, keys or customers; what can be asked of them is figures, and
//! every figure is made of whole *batches*. A batch is five or more ratings of one question and one survey that enter
//! the counters at once, under one owner, one place in the tree and one month, and in no territory or segment. Where
//! too few are credited to one owner, the batch is the team's; where too few are in one team, it is the whole
//! company's, for those who see all of it; fewer wait, and count nowhere.
//!
//! Why nobody is found by subtracting figures: whatever a figure is cut or filtered by, a batch is inside as a whole or
//! outside as a whole, since it has one value of each. So in every sum of figures, added or taken away, however many and
//! on whatever days, all answers of a batch have the same weight: what is left over can be a batch or several, and never
//! one to four answers. Nothing has to be hidden when figures are read, and identified answers, which are known one by
//! one, may stand beside them in one figure. The month is that of the counting, so that no time of an answer need be kept.
//!
//! A batch is of five people, too: who is asked again and again, a quarter after the other, may wait with several answers,
//! but is asked once in each *round*, as long as the quarantine is, so that five of one round must be among them.
//!
//! What is kept: of a link that was answered a digest ([`Purpose::Answered`](crate::secure::Purpose)), which only the
//! secret ties to its invitation; of a confidential answer its ratings, as long as it can be changed; of every other,
//! ratings without author, time (save the round) or order ([`entity::quiet_score`]), and from the next midnight on without
//! the transaction that they share with the digest; of those that are counted, the sums of their batch
//! ([`entity::quiet_batch`]), from which counters can be recounted. No word is kept: words tell who wrote them.

mod job;
mod keep;
mod rules;

pub use job::{CountQuiet, plan};
pub use keep::{count_wave, is_answered, rating, take};
pub use rules::FEWEST;
