//! New variables: owners, aliases, structs, arrays.

use super::places::{Place, Ty, Val};
use super::scope::{Gen, Ret, null};
use super::tree::{Stmt, line};

impl Gen<'_> {
    /// A new variable.
    pub(super) fn variable(&mut self, out: &mut Vec<Stmt>) {
        match self.rng.u32(0..12) {
            0..4 => self.fresh_owner(Ty::Cell, out),
            4 | 5 => self.fresh_owner(Ty::Node, out),
            6 => self.fresh_owner(Ty::PairBox, out),
            7 => {
                let name = self.fresh('p');
                out.push(line(format!("let {name}: *int = {};", null(Ty::Cell))));
                self.declare(&name, Ty::Cell, Val::Null);
            }
            8 => self.alias(out),
            9 if self.chance(30) => self.copy(out),
            9 => self.pair(out),
            10 => self.array(out),
            _ => {
                let name = self.fresh('i');
                let ask = self.ask();
                out.push(line(format!("let {name}: int = {ask};")));
                self.ints.push((name, self.depth));
            }
        }
    }

    pub(super) fn fresh_owner(&mut self, ty: Ty, out: &mut Vec<Stmt>) {
        let name = self.fresh(ty.letter());
        let val = self.take_into(&format!("let {name}: {} = ", ty.text()), &name, ty, out);
        self.declare(&name, ty, val);
    }

    pub(super) fn alias(&mut self, out: &mut Vec<Stmt>) {
        let usable = self.those(|p| p.val.usable() && p.ty == Ty::Cell);
        let Some(of) = self.pick(&usable) else { return };
        let name = self.fresh('p');
        let id = of.val.object();
        let inner = self.chance(25);
        let value = if inner { format!("&{}[1]", of.path) } else { of.path };
        out.push(line(format!("let {name}: *int = {value};")));
        let val = match id {
            Some(id) if inner => Val::Inner(id),
            Some(id) => Val::Alias(id),
            None if inner => Val::Dead,
            None => Val::Borrowed,
        };
        self.declare(&name, Ty::Cell, val);
    }

    /// A `Pair`, or an `Outer`, on the stack.
    pub(super) fn pair(&mut self, out: &mut Vec<Stmt>) {
        let makers: Vec<_> = self.sigs.iter().filter(|s| s.ret == Ret::Pair).cloned().collect();
        let none = null(Ty::Cell);
        let pair = format!("Pair {{ a: {none}, b: {none}, n: 0 }}");
        if self.chance(25) {
            let name = self.fresh('o');
            out.push(line(format!("let {name}: Outer = Outer {{ p: {pair}, q: {none} }};")));
            for field in ["p.a", "p.b", "q"] {
                self.declare(&format!("{name}.{field}"), Ty::Cell, Val::Null);
            }
            self.pairs.push((format!("{name}.p"), self.depth));
            return;
        }
        let mut made = None;
        if self.chance(50)
            && let Some(sig) = self.pick(&makers)
        {
            made = self.call(&sig);
        }
        let name = self.fresh('s');
        let known = made.is_none();
        out.push(line(format!("let {name}: Pair = {};", made.unwrap_or(pair))));
        for field in ["a", "b"] {
            let val = if known { Val::Null } else { Val::Maybe(self.fresh_object()) };
            self.declare(&format!("{name}.{field}"), Ty::Cell, val);
        }
        self.pairs.push((name, self.depth));
    }

    pub(super) fn array(&mut self, out: &mut Vec<Stmt>) {
        let name = self.fresh('a');
        let none = null(Ty::Cell);
        out.push(line(format!("let {name}: [*int; 3] = [{none}, {none}, {none}];")));
        if self.chance(50) {
            let i = self.fresh('i');
            let (from, to) = (self.rng.u32(0..2), self.rng.u32(2..4));
            let fill = vec![
                line(format!("{name}[{i}] = cast<*int>(alloc(2 * sizeof<int>));")),
                line(format!("{name}[{i}][0] = {i};")),
                line(format!("{name}[{i}][1] = {i};")),
            ];
            out.push(Stmt::Loop(format!(" [{i}: int = {from}]({i} < {to}) : (++{i})"), fill));
            if self.chance(70) {
                let i = self.fresh('i');
                let free = vec![line(format!("free({name}[{i}]);"))];
                out.push(Stmt::Loop(format!(" [{i}: int = {from}]({i} < {to}) : (++{i})"), free));
            } else {
                for index in 0..3 {
                    let val = if (from..to).contains(&index) {
                        Val::Own(self.fresh_object())
                    } else {
                        Val::Null
                    };
                    self.declare(&format!("{name}[{index}]"), Ty::Cell, val);
                }
            }
            return;
        }
        for index in 0..3 {
            self.declare(&format!("{name}[{index}]"), Ty::Cell, Val::Null);
        }
    }

    /// A copy of a struct, which owns what the first did, or is another name for it.
    pub(super) fn copy(&mut self, out: &mut Vec<Stmt>) {
        let pairs = self.pairs.clone();
        let Some((from, _)) = self.pick(&pairs) else { return };
        let old: Vec<Place> = ["a", "b"]
            .iter()
            .filter_map(|f| self.places.get(&format!("{from}.{f}")).cloned())
            .collect();
        let [a, b] = old.as_slice() else { return };
        let owned = |val: Val| matches!(val, Val::Own(_) | Val::Maybe(_) | Val::Null);
        let moved = self.chance(50)
            && owned(a.val)
            && owned(b.val)
            && !self.is_frozen(&a.path)
            && !self.is_frozen(&b.path);
        let name = self.fresh('s');
        out.push(line(format!("let {name}: Pair = {from};")));
        for (field, place) in [("a", a), ("b", b)] {
            let alias = match place.val {
                Val::Own(id) | Val::Deferred(id) | Val::Alias(id) => Val::Alias(id),
                Val::Null => Val::Null,
                _ => Val::Dead,
            };
            self.declare(
                &format!("{name}.{field}"),
                Ty::Cell,
                if moved { place.val } else { alias },
            );
            if moved {
                self.places
                    .set(&place.path, if alias == Val::Null { Val::Null } else { Val::Dead });
            }
        }
        self.pairs.push((name, self.depth));
    }

    /// One of two objects by an input; it goes first, then the other.
    pub(super) fn either(&mut self, out: &mut Vec<Stmt>) {
        let owned = self.those(|p| p.ty == Ty::Cell && matches!(p.val, Val::Own(_)));
        let owned: Vec<Place> = owned.into_iter().filter(|p| !self.is_frozen(&p.path)).collect();
        let (Some(a), Some(b)) = (self.pick(&owned), self.pick(&owned)) else { return };
        if a.path == b.path {
            return;
        }
        let name = self.fresh('p');
        let question = self.question();
        out.push(line(format!("let {name}: *int = {};", a.path)));
        let chosen = vec![line(format!("{name} = {};", b.path))];
        out.push(Stmt::If(question.clone(), chosen, vec![]));
        if self.chance(50) {
            out.push(line(format!("free({name});")));
            let (free_a, free_b) =
                (line(format!("free({});", a.path)), line(format!("free({});", b.path)));
            let (test, then, otherwise) = match self.rng.u32(0..2) {
                0 => (format!("{name} != {}", a.path), free_a, free_b),
                _ => (format!("{name} == {}", a.path), free_b, free_a),
            };
            out.push(Stmt::If(test, vec![then], vec![otherwise]));
            for place in [a, b] {
                if let Some(id) = place.val.object() {
                    self.forget(&place.path, id);
                }
            }
        } else {
            out.push(line(format!("*{name} = 5;")));
            self.declare(&name, Ty::Cell, Val::Dead);
        }
    }
}
