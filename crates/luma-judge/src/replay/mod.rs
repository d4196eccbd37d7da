//! Replays what the verifier reports: the program is run with inputs that force the decisions of the
//! reported path, and the interpreter must see the defect.

mod decide;
mod reach;

use luma_interp::{Answers, Rest, TrapKind};
use luma_ir::{Function, Module, Op, Symbol, callee};
use luma_ownership::{Defect, DefectKind, Event, Use};
use rustc_hash::FxHashSet;

use crate::drive::{self, MemoryDefect, Verdict};
use crate::front::Checked;

/// What replaying one report showed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Replayed {
    /// The defect was seen, on these inputs.
    Confirmed(Answers),
    /// It is none the interpreter could see: a wrong attribute, a pointer passed on after its object
    /// is gone, something in a function that `main` never calls.
    NotObservable,
    /// No run showed it, but some were stopped before its end, by another defect or otherwise.
    Masked,
    /// No run showed it.
    Unconfirmed,
}

/// What the interpreter says when it sees a defect of this kind, and whether it surely does.
fn shows_as(kind: DefectKind) -> Option<(&'static [TrapKind], bool)> {
    use TrapKind::{BadFree, DoubleFree, Leak, UseAfterFree};
    Some(match kind {
        DefectKind::Leak(_) => (&[Leak], true),
        DefectKind::DoubleFree => (&[DoubleFree], true),
        DefectKind::UseAfterFree(how) => {
            (&[UseAfterFree, DoubleFree], matches!(how, Use::Read | Use::Write | Use::Free))
        }
        // Whoever has it now may still have it.
        DefectKind::UseAfterTransfer(_) => (&[UseAfterFree, DoubleFree], false),
        // A freed pointer is an interior pointer no more.
        DefectKind::NotHeap { given, .. } => (&[BadFree], !given),
        DefectKind::Interior { given, .. } => (&[BadFree, DoubleFree], !given),
        DefectKind::Dangling { .. } => (&[UseAfterFree], false),
        DefectKind::BorrowedFree { .. }
        | DefectKind::MissingReturns
        | DefectKind::FalseReturns(_)
        | DefectKind::Idle(_)
        | DefectKind::Conflict => return None,
    })
}

/// Replays `defect` of the function `name`, with up to `tries` runs.
pub fn replay(checked: &Checked, name: Symbol, defect: &Defect, seed: u64, tries: u32) -> Replayed {
    let module = &checked.module;
    let Some((kinds, sure)) = shows_as(defect.kind) else { return Replayed::NotObservable };
    let f = &module.functions[&name];
    if !called(module).contains(&name) {
        return Replayed::NotObservable;
    }
    let is_it = |seen: &MemoryDefect| {
        kinds.contains(&seen.kind) && (seen.kind != TrapKind::Leak || leaks(f, defect, seen))
    };
    let begin = defect.path.iter().find_map(operation).or(defect.take).or(defect.op);
    let on_path: Vec<(Op, u32)> = defect
        .path
        .iter()
        .filter_map(|event| match *event {
            Event::Branch { op, region } => Some((op, region)),
            _ => None,
        })
        .collect();
    let mut decisions = begin.map(|op| reach::decisions(f, op)).unwrap_or_default();
    decisions.retain(|(op, _)| on_path.iter().all(|(known, _)| known != op));
    decisions.extend(on_path);
    let mut rng = fastrand::Rng::with_seed(seed);
    let mut masked = false;
    for attempt in 0..tries {
        // The function may be called more than once: half of the runs take the path each time.
        let every_call = attempt % 2 == 1;
        let mut first = Vec::new();
        for (caller, call) in reach::calls(module, name, &mut rng) {
            if caller != name {
                let caller = &module.functions[&caller];
                let way = reach::decisions(caller, call);
                first.extend(decide::answers(module, caller, &way, every_call, &mut rng));
            }
        }
        first.extend(decide::answers(module, f, &decisions, every_call, &mut rng));
        let rest = match attempt {
            0 | 1 => Rest::Always(1),
            2 | 3 => Rest::Always(0),
            _ => Rest::Random { seed: rng.u64(..), below: 4 },
        };
        let answers = Answers { first, rest };
        match drive::run(module, &answers).verdict {
            Verdict::Memory(seen) if is_it(&seen) => return Replayed::Confirmed(answers),
            Verdict::Memory(_) | Verdict::Other(_) => masked = true,
            Verdict::Clean => {}
        }
    }
    // What a function takes from others may be null for all it knows.
    let free_of_another =
        matches!(defect.kind, DefectKind::NotHeap { .. } | DefectKind::Interior { .. });
    let sure = sure && (free_of_another || defect.take.is_some_and(|take| is_allocated(f, take)));
    match (sure, masked) {
        (false, _) => Replayed::NotObservable,
        (true, true) => Replayed::Masked,
        (true, false) => Replayed::Unconfirmed,
    }
}

/// Whether what leaked is what was said to leak. What a function takes from a caller or a callee is
/// allocated elsewhere, anywhere.
fn leaks(f: &Function, defect: &Defect, seen: &MemoryDefect) -> bool {
    let Some(take) = defect.take.or(defect.op).filter(|&take| is_allocated(f, take)) else {
        return true;
    };
    let said = f.loc(take).span;
    seen.trap.related.iter().any(|(span, _)| *span == said)
}

/// Whether `take` takes from the heap, not from a function.
fn is_allocated(f: &Function, take: Op) -> bool {
    let from = luma_ir::dialects::own::Take::cast(f, take).and_then(|take| take.from_attr(f));
    from.and_then(luma_ir::Attribute::as_str) == Some("heap")
}

/// The operation of an event that is no decision.
fn operation(event: &Event) -> Option<Op> {
    match *event {
        Event::Take { op, .. } | Event::Alias { op, .. } | Event::Give { op, .. } => Some(op),
        Event::Defer { op } | Event::Return { op } | Event::Outward { op } => Some(op),
        Event::Branch { .. } => None,
    }
}

/// The functions `main` reaches by calls.
fn called(module: &Module) -> FxHashSet<Symbol> {
    let mut reached = FxHashSet::default();
    let mut waiting = vec![module.context.symbol("main")];
    while let Some(name) = waiting.pop() {
        let Some(f) = module.functions.get(&name).filter(|_| reached.insert(name)) else {
            continue;
        };
        f.walk(&mut |op| waiting.extend(callee(f, op)));
    }
    reached
}
