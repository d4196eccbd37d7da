//! Structured and unstructured control flow, and deferred code.
//!
//! Regions are walked with an explicit stack of [`Task`]s, so deep nesting uses the heap. Deferred
//! code is not copied to the places where control leaves: it is emitted once and registered when
//! control reaches it, as the definition of `luma.defer` says. This is independent of how
//! `lower-defer` works.

use luma_diagnostics::{OrNever as _, never};
use luma_ir::dialects::{attr, luma};
use luma_ir::{Attribute, Op, Region, SuccessorRef, Type, Value};
use rustc_hash::FxHashSet;

use super::{Body, Label};
use crate::code::{CallSite, HostSite, Inst, Slot, SwitchTable};
use crate::host;

/// A pending step of the walk.
#[derive(Clone, Copy, Debug)]
pub(super) enum Task {
    /// An operation and what follows it in its block.
    Ops(Op),
    Bind(Label),
    Enter(End),
    Leave,
    /// The body of a loop begins.
    EnterLoop(LoopTargets),
    LeaveLoop,
    /// A defer is registered.
    Registered,
}

/// What `luma.yield` does in a region.
#[derive(Clone, Copy, Debug)]
pub(super) enum End {
    /// Passes its values on and jumps to the target.
    Go(Target),
    /// Branches to one of two targets; the values after the first are passed on.
    Condition(Target, Target),
    Defer,
}

/// A jump target and the receiver of the values passed along.
#[derive(Clone, Copy, Debug)]
pub(super) struct Target {
    label: Label,
    to: Receiver,
}

/// The receiver of the values passed along with a jump.
#[derive(Clone, Copy, Debug)]
enum Receiver {
    Results(Op),
    /// The arguments of a region.
    Region(Region),
}

/// A region that is being walked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scope {
    end: End,
    /// How many defers were registered when it was entered.
    base: u32,
}

/// A loop whose body is being walked.
#[derive(Clone, Copy, Debug)]
pub(super) struct LoopTargets {
    after: Target,
    post: Target,
    base: u32,
}

impl Body<'_, '_> {
    /// Emits the whole body of the function.
    pub(super) fn control(&mut self) {
        let f = self.f;
        for (i, &block) in f.blocks(f.body()).iter().enumerate() {
            if i > 0 {
                let label = self.block_label(block);
                self.bind(label);
            }
            self.tasks.extend(f.first(block).map(Task::Ops));
            while let Some(task) = self.tasks.pop() {
                self.task(task);
            }
        }
    }

    fn task(&mut self, task: Task) {
        match task {
            Task::Ops(op) => {
                self.tasks.extend(self.f.next(op).map(Task::Ops));
                self.at = self.f.loc(op).span;
                self.op(op);
            }
            Task::Bind(label) => self.bind(label),
            Task::Enter(end) => self.scopes.push(Scope { end, base: self.pending }),
            Task::Leave => {
                if let Some(scope) = self.scopes.pop() {
                    self.pending = scope.base;
                }
            }
            Task::EnterLoop(targets) => {
                self.loops.push(LoopTargets { base: self.pending, ..targets });
            }
            Task::LeaveLoop => {
                self.loops.pop();
            }
            Task::Registered => self.pending += 1,
        }
    }

