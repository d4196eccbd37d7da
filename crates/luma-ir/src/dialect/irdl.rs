//! Dialects as IRDL, the form MLIR's own tools read definitions in.
//!
//! With it `mlir-opt --irdl-file=FILE` knows the operations of modules in generic form. IRDL says
//! less than a table: it has no traits, no effects, and neither optional attributes nor optional
//! regions; `text/print_generic.rs` tells how the generic form gets by with that.

use std::fmt::Write as _;

use super::def::{Arity, AttributeConstraint, OpDef, Relation, Slot, TypeConstraint};
use crate::context::Context;

/// What the `luma` dialect has beside its operations: types, and what stands in a module.
const LUMA: &str = r##"  irdl.type @void
  irdl.type @ptr {
    %element = irdl.any
    irdl.parameters(element: %element)
  }
  irdl.type @place {
    %element = irdl.any
    irdl.parameters(element: %element)
  }
  irdl.type @array {
    %length = irdl.base "#builtin.integer"
    %element = irdl.any
    irdl.parameters(length: %length, element: %element)
  }
  irdl.type @struct {
    %name = irdl.base "#builtin.symbol_ref"
    irdl.parameters(name: %name)
  }

  // A struct type of the module: its fields in the order of their layout. IRDL lets no type and
  // operation share a name.
  irdl.operation @struct_def {
    %struct_name = irdl.base "#builtin.string"
    %field_names = irdl.base "#builtin.array"
    %field_types = irdl.base "#builtin.array"
    irdl.attributes {"struct_name" = %struct_name, "field_names" = %field_names, "field_types" = %field_types}
  }

  // A global of the module.
  irdl.operation @global {
    %sym_name = irdl.base "#builtin.string"
    %type = irdl.base "#builtin.type"
    irdl.attributes {"sym_name" = %sym_name, "type" = %type}
  }

  // A function of the module; the region of a prototype is empty.
  irdl.operation @func {
    %sym_name = irdl.base "#builtin.string"
    %function_type = irdl.base "#builtin.type"
    %private = irdl.is "private"
    %public = irdl.is "public"
    %external = irdl.is "external"
    %linkage = irdl.any_of(%private, %public, %external)
    %body = irdl.region
    irdl.attributes {"sym_name" = %sym_name, "function_type" = %function_type, "linkage" = %linkage}
    irdl.regions(body: %body)
  }

  // One region of a list of regions; only in the generic form.
  irdl.operation @region {
    %body = irdl.region
    irdl.regions(body: %body)
  }
"##;

/// The IRDL of the dialects of `context` that are called `names`, or of all if there are no names.
/// `luma`, whose types every dialect uses, is always among them.
pub fn irdl(context: &Context, names: &[&str]) -> String {
    let mut out = String::new();
    for dialect in context.dialects() {
        let wanted = names.is_empty() || names.contains(&&*dialect.name);
        if !wanted && dialect.name != "luma" {
            continue;
        }
        if !out.is_empty() {
            out.push('\n');
        }
        comment(&mut out, "", &dialect.summary);
        let _ = writeln!(out, "irdl.dialect @{} {{", dialect.name);
        let mut first = true;
        if dialect.name == "luma" {
            out.push_str(LUMA);
            first = false;
        }
        for (_, def) in context.op_defs().filter(|(_, def)| def.dialect() == dialect.name) {
            if !std::mem::take(&mut first) {
                out.push('\n');
            }
            operation(&mut out, def);
        }
        out.push_str("}\n");
    }
    out
}

fn comment(out: &mut String, indent: &str, text: &str) {
    for line in text.lines() {
        let _ = writeln!(out, "{indent}// {line}");
    }
}

fn operation(out: &mut String, def: &OpDef) {
    comment(out, "  ", &def.summary);
    let name = def.name.split_once('.').map_or("", |(_, name)| name);
    let _ = writeln!(out, "  irdl.operation @{name} {{");
    let mut variables = Variables { def, out, made: Vec::new(), next: 0 };
    let operands: Vec<String> = def.operands.iter().map(|slot| variables.value(slot)).collect();
    let results: Vec<String> = def.results.iter().map(|slot| variables.value(slot)).collect();
    let required = || def.attributes.iter().filter(|slot| slot.arity == Arity::One);
    let attributes: Vec<String> = required().map(|slot| variables.attribute(slot)).collect();
    let regions: Vec<String> = def.regions.iter().map(|_| variables.add("irdl.region")).collect();
    values(out, "operands", &def.operands, &operands);
    values(out, "results", &def.results, &results);
    if !attributes.is_empty() {
        let list: Vec<String> =
            required().zip(&attributes).map(|(s, v)| format!("{:?} = {v}", s.name)).collect();
        let _ = writeln!(out, "    irdl.attributes {{{}}}", list.join(", "));
    }
    if !regions.is_empty() {
        let list: Vec<String> =
            def.regions.iter().zip(&regions).map(|(s, v)| format!("{}: {v}", s.name)).collect();
        let _ = writeln!(out, "    irdl.regions({})", list.join(", "));
    }
    out.push_str("  }\n");
}

fn values(out: &mut String, what: &str, slots: &[Slot<TypeConstraint>], variables: &[String]) {
    if slots.is_empty() {
        return;
    }
    let list: Vec<String> = slots
        .iter()
        .zip(variables)
        .map(|(slot, variable)| {
            let arity = match slot.arity {
                Arity::One => "",
                Arity::Optional => "optional ",
                Arity::Variadic => "variadic ",
            };
            format!("{}: {arity}{variable}", slot.name)
        })
        .collect();
    let _ = writeln!(out, "    irdl.{what}({})", list.join(", "));
}

