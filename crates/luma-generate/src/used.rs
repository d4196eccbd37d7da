//! What of a program is used.

use std::collections::BTreeSet;

use crate::tree::{Expr, Kind, Program, Stmt, Ty};

/// Everything reached from the last function.
#[derive(Default)]
pub(crate) struct Used {
    pub(crate) enums: BTreeSet<usize>,
    pub(crate) structs: BTreeSet<usize>,
    pub(crate) globals: BTreeSet<usize>,
    pub(crate) functions: BTreeSet<usize>,
    /// Array types, those of elements first.
    pub(crate) arrays: Vec<Ty>,
}

impl Used {
    pub(crate) fn of(program: &Program) -> Self {
        let mut used = Self::default();
        if let Some(last) = program.functions.len().checked_sub(1) {
            used.function(program, last);
        }
        used
    }

    fn function(&mut self, program: &Program, index: usize) {
        if !self.functions.insert(index) {
            return;
        }
        let f = &program.functions[index];
        for (_, ty) in &f.params {
            self.ty(program, ty);
        }
        self.ty(program, &f.result);
        self.block(program, &f.body);
    }

    fn block(&mut self, program: &Program, body: &[Stmt]) {
        for stmt in body {
            match stmt {
                Stmt::Let(_, ty, _) => self.ty(program, ty),
                Stmt::Switch(_, arms, _) => {
                    for label in arms.iter().flat_map(|(labels, _)| labels) {
                        self.expr(program, label);
                    }
                }
                Stmt::Loop { init, .. } => init.iter().for_each(|(_, ty, _)| self.ty(program, ty)),
                _ => {}
            }
            for e in stmt.exprs() {
                self.expr(program, e);
            }
            for body in stmt.blocks() {
                self.block(program, body);
            }
        }
    }

    fn expr(&mut self, program: &Program, e: &Expr) {
        self.ty(program, &e.ty);
        match &e.kind {
            Kind::Global(index) if self.globals.insert(*index) => {
                let global = &program.globals[*index];
                self.ty(program, &global.ty);
                global.init.iter().for_each(|e| self.expr(program, e));
            }
            Kind::Call(index, _) => self.function(program, *index),
            Kind::Sizeof(ty) => self.ty(program, ty),
            _ => {}
        }
        for operand in e.operands() {
            self.expr(program, operand);
        }
    }

    fn ty(&mut self, program: &Program, ty: &Ty) {
        match ty {
            Ty::Enum(index) => {
                self.enums.insert(*index);
            }
            Ty::Struct(index) if self.structs.insert(*index) => {
                program.structs[*index].iter().for_each(|ty| self.ty(program, ty));
            }
            Ty::Array(element, _) => {
                self.ty(program, element);
                if !self.arrays.contains(ty) {
                    self.arrays.push(ty.clone());
                }
            }
            Ty::Ptr(pointee) => self.ty(program, pointee),
            _ => {}
        }
    }
}
