//! Which places may overlap in memory.

use luma_diagnostics::OrNever as _;
use luma_ir::dialects::luma;
use luma_ir::{Attribute, Function, Op, Symbol, Value};
use rustc_hash::FxHashSet;

/// What a function does with the addresses of its variables.
#[derive(Default)]
pub(crate) struct Places {
    /// Variables whose address is taken, so that a pointer may lead to them.
    addressed: FxHashSet<Value>,
}

/// The object that a place is in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Root {
    Local(Value),
    Global(Symbol),
    /// Where a pointer leads.
    Pointer(Value),
}

/// From a place to one inside it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step<'f> {
    Field(&'f str),
    Element(Value),
}

impl Places {
    /// Notes what `op` does with addresses.
    pub(crate) fn record(&mut self, f: &Function, op: Op) {
        match f.op_name(op) {
            luma::Load::NAME
            | luma::Store::NAME
            | luma::Copy::NAME
            | luma::Zero::NAME
            | luma::Field::NAME
            | luma::Element::NAME => {}
            _ => {
                for &value in f.used_values(op) {
                    if let Root::Local(local) = path(f, value).0 {
                        self.addressed.insert(local);
                    }
                }
            }
        }
    }

    /// Whether two places of one type may share some of their bytes without being the same place.
    pub(crate) fn overlap(&self, f: &Function, a: Value, b: Value) -> bool {
        let ((a, a_steps), (b, b_steps)) = (path(f, a), path(f, b));
        if a != b {
            let is_reached = |root| match root {
                Root::Local(local) => self.addressed.contains(&local),
                Root::Global(_) | Root::Pointer(_) => true,
            };
            let through_pointer = matches!(a, Root::Pointer(_)) || matches!(b, Root::Pointer(_));
            return through_pointer && is_reached(a) && is_reached(b);
        }
        // Different elements of one array are apart, whatever their indices, and so are fields; but
        // an index behind that may be out of the bounds of its own array.
        let common = a_steps.iter().zip(&b_steps).take_while(|(a, b)| a == b).count();
        let rest = |steps: &[Step<'_>]| steps.iter().skip(common + 1).any(Step::is_element);
        let mixed = match (a_steps.get(common), b_steps.get(common)) {
            (Some(a), Some(b)) => a.is_element() != b.is_element(),
            (None, None) => false,
            _ => true,
        };
        mixed || rest(&a_steps) || rest(&b_steps)
    }
}

impl Step<'_> {
    fn is_element(&self) -> bool {
        matches!(self, Self::Element(_))
    }
}

/// The object that `place` is in, and the way from its start.
fn path(f: &Function, mut place: Value) -> (Root, Vec<Step<'_>>) {
    let mut steps = Vec::new();
    let root = loop {
        let Some(op) = f.def_op(place) else { break Root::Pointer(place) };
        let first = f.operands(op).first().copied();
        match (f.op_name(op), first) {
            (luma::Field::NAME, Some(base)) => {
                let name = luma::Field(op).field_attr(f).and_then(Attribute::as_str);
                steps.push(Step::Field(name.or_never("", "fields have names")));
                place = base;
            }
            (luma::Element::NAME, Some(base)) => {
                steps.push(Step::Element(luma::Element(op).index(f)));
                place = base;
            }
            (luma::Local::NAME, _) => break Root::Local(place),
            (luma::GlobalAddr::NAME, _) => {
                let global = luma::GlobalAddr(op).global_attr(f).and_then(Attribute::as_symbol);
                break global.map_or(Root::Pointer(place), Root::Global);
            }
            (luma::Deref::NAME, Some(pointer)) => break Root::Pointer(pointer),
            _ => break Root::Pointer(place),
        }
    };
    steps.reverse();
    (root, steps)
}