    fn op(&mut self, op: Op) {
        match self.f.op_name(op) {
            luma::If::NAME => self.branch(op),
            luma::Loop::NAME => self.looped(op),
            luma::Switch::NAME => self.switch(op),
            luma::Block::NAME => {
                let end = self.label();
                self.tasks.push(Task::Bind(end));
                let end = Target { label: end, to: Receiver::Results(op) };
                self.region(self.f.op_regions(op)[0], End::Go(end));
            }
            luma::Defer::NAME => {
                let (body, after) = (self.label(), self.label());
                self.emit(Inst::Defer { body, after });
                self.tasks.extend([Task::Registered, Task::Bind(after)]);
                self.region(self.f.op_regions(op)[0], End::Defer);
                self.tasks.push(Task::Bind(body));
            }
            luma::Yield::NAME => self.yielded(op),
            luma::Return::NAME => self.returned(op),
            luma::Break::NAME => {
                if let Some(&LoopTargets { after, base, .. }) = self.loops.last() {
                    self.leave(op, base, after);
                }
            }
            luma::Continue::NAME => {
                if let Some(&LoopTargets { post, base, .. }) = self.loops.last() {
                    self.leave(op, base, post);
                }
            }
            luma::Br::NAME => {
                if let Some(successor) = self.f.successors(op).first() {
                    self.go(successor);
                }
            }
            luma::CondBr::NAME => {
                let successors = self.f.successors(op);
                if let (Some(yes), Some(no)) = (successors.get(0), successors.get(1)) {
                    let (to_yes, to_no) = (self.entry_of(yes), self.entry_of(no));
                    self.test(self.operand(op, 0), to_yes.0, to_no.0);
                    self.go_later(yes, to_yes);
                    self.go_later(no, to_no);
                }
            }
            luma::SwitchBr::NAME => {
                let successors = self.f.successors(op);
                let entries: Vec<_> = successors.iter().map(|s| self.entry_of(s)).collect();
                let labels: Vec<Label> = entries.iter().map(|entry| entry.0).collect();
                self.dispatch(op, &labels);
                for (successor, entry) in successors.iter().zip(entries) {
                    self.go_later(successor, entry);
                }
            }
            luma::Unreachable::NAME => self.emit(Inst::Unreachable),
            luma::Call::NAME => self.call(op),
            _ => self.plain(op),
        }
    }

    /// Schedules the only block of `region` to be walked next.
    fn region(&mut self, region: Region, end: End) {
        self.tasks.push(Task::Leave);
        let first = self.f.blocks(region).first().and_then(|&block| self.f.first(block));
        self.tasks.extend(first.map(Task::Ops));
        self.tasks.push(Task::Enter(end));
    }

    fn branch(&mut self, op: Op) {
        let regions = self.f.op_regions(op);
        let (yes, end) = (self.label(), self.label());
        let no = if regions.len() > 1 { self.label() } else { end };
        self.test(self.operand(op, 0), yes, no);
        self.tasks.push(Task::Bind(end));
        let end = Target { label: end, to: Receiver::Results(op) };
        if let Some(&region) = regions.get(1) {
            self.region(region, End::Go(end));
            self.tasks.push(Task::Bind(no));
        }
        self.region(regions[0], End::Go(end));
        self.tasks.push(Task::Bind(yes));
    }

    fn looped(&mut self, op: Op) {
        let view = luma::Loop(op);
        let (condition, body, post) =
            (view.condition_region(self.f), view.body_region(self.f), view.post_region(self.f));
        let [test, inside, step] = [condition, body, post]
            .map(|region| Target { label: self.label(), to: Receiver::Region(region) });
        let after = Target { label: self.label(), to: Receiver::Results(op) };
        self.hand_over(self.f.operands(op), test.to);
        self.tasks.push(Task::Bind(after.label));
        self.region(post, End::Go(test));
        self.tasks.extend([Task::Bind(step.label), Task::LeaveLoop]);
        self.region(body, End::Go(step));
        let targets = LoopTargets { after, post: step, base: 0 };
        self.tasks.extend([Task::EnterLoop(targets), Task::Bind(inside.label)]);
        self.region(condition, End::Condition(inside, after));
        self.tasks.push(Task::Bind(test.label));
    }

    fn switch(&mut self, op: Op) {
        let end = self.label();
        let regions = self.f.op_regions(op);
        let labels: Vec<Label> = regions.iter().map(|_| self.label()).collect();
        self.dispatch(op, &labels);
        self.tasks.push(Task::Bind(end));
        let end = Target { label: end, to: Receiver::Results(op) };
        for (&region, &label) in regions.iter().zip(&labels).rev() {
            self.region(region, End::Go(end));
            self.tasks.push(Task::Bind(label));
        }
    }

    /// Branches on the cases of `op`; the first target is the default.
    fn dispatch(&mut self, op: Op, targets: &[Label]) {
        let value = self.operand(op, 0);
        let is_byte = self.f.value_type(value) == Type::I8;
        let cases = self.f.op_attribute(op, attr::CASES).and_then(Attribute::as_array);
        let mut table = Vec::new();
        let cases = cases.or_never(&[], "a switch has cases");
        for (labels, &target) in cases.iter().zip(targets.iter().skip(1)) {
            for number in labels.as_array().or_never(&[], "a case is an array") {
                let number = number.as_int().or_never(0, "labels are integers");
                let number = if is_byte { i64::from(number as i8) } else { number };
                table.push((number, target));
            }
        }
        table.sort_by_key(|&(number, _)| number);
        let default = targets.first().copied().or_never(0, "a switch has a default");
        let a = self.reg(value);
        let index = self.c.program.switches.len() as u32;
        self.c.program.switches.push(SwitchTable { cases: table, default });
        self.emit(Inst::Switch { a, table: index });
    }