/// Makes constraint variables. What uses one variable twice must be equal there, which is how
/// relations are said, and why nothing else may share any.
struct Variables<'a> {
    def: &'a OpDef,
    out: &'a mut String,
    /// Variables of values, by name of the slot.
    made: Vec<(&'a str, String)>,
    next: usize,
}

impl<'a> Variables<'a> {
    fn add(&mut self, constraint: &str) -> String {
        let name = format!("%{}", self.next);
        self.next += 1;
        let _ = writeln!(self.out, "    {name} = {constraint}");
        name
    }

    fn any_of(&mut self, constraints: &[&str]) -> String {
        let parts: Vec<String> = constraints.iter().map(|c| self.add(c)).collect();
        self.add(&format!("irdl.any_of({})", parts.join(", ")))
    }

    /// The variable of an operand or result.
    fn value(&mut self, slot: &'a Slot<TypeConstraint>) -> String {
        let same = self.def.relations.iter().find_map(|relation| match relation {
            Relation::Same(names) if names.contains(&slot.name) => {
                self.made.iter().find(|(name, _)| names.iter().any(|n| n == name))
            }
            _ => None,
        });
        if let Some((_, variable)) = same {
            return variable.clone();
        }
        let variable = self.element(slot).unwrap_or_else(|| self.constraint(slot));
        self.made.push((&slot.name, variable.clone()));
        variable
    }

    /// The variable of a pointer or place whose element something else determines.
    fn element(&mut self, slot: &'a Slot<TypeConstraint>) -> Option<String> {
        let constructor = match slot.constraint {
            TypeConstraint::Ptr => "ptr",
            TypeConstraint::Place => "place",
            _ => return None,
        };
        let def = self.def;
        let inner = def.relations.iter().find_map(|relation| match relation {
            Relation::Element(outer, inner) if *outer == slot.name => Some(&**inner),
            _ => None,
        });
        let variable = match inner {
            Some(inner) => {
                let mut slots = def.operands.iter().chain(&*def.results);
                let inner = slots.find(|slot| slot.name == inner)?;
                match self.made.iter().find(|(name, _)| *name == inner.name) {
                    Some((_, variable)) => variable.clone(),
                    None => self.value(inner),
                }
            }
            None => {
                let (a, b) = def.relations.iter().find_map(|relation| match relation {
                    Relation::SameElement(a, b) if *a == slot.name || *b == slot.name => {
                        Some((&**a, &**b))
                    }
                    _ => None,
                })?;
                // The two share the variable of their element, under a name no slot can have.
                match self.made.iter().find(|(name, _)| *name == "<element>") {
                    Some((_, variable)) => variable.clone(),
                    None if a != b => {
                        let variable = self.add("irdl.any");
                        self.made.push(("<element>", variable.clone()));
                        variable
                    }
                    None => return None,
                }
            }
        };
        Some(self.add(&format!("irdl.parametric @luma::@{constructor}<{variable}>")))
    }

    fn constraint(&mut self, slot: &Slot<TypeConstraint>) -> String {
        const I1: &str = "irdl.is i1";
        const I8: &str = "irdl.is i8";
        const I64: &str = "irdl.is i64";
        const F32: &str = "irdl.is f32";
        const F64: &str = "irdl.is f64";
        const PTR: &str = "irdl.base @luma::@ptr";
        let mut all = vec![I1, I8, I64, F32, F64, PTR];
        match slot.constraint {
            TypeConstraint::Value => {
                all.extend(["irdl.base @luma::@array", "irdl.base @luma::@struct"])
            }
            TypeConstraint::Scalar => {}
            TypeConstraint::Number => all = vec![I8, I64, F32, F64],
            TypeConstraint::Int => all = vec![I8, I64],
            TypeConstraint::Integer => all = vec![I1, I8, I64],
            TypeConstraint::I1 => all = vec![I1],
            TypeConstraint::I64 => all = vec![I64],
            TypeConstraint::Ptr => all = vec![PTR],
            TypeConstraint::Place => all = vec!["irdl.base @luma::@place"],
        }
        if slot.arity == Arity::Variadic {
            all.push("irdl.base \"!builtin.tuple\"");
        }
        match all.as_slice() {
            [one] => self.add(one),
            all => self.any_of(all),
        }
    }

    fn attribute(&mut self, slot: &Slot<AttributeConstraint>) -> String {
        let words = self.def.relations.iter().find_map(|relation| match relation {
            Relation::OneOf(name, words) if *name == slot.name => Some(words),
            _ => None,
        });
        if let Some(words) = words {
            let words: Vec<String> = words.iter().map(|word| format!("irdl.is {word:?}")).collect();
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            return match words.as_slice() {
                [one] => self.add(one),
                words => self.any_of(words),
            };
        }
        match slot.constraint {
            AttributeConstraint::Number => {
                self.any_of(&["irdl.base \"#builtin.integer\"", "irdl.base \"#builtin.float\""])
            }
            AttributeConstraint::String => self.add("irdl.base \"#builtin.string\""),
            AttributeConstraint::Type => self.add("irdl.base \"#builtin.type\""),
            AttributeConstraint::Symbol => self.add("irdl.base \"#builtin.symbol_ref\""),
            AttributeConstraint::Array => self.add("irdl.base \"#builtin.array\""),
        }
    }
}
