//! Expressions.

use super::{Writer, no_form};
use crate::tree::{Binary, Expr, Kind, Ty, Unary};

impl<'a> Writer<'a> {
    /// Puts `value` into a new variable; its name.
    fn keep(&mut self, ty: &Ty, value: &str) -> String {
        let name = format!("t{}", self.number());
        self.line(&format!("{} {name} = {value};", self.ty(ty)));
        name
    }

    /// Evaluates `e` for its effects.
    pub(super) fn discard(&mut self, e: &'a Expr) {
        match &e.kind {
            Kind::Assign(target, value) => {
                let value = self.value(value);
                let place = self.place(target);
                self.line(&format!("{place} = {value};"));
            }
            Kind::Call(index, args) if e.ty == Ty::Void => {
                let call = self.call(*index, args);
                self.line(&format!("{call};"));
            }
            _ => {
                self.value(e);
            }
        }
    }

    /// Evaluates `e`; what comes back is a literal or a variable nobody changes.
    pub(super) fn value(&mut self, e: &'a Expr) -> String {
        if let Some(text) = self.literal(e) {
            return text;
        }
        if let Some(text) = self.at_once(e) {
            return self.keep(&e.ty, &text);
        }
        match &e.kind {
            Kind::Unary(op, a) => {
                let a = self.value(a);
                let value = self.unary(*op, &a, &e.ty);
                self.keep(&e.ty, &value)
            }
            Kind::Binary(op, a, b) => {
                let (x, y) = (self.value(a), self.value(b));
                let value = self.binary(*op, (&x, &a.ty), (&y, &b.ty));
                self.keep(&e.ty, &value)
            }
            Kind::Logic(and, a, b) => {
                let a = self.value(a);
                let result = self.keep(&Ty::Bool, &a);
                self.line(&format!("if ({}{result}) {{", if *and { "" } else { "!" }));
                self.depth += 1;
                let b = self.value(b);
                self.line(&format!("{result} = {b};"));
                self.depth -= 1;
                self.line("}");
                result
            }
            Kind::Step { up, prefix, place } => {
                let place = self.place(place);
                let old = self.keep(&e.ty, &place);
                let ty = self.ty(&e.ty);
                let sign = if *up { '+' } else { '-' };
                let new = self.keep(&e.ty, &format!("({ty})({old} {sign} 1)"));
                self.line(&format!("{place} = {new};"));
                if *prefix { new } else { old }
            }
            Kind::Assign(target, value) => {
                let value = self.value(value);
                let place = self.place(target);
                self.line(&format!("{place} = {value};"));
                value
            }
            Kind::AddrOf(place) => {
                let place = self.place(place);
                self.keep(&e.ty, &format!("&{place}"))
            }
            Kind::Cast(a) | Kind::Implicit(a) => {
                let value = self.value(a);
                let converted = self.converted(&value, &a.ty, &e.ty);
                self.keep(&e.ty, &converted)
            }
            Kind::Call(index, args) => {
                let call = self.call(*index, args);
                self.keep(&e.ty, &call)
            }
            Kind::Struct(fields, rest) => {
                let result = format!("t{}", self.number());
                self.line(&format!("{} {result};", self.ty(&e.ty)));
                let mut values = Vec::new();
                let mut spread = None;
                for at in 0..=fields.len() {
                    if let Some((position, source)) = rest
                        && *position == at
                    {
                        spread = Some(self.value(source));
                    }
                    if let Some((index, value)) = fields.get(at) {
                        values.push((*index, self.value(value)));
                    }
                }
                if let Some(source) = spread {
                    self.line(&format!("{result} = {source};"));
                }
                for (index, value) in values {
                    self.line(&format!("{result}.f{index} = {value};"));
                }
                result
            }
            Kind::Array(items) => {
                let result = format!("t{}", self.number());
                // What a short literal leaves out is zero.
                self.line(&format!("{} {result} = {{0}};", self.ty(&e.ty)));
                for (index, item) in items.iter().enumerate() {
                    let item = self.value(item);
                    self.line(&format!("{result}.e[{index}] = {item};"));
                }
                result
            }
            Kind::Alloc(count) => {
                let element = match &e.ty {
                    Ty::Ptr(element) => self.ty(element),
                    other => self.ty(other),
                };
                self.keep(&e.ty, &format!("malloc({count} * sizeof({element}))"))
            }
            Kind::Text(text) => {
                self.line(&no_form(text));
                String::new()
            }
            // Places; literals are done.
            _ => {
                let place = self.place(e);
                self.keep(&e.ty, &place)
            }
        }
    }