    /// Branches to `yes` if `condition` holds, else to `no`. Fuses a comparison right before it.
    fn test(&mut self, condition: Value, yes: Label, no: Label) {
        let reg = self.reg(condition);
        let last = self.c.program.code.last().copied();
        // The result of the comparison must have no other use.
        let compared =
            self.f.def_op(condition).is_some_and(|op| self.f.op_name(op) == luma::Cmp::NAME);
        let alone = compared && self.last_bound != Some(self.pc()) && self.is_used_once(condition);
        let fused = match last {
            Some(Inst::Lt { d, a, b }) if d == reg => Some(Inst::BranchLt { a, b, yes, no }),
            Some(Inst::Le { d, a, b }) if d == reg => Some(Inst::BranchLe { a, b, yes, no }),
            Some(Inst::Eq { d, a, b }) if d == reg => Some(Inst::BranchEq { a, b, yes, no }),
            Some(Inst::Ne { d, a, b }) if d == reg => Some(Inst::BranchNe { a, b, yes, no }),
            _ => None,
        };
        match fused {
            Some(inst) if alone => {
                if let Some(slot) = self.c.program.code.last_mut() {
                    *slot = inst;
                }
            }
            _ => self.emit(Inst::Branch { a: reg, yes, no }),
        }
    }

    fn is_used_once(&self, value: Value) -> bool {
        use luma_ir::Entity as _;
        self.uses.get(value.index()).is_some_and(|&uses| uses == 1)
    }

    fn yielded(&mut self, op: Op) {
        let Some(&Scope { end, base }) = self.scopes.last() else {
            never!("`luma.yield` outside of all scopes");
            return;
        };
        if self.pending > base {
            self.emit(Inst::RunDefers { to: base });
        }
        match end {
            End::Go(target) => self.go_to(self.f.operands(op), target),
            End::Condition(yes, no) => {
                let Some((&condition, values)) = self.f.operands(op).split_first() else {
                    never!("a condition yields nothing");
                    return;
                };
                if values.is_empty() {
                    return self.test(condition, yes.label, no.label);
                }
                // Intermediate labels at which the values are passed.
                let stops = [self.label(), self.label()];
                self.test(condition, stops[0], stops[1]);
                for (stop, target) in stops.into_iter().zip([yes, no]) {
                    self.bind(stop);
                    self.go_to(values, target);
                }
            }
            End::Defer => self.emit(Inst::EndDefer),
        }
    }

    fn returned(&mut self, op: Op) {
        if self.pending > 0 {
            self.emit(Inst::RunDefers { to: 0 });
        }
        let inst = match self.f.operands(op).first() {
            None => Inst::Return,
            Some(&value) => match self.slot(value) {
                Slot::Reg(a) => Inst::ReturnReg { a },
                Slot::Area(at, size) => Inst::ReturnArea { at, size },
            },
        };
        self.emit(inst);
    }

    /// Leaves for `target`, where `base` defers are still registered.
    fn leave(&mut self, op: Op, base: u32, target: Target) {
        if self.pending > base {
            self.emit(Inst::RunDefers { to: base });
        }
        self.go_to(self.f.operands(op), target);
    }

    fn go_to(&mut self, values: &[Value], target: Target) {
        self.hand_over(values, target.to);
        self.emit(Inst::Jump { to: target.label });
    }

    fn hand_over(&mut self, values: &[Value], to: Receiver) {
        let f = self.f;
        let receivers = match to {
            Receiver::Results(op) => f.results(op),
            Receiver::Region(region) => {
                let args = f.blocks(region).first().map(|&block| f.block_args(block));
                args.or_never(&[], "regions of structured operations have a block")
            }
        };
        let moves: Vec<(Slot, Slot)> = values
            .iter()
            .zip(receivers)
            .map(|(&from, &to)| (self.slot(from), self.slot(to)))
            .collect();
        self.moves(&moves);
    }

