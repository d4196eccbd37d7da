//! Statements.

use luma_diagnostics::{OrNever as _, never};
use luma_ir::dialects::luma;
use luma_ir::{Attribute, Type, Value};
use luma_sema::Const;
use luma_sema::types::TyKind;
use luma_syntax::IF_ARMS;
use luma_syntax::ast::{Block, ExprId, Loop, StmtId, StmtKind, SwitchArm};
use rustc_hash::FxHashSet;

use crate::body::{BodyCx, Storage};
use crate::constants;

impl BodyCx<'_> {
    /// Statements in order, up to the first that ends the block.
    pub(crate) fn stmts(&mut self, stmts: &[StmtId]) {
        for &stmt in stmts {
            if self.terminated {
                break;
            }
            self.stmt(stmt);
        }
    }

    fn stmt(&mut self, id: StmtId) {
        let cx = self.cx;
        let stmt = &cx.ast.stmts[id];
        self.at(stmt.span);
        match &stmt.kind {
            StmtKind::Let { local, init } => {
                let decl = &cx.ast.locals[*local];
                let ty = self.type_of_local(*local);
                self.at(decl.name.span);
                let place = self.local(ty, Some(&decl.name.text));
                if let Some(init) = *init {
                    self.init(place, init);
                }
                self.locals.insert(*local, Storage::Place(place));
            }
            StmtKind::Expr(expr) => self.discard(*expr),
            StmtKind::Return(None) => {
                luma::Return::build(&mut self.b, &[]);
                self.terminated = true;
            }
            StmtKind::Return(Some(expr)) => self.return_value(*expr),
            StmtKind::Break => {
                luma::Break::build(&mut self.b, &[]);
                self.terminated = true;
            }
            StmtKind::Continue => {
                luma::Continue::build(&mut self.b, &[]);
                self.terminated = true;
            }
            StmtKind::Block(block) => {
                let op = luma::Block::build(&mut self.b, &[]);
                self.block(op.body_region(self.b.func), block);
            }
            StmtKind::If { arms, otherwise } => self.if_chain(arms, otherwise.as_ref()),
            StmtKind::Loop(l) => self.loop_stmt(l),
            StmtKind::Switch { subject, arms } => self.switch(*subject, arms),
            StmtKind::Defer(block) => {
                let op = luma::Defer::build(&mut self.b);
                self.block(op.body_region(self.b.func), block);
            }
            StmtKind::Output { args, newline } => self.output(args, *newline),
            StmtKind::Error => {
                never!("a program with syntax errors is built");
            }
        }
    }

    fn block(&mut self, region: luma_ir::Region, block: &Block) {
        self.region(region, block.span.shrink_to_end(), |cx| {
            cx.stmts(&block.stmts);
            None
        });
    }

    /// Long chains become several of bounded depth, each run only if no arm of those before was.
    fn if_chain(&mut self, arms: &[(ExprId, Block)], otherwise: Option<&Block>) {
        if arms.len() > IF_ARMS
            && let Some((first, rest)) = arms.split_at_checked(IF_ARMS)
            && let [.., (_, last)] = first
        {
            let end = last.span.shrink_to_end();
            let Some(none_ran) = self.none_of(first) else { return };
            let op = luma::If::build(&mut self.b, none_ran, &[], false);
            let region = op.then_region(self.b.func);
            self.region(region, end, |cx| {
                cx.if_chain(rest, otherwise);
                None
            });
            return;
        }
        let Some(((condition, then), rest)) = arms.split_first() else {
            never!("an `if` without an arm");
            return;
        };
        let value = self.needed(*condition);
        self.at_expr(*condition);
        let has_else = !rest.is_empty() || otherwise.is_some();
        let op = luma::If::build(&mut self.b, value, &[], has_else);
        let (then_region, else_region) = (op.then_region(self.b.func), op.else_region(self.b.func));
        self.block(then_region, then);
        match (else_region, rest, otherwise) {
            (Some(region), [], Some(block)) => self.block(region, block),
            (Some(region), rest, _) => {
                let end = then.span.shrink_to_end();
                self.region(region, end, |cx| {
                    cx.if_chain(rest, otherwise);
                    None
                });
            }
            _ => {}
        }
    }

    /// Runs the first of `arms` whose condition holds; the result is true if there is none.
    fn none_of(&mut self, arms: &[(ExprId, Block)]) -> Option<Value> {
        let ((condition, then), rest) = arms.split_first()?;
        let value = self.needed(*condition);
        self.at_expr(*condition);
        let op = luma::If::build(&mut self.b, value, &[Type::I1], true);
        let end = then.span.shrink_to_end();
        let then_region = op.then_region(self.b.func);
        let else_region = op.else_region(self.b.func)?;
        self.region(then_region, end, |cx| {
            cx.stmts(&then.stmts);
            if cx.terminated { None } else { Some(cx.bool(false)) }
        });
        self.region(else_region, end, |cx| match rest {
            [] => Some(cx.bool(true)),
            _ => cx.none_of(rest),
        });
        op.results(self.b.func).first().copied()
    }

    fn loop_stmt(&mut self, l: &Loop) {
        if l.inits.is_empty() {
            return self.bare_loop(l);
        }
        let op = luma::Block::build(&mut self.b, &[]);
        let region = op.body_region(self.b.func);
        self.region(region, l.body.span.shrink_to_end(), |cx| {
            for &(local, init) in &l.inits {
                let decl = &cx.cx.ast.locals[local];
                let ty = cx.type_of_local(local);
                cx.at(decl.name.span);
                let place = cx.local(ty, Some(&decl.name.text));
                cx.init(place, init);
                cx.locals.insert(local, Storage::Place(place));
            }
            cx.bare_loop(l);
            None
        });
    }

    fn bare_loop(&mut self, l: &Loop) {
        let op = luma::Loop::build(&mut self.b, &[], &[]);
        let f = &self.b.func;
        let (condition, body, post) =
            (op.condition_region(f), op.body_region(f), op.post_region(f));
        let end = l.body.span.shrink_to_end();
        self.region(condition, end, |cx| match l.cond {
            Some(expr) => {
                let value = cx.needed(expr);
                cx.at_expr(expr);
                Some(value)
            }
            None => {
                let always = luma::Constant::build(&mut cx.b, Attribute::Bool(true), Type::I1);
                Some(always.result(cx.b.func))
            }
        });
        self.block(body, &l.body);
        self.region(post, end, |cx| {
            if let Some(expr) = l.post {
                cx.discard(expr);
            }
            None
        });
    }

    fn switch(&mut self, subject: ExprId, arms: &[SwitchArm]) {
        let mut value = self.needed(subject);
        self.at_expr(subject);
        if self.b.type_of(value) != Type::I64 {
            value = luma::Cast::build(&mut self.b, value, Type::I64).result(self.b.func);
        }
        let default = arms.iter().find(|arm| arm.labels.is_empty());
        // Of equal labels the first counts, and an arm that is left without any can never run.
        let sema = self.cx.sema;
        let mut seen = FxHashSet::default();
        let mut labelled: Vec<(Attribute, &SwitchArm)> = Vec::new();
        for arm in arms {
            let label = |&label: &ExprId| {
                sema.constants.get(label).or_never(&Const::Zero, "labels are constants")
            };
            let fresh: Vec<Attribute> = (arm.labels.iter())
                .map(|expr| constants::as_int(label(expr)))
                .filter(|&value| seen.insert(value))
                .map(Attribute::int)
                .collect();
            if !fresh.is_empty() {
                labelled.push((Attribute::array(fresh), arm));
            }
        }
        let cases = Attribute::array(labelled.iter().map(|(labels, _)| labels.clone()));
        let op = luma::Switch::build(&mut self.b, value, cases, &[], labelled.len());
        if default.is_none() && self.is_enum(subject) {
            // Every member has an arm: the verifier of ownership need not follow the empty default.
            let name = self.cx.context.symbol("exhaustive");
            self.b.func.set_attribute(op.0, name, Attribute::Unit);
        }
        let default_region = op.default_region(self.b.func);
        let regions = op.arms_regions(self.b.func).to_vec();
        let end = self.cx.ast.exprs[subject].span.shrink_to_end();
        match default {
            Some(arm) => self.block(default_region, &arm.body),
            None => self.region(default_region, end, |_| None),
        }
        for (region, (_, arm)) in regions.into_iter().zip(labelled) {
            self.block(region, &arm.body);
        }
    }

    fn is_enum(&self, expr: ExprId) -> bool {
        let types = &self.cx.sema.types;
        self.type_of(expr).is_some_and(|ty| matches!(types.kind(ty), TyKind::Enum(_)))
    }

    fn output(&mut self, args: &[ExprId], newline: bool) {
        let statement = self.b.loc;
        for &arg in args {
            let value = self.needed(arg);
            self.at_expr(arg);
            luma::Print::build(&mut self.b, value);
        }
        if newline {
            self.b.loc = statement;
            let text = self.string(b"\n");
            luma::Print::build(&mut self.b, text);
        }
    }

    /// The address of a string literal.
    pub(crate) fn string(&mut self, bytes: &[u8]) -> Value {
        let ty = self.cx.context.ptr(Type::I8);
        luma::String::build(&mut self.b, Attribute::str(bytes), ty).result(self.b.func)
    }
}