    /// `e` if it is a literal.
    fn literal(&self, e: &Expr) -> Option<String> {
        Some(match &e.kind {
            Kind::Int(value) => format!("INT64_C({value})"),
            Kind::Char(byte) => format!("{}", *byte as i8),
            Kind::Bool(value) => value.to_string(),
            Kind::Float(value) => crate::luma::decimal(*value),
            Kind::Member(member) => format!("INT64_C({member})"),
            Kind::Sizeof(ty) => match ty {
                Ty::Void => "INT64_C(8)".into(),
                _ => format!("(i64)sizeof({})", self.ty(ty)),
            },
            _ => return None,
        })
    }

    /// All of `e` as one expression, if it has no side effects: then the order does not matter.
    fn at_once(&self, e: &Expr) -> Option<String> {
        if let Some(text) = self.literal(e) {
            return Some(text);
        }
        Some(match &e.kind {
            Kind::Local(name) => self.variable(name),
            Kind::Global(index) => format!("{}g{index}", self.prefix),
            Kind::Field(base, field) if matches!(base.ty, Ty::Ptr(_)) => {
                format!("{}->f{field}", self.at_once(base)?)
            }
            Kind::Field(base, field) => format!("{}.f{field}", self.at_once(base)?),
            Kind::Index(base, index) => {
                let e = if matches!(base.ty, Ty::Ptr(_)) { "" } else { ".e" };
                format!("{}{e}[{}]", self.at_once(base)?, self.at_once(index)?)
            }
            Kind::Deref(pointer) => format!("(*{})", self.at_once(pointer)?),
            Kind::AddrOf(place) => format!("(&{})", self.at_once(place)?),
            Kind::Unary(op, a) => self.unary(*op, &self.at_once(a)?, &e.ty),
            Kind::Binary(op, a, b) => {
                let (x, y) = (self.at_once(a)?, self.at_once(b)?);
                format!("({})", self.binary(*op, (&x, &a.ty), (&y, &b.ty)))
            }
            Kind::Logic(and, a, b) => {
                let op = if *and { "&&" } else { "||" };
                format!("({} {op} {})", self.at_once(a)?, self.at_once(b)?)
            }
            Kind::Cast(a) | Kind::Implicit(a) => {
                format!("({})", self.converted(&self.at_once(a)?, &a.ty, &e.ty))
            }
            _ => return None,
        })
    }

    fn unary(&self, op: Unary, a: &str, ty: &Ty) -> String {
        let op = match op {
            Unary::Neg => '-',
            Unary::BitNot => '~',
            Unary::Not => '!',
        };
        format!("(({}){op}({a}))", self.ty(ty))
    }

    fn variable(&self, name: &str) -> String {
        let found = self.names.iter().rev().find(|(own, _)| *own == name);
        found.map_or_else(|| format!("undeclared_{name}"), |(_, own)| own.clone())
    }

