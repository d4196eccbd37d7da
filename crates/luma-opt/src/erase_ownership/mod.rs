//! `erase-ownership`: takes and gives of ownership go; what can be proved about pointers becomes
//! facts on functions, which code generation hands to LLVM.
//!
//! *Before:* any module; `own.take` and `own.give` have told the verifier of ownership who frees what.
//!
//! *After:* there is no `own.take` and no `own.give`: their uses use their operands. A function that
//! has a body carries `arg_facts`, one list for each parameter, and `result_facts`, one list for each
//! result, unless all of them are empty.
//!
//! | fact | of | what it says of every call, whatever the caller does | to LLVM |
//! | --- | --- | --- | --- |
//! | `nocapture` | a pointer parameter | no copy of the pointer, nor anything its bits decide, outlives the call | `captures(none)` |
//! | `readonly` | a pointer parameter | nothing is written or freed through the pointer | `readonly` |
//! | `nofree` | a pointer parameter | the object it points into is not freed through it | `nofree` |
//! | `noalias` | a pointer result | null, or an object made during the call that nothing else points to | `noalias` |
//!
//! # Why the facts hold
//!
//! Ownership attributes and the verifier's verdict are no part of the proof: it needs only the
//! operations, so the facts hold for modules nobody verified.
//!
//! A value is *derived* from a pointer if it is the pointer itself handed on (`own.take`, `own.give`,
//! casts between pointers, values of regions and blocks), moved (`luma.offset`), a place it leads to
//! (`luma.deref`, `luma.field`, `luma.element`) or the address of such a place, or loaded from a
//! *private* variable that such a pointer was stored to. A variable is private if all that is done
//! with its place is loading and storing all of it, so nothing else can reach it. Every operation
//! that has a derived value as operand does one of these:
//!
//! - it hands it on, as above;
//! - it reads or writes through it, or frees it: writing and freeing lose `readonly`, freeing loses
//!   `nofree`;
//! - it compares it or prints it as an address: that loses `nocapture`, since the outcome of a
//!   comparison may outlive the call, but makes no copy of the pointer;
//! - it calls a function with a body: what that does with its parameter, this does too;
//! - anything else (stores it, returns it, makes a number of it, calls what has no body, is of another
//!   dialect): that loses everything. A few functions of C are known by name, as they are to LLVM.
//!
//! So every way in which a run could break a fact is one of finitely many operations, each of which
//! was found to lose it for the parameter it works on and, going from callee to caller, for every
//! parameter that gets there: facts that are left were broken by no operation. Recursion needs no
//! special care: a run that breaks a fact does so after finitely many calls.
//!
//! For `noalias`, go back from each returned value through what hands values on. What is found must
//! be `luma.null`, `luma.alloc`, or a call of a function whose result is `noalias`; and of each such
//! object, apart from being returned, no copy may be made that outlives the call. It is then either
//! null or not reachable but through the result. (Its address may have been compared; it is not the
//! address of anything older.)
//!
//! Later passes keep what functions do, and so keep the facts. The verifier checks their form only.

mod facts;
mod flow;

use luma_diagnostics::never;
use luma_ir::dialects::own;
use luma_ir::{Attribute, Function, Module, Op, Symbol};
use luma_pass::{ModulePass, PassContext, PassResult, Registration, Statistic, Work};

use facts::Facts;

/// Removes takes and gives, and puts facts about pointers on functions.
#[derive(Clone, Copy, Debug, Default)]
pub struct EraseOwnership;

impl ModulePass for EraseOwnership {
    fn run(&self, cx: &PassContext<'_>, module: &mut Module) -> PassResult {
        // Takes and gives hand their operand through, so facts can be found before or after.
        let facts = Facts::find(module);
        let names = [cx.context.symbol("arg_facts"), cx.context.symbol("result_facts")];
        let mut changed = false;
        for (&name, f) in &mut module.functions {
            if f.entry().is_none() {
                continue;
            }
            let [takes, gives] = erase(f);
            cx.count(&TAKES, takes);
            cx.count(&GIVES, gives);
            changed |= takes + gives > 0;
            let (params, results) = facts.of(name);
            for (name, lists) in names.into_iter().zip([params, results]) {
                count(cx, lists);
                changed |= put(f, name, lists);
            }
        }
        Ok(changed.into())
    }
}

/// Sets the attribute `name`, or takes it away where there is nothing to say; whether that changed
/// anything.
fn put(f: &mut Function, name: Symbol, lists: &[Vec<&'static str>]) -> bool {
    let list = |facts: &Vec<&'static str>| Attribute::array(facts.iter().map(Attribute::str));
    let value =
        (!lists.iter().all(Vec::is_empty)).then(|| Attribute::array(lists.iter().map(list)));
    if f.attribute(name) == value.as_ref() {
        return false;
    }
    f.attributes.retain(|(known, _)| *known != name);
    f.attributes.extend(value.map(|value| (name, value)));
    true
}

fn count(cx: &PassContext<'_>, lists: &[Vec<&'static str>]) {
    for fact in lists.iter().flatten() {
        let statistic = match *fact {
            facts::NOCAPTURE => &NOCAPTURE,
            facts::READONLY => &READONLY,
            facts::NOFREE => &NOFREE,
            facts::NOALIAS => &NOALIAS,
            other => {
                never!("the fact `{other}` is not counted");
                continue;
            }
        };
        cx.count(statistic, 1);
    }
}

/// Takes all takes and gives out of `f`; how many there were of each.
fn erase(f: &mut Function) -> [usize; 2] {
    let mut counts = [0; 2];
    let mut ops: Vec<Op> = Vec::new();
    f.walk(&mut |op| {
        if matches!(f.op_name(op), own::Take::NAME | own::Give::NAME) {
            ops.push(op);
        }
    });
    for op in ops {
        let (from, to) = (f.operands(op)[0], f.results(op)[0]);
        // In code that is never reached, a value may stand for itself; then it has to stay.
        if from == to {
            continue;
        }
        // Names of variables stay with the values that remain.
        f.inherit_name(from, to);
        f.replace_all_uses(to, from);
        counts[usize::from(f.op_name(op) == own::Give::NAME)] += 1;
        f.erase(op);
    }
    counts
}

const TAKES: Statistic = Statistic { name: "takes-erased", summary: "`own.take` removed." };
const GIVES: Statistic = Statistic { name: "gives-erased", summary: "`own.give` removed." };
const NOCAPTURE: Statistic =
    Statistic { name: "nocapture-parameters", summary: "Parameters that are not captured." };
const READONLY: Statistic = Statistic {
    name: "readonly-parameters",
    summary: "Parameters through which nothing is written.",
};
const NOFREE: Statistic =
    Statistic { name: "nofree-parameters", summary: "Parameters through which nothing is freed." };
const NOALIAS: Statistic =
    Statistic { name: "noalias-results", summary: "Results that are new objects or null." };

/// How the pass makes itself known.
pub(crate) static REGISTRATION: Registration = Registration {
    name: "erase-ownership",
    summary: "Removes ownership operations and annotates functions with the facts proved about their pointers.",
    options: &[],
    statistics: &[TAKES, GIVES, NOCAPTURE, READONLY, NOFREE, NOALIAS],
    mandatory: false,
    make: |_| Work::module(EraseOwnership),
};
