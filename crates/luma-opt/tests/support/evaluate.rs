//! What a function does, seen from outside: the calls it makes and what it returns.
//!
//! Calls give numbers of a fixed sequence, so two forms of one function can be compared. Every
//! value is one number, structs too: nothing here looks inside them.

use luma_ir::dialects::luma;
use luma_ir::{Attribute, Block, Function, Module, Op, Region, Value};
use std::collections::HashMap;

/// The calls with their arguments, then what is returned. Stops after `limit` calls.
pub(crate) fn trace(module: &Module, name: &str, seed: u64, limit: usize) -> Vec<String> {
    let f = module.function(name).unwrap();
    let random = Random::new(seed);
    let mut run = Run {
        module,
        f,
        random,
        limit,
        trace: Vec::new(),
        values: HashMap::new(),
        places: HashMap::new(),
    };
    let end = run.region(f.body(), &[]);
    let end = match end {
        Flow::Return(values) => format!("return {values:?}"),
        Flow::Stop(why) => why.to_string(),
        _ => panic!("the function ended in a jump"),
    };
    run.trace.push(end);
    run.trace
}

/// A fixed sequence of numbers.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// A number below `bound`.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % bound
    }
}

enum Flow {
    Yield(Vec<i64>),
    Return(Vec<i64>),
    Break(Vec<i64>),
    Continue(Vec<i64>),
    Goto(Block, Vec<i64>),
    Stop(&'static str),
}

struct Run<'a> {
    module: &'a Module,
    f: &'a Function,
    random: Random,
    limit: usize,
    trace: Vec<String>,
    values: HashMap<Value, i64>,
    places: HashMap<Value, i64>,
}

impl Run<'_> {
    /// Runs a region, whose arguments get `args`.
    fn region(&mut self, region: Region, args: &[i64]) -> Flow {
        let mut block = self.f.blocks(region)[0];
        self.values.extend(self.f.block_args(block).iter().copied().zip(args.iter().copied()));
        loop {
            match self.block(block) {
                Flow::Goto(target, args) => {
                    for (&arg, value) in self.f.block_args(target).iter().zip(args) {
                        self.values.insert(arg, value);
                    }
                    block = target;
                }
                flow => return flow,
            }
        }
    }

    fn block(&mut self, block: Block) -> Flow {
        let mut deferred = Vec::new();
        for op in self.f.block_ops(block) {
            if self.f.op_name(op) == luma::Defer::NAME {
                deferred.push(op);
                continue;
            }
            let Some(flow) = self.op(op) else { continue };
            if !matches!(flow, Flow::Stop(_)) {
                for op in deferred.into_iter().rev() {
                    match self.region(self.f.op_regions(op)[0], &[]) {
                        Flow::Yield(_) => {}
                        Flow::Stop(why) => return Flow::Stop(why),
                        _ => panic!("deferred code was left by a jump"),
                    }
                }
            }
            return flow;
        }
        panic!("a block without an end")
    }

    fn op(&mut self, op: Op) -> Option<Flow> {
        let f = self.f;
        let args: Vec<i64> =
            f.operands(op).iter().map(|v| self.values.get(v).copied().unwrap_or(0)).collect();
        let goto = |run: &Self, index: usize| {
            let successor = f.successors(op).get(index).unwrap();
            Flow::Goto(successor.block, successor.args.iter().map(|v| run.values[v]).collect())
        };
        match f.op_name(op) {
            luma::Constant::NAME => {
                let value = match luma::Constant(op).value_attr(f) {
                    Some(Attribute::Int(value, _)) => *value,
                    Some(Attribute::Bool(value)) => i64::from(*value),
                    other => panic!("{other:?}"),
                };
                self.values.insert(f.results(op)[0], value);
            }
            luma::Local::NAME => {
                self.places.remove(&f.results(op)[0]);
            }
            luma::Load::NAME => {
                let Some(&value) = self.places.get(&f.operands(op)[0]) else {
                    return Some(Flow::Stop("undefined"));
                };
                self.values.insert(f.results(op)[0], value);
            }
            luma::Store::NAME => {
                self.places.insert(f.operands(op)[1], args[0]);
            }
            luma::Call::NAME => {
                if self.trace.len() == self.limit {
                    return Some(Flow::Stop("limit"));
                }
                let callee = luma::Call(op).callee_attr(f).unwrap().as_symbol().unwrap();
                let callee = self.module.context.name(callee);
                self.trace.push(format!("{callee}{args:?}"));
                let value = match callee {
                    "choose" => self.random.below(2),
                    _ => self.random.below(4),
                };
                if let Some(&result) = f.results(op).first() {
                    self.values.insert(result, value as i64);
                }
            }
            luma::Block::NAME => return self.structured(op, 0),
            luma::If::NAME => {
                let index = usize::from(args[0] == 0);
                if index < f.op_regions(op).len() {
                    return self.structured(op, index);
                }
            }
            luma::Switch::NAME => return self.structured(op, target(f, op, args[0])),
            luma::Loop::NAME => {
                let &[condition, body, post] = f.op_regions(op) else { panic!("regions") };
                let mut carried = args;
                loop {
                    carried = match self.region(condition, &carried) {
                        Flow::Yield(mut values) => {
                            let goes_on = values.remove(0);
                            carried = values;
                            if goes_on == 0 {
                                break;
                            }
                            carried
                        }
                        flow => return Some(flow),
                    };
                    carried = match self.region(body, &carried) {
                        Flow::Yield(values) | Flow::Continue(values) => values,
                        Flow::Break(values) => {
                            carried = values;
                            break;
                        }
                        flow => return Some(flow),
                    };
                    carried = match self.region(post, &carried) {
                        Flow::Yield(values) => values,
                        flow => return Some(flow),
                    };
                }
                self.values.extend(f.results(op).iter().copied().zip(carried));
            }
            luma::Yield::NAME => return Some(Flow::Yield(args)),
            luma::Return::NAME => return Some(Flow::Return(args)),
            luma::Break::NAME => return Some(Flow::Break(args)),
            luma::Continue::NAME => return Some(Flow::Continue(args)),
            luma::Br::NAME => return Some(goto(self, 0)),
            luma::CondBr::NAME => return Some(goto(self, usize::from(args[0] == 0))),
            luma::SwitchBr::NAME => return Some(goto(self, target(f, op, args[0]))),
            luma::Unreachable::NAME => return Some(Flow::Stop("unreachable")),
            _ => panic!("{}", self.module.context.op_def(f.op_name(op)).name),
        }
        None
    }

    /// Runs a region; its values become the results of `op`.
    fn structured(&mut self, op: Op, index: usize) -> Option<Flow> {
        match self.region(self.f.op_regions(op)[index], &[]) {
            Flow::Yield(values) => {
                self.values.extend(self.f.results(op).iter().copied().zip(values));
                None
            }
            flow => Some(flow),
        }
    }
}

/// Which region or successor a switch takes.
fn target(f: &Function, op: Op, value: i64) -> usize {
    let cases = f.op_attribute(op, luma_ir::dialects::attr::CASES).unwrap().as_array().unwrap();
    let holds = |case: &Attribute| {
        case.as_array().unwrap().iter().any(|label| label.as_int() == Some(value))
    };
    cases.iter().position(holds).map_or(0, |index| index + 1)
}