    /// An operator with its operands, each with its type.
    fn binary(&self, op: Binary, a: (&str, &Ty), b: (&str, &Ty)) -> String {
        let common = common(a.1, b.1, op);
        let (x, y) = match &common {
            Some(ty) => (self.converted(a.0, a.1, ty), self.converted(b.0, b.1, ty)),
            None => (a.0.to_owned(), b.0.to_owned()),
        };
        let floating = common.as_ref().is_some_and(Ty::is_floating);
        match op {
            Binary::Add => format!("{x} + {y}"),
            Binary::Sub => format!("{x} - {y}"),
            Binary::Mul => format!("{x} * {y}"),
            Binary::Div => format!("{x} / {y}"),
            Binary::Rem => format!("{x} % {y}"),
            Binary::And => format!("{x} & {y}"),
            Binary::Or => format!("{x} | {y}"),
            Binary::Xor => format!("{x} ^ {y}"),
            Binary::Shl => format!("shl({x}, {y})"),
            Binary::Shr => format!("shr({x}, {y})"),
            Binary::Eq => format!("{x} == {y}"),
            Binary::Ne if floating => format!("differ({x}, {y})"),
            Binary::Ne => format!("{x} != {y}"),
            Binary::Lt => format!("{x} < {y}"),
            Binary::Le => format!("{x} <= {y}"),
            Binary::Gt => format!("{x} > {y}"),
            Binary::Ge => format!("{x} >= {y}"),
        }
    }

    fn call(&mut self, index: usize, args: &'a [Expr]) -> String {
        let args: Vec<String> = args.iter().map(|arg| self.value(arg)).collect();
        format!("{}f{index}({})", self.prefix, args.join(", "))
    }

    /// Evaluates what `e`, a place, consists of; the place as C.
    pub(super) fn place(&mut self, e: &'a Expr) -> String {
        match &e.kind {
            Kind::Local(name) => self.variable(name),
            Kind::Global(index) => format!("{}g{index}", self.prefix),
            Kind::Field(base, field) if matches!(base.ty, Ty::Ptr(_)) => {
                format!("{}->f{field}", self.value(base))
            }
            Kind::Field(base, field) => format!("{}.f{field}", self.place(base)),
            Kind::Index(base, index) if matches!(base.ty, Ty::Ptr(_)) => {
                let base = self.value(base);
                format!("{base}[{}]", self.value(index))
            }
            Kind::Index(base, index) => {
                let base = self.place(base);
                format!("{base}.e[{}]", self.value(index))
            }
            Kind::Deref(pointer) => format!("(*{})", self.value(pointer)),
            _ => self.value(e),
        }
    }

    /// `value`, a literal or variable of type `from`, as one of type `to`.
    fn converted(&self, value: &str, from: &Ty, to: &Ty) -> String {
        let ty = self.ty(to);
        match (from, to) {
            _ if from == to => value.to_owned(),
            (Ty::Bool, Ty::Float | Ty::Double) => format!("({ty})({value} ? -1 : 0)"),
            (Ty::Bool, _) => format!("({ty})({value} ? -1 : 0)"),
            (Ty::Float | Ty::Double, Ty::Bool) => format!("((to_int({value}) & 1) != 0)"),
            (Ty::Float | Ty::Double, Ty::Int | Ty::Byte | Ty::Enum(_)) => {
                format!("({ty})to_int({value})")
            }
            (_, Ty::Bool) => format!("(({value} & 1) != 0)"),
            _ => format!("({ty})({value})"),
        }
    }
}

/// The type both operands are converted to, if they are numbers.
fn common(a: &Ty, b: &Ty, op: Binary) -> Option<Ty> {
    let compares =
        matches!(op, Binary::Eq | Binary::Ne | Binary::Lt | Binary::Le | Binary::Gt | Binary::Ge);
    match (a, b) {
        (Ty::Double, _) | (_, Ty::Double) => Some(Ty::Double),
        (Ty::Float, _) | (_, Ty::Float) => Some(Ty::Float),
        (Ty::Bool | Ty::Ptr(_), _) => None,
        // Bytes compare as they are, which is the same.
        _ if compares => None,
        _ => Some(Ty::Int),
    }
}