    // --- branches ---------------------------------------------------------------------------

    /// The label to jump to for `successor`: its block, or an intermediate one that passes values.
    fn entry_of(&mut self, successor: SuccessorRef<'_>) -> (Label, bool) {
        if successor.args.is_empty() {
            (self.block_label(successor.block), false)
        } else {
            (self.label(), true)
        }
    }

    fn go_later(&mut self, successor: SuccessorRef<'_>, (label, stop): (Label, bool)) {
        if stop {
            self.bind(label);
            self.go(successor);
        }
    }

    fn go(&mut self, successor: SuccessorRef<'_>) {
        let params = self.f.block_args(successor.block);
        let moves: Vec<(Slot, Slot)> = successor
            .args
            .iter()
            .zip(params)
            .map(|(&from, &to)| (self.slot(from), self.slot(to)))
            .collect();
        self.moves(&moves);
        let label = self.block_label(successor.block);
        self.emit(Inst::Jump { to: label });
    }

    /// Moves values in parallel.
    fn moves(&mut self, moves: &[(Slot, Slot)]) {
        let mut written = FxHashSet::default();
        let clash = moves.len() > 1
            && moves.iter().any(|&(from, to)| {
                let clash = from != to && written.contains(&from);
                written.insert(to);
                clash
            });
        if !clash {
            for &(from, to) in moves {
                self.copy_slot(from, to);
            }
            return;
        }
        let mut parked = Vec::with_capacity(moves.len());
        for &(from, to) in moves {
            let between = match from {
                Slot::Reg(_) => Slot::Reg(self.frame.register()),
                Slot::Area(_, size) => {
                    let at = self.frame.area;
                    self.frame.area = at.saturating_add(size);
                    Slot::Area(at, size)
                }
            };
            self.copy_slot(from, between);
            parked.push((between, to));
        }
        for (from, to) in parked {
            self.copy_slot(from, to);
        }
    }

    pub(super) fn copy_slot(&mut self, from: Slot, to: Slot) {
        match (from, to) {
            _ if from == to => {}
            (Slot::Reg(a), Slot::Reg(d)) => self.emit(Inst::Copy { d, a }),
            (Slot::Area(from, size), Slot::Area(to, _)) => {
                self.emit(Inst::CopyArea { to, from, size });
            }
            (Slot::Reg(_), Slot::Area(..)) | (Slot::Area(..), Slot::Reg(_)) => {
                never!("a scalar and an aggregate are of one type");
            }
        }
    }

    // --- calls ------------------------------------------------------------------------------

    fn call(&mut self, op: Op) {
        let (module, caller) = (self.c.module, self.index);
        let Some(symbol) = self.symbol(op, attr::CALLEE) else {
            never!("a call without a callee");
            return;
        };
        let values = self.f.operands(op);
        let result = self.f.results(op).first().copied();
        if let Some(&callee) = self.c.functions.get(&symbol) {
            let params = self.c.program.functions[callee as usize].params.clone();
            let args =
                values.iter().zip(params).map(|(&value, to)| (self.slot(value), to)).collect();
            let result = result.map(|value| self.slot(value));
            let site = self.c.program.calls.len() as u32;
            self.c.program.calls.push(CallSite { caller, callee, args, result });
            return self.emit(Inst::Call { site });
        }
        let name = module.context.name(symbol);
        let Some(callee) = module.functions.get(&symbol) else {
            never!("`@{name}` is called and not in the module");
            return;
        };
        let scripted = self.c.scripted;
        match host::find(&module.context, name, &callee.params, &callee.results, scripted) {
            Ok(function) => {
                let args = values.iter().map(|&value| self.reg(value)).collect();
                let result = result.map(|value| (self.reg(value), self.f.value_type(value)));
                let site = self.c.program.host_calls.len() as u32;
                self.c.program.host_calls.push(HostSite { caller, function, args, result });
                self.emit(Inst::CallHost { site });
            }
            Err(host::NotFound::Unknown) => {
                let index = self.c.program.unsupported.len() as u32;
                self.c.program.unsupported.push(name.to_string());
                self.emit(Inst::UnknownExtern { name: index });
            }
            Err(host::NotFound::Signature(wanted)) => self.unsupported(format!(
                "the prototype of `{name}` does not fit C's function, which {wanted}"
            )),
        }
    }
}
