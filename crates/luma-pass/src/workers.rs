//! Threads for work on many functions.

use std::num::NonZero;
use std::sync::{Arc, Mutex, PoisonError};

use rayon::iter::{IntoParallelIterator, ParallelIterator};
use rayon::{ThreadPool, ThreadPoolBuilder};

/// In bytes. Passes recurse over nested regions, and the text form allows nests of 4,096; only what
/// is used of a stack takes memory.
const STACK: usize = 256 << 20;

/// How much there must be to do for each thread, in operations times passes. One takes about 0.2 µs;
/// starting a thread takes about 100 µs.
const WORTH: usize = 2048;

/// The results of `work` on each of `items`, in that order, on at most `threads` threads; 0 is one for
/// each core. `weight` is how much there is to do in all, in operations times passes.
pub fn map<T: Send, R: Send>(
    threads: usize,
    weight: usize,
    items: Vec<T>,
    work: impl Fn(T) -> R + Send + Sync,
) -> Vec<R> {
    let cores = || std::thread::available_parallelism().map_or(1, NonZero::get);
    let threads = if threads == 0 { cores() } else { threads };
    let pool = match threads == 1 || items.len() < 2 || weight / threads < WORTH {
        true => None,
        false => pool(threads),
    };
    match pool {
        Some(pool) => pool.install(|| items.into_par_iter().map(work).collect()),
        None => items.into_iter().map(work).collect(),
    }
}

/// So many threads with stacks of ours, started when first asked for and kept for the next step;
/// `None` where the machine has no more to give.
fn pool(threads: usize) -> Option<Arc<ThreadPool>> {
    static POOLS: Mutex<Vec<Arc<ThreadPool>>> = Mutex::new(Vec::new());
    let mut pools = POOLS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(pool) = pools.iter().find(|pool| pool.current_num_threads() == threads) {
        return Some(pool.clone());
    }
    let pool = ThreadPoolBuilder::new()
        .num_threads(threads)
        .stack_size(STACK)
        .thread_name(|i| format!("pass-{i}"))
        .build();
    let pool = Arc::new(pool.ok()?);
    pools.push(pool.clone());
    Some(pool)
}
