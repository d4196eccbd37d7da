//! Types, globals and functions.

use super::{FUNCTION_COST, Gen, PROGRAM_COST, RECURSION, Recursion};
use crate::tree::{Binary, Expr, Function, Global, Kind, Piece, Stmt, Ty};

impl Gen<'_> {
    pub(super) fn types(&mut self) {
        for _ in 0..self.c.below(3) {
            let members = 1 + self.c.below(4);
            self.program.enums.push(members);
        }
        for _ in 0..self.c.below(4) {
            let mut fields = Vec::new();
            for _ in 0..1 + self.c.below(4) {
                let ty = match self.c.below(6) {
                    0 if !self.program.structs.is_empty() => {
                        Ty::Struct(self.c.below(self.program.structs.len()))
                    }
                    1 => self.array(1),
                    _ => self.scalar(),
                };
                fields.push(ty);
            }
            self.program.structs.push(fields);
        }
    }

    pub(super) fn globals(&mut self) {
        for _ in 0..self.c.below(5) {
            let constant = self.c.chance(25);
            let ty = if constant { self.scalar() } else { self.ty() };
            let init = (constant || self.c.chance(70)).then(|| self.constant(&ty, 3));
            self.program.globals.push(Global { ty, init, constant });
        }
    }

    pub(super) fn function(&mut self) {
        let mut types: Vec<Ty> = Vec::new();
        for _ in 0..self.c.below(4) {
            let ty = self.ty();
            types.push(if self.c.chance(25) { ty.ptr() } else { ty });
        }
        let result = match self.c.below(8) {
            0 => Ty::Void,
            _ => self.ty(),
        };
        let mut params: Vec<(String, Ty)> = Vec::new();
        self.start(&result, FUNCTION_COST);
        self.depth = 1;
        for ty in &types {
            let name = self.fresh('p');
            self.declare(&name, ty);
            params.push((name, ty.clone()));
        }
        if result != Ty::Void && self.c.chance(10) {
            // One expression is all.
            let value = self.value(&result, 4);
            let body = vec![Stmt::Return(Some(value))];
            self.costs.push(self.cost.max(1));
            self.program.functions.push(Function { params, result, body });
            return;
        }
        let mut body = Vec::new();
        if self.c.chance(20) {
            let fuel = self.fresh('u');
            params.push((fuel.clone(), Ty::Int));
            let condition =
                Expr::binary(Binary::Le, Expr::local(&fuel, Ty::Int), Expr::int(0), Ty::Bool);
            let value = (result != Ty::Void).then(|| self.pure(&result, 1));
            body.push(Stmt::If(condition, vec![Stmt::Return(value)], Vec::new()));
            types.push(Ty::Int);
            let calls = 1 + self.c.below(2);
            self.limit /= RECURSION;
            self.itself = Some(Recursion { fuel, params: types, calls });
        }
        let count = 1 + self.c.below(4);
        self.statements(count, &mut body);
        if result != Ty::Void {
            let value = self.value(&result, 2);
            body.push(Stmt::Return(Some(value)));
        }
        let times = if self.itself.is_some() { RECURSION } else { 1 };
        self.costs.push((self.cost * times).max(1));
        self.program.functions.push(Function { params, result, body });
    }

    pub(super) fn entry(&mut self) {
        self.start(&Ty::Void, PROGRAM_COST);
        self.depth = 2;
        let mut body = Vec::new();
        let count = 3 + self.c.below(5);
        self.statements(count, &mut body);
        // Everything that is left is looked at.
        for var in self.visible() {
            if !matches!(var.ty, Ty::Ptr(_)) {
                self.show(Expr::local(&var.name, var.ty), &mut body);
            }
        }
        for index in 0..self.program.globals.len() {
            let ty = self.program.globals[index].ty.clone();
            self.show(Expr { ty, kind: Kind::Global(index) }, &mut body);
        }
        self.program.functions.push(Function { params: Vec::new(), result: Ty::Void, body });
    }

    fn start(&mut self, result: &Ty, limit: u64) {
        self.vars.clear();
        self.loops.clear();
        self.depth = 1;
        self.names = 0;
        self.deferred = false;
        self.itself = None;
        self.result = result.clone();
        self.cost = 0;
        self.times = 1;
        self.limit = limit;
    }

    /// Prints all of `e`, a place.
    pub(super) fn show(&mut self, e: Expr, body: &mut Vec<Stmt>) {
        let mut pieces = Vec::new();
        self.parts(e, &mut pieces);
        // Long lines say little about where a difference is.
        for pieces in pieces.chunks(16) {
            body.push(Stmt::Output(pieces.to_vec()));
        }
    }

    /// The scalars `e`, a place, consists of.
    pub(super) fn parts(&mut self, e: Expr, pieces: &mut Vec<Piece>) {
        match e.ty.clone() {
            Ty::Struct(index) => {
                let fields = self.program.structs[index].clone();
                for (field, ty) in fields.into_iter().enumerate() {
                    let kind = Kind::Field(Box::new(e.clone()), field);
                    self.parts(Expr { ty, kind }, pieces);
                }
            }
            Ty::Array(element, length) => {
                for at in 0..length {
                    let index = Box::new(Expr::int(at as i64));
                    let kind = Kind::Index(Box::new(e.clone()), index);
                    self.parts(Expr { ty: (*element).clone(), kind }, pieces);
                }
            }
            _ => {
                if !pieces.is_empty() {
                    pieces.push(Piece::Text(" ".into()));
                }
                pieces.push(Piece::Value(e));
            }
        }
    }
}
